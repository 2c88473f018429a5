"""The minimax concave penalty, with alpha and gamma chosen by cross-validation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from numpy.typing import ArrayLike

from skl1.estimators import MCPRegressor
from skl1.estimators.parameters import CoefBounds, keep
from skl1.model_selection.nonconvex_cv import NonconvexRegressorCV


class MCPRegressorCV(NonconvexRegressorCV, of=MCPRegressor):
    r"""The minimax concave penalty, with alpha and gamma chosen by cross-validation.

    @starts@

    Parameters
    ----------
    @search@
    gamma : float or list of float, default=3.0
        How far the penalty rises, above 1; of several the rule chooses one.
    @data@

    @results@

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skl1 import MCPRegressorCV
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = MCPRegressorCV(gamma=[2, 5], n_alphas=20, selection="1se").fit(X, y)
    >>> model.coef_path_.shape, model.gamma_ in (2, 5)
    ((2, 20, 10), True)
    """

    gamma: Any
    gamma_: float

    _shape = "gamma"

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
        gamma: float | Sequence[float] = 3.0,
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
