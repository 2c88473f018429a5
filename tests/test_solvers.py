"""Solvers: all reach the optimum that the certificate promises, and none makes things worse."""

import numpy as np
import pytest
from scipy import sparse

from contracts import concrete_subclasses
from contracts_solvers import make_task, parts_in_use
from skl1.designs import make_design
from skl1.penalties import L1, ElasticNet, Lp, SquaredL2
from skl1.problems.model import CONVERGED, PRECISION
from skl1.problems.problem import Problem
from skl1.solvers.first_order import Momentum
from skl1.solvers.inner import Inner, Sweeps, SweepsThenNewton
from skl1.solvers.subgradient import Landing
from skl1.solvers.working_set import WorkingSet
from solving import CASES, FAST, PLAIN, SOLVERS, every_solver, penalty_for, run

pytestmark = pytest.mark.filterwarnings("error")
PAIRS = [(s, c) for s in SOLVERS for c in CASES if s.accepts(c.penalty)]
CONVEX_PAIRS = [(s, c) for s, c in PAIRS if c.penalty.convex]
every_pair = pytest.mark.parametrize(("solver", "case"), PAIRS, ids=str)


@pytest.mark.parametrize("base", [Inner, Momentum, Landing])
def test_examples_use_every_part(base):
    """Every way to solve a block, to extrapolate and to land occurs in some example."""
    missing = set(concrete_subclasses(base)) - parts_in_use(base)
    used_inside = {type(s.solver.inner) for s in SOLVERS if hasattr(s.solver, "inner")}
    assert not missing - used_inside


@pytest.mark.parametrize(("solver", "case"), CONVEX_PAIRS, ids=str)
def test_reaches_the_optimum(solver, case):
    """Each solver ends within its certified gap of the optimum, with every data option."""
    weightings = [(False, None), (True, "mixed"), (True, [1, 1, 0, 2, 1, 0])]
    first = CONVEX_PAIRS.index((solver, case))  # all weightings in one storage or the other
    for seed, (weighting, u) in enumerate(weightings):
        storage = (np.array, sparse.csc_array)[(first + seed) % 2]
        task = make_task(
            case, seed, storage=storage, sample_weight=weighting, penalty_weights=u, n=30
        )
        result = run(solver.solver, task.problem, tol=solver.tol, max_iter=solver.max_iter)
        assert result.model.stop_reason in {CONVERGED, PRECISION}, (
            seed,
            result.model.error / result.target,
        )
        best = run(FAST, task.problem, tol=1e-14)
        rounding = 1e-13 * float(task.reference.energy)
        excess = task.objective(result.w) - task.objective(best.w)
        assert -rounding - best.model.error <= excess <= result.model.error + rounding
        assert result.model.error <= max(result.target, 1e-13 * float(task.reference.energy))
        assert not result.w[~task.problem.included].any()
        assert not (case.one_sided and (result.w < 0.0).any())


@every_pair
def test_does_not_modify_its_start(solver, case):
    """The start vector belongs to the caller."""
    task = make_task(case, 3)
    start = np.abs(np.random.default_rng(3).normal(size=6))
    before = start.copy()
    run(solver.solver, task.problem, start, tol=1e-3, max_iter=30)
    assert (start == before).all()


@pytest.mark.parametrize(("solver", "case"), [(s, c) for s, c in PAIRS if s.monotone], ids=str)
def test_objective_falls(solver, case):
    """From any start, check after check, the objective does not rise."""
    for seed in (4, 5):
        task = make_task(case, seed, n=40, p=15, share=0.05)
        start = 3.0 * np.abs(np.random.default_rng(seed).normal(size=15))
        result = run(solver.solver, task.problem, start, tol=1e-9, max_iter=60, record=True)
        objective = result.history["objective"]
        assert np.all(np.diff(objective) <= 1e-13 * objective[:-1])
        assert objective[-1] < 0.9 * objective[0]


@pytest.mark.parametrize("case", [c for c in CASES if not c.penalty.convex], ids=str)
@pytest.mark.parametrize("solver", [FAST, PLAIN], ids=["newton", "sweeps"])
@pytest.mark.parametrize("storage", [np.array, sparse.csc_array])
def test_nonconvex_ends_at_a_coordinate_minimum(solver, case, storage):
    """No change of one coefficient, searched on a grid, improves the result."""
    for seed, weighting, u in [(0, False, None), (1, True, "mixed")]:
        task = make_task(
            case, seed, storage=storage, sample_weight=weighting, penalty_weights=u, share=0.1
        )
        result = run(solver, task.problem, tol=1e-9)
        assert result.model.converged
        lowest = task.objective(result.w)
        for j in np.flatnonzero(task.problem.included):
            for value in [0.0, *np.linspace(-3, 3, 41), *(result.w[j] * np.array([0.99, 1.01]))]:
                other = result.w.copy()
                other[j] = abs(value) if case.one_sided else value
                assert task.objective(other) >= lowest - 1e-9


