"""Penalties against brute force: every formula is checked against a second one."""

from dataclasses import replace

import numpy as np
import pytest

from contracts import EPS, LONG, POWERS, brute_prox, penalty_cases
from skl1.penalties import L1, MCP, SCAD, LogSum, Lp, NonNegative, Ridged
from skl1.penalties.elementwise import (
    alpha_max,
    chords,
    conjugates,
    curvatures,
    prox_vector,
    pulls,
    reaches,
    slopes,
    values,
)

CASES = penalty_cases()
CHARGED = [case for case in CASES if "(0.0" not in str(case)]
CONVEX = [case for case in CASES if case.penalty.convex]
pytestmark = pytest.mark.filterwarnings("error")


def every(cases):
    return pytest.mark.parametrize("case", cases, ids=str)


def prox(penalty, z, step):
    """The compiled prox of arrays."""
    z, step = np.broadcast_arrays(np.asarray(z, float), np.asarray(step, float))
    out = np.empty(z.size)
    prox_vector(penalty, z.ravel().copy(), step.ravel().copy(), out)
    return out.reshape(z.shape)


def threshold(case, step):
    """The largest |z| whose minimiser is 0, by bisection on the brute-force search."""
    low, high = np.zeros(step.size, LONG), np.full(step.size, LONG(1))
    for _ in range(60):
        small = brute_prox(case, high, step)[0] == 0
        if not small.any():
            break
        high = np.where(small, 4 * high, high)
    for _ in range(45):
        middle = (low + high) / 2
        zero = brute_prox(case, middle, step)[0] == 0
        low, high = np.where(zero, middle, low), np.where(zero, high, middle)
    return high.astype(float)


#: Found before, by the name of the case without a sign constraint: for z > 0 it changes nothing.
THRESHOLDS = {}


def threshold_once(case, step):
    name = str(case).removeprefix("NonNegative(").removesuffix(")" if case.one_sided else "")
    if name not in THRESHOLDS:
        THRESHOLDS[name] = threshold(case, step)
    return THRESHOLDS[name]


def prox_inputs(case):
    """Thousands of (z, step): around each threshold, far above it, and at random."""
    rng = np.random.default_rng(0)
    steps = np.concatenate([[1.0, 1e-6, 1e6], 10.0 ** rng.uniform(-4, 4, size=7)])
    near = 10.0 ** -np.arange(12.0, 0.0, -1.5)
    factors = np.concatenate([1.0 - near, 1.0 + near, [0.5, 1.5, 3.0, 30.0]])
    factors = np.concatenate([factors, 10.0 ** np.arange(2.0, 9.0), rng.uniform(0, 5, 150)])
    edge = threshold_once(case, steps)
    edge = np.where(edge > 0, edge, 1.0)
    z, step = np.broadcast_arrays(edge[:, None] * factors, steps[:, None])
    z, step = np.concatenate([z.ravel(), -z.ravel()]), np.concatenate([step.ravel()] * 2)
    return z, step


@pytest.mark.slow
@every(CASES)
def test_prox_is_the_global_minimiser(case):
    """The prox is what brute force finds, to 1e-12, a share of 1e-12 beside the threshold too."""
    z, step = prox_inputs(case)
    expected, margin = brute_prox(case, z, step)
    got = prox(case.penalty, z, step)
    assert z.size >= 3500
    # At a tie of fewer digits than a double has for the objective, either minimiser will do.
    clear = np.abs(margin) > 4e-15
    assert clear.mean() > 0.5
    allowed = 1e-12 * np.abs(expected) + 4 * EPS * np.abs(z)
    doubtful = np.flatnonzero(clear & ~(np.abs(got - expected) <= allowed))
    if doubtful.size:
        # A soft threshold subtracts: there the error is one of z's, as steep as w goes with z.
        some = z[doubtful]
        low, high = (brute_prox(case, some * (1 + h), step[doubtful])[0] for h in (-1e-8, 1e-8))
        steep = np.where(low != 0, np.abs(high - low) / (2e-8 * np.abs(some)), 2.0)
        allowed[doubtful] += 4 * EPS * np.abs(some) * np.maximum(steep - 1.0, 0.0)
    wrong = clear & ~(np.abs(got - expected) <= allowed)
    assert not wrong.any(), [
        (z[i], step[i], got[i], expected[i]) for i in np.flatnonzero(wrong)[:3]
    ]
    # At a tie either is a minimiser; nothing else is.
    tied = np.flatnonzero(~clear & (got != 0.0))
    if tied.size:
        best = brute_nonzero(case, z[tied], step[tied])
        assert np.all(np.abs(got[tied] - best) <= 1e-5 * np.abs(z[tied]))


