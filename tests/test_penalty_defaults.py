"""What a penalty need not say: defaults made of `value` and `prox`, and wrappers that forward."""

import inspect
from types import FunctionType

import numpy as np
import pytest

from contracts import concrete_subclasses, penalty_cases
from contracts_solvers import make_task
from skl1.compiled import Kernel, Record
from skl1.designs import make_design
from skl1.penalties import (
    L1,
    MCP,
    SCAD,
    Bounded,
    ConvexPenalty,
    ElasticNet,
    LogSum,
    Lp,
    NonNegative,
    Penalty,
    Ridged,
    SquaredL2,
    Wrapper,
)
from skl1.penalties.elementwise import (
    alpha_max,
    chords,
    conjugates,
    curvatures,
    evaluate,
    proxes,
    reaches,
    slopes,
    total,
    values,
)
from skl1.problems.certificates import certify
from skl1.problems.local_minimum import is_local_minimum
from skl1.problems.problem import Problem
from skl1.search.exchanges import exchanged
from skl1.search.lower_bound import lower_bound
from skl1.search.nonconvex_path import solve_nonconvex_path
from skl1.solvers.inner import SweepsThenNewton
from skl1.solvers.minimise import minimise
from skl1.solvers.subgradient import SubgradientDescent, Truncated
from skl1.solvers.working_set import WorkingSet

pytestmark = pytest.mark.filterwarnings("error")

CASES = [case for case in penalty_cases() if "(0.0" not in str(case)]
FREE = [case for case in CASES if not case.one_sided]
CONVEX = [case for case in FREE if case.penalty.convex]
SIZES = np.array([1e-5, 0.05, 0.4, 1.0, 3.0, 40.0, 1e4])
SOLVER = WorkingSet(SweepsThenNewton())
PUBLIC = {
    name: member
    for name, member in vars(Penalty).items()
    if isinstance(member, (property, FunctionType)) and not name.startswith("_")
}
#: The methods of a coefficient at a place, where bounds may differ from place to place.
PLACED = {name: member for name, member in PUBLIC.items() if name.endswith("_of")}


def every(cases):
    return pytest.mark.parametrize("case", cases, ids=str)


def bare(penalty):
    """The same penalty without any method but ``value`` and ``prox``."""
    kind = type(penalty)
    base = ConvexPenalty if penalty.convex else Penalty
    body = {
        "__module__": __name__,
        "__annotations__": dict.fromkeys(kind.__dataclass_fields__, "float"),
        "value": kind.value,
        "prox": kind.prox,
    }
    made = type(f"Bare{kind.__name__}", (base,), body)
    return made(*[getattr(penalty, name) for name in kind.__dataclass_fields__])


# Defaults against closed forms


@every(FREE)
def test_default_slopes_are_exact_enough_for_newton(case):
    """To ten digits of the slope or of ``g(w) / w``; odd, as g is even."""
    for w in SIZES:
        slope, exact = Penalty.slope(case.penalty, w), case.penalty.slope(w)
        allowed = 1e-10 * max(abs(exact), case.penalty.value(w) / w)
        assert abs(slope - exact) <= allowed, (w, slope, exact)
        assert Penalty.slope(case.penalty, -w) == -slope


@every(FREE)
def test_default_curvatures_are_exact_enough_for_newton(case):
    """To six digits of ``g(w) / w^2``; where g is straight exactly zero."""
    for w in SIZES:
        bend, exact = Penalty.curvature(case.penalty, w), case.penalty.curvature(w)
        assert abs(bend - exact) <= 2e-6 * case.penalty.value(w) / w / w, (w, bend, exact)
        assert exact != 0.0 or bend == 0.0
        assert Penalty.curvature(case.penalty, -w) == bend


