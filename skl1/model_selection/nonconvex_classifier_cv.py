"""Classifiers with nonconvex penalties, with alpha and their shape chosen by cross-validation."""

from __future__ import annotations

from typing import ClassVar

from skl1.estimators.nonconvex import NonconvexRegressor
from skl1.model_selection.classifier_cv import PenalisedClassifierCV


class NonconvexClassifierCV(PenalisedClassifierCV):
    """A path of any of the nonconvex penalties; ``of`` names the classifier of one model."""

    l2: float

    _parameter_constraints: ClassVar[dict] = {
        **PenalisedClassifierCV._parameter_constraints,
        "l2": NonconvexRegressor._parameter_constraints["l2"],
    }
