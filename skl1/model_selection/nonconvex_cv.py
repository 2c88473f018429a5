"""Nonconvex penalties, with alpha and their shape chosen by cross-validation: what they share."""

from __future__ import annotations

from typing import ClassVar

from skl1.estimators.nonconvex import NonconvexRegressor
from skl1.model_selection.base import PenalisedRegressorCV
from skl1.paths.grid import alpha_grid
from skl1.search.nonconvex_path import grid_share


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

    def _grid(self, problem, shape):
        return alpha_grid(problem, *self._asked(), grid_share(problem, self.eps))
