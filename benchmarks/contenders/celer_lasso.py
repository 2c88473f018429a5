"""celer: working sets, dual extrapolation, coordinate descent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from benchmarks.contenders.base import Contender, means


@dataclass(frozen=True)
class CelerLasso(Contender):
    """The defaults (pruning too), with more rounds. ``tol`` is a gap as a share of ``||y||^2``."""

    name: str = "celer"
    package: str = "celer"
    module: str = "celer"
    rank: int = 3
    follows_paths: bool = True

    def fit(self, X, y, alpha, knob):
        from celer import Lasso  # noqa: PLC0415

        # Epochs are per round: at the default of 50000 a round that stalls ends at some time,
        # and the next working set gets its chance.
        model = Lasso(alpha, tol=knob, max_iter=1000).fit(X, y)
        return model.coef_, model.intercept_

    def path(self, X, y, alphas, knob):
        """``celer_path``, pruning as the class does; it fits no intercept, see scikit-learn's."""
        from celer import celer_path  # noqa: PLC0415

        x_mean, y_mean = means(X, y)
        settings = {"alphas": alphas, "tol": knob, "max_iter": 1000, "prune": 1}
        if sparse.issparse(X):
            settings |= {"X_offset": x_mean, "X_scale": np.ones_like(x_mean)}
        else:
            X = np.asfortranarray(X - x_mean)
        coefs = celer_path(X, y - y_mean, "lasso", **settings)[1]
        return coefs, y_mean - x_mean @ coefs
