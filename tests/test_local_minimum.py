"""The second-order test of a local minimum."""

import numpy as np
import pytest

from nonconvex_data import correlated, models
from skl1.designs import make_design
from skl1.penalties import MCP, Lp
from skl1.problems.local_minimum import is_local_minimum
from skl1.problems.problem import Problem

pytestmark = pytest.mark.filterwarnings("error")


@models
def test_the_test_of_a_local_minimum(model):
    """True at a minimum; not beside it, and not at a saddle that coordinates do not see."""
    X, y = correlated(0)
    model.fit(X, y)
    problem = model.pose(X, y)[1]
    assert is_local_minimum(problem, problem.at(model.coef_), 1e-6)
    assert not is_local_minimum(problem, problem.at(model.coef_ * 1.01), 1e-6)


def test_a_saddle_is_no_local_minimum():
    """Two nearly equal columns: at equal coefficients a concave penalty is at a ridge between."""
    rng = np.random.default_rng(0)
    a, b = np.linalg.qr(rng.standard_normal((50, 2)))[0].T * np.sqrt(50)
    X = np.c_[a + 0.1 * b, a - 0.1 * b]
    y = 3.0 * a
    problem = Problem(make_design(X, y, None, False), Lp(0.5, 0.5), np.ones(2))
    size = np.linspace(0.1, 3.0, 20_001)
    values = 0.5 * (3.0 - 2.0 * size) ** 2 + 2.0 * 0.5 * np.sqrt(size)
    middle = size[np.argmin(np.where(size > 0.5, values, np.inf))]
    for _ in range(50):  # Newton's method on the diagonal
        slope = -2.0 * (3.0 - 2.0 * middle) + 0.5 / np.sqrt(middle)
        middle -= slope / (4.0 - 0.25 * middle**-1.5)
    w = np.array([middle, middle])
    point = problem.at(w)
    np.testing.assert_allclose(point.z, 0.25 / np.sqrt(middle), rtol=1e-9)
    assert not is_local_minimum(problem, point, 1e-8)


def test_a_slope_at_zero_has_to_be_beaten_strictly():
    """MCP: a correlation beyond alpha pulls a coefficient off zero, one within does not."""
    rng = np.random.default_rng(0)
    Q = np.linalg.qr(rng.standard_normal((50, 2)))[0] * np.sqrt(50)
    y = Q @ [3.0, 0.5]
    design = make_design(Q, y, None, False)
    w = np.array([3.0, 0.0])
    for alpha, expected in [(0.6, True), (0.4, False)]:
        problem = Problem(design, MCP(alpha, 3.0), np.ones(2))
        assert is_local_minimum(problem, problem.at(w), 1e-8) == expected
