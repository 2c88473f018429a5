"""Newton's step on the support, by a matrix and without one, and the walk along a face."""

import numpy as np
import pytest
from scipy import sparse

from skl1.designs import make_design
from skl1.penalties import L1, Bounded, ElasticNet, NonNegative
from skl1.penalties.elementwise import face
from skl1.problems.problem import Problem
from skl1.solvers.block import ColumnBlock, GramBlock
from skl1.solvers.gram_store import GramStore
from skl1.solvers.newton import conjugate_step, newton_step, walk_face
from solving import CASES, both_blocks

pytestmark = pytest.mark.filterwarnings("error")


@pytest.mark.parametrize("form", [0, 1], ids=["gram", "columns"])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_newton_step_lowers_the_objective(case, form):
    """From any point of any signs a Newton step keeps signs and does not raise the objective."""
    for seed in range(6):
        _, w, blocks = both_blocks(case, seed)
        block = blocks[form]
        if not block.w.any():
            continue
        before, start = block.problem.at(w).objective, block.w
        kept = newton_step(block, bool(seed % 2))
        full = w.copy()
        full[block.features] = block.w
        now = block.problem.at(full)
        assert now.objective <= before + 1e-13 * before
        assert np.all(block.w * start >= 0.0)
        assert not block.w[start == 0].any()
        if kept:
            assert now.objective < before
            assert np.all((block.w != 0) == (start != 0))
        np.testing.assert_allclose(block.z, now.z[block.features], atol=1e-11)
        assert block.loss == pytest.approx(now.loss, abs=1e-11)


def test_newton_step_refuses_a_singular_support():
    """With twin columns on the support nothing happens, or if need be one of them leaves."""
    rng = np.random.default_rng(27)
    X, y = rng.normal(size=(20, 3))[:, [0, 1, 0]], rng.normal(size=20)
    problem = Problem(make_design(X, y), L1(0.01), np.ones(3))
    w = np.array([0.5, 0.1, 0.2])
    point, store = problem.at(w), GramStore(3, np.float64)
    store.extend(problem.design, np.arange(3))
    block = GramBlock(problem, store, point)
    assert newton_step(block, False) is False
    np.testing.assert_array_equal(block.w, w)
    before = point.objective
    newton_step(block, True)
    assert np.count_nonzero(block.w[[0, 2]]) <= 1
    assert problem.at(block.w).objective < before


@pytest.mark.parametrize("seed", range(12))
def test_walk_along_a_face(seed):
    """It ends at the least value for the coefficients at no end: zero, and bounds of some."""
    rng = np.random.default_rng(seed)
    m = 1 + 3 * seed
    A = rng.normal(size=(2 * m, m))
    H = A.T @ A + 0.01 * np.eye(m)
    w = rng.normal(size=m)
    slope = 3.0 * rng.normal(size=m) * np.sqrt(m)
    factor = np.linalg.cholesky(H).T
    bound = np.where(rng.random(m) < 0.3, 1.2 * np.abs(w), np.inf)
    low, high = face(Bounded(L1(1.0), -bound, bound), w)
    fast = walk_face(factor, w, np.linalg.solve(H, slope), low, high)
    left = (low < fast) & (fast < high)
    assert np.all((low <= fast) & (fast <= high))
    np.testing.assert_allclose((slope - H @ (fast - w))[left], 0.0, atol=1e-9 * np.abs(slope).max())
    gain = slope @ (fast - w) - 0.5 * (fast - w) @ H @ (fast - w)
    assert gain > 0.0


@pytest.mark.parametrize(
    "penalty", [L1(0.02), ElasticNet(0.05, 0.6), NonNegative(L1(0.02))], ids=str
)
def test_conjugate_gradients_do_what_the_matrix_does(penalty):
    """On sparse columns the step without a matrix ends where the one with a matrix does."""
    rng = np.random.default_rng(31)
    X = sparse.csc_array(sparse.random(300, 200, density=0.03, format="csc", random_state=rng))
    truth = rng.uniform(1.0, 2.0, size=200)
    y = X @ truth + 0.1 * rng.normal(size=300)
    problem = Problem(make_design(X, y), penalty, np.ones(200))
    w = np.where(np.arange(200) % 3 == 0, 0.0, truth)
    point, every = problem.at(w), np.arange(200)
    store = GramStore(200, np.float64)
    store.extend(problem.design, every)
    direct, iterated = GramBlock(problem, store, point), ColumnBlock(problem, every, point)
    support = np.flatnonzero(w)
    for _ in range(12):
        newton_step(direct, False)
        conjugate_step(iterated, np.flatnonzero(iterated.w))
    np.testing.assert_allclose(iterated.w, direct.w, atol=1e-6)
    assert not iterated.w[w == 0.0].any()
    np.testing.assert_allclose(
        iterated.product(support)(point.w[support]),
        direct.hessian(support) @ point.w[support],
        atol=1e-12,
    )
