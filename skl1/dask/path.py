"""The path of the Lasso on dask collections."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Any

from numpy.typing import ArrayLike

from skl1 import estimators
from skl1.dask.estimators import ProximalLasso
from skl1.estimators.any_loss import named_loss
from skl1.estimators.docstrings import sections, shared
from skl1.estimators.lasso_path import follow
from skl1.paths.grid import warn
from skl1.problems.moments import PATHS


@shared(sections(estimators.LassoPath, "Attributes"))
@dataclass(frozen=True, kw_only=True)
class LassoPath(estimators.LassoPath):
    """`skl1.LassoPath`, and what it has cost.

    Attributes
    ----------
    n_passes : int
        How often X has been read.
    n_bytes : int
        Bytes that went between client and workers, with those of partial sums among workers.
    @attributes@
    """

    n_passes: int
    n_bytes: int


class Along(ProximalLasso):
    """One of many models: a Gram matrix of all features serves all of them."""

    _formed = PATHS


def lasso_path(
    X: Any, y: Any, *, sample_weight: ArrayLike | None = None, client: Any = None, **options: Any
) -> Any:
    """`skl1.lasso_path` on dask collections.

    The same models as in memory, with the same certificates. Where columns are chunked, or rows are
    few, about ten alphas are solved for between two passes, which look at all of them at once.

    Parameters
    ----------
    X : dask array or data frame of shape (n_samples, n_features)
        Data, as for `skl1.dask.ProximalLasso`.
    y : dask array or series, or array-like, of shape (n_samples,)
        Target, in chunks like the rows of X.
    sample_weight : float, dask array or series, or array-like, default=None
        Weights, not negative and not all zero.
    client : distributed.Client, default=None
        The cluster to compute on. None means what dask is set to.
    **options
        Those of `skl1.lasso_path`; the loss is the squared one.

    Returns
    -------
    alphas, coefs, dual_gaps, or path
        As `skl1.lasso_path` returns them; all in memory. The path has two more fields, ``n_passes``
        and ``n_bytes``.

    Examples
    --------
    >>> import dask.array as da
    >>> from sklearn.datasets import load_diabetes
    >>> from skl1.dask import lasso_path
    >>> X, y = (da.from_array(part, chunks=100) for part in load_diabetes(return_X_y=True))
    >>> alphas, coefs, dual_gaps = lasso_path(X, y, n_alphas=5, eps=0.1)
    >>> (coefs != 0).sum(axis=0)
    array([0, 2, 4, 4, 5])
    """
    of_models = inspect.signature(ProximalLasso).parameters
    settings = {name: options.pop(name) for name in list(options) if name in of_models}
    if not (loss := named_loss(options.get("loss", "squared"))).quadratic:
        raise ValueError(
            f"loss={loss!r} needs all rows at each step: on dask there are squares only. Use "
            "skl1.lasso_path, on data in memory."
        )
    model = Along(**{**settings, "alpha": 1.0, "client": client})
    result, problem, models, grid = follow(model, X, y, sample_weight=sample_weight, **options)
    warn(problem, models, model.tol)
    if isinstance(result, estimators.LassoPath):
        return LassoPath(**vars(result), n_passes=grid.n_passes, n_bytes=grid.n_bytes)
    return result
