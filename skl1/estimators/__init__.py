"""The estimators."""

from skl1.estimators.nonconvex_lp import NonconvexLpRegressor
from skl1.estimators.proximal_lasso import ProximalLasso
from skl1.estimators.ridge_gd import RidgeGD
from skl1.estimators.subgradient_lasso import SubgradientLasso

__all__ = ["NonconvexLpRegressor", "ProximalLasso", "RidgeGD", "SubgradientLasso"]
