"""Which model of a path to take: the rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np

#: Rules that compare held-out errors, and criteria that need the fit to all data only.
CROSS_VALIDATED = ("min", "1se")
CRITERIA = ("aic", "bic", "ebic", "gcv")
#: Losses that differ by a smaller share than this differ by rounding.
FLAT = 1e-9


@dataclass(frozen=True)
class Choice:
    """The place of a model in a grid of shapes by alphas, counted row by row.

    Attributes
    ----------
    place : int
        Of the model that is taken.
    edge : int
        Of the one that decides whether the grid is long enough: that of the smallest loss.
    flat : bool
        Whether all losses are equal but for rounding.
    """

    place: int
    edge: int
    flat: bool


def strength_of(search: Any) -> str:
    """The parameter whose grid a fitted search has tried: ``cv_results_`` begins with it."""
    return next(iter(search.cv_results_)).removeprefix("param_")


def choose(
    selection: str | Callable, table: dict, losses: np.ndarray, errors: np.ndarray, nothing: str
) -> Choice:
    """Apply a rule; ``nothing`` says why there may be no finite loss."""
    finite = losses[np.isfinite(losses)]
    if not finite.size:
        raise ValueError(f"No model of the path has a finite score to be chosen by: {nothing}.")
    flat = bool(np.ptp(finite) <= FLAT * np.abs(finite).max())
    if callable(selection):
        index = selection(table)
        whole = isinstance(index, Integral) and not isinstance(index, bool)
        if not (whole and 0 <= int(index) < losses.size):
            raise ValueError(
                f"selection must return an index of the {losses.size} models, got {index!r}: a "
                "whole number, counted from 0, as int(np.argmax(...)) is."
            )
        return Choice(int(index), int(index), flat)
    if selection != "1se":
        place = best(losses)
        return Choice(place, place, flat)
    if np.isnan(errors).all():
        raise ValueError('selection="1se" needs at least two folds that count.')
    return Choice(best(losses, errors), best(losses), flat)


def best(losses: np.ndarray, errors: np.ndarray | None = None) -> int:
    """The place of the smallest loss in a grid of shapes by alphas, counted row by row.

    Of those equal but for rounding the first, the one with the largest alpha. With standard errors
    the largest alpha of the same shape whose loss is at most one standard error above (Breiman,
    Friedman, Olshen and Stone 1984, section 3.4.3).
    """
    finite = np.where(np.isfinite(losses), losses, np.inf)
    least = finite.min()
    place = int(np.argmax(finite <= least + FLAT * abs(least)))
    if errors is None:
        return place
    row, column = divmod(place, losses.shape[1])
    within = losses[row] <= losses[row, column] + errors[row, column]
    return row * losses.shape[1] + int(np.argmax(within))


def mean(values: np.ndarray) -> np.ndarray:
    """Over the folds that count."""
    counted = ~np.isnan(values).all(axis=(0, 1))
    if not counted.any():
        return np.full(values.shape[:-1], np.nan)
    return values[..., counted].mean(axis=-1)


def standard_errors(values: np.ndarray) -> np.ndarray:
    """Of the means over folds; NaN for a single fold."""
    counted = ~np.isnan(values).all(axis=(0, 1))
    number = np.count_nonzero(counted)
    if number < 2:
        return np.full(values.shape[:-1], np.nan)
    return values[..., counted].std(axis=-1, ddof=1) / np.sqrt(number)
