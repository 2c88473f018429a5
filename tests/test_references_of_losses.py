"""Coefficients of other losses than squares: those of SciPy on the support, and scikit-learn's."""

from itertools import product

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import sparse
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import HuberRegressor, LogisticRegression, PoissonRegressor
from sklearn.preprocessing import StandardScaler

from common import label, quiet
from skl1 import (
    ProximalHuberRegressor,
    ProximalLogisticRegression,
    ProximalPoissonRegressor,
)
from smooth_data import FORMULAS

#: The second derivative of each loss; value and slope are in FORMULAS.
CURVATURES = {
    ProximalLogisticRegression: lambda _, t, __: expit(t) * expit(-t),
    ProximalPoissonRegressor: lambda _, t, __: np.exp(t),
    ProximalHuberRegressor: lambda y, t, d: (np.abs(y - t) <= d).astype(float),
}
every = pytest.mark.parametrize("cls", FORMULAS, ids=label)


def data(cls, seed=0, n=80, p=15):
    """X with columns of different means and scales that are correlated, and responses."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) + 0.5 * rng.normal(size=(n, 1))
    X = X * rng.uniform(0.5, 2.0, p) + rng.normal(size=p)
    eta = X[:, :4] @ np.array([1.0, -1.0, 0.7, -0.5])
    eta = (eta - eta.mean()) / eta.std()
    if cls is ProximalLogisticRegression:
        return X, (rng.random(n) < expit(1.5 * eta)).astype(float), rng
    if cls is ProximalPoissonRegressor:
        return X, rng.poisson(np.exp(eta + 0.5)).astype(float), rng
    return X, eta + 0.3 * rng.standard_t(1.5, n), rng


class Restricted:
    """The problem of the features in use, smooth once their signs are known."""

    def __init__(self, model, X, y, weights):
        self.X, self.y, self.delta = X, y, getattr(model, "delta", 0.0)
        self.value, self.slope = FORMULAS[type(model)]
        self.curvature = CURVATURES[type(model)]
        s = np.ones(y.size) if weights is None else np.asarray(weights, dtype=float)
        self.s = s / s.sum()
        u = np.ones(X.shape[1]) if model.penalty_weights is None else model.penalty_weights
        self.w = np.ravel(model.coef_)
        self.used = np.flatnonzero(self.w)
        self.linear = model.alpha * model.l1_ratio * u
        self.squared = model.alpha * (1.0 - model.l1_ratio) * np.where(np.isinf(u), 0.0, u)
        self.design = X[:, self.used]
        if model.fit_intercept:
            self.design = np.column_stack([self.design, np.ones(y.size)])
        pad = (0, int(model.fit_intercept))
        self.pull = np.pad(self.linear[self.used] * np.sign(self.w[self.used]), pad)
        self.ridge = np.pad(self.squared[self.used], pad)

    def objective(self, v):
        loss = self.s @ self.value(self.y, self.design @ v, self.delta)
        return loss + self.pull @ v + 0.5 * self.ridge @ v**2

    def gradient(self, v):
        slopes = self.s * self.slope(self.y, self.design @ v, self.delta)
        return self.design.T @ slopes + self.pull + self.ridge * v

    def hessian(self, v):
        bend = self.s * self.curvature(self.y, self.design @ v, self.delta)
        return (self.design * bend[:, None]).T @ self.design + np.diag(self.ridge)

    def best(self):
        """Coefficients and intercept that SciPy finds, from zero."""
        with np.errstate(over="ignore", invalid="ignore"):
            found = minimize(
                self.objective, np.zeros(self.design.shape[1]), jac=self.gradient,
                hess=self.hessian, method="trust-exact", options={"gtol": 1e-12, "maxiter": 500},
            ).x  # fmt: skip
        for _ in range(3):  # the last digits
            found = found - np.linalg.lstsq(self.hessian(found), self.gradient(found))[0]
        assert np.abs(self.gradient(found)).max() < 1e-11
        w = np.zeros(self.w.size)
        w[self.used] = found[: self.used.size]
        return w, found[self.used.size :].sum()

    def pulls(self, w, b):
        """What the loss pulls at each feature."""
        return self.X.T @ (self.s * self.slope(self.y, self.X @ w + b, self.delta))


OPTIONS = list(product([1.0, 0.6], [0.02, 0.1], [True, False], [False, True], ["plain", "mixed"]))


@every
@pytest.mark.parametrize(("l1_ratio", "alpha", "intercept", "weighted", "factors"), OPTIONS)
def test_on_the_support(cls, l1_ratio, alpha, intercept, weighted, factors):
    """SciPy's minimum with the linear term alpha u_j sign(w_j), and no feature missing."""
    X, y, rng = data(cls)
    weights = rng.uniform(0.2, 2.0, y.size) if weighted else None
    u = np.ones(15) if factors == "plain" else np.r_[0.0, np.inf, rng.uniform(0.5, 2.0, 13)]
    model = cls(alpha, l1_ratio=l1_ratio, penalty_weights=u, fit_intercept=intercept, tol=1e-14)
    with quiet():  # the gap may stop short of so small a tolerance
        model.fit(X, y, weights)
    problem = Restricted(model, X, y, weights)
    w, b = problem.best()
    assert problem.used.size >= 2
    scale = np.abs(w).max()
    assert_allclose(np.ravel(model.coef_), w, atol=2e-7 * scale)
    assert_allclose(np.ravel(model.intercept_), b, atol=1e-6 * max(abs(b), scale))
    assert_allclose(np.sign(w), np.sign(np.ravel(model.coef_)))
    free = w == 0.0
    assert (np.abs(problem.pulls(w, b))[free] <= problem.linear[free] * (1.0 + 1e-9)).all()


