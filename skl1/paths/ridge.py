"""The path of ridge regression."""

from __future__ import annotations

from typing import Any

import numpy as np

from skl1.certificates import certify
from skl1.designs import MomentDesign
from skl1.estimators import RidgeGD
from skl1.path import GRAM_COLUMNS, sequential_path
from skl1.paths.degrees import degrees_along
from skl1.paths.grid import check_grid, descending, given, length
from skl1.paths.result import RidgePath, run
from skl1.problem import Problem
from skl1.solvers.driver import CONVERGED, PRECISION, minimise
from skl1.solvers.first_order import Nesterov
from skl1.solvers.gradient_descent import ConjugateGradient, GradientDescent
from skl1.solvers.ridge import RidgeFactor
from skl1.step import Step

#: The smallest alpha of the grid as a share of the largest.
EPS = 1e-6
#: Corrections of a solution by the factor that it came from, at most.
REFINEMENTS = 3


def ridge_path(
    X,
    y,
    *,
    alphas=None,
    n_alphas=100,
    eps=None,
    sample_weight=None,
    penalty_weights=None,
    positive=False,
    fit_intercept=True,
    tol=1e-6,
    max_iter=10_000,
    return_path=False,
):
    r"""Ridge regression for a whole grid of alphas from one factorisation.

    For each alpha it minimises, over w and the intercept b,

    .. math::

        \frac{1}{2 W} \sum_i s_i (y_i - x_i^\top w - b)^2 + \frac{\alpha}{2} \sum_j u_j w_j^2,
        \qquad W = \sum_i s_i,

    as ``RidgeGD`` does: the models of scikit-learn's ``Ridge(alpha=W * alpha)``. The eigenvectors
    of the Gram matrix of the features, or of the samples if those are fewer, give all of them
    [1]_; each is certified from the data and, where rounding is seen, refined.

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
        The smallest alpha of the grid as a share of the largest; None means 1e-6. The largest is
        the sum of the columns' variances, each divided by its penalty weight: there every direction
        is shrunk by half at least.
    sample_weight : float or array-like of shape (n_samples,), default=None
        Weights s, not negative and not all zero.
    penalty_weights : array-like of shape (n_features,), default=None
        Factors u of the penalty: 0 for features that are not penalised, inf for excluded ones.
    positive : bool, default=False
        Allow no negative coefficient. Then models are found by projected gradients, each from the
        one before.
    fit_intercept : bool, default=True
        Fit an intercept, which is not penalised.
    tol : float, default=1e-6
        Duality gap wanted for each alpha, as a share of the null objective.
    max_iter : int, default=10000
        Iterations allowed for each alpha where there is no factorisation: with ``positive``, or
        with more than 4000 samples and as many features.
    return_path : bool, default=False
        Return a ``RidgePath`` with all that is known of each model.

    Returns
    -------
    alphas : ndarray of shape (n_alphas,)
        The alphas, from large to small.
    coefs : ndarray of shape (n_features, n_alphas)
        Coefficients along the path, in float64.
    dual_gaps : ndarray of shape (n_alphas,)
        The duality gap of each, in units of the objective.
    path : RidgePath
        Instead of these three, with ``return_path=True``.

    Raises
    ------
    ValueError
        If an argument is out of its range, not finite or misshaped.

    Warns
    -----
    ConvergenceWarning
        If a gap was not reached; one warning for the whole path.

    See Also
    --------
    RidgeGD : One alpha, by gradient descent.

    References
    ----------
    .. [1] T. Hastie, R. Tibshirani and J. Friedman, "The elements of statistical learning", 2nd
       edition, Springer 2009, eq. 3.47.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skl1 import ridge_path
    >>> X, y = load_diabetes(return_X_y=True)
    >>> path = ridge_path(X, y, n_alphas=4, return_path=True)
    >>> path.degrees_of_freedom.round(2)
    array([ 0.83,  7.64,  9.87, 10.  ])
    """
    model = RidgeGD(
        alpha=1.0,
        penalty_weights=penalty_weights,
        positive=positive,
        fit_intercept=fit_intercept,
        tol=tol,
        max_iter=max_iter,
    )
    return run(
        RidgePath,
        model,
        (X, y, sample_weight),
        grid=lambda problem: ridge_grid(problem, alphas, n_alphas, eps),
        solve=lambda problem, grid: solve_ridge_path(problem, grid, tol=tol, max_iter=max_iter),
        degrees=ridge_degrees,
        end=(None, None),
        rich=return_path,
    )


def ridge_grid(problem: Problem, alphas, n_alphas: int, eps: float | None) -> np.ndarray:
    """The alphas as asked for, from large to small, or a grid down from the sum of variances."""
    alphas, n_alphas = length(alphas, n_alphas)
    check_grid(n_alphas, eps)
    if alphas is not None:
        return given(alphas)
    penalised = problem.included & ~problem.free
    top = float((problem.design.norms[penalised] / problem.weights[penalised]).sum())
    return descending(top if top > 0.0 else 1.0, EPS if eps is None else eps, n_alphas)


def solve_ridge_path(problem: Problem, alphas, *, tol: float, max_iter: int) -> list[Step]:
    """The solution for each alpha, certified."""
    limits: dict[str, Any] = {"tol": tol, "max_iter": max_iter}
    if problem.one_sided:
        return sequential_path(GradientDescent(Nesterov()), problem, alphas, **limits)
    problem = _condensed(problem)
    factor = RidgeFactor.of(problem)
    if factor is None:
        return sequential_path(ConjugateGradient(), problem, alphas, **limits)
    start = np.zeros(problem.design.n_features)
    W = factor.steps(np.where(problem.included, problem.design.correlation, 0.0), alphas)
    target = tol * problem.null.objective
    steps = []
    for alpha, direction in zip(alphas, W, strict=True):
        stage, w = problem.scaled(float(alpha)), start + direction
        for refinements in range(REFINEMENTS + 1):
            point = stage.at(w)
            known = certify(stage, point)
            if known.error <= max(target, known.floor) or refinements == REFINEMENTS:
                break
            slope = point.z - alpha * problem.weights * w
            w = w + factor.steps(slope, np.array([alpha]))[0]
        if known.error > max(target, known.floor):
            result = minimise(ConjugateGradient(), stage, w, **limits)
            steps.append(Step.of(alpha, result))
            continue
        used = np.flatnonzero(w)
        reason = CONVERGED if known.error <= target else PRECISION
        figures = point.objective, point.rr, known.error, refinements + 1, reason, True
        steps.append(Step(float(alpha), used, w[used], *figures))
    return steps


def ridge_degrees(problem: Problem, steps: list[Step]) -> np.ndarray:
    """The trace of the hat matrix for each alpha; of the support under a sign constraint."""
    factor = None if problem.one_sided else RidgeFactor.of(_condensed(problem))
    if factor is None:
        return degrees_along(problem, steps)
    return factor.degrees(np.array([step.alpha for step in steps]))


def _condensed(problem: Problem) -> Problem:
    """On moments, where there are more rows than columns: they are read once."""
    design = problem.design
    if design.n_features <= min(GRAM_COLUMNS, design.n_samples):
        return problem.on(MomentDesign.of_design(design))
    return problem
