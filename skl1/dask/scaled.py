"""Weighted sums whose weights may be of any size: none of them overflows or vanishes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

#: Weights are divided by a power of ``2**STEP``, which is 1 for all but extreme ones: sums of
#: ordinary weights need no scaling, and are the same to the last digit.
STEP = 512


def unit_of(weights: np.ndarray | None) -> int:
    """The exponent k, a multiple of STEP, for which the largest of the weights is near ``2**k``."""
    largest = 1.0 if weights is None else float(weights.max(initial=0.0))
    return STEP * round(int(np.frexp(largest)[1]) / STEP)


def scaled(weights: np.ndarray | None, unit: int) -> np.ndarray | None:
    """Weights in units of ``2**unit``, which is exact."""
    return weights if weights is None or not unit else np.ldexp(weights, -unit)


@dataclass(frozen=True)
class Scaled:
    """Sums over rows with weights in units of ``2**unit``.

    ``sums`` has a ``weight``, can be added to its like and multiplied by a number.
    """

    unit: int
    sums: Any

    def __add__(self, other: Scaled) -> Scaled:
        if not (self.sums.weight and other.sums.weight):
            return self if self.sums.weight else other
        unit = max(self.unit, other.unit)
        return Scaled(unit, self.at(unit) + other.at(unit))

    def at(self, unit: int) -> Any:
        """The sums in units of another power, which is not smaller."""
        if unit == self.unit or not self.sums.weight:
            return self.sums
        return 2.0 ** (self.unit - unit) * self.sums
