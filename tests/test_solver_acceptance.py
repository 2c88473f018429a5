"""Which problems each solver solves: it reaches the optimum, or says in words why it does not."""

import numpy as np
import pytest

from contracts import penalty_cases
from contracts_solvers import make_task, posed_for, solver_cases
from skl1.losses import Huber
from skl1.penalties import L1, ElasticNet, NonNegative, Ridged, SquaredL2
from skl1.problems.model import CONVERGED, PRECISION
from skl1.problems.smooth import SmoothProblem
from skl1.solvers.first_order import Nesterov
from skl1.solvers.gradient_descent import ConjugateGradient, GradientDescent
from skl1.solvers.inner import SweepsThenNewton
from skl1.solvers.minimise import minimise
from skl1.solvers.working_set import WorkingSet

pytestmark = pytest.mark.filterwarnings("error")

CASES = [case for case in penalty_cases() if "(0.0" not in str(case)]
SOLVERS = solver_cases()
BEST = WorkingSet(SweepsThenNewton())


@pytest.mark.parametrize("case", CASES, ids=str)
@pytest.mark.parametrize("solver", SOLVERS, ids=str)
def test_each_problem_is_solved_or_refused(solver, case):
    """Every solver with every penalty, with a sign constraint and without."""
    task = make_task(case, 8, share=0.3)
    plain, start = task.problem, np.zeros(6)
    problem = posed_for(solver.solver, plain)
    refusal = solver.solver.accepts(problem)
    assert (refusal == "") == solver.accepts(case.penalty)
    limits = {"tol": solver.tol, "max_iter": solver.max_iter}
    if refusal:
        with pytest.raises(
            ValueError, match=f"{type(solver.solver).__name__} cannot solve"
        ) as told:
            minimise(solver.solver, problem, start, **limits)
        assert refusal in str(told.value)
        assert "WorkingSet(SweepsThenNewton())" in refusal
        return
    run = minimise(solver.solver, problem, start, **limits)
    assert run.model.stop_reason in {CONVERGED, PRECISION}
    found = task.objective(run.w)
    if case.penalty.convex:
        best = minimise(BEST, plain, start, tol=1e-13, max_iter=200)
        most = run.model.error + 1e-12 * float(task.reference.energy)
        assert found <= task.objective(best.w) + most
        return
    for j in range(6):
        for value in [0.0, *np.linspace(-3, 3, 61), *(run.w[j] * np.array([0.99, 1.01]))]:
            other = run.w.copy()
            other[j] = abs(value) if case.one_sided else value
            assert task.objective(other) >= found - 1e-9


@pytest.mark.parametrize(
    ("penalty", "gradient", "conjugate"),
    [
        (SquaredL2(0.3), True, True),
        (Ridged(L1(0.0), 0.3), True, True),
        (Ridged(SquaredL2(0.1), 0.2), True, True),
        (ElasticNet(0.3, 0.0), True, True),
        (NonNegative(SquaredL2(0.3)), True, False),
        (Ridged(NonNegative(SquaredL2(0.3)), 0.1), True, False),
        (L1(0.3), False, False),
    ],
    ids=str,
)
@pytest.mark.parametrize(("n", "p"), [(30, 6), (6, 30)])
def test_acceptance_goes_by_properties(penalty, gradient, conjugate, n, p):
    """Whatever is a multiple of w^2 will do, under any name: also where p > n."""
    rng = np.random.default_rng(9)
    X, case = rng.normal(size=(n, p)), CASES[0]
    problem = make_task(case, 9, X=X).problem.with_penalty(penalty)
    assert problem.bounded == penalty.bounded
    best = None
    for solver, accepted in (
        (GradientDescent(Nesterov()), gradient),
        (ConjugateGradient(), conjugate),
    ):
        assert (solver.accepts(problem) == "") == accepted
        if accepted and (n > p or penalty.constant_curvature):
            best = best or minimise(BEST, problem, np.zeros(p), tol=1e-12, max_iter=500)
            run = minimise(solver, problem, np.zeros(p), tol=1e-9, max_iter=5000)
            assert run.model.converged
            assert run.point.objective <= best.point.objective + run.model.error + 1e-12


@pytest.mark.parametrize("solver", SOLVERS, ids=str)
def test_a_problem_of_another_loss_goes_to_its_solver(solver):
    """And one of squares to theirs; a solver that is given the wrong one says which it wants."""
    plain = make_task(CASES[0], 8).problem
    smooth = SmoothProblem(plain.design, plain.penalty, plain.weights, loss=Huber(1.0))
    wrong = plain if solver.solver.any_loss else smooth
    with pytest.raises(ValueError, match=r"Use (ProxNewton|WorkingSet)\("):
        minimise(solver.solver, wrong, np.zeros(6), tol=1e-6, max_iter=10)
