"""The least alpha at which all coefficients are zero."""

import numpy as np
import pytest
from sklearn.base import clone

from common import elastic_net, explicit, label, problem, public_estimators, quiet, suited
from covering import pairs
from exactly import PENALTY_WEIGHTS, combination_data, fit
from skl1 import NonconvexLpRegressor, ProximalLasso, RidgeGD, SubgradientLasso


@pairs(
    penalties=PENALTY_WEIGHTS,
    positive=[False, True],
    fit_intercept=[True, False],
    container=["C", "csc_array"],
    weighted=[None, "weighted"],
)
@pytest.mark.parametrize(
    "model",
    [
        ProximalLasso(tol=1e-12),
        ProximalLasso(tol=1e-12, l1_ratio=0.3),
        ProximalLasso(tol=1e-12, solver="fista"),
        SubgradientLasso(tol=1e-9),
        NonconvexLpRegressor(p=0.5),
        NonconvexLpRegressor(p=0),
        NonconvexLpRegressor(p=1, tol=1e-12),
    ],
    ids=label,
)
def test_alpha_max(model, weighted, container, fit_intercept, positive, penalties):
    """At alpha_max_ no penalised feature is in the model; just below one is."""
    data, X, y, weights = combination_data(container, weighted)
    u = PENALTY_WEIGHTS[penalties]
    model = clone(model).set_params(
        fit_intercept=fit_intercept, positive=positive, penalty_weights=u, alpha=1e3
    )
    penalised = np.ones(8, dtype=bool) if u is None else u > 0.0
    top = fit(model, data, y, sample_weight=weights).alpha_max_
    if not isinstance(model, NonconvexLpRegressor) or model.p == 1:
        null, _ = elastic_net(
            X, y, 1.0, sample_weight=weights, positive=positive, fit_intercept=fit_intercept,
            penalty_weights=np.where(penalised, np.inf, 0.0),
        )  # fmt: skip
        Xe, ye, *_ = explicit(X, y, weights, fit_intercept)
        pull = Xe.T @ (ye - Xe @ null) / y.size
        pull = np.maximum(pull, 0.0) if positive else np.abs(pull)
        charge = np.ones(8) if u is None else u
        entering = penalised & np.isfinite(charge)
        bound = (pull[entering] / charge[entering]).max() / getattr(model, "l1_ratio", 1.0)
        assert top == pytest.approx(bound, rel=1e-9)
    for factor in (1.0 + 1e-10, 1.01):
        model = fit(clone(model).set_params(alpha=factor * top), data, y, sample_weight=weights)
        assert not model.coef_[penalised].any()
    model = fit(clone(model).set_params(alpha=0.99 * top), data, y, sample_weight=weights)
    assert model.coef_[penalised].any()
    assert model.alpha_max_ == top


EVERY = [
    model
    for model, remote in public_estimators()
    if not remote and {"alpha", "positive", "penalty_weights"} <= set(model.get_params())
]


@pytest.mark.parametrize("model", EVERY, ids=label)
def test_within_bounds_beside_free_features(model):
    """Of every class: at alpha_max_ no penalised feature is in the model; just below one is."""
    u = np.where(np.arange(8) == 3, 0.0, 1.0)
    for seed in (1, 2):
        rng = np.random.default_rng(seed)
        X = rng.normal(size=(60, 8)) + rng.normal(size=8)
        y = suited(type(model), X[:, 0] - X[:, 1] + rng.normal(size=60))
        model = clone(model).set_params(positive=True, penalty_weights=u, alpha=1e3)
        with quiet(UserWarning):
            top = float(np.max(clone(model).fit(X, y).alpha_max_))
            if not np.isfinite(top):
                assert not hasattr(model, "l1_ratio")  # a ridge, which leaves no zeros
                continue
            above = clone(model).set_params(alpha=1.001 * top).fit(X, y)
            below = clone(model).set_params(alpha=0.99 * top).fit(X, y)
        assert not np.ravel(above.coef_)[u > 0.0].any()
        assert np.ravel(below.coef_)[u > 0.0].any(), top


def test_alpha_max_of_ridge():
    """Without an L1 part no alpha empties the model."""
    X, y = problem()
    assert RidgeGD().fit(X, y).alpha_max_ == np.inf
    assert ProximalLasso(l1_ratio=0.0).fit(X, y).alpha_max_ == np.inf
    for cls in (RidgeGD, ProximalLasso):
        with quiet():
            assert cls().fit(X, np.ones(y.size)).alpha_max_ == 0.0
