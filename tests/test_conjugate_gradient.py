"""Conjugate gradients: they end within the rank, whatever the spectrum."""

import numpy as np
import pytest

from skl1.designs import make_design
from skl1.penalties import SquaredL2
from skl1.problems.problem import Problem
from skl1.solvers.gradient_descent import ConjugateGradient
from solving import FAST, run

pytestmark = pytest.mark.filterwarnings("error")


@pytest.mark.parametrize("rank", [1, 3, 6])
def test_conjugate_gradient_ends_within_the_rank(rank):
    """Conjugate gradients are exact after rank + a few steps; preconditioned, after p + a few."""
    rng = np.random.default_rng(20)
    for shape, most in [((12, 40), rank + 3), ((40, 12), 12 + 10)]:
        X = rng.normal(size=(shape[0], rank)) @ rng.normal(size=(rank, shape[1]))
        design = make_design(X, rng.normal(size=shape[0]))
        problem = Problem(design, SquaredL2(0.1), np.ones(shape[1]))
        result = run(ConjugateGradient(), problem, tol=1e-13, max_iter=100)
        assert result.model.converged
        assert result.model.n_iter <= most


def test_conjugate_gradient_of_full_rank():
    """With as many features as the rank there are at most that many steps, and a restart."""
    rng = np.random.default_rng(20)
    problem = Problem(
        make_design(rng.normal(size=(60, 9)), rng.normal(size=60)), SquaredL2(0.1), np.ones(9)
    )
    result = run(ConjugateGradient(), problem, tol=1e-13, max_iter=100)
    assert result.model.converged
    assert result.model.n_iter <= 10


def test_conjugate_gradient_on_a_bad_spectrum():
    """With a condition number of 1e10 the restarts still bring the gap down."""
    rng = np.random.default_rng(21)
    Q = np.linalg.qr(rng.normal(size=(60, 20)))[0]
    X = (Q * np.geomspace(1e-5, 1, 20)) @ np.linalg.qr(rng.normal(size=(20, 20)))[0]
    problem = Problem(make_design(X, Q.sum(axis=1)), SquaredL2(1e-10), np.ones(20))
    result = run(ConjugateGradient(), problem, tol=1e-8, max_iter=2000)
    assert result.model.converged
    best = run(FAST, problem, tol=1e-12)
    assert result.point.objective - best.point.objective <= result.model.error + 1e-15
