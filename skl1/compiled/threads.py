"""How many threads BLAS may use: one, except where it has much to do; and tasks in threads.

NumPy and SciPy may each bring a BLAS with threads of its own. After a product these wait for the
next one by spinning, and take the core that the other's threads, or a neighbour's, would work on:
blocks of some hundred rows were several times slower on two threads than on one.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from functools import cache
from threading import get_ident
from typing import Any

from joblib import effective_n_jobs
from sklearn import config_context, get_config
from threadpoolctl import ThreadpoolController

from skl1.compiled.forks import fork_safe_lock, run_in_children

#: Multiplications above which one product is worth waking threads for.
LARGE = 2**31
#: Multiplications below which BLAS uses one thread anyway.
SMALL = 2**17
#: Seconds that a task may take before others are begun beside it.
BRIEF = 0.003

_lock = fork_safe_lock()
#: The fits under the limit, and the thread that each runs in.
_fits: dict[object, int] = {}
#: How many threads each library has without the limit; nothing while there is no limit.
_usual: list[int] = []


def _forget_other_threads() -> None:
    """In a forked child, which has one thread: the fits of the others do not go on in it."""
    for fit in [fit for fit, thread in _fits.items() if thread != get_ident()]:
        del _fits[fit]


run_in_children(_forget_other_threads)


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
    if work < SMALL:
        yield
        return
    fit = object()
    with _lock:
        first = not _fits
        if first and not _usual:  # a child that was forked during a fit has the limit already
            _usual[:] = [library.num_threads for library in _libraries()]
        _fits[fit] = get_ident()
    try:  # from here on an interrupt takes back what has been set
        if first:
            with _lock:
                _allow([1] * len(_usual))
        yield
    finally:
        with _lock:
            del _fits[fit]
            if not _fits:
                _allow(_usual)
                _usual.clear()


@contextmanager
def confined() -> Iterator[None]:
    """Let BLAS use one thread, for good: where several processes or threads share the cores."""
    with single_threaded(SMALL), single_threaded(SMALL):  # of a single fit `spread` lifts the limit
        yield


@contextmanager
def spread(work: float) -> Iterator[None]:
    """Lift the limit for one product, if it is large and no other fit is running."""
    with _lock:
        lifted = work > LARGE and len(_fits) == 1
        if lifted:
            _allow(_usual)
    try:
        yield
    finally:
        if lifted:
            with _lock:
                _allow([1] * len(_usual))


def in_turn(
    run: Callable[[Any], Any], tasks: Sequence[Any], n_jobs: int | None
) -> Generator[Any, None, None]:
    """The results of tasks in their order, made in threads where several are asked for.

    Another thread is only woken when a task takes longer than that. Closed before its end it begins
    no other task, and waits for those that are being done.
    """
    jobs = min(effective_n_jobs(n_jobs), len(tasks))
    if jobs < 2:
        yield from map(run, tasks)
        return
    settings = get_config()  # of scikit-learn, which a thread does not inherit

    def configured(task):
        with config_context(**settings):
            return run(task)

    with ThreadPoolExecutor(jobs) as threads:
        begun: list[Future] = []
        try:
            for number in range(len(tasks)):
                if number == len(begun):
                    begun.append(threads.submit(configured, tasks[number]))
                    if wait(begun[-1:], BRIEF).not_done:
                        rest = tasks[number + 1 :]
                        begun.extend(threads.submit(configured, task) for task in rest)
                yield begun[number].result()
        finally:
            for future in begun:
                future.cancel()
