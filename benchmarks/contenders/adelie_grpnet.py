"""adelie: coordinate descent in C++, made for whole paths of group elastic nets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from benchmarks.contenders.base import PLENTY, Contender
from benchmarks.machine import threads


@dataclass(frozen=True)
class AdelieGrpnet(Contender):
    """``grpnet`` with groups of one, at one alpha or at many.

    ``tol`` bounds the square of a coefficient's change, weighted by its curvature, as a share of
    y's variance: a gap of 1e-8 takes far less, and the ladder goes on. Stopping early on the
    explained deviance is off: it would skip the alpha asked for.
    """

    name: str = "adelie"
    package: str = "adelie"
    module: str = "adelie"
    rank: int = 6
    follows_paths: bool = True

    def ladder(self, target):
        return tuple(10.0**-k for k in range(2, 29))

    def fit(self, X, y, alpha, knob):
        coefs, intercepts = self.path(X, y, np.array([alpha]), knob)
        return coefs[:, 0], float(intercepts[0])

    def path(self, X, y, alphas, knob):
        import adelie  # noqa: PLC0415

        design = (
            adelie.matrix.sparse(X, method="naive", n_threads=threads())
            if sparse.issparse(X)
            else X
        )
        state = adelie.grpnet(
            design,
            adelie.glm.gaussian(y, dtype=X.dtype.type),
            lmda_path=alphas,
            tol=knob,
            max_iters=PLENTY,
            early_exit=False,
            n_threads=threads(),
            progress_bar=False,
        )
        return state.betas.toarray().T, state.intercepts
