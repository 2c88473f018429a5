"""Moments: what adds up over blocks, the design that is made of them, and fits to them."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from common import quiet
from skl1 import (
    Moments,
    NonconvexLpRegressor,
    ProximalLasso,
    RidgeGD,
    SubgradientLasso,
)
from skl1.designs import MomentDesign, make_design

LONG = np.longdouble


def data(seed=0, n=60, p=7):
    """A table with a mean, a constant column and unequal weights, two of them zero."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) + rng.normal(size=p)
    X[:, 3] = 2.0
    y = X[:, 0] - 2.0 * X[:, 1] + 0.3 * rng.normal(size=n) + 5.0
    s = rng.uniform(0.1, 2.0, n)
    s[[4, n - 1]] = 0.0
    return X, y, s


def exact(X, y, s):
    """Weight, means and centred second moments of [X, y] in extended precision."""
    A, s = np.column_stack([X, y]).astype(LONG), s.astype(LONG)
    mean = s @ A / s.sum()
    A = A - mean
    return s.sum(), mean, (A * s[:, None]).T @ A


def assert_equals(moments, X, y, s, rtol=1e-13):
    """Equal to the sums in extended precision, each number to rtol of its scale."""
    weight, mean, second = exact(X, y, s)
    p = X.shape[1]
    size = np.sqrt(second.diagonal()).astype(float)
    assert moments.weight == pytest.approx(float(weight), rel=1e-14)
    got = np.block(
        [[moments.xx, moments.xy[:, None]], [moments.xy[None, :], np.array([[moments.yy]])]]
    )
    assert np.all(np.abs(got - second.astype(float)) <= rtol * np.outer(size, size) + 1e-300)
    spread = size / np.sqrt(float(weight))
    mean = mean.astype(float)
    assert np.all(np.abs(moments.x_mean - mean[:p]) <= rtol * (spread[:p] + np.abs(mean[:p])))
    assert moments.y_mean == pytest.approx(mean[p], rel=1e-13)


@pytest.mark.parametrize("storage", [np.array, np.asfortranarray, sparse.csr_array])
def test_moments_of_a_block(storage):
    X, y, s = data()
    assert_equals(Moments.of(storage(X), y, s), X, y, s)
    assert_equals(Moments.of(storage(X), y), X, y, np.ones(y.size))
    moments = Moments.of(storage(X), y, s)
    assert moments.n_samples == np.count_nonzero(s)
    assert moments.n_features == X.shape[1]
    assert moments.xx[3].tolist() == [0.0] * 7  # exactly: the column is constant


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 60), max_size=6), st.integers(0, 10**6), st.booleans())
def test_blocks_add_up_to_the_whole(cuts, seed, weighted):
    """Whatever the blocks, also blocks without rows that count; in any order of additions."""
    X, y, s = data(seed)
    s = s if weighted else np.ones(y.size)
    edges = sorted({0, 60, *cuts})
    blocks = [Moments.of(X[a:b], y[a:b], s[a:b]) for a, b in itertools.pairwise(edges)]
    blocks.insert(1, Moments.of(X[:2], y[:2], np.zeros(2)))
    assert_equals(sum(blocks), X, y, s, rtol=1e-12)
    assert_equals(sum(reversed(blocks[1:])) + blocks[0], X, y, s, rtol=1e-12)
    assert sum(blocks).n_samples == np.count_nonzero(s)


def test_means_far_beyond_the_spread():
    """Means of 1e7 times the spread cost no more than what the data themselves have lost."""
    rng = np.random.default_rng(1)
    n, p = 400, 5
    X = 1e7 * (1.0 + rng.random(p)) + rng.normal(size=(n, p))
    y = 1e7 + X @ rng.normal(size=p)
    s = rng.uniform(0.5, 1.5, n)
    weight, _, second = exact(X, y, s)
    del weight
    size = np.sqrt(second.diagonal()).astype(float)
    moments = sum(Moments.of(X[k : k + 50], y[k : k + 50], s[k : k + 50]) for k in range(0, n, 50))
    got = np.column_stack([moments.xx, moments.xy])
    assert np.all(np.abs(got - second[:p].astype(float)) <= 1e-10 * np.outer(size[:p], size))


