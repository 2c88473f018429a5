"""Estimators whose loss is quadratic: sums over the rows say all that they need to know."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from skl1.compiled.threads import single_threaded
from skl1.designs import MomentDesign, Moments
from skl1.estimators.base import FLOAT64, PenalisedRegressor
from skl1.estimators.state import all_or_nothing
from skl1.estimators.streamed import StreamedRegressor
from skl1.estimators.targets import merged
from skl1.exceptions import warn_user


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
            Of X and y; y is inside, or several targets are.

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
        whole = sum(parts)
        design = MomentDesign.of_moments(whole, self.fit_intercept)
        if not whole.several:
            return self._fit_design(design)
        with (
            np.errstate(over="ignore", invalid="ignore", divide="ignore"),
            single_threaded(design.work()),
        ):
            designs = [design.with_response(k) for k in range(whole.n_targets)]
            remarks = self._fit_each(designs, FLOAT64, None, warm=False)
        for message, category in merged(remarks):
            warn_user(message, category)
        return self
