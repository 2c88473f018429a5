"""Regularisation paths as functions: all solutions of a grid of penalties."""

from skl1.paths.lasso import lasso_path
from skl1.paths.lp import lp_path
from skl1.paths.result import LassoPath, LpPath, RidgePath
from skl1.paths.ridge import ridge_path

__all__ = ["LassoPath", "LpPath", "RidgePath", "lasso_path", "lp_path", "ridge_path"]
