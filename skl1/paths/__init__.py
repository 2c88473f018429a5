"""Regularisation paths as functions: all models of a grid of penalties."""

from skl1.paths.lasso import LassoPath, lasso_path
from skl1.paths.lp import LpPath, lp_path
from skl1.paths.ridge import RidgePath, ridge_path
from skl1.paths.subset import SubsetPath, subset_path

__all__ = [
    "LassoPath",
    "LpPath",
    "RidgePath",
    "SubsetPath",
    "lasso_path",
    "lp_path",
    "ridge_path",
    "subset_path",
]
