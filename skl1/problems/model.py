"""One model of a path."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np


class Model(NamedTuple):
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
    def of(cls, alpha: float, result: Any) -> Model:
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


def coefficients(models: list[Model], n_features: int) -> np.ndarray:
    """The coefficients of some models, one a row."""
    W = np.zeros((len(models), n_features))
    for w, model in zip(W, models, strict=True):
        w[model.features] = model.values
    return W
