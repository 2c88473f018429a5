"""Estimators whose loss is quadratic: sums over the rows say all that they need to know."""

from __future__ import annotations

from typing import Any, Self

from skl1.designs import MomentDesign, Moments
from skl1.estimators.base import PenalisedRegressor
from skl1.estimators.state import all_or_nothing
from skl1.estimators.streamed import StreamedRegressor


class QuadraticRegressor(StreamedRegressor, PenalisedRegressor):
    """Least squares with a separable penalty: on rows, on blocks of them, on their moments."""

    @all_or_nothing
    def fit_moments(self, moments: Any) -> Self:
        """Fit the model to sufficient statistics: to data that was read block by block.

        The same model as ``fit`` on all rows, up to rounding, and the same attributes but the
        names of the features. Unpenalised columns that agree to more than seven digits cannot be
        told apart by moments; what that may cost is part of the gap or the stationarity. Always a
        fresh fit, whatever ``warm_start`` says.

        Parameters
        ----------
        moments : Moments
            Of X and y; y is inside.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        TypeError
            If ``moments`` are no Moments.
        ValueError
            If a parameter is out of its range, or the moments hold no row with a weight.
        """
        self._validate_params()
        if not isinstance(moments, Moments):
            raise TypeError(
                f"fit_moments wants Moments, got {type(moments).__name__}; Moments.of(X, y) makes "
                "them."
            )
        self.n_features_in_ = moments.n_features
        return self._fit_parts([moments])

    def _fit_parts(self, parts):
        return self._fit_design(MomentDesign.of_moments(sum(parts), self.fit_intercept))
