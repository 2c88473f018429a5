"""The subgradient method: what it truncates, averages and returns."""

import numpy as np
import pytest

from skl1.designs import make_design
from skl1.penalties import L1
from skl1.problems.problem import Problem
from skl1.solvers.first_order import feature_space, largest_curvature
from skl1.solvers.subgradient import Crossing, SubgradientDescent, Truncated, suffix
from solving import run

pytestmark = pytest.mark.filterwarnings("error")


@pytest.mark.parametrize("rule", ["polyak", "constant", "sqrt", "normalized"])
@pytest.mark.parametrize("truncate", [True, False])
def test_truncation_gives_exact_zeros(rule, truncate):
    """Stopping at zero makes the model sparse; crossing never does, and is counted."""
    rng = np.random.default_rng(22)
    X = rng.normal(size=(40, 10))
    y = X[:, 0] * 3 + 0.1 * rng.normal(size=40)
    problem = Problem(make_design(X, y), L1(0.5), np.ones(10))
    solver = SubgradientDescent(rule, 1.0, Truncated() if truncate else Crossing(), False)
    # Without truncation a start off zero stays off zero.
    start = rng.normal(size=10)
    result = run(solver, problem, start, tol=0.0, max_iter=300, record=True)
    crossings = result.history["crossings"]
    if truncate:
        assert np.count_nonzero(result.w) <= 3
    else:
        assert np.count_nonzero(result.w) == 10
        assert crossings[-1] > 0


def test_truncated_coefficient_leaves_zero_again():
    """A coefficient that stopped at zero leaves it if the data pull harder than alpha."""
    X = np.array([[1.0, 0.9], [0.0, 1.0], [1.0, 0.0], [0.5, 0.5]])
    y = X @ [1.0, 2.0]
    problem = Problem(make_design(X, y, None, False), L1(0.001), np.ones(2))
    solver = SubgradientDescent("polyak", 1.0, Truncated(), False)
    result = run(solver, problem, np.array([-0.1, -0.1]), tol=1e-4, max_iter=5000)
    assert result.model.converged
    assert np.all(result.w > 0.5)


def test_subgradient_returns_the_best_iterate():
    """The returned objective never rises and is never above the start's."""
    for seed in range(5):
        rng = np.random.default_rng(seed)
        X, y = rng.normal(size=(30, 8)), rng.normal(size=30)
        problem = Problem(make_design(X, y), L1(0.1), np.ones(8))
        for rule in ("polyak", "constant", "sqrt", "normalized"):
            solver = SubgradientDescent(rule, 30.0, Crossing(), False)
            start = rng.normal(size=8)
            result = run(solver, problem, start, tol=0.0, max_iter=200, record=True)
            assert np.all(np.diff(result.history["objective"]) <= 1e-14)
            assert np.isfinite(result.w).all()


def test_suffix_average_is_the_mean_of_the_last_iterates():
    """The average covers the iterates since the last power of two, in any split into steps."""
    rng = np.random.default_rng(23)
    X, y = rng.normal(size=(30, 3)), rng.normal(size=30)
    problem = Problem(make_design(X, y), L1(0.1), np.ones(3))
    every = np.arange(3)
    G, q = problem.design.gram(every, every), problem.design.correlation
    solver = SubgradientDescent("sqrt", 1.0, Crossing(), True)
    scale = 1 / problem.design.norms
    natural = 1 / largest_curvature(feature_space(problem, scale))
    x, path = np.zeros(3), []
    for k in range(1, 41):
        g = [problem.penalty.descent(x[j], (G @ x - q)[j], 1.0) for j in range(3)]
        x = x - natural / np.sqrt(k) * scale * g
        path.append(x)
    for count in (10, 23, 40):
        result = run(solver, problem, tol=0.0, max_iter=count)
        mean = np.mean(path[count - suffix(count) : count], axis=0)
        np.testing.assert_allclose(result.w, mean, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("n_iter", [16, 100, 128, 1000, 1024])
def test_suffix_is_a_large_share(n_iter):
    """The average is over the last half of the iterations or more, as is promised."""
    assert suffix(n_iter) >= n_iter // 2
