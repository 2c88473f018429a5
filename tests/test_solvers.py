"""Solvers: all reach the optimum that the certificate promises, and none makes things worse."""

import numpy as np
import pytest
from scipy import sparse

from contracts import (
    STORAGES,
    concrete_subclasses,
    make_task,
    parts_in_use,
    penalty_cases,
    solver_cases,
)
from skl1.designs import DenseDesign, SparseDesign, make_design
from skl1.designs.base import FULL_GRAM
from skl1.paths.solve import follow_path
from skl1.penalties import L1, ElasticNet, Lp, NonNegative, SquaredL2
from skl1.problems.certificates import certify
from skl1.problems.model import CONVERGED, EXHAUSTED, INTERRUPTED, PRECISION
from skl1.problems.problem import Problem
from skl1.solvers.base import Goal
from skl1.solvers.block import ColumnBlock, GramBlock, GramStore
from skl1.solvers.driver import certified
from skl1.solvers.first_order import (
    Momentum,
    Nesterov,
    Space,
    Still,
    feature_space,
    inverse,
    largest_curvature,
    prefers_samples,
    sample_space,
)
from skl1.solvers.gradient_descent import ConjugateGradient, GradientDescent
from skl1.solvers.inner import Inner, Sweeps, SweepsThenNewton
from skl1.solvers.minimise import minimise
from skl1.solvers.newton import conjugate_step, newton_step, walk_face
from skl1.solvers.proximal_gradient import ProximalGradient
from skl1.solvers.subgradient import Crossing, Landing, SubgradientDescent, Truncated, suffix
from skl1.solvers.working_set import SPARE, WorkingSet

pytestmark = pytest.mark.filterwarnings("error")

CASES = [case for case in penalty_cases() if "(0.0" not in str(case)]
SOLVERS = solver_cases()
PAIRS = [(s, c) for s in SOLVERS for c in CASES if s.accepts(c.penalty)]
CONVEX_PAIRS = [(s, c) for s, c in PAIRS if c.penalty.convex]
FAST = WorkingSet(SweepsThenNewton())
PLAIN = WorkingSet(Sweeps(), count_sweeps=True)
every_pair = pytest.mark.parametrize(("solver", "case"), PAIRS, ids=str)
every_solver = pytest.mark.parametrize("solver", SOLVERS, ids=str)


def run(solver, problem, w=None, tol=1e-12, max_iter=2000, **options):
    w = np.zeros(problem.design.n_features) if w is None else w
    return minimise(solver, problem, w, tol=tol, max_iter=max_iter, **options)


def penalty_for(solver):
    """A penalty that the solver accepts: L1 if it can."""
    return next(p for p in (L1(1.0), SquaredL2(1.0)) if solver.accepts(p))


@pytest.mark.parametrize("base", [Inner, Momentum, Landing])
def test_examples_use_every_part(base):
    """Every way to solve a block, to extrapolate and to land occurs in some example."""
    missing = set(concrete_subclasses(base)) - parts_in_use(base)
    used_inside = {type(s.solver.inner) for s in SOLVERS if hasattr(s.solver, "inner")}
    assert not missing - used_inside


@pytest.mark.parametrize(("solver", "case"), CONVEX_PAIRS, ids=str)
@pytest.mark.parametrize("storage", [np.array, sparse.csc_array])
def test_reaches_the_optimum(solver, case, storage):
    """Each solver ends within its certified gap of the optimum, with every data option."""
    for seed, weighting, u in [(0, False, None), (1, True, "mixed"), (2, True, [1, 1, 0, 2, 1, 0])]:
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
    np.testing.assert_array_equal(start, before)


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


# Degenerate data


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


