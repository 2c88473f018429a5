"""Penalties within bounds: on a grid of coefficients, for every penalty there is."""

import numpy as np
import pytest

from capped_l1.penalty import CappedL1
from contracts import penalty_cases
from skl1.penalties import L1, MCP, SCAD, Bounded, Lp, NonNegative, Penalty, Ridged, elastic_net
from skl1.penalties.elementwise import alpha_max, conjugates, moving, proxes, pulls, unlimited
from skl1.penalties.numerical import lowest_up_to
from skl1.problems.feasible import furthest_multiple

PENALTIES = [case.penalty for case in penalty_cases() if not case.one_sided]
BOUNDS = [(-0.4, 0.7), (-np.inf, 0.3), (0.0, 1.1), (-2.0, 0.0), (-1e-3, 1e-3), (-np.inf, np.inf)]


def within(penalty, lower, upper):
    return Bounded(penalty, np.array([lower]), np.array([upper]))


def grid_of(lower, upper, z):
    """Places within the bounds, and not much farther from zero than z."""
    low, high = max(lower, -abs(z) - 1.0), min(upper, abs(z) + 1.0)
    near = np.geomspace(1e-9, 1.0, 100)
    return np.unique(np.r_[low, high, 0.0, np.linspace(low, high, 401), low * near, high * near])


@pytest.mark.parametrize("penalty", [*PENALTIES, CappedL1(0.7, 0.5)], ids=str)
def test_the_prox_is_the_best_place_within_the_bounds(penalty):
    """Not the free one, clipped: for a concave penalty zero may be better than the bound."""
    rng = np.random.default_rng(0)
    for lower, upper in BOUNDS:
        bounded = within(penalty, lower, upper)
        for z in rng.choice([0.3, 1.0, 4.0]) * rng.normal(size=5):
            grid = grid_of(lower, upper, z)
            charge = np.array([penalty.value(w) for w in grid])
            for step in (0.1, 1.3, 6.0):
                w = bounded.prox_of(0, z, step)
                assert lower <= w <= upper
                assert w * z >= 0.0
                best = (0.5 * (grid - z) ** 2 + step * charge).min()
                reached = 0.5 * (w - z) ** 2 + step * penalty.value(w)
                assert reached <= best + 1e-9 * (1.0 + best), (lower, upper, z, step, w)


@pytest.mark.parametrize("penalty", [MCP(0.7, 1.5), SCAD(0.7, 2.5), Lp(0.7, 0.5)], ids=str)
def test_the_default_for_a_penalty_of_ones_own_finds_the_same(penalty):
    rng = np.random.default_rng(1)
    for size, step, most in rng.uniform(0.01, 3.0, size=(100, 3)):
        w, other = penalty.prox_up_to(size, step, most), lowest_up_to(penalty, size, step, most)
        one, two = (0.5 * (v - size) ** 2 + step * penalty.value(v) for v in (w, other))
        assert abs(one - two) <= 1e-10 * (1.0 + one)


@pytest.mark.parametrize("penalty", [each for each in PENALTIES if each.convex], ids=str)
def test_the_conjugate_is_the_largest_value_within_the_bounds(penalty):
    for lower, upper in BOUNDS[:2] + BOUNDS[3:5]:
        bounded = within(penalty, lower, upper)
        grid = np.append(np.linspace(max(lower, -50.0), min(upper, 50.0), 4001), 0.0)
        charge = np.array([penalty.value(w) for w in grid])
        for z in (-3.0, -0.8, -0.1, 0.0, 0.2, 0.75, 4.0):
            for weight in (0.0, 0.5, 2.0):
                found = bounded.conjugate_of(0, z, weight)
                seen = (z * grid - weight * charge).max()
                assert found >= seen - 1e-12
                if z > 0.0 or lower > -np.inf:  # else the grid may end too early
                    assert found <= seen + 2e-4


