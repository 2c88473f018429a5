"""Ridge paths: every model is scikit-learn's Ridge at its alpha, with a gap that bounds."""

import warnings

import numpy as np
import pytest
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import Ridge

from common import explicit, quiet
from covering import pairs
from skl1 import Moments, RidgeGD, RidgePath, ridge_path
from skl1.designs import MomentDesign, make_design
from skl1.paths.ridge import ridge_grid, solve_ridge_path
from skl1.penalties import SquaredL2
from skl1.problems.model import coefficients
from skl1.problems.problem import Problem

pytestmark = pytest.mark.filterwarnings("error")

ALPHAS = np.array([30.0, 1.0, 0.03, 1e-4])
MIXED = np.r_[0.0, np.inf, 0.0, np.linspace(0.2, 3.0, 17)]
STORAGES = {
    "C": np.ascontiguousarray,
    "F": np.asfortranarray,
    "csc": sparse.csc_array,
    "float32": np.float32,
    "csr float32": lambda X: sparse.csr_matrix(X.astype(np.float32)),
}


def data(n=50, p=20, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) * rng.uniform(0.3, 3.0, p) + 0.7 * rng.normal(size=(n, 1)) + 1.0
    X[:, 4] = 2.5
    y = X[:, :4] @ [2.0, -1.0, 1.0, 0.5] + rng.normal(size=n) + 3.0
    return X, y, rng.integers(0, 3, n) + 0.5


def reference(X, y, alpha, s=None, u=None, fit_intercept=True):
    """The minimum of the definition: of least norm in the free columns, by dense least squares."""
    Xe, ye, x_mean, y_mean = explicit(X, y, s, fit_intercept)
    n, p = Xe.shape
    u = np.ones(p) if u is None else u
    used = np.isfinite(u)
    if fit_intercept:
        used &= np.ptp(X, axis=0) > 0.0
    A = np.r_[Xe[:, used], np.diag(np.sqrt(n * alpha * u[used]))]
    w = np.zeros(p)
    w[used] = np.linalg.lstsq(A, np.r_[ye, np.zeros(used.sum())], rcond=1e-14)[0]
    value = 0.5 / n * ((ye - Xe @ w) ** 2).sum() + 0.5 * alpha * u[used] @ w[used] ** 2
    return w, y_mean - x_mean @ w, value


@pairs(
    storage=STORAGES,
    shape=[(50, 20), (15, 20), (20, 20)],
    weighted=[False, True],
    fit_intercept=[True, False],
)
def test_every_model_is_scikit_learns(storage, shape, weighted, fit_intercept):
    X, y, s = data(*shape)
    s = s if weighted else None
    stored = STORAGES[storage](X)
    got = ridge_path(
        stored,
        y,
        alphas=ALPHAS,
        sample_weight=s,
        fit_intercept=fit_intercept,
        tol=1e-12,
        return_path=True,
    )
    assert isinstance(got, RidgePath)
    assert got.converged.all()
    assert got.coefs.dtype == np.float64
    total = shape[0] if s is None else s.sum()
    if "float32" in storage:
        X = X.astype(np.float32).astype(float)
    for k, alpha in enumerate(ALPHAS):
        model = Ridge(total * alpha, fit_intercept=fit_intercept, solver="cholesky")
        model.fit(X, y, sample_weight=s)
        np.testing.assert_allclose(got.coefs[:, k], model.coef_, atol=1e-6)
        assert got.intercepts[k] == pytest.approx(model.intercept_, abs=1e-5)
    assert (got.coefs[4] == 0.0).all() == fit_intercept


