"""What is followed on the halves of the rows: the estimator, its responses, the rows' weights."""

from __future__ import annotations

from dataclasses import dataclass
from inspect import isclass, signature
from typing import Any

import numpy as np
from sklearn.base import clone, is_classifier

from skl1.estimators import ProximalLasso
from skl1.estimators.base import PenalisedRegressor
from skl1.estimators.classifier import PenalisedClassifier
from skl1.results.names import settle_names

#: Parameters of a model that the selector has too, for the Lasso.
SHARED = (
    "l1_ratio",
    "penalty_weights",
    "positive",
    "coef_bounds",
    "fit_intercept",
    "tol",
    "max_iter",
)
#: What may be given.
TAKEN = (
    "ProximalLogisticRegression(), ProximalPoissonRegressor(), ProximalHuberRegressor() or "
    "ProximalLasso()"
)


@dataclass(frozen=True)
class Followed:
    """One model on each half, or one for each class against the rest.

    Attributes
    ----------
    one : PenalisedRegressor
        Poses each problem.
    responses : list of ndarray of shape (n_samples,)
        One of each problem.
    weights : ndarray of shape (n_samples,)
        Of the rows, with those of their classes.
    labels : ndarray of shape (n_samples,) or None
        The numbers of the classes, of which each half gets as many rows; None without classes.
    """

    one: PenalisedRegressor
    responses: list[np.ndarray]
    weights: np.ndarray
    labels: np.ndarray | None = None


def checked(selector: Any) -> Any:
    """The estimator of a selector: the one that it was given, or a Lasso by its parameters."""
    given = selector.estimator
    if given is None:
        return ProximalLasso(**{name: getattr(selector, name) for name in SHARED})
    fits = not isclass(given) and isinstance(given, PenalisedRegressor | PenalisedClassifier)
    if not fits or "alpha" not in given.get_params():
        raise TypeError(
            f"estimator must be None or an estimator of skl1 with alpha and an L1 penalty, such as "
            f"{TAKEN}; got {given!r}."
        )
    defaults = signature(type(selector)).parameters
    for name in SHARED:
        value = getattr(selector, name)
        if value is not defaults[name].default:
            raise ValueError(
                f"{name}={value!r} is for the Lasso. With an estimator its own {name} holds: leave "
                f"it here, and set estimator={type(given).__name__}({name}=...)."
            )
    return clone(given).set_params(alpha=1.0)


def followed(selector: Any, X: Any, y: np.ndarray, weights: np.ndarray) -> Followed:
    """What a selector follows on rows of positive weight."""
    model = checked(selector)
    settle_names(selector, model)
    if not is_classifier(model):
        return Followed(model, [y], weights)
    one, responses, labels, weights = model.pose_classes(X, y, weights)
    counts = np.bincount(labels)
    if counts.min() < 2:
        name = np.unique(y).tolist()[int(np.argmin(counts))]
        raise ValueError(
            f"Each half needs rows of all classes, and the class {name!r} has only 1 row of "
            "positive weight: leave it out, or join it with another class."
        )
    return Followed(one, responses, weights, labels)
