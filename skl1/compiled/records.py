"""Records: frozen dataclasses of numbers and arrays that compiled kernels take as arguments."""

from __future__ import annotations

import operator
from abc import ABC
from dataclasses import dataclass, fields
from functools import cache
from typing import Annotated, Any, dataclass_transform, get_type_hints

import numpy as np
import numpy.typing as npt

from skl1.compiled import loading
from skl1.compiled.lazy import lazy

Vector = Annotated[npt.NDArray[Any], 1, "C"]
RowMatrix = Annotated[npt.NDArray[Any], 2, "C"]
ColumnMatrix = Annotated[npt.NDArray[Any], 2, "F"]
_SCALARS = (float, int, bool)
#: What a record knows of its own kind.
_KINDS = {"_numba_type_", "makeup"}


@cache
def record_fields(cls: type[Any]) -> dict[str, Any]:
    """Name and kind of each field: a scalar class, (ndim, order) of an array, a record class."""
    hints = get_type_hints(cls, include_extras=True)
    kinds = {f.name: getattr(hints[f.name], "__metadata__", hints[f.name]) for f in fields(cls)}
    for name, kind in kinds.items():
        is_record = isinstance(kind, type) and issubclass(kind, Record)
        if not (is_record or isinstance(kind, tuple) or kind in _SCALARS):
            raise TypeError(f"{cls.__qualname__}.{name}: a record cannot hold a {kind}")
    return kinds


def _coerce(value: Any, kind: Any) -> Any:
    if isinstance(kind, tuple):
        ndim, order = kind
        array = np.asarray(value)
        if array.ndim != ndim or array.dtype.kind not in "biufc":
            raise TypeError(f"expected {ndim} axes of numbers, got {array.ndim} of {array.dtype}")
        return np.require(array, array.dtype.newbyteorder("="), [order, "ALIGNED"])
    if kind in _SCALARS:
        return operator.index(value) if kind is int else kind(value)  # int() truncates 2.7
    if not isinstance(value, kind):
        raise TypeError(f"expected a {kind.__qualname__}, got {value!r}")
    return value


@dataclass_transform(frozen_default=True, eq_default=False)
class Record(ABC):
    """Base of the immutable values whose methods compiled kernels can call.

    Every subclass is a frozen dataclass. Its fields are annotated ``float``, ``int``, ``bool``,
    ``Vector``, ``RowMatrix``, ``ColumnMatrix`` or a record class. Values are converted to that;
    arrays keep their dtype. A ``__post_init__`` of a subclass must call this one first.

    Methods run compiled in kernels and as plain Python elsewhere. They may use their arguments
    (and write into arrays), fields, each other, compiled functions and global constants, but not
    ``super()``. Compiled functions accept records and cannot return them.

    Examples
    --------
    >>> from skl1.compiled import Record
    >>> class SquaredL2(Record):
    ...     alpha: float
    ...     def prox(self, z, step):
    ...         return z / (1.0 + step * self.alpha)
    >>> SquaredL2(alpha=1).prox(3.0, 0.5)
    2.0
    """

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        dataclass(frozen=True, eq=False)(cls)

    def __post_init__(self) -> None:
        for name, kind in record_fields(type(self)).items():
            object.__setattr__(self, name, _coerce(getattr(self, name), kind))

    @lazy
    def _numba_type_(self) -> Any:
        # Numba's C dispatcher reads this attribute, several times faster than typeof_impl.
        return loading.machine_code().type_of_record(self, record_fields(type(self)))

    @lazy
    def makeup(self) -> tuple[Any, ...]:
        """The class, and those of the records that this one holds."""
        fields = (getattr(self, name) for name in record_fields(type(self)))
        return type(self), *(each.makeup for each in fields if isinstance(each, Record))

    def __getstate__(self) -> dict[str, Any]:
        # Without the type: where this is unpickled, its digest may belong to older code.
        return {name: value for name, value in vars(self).items() if name not in _KINDS}
