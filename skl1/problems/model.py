"""One solved problem as a record, whoever has solved it: a fit, a path, a fold, a search."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from skl1.problems.point import Point

#: The reasons for which a run may end.
CONVERGED = "tolerance reached"
PRECISION = "numerical precision"
EXHAUSTED = "max_iter reached"
INTERRUPTED = "stopped by a callback"


class Model(NamedTuple):
    """The solution of a problem, and how good it is. Only nonzero coefficients are kept."""

    alpha: float
    features: np.ndarray  #: in use
    values: np.ndarray  #: their coefficients
    objective: float
    loss: float
    error: float  #: the duality gap, or the stationarity
    bound: float  #: the objective of no coefficients is smaller; -inf where nothing is known
    n_iter: int
    stop_reason: str
    converged: bool

    @classmethod
    def of(cls, alpha, point: Point, error, bound, n_iter, stop_reason, converged) -> Model:
        """The model at a point."""
        features = point.w.nonzero()[0]
        known = point.objective, point.loss, error, bound, n_iter, stop_reason, converged
        return cls(alpha, features, point.w[features], *known)

    @property
    def first(self) -> Model:
        """What a fit of this model begins with: itself, or the first of its two stages."""
        return self

    def at(self, point: Point, **known) -> Model:
        """The same of another point."""
        known = {"n_iter": self.n_iter, "stop_reason": self.stop_reason, **known}
        return Model.of(self.alpha, point, **known)


def coefficients(models: list[Model], n_features: int) -> np.ndarray:
    """The coefficients of some models, one a row."""
    W = np.zeros((len(models), n_features))
    for w, model in zip(W, models, strict=True):
        w[model.features] = model.values
    return W
