"""Sparse regression of counts, with alpha chosen by cross-validation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from numpy.typing import ArrayLike

from skl1.estimators import ProximalPoissonRegressor
from skl1.estimators.parameters import CoefBounds, keep
from skl1.estimators.poisson import CountRegressor
from skl1.model_selection.smooth_cv import SmoothRegressorCV


class ProximalPoissonRegressorCV(CountRegressor, SmoothRegressorCV, of=ProximalPoissonRegressor):
    r"""Poisson regression with an L1 or elastic net penalty, alpha chosen by cross-validation.

    The models minimise the objective of ``ProximalPoissonRegressor`` for each alpha of a grid, each
    with a duality gap; a rule chooses one by the deviance on held-out folds, or by a criterion.

    Parameters
    ----------
    @grid@
    @folds@
    l1_ratio : float or list of float, default=1.0
        Share of the L1 penalty, in [0, 1]; of several the rule chooses one.
    @columns@
    @newton@

    Attributes
    ----------
    @chosen@
    @fitted@
    converged_ : bool
        Whether all models of all paths met the tolerance.
    n_iter_, objective_, dual_gap_, stop_reason_, alpha_max_
        Of the chosen model, as for ``ProximalPoissonRegressor``.
    @features@

    Warns
    -----
    @warns@

    See Also
    --------
    ProximalPoissonRegressor : One alpha.

    Notes
    -----
    The deviance of a sample is twice its loss, as in
    ``sklearn.metrics.mean_poisson_deviance``.

    @likelihood criteria@

    @selecting@

    Examples
    --------
    >>> import numpy as np
    >>> from skl1 import ProximalPoissonRegressorCV
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((200, 10))
    >>> y = rng.poisson(np.exp(0.5 * X[:, 0] - X[:, 1]))
    >>> model = ProximalPoissonRegressorCV(n_alphas=30, selection="1se").fit(X, y)
    >>> np.flatnonzero(model.coef_), model.converged_
    (array([0, 1, 3]), True)
    """

    def __init__(
        self,
        *,
        alphas: ArrayLike | None = None,
        n_alphas: int = 100,
        eps: float | None = None,
        cv: Any = None,
        selection: str | Callable[[dict[str, Any]], int] = "min",
        scoring: str | Callable[..., Any] | None = None,
        shared_alpha: bool = True,
        l1_ratio: float | Sequence[float] = 1.0,
        penalty_weights: ArrayLike | Mapping[Any, float] | None = None,
        positive: bool = False,
        coef_bounds: CoefBounds = None,
        fit_intercept: bool = True,
        tol: float = 1e-6,
        max_iter: int = 1000,
        n_jobs: int | None = None,
    ) -> None:
        keep(self, locals())
