"""What estimators of dask collections share: how data are opened, fits, predictions."""

from __future__ import annotations

import inspect
from copy import copy
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.metrics import r2_score
from sklearn.utils.validation import check_is_fitted

from skl1.dask.collection import check_like, check_table
from skl1.dask.grid import Grid
from skl1.dask.predictions import gathered, predicted
from skl1.dask.tall import moments_of
from skl1.dask.wide import WideDesign
from skl1.designs import Design, MomentDesign
from skl1.designs.responses import with_responses
from skl1.designs.table import LARGEST
from skl1.estimators.docstrings import sections, shared
from skl1.estimators.state import NAMES, all_or_nothing
from skl1.sklearn_api import check_sample_weight, working_memory

#: Up to so many columns their moments are taken, in one pass.
FORMED = 10_000
#: Columns that the client has to have room for, where rows are few enough to be there.
PLAYING = 500

#: What the docstrings of all say of themselves.
SHARED = {
    "as in memory": """
Parameters
----------
@parameters@
@client@

Attributes
----------
@cost@
@attributes@

See Also
--------
skl1.CLASS : The same of data in memory.
""",
    "client": """
client : distributed.Client, default=None
    The cluster to compute on. None means what dask is set to: a client that is active, or a local
    scheduler.
""",
    "cost": """
n_passes_ : int
    How often X has been read: a round of tasks over its blocks counts as one, even if it needs only
    some of them.
n_bytes_ : int
    Bytes that went between client and workers, with those of partial sums among workers.
""",
}


def with_client(local: type) -> Any:
    """The ``__init__`` of an estimator of data in memory, and ``client``."""
    signature = inspect.signature(local)
    own = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    extra = inspect.Parameter("client", inspect.Parameter.KEYWORD_ONLY, default=None)

    def __init__(self, *args, client=None, **kwargs):  # noqa: N807
        local.__init__(self, *args, **kwargs)
        self.client = client

    __init__.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=[own, *signature.parameters.values(), extra]
    )
    return __init__


