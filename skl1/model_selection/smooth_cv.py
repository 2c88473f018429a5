"""Cross-validation of regressions with a loss other than squares: what they share."""

from __future__ import annotations

from typing import Any

from skl1.estimators.linear import LinearRegressor
from skl1.model_selection.path_cv import PathCV


class SmoothPathCV(PathCV):
    """A path of any smooth loss; held-out errors are mean deviances, twice the mean loss."""

    l1_ratio: Any
    l1_ratio_: float

    _shape = "l1_ratio"
    _measure = "deviance"


class SmoothRegressorCV(SmoothPathCV, LinearRegressor):
    """The same of a regression."""

    _several = True

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = self._compares() or not self._shares()
        return tags