@pytest.mark.parametrize("storage", [s for ways in STORAGES.values() for s in ways.values()])
def test_operators_of_every_storage_serve_first_order_methods(storage, monkeypatch):
    """ISTA and gradient descent read the data themselves where no Gram matrix is formed."""
    monkeypatch.setattr("skl1.problems.problem.GRAM_COLUMNS", 0)
    monkeypatch.setattr("skl1.solvers.first_order.GRAM_COLUMNS", 0)
    rng = np.random.default_rng(9)
    X, y = (rng.normal(size=(15, 5)) + 1).round(2), rng.normal(size=15)
    s = rng.uniform(0.0, 1.0, size=15)
    design = make_design(storage(X), y, s)
    assert type(Problem(design, L1(0.05), np.ones(5)).operator).__name__ != "GramOperator"
    exact = make_design(storage(X).astype(np.float64), y, s)
    for solver, penalty in [
        (ProximalGradient(Nesterov()), L1(0.05)),
        (GradientDescent(Nesterov()), SquaredL2(0.5)),
    ]:
        result = run(solver, Problem(design, penalty, np.ones(5)), tol=1e-11)
        best = run(FAST, Problem(exact, penalty, np.ones(5)), tol=1e-14)
        assert result.model.converged
        np.testing.assert_allclose(result.w, best.w, atol=1e-5)


# The driver


def test_driver_starts_with_a_check():
    """A start that is optimal is returned as it is, as one iteration."""
    task = make_task(CASES[0], 10)
    best = run(FAST, task.problem)
    again = run(FAST, task.problem, best.w, tol=1e-9)
    assert again.model.n_iter == 1
    assert again.model.stop_reason == CONVERGED
    np.testing.assert_array_equal(again.w, best.w)


@every_solver
def test_history_and_iterations(solver):
    """Iterations never exceed max_iter; the history has a row per check, the last one last."""
    case = next(c for c in CASES if type(c.penalty) is type(penalty_for(solver)))
    for limit in (1, 7, 25):
        task = make_task(case, 11, n=30, p=20, share=0.001)
        result = run(solver.solver, task.problem, tol=0.0, max_iter=limit, record=True)
        assert 1 <= result.model.n_iter <= limit
        history = result.history
        assert len({len(column) for column in history.values()}) == 1
        assert history["iteration"][-1] == result.model.n_iter
        assert history["objective"][-1] == result.point.objective
        assert history["gap"][-1] == result.model.error
        assert history["nonzeros"][-1] == np.count_nonzero(result.w)
        assert np.all(np.diff(history["iteration"]) > 0)
        assert np.all(np.diff(history["seconds"]) >= 0)
        assert (result.model.stop_reason == EXHAUSTED) == (not result.model.converged)


@every_solver
def test_callback_stops(solver):
    """A true result of the callback ends the run, and says so."""
    case = next(c for c in CASES if type(c.penalty) is type(penalty_for(solver)))
    task = make_task(case, 12, n=30, p=20, share=0.001)
    seen = []

    def callback(w):
        seen.append(w.copy())
        return True

    result = run(solver.solver, task.problem, tol=0.0, max_iter=1000, callback=callback)
    assert seen
    if not result.model.converged:
        assert result.model.stop_reason == INTERRUPTED
    np.testing.assert_array_equal(seen[-1], result.w)


def test_certified_uses_the_bound_found_on_the_way():
    """Rounded coefficients get a gap of their own, from the best bound known."""
    task = make_task(CASES[0], 13)
    result = run(FAST, task.problem)
    rounded = result.w.astype(np.float32).astype(float)
    single = certified(task.problem, result, rounded)
    assert single.point.objective == pytest.approx(task.objective(rounded), rel=1e-13)
    assert single.model.converged
    excess = task.objective(rounded) - task.objective(result.w)
    assert excess - 1e-14 <= single.model.error <= 1e-6 * task.problem.null.objective
    far = certified(task.problem, result, result.w + 1.0)
    assert not far.model.converged


# First-order methods: curvature, spaces, steps


def spectra():
    """Gram matrices of many shapes of spectrum."""
    rng = np.random.default_rng(14)
    for p in (1, 2, 5, 30, 80):
        Q = np.linalg.qr(rng.normal(size=(p, p)))[0]
        for values in (
            np.ones(p),
            np.linspace(0, 1, p) + 1e-3,
            np.geomspace(1e-12, 1, p),
            np.r_[np.ones(p - 1), 1.05],
            np.r_[np.zeros(p - 1), 1.0],
            rng.exponential(size=p),
        ):
            yield (Q * values) @ Q.T, values.max()
    X = rng.normal(size=(40, 80))
    yield X.T @ X, np.linalg.norm(X, 2) ** 2


