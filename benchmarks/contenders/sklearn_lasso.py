"""scikit-learn's Lasso: cyclic coordinate descent with gap-safe screening."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from benchmarks.contenders.base import PLENTY, Contender, means


@dataclass(frozen=True)
class SklearnLasso(Contender):
    """The defaults. ``tol`` is a gap as a share of ``||y||^2``, the centred y's."""

    name: str = "sklearn"
    package: str = "scikit-learn"
    module: str = "sklearn"
    rank: int = 1
    follows_paths: bool = True

    def fit(self, X, y, alpha, knob):
        from sklearn.linear_model import Lasso  # noqa: PLC0415

        model = Lasso(alpha, tol=knob, max_iter=PLENTY).fit(X, y)
        return model.coef_, model.intercept_

    def path(self, X, y, alphas, knob):
        """``lasso_path``, whose ``precompute="auto"`` forms the Gram matrix if n > p.

        It fits no intercept. Dense data are centred, which counts; of sparse X it takes the means.
        """
        from sklearn.linear_model import lasso_path  # noqa: PLC0415

        x_mean, y_mean = means(X, y)
        settings = {"alphas": alphas, "tol": knob, "max_iter": PLENTY}
        if sparse.issparse(X):
            settings |= {"X_offset": x_mean, "X_scale": np.ones_like(x_mean)}
        else:
            X = np.asfortranarray(X - x_mean)
        coefs = lasso_path(X, y - y_mean, **settings)[1]
        return coefs, y_mean - x_mean @ coefs
