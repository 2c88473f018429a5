"""Records and kernels: plain Python that numba compiles when it is worth while.

A *record* is a frozen dataclass, a formula with a few numbers; a *kernel* is a loop that takes
records and arrays. Both are ordinary Python: nothing here even imports numba, which takes as long
as some hundred small fits. ``machine_code.py`` does, on the first call of a kernel.
"""

from skl1.compiled.kernels import Formula, Kernel, formula, kernel
from skl1.compiled.records import ColumnMatrix, Record, RowMatrix, Vector

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