def space_of(G):
    class Product:
        """A stand-in for a compiled operator."""

    space = Space(Product(), np.zeros(len(G)), L1(1.0), np.ones(len(G)), np.ones(len(G)), None)
    object.__setattr__(space, "product", lambda v: G @ v)
    return space


def test_largest_curvature_is_close_and_not_low():
    """The estimate is at least the largest eigenvalue and at most a tenth above it."""
    for G, largest in spectra():
        assert largest * (1 - 1e-12) <= largest_curvature(space_of(G)) <= 1.1 * largest


def test_largest_curvature_with_scales_and_extra():
    """Scales and a diagonal are part of the matrix; excluded features are not."""
    rng = np.random.default_rng(15)
    X = rng.normal(size=(30, 10)) * 10.0 ** rng.uniform(-6, 6, size=10)
    u = np.r_[np.inf, np.ones(9)]
    problem = Problem(make_design(X, rng.normal(size=30)), L1(1.0), u)
    space = feature_space(problem, inverse(problem.design.norms))
    extra = rng.uniform(0, 2, size=10) * problem.design.norms
    every = np.arange(10)
    D = np.sqrt(space.scale)
    full = D[:, None] * (problem.design.gram(every, every) + np.diag(extra)) * D
    largest = np.linalg.eigvalsh(full)[-1]
    assert largest <= largest_curvature(space, extra) <= 1.1 * largest
    nothing = Problem(problem.design, L1(1.0), np.full(10, np.inf))
    assert largest_curvature(feature_space(nothing, np.ones(10))) > 0.0


@pytest.mark.parametrize("storage", [np.array, sparse.csc_array])
@pytest.mark.parametrize("weighting", [False, True])
def test_sample_space_equals_feature_space(storage, weighting):
    """With p > n gradient steps on n sample coefficients are those on the p features."""
    rng = np.random.default_rng(16)
    X, y = rng.normal(size=(8, 20)), rng.normal(size=8)
    s = rng.uniform(0.5, 2, size=8) if weighting else None
    if weighting:
        s[2] = 0.0
    problem = Problem(make_design(storage(X), y, s), SquaredL2(0.3), np.ones(20))
    assert prefers_samples(problem, np.zeros(20))
    step = 0.9 / largest_curvature(sample_space(problem), 0.3)
    every = np.arange(20)
    G, q = problem.design.gram(every, every), problem.design.correlation
    for count in (1, 7, 10):
        result = run(GradientDescent(Still(), step), problem, tol=0.0, max_iter=count)
        w = np.zeros(20)
        for _ in range(count):
            w -= step * (G @ w - q + 0.3 * w)
        assert result.model.n_iter == count
        np.testing.assert_allclose(result.w, w, rtol=1e-10, atol=1e-13)


def test_sample_space_with_penalty_weights():
    """The sample space is exact for unequal penalty weights, and closed to free features."""
    rng = np.random.default_rng(17)
    X, y = rng.normal(size=(8, 20)), rng.normal(size=8)
    u = rng.uniform(0.2, 3, size=20)
    u[3] = np.inf
    design = make_design(X, y)
    for solver in (GradientDescent(Still()), GradientDescent(Nesterov()), ConjugateGradient()):
        problem = Problem(design, SquaredL2(0.5), u)
        assert prefers_samples(problem, np.zeros(20))
        result = run(solver, problem, tol=1e-12)
        assert result.model.converged
        keep = np.arange(20) != 3
        G, q = design.gram(np.arange(20), np.arange(20)), design.correlation
        exact = np.linalg.solve((G + np.diag(0.5 * np.where(keep, u, 0)))[keep][:, keep], q[keep])
        np.testing.assert_allclose(result.w[keep], exact, atol=1e-5)
        assert result.w[3] == 0.0
        u0 = np.where(keep, u, 0.0)
        free = Problem(design, SquaredL2(0.5), u0)
        assert not prefers_samples(free, np.zeros(20))
        assert run(solver, free, tol=1e-9, max_iter=5000).model.converged


