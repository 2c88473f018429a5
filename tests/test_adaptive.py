"""The adaptive Lasso: weights of a first estimate."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LinearRegression, RidgeCV
from sklearn.preprocessing import StandardScaler

from common import problem, rounds_fall_short
from gaussian_data import gaussian
from skl1 import EmptyModelWarning, adaptive_weights, lasso_path


def zou(seed, n=300, noise=3.0):
    """Model 0 of Zou (2006), section 3.5: the Lasso's irrepresentable condition fails."""
    correlation = np.full((4, 4), -0.39)
    correlation[3] = correlation[:, 3] = 0.23
    np.fill_diagonal(correlation, 1.0)
    return gaussian(n, 4, [5.6] * 3, seed=seed, correlation=correlation, noise=noise)


def holds_truth(X, y, coef, weights=None):
    """Whether a model of the path has the true support."""
    _, coefs, _ = lasso_path(X, y, penalty_weights=weights)
    return ((coefs != 0.0) == (coef != 0.0)[:, None]).all(axis=0).any()


def test_adaptive_lasso_finds_what_the_lasso_cannot():
    """On Zou's model 0 about half of the Lasso's paths hold the truth, nearly all adaptive ones."""
    lasso = adaptive = 0
    for seed in range(40):
        X, y, coef = zou(seed)
        lasso += holds_truth(X, y, coef)
        adaptive += holds_truth(X, y, coef, adaptive_weights(X, y))
    assert lasso <= 28
    assert adaptive >= 38


def test_adaptive_weights_are_powers_of_the_first_estimate():
    """1 / |b|^gamma, the smallest 1; zeros are excluded, factors multiply."""
    X, y = problem(30, 4)
    b = np.array([2.0, -0.5, 0.0, 1.0])
    for gamma in (0.5, 1.0, 2.0):
        weights = adaptive_weights(X, y, gamma=gamma, initial=b)
        assert_allclose(weights, [1.0, 4.0**gamma, np.inf, 2.0**gamma])
    weights = adaptive_weights(X, y, initial=b, penalty_weights=[0.0, 1.0, 0.0, 3.0])
    assert_allclose(weights, [0.0, 2.0, 0.0, 3.0])
    assert_allclose(adaptive_weights(X, y, initial=b, positive=True), [1.0, np.inf, np.inf, 2.0])
    weights = adaptive_weights(X, y, initial=b, penalty_weights=[np.inf, 1.0, 1.0, 1.0])
    assert_allclose(weights, [np.inf, 2.0, np.inf, 1.0])


def test_adaptive_weights_of_an_estimator():
    """Any estimator serves; it is cloned, and gets the sample weights."""
    X, y = problem(30, 4)
    s = np.linspace(0.1, 2.0, 30)
    given = LinearRegression()
    weights = adaptive_weights(X, y, initial=given, sample_weight=s)
    assert not hasattr(given, "coef_")
    b = np.abs(LinearRegression().fit(X, y, sample_weight=s).coef_)
    assert_allclose(weights, b.max() / b)
    with pytest.raises(TypeError, match="StandardScaler sets none"):
        adaptive_weights(X, y, initial=StandardScaler())


@pytest.mark.parametrize("storage", [np.array, sparse.csr_array, np.float32])
def test_adaptive_first_estimates(storage):
    """Ridge is near least squares here, the Lasso excludes; both in every storage."""
    X, y, coef = gaussian(200, 30, [3.0, -2.0, 1.0])
    s = np.linspace(0.0, 2.0, 200)
    b = np.abs(LinearRegression().fit(X, y, sample_weight=s).coef_)
    weights = adaptive_weights(storage(X), y, initial="ridge", sample_weight=s)
    assert_allclose(weights[:3], b.max() / b[:3], rtol=0.05)
    weights = adaptive_weights(storage(X), y, initial="lasso", sample_weight=s)
    assert np.isfinite(weights[coef != 0.0]).all()
    assert np.isinf(weights[coef == 0.0]).sum() >= 15
    kept = adaptive_weights(
        storage(X),
        y,
        initial="lasso",
        sample_weight=s,
        penalty_weights=[1, 1, np.inf, *[1] * 26, 0],
    )
    assert kept[2] == np.inf
    assert kept[29] == 0.0


