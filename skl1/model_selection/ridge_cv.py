"""Ridge regression, with alpha chosen by cross-validation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from numpy.typing import ArrayLike

from skl1.estimators import RidgeGD
from skl1.estimators.parameters import CoefBounds, keep
from skl1.model_selection.base import PenalisedRegressorCV
from skl1.paths.ridge import ridge_degrees, ridge_grid


class RidgeGDCV(PenalisedRegressorCV, of=RidgeGD):
    r"""Ridge regression with its alpha chosen by cross-validation.

    The models minimise the objective of ``RidgeGD`` for each alpha of a grid; the path of each
    training part comes from one factorisation. A rule chooses one.

    Parameters
    ----------
    alphas : array-like of shape (n_alphas,) or int, default=None
        Strengths of the penalty, positive, in any order. None makes a grid, a number one of that
        length.
    n_alphas : int, default=100
        Length of the grid where ``alphas`` is None.
    eps : float, default=None
        The smallest alpha of the grid as a share of the largest, as in ``ridge_path``.
    @folds@
    @columns@
    tol : float, default=1e-6
        Duality gap wanted of each model, as a share of the null objective.
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
        Of the chosen model, as for ``RidgeGD``.
    @features@

    Warns
    -----
    @warns@

    See Also
    --------
    RidgeGD : One alpha.
    ridge_path : The path alone.
    sklearn.linear_model.RidgeCV : Leave-one-out, in another unit of alpha.

    Notes
    -----
    @criteria@

    Degrees of freedom are the trace of the hat matrix.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skl1 import RidgeGDCV
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = RidgeGDCV().fit(X, y)
    >>> model.coef_path_.shape, model.converged_
    ((100, 10), True)
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
        tol: float = 1e-6,
        max_iter: int = 10_000,
        n_jobs: int | None = None,
        random_state: Any = None,
    ) -> None:
        keep(self, locals())

    def _plain(self, shape):
        bounded = self.positive or self.coef_bounds is not None
        acceleration = "nesterov" if bounded else "conjugate_gradient"
        return super()._plain(shape).set_params(acceleration=acceleration)

    def _grid(self, problem, shape):
        return ridge_grid(problem, *self._asked(), self.eps)

    def _degrees(self, problem, models):
        return ridge_degrees(problem, models)