@pytest.mark.parametrize("penalty", [MCP(0.7, 3.0), SCAD(0.7, 3.7)], ids=str)
def test_default_slopes_beside_a_corner(penalty):
    """Where the slope has a corner, from as near as a share of 1e-6 of it, and at it."""
    corners = [penalty.gamma * penalty.alpha, penalty.alpha][: 2 if type(penalty) is SCAD else 1]
    for corner in corners:
        for share in (-0.1, -1e-3, -1e-6, 0.0, 1e-6, 1e-3, 0.1):
            w = corner * (1.0 + share)
            assert Penalty.slope(penalty, w) == pytest.approx(penalty.slope(w), abs=1e-7)
            # The smaller one of the two sides counts as soon as both are seen.
            assert Penalty.curvature(penalty, w) <= penalty.curvature(w) + 1e-6


def test_default_slope_at_a_corner_of_the_value_lies_between_its_sides():
    """Beside it, from a share of 1e-6 of it on, it is that of the side."""

    class Capped(Penalty):
        def value(self, w):
            return min(abs(w), 2.0)

        def prox(self, z, step):
            raise NotImplementedError

    penalty = Capped()
    for share in (1e-1, 1e-3, 1e-6):
        assert penalty.slope(2.0 * (1.0 - share)) == pytest.approx(1.0, abs=1e-7)
        assert penalty.slope(2.0 * (1.0 + share)) == pytest.approx(0.0, abs=1e-7)
    assert -1e-7 <= penalty.slope(2.0) <= 1.0 + 1e-7
    assert penalty.curvature(2.0) < -1e3
    assert penalty.curvature(1.0) == penalty.curvature(3.0) == 0.0


@every(FREE)
def test_default_slope_at_zero(case):
    """Infinite where it is; else to nine digits."""
    expected = case.penalty.slope_at_zero()
    assert Penalty.slope_at_zero(case.penalty) == pytest.approx(expected, rel=1e-9)


class _Loose(Penalty):
    """Of which the digits near zero are lost: ``log(1 + w)``, not ``log1p(w)``."""

    scale: float

    def value(self, w):
        return self.scale * np.log(1.0 + abs(w) / self.scale)

    def prox(self, z, step):
        raise NotImplementedError


@pytest.mark.parametrize("scale", [1e-6, 1.0, 100.0])
def test_default_slope_at_zero_of_a_value_that_loses_its_digits(scale):
    """It is not taken for flat, nor for infinitely steep."""
    assert _Loose(scale).slope_at_zero() == pytest.approx(1.0, rel=1e-6)


@every(FREE)
def test_default_threshold_is_the_largest_that_rests(case):
    """``prox`` is zero at it and not a share of 1e-12 above; never below the closed form."""
    for step in (0.0, 1e-6, 0.05, 0.4, 1.0, 3.0, 1e4):
        edge = Penalty.threshold(case.penalty, step)
        assert edge == 0.0 or case.penalty.prox(edge, step) == 0.0
        assert case.penalty.prox(max(edge, 1e-280) * (1.0 + 1e-12), step) != 0.0
        assert edge >= case.penalty.threshold(step) * (1.0 - 1e-12)


@every(FREE)
def test_default_alpha_max(case):
    """To twelve digits of the closed form, by bisection on the prox."""
    rng = np.random.default_rng(0)
    for figures in 10.0 ** rng.uniform(-3, 3, size=(20, 3)):
        pull, curvature, weight = figures.tolist()
        penalty = case.penalty
        if isinstance(penalty, Ridged):
            penalty, curvature = penalty.inner, curvature + weight * penalty.l2
        got = Penalty.alpha_max(penalty, pull, curvature, weight)
        assert got == pytest.approx(penalty.alpha_max(pull, curvature, weight), rel=1e-12)
    assert Penalty.alpha_max(case.penalty, 0.0, 1.0, 1.0) == 0.0


@every(CASES)
def test_alpha_max_of_many_is_the_largest(case):
    """Whatever the order in which features are looked at."""
    rng = np.random.default_rng(1)
    pull, curvature, weights = 10.0 ** rng.uniform(-2, 2, size=(3, 60))
    each = [
        case.penalty.alpha_max(*figures)
        for figures in zip(pull.tolist(), curvature.tolist(), weights.tolist(), strict=True)
    ]
    got = alpha_max(case.penalty, pull, curvature, weights)
    assert got == pytest.approx(max(each), rel=1e-13)


