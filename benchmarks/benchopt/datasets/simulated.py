"""Correlated columns and a sparse truth."""

import numpy as np
from benchopt import BaseDataset
from scipy import signal


class Dataset(BaseDataset):
    """Neighbouring columns correlate by ``correlation``; one in twenty coefficients matters."""

    name = "simulated"
    parameters = {  # noqa: RUF012 (benchopt reads class attributes)
        "n, p": [(200, 10_000), (500, 2000), (10_000, 100)],
        "correlation": [0.5],
    }
    test_parameters = {"n, p": [(50, 80)]}  # noqa: RUF012

    def get_data(self):
        rng = np.random.default_rng(0)
        noise = rng.standard_normal((self.n, self.p))
        fresh = np.sqrt(1.0 - self.correlation**2)
        noise[:, 0] /= fresh
        X = np.ascontiguousarray(signal.lfilter([fresh], [1.0, -self.correlation], noise, axis=1))
        places = rng.choice(self.p, max(min(self.n, self.p) // 20, 1), replace=False)
        pure = X[:, places] @ rng.choice([-1.0, 1.0], places.size)
        return {"X": X, "y": pure + 0.5 * pure.std() * rng.standard_normal(self.n)}
