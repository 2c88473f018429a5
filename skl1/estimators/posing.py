"""From parameters and data to a problem: what an estimator minimises."""

from __future__ import annotations

from abc import abstractmethod
from numbers import Real
from typing import Any, ClassVar

import numpy as np

from skl1.designs import Design
from skl1.estimators.coef_bounds import checked_bounds
from skl1.estimators.linear import LinearRegressor
from skl1.estimators.state import untouched
from skl1.losses import Loss
from skl1.penalties import Penalty
from skl1.problems.problem import SQUARED, Problem
from skl1.problems.smooth import SmoothProblem
from skl1.results.names import BY_NAME, per_feature
from skl1.sklearn_api import Interval


class Posing(LinearRegressor):
    """A loss with a separable penalty, as a problem: data, penalty and penalty weights.

    ``pose`` and ``problem_on`` are for developers: paths, searches and inference start from the
    problem of an estimator, whose parameters are checked by it as ``fit`` checks them.
    """

    alpha: float
    penalty_weights: Any
    positive: bool
    coef_bounds: Any = None  #: of an estimator that does not take them
    fit_intercept: bool

    #: The parameters that charge for coefficients: where all are 0 nothing is penalised, and every
    #: feature is free. Without any there is another bound, and features are not free.
    _charges: ClassVar[tuple[str, ...]] = ("alpha",)

    _parameter_constraints: ClassVar[dict] = {
        "alpha": [Interval(Real, 0, None, closed="left")],
        "penalty_weights": ["array-like", dict, None],
        "positive": ["boolean"],
        "coef_bounds": ["array-like", dict, None],
        "fit_intercept": ["boolean"],
    }

    @property
    def _names(self) -> np.ndarray | None:
        """The names of the features of the data under way, if they have some."""
        return vars(self).get("feature_names_in_")

    @abstractmethod
    def _penalty(self) -> Penalty:
        """The penalty on one coefficient, without bounds."""

    def _loss(self, design: Design) -> Loss:
        """The loss of one sample, for the data of a design."""
        return SQUARED

    @untouched
    @np.errstate(over="ignore", invalid="ignore", divide="ignore")
    def pose(self, X, y, sample_weight=None) -> tuple[Any, Problem]:
        """The problem that ``fit`` solves; the estimator stays as it is.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Data, as for ``fit``.
        y : array-like of shape (n_samples,)
            Target.
        sample_weight : float or array-like of shape (n_samples,), default=None
            Weights, not negative and not all zero.

        Returns
        -------
        X : {ndarray, sparse matrix} of shape (n_samples, n_features)
            The data as validated.
        problem : Problem
            Design, penalty and penalty weights.

        Raises
        ------
        ValueError
            If a parameter, X, y or a weight is out of its range, not finite or misshaped.
        """
        self._validate_params()
        X, _, _, design = self._design(X, y, sample_weight)
        return X, self._problem(design)

    def problem_on(self, design: Design) -> Problem:
        """The problem on data that are a design already: a fold, a half of the rows, moments.

        Parameters
        ----------
        design : Design
            X, y and the weights, with an intercept or without: ``fit_intercept`` is not asked.

        Returns
        -------
        Problem
            Design, penalty and penalty weights.

        Raises
        ------
        ValueError
            If a parameter is out of its range.
        """
        self._validate_params()
        return self._problem(design)

    def _problem(self, design: Design) -> Problem:
        return self._weighted(design, self._feature_weights(design.n_features))

    def _weighted(
        self, design: Design, weights: np.ndarray, squared: type[Problem] = Problem
    ) -> Problem:
        """The problem with some penalty weights; of squares it is of a class."""
        lower, upper = self._bounds(design.n_features)
        loss = self._loss(design)
        kind = squared if loss.quadratic else SmoothProblem
        problem = kind(design, self._penalty(), weights, lower=lower, upper=upper, loss=loss)
        problem.feature_names = self._names
        return problem

    def _bounds(self, p: int) -> tuple[Any, Any]:
        """The lower and upper bounds of the coefficients of p features, checked."""
        return checked_bounds(self.coef_bounds, self.positive, self._names, p)

    def _feature_weights(self, p: int) -> np.ndarray:
        """The penalty weights of p features, checked. Without a penalty every feature is free."""
        weights = self._given_weights(p)
        if self._charges and not any(getattr(self, name) for name in self._charges):
            weights[np.isfinite(weights)] = 0.0
        return weights

    def _given_weights(self, p: int) -> np.ndarray:
        """The penalty weights of p features as they are given, checked."""
        if self.penalty_weights is None:
            weights = np.ones(p)
        else:
            given = np.asarray(
                per_feature(
                    self.penalty_weights,
                    "penalty_weights",
                    self._names,
                    p,
                    BY_NAME["penalty_weights"],
                )
            )
            if given.dtype.kind not in "biuf":
                raise ValueError(
                    f"penalty_weights must be real numbers, got {self.penalty_weights!r}."
                )
            weights = given.astype(np.float64)
            if weights.shape != (p,):
                raise ValueError(
                    f"penalty_weights must have one entry for each of the {p} features, got "
                    f"shape {weights.shape}."
                )
            if np.isnan(weights).any() or (weights < 0.0).any():
                raise ValueError(
                    "penalty_weights must not be negative or NaN; 0 leaves a feature "
                    "unpenalised, inf excludes it."
                )
        return weights
