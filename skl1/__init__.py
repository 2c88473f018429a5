"""Sparse linear regression for scikit-learn, each fit with a certificate."""

from skl1.designs import Moments
from skl1.estimators import NonconvexLpRegressor, ProximalLasso, RidgeGD, SubgradientLasso
from skl1.exceptions import EmptyModelWarning, FoldWarning, GridEdgeWarning
from skl1.inference import (
    DebiasedCoefficients,
    RelaxedLasso,
    StabilitySelection,
    adaptive_weights,
    debiased_lasso,
)
from skl1.model_selection import ProximalLassoCV, SubgradientLassoCV
from skl1.paths import LassoPath, lasso_path

__version__ = "0.1.0"

__all__ = [
    "DebiasedCoefficients",
    "EmptyModelWarning",
    "FoldWarning",
    "GridEdgeWarning",
    "LassoPath",
    "Moments",
    "NonconvexLpRegressor",
    "ProximalLasso",
    "ProximalLassoCV",
    "RelaxedLasso",
    "RidgeGD",
    "StabilitySelection",
    "SubgradientLasso",
    "SubgradientLassoCV",
    "__version__",
    "adaptive_weights",
    "debiased_lasso",
    "lasso_path",
]