def test_adaptive_ridge_is_chosen_as_by_generalised_cross_validation():
    """The penalty is that of scikit-learn's RidgeCV, up to its intercept's degree of freedom."""
    from skl1.inference.first_stage import RIDGE_ALPHAS

    X, y, _ = gaussian(40, 30, [1.0, -1.0, 0.5], noise=2.0)
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    ridge = RidgeCV(40 * RIDGE_ALPHAS, gcv_mode="eigen").fit(X, y)
    weights = adaptive_weights(X, y, initial="ridge")
    b = np.abs(ridge.coef_)
    assert np.corrcoef(np.log(weights), np.log(b.max() / b))[0, 1] > 0.98


def test_adaptive_auto():
    """Ridge with more rows than features, else the Lasso."""
    X, y, _ = gaussian(50, 20, [3.0])
    assert_array_equal(adaptive_weights(X, y), adaptive_weights(X, y, initial="ridge"))
    assert_array_equal(
        adaptive_weights(X[:15], y[:15]), adaptive_weights(X[:15], y[:15], initial="lasso")
    )


@pytest.mark.parametrize(("initial", "p"), [("lasso", 80), ("ridge", 20)])
def test_adaptive_units(initial, p):
    """With gamma = 1 the model is free of the columns' units, as the first estimates are."""
    X, y, _ = gaussian(50, p, [3.0, 2.0, 1.0])
    scale = 10.0 ** np.linspace(-3, 3, p)
    one, other = (adaptive_weights(Z, y, initial=initial, tol=1e-13) for Z in (X, X * scale))
    with np.errstate(invalid="ignore"):
        ratio = other / one / scale
    assert_allclose(ratio[np.isfinite(one)], ratio[0], rtol=1e-6)


def test_adaptive_weights_of_an_estimate_that_fell_short(monkeypatch):
    rounds_fall_short(monkeypatch)
    X, y = problem(30, 40, nonzero=20, noise=2.0)
    with pytest.warns(ConvergenceWarning, match=r"scaled Lasso, .* tol=0: .* gap is \d") as caught:
        adaptive_weights(X, y, initial="lasso", max_iter=1, tol=0.0)
    assert caught[0].filename == __file__


def test_adaptive_weights_of_nothing():
    """A first estimate of zeros excludes all, with a warning."""
    X, y = problem(30, 4)
    with pytest.warns(EmptyModelWarning, match="first estimate") as caught:
        weights = adaptive_weights(X, y, initial=np.zeros(4))
    assert np.isinf(weights).all()
    assert caught[0].filename == __file__
    with pytest.warns(EmptyModelWarning):
        adaptive_weights(X, np.full(30, 2.0), initial="lasso")


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"gamma": 0.0}, ValueError, "gamma"),
        ({"gamma": np.inf}, ValueError, "gamma"),
        ({"gamma": "1"}, ValueError, "gamma"),
        ({"initial": "ols"}, ValueError, "initial"),
        ({"initial": None}, TypeError, "initial"),
        ({"initial": np.ones(3)}, ValueError, "initial"),
        ({"initial": [1.0, np.nan, 1.0, 1.0]}, ValueError, "initial"),
        ({"penalty_weights": [1.0]}, ValueError, "penalty_weights"),
        ({"sample_weight": -np.ones(30)}, ValueError, "[Nn]egative"),
    ],
    ids=str,
)
def test_adaptive_refuses(options, error, words):
    with pytest.raises(error, match=words):
        adaptive_weights(*problem(30, 4), **options)
