"""The relaxed Lasso, with alpha and gamma chosen by cross-validation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, cast

import numpy as np
from numpy.typing import ArrayLike

from skl1.estimators.parameters import CoefBounds, keep
from skl1.inference.relaxed import RelaxedLasso
from skl1.inference.relaxed_model import Relaxed
from skl1.model_selection.base import PenalisedRegressorCV
from skl1.paths.degrees import degrees_along


class RelaxedLassoCV(PenalisedRegressorCV, of=RelaxedLasso):
    r"""The relaxed Lasso with alpha and gamma chosen together by cross-validation.

    The models are those of ``RelaxedLasso`` for each alpha of a grid and each gamma: a Lasso
    chooses the features, and the coefficients are ``gamma`` times its own plus ``1 - gamma`` times
    least squares on its support. A rule chooses one by the errors on held-out folds, or by a
    criterion.

    Parameters
    ----------
    @grid@
    @folds@
    gamma : float or list of float, default=(0.0, 0.25, 0.5, 0.75, 1.0)
        Share of the Lasso in the coefficients, in [0, 1]: 0 is least squares on the support, 1 is
        the Lasso. Of several the rule chooses one; an information criterion cannot, and wants a
        single one.
    l1_ratio : float, default=1.0
        Share of the L1 penalty in the first stage, in [0, 1].
    penalty_weights : array-like of shape (n_features,) or dict, default=None
        Factors u of the penalty, one a feature, at least 0. A feature of weight 0 is not
        penalised, one of weight inf is excluded from both stages. None means 1 for all.
        A dict, or a Series, has them by name: 1 for the others.
    positive : bool, default=False
        Allow no negative coefficient, in either stage.
    @bounds@
    @intercept@
    tol : float, default=1e-6
        Duality gap wanted of each Lasso, as a share of the null objective.
    max_iter : int, default=10000
        Iterations allowed for each stage of each model.
    @work@

    Attributes
    ----------
    alpha_ : float
        The chosen alpha.
    gamma_ : float
        The chosen share of the Lasso.
    alphas_ : ndarray of shape (n_alphas,) or (n_gamma, n_alphas)
        The grid, from large to small; the same for every gamma.
    @fitted@
    lasso_coef_ : ndarray of shape (n_features,)
        Coefficients of the first stage of the chosen model.
    lasso_intercept_ : float
        Intercept of the first stage.
    converged_ : bool
        Whether both stages of all models of all paths met the tolerance.
    n_iter_, objective_, dual_gap_, stop_reason_, alpha_max_
        Of the chosen model, as for ``RelaxedLasso``: those of the first stage.
    @features@

    Warns
    -----
    @warns@

    See Also
    --------
    RelaxedLasso : One alpha, one gamma.
    ProximalLassoCV : The first stage alone.
    AdaptiveLassoCV : Less shrinkage by penalty weights.

    Notes
    -----
    All gammas share the paths of the first stage, one for all data and one for each fold, and each
    support is refitted once: a grid of gammas costs hardly more than a single one.

    @criteria@

    The degrees of freedom of a refit are counted as if its features had been given. That their
    choice was free is left out, and the criteria favour models that are too large; with fewer than
    two samples per feature they consider the smaller models only, as those of nonconvex penalties
    do. Among several gammas a criterion would always take the smallest: all have the same
    features, and least squares the smallest residuals. That is refused.

    References
    ----------
    .. [1] N. Meinshausen, "Relaxed Lasso", Computational Statistics and Data Analysis 52, 2007.
    .. [2] T. Hastie, R. Tibshirani and R. Tibshirani, "Best subset, forward stepwise or lasso?
       Analysis and recommendations based on extensive comparisons", Statistical Science 35, 2020,
       eq. 4.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skl1 import RelaxedLassoCV
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = RelaxedLassoCV(selection="1se").fit(X, y)
    >>> model.mse_path_.shape, model.converged_
    ((5, 100, 5), True)
    """

    gamma: Any
    gamma_: float
    l1_ratio: float

    _shape = "gamma"

    _parameter_constraints: ClassVar[dict] = {
        **PenalisedRegressorCV._parameter_constraints,
        "l1_ratio": RelaxedLasso._parameter_constraints["l1_ratio"],
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
        gamma: float | Sequence[float] = (0.0, 0.25, 0.5, 0.75, 1.0),
        l1_ratio: float | Sequence[float] = 1.0,
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

    def _shapes(self):
        shapes = super()._shapes()
        if len(shapes) > 1 and not self._compares():
            raise ValueError(
                f"selection={self.selection!r} cannot choose among {len(shapes)} values of gamma: "
                "models that differ in nothing else have the same number of degrees of freedom, "
                "and the smallest gamma fits best. Give one gamma, or compare held-out errors: "
                'selection="min".'
            )
        return shapes

    def _paths(self, plain, problems, alphas):
        lasso = plain.follow(problems, alphas)
        paths = zip(problems, lasso, strict=True)
        return [plain.relax(problem, models, [plain.gamma])[0] for problem, models in paths]

    @staticmethod
    def _by_row(search, problems):
        plain, count = search.plains[0], len(search.targets)
        gammas = [each.gamma for each in search.plains[::count]]
        relaxed: list[list[list[Relaxed]]] = []  # for each target, part and gamma
        for row, posed in enumerate(problems):
            shape, target = divmod(row, count)
            if not shape:
                lasso = zip(posed, plain.follow(posed, search.grids[row]), strict=True)
                relaxed.append([plain.relax(problem, models, gammas) for problem, models in lasso])
            yield posed, [paths[shape] for paths in relaxed[target]]

    def _degrees(self, problem, models):
        # Given the support both stages are linear in y.
        both = cast(list[Relaxed], models)
        lasso = degrees_along(problem, [model.first for model in both])
        shares = np.array([model.gamma for model in both])
        sizes = np.array([float(model.features.size) for model in both])
        return shares * lasso + (1.0 - shares) * sizes
