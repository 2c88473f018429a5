"""Finding what a folder holds: a new problem, contender or benchmark is a new file."""

from __future__ import annotations

import ast
import inspect
import pkgutil
from importlib import import_module
from pathlib import Path
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


def purposes() -> dict[str, str]:
    """The benchmarks by name, with the first lines of their docstrings; none is imported."""
    files = sorted((Path(__file__).parent / "suites").glob("*.py"))
    told = {file.stem: ast.get_docstring(ast.parse(file.read_text("utf-8"))) for file in files}
    return {
        name: (text or "").partition("\n")[0] for name, text in told.items() if name != "__init__"
    }
