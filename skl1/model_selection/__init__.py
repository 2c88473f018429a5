"""Estimators that choose the strength of their penalty."""

from skl1.model_selection.lasso_cv import ProximalLassoCV
from skl1.model_selection.lp_cv import NonconvexLpRegressorCV
from skl1.model_selection.ridge_cv import RidgeGDCV
from skl1.model_selection.subgradient_cv import SubgradientLassoCV

__all__ = ["NonconvexLpRegressorCV", "ProximalLassoCV", "RidgeGDCV", "SubgradientLassoCV"]