def brute_nonzero(case, z, step):
    """The best nonzero coefficient: that for a z a little larger, where there is a tie."""
    return brute_prox(case, z * (1 + 1e-7), step)[0].astype(float)


@pytest.mark.parametrize("p", [p for p in POWERS if p < 1.0])
def test_prox_threshold_is_where_zero_stops_to_be_best(p):
    """The threshold is that of the global minimiser, and the coefficient jumps there."""
    level = np.geomspace(1e-8, 1e8, 33)
    jump = (2 * level * (1 - p)) ** (1 / (2 - p))
    edge = (2 - p) / (2 * (1 - p)) * jump
    assert not prox(Lp(1.0, p), edge * (1 - 1e-9), level).any()
    above = prox(Lp(1.0, p), edge * (1 + 1e-9), level)
    # db/dz at the jump is 1 / (1 - p/2) < 2, plus the error of the threshold itself.
    np.testing.assert_allclose(above, jump, rtol=1e-6)
    assert np.all(above >= jump * (1 - 1e-12))


@pytest.mark.parametrize(
    ("p", "level", "edge"), [(0.0, 2.0, 2.0), (0.0, 8.0, 4.0), (0.5, 1.0, 1.5)]
)
def test_prox_chooses_zero_at_a_tie(p, level, edge):
    """Where 0 and the jump are equally good, the sparser one is returned."""
    assert prox(Lp(1.0, p), [edge, -edge], level).tolist() == [0.0, 0.0]
    assert prox(Lp(1.0, p), [np.nextafter(edge, 9.0)], level * (1 - 1e-14))[0] > 0.0


@every(CASES)
def test_prox_without_a_charge_is_the_identity(case):
    """Model 0 and alpha 0 leave z as it is; no NaN, at 0 neither."""
    z = np.array([0.0, -0.0, 1e-300, 1.0, -1.0, 1e100, -1e100])
    admissible = np.maximum(z, 0.0) if case.one_sided else z
    np.testing.assert_array_equal(prox(case.penalty, z, 0.0), admissible)
    left = admissible / (1.0 + 3.0 * case.penalty.ridge)
    np.testing.assert_array_equal(prox(case.with_alpha(0.0), z, 3.0), left)
    np.testing.assert_array_equal(prox(case.with_alpha(0.0), z, 0.0), admissible)


@pytest.mark.parametrize("p", POWERS)
def test_prox_keeps_its_digits_far_above_the_threshold(p):
    """For z of 1e2 to 1e8 thresholds the shrinkage z - w keeps as many digits as z allows."""
    rng = np.random.default_rng(1)
    level = 10.0 ** rng.uniform(-3, 3, size=400)
    z = level ** (1 / (2 - p)) * 10.0 ** rng.uniform(2, 8, size=400)
    w = z.astype(LONG)
    for _ in range(60):  # fixed point of a strong contraction so far above the threshold
        w = z - level * LONG(p) * w ** (LONG(p) - 1)
    np.testing.assert_allclose(prox(Lp(1.0, p), z, level), w.astype(float), rtol=1e-14)


