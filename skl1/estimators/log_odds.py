"""The log-odds of one class against the rest: what classifiers are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from skl1.designs import Design
from skl1.estimators.base import PenalisedRegressor
from skl1.estimators.parameters import CoefBounds, keep
from skl1.estimators.smooth import SmoothRegressor
from skl1.losses import Logistic, Loss

LOGISTIC = Logistic()


class BinaryModel(PenalisedRegressor):
    """A linear model of the log-odds that y is 1 and not 0, for classifiers to use."""

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.positive_only = True
        return tags

    def _loss(self, design: Design) -> Loss:
        return LOGISTIC

    def fit_quietly(
        self,
        design: Design,
        start: np.ndarray | None,
        report: Callable[[dict[str, Any]], bool] | None,
        dtype: np.dtype,
    ) -> tuple[str, str]:
        """Fit to a design whose response is 0 or 1, and leave the warnings to the caller.

        ``start`` are coefficients to begin with. ``report`` is told the fitted attributes after
        each step, and is true if that is enough. Returns what was not reached, and that the model
        is empty, in words.
        """
        problem, callback = self._problem(design), None
        if report is not None:

            def callback(w):
                return report(self._model(problem, w, dtype))

        found = self._solve(problem, self._start_at(problem, start), callback)
        found = self._publish(problem, found, dtype)
        return self._complaint(problem, found), self._emptiness(problem)


class LogOdds(BinaryModel, SmoothRegressor):
    """With an L1 or elastic net penalty.

    The parameters are those of ``ProximalLogisticRegression`` without ``class_weight``.
    """

    def __init__(
        self,
        alpha: float = 0.01,
        *,
        l1_ratio: float = 1.0,
        penalty_weights: ArrayLike | Mapping[Any, float] | None = None,
        positive: bool = False,
        coef_bounds: CoefBounds = None,
        fit_intercept: bool = True,
        tol: float = 1e-6,
        max_iter: int = 1000,
        warm_start: bool = False,
        record_history: bool = False,
    ) -> None:
        keep(self, locals())