@every(FREE)
def test_default_chord_is_below_the_value(case):
    """The chord of a concave penalty; 0, which tells nothing, of another."""
    for reach in SIZES:
        chord = Penalty.chord(case.penalty, reach)
        if case.penalty.ridge or (case.penalty.constant_curvature or 0.0) > 0.0:
            assert chord == 0.0 or chord * reach <= case.penalty.value(reach) * (1.0 + 1e-9)
        else:
            assert chord == pytest.approx(case.penalty.chord(reach), rel=1e-12)
    assert Penalty.chord(case.penalty, np.inf) == 0.0
    assert Penalty.chord(case.penalty, 0.0) == np.inf


@every(FREE)
def test_default_reach_knows_nothing(case):
    """No bound is always right."""
    assert Penalty.reach(case.penalty, 1.0) == np.inf


@every(CONVEX)
@pytest.mark.parametrize("weight", [0.4, 1.0, 3.0])
def test_default_conjugate(case, weight):
    """That of the closed form, and never below it but for rounding."""
    edge = weight * case.penalty.slope_at_zero()
    for z in (0.0, 0.3, 1.0, 7.0, 300.0, 0.999 * edge, 1.001 * edge, -1.0):
        exact = float(conjugates(case.penalty, np.array([z]), np.array([weight]))[0])
        got = Penalty.conjugate(case.penalty, z, weight)
        assert got == pytest.approx(exact, rel=1e-9, abs=1e-13)
        assert got >= exact * (1.0 - 1e-13) - 1e-13
    assert Penalty.conjugate(case.penalty, 0.0, 0.0) == 0.0
    assert Penalty.conjugate(case.penalty, 1.0, 0.0) == np.inf


@every(CONVEX)
def test_default_descent(case):
    """That of the closed form."""
    for weight in (0.0, 0.5, 2.0):
        for w in (0.0, 1e-6, 0.5, -3.0):
            for slope in np.linspace(-3, 3, 13):
                got = Penalty.descent(case.penalty, w, float(slope), weight)
                expected = case.penalty.descent(w, float(slope), weight)
                assert got == pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("penalty", [MCP(0.7, 3.0), Lp(0.7, 0.5), ElasticNet(0.7, 0.5)], ids=str)
def test_defaults_compile(penalty):
    """Compiled and interpreted defaults give the same numbers, without closed forms."""
    told = bare(penalty)
    for method in range(5):
        one, other = np.empty((2, SIZES.size))
        evaluate.function(told, method, SIZES.tolist(), one)
        evaluate.compiled(told, method, SIZES, other)
        np.testing.assert_allclose(other, one, rtol=1e-6, atol=1e-8)


# A penalty with nothing but `value` and `prox` in everything that asks for more


@pytest.fixture
def interpreted(monkeypatch):
    """Kernels run as plain Python: each would be compiled for each of these penalties."""
    monkeypatch.setattr(Kernel, "sized", lambda kernel, *_: kernel.function)
    monkeypatch.setattr(Kernel, "__call__", lambda kernel, *args: kernel.function(*args))


