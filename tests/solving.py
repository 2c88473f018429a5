"""What the tests of solvers share: how they are run, and on what."""

import numpy as np
import pytest
from scipy import sparse

from contracts import penalty_cases
from contracts_solvers import make_task, posed_for, solver_cases
from skl1.designs import make_design
from skl1.penalties import L1, SquaredL2
from skl1.problems.problem import Problem
from skl1.solvers.block import ColumnBlock, GramBlock
from skl1.solvers.gram_store import GramStore
from skl1.solvers.inner import Sweeps, SweepsThenNewton
from skl1.solvers.minimise import minimise
from skl1.solvers.working_set import WorkingSet

CASES = [case for case in penalty_cases() if "(0.0" not in str(case)]
SOLVERS = solver_cases()
FAST = WorkingSet(SweepsThenNewton())
PLAIN = WorkingSet(Sweeps(), count_sweeps=True)
every_solver = pytest.mark.parametrize("solver", SOLVERS, ids=str)


def run(solver, problem, w=None, tol=1e-12, max_iter=2000, **options):
    w = np.zeros(problem.design.n_features) if w is None else w
    return minimise(solver, posed_for(solver, problem), w, tol=tol, max_iter=max_iter, **options)


def penalty_for(solver):
    """A penalty that the solver accepts: L1 if it can."""
    return next(p for p in (L1(1.0), SquaredL2(1.0)) if solver.accepts(p))


def growing_task(seed=24, p=None, support=30):
    """More features than FULL_GRAM, with a support that the first set cannot hold."""
    rng = np.random.default_rng(seed)
    p = p or 800
    X = rng.normal(size=(120, p))
    w = np.zeros(p)
    w[:support] = rng.choice([-1.0, 1.0], size=support)
    return X, X @ w + 0.1 * rng.normal(size=120)


def both_blocks(case, seed):
    """The same subproblem from a Gram matrix and from columns: ``(task, w, blocks)``."""
    task = make_task(case, seed, n=20, p=8, share=0.1)
    rng = np.random.default_rng(seed)
    w = rng.normal(size=8) * (rng.random(8) < 0.7)
    w = np.abs(w) if case.one_sided else w
    dense = task.problem
    stored = make_design(sparse.csc_array(dense.design.X), dense.design.y + dense.design.y_mean)
    problem = Problem(stored, dense.penalty, dense.weights)
    point = problem.at(w)
    features = np.array([0, 1, 3, 4, 6, 7])
    w[[2, 5]] = 0.0
    point = problem.at(w)
    store = GramStore(8, np.float64)
    store.extend(problem.design, features)
    return task, w, [GramBlock(problem, store, point), ColumnBlock(problem, features, point)]
