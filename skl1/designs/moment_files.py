"""Moments in files, of NumPy's npz format: what is written, and what of it is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from skl1.compiled.versions import __version__
from skl1.designs.moment_checks import checked_count

#: The arrays of every file. One whose sums are in units of a power of two has an exponent too.
FIELDS = ("n_samples", "weight", "x_origin", "x_offset", "y_origin", "y_offset", "xx", "xy", "yy")
#: Files up to this format are read: it goes up when an array gets another meaning. Files of 0.1.0
#: do not say theirs, and are of the first. In the second there are several targets.
FIRST, FORMAT = 1, 2


def write(file: Any, values: dict[str, Any]) -> None:
    """Write the arrays to a path, to which no suffix is added, or a file object."""
    if not hasattr(file, "write"):  # NumPy would add its suffix to a path, and load would not
        with Path(file).open("wb") as stream:
            write(stream, values)
        return
    known = FORMAT if np.ndim(values["xy"]) == 2 else FIRST
    np.savez(file, **values, format=known, written_by=__version__)


def read(file: Any) -> tuple[dict[str, np.ndarray], int]:
    """The arrays of a file, and the exponent."""
    stored = np.load(file, allow_pickle=False)
    if not hasattr(stored, "files"):
        raise ValueError("it is a single array, not what save writes.")
    names = set(stored.files)
    known = checked_count("format", stored["format"]) if "format" in names else FIRST
    if known > FORMAT:
        writer = f" by skl1 {stored['written_by']}" if "written_by" in names else ""
        raise ValueError(
            f"it was written{writer} in format {known}, and skl1 {__version__} reads files up to "
            f"format {FORMAT}. Load it with the version that wrote it, or a newer one."
        )
    missing = sorted(set(FIELDS) - names)
    if missing:
        raise ValueError(f"{', '.join(missing)} missing.")
    exponent = checked_count("exponent", stored["exponent"]) if "exponent" in names else 0
    if abs(exponent) > 2**30:
        raise ValueError(f"exponent must be a power of two of weights, got {exponent}.")
    return {name: stored[name] for name in FIELDS}, exponent
