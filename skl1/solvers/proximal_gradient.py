"""Proximal gradient methods: ISTA, and with momentum FISTA."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skl1.compiled import kernel
from skl1.problems.certificates import Certificate
from skl1.problems.point import Point
from skl1.problems.problem import Problem
from skl1.solvers.base import Goal, Solver, State
from skl1.solvers.first_order import (
    Momentum,
    Space,
    feature_space,
    inverse,
    largest_curvature,
    needs_convex,
    steps_ahead,
)


@dataclass(kw_only=True)
class ProximalState(State):
    """``product`` is ``G w``; ``before`` and ``product_before`` belong to the iterate before."""

    space: Space
    curvature: float
    product: np.ndarray
    before: np.ndarray
    product_before: np.ndarray
    t: float = 1.0


@dataclass(frozen=True)
class ProximalGradient(Solver):
    """``w <- prox(v - (G v - q) / L, u / L)`` at v, the iterate or a point ahead of it.

    Without momentum this is ISTA (Daubechies, Defrise and De Mol 2004): the objective falls
    at every step, as 1/k at least. With Nesterov's it is FISTA (Beck and Teboulle 2009), 1/k^2,
    restarted when the momentum points uphill (O'Donoghue and Candes 2015). Both become linear
    once the support has settled. L is measured in units of each column's own curvature.
    """

    momentum: Momentum

    def accepts(self, problem: Problem) -> str:
        return needs_convex(problem)

    def init(self, problem: Problem, w: np.ndarray) -> ProximalState:
        space = feature_space(problem, inverse(problem.design.norms))
        product = space.product(w)
        return ProximalState(
            w=w.copy(),
            space=space,
            curvature=largest_curvature(space),
            product=product,
            before=w.copy(),
            product_before=product.copy(),
        )

    def advance(
        self, problem: Problem, state: ProximalState, point: Point, known: Certificate, goal: Goal
    ) -> None:
        count = steps_ahead(state.n_iter, goal.iterations)
        space = state.space
        state.w = state.w.copy()
        state.curvature, state.t = proximal_steps.sized(
            space.operations(count), space.operator, space.penalty, self.momentum
        )(
            space.operator,
            space.penalty,
            self.momentum,
            space.q,
            space.weights,
            space.scale,
            state.w,
            state.product,
            state.before,
            state.product_before,
            state.curvature,
            state.t,
            count,
        )
        state.n_iter += count


@kernel
def proximal_steps(
    operator,
    penalty,
    momentum,
    q,
    weights,
    scale,
    w,
    product,
    before,
    product_before,
    curvature,
    t,
    count,
):
    """``count`` steps in place; returns the curvature and the momentum's t.

    The product at the point ahead is the same combination of the two products in hand. The
    curvature met along a move is a lower bound of L: where it exceeds the estimate, the
    estimate was low and is raised.
    """
    new = np.empty_like(w)
    new_product = np.empty_like(w)
    for _ in range(count):
        following = momentum.following(t)
        beta = (t - 1.0) / following
        t = following
        uphill = 0.0
        for j in range(w.size):
            ahead = w[j] + beta * (w[j] - before[j])
            slope = product[j] + beta * (product[j] - product_before[j]) - q[j]
            step = scale[j] / curvature
            new[j] = penalty.prox_of(j, ahead - step * slope, step * weights[j])
            if scale[j] > 0.0:
                uphill += (ahead - new[j]) * (new[j] - w[j]) / scale[j]
        operator.product(new, new_product)
        along = 0.0
        length = 0.0
        for j in range(w.size):
            move = new[j] - w[j]
            if scale[j] > 0.0:
                along += move * (new_product[j] - product[j])
                length += move * move / scale[j]
            before[j] = w[j]
            product_before[j] = product[j]
            w[j] = new[j]
            product[j] = new_product[j]
        if along > curvature * length:
            curvature = 1.05 * along / length
        if uphill > 0.0:
            t = 1.0
    return curvature, t
