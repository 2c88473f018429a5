"""Warnings of skl1's own, and the one way to warn: at the line of the user's code."""

from __future__ import annotations

import sys
import warnings
from types import FrameType

__all__ = [
    "EmptyModelWarning",
    "FoldWarning",
    "GridEdgeWarning",
    "IntervalWarning",
    "VersionWarning",
]

#: Packages whose frames stand between a user's line and a warning: skl1, those that call it on
#: behalf of a user, and what runs tasks in threads or processes.
BETWEEN = frozenset(
    {
        "asyncio",
        "concurrent",
        "contextlib",
        "copy",
        "dask",
        "distributed",
        "functools",
        "joblib",
        "multiprocessing",
        "numpy",
        "pickle",
        "scipy",
        "skl1",
        "sklearn",
        "threading",
    }
)


class EmptyModelWarning(UserWarning):
    """Every penalised coefficient of the fitted model is zero."""


class GridEdgeWarning(UserWarning):
    """The chosen alpha is the first or the last of its grid: a better one may lie beyond."""


class FoldWarning(UserWarning):
    """A fold is not like the others: nothing to learn, or nothing to be judged by."""


class IntervalWarning(UserWarning):
    """Intervals of columns that cannot be told from others: what they cover is not known."""


class VersionWarning(UserWarning):
    """A pickle that another version of skl1 has made is loaded."""


def warn_user(message: str, category: type[Warning]) -> None:
    """Warn at the innermost line outside skl1 and the packages between it and its users.

    ``stacklevel`` counts frames, of which a pipeline or a wrapper adds some. Where no frame is
    outside, as in a worker thread, the outermost is taken. The registry is that of the line's
    module, so that Python shows a warning once for each line of the user's.
    """
    frame = sys._getframe(1)  # noqa: SLF001 (what inspect.currentframe calls)
    while _home(frame) in BETWEEN and frame.f_back:
        frame = frame.f_back
    space = frame.f_globals
    warnings.warn_explicit(
        message,
        category,
        filename=frame.f_code.co_filename,
        lineno=frame.f_lineno,
        module=space.get("__name__") or "<unknown>",
        registry=space.setdefault("__warningregistry__", {}),
    )


def _home(frame: FrameType) -> str:
    """The package that a frame's code is of."""
    return (frame.f_globals.get("__name__") or "").partition(".")[0]
