"""Sums of moments in units of a power of two, so that weights of any size have them."""

from __future__ import annotations

from math import frexp
from typing import Any

import numpy as np

#: What moments hold of their sums, in units of two to their exponent.
SUMS = ("held_weight", "held_xx", "held_xy", "held_yy")
#: Beyond so many powers of two a sum is nothing, or everything, beside another.
FAR = 4000


def in_units(name: str) -> property:
    """A sum: what is held, times two to the exponent."""

    def value(moments):
        held = getattr(moments, name)
        if not moments.exponent:
            return held
        with np.errstate(over="ignore", under="ignore"):
            scaled = np.ldexp(held, moments.exponent)
        return scaled if scaled.ndim else float(scaled)

    return property(value)


def scaled(values: dict[str, Any], power: int) -> dict[str, Any]:
    """The sums times a power of two; what vanishes is nothing beside what it will be added to."""
    power = min(max(power, -FAR), FAR)
    with np.errstate(over="ignore", under="ignore"):
        moved = {name: np.ldexp(values[name], power) for name in SUMS}
    return {name: value if value.ndim else float(value) for name, value in moved.items()}


def in_unit(moments: Any, exponent: int) -> dict[str, Any]:
    """The sums in units of another power of two."""
    values = {name: getattr(moments, name) for name in SUMS}
    if moments.exponent == exponent:
        return values
    return scaled(values, moments.exponent - exponent)


def magnitude(moments: Any) -> int:
    """The power of two next to the weight."""
    return frexp(moments.held_weight)[1] + moments.exponent
