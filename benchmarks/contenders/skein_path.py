"""skein-glm: coordinate descent along paths, with the strong rule and acceleration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.utils import check_X_y

from benchmarks.contenders.base import PLENTY, Contender


@dataclass(frozen=True)
class SkeinPath(Contender):
    """``ElasticNetPathRegressor`` with its defaults; ``tol`` is a change of coefficients.

    It fits whatever it gets, NaN too: data are checked first, as every other estimator checks them.
    """

    name: str = "skein"
    package: str = "skein-glm"
    module: str = "skein_glm"
    rank: int = 12
    follows_paths: bool = True

    def fit(self, X, y, alpha, knob):
        coefs, intercepts = self.path(X, y, np.array([alpha]), knob)
        return coefs[:, 0], float(intercepts[0])

    def path(self, X, y, alphas, knob):
        from skein_glm import ElasticNetPathRegressor  # noqa: PLC0415

        X, y = check_X_y(X, y, accept_sparse="csc", y_numeric=True)
        model = ElasticNetPathRegressor(alpha=1.0, lambdas=alphas, tol=knob, max_iter=PLENTY)
        model.fit(X, y)
        return model.coefs_.T, model.intercepts_
