"""Short texts of results: what they are, how many models and features, and what they reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from html import escape
from typing import Any

import numpy as np

#: Names that a summary shows, and letters of each; letters of a line.
SHOWN, LETTERS, WIDTH = 4, 16, 88


class Summarised:
    """A result whose ``repr`` is a few lines, and a small table in notebooks."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        # A dataclass writes a __repr__ of all its numbers unless one stands in the class itself.
        if "__repr__" not in vars(cls):
            cls.__repr__ = Summarised.__repr__  # type: ignore[method-assign]

    def _facts(self) -> dict[str, str]:
        """What there is to say, by what it is about."""
        found = {}
        for each in fields(self):  # type: ignore[arg-type]
            value = getattr(self, each.name)
            if value is not None:
                found[each.name.rstrip("_").replace("_", " ")] = told(value)
        return found

    def __repr__(self) -> str:
        facts = {about: text for about, text in self._facts().items() if text}
        width = max(map(len, facts), default=0)
        lines = [shortened(f"  {about:<{width}}  {text}", WIDTH) for about, text in facts.items()]
        return "\n".join([type(self).__name__, *lines])

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<tr><th style="text-align: left">{escape(about)}</th>'
            f'<td style="text-align: left">{escape(text)}</td></tr>'
            for about, text in self._facts().items()
            if text
        )
        return f"<table><caption>{escape(type(self).__name__)}</caption>{rows}</table>"


def told(value: Any) -> str:
    """A value in a few letters: a number, or the shape and the range of many."""
    if isinstance(value, str):
        return value
    numbers = np.asarray(value)
    if numbers.ndim == 0:
        return f"{value:.4g}" if numbers.dtype.kind == "f" else str(value)
    if numbers.dtype.kind not in "iuf" or not numbers.size:
        return f"{len(value)} entries"
    shape = " x ".join(map(str, numbers.shape))
    return f"{shape} numbers, {span(numbers)}"


def span(numbers: Any, form: str = ".4g") -> str:
    """The range of numbers, those left out that are none."""
    finite = np.asarray(numbers)[np.isfinite(numbers)]
    if not finite.size:
        return "none of them finite" if np.size(numbers) else "none"
    low, high = f"{finite.min():{form}}", f"{finite.max():{form}}"
    return low if low == high else f"{low} to {high}"


def features_told(n_features: int, names: Sequence[Any] | np.ndarray | None) -> str:
    """The number of features, and the names of the first of them."""
    if names is None:
        return str(n_features)
    first = [shortened(repr(str(name))[1:-1], LETTERS) for name in names[:SHOWN]]
    more = ", ..." if len(names) > SHOWN else ""
    return f"{n_features} ({', '.join(first)}{more})"


def converged_told(converged: np.ndarray, reasons: Sequence[str] = ()) -> str:
    """How many models converged, and why the first of the others did not."""
    count, size = int(np.count_nonzero(converged)), np.size(converged)
    text = f"{count} of {size}"
    if count == size or not len(reasons):
        return text
    return f"{text}; {reasons[int(np.argmin(converged))]}"


def shortened(text: str, letters: int) -> str:
    """The text, cut where it is longer."""
    return text if len(text) <= letters else text[: letters - 3] + "..."
