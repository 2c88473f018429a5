"""Fits on a local dask cluster.

* tall: a search with five folds over a hundred alphas, beside ``X.T @ X`` by dask alone on the
  same array, in turns; the client's memory; the error of the optimality conditions, by a pass of
  its own.
* long: passes of one fit, for supports of three sizes.
* wide: passes of a path whose columns are chunked.
"""

from __future__ import annotations

import statistics
import time
import warnings
from pathlib import Path
from typing import Any

import dask
import dask.array as da
import numpy as np
from distributed import Client, LocalCluster

import skl1
from benchmarks import machine, options
from benchmarks.suites.out_of_core import Peak
from skl1 import dask as remote


def smooth(seed: int, rows: int, columns: int) -> np.ndarray:
    """Columns of which neighbours are correlated by 0.6."""
    Z = np.random.default_rng(seed).standard_normal((rows, columns))
    for j in range(1, columns):
        Z[:, j] = 0.6 * Z[:, j - 1] + 0.8 * Z[:, j]
    return Z


def tall_block(seed: int, rows: int, columns: int) -> np.ndarray:
    """Columns that share a factor, three spreads from zero."""
    rng = np.random.default_rng(seed)
    Z = rng.standard_normal((rows, columns))
    Z += 0.5 * rng.standard_normal((rows, 1))
    return Z / np.sqrt(1.25) + 3.0


def array(make: Any, rows: int, columns: int, chunks: int, *, across: bool = False) -> da.Array:
    """Blocks that the workers make, below one another or side by side."""
    height, width = (rows, columns // chunks) if across else (rows // chunks, columns)
    blocks = [
        da.from_delayed(dask.delayed(make)(seed, height, width), (height, width), np.float64)
        for seed in range(chunks)
    ]
    return da.concatenate(blocks, axis=int(across))


def target(X: da.Array, support: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Y from some columns of X, with noise of half its spread."""
    rng = np.random.default_rng(seed)
    w = np.zeros(X.shape[1])
    w[rng.choice(w.size, support, replace=False)] = rng.standard_normal(support)
    y = (X @ w).compute()
    return w, y + 0.5 * y.std() * rng.standard_normal(y.size)


def tall(rows: int, repeats: int, *, persist: bool) -> None:
    """A search in one pass, beside a matrix product."""
    X = array(tall_block, rows, 200, 20)
    _, y_local = target(X, 20)
    y = da.from_array(y_local, chunks=rows // 20)
    if persist:
        X, y = dask.persist(X, y)
        [block.result() for block in X.to_delayed().ravel() if hasattr(block, "result")]
        X.sum().compute()
    times: dict[str, list[float]] = {"product": [], "search": []}
    peak = Peak()
    peak.start()
    for _ in range(repeats):
        start = time.perf_counter()
        (X.T @ X).compute()
        times["product"].append(time.perf_counter() - start)
        peak.bytes = 0
        start = time.perf_counter()
        model = remote.ProximalLassoCV(tol=1e-9).fit(X, y)
        times["search"].append(time.perf_counter() - start)
        memory = peak.bytes
    w = model.coef_
    r = y - (X @ w + model.intercept_)
    z, total = dask.compute(X.T @ r, r.mean())
    z = z / rows - total * np.full(200, 3.0)
    used = w != 0.0
    error = np.abs(z[used] - model.alpha_ * np.sign(w[used])).max(initial=0.0)
    beyond = max(np.abs(z[~used]).max(initial=0.0) - model.alpha_, 0.0)
    ratios = [b / a for a, b in zip(times["product"], times["search"], strict=True)]
    print(
        f"tall {rows} x 200{', persisted' if persist else ''}: passes {model.n_passes_}, "
        f"{model.n_bytes_ / 1e6:.0f} MB moved, product "
        f"{statistics.median(times['product']):.1f} s, search "
        f"{statistics.median(times['search']):.1f} s, ratio median "
        f"{statistics.median(ratios):.2f} (each {', '.join(f'{ratio:.2f}' for ratio in ratios)}), "
        f"client {memory / 1e6:.0f} MB, KKT error {max(error, beyond) / model.alpha_max_:.1e} of "
        f"alpha_max, mean residual {total:.1e}",
        flush=True,
    )


def long(rows: int, columns: int) -> None:
    """Passes of single fits."""
    X = array(smooth, rows, columns, 10)
    for support in (30, 100, 300):
        _, y = target(X, support, support)
        alpha = np.abs((X.T @ (y - y.mean())).compute()).max() / rows / 10
        start = time.perf_counter()
        model = remote.ProximalLasso(alpha, tol=1e-8).fit(X, y)
        seconds = time.perf_counter() - start
        print(
            f"long {rows} x {columns}, {np.count_nonzero(model.coef_)} nonzeros: passes "
            f"{model.n_passes_}, {model.n_bytes_ / 1e6:.0f} MB moved, {seconds:.1f} s, "
            f"converged {model.converged_}, {excess(model, X, y)}",
            flush=True,
        )


def excess(model: Any, X: da.Array, y: np.ndarray) -> str:
    """How the objective compares with that of a fit in memory."""
    local = skl1.ProximalLasso(model.alpha, tol=1e-12).fit(X.compute(), y)
    return f"objective beside memory {model.objective_ / local.objective_ - 1.0:.0e}"


def wide(rows: int, columns: int) -> None:
    """Passes of paths."""
    X = array(smooth, rows, columns, 10, across=True)
    _, y = target(X, 30)
    for eps in (0.1, 0.01):
        start = time.perf_counter()
        path = remote.lasso_path(X, y, n_alphas=20, eps=eps, tol=1e-8, return_path=True)
        seconds = time.perf_counter() - start
        local = skl1.lasso_path(X.compute(), y, n_alphas=20, eps=eps, tol=1e-8, return_path=True)
        print(
            f"wide {rows} x {columns}, 20 alphas to {eps:g}: passes {path.n_passes}, "
            f"{path.n_bytes / 1e6:.0f} MB moved, {seconds:.1f} s, up to {path.n_nonzeros.max()} "
            f"nonzeros, converged {path.converged.all()}, objectives beside memory "
            f"{np.abs(path.objectives / local.objectives - 1.0).max():.0e}",
            flush=True,
        )
        model = remote.ProximalLasso(path.alphas[-1], tol=1e-8).fit(X, y)
        print(f"  its last alpha alone: passes {model.n_passes_}", flush=True)


def main(arguments: list[str] | None = None) -> None:
    """All three, on workers of one thread each."""
    parser = options.bare(__name__, __doc__)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rows", type=int, default=2_000_000, help="of the tall array")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only", choices=["tall", "long", "wide"])
    given = parser.parse_args(arguments)
    machine.limit_threads(1)
    print(machine.description(1), machine.versions(["dask", "distributed", "skl1"]))
    folder = Path.cwd() / "benchmark-results"
    with (
        dask.config.set({"temporary-directory": str(folder)}),
        LocalCluster(
            n_workers=given.workers, threads_per_worker=1, dashboard_address=":0"
        ) as cluster,
        Client(cluster),
        warnings.catch_warnings(),
    ):
        warnings.filterwarnings("ignore", "Sending large graph", UserWarning)
        warnings.simplefilter("ignore", skl1.GridEdgeWarning)
        if given.only in {None, "tall"}:
            tall(given.rows, given.repeats, persist=False)
            tall(given.rows, given.repeats, persist=True)
        if given.only in {None, "long"}:
            long(30_000, 3_000)
        if given.only in {None, "wide"}:
            wide(400, 60_000)
