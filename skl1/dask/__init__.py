"""Sparse regression on dask collections: ``pip install "skl1[dask]"``.

The estimators and searches of the same names, for data on a cluster or larger than memory: all
whose loss is the squared one. dask is the engine. Models, once fitted, are in memory, and
``to_local()`` gives the ordinary estimator.
"""

from skl1.dask.forms import FORMS
from skl1.dask.path import LassoPath, lasso_path
from skl1.estimators import __all__ as _estimators
from skl1.inference import __all__ as _inference
from skl1.model_selection import __all__ as _searches

__all__ = ["LassoPath", "lasso_path"]
__all__ += list(FORMS)

globals().update(FORMS)


def __getattr__(name: str):
    """Say of what is in skl1 and not here that it is not here, and why."""
    if name in {*_estimators, *_inference, *_searches}:
        raise AttributeError(
            f"skl1.dask has no {name}: sums over the rows tell everything of squared loss "
            f"only, and estimators of that are here ({', '.join(__all__)}). Bring the data into "
            f"memory for skl1.{name}."
        )
    raise AttributeError(f"module 'skl1.dask' has no attribute {name!r}")
