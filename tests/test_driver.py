"""The driver: it checks, notes, asks the callback, stops, and returns the best point."""

import numpy as np
import pytest

from contracts_solvers import make_task
from skl1.designs import DenseDesign
from skl1.penalties import SquaredL2
from skl1.problems.model import CONVERGED, EXHAUSTED, INTERRUPTED
from skl1.problems.problem import Problem
from skl1.solvers.driver import certified
from skl1.solvers.gradient_descent import ConjugateGradient
from skl1.solvers.minimise import minimise
from solving import CASES, FAST, every_solver, penalty_for, run

pytestmark = pytest.mark.filterwarnings("error")


def test_driver_starts_with_a_check():
    """A start that is optimal is returned as it is, as one iteration."""
    task = make_task(CASES[0], 10)
    best = run(FAST, task.problem)
    again = run(FAST, task.problem, best.w, tol=1e-9)
    assert again.model.n_iter == 1
    assert again.model.stop_reason == CONVERGED
    np.testing.assert_array_equal(again.w, best.w)


@every_solver
def test_history_and_iterations(solver):
    """Iterations never exceed max_iter; the history has a row per check, the last one last."""
    case = next(c for c in CASES if type(c.penalty) is type(penalty_for(solver)))
    for limit in (1, 7, 25):
        task = make_task(case, 11, n=30, p=20, share=0.001)
        result = run(solver.solver, task.problem, tol=0.0, max_iter=limit, record=True)
        assert 1 <= result.model.n_iter <= limit
        history = result.history
        assert len({len(column) for column in history.values()}) == 1
        assert history["iteration"][-1] == result.model.n_iter
        assert history["objective"][-1] == result.point.objective
        assert history["gap"][-1] == result.model.error
        assert history["nonzeros"][-1] == np.count_nonzero(result.w)
        assert np.all(np.diff(history["iteration"]) > 0)
        assert np.all(np.diff(history["seconds"]) >= 0)
        assert (result.model.stop_reason == EXHAUSTED) == (not result.model.converged)


@every_solver
def test_callback_stops(solver):
    """A true result of the callback ends the run, and says so."""
    case = next(c for c in CASES if type(c.penalty) is type(penalty_for(solver)))
    task = make_task(case, 12, n=30, p=20, share=0.001)
    seen = []

    def callback(w):
        seen.append(w.copy())
        return True

    result = run(solver.solver, task.problem, tol=0.0, max_iter=1000, callback=callback)
    assert seen
    if not result.model.converged:
        assert result.model.stop_reason == INTERRUPTED
    np.testing.assert_equal(seen[-1], result.w)


def test_certified_uses_the_bound_found_on_the_way():
    """Rounded coefficients get a gap of their own, from the best bound known."""
    task = make_task(CASES[0], 13)
    result = run(FAST, task.problem)
    rounded = result.w.astype(np.float32).astype(float)
    single = certified(task.problem, result, rounded)
    assert single.point.objective == pytest.approx(task.objective(rounded), rel=1e-13)
    assert single.model.converged
    excess = task.objective(rounded) - task.objective(result.w)
    assert excess - 1e-14 <= single.model.error <= 1e-6 * task.problem.null.objective
    far = certified(task.problem, result, result.w + 1.0)
    assert not far.model.converged


def test_a_run_that_goes_astray_returns_its_best_point():
    """Columns of units too far apart for conjugate gradients, whose last step may be anywhere."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(20, 30)) * np.array([1e-8, 1e8, 1.0])[np.arange(30) % 3]
    y = rng.normal(size=20)
    problem = Problem(DenseDesign(X, y, None, True), SquaredL2(1e-8), np.ones(30))
    w = problem.null.w
    result = minimise(ConjugateGradient(), problem, w, tol=1e-8, max_iter=500)
    assert result.point.objective <= problem.null.objective
    assert result.point.objective == problem.at(result.w).objective
    assert result.model.converged == (result.model.error <= result.target)
