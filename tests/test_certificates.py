"""Certificates: never better than the truth, and as good as rounding allows at the optimum."""

import numpy as np
import pytest
from scipy import sparse

from contracts import LONG, brute_prox, penalty_cases
from contracts_designs import Reference
from contracts_solvers import make_task, posed_for, solver_cases
from covering import covering
from skl1.designs import make_design
from skl1.penalties import L1, ElasticNet, Lp, NonNegative, SquaredL2
from skl1.problems.certificates import best_gap, certify, gap_certificate, surely_zero
from skl1.problems.model import CONVERGED, EXHAUSTED, PRECISION
from skl1.problems.problem import Problem
from skl1.solvers.inner import SweepsThenNewton
from skl1.solvers.minimise import minimise
from skl1.solvers.working_set import WorkingSet

pytestmark = pytest.mark.filterwarnings("error")

CASES = [case for case in penalty_cases() if "(0.0" not in str(case)]
CONVEX = [case for case in CASES if case.penalty.convex]
CONCAVE = [case for case in CASES if not case.penalty.convex]
every_convex = pytest.mark.parametrize("case", CONVEX, ids=str)
some_weights = pytest.mark.parametrize("weights", [None, "mixed"])
some_storage = pytest.mark.parametrize("storage", [np.array, sparse.csc_array])
FAST = WorkingSet(SweepsThenNewton())
LINEAR = [case for case in solver_cases() if case.tol <= 1e-9]


def optimum(problem, tol=1e-15):
    """The best point that the core solver can find."""
    return minimise(FAST, problem, problem.null.w, tol=tol, max_iter=300).w


def tasks(case, weights, storage, shapes=((25, 6), (6, 9))):
    """Small problems: more samples than features and fewer, with every pair of data options."""
    for seed, ((n, p), weighted, intercept) in enumerate(
        covering(shapes, (False, True), (False, True)), 1
    ):
        yield make_task(
            case,
            seed,
            n=n,
            p=p,
            storage=storage,
            sample_weight=weighted,
            fit_intercept=intercept,
            penalty_weights=weights,
            share=(0.02, 0.2, 0.7)[seed % 3],
        )


def points(task, best, seed=0):
    """Points near and far: zero, overshooting, of wrong signs, perturbed, random."""
    rng = np.random.default_rng(seed)
    p = best.size
    every = [0 * best, best, 3 * best, -best, -5 * best, 1e3 * best, 0.5 * best]
    every += [best + scale * rng.normal(size=p) for scale in (1e-8, 1e-5, 1e-2, 1.0, 100.0)]
    every += [np.where(rng.random(p) < 0.3, rng.normal(size=p), best)]
    for w in every:
        yield np.where(task.problem.included, np.abs(w) if task.case.one_sided else w, 0.0)


@every_convex
@some_weights
@some_storage
def test_gap_is_never_below_the_truth(case, weights, storage):
    """The gap bounds the distance to a point that is (nearly) optimal, at any point."""
    for task in tasks(case, weights, storage):
        best = optimum(task.problem)
        lowest = task.objective(best)
        for w in points(task, best):
            point = task.problem.at(w)
            known = certify(task.problem, point)
            here = task.objective(w)
            rounding = 1e-12 * (here + float(task.reference.energy))
            assert point.objective == pytest.approx(here, abs=rounding)
            assert known.error >= here - lowest - rounding
            assert known.error >= 0.0
            assert known.floor < 1e-9 * (here + float(task.reference.energy))


@every_convex
@some_weights
@some_storage
def test_gap_vanishes_at_the_optimum(case, weights, storage):
    """At the optimum the gap is some roundings of the energy."""
    for task in tasks(case, weights, storage):
        known = certify(task.problem, task.problem.at(optimum(task.problem)))
        assert known.error <= 1e-14 * float(task.reference.energy)


@every_convex
@some_weights
def test_driver_bound_is_a_lower_bound(case, weights):
    """The best bound over a run is below the objective of every point found."""
    for task in tasks(case, weights, np.array):
        lowest = task.objective(optimum(task.problem))
        result = minimise(FAST, task.problem, task.problem.null.w, tol=1e-3, max_iter=50)
        assert result.model.bound <= lowest + 1e-13 * float(task.reference.energy)
        rounding = 1e-13 * float(task.reference.energy)
        assert result.model.error >= task.objective(result.w) - lowest - rounding


