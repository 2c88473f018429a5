"""Regressions with a smooth loss other than squares: all but the loss and what it predicts."""

from __future__ import annotations

from abc import abstractmethod
from numbers import Real
from typing import ClassVar

from skl1.designs import Design
from skl1.estimators.base import PenalisedRegressor
from skl1.losses import Loss
from skl1.paths.solve import solve_paths
from skl1.penalties import Penalty, elastic_net
from skl1.sklearn_api import Interval
from skl1.solvers.base import Solver
from skl1.solvers.prox_newton import ProxNewton


class SmoothRegressor(PenalisedRegressor):
    """Any smooth loss with an L1 or elastic net penalty, by the proximal Newton method."""

    l1_ratio: float

    path_parameter = "alpha"

    _parameter_constraints: ClassVar[dict] = {
        **PenalisedRegressor._parameter_constraints,
        "l1_ratio": [Interval(Real, 0, 1, closed="both")],
    }

    @abstractmethod
    def _loss(self, design: Design) -> Loss:
        """The loss of one sample, for the data of a design."""

    def _penalty(self) -> Penalty:
        return elastic_net(self.alpha, self.l1_ratio)

    def _solver(self) -> Solver:
        return ProxNewton()

    def follow(self, problems, values):
        return solve_paths(problems, values, tol=self.tol, max_iter=self.max_iter)

    def _remedy(self) -> str:
        return "Increase max_iter or tol, or scale the columns."
