"""Searches of the Lasso: what a looser tolerance in the tails of folds changes.

Simulated data of many kinds, each searched twice: at the defaults, and in full. Paired: the chosen
alpha, the time, how far errors of the tail are from those of the full search.
"""

from __future__ import annotations

import json
import warnings
from time import perf_counter
from typing import Any

import numpy as np
from scipy import sparse
from scipy.signal import lfilter

from benchmarks import machine, options


def draw(
    seed: int, rows=(100, 160, 250, 400), columns=(520, 800, 1500, 2500), n_alphas=100
) -> tuple:
    """X, y, sample weights (or None) and options of a search."""
    rng = np.random.default_rng(seed)
    n, p = int(rng.choice(rows)), int(rng.choice(columns))
    correlation = float(rng.choice([0.0, 0.5, 0.9, 0.97]))
    noise, relevant = float(rng.choice([0.03, 0.25, 1.0, 3.0])), int(rng.choice([3, 15, 60, 150]))
    kind = rng.choice(["neighbours", "neighbours", "sparse", "one factor", "scales"])
    if kind == "sparse":
        density = float(rng.choice([0.02, 0.1]))
        X = sparse.random(n, p, density=density, random_state=rng, format="csc")
    else:
        X = rng.standard_normal((n, p))
        if kind == "one factor":
            share = 0.8 * correlation
            X = np.sqrt(1.0 - share) * X + np.sqrt(share) * rng.standard_normal((n, 1))
        else:
            X = lfilter([np.sqrt(1.0 - correlation**2)], [1.0, -correlation], X, axis=1)
        if kind == "scales":
            X *= np.exp(rng.standard_normal(p))
    w = np.zeros(p)
    w[rng.choice(p, relevant, replace=False)] = rng.standard_normal(relevant)
    signal = X @ w
    spread = signal.std() or 1.0
    y = signal + np.sqrt(noise) * spread * rng.standard_normal(n)
    if seed % 7 == 0:
        y += 0.3 * spread * rng.standard_t(1.5, n)
    search: dict[str, Any] = {
        "l1_ratio": float(rng.choice([1.0, 1.0, 1.0, 0.8, 0.5])),
        "selection": str(rng.choice(["min", "1se"])),
        "cv": int(rng.choice([3, 5, 10])),
        "n_alphas": 40 if seed % 5 == 0 else n_alphas,
        "eps": 1e-3 if seed % 4 == 1 else None,
        "positive": seed % 11 == 0,
    }
    weights = rng.integers(0, 4, n).astype(float) if seed % 6 == 0 else None
    return X, y, weights, search


def searches() -> tuple[type, type]:
    """The search, and one that is the same with all of its models at the tolerance asked for."""
    from skl1 import ProximalLassoCV  # noqa: PLC0415

    return ProximalLassoCV, type("InFull", (ProximalLassoCV,), {"_course": lambda *_: None})


def pair(seed: int, tol: float, **sizes) -> dict[str, Any]:
    """Figures of both searches on a draw."""
    X, y, weights, search = draw(seed, **sizes)
    models, seconds = [], []
    for kind in searches():
        start = perf_counter()
        models.append(kind(tol=tol, **search).fit(X, y, weights))
        seconds.append(perf_counter() - start)
    ours, full = models
    loosened = ours.cv_results_["loosened"]
    errors, exact = (model.mse_path_.mean(axis=1) for model in models)
    best = int(np.argmin(exact))
    moved = np.abs(errors - exact)
    return {
        "seed": seed,
        "loosened": int(loosened.sum()),
        "same": bool(
            ours.best_index_ == full.best_index_ and np.allclose(ours.coef_, full.coef_, 1e-9)
        ),
        "converged": bool(ours.converged_ >= full.converged_),
        "seconds": seconds,
        "moved": float((moved[loosened] / exact[loosened]).max(initial=0.0)),
        "moved_above": float((moved[~loosened] / exact[~loosened]).max(initial=0.0)),
        # In standard errors above the minimum: the lowest true error of the tail.
        "margin": float(((exact[loosened] - exact[best]) / full.mse_se_[best]).min(initial=np.inf)),
    }


def main(arguments: list[str] | None = None) -> None:
    """Measure, print, and write ``tails.json``."""
    made = options.parser(__name__, __doc__)
    made.add_argument("--problems", type=int, default=300, help="draws (default: %(default)s)")
    made.add_argument("--tol", type=float, default=1e-5, help="tolerance (default: %(default)s)")
    chosen = made.parse_args(arguments)
    machine.limit_threads(chosen.threads)
    rows = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for seed in range(10 if chosen.quick else chosen.problems):
            rows.append(pair(seed, chosen.tol))
            if not rows[-1]["same"]:
                print(f"another choice: {rows[-1]}", flush=True)
    tails = [row for row in rows if row["loosened"]]
    print(f"{len(rows)} problems, {len(tails)} with a tail; ", end="")
    print(f"another choice in {sum(not row['same'] for row in rows)}")
    for name, some in (("with", tails), ("without", [r for r in rows if not r["loosened"]])):
        if some:
            ratio = np.exp(np.mean([np.log(s[1] / s[0]) for s in (r["seconds"] for r in some)]))
            print(f"full / default, {name} a tail: geometric mean {ratio:.2f}")
    if tails:
        print(f"largest change of a mean error of a tail: {max(r['moved'] for r in tails):.3g}")
        print(f"lowest true error of a tail: {min(r['margin'] for r in tails):.2f} standard errors")
    chosen.output.mkdir(parents=True, exist_ok=True)
    (chosen.output / "tails.json").write_text(json.dumps(rows, indent=1))
