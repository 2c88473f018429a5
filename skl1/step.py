"""One model of a path."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from skl1.solvers.driver import Result


class Step(NamedTuple):
    """The solution at one alpha of a path; only its nonzero coefficients are kept."""

    alpha: float
    features: np.ndarray
    values: np.ndarray
    objective: float
    rr: float  #: twice the loss
    error: float  #: the duality gap, or the stationarity
    n_iter: int
    stop_reason: str
    converged: bool

    @classmethod
    def of(cls, alpha: float, result: Result) -> Step:
        """What remains of a run for this alpha."""
        features = np.flatnonzero(result.w)
        return cls(
            alpha=float(alpha),
            features=features,
            values=result.w[features],
            objective=result.point.objective,
            rr=result.point.rr,
            error=result.error,
            n_iter=result.n_iter,
            stop_reason=result.stop_reason,
            converged=result.converged,
        )


def coefficients(steps: list[Step], n_features: int) -> np.ndarray:
    """The coefficients of some steps, one a row."""
    W = np.zeros((len(steps), n_features))
    for w, step in zip(W, steps, strict=True):
        w[step.features] = step.values
    return W
