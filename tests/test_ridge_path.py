"""The ridge path: every model is scikit-learn's, certified; from one factorisation."""

import numpy as np
import pytest
import sklearn.linear_model
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning

from skl1 import Moments, RidgeGD, RidgePath, ridge_path
from skl1.designs import MomentDesign
from skl1.paths.ridge import ridge_degrees, ridge_grid, solve_ridge_path
from skl1.penalties import SquaredL2
from skl1.problem import Problem
from skl1.solvers.ridge import ColumnFactor, RidgeFactor, RowFactor

pytestmark = pytest.mark.filterwarnings("error")


def data(n=40, p=12, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) + 0.7 * rng.normal(size=(n, 1)) + 1.0
    y = X[:, :4] @ [2.0, -1.0, 1.0, 0.5] + rng.normal(size=n) + 3.0
    return X, y, rng.uniform(0.2, 2.0, n)


def reference(X, y, s, alpha, u, fit_intercept=True):
    """The minimiser, from the normal equations of explicit data; u of inf excludes."""
    X = X.toarray() if sparse.issparse(X) else np.asarray(X, dtype=np.float64)
    s = s / s.sum()
    x_mean, y_mean = (s @ X, s @ y) if fit_intercept else (np.zeros(X.shape[1]), 0.0)
    root = np.sqrt(s)
    kept = np.isfinite(u)
    A = root[:, None] * (X - x_mean)[:, kept]
    stacked = np.vstack([A, np.diag(np.sqrt(alpha * u[kept]))])
    target = np.r_[root * (y - y_mean), np.zeros(np.count_nonzero(kept))]
    w = np.zeros(X.shape[1])
    w[kept] = np.linalg.lstsq(stacked, target)[0]
    return w, y_mean - x_mean @ w


WEIGHTS = [None, "mixed"]


@pytest.mark.parametrize("storage", [np.array, np.asfortranarray, sparse.csc_array, np.float32])
@pytest.mark.parametrize("weights", WEIGHTS)
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("shape", [(40, 12), (10, 30)])
def test_every_model_is_the_minimiser(storage, weights, fit_intercept, shape):
    X, y, s = data(*shape)
    p = shape[1]
    u = np.ones(p)
    if weights:
        u = np.linspace(0.3, 2.0, p)
        u[[1, 3]], u[5] = 0.0, np.inf
    path = ridge_path(
        storage(X),
        y,
        n_alphas=7,
        sample_weight=s,
        penalty_weights=u,
        fit_intercept=fit_intercept,
        tol=1e-9,
        return_path=True,
    )
    assert isinstance(path, RidgePath)
    assert path.converged.all()
    X = storage(X).astype(np.float64)
    for k, alpha in enumerate(path.alphas):
        w, b = reference(X, y, s, alpha, u, fit_intercept)
        size = np.abs(w).max()
        np.testing.assert_allclose(path.coefs[:, k], w, atol=2e-5 * size)
        assert path.intercepts[k] == pytest.approx(b, abs=1e-3)
        dense = X.toarray() if sparse.issparse(X) else X
        residual = y - dense @ path.coefs[:, k] - path.intercepts[k]
        charged = np.where(np.isfinite(u), u, 0.0) @ path.coefs[:, k] ** 2
        objective = 0.5 * s @ residual**2 / s.sum() + 0.5 * alpha * charged
        assert path.objectives[k] == pytest.approx(objective, rel=1e-10)
        least = y - dense @ w - b
        charged = np.where(np.isfinite(u), u, 0.0) @ w**2
        best = 0.5 * s @ least**2 / s.sum() + 0.5 * alpha * charged
        assert path.dual_gaps[k] >= objective - best - 1e-12 * objective


def test_scale_of_scikit_learn():
    X, y, s = data()
    alphas, coefs, gaps = ridge_path(X, y, sample_weight=s, alphas=[0.1, 10.0, 0.1])
    assert alphas.tolist() == [10.0, 0.1, 0.1]
    assert coefs.shape == (12, 3)
    assert gaps.shape == (3,)
    for k, alpha in enumerate(alphas):
        ridge = sklearn.linear_model.Ridge(alpha=s.sum() * alpha, solver="svd")
        np.testing.assert_allclose(coefs[:, k], ridge.fit(X, y, s).coef_, rtol=1e-8)


