"""The working set: what it holds, drops and passes over, and its strides."""

import numpy as np
import pytest
from scipy import sparse

from skl1.designs import make_design
from skl1.designs.base import FULL_GRAM
from skl1.penalties import L1, ElasticNet, Lp, NonNegative
from skl1.problems.certificates import certify
from skl1.problems.model import CONVERGED
from skl1.problems.problem import Problem
from skl1.solvers.base import Goal
from skl1.solvers.inner import Sweeps
from skl1.solvers.minimise import minimise
from skl1.solvers.working_set import SPARE, WorkingSet
from solving import FAST, growing_task, run

pytestmark = pytest.mark.filterwarnings("error")


@pytest.mark.parametrize(
    "penalty", [L1(1.0), ElasticNet(1.0, 0.7), NonNegative(L1(1.0)), Lp(1.0, 0.5)], ids=str
)
@pytest.mark.parametrize("kind", [np.array, sparse.csc_array])
def test_working_set_grows_and_drops(penalty, kind):
    """The set starts small, grows where it must, leaves most features out, and is right."""
    X, y = growing_task()
    p = X.shape[1]
    problem = Problem(make_design(kind(X), y), penalty, np.ones(p))
    top = problem.alpha_max
    inner = getattr(penalty, "inner", penalty)
    scaled = type(inner)(0.05 * top, *[v for k, v in vars(inner).items() if k in {"l1_ratio", "p"}])
    problem = problem.with_penalty(NonNegative(scaled) if inner is not penalty else scaled)
    state = FAST.init(problem, np.zeros(p))
    sizes, alive, first = [], [], problem.design.first_set()
    goal = Goal(1e-10 * problem.null.objective if problem.penalty.convex else 1e-10, 100)
    for _ in range(60):
        point = problem.at(state.w)
        known = certify(problem, point)
        if known.error <= goal.target or state.verdict:
            break
        FAST.advance(problem, state, point, known, goal)
        sizes.append(np.count_nonzero(state.members))
        alive.append(int(state.alive.sum()))
        assert state.members[state.w != 0.0].all()
        # It holds about as many features that may enter as features in use.
        used = np.count_nonzero(point.w)
        assert sizes[-1] <= SPARE * (used + max(used, first)) + 1
    assert known.error <= goal.target
    assert 10 <= sizes[0] <= first
    assert sizes[-1] < p
    if problem.penalty.convex:
        assert np.all(np.diff(alive) <= 0)
        best = state.w
        FAST.advance(problem, state, point, known, goal)
        assert np.count_nonzero(best) <= state.alive.sum() < p // 2
        descent = [problem.penalty.descent(*pair, 1.0) for pair in zip(best, -point.z, strict=True)]
        assert np.abs(descent).max() < 1e-3 * problem.penalty.slope_at_zero()


def test_working_set_holds_a_dense_start():
    """A start with more nonzeros than the first set is taken over whole."""
    X, y = growing_task(p=FULL_GRAM + 50)
    problem = Problem(make_design(X, y), L1(0.2), np.ones(X.shape[1]))
    start = np.random.default_rng(25).normal(size=X.shape[1])
    one, other = run(FAST, problem, start), run(FAST, problem)
    assert one.model.converged
    np.testing.assert_allclose(one.w, other.w, atol=1e-6)


def test_working_set_with_free_features_beyond_the_full_gram():
    """Free features are in the set from the start."""
    X, y = growing_task()
    u = np.ones(X.shape[1])
    u[-3:] = 0.0
    problem = Problem(make_design(X, y + 5 * X[:, -1]), L1(0.2), u)
    result = run(FAST, problem, problem.null.w, tol=1e-12)
    assert result.model.converged
    assert result.w[-3:].all()
    z = problem.at(result.w).z
    assert np.abs(z[-3:]).max() < 1e-10
    assert np.abs(z).max() <= 0.2 * (1 + 1e-6)


