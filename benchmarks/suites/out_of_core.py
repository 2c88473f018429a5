"""Time and memory of a fit to a file that is larger than memory may be.

X lies in a file of float32 numbers that NumPy maps, in either order. What is measured is the peak
of the anonymous resident memory (RssAnon of Linux): pages of the file are the system's to drop.
"""

from __future__ import annotations

import tempfile
import threading
import time
import warnings
from pathlib import Path

import numpy as np

from benchmarks import machine, options
from skl1 import ProximalLasso
from skl1.exceptions import EmptyModelWarning

STATUS = Path("/proc/self/status")


def write(path: Path, n: int, p: int, order: str) -> np.ndarray:
    """Neighbouring columns are correlated by 0.6, means are up to two spreads from zero.

    Returns y, made of 200 columns. The file is written a band of columns at a time.
    """
    rng = np.random.default_rng(0)
    X = np.lib.format.open_memmap(path, "w+", np.float32, (n, p), fortran_order=order == "F")
    w = np.zeros(p)
    w[rng.choice(p, min(200, p), replace=False)] = rng.standard_normal(min(200, p))
    y, last = np.zeros(n), rng.standard_normal(n, dtype=np.float32)
    for start in range(0, p, 500):
        band = rng.standard_normal((min(500, p - start), n), dtype=np.float32)
        for k in range(len(band)):
            band[k] = last = np.float32(0.8) * band[k] + np.float32(0.6) * last
        band += np.linspace(-2, 2, len(band), dtype=np.float32)[:, None]
        y += w[start : start + len(band)] @ band
        X[:, start : start + len(band)] = band.T
    X.flush()
    return y + 3.0 * rng.standard_normal(n)


class Peak(threading.Thread):
    """Watches the anonymous resident memory, in bytes."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.bytes = 0

    def run(self) -> None:
        while True:
            for line in STATUS.read_text(encoding="ascii").splitlines():
                if line.startswith("RssAnon"):
                    self.bytes = max(self.bytes, 1024 * int(line.split()[1]))
            time.sleep(0.01)


def main(arguments: list[str] | None = None) -> None:
    """Fit at a tenth of alpha_max, in both orders, and print what it took."""
    parser = options.bare(__name__, __doc__)
    parser.add_argument("--n", type=int, default=40_000)
    parser.add_argument("--p", type=int, default=50_000)
    parser.add_argument("--share", type=float, default=0.1, help="of alpha_max")
    given = parser.parse_args(arguments)
    machine.limit_threads(1)
    print(machine.description(1), machine.versions(["skl1"]))
    warnings.simplefilter("ignore", EmptyModelWarning)
    peak = Peak()
    with tempfile.TemporaryDirectory() as folder:
        for order in "CF":
            path = Path(folder) / f"{order}.npy"
            y = write(path, given.n, given.p, order)
            X = np.load(path, mmap_mode="r")
            if not peak.is_alive():
                peak.start()
            alpha_max = ProximalLasso(np.finfo(float).max).fit(X, y).alpha_max_
            peak.bytes = 0
            start = time.perf_counter()
            model = ProximalLasso(given.share * alpha_max).fit(X, y)
            seconds = time.perf_counter() - start
            print(
                f"{order}: {X.nbytes / 1e9:.1f} GB, {np.count_nonzero(model.coef_)} nonzeros, "
                f"converged: {model.converged_}, {model.n_iter_} rounds, {seconds:.1f} s, "
                f"anonymous memory {peak.bytes / 1e6:.0f} MB",
                flush=True,
            )
            del X
            path.unlink()
