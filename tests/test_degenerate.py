"""Data in which there is nothing to find: one sample, constants, duplicates, zeros."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.base import clone

from common import empty_prediction, solution
from skl1 import AdaptiveLasso, ProximalLasso, SubgradientLasso
from sound import N, P, X, Y, brief, containers, every, every_and, fit_soundly


@containers
@every
def test_one_sample(estimator, container):
    """One sample: with an intercept the model is empty and exact."""
    model = fit_soundly(brief(estimator), container(X[:1]), Y[:1])
    if model.fit_intercept:
        assert not model.coef_.any()
        assert model.intercept_ == pytest.approx(Y[0], rel=1e-15)
        assert model.converged_


@containers
@every
def test_one_feature(estimator, container):
    """One feature: the closed form, or what it says is not converged."""
    model = fit_soundly(clone(estimator).set_params(alpha=0.01), container(X[:, :1]), Y)
    x, y = X[:, 0], Y
    if model.fit_intercept:
        x, y = x - x.mean(), y - y.mean()
    if isinstance(model, ProximalLasso) and model.l1_ratio == 1.0:
        pull = x @ y / N
        pull = max(pull, 0.0) if model.positive else pull
        coef = np.sign(pull) * max(abs(pull) - 0.01, 0.0) / (x @ x / N)
        assert solution(model)[0][0] == pytest.approx(coef, rel=1e-2)


@every_and(value=[0.0, 0.1, -1e6])
def test_constant_target(estimator, value, container):
    """A constant y is met by the intercept alone, exactly."""
    model = fit_soundly(estimator, container(X), np.full(N, value))
    if model.fit_intercept or value == 0.0:
        assert not model.coef_.any()
        assert model.intercept_ == value
        assert model.converged_
        assert model.objective_ == 0.0
        assert model.alpha_max_ == 0.0


@every_and(value=[0.0, 0.1, 1e6])
def test_constant_columns(estimator, value, container):
    """With an intercept constant columns get no coefficient and change nothing."""
    wide = np.c_[X, np.full(N, value), X[:, 0] * 0.0 + value]
    model = fit_soundly(brief(estimator), container(wide), Y)
    if model.fit_intercept or value == 0.0:
        assert not model.coef_[P:].any()
    if model.fit_intercept and model.converged_:
        without = fit_soundly(brief(estimator), container(X), Y)
        assert_allclose(model.coef_[:P], without.coef_, rtol=1e-2, atol=1e-2)


@containers
@every
def test_only_constant_columns(estimator, container):
    """X of constants alone: the best constant, as a rule the mean."""
    model = fit_soundly(brief(estimator), container(np.full((N, 2), 3.0)), Y)
    if model.fit_intercept:
        assert not model.coef_.any()
        assert model.intercept_ == pytest.approx(empty_prediction(model, Y))


@containers
@every
def test_duplicate_columns(estimator, container):
    """Exactly and almost duplicate columns: same objective, the same predictions nearly."""
    twice = np.c_[X, X, X[:, :2] * (1.0 + 1e-13)]
    model = fit_soundly(brief(estimator), container(twice), Y)
    once = fit_soundly(brief(estimator), container(X), Y)
    lasso = isinstance(model, (ProximalLasso, SubgradientLasso))
    lasso = lasso and not isinstance(model, AdaptiveLasso)  # the copies have other weights
    if lasso and getattr(model, "l1_ratio", 1.0) == 1.0 and model.converged_ and once.converged_:
        slack = model.dual_gap_ + once.dual_gap_ + 1e-12 * Y.var()
        assert abs(model.objective_ - once.objective_) <= slack


@containers
@every
def test_all_options_at_zero(estimator, container):
    """alpha = 0 on rank-deficient data: least squares."""
    data = np.c_[X, X[:, 0] + X[:, 1], np.ones(N)]
    without = {name: 0.0 for name in ("alpha", "l2") if hasattr(estimator, name)}
    model = fit_soundly(clone(estimator).set_params(**without), container(data), Y)
    assert model.converged_
    if not model.positive:
        fitted = np.c_[data, np.ones(N)] if model.fit_intercept else data
        best = fitted @ np.linalg.lstsq(fitted, Y)[0]
        assert_allclose(model.predict(container(data)), best, atol=1e-8)
