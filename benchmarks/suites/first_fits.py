"""What the first fit of each class costs, against a floor that nobody with numba avoids.

The floor is what importing numba and calling one cached function takes, in the same run. *Cold* is
importing skl1 and a first fit with an empty cache, *second* the same in a process that finds what
another has compiled; the time of a later fit is taken off, as it is no matter of the start.
*Further* is a first fit in a process that has fitted all the classes above it, with a cache that
was empty when it began. Every class is found by its base class. scikit-learn is imported by all
beforehand.
"""

from __future__ import annotations

import inspect
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from textwrap import dedent
from time import perf_counter

from sklearn.base import BaseEstimator

import skl1
from benchmarks import baseline, options

#: At most so many floors: cold, cold after others, and in a second process beyond the floor.
COLD, FURTHER, SECOND = 8.0, 3.0, 0.6
#: Later fits of which the least time counts, and seconds after which there are no more.
TURNS, PATIENCE = 5, 2.0
PROBLEMS = {
    "the diabetes data, 442 x 10": """
        from sklearn.datasets import load_diabetes

        X, y = load_diabetes(return_X_y=True)
        X = X / X.std(axis=0)
    """,
    "random data, 500 x 200, 10 nonzeros": """
        rng = np.random.default_rng(0)
        X = rng.standard_normal((500, 200))
        y = 3.0 * X[:, :10].sum(axis=1) + rng.standard_normal(500)
    """,
}
#: A process prints for each class that it is given the seconds of the first fit and of a later one;
#: without any, those of the floor.
SCRIPT = """
    import json
    import sys
    import warnings
    from time import perf_counter

    import numpy as np
    import sklearn.linear_model
    from sklearn.base import is_classifier

    warnings.simplefilter("ignore")
    {problem}

    def suited(model):
        # Two classes, counts or numbers.
        if is_classifier(model):
            return y > np.median(y)
        counts = model.__sklearn_tags__().target_tags.positive_only
        return np.round(np.abs(y) / y.std()) if counts else y

    figures = []
    names, turns, patience = sys.argv[1:-2], int(sys.argv[-2]), float(sys.argv[-1])
    start = perf_counter()
    if not names:
        import numba

        @numba.njit(cache=True)
        def total(x):
            out = 0.0
            for value in x:
                out += value
            return out

        total(np.ones(3))
        figures.append((perf_counter() - start, 0.0))
    for name in names:
        import skl1

        model = getattr(skl1, name)()
        given = suited(model)
        model.fit(X, given)
        first, begun, later = perf_counter() - start, perf_counter(), np.inf
        # Three at least: the second fit or the third may be the one that compiles.
        while turns > 2 or (turns and perf_counter() - begun < patience):
            start = perf_counter()
            model.fit(X, given)
            later, turns = min(later, perf_counter() - start), turns - 1
        figures.append((first, later))
        start = perf_counter()
    print(json.dumps(figures))
"""


def estimators() -> list[str]:
    """The public classes with a fit, but for a search: that takes the time of what it searches."""
    found = ((name, getattr(skl1, name)) for name in skl1.__all__)
    return [
        name
        for name, cls in found
        if inspect.isclass(cls)
        and issubclass(cls, BaseEstimator)
        and "estimator" not in inspect.signature(cls).parameters
    ]


class Runs:
    """Processes that fit to one problem with the skl1 in a folder, and write into another."""

    def __init__(self, problem: str, home: Path, folder: Path):
        self.home, self.folder = home, folder
        self.script = folder / "fits.py"
        source = dedent(SCRIPT).format(problem=dedent(problem))
        self.script.write_text(source)

    def __call__(self, cache: str, names: list[str], turns: int = 0) -> list[tuple[float, float]]:
        """Seconds of the first fit of each class, and of a later one of the last class."""
        command = [sys.executable, str(self.script), *names, str(turns), str(PATIENCE)]
        done = subprocess.run(
            command, env=self.environment(cache), check=True, capture_output=True, text=True
        )
        return json.loads(done.stdout)

    def environment(self, cache: str) -> dict[str, str]:
        """Of a process with a cache of its own, by name, and the skl1 that is meant.

        Python keeps its bytecode, as where skl1 is installed: that is made when it is installed.
        """
        place = {
            "NUMBA_CACHE_DIR": str(self.folder / cache),
            "PYTHONPATH": str(self.home),
            "PYTHONPYCACHEPREFIX": str(self.folder / "bytecode"),
        }
        kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        return kept | place


def report(runs: Runs, names: list[str]) -> bool:
    """Measure and print a problem's table; whether all is within the limits."""
    runs("floor", [])
    floor = min(runs("floor", [])[0][0] for _ in range(5))
    print(f"floor {floor:.2f} s; in floors:\n")
    print(f"{'':24}{'cold':>8}{'further':>9}{'second - 1':>12}{'later fit, ms':>15}")
    further = runs("all", names)
    good = True
    for k, name in enumerate(names):
        cold = runs(name, [name])[0][0]
        # The better of two, as another process may have come between.
        first, later = min(tuple(runs(name, [name], TURNS)[0]) for _ in range(2))
        figures = (cold - later) / floor, (further[k][0] - later) / floor, (first - later) / floor
        within = figures[0] <= COLD and (not k or figures[1] <= FURTHER)
        within &= figures[2] - 1.0 <= SECOND
        good &= within
        print(
            f"{name:24}{figures[0]:8.2f}{figures[1]:9.2f}{figures[2] - 1.0:12.2f}"
            f"{1e3 * later:15.2f}{'' if within else '  too much'}",
            flush=True,
        )
    return good


def demonstration(runs: Runs, cache: str) -> float:
    """Seconds of ``python -m skl1``."""
    start = perf_counter()
    subprocess.run(
        [sys.executable, "-m", "skl1"],
        env=runs.environment(cache),
        cwd=runs.folder,
        check=True,
        capture_output=True,
    )
    return perf_counter() - start


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = options.bare(__name__, __doc__)
    parser.add_argument("names", nargs="*", help="classes; without any, all")
    options.add_baseline(parser)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        homes = {"skl1": Path(__file__).resolve().parents[2]}
        if chosen.baseline:
            homes[baseline.NAME] = baseline.install(chosen.baseline, folder / "checkout")
        for who, home in homes.items():
            for k, (title, problem) in enumerate(PROBLEMS.items()):
                place = folder / f"{who}-{k}"
                place.mkdir()
                runs = Runs(problem, home, place)
                print(f"\n{who}, {title}")
                good = report(runs, chosen.names or estimators())
                print("all within the limits" if good else "not all within the limits")
            cold, second = demonstration(runs, "shown"), demonstration(runs, "shown")
            print(f"\n{who}, the demonstration: {cold:.1f} s, then {second:.1f} s")