class DaskRegressor:
    """What fits on dask collections share; mixed into an estimator of skl1, its model.

    ``client`` is added to the parameters of the estimator, and ``n_passes_`` and ``n_bytes_`` to
    its attributes.
    """

    client: Any
    fit_intercept: bool
    coef_: np.ndarray
    intercept_: float
    #: The estimator of data in memory.
    _local: ClassVar[type]
    #: Up to how many columns moments are taken.
    _formed: ClassVar[int] = FORMED

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        local = next(c for c in cls.__mro__ if not issubclass(c, DaskRegressor))
        if hasattr(cls, "_local") or local is object:
            # Derived from an estimator on dask, of which it has all it does not say itself; or to
            # be mixed into one.
            return
        cls._local = local
        own = vars(cls).get("_paragraphs", {})
        shared(SHARED | sections(local, "Parameters", "Attributes") | own)(cls)
        if "__init__" not in vars(cls):
            cls.__init__ = with_client(local)  # type: ignore[method-assign]
        if "_parameter_constraints" not in vars(cls):
            cls._parameter_constraints = {  # type: ignore[attr-defined]
                **local._parameter_constraints,  # type: ignore[attr-defined]
                "client": [object, None],
            }

    def __sklearn_clone__(self):
        # A client cannot be copied, and need not be: it goes along as it is.
        made = super(DaskRegressor, copy(self)).__sklearn_clone__()
        return made.set_params(client=self.client) if "client" in made.get_params() else made

    def __getstate__(self):
        state = {**super().__getstate__(), "client": None}  # a connection is not for keeping
        state.pop("_taken", None)
        return state

    def _opened(self, X, y, sample_weight) -> Grid:
        """The data, opened; names and numbers of features are noted."""
        grid = Grid(X, y, sample_weight, self.client)
        check_like(self, X, reset=True)
        self._taken = grid
        return grid

    def _design(self, X, y, sample_weight):
        grid = self._opened(X, y, sample_weight)
        return grid, y, sample_weight, self._design_of(grid)

    def _designs(self, X, Y, sample_weight):
        grid = self._opened(X, Y, sample_weight)
        design = self._design_of(grid)
        if isinstance(design, MomentDesign):
            designs = [design.with_response(k) for k in range(len(design.answers))]
        else:
            Y = grid.vector(grid.y, "y")
            designs = with_responses(design, Y)
        return grid, Y, sample_weight, designs

    def _design_of(self, grid: Grid) -> Design:
        """By the shape of the data: moments, columns on the client, or only sums."""
        p, cut = grid.n_features, len(grid.widths) > 1
        # Rows in pieces would be put together in each pass: rather fetch some columns.
        scattered = cut and grid.moves and grid.shape[0] <= self._rows_at_most(cut, p)
        if p <= self._formed and not scattered:
            (moments,) = moments_of(grid, lambda _: {0: slice(None)}, 1)
            return MomentDesign.of_moments(moments, self.fit_intercept)
        if grid.shape[0] <= self._rows_at_most(cut, p):
            return wide(grid, self.fit_intercept)
        return self._large(grid)

    def _rows_at_most(self, cut: bool, p: int) -> float:
        """Up to how many rows the columns in play may come to the client."""
        room = working_memory() / (8.0 * PLAYING)
        return room if cut else min(room, p / 4)

    def _large(self, grid: Grid) -> Design:
        """The design of data that are large both ways."""
        n, p = grid.shape
        raise ValueError(
            f"{type(self).__name__} of {n} x {p} on dask needs at most {self._formed} features, or "
            "so few rows that columns fit on the client (scikit-learn's working_memory). Choose "
            "features by skl1.dask.ProximalLasso first."
        )

    @all_or_nothing
    def fit(self, X: Any, y: Any, sample_weight: ArrayLike | None = None) -> Self:
        """Fit to dask collections.

        Parameters
        ----------
        X : dask array or data frame of shape (n_samples, n_features)
            Chunks of rows, of columns or of both, of known or unknown lengths, dense or of SciPy's
            sparse matrices. Nothing is persisted or rechunked.
        y : dask array, series or data frame, or array-like
            Target of shape (n_samples,), or targets of shape (n_samples, n_targets), in chunks like
            the rows of X.
        sample_weight : float, dask array or series, or array-like, default=None
            Weights, not negative and not all zero.

        Returns
        -------
        self : object
            The fitted estimator; its attributes are in memory.

        Raises
        ------
        TypeError
            If X is no dask collection.
        ValueError
            If a parameter is out of its range; if a chunk is not finite or has another shape than
            it should: the error names the chunk.
        RuntimeError
            If the cluster or the client is gone.

        Warns
        -----
        UserWarning
            Of chunks that cost a lot, with the remedy.
        """
        super().fit(X, y, sample_weight)  # type: ignore[misc]
        return self._count()

    def _count(self):
        """Note what a fit has cost; of the data nothing stays."""
        self.n_passes_, self.n_bytes_ = self._taken.n_passes, self._taken.n_bytes
        del self._taken
        return self

    def predict(self, X: Any) -> Any:
        """Predict the target, lazily.

        Parameters
        ----------
        X : dask array or data frame, or array-like, of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        dask array or series of shape (n_samples,), or (n_samples, n_targets)
            ``X @ coef_.T + intercept_``, not yet computed; of several targets and a data frame X a
            frame with a column for each. An ndarray if X is in memory.
        """
        check_is_fitted(self)
        if not hasattr(X, "dask"):
            return super().predict(X)  # type: ignore[misc]
        check_table(X)
        check_like(self, X, reset=False)
        return predicted(X, self.coef_, self.intercept_)

    def score(self, X: Any, y: Any, sample_weight: ArrayLike | None = None) -> float:
        """The coefficient of determination of the predictions.

        Parameters
        ----------
        X : dask array or data frame, or array-like, of shape (n_samples, n_features)
            Samples.
        y : dask array or series, or array-like, of shape (n_samples,)
            Their target.
        sample_weight : dask array or series, or array-like, default=None
            Their weights.

        Returns
        -------
        float
            At most 1; computed, not lazy. Vectors of n_samples numbers come to the client.
        """
        wanted = {"the predictions": self.predict(X), "y": y, "sample_weight": sample_weight}
        fits, y, weights = gathered(wanted, self.client)
        return r2_score(y, fits, sample_weight=weights)

    def to_local(self):
        """The ordinary estimator with the same parameters and the same model.

        Returns
        -------
        object
            An estimator of skl1, fitted if this one is.
        """
        # By attributes: a class derived from this one may have other parameters.
        names = inspect.signature(self._local).parameters
        local = self._local(**{name: getattr(self, name) for name in names})
        for name, value in vars(self).items():
            model = name.endswith("_") and name not in {"n_passes_", "n_bytes_"}
            if model or name in {"_seen", NAMES}:
                setattr(local, name, value)
        return local


def wide(grid: Grid, fit_intercept: bool) -> WideDesign:
    """The design whose columns come to the client, with y and the weights checked as in memory."""
    y = grid.vector(grid.y, "y")
    if not np.isfinite(y).all() or np.abs(y).max() ** 2 > LARGEST:
        raise ValueError("y contains NaN, infinity or a number too large.")
    y = y if y.ndim == 1 else np.ascontiguousarray(y[:, 0])
    s = None if grid.s is None else check_sample_weight(grid.vector(grid.s, "sample_weight"), y)
    return WideDesign(grid, y, s, fit_intercept)
