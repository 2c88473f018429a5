"""The log-sum penalty of a classifier, with alpha and epsilon chosen by cross-validation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from numpy.typing import ArrayLike

from skl1.estimators import LogSumClassifier
from skl1.estimators.parameters import CoefBounds, keep
from skl1.model_selection.nonconvex_classifier_cv import NonconvexClassifierCV


class LogSumClassifierCV(NonconvexClassifierCV, of=LogSumClassifier):
    r"""Classification with the log-sum penalty, alpha and epsilon chosen by cross-validation.

    @classes of many minima@

    Parameters
    ----------
    @search@
    epsilon : float or list of float, default=1.0
        How soon the penalty flattens; of several the rule chooses one.
    l2 : float, default=0.0
        Strength of a further term ``l2 / 2 sum_j u_j w_j^2``, the same for every alpha.
    @columns@
    @class weights@
    @newton of many minima@

    @results of classes@

    Examples
    --------
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skl1 import LogSumClassifierCV
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> X = StandardScaler().fit_transform(X)
    >>> model = LogSumClassifierCV(n_alphas=20, selection="1se").fit(X, y)
    >>> model.deviance_path_.shape, int((model.coef_ != 0).sum())
    ((20, 5), 4)
    """

    epsilon: Any
    epsilon_: float

    _shape = "epsilon"

    def __init__(
        self,
        *,
        alphas: ArrayLike | None = None,
        n_alphas: int = 100,
        eps: float | None = None,
        cv: Any = None,
        selection: str | Callable[[dict[str, Any]], int] = "min",
        scoring: str | Callable[..., Any] | None = None,
        epsilon: float | Sequence[float] = 1.0,
        l2: float = 0.0,
        penalty_weights: ArrayLike | Mapping[Any, float] | None = None,
        positive: bool = False,
        coef_bounds: CoefBounds = None,
        fit_intercept: bool = True,
        class_weight: Any = None,
        tol: float = 1e-5,
        max_iter: int = 1000,
        n_jobs: int | None = None,
    ) -> None:
        keep(self, locals())
