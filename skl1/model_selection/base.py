"""Cross-validation of regressions of squares: their folds may be moments, and rows may stream."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils.metaestimators import available_if

from skl1.compiled.threads import single_threaded
from skl1.designs import MomentDesign, Moments
from skl1.estimators.state import all_or_nothing
from skl1.estimators.streamed import StreamedRegressor
from skl1.model_selection.folds import MomentFolds, NoFolds, make_folds
from skl1.model_selection.path_cv import PathCV


class PenalisedRegressorCV(StreamedRegressor, PathCV):
    """A path of least squares with a penalty, its held-out errors, and the model that is chosen."""

    _several = True

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = self._compares() or not self._shares()
        return tags

    def _folds(self, design, y, sample_weight, splits):
        if y.ndim == 2:
            return self._row_folds(design, y, sample_weight, splits)
        return make_folds(design.X, y, sample_weight, splits, self.fit_intercept)

    @all_or_nothing
    def fit_moments(self, moments: Any) -> Self:
        """Fit to a list of moments, one for each fold.

        Parameters
        ----------
        moments : sequence of Moments
            At least two: each is held out once. Their sum is all data.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        TypeError
            If they are no Moments.
        ValueError
            If there are fewer than two, or ``scoring`` asks for predictions.
        """
        self._validate_params()
        moments = [moments] if isinstance(moments, Moments) else list(moments)
        if not all(isinstance(part, Moments) for part in moments):
            raise TypeError("fit_moments wants a list of Moments, one for each fold.")
        if len(moments) < 2:
            raise ValueError(f"fit_moments needs at least two folds, got {len(moments)}.")
        self.n_features_in_ = moments[0].n_features
        return self._fit_parts(moments)

    @available_if(lambda search: search.scoring is None)
    def partial_fit(self, X: Any, y: Any, sample_weight: ArrayLike | None = None) -> Self:
        return super().partial_fit(X, y, sample_weight)

    partial_fit.__doc__ = StreamedRegressor.partial_fit.__doc__

    def _n_parts(self):
        if not self._compares():
            return 1
        count = 5 if self.cv is None else self.cv
        if isinstance(count, Integral) and count > 1:
            return int(count)
        raise ValueError(
            f"Rows that come in blocks are dealt to folds in turn: cv must be a number from 2, got "
            f"{self.cv!r}. For other folds there is fit_moments."
        )

    def _fit_parts(self, parts):
        if self.scoring is not None:
            raise ValueError("scoring needs rows to predict; with moments use scoring=None.")
        return self._search_parts(parts, np.dtype(np.float64))

    def _search_parts(self, parts: list[Moments], dtype: np.dtype):
        """The search on the moments of each fold; the model is of a dtype."""
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            whole: Any = sum(parts)
            design = MomentDesign.of_moments(whole, self.fit_intercept)
            folds = MomentFolds(parts, self.fit_intercept) if self._compares() else NoFolds()
            targets: Sequence[Any] = (None,)
            if whole.several:
                self._check_choice()
                targets = range(whole.n_targets)
            with single_threaded(float(whole.n_features) ** 3):
                self._search(design, folds, whole.count, dtype, None, None, targets)
        return self