@every
@pytest.mark.parametrize("storage", ["sparse", "float32"])
def test_storages_on_the_support(cls, storage):
    X, y, _ = data(cls)
    X = np.where(np.abs(X) > 0.5, X, 0.0).astype(np.float32)
    given = sparse.csr_array(X.astype(float)) if storage == "sparse" else X
    with quiet():
        model = cls(0.03, tol=1e-13).fit(given, y)
    w, b = Restricted(model, X.astype(float), y, None).best()
    atol = np.abs(w).max() * (3e-7 if storage == "sparse" else 1e-3)
    assert_allclose(np.ravel(model.coef_), w, atol=atol)
    assert_allclose(np.ravel(model.intercept_), b, atol=3.0 * atol)


# scikit-learn's at l1_ratio = 0 --------------------------------------------------------------


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("weights", ["none", "samples", "classes"])
@pytest.mark.parametrize("C", [0.01, 1.0, 100.0])
def test_logistic_regression_by_newton_cg(C, weights, intercept):
    X, y = load_breast_cancer(return_X_y=True)
    X = StandardScaler().fit_transform(X)
    s = np.random.default_rng(0).uniform(0.2, 3.0, y.size) if weights == "samples" else None
    class_weight = {0: 2.0, 1: 0.5} if weights == "classes" else None
    total = y.size if s is None else s.sum()
    if class_weight:
        total = 2.0 * (y == 0).sum() + 0.5 * (y == 1).sum()
    shared = {"l1_ratio": 0.0, "fit_intercept": intercept, "class_weight": class_weight}
    theirs = LogisticRegression(C=C, solver="newton-cg", tol=1e-10, max_iter=10_000, **shared)
    ours = ProximalLogisticRegression(1.0 / (C * total), tol=1e-15, **shared)
    theirs.fit(X, y, s)
    with quiet():
        ours.fit(X, y, s)
    scale = np.abs(theirs.coef_).max()
    assert_allclose(ours.coef_, theirs.coef_, atol=2e-6 * scale)
    assert_allclose(ours.intercept_, theirs.intercept_, atol=2e-6 * scale)


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("alpha", [1e-4, 0.1, 10.0])
def test_poisson_regression(alpha, weighted, intercept):
    X, y, rng = data(ProximalPoissonRegressor, n=200)
    s = rng.uniform(0.2, 3.0, y.size) if weighted else None
    theirs = PoissonRegressor(
        alpha=alpha, fit_intercept=intercept, solver="newton-cholesky", tol=1e-12, max_iter=1000
    ).fit(X, y, s)
    ours = ProximalPoissonRegressor(alpha, l1_ratio=0.0, fit_intercept=intercept, tol=1e-15)
    with quiet():
        ours.fit(X, y, s)
    scale = np.abs(theirs.coef_).max()
    assert_allclose(ours.coef_, theirs.coef_, atol=1e-6 * scale)
    assert ours.intercept_ == pytest.approx(theirs.intercept_, rel=1e-6, abs=1e-6 * scale)


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("epsilon", [1.1, 1.35, 3.0])
@pytest.mark.parametrize("alpha", [1e-3, 1.0, 100.0])
def test_huber_regression(alpha, epsilon, weighted, intercept):
    """At delta = epsilon scale_ and alpha scale_ / W.

    Theirs is found by L-BFGS to four digits; SciPy's Newton method at their scale finds ours.
    """
    X, y, rng = data(ProximalHuberRegressor, n=150)
    s = rng.uniform(0.2, 3.0, y.size) if weighted else None
    shared = {"fit_intercept": intercept}
    theirs = HuberRegressor(epsilon=epsilon, alpha=alpha, tol=1e-12, max_iter=100_000, **shared)
    theirs.fit(X, y, s)
    total = y.size if s is None else s.sum()
    found = theirs.scale_
    alphas = {"alpha": alpha * found / total, "l1_ratio": 0.0, "tol": 1e-15, **shared}
    with quiet():
        by_scale = ProximalHuberRegressor(delta=epsilon, scale=found, **alphas).fit(X, y, s)
        by_delta = ProximalHuberRegressor(delta=epsilon * found, **alphas).fit(X, y, s)
    assert_allclose(by_scale.coef_, by_delta.coef_, rtol=1e-12)
    scale = np.abs(theirs.coef_).max()
    assert_allclose(by_scale.coef_, theirs.coef_, atol=1e-3 * scale)
    assert by_scale.intercept_ == pytest.approx(theirs.intercept_, abs=1e-3 * scale)
    assert by_scale.scale_ == found
    problem = Restricted(by_delta, X, y, s)
    w, b = problem.best()
    assert_allclose(by_delta.coef_, w, atol=1e-6 * scale)
    ends = [[each.intercept_] if intercept else [] for each in (by_delta, theirs)]
    ours, other = (np.r_[m.coef_, e] for m, e in zip((by_delta, theirs), ends, strict=True))
    assert problem.objective(ours) <= problem.objective(other) * (1.0 + 1e-14)
    assert by_delta.intercept_ == pytest.approx(b, abs=1e-6 * scale)


@every
def test_ridge_by_scipy(cls):
    """All features are in use, and SciPy's minimum of the same objective is the same."""
    X, y, rng = data(cls)
    weights = rng.uniform(0.2, 2.0, y.size)
    for alpha, positive in product([0.01, 1.0], [False, True]):
        with quiet():
            model = cls(alpha, l1_ratio=0.0, positive=positive, tol=1e-15).fit(X, y, weights)
        problem = Restricted(model, X, y, weights)
        w, b = problem.best()
        scale = np.abs(w).max()
        assert_allclose(np.ravel(model.coef_), w, atol=2e-7 * scale)
        assert_allclose(np.ravel(model.intercept_), b, atol=1e-6 * max(abs(b), scale))
        assert positive or problem.used.size == 15
        # With signs, what is at zero is pulled below it.
        assert (problem.pulls(w, b)[w == 0.0] >= 0.0).all()
