"""Information criteria: what a model is charged for its size, and how large it may be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

from skl1.problems.problem import ROUNDING, Problem

#: With this many samples per feature, or more, no model is too large to be judged.
TALL = 2.0
#: A logarithm of the number of features below this counts as this much: half of n is the limit.
LEAST_LOG = 2.0


@dataclass(frozen=True)
class Basis:
    """What the criteria of a search go by.

    Attributes
    ----------
    count : float
        The number of samples, or the sum of their weights.
    n_features : int
        Those that may enter a model.
    limits : ndarray of shape (n_shapes,)
        Degrees of freedom at most, of models that are considered.
    noise : float or None
        The noise variance; None for gcv, which needs none.
    likelihood : bool
        Whether the loss is a likelihood, and its unit stands for the noise.
    """

    count: float
    n_features: int
    limits: np.ndarray
    noise: float | None
    likelihood: bool = False

    @property
    def tall(self) -> bool:
        """Whether there are so many samples that no model is near saturation."""
        return self.count >= TALL * self.n_features


def limit(problem: Problem, count: float, refits: bool) -> float:
    """Degrees of freedom at most of models that are considered; free features come on top.

    ``refits`` says whether coefficients are fitted anew to the features that were chosen.

    With fewer than two samples per feature a criterion is easily taken in by large models:

    * Nonzeros of a nonconvex penalty, of a subset or of a refit, are no honest count of degrees of
      freedom, as the choice of the features was free, too. Among p features of pure noise the best
      k leave about ``2 k log(p) / n`` less of it: of ``n / (2 log p)`` nothing would be left by
      this count. At ``n / log p``, and at half of n, models end.
    * Of the Lasso the count is honest on average (Zou, Hastie and Tibshirani 2007): half of n.
    * Ridge regression selects nothing, and has no limit.
    """
    p = int(np.count_nonzero(problem.included))
    penalty = problem.penalty
    if count >= TALL * p or (penalty.convex and penalty.slope_at_zero() == 0.0):
        return np.inf
    share = LEAST_LOG if penalty.convex and not refits else max(LEAST_LOG, float(np.log(p)))
    return count / share + np.count_nonzero(problem.free)


def criterion(name: str, mean_square, degrees, basis: Basis) -> np.ndarray:
    """An information criterion of Gaussian models; inf for those that are not considered.

    With n samples (the sum of the weights), d degrees of freedom, the mean squared residual
    ``rss / n`` and the noise variance ``s2``, up to a constant:

    * aic: ``rss / s2 + 2 d`` (Akaike 1974; Zou, Hastie and Tibshirani 2007, eq. 2.16);
    * bic: ``rss / s2 + d log n`` (Schwarz 1978);
    * ebic: bic ``+ 2 log C(p, d)``: the prior of a model is divided among all of its size (Chen and
      Chen 2008, eq. 2 with gamma = 1);
    * gcv: ``(rss / n) / (1 - (d + 1) / n)^2``, the intercept counts as one (Golub, Heath and Wahba
      1979).

    A model with as many parameters as samples fits any y: such models take no part.

    n is the sum of the weights. Above 2^53, where floats do not count by ones, and below 2^-53 it
    cannot mean a number of samples; then n is the number of samples of a positive weight.
    """
    s2, d = np.asarray(mean_square, dtype=np.float64), np.asarray(degrees, dtype=np.float64)
    n = basis.count
    if name == "gcv":
        with np.errstate(divide="ignore", invalid="ignore"):
            values = s2 / (1.0 - (d + 1.0) / n) ** 2
    else:
        # Without noise, and with a constant y, there is no residual to be charged for.
        fit = n * s2 / basis.noise if basis.noise else np.zeros_like(s2)
        values = fit + d * (2.0 if name == "aic" else np.log(n))
    if name == "ebic":
        p = max(basis.n_features, d.max(initial=0.0))
        values = values + 2.0 * (gammaln(p + 1.0) - gammaln(d + 1.0) - gammaln(p - d + 1.0))
    # A sum of weights may be a whole number but for rounding.
    considered = (d + 1.0 < n * (1.0 - ROUNDING)) & (d <= basis.limits[:, None])
    return np.where(considered, values, np.inf)
