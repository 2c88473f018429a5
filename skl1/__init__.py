"""Sparse linear regression for scikit-learn, each fit with a certificate."""

from skl1 import displays, shrinkage
from skl1.designs import Moments
from skl1.estimators import (
    BestSubsetRegressor,
    LassoPath,
    LogSumRegressor,
    LpPath,
    MCPRegressor,
    NonconvexLpRegressor,
    ProximalLasso,
    RidgeGD,
    RidgePath,
    SCADRegressor,
    SubgradientLasso,
    SubsetPath,
    lasso_path,
    lp_path,
    ridge_path,
    subset_path,
)
from skl1.exceptions import EmptyModelWarning, FoldWarning, GridEdgeWarning
from skl1.inference import (
    DebiasedCoefficients,
    RelaxedLasso,
    StabilitySelection,
    adaptive_weights,
    debiased_lasso,
)
from skl1.model_selection import (
    BestSubsetRegressorCV,
    LogSumRegressorCV,
    MCPRegressorCV,
    NonconvexLpRegressorCV,
    ProximalLassoCV,
    RidgeGDCV,
    SCADRegressorCV,
    SubgradientLassoCV,
)

__version__ = "0.1.0"

__all__ = [
    "BestSubsetRegressor",
    "BestSubsetRegressorCV",
    "DebiasedCoefficients",
    "EmptyModelWarning",
    "FoldWarning",
    "GridEdgeWarning",
    "LassoPath",
    "LogSumRegressor",
    "LogSumRegressorCV",
    "LpPath",
    "MCPRegressor",
    "MCPRegressorCV",
    "Moments",
    "NonconvexLpRegressor",
    "NonconvexLpRegressorCV",
    "ProximalLasso",
    "ProximalLassoCV",
    "RelaxedLasso",
    "RidgeGD",
    "RidgeGDCV",
    "RidgePath",
    "SCADRegressor",
    "SCADRegressorCV",
    "StabilitySelection",
    "SubgradientLasso",
    "SubgradientLassoCV",
    "SubsetPath",
    "__version__",
    "adaptive_weights",
    "debiased_lasso",
    "displays",
    "lasso_path",
    "lp_path",
    "ridge_path",
    "shrinkage",
    "subset_path",
]
