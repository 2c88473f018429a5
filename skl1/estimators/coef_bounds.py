"""Bounds of the coefficients as users give them."""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np

from skl1.results.names import BY_NAME, labels, per_feature

NAME = "coef_bounds"


def checked_bounds(
    given: Any, positive: bool, names: np.ndarray | None, n_features: int
) -> tuple[Any, Any]:
    """``(lower, upper)``, each a number or an array: what is given, and not negative if so asked.

    Raises
    ------
    ValueError
        If these are no bounds, of another number of features, or leave out zero.
    """
    if given is None:
        return (0.0 if positive else -inf), inf
    pair = per_feature(given, NAME, names, n_features, BY_NAME[NAME])
    if not isinstance(pair, (tuple, list, np.ndarray)) or len(pair) != 2:
        raise ValueError(
            f"{NAME} must be a pair (lower, upper), or a dict of such pairs by the names of "
            f"features, got {given!r}."
        )
    lower, upper = (
        _checked(bound, which, n_features)
        for bound, which in zip(pair, ("lower", "upper"), strict=True)
    )
    _zero_within(lower, lower <= 0.0, "lower", "at most", names)
    _zero_within(upper, upper >= 0.0, "upper", "at least", names)
    if positive:
        lower = np.maximum(lower, 0.0)
    return (lower if np.ndim(lower) else float(lower)), (upper if np.ndim(upper) else float(upper))


def _checked(bound: Any, which: str, n_features: int) -> np.ndarray:
    """The lower or the upper bounds as numbers."""
    numbers = np.asarray(bound)
    if numbers.dtype.kind not in "biuf":
        raise ValueError(f"The {which} bounds in {NAME} must be real numbers, got {bound!r}.")
    if numbers.shape not in ((), (n_features,)):
        raise ValueError(
            f"The {which} bounds in {NAME} must be one number, or one for each of the {n_features} "
            f"features; got shape {numbers.shape}."
        )
    if np.isnan(numbers).any():
        raise ValueError(f"The {which} bounds in {NAME} must not be NaN; inf stands for no bound.")
    return numbers.astype(np.float64)


def _zero_within(bound, good, which: str, side: str, names: np.ndarray | None) -> None:
    """Raise an error unless zero is on the right side of all bounds."""
    if np.all(good):
        return
    place = int(np.argmin(good))
    of = f" for {labels(names, bound.size)[place]!r}" if bound.ndim else ""
    raise ValueError(
        f"The {which} bounds in {NAME} must be {side} 0, so that each coefficient may be zero; got "
        f"{np.ravel(bound)[place]:g}{of}."
    )
