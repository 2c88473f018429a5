"""Examples of every solver, with what it accepts, and small problems to solve."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass

import numpy as np
from scipy import sparse

from contracts import PenaltyCase, examples_of
from contracts_designs import Reference
from skl1.designs import DenseDesign, SparseDesign
from skl1.penalties import Penalty, SquaredL2
from skl1.problems.problem import Problem
from skl1.problems.smooth import SmoothProblem
from skl1.solvers.base import Solver
from skl1.solvers.first_order import Nesterov, Still
from skl1.solvers.gradient_descent import ConjugateGradient, GradientDescent
from skl1.solvers.inner import Sweeps, SweepsThenNewton
from skl1.solvers.prox_newton import ProxNewton
from skl1.solvers.proximal_gradient import ProximalGradient
from skl1.solvers.subgradient import Crossing, SubgradientDescent, Truncated
from skl1.solvers.working_set import WorkingSet


@dataclass(frozen=True)
class SolverCase:
    """A solver, the problems it accepts, and how near to the optimum it is to come."""

    name: str
    solver: Solver
    accepts: Callable[[Penalty], bool]
    tol: float = 1e-10
    max_iter: int = 3000
    monotone: bool = False

    def __str__(self):
        return self.name


def _any(penalty):
    return True


def _convex(penalty):
    return penalty.convex


def _ridge(penalty):
    return isinstance(penalty, SquaredL2)


def _signed_ridge(penalty):
    return isinstance(getattr(penalty, "inner", penalty), SquaredL2)


def _subgradient(rule, length, tol, landing=None, averaging=False):
    solver = SubgradientDescent(rule, length, landing or Truncated(), averaging)
    return SolverCase(
        f"subgradient {rule}{' averaged' if averaging else ''} {type(solver.landing).__name__}",
        solver,
        _convex,
        tol,
        max_iter=600,
        monotone=not averaging,
    )


#: Solvers with the accuracy they reach on small, well conditioned problems.
SOLVERS: dict[type, list[SolverCase]] = {
    WorkingSet: [
        SolverCase("newton", WorkingSet(SweepsThenNewton()), _any, 1e-12, 100, True),
        SolverCase("sweeps", WorkingSet(Sweeps(), count_sweeps=True), _any, monotone=True),
    ],
    ProxNewton: [SolverCase("prox newton", ProxNewton(), _any, 1e-12, 100, True)],
    ProximalGradient: [
        SolverCase("ista", ProximalGradient(Still()), _convex, monotone=True),
        SolverCase("fista", ProximalGradient(Nesterov()), _convex),
    ],
    GradientDescent: [
        SolverCase("gradient", GradientDescent(Still()), _signed_ridge, monotone=True),
        SolverCase("nesterov", GradientDescent(Nesterov()), _signed_ridge),
    ],
    ConjugateGradient: [SolverCase("conjugate", ConjugateGradient(), _ridge)],
    SubgradientDescent: [
        _subgradient("polyak", 1.0, 1e-3),
        _subgradient("constant", 1.0, 1e-1),
        _subgradient("sqrt", 1.0, 1e-1),
        _subgradient("normalized", 1.0, 1e-1),
        _subgradient("polyak", 1.0, 1e-2, Crossing()),
        _subgradient("sqrt", 1.0, 1e-1, averaging=True),
    ],
}


def posed_for(solver, problem):
    """The problem as the solver wants it: some take squares for one of many losses."""
    if not isinstance(solver, ProxNewton):
        return problem
    lower, upper = problem.bounds
    weights = np.where(problem.included, problem.weights, np.inf)
    return SmoothProblem(problem.design, problem.penalty, weights, lower=lower, upper=upper)


def solver_cases():
    """Every solver, with what it accepts."""
    return examples_of(Solver, SOLVERS)


def parts_in_use(base):
    """The classes below base that the solver examples are made of."""
    solvers = [case.solver for case in solver_cases()]
    held = [
        getattr(solver, field.name)
        for solver in solvers
        if is_dataclass(solver)
        for field in fields(solver)
    ]
    return {type(part) for part in held if isinstance(part, base)}


@dataclass(frozen=True)
class Task:
    """A small problem with everything a test may want to compare it with."""

    problem: Problem
    reference: Reference
    case: PenaltyCase
    penalty_weights: np.ndarray

    def objective(self, w):
        """F(w), computed without skl1."""
        return self.reference.objective(self.case, self.penalty_weights, w)


def make_task(
    case,
    seed,
    *,
    n=25,
    p=6,
    storage=np.array,
    sample_weight=False,
    fit_intercept=True,
    penalty_weights=None,
    share=0.2,
    X=None,
    noise=0.3,
):
    """A random problem with alpha at a share of alpha_max (or of 1, where that is infinite)."""
    rng = np.random.default_rng(seed)
    if X is None:
        X = rng.normal(size=(n, p)) + 0.5 * rng.normal(size=(n, 1)) + rng.normal(size=p)
        X[rng.random(size=X.shape) < 0.3] = 0.0
    n, p = X.shape
    truth = rng.normal(size=p) * (rng.random(p) < 0.6)
    y = X @ truth + noise * rng.normal(size=n) + 2.0
    s = None
    if sample_weight:
        s = rng.random(n)
        s[rng.random(n) < 0.2] = 0.0
        s[0] = 1.0
    u = np.ones(p)
    if penalty_weights == "mixed":
        u = rng.uniform(0.3, 2.0, size=p)
        u[0], u[-1] = 0.0, np.inf
    elif penalty_weights is not None:
        u = np.asarray(penalty_weights, dtype=float)
    stored = storage(X)
    kind = SparseDesign if sparse.issparse(stored) else DenseDesign
    design = kind(stored, y, s, fit_intercept)
    top = Problem(design, case.with_alpha(1.0), u).alpha_max
    alpha = share * (top if np.isfinite(top) and top > 0.0 else 1.0)
    name = type(case.penalty).__name__
    made = case.at_alpha(alpha)
    assert made.penalty.convex == case.penalty.convex, name
    problem = Problem(design, made.penalty, u)
    return Task(problem, Reference(stored, y, s, fit_intercept), made, u)