@pytest.mark.parametrize("one_sided", [False, True])
@some_weights
@some_storage
def test_dual_point_is_feasible(one_sided, weights, storage):
    """Of L1: correlations within u_j alpha, and orthogonal to what is free, explicitly."""
    (case,) = [c for c in CONVEX if str(c) == ("NonNegative(L1(0.7))" if one_sided else "L1(0.7)")]
    for task in tasks(case, weights, storage):
        problem, exact = task.problem, task.reference
        for w in points(task, optimum(problem)):
            dual = certify(problem, problem.at(w)).dual
            limit = problem.weights * problem.penalty.slope_at_zero()
            pulled = dual if one_sided else np.abs(dual)
            penalised = problem.included & ~problem.free
            assert np.all(pulled[penalised] <= limit[penalised] * (1 + 1e-13))
            # The dual point is a multiple of a residual that no free column correlates with.
            active = problem.free & (w != 0.0) if one_sided else problem.free
            r = exact.residual(w)
            A = exact.X[:, active] * np.sqrt(exact.s)[:, None]
            step = np.linalg.lstsq(
                A.astype(float), (np.sqrt(exact.s) * r).astype(float), rcond=None
            )[0]
            z = exact.correlation(r - exact.X[:, active] @ step)
            z[~problem.included] = 0
            scale = float(np.sqrt(exact.norms.max() * exact.energy)) + float(np.abs(z).max())
            c = float(dual @ z / (z @ z))
            np.testing.assert_allclose(dual, (c * z).astype(float), atol=1e-10 * abs(c) * scale)
            blocked = np.maximum(dual, 0.0) if one_sided else dual
            assert not blocked[problem.free].any()


def test_two_sided_clip():
    """A point that overshoots has y'r < 0; clipped on one side only, it looked optimal."""
    rng = np.random.default_rng(0)
    for seed in range(50):
        rng = np.random.default_rng(seed)
        X, y = rng.normal(size=(20, 5)), rng.normal(size=20)
        problem = Problem(make_design(X, y, None, False), L1(0.05), np.ones(5))
        over = 1.5 * np.linalg.lstsq(X, y, rcond=None)[0] + 0.5 * rng.normal(size=5)
        point = problem.at(over)
        residual = y - X @ over
        if y @ residual >= 0:
            continue
        known = certify(problem, point)
        assert np.abs(known.dual).max() <= 0.05 * (1 + 1e-14)
        lowest = problem.at(optimum(problem)).objective
        assert known.error >= point.objective - lowest
        assert known.error > 1e-3


def test_two_sided_clip_in_one_dimension():
    """By hand: x = y = 1, alpha = 1/10, w = 3 has r = -2; the best c is 1/20, not -1/2."""
    # maximise over c with |2 c| <= 1/10: 1/2 - (1 + 2 c)^2 / 2, whose maximum is at c = -1/20
    # by the clip from below; clipped from above only, c = -1/2 gave the "bound" 1/2.
    gap, c = best_gap(L1(0.1), np.ones(1), np.array([3.0]), np.array([-2.0]), 2.0)
    assert c == pytest.approx(-0.05)
    primal, dual = 0.5 * 4 + 0.3, 0.5 - 0.5 * (1 - 0.1) ** 2
    assert gap == pytest.approx(primal - dual)
    assert primal - gap <= 0.5 * 0.1**2 + 0.1 * 0.9  # the optimum, at w = 0.9


