"""How good the minima are, on ten real data sets.

At equal alpha, on standardised columns, the objectives of skl1's nonconvex estimators and of the
same penalties in skglm; at an equal number of features the residual sums of squares of
``BestSubsetRegressor`` and of abess. The referee computes each objective from the coefficients.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass
from time import perf_counter

import numpy as np

from benchmarks import machine, options, report, shared_data

NAMES = (
    "colon_alon",
    "communities_crime",
    "diabetes_x2",
    "duke_breast_west",
    "eyedata",
    "gasoline_nir",
    "growth_barro_lee",
    "leukemia_golub",
    "riboflavin",
    "triazines",
)
#: Correlations at which features enter, as shares of the largest, and sizes of subsets.
SHARES, SIZES = (0.5, 0.2, 0.1), (3, 8, 15)
GAMMA = 3.0
#: Objectives that differ by less than this share of the null objective are equal.
EQUAL = 1e-6


@dataclass(frozen=True)
class Row:
    """A model of ours and one of a peer."""

    data: str
    penalty: str
    share: float
    ours: float
    theirs: float
    null: float
    our_nonzeros: int
    their_nonzeros: int
    our_seconds: float
    their_seconds: float
    gap: float

    @property
    def lead(self) -> float:
        """By how much ours is lower, as a share of the null objective."""
        return (self.theirs - self.ours) / self.null


def standardised(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Columns that vary, and y, of mean 0 and variance 1."""
    X, y = shared_data.load(name)
    X = np.asarray(X.toarray() if hasattr(X, "toarray") else X, dtype=float)
    X = X[:, X.std(axis=0) > 1e-10]
    return np.asfortranarray((X - X.mean(axis=0)) / X.std(axis=0)), (y - y.mean()) / y.std()


def objective(X, y, w, charge: Callable) -> float:
    """Half the mean squared residual plus the charge of the nonzero coefficients."""
    return 0.5 * float(np.mean((y - X @ w) ** 2)) + float(charge(np.abs(w[w != 0.0])).sum())


def mcp(alpha: float) -> Callable:
    """The penalty for w > 0."""
    top = 0.5 * GAMMA * alpha**2
    return lambda w: np.where(w < GAMMA * alpha, alpha * w - 0.5 * w**2 / GAMMA, top)


def skglm_fit(penalty, X, y) -> np.ndarray:
    """Coordinate descent with the working sets of the fixed-point strategy."""
    from skglm import GeneralizedLinearEstimator  # noqa: PLC0415
    from skglm.datafits import Quadratic  # noqa: PLC0415
    from skglm.solvers import AndersonCD  # noqa: PLC0415

    solver = AndersonCD(
        max_iter=500, max_epochs=100_000, tol=1e-8, fit_intercept=False, ws_strategy="fixpoint"
    )
    return np.ravel(GeneralizedLinearEstimator(Quadratic(), penalty, solver).fit(X, y).coef_)


def timed(function: Callable) -> tuple[float, object]:
    """Seconds of a second call, and what it returns."""
    function()
    start = perf_counter()
    found = function()
    return perf_counter() - start, found


def penalties(share: float, q: np.ndarray):
    """``(name, our estimator, skglm's penalty, charge)`` with features entering at that share."""
    from skglm.penalties import L0_5, L2_3, MCPenalty  # noqa: PLC0415

    from skl1 import MCPRegressor, NonconvexLpRegressor  # noqa: PLC0415

    top = float(np.abs(q).max())
    for p, theirs in ((0.5, L0_5), (2.0 / 3.0, L2_3)):
        jump = 2.0 * (1.0 - p) / (2.0 - p) * share * top
        alpha = jump ** (2.0 - p) / (2.0 * (1.0 - p))
        ours = NonconvexLpRegressor(alpha, p=p, fit_intercept=False)
        yield f"l_{p:.3g}", ours, theirs(alpha), (lambda w, a=alpha, p=p: a * w**p)
    alpha = share * top
    ours = MCPRegressor(alpha, gamma=GAMMA, fit_intercept=False)
    yield "MCP", ours, MCPenalty(alpha, GAMMA), mcp(alpha)


