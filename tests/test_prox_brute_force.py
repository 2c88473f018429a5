"""The prox of nonconvex penalties for random parameters, against a search in extended precision.

``test_penalties.py`` looks at the examples of ``contracts.py``; here the parameters, the step and
z all vary, and z lies beside every point where a formula changes, in particular where the global
minimiser jumps: a share of 1e-12 below it the result has to be the lower one, above it the other.
"""

from typing import NamedTuple

import numpy as np
import pytest

from contracts import (
    EPS,
    LONG,
    POWERS,
    PenaltyCase,
    brute_prox,
    log_sum_formulas,
    lp_formulas,
    mcp_formulas,
    ridged_formulas,
    scad_formulas,
)
from skl1.penalties import MCP, SCAD, LogSum, Lp, NonNegative, Ridged
from skl1.penalties.elementwise import prox_vector

pytestmark = pytest.mark.filterwarnings("error")

GROUPS = 640
#: z at these multiples of each point where a formula changes, and at as many other places.
BESIDE = np.array([1 - 1e-12, 1 + 1e-12, 1 - 1e-5, 1 + 1e-5, 1.0])


class Family(NamedTuple):
    """Penalties of random parameters, one for each group of z; the rest are arrays of as many."""

    penalties: list
    formulas: object  #: of the groups of the rows
    bend: object  #: g'' for w > 0, of w and the groups of the rows
    step: np.ndarray
    edges: list  #: where a formula changes, the end of the zeros first


def magnitudes(rng, low, high, size=GROUPS):
    """Numbers of every order of magnitude."""
    return 10.0 ** rng.uniform(low, high, size)


def lp(rng):
    """Fixed and random powers, also near 0 and 1."""
    near = [magnitudes(rng, -8, -1, 40), 1 - magnitudes(rng, -4, -2, 40)]
    powers = np.concatenate([np.repeat(POWERS, 40), *near])
    p = np.concatenate([powers, rng.uniform(0, 1, GROUPS - powers.size)])
    alpha, step = magnitudes(rng, -6, 6), magnitudes(rng, -10, 10)
    level, rest = LONG(alpha) * LONG(step), 1 - LONG(p)
    with np.errstate(divide="ignore", invalid="ignore"):
        jump = (1 + rest) / (2 * rest) * (2 * level * rest) ** (1 / (1 + rest))
    return Family(
        [Lp(*each) for each in zip(alpha, p, strict=True)],
        lambda rows: lp_formulas(alpha[rows], p[rows]),
        lambda w, rows: alpha[rows] * p[rows] * (p[rows] - 1) * w ** (LONG(p[rows]) - 2),
        step,
        [np.where(rest > 0, jump, level)],
    )


def steps_about(rng, *corners):
    """Steps of every size, many of the size of the corners, close to them, and the corners."""
    scale = np.max(corners, axis=0)
    step = np.where(rng.random(GROUPS) < 0.4, magnitudes(rng, -8, 8), rng.uniform(0, 2, GROUPS))
    step *= scale
    for k, corner in enumerate(corners):
        step[k::40] = corner[k::40]
        step[k + 4 :: 40] = np.nextafter(corner[k + 4 :: 40], np.inf)
        close = 1 + magnitudes(rng, -5, -2) * rng.choice([-1.0, 1.0], GROUPS)
        step[k + 8 :: 10] = (corner * close)[k + 8 :: 10]
    return step


def mcp(rng):
    """Steps on both sides of gamma."""
    alpha, gamma = magnitudes(rng, -6, 6), 1 + magnitudes(rng, -3, 3)
    step = steps_about(rng, gamma)
    a, g, t = LONG(alpha), LONG(gamma), LONG(step)
    return Family(
        [MCP(*each) for each in zip(alpha, gamma, strict=True)],
        lambda rows: mcp_formulas(alpha[rows], gamma[rows]),
        lambda w, rows: np.where(w <= (a * g)[rows], -1 / g[rows], 0),
        step,
        [np.where(t < g, t * a, a * np.sqrt(t * g)), g * a],
    )


def scad(rng):
    """Steps on both sides of gamma - 1 and gamma + 1."""
    alpha, gamma = magnitudes(rng, -6, 6), 2 + magnitudes(rng, -3, 3)
    step = steps_about(rng, gamma - 1, gamma + 1)
    a, g, t = LONG(alpha), LONG(gamma), LONG(step)
    middle = np.where((g - 1 <= t) & (t <= g + 1), (g + 1 + t) / 2, 1 + t)
    return Family(
        [SCAD(*each) for each in zip(alpha, gamma, strict=True)],
        lambda rows: scad_formulas(alpha[rows], gamma[rows]),
        lambda w, rows: np.where((w >= a[rows]) & (w <= (a * g)[rows]), -1 / (g[rows] - 1), 0),
        step,
        [np.where(t <= g + 1, t * a, a * np.sqrt(t * (g + 1))), middle * a, g * a],
    )


