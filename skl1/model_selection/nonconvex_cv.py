"""Nonconvex penalties, with alpha and their shape chosen by cross-validation: what they share."""

from __future__ import annotations

from copy import copy
from typing import ClassVar

from skl1.estimators.nonconvex import NonconvexRegressor, largest_exchanged
from skl1.model_selection.base import PenalisedRegressorCV
from skl1.model_selection.rules import CROSS_VALIDATED
from skl1.search.nonconvex_path import improved


class NonconvexRegressorCV(PenalisedRegressorCV):
    """A path of any of the nonconvex penalties; ``of`` names the estimator of one model."""

    l2: float
    local_search: str | None

    _parameter_constraints: ClassVar[dict] = {
        **PenalisedRegressorCV._parameter_constraints,
        **{
            name: NonconvexRegressor._parameter_constraints[name] for name in ("l2", "local_search")
        },
    }

    def _paths(self, plain, problems, alphas):
        if self._improves():  # later, as far down as held-out errors say
            plain = copy(plain)
            plain.local_search = None
        return super()._paths(plain, problems, alphas)

    def _improves(self):
        compared = self.selection in CROSS_VALIDATED and self.scoring is None
        return compared and self.local_search == "auto"

    def _improved(self, plain, problem, models, first):
        most = largest_exchanged(plain.local_search, plain.n_features_in_)
        limits = {"tol": self.tol, "max_iter": self.max_iter, "most": most}
        return improved(problem, models, first=first, **limits)
