"""The scaled Lasso: coefficients and the level of the noise at once."""

import numpy as np
import pytest
from scipy import stats

from gaussian_data import gaussian
from skl1.designs import make_design
from skl1.model_selection.scaled_lasso import penalty_level, scaled_lasso, standard_lasso


@pytest.mark.parametrize(("n", "p"), [(100, 1), (100, 10), (100, 200), (50, 10**6)])
def test_penalty_level(n, p):
    """It solves its equation and lies below the universal one."""
    level = penalty_level(n, p)
    L = level * np.sqrt(n / 2)
    assert p * stats.norm.sf(L) == pytest.approx(L**4 + 2 * L**2)
    assert level < np.sqrt(2 * np.log(max(p, 2)) / n)


def test_scaled_lasso_is_a_joint_minimum():
    """No move of the noise level or of the coefficients lowers the joint objective."""
    X, y, _ = gaussian(40, 60, [2.0, -1.0], seed=1)
    X *= np.linspace(0.1, 10.0, 60)
    task = standard_lasso(make_design(X, y), np.ones(60))
    level = penalty_level(40, 60)
    fit = scaled_lasso(task, level, tol=1e-12, max_iter=1000)
    assert fit.alpha == pytest.approx(level * fit.sigma, rel=1e-5)
    Xc, yc, sd = X - X.mean(axis=0), y - y.mean(), X.std(axis=0)

    def joint(w, sigma):
        r = yc - Xc @ w
        return r @ r / (80 * sigma) + sigma / 2 + level * (sd @ np.abs(w))

    w, best = fit.result.w, joint(fit.result.w, fit.sigma)
    rng = np.random.default_rng(0)
    for _ in range(200):
        step = rng.standard_normal(60) / sd * (rng.random(60) < 0.1)
        for size in (1e-2, 1e-4):
            moved = joint(w + size * step, fit.sigma * np.exp(size * rng.standard_normal()))
            assert moved >= best - 1e-10