@pytest.mark.parametrize("p", POWERS)
@pytest.mark.parametrize("exponent", [-100, -30, 30, 100])
def test_prox_does_not_depend_on_the_units(p, exponent):
    """``prox(c z, c^(2-p) l) = c prox(z, l)`` for c of 1e-30 to 1e30."""
    c = 2.0**exponent
    z = np.array([-5.0, 0.3, 1.7, 2.0, 4.0, 50.0])
    expected = c * prox(Lp(1.0, p), z, 1.1)
    np.testing.assert_allclose(prox(Lp(1.0, p), c * z, 1.1 * c ** (2 - p)), expected, rtol=1e-12)


@every(CASES)
def test_prox_is_odd_or_cut_at_zero(case):
    """The prox is odd; under a sign constraint it is 0 for z <= 0 and the free one above."""
    rng = np.random.default_rng(2)
    z, step = rng.normal(size=300) * 3, rng.exponential(size=300)
    got, mirrored = prox(case.penalty, z, step), prox(case.penalty, -z, step)
    if case.one_sided:
        assert not got[z <= 0].any()
        np.testing.assert_array_equal(got[z > 0], prox(case.penalty.inner, z, step)[z > 0])
    else:
        np.testing.assert_array_equal(mirrored, -got)


@every(CASES)
@pytest.mark.parametrize("step", [1e-3, 0.5, 20.0])
def test_prox_is_monotone(case, step):
    """The prox never falls as z grows, and never exceeds z in size."""
    z = np.sort(np.concatenate([np.linspace(-12, 12, 3001), [0.0]]))
    got = prox(case.penalty, z, step)
    assert np.all(np.diff(got) >= -4 * EPS * np.abs(z[1:]))
    assert np.all(np.abs(got) <= np.abs(z))


@every(CASES)
def test_compiled_prox_equals_interpreted(case):
    """The machine code and the Python source give the same numbers."""
    rng = np.random.default_rng(3)
    z, step = rng.normal(size=200) * 5, rng.exponential(size=200)
    plain = [case.penalty.prox(float(a), float(b)) for a, b in zip(z, step, strict=True)]
    np.testing.assert_allclose(prox(case.penalty, z, step), plain, rtol=1e-14, atol=0.0)


@every(CASES)
def test_value_is_the_formula(case):
    """``value`` is g, elementwise, of arrays of any shape, and 0 at 0."""
    w = np.array([[0.0, 1e-12, 0.3], [1.0, 2.5, 1e6]])
    w = w if case.one_sided else np.concatenate([w, -w])
    np.testing.assert_allclose(values(case.penalty, w), case.value(w).astype(float), rtol=1e-14)
    assert not np.any(values(case.penalty, np.zeros(3)))


@pytest.mark.parametrize("penalty", [Lp(0.7, 0.0), NonNegative(Lp(0.7, 0.0))], ids=str)
def test_p_zero_counts(penalty):
    """At p = 0 the value is alpha times the number of nonzeros, however small they are."""
    assert values(penalty, np.array([0.0, 1e-300, 2.0, 0.0])).tolist() == [0.0, 0.7, 0.7, 0.0]


@every(CASES)
def test_kink_is_the_slope_at_zero(case):
    """``kink`` is the limit of g(h) / h, infinite where that grows without end."""
    small, smaller = (float(case.value(np.array(h))) / h for h in (1e-9, 1e-12))
    kink = case.penalty.slope_at_zero()
    if np.isinf(kink):
        assert small == smaller == 0.0 or smaller > 1.01 * small
    else:
        assert smaller == pytest.approx(kink, abs=1e-8)