@pairs(
    storage=STORAGES,
    fit_intercept=[True, False],
    shape=[(50, 20), (15, 20)],
    u=[MIXED, np.zeros(20), np.full(20, np.inf), np.r_[np.zeros(3), np.full(17, np.inf)]],
)
def test_penalty_weights(storage, shape, fit_intercept, u):
    X, y, s = data(*shape)
    stored = STORAGES[storage](X)
    if "float32" in storage:
        X = X.astype(np.float32).astype(float)
    options = {"sample_weight": s, "penalty_weights": u, "fit_intercept": fit_intercept}
    got = ridge_path(stored, y, alphas=ALPHAS, tol=1e-10, return_path=True, **options)
    assert got.converged.all()
    assert not got.coefs[np.isinf(u)].any()
    for k, alpha in enumerate(ALPHAS):
        w, b, value = reference(X, y, alpha, s, u, fit_intercept)
        assert got.objectives[k] == pytest.approx(value, rel=1e-9, abs=1e-12 * (y @ y))
        if u is MIXED:
            np.testing.assert_allclose(got.coefs[:, k], w, atol=1e-4)
            assert got.intercepts[k] == pytest.approx(b, abs=1e-3)
    Xe, _, _, _ = explicit(X, y, s, fit_intercept)
    used = np.isfinite(u) & (np.ptp(X, axis=0) > 0.0 if fit_intercept else True)
    A = Xe[:, used]
    for k, alpha in enumerate(ALPHAS):
        hat = A @ np.linalg.pinv(A.T @ A + shape[0] * alpha * np.diag(u[used])) @ A.T
        assert got.degrees_of_freedom[k] == pytest.approx(np.trace(hat), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("way", ["factor", "iterations", "positive"])
def test_gaps_are_upper_bounds(way, seed, monkeypatch):
    """Also of models that are far from their minimum."""
    X, y, s = data(30, [20, 40][seed % 2], seed)
    if way == "iterations":
        monkeypatch.setattr("skl1.paths.ridge.LARGEST_FACTOR", 0)
        monkeypatch.setattr("skl1.paths.ridge_factors.LARGEST_FACTOR", 0)
    options = {"positive": way == "positive", "sample_weight": s}
    with quiet():
        path = ridge_path(
            X, y, alphas=ALPHAS, tol=1e-6, max_iter=1 + 5 * seed, return_path=True, **options
        )
    null = 0.5 * make_design(X, y, s).energy
    for k, alpha in enumerate(ALPHAS):
        w = path.coefs[:, k]
        r = y - X @ w - path.intercepts[k]
        value = 0.5 * s @ r**2 / s.sum() + 0.5 * alpha * w @ w
        assert path.objectives[k] == pytest.approx(value, rel=1e-9)
        if way == "positive":
            assert w.min() >= 0.0
            best = RidgeGD(alpha=alpha, positive=True, tol=1e-13, max_iter=100_000)
            best = best.fit(X, y, sample_weight=s).objective_
        else:
            best = reference(X, y, alpha, s)[2]
        assert path.dual_gaps[k] >= value - best - 1e-13 * null
        assert not path.converged[k] or path.dual_gaps[k] <= 1e-6 * null * (1 + 1e-9)
    if way == "factor":
        assert path.converged.all()
        assert path.dual_gaps.max() <= 1e-12 * null


@pytest.mark.parametrize("shape", [(60, 20), (25, 40)])
@pytest.mark.parametrize("positive", [False, True])
def test_iterations_find_the_same_models(shape, positive, monkeypatch):
    X, y, s = data(*shape)
    options = {"sample_weight": s, "alphas": ALPHAS[:3], "tol": 1e-10, "positive": positive}
    options |= {"penalty_weights": np.r_[0.0, np.inf, np.ones(shape[1] - 2)]}
    one = ridge_path(X, y, return_path=True, **options)
    monkeypatch.setattr("skl1.paths.ridge.LARGEST_FACTOR", 0)
    monkeypatch.setattr("skl1.paths.ridge_factors.LARGEST_FACTOR", 0)
    other = ridge_path(X, y, return_path=True, **options)
    assert one.converged.all()
    assert other.converged.all()
    np.testing.assert_allclose(one.coefs, other.coefs, atol=1e-3)
    np.testing.assert_allclose(one.objectives, other.objectives, rtol=1e-8)
    assert (one.degrees_of_freedom > 1.0).all()
    assert np.isnan(other.degrees_of_freedom).all()


@pytest.mark.parametrize("shape", [(30, 8), (30, 40)])
def test_weights_equal_repetition(shape):
    X, y, _ = data(*shape)
    s = np.arange(30) % 3
    options = {"n_alphas": 10, "tol": 1e-12, "return_path": True}
    weighted = ridge_path(X, y, sample_weight=s, alphas=ALPHAS, **options)
    repeated = ridge_path(np.repeat(X, s, axis=0), np.repeat(y, s), alphas=ALPHAS, **options)
    np.testing.assert_allclose(weighted.coefs, repeated.coefs, atol=1e-8)
    np.testing.assert_allclose(weighted.intercepts, repeated.intercepts, atol=1e-8)
    np.testing.assert_allclose(weighted.dual_gaps, repeated.dual_gaps, atol=1e-10)


@pytest.mark.parametrize("storage", [np.array, np.asfortranarray, sparse.csc_array])
@pytest.mark.parametrize("shape", [(60, 12), (20, 30)])
def test_means_that_dwarf_the_spread(storage, shape):
    """A shift of X and y by a million spreads changes the intercept alone."""
    rng = np.random.default_rng(1)
    X = rng.integers(-8, 9, shape).astype(float)
    y = X[:, 0] + rng.normal(size=shape[0])
    plain = ridge_path(X, y, tol=1e-10, alphas=ALPHAS, return_path=True)
    moved = ridge_path(storage(X + 4e6), y + 1e6, tol=1e-10, alphas=ALPHAS, return_path=True)
    assert moved.converged.all()
    np.testing.assert_allclose(plain.coefs, moved.coefs, atol=1e-5)


@pytest.mark.parametrize("shape", [(60, 12), (20, 30)])
@pytest.mark.parametrize("alpha", [1e10, 1.0, 1e-4, 1e-8, 1e-12])
def test_columns_of_very_different_units(shape, alpha):
    """Whichever of them the alpha is for."""
    X, y, _ = data(*shape)
    X = X * np.array([1e-8, 1e8, 1.0])[np.arange(shape[1]) % 3]
    with quiet():
        path = ridge_path(X, y, alphas=[alpha], return_path=True)
    # At 1e-12 the rounding of the gradient, squared, over alpha is what a gap can show.
    assert path.converged.all() or alpha == 1e-12
    assert path.dual_gaps[0] <= (1e-6 if path.converged[0] else 1e-3) * y.var() / 2 * (1 + 1e-9)
    w = path.coefs[:, 0]
    value = 0.5 * np.mean((y - X @ w - path.intercepts[0]) ** 2) + 0.5 * alpha * w @ w
    assert path.objectives[0] == pytest.approx(value, rel=1e-6)


@pytest.mark.parametrize("shape", [(60, 12), (20, 30)])
@pytest.mark.parametrize("positive", [False, True])
@pytest.mark.parametrize("low", [5e-324, 1e-300, 1e-100, 1e-20, 1e-12])
def test_penalty_weights_that_are_far_apart(shape, positive, low):
    """Coefficients are numbers, no worse than none, and certified where the path says so."""
    X, y, _ = data(*shape)
    u = np.r_[low, 1.0 / max(low, 1e-300), np.ones(shape[1] - 2)]
    with quiet():
        path = ridge_path(
            X,
            y,
            alphas=ALPHAS,
            penalty_weights=u,
            positive=positive,
            max_iter=300,
            return_path=True,
        )
    assert np.isfinite(path.coefs).all()
    assert not np.isnan(path.dual_gaps).any()
    null = 0.5 * y.var()
    assert path.objectives.max() <= null * (1 + 1e-11)
    assert np.all(path.dual_gaps[path.converged] <= 1e-6 * null)
    if low == 1e-12:
        assert path.converged.all()


def test_what_rounding_hides_is_not_called_converged():
    """With alpha at 1e-32 of a curvature, rounding of that gradient alone may cost the gap."""
    X, y, _ = data(60, 12)
    X *= np.array([1e-8, 1e8, 1.0])[np.arange(12) % 3]
    with quiet():
        path = ridge_path(X, y, alphas=[1e-16], max_iter=100, return_path=True)
    assert not path.converged[0]
    assert path.dual_gaps[0] > 1e-6 * y.var() / 2
    w = path.coefs[:, 0]
    slope = X.T @ (y - X @ w - path.intercepts[0]) / 60 - 1e-16 * w
    assert np.all(np.abs(slope)[np.arange(12) != 4] <= 1e-12 * X.std(axis=0)[np.arange(12) != 4])


@pytest.mark.parametrize("shape", [(60, 12), (20, 30)])
@pytest.mark.parametrize("alpha", [1e-3, 1e-12, 1e-17])
def test_columns_that_depend_on_each_other(shape, alpha):
    """A small alpha must not blow up what is rounding; twins share their coefficient."""
    X, y, _ = data(*shape)
    X[:, 5] = X[:, 6]
    with quiet():
        path = ridge_path(X, y, alphas=[alpha], return_path=True)
    if alpha > 1e-15:
        assert path.converged.all()
    value = reference(X, y, alpha)[2]
    assert path.objectives[0] <= value + 1e-6 * y.var() / 2
    assert path.coefs[5, 0] == pytest.approx(path.coefs[6, 0], abs=1e-2)


@pytest.mark.parametrize("shape", [(60, 12), (10, 30)])
def test_free_columns_that_depend_on_each_other(shape):
    X, y, _ = data(*shape)
    X[:, 1] = 2.0 * X[:, 0]
    u = np.r_[0.0, 0.0, np.ones(shape[1] - 2)]
    path = ridge_path(X, y, alphas=ALPHAS, penalty_weights=u, tol=1e-9, return_path=True)
    assert path.converged.all()
    one = ridge_path(X[:, 1:], y, alphas=ALPHAS, penalty_weights=u[1:], tol=1e-9, return_path=True)
    np.testing.assert_allclose(path.objectives, one.objectives, rtol=1e-9)
    np.testing.assert_allclose(path.degrees_of_freedom, one.degrees_of_freedom)


@pytest.mark.parametrize("free", [False, True])
def test_models_of_moments(free):
    """Without rows, and the same whether the data come in one block or in several."""
    X, y, s = data()
    u = MIXED if free else np.ones(20)
    moments = sum(Moments.of(X[i::3], y[i::3], s[i::3]) for i in range(3))
    problem = Problem(MomentDesign.of_moments(moments, True), SquaredL2(1.0), u)
    steps = solve_ridge_path(problem, ALPHAS, tol=1e-10, max_iter=100)
    assert all(step.converged for step in steps)
    path = ridge_path(X, y, alphas=ALPHAS, sample_weight=s, penalty_weights=u, return_path=True)
    np.testing.assert_allclose(coefficients(steps, 20).T, path.coefs, atol=1e-6)
    np.testing.assert_allclose(
        ridge_grid(problem, None, 5, None),
        ridge_path(X, y, alphas=5, sample_weight=s, penalty_weights=u)[0],
    )


def test_the_grid():
    X, y, _ = data()
    u = np.r_[0.0, np.inf, np.linspace(0.5, 2.0, 18)]
    path = ridge_path(X, y, penalty_weights=u, return_path=True)
    curvatures = X.var(axis=0)[2:] / u[2:]
    mean = curvatures.sum() / (curvatures > 0.0).sum()
    np.testing.assert_allclose(path.alphas, np.geomspace(1e3 * mean, 1e-4 * mean, 100))
    assert path.converged.all()
    assert (np.diff(path.explained) > 0.0).all()
    assert ridge_path(X, y, n_alphas=1)[0].shape == (1,)
    problem = Problem(make_design(X, y, None), SquaredL2(1.0), np.ones(20))
    alphas = ridge_grid(problem, None, 3, 0.01)
    np.testing.assert_allclose(alphas[1:] / alphas[:-1], 0.1)
    nothing = ridge_path(X, y, penalty_weights=np.zeros(20), n_alphas=3, return_path=True)
    assert nothing.converged.all()
    np.testing.assert_allclose(nothing.coefs[:, 0], nothing.coefs[:, 2], rtol=1e-12)


def test_alphas_in_any_order_and_more_than_once():
    X, y, _ = data()
    alphas, coefs, gaps = ridge_path(X, y, alphas=[1, 5, 1, 2])
    assert alphas.tolist() == [5.0, 2.0, 1.0, 1.0]
    np.testing.assert_allclose(coefs[:, 2], coefs[:, 3], rtol=1e-12)
    assert gaps.shape == (4,)


@pytest.mark.parametrize("shape", [(50, 20), (15, 20)])
def test_models_are_made_a_few_at_a_time(shape, monkeypatch):
    X, y, _ = data(*shape)
    whole = ridge_path(X, y, n_alphas=7)
    monkeypatch.setattr("skl1.paths.ridge.MODEL_ENTRIES", 2 * sum(shape))
    parts = ridge_path(X, y, n_alphas=7)
    np.testing.assert_allclose(whole[1], parts[1], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("positive", [False, True])
@pytest.mark.parametrize("shape", [(50, 20), (15, 20)])
def test_nothing_to_explain(shape, positive):
    X, _, _ = data(*shape)
    path = ridge_path(X, np.full(shape[0], 7.0), n_alphas=4, positive=positive, return_path=True)
    assert not path.coefs.any()
    assert path.intercepts.tolist() == [7.0] * 4
    assert path.converged.all()


def test_figures_of_the_models():
    X, y, s = data()
    path = ridge_path(X, y, sample_weight=s, n_alphas=10, return_path=True)
    predicted = path.predict(X)
    mean = s @ y / s.sum()
    explained = 1.0 - s @ (y[:, None] - predicted) ** 2 / (s @ (y - mean) ** 2)
    np.testing.assert_allclose(path.explained, explained, rtol=1e-9, atol=1e-12)
    np.testing.assert_array_equal(path.n_nonzeros, np.full(10, 19))


def test_one_warning_for_all_that_failed():
    X, y, _ = data(40, 30)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        path = ridge_path(X, y, positive=True, max_iter=1, tol=1e-12, return_path=True)
    failed = path.alphas[~path.converged]
    assert failed.size > 1
    assert [each.category for each in caught] == [ConvergenceWarning]
    assert f"{failed.size} of 100 alphas" in str(caught[0].message)
    assert caught[0].filename == __file__


@pytest.mark.parametrize("storage", STORAGES)
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_many_residuals_are_those_of_each(storage, fit_intercept):
    X, y, s = data()
    design = make_design(STORAGES[storage](X), y, s, fit_intercept)
    W = np.random.default_rng(0).normal(size=(3, 20))
    r = design.residuals(W)
    for k, w in enumerate(W):
        z, rr = design.gradient(w)
        assert rr == pytest.approx(design.weights @ r[k] ** 2)
        np.testing.assert_allclose(design.adjoint(r[k]), z, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"alphas": [0.1, 0.0]}, "positive"),
        ({"alphas": [0.1, -1.0]}, "positive"),
        ({"alphas": [np.nan]}, "positive"),
        ({"alphas": []}, "alphas"),
        ({"n_alphas": 0}, "n_alphas"),
        ({"tol": -1.0}, "tol"),
        ({"max_iter": 0}, "max_iter"),
        ({"penalty_weights": [1.0]}, "penalty_weights"),
        ({"sample_weight": -np.ones(50)}, "[Nn]egative"),
    ],
    ids=str,
)
def test_what_is_refused(options, words):
    with pytest.raises(ValueError, match=words):
        ridge_path(*data()[:2], **options)


def test_a_grid_of_weights_that_are_too_small():
    X, y, _ = data()
    with pytest.raises(ValueError, match="penalty_weights so small"):
        ridge_path(X, y, penalty_weights=np.full(20, 5e-324))
