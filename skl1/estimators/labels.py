"""Class labels and weights of classes: what they are, and what is none, in words."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils.multiclass import check_classification_targets


def numbered(y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """``(classes, labels)``: the classes of y, sorted, and which of them each sample has."""
    try:
        # Whole numbers are classes in any case, and the check takes a tenth of a small fit.
        if y.dtype.kind not in "biuf" or not np.all(y == np.floor(y)):
            check_classification_targets(y)
        classes, labels = np.unique(y, return_inverse=True)
    except (ValueError, TypeError) as error:  # the latter where labels cannot be sorted
        known = isinstance(error, ValueError)
        what = str(error).split(". ")[0] if known else "Unknown label type: a mixture"
        if y.dtype.kind == "f":
            broken = y[y != np.round(y)]
            raise ValueError(
                f"{what}. y holds {broken[0]:g}, which is no class label: labels are whole "
                "numbers, strings or bools. For a response of numbers there is ProximalLasso; "
                "classes are made of numbers by a condition, such as y > 1.5."
            ) from None
        raise ValueError(
            f"{what}. y must hold class labels of one kind, all strings or all numbers; of dtype "
            f"{y.dtype} it begins with {y[0]!r}. Convert it by y.astype(str) or y.astype(int)."
        ) from None
    if classes.size < 2:
        raise ValueError(
            f"y must have at least 2 classes; it has only one class, {classes.tolist()[0]!r}. Give "
            "rows of another class too; in a cross-validation StratifiedKFold sees to it."
        )
    return classes, labels


def factors_of(class_weight: dict[Any, Any], classes: np.ndarray) -> np.ndarray:
    """The weight of each class by a dict; 1 for a class that it does not name."""
    known = set(classes.tolist())
    for label, factor in class_weight.items():
        if label not in known:
            raise ValueError(
                f"class_weight names {label!r}, which is no class of y; the classes are "
                f"{classes.tolist()}."
            )
        number = isinstance(factor, (int, float, np.number)) and 0.0 <= factor < np.inf
        if not number:
            raise ValueError(
                f"class_weight[{label!r}] must be a finite number, not negative; got {factor!r}. "
                "A factor of 2 equals repeating the samples of the class."
            )
    return np.array([float(class_weight.get(label, 1.0)) for label in classes.tolist()])