@pytest.mark.parametrize("shape", [(30, 6), (6, 30)])
@pytest.mark.parametrize("momentum", [Still(), Nesterov()], ids=["still", "nesterov"])
def test_fixed_step_above_the_limit_diverges_with_advice(shape, momentum):
    """A step above 2 / L ends as "diverged", finite, with a safe step that is safe."""
    rng = np.random.default_rng(18)
    X, y = rng.normal(size=shape), rng.normal(size=shape[0])
    problem = Problem(make_design(X, y), SquaredL2(0.1), np.ones(shape[1]))
    every = np.arange(shape[1])
    L = np.linalg.eigvalsh(problem.design.gram(every, every))[-1] + 0.1
    for factor in (1.01, 3.0, 1e6):
        result = run(GradientDescent(momentum, 2 * factor / L), problem, tol=1e-12, max_iter=5000)
        assert result.model.stop_reason.startswith("diverged")
        assert not result.model.converged
        assert np.isfinite(result.w).all()
        assert result.point.objective <= problem.null.objective * (1 + 1e-12)
        named = float(result.model.stop_reason.rpartition(" ")[2])
        assert named <= 1.01 * 2 / L
        if isinstance(momentum, Still):
            assert run(GradientDescent(momentum, 0.95 * named), problem, tol=1e-8).model.converged
    safe = run(GradientDescent(Still(), 1.0 / L), problem, tol=1e-9)
    assert safe.model.converged


def test_estimate_of_curvature_that_is_low_is_survived():
    """If Lanczos misses the top of the spectrum, steps are cut and the method converges."""
    rng = np.random.default_rng(19)
    X, y = rng.normal(size=(30, 6)), rng.normal(size=30)
    lasso = Problem(make_design(X, y), L1(0.05), np.ones(6))
    ridge = Problem(make_design(X, y), SquaredL2(0.1), np.ones(6))
    with pytest.MonkeyPatch.context() as patch:

        def low(*_):
            return 0.2

        patch.setattr("skl1.solvers.proximal_gradient.largest_curvature", low)
        patch.setattr("skl1.solvers.gradient_descent.largest_curvature", low)
        for momentum in (Still(), Nesterov()):
            assert run(ProximalGradient(momentum), lasso, tol=1e-9).model.converged
        assert run(GradientDescent(Still()), ridge, tol=1e-9).model.converged


@pytest.mark.parametrize("rank", [1, 3, 6])
def test_conjugate_gradient_ends_within_the_rank(rank):
    """Conjugate gradients are exact after rank + a few steps; preconditioned, after p + a few."""
    rng = np.random.default_rng(20)
    for shape, most in [((12, 40), rank + 3), ((40, 12), 12 + 10)]:
        X = rng.normal(size=(shape[0], rank)) @ rng.normal(size=(rank, shape[1]))
        design = make_design(X, rng.normal(size=shape[0]))
        problem = Problem(design, SquaredL2(0.1), np.ones(shape[1]))
        result = run(ConjugateGradient(), problem, tol=1e-13, max_iter=100)
        assert result.model.converged
        assert result.model.n_iter <= most


def test_conjugate_gradient_of_full_rank():
    """With as many features as the rank there are at most that many steps, and a restart."""
    rng = np.random.default_rng(20)
    problem = Problem(
        make_design(rng.normal(size=(60, 9)), rng.normal(size=60)), SquaredL2(0.1), np.ones(9)
    )
    result = run(ConjugateGradient(), problem, tol=1e-13, max_iter=100)
    assert result.model.converged
    assert result.model.n_iter <= 10


def test_conjugate_gradient_on_a_bad_spectrum():
    """With a condition number of 1e10 the restarts still bring the gap down."""
    rng = np.random.default_rng(21)
    Q = np.linalg.qr(rng.normal(size=(60, 20)))[0]
    X = (Q * np.geomspace(1e-5, 1, 20)) @ np.linalg.qr(rng.normal(size=(20, 20)))[0]
    problem = Problem(make_design(X, Q.sum(axis=1)), SquaredL2(1e-10), np.ones(20))
    result = run(ConjugateGradient(), problem, tol=1e-8, max_iter=2000)
    assert result.model.converged
    best = run(FAST, problem, tol=1e-12)
    assert result.point.objective - best.point.objective <= result.model.error + 1e-15


