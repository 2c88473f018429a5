"""The l_p penalty, with alpha and p chosen by cross-validation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from numpy.typing import ArrayLike

from skl1.estimators import NonconvexLpRegressor
from skl1.estimators.parameters import CoefBounds, keep
from skl1.model_selection.nonconvex_cv import NonconvexRegressorCV


class NonconvexLpRegressorCV(NonconvexRegressorCV, of=NonconvexLpRegressor):
    r"""The penalty :math:`|w|^p`, with alpha and p chosen by cross-validation.

    @starts@

    Parameters
    ----------
    @search@
    p : float or list of float, default=0.5
        Exponent, in [0, 1]; of several the rule chooses one.
    @data@

    @results@

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skl1 import NonconvexLpRegressorCV
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = NonconvexLpRegressorCV(p=[0, 0.5], n_alphas=20, selection="1se").fit(X, y)
    >>> model.coef_path_.shape, model.p_ in (0, 0.5)
    ((2, 20, 10), True)
    """

    p: Any
    p_: float

    _shape = "p"

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
        p: float | Sequence[float] = 0.5,
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
