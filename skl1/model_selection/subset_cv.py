"""The best subset, its size chosen by cross-validation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from numbers import Integral
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from skl1.estimators import BestSubsetRegressor
from skl1.estimators.best_subset import choosable, warn_of_size
from skl1.estimators.parameters import CoefBounds, keep
from skl1.model_selection.advice import at_limit
from skl1.model_selection.base import PenalisedRegressorCV
from skl1.sklearn_api import Interval

#: The largest size, where none is given.
LARGEST = 20


class BestSubsetRegressorCV(PenalisedRegressorCV, of=BestSubsetRegressor):
    r"""Least squares on the best subset of features, its size chosen by cross-validation.

    The models of each size minimise the objective of ``BestSubsetRegressor``, as far as a search
    finds the minimum; a rule chooses one size.

    Parameters
    ----------
    k : int or array-like of int, default=None
        The largest size, of which all smaller ones are tried too, or the sizes to try. None means
        20, or the number of features if that is smaller; a larger size than that counts as that,
        with a warning.
    @folds@
    l2 : float, default=0.0
        Strength of a squared penalty, the same for every size.
    penalty_weights : array-like of shape (n_features,) or dict, default=None
        Factors u of the squared penalty, one a feature, at least 0. A feature of weight 0 is in
        every model and does not count, one of weight inf is excluded. None means 1 for all. A
        dict, or a Series, has them by name: 1 for the others.
    @signs@
    tol : float, default=1e-6
        Stationarity wanted of each model on its subset.
    max_iter : int, default=10000
        Rounds allowed for the final fit.
    @work@

    Attributes
    ----------
    k_ : int
        The chosen size.
    ks_ : ndarray of shape (n_sizes,)
        The sizes tried, from small to large.
    @fitted@
    converged_ : bool
        Whether all models met the tolerance.
    n_iter_, objective_, stationarity_, stop_reason_, subset_objectives_, n_swaps_
        Of the chosen model, as for ``BestSubsetRegressor``.
    lower_bound_, lower_bound_kind_, optimality_gap_
        The same.
    @features@

    Warns
    -----
    @warns@

    See Also
    --------
    BestSubsetRegressor : One size.
    subset_path : All sizes, without folds.

    Notes
    -----
    @criteria@

    Degrees of freedom count the nonzero coefficients, which leaves out that their choice was free,
    too: the criteria favour models that are too large, and more so than with a penalty.

    @selecting@

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skl1 import BestSubsetRegressorCV
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = BestSubsetRegressorCV(selection="1se").fit(X, y)
    >>> model.k_, model.coef_path_.shape
    (5, (11, 10))
    """

    k: Any
    shared_k: bool
    l2: float

    _strength = "k"

    _parameter_constraints: ClassVar[dict] = {
        **{
            name: each
            for name, each in PenalisedRegressorCV._parameter_constraints.items()
            if name not in {"alphas", "n_alphas", "eps"}
        },
        "k": [Interval(Integral, 0, None, closed="left"), "array-like", None],
        "l2": BestSubsetRegressor._parameter_constraints["l2"],
        "shared_k": ["boolean"],
    }

    def __init__(
        self,
        k: int | Sequence[int] | None = None,
        *,
        cv: Any = None,
        selection: str | Callable[[dict[str, Any]], int] = "min",
        noise_variance: float | None = None,
        scoring: str | Callable[..., Any] | None = None,
        shared_k: bool = True,
        l2: float = 0.0,
        penalty_weights: ArrayLike | Mapping[Any, float] | None = None,
        positive: bool = False,
        coef_bounds: CoefBounds = None,
        fit_intercept: bool = True,
        tol: float = 1e-6,
        max_iter: int = 10_000,
        n_jobs: int | None = None,
        random_state: Any = None,
    ) -> None:
        keep(self, locals())

    def _plain(self, shape):
        return super()._plain(shape).set_params(k=0)

    def _grid(self, problem, shape):
        most = choosable(problem)
        if self.k is None or isinstance(self.k, Integral):
            largest = LARGEST if self.k is None else int(self.k)
            sizes = np.arange(min(largest, most) + 1)
        else:
            sizes = np.asarray(self.k)
            numbers = sizes.ndim == 1 and sizes.size and sizes.dtype.kind in "iu"
            if not numbers or sizes.min() < 0:
                raise ValueError(
                    f"k must be a size or a list of sizes, at least 0, got {self.k!r}."
                )
            largest = int(sizes.max())
        if self.k is not None:
            warn_of_size(largest, most)
        return np.unique(np.minimum(sizes, most))

    def _edge(self, outcome, grid):
        last = outcome.choice.edge == grid.size - 1
        large = at_limit(self, outcome)
        if large:
            return large
        if grid.size == 1 or not last or grid[-1] >= choosable(outcome.search.problems[0]):
            return ""
        return f"The best size, k={grid[-1]}, is the largest tried: a larger one may be better."
