"""The Lasso and the elastic net, with alpha chosen by cross-validation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from numpy.typing import ArrayLike

from skl1.estimators import ProximalLasso
from skl1.estimators.parameters import CoefBounds, keep
from skl1.model_selection.base import PenalisedRegressorCV
from skl1.model_selection.tail import LOOSE
from skl1.paths.solve import paths_in_stages


class ProximalLassoCV(PenalisedRegressorCV, of=ProximalLasso):
    r"""The Lasso or the elastic net with its alpha chosen by cross-validation.

    The models minimise the objective of ``ProximalLasso`` for each alpha of a grid, each with a
    duality gap; a rule chooses one by the errors on held-out folds, or by a criterion.

    Parameters
    ----------
    @grid@
    @folds@
    l1_ratio : float or list of float, default=1.0
        Share of the L1 penalty, in [0, 1]; of several the rule chooses one.
    @columns@
    tol : float, default=1e-6
        Duality gap wanted of each model, as a share of the null objective.
    max_iter : int, default=10000
        Iterations allowed for each model.
    @work@

    Attributes
    ----------
    @chosen@
    @fitted@
    converged_ : bool
        Whether all models of all paths met the tolerance.
    n_iter_, objective_, dual_gap_, stop_reason_, alpha_max_
        Of the chosen model, as for ``ProximalLasso``.
    @features@

    Warns
    -----
    @warns@

    See Also
    --------
    ProximalLasso : One alpha.
    lasso_path : The path alone.
    sklearn.linear_model.LassoCV : The same choice, several times slower.

    Notes
    -----
    @criteria@

    Where X has up to 500 features, or up to 4000 and no fewer samples, the folds cost one pass over
    X: the Gram matrix of a training part is the sum of those of the other folds. Otherwise the
    paths of all folds go on side by side, and one matrix product serves them all. The model is not
    fitted again at the end: it is on the path of all data, and its certificate is computed from
    these.

    Small alphas cost the most, and are seldom chosen. Where X has more than 500 features and the
    mean held-out error has had its minimum at least ten alphas above, and is more than one standard
    error larger, the folds are solved to a duality gap of 1e-2 of the null objective from there on:
    ``cv_results_["loosened"]``. ``mse_path_`` is rougher there. All other models, the path of all
    data among them, have the gap that ``tol`` asks for. If an error of these models were within one
    standard error of the smallest, the folds would be solved again in full. That is so with
    ``selection`` "min" or "1se" and ``scoring=None``; with a callable everything has the full
    tolerance.

    References
    ----------
    .. [1] J. Friedman, T. Hastie and R. Tibshirani, "Regularization paths for generalized linear
       models via coordinate descent", Journal of Statistical Software 33, 2010, section 2.5.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skl1 import ProximalLassoCV
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = ProximalLassoCV(selection="1se").fit(X, y)
    >>> int((model.coef_ != 0).sum()), model.converged_
    (6, True)
    """

    l1_ratio: Any
    l1_ratio_: float

    _shape = "l1_ratio"

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

    def _course(self, plain, problems, alphas):
        if self.tol >= LOOSE:
            return None
        return paths_in_stages(problems, alphas, tol=self.tol, max_iter=self.max_iter)