def test_arrays_know_the_bounds_of_each_place():
    low, high = np.array([-1.0, 0.0, -np.inf, -0.5]), np.array([0.5, np.inf, 0.0, np.inf])
    penalty, z = Bounded(L1(0.5), low, high), np.array([3.0, -3.0, 3.0, -3.0])
    np.testing.assert_array_equal(proxes(penalty, z, np.ones(4)), [0.5, 0.0, 0.0, -0.5])
    np.testing.assert_array_equal(proxes(penalty, -z, np.ones(4)), [-1.0, 2.5, -2.5, 2.5])
    np.testing.assert_array_equal(pulls(penalty, z), [3.0, 0.0, 0.0, 3.0])
    np.testing.assert_array_equal(unlimited(penalty, -z), [0.0, 3.0, 3.0, 3.0])
    np.testing.assert_array_equal(conjugates(penalty, z, np.ones(4)), [1.25, 0.0, 0.0, 1.25])
    np.testing.assert_array_equal(moving(penalty, np.array([0.5, 1.0, 0.0, -0.1])), [1, 3])
    some = penalty.of(np.array([3, 0]))
    np.testing.assert_array_equal(proxes(some, z[[3, 0]], np.ones(2)), [-0.5, 0.5])
    np.testing.assert_array_equal(proxes(penalty.with_alpha(2.0), -z, np.ones(4))[1], 1.0)


def test_what_asks_for_no_place_is_refused():
    """A loop that forgot the place would be silently wrong."""
    penalty = within(L1(1.0), -1.0, 1.0)
    for method, given in (("prox", 2), ("project", 1), ("conjugate", 2), ("descent", 3)):
        with pytest.raises(NotImplementedError, match=f"use {method}_of"):
            getattr(penalty, method)(*[1.0] * given)


def test_the_smallest_subgradient_does_not_lead_out():
    penalty = within(L1(1.0), -1.0, 2.0)
    assert penalty.descent_of(0, 2.0, -3.0, 1.0) == 0.0
    assert penalty.descent_of(0, 2.0, 3.0, 1.0) == 4.0
    assert penalty.descent_of(0, -1.0, 3.0, 1.0) == 0.0
    assert penalty.descent_of(0, 0.0, 3.0, 1.0) == 2.0
    one_way = within(L1(1.0), 0.0, 2.0)
    assert one_way.descent_of(0, 0.0, 3.0, 1.0) == 0.0
    assert one_way.descent_of(0, 0.0, -3.0, 1.0) == -2.0


@pytest.mark.parametrize(
    "penalty",
    [Lp(1.0, 0.0), Lp(1.0, 0.5), MCP(1.0, 1.2), Ridged(Lp(1.0, 0.5), 0.3), L1(1.0)],
    ids=str,
)
def test_alpha_max_knows_how_far_a_jump_may_go(penalty):
    """The largest alpha at which some coefficient leaves zero: the bound in its way counts."""
    z = np.array([2.0, -1.7, 1.5])
    low, high = np.array([-9.0, -0.2, -np.inf]), np.array([0.6, 9.0, np.inf])
    curvature, weights = np.array([1.0, 1.3, 0.8]), np.array([0.7, 1.0, 1.4])
    bounded = Bounded(penalty, low, high)
    top = alpha_max(bounded, z, curvature, weights)

    def leaves(alpha):
        return proxes(bounded.with_alpha(alpha), z / curvature, weights / curvature).any()

    assert not leaves(top * (1.0 + 1e-9))
    assert leaves(top * (1.0 - 1e-9))
    free = alpha_max(penalty, z, curvature, weights)
    assert top == free if penalty.convex else top <= free


def test_the_furthest_multiple_leaves_conjugates_finite():
    penalty = Bounded(L1(1.0), np.array([-1.0, -np.inf]), np.array([np.inf, 3.0]))
    z, weights = np.array([-5.0, 5.0]), np.ones(2)
    assert furthest_multiple(penalty, weights, z) == 1.0  # both pull to a bound
    assert furthest_multiple(penalty, weights, -z) == pytest.approx(0.2, rel=1e-14)
    assert furthest_multiple(penalty, np.array([0.0, 1.0]), -z) == 0.0
    ridge = Bounded(elastic_net(1.0, 0.5), penalty.lower, penalty.upper)
    assert furthest_multiple(ridge, weights, -z) == 1.0
    assert furthest_multiple(ridge, np.array([0.0, 1.0]), -z) == 0.0


def test_no_bounds_cost_nothing():
    """The methods with a place are those without one, and what is bounded is told by its type."""
    for name in ("prox_of", "project_of", "conjugate_of", "descent_of"):
        for penalty in (L1, MCP, Lp, NonNegative):
            assert getattr(penalty, name) is getattr(Penalty, name)
    penalty = L1(1.0)
    assert penalty.of(np.array([1, 2])) is penalty
    assert not penalty.bounded