@pytest.mark.parametrize("seed", range(3))
def test_momentum_pays_and_is_restarted(seed):
    """FISTA needs a fraction of ISTA's steps, and the restart keeps its convergence linear."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(40, 12)) + 3 * rng.normal(size=(40, 1))
    problem = Problem(make_design(X, rng.normal(size=40)), L1(0.01), np.ones(12))
    ista = run(ProximalGradient(Still()), problem, tol=1e-8, max_iter=20_000)
    fista = run(ProximalGradient(Nesterov()), problem, tol=1e-8, max_iter=20_000)
    assert fista.model.converged
    assert fista.model.n_iter < 0.7 * ista.model.n_iter
    closer = run(ProximalGradient(Nesterov()), problem, tol=1e-12, max_iter=20_000)
    assert closer.model.n_iter < 2.5 * fista.model.n_iter


# The subgradient method


@pytest.mark.parametrize("rule", ["polyak", "constant", "sqrt", "normalized"])
@pytest.mark.parametrize("truncate", [True, False])
def test_truncation_gives_exact_zeros(rule, truncate):
    """Stopping at zero makes the model sparse; crossing never does, and is counted."""
    rng = np.random.default_rng(22)
    X = rng.normal(size=(40, 10))
    y = X[:, 0] * 3 + 0.1 * rng.normal(size=40)
    problem = Problem(make_design(X, y), L1(0.5), np.ones(10))
    solver = SubgradientDescent(rule, 1.0, Truncated() if truncate else Crossing(), False)
    # Without truncation a start off zero stays off zero.
    start = rng.normal(size=10)
    result = run(solver, problem, start, tol=0.0, max_iter=300, record=True)
    crossings = result.history["crossings"]
    if truncate:
        assert np.count_nonzero(result.w) <= 3
    else:
        assert np.count_nonzero(result.w) == 10
        assert crossings[-1] > 0


def test_truncated_coefficient_leaves_zero_again():
    """A coefficient that stopped at zero leaves it if the data pull harder than alpha."""
    X = np.array([[1.0, 0.9], [0.0, 1.0], [1.0, 0.0], [0.5, 0.5]])
    y = X @ [1.0, 2.0]
    problem = Problem(make_design(X, y, None, False), L1(0.001), np.ones(2))
    solver = SubgradientDescent("polyak", 1.0, Truncated(), False)
    result = run(solver, problem, np.array([-0.1, -0.1]), tol=1e-4, max_iter=5000)
    assert result.model.converged
    assert np.all(result.w > 0.5)


def test_subgradient_returns_the_best_iterate():
    """The returned objective never rises and is never above the start's."""
    for seed in range(5):
        rng = np.random.default_rng(seed)
        X, y = rng.normal(size=(30, 8)), rng.normal(size=30)
        problem = Problem(make_design(X, y), L1(0.1), np.ones(8))
        for rule in ("polyak", "constant", "sqrt", "normalized"):
            solver = SubgradientDescent(rule, 30.0, Crossing(), False)
            start = rng.normal(size=8)
            result = run(solver, problem, start, tol=0.0, max_iter=200, record=True)
            assert np.all(np.diff(result.history["objective"]) <= 1e-14)
            assert np.isfinite(result.w).all()


