"""Estimator against estimator, and against what theory says of special data."""

import itertools

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.linear_model import Ridge

from common import explicit, problem
from exactly import CONTAINERS, fit, orthonormal, sparse_problem
from skl1 import NonconvexLpRegressor, ProximalLasso, RidgeGD


@pytest.mark.parametrize("solver", ["auto", "coordinate_descent", "ista", "fista"])
@pytest.mark.parametrize("alpha", [1e-3, 1.0, 100.0])
def test_l1_ratio_zero_is_ridge(solver, alpha):
    """ProximalLasso(l1_ratio=0) equals Ridge(alpha=n alpha)."""
    X, y = problem()
    model = fit(ProximalLasso(alpha, l1_ratio=0.0, solver=solver, tol=1e-15), X, y)
    expected = Ridge(alpha=y.size * alpha, solver="svd").fit(X, y)
    assert_allclose(model.coef_, expected.coef_, rtol=5e-6, atol=1e-9)
    assert model.alpha_max_ == np.inf


@pytest.mark.parametrize("acceleration", [None, "nesterov", "conjugate_gradient"])
@pytest.mark.parametrize("shape", [(40, 8), (12, 30)], ids=["tall", "wide"])
@pytest.mark.parametrize("container", ["C", "csc_array"])
def test_ridge_gd_is_ridge(acceleration, shape, container):
    """RidgeGD(alpha) equals Ridge(alpha=W alpha), W the sum of the raw weights."""
    X, y = sparse_problem(*shape)
    weights = np.random.default_rng(2).uniform(0.5, 5.0, y.size)
    model = fit(
        RidgeGD(0.03, acceleration=acceleration, tol=1e-15),
        CONTAINERS[container](X),
        y,
        sample_weight=weights,
    )
    expected = Ridge(alpha=weights.sum() * 0.03, solver="svd").fit(X, y, sample_weight=weights)
    assert_allclose(model.coef_, expected.coef_, rtol=1e-6, atol=1e-7)
    assert model.intercept_ == pytest.approx(expected.intercept_, rel=1e-6)


@pytest.mark.parametrize("positive", [False, True])
@pytest.mark.parametrize("container", ["C", "csc_array"])
def test_p_one_is_the_lasso(container, positive):
    """NonconvexLpRegressor(p=1) equals ProximalLasso, certificate included."""
    X, y = sparse_problem()
    data = CONTAINERS[container](X)
    for p in (1, 1.0):
        model = NonconvexLpRegressor(0.1, p=p, tol=1e-12, positive=positive).fit(data, y)
        lasso = ProximalLasso(0.1, tol=1e-12, positive=positive).fit(data, y)
        assert_allclose(model.coef_, lasso.coef_, atol=1e-10)
        assert model.alpha_max_ == lasso.alpha_max_
        assert model.dual_gap_ <= 1e-12 * 0.5 * y.var()
        assert model.stationarity_ <= 1e-5


def test_p_near_one_is_nearly_the_lasso():
    """The l_p models go over into the Lasso continuously."""
    X, y = problem()
    lasso = ProximalLasso(0.1, tol=1e-12).fit(X, y)
    for p, close in ((0.99, 1e-2), (1 - 1e-6, 1e-5), (1 - 1e-12, 1e-6), (1 - 2**-53, 1e-6)):
        model = NonconvexLpRegressor(0.1, p=p, tol=1e-10).fit(X, y)
        assert_allclose(model.coef_, lasso.coef_, atol=close)


def test_p_zero_is_hard_thresholding():
    """On orthonormal columns p = 0 keeps the coefficients above sqrt(2 alpha) unchanged."""
    X, y = orthonormal()
    z = X.T @ y / y.size
    for alpha in (0.01, 0.1, 0.5):
        model = NonconvexLpRegressor(alpha, p=0).fit(X, y)
        assert_allclose(model.coef_, np.where(np.abs(z) > np.sqrt(2 * alpha), z, 0.0), atol=1e-12)
        assert set(np.flatnonzero(model.coef_)) == set(
            np.flatnonzero(np.abs(z) > np.sqrt(2 * alpha))
        )


@pytest.mark.parametrize("p", [0.1, 0.5, 2 / 3, 0.9])
def test_orthonormal_columns_separate(p):
    """On orthonormal columns every coefficient minimises its own scalar problem."""
    X, y = orthonormal()
    z, alpha = X.T @ y / y.size, 0.1
    model = NonconvexLpRegressor(alpha, p=p, tol=1e-12).fit(X, y)
    grid = np.linspace(-3.5, 3.5, 700_001)
    for j in range(z.size):
        values = 0.5 * (grid - z[j]) ** 2 + alpha * np.abs(grid) ** p
        own = 0.5 * (model.coef_[j] - z[j]) ** 2 + alpha * np.abs(model.coef_[j]) ** p * (
            model.coef_[j] != 0.0
        )
        assert own <= values.min() + 1e-9


def best_over_supports(X, y, alpha, power):
    """The least objective over all supports, each solved by reweighted least squares."""
    Xe, ye, *_ = explicit(X, y)
    n, p = Xe.shape
    best = 0.5 * ye @ ye / n
    for size in range(1, p + 1):
        for support in itertools.combinations(range(p), size):
            A = Xe[:, support]
            G, q = A.T @ A / n, A.T @ ye / n
            w = np.linalg.solve(G, q)
            if power > 0.0:
                for _ in range(100):
                    curvature = alpha * power * np.maximum(np.abs(w), 1e-12) ** (power - 2.0)
                    w = np.linalg.solve(G + np.diag(curvature), q)
            r = ye - A @ w
            best = min(best, 0.5 * r @ r / n + alpha * (np.abs(w) ** power).sum())
    return best


@pytest.mark.parametrize("power", [0.0, 0.3, 0.5, 0.8])
def test_against_all_supports(power):
    """The local minimum is the global one or near it, found by trying every support."""
    equal = 0
    excess = []
    for seed in range(12):
        X, y = problem(25, 6, seed=seed, noise=1.0, offset=0.5)
        X[:, 3] = X[:, 0] + 0.7 * X[:, 3]
        alpha = 0.05 * float(y.var())
        model = fit(NonconvexLpRegressor(alpha, p=power, tol=1e-10), X, y)
        best = best_over_supports(X, y, alpha, power)
        excess.append(model.objective_ / best - 1.0)
        equal += excess[-1] <= 1e-6
    assert min(excess) >= -1e-6
    assert max(excess) <= 0.05
    assert equal >= 9