@pytest.mark.parametrize("name", ["moments.npz", "moments"])
def test_save_and_load(tmp_path, name):
    X, y, s = data()
    moments = Moments.of(X, y, s)
    moments.save(tmp_path / name)
    again = Moments.load(tmp_path / name)
    for field, value in vars(moments).items():
        np.testing.assert_array_equal(getattr(again, field), value)
        assert type(getattr(again, field)) is type(value)


@pytest.mark.parametrize("fit_intercept", [True, False])
def test_the_design_equals_that_of_the_rows(fit_intercept):
    X, y, s = data()
    rows = make_design(X, y, s, fit_intercept)
    design = MomentDesign.of_moments(Moments.of(X, y, s), fit_intercept)
    every = np.arange(X.shape[1])
    near = {"rtol": 1e-11, "atol": 1e-11}
    np.testing.assert_allclose(design.norms, rows.norms, **near)
    np.testing.assert_allclose(design.correlation, rows.correlation, **near)
    assert design.energy == pytest.approx(rows.energy, rel=1e-12)
    np.testing.assert_allclose(
        design.gram(every[2:], every[:4]), rows.gram(every[2:], every[:4]), **near
    )
    rng = np.random.default_rng(2)
    w = np.where(rows.norms > 0.0, rng.normal(size=7), 0.0)
    z, rr = design.gradient(w)
    expected, loss = rows.gradient(w)
    np.testing.assert_allclose(z, expected, **near)
    assert rr == pytest.approx(loss, rel=1e-11)
    np.testing.assert_allclose(design.hessian(w), rows.hessian(w), **near)
    assert design.intercept(w) == pytest.approx(rows.intercept(w), rel=1e-12)
    some = np.array([0, 2, 5])
    np.testing.assert_allclose(design.least_squares(some), rows.least_squares(some), rtol=1e-9)
    same = MomentDesign.of_design(rows)
    np.testing.assert_allclose(same.gradient(w)[0], expected, **near)


WEIGHTS = np.array([1.0, 2.0, 1.0, 1.0, 0.0, np.inf, 0.5])
MODELS = [
    ProximalLasso(alpha=0.1, tol=1e-10),
    ProximalLasso(alpha=0.1, l1_ratio=0.5, penalty_weights=WEIGHTS, tol=1e-10),
    ProximalLasso(alpha=0.1, positive=True, penalty_weights=WEIGHTS, tol=1e-10),
    ProximalLasso(alpha=0.1, fit_intercept=False, tol=1e-10),
    ProximalLasso(alpha=0.1, solver="fista", tol=1e-10),
    ProximalLasso(alpha=0.1, warm_start=True, tol=1e-10),
    RidgeGD(alpha=0.1, tol=1e-10),
    RidgeGD(alpha=0.1, acceleration="conjugate_gradient", tol=1e-10),
    NonconvexLpRegressor(alpha=0.1, tol=1e-10),
    NonconvexLpRegressor(alpha=0.1, p=0.0, warm_start=True, tol=1e-10),
    SubgradientLasso(alpha=0.1, tol=1e-3),
]


@pytest.mark.parametrize("model", MODELS, ids=repr)
def test_a_fit_to_moments_is_the_fit_to_the_rows(model):
    X, y, s = data(n=80)
    blocks = [Moments.of(X[k::4], y[k::4], s[k::4]) for k in range(4)]
    with quiet():
        rows = type(model)(**model.get_params()).fit(X, y, sample_weight=s)
        model.fit(X[:, ::-1], y)  # nothing of an earlier fit may remain
        model.fit_moments(sum(blocks))
    rough = 1e-2 if isinstance(model, SubgradientLasso) else 1e-4
    np.testing.assert_allclose(model.coef_, rows.coef_, atol=rough)
    assert model.intercept_ == pytest.approx(rows.intercept_, abs=5 * rough)
    assert model.objective_ == pytest.approx(rows.objective_, rel=1e-3)
    assert model.alpha_max_ == pytest.approx(rows.alpha_max_, rel=1e-9)
    assert model.n_features_in_ == 7
    assert model.converged_ == rows.converged_
    np.testing.assert_allclose(model.predict(X), X @ model.coef_ + model.intercept_)