def test_p_one_is_the_lasso():
    """``Lp(alpha, 1)``, stopped by the fixed-point distance, ends where L1 does."""
    task = make_task(next(c for c in CASES if str(c) == "L1(0.7)"), 6, n=40, p=12)
    lasso = run(FAST, task.problem)
    other = run(FAST, task.problem.with_penalty(Lp(task.problem.penalty.alpha, 1.0)))
    np.testing.assert_allclose(other.w, lasso.w, atol=1e-10)


def degenerate():
    """Data that break careless solvers, by name."""
    rng = np.random.default_rng(7)
    X, y = rng.normal(size=(12, 4)), rng.normal(size=12)
    yield "twins", X[:, [0, 1, 0, 2, 2, 0]], y
    yield "opposites", np.column_stack([X, -X]), y
    yield "rank one", np.outer(X[:, 0], [1.0, 2.0, -3.0]), y
    yield "wide", rng.normal(size=(5, 12)), rng.normal(size=5)
    yield "tall", rng.normal(size=(200, 2)), rng.normal(size=200)
    yield "one feature", X[:, :1], y
    yield "one sample", X[:1], y[:1]
    yield "two samples", X[:2], y[:2]
    yield "y zero", X, 0 * y
    yield "y constant", X, 0 * y + 0.1
    yield "X zero", 0 * X, y
    yield "constant columns", np.column_stack([X, 0 * y + 0.1, 0 * y]), y
    yield "exact fit", X, X @ [1.0, 0.0, -2.0, 0.5]
    yield "small y", X, 1e-12 * y
    yield "large y", X, 1e12 * y


DEGENERATE = {name: (X, y) for name, X, y in degenerate()}


@every_solver
@pytest.mark.parametrize("data", DEGENERATE)
def test_degenerate_data(solver, data):
    """Every solver survives: a finite result, a true gap, and convergence if it can."""
    X, y = DEGENERATE[data]
    penalty = penalty_for(solver)
    for storage in (np.array, sparse.csc_array):
        for intercept in (True, False):
            design = make_design(storage(X), y, None, intercept)
            p = X.shape[1]
            alpha = 0.1 * (Problem(design, L1(1.0), np.ones(p)).alpha_max or 1.0)
            alpha = 0.1 if isinstance(penalty, SquaredL2) else alpha
            problem = Problem(design, type(penalty)(alpha), np.ones(p))
            result = run(solver.solver, problem, tol=solver.tol, max_iter=4 * solver.max_iter)
            assert np.isfinite(result.w).all()
            # The textbook method may stall for ever; every other one has to arrive.
            if "Crossing" not in str(solver):
                assert result.model.converged, (
                    storage,
                    intercept,
                    result.model.stop_reason,
                    result.model.error,
                )
            best = run(FAST, problem, tol=1e-14, max_iter=200)
            excess = result.point.objective - best.point.objective
            assert excess <= result.model.error + 1e-13 * design.energy


@pytest.mark.parametrize("inner", [SweepsThenNewton(), Sweeps()], ids=["newton", "sweeps"])
@pytest.mark.parametrize("penalty", [L1(1.0), ElasticNet(1.0, 0.5), Lp(1.0, 0.5), Lp(1.0, 0.0)])
def test_columns_of_extreme_scales(inner, penalty):
    """Columns of scale 1e-8 and 1e8 give the same fit as scaled penalty weights do."""
    rng = np.random.default_rng(8)
    X, scale = rng.normal(size=(40, 6)), 10.0 ** np.array([-8, -4, 0, 1, 4, 8])
    y = X @ [1.0, 0.0, 2.0, 0.0, -1.0, 1.0] + 0.1 * rng.normal(size=40)
    exponent = penalty.p if isinstance(penalty, Lp) else 1.0
    if isinstance(penalty, ElasticNet):
        penalty = L1(1.0)  # its two terms scale differently; the L1 part is enough here
    plain = Problem(make_design(X, y), penalty, np.ones(6))
    scaled = Problem(make_design(X * scale, y), penalty, scale**exponent)
    share = type(penalty)(0.05 * plain.alpha_max, *list(vars(penalty).values())[1:2])
    assert scaled.alpha_max == pytest.approx(plain.alpha_max, rel=1e-10)
    one = run(WorkingSet(inner), plain.with_penalty(share), tol=1e-10)
    other = run(WorkingSet(inner), scaled.with_penalty(share), tol=1e-10)
    assert one.model.converged
    assert other.model.converged
    np.testing.assert_allclose(other.w * scale, one.w, rtol=1e-6, atol=1e-8)
