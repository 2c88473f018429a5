"""Sparse regression on dask collections: ``pip install "skl1[dask]"``.

The estimators of the same names, for data on a cluster or larger than memory; dask is the engine.
Models, once fitted, are in memory, and ``to_local()`` gives the ordinary estimator.
"""

from skl1.dask.estimators import NonconvexLpRegressor, ProximalLasso, RidgeGD
from skl1.dask.path import LassoPath, lasso_path
from skl1.dask.search import ProximalLassoCV

__all__ = [
    "LassoPath",
    "NonconvexLpRegressor",
    "ProximalLasso",
    "ProximalLassoCV",
    "RidgeGD",
    "lasso_path",
]
