"""Numbers of any size, in data, weights, parameters and starts."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.base import clone

from common import elastic_net, is_convex, label, quiet, solution
from covering import pairs
from skl1 import NonconvexLpRegressor, ProximalLasso, RidgeGD, SubgradientLasso
from sound import (
    CONTAINERS,
    VARIANTS,
    N,
    P,
    X,
    Y,
    assert_sound,
    brief,
    containers,
    every,
    every_and,
    fit_soundly,
)

SCALED = [
    ProximalLasso(0.2, tol=1e-12),
    ProximalLasso(0.2, tol=1e-12, fit_intercept=False),
    ProximalLasso(0.2, tol=1e-12, positive=True),
    ProximalLasso(0.2, tol=1e-12, solver="coordinate_descent"),
    ProximalLasso(0.2, tol=1e-12, solver="ista"),
    ProximalLasso(0.2, tol=1e-12, solver="fista"),
    SubgradientLasso(0.2, tol=1e-9, max_iter=50_000),
    RidgeGD(0.2, tol=1e-14),
    RidgeGD(0.2, tol=1e-14, acceleration=None),
    RidgeGD(0.2, tol=1e-14, acceleration="conjugate_gradient"),
    NonconvexLpRegressor(0.2, p=0, tol=1e-12),
    NonconvexLpRegressor(0.2, p=0.3, tol=1e-12),
    NonconvexLpRegressor(0.2, p=0.5, tol=1e-12),
    NonconvexLpRegressor(0.2, p=2 / 3, tol=1e-12),
    NonconvexLpRegressor(0.2, p=1, tol=1e-12),
]
scaled = pytest.mark.parametrize("estimator", SCALED, ids=label)


def exponent(model):
    """The degree of the penalty in the coefficient."""
    return 2.0 if isinstance(model, RidgeGD) else getattr(model, "p", 1.0)


def spread_problem(n=30, p=5):
    """A problem without offsets, so that scales alone matter."""
    rng = np.random.default_rng(11)
    X = rng.standard_normal((n, p))
    return X, X[:, 0] - 2.0 * X[:, 1] + 0.5 * rng.standard_normal(n)


@containers
@scaled
def test_columns_of_any_scale(estimator, container):
    """Columns of scale 1e-8 to 1e8, with penalty weights that make up for it: the same model."""
    X, y = spread_problem()
    scale = np.array([1e8, 1e-8, 1.0, 1e4, 1e-4])
    with quiet():
        plain = clone(estimator).fit(container(X), y)
    model = fit_soundly(
        clone(estimator).set_params(penalty_weights=scale ** exponent(estimator)),
        container(X * scale),
        y,
    )
    assert_allclose(model.coef_ * scale, plain.coef_, atol=1e-5)
    assert model.objective_ == pytest.approx(plain.objective_, rel=1e-8)


@containers
@pytest.mark.parametrize("estimator", VARIANTS, ids=label)
def test_unequal_columns_equally_penalised(estimator, container):
    """Columns of scale 1e-8 and 1e8 under one penalty: right, or it says that it is not."""
    X, y = spread_problem()
    X = X * np.array([1e8, 1e-8, 1.0, 1e8, 1e-8])
    model = fit_soundly(brief(estimator), container(X), y)
    if isinstance(model, (ProximalLasso, SubgradientLasso)) and model.converged_:
        coef, intercept = elastic_net(
            X, y, model.alpha, l1_ratio=getattr(model, "l1_ratio", 1.0),
            positive=model.positive, fit_intercept=model.fit_intercept,
            penalty_weights=getattr(model, "penalty_weights_", None),
        )  # fmt: skip
        expected = X @ coef + intercept
        found, constant = solution(model)
        assert_allclose(container(X) @ found + constant, expected, atol=3e-3)


@pairs(estimator=SCALED, shift=[1e3, 1e6, -1e6], container=CONTAINERS)
def test_means_that_dwarf_the_spread(estimator, shift, container):
    """Means a million times the spread cost digits, not the model."""
    X, y = spread_problem()
    far = X + shift * np.array([1.0, -1.0, 1.0, 0.0, 1.0])
    if not estimator.fit_intercept:
        model = fit_soundly(estimator, container(far), y)
        return
    with quiet():
        plain = clone(estimator).fit(container(X), y)
    model = fit_soundly(clone(estimator).set_params(tol=1e-9), container(far), y + shift)
    assert model.converged_
    assert_allclose(model.coef_, plain.coef_, atol=2e-4)
    assert model.objective_ == pytest.approx(plain.objective_, rel=1e-6)
    assert_allclose(model.predict(container(far)), plain.predict(X) + shift, atol=abs(shift) * 1e-8)


@containers
@every
def test_large_means_in_every_variant(estimator, container):
    """However large the means are: finite, and honest about convergence."""
    X, y = spread_problem()
    fit_soundly(brief(estimator), container(X + 1e9), y + 1e9)


SCALES = [
    (1e-8, 1.0),
    (1e8, 1.0),
    (1.0, 1e-8),
    (1.0, 1e8),
    (1e40, 1e40),
    (1e80, 1e80),
    (1e-40, 1e-40),
    (1e-80, 1e-80),
    (1.0, 1e120),
    (1.0, 1e-120),
    (1e-170, 1.0),
    (1.0, 1e-170),
    (1e-320, 1.0),
    (1.0, 1e-320),
    (1.0, 1e200),
    (1e307, 1e307),
]


@pairs(estimator=SCALED, scales=SCALES, container=CONTAINERS)
def test_scaled_problems(estimator, scales, container):
    """X and y in any units, alpha in the same: the same model in these units, or an error."""
    of_X, of_y = scales
    X, y = spread_problem()
    degree = exponent(estimator)
    with np.errstate(over="ignore"):
        alpha = float(np.exp(np.log(0.2) + (2 - degree) * np.log(of_y) + degree * np.log(of_X)))
    if not 0.0 < alpha < np.inf:
        alpha = 1e300 if alpha > 1.0 else 1e-300
        fit_soundly(clone(estimator).set_params(alpha=alpha), container(X * of_X), y * of_y)
        return
    model = fit_soundly(clone(estimator).set_params(alpha=alpha), container(X * of_X), y * of_y)
    if model is None:
        assert max(of_X, of_y) > 1e60 or min(of_X, of_y) < 1e-60
    elif model.converged_:
        with quiet():
            plain = clone(estimator).fit(container(X), y)
        assert_allclose(model.coef_ / of_y * of_X, plain.coef_, atol=1e-4)


@every_and(scales=[(1e308, 1.0), (1.0, 1.7e308), (1e200, 1e-200), (1e-310, 1e-310), (1e100, 1.0)])
def test_numbers_at_the_limits(estimator, scales, container):
    """Numbers whose squares overflow or vanish: an error that names X or y, or a sound fit."""
    of_X, of_y = scales
    X, y = spread_problem()
    X, y = np.clip(X, -1.0, 1.0), np.sign(y - y.mean())
    fit_soundly(brief(estimator), container(X * of_X), y * of_y)


@every_and(weight=[1e308, 1e-300, 5e-324])
def test_sample_weights_of_any_size(estimator, weight, container):
    """Only the ratios of sample weights count, whatever their size."""
    model = fit_soundly(brief(estimator), container(X), Y, np.full(N, weight))
    plain = fit_soundly(brief(estimator), container(X), Y)
    assert model.converged_ == plain.converged_
    assert_allclose(model.objective_, plain.objective_, rtol=1e-3)


@every_and(sizes=[(1e300, 1.0), (1.0, 1e-300), (1e300, 1e-300)])
def test_sample_weights_of_unequal_size(estimator, sizes, container):
    """Rows that weigh nothing beside the others count as removed."""
    heavy, light = sizes
    weights = np.full(N, heavy)
    weights[::2] = light
    model = fit_soundly(brief(estimator), container(X), Y, weights)
    kept = fit_soundly(brief(estimator), container(X[1::2]), Y[1::2])
    assert_allclose(model.objective_, kept.objective_, rtol=1e-3)


@pytest.mark.parametrize("weight", [1e308, 1e-30, 5e-324])
@every
def test_penalty_weights_of_any_size(estimator, weight):
    """Huge penalty weights exclude, tiny ones leave a feature (nearly) free."""
    weights = np.ones(P)
    weights[0] = weight
    model = fit_soundly(brief(estimator, penalty_weights=weights), X, Y)
    if weight > 1.0:
        assert abs(model.coef_[0]) <= 1e-290
    all_alike = fit_soundly(brief(estimator, penalty_weights=np.full(P, weight)), X, Y)
    assert weight < 1.0 or np.abs(all_alike.coef_).max() <= 1e-290


@every
def test_penalty_weights_that_vanish_in_plain_python(estimator, monkeypatch):
    """Which raises where compiled code has inf or NaN."""
    monkeypatch.setattr("skl1.compiled.kernels.PATIENCE", 10**9)
    monkeypatch.setattr("skl1.compiled.kernels.BRIEF", 10**9)
    fit_soundly(brief(estimator, penalty_weights=np.full(P, 5e-324)), X, Y)


@pytest.mark.parametrize("alpha", [1e308, 1e-30, 5e-324])
@every
def test_alpha_of_any_size(estimator, alpha):
    """alpha may be as large or as small as numbers go."""
    model = fit_soundly(brief(estimator, alpha=alpha), X, Y)
    if alpha > 1.0:
        assert np.abs(model.coef_).max() <= 1e-290


@pytest.mark.parametrize("share", [1e-6, 1e-8, 1e-10, 1e-12, 1e-14])
@pytest.mark.parametrize("solver", ["auto", "coordinate_descent"])
def test_alpha_near_zero_does_not_spin(share, solver):
    """A tiny alpha ends as converged or at the limit of precision, not after max_iter rounds."""
    model = fit_soundly(ProximalLasso(share * 5.0, solver=solver), X, Y)
    assert model.stop_reason_ != "max_iter reached"
    assert model.n_iter_ <= 5000
    best = np.linalg.lstsq(np.c_[X, np.ones(N)], Y)[0]
    assert_allclose(model.coef_, best[:-1], atol=1e-4)


@pairs(
    step_size=["polyak", "constant", "sqrt", "normalized"],
    step_length=[10.0, 1e10, 1e300, 1e-300],
    averaging=[False, True],
    truncate=[False, True],
)
def test_subgradient_steps_of_any_length(step_size, step_length, averaging, truncate):
    """A step length that makes no sense gives a poor model and a warning, never NaN."""
    model = SubgradientLasso(
        0.2, step_size=step_size, step_length=step_length, averaging=averaging,
        truncate=truncate, max_iter=2000,
    )  # fmt: skip
    model = fit_soundly(model, X, Y)
    assert model.objective_ <= 0.5 * Y.var() * (1.0 + 1e-9)


@pytest.mark.parametrize("coef", [1e200, np.nan, -5.0])
@every
def test_warm_start_from_anywhere(estimator, coef):
    """A warm start from coefficients that make no sense still ends in a sound model."""
    model = clone(estimator).set_params(warm_start=True, alpha=0.3)
    with quiet():
        model.fit(X, Y)
    objective = model.objective_
    model.coef_ = np.full(P, coef)
    with quiet():
        model.fit(X, Y)
    assert_sound(model, X, Y)
    if model.converged_ and is_convex(model):
        assert model.objective_ <= objective * (1.0 + 1e-5)