def log_sum_jump(w):
    """The level and the size at which the minimiser jumps from 0 to w, in units of epsilon."""
    # log1p(w) - w / (1 + w), by its series where the difference would cancel.
    series = sum((-w) ** k * (k - 1) / k for k in range(2, 14))
    with np.errstate(over="ignore"):
        gap = np.where(w < 0.03, series, np.log1p(w) - w / (1 + w))
    level = w**2 / 2 / gap
    return level, w + level / (1 + w)


def log_sum(rng):
    """Levels without a jump, and others by the height of the jump."""
    alpha, epsilon = magnitudes(rng, -6, 6), magnitudes(rng, -4, 4)
    jumps = rng.random(GROUPS) < 0.7
    level, size = log_sum_jump(LONG(magnitudes(rng, -4, 6)))
    flat = LONG(np.where(rng.random(GROUPS) < 0.5, 1 - magnitudes(rng, -8, 0), 1))
    flat *= np.where(rng.random(GROUPS) < 0.5, magnitudes(rng, -8, 0), 1)
    step = (np.where(jumps, level, flat) * epsilon**2 / alpha).astype(float)
    a, e = LONG(alpha), LONG(epsilon)
    return Family(
        [LogSum(*each) for each in zip(alpha, epsilon, strict=True)],
        lambda rows: log_sum_formulas(alpha[rows], epsilon[rows]),
        lambda w, rows: -a[rows] / (w + e[rows]) ** 2,
        step,
        [np.where(jumps, size * epsilon, LONG(step) * a / e)],
    )


def ridged(inner):
    """The same with a squared term, by the rule of its prox."""

    def family(rng):
        free = inner(rng)
        l2 = rng.uniform(0, 0.9, GROUPS) / free.step
        step = (LONG(free.step) / (1 - LONG(free.step) * l2)).astype(float)
        stretch = 1 + LONG(step) * l2
        return Family(
            [Ridged(*each) for each in zip(free.penalties, l2, strict=True)],
            lambda rows: ridged_formulas(free.formulas(rows), l2[rows]),
            lambda w, rows: free.bend(w, rows) + l2[rows],
            step,
            [edge * stretch for edge in free.edges],
        )

    return family


FAMILIES = {each.__name__: each for each in (lp, mcp, scad, log_sum)}
FAMILIES |= {f"ridged {name}": ridged(each) for name, each in FAMILIES.items()}


def prox(penalties, z, step):
    """The compiled prox, a penalty a row."""
    out = np.empty_like(z)
    for penalty, z_row, step_row, out_row in zip(penalties, z, step, out, strict=True):
        prox_vector(penalty, z_row, step_row, out_row)
    return out


def compare(name):
    """Thousands of z of one family, what is found and what is wanted."""
    rng = np.random.default_rng(sorted(FAMILIES).index(name))
    family = FAMILIES[name](rng)
    beside = [edge[:, None] * BESIDE for edge in family.edges]
    around = np.concatenate([rng.uniform(0.5, 3, 10), magnitudes(rng, -3, 8, 8)])
    z = np.concatenate([*beside, family.edges[0][:, None] * around], axis=1).astype(float)
    at_edge = np.resize(BESIDE, z.shape[1]) == 1.0
    at_edge[len(beside) * BESIDE.size :] = False
    z *= rng.choice([-1.0, 1.0], z.shape)
    step = np.repeat(family.step, z.shape[1]).reshape(z.shape)
    rows = np.repeat(np.arange(GROUPS), z.shape[1])
    case = PenaltyCase(name, None, *family.formulas(rows), None)
    expected, _ = brute_prox(case, z.ravel(), step.ravel())
    got = prox(family.penalties, z, step).ravel()
    z, step = LONG(z.ravel()), LONG(step.ravel())
    with np.errstate(all="ignore"):
        steep = 1 / np.abs(1 + step * family.bend(np.abs(expected), rows))
    steep = np.where(expected != 0, np.maximum(steep, 1), 1)

    def objective(w):
        return (w - z) ** 2 / 2 + step * case.value(w)

    excess = (objective(LONG(got)) - objective(expected)) / z**2
    return z, got, expected, steep, excess, np.tile(at_edge, GROUPS), family, rows


