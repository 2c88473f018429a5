"""A case that coordinate descent alone does not solve.

200 rows, 1000 columns with the correlation ``0.95^|i-j|``, 25 coefficients of 1, no noise: a test
of the R package L0Learn (Hazimeh and Mazumder 2020). A method succeeds if the exact support is
among its models.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from benchmarks import options
from skl1 import lasso_path, lp_path, subset_path

N, P, K, RHO, SEEDS = 200, 1000, 25, 0.95, 20


def data(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """X, y and the support."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((N, P))
    for j in range(1, P):
        X[:, j] = RHO * X[:, j - 1] + np.sqrt(1.0 - RHO**2) * X[:, j]
    truth = np.zeros(P, dtype=bool)
    truth[:: P // K] = True
    return X, X @ truth.astype(float), truth


METHODS: dict[str, Callable] = {
    "Lasso": lasso_path,
    "l_0, sweeps": partial(lp_path, p=0.0, local_search=None),
    "l_0, exchanges": partial(lp_path, p=0.0, n_alphas=50),
    "l_1/2, sweeps": partial(lp_path, p=0.5, local_search=None),
    "l_1/2, exchanges": partial(lp_path, p=0.5, n_alphas=50),
    "best subset of 25": partial(subset_path, k=K),
}


def main(arguments: list[str] | None = None) -> None:
    """Count the seeds on which each method finds the support."""
    parser = options.bare(__name__, __doc__)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    seeds = parser.parse_args(arguments).seeds
    hits = dict.fromkeys(METHODS, 0)
    for seed in range(seeds):
        X, y, truth = data(seed)
        for name, method in METHODS.items():
            coefs = method(X, y)[1]
            hits[name] += bool(((coefs != 0.0) == truth[:, None]).all(axis=0).any())
    for name, count in hits.items():
        print(f"{name:20s} {count} of {seeds}")
