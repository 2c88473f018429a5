"""Changes of the data whose effect on the model is known exactly."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import sparse

from common import ESTIMATORS, is_convex, label, quiet, uncounted
from skl1 import (
    AdaptiveLasso,
    LogSumRegressor,
    MCPRegressor,
    NonconvexLpRegressor,
    ProximalHuberRegressor,
    ProximalLasso,
    RelaxedLasso,
    RidgeGD,
    SCADRegressor,
    SubgradientLasso,
)

MODELS = [
    *[cls(alpha=0.1, **uncounted(cls)) for cls in ESTIMATORS],
    ProximalLasso(0.1, l1_ratio=0.5),
    ProximalLasso(0.1, solver="fista"),
    ProximalLasso(0.1, positive=True),
    RidgeGD(0.1, acceleration="conjugate_gradient"),
    NonconvexLpRegressor(0.1, p=0),
    NonconvexLpRegressor(0.1, p=0.8),
]
every = pytest.mark.parametrize("model", MODELS, ids=label)
examined = settings(
    derandomize=True,
    deadline=None,
    max_examples=8,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@st.composite
def problems(draw):
    """Random regression data: ``(X, y, weights, rng)``; tall or wide, with or without offsets."""
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    n, p = draw(st.integers(4, 40)), draw(st.integers(1, 12))
    offset = draw(st.sampled_from([0.0, 1.0, 100.0]))
    X = rng.standard_normal((n, p)) + offset * rng.standard_normal(p)
    X *= draw(st.sampled_from([1.0, 0.1, 10.0]))
    truth = rng.standard_normal(p) * (rng.random(p) < 0.5)
    y = (X - X.mean(axis=0)) @ truth + rng.standard_normal(n) + offset
    weights = rng.integers(0, 4, n).astype(float)
    weights[:2] = 1.0
    return X, y, weights, rng


def fit(model, X, y, sample_weight=None, **options):
    """A fresh fit, as exact as the method gives."""
    tol = 1e-11 if isinstance(model, SubgradientLasso) else 1e-13
    options = {"tol": tol, "max_iter": 50_000, **options}
    copied = type(model)(**{**model.get_params(), **options})
    with quiet():
        copied.fit(X, y, sample_weight=sample_weight)
    s = np.ones(y.size) if sample_weight is None else np.asarray(sample_weight)
    copied.loss = 0.5 * (s @ (y - copied.predict(X)) ** 2) / s.sum()
    return copied


def penalty_degree(model):
    """The degree of the penalty in the coefficient, if its parameters scale with that."""
    if isinstance(model, LogSumRegressor):
        return 0.0
    return 2.0 if isinstance(model, RidgeGD) else getattr(model, "p", 1.0)


def assert_alike(one, other, coef, X, slack=1.0):
    """Both are minima of the same problem: of equal objective, and nearly the same model.

    ``coef`` is what ``other.coef_`` says in the terms of ``one``. A nonconvex problem has many
    minima, and rounding may decide which one is found: there the objectives are compared
    alone, and only that neither is much worse. The second stage of a relaxed fit minimises
    something else, on a support that rounding may decide: the same one gives the same fit.
    """
    scale = max(abs(one.objective_), abs(other.objective_), 1e-12)
    if not is_convex(one):
        if min(one.loss, other.loss) <= 1e-9 * max(one.loss, other.loss, scale):
            return  # y is fitted exactly, as by many other subsets
        assert abs(one.objective_ - other.objective_) <= 0.15 * scale
        if abs(one.objective_ - other.objective_) <= 1e-9 * scale:
            assert_allclose(X @ one.coef_, X @ coef, atol=1e-3 * slack * np.sqrt(scale))
        return
    gap = max(one.dual_gap_, 0.0) + max(other.dual_gap_, 0.0)
    assert abs(one.objective_ - other.objective_) <= gap + 1e-9 * slack * scale
    if isinstance(one, RelaxedLasso):
        if np.array_equal(one.coef_ != 0.0, coef != 0.0):
            assert_allclose(X @ (one.coef_ - coef), 0.0, atol=1e-5 * slack * np.sqrt(scale))
        return
    # Strong convexity in the fit: half the squared distance is at most the sum of the gaps.
    distance = 0.5 * ((X - X.mean(axis=0)) @ (one.coef_ - coef)) ** 2
    assert distance.mean() <= 100.0 * gap + 1e-9 * slack * scale


@every
@examined
@given(problems())
def test_permuted_columns(model, data):
    """The order of the columns does not matter."""
    X, y, weights, rng = data
    order = rng.permutation(X.shape[1])
    one = fit(model, X, y, weights)
    other = fit(model, X[:, order], y, weights)
    coef = np.empty_like(one.coef_)
    coef[order] = other.coef_
    assert_alike(one, other, coef, X)
    assert other.alpha_max_ == pytest.approx(one.alpha_max_, rel=1e-9)


@every
@examined
@given(problems())
def test_flipped_columns(model, data):
    """Columns of the other sign get coefficients of the other sign."""
    X, y, weights, rng = data
    one = fit(model, X, y, weights)
    if model.positive:  # then y is flipped too
        other = fit(model, -X, -y, weights)
        assert_alike(one, other, other.coef_, X)
    else:
        sign = rng.choice([-1.0, 1.0], X.shape[1])
        other = fit(model, X * sign, y, weights)
        assert_alike(one, other, other.coef_ * sign, X)


@every
@examined
@given(problems(), st.sampled_from([1e-3, 0.5, 1e3]))
def test_scaled_target(model, data, factor):
    """y and alpha in other units: coefficients in these units."""
    X, y, weights, _ = data
    degree = penalty_degree(model)
    scaled = {"epsilon": model.epsilon * factor} if isinstance(model, LogSumRegressor) else {}
    if isinstance(model, ProximalHuberRegressor):
        scaled = {"delta": model.delta * factor}
    one = fit(model, X, y, weights)
    if isinstance(model, ProximalLasso) and model.l1_ratio < 1.0:
        # alpha rho grows with the factor, alpha (1 - rho) stays.
        first, second = model.alpha * model.l1_ratio * factor, model.alpha * (1 - model.l1_ratio)
        other = fit(
            model, X, factor * y, weights, alpha=first + second, l1_ratio=first / (first + second)
        )
    else:
        other = fit(
            model, X, factor * y, weights, alpha=model.alpha * factor ** (2.0 - degree), **scaled
        )
    gap = getattr(other, "dual_gap_", 0.0)
    other.objective_ /= factor**2
    if is_convex(other):
        other.dual_gap_ = gap / factor**2
    assert_alike(one, other, other.coef_ / factor, X)
    assert other.intercept_ / factor == pytest.approx(one.intercept_, rel=1e-2, abs=1e-1)


@every
@examined
@given(problems(), st.sampled_from([1e-6, 3.0, 1e6]))
def test_scaled_weights(model, data, factor):
    """Only the ratios of the sample weights count."""
    X, y, weights, _ = data
    one = fit(model, X, y, weights)
    other = fit(model, X, y, factor * weights)
    assert_alike(one, other, other.coef_, X)
    assert other.alpha_max_ == pytest.approx(one.alpha_max_, rel=1e-9)


@every
@examined
@given(problems())
def test_repeated_rows(model, data):
    """A weight of k is k rows, a weight of 0 none."""
    X, y, weights, _ = data
    count = weights.astype(int)
    one = fit(model, X, y, weights)
    other = fit(model, X.repeat(count, axis=0), y.repeat(count))
    assert_alike(one, other, other.coef_, X)
    assert other.alpha_max_ == pytest.approx(one.alpha_max_, rel=1e-9)


@every
@examined
@given(problems())
def test_a_zero_column(model, data):
    """A column of zeros, or of another constant, gets no coefficient and changes nothing."""
    X, y, weights, _ = data
    one = fit(model, X, y, weights)
    for value in (0.0, 3.0):
        other = fit(model, np.c_[X, np.full(y.size, value)], y, weights)
        assert other.coef_[-1] == 0.0
        assert_alike(one, other, other.coef_[:-1], X)


@every
@examined
@given(problems())
def test_a_duplicate_column(model, data):
    """A second copy of a column shares the coefficient: an L1 penalty does not notice it."""
    X, y, weights, _ = data
    if isinstance(model, AdaptiveLasso):
        return  # its first stage divides the coefficient, and both copies weigh more
    one = fit(model, X, y, weights)
    other = fit(model, np.c_[X, X[:, 0]], y, weights)
    coef = other.coef_[:-1].copy()
    coef[0] += other.coef_[-1]
    if penalty_degree(model) == 1.0 and getattr(model, "l1_ratio", 1.0) == 1.0:
        assert_alike(one, other, coef, X)
    elif is_convex(one):
        assert other.objective_ <= one.objective_ + one.dual_gap_ + other.dual_gap_ + 1e-9 * (y @ y)
        assert_allclose(other.coef_[0], other.coef_[-1], atol=1e-4)
    else:
        assert other.objective_ <= 1.2 * one.objective_ + 1e-9


@every
@examined
@given(problems())
def test_sparse_is_dense(model, data):
    """X with many zeros gives the same in either storage."""
    X, y, weights, rng = data
    X = X * (rng.random(X.shape) < 0.4)
    one = fit(model, X, y, weights)
    other = fit(model, sparse.csr_array(X), y, weights)
    assert_alike(one, other, other.coef_, X)
    assert other.alpha_max_ == pytest.approx(one.alpha_max_, rel=1e-9)


@every
@examined
@given(problems())
def test_float32_is_float64_rounded(model, data):
    """Data that float32 can hold give the same model, rounded."""
    X, y, weights, _ = data
    X, y = X.astype(np.float32), y.astype(np.float32)
    one = fit(model, X.astype(float), y.astype(float), weights)
    other = fit(model, X, y, weights, tol=1e-7)
    assert other.coef_.dtype == np.float32
    if is_convex(one):
        excess = other.objective_ - one.objective_
        assert excess <= other.dual_gap_ + 1e-12 + 1e-9 * one.objective_
        assert excess >= -one.dual_gap_ - 1e-9 * one.objective_ - 1e-12
        assert excess <= 1e-5 * 0.5 * max(y.astype(float).var(), 1e-3) + 1e-5 * one.objective_
    else:
        assert other.objective_ <= 1.15 * one.objective_ + 1e-4


@every
@examined
@given(problems(), st.sampled_from([1.0, -50.0, 1e4]))
def test_shifted_data(model, data, shift):
    """Constants added to y and to columns end in the intercept."""
    X, y, weights, rng = data
    columns = shift * rng.standard_normal(X.shape[1])
    one = fit(model, X, y, weights)
    other = fit(model, X + columns, y + shift, weights)
    assert_alike(one, other, other.coef_, X, slack=100.0)
    if is_convex(one) and not isinstance(model, SubgradientLasso):
        expected = other.intercept_ - shift + columns @ other.coef_
        assert one.intercept_ == pytest.approx(expected, rel=1e-2, abs=1e-1)


@every
@examined
@given(problems())
def test_scaled_columns_are_weighted_penalties(model, data):
    """Columns in other units, with penalty weights that undo it: the same model."""
    X, y, weights, rng = data
    if isinstance(model, ProximalLasso) and model.l1_ratio < 1.0:
        return
    if isinstance(model, AdaptiveLasso):
        return  # which undoes it by itself
    if isinstance(model, (MCPRegressor, SCADRegressor, LogSumRegressor)):
        return  # their other parameter has the unit of a coefficient, one for all
    scale = 10.0 ** rng.uniform(-3.0, 3.0, X.shape[1])
    one = fit(model, X, y, weights)
    other = fit(model, X * scale, y, weights, penalty_weights=scale ** penalty_degree(model))
    assert_alike(one, other, other.coef_ * scale, X)
    assert other.alpha_max_ == pytest.approx(one.alpha_max_, rel=1e-9)
