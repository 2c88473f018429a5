"""Sparse logistic regression."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.typing import ArrayLike

from skl1.estimators.classifier import PenalisedClassifier
from skl1.estimators.docstrings import shared
from skl1.estimators.log_odds import LogOdds
from skl1.estimators.parameters import CoefBounds, keep


@shared()
class ProximalLogisticRegression(PenalisedClassifier):
    r"""Logistic regression with an L1 or elastic net penalty, with a duality gap.

    For two classes, of which the second is :math:`y_i = 1` and the first 0, it minimises over w and
    the intercept b

    .. math::

        \frac{1}{W} \sum_i s_i \left(\log(1 + e^{t_i}) - y_i t_i\right)
        + \alpha \sum_j u_j \left(\rho |w_j| + \frac{1 - \rho}{2} w_j^2\right),
        \qquad t_i = x_i^\top w + b, \quad W = \sum_i s_i,

    with sample weights s, penalty weights u and ``l1_ratio`` :math:`\rho`. Of more than two classes
    it does so for each class against the rest. The intercept is never penalised.

    Parameters
    ----------
    alpha : float, default=0.01
        Strength of the penalty, at least 0. At ``alpha_max_`` and above the model is empty. With
        scikit-learn's ``LogisticRegression`` it is ``1 / (C * W)``.
    l1_ratio : float, default=1.0
        Share of the L1 penalty, in [0, 1].
    @columns@
    class_weight : dict or "balanced", default=None
        Factors of the sample weights by class. "balanced" gives all classes the same sum of
        weights. A class that a dict does not name has 1.
    @gap@
    max_iter : int, default=1000
        Newton steps allowed for each binary problem.
    @record@

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The class labels, sorted.
    coef_ : ndarray of shape (1, n_features) or (n_classes, n_features)
        Coefficients, in the dtype of X: a row for each binary problem.
    intercept_ : ndarray of shape (1,) or (n_classes,)
        Intercepts; 0 if ``fit_intercept=False``.
    sparse_coef_ : sparse matrix
        ``coef_`` in sparse form.
    n_iter_ : ndarray of int
        Newton steps done for each binary problem, at least 1.
    objective_ : ndarray
        The objective of each binary problem.
    dual_gap_ : ndarray
        Duality gap of each, in units of the objective: it exceeds its minimum by no more.
    converged_ : ndarray of bool
        Whether each gap met the tolerance, or the limit of floating-point numbers.
    stop_reason_ : ndarray of str
        Why each ended: "tolerance reached", "numerical precision", "max_iter reached" or
        "stopped by a callback".
    alpha_max_ : ndarray
        For each the smallest alpha for which no penalised feature enters; inf for
        ``l1_ratio=0``.
    history_ : list of dict of ndarray
        With ``record_history=True``, for each binary problem and each check: iteration, seconds,
        objective, gap, nonzeros.
    @features@

    See Also
    --------
    ProximalLasso : The same penalties for a regression.

    Notes
    -----
    The solver is a proximal Newton method [1]_ on a working set; features that the gap proves to be
    zero are dropped [2]_.

    @selecting@

    References
    ----------
    .. [1] J. D. Lee, Y. Sun and M. A. Saunders, "Proximal Newton-type methods for minimizing
       composite functions", SIAM Journal on Optimization 24, 2014, eq. 2.8.
    .. [2] E. Ndiaye, O. Fercoq, A. Gramfort and J. Salmon, "Gap safe screening rules for sparsity
       enforcing penalties", Journal of Machine Learning Research 18, 2017, theorem 6.

    Examples
    --------
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skl1 import ProximalLogisticRegression
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> X = StandardScaler().fit_transform(X)
    >>> model = ProximalLogisticRegression(alpha=0.02).fit(X, y)
    >>> int((model.coef_ != 0).sum()), model.converged_
    (7, array([ True]))
    """

    alpha: float
    l1_ratio: float
    penalty_weights: Any
    positive: bool
    coef_bounds: Any
    tol: float
    max_iter: int
    record_history: bool

    _binary = LogOdds

    def __init__(
        self,
        alpha: float = 0.01,
        *,
        l1_ratio: float = 1.0,
        penalty_weights: ArrayLike | Mapping[Any, float] | None = None,
        positive: bool = False,
        coef_bounds: CoefBounds = None,
        fit_intercept: bool = True,
        class_weight: Any = None,
        tol: float = 1e-6,
        max_iter: int = 1000,
        warm_start: bool = False,
        record_history: bool = False,
    ) -> None:
        keep(self, locals())
