"""The estimators of one model, and their paths as functions."""

from skl1.estimators.best_subset import BestSubsetRegressor
from skl1.estimators.huber import ProximalHuberRegressor
from skl1.estimators.lasso_path import LassoPath, lasso_path
from skl1.estimators.log_sum import LogSumRegressor
from skl1.estimators.log_sum_classifier import LogSumClassifier
from skl1.estimators.log_sum_path import log_sum_path
from skl1.estimators.logistic import ProximalLogisticRegression
from skl1.estimators.lp_path import lp_path
from skl1.estimators.mcp import MCPRegressor
from skl1.estimators.mcp_classifier import MCPClassifier
from skl1.estimators.mcp_path import mcp_path
from skl1.estimators.nonconvex_lp import NonconvexLpRegressor
from skl1.estimators.nonconvex_lp_classifier import NonconvexLpClassifier
from skl1.estimators.nonconvex_path import LpPath
from skl1.estimators.poisson import ProximalPoissonRegressor
from skl1.estimators.proximal_lasso import ProximalLasso
from skl1.estimators.ridge_gd import RidgeGD
from skl1.estimators.ridge_path import RidgePath, ridge_path
from skl1.estimators.scad import SCADRegressor
from skl1.estimators.scad_classifier import SCADClassifier
from skl1.estimators.scad_path import scad_path
from skl1.estimators.subgradient_lasso import SubgradientLasso
from skl1.estimators.subset_path import SubsetPath, subset_path

__all__ = [
    "BestSubsetRegressor",
    "LassoPath",
    "LogSumClassifier",
    "LogSumRegressor",
    "LpPath",
    "MCPClassifier",
    "MCPRegressor",
    "NonconvexLpClassifier",
    "NonconvexLpRegressor",
    "ProximalHuberRegressor",
    "ProximalLasso",
    "ProximalLogisticRegression",
    "ProximalPoissonRegressor",
    "RidgeGD",
    "RidgePath",
    "SCADClassifier",
    "SCADRegressor",
    "SubgradientLasso",
    "SubsetPath",
    "lasso_path",
    "log_sum_path",
    "lp_path",
    "mcp_path",
    "ridge_path",
    "scad_path",
    "subset_path",
]
