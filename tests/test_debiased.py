"""The de-biased Lasso: confidence intervals and p-values."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse, stats
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import Lasso

from common import quiet, rounds_fall_short
from gaussian_data import gaussian
from skl1 import debiased_lasso
from skl1.exceptions import IntervalWarning
from skl1.model_selection.scaled_lasso import penalty_level


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_debiased_is_least_squares_where_that_exists(weighted, fit_intercept):
    """Penalties near 0 and n >> p: coefficients, errors and t-intervals of (weighted) OLS."""
    X, y, _ = gaussian(400, 6, [1.0, -1.0], seed=2)
    X, y = X + 1.0, y + 2.0
    s = np.linspace(0.5, 2.0, 400) if weighted else np.ones(400)
    result = debiased_lasso(
        X, y, alpha=1e-8, nodewise_alpha=1e-8, tol=1e-14, fit_intercept=fit_intercept,
        sample_weight=s if weighted else None,
    )  # fmt: skip
    A = np.sqrt(s)[:, None] * (np.c_[X, np.ones(400)] if fit_intercept else X)
    z = np.sqrt(s) * y
    b = np.linalg.lstsq(A, z)[0]
    free = 400 - A.shape[1]
    variance = ((z - A @ b) ** 2).sum() / free
    errors = np.sqrt(variance * np.diag(np.linalg.inv(A.T @ A)))[:6]
    assert_allclose(result.coefs, b[:6], atol=1e-6)
    assert_allclose(result.standard_errors, errors, rtol=1e-5)
    assert_allclose(result.upper, b[:6] + stats.t.isf(0.025, free) * errors, atol=1e-3)
    assert_allclose(result.p_values, 2 * stats.t.sf(np.abs(b[:6] / errors), free), atol=5e-3)
    assert result.sigma**2 == pytest.approx(variance / s.mean(), rel=1e-6)


@pytest.mark.parametrize("toeplitz", [0.0, 0.5])
def test_debiased_coverage(toeplitz):
    """n = 100, p = 200, s = 3: intervals of 95 % cover about so often, the Lasso's would not."""
    correlation = toeplitz ** np.abs(np.subtract.outer(np.arange(200), np.arange(200)))
    active, null, noise, biased = [], [], [], []
    effects = np.zeros(141)
    effects[[0, 70, 140]] = 1.0
    for seed in range(40):
        X, y, coef = gaussian(100, 200, effects, seed=seed, correlation=correlation)
        result = debiased_lasso(X, y, features=[0, 70, 140, 50, 100, 150])
        truth = coef[result.features]
        covered = (result.lower <= truth) & (truth <= result.upper)
        active += covered[:3].tolist()
        null += covered[3:].tolist()
        noise.append(result.sigma)
        reach = (result.upper - result.coefs)[:3]
        biased += (np.abs(result.lasso_coefs[result.features[:3]] - 1.0) <= reach).tolist()
    # 120 intervals each: their shares have a standard deviation of 2 %.
    assert 0.88 <= np.mean(active) <= 1.0
    assert 0.90 <= np.mean(null) <= 0.99
    assert 0.95 <= np.mean(noise) <= 1.12
    assert np.mean(biased) <= 0.7


def test_debiased_p_values_are_uniform_without_an_effect():
    """Over many null features one in twenty has a p-value below 0.05."""
    small = []
    for seed in range(6):
        X, y, _ = gaussian(100, 150, [1.0, -1.0], seed=seed)
        small.append((debiased_lasso(X, y).p_values[2:] < 0.05).mean())
    assert 0.02 <= np.mean(small) <= 0.08


@pytest.mark.parametrize("storage", [np.array, sparse.csr_array, np.float32])
def test_debiased_in_every_storage_and_unit(monkeypatch, storage):
    """Dense, sparse, on the Gram matrix or on the rows, in other units: the same figures."""
    X, y, _ = gaussian(60, 30, [2.0, -1.0])
    X = X.astype(np.float32).astype(float)
    expected = debiased_lasso(X, y, features=[0, 1, 7], tol=1e-13)
    result = debiased_lasso(storage(X), y, features=[0, 1, 7], tol=1e-13)
    rtol = 1e-3 if storage is np.float32 else 1e-6
    assert_allclose(result.coefs, expected.coefs, rtol=rtol)
    monkeypatch.setattr("skl1.inference.nodewise.PATHS", 0)
    mask = np.isin(np.arange(30), [0, 1, 7])
    result = debiased_lasso(storage(X), y, features=mask, tol=1e-13)
    for name in ("coefs", "standard_errors", "lower", "upper", "p_values", "bias_factors"):
        assert_allclose(getattr(result, name), getattr(expected, name), rtol=rtol, atol=1e-7)
    assert_array_equal(result.features, [0, 1, 7])
    scale = 10.0 ** np.linspace(-4, 4, 30)
    result = debiased_lasso(X * scale, 7.0 * y, features=[0, 1, 7], tol=1e-13)
    assert_allclose(result.coefs * scale[[0, 1, 7]] / 7.0, expected.coefs, rtol=1e-6)
    assert_allclose(result.p_values, expected.p_values, rtol=1e-5, atol=1e-12)