@every(CONVEX)
def test_pull_and_kink_say_when_a_coefficient_leaves_zero(case):
    """For a convex penalty ``prox(z, t) = 0`` exactly where ``pull(z) <= t kink``."""
    z = np.linspace(-2, 2, 2001)
    for step in (0.1, 1.0, 2.0):
        gap = pulls(case.penalty, z) - step * case.penalty.slope_at_zero()
        clear = np.abs(gap) > 1e-12
        np.testing.assert_array_equal((prox(case.penalty, z, step) == 0)[clear], (gap < 0)[clear])


@every(CASES)
def test_project_is_the_nearest_admissible_coefficient(case):
    """``project`` cuts at 0 under a sign constraint and does nothing otherwise."""
    expected = [0.0, 0.0, 1.5] if case.one_sided else [-2.0, 0.0, 1.5]
    assert [case.penalty.project(w) for w in (-2.0, 0.0, 1.5)] == expected


@every(CONVEX)
@pytest.mark.parametrize("weight", [0.4, 1.0, 3.0])
def test_conjugate_is_the_supremum(case, weight):
    """``conjugate`` is sup z w - u g(w), found by search; inf where that has no end."""
    kink = weight * case.penalty.slope_at_zero()
    z = np.concatenate([np.linspace(-4, 4, 33), [0.999 * kink, -0.999 * kink, 1.01 * kink]])
    grid = np.concatenate([[0.0], np.geomspace(1e-8, 1e5, 40_000)])
    grid = grid if case.one_sided else np.concatenate([grid, -grid])
    charged = weight * case.value(grid).astype(float)
    got = conjugates(case.penalty, z, np.full(z.size, weight))
    for one, z_one in zip(got, z, strict=True):
        highest = float((z_one * grid - charged).max())
        if np.isinf(one):
            assert highest > 100.0
        else:
            assert one == pytest.approx(highest, rel=1e-5, abs=1e-9)
            assert one >= highest - 1e-12 * max(1.0, abs(highest))


@every(CONVEX)
def test_fenchel_young_is_tight_at_a_prox(case):
    """At w = prox(z, t) with s = (z - w) / t: ``g(w) + g*(s) = w s``."""
    rng = np.random.default_rng(4)
    z, step = rng.normal(size=200) * 4, 10.0 ** rng.uniform(-1, 1, size=200)
    w = prox(case.penalty, z, step)
    # Rounding must not carry s across the edge of the conjugate's domain.
    s = (z - w) / step * (1 - 1e-13)
    conjugate = conjugates(case.penalty, s, np.ones(200))
    slack = values(case.penalty, w) + conjugate - w * s
    assert np.all(slack >= -1e-11 * (1 + np.abs(w * s)))
    np.testing.assert_allclose(slack, 0.0, atol=1e-11 * (1 + np.abs(w * s)).max())


def least_subgradient(case, w, slope, weight):
    """The element of least size between the two one-sided derivatives."""
    if w != 0.0:
        return slope + weight * np.sign(w) * float(case.slope(LONG(abs(w))))
    kink = weight * float(case.slope(LONG(1e-18)))
    low = -np.inf if case.one_sided else slope - kink
    return float(np.clip(0.0, low, slope + kink))


@every(CONVEX)
def test_descent_is_the_least_subgradient(case):
    """``descent`` is the element of least size of the subdifferential."""
    coefficients = [0.0, 1e-6, 0.5, 3.0] + ([] if case.one_sided else [-1e-6, -0.5, -3.0])
    for weight in (0.0, 0.5, 2.0):
        for w in coefficients:
            for slope in np.linspace(-3, 3, 25):
                got = case.penalty.descent(w, float(slope), weight)
                expected = least_subgradient(case, w, slope, weight)
                assert got == pytest.approx(expected, rel=1e-12, abs=1e-12), (w, slope, weight)


@every(CONVEX)
def test_descent_is_zero_exactly_at_the_optimum(case):
    """``descent`` vanishes at a prox of its loss and not beside it."""
    rng = np.random.default_rng(5)
    for z, step in zip(rng.normal(size=60) * 3, 10.0 ** rng.uniform(-1, 1, 60), strict=True):
        w = case.penalty.prox(float(z), float(step))
        assert abs(case.penalty.descent(w, (w - z) / step, 1.0)) <= 1e-13 * (1 + abs(z) / step)
        beside = w + 0.1
        assert case.penalty.descent(beside, (beside - z) / step, 1.0) > 1e-3


