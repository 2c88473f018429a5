"""How many threads BLAS may use: one, except where it has much to do.

NumPy and SciPy may each bring a BLAS with threads of its own. After a product these wait for the
next one by spinning, and take the core that the other's threads, or a neighbour's, would work on:
blocks of some hundred rows were several times slower on two threads than on one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import Lock

from threadpoolctl import ThreadpoolController

#: Multiplications above which one product is worth waking threads for.
LARGE = 2**31
#: Multiplications below which BLAS uses one thread anyway.
SMALL = 2**17

_lock = Lock()
_fits = 0
_usual: list[int] = []


@cache
def _libraries():
    return ThreadpoolController().select(user_api="blas").lib_controllers


def _allow(counts: list[int]) -> None:
    for library, count in zip(_libraries(), counts, strict=True):
        library.set_num_threads(count)


@contextmanager
def single_threaded(work: float) -> Iterator[None]:
    """Let BLAS use one thread during a fit whose largest product may take so much work.

    The setting belongs to the process: of fits in several threads the first sets it and the
    last takes it back. The smallest fits leave it alone, as BLAS does not split their products.
    """
    global _fits, _usual  # noqa: PLW0603 (the state of the process)
    if work < SMALL:
        yield
        return
    with _lock:
        if not _fits:
            _usual = [library.num_threads for library in _libraries()]
            _allow([1] * len(_usual))
        _fits += 1
    try:
        yield
    finally:
        with _lock:
            _fits -= 1
            if not _fits:
                _allow(_usual)


@contextmanager
def confined() -> Iterator[None]:
    """Let BLAS use one thread, for good: where several processes or threads share the cores."""
    with single_threaded(SMALL), single_threaded(SMALL):  # of a single fit `spread` lifts the limit
        yield


@contextmanager
def spread(work: float) -> Iterator[None]:
    """Lift the limit for one product, if it is large and no other fit is running."""
    with _lock:
        lifted = work > LARGE and _fits == 1
        if lifted:
            _allow(_usual)
    try:
        yield
    finally:
        if lifted:
            with _lock:
                _allow([1] * len(_usual))
