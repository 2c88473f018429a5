"""The machine and the versions: figures without them are worth little. And its threads."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

#: What sets the threads of a process that has yet to start.
THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMBA_NUM_THREADS",
    "RAYON_NUM_THREADS",
)
PACKAGES = ("numpy", "scipy", "scikit-learn", "numba")


def limit_threads(count: int) -> None:
    """Let this process and those that it starts use so many threads of BLAS, OpenMP and numba."""
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, str(count)))
    threadpool_limits(count)


def threads() -> int:
    """The threads that this process may use, for packages that want to be told."""
    return int(os.environ.get(THREAD_VARIABLES[0], "1"))


def versions(packages: Iterable[str] = ()) -> dict[str, str]:
    """The version of Python and of the packages that are there."""
    found = {"python": platform.python_version()}
    for name in dict.fromkeys([*PACKAGES, *packages]):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = _source_version(name)
    return {name: number for name, number in found.items() if number}


def _source_version(name: str) -> str:
    """skl1 may run from its sources, not installed."""
    if name != "skl1":
        return ""
    from skl1 import __version__  # noqa: PLC0415

    return __version__


def description(count: int) -> dict[str, Any]:
    """Processor, cores, memory, load and threads."""
    return {
        "cpu": _cpu_model(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "load_average": list(os.getloadavg()) if hasattr(os, "getloadavg") else None,
        "threads": count,
    }


def _cpu_model() -> str:
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown"
