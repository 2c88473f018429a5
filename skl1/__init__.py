"""Sparse linear regression for scikit-learn, each fit with a certificate."""

from skl1.estimators import NonconvexLpRegressor, ProximalLasso, RidgeGD, SubgradientLasso
from skl1.exceptions import EmptyModelWarning

__version__ = "0.1.0"

__all__ = [
    "EmptyModelWarning",
    "NonconvexLpRegressor",
    "ProximalLasso",
    "RidgeGD",
    "SubgradientLasso",
    "__version__",
]
