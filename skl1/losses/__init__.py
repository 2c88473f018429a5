"""Losses: what the prediction of one sample costs."""

from skl1.losses.base import Loss
from skl1.losses.huber import Huber
from skl1.losses.logistic import Logistic
from skl1.losses.poisson import Poisson
from skl1.losses.squared import Squared

__all__ = ["Huber", "Logistic", "Loss", "Poisson", "Squared"]
