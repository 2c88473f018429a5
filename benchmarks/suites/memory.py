"""Peak memory of a fit beyond its data.

Each case is a process of its own. Two figures: what NumPy and Python allocated at the peak of the
fit (tracemalloc), and how far the peak of the resident set grew, which also sees LAPACK and the
compiled code. The larger one counts. X is made in place: a temporary array of its size would have
raised the peak before the fit, and hidden what the fit takes.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tracemalloc
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from benchmarks import machine, options, report
from benchmarks.referee import Referee

FLOOR = 64 * 2**20  #: bytes that any fit may take
SHARE = 0.1


@dataclass(frozen=True)
class Case:
    """The shape and the storage of X. ``entries`` are those of a sparse column."""

    storage: str
    n: int
    p: int
    entries: int = 0
    quick: bool = False

    def make(self) -> tuple[Any, np.ndarray]:
        """X, and y from twenty of its columns."""
        rng = np.random.default_rng(0)
        X = self._sparse(rng) if self.storage == "csc" else self._dense(rng)
        w = np.zeros(self.p)
        w[:: self.p // 20] = 1.0
        y = X @ w
        return X, y + 0.5 * y.std() * rng.standard_normal(self.n)

    def _dense(self, rng: np.random.Generator) -> np.ndarray:
        """Filled in place; the generator wants C order, so that F is the transpose of that."""
        shape = (self.n, self.p) if self.storage == "C" else (self.p, self.n)
        values = np.empty(shape)
        rng.standard_normal(out=values)
        return values if self.storage == "C" else values.T

    def _sparse(self, rng: np.random.Generator) -> sparse.csc_matrix:
        """One entry at random in each of so many bands of rows: sorted without a sort."""
        k = self.entries
        band = self.n // k
        rows = rng.integers(0, band, (self.p, k), dtype=np.int32)
        rows += np.arange(k, dtype=np.int32) * np.int32(band)
        ends = np.arange(0, self.p * k + 1, k, dtype=np.int32)
        values = rng.standard_normal(self.p * k)
        return sparse.csc_matrix((values, rows.ravel(), ends), shape=(self.n, self.p))

    def allowed(self, size: int) -> float:
        """Bytes that a fit may take beyond X, which has ``size`` of them."""
        if self.storage == "csc":
            return max(1.0 * size, FLOOR)
        if self.n > self.p:
            return max(0.3 * size, 8.0 * self.p**2, FLOOR)
        return max(0.5 * size, FLOOR)


CASES = {
    "tall C": Case("C", 100_000, 200, quick=True),
    "tall F": Case("F", 100_000, 200),
    "square C": Case("C", 4000, 4000),
    "wide C": Case("C", 1000, 20_000, quick=True),
    "wide F": Case("F", 1000, 20_000),
    "sparse tall": Case("csc", 200_000, 20_000, 480),
    "sparse wide": Case("csc", 20_000, 200_000, 48, quick=True),
}


def size_of(X: Any) -> int:
    """Bytes of the data."""
    if sparse.issparse(X):
        return X.data.nbytes + X.indices.nbytes + X.indptr.nbytes
    return X.nbytes


def resident_peak() -> int:
    """The largest resident set so far, in bytes; 0 where the system does not tell."""
    try:
        import resource  # noqa: PLC0415
    except ImportError:  # on Windows
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak


def measure(case: Case) -> dict[str, float]:
    """In a fresh process: warm up, make X, fit.

    Small fits are interpreted. The warm-up goes on until the compiler and what it compiles are in
    memory: they cost a process 100 MB once, and a fit nothing.
    """
    from skl1 import ProximalLasso  # noqa: PLC0415

    warnings.simplefilter("ignore")
    small = Case(case.storage, min(case.n, 1000), min(case.p, 2000), min(case.entries, 20))
    X, y = small.make()
    for share in (0.5, 0.1, 0.01):
        model = ProximalLasso(share * Referee.of(X, y).alpha_max, tol=1e-12)
        for _ in range(10):
            model.fit(X, y)
    X, y = case.make()
    model = ProximalLasso(SHARE * Referee.of(X, y).alpha_max)
    tracemalloc.start()
    before = resident_peak()
    traced_before = tracemalloc.get_traced_memory()[0]
    tracemalloc.reset_peak()
    model.fit(X, y)
    traced = tracemalloc.get_traced_memory()[1] - traced_before
    return {
        "size": size_of(X),
        "traced": traced,
        "resident": resident_peak() - before,
        "allowed": case.allowed(size_of(X)),
    }


def in_process(name: str, threads: int) -> dict[str, float]:
    """The figures of a case, from a process of its own."""
    command = [
        sys.executable,
        "-m",
        "benchmarks",
        "memory",
        "--case",
        name,
        "--threads",
        str(threads),
    ]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def main(arguments: list[str] | None = None) -> None:
    """Measure, print, and write ``memory.json``."""
    parser = options.parser(__name__, __doc__)
    parser.add_argument("--case", choices=CASES, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    machine.limit_threads(chosen.threads)
    if chosen.case:
        print(json.dumps(measure(CASES[chosen.case])))
        return
    names = [name for name, case in CASES.items() if case.quick or not chosen.quick]
    found = {name: in_process(name, chosen.threads) for name in names}
    lines = []
    for name, row in found.items():
        case, size = CASES[name], row["size"]
        shares = [row[key] / size for key in ("traced", "resident", "allowed")]
        verdict = "met" if max(shares[:2]) <= shares[2] else "NOT MET"
        lines.append(
            [name, f"{case.n}x{case.p}", f"{size / 1e6:.0f} MB"]
            + [f"{share:.2f}" for share in shares]
            + [verdict]
        )
    print("Peak memory of ProximalLasso beyond X, in multiples of X\n")
    print(report.rows(["X", "n x p", "size", "arrays", "resident", "allowed", ""], lines))
    content = {
        "versions": machine.versions(["skl1"]),
        "machine": machine.description(chosen.threads),
        "cases": found,
    }
    report.write_json(chosen.output / "memory.json", content)