def test_suffix_average_is_the_mean_of_the_last_iterates():
    """The average covers the iterates since the last power of two, in any split into steps."""
    rng = np.random.default_rng(23)
    X, y = rng.normal(size=(30, 3)), rng.normal(size=30)
    problem = Problem(make_design(X, y), L1(0.1), np.ones(3))
    every = np.arange(3)
    G, q = problem.design.gram(every, every), problem.design.correlation
    solver = SubgradientDescent("sqrt", 1.0, Crossing(), True)
    scale = 1 / problem.design.norms
    natural = 1 / largest_curvature(feature_space(problem, scale))
    x, path = np.zeros(3), []
    for k in range(1, 41):
        g = [problem.penalty.descent(x[j], (G @ x - q)[j], 1.0) for j in range(3)]
        x = x - natural / np.sqrt(k) * scale * g
        path.append(x)
    for count in (10, 23, 40):
        result = run(solver, problem, tol=0.0, max_iter=count)
        mean = np.mean(path[count - suffix(count) : count], axis=0)
        np.testing.assert_allclose(result.w, mean, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("n_iter", [16, 100, 128, 1000, 1024])
def test_suffix_is_a_large_share(n_iter):
    """The average is over the last half of the iterations or more, as is promised."""
    assert suffix(n_iter) >= n_iter // 2


# The working set


def growing_task(seed=24, p=None, support=30):
    """More features than FULL_GRAM, with a support that the first set cannot hold."""
    rng = np.random.default_rng(seed)
    p = p or 500
    X = rng.normal(size=(120, p))
    w = np.zeros(p)
    w[:support] = rng.choice([-1.0, 1.0], size=support)
    return X, X @ w + 0.1 * rng.normal(size=120)


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


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("held", [True, False])
@pytest.mark.parametrize("kind", [DenseDesign, SparseDesign])
def test_gram_store(kind, held, dtype, monkeypatch):
    """The matrix is that of the features, in the order in which they came; some may go again."""
    rng = np.random.default_rng(26)
    X, y = rng.normal(size=(15, 9)), rng.normal(size=15)
    design = kind(X if kind is DenseDesign else sparse.csc_array(X), y, None, True)
    monkeypatch.setattr(kind, "holds", lambda *asked: held or asked[1] < 4)
    store = GramStore(9, dtype)
    full = np.cov(X.T, bias=True)

    def check(features):
        assert store.features.tolist() == features
        assert np.array_equal(np.sort(store.features), np.flatnonzero(store.known))
        index = np.ix_(store.features, store.features)
        np.testing.assert_allclose(store.matrix, full[index], atol=10 * np.finfo(dtype).eps)
        assert store.matrix.dtype == dtype

    for new in ([], [3, 1], [], [8], [0, 2]):
        store.extend(design, np.array(new, dtype=np.intp))
    check([3, 1, 8, 0, 2])
    wanted = np.isin(np.arange(9), [1, 2, 7, 8])
    store.restrict(wanted)
    check([1, 8, 2])
    store.extend(design, np.array([7, 4]))
    check([1, 8, 2, 7, 4])


def both_blocks(case, seed):
    """The same subproblem from a Gram matrix and from columns: ``(task, w, blocks)``."""
    task = make_task(case, seed, n=20, p=8, share=0.1)
    rng = np.random.default_rng(seed)
    w = rng.normal(size=8) * (rng.random(8) < 0.7)
    w = np.abs(w) if case.one_sided else w
    dense = task.problem
    stored = make_design(sparse.csc_array(dense.design.X), dense.design.y + dense.design.y_mean)
    problem = Problem(stored, dense.penalty, dense.weights)
    point = problem.at(w)
    features = np.array([0, 1, 3, 4, 6, 7])
    w[[2, 5]] = 0.0
    point = problem.at(w)
    store = GramStore(8, np.float64)
    store.extend(problem.design, features)
    return task, w, [GramBlock(problem, store, point), ColumnBlock(problem, features, point)]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_both_forms_of_a_block_do_the_same(case):
    """Sweeps, moves and Newton matrices agree, and the bookkeeping follows from scratch."""
    for seed in range(4):
        _, w, blocks = both_blocks(case, seed)
        gram, columns = blocks
        support = np.array([0, 2, 3])
        np.testing.assert_allclose(gram.hessian(support), columns.hessian(support), atol=1e-13)
        for block in blocks:
            done, cost = block.sweep(3)
            assert 1 <= done <= 3
            assert cost > 0.0
            block.move(support, 0.5 * block.w[support])
            full = w.copy()
            full[block.features] = block.w
            now = block.problem.at(full)
            np.testing.assert_allclose(block.z, now.z[block.features], atol=1e-11)
            assert block.loss == pytest.approx(now.loss, abs=1e-11)
        np.testing.assert_allclose(gram.w, columns.w, atol=1e-11)
        assert gram.error() == pytest.approx(columns.error(), rel=1e-6, abs=1e-12)
        for block in blocks:
            block.sweep(20_000)
            assert block.sweep(1)[1] == 0.0 or block.error() < 1e-9


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


@pytest.mark.parametrize("seed", range(12))
def test_walk_along_a_face(seed):
    """It ends at the least value for the coefficients that are left, and none changes sign."""
    rng = np.random.default_rng(seed)
    m = 1 + 3 * seed
    A = rng.normal(size=(2 * m, m))
    H = A.T @ A + 0.01 * np.eye(m)
    w = rng.normal(size=m)
    slope = 3.0 * rng.normal(size=m) * np.sqrt(m)
    factor = np.linalg.cholesky(H).T
    fast = walk_face(factor, w, np.linalg.solve(H, slope))
    left = fast != 0.0
    assert np.all(fast * w >= 0.0)
    np.testing.assert_allclose((slope - H @ (fast - w))[left], 0.0, atol=1e-9 * np.abs(slope).max())
    gain = slope @ (fast - w) - 0.5 * (fast - w) @ H @ (fast - w)
    assert gain > 0.0


@pytest.mark.parametrize(
    "penalty", [L1(0.02), ElasticNet(0.05, 0.6), NonNegative(L1(0.02))], ids=str
)
def test_conjugate_gradients_do_what_the_matrix_does(penalty):
    """On sparse columns the step without a matrix ends where the one with a matrix does."""
    rng = np.random.default_rng(31)
    X = sparse.random_array((300, 200), density=0.03, format="csc", rng=rng)
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
    X = rng.normal(size=(200, 1500))
    y = X[:, :20].sum(axis=1) + rng.normal(size=200)
    problem = Problem(make_design(X, y), L1(0.1), np.ones(1500))
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


# The path


@pytest.mark.parametrize("kind", [np.array, sparse.csc_array])
def test_passes_are_narrowed_to_what_may_be_in_use(kind, monkeypatch):
    """The last passes are for few features, and the model is optimal among all of them."""
    monkeypatch.setattr("skl1.designs.dense.CACHED", 0)
    X, y = growing_task()
    p = X.shape[1]
    problem = Problem(make_design(kind(X), y), L1(1.0), np.ones(p))
    problem = problem.with_penalty(L1(0.7 * problem.alpha_max))
    asked = []
    gradient = type(problem.design).gradient

    def listening(self, w, among=None):
        asked.append(p if among is None else among.size)
        return gradient(self, w, among)

    monkeypatch.setattr(type(problem.design), "gradient", listening)
    result = run(FAST, problem, tol=1e-13)
    assert result.model.converged
    assert asked[0] == p
    assert asked[-1] < p // 16
    assert certify(problem, problem.at(result.w)).error <= 1e-12 * problem.null.objective


@pytest.mark.parametrize("p", [0.0, 0.5, 1.0])
def test_follow_path_starts_empty_and_ends_near_a_minimum(p):
    """A path leads from the empty model to a good start for its last alpha."""
    X, y = growing_task(p=40, support=5)
    problem = Problem(make_design(X, y), Lp(1.0, p), np.ones(40))
    top = problem.alpha_max
    w = follow_path(FAST, problem, top, 0.01 * top)
    last = problem.with_penalty(Lp(0.01 * top, p))
    assert certify(last, last.at(w)).error <= 1e-3
    assert set(np.flatnonzero(w)) >= set(range(5))
    assert not follow_path(FAST, problem, top, 2 * top).any()
    assert not follow_path(FAST, problem, top, 0.0).any()


def test_a_run_that_goes_astray_returns_its_best_point():
    """Columns of units too far apart for conjugate gradients, whose last step may be anywhere."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(20, 30)) * np.array([1e-8, 1e8, 1.0])[np.arange(30) % 3]
    y = rng.normal(size=20)
    problem = Problem(DenseDesign(X, y, None, True), SquaredL2(1e-8), np.ones(30))
    w = problem.null.w
    result = minimise(ConjugateGradient(), problem, w, tol=1e-8, max_iter=500)
    assert result.point.objective <= problem.null.objective
    assert result.point.objective == problem.at(result.w).objective
    assert result.model.converged == (result.model.error <= result.target)
