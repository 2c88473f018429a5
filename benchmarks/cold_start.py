"""What the first fit of a process costs: ``python benchmarks/cold_start.py [repetitions]``.

Each figure is the wall time of a whole process: starting Python, importing, making the data,
one fit. The kinds of process take turns, so that a slow minute of the machine hits all. Small
fits are interpreted and never load the compiler; so there are two problems, a small one and one
that is large enough to need it.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from statistics import median
from textwrap import dedent
from time import perf_counter

REPETITIONS = 7
TARGETS = {"warm": 0.55, "cold": 4.0}  #: seconds beyond scikit-learn's process
KINDS = {
    "sklearn": "scikit-learn's Lasso",
    "floor": "the same, then numba: import, call one cached function",
    "warm": "skl1.ProximalLasso, compiled code in the cache",
    "cold": "skl1.ProximalLasso, empty cache",
}

PROBLEMS = {
    "the diabetes data, 442 x 10": """
        from sklearn.datasets import load_diabetes

        X, y = load_diabetes(return_X_y=True)
        alpha = 0.1
    """,
    "random data, 500 x 5000, 100 nonzeros": """
        import numpy as np

        rng = np.random.default_rng(0)
        X = rng.standard_normal((500, 5000))
        y = X[:, :100] @ np.ones(100) + rng.standard_normal(500)
        alpha = 0.5
    """,
}
FIT = """
    from {module} import {estimator}

    {estimator}(alpha).fit(X, y)
"""
FLOOR = """
    import numba
    import numpy as np

    @numba.njit(cache=True)
    def total(x):
        out = 0.0
        for value in x:
            out += value
        return out

    total(np.ones(3))
"""


def write_scripts(folder: Path, problem: str) -> dict[str, Path]:
    """The script of each kind of process. Numba caches functions of files only."""
    data = dedent(problem)
    lasso = data + dedent(FIT.format(module="sklearn.linear_model", estimator="Lasso"))
    ours = data + dedent(FIT.format(module="skl1", estimator="ProximalLasso"))
    sources = {"sklearn": lasso, "floor": lasso + dedent(FLOOR), "warm": ours, "cold": ours}
    scripts = {}
    for kind, source in sources.items():
        scripts[kind] = folder / f"{kind}_fit.py"
        scripts[kind].write_text(source)
    return scripts


def seconds(script: Path, cache: Path) -> float:
    """Wall time of a process that runs the script."""
    root = Path(__file__).resolve().parents[1]
    environment = os.environ | {"NUMBA_CACHE_DIR": str(cache), "PYTHONPATH": str(root)}
    start = perf_counter()
    subprocess.run([sys.executable, str(script)], env=environment, check=True)
    return perf_counter() - start


def measure(problem: str, repetitions: int) -> dict[str, list[float]]:
    """Wall times by kind of process."""
    times: dict[str, list[float]] = {kind: [] for kind in KINDS}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        scripts = write_scripts(folder, problem)
        shared = folder / "shared"
        for kind in ("sklearn", "floor", "warm"):  # reads files, writes .pyc, fills the cache
            seconds(scripts[kind], shared)
        for k in range(repetitions):
            for kind in KINDS:
                cache = folder / f"empty_{k}" if kind == "cold" else shared
                times[kind].append(seconds(scripts[kind], cache))
    return times


def report(times: dict[str, list[float]]) -> None:
    """Print a table of wall times: medians, and minima, which a busy machine disturbs less."""
    width = max(map(len, KINDS.values()))
    print(f"{'seconds':{width}}         whole process   beyond scikit-learn   target")
    print(f"{'':{width}}        median  minimum       median  minimum")
    base = median(times["sklearn"]), min(times["sklearn"])
    for kind, label in KINDS.items():
        middle, least = median(times[kind]), min(times[kind])
        line = f"{label:{width}}  {middle:12.2f} {least:8.2f}"
        if kind != "sklearn":
            line += f" {middle - base[0]:12.2f} {least - base[1]:8.2f}"
        if kind in TARGETS:
            line += f" {TARGETS[kind]:8.2f}"
        print(line)


def main() -> None:
    """Measure and print."""
    repetitions = int(sys.argv[1]) if len(sys.argv) > 1 else REPETITIONS
    packages = ("numba", "llvmlite", "numpy", "scipy", "scikit-learn")
    print(f"Python {platform.python_version()}", *(f"{p} {version(p)}" for p in packages), sep=", ")
    print(f"{os.cpu_count()} CPUs, {platform.machine()}; {repetitions} repetitions, in turns")
    for title, problem in PROBLEMS.items():
        print(f"\nOne fit of {title}\n")
        report(measure(problem, repetitions))


if __name__ == "__main__":
    main()
