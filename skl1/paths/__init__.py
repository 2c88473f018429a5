"""Regularisation paths as functions: all models of a grid of penalties."""

from skl1.paths.lasso import LassoPath, lasso_path
from skl1.paths.lp import LpPath, lp_path
from skl1.paths.ridge import RidgePath, ridge_path

__all__ = ["LassoPath", "LpPath", "RidgePath", "lasso_path", "lp_path", "ridge_path"]