def against_skglm(name: str) -> list[Row]:
    """All penalties on a data set."""
    X, y = standardised(name)
    rows = []
    for share in SHARES:
        for label, ours, theirs, charge in penalties(share, X.T @ y / y.size):
            seconds, model = timed(lambda ours=ours: ours.fit(X, y))
            their_seconds, w = timed(lambda theirs=theirs: skglm_fit(theirs, X, y))
            rows.append(
                Row(
                    name,
                    label,
                    share,
                    objective(X, y, model.coef_, charge),
                    objective(X, y, w, charge),
                    0.5,
                    int(np.count_nonzero(model.coef_)),
                    int(np.count_nonzero(w)),
                    seconds,
                    their_seconds,
                    float(model.optimality_gap_),
                )
            )
    return rows


def against_abess(name: str) -> list[Row]:
    """Subsets of equal size."""
    from abess import LinearRegression  # noqa: PLC0415

    from skl1 import BestSubsetRegressor  # noqa: PLC0415

    X, y = standardised(name)
    rows = []
    for k in SIZES:
        ours = BestSubsetRegressor(k, fit_intercept=False)
        peer = LinearRegression(support_size=k, fit_intercept=False)
        seconds, model = timed(lambda ours=ours: ours.fit(X, y))
        their_seconds, fitted = timed(lambda peer=peer: peer.fit(X, y))
        support = np.flatnonzero(fitted.coef_)
        w = np.zeros(X.shape[1])
        w[support] = np.linalg.lstsq(X[:, support], y)[0]
        none = np.zeros_like
        rows.append(
            Row(
                name,
                "subset",
                k,
                objective(X, y, model.coef_, none),
                objective(X, y, w, none),
                0.5,
                int(np.count_nonzero(model.coef_)),
                support.size,
                seconds,
                their_seconds,
                float(model.optimality_gap_),
            )
        )
    return rows


def table(rows: list[Row]) -> str:
    """A line for each model."""
    lines = [
        [
            row.data,
            row.penalty,
            f"{row.share:g}",
            f"{row.ours:.6f}",
            f"{row.theirs:.6f}",
            f"{row.lead:+.1e}" if abs(row.lead) > EQUAL else "equal",
            f"{row.our_nonzeros} {row.their_nonzeros}",
            report.milliseconds(row.our_seconds),
            report.milliseconds(row.their_seconds),
            f"{row.gap:.3f}",
        ]
        for row in rows
    ]
    header = ["data", "penalty", "share or k", "skl1", "peer", "lead", "nonzeros", "ms", "peer ms"]
    return report.rows([*header, "gap"], lines, left=2)


def verdict(rows: list[Row], who: str) -> str:
    """How often ours is lower, equal, higher."""
    lower = sum(row.lead > EQUAL for row in rows)
    higher = sum(row.lead < -EQUAL for row in rows)
    return f"{who}: lower {lower}, equal {len(rows) - lower - higher}, higher {higher}"


def main(arguments: list[str] | None = None) -> None:
    """Fit, compare, print."""
    chosen = options.parser(__name__, __doc__).parse_args(arguments)
    machine.limit_threads(chosen.threads)
    if shared_data.missing():
        raise SystemExit(shared_data.missing())
    warnings.simplefilter("ignore")
    rows: dict[str, list[Row]] = {}
    for who, package, compare in (
        ("skglm", "skglm", against_skglm),
        ("abess", "abess", against_abess),
    ):
        if not machine.versions([package]).get(package):
            print(f"left out: {package} is not installed")
            continue
        rows[who] = []
        for name in NAMES[:2] if chosen.quick else NAMES:
            rows[who] += compare(name)
        print(table(rows[who]))
        print(verdict(rows[who], who), flush=True)
    chosen.output.mkdir(parents=True, exist_ok=True)
    figures = {who: [asdict(row) for row in found] for who, found in rows.items()}
    (chosen.output / "minima.json").write_text(json.dumps(figures, indent=1), encoding="utf-8")
