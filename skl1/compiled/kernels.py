"""Formulas and kernels: Python functions that numba compiles when it is worth while."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Any

from skl1.compiled import loading
from skl1.compiled.lazy import lazy

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
        return loading.machine_code().compile_function(self.function, self.fastmath)

    @property
    def _numba_type_(self) -> Any:
        return loading.machine_code().function_type(self.compiled)


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
        return loading.machine_code().compile_kernel(self.function, self.fastmath)

    @lazy
    def part(self) -> Any:
        """The function as numba compiles it for other kernels: to be optimised with them."""
        return loading.machine_code().compile_function(self.function, self.fastmath)

    @property
    def _numba_type_(self) -> Any:
        return loading.machine_code().function_type(self.part)

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
            if self.asked <= BRIEF if loading.loaded() else Kernel.spent <= PATIENCE:
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
