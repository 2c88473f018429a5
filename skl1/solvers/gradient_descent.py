"""Gradient descent on a ridge problem: plain, with momentum, conjugate."""

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
    Still,
    feature_space,
    inverse,
    largest_curvature,
    needs_quadratic,
    prefers_samples,
    sample_space,
    steps_ahead,
)


def ridge_space(problem: Problem, w: np.ndarray, scaled: bool) -> tuple[Space, np.ndarray]:
    """The space to iterate in and the penalty's curvature of each of its coordinates.

    With ``scaled`` a coordinate's step is in units of its own curvature; a step length of the
    user's is in plain units.
    """
    alpha = float(problem.penalty.constant_curvature or 0.0)
    plain = bool(np.all(problem.weights[problem.included] == 1.0))
    if prefers_samples(problem, w) and (scaled or plain):
        return sample_space(problem), np.full(problem.design.n_samples, alpha)
    charge = alpha * problem.weights
    scale = inverse(problem.design.norms + charge) if scaled else np.ones_like(w)
    return feature_space(problem, scale), charge


@dataclass(kw_only=True)
class DescentState(State):
    """``v`` is the iterate in the space's coordinates, ``before`` the one before."""

    space: Space
    charge: np.ndarray
    v: np.ndarray
    before: np.ndarray
    step: float
    t: float = 1.0


@dataclass(frozen=True)
class GradientDescent(Solver):
    """``w <- v - step * gradient(v)`` at v, the iterate or a point ahead of it.

    Within bounds each step is projected. Momentum is dropped whenever the objective
    rises (the function restart of O'Donoghue and Candes 2015), which attains the factor
    ``1 - sqrt(mu / L)`` per step without knowing mu.

    Parameters
    ----------
    momentum : Momentum
    step_size : float or None
        None takes ``2 / (L + mu)`` without momentum, the best constant step, and 1 / L with it,
        where L is the largest curvature and mu the smallest of the penalty. Should a plain step
        raise the objective all the same, L was estimated low and the step is halved. With a
        number, a rise means divergence: the run ends and names the largest safe step.
    """

    momentum: Momentum
    step_size: float | None = None

    def accepts(self, problem: Problem) -> str:
        return needs_quadratic(problem)

    def init(self, problem: Problem, w: np.ndarray) -> DescentState:
        space, charge = ridge_space(problem, w, scaled=self.step_size is None)
        v = w.copy() if space.scale.size == w.size else np.zeros_like(space.q)
        step = self.step_size
        if step is None:
            most = largest_curvature(space, charge) or 1.0  # nothing varies: any step will do
            least = float((charge * space.scale)[space.scale > 0.0].min(initial=most))
            step = 2.0 / (most + least) if isinstance(self.momentum, Still) else 1.0 / most
        return DescentState(w=w, space=space, charge=charge, v=v, before=v.copy(), step=step)

    def advance(
        self, problem: Problem, state: DescentState, point: Point, known: Certificate, goal: Goal
    ) -> None:
        space = state.space
        count = steps_ahead(state.n_iter, goal.iterations)
        done, state.t, rose = descent_steps.sized(
            space.operations(count), space.operator, space.penalty, self.momentum
        )(
            space.operator,
            space.penalty,
            self.momentum,
            space.q,
            space.weights,
            space.scale,
            state.v,
            state.before,
            state.step,
            state.t,
            count,
        )
        state.n_iter += done
        state.w = space.lift(state.v.copy())
        if rose and self.step_size is None:
            state.step *= 0.5
        elif rose:
            safe = 2.0 / largest_curvature(space, state.charge)
            state.verdict = f"diverged: the largest safe step_size is {safe:.3g}"


