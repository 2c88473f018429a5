"""The digest of code: of all that can influence the machine code that is made from it.

Two versions of a formula have two digests, in whichever file they, or what they call, were edited;
one version has the same digest in every process.
"""

from __future__ import annotations

import hashlib
from enum import Enum
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np

_LITERALS = {type(None), type(...), bool, int, float, complex, str, bytes, range, slice}
_CODE = ["code", "exceptiontable", "consts", "names", "varnames", "freevars", "cellvars"]
_CODE += ["argcount", "posonlyargcount", "kwonlyargcount", "flags"]


def digest(code: Any, plain: tuple[type[Any], ...] = ()) -> str:
    """The digest of functions and values; of those of the plain types it covers the ``repr``."""
    plain = np.dtype, *plain
    portrait = _portrait(code, names=(), seen={}, plain=plain)
    return hashlib.sha256(repr(portrait).encode()).hexdigest()


def _portrait(
    value: Any, names: tuple[str, ...], seen: dict[Any, Any], plain: tuple[type[Any], ...]
) -> tuple[Any, ...]:
    """Describe all that can influence the machine code made from a value, in nested tuples.

    ``names`` are those that the code which refers to the value uses: they say which attributes
    of a module or class to follow. Addresses, line numbers and the order of sets stay out.
    """

    def each(values: Any) -> tuple[Any, ...]:
        return tuple(_portrait(item, names, seen, plain) for item in values)

    kind = type(value).__module__, type(value).__qualname__
    if type(value) in _LITERALS or isinstance(value, plain):
        return *kind, repr(value)
    if isinstance(value, (tuple, list)):
        return *kind, *each(value)
    if isinstance(value, (set, frozenset)):
        return *kind, *sorted(each(value), key=repr)
    if isinstance(value, (np.ndarray, np.generic)):
        return *kind, repr(value.dtype), value.shape, value.strides, value.tobytes()
    if isinstance(value, Enum):
        return *kind, value.name, *each([value.value])
    if isinstance(value, CodeType):
        return *kind, *each(getattr(value, f"co_{part}") for part in _CODE)

    if hasattr(value, "__wrapped__") and not isinstance(value, FunctionType):  # compiled
        options = sorted(getattr(value, "targetoptions", {}).items())
        return *kind, *each([options, getattr(value, "fastmath", None), value.__wrapped__])

    home = getattr(value, "__name__" if isinstance(value, ModuleType) else "__module__", None)
    label = *kind, home, *(getattr(value, part, None) for part in ("__qualname__", "__name__"))
    if str(home).partition(".")[0] in {"numba", "numpy", "scipy"}:  # not ours to follow
        return label
    place = id(value), names
    if place in seen:
        return "again", seen[place][0]
    seen[place] = len(seen), value  # the value too: an address must not be used twice

    if isinstance(value, FunctionType):
        names = tuple(sorted(_names(value.__code__)))
        scope = [(name, value.__globals__[name]) for name in names if name in value.__globals__]
        cells = [cell.cell_contents for cell in value.__closure__ or ()]
        defaults = value.__defaults__, sorted((value.__kwdefaults__ or {}).items())
        return *label, *each([value.__code__, defaults, cells, scope])
    if isinstance(value, (ModuleType, type)):
        scope = [(name, getattr(value, name)) for name in names if hasattr(value, name)]
        return *label, *each([getattr(value, "_fields", ()), scope])
    return label


def _names(code: CodeType) -> set[str]:
    nested = (_names(part) for part in code.co_consts if isinstance(part, CodeType))
    return set(code.co_names).union(*nested)
