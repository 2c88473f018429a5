"""Timing of a function in the same process."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from time import perf_counter
from typing import Any


def least(
    functions: dict[str, Callable[[], Any]], *, turns: int = 5, seconds: float = 3.0
) -> dict[str, float]:
    """Least times of functions that take turns, after a call each that does not count.

    A function that has used up its seconds gets no further turn; each gets one.
    """
    times: dict[str, list[float]] = {name: [] for name in functions}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for function in functions.values():
            function()
        for _ in range(turns):
            for name, function in functions.items():
                if sum(times[name]) <= seconds:
                    start = perf_counter()
                    function()
                    times[name].append(perf_counter() - start)
    return {name: min(values) for name, values in times.items()}
