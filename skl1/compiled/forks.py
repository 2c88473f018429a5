"""Locks that are free in a forked child, whatever the threads of its parent were doing.

A child has only the thread that forked. A lock that another thread held at that moment stays locked
in the child for ever, and the first fit that wants it hangs. So a fork waits for all of them.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from threading import RLock, local
from typing import Any

_locks: list[Any] = []
_here = local()


def free_in_children(lock: Any) -> None:
    """Let a fork wait until no other thread holds the lock.

    It must be reentrant, as a thread may fork while it holds the lock itself. A fork takes the lock
    that was registered last first: a thread that holds one must not wait for a later one.
    """
    _locks.append(lock)


def fork_safe_lock() -> Any:
    """A reentrant lock that is free in a forked child."""
    lock = RLock()
    free_in_children(lock)
    return lock


def _take_all() -> None:
    """Take the locks; those too that are registered meanwhile, by an import that ends."""
    taken: list[Any] = []
    _here.taken = taken
    while left := [lock for lock in _locks if not any(lock is other for other in taken)]:
        left[-1].acquire()
        taken.append(left[-1])


def _release_all() -> None:
    while _here.taken:
        _here.taken.pop().release()


def run_in_children(function: Callable[[], None]) -> None:
    """Call a function in each forked child, before anything else."""
    if hasattr(os, "register_at_fork"):  # Windows does not fork
        os.register_at_fork(after_in_child=function)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_take_all, after_in_parent=_release_all, after_in_child=_release_all)
