"""The Lasso on dask collections: the only fit that goes on where rows and columns are many."""

from __future__ import annotations

from skl1 import estimators
from skl1.dask.base import FORMED, DaskRegressor
from skl1.dask.long import LongDesign

#: Up to so many columns the moments are taken where there is another way; FORMED where all else
#: would need more passes than a cluster has time for.
FEW = 1000


class ProximalLasso(DaskRegressor, estimators.ProximalLasso):
    """`skl1.ProximalLasso` on dask collections.

    The same objective, parameters and attributes, of data that need not fit into memory. Up to
    1000 features one pass takes their moments. Beyond, a working set of features is solved on the
    client: a pass for the correlations of all features with the residual, and one for the new
    features of the set, until the duality gap says that it is done. Where columns are chunked, or
    rows are few, the columns of the set come to the client, else only their Gram matrix.

    @as in memory@

    Examples
    --------
    >>> import dask.array as da
    >>> from sklearn.datasets import load_diabetes
    >>> from skl1.dask import ProximalLasso
    >>> X, y = (da.from_array(part, chunks=100) for part in load_diabetes(return_X_y=True))
    >>> model = ProximalLasso(alpha=0.5).fit(X, y)
    >>> model.converged_, model.n_passes_
    (True, 1)
    >>> model.predict(X)
    dask.array<prediction, shape=(442,), dtype=float64, chunksize=(100,), chunktype=numpy.ndarray>
    """

    @property
    def _formed(self):
        # Steps of a first-order method go over a Gram matrix, or nowhere.
        return FEW if self.solver in {"auto", "coordinate_descent"} else FORMED

    def _large(self, grid):
        return LongDesign(grid, self.fit_intercept)
