"""The subgradient method, with four rules for the length of a step."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from math import sqrt

import numpy as np

from skl1.compiled import Record, kernel
from skl1.problems.certificates import Certificate
from skl1.problems.point import Point
from skl1.problems.problem import Problem
from skl1.solvers.base import Goal, Solver, State
from skl1.solvers.first_order import (
    Space,
    feature_space,
    inverse,
    largest_curvature,
    needs_convex,
    steps_ahead,
)

#: A share of the objective within which a difference may be rounding.
ROUNDING = 1e-15


class StepRule(Record):
    """The length of step k along minus a subgradient of squared norm ``square``."""

    @abstractmethod
    def length(self, k, excess, square):
        """``excess`` is the objective above the target level."""


class Polyak(StepRule):
    """``(F(w) - level) / ||g||^2`` (Polyak 1969): the best step if the level were the minimum."""

    def length(self, k, excess, square):
        return excess / square


class Constant(StepRule):
    """``step``: ends in a zone around the optimum whose width it sets."""

    step: float

    def length(self, k, excess, square):
        return self.step


class InverseSqrt(StepRule):
    """``step / sqrt(k)``: converges, as log(k) / sqrt(k)."""

    step: float

    def length(self, k, excess, square):
        return self.step / sqrt(k)


class Normalized(StepRule):
    """``step / (sqrt(k) ||g||)``: every move has the length ``step / sqrt(k)``."""

    step: float

    def length(self, k, excess, square):
        return self.step / sqrt(k * square)


class Landing(Record):
    """What happens to a coefficient that a step carries across zero."""

    @abstractmethod
    def land(self, old, new):
        """Where the coefficient ends."""


class Crossing(Landing):
    """It crosses: the textbook method, which oscillates around zero and is never sparse."""

    def land(self, old, new):
        return new


class Truncated(Landing):
    """It stops at zero (Langford, Li and Zhang 2009).

    From there the least subgradient, ``slope - clip(slope, -alpha u, alpha u)``, moves it only
    if the slope of the loss exceeds alpha u.
    """

    def land(self, old, new):
        return 0.0 if old * new < 0.0 else new


@dataclass(kw_only=True)
class SubgradientState(State):
    """``x`` is the iterate; ``w`` what is returned: the best so far, or the suffix average.

    ``excess`` is the distance of the target level below the best objective; ``lower`` the best
    dual bound.
    """

    space: Space
    rule: StepRule
    x: np.ndarray
    best: np.ndarray
    total: np.ndarray
    best_value: float = np.inf
    excess: float = np.inf
    lower: float = -np.inf


@dataclass(frozen=True)
class SubgradientDescent(Solver):
    """``w <- w - eta g`` with g the least subgradient; the best iterate is returned.

    The target level of Polyak's rule lies between the best objective and the running dual
    bound: the bound alone is below the minimum and makes steps too long, so the level is
    halved towards the best objective whenever a run of steps does not come half way (after
    Hazan and Kakade 2019).

    Parameters
    ----------
    rule : {"polyak", "constant", "sqrt", "normalized"}
    step_length : float
        In units of 1/L (constant, sqrt), or of the size of y (normalized).
    landing : Landing
    averaging : bool
        Return the average over the last half of the iterations or more.
    """

    rule: str
    step_length: float
    landing: Landing
    averaging: bool

    def accepts(self, problem: Problem) -> str:
        return needs_convex(problem)

    def init(self, problem: Problem, w: np.ndarray) -> SubgradientState:
        space = feature_space(problem, inverse(problem.design.norms))
        natural = self.step_length / largest_curvature(space)
        rules = {
            "polyak": Polyak(),
            "constant": Constant(natural),
            "sqrt": InverseSqrt(natural),
            "normalized": Normalized(self.step_length * np.sqrt(problem.design.energy)),
        }
        return SubgradientState(
            w=w,
            space=space,
            rule=rules[self.rule],
            x=w.copy(),
            best=w.copy(),
            total=np.zeros((2, w.size)),
            trace={"crossings": 0},
        )

    def advance(
        self,
        problem: Problem,
        state: SubgradientState,
        point: Point,
        known: Certificate,
        goal: Goal,
    ) -> None:
        space = state.space
        count = steps_ahead(state.n_iter, goal.iterations)
        state.lower = max(state.lower, point.objective - known.error)
        if state.best_value == np.inf:
            state.best_value = point.objective
        state.excess = min(state.excess, state.best_value - state.lower)
        value, crossings, finite = subgradient_steps.sized(
            space.operations(count), space.operator, space.penalty, state.rule, self.landing
        )(
            space.operator,
            space.penalty,
            state.rule,
            self.landing,
            space.q,
            space.weights,
            space.scale,
            problem.design.energy,
            state.x,
            state.best,
            state.best_value,
            state.total,
            state.excess,
            state.lower,
            state.n_iter,
            count,
        )
        if state.best_value - value < 0.5 * state.excess:
            # Not below what rounding hides: a level that is reached leaves no step to be made.
            state.excess = max(0.5 * state.excess, ROUNDING * state.best_value)
        state.best_value = value
        state.n_iter += count
        state.trace["crossings"] = crossings
        state.w = state.best.copy()
        if not finite:
            state.verdict = "diverged: step_length is too long"
        elif self.averaging:
            average = state.total.sum(axis=0) / suffix(state.n_iter)
            # Steps that are too long leave an average worse than no model: then the best.
            if problem.at(average).objective <= problem.null.objective:
                state.w = average


def suffix(n_iter: int) -> int:
    """Iterates in the two running sums: those since the last but one power of two."""
    last = 2 ** (n_iter.bit_length() - 1)
    return n_iter - last // 2 + (1 if last > 1 else 0)


@kernel(exact=True)  # the steps magnify rounding: it shall be the same in every run
def subgradient_steps(
    operator,
    penalty,
    rule,
    landing,
    q,
    weights,
    scale,
    energy,
    x,
    best,
    best_value,
    total,
    excess,
    lower,
    done,
    count,
):
    """``count`` steps in place: ``(best objective, zero crossings seen, all finite)``."""
    p = x.size
    product = np.empty_like(x)
    g = np.empty_like(x)
    crossings = 0
    operator.product(x, product)
    for k in range(done + 1, done + count + 1):
        value = 0.5 * energy
        square = 0.0
        for j in range(p):
            value += x[j] * (0.5 * product[j] - q[j]) + weights[j] * penalty.value(x[j])
            g[j] = penalty.descent_of(j, x[j], product[j] - q[j], weights[j])
            square += scale[j] * g[j] * g[j]
        if not value + square < np.inf:
            return best_value, crossings, False
        # Of points that rounding cannot tell apart the last: one of them has a small gap.
        if value <= best_value * (1.0 + ROUNDING):
            best_value = min(value, best_value)
            for j in range(p):
                best[j] = x[j]
        if square > 0.0:
            level = max(lower, best_value - excess)
            step = rule.length(k, value - level, square)
            for j in range(p):
                new = penalty.project_of(j, x[j] - step * scale[j] * g[j])
                if x[j] * new < 0.0:
                    crossings += 1
                x[j] = landing.land(x[j], new)
            operator.product(x, product)
        # One sum since the last power of two, one of the iterates between that and the last but
        # one: together at least half of all.
        restart = k & (k - 1) == 0
        for j in range(p):
            if restart:
                total[0, j] = total[1, j]
                total[1, j] = 0.0
            total[1, j] += x[j]
    return best_value, crossings, True
