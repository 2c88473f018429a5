"""A path as a way to a start for its last alpha."""

import numpy as np
import pytest

from skl1.designs import make_design
from skl1.paths.solve import follow_path
from skl1.penalties import Lp
from skl1.problems.certificates import certify
from skl1.problems.problem import Problem
from solving import FAST, growing_task

pytestmark = pytest.mark.filterwarnings("error")


@pytest.mark.parametrize("p", [0.0, 0.5, 1.0])
def test_follow_path_starts_empty_and_ends_near_a_minimum(p):
    """A path leads from the empty model to a good start for its last alpha."""
    X, y = growing_task(p=40, support=5)
    problem = Problem(make_design(X, y), Lp(1.0, p), np.ones(40))
    top = problem.alpha_max
    w = follow_path(FAST, problem, top, 0.01 * top)
    last = problem.with_penalty(Lp(0.01 * top, p))
    assert certify(last, last.at(w)).error <= 1e-3
    assert set(np.flatnonzero(w)) >= set(range(5))
    assert not follow_path(FAST, problem, top, 2 * top).any()
    assert not follow_path(FAST, problem, top, 0.0).any()