@kernel
def descent_steps(operator, penalty, momentum, q, weights, scale, v, before, step, t, count):
    """At most ``count`` steps in place: ``(steps, t, rose)``.

    ``rose``: a step without momentum raised the objective; it was taken back. The objective
    of an iterate costs nothing beyond its product with G, which the next step needs anyway.
    """
    p = v.size
    product = np.empty_like(v)
    before_product = np.empty_like(v)
    new = np.empty_like(v)
    new_product = np.empty_like(v)
    operator.product(v, product)
    operator.product(before, before_product)
    value, _ = objective(penalty, q, weights, v, product)
    for k in range(count):
        following = momentum.following(t)
        beta = (t - 1.0) / following
        for j in range(p):
            ahead = v[j] + beta * (v[j] - before[j])
            slope = product[j] + beta * (product[j] - before_product[j]) - q[j]
            slope += weights[j] * penalty.slope(ahead)
            new[j] = penalty.project_of(j, ahead - step * scale[j] * slope)
        operator.product(new, new_product)
        new_value, size = objective(penalty, q, weights, new, new_product)
        if not (size < np.inf and new_value <= value + 1e-13 * size):
            if t == 1.0:
                return k + 1, t, True
            t = 1.0
            continue
        t = following
        value = new_value
        for j in range(p):
            before[j] = v[j]
            before_product[j] = product[j]
            v[j] = new[j]
            product[j] = new_product[j]
    return count, t, False


@kernel
def objective(penalty, q, weights, v, product):
    """The objective without its constant, and the size of its terms, for rounding."""
    value = 0.0
    size = 0.0
    for j in range(v.size):
        quadratic = 0.5 * v[j] * product[j] + weights[j] * penalty.value(v[j])
        value += quadratic - q[j] * v[j]
        size += abs(quadratic) + abs(q[j] * v[j])
    return value, size


@dataclass(kw_only=True)
class ConjugateState(State):
    """``residual`` is minus the gradient at v, ``direction`` the last search direction."""

    space: Space
    charge: np.ndarray
    v: np.ndarray
    residual: np.ndarray
    direction: np.ndarray


@dataclass(frozen=True)
class ConjugateGradient(Solver):
    """Conjugate gradients (Hestenes and Stiefel 1952), preconditioned by the diagonal.

    At most as many steps as coordinates in exact arithmetic; the recurrence is started afresh
    from the true residual when it has run out of digits.
    """

    def accepts(self, problem: Problem) -> str:
        if problem.bounded:
            return (
                "it knows no bounds of coefficients. GradientDescent(Nesterov()) does for this "
                "penalty, WorkingSet(SweepsThenNewton()) for any."
            )
        return needs_quadratic(problem)

    def init(self, problem: Problem, w: np.ndarray) -> ConjugateState:
        space, charge = ridge_space(problem, w, scaled=True)
        v = w.copy() if space.scale.size == w.size else np.zeros_like(space.q)
        state = ConjugateState(w=w, space=space, charge=charge, v=v, residual=v, direction=v)
        restart(state)
        return state

    def advance(
        self, problem: Problem, state: ConjugateState, point: Point, known: Certificate, goal: Goal
    ) -> None:
        count = steps_ahead(state.n_iter, goal.iterations)
        space = state.space
        done = conjugate_steps.sized(space.operations(count), space.operator)(
            space.operator,
            state.charge,
            space.scale,
            state.v,
            state.residual,
            state.direction,
            count,
        )
        state.n_iter += max(done, 1)
        state.w = space.lift(state.v.copy())
        if done < count:
            restart(state)


def restart(state: ConjugateState) -> None:
    """Take the residual from its definition, the direction from it alone."""
    space = state.space
    state.residual = space.q - space.product(state.v) - state.charge * state.v
    state.direction = space.scale * state.residual


@kernel
def conjugate_steps(operator, charge, scale, v, residual, direction, count):
    """At most ``count`` steps in place; fewer once the residual is lost in rounding."""
    p = v.size
    product = np.empty_like(v)
    square = 0.0
    for j in range(p):
        square += scale[j] * residual[j] * residual[j]
    first = square
    for k in range(count):
        operator.product(direction, product)
        along = 0.0
        for j in range(p):
            product[j] += charge[j] * direction[j]
            along += direction[j] * product[j]
        if not along > 0.0 or square <= 1e-26 * first:
            return k
        step = square / along
        following = 0.0
        for j in range(p):
            v[j] += step * direction[j]
            residual[j] -= step * product[j]
            following += scale[j] * residual[j] * residual[j]
        for j in range(p):
            direction[j] = scale[j] * residual[j] + following / square * direction[j]
        square = following
    return count