@pytest.mark.parametrize(
    "penalty", [MCP(1.0, 3.0), SCAD(1.0, 3.7), LogSum(1.0, 0.1), Lp(1.0, 0.5)], ids=str
)
@pytest.mark.parametrize("positive", [False, True])
@pytest.mark.parametrize("l2", [0.0, 0.1])
def test_a_nonconvex_penalty_without_closed_forms(penalty, positive, l2, interpreted):
    """The same minimum, test, exchanges, bound and path as with all of them."""
    rng = np.random.default_rng(5)
    X = rng.normal(size=(60, 8))
    y = X[:, :3] @ [2.0, -1.0, 1.0] + 0.3 * rng.normal(size=60)
    found = []
    for kind in (penalty, bare(penalty)):
        whole = Ridged(kind, l2) if l2 else kind
        whole = NonNegative(whole) if positive else whole
        problem = Problem(make_design(X, y), whole, np.ones(8))
        top = problem.alpha_max
        problem = problem.at_alpha(0.2 * top)
        run = minimise(SOLVER, problem, np.zeros(8), tol=1e-10, max_iter=200)
        assert run.model.converged
        assert certify(problem, problem.at(run.w)).error <= 1e-10
        better, _ = exchanged(SOLVER, problem, run, tol=1e-10, max_iter=200, most=8)
        bound = lower_bound(problem, better.point.objective)
        assert bound.value <= better.point.objective
        path = solve_nonconvex_path(
            problem.at_alpha(1.0), top * np.array([0.5, 0.1]), tol=1e-9, max_iter=200, most=8
        )
        figures = [top, run.point.objective, better.point.objective]
        figures += [model.objective for model in path]
        figures += [float(is_local_minimum(problem, better.point, 1e-8))]
        found.append((figures, better.w, bound.value))
    np.testing.assert_allclose(found[1][0], found[0][0], rtol=1e-9)
    np.testing.assert_allclose(found[1][1], found[0][1], rtol=1e-6, atol=1e-9)
    assert found[1][2] <= found[0][2] * (1.0 + 1e-3)  # which has no reach: the bound is no better


@pytest.mark.parametrize("penalty", [L1(1.0), ElasticNet(1.0, 0.6), SquaredL2(1.0)], ids=str)
@pytest.mark.parametrize("positive", [False, True])
def test_a_convex_penalty_without_closed_forms(penalty, positive, interpreted):
    """A duality gap by the conjugate's default certifies the same optimum."""
    rng = np.random.default_rng(6)
    X = rng.normal(size=(50, 6))
    y = X[:, :3] @ [2.0, -1.0, 1.0] + 0.3 * rng.normal(size=50)
    exact = NonNegative(penalty) if positive else penalty
    told = NonNegative(bare(penalty)) if positive else bare(penalty)
    problem = Problem(make_design(X, y), exact, np.full(6, 0.2))
    best = minimise(SOLVER, problem, np.zeros(6), tol=1e-12, max_iter=500)
    for solver, tol in (
        (SOLVER, 1e-10),
        (SubgradientDescent("polyak", 1.0, Truncated(), False), 1e-3),
    ):
        run = minimise(solver, problem.with_penalty(told), np.zeros(6), tol=tol, max_iter=3000)
        assert run.model.converged, run.model.error
        excess = run.point.objective - best.point.objective
        assert -1e-12 <= excess <= run.model.error + 1e-12


class _Huber(ConvexPenalty):
    """Quadratic up to 1, then straight: a conjugate that is finite up to alpha."""

    alpha: float

    def value(self, w):
        size = abs(w)
        return self.alpha * (0.5 * size * size if size <= 1.0 else size - 0.5)

    def prox(self, z, step):
        level = step * self.alpha
        near = z / (1.0 + level)
        return near if abs(near) <= 1.0 else z - np.copysign(level, z)


def test_a_convex_penalty_that_is_neither_steep_at_zero_nor_quadratic(interpreted):
    """Its slope at zero is 0, so that only the conjugate can certify it."""
    rng = np.random.default_rng(7)
    X = rng.normal(size=(50, 6))
    y = X @ [4.0, -3.0, 1.0, 0.0, 0.2, 0.0] + 0.3 * rng.normal(size=50)
    problem = Problem(make_design(X, y), _Huber(0.5), np.ones(6))
    assert problem.penalty.slope_at_zero() == 0.0
    run = minimise(SOLVER, problem, np.zeros(6), tol=1e-9, max_iter=500)
    assert run.model.converged
    slope = problem.at(run.w).z - 0.5 * np.clip(run.w, -1.0, 1.0)
    assert np.abs(slope).max() <= 1e-4
    np.testing.assert_allclose(conjugates(problem.penalty, np.array([0.3]), np.ones(1)), 0.09)
    assert conjugates(problem.penalty, np.array([0.6]), np.ones(1))[0] == np.inf