@pytest.mark.parametrize("seed", range(20))
def test_gaps_of_moments_are_upper_bounds(seed):
    """Against the rows themselves, at tolerances from loose to beyond reach."""
    X, y, s = data(seed)
    rng = np.random.default_rng(seed)
    tol = 10.0 ** rng.uniform(-13, -1)
    model = ProximalLasso(alpha=10.0 ** rng.uniform(-3, 0), tol=tol)
    with quiet():
        model.fit_moments(Moments.of(X, y, s))
        best = ProximalLasso(alpha=model.alpha, tol=1e-14).fit(X, y, sample_weight=s)
    null = 0.5 * make_design(X, y, s).energy
    assert model.converged_
    assert model.dual_gap_ >= model.objective_ - best.objective_ - 1e-14 * null
    assert model.dual_gap_ <= max(tol, 1e-14) * null * 10


def test_names_of_an_earlier_fit_are_forgotten():
    pandas = pytest.importorskip("pandas")
    X, y, _ = data()
    model = ProximalLasso(alpha=0.1).fit(pandas.DataFrame(X, columns=list("abcdefg")), y)
    assert hasattr(model, "feature_names_in_")
    model.fit_moments(Moments.of(X, y))
    assert not hasattr(model, "feature_names_in_")


@pytest.mark.parametrize("model", [RidgeGD(0.0), ProximalLasso(1e-3, penalty_weights=[0, 0])])
def test_of_many_solutions_the_one_of_least_norm(model):
    """The same one as from the rows, in the columns' own units."""
    X, y = np.array([[1.0, 10.0], [2.0, 20.0]]), np.array([1.0, 2.0])
    with quiet():
        rows = type(model)(**model.get_params()).fit(X, y).coef_
        sums = model.fit_moments(Moments.of(X, y)).coef_
    np.testing.assert_allclose(rows, [1 / 101, 10 / 101])
    np.testing.assert_allclose(sums, rows)


def test_what_is_refused(tmp_path):
    X, y, _ = data()
    moments = Moments.of(X, y)
    with pytest.raises(ValueError, match="7 features cannot be added to those of 6"):
        moments + Moments.of(X[:, 1:], y)
    with pytest.raises(TypeError):
        moments + 1
    with pytest.raises(ValueError, match="NaN"):
        Moments.of(np.where(X == 2.0, np.nan, X), y)
    with pytest.raises(ValueError, match="inconsistent numbers"):
        Moments.of(X, y[1:])
    with pytest.raises(ValueError, match="[Nn]egative"):
        Moments.of(X, y, -np.ones(y.size))
    with pytest.raises(ValueError, match="finite"):
        Moments.of(X, y, np.inf)
    with pytest.raises(ValueError, match="could not convert"):
        Moments.of(X, y, "abc")
    np.savez(tmp_path / "other.npz", a=X)
    with pytest.raises(ValueError, match="holds no Moments"):
        Moments.load(tmp_path / "other.npz")
    with pytest.raises(TypeError, match=r"Moments\.of"):
        ProximalLasso().fit_moments((X, y))
    with pytest.raises(ValueError, match="no row with a positive weight"):
        ProximalLasso().fit_moments(Moments.of(X, y, np.zeros(y.size)))
    with pytest.raises(ValueError, match="alpha"):
        ProximalLasso(alpha=-1.0).fit_moments(moments)
    with pytest.raises(ValueError, match="rescale"):
        ProximalLasso().fit_moments(Moments.of(1e-80 * X, y) + Moments.of(1e-80 * X, y))
    with pytest.raises(ValueError, match="penalty_weights"):
        ProximalLasso(penalty_weights=np.ones(6)).fit_moments(moments)


def test_a_factor_is_one_of_the_weights():
    X, y, s = data()
    for scaled in (0.25 * Moments.of(X, y, s), Moments.of(X, y, s) * 0.25):
        assert_equals(scaled, X, y, 0.25 * s)
        assert scaled.n_samples == np.count_nonzero(s)
    nothing = 0.0 * Moments.of(X, y, s) + Moments.of(X, y)
    assert_equals(nothing, X, y, np.ones(y.size))
    for wrong in (-1.0, np.nan, np.inf):
        with pytest.raises(ValueError, match="factors from 0"):
            wrong * Moments.of(X, y)
    with pytest.raises(TypeError):
        "a" * Moments.of(X, y)
