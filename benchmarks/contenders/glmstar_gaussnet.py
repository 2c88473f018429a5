"""glmstar: glmnet's own C++ code behind scikit-learn's interface."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.contenders.base import PLENTY, THRESHOLDS, Contender
from benchmarks.machine import versions


@dataclass(frozen=True)
class GlmstarGaussnet(Contender):
    """``GaussNet``, which takes a path; it must not stop early, at the deviance explained.

    ``thresh`` is that of glmnet. There is another package whose module has the same name.
    """

    name: str = "glmstar"
    package: str = "glmstar"
    module: str = "glmnet"
    rank: int = 10
    follows_paths: bool = True

    def missing(self) -> str:
        return "" if self.package in versions([self.package]) else "glmstar is not installed"

    def ladder(self, target):
        return THRESHOLDS

    def fit(self, X, y, alpha, knob):
        coefs, intercepts = self.path(X, y, np.array([alpha]), knob)
        return coefs[:, 0], float(intercepts[0])

    def path(self, X, y, alphas, knob):
        from glmnet import GaussNet  # noqa: PLC0415
        from glmnet.paths.fastnet import FastNetControl  # noqa: PLC0415

        control = FastNetControl(thresh=knob, maxit=PLENTY, fdev=0.0, devmax=1.0)
        model = GaussNet(lambda_values=alphas, standardize=False, control=control).fit(X, y)
        return np.asarray(model.coefs_).T, np.asarray(model.intercepts_)