@every(CHARGED)
def test_alpha_max_is_where_zero_stops_to_be_optimal(case):
    """The prox is zero at alpha_max and is not at 0.999 of it."""
    rng = np.random.default_rng(6)
    for pull, curvature, weight in 10.0 ** rng.uniform(-3, 3, size=(40, 3)):
        top = case.penalty.alpha_max(float(pull), float(curvature), float(weight))
        arrays = (np.array([value]) for value in (pull, curvature, weight))
        assert alpha_max(case.penalty, *arrays) == pytest.approx(top, rel=1e-15)
        if np.isinf(top):
            assert prox(case.with_alpha(1e12), [pull / curvature], weight / curvature)[0] > 0.0
            continue
        at = (pull / curvature, weight / curvature)
        assert prox(case.with_alpha(top * (1 + 1e-12)), [at[0]], at[1])[0] == 0.0
        assert prox(case.with_alpha(top * 0.999), [at[0]], at[1])[0] > 0.0
    assert case.penalty.alpha_max(0.0, 1.0, 1.0) == 0.0
    assert alpha_max(case.penalty, np.zeros(1), np.ones(1), np.ones(1)) == 0.0


@every(CASES)
def test_slope_and_curvature_are_those_of_the_value(case):
    """``slope`` and ``curvature`` agree with differences of the formula."""
    w = np.array([0.05, 0.4, 1.0, 3.0, 40.0])
    h = (w * 1e-4).astype(LONG)
    left, middle, right = (case.value(w + k * h) for k in (-1, 0, 1))
    slope = ((right - left) / (2 * h)).astype(float)
    bend = ((right - 2 * middle + left) / h**2).astype(float)
    np.testing.assert_allclose(slopes(case.penalty, w), slope, rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(curvatures(case.penalty, w), bend, rtol=1e-5, atol=1e-8)
    if not case.one_sided:
        np.testing.assert_array_equal(slopes(case.penalty, -w), -slopes(case.penalty, w))
        np.testing.assert_array_equal(curvatures(case.penalty, -w), curvatures(case.penalty, w))


@every(CASES)
def test_curvature_fits_the_shape_of_its_argument(case):
    """Arrays of no entries go through; the support may be empty."""
    empty = np.zeros(0)
    for method in (values, slopes, curvatures):
        assert method(case.penalty, empty).shape == (0,)


@every([case for case in CASES if case.penalty.convex])
def test_convex_penalties_are_convex(case):
    """What calls itself convex lies below its chords."""
    w = np.linspace(0.0 if case.one_sided else -3.0, 3.0, 61)
    g = values(case.penalty, w)
    assert np.all(g[1:-1] <= (g[:-2] + g[2:]) / 2 + 1e-12)


@pytest.mark.slow
@every(CASES)
def test_reach_bounds_what_a_value_allows(case):
    """Beyond ``reach`` g exceeds the value; within it, neither g nor the squared term does."""
    top = float(case.value(LONG(1e300)))
    charges = np.concatenate([[1e-200, 1e-8], np.linspace(0.05, 12.0, 40), [1e3, 1e9, 1e200]])
    if 0.0 < top < 12.0:
        charges = np.concatenate([charges, top * np.array([0.999, 1.0, 1.001])])
    got = reaches(case.penalty, charges)
    finite = np.isfinite(got)
    bound, wanted = LONG(got[finite]), charges[finite]
    # To as many digits as g has where it is nearly flat.
    assert np.all(case.value(np.maximum(bound, 1e-300) * (1 + 1e-7)) > wanted * (1 - 1e-14))
    if case.penalty.convex:
        assert not finite.any() or case.penalty.ridge > 0.0
        return
    within = bound * (1 - 1e-7)
    square = LONG(case.penalty.ridge) / 2 * within**2
    assert np.all(np.maximum(square, case.value(within) - square) <= wanted * (1 + 1e-14))
    assert np.all(top <= charges[~finite] * (1 + 1e-12))
    assert case.penalty.reach(0.0) == (0.0 if top > 0.0 else np.inf)


@every(CASES)
def test_chord_is_the_steepest_line_below_the_value(case):
    """``chord`` times w touches g on [0, reach], but for the squared term beside it."""
    reach = np.geomspace(1e-3, 1e3, 19)
    slope = chords(case.penalty, reach)
    w = (reach * np.linspace(0.0, 1.0, 2001)[1:, None]).astype(LONG)
    above = case.value(w) - case.penalty.ridge / 2 * w**2
    room = (above / w).min(axis=0).astype(float)
    assert np.all(slope <= room * (1 + 1e-12))
    # The squared term of a convex g is part of it: its tangent at 0 touches only there.
    assert np.all(slope >= room - (0.5 * (case.penalty.constant_curvature or 0.0) * w[0] + 1e-12))
    assert case.penalty.chord(np.inf) <= slope[-1]


@every(CASES)
def test_with_alpha_changes_alpha_alone(case):
    """The penalty with another alpha is the case with another alpha; a multiple if it says so."""
    w = np.geomspace(1e-3, 30.0, 40)
    other = case.with_alpha(2.1)
    assert type(other) is type(case.penalty)
    assert (other.strength, other.one_sided) == (2.1, case.one_sided)
    np.testing.assert_allclose(values(other, w), case.at_alpha(2.1).value(w).astype(float), 1e-13)
    twice = np.allclose(values(case.with_alpha(4.2), w), 2.0 * values(other, w), rtol=1e-12)
    assert case.penalty.proportional == twice


def test_a_squared_term_beside_a_sign_constraint():
    """It makes no difference which of the two comes first."""
    first, second = NonNegative(Ridged(L1(0.7), 0.3)), Ridged(NonNegative(L1(0.7)), 0.3)
    z, ones = np.linspace(-3, 3, 25), np.ones(25)
    np.testing.assert_array_equal(conjugates(first, z, ones), conjugates(second, z, ones))
    np.testing.assert_array_equal(prox(first, z, 0.4), prox(second, z, 0.4))
    for w in (0.0, 0.5):
        for slope in z:
            assert first.descent(w, slope, 1.3) == second.descent(w, slope, 1.3)


@pytest.mark.parametrize("kind", [Lp, MCP, SCAD, LogSum], ids=lambda kind: kind.__name__)
def test_reach_and_threshold_of_tiny_numbers(kind):
    """No warning and no NaN, where alpha squared underflows and values overflow too."""
    charges = np.array([0.0, 5e-324, 1e-300, 1.0, 1e300])
    for alpha in (0.0, 5e-324, 1e-170, 1e-3, 1e150):
        penalty = kind(alpha, 0.5 if kind in {Lp, LogSum} else 3.0)
        got = reaches(penalty, charges)
        assert np.all(np.diff(got[np.isfinite(got)]) >= 0.0)
        assert not np.isnan(got).any()
    pull = np.array([0.0, 1e-300, 1.0, 1e150])
    top = [penalty.alpha_max(each, 1.0, 1.0) for each in pull.tolist()]
    assert top[0] == 0.0
    assert np.all(np.diff(top) >= 0.0)
    assert top[-1] > top[-2] > 0.0


def test_examples_can_be_changed_by_replace():
    """Penalties are frozen records: another alpha makes another object."""
    penalty = Lp(1.0, 0.5)
    assert replace(penalty, alpha=2.0).alpha == 2.0
    assert penalty.alpha == 1.0