def test_two_sided_clip_with_a_free_column_under_a_sign_constraint():
    """A free column at 0 that pulls downwards forbids negative multiples of the residual."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=200)
    X = np.column_stack([x, 0.9 * x + 0.436 * rng.normal(size=200)])
    y = x + 0.01 * rng.normal(size=200)
    design = make_design(X, y, None, False)
    problem = Problem(design, NonNegative(L1(0.5)), np.array([0.0, 1.0]))
    over = np.array([0.0, 3.0])
    point = problem.at(over)
    assert point.objective - certify(problem, point).error <= problem.null.objective
    # A bound that is too good ends every run from there at once, "converged" at a gap of 0.
    ista = next(case for case in LINEAR if str(case) == "ista").solver
    result = minimise(ista, problem, over, tol=1e-9, max_iter=1000)
    assert result.model.bound <= problem.null.objective * (1 + 1e-9)
    np.testing.assert_allclose(result.w, problem.null.w, rtol=1e-3)


def test_gap_with_free_columns_of_extreme_scales():
    """Free columns of scale 1e-8 and 1e8 are both fitted before the gap is believed."""
    rng = np.random.default_rng(1)
    scale = np.array([1e8, 1e-8, 1.0])
    X = rng.normal(size=(60, 3)) * scale
    y = X @ (1 / scale) + 0.1 * rng.normal(size=60)
    for penalty in (L1(0.01), NonNegative(L1(0.01)), ElasticNet(0.01, 0.5), SquaredL2(0.01)):
        u = np.array([0.0, 0.0, 1.0])
        problem = Problem(make_design(X, y), penalty, u)
        same = Problem(make_design(X / scale, y), penalty, u)
        lowest = same.at(optimum(same)).objective
        assert problem.null.objective == pytest.approx(same.null.objective, rel=1e-9)
        assert problem.alpha_max == pytest.approx(same.alpha_max, rel=1e-9)
        for w in (np.zeros(3), np.array([1.0, 0.0, 1.0]), np.array([0.0, 1.0, 0.5])):
            point = problem.at(w / scale)
            assert certify(problem, point).error >= (point.objective - lowest) * (1 - 1e-9)


@pytest.mark.parametrize(("apart", "share"), [(1e-4, 1e-3), (1e-7, 9e-4), (1e-9, 5e-2)])
def test_gap_with_nearly_dependent_free_columns(apart, share):
    """What only the difference of two nearly equal free columns explains counts all the same."""
    rng = np.random.default_rng(0)
    basis = np.column_stack([np.ones(50), rng.normal(size=(50, 4))])
    Q = np.linalg.qr(basis)[0][:, 1:] * np.sqrt(50)
    X = np.column_stack([Q[:, 0], Q[:, 0] + apart * Q[:, 1], Q[:, 2]])
    y = Q[:, 0] + Q[:, 3] + share * Q[:, 1]
    problem = Problem(make_design(X, y), L1(0.05), np.array([0.0, 0.0, 1.0]))
    point = problem.at(np.array([1.0, 0.0, 0.0]))
    lowest = 0.5  # Q3 is out of reach, and the third column has no use
    assert problem.null.objective == pytest.approx(lowest, rel=1e-6)
    assert certify(problem, point).error >= 0.99 * (point.objective - lowest)


@every_convex
@some_weights
def test_surely_zero_spares_the_support(case, weights):
    """No feature of a solution is ever proved zero; near the optimum most zeros are."""
    proved = possible = 0
    for task in tasks(case, weights, np.array):
        best = optimum(task.problem)
        support = (best != 0.0) | task.problem.free
        for w in points(task, best):
            mask = surely_zero(task.problem, certify(task.problem, task.problem.at(w)))
            assert not (mask & support).any()
        mask = surely_zero(task.problem, certify(task.problem, task.problem.at(best)))
        proved += mask.sum()
        possible += (task.problem.included & ~support).sum()
    if possible and task.problem.penalty.slope_at_zero() > 0.0:
        assert proved > 0.5 * possible


def test_surely_zero_spares_every_solution():
    """With twin columns either may be used: neither is proved zero."""
    rng = np.random.default_rng(2)
    X = rng.normal(size=(30, 5))[:, [0, 1, 2, 3, 4, 0]]
    y = X[:, 0] + 0.1 * rng.normal(size=30)
    problem = Problem(make_design(X, y), L1(0.3), np.ones(6))
    best = optimum(problem)
    share = best[0] + best[5]
    for one in (0.0, 0.5, 1.0):
        w = best.copy()
        w[0], w[5] = one * share, (1 - one) * share
        mask = surely_zero(problem, certify(problem, problem.at(w)))
        assert not mask[[0, 5]].any()
        assert mask.any()


# Nonconvex penalties


def coordinate_minimum(task, w):
    """A point that no change of one coordinate improves, by brute force in extended precision."""
    exact, u = task.reference, task.penalty_weights
    w = np.array(w, dtype=LONG)
    for _ in range(60):
        old = w.copy()
        for j in np.flatnonzero(task.problem.included):
            d = exact.norms[j]
            z = w[j] + exact.correlation(exact.residual(w))[j] / d
            # Without a penalty brute force would search for what is known.
            w[j] = z if u[j] == 0 else brute_prox(task.case, [z], [u[j] / d])[0][0]
            if task.case.one_sided:
                w[j] = max(w[j], 0)
        if np.abs(w - old).max() <= 1e-15 * (1e-3 + np.abs(w).max()):
            break
    return w.astype(float)


@pytest.mark.parametrize("case", CONCAVE, ids=str)
@some_weights
def test_fixed_point_distance_is_zero_at_coordinate_minima(case, weights):
    """It vanishes where no single coordinate can be improved, and only there."""
    task = make_task(case, 3, n=20, p=4, penalty_weights=weights, share=0.1, noise=0.1)
    problem = task.problem
    start = np.where(problem.included, problem.design.least_squares(np.arange(4)), 0.0)
    w = coordinate_minimum(task, np.maximum(start, 0.0) if case.one_sided else start)
    assert w.any()
    known = certify(problem, problem.at(w))
    assert known.error <= 1e-9
    for j in np.flatnonzero(w):
        other = w.copy()
        other[j] *= 1.01
        assert certify(problem, problem.at(other)).error >= 1e-6


@pytest.mark.parametrize("case", CONCAVE, ids=str)
@pytest.mark.parametrize("storage", [np.array, sparse.csc_array])
def test_zero_is_not_stationary_below_alpha_max(case, storage):
    """Below alpha_max the empty model is not accepted, though every subdifferential holds 0."""
    for seed in range(5):
        below = make_task(case, seed, storage=storage, share=0.999).problem
        above = make_task(case, seed, storage=storage, share=1.0 + 1e-9).problem
        zero = np.zeros(6)
        assert certify(below, below.at(zero)).error > 1e-5
        assert certify(above, above.at(zero)).error == 0.0


@pytest.mark.parametrize("p", [0.0, 0.3, 0.5, 2 / 3, 0.9, 1.0])
def test_alpha_max_is_where_the_model_becomes_empty(p):
    """The core solver started at zero agrees with alpha_max from both sides."""
    for seed in range(4):
        rng = np.random.default_rng(seed)
        X, y = rng.normal(size=(20, 5)) * [1, 2, 5, 0.1, 1], rng.normal(size=20)
        u = np.array([1.0, 0.5, 2.0, 1.0, np.inf])
        problem = Problem(make_design(X, y), Lp(1.0, p), u)
        for factor, empty in [(1.000001, True), (0.9999, False)]:
            stage = problem.with_penalty(Lp(factor * problem.alpha_max, p))
            w = minimise(FAST, stage, np.zeros(5), tol=1e-10, max_iter=100).w
            assert w.any() != empty


# The null model


@some_storage
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_null_model(storage, fit_intercept):
    """The null model is the least-squares fit of the free columns; alpha_max comes after it."""
    rng = np.random.default_rng(4)
    X, y, s = rng.normal(size=(30, 5)) + 1, rng.normal(size=30) + 2, rng.uniform(0.5, 2, size=30)
    y += 3 * X[:, 1] - X[:, 3]
    u = np.array([1.0, 0.0, 2.0, 0.0, np.inf])
    problem = Problem(make_design(storage(X), y, s, fit_intercept), L1(1.0), u)
    exact = Reference(X, y, s, fit_intercept)
    root = np.sqrt(exact.s)
    A = (exact.X * root[:, None]).astype(float)[:, [1, 3]]
    w = np.zeros(5)
    w[[1, 3]] = np.linalg.lstsq(A, (root * exact.y).astype(float), rcond=None)[0]
    np.testing.assert_allclose(problem.null.w, w, rtol=1e-10, atol=1e-12)
    assert problem.null.objective == pytest.approx(float(exact.loss(w)), rel=1e-12)
    z = exact.correlation(exact.residual(w)).astype(float)
    expected = max(abs(z[0]), abs(z[2]) / 2)
    assert problem.alpha_max == pytest.approx(expected, rel=1e-10)
    for factor, empty in [(1 + 1e-9, True), (0.999, False)]:
        best = optimum(problem.with_penalty(L1(factor * expected)))
        assert bool(best[[0, 2]].any()) != empty
        assert best[4] == 0.0


@some_storage
def test_null_model_under_a_sign_constraint(storage):
    """Free columns are fitted with coefficients that are not negative."""
    rng = np.random.default_rng(5)
    X = rng.normal(size=(40, 4))
    y = 2 * X[:, 0] - 3 * X[:, 1] + 0.5 * X[:, 2] + rng.normal(size=40)
    u = np.array([0.0, 0.0, 1.0, 1.0])
    problem = Problem(make_design(storage(X), y), NonNegative(L1(1.0)), u)
    null = problem.null
    assert null.w[0] > 0.0
    assert null.w[1] == 0.0
    assert abs(null.z[0]) < 1e-12
    assert null.z[1] < 0.0
    assert problem.alpha_max == pytest.approx(max(null.z[2:].max(), 0.0))
    assert certify(problem.with_penalty(NonNegative(L1(10.0))), null).error < 1e-13


def test_null_model_of_everything_free_or_nothing():
    """Without penalised features alpha_max is 0; without any feature the null model is empty."""
    rng = np.random.default_rng(6)
    X, y = rng.normal(size=(10, 2)), rng.normal(size=10)
    assert Problem(make_design(X, y), L1(1.0), np.zeros(2)).alpha_max == 0.0
    excluded = Problem(make_design(X, y), L1(1.0), np.full(2, np.inf))
    assert excluded.alpha_max == 0.0
    assert certify(excluded, excluded.null).error <= 1e-15
    assert Problem(make_design(X, y), SquaredL2(1.0), np.ones(2)).alpha_max == np.inf
    constant = Problem(make_design(X, np.full(10, 0.3)), L1(1.0), np.ones(2))
    assert constant.alpha_max == 0.0
    result = minimise(FAST, constant, np.zeros(2), tol=1e-6, max_iter=10)
    assert result.model.converged
    assert result.model.n_iter == 1
    assert not result.w.any()


def test_null_model_with_twin_free_columns():
    """Twin free columns share their coefficient; nothing explodes and the gap stays true."""
    for seed in range(20):
        rng = np.random.default_rng(seed)
        X = rng.normal(size=(15, 4)).round(3)[:, [0, 1, 0, 2, 3]]
        y = X[:, 0] + rng.normal(size=15)
        problem = Problem(make_design(X, y), L1(0.05), np.array([0.0, 0.0, 0.0, 1.0, 1.0]))
        assert np.abs(problem.null.w).max() < 10.0
        assert problem.null.w[0] == pytest.approx(problem.null.w[2], abs=1e-8)
        single = Problem(
            make_design(X[:, [0, 1, 3, 4]], y), L1(0.05), np.array([0.0, 0.0, 1.0, 1.0])
        )
        assert problem.null.objective == pytest.approx(single.null.objective, rel=1e-12)
        best = problem.at(optimum(problem)).objective
        assert best == pytest.approx(single.at(optimum(single)).objective, rel=1e-12)


def test_with_penalty_shares_the_data_and_not_alpha_max():
    """Another penalty on the same data: same null model, its own alpha_max."""
    rng = np.random.default_rng(7)
    X, y = rng.normal(size=(12, 3)), rng.normal(size=12)
    problem = Problem(make_design(X, y), L1(1.0), np.ones(3))
    assert problem.alpha_max > 0.0
    other = problem.with_penalty(Lp(1.0, 0.0))
    assert other.null is problem.null
    assert other.alpha_max != problem.alpha_max
    assert problem.alpha_max == Problem(problem.design, L1(1.0), np.ones(3)).alpha_max


# Numerical precision


@pytest.mark.slow
@pytest.mark.parametrize("solver", LINEAR, ids=str)
@every_convex
def test_tol_below_reach_stops_by_itself(solver, case):
    """What no float64 can reach ends as "numerical precision", long before max_iter."""
    if not solver.accepts(case.penalty):
        pytest.skip("not a penalty of this solver")
    for seed, tol in [(0, 0.0), (1, 1e-17)]:
        task = make_task(case, seed, share=0.3)
        problem = posed_for(solver.solver, task.problem)
        result = minimise(solver.solver, problem, np.zeros(6), tol=tol, max_iter=20_000)
        assert result.model.stop_reason in {PRECISION, CONVERGED}
        assert result.model.converged
        assert result.model.error <= 1e-14 * float(task.reference.energy)


@pytest.mark.parametrize("shift", [0.0, 1e6])
def test_precision_with_large_means(shift):
    """Means of 1e6 times the spread do not keep the solver from ending at numerical precision."""
    rng = np.random.default_rng(8)
    X, y = rng.normal(size=(50, 8)), rng.normal(size=50)
    for storage in (np.array, np.asfortranarray, sparse.csc_array):
        problem = Problem(make_design(storage(X + shift), y), L1(0.05), np.ones(8))
        plain = Problem(make_design(X, y), L1(0.05), np.ones(8))
        result = minimise(FAST, problem, np.zeros(8), tol=1e-9, max_iter=100)
        assert result.model.converged, (storage, result.model.stop_reason)
        np.testing.assert_allclose(result.w, optimum(plain), atol=1e-8)
        last = minimise(FAST, problem, np.zeros(8), tol=0.0, max_iter=100)
        assert last.model.stop_reason in {PRECISION, CONVERGED}, storage


def test_exhausted_is_reported():
    """max_iter ends a run as "max_iter reached", not converged, with the true gap."""
    task = make_task(CONVEX[0], 0, n=60, p=30, share=0.01)
    ista = next(case for case in LINEAR if str(case) == "ista").solver
    result = minimise(ista, task.problem, np.zeros(30), tol=1e-12, max_iter=10)
    assert result.model.stop_reason == EXHAUSTED
    assert not result.model.converged
    lowest = task.objective(optimum(task.problem))
    assert result.model.error >= task.objective(result.w) - lowest
    assert gap_certificate(task.problem, result.point).error >= result.model.error
