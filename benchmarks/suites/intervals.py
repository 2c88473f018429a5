"""Debiased intervals of all features, beside another checkout.

Each side is a process of its own with data from a file; they take turns. The least processor times
count, after two calls that do not. Then the results are compared, in standard errors.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from textwrap import dedent

import numpy as np
from sklearn.datasets import load_diabetes

import skl1
from benchmarks import baseline, machine, options, report
from benchmarks.registry import PROBLEMS

#: A process that prints the seconds of a call for each line that it reads, and keeps the results.
SCRIPT = """
    import sys
    import warnings
    from time import process_time

    import numpy as np

    folder, data, results = sys.argv[1:]
    sys.path.insert(0, folder)
    import skl1

    assert skl1.__file__.startswith(folder), skl1.__file__
    warnings.simplefilter("ignore")
    with np.load(data) as held:
        X, y = held["X"], held["y"]
    skl1.debiased_lasso(X, y)
    found = skl1.debiased_lasso(X, y)
    np.savez(results, coefs=found.coefs, errors=found.standard_errors)
    print(len(found.coefs), flush=True)
    for line in sys.stdin:
        start = process_time()
        skl1.debiased_lasso(X, y)
        print(process_time() - start, flush=True)
"""


def data_sets(*, quick: bool) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """The data, by name."""
    found = {"diabetes": load_diabetes(return_X_y=True)}
    if not quick:
        (houses,) = PROBLEMS["houses"].make()
        rng = np.random.default_rng(0)
        X = rng.standard_normal((300, 800))
        found["houses"] = (houses[0], np.log(houses[1]))
        found["independent"] = (X, X[:, :5].sum(axis=1) + rng.standard_normal(300))
    return found


class Side:
    """A process that computes intervals with the skl1 in a folder."""

    def __init__(self, folder: Path, data: Path, results: Path):
        script = data.with_suffix(".py")
        script.write_text(dedent(SCRIPT))
        command = [sys.executable, str(script), str(folder), str(data), str(results)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.results, self.seconds = results, []
        self.count = int(self._answer())

    def _answer(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def turn(self) -> None:
        """Compute once more."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        self.seconds.append(float(self._answer()))

    def end(self) -> dict[str, np.ndarray]:
        """Let the process end; its results."""
        self.process.communicate()
        with np.load(self.results) as held:
            return dict(held)


def main(arguments: list[str] | None = None) -> None:
    """Measure in turns, print."""
    parser = options.parser(__name__, __doc__)
    options.add_baseline(parser)
    parser.add_argument("--turns", type=int, default=10, help="calls of each side (default 10)")
    chosen = parser.parse_args(arguments)
    machine.limit_threads(chosen.threads)
    lines = []
    with tempfile.TemporaryDirectory() as place:
        folders = {"ours": Path(skl1.__path__[0]).parent}
        if chosen.baseline:
            Path(place, "before").mkdir()
            folders[baseline.NAME] = baseline.install(chosen.baseline, Path(place, "before"))
        for name, (X, y) in data_sets(quick=chosen.quick).items():
            data = Path(place, f"{name}.npz")
            np.savez(data, X=X, y=y)
            sides = [Side(each, data, Path(place, f"{k}.npz")) for k, each in folders.items()]
            for _ in range(chosen.turns):
                for side in sides:
                    side.turn()
            results = [side.end() for side in sides]
            least = [min(side.seconds) for side in sides]
            apart = np.abs(results[-1]["coefs"] - results[0]["coefs"]) / results[0]["errors"]
            size = "x".join(map(str, X.shape))
            figures = [f"{least[0]:.4f}", f"{least[-1]:.4f}", f"{least[-1] / least[0]:.1f}"]
            lines.append([name, size, *figures, f"{apart.max():.1e}"])
    header = ["data", "size", "ours, s", "baseline, s", "ratio", "apart, se"]
    print(report.rows(header, lines))
