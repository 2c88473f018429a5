"""Another checkout of skl1, installed beside this one, so that before and after share a run.

Its package is copied to a folder of its own, which comes first where its process looks for
modules, and there numba keeps its compiled code too. So nothing of skl1 is shared: neither files
nor caches. Python, NumPy, SciPy, scikit-learn, numba and the benchmarks themselves are the same for
both; a checkout that needs other versions of them cannot be a baseline.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAME = "baseline"


def install(checkout: Path, folder: Path) -> Path:
    """Copy the package of a checkout to a folder of its own, and return that."""
    package = checkout / "skl1"
    if not (package / "__init__.py").is_file():
        raise SystemExit(f"--baseline {checkout}: there is no skl1/__init__.py in this folder.")
    shutil.copytree(package, folder / "skl1", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def enter(folder: str) -> None:
    """In a process that has not imported skl1 yet: let it find the one that is installed there."""
    if "skl1" in sys.modules or "numba" in sys.modules:
        raise RuntimeError("skl1 or numba were imported before the baseline's folder was known")
    os.environ["NUMBA_CACHE_DIR"] = str(Path(folder, "numba"))
    sys.path.insert(0, folder)
    import skl1  # noqa: PLC0415

    if not Path(skl1.__file__).is_relative_to(folder):
        raise RuntimeError(f"the baseline would measure {skl1.__file__}")


def description(checkout: Path) -> dict[str, str]:
    """Where it comes from: the folder and, if it is one of git's, the commit."""
    command = ["git", "-C", str(checkout), "describe", "--always", "--dirty"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return {"path": str(checkout)}
    return {"path": str(checkout), "commit": done.stdout.strip()}
