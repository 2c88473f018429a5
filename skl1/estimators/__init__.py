"""The estimators."""

from skl1.estimators.best_subset import BestSubsetRegressor
from skl1.estimators.log_sum import LogSumRegressor
from skl1.estimators.mcp import MCPRegressor
from skl1.estimators.nonconvex_lp import NonconvexLpRegressor
from skl1.estimators.proximal_lasso import ProximalLasso
from skl1.estimators.ridge_gd import RidgeGD
from skl1.estimators.scad import SCADRegressor
from skl1.estimators.subgradient_lasso import SubgradientLasso

__all__ = [
    "BestSubsetRegressor",
    "LogSumRegressor",
    "MCPRegressor",
    "NonconvexLpRegressor",
    "ProximalLasso",
    "RidgeGD",
    "SCADRegressor",
    "SubgradientLasso",
]
