"""What the first fit of a process costs.

Each figure is the wall time of a whole process: starting Python, importing, making the data,
one fit. The kinds of process take turns, so that a slow minute of the machine hits all. Small
fits are interpreted and never load the compiler; so there are two problems, a small one and one
that is large enough to need it. With ``--baseline`` another checkout of skl1 takes its turns too.
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

from benchmarks import baseline, options

REPETITIONS = 7
TARGETS = {"warm": 0.55, "cold": 4.0}  #: seconds beyond scikit-learn's process
KINDS = {
    "sklearn": "scikit-learn's Lasso",
    "floor": "the same, then numba: import, call one cached function",
    "warm": "skl1.ProximalLasso, compiled code in the cache",
    "cold": "skl1.ProximalLasso, empty cache",
    "baseline_warm": "the baseline's, compiled code in the cache",
    "baseline_cold": "the baseline's, empty cache",
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


def write_scripts(folder: Path, problem: str, kinds: list[str]) -> dict[str, Path]:
    """The script of each kind of process. Numba caches functions of files only."""
    data = dedent(problem)
    lasso = data + dedent(FIT.format(module="sklearn.linear_model", estimator="Lasso"))
    ours = data + dedent(FIT.format(module="skl1", estimator="ProximalLasso"))
    sources = {"sklearn": lasso, "floor": lasso + dedent(FLOOR)}
    scripts = {}
    for kind in kinds:
        scripts[kind] = folder / f"{kind}_fit.py"
        scripts[kind].write_text(sources.get(kind, ours))
    return scripts


def seconds(script: Path, cache: Path, home: Path) -> float:
    """Wall time of a process that runs the script with the skl1 that is in this folder."""
    environment = os.environ | {"NUMBA_CACHE_DIR": str(cache), "PYTHONPATH": str(home)}
    start = perf_counter()
    subprocess.run([sys.executable, str(script)], env=environment, check=True)
    return perf_counter() - start


def measure(problem: str, repetitions: int, homes: dict[str, Path]) -> dict[str, list[float]]:
    """Wall times by kind of process; ``homes`` are the folders of skl1 and of the baseline.

    Every other turn goes backwards, so that no process always follows the same one.
    """
    kinds = [kind for kind in KINDS if baseline.NAME in homes or not kind.startswith(baseline.NAME)]
    times: dict[str, list[float]] = {kind: [] for kind in kinds}

    def turn(kind: str, label: str) -> float:
        home = baseline.NAME if kind.startswith(baseline.NAME) else "skl1"
        cache = folder / (f"{kind}_{label}" if kind.endswith("cold") else f"{home}_shared")
        return seconds(scripts[kind], cache, homes[home])

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        scripts = write_scripts(folder, problem, kinds)
        for kind in kinds:  # reads files, writes .pyc, fills the caches
            turn(kind, "first")
        for k in range(repetitions):
            for kind in kinds[:: -1 if k % 2 else 1]:
                times[kind].append(turn(kind, str(k)))
    return times


def report(times: dict[str, list[float]]) -> None:
    """Print a table of wall times: medians, and minima, which a busy machine disturbs less."""
    width = max(map(len, KINDS.values()))
    print(f"{'seconds':{width}}         whole process   beyond scikit-learn   target")
    print(f"{'':{width}}        median  minimum       median  minimum")
    base = median(times["sklearn"]), min(times["sklearn"])
    for kind, seconds_ in times.items():
        middle, least = median(seconds_), min(seconds_)
        line = f"{KINDS[kind]:{width}}  {middle:12.2f} {least:8.2f}"
        if kind != "sklearn":
            line += f" {middle - base[0]:12.2f} {least - base[1]:8.2f}"
        if kind in TARGETS:
            line += f" {TARGETS[kind]:8.2f}"
        print(line)
    for kind in ("warm", "cold"):
        before = times.get(f"{baseline.NAME}_{kind}")
        if before:
            ratios = median(before) / median(times[kind]), min(before) / min(times[kind])
            print("baseline / skl1, {}: {:.3f} of medians, {:.3f} of minima".format(kind, *ratios))


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = options.bare(__name__, __doc__)
    parser.add_argument(
        "repetitions", type=int, nargs="?", default=REPETITIONS, help="default: %(default)s"
    )
    options.add_baseline(parser)
    chosen = parser.parse_args(arguments)
    packages = ("numba", "llvmlite", "numpy", "scipy", "scikit-learn")
    print(f"Python {platform.python_version()}", *(f"{p} {version(p)}" for p in packages), sep=", ")
    print(
        f"{os.cpu_count()} CPUs, {platform.machine()}; {chosen.repetitions} repetitions, in turns"
    )
    with tempfile.TemporaryDirectory() as folder:
        homes = {"skl1": Path(__file__).resolve().parents[2]}
        if chosen.baseline:
            homes[baseline.NAME] = baseline.install(chosen.baseline, Path(folder))
            print("baseline:", *baseline.description(chosen.baseline).values())
        for title, problem in PROBLEMS.items():
            print(f"\nOne fit of {title}\n")
            report(measure(problem, chosen.repetitions, homes))