@pytest.mark.parametrize("name", FAMILIES)
def test_prox_against_brute_force(name):
    """The minimiser to 1e-12, on the right side of each jump, and nothing is below its value."""
    z, got, expected, steep, excess, at_edge, family, rows = compare(name)
    assert z.size >= 10_000
    assert 0.1 < np.mean(expected == 0) < 0.6

    def first(wrong):
        k = np.argmax(wrong)
        penalty, step = family.penalties[rows[k]], family.step[rows[k]]
        return penalty, step, float(z[k]), got[k], float(expected[k])

    # At the edge itself, two minimisers may be equally good to the last digits of the objective.
    wrong = ~at_edge & ((got == 0) != (expected == 0))
    assert not wrong.any(), first(wrong)
    wrong = excess > np.where(at_edge, 8 * EPS, 1e-17)
    assert not wrong.any(), first(wrong)
    # A subtraction from z loses digits: the error is then one of z's, as steep as w goes with z.
    error = np.abs(got - expected)
    wrong = ~at_edge & (error > 1e-12 * np.abs(expected) + 8 * EPS * np.abs(z) * steep)
    assert not wrong.any(), first(wrong)
    if name == "lp":  # which jumps far enough for all of the digits
        p = np.array([penalty.p for penalty in family.penalties])[rows]
        wrong = ~at_edge & (p <= 0.999) & (error > 1e-12 * np.abs(expected))
        assert not wrong.any(), first(wrong)


@pytest.mark.parametrize("l2", [0.0, 2.0])
def test_threshold_of_the_logarithm(l2):
    """``alpha_max`` of LogSum to the last digits, wherever the minimiser jumps."""
    w = LONG(magnitudes(np.random.default_rng(9), -4, 40, 500))
    level, size = log_sum_jump(w)
    curvature, weight, epsilon = 0.3, 1.7, 0.02
    penalty = Ridged(LogSum(1.0, epsilon), l2)
    bent = curvature + weight * LONG(l2)
    pull = (size * epsilon * bent).astype(float)
    got = [penalty.alpha_max(float(each), curvature, weight) for each in pull]
    expected = (level * LONG(epsilon) ** 2 * bent / weight).astype(float)
    np.testing.assert_allclose(got, expected, rtol=1e-14)


EXTREMES = [0.0, 5e-324, 1e-310, 1e-150, 1e-8, 1.0, 1e8, 1e150]
KINDS = {
    "lp 0": lambda a: (Lp(a, 0.0), lp_formulas(a, 0.0)),
    "lp 1/2": lambda a: (Lp(a, 0.5), lp_formulas(a, 0.5)),
    "lp 2/3": lambda a: (Lp(a, 2 / 3), lp_formulas(a, 2 / 3)),
    "lp 0.9": lambda a: (Lp(a, 0.9), lp_formulas(a, 0.9)),
    "mcp": lambda a: (MCP(a, 3.0), mcp_formulas(a, 3.0)),
    "scad": lambda a: (SCAD(a, 3.7), scad_formulas(a, 3.7)),
    "log_sum": lambda a: (LogSum(a, 0.5), log_sum_formulas(a, 0.5)),
    "log_sum small": lambda a: (LogSum(a, 1e-8), log_sum_formulas(a, 1e-8)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_prox_of_extreme_numbers(kind):
    """Neither NaN nor an error, between 0 and z, and no worse than either."""
    for alpha in EXTREMES:
        free, formulas = KINDS[kind](alpha)
        for penalty, l2 in ((free, 0.0), (Ridged(free, 0.25), 0.25)):
            case = PenaltyCase(kind, penalty, *ridged_formulas(formulas, l2), None)
            for step in EXTREMES:
                z = np.array(EXTREMES)
                with np.errstate(over="ignore"):  # of NumPy's scalars, without compilation
                    (w,) = prox([penalty], z[None], np.full((1, z.size), step))
                told = (penalty, step, z, w)
                assert np.all((w >= 0.0) & (w <= z)), told
                assert [penalty.prox(-one, step) for one in EXTREMES] == pytest.approx(
                    -w, rel=1e-14, abs=0.0
                ), told
                assert NonNegative(penalty).prox(-1.0, step) == 0.0
                long, t = LONG(z), LONG(step)
                with np.errstate(invalid="ignore"):
                    got = (w - long) ** 2 / 2 + t * case.value(LONG(w))
                    ends = np.minimum(long**2 / 2, t * case.value(long))
                # What is denormal has no digits to spare.
                assert np.all(got <= ends * (1 + 8 * EPS) + LONG(1e-320)), told
