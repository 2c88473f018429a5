"""No collection of garbage while numba is imported or compiles.

Both make many objects that stay, and each collection looks at all there are: it took two fifths of
the import and an eighth of a compilation.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from skl1.compiled.forks import run_in_children

#: The threads within ``uncollected`` that have to turn it on again: one at most.
_turned_off: list[None] = []


@contextmanager
def uncollected() -> Iterator[None]:
    """Leave garbage where it is, for the whole process, and then collect again if that was so."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    _turned_off.append(None)
    try:
        yield
    finally:
        _turned_off.clear()
        gc.enable()


def _collect_again() -> None:
    """In a child that is forked meanwhile nobody else would."""
    if _turned_off:
        _turned_off.clear()
        gc.enable()


run_in_children(_collect_again)
