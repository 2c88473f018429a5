"""Confidence intervals of coefficients, and what they were made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from skl1.compiled.versions import Versioned
from skl1.results.frames import feature_frame
from skl1.results.summary import Summarised, features_told, span

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class DebiasedCoefficients(Summarised, Versioned):
    r"""What ``debiased_lasso`` found, one entry for each feature that was asked for.

    Attributes
    ----------
    features : ndarray of int of shape (n_selected,)
        Columns of X.
    coefs : ndarray of shape (n_selected,)
        De-biased coefficients: none is exactly zero.
    standard_errors : ndarray of shape (n_selected,)
        inf for a column that is constant, or of which a tiny ``nodewise_alpha`` leaves nothing:
        nothing is known of its coefficient.
    lower, upper : ndarray of shape (n_selected,)
        Ends of the confidence intervals, each by itself of the given level.
    p_values : ndarray of shape (n_selected,)
        Two-sided, of the hypothesis that the coefficient is zero; not corrected for their number.
    bias_factors : ndarray of shape (n_selected,)
        By how many standard errors a coefficient may be off, beyond noise, for each unit of
        :math:`\sum_k sd_k |\hat w_k - w_k| / \sigma`: the error of the Lasso, which is not known.
        With the scaled Lasso :math:`\sqrt{n} \lambda`, for all columns that can be told from the
        others; the square root of n for a column that has a twin.
    level : float
        Level of the intervals.
    sigma : float
        Estimate of the standard deviation of the noise, or the one that was given.
    lasso_coefs : ndarray of shape (n_features,)
        Coefficients of the Lasso that was de-biased.
    alpha : float
        Its penalty, in units of ``sd_j |w_j|``.
    nodewise_alphas : ndarray of shape (n_selected,)
        Penalties of the regressions of the features on all others, as shares of their standard
        deviation.
    bias_limit : float
        What bias factors should not exceed: see the notes of ``debiased_lasso``.
    flagged : ndarray of bool of shape (n_selected,)
        Whether they do, of intervals that are finite: these mean little.
    feature_names_in_ : ndarray of shape (n_features,) or None
        Names of all columns of X, if it has names that are strings.
    """

    features: np.ndarray
    coefs: np.ndarray
    standard_errors: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    p_values: np.ndarray
    bias_factors: np.ndarray
    level: float
    sigma: float
    lasso_coefs: np.ndarray
    alpha: float
    nodewise_alphas: np.ndarray
    bias_limit: float = np.inf
    feature_names_in_: np.ndarray | None = None

    @property
    def flagged(self) -> np.ndarray:
        """Whether an interval means little, as other columns can stand for the feature's own."""
        return (self.bias_factors > self.bias_limit) & np.isfinite(self.standard_errors)

    def to_frame(self) -> pd.DataFrame:
        """The intervals with the names of features.

        Returns
        -------
        pandas.DataFrame
            A row for each feature that was asked for, by its name or as ``x0``, ``x1``, ..., and
            the columns coef, standard_error, lower, upper, p_value, bias_factor and flagged.
        """
        columns = {
            "coef": self.coefs,
            "standard_error": self.standard_errors,
            "lower": self.lower,
            "upper": self.upper,
            "p_value": self.p_values,
            "bias_factor": self.bias_factors,
            "flagged": self.flagged,
        }
        return feature_frame(
            "DebiasedCoefficients.to_frame", columns, self.feature_names_in_, self.features
        )

    def _facts(self) -> dict[str, str]:
        apart = np.count_nonzero((self.lower > 0.0) | (self.upper < 0.0))
        of = f"{len(self.features)} of " if len(self.features) < len(self.lasso_coefs) else ""
        return {
            "features": of + features_told(len(self.lasso_coefs), self.feature_names_in_),
            "intervals": f"of level {self.level:.4g}, {apart} of them without 0",
            "noise": f"{self.sigma:.4g}",
            "bias factors": span(self.bias_factors),
            "flagged": f"{np.count_nonzero(self.flagged)}, with more than {self.bias_limit:.4g}",
        }