def test_weights_equal_repetition():
    X, y, _ = data()
    s = np.arange(40) % 3
    one = ridge_path(X, y, sample_weight=s, n_alphas=5)
    two = ridge_path(X.repeat(s, axis=0), y.repeat(s), n_alphas=5)
    for a, b in zip(one[:2], two[:2], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9)


@pytest.mark.parametrize("shape", [(40, 12), (10, 30)])
def test_scales_and_means_far_apart(shape):
    X, y, _ = data(*shape)
    scales = np.logspace(-8, 8, shape[1])
    X = (X + 1e6) * scales
    u = scales**2
    path = ridge_path(X, y, penalty_weights=u, alphas=[1.0, 1e-2], tol=1e-8, return_path=True)
    assert path.converged.all()
    plain = ridge_path(X / scales - 1e6, y, alphas=[1.0, 1e-2], tol=1e-12)[1]
    np.testing.assert_allclose(path.coefs * scales[:, None], plain, atol=1e-4)


@pytest.mark.parametrize("shape", [(40, 12), (10, 30)])
@pytest.mark.parametrize("free", [False, True])
def test_degrees_of_freedom(shape, free):
    X, y, _ = data(*shape)
    u = np.ones(shape[1])
    u[:2] = 0.0 if free else 1.0
    path = ridge_path(X, y, penalty_weights=u, alphas=[0.5], return_path=True)
    n = len(y)
    A = (X - X.mean(axis=0)) / np.sqrt(n)
    hat = A @ np.linalg.solve(A.T @ A + 0.5 * np.diag(u), A.T)
    assert path.degrees_of_freedom[0] == pytest.approx(np.trace(hat), rel=1e-8)


def test_nonnegative_models():
    X, y, _ = data()
    alphas, coefs, _ = ridge_path(X, y, n_alphas=6, eps=1e-3, positive=True, tol=1e-9)
    assert (coefs >= 0.0).all()
    for k, alpha in enumerate(alphas):
        model = RidgeGD(alpha=alpha, positive=True, tol=1e-10).fit(X, y)
        np.testing.assert_allclose(coefs[:, k], model.coef_, atol=1e-3)


def test_moments_and_what_is_too_large(monkeypatch):
    X, y, _ = data()
    problem = Problem(MomentDesign.of_moments(Moments.of(X, y), True), SquaredL2(1.0), np.ones(12))
    grid = ridge_grid(problem, None, 6, None)
    assert isinstance(RidgeFactor.of(problem), ColumnFactor)
    factored = solve_ridge_path(problem, grid, tol=1e-10, max_iter=1000)
    monkeypatch.setattr("skl1.solvers.ridge.LARGEST", 5)
    assert RidgeFactor.of(problem) is None
    iterated = solve_ridge_path(problem, grid, tol=1e-10, max_iter=1000)
    for one, two in zip(factored, iterated, strict=True):
        np.testing.assert_allclose(one.values, two.values, atol=1e-4)
    monkeypatch.undo()
    assert ridge_degrees(problem, iterated) == pytest.approx(ridge_degrees(problem, factored))


def test_rows_are_factored_where_they_are_fewer():
    from skl1.designs import make_design

    X, y, _ = data(10, 30)
    problem = Problem(make_design(X, y), SquaredL2(1.0), np.ones(30))
    assert isinstance(RidgeFactor.of(problem), RowFactor)


def test_trivial_and_bad_data():
    X, y, _ = data()
    _, coefs, gaps = ridge_path(X, np.full(40, 3.0))
    assert not coefs.any()
    assert not gaps.any()
    for alphas in ([0.0], [-1.0, 1.0], [], [np.inf]):
        with pytest.raises(ValueError, match="alphas must be a sequence of positive numbers"):
            ridge_path(X, y, alphas=alphas)
    with pytest.raises(ValueError, match="eps must lie between"):
        ridge_path(X, y, eps=2.0)
    with pytest.warns(ConvergenceWarning, match="alphas did not converge"):
        ridge_path(X, y, positive=True, max_iter=1, tol=1e-12)
