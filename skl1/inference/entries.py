"""Which features enter the path of a half of the data first, and how its models ended."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from skl1.problems.model import CONVERGED, Model
from skl1.problems.problem import Problem


class Entries:
    """The features of a half that enter its path first; of several paths, that of any of them.

    Attributes
    ----------
    chosen : boolean ndarray of shape (n_features,)
        Them.
    n_iter : int
        The most iterations that an alpha took.
    failure : str
        Why the first model that did not converge ended; empty if all did.
    error : float
        The largest gap of a model that did not converge, as a share of the null objective.
    exact : bool
        Whether all models met the tolerance, and not just what rounding allows.
    """

    def __init__(self, problems: Sequence[Problem], wanted: int):
        first = problems[0]
        self.penalised = first.included & ~first.free
        self.lengths = first.design.lengths
        self.nulls = [each.null.objective for each in problems]
        self.wanted = min(wanted, int(self.penalised.sum()))
        self.chosen = np.zeros(self.penalised.size, dtype=bool)
        self.n_iter, self.failure, self.error, self.exact = 1, "", 0.0, True
        self._count = self._seen = 0

    def enough(self, models: list[Model]) -> bool:
        """Take in the models that are new, until as many features as are wanted have entered."""
        for model in models[self._seen :]:
            if self._count >= self.wanted:
                break
            self.add([model])
        self._seen = len(models)
        return self._count >= self.wanted

    def add(self, models: Sequence[Model]) -> bool:
        """Take in the models of one alpha, one for each path; whether that is enough."""
        sizes = np.zeros(self.penalised.size)
        for model, null in zip(models, self.nulls, strict=True):
            self.n_iter = max(self.n_iter, model.n_iter)
            self.exact = self.exact and model.stop_reason == CONVERGED
            if not model.converged:
                self.failure = self.failure or model.stop_reason
                self.error = max(self.error, model.error / null)
            features = model.features
            sizes[features] = np.maximum(sizes[features], np.abs(model.values))
        entered = np.flatnonzero((sizes > 0.0) & self.penalised & ~self.chosen)
        # Of several that enter at once the ones that are the largest by now, in standard units.
        order = np.argsort(-sizes[entered] * self.lengths[entered], kind="stable")
        first = entered[order][: self.wanted - self._count]
        self.chosen[first] = True
        self._count += first.size
        return self._count >= self.wanted
