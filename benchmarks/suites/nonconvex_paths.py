"""Paths of nonconvex penalties.

50 alphas of the penalty ``|w|^(1/2)`` with an intercept, by warm starts alone and with the default
starts and exchanges, beside 50 alphas of the Lasso; and 50 alphas of MCP beside skglm's MCP path.
Columns are standardised. A path of skglm counts as converged if none of its models is left by more
than 1e-4 in one exact coordinate step, as a share of the norm of y.
"""

from __future__ import annotations

import json
import warnings
from functools import partial

import numpy as np

from benchmarks import machine, options, report
from benchmarks.registry import PROBLEMS
from benchmarks.timing import least

NAMES = (
    "tiny",
    "communities_crime",
    "tall",
    "medium",
    "wide",
    "leukemia_golub",
    "riboflavin",
)
N_ALPHAS, GAMMA, TOL, REACHED = 50, 3.0, 1e-6, 1e-4


def standardised(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Columns and y of mean 0 and variance 1."""
    X, y = PROBLEMS[name].make()[0]
    spread = X.std(axis=0)
    return (X - X.mean(axis=0)) / np.where(spread > 0.0, spread, 1.0), (y - y.mean()) / y.std()


def furthest_move(X, y, coefs, alphas) -> float:
    """How far one exact coordinate step of MCP would move any of the models, at most."""
    from skl1.penalties import MCP  # noqa: PLC0415

    norms = np.mean(X * X, axis=0)
    worst = 0.0
    for w, alpha in zip(coefs.T, alphas, strict=True):
        z = X.T @ (y - X @ w) / y.size
        penalty = MCP(float(alpha), GAMMA)
        steps = zip(w, z, norms, strict=True)
        moves = [abs(penalty.prox(a + b / d, 1.0 / d) - a) * d**0.5 for a, b, d in steps if d > 0.0]
        worst = max(worst, *moves)
    return worst / float(np.sqrt(np.mean(y * y)))


def skglm_path(X, y, alphas) -> np.ndarray:
    """Its path of MCP, with the working sets of the fixed-point strategy."""
    from skglm.datafits import Quadratic  # noqa: PLC0415
    from skglm.penalties import MCPenalty  # noqa: PLC0415
    from skglm.solvers import AndersonCD  # noqa: PLC0415
    from skglm.utils.jit_compilation import compiled_clone  # noqa: PLC0415

    solver = AndersonCD(tol=1e-6, fit_intercept=False, ws_strategy="fixpoint", max_iter=200)
    penalty, datafit = compiled_clone(MCPenalty(1.0, GAMMA)), compiled_clone(Quadratic())
    return solver.path(X, y, datafit, penalty, alphas=alphas)[1]


def our_path(X, y, alphas, local_search) -> np.ndarray:
    """The models of ``MCPRegressorCV``'s path on all data."""
    from skl1 import MCPRegressorCV  # noqa: PLC0415

    search = MCPRegressorCV(
        alphas=alphas, gamma=GAMMA, selection="bic", fit_intercept=False, local_search=local_search
    )
    return search.fit(X, y).coef_path_.T


def race(name: str) -> dict[str, float | str]:
    """All times of a problem."""
    from skl1 import lasso_path, lp_path  # noqa: PLC0415

    X, y = standardised(name)
    columns = np.asfortranarray(X)
    top = float(np.abs(X.T @ y).max()) / y.size
    alphas = np.geomspace(top, top * (1e-3 if X.shape[0] > X.shape[1] else 1e-2), N_ALPHAS)
    path = partial(lp_path, X, y, p=0.5, n_alphas=N_ALPHAS, tol=TOL)
    functions = {
        "lasso": partial(lasso_path, X, y, n_alphas=N_ALPHAS, tol=TOL),
        "warm": partial(path, local_search=None),
        "all": partial(path, local_search="auto"),
        "mcp": partial(our_path, X, y, alphas, None),
        "skglm": partial(skglm_path, columns, y, alphas),
    }
    row: dict[str, float | str] = {"problem": name, **least(functions, turns=5, seconds=2.0)}
    row["our move"] = furthest_move(X, y, functions["mcp"](), alphas)
    row["skglm move"] = furthest_move(X, y, functions["skglm"](), alphas)
    return row


def table(rows: list[dict]) -> str:
    """A line for each problem; a star where skglm has not converged."""
    lines = []
    for row in rows:
        star = "" if row["skglm move"] <= REACHED else "*"
        lines.append(
            [
                row["problem"],
                *(report.milliseconds(row[key]) for key in ("lasso", "warm", "all", "mcp")),
                report.milliseconds(row["skglm"]) + star,
                f"{row['warm'] / row['lasso']:.2f}",
                f"{row['all'] / row['lasso']:.1f}",
                f"{row['skglm'] / row['mcp']:.1f}{star}",
                f"{row['our move']:.0e} {row['skglm move']:.0e}",
            ]
        )
    header = ["problem", "Lasso ms", "l_1/2 warm", "l_1/2 all", "MCP warm", "skglm MCP"]
    return report.rows([*header, "warm/Lasso", "all/Lasso", "skglm/MCP", "moves"], lines)


def main(arguments: list[str] | None = None) -> None:
    """Race, print, keep."""
    chosen = options.parser(__name__, __doc__).parse_args(arguments)
    machine.limit_threads(chosen.threads)
    warnings.simplefilter("ignore")
    names = NAMES[:2] if chosen.quick else NAMES
    rows = [race(name) for name in names if not PROBLEMS[name].missing()]
    print(table(rows))
    chosen.output.mkdir(parents=True, exist_ok=True)
    (chosen.output / "nonconvex_paths.json").write_text(json.dumps(rows), encoding="utf-8")
