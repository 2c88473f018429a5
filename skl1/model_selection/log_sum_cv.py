"""The logarithmic penalty, with alpha and epsilon chosen by cross-validation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from numpy.typing import ArrayLike

from skl1.estimators import LogSumRegressor
from skl1.estimators.parameters import CoefBounds, keep
from skl1.model_selection.nonconvex_cv import NonconvexRegressorCV


class LogSumRegressorCV(NonconvexRegressorCV, of=LogSumRegressor):
    r"""The logarithmic penalty, with alpha and epsilon chosen by cross-validation.

    @starts@

    Parameters
    ----------
    @search@
    epsilon : float or list of float, default=1.0
        Where the penalty begins to flatten, above 0; of several the rule chooses one.
    @data@

    @results@

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skl1 import LogSumRegressorCV
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = LogSumRegressorCV(epsilon=[1, 10], n_alphas=20, selection="1se").fit(X, y)
    >>> model.coef_path_.shape, model.epsilon_ in (1, 10)
    ((2, 20, 10), True)
    """

    epsilon: Any
    epsilon_: float

    _shape = "epsilon"

    def __init__(
        self,
        *,
        alphas: ArrayLike | None = None,
        n_alphas: int = 100,
        eps: float | None = None,
        cv: Any = None,
        selection: str | Callable[[dict[str, Any]], int] = "min",
        noise_variance: float | None = None,
        scoring: str | Callable[..., Any] | None = None,
        shared_alpha: bool = True,
        epsilon: float | Sequence[float] = 1.0,
        l2: float = 0.0,
        penalty_weights: ArrayLike | Mapping[Any, float] | None = None,
        positive: bool = False,
        coef_bounds: CoefBounds = None,
        fit_intercept: bool = True,
        local_search: str | None = "auto",
        tol: float = 1e-6,
        max_iter: int = 10_000,
        n_jobs: int | None = None,
        random_state: Any = None,
    ) -> None:
        keep(self, locals())
