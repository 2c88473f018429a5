"""Sparse logistic regression, with alpha chosen by cross-validation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from numpy.typing import ArrayLike

from skl1.estimators import ProximalLogisticRegression
from skl1.estimators.parameters import CoefBounds, keep
from skl1.model_selection.classifier_cv import PenalisedClassifierCV
from skl1.model_selection.smooth_cv import SmoothPathCV


class ProximalLogisticRegressionCV(
    PenalisedClassifierCV, SmoothPathCV, of=ProximalLogisticRegression
):
    r"""Logistic regression with an L1 or elastic net penalty, alpha chosen by cross-validation.

    The models minimise the objective of ``ProximalLogisticRegression`` for each alpha of a grid,
    each with a duality gap; a rule chooses one by the deviance on held-out folds, or by a
    criterion. Of more than two classes each is told from the rest; all have the same alpha, and the
    deviance is the mean of theirs.

    Parameters
    ----------
    @grid@
    @folds@
    l1_ratio : float or list of float, default=1.0
        Share of the L1 penalty, in [0, 1]; of several the rule chooses one.
    @columns@
    @class weights@
    @newton@

    Attributes
    ----------
    @chosen@
    @classes@
    converged_ : bool
        Whether all models of all paths met the tolerance.
    n_iter_, objective_, dual_gap_, stop_reason_, alpha_max_
        Of the chosen model, for each binary problem, as for ``ProximalLogisticRegression``.
    @features@

    Warns
    -----
    @warns@

    See Also
    --------
    ProximalLogisticRegression : One alpha.
    sklearn.linear_model.LogisticRegressionCV : The same choice, by accuracy.

    Notes
    -----
    The deviance of a sample is twice its loss, minus twice the logarithm of the probability that
    the model gave to its class.

    @likelihood criteria@

    @selecting@

    Examples
    --------
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skl1 import ProximalLogisticRegressionCV
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> X = StandardScaler().fit_transform(X)
    >>> model = ProximalLogisticRegressionCV(n_alphas=30, selection="1se").fit(X, y)
    >>> model.deviance_path_.shape, int((model.coef_ != 0).sum()), model.converged_
    ((30, 5), 10, True)
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
        l1_ratio: float | Sequence[float] = 1.0,
        penalty_weights: ArrayLike | Mapping[Any, float] | None = None,
        positive: bool = False,
        coef_bounds: CoefBounds = None,
        fit_intercept: bool = True,
        class_weight: Any = None,
        tol: float = 1e-6,
        max_iter: int = 1000,
        n_jobs: int | None = None,
    ) -> None:
        keep(self, locals())
