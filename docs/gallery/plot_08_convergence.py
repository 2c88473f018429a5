"""
Five ways down
==============

The duality gap bounds how far the objective is above its minimum. Subgradient steps of the
textbook kind are slow for good; ISTA and FISTA converge once they have found the support;
coordinate descent is faster, and the working set with Newton's method needs a handful of rounds.
Seconds are of a single run on a small problem: see the benchmarks for more.
"""

import numpy as np

from skl1 import ProximalLasso, SubgradientLasso
from skl1.displays import ConvergenceDisplay

rng = np.random.default_rng(0)
X = rng.standard_normal((200, 400)) + rng.standard_normal((200, 1))
y = X[:, :10].sum(axis=1) + rng.standard_normal(200)
alpha = 0.1 * np.abs((X - X.mean(axis=0)).T @ (y - y.mean())).max() / 200

options = {"tol": 1e-10, "max_iter": 3000}
ConvergenceDisplay.from_estimators(
    {
        "working set, Newton": ProximalLasso(alpha, **options),
        "coordinate descent": ProximalLasso(alpha, solver="coordinate_descent", **options),
        "FISTA": ProximalLasso(alpha, solver="fista", **options),
        "ISTA": ProximalLasso(alpha, solver="ista", **options),
        "subgradient": SubgradientLasso(alpha, truncate=False, **options),
    },
    X,
    y,
)
