"""Formulas and kernels: Python functions that numba compiles when it is worth while."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, update_wrapper
from threading import local
from typing import Any

from skl1.compiled import loading
from skl1.compiled.lazy import lazy

#: Sums may be reassociated and products contracted; no other fast-math, so NaN can be tested.
FAST = frozenset({"reassoc", "contract"})
#: Interpreted operations that take as long as loading the compiler, and as loading the cached code
#: of one kernel once the compiler is there.
PATIENCE, BRIEF = 1_000_000, 20_000
#: Interpreted operations that take as long as compiling a kernel of which no code is cached, and
#: for each byte of Python's code in it and in the functions that it calls.
COMPILING, EACH_BYTE = 1_000_000, 3_000
#: Machine code is kept for later processes, which share its price: so many of them.
BUYERS = 16
#: Operations of a call within an interpreted kernel, of a formula or of another kernel.
CALL = 40
#: Seconds of an interpreted operation.
OPERATION = 1e-7
#: The classes that records are made of, as `Record.makeup` says them.
Makeup = tuple[Any, ...]


class _Here(local):
    """Whether this thread is within a kernel that runs as plain Python, and its calls so far."""

    interpreting = False
    calls = 0


_here = _Here()


class Formula:
    """A scalar function that kernels can call: compiled there, plain Python elsewhere."""

    def __init__(self, function: Callable[..., Any]):
        update_wrapper(self, function)
        self.function = function
        self.fastmath: frozenset[str] = frozenset()

    def __call__(self, *args: Any) -> Any:
        _here.calls += 1
        return self.function(*args)

    @lazy
    def length(self) -> int:
        """Bytes of Python's code in the function and in those that it calls by name."""
        reached: list[Formula] = [self]
        for each in reached:  # which grows
            scope = each.function.__globals__
            called = (scope.get(name) for name in each.function.__code__.co_names)
            reached += [
                other
                for other in called
                if isinstance(other, Formula) and not any(other is known for known in reached)
            ]
        return sum(len(each.function.__code__.co_code) for each in reached)

    @lazy
    def compiled(self) -> Any:
        """The function as numba compiles it (the function itself if compilation is off)."""
        return loading.machine_code().compile_function(self.function, self.fastmath)

    @property
    def _numba_type_(self) -> Any:
        return loading.machine_code().function_type(self.compiled)


class Kernel(Formula):
    """A loop that is compiled on its first call, and cached on disk for later processes."""

    spent = 0  #: interpreted operations in this process, of all kernels

    def __init__(
        self,
        function: Callable[..., Any],
        fastmath: frozenset[str],
        arrays: Callable[..., Any] | None = None,
    ):
        super().__init__(function)
        self.fastmath = fastmath
        self.plain = arrays or function  # what runs while there is no machine code
        #: Interpreted operations of this kernel for records of each makeup.
        self.asked: dict[Makeup, int] = {}
        self.found: dict[Makeup, bool] = {}  #: whether there has been machine code for them
        self.bought: set[Makeup] = set()  #: where they have paid for it, or for loading it

    @lazy
    def compiled(self) -> Any:
        """The function as numba compiles it (the function itself if compilation is off)."""
        seconds = OPERATION * self.price
        return loading.machine_code().compile_kernel(self.function, self.fastmath, seconds)

    @property
    def price(self) -> int:
        """Interpreted operations that take as long as compiling it."""
        return COMPILING + EACH_BYTE * self.length

    @lazy
    def part(self) -> Any:
        """The function as numba compiles it for other kernels: to be optimised with them."""
        return loading.machine_code().compile_function(self.function, self.fastmath)

    @property
    def _numba_type_(self) -> Any:
        return loading.machine_code().function_type(self.part)

    @lazy
    def kept(self) -> list[Any]:
        """For each piece of machine code of this kernel on disk the types of its arguments."""
        return loading.machine_code().kept_code(self.compiled)

    def __call__(self, *args: Any) -> Any:
        # What a small amount of work has not been compiled for, its parts are not either.
        if not _here.interpreting:
            return self.compiled(*args)
        _here.calls += 1
        return self.plain(*args)

    def interpreted(self, *args: Any) -> Any:
        """The function as plain Python, with all kernels that it calls."""
        outer = _here.interpreting
        try:
            _here.interpreting = True
            return self.plain(*args)
        finally:
            _here.interpreting = outer

    def _rented(self, makeup: Makeup, *args: Any) -> Any:
        """The same, where the calls in it count as operations that nobody could foresee."""
        before = _here.calls
        try:
            return self.interpreted(*args)
        finally:
            self._ask(makeup, CALL * (_here.calls - before))

    def _ask(self, makeup: Makeup, operations: int) -> int:
        """Count operations for records of a makeup: how many there have been."""
        Kernel.spent += operations
        self.asked[makeup] = asked = self.asked.get(makeup, 0) + operations
        return asked

    def sized(self, operations: int, *records: Any) -> Callable[..., Any]:
        """The kernel for a call of so many operations, with these records among its arguments.

        Rent or buy: interpreted until all such calls together would have paid for loading the
        compiler, or those of this kernel for loading its code if the compiler is there, or for
        their share in compiling it if there is no code. Records of other classes need machine code
        of their own. How many iterations there will be is not known beforehand: calls of formulas
        and of other kernels are counted as they come. Without fast-math both forms do the same
        arithmetic, bit for bit; powers and cosines may differ in the last one.
        """
        makeup = records[0].makeup if len(records) == 1 else tuple(r.makeup for r in records)
        if makeup in self.bought:
            return self.compiled
        if not self._worth_while(self._ask(makeup, operations), makeup, records):
            return partial(self._rented, makeup)
        self.bought.add(makeup)
        return self.compiled

    def _worth_while(self, asked: int, makeup: Makeup, records: tuple[Any, ...]) -> bool:
        if not loading.loaded() and Kernel.spent <= PATIENCE:
            return False
        if loading.loaded() and asked <= BRIEF:
            return False
        if makeup not in self.found:
            self.found[makeup] = self._has_code(records)
        return self.found[makeup] or asked > self.price / BUYERS

    def _has_code(self, records: tuple[Any, ...]) -> bool:
        """Whether there is machine code for such records, in this process or on disk."""
        known = getattr(self.compiled, "signatures", None)
        if known is None:  # without compilation there is nothing to wait for
            return True
        types = {record._numba_type_ for record in records}
        return any(types.issubset(arguments) for arguments in (*known, *self.kept))


def formula(function: Callable[..., Any]) -> Formula:
    """Let a scalar function be called by kernels and by the methods of records."""
    return Formula(function)


def kernel(
    function: Callable[..., Any] | None = None,
    *,
    exact: bool = False,
    arrays: Callable[..., Any] | None = None,
) -> Any:
    """Make a kernel of a function.

    Division by zero gives inf or NaN and the GIL is released. Unless ``exact``, sums may be
    reassociated and products contracted. ``arrays`` is the same with NumPy's operations on arrays,
    which small amounts of work are done by instead.
    """
    if function is None:
        return lambda function: kernel(function, exact=exact, arrays=arrays)
    return Kernel(function, frozenset() if exact else FAST, arrays)
