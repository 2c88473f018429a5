"""Who is told that a kernel is about to be compiled, as that takes seconds."""

from __future__ import annotations

from collections.abc import Callable

#: Functions of the name of the kernel and of about how many seconds it takes.
listeners: list[Callable[[str, float], None]] = []


def compiles(name: str, seconds: float) -> None:
    """Tell all of them."""
    for listener in listeners:
        listener(name, seconds)
