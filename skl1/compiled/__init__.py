"""Records and kernels: plain Python that numba compiles when it is worth while.

A *record* is a frozen dataclass, a formula with a few numbers; a *kernel* is a loop that takes
records and arrays. Both are ordinary Python: nothing here even imports numba, which takes as long
as some hundred small fits. ``machine_code.py`` does, on the first call of a kernel.
"""

from __future__ import annotations

import operator
from _thread import start_new_thread
from abc import ABC
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cache, update_wrapper
from importlib import import_module
from threading import Lock
from typing import Annotated, Any, dataclass_transform, get_type_hints

import numpy as np
import numpy.typing as npt

from skl1.compiled.forks import fork_safe_lock
from skl1.compiled.lazy import lazy

__all__ = [
    "ColumnMatrix",
    "Formula",
    "Kernel",
    "Record",
    "RowMatrix",
    "Vector",
    "formula",
    "kernel",
]

#: Sums may be reassociated and products contracted; no other fast-math, so NaN can be tested.
FAST = frozenset({"reassoc", "contract"})
#: Interpreted operations that take as long as loading the compiler, and as loading the cached code
#: of one kernel once the compiler is there.
PATIENCE, BRIEF = 1_000_000, 20_000


class Formula:
    """A scalar function that kernels can call: compiled there, plain Python elsewhere."""

    def __init__(self, function: Callable[..., Any]):
        update_wrapper(self, function)
        self.function = function
        self.fastmath: frozenset[str] = frozenset()

    def __call__(self, *args: Any) -> Any:
        return self.function(*args)

    @lazy
    def compiled(self) -> Any:
        """The function as numba compiles it (the function itself if compilation is off)."""
        return _numba().compile_function(self.function, self.fastmath)

    @property
    def _numba_type_(self) -> Any:
        return _numba().function_type(self.compiled)


class Kernel(Formula):
    """A loop that is compiled on its first call, and cached on disk for later processes."""

    spent = 0  #: interpreted operations in this process, of all kernels

    def __init__(self, function: Callable[..., Any], fastmath: frozenset[str]):
        super().__init__(function)
        self.fastmath = fastmath
        self.asked = 0  # interpreted operations of this kernel

    @lazy
    def compiled(self) -> Any:
        """The function as numba compiles it (the function itself if compilation is off)."""
        return _numba().compile_kernel(self.function, self.fastmath)

    def __call__(self, *args: Any) -> Any:
        return self.compiled(*args)

    def sized(self, operations: int) -> Callable[..., Any]:
        """The kernel for a call of so many operations.

        Rent or buy: interpreted until all such calls together would have paid for loading the
        compiler, or those of this kernel for loading its code if the compiler is there. Without
        fast-math both forms do the same arithmetic, bit for bit; powers and cosines may differ in
        the last one.
        """
        if "compiled" not in vars(self):
            Kernel.spent += operations
            self.asked += operations
            if self.asked <= BRIEF if _loaded() else Kernel.spent <= PATIENCE:
                return self.function
        return self.compiled


def formula(function: Callable[..., Any]) -> Formula:
    """Let a scalar function be called by kernels and by the methods of records."""
    return Formula(function)


def kernel(function: Callable[..., Any] | None = None, *, exact: bool = False) -> Any:
    """Make a kernel of a function.

    Division by zero gives inf or NaN and the GIL is released. Unless ``exact``, sums may be
    reassociated and products contracted.
    """
    if function is None:
        return lambda function: kernel(function, exact=exact)
    return Kernel(function, frozenset() if exact else FAST)


class _Compiler:
    """``skl1.compiled.machine_code``, and with it numba, imported when first called for."""

    def __init__(self) -> None:
        self.module: Any = None
        self.importing = fork_safe_lock()

    def __call__(self) -> Any:
        if self.module is None:
            self.load()
        return self.module

    def load(self) -> None:
        """Import in a thread of its own, where no interrupt can cut the import short.

        Python runs signal handlers, and so raises KeyboardInterrupt, in the main thread only. An
        import of numba that ends half way leaves parts behind that no second import mends. An
        interrupt that comes meanwhile is raised when the import is done.
        """
        done, failure = Lock(), []
        done.acquire()

        def work() -> None:
            try:
                with self.importing:
                    self.module = import_module("skl1.compiled.machine_code")
            except BaseException as error:
                failure.append(error)
            finally:
                done.release()

        try:
            start_new_thread(work, ())
        except RuntimeError:  # no threads any more: Python is shutting down
            work()
        interrupt = None
        while self.module is None and not failure:
            try:
                done.acquire()
            except BaseException as error:
                interrupt = error
        if interrupt is not None:
            raise interrupt
        if failure:
            raise failure[0]


_numba = _Compiler()


def _loaded() -> bool:
    """Whether a kernel has been compiled in this process, or its code been loaded."""
    return _numba.module is not None


Vector = Annotated[npt.NDArray[Any], 1, "C"]
RowMatrix = Annotated[npt.NDArray[Any], 2, "C"]
ColumnMatrix = Annotated[npt.NDArray[Any], 2, "F"]
_SCALARS = (float, int, bool)


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
        return _numba().type_of_record(self)

    def __getstate__(self) -> dict[str, Any]:
        # Without the type: where this is unpickled, its digest may belong to older code.
        return {name: value for name, value in vars(self).items() if name != "_numba_type_"}
