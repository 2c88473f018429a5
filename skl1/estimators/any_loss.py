"""The loss of a path function: its name or its record, and the response in its terms."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils import column_or_1d

from skl1.estimators.targets import of_target
from skl1.losses import Logistic, Loss, Poisson, Squared
from skl1.problems.problem import Problem
from skl1.problems.smooth import with_loss

#: Losses by name.
NAMED: dict[str, Loss] = {"squared": Squared(), "logistic": Logistic(), "poisson": Poisson()}


def named_loss(loss: str | Loss) -> Loss:
    """The record of a loss that may be given by its name."""
    if isinstance(loss, Loss):
        return loss
    if isinstance(loss, str) and loss in NAMED:
        return NAMED[loss]
    raise ValueError(
        f"loss must be one of {', '.join(map(repr, NAMED))}, or one of skl1.losses, such as "
        f"Huber(1.35); got {loss!r}."
    )


def pose(model: Any, loss: str | Loss, X: Any, y: Any, sample_weight: Any) -> tuple[Any, Problem]:
    """X as validated and the problem of an estimator of squares, but with another loss."""
    record = named_loss(loss)
    if isinstance(record, Logistic):
        y = zeros_and_ones(y)
    X, problem = model.pose(X, y, sample_weight)
    return X, problem if record.quadratic else with_loss(problem, record)


def pose_targets(
    model: Any, loss: str | Loss, X: Any, y: Any, sample_weight: Any
) -> tuple[Any, list[Problem]]:
    """The same for several targets: a problem for each."""
    record = named_loss(loss)
    if isinstance(record, Logistic):
        wrong = 'y has several columns: loss="logistic" is for one label; give one column at a time'
        raise ValueError(f"{wrong}.")  # noqa: TRY004 (its shape is wrong, with this loss)
    X, problems = model.pose_targets(X, y, sample_weight)
    if record.quadratic:
        return X, problems
    found: list[Problem] = []
    for k, problem in enumerate(problems):
        with of_target(k):
            found.append(with_loss(problem, record))
    return X, found


def zeros_and_ones(y: Any) -> np.ndarray:
    """The labels of two classes as numbers: the second in sorted order is 1."""
    y = column_or_1d(y)
    classes, labels = np.unique(y, return_inverse=True)
    if classes.size != 2:
        raise ValueError(
            f'y must have two classes with loss="logistic", got {classes.size}: give y == label '
            "for a path of one class against the rest."
        )
    return labels.astype(np.float64)
