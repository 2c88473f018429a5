"""Sparse regression of data with outliers, with alpha chosen by cross-validation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from numpy.typing import ArrayLike

from skl1.estimators import ProximalHuberRegressor
from skl1.estimators.parameters import CoefBounds, keep
from skl1.model_selection.smooth_cv import SmoothRegressorCV


class ProximalHuberRegressorCV(SmoothRegressorCV, of=ProximalHuberRegressor):
    r"""Huber's regression with an L1 or elastic net penalty, alpha chosen by cross-validation.

    The models minimise the objective of ``ProximalHuberRegressor`` for each alpha of a grid, each
    with a duality gap; a rule chooses one by twice the Huber loss on held-out folds, in which
    outliers count no more than in the fit, or by a criterion.

    Parameters
    ----------
    @grid@
    @folds@
    l1_ratio : float or list of float, default=1.0
        Share of the L1 penalty, in [0, 1]; of several the rule chooses one.
    delta : float, default=1.345
        Size of a residual, in units of ``scale``, from which on a sample counts as an outlier.
    scale : float or "mad", default=1.0
        The unit of ``delta``. "mad" is the weighted median absolute deviation of y from its median,
        divided by .6745; for a fold that of its training part.
    @columns@
    @newton@

    Attributes
    ----------
    @chosen@
    @fitted@
    scale_ : float
        The unit of ``delta`` on all data, in units of y.
    converged_ : bool
        Whether all models of all paths met the tolerance.
    n_iter_, objective_, dual_gap_, stop_reason_, alpha_max_
        Of the chosen model, as for ``ProximalHuberRegressor``.
    @features@

    Warns
    -----
    @warns@

    See Also
    --------
    ProximalHuberRegressor : One alpha.

    Notes
    -----
    The criteria are those of squares with twice the Huber loss in the place of the squares. aic,
    bic and ebic need ``noise_variance``, which outliers keep from being estimated; gcv needs none.

    @selecting@

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skl1 import ProximalHuberRegressorCV
    >>> X, y = load_diabetes(return_X_y=True)
    >>> y[::20] += 5000.0
    >>> model = ProximalHuberRegressorCV(scale="mad", n_alphas=30).fit(X, y)
    >>> int((model.coef_ != 0).sum()), model.converged_
    (7, True)
    """

    delta: float
    scale: Any

    _parameter_constraints: ClassVar[dict] = {
        **SmoothRegressorCV._parameter_constraints,
        "delta": ProximalHuberRegressor._parameter_constraints["delta"],
        "scale": ProximalHuberRegressor._parameter_constraints["scale"],
    }

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
        l1_ratio: float | Sequence[float] = 1.0,
        delta: float = 1.345,
        scale: float | str = 1.0,
        penalty_weights: ArrayLike | Mapping[Any, float] | None = None,
        positive: bool = False,
        coef_bounds: CoefBounds = None,
        fit_intercept: bool = True,
        tol: float = 1e-6,
        max_iter: int = 1000,
        n_jobs: int | None = None,
    ) -> None:
        keep(self, locals())
