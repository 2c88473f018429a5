"""Normal data of a given truth."""

import numpy as np


def gaussian(n, p, truth, *, seed=0, correlation=None, noise=1.0):
    """Rows of a normal distribution and a sparse linear model."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p))
    if correlation is not None:
        X = X @ np.linalg.cholesky(correlation).T
    coef = np.zeros(p)
    coef[: len(truth)] = truth
    return X, X @ coef + noise * rng.standard_normal(n), coef