def test_debiased_by_its_formula():
    """One coefficient from scikit-learn's Lasso, as equation 5 of van de Geer et al. says."""
    X, y, _ = gaussian(60, 10, [2.0, -1.0])
    alpha, share = 0.1, 0.15
    result = debiased_lasso(
        X, y, alpha=alpha, nodewise_alpha=share, features=[1], level=0.8, tol=1e-14
    )
    Xc, yc = X - X.mean(axis=0), y - y.mean()
    sd = Xc.std(axis=0)
    w = Lasso(alpha, fit_intercept=False, tol=1e-12).fit(Xc / sd, yc).coef_ / sd
    r = yc - Xc @ w
    others = np.delete(np.arange(10), 1)
    lasso = Lasso(share, fit_intercept=False, tol=1e-12)
    z = (
        Xc[:, 1]
        - lasso.fit(Xc[:, others] / sd[others], Xc[:, 1] / sd[1]).predict(
            Xc[:, others] / sd[others]
        )
        * sd[1]
    )
    along = z @ Xc[:, 1]
    sigma = np.sqrt(r @ r / (60 - np.count_nonzero(w) - 1))
    assert result.coefs[0] == pytest.approx(w[1] + z @ r / along, rel=1e-6)
    assert result.standard_errors[0] == pytest.approx(sigma * np.linalg.norm(z) / along, rel=1e-6)
    reach = stats.norm.isf(0.1) * result.standard_errors[0]
    assert result.upper[0] - result.coefs[0] == pytest.approx(reach)
    worst = np.abs(Xc[:, others].T @ z / sd[others]).max() / np.linalg.norm(z)
    assert result.bias_factors[0] == pytest.approx(worst, rel=1e-6)
    assert result.nodewise_alphas[0] == pytest.approx(share)
    assert_allclose(result.lasso_coefs, w, atol=1e-7)
    known = debiased_lasso(X, y, sigma=1.0)
    assert known.sigma == 1.0
    assert known.alpha == pytest.approx(penalty_level(60, 10))


def test_debiased_of_what_cannot_be_told():
    """A constant column has an infinite interval, a twin a bias factor of sqrt(n)."""
    X, y, _ = gaussian(50, 5, [2.0, -1.0])
    X = np.c_[X, np.full(50, 3.0), X[:, 0]]
    with pytest.warns(IntervalWarning, match="2 of 7 intervals mean little"):
        result = debiased_lasso(X, y)
    assert_array_equal(np.flatnonzero(result.flagged), [0, 6])
    assert (result.lower[5], result.upper[5], result.p_values[5]) == (-np.inf, np.inf, 1.0)
    assert result.bias_factors[6] == pytest.approx(np.sqrt(50), rel=1e-6)
    assert result.bias_factors[1] < 2.5
    assert np.isfinite(result.coefs).all()
    with quiet():  # a residual of rounding has no gap to speak of
        alike = debiased_lasso(X, y, nodewise_alpha=1e-9)
    assert np.isinf(alike.standard_errors[[0, 5, 6]]).all()
    assert np.isfinite(alike.standard_errors[1:5]).all()
    with pytest.warns(IntervalWarning, match=r"features x6 \(7.07\), x0 \(7.07\)|x0.*x6"):
        constant = debiased_lasso(X, np.ones(50))
    assert not constant.coefs.any()
    assert (constant.p_values == 1.0).all()


def test_debiased_warns_once(monkeypatch):
    rounds_fall_short(monkeypatch)
    X, y, _ = gaussian(60, 80, [2.0] * 20)
    with pytest.warns(ConvergenceWarning, match="regressions did not reach tol") as caught:
        debiased_lasso(X, y, features=[0, 1], max_iter=1, tol=0.0)
    assert len(caught) == 1
    assert caught[0].filename == __file__


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"alpha": 0.0}, "alpha"),
        ({"alpha": "a"}, "alpha"),
        ({"nodewise_alpha": -1.0}, "nodewise_alpha"),
        ({"sigma": np.nan}, "sigma"),
        ({"level": 1.0}, "level"),
        ({"level": 95}, "level"),
        ({"features": [30]}, "features must lie between 0 and 29"),
        ({"features": [-1]}, "features"),
        ({"features": []}, "features"),
        ({"features": [True]}, "features"),
        ({"features": ["a"]}, "features"),
        ({"features": [0.5]}, "features"),
        ({"alpha": 1e-9}, "leaves none for the noise"),
        ({"sample_weight": -np.ones(20)}, "[Nn]egative"),
        ({"tol": -1.0}, "tol"),
    ],
    ids=str,
)
def test_debiased_refuses(options, words):
    X, y, _ = gaussian(20, 30, [2.0])
    with quiet(), pytest.raises(ValueError, match=words):
        debiased_lasso(X, y, **options)
