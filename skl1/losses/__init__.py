"""Losses: what the prediction of one sample costs."""

from skl1.losses.base import Loss
from skl1.losses.squared import Squared

__all__ = ["Loss", "Squared"]
