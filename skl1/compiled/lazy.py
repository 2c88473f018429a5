"""Lazy attributes: computed when they are first asked for, and then kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

Value = TypeVar("Value")


class lazy(Generic[Value]):  # noqa: N801 (reads as a decorator)
    """An attribute that a method computes on first use.

    Like ``functools.cached_property``, but without a lock. That of Python 3.11 belongs to the
    class: one fit waits for another, and a process that is forked while a thread holds it waits for
    ever. Threads that ask at the same time may compute the value twice; all get the same one,
    as ``dict.setdefault`` keeps the first.

    Examples
    --------
    >>> from skl1.compiled.lazy import lazy
    >>> class Circle:
    ...     def __init__(self, radius):
    ...         self.radius = radius
    ...     @lazy
    ...     def area(self):
    ...         print("computed")
    ...         return 3.14159 * self.radius**2
    >>> circle = Circle(2.0)
    >>> circle.area
    computed
    12.56636
    >>> circle.area
    12.56636
    """

    def __init__(self, function: Callable[[Any], Value]):
        self.function = function
        self.name = function.__name__
        self.__doc__ = function.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, instance: None, owner: Any = None) -> lazy[Value]: ...
    @overload
    def __get__(self, instance: object, owner: Any = None) -> Value: ...
    def __get__(self, instance, owner=None):
        # Called only while the instance has no attribute of this name: no data descriptor.
        if instance is None:
            return self
        return vars(instance).setdefault(self.name, self.function(instance))
