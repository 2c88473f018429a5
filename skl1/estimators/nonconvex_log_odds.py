"""The log-odds of one class against the rest, with nonconvex penalties.

Each has the parameters of its classifier without ``class_weight``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.typing import ArrayLike

from skl1.estimators.log_odds import BinaryModel
from skl1.estimators.log_sum import LogSumRegressor
from skl1.estimators.many_minima import ManyMinima
from skl1.estimators.mcp import MCPRegressor
from skl1.estimators.nonconvex import NonconvexRegressor
from skl1.estimators.nonconvex_lp import NonconvexLpRegressor
from skl1.estimators.parameters import CoefBounds, keep
from skl1.estimators.scad import SCADRegressor
from skl1.paths.one_by_one import NEWTON


class NonconvexLogOdds(BinaryModel, ManyMinima):
    """With a penalty of many minima; ``of`` names the regressor that has the same one."""

    def __init_subclass__(cls, of: type[NonconvexRegressor], **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.shaped = of.shaped  # type: ignore[method-assign]
        own = of._parameter_constraints.keys() - NonconvexRegressor._parameter_constraints.keys()
        cls._parameter_constraints = {
            **ManyMinima._parameter_constraints,
            **{name: of._parameter_constraints[name] for name in own},
        }

    def _solver(self):
        return NEWTON


class LpLogOdds(NonconvexLogOdds, of=NonconvexLpRegressor):
    """With the penalty of ``NonconvexLpRegressor``."""

    p: float

    def __init__(
        self,
        alpha: float = 0.01,
        *,
        p: float = 0.5,
        l2: float = 0.0,
        penalty_weights: ArrayLike | Mapping[Any, float] | None = None,
        positive: bool = False,
        coef_bounds: CoefBounds = None,
        fit_intercept: bool = True,
        n_init: int = 0,
        random_state: Any = None,
        tol: float = 1e-6,
        max_iter: int = 1000,
        warm_start: bool = False,
        record_history: bool = False,
    ) -> None:
        keep(self, locals())


class MCPLogOdds(NonconvexLogOdds, of=MCPRegressor):
    """With the penalty of ``MCPRegressor``."""

    gamma: float

    def __init__(
        self,
        alpha: float = 0.01,
        *,
        gamma: float = 12.0,
        l2: float = 0.0,
        penalty_weights: ArrayLike | Mapping[Any, float] | None = None,
        positive: bool = False,
        coef_bounds: CoefBounds = None,
        fit_intercept: bool = True,
        n_init: int = 0,
        random_state: Any = None,
        tol: float = 1e-6,
        max_iter: int = 1000,
        warm_start: bool = False,
        record_history: bool = False,
    ) -> None:
        keep(self, locals())


class SCADLogOdds(NonconvexLogOdds, of=SCADRegressor):
    """With the penalty of ``SCADRegressor``."""

    gamma: float

    def __init__(
        self,
        alpha: float = 0.01,
        *,
        gamma: float = 12.0,
        l2: float = 0.0,
        penalty_weights: ArrayLike | Mapping[Any, float] | None = None,
        positive: bool = False,
        coef_bounds: CoefBounds = None,
        fit_intercept: bool = True,
        n_init: int = 0,
        random_state: Any = None,
        tol: float = 1e-6,
        max_iter: int = 1000,
        warm_start: bool = False,
        record_history: bool = False,
    ) -> None:
        keep(self, locals())


class LogSumLogOdds(NonconvexLogOdds, of=LogSumRegressor):
    """With the penalty of ``LogSumRegressor``."""

    epsilon: float

    def __init__(
        self,
        alpha: float = 0.01,
        *,
        epsilon: float = 1.0,
        l2: float = 0.0,
        penalty_weights: ArrayLike | Mapping[Any, float] | None = None,
        positive: bool = False,
        coef_bounds: CoefBounds = None,
        fit_intercept: bool = True,
        n_init: int = 0,
        random_state: Any = None,
        tol: float = 1e-6,
        max_iter: int = 1000,
        warm_start: bool = False,
        record_history: bool = False,
    ) -> None:
        keep(self, locals())