def test_a_penalty_without_alpha_says_so():
    """Its strength cannot be changed, nor told: an error with the remedy."""

    class Fixed(Penalty):
        size: float

        def value(self, w):
            return self.size * abs(w)

        def prox(self, z, step):
            return L1(self.size).prox(z, step)

    with pytest.raises(TypeError, match=r"no field named alpha.*define with_alpha\(alpha\)"):
        Fixed(1.0).with_alpha(2.0)
    with pytest.raises(TypeError, match=r"no field named alpha.*define strength"):
        _ = NonNegative(Fixed(1.0)).strength


# Wrappers


class Probe(Penalty):
    """Answers that no default gives."""

    alpha: float

    convex = property(lambda _: True)
    superlinear = property(lambda _: "superlinear")
    constant_curvature = property(lambda _: 11.0)
    one_sided = property(lambda _: "one_sided")
    lower, upper = property(lambda _: -19.0), property(lambda _: 23.0)
    bounded, boxed = property(lambda _: "bounded"), property(lambda _: "boxed")
    proportional = property(lambda _: "proportional")
    strength = property(lambda _: "strength")
    order = property(lambda _: 13.0)
    ridge = property(lambda _: 17.0)

    def with_alpha(self, alpha):
        return Probe(alpha + 100.0)

    def relaxed(self, share):
        return Probe(share + 200.0)

    def of(self, features):
        return Probe(features + 300.0)


def _answer(name, count):
    def method(self, *given):
        assert len(given) == count
        return (name, *given)

    return method


for _name, _member in PUBLIC.items():
    if isinstance(_member, FunctionType) and _name not in vars(Probe) | PLACED:
        setattr(Probe, _name, _answer(_name, _member.__code__.co_argcount - 1))
Probe.__abstractmethods__ = frozenset()


class Same(Wrapper):
    """Changes nothing."""


WRAPPERS = [*concrete_subclasses(Wrapper), Same]


@pytest.mark.parametrize("name", sorted(PLACED))
def test_methods_with_a_place_are_those_without_one_of_a_wrapper(name):
    """Of the wrapper itself, as it may have changed these; bounds of each feature have a place."""
    assert getattr(Bounded, name) is not getattr(Penalty, name)
    for penalty in (NonNegative(MCP(0.7, 3.0)), Ridged(L1(0.7), 0.3)):
        given = [0.4, 1.5, 0.5][: getattr(Penalty, name).__code__.co_argcount - 2]
        if plain := getattr(penalty, name.removesuffix("_of"), None):
            assert getattr(penalty, name)(5, *given) == plain(*given)


@pytest.mark.parametrize("wrapper", WRAPPERS)
@pytest.mark.parametrize("name", [name for name in PUBLIC if name not in PLACED])
def test_no_method_of_a_wrapper_is_the_default_of_penalty(wrapper, name):
    """What it does not state itself asks the wrapped penalty, property or method."""
    assert set(PUBLIC) == {n for n in dir(Penalty) if n[0] != "_"} - set(dir(Record))
    assert inspect.getattr_static(wrapper, name) is not inspect.getattr_static(Penalty, name)
    probe = Probe(1.0)
    own = {"inner": probe, "l2": 0.5, "low": np.array([-0.5]), "high": np.array([0.5])}
    made = wrapper(**{field: own[field] for field in wrapper.__dataclass_fields__})
    if name in vars(wrapper):
        return
    if isinstance(PUBLIC[name], property):
        assert getattr(made, name) == getattr(probe, name)
        return
    given = [0.25] * (PUBLIC[name].__code__.co_argcount - 1)
    if name in {"with_alpha", "relaxed", "of"}:
        other = getattr(made, name)(*given)
        assert type(other) is wrapper
        assert other.inner.alpha == getattr(probe, name)(*given).alpha
        return
    assert getattr(made, name)(*given) == getattr(probe, name)(*given)


