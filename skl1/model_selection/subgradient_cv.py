"""The Lasso by the subgradient method, with alpha chosen by cross-validation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from numpy.typing import ArrayLike

from skl1.estimators import SubgradientLasso
from skl1.estimators.parameters import CoefBounds, keep
from skl1.model_selection.base import PenalisedRegressorCV
from skl1.paths.grid import alpha_grid

#: The smallest alpha of a grid as a share of the largest.
SHORT = 0.1


class SubgradientLassoCV(PenalisedRegressorCV, of=SubgradientLasso):
    r"""The Lasso by the subgradient method, with its alpha chosen by cross-validation.

    The models are those of ``SubgradientLasso`` for each alpha of a grid, each started at the one
    before; a rule chooses one. For comparison: ``ProximalLassoCV`` chooses the same far sooner.

    Parameters
    ----------
    alphas : array-like of shape (n_alphas,) or int, default=None
        Strengths of the penalty, positive, in any order. None makes a grid, a number one of that
        length.
    n_alphas : int, default=100
        Length of the grid where ``alphas`` is None.
    eps : float, default=None
        The smallest alpha of the grid as a share of the largest, with which the model is empty.
        None means 0.1: the method takes ever more models for smaller ones.
    @folds@
    @columns@
    tol : float, default=1e-10
        Duality gap wanted of each model, as a share of the null objective. Small, as models of the
        method magnify rounding until it has converged.
    max_iter : int, default=10000
        Steps allowed for each model.
    @work@

    Attributes
    ----------
    alpha_ : float
        The chosen alpha.
    alphas_ : ndarray of shape (n_alphas,)
        The grid, from large to small.
    @fitted@
    converged_ : bool
        Whether all models of all paths met the tolerance.
    n_iter_, objective_, dual_gap_, stop_reason_, alpha_max_
        Of the chosen model, as for ``SubgradientLasso``.
    @features@

    Warns
    -----
    @warns@

    See Also
    --------
    SubgradientLasso : One alpha, and what the method is.
    ProximalLassoCV : The same models by a fast method.

    Notes
    -----
    @criteria@

    The training parts are solved one after the other.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skl1 import SubgradientLassoCV
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = SubgradientLassoCV(n_alphas=10, eps=1e-3, cv=3, tol=1e-3).fit(X, y)
    >>> model.mse_path_.shape
    (10, 3)
    """

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
        penalty_weights: ArrayLike | Mapping[Any, float] | None = None,
        positive: bool = False,
        coef_bounds: CoefBounds = None,
        fit_intercept: bool = True,
        tol: float = 1e-10,
        max_iter: int = 10_000,
        n_jobs: int | None = None,
        random_state: Any = None,
    ) -> None:
        keep(self, locals())

    def _plain(self, shape):
        return super()._plain(shape).set_params(warm_start=True)

    def _grid(self, problem, shape):
        return alpha_grid(problem, *self._asked(), self.eps or SHORT)
