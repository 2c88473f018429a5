"""A choice for each of several targets: the searches of all, as one search and back."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from numbers import Integral
from typing import Any

import numpy as np

from skl1.estimators.targets import OF_X, gathered
from skl1.model_selection.rules import strength_of

#: Endings of the names of arrays over grids, which have the same shape for all targets.
OVER_GRIDS = ("_path_", "_se_")


def joined(ones: Sequence[Any]) -> dict[str, Any]:
    """The attributes of all targets, from those of the search of each: arrays where they fit."""
    found, grid = gathered(ones), f"{strength_of(ones[0])}s_"
    for name, values in found.items():
        if name == grid or name.endswith(OVER_GRIDS):
            found[name] = np.stack(values)
    return found


def one_target(search: Any, k: Any) -> Any:
    """The search of one target, from that of several of which each has its own choice."""
    tables = search.cv_results_
    if not isinstance(tables, list):
        raise ValueError(  # noqa: TRY004 (of what it was fitted to)
            f"{type(search).__name__} has one choice for all that it was fitted to. With several "
            f"targets and shared_{strength_of(search)}=False each has its own."
        )
    if not isinstance(k, Integral) or int(k) not in range(len(tables)):
        raise ValueError(f"k must be the number of a target, from 0 to {len(tables) - 1}, got {k}.")
    one = copy(search)
    for name, values in vars(search).items():
        if name.endswith("_") and not name.startswith("_") and name not in OF_X:
            value = values[int(k)]
            setattr(one, name, value.item() if isinstance(value, np.generic) else value)
    return one
