"""A point of a problem."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Point:
    """Coefficients with what one pass over the data tells about them.

    Attributes
    ----------
    w : ndarray of shape (n_features,)
    z : ndarray of shape (n_features,)
        Minus the gradient of the loss: the correlations of the features with the residual.
    loss : float
        The weighted mean of the loss over the samples.
    objective : float
        The loss and the penalty.
    """

    w: np.ndarray
    z: np.ndarray
    loss: float
    objective: float