@pytest.mark.parametrize("near", [1e-3, 0.0])
def test_dependent_sparse_columns_of_which_some_are_free(near):
    """Conjugate gradients do not descend there; a factor takes over, as it does for dense X."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 2)) @ rng.normal(size=(2, 100)) + near * rng.normal(size=(60, 100))
    y = X[:, :10] @ rng.normal(size=10) + 0.3 * rng.normal(size=60)
    u = np.ones(100)
    u[:4] = 0.0
    problem = Problem(make_design(sparse.csc_array(X), y), L1(1.0), u)
    problem = problem.with_penalty(L1(0.1 * problem.alpha_max))
    result = run(FAST, problem, tol=1e-6, max_iter=20)
    assert result.model.stop_reason == CONVERGED


def twins(rng, n, p, apart):
    """Columns in pairs that differ by a share ``apart`` of their norm."""
    X = rng.normal(size=(n, p // 2))
    return np.hstack([X, X + apart * rng.normal(size=(n, p // 2))])


@pytest.mark.parametrize("apart", [0.0, 1e-9, 1e-7, 1e-4, 1e-3])
def test_single_precision_gives_way_where_it_does_not_suffice(apart):
    """Near twins, whose difference seven digits do not show, end as exactly as anything else."""
    rng = np.random.default_rng(32)
    X = twins(rng, 50, 120, apart)
    y = X[:, :10].sum(axis=1) + 0.5 * rng.normal(size=50)
    problem = Problem(make_design(X, y), L1(0.0), np.ones(120))
    problem = problem.with_penalty(L1(0.02 * problem.with_penalty(L1(1.0)).alpha_max))
    result = minimise(FAST, problem, problem.null.w, tol=1e-10, max_iter=500)
    assert result.model.converged
    assert result.model.error <= 1e-10 * problem.null.objective


def test_rounds_of_single_precision_reach_every_digit():
    """Each round starts from the residual, so that seven digits a round are enough for all."""
    rng = np.random.default_rng(33)
    X = rng.normal(size=(1000, 1500))
    y = X[:, :20].sum(axis=1) + rng.normal(size=1000)
    problem = Problem(make_design(X, y), L1(0.05), np.ones(1500))
    state = FAST.init(problem, problem.null.w)
    assert state.store.dtype == np.float32
    result = minimise(FAST, problem, problem.null.w, tol=1e-13, max_iter=100)
    assert result.model.converged
    assert result.model.n_iter < 20


def test_strides_of_the_penalty_end_at_one():
    """Far below the largest alpha the first rounds have a larger penalty, the last ones do not."""
    rng = np.random.default_rng(34)
    X = rng.normal(size=(60, 900))
    y = X[:, :5].sum(axis=1) + 0.1 * rng.normal(size=60)
    problem = Problem(make_design(X, y), L1(1.0), np.ones(900))
    problem = problem.with_penalty(L1(0.01 * problem.alpha_max))
    state, stages = FAST.init(problem, problem.null.w), []
    goal = Goal(1e-9 * problem.null.objective, 100)
    for _ in range(40):
        point = problem.at(state.w)
        known = certify(problem, point)
        if known.error <= goal.target:
            break
        FAST.advance(problem, state, point, known, goal)
        stages.append(state.stage)
    assert known.error <= goal.target
    assert stages[0] == pytest.approx(20.0)
    assert np.all(np.diff(stages) <= 0.0)
    assert stages[-1] == 1.0


@pytest.mark.parametrize("kind", [np.array, sparse.csc_array])
def test_passes_are_narrowed_to_what_may_be_in_use(kind, monkeypatch):
    """The last passes are for few features, and the model is optimal among all of them."""
    monkeypatch.setattr("skl1.designs.dense.CACHED", 0)
    rng = np.random.default_rng(35)
    n, p = 1000, 1600
    X = rng.normal(size=(n, p))
    y = X[:, :30].sum(axis=1) + rng.normal(size=n)
    problem = Problem(make_design(kind(X), y), L1(1.0), np.ones(p))
    problem = problem.with_penalty(L1(0.3 * problem.alpha_max))
    asked = []
    gradient = type(problem.design).gradient

    def listening(self, w, among=None):
        asked.append(p if among is None else among.size)
        return gradient(self, w, among)

    monkeypatch.setattr(type(problem.design), "gradient", listening)
    result = run(WorkingSet(Sweeps()), problem, tol=1e-13)  # Newton's method needs one round
    assert result.model.converged
    assert asked[0] == p
    assert asked[-1] < p // 16
    assert certify(problem, problem.at(result.w)).error <= 1e-12 * problem.null.objective