def test_forwarded_methods_compile():
    """The same numbers through a wrapper that changes nothing."""
    w, weights = np.linspace(0.1, 5.0, 30), np.linspace(0.5, 2.0, 30)
    penalty = Lp(0.7, 0.5)
    for method in range(5):
        one, other = np.empty(30), np.empty(30)
        evaluate.compiled(penalty, method, w, one)
        evaluate.compiled(Same(penalty), method, w, other)
        np.testing.assert_array_equal(one, other)
    assert total(Same(penalty), weights, w) == total(penalty, weights, w)


class _Turning(L1):
    """Whose relatives are of another class, with other fields."""

    def with_alpha(self, alpha):
        return MCP(alpha, 3.0)

    def relaxed(self, share):
        return Lp(share, 0.5)


def test_a_wrapper_of_another_penalty_is_compiled_for_that():
    """Its compiled type goes with what it holds."""
    w, out = np.array([2.0]), np.empty(1)
    told = NonNegative(_Turning(1.0))
    evaluate.compiled(told, 0, w, out)
    assert out[0] == 2.0
    evaluate.compiled(told.with_alpha(1.0), 0, w, out)
    assert out[0] == MCP(1.0, 3.0).value(2.0)
    evaluate.compiled(told.relaxed(0.3), 0, w, out)
    assert out[0] == pytest.approx(Lp(0.3, 0.5).value(2.0), rel=1e-15)


# The vectoriser


@every(CASES)
def test_arrays_of_any_shape_and_layout(case):
    """Shapes are kept; strided, read-only and single-precision arrays do too."""
    w = np.linspace(0.1, 4.0, 24).reshape(4, 6)
    frozen = w.copy()
    frozen.flags.writeable = False
    for function in (values, slopes, curvatures, reaches, chords):
        expected = np.array([function(case.penalty, np.array([x]))[0] for x in w.ravel()])
        for given in (w, frozen, np.asfortranarray(w), np.repeat(w, 2, axis=1)[:, ::2]):
            np.testing.assert_allclose(
                function(case.penalty, given), expected.reshape(4, 6), rtol=1e-14
            )
        assert function(case.penalty, w.astype(np.float32)).shape == (4, 6)
    assert proxes(case.penalty, w, w).shape == (4, 6)


@every(CASES)
def test_total_is_the_sum(case):
    """Of few coefficients and of many, most of them zero."""
    rng = np.random.default_rng(2)
    for size in (0, 1, 20, 300):
        w = np.abs(rng.normal(size=size)) * (rng.random(size) < 0.3)
        weights = rng.uniform(0.0, 2.0, size=size)
        got = total(case.penalty, weights, w)
        assert got == pytest.approx(float(weights @ values(case.penalty, w)), rel=1e-13)


def test_numbers_that_overflow_do_not_end_a_fit():
    """Python raises where compiled code gives inf: so do the interpreted kernels."""

    class Steep(Penalty):
        alpha: float

        def value(self, w):
            return self.alpha * abs(w) ** 3.0

        def prox(self, z, step):
            return z / (1.0 + 0.0 * step)

        def slope(self, w):
            return self.alpha / (w - w)

    assert values(Steep(1.0), np.array([1.0, 1e200])).tolist() == [1.0, np.inf]
    assert slopes(Steep(1.0), np.array([2.0])).tolist() == [np.inf]


def test_a_task_of_every_penalty_poses_a_problem():
    """At alpha_max no penalised feature is in use, and below some is, through every wrapper."""
    for case in CASES:
        task = make_task(case, 3, share=0.5)
        top = task.problem.alpha_max
        if 0.0 < top < np.inf:
            run = minimise(SOLVER, task.problem.at_alpha(top), np.zeros(6), tol=1e-9, max_iter=99)
            assert not run.w.any(), case
