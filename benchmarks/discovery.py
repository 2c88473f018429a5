"""Finding the classes of a folder: a new problem or contender is a new file, and nothing else."""

from __future__ import annotations

import inspect
import pkgutil
from importlib import import_module
from types import ModuleType
from typing import Protocol, TypeVar


class Listed(Protocol):
    """What is found has a name, and a place among its kind."""

    name: str
    rank: int


Kind = TypeVar("Kind", bound=Listed)


def classes(package: ModuleType, base: type[Kind]) -> dict[str, list[type[Kind]]]:
    """The concrete subclasses of ``base``, by the module of the package that defines them."""
    found = {}
    for info in pkgutil.iter_modules(package.__path__):
        module = import_module(f"{package.__name__}.{info.name}")
        found[info.name] = [
            cls
            for cls in vars(module).values()
            if inspect.isclass(cls)
            and issubclass(cls, base)
            and not inspect.isabstract(cls)
            and cls.__module__ == module.__name__
        ]
    return found


def instances(package: ModuleType, base: type[Kind]) -> dict[str, Kind]:
    """One instance of each class of a package, by name, in the order of their ranks."""
    made = [cls() for found in classes(package, base).values() for cls in found]
    return {one.name: one for one in sorted(made, key=lambda one: (one.rank, one.name))}
