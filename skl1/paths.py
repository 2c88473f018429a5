"""Regularisation paths as functions: all solutions of a grid of penalties."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from numbers import Integral, Real

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from skl1.estimators import ProximalLasso
from skl1.path import solve_path
from skl1.problem import Problem
from skl1.step import Step, coefficients
from skl1.threads import single_threaded

#: The smallest alpha of a grid as a share of the largest: with more rows than columns, and without.
TALL_EPS, WIDE_EPS = 1e-3, 1e-2


@dataclass(frozen=True)
class LassoPath:
    """What ``lasso_path`` found, one entry for each alpha.

    Attributes
    ----------
    alphas : ndarray of shape (n_alphas,)
        From large to small.
    coefs : ndarray of shape (n_features, n_alphas)
    intercepts : ndarray of shape (n_alphas,)
    dual_gaps : ndarray of shape (n_alphas,)
        Upper bounds of the distance of each objective from its minimum.
    objectives : ndarray of shape (n_alphas,)
    explained : ndarray of shape (n_alphas,)
        Share of the (weighted) variance of y that is explained, on the data of the fit; of its mean
        square without an intercept.
    n_nonzeros : ndarray of shape (n_alphas,)
    degrees_of_freedom : ndarray of shape (n_alphas,)
        Of the coefficients, without the intercept: the number of non-zeros for the Lasso [1]_, the
        trace of the hat matrix on the support where there is an l2 term.
    n_iters : ndarray of shape (n_alphas,)
        Sweeps, or rounds of the working set.
    converged : ndarray of bool of shape (n_alphas,)
    stop_reasons : list of str
    alpha_max : float
        The smallest alpha for which no penalised feature enters.

    References
    ----------
    .. [1] H. Zou, T. Hastie and R. Tibshirani, "On the degrees of freedom of the lasso", The
       Annals of Statistics 35, 2007, theorem 1.
    """

    alphas: np.ndarray
    coefs: np.ndarray
    intercepts: np.ndarray
    dual_gaps: np.ndarray
    objectives: np.ndarray
    explained: np.ndarray
    n_nonzeros: np.ndarray
    degrees_of_freedom: np.ndarray
    n_iters: np.ndarray
    converged: np.ndarray
    stop_reasons: list[str]
    alpha_max: float

    def predict(self, X):
        """Predictions of all models, of shape (n_samples, n_alphas)."""
        return X @ self.coefs + self.intercepts


def lasso_path(
    X,
    y,
    *,
    alphas=None,
    n_alphas=100,
    eps=None,
    l1_ratio=1.0,
    sample_weight=None,
    penalty_weights=None,
    positive=False,
    fit_intercept=True,
    tol=1e-6,
    max_iter=10_000,
    max_nonzeros=None,
    max_explained=None,
    return_path=False,
):
    r"""The Lasso or the elastic net for a whole grid of alphas, each with a duality gap.

    For each alpha it minimises, over w and the intercept b,

    .. math::

        \frac{1}{2 W} \sum_i s_i (y_i - x_i^\top w - b)^2
        + \alpha \sum_j u_j \left(\rho |w_j| + \frac{1 - \rho}{2} w_j^2\right),
        \qquad W = \sum_i s_i,

    as ``ProximalLasso`` does. The data are read once where they have few columns: then all models
    come from one Gram matrix. With many columns each model starts from the one before.

    Parameters
    ----------
    X : {array-like, sparse matrix} of shape (n_samples, n_features)
        Data; never copied as a whole, sparse X is never made dense.
    y : array-like of shape (n_samples,)
        Target.
    alphas : array-like of shape (n_alphas,) or int, default=None
        Strengths of the penalty, positive, in any order. None makes a grid, a number one of that
        length.
    n_alphas : int, default=100
        Length of the grid where ``alphas`` is None.
    eps : float, default=None
        The smallest alpha of the grid as a share of the largest, which is the smallest one with an
        empty model. None means 1e-3 with more samples than features, else 1e-2.
    l1_ratio : float, default=1.0
        Share :math:`\rho` of the L1 penalty, in [0, 1].
    sample_weight : float or array-like of shape (n_samples,), default=None
        Weights s, not negative and not all zero.
    penalty_weights : array-like of shape (n_features,), default=None
        Factors u of the penalty: 0 for features that are not penalised, inf for excluded ones.
    positive : bool, default=False
        Allow no negative coefficient.
    fit_intercept : bool, default=True
        Fit an intercept, which is not penalised.
    tol : float, default=1e-6
        Duality gap wanted for each alpha, as a share of the null objective.
    max_iter : int, default=10000
        Iterations allowed for each alpha.
    max_nonzeros : int, default=None
        End the path before the first model with more non-zeros.
    max_explained : float, default=None
        End the path after the first model that explains more than this share of the variance.
    return_path : bool, default=False
        Return a ``LassoPath`` with all that is known of each model.

    Returns
    -------
    alphas : ndarray of shape (n_alphas,)
        The alphas, from large to small.
    coefs : ndarray of shape (n_features, n_alphas)
        Coefficients along the path, in float64.
    dual_gaps : ndarray of shape (n_alphas,)
        The duality gap of each, in units of the objective.
    path : LassoPath
        Instead of these three, with ``return_path=True``.

    Raises
    ------
    ValueError
        If an argument is out of its range, not finite or misshaped, or if there is no largest
        alpha to start a grid from (``l1_ratio=0``).

    Warns
    -----
    ConvergenceWarning
        If a gap was not reached; one warning for the whole path.

    See Also
    --------
    ProximalLasso : One alpha.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skl1 import lasso_path
    >>> X, y = load_diabetes(return_X_y=True)
    >>> alphas, coefs, dual_gaps = lasso_path(X, y, n_alphas=5, eps=0.1)
    >>> (coefs != 0).sum(axis=0)
    array([0, 2, 4, 4, 5])
    >>> bool(dual_gaps.max() <= 1e-6 * y.var() / 2)
    True
    """
    if isinstance(alphas, Integral) and not isinstance(alphas, bool):
        alphas, n_alphas = None, alphas
    _check_limits(n_alphas, eps, max_nonzeros, max_explained)
    model = ProximalLasso(
        alpha=1.0,
        l1_ratio=l1_ratio,
        penalty_weights=penalty_weights,
        positive=positive,
        fit_intercept=fit_intercept,
        tol=tol,
        max_iter=max_iter,
    )
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        X, problem = model._posed(X, y, sample_weight)  # noqa: SLF001 (validation as in fit)
        grid = _grid(problem, alphas, n_alphas, eps)
        with single_threaded(float(X.size) * min(X.shape)):
            steps = solve_path(problem, grid, tol=tol, max_iter=max_iter)
    steps = _cut(problem, steps, max_nonzeros, max_explained)
    _warn(steps, tol, problem.null.objective)
    if return_path:
        return _collect(problem, steps)
    return _basics(problem, steps)


def _check_limits(n_alphas, eps, max_nonzeros, max_explained):
    if not (isinstance(n_alphas, Integral) and n_alphas >= 1):
        raise ValueError(f"n_alphas must be an integer of at least 1, got {n_alphas!r}.")
    if eps is not None and not (isinstance(eps, Real) and 0.0 < eps < 1.0):
        raise ValueError(f"eps must lie between 0 and 1, got {eps!r}.")
    if max_nonzeros is not None and not (isinstance(max_nonzeros, Integral) and max_nonzeros >= 0):
        raise ValueError(f"max_nonzeros must be an integer of at least 0, got {max_nonzeros!r}.")
    if max_explained is not None and not (
        isinstance(max_explained, Real) and 0.0 <= max_explained <= 1.0
    ):
        raise ValueError(f"max_explained must lie in [0, 1], got {max_explained!r}.")


def _grid(problem: Problem, alphas, n_alphas: int, eps: float | None) -> np.ndarray:
    """The alphas as asked for, from large to small, or a grid."""
    if alphas is not None:
        grid = np.asarray(alphas)
        numbers = grid.ndim == 1 and grid.size and grid.dtype.kind in "iuf"
        if not numbers or not np.all((grid > 0.0) & np.isfinite(grid)):
            raise ValueError(
                f"alphas must be a sequence of positive numbers, got {alphas!r}; for no penalty "
                "use LinearRegression."
            )
        return np.sort(grid.astype(np.float64))[::-1].copy()
    top = problem.alpha_max
    if not np.isfinite(top):
        raise ValueError("With l1_ratio=0 no alpha is the largest: give the alphas.")
    if top == 0.0:  # nothing can enter: y is constant, say
        return np.full(n_alphas, np.finfo(np.float64).tiny)
    if eps is None:
        tall = problem.design.n_samples > problem.design.n_features
        eps = TALL_EPS if tall else WIDE_EPS
    grid = np.geomspace(top, top * eps, n_alphas)
    grid[0] = top
    return grid


def _explained(problem: Problem, step: Step) -> float:
    energy = problem.design.energy
    return 1.0 - step.rr / energy if energy > 0.0 else 0.0


def _cut(problem: Problem, steps: list[Step], max_nonzeros, max_explained) -> list[Step]:
    """The path up to where the caller wants to see it; at least one model."""
    end = len(steps)
    for k, step in enumerate(steps):
        if max_nonzeros is not None and step.features.size > max_nonzeros:
            end = min(end, k)
        if max_explained is not None and _explained(problem, step) > max_explained:
            end = min(end, k + 1)
    return steps[: max(end, 1)]


def _warn(steps: list[Step], tol: float, null: float) -> None:
    failed = [step for step in steps if not step.converged]
    if failed:
        worst = max(failed, key=lambda step: step.error)
        warnings.warn(
            f"{len(failed)} of {len(steps)} alphas did not converge, from {failed[0].alpha:g} to "
            f"{failed[-1].alpha:g}: the largest duality gap is {worst.error:.3g} at "
            f"alpha={worst.alpha:g} ({worst.stop_reason}); {tol * null:.3g} was wanted "
            f"(tol={tol:g} of the null objective). Increase max_iter or tol, or scale the columns.",
            ConvergenceWarning,
            stacklevel=3,
        )


def degrees_of_freedom(problem: Problem, w: np.ndarray, alpha: float) -> float:
    """Of the coefficients w: ``trace G (G + H)^-1`` on the support, H the penalty's curvature."""
    support = np.flatnonzero(w)
    curvature = alpha * problem.weights[support] * problem.penalty.curvature(w[support])
    if not curvature.any():
        return float(support.size)
    gram = problem.design.gram(support, support)
    # Of least squares, as free columns may be dependent; in units of the columns.
    units = 1.0 / np.sqrt(gram.diagonal() + curvature)
    gram = gram * units * units[:, None]
    bent = gram + np.diag(curvature * units * units)
    return float(np.trace(np.linalg.lstsq(bent, gram, rcond=None)[0]))


def _basics(problem: Problem, steps: list[Step]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Alphas, coefficients, gaps."""
    alphas, gaps = (np.array([getattr(step, of) for step in steps]) for of in ("alpha", "error"))
    return alphas, coefficients(steps, problem.design.n_features).T + 0.0, gaps


def _collect(problem: Problem, steps: list[Step]) -> LassoPath:
    alphas, coefs, dual_gaps = _basics(problem, steps)
    return LassoPath(
        alphas=alphas,
        coefs=coefs,
        intercepts=problem.design.intercepts(coefs.T),
        dual_gaps=dual_gaps,
        objectives=np.array([step.objective for step in steps]),
        explained=np.array([_explained(problem, step) for step in steps]),
        n_nonzeros=np.count_nonzero(coefs, axis=0),
        degrees_of_freedom=np.array(
            [degrees_of_freedom(problem, w, a) for w, a in zip(coefs.T, alphas, strict=True)]
        ),
        n_iters=np.array([step.n_iter for step in steps]),
        converged=np.array([step.converged for step in steps]),
        stop_reasons=[step.stop_reason for step in steps],
        alpha_max=problem.alpha_max,
    )
