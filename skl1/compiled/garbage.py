"""No collection of garbage while numba is imported or compiles.

Both make many objects that stay, and each collection looks at all there are: it took two fifths of
the import and an eighth of a compilation.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Leave garbage where it is, for the whole process, and then collect again if that was so."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
