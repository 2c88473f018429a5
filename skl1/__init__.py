"""Sparse linear regression for scikit-learn, each fit with a certificate."""

from skl1.designs import Moments
from skl1.estimators import NonconvexLpRegressor, ProximalLasso, RidgeGD, SubgradientLasso
from skl1.exceptions import EmptyModelWarning
from skl1.inference import (
    DebiasedCoefficients,
    RelaxedLasso,
    StabilitySelection,
    adaptive_weights,
    debiased_lasso,
)
from skl1.paths import LassoPath, lasso_path

__version__ = "0.1.0"

__all__ = [
    "DebiasedCoefficients",
    "EmptyModelWarning",
    "LassoPath",
    "Moments",
    "NonconvexLpRegressor",
    "ProximalLasso",
    "RelaxedLasso",
    "RidgeGD",
    "StabilitySelection",
    "SubgradientLasso",
    "__version__",
    "adaptive_weights",
    "debiased_lasso",
    "lasso_path",
]
