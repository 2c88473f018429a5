"""The adaptive Lasso, with alpha chosen by cross-validation of both its stages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from numpy.typing import ArrayLike

from skl1.estimators.parameters import CoefBounds, keep
from skl1.inference.adaptive_lasso import SHARED, AdaptiveLasso
from skl1.inference.first_stage import method_for
from skl1.model_selection.base import PenalisedRegressorCV
from skl1.paths.grid import alpha_grid, default_eps


class AdaptiveLassoCV(PenalisedRegressorCV, of=AdaptiveLasso, texts=SHARED):
    r"""The adaptive Lasso with its alpha chosen by cross-validation.

    The models are those of ``AdaptiveLasso`` for each alpha of a grid. Each training part has a
    first estimate of its own, and so its own penalty weights: what is held out takes no part in
    either stage. A rule chooses a model by the errors on held-out folds, or by a criterion.

    Parameters
    ----------
    @alphas@
    eps : float, default=None
        The smallest alpha of the grid as a share of the largest, with which the model is empty.
        None means that of the Lasso, 1e-3 with more samples than features and else 1e-2, to the
        power ``1 + gamma``: the smaller a coefficient, the larger its weight, and the correlation
        at which a feature enters goes about as ``alpha^(1 / (1 + gamma))``.
    @folds@
    @first stage@
    gamma : float or list of float, default=1.0
        Power of the first estimate, positive; of several the rule chooses one. Zou tries 0.5, 1
        and 2.
    @factors@
    tol : float, default=1e-6
        Duality gap wanted of each stage of each model, as a share of the null objective.
    max_iter : int, default=10000
        Iterations allowed for each stage of each model.
    @work@

    Attributes
    ----------
    alpha_ : float
        The chosen alpha.
    gamma_ : float
        The chosen power.
    alphas_ : ndarray of shape (n_alphas,) or (n_gamma, n_alphas)
        The grid, from large to small.
    @fitted@
    @stages@
    converged_ : bool
        Whether both stages of all models of all paths met the tolerance.
    n_iter_, objective_, dual_gap_, stop_reason_, alpha_max_
        Of the chosen model, as for ``AdaptiveLasso``.
    @features@

    Warns
    -----
    @warns@

    See Also
    --------
    AdaptiveLasso : One alpha.
    ProximalLassoCV : The same weights for all features.
    RelaxedLassoCV : Less shrinkage by a second fit.

    Notes
    -----
    "auto" is decided once, by all data, so that the folds try what will be used. A first stage that
    is an estimator is fitted to the rows of each training part, which are copied for it, and again
    for each gamma.

    @criteria@

    Degrees of freedom count the nonzero coefficients. The weights come from y as well, which is
    left out.

    References
    ----------
    .. [1] H. Zou, "The adaptive Lasso and its oracle properties", Journal of the American
       Statistical Association 101, 2006, eq. 4.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skl1 import AdaptiveLassoCV
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = AdaptiveLassoCV(selection="1se").fit(X, y)
    >>> int((model.coef_ != 0).sum()), model.converged_
    (5, True)
    """

    first_stage: Any
    gamma: Any
    gamma_: float

    _shape = "gamma"

    _parameter_constraints: ClassVar[dict] = {
        **PenalisedRegressorCV._parameter_constraints,
        "first_stage": AdaptiveLasso._parameter_constraints["first_stage"],
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
        first_stage: Any = "auto",
        gamma: float | Sequence[float] = 1.0,
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

    def _grid(self, problem, shape):
        eps = default_eps(problem) ** (1.0 + shape) if self.eps is None else self.eps
        return alpha_grid(problem, *self._asked(), eps)

    def _folds(self, design, y, sample_weight, splits):
        if isinstance(self.first_stage, str):
            return super()._folds(design, y, sample_weight, splits)
        return self._row_folds(design, y, sample_weight, splits)  # estimators want rows

    def _search(self, design, *args, **kwargs):
        self._stage = method_for(self.first_stage, design)
        super()._search(design, *args, **kwargs)

    def _plain(self, shape):
        plain = super()._plain(shape)
        plain.first_stage = getattr(self, "_stage", self.first_stage)
        return plain

    def _paths(self, plain, problems, alphas):
        paths = super()._paths(plain, problems, alphas)
        return [self._told(*each) for each in zip(problems, paths, strict=True)]

    @staticmethod
    def _told(problem, models):
        """Models whose first stage fell short have not converged, and say by how much."""
        estimate = problem.estimate
        if not estimate.remark:
            return models
        error = estimate.gap * problem.null.objective
        short = {"converged": False, "stop_reason": estimate.stop_reason}
        return [model._replace(error=max(model.error, error), **short) for model in models]
