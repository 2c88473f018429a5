"""What the tests of nonconvex penalties share: models, data, every subset."""

import itertools

import numpy as np
import pytest

import skl1
from common import ESTIMATORS, label
from skl1.estimators.nonconvex import NonconvexRegressor

KIN = [cls for cls in ESTIMATORS if issubclass(cls, NonconvexRegressor)]
MODELS = [
    skl1.NonconvexLpRegressor(0.3, p=0.0),
    skl1.NonconvexLpRegressor(0.3, p=0.5),
    skl1.NonconvexLpRegressor(0.3, p=0.8),
    skl1.NonconvexLpRegressor(0.3, p=0.5, l2=0.1),
    skl1.MCPRegressor(0.5, gamma=2.0),
    skl1.SCADRegressor(0.5, gamma=3.0),
    skl1.LogSumRegressor(0.5, epsilon=0.5),
]
models = pytest.mark.parametrize("model", MODELS, ids=label)


def correlated(seed, n=30, p=8, rho=0.7, noise=1.0):
    """Correlated columns, a sparse truth."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p))
    for j in range(1, p):
        X[:, j] = rho * X[:, j - 1] + np.sqrt(1 - rho**2) * X[:, j]
    w = np.where(rng.random(p) < 0.4, rng.choice([-1.0, 1.0], p) * rng.uniform(0.5, 2.0, p), 0.0)
    return X, X @ w + noise * rng.standard_normal(n) + 1.0


def every_subset(p, most=None):
    """All supports of at most so many features."""
    sizes = range((p if most is None else most) + 1)
    return itertools.chain.from_iterable(itertools.combinations(range(p), k) for k in sizes)
