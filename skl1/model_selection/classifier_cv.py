"""Cross-validation of classifiers: one alpha for the binary problems of all classes."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from skl1.designs.weights import moderate_weights
from skl1.estimators.linear_classifier import CLASS_WEIGHT, LinearClassifier
from skl1.model_selection.folds import RowFolds
from skl1.model_selection.path_cv import PathCV
from skl1.sklearn_api import check_sample_weight


class PenalisedClassifierCV(LinearClassifier, PathCV):
    """Paths of the binary problems of all classes, and the alpha that a rule chooses for all."""

    _measure = "deviance"
    _parameter_constraints: ClassVar[dict] = {
        **PathCV._parameter_constraints,
        "class_weight": CLASS_WEIGHT,
    }

    def _design(self, X, y, sample_weight):
        design, labels = self._labelled(X, y, sample_weight)
        if sample_weight is not None:
            sample_weight = moderate_weights(check_sample_weight(sample_weight, design.X))
        return design.X, self.classes_[labels], sample_weight, design

    def _targets(self, y):
        return [(y == self.classes_[k]).astype(np.float64) for k in self._ones()]

    def _row_folds(self, design, y, sample_weight, splits):
        # With the weights of classes: what is held out counts as in the fit.
        first = (y == self.classes_[self._ones()[0]]).astype(np.float64)
        for fold, (train, _) in enumerate(splits):
            present = y[train[design.weights[train] > 0.0]]
            if absent := sorted(set(self.classes_.tolist()) - set(present.tolist()), key=str):
                raise ValueError(
                    f"The training part of fold {fold} has no sample of the class {absent[0]!r}: "
                    "use folds that keep the classes' shares, as cv=None and a number do, or fewer "
                    "of them."
                )
        return RowFolds(design.X, first, design.weights, splits, self.fit_intercept)

    def _together(self, models) -> Any:
        return self._whole(models)

    def _coef_paths(self, outcome):
        return outcome.of_targets()
