"""Five-fold cross-validation of a hundred alphas.

From ``alpha_max`` down to a hundredth of it, and the chosen model on all data. skl1 and
scikit-learn take the loosest tolerance at which their path on all data has a measured gap of at
most 1e-4 everywhere; each the better of one and two jobs. cv.glmnet has its default threshold, and
is timed inside R where there is one.
"""

from __future__ import annotations

import warnings
from dataclasses import asdict, dataclass
from functools import partial
from time import perf_counter

import numpy as np

from benchmarks import glmnet, machine, options, report
from benchmarks.referee import Referee
from benchmarks.registry import CONTENDERS, PROBLEMS
from benchmarks.suites.paths import EPS, QUICK
from benchmarks.timing import least
from benchmarks.worker import N_ALPHAS

TARGET = 1e-4
LIMIT = 10.0  #: seconds; a path that takes longer has failed
NAMES = (
    "tiny",
    "communities_crime",
    "tall",
    "square",
    "medium",
    "wide",
    "correlated",
    "leukemia_golub",
    "riboflavin",
)


@dataclass(frozen=True)
class Row:
    """Seconds on a problem; NaN for what there is not."""

    problem: str
    path: float
    skl1: float
    skl1_jobs: float
    sklearn: float
    sklearn_jobs: float
    glmnet: float
    same_choice: bool


def search(X, y, alphas, tol, n_jobs):
    """``ProximalLassoCV``."""
    from skl1 import ProximalLassoCV  # noqa: PLC0415

    return ProximalLassoCV(alphas=alphas, tol=tol, n_jobs=n_jobs).fit(X, y)


def search_by_sklearn(X, y, alphas, tol, n_jobs):
    """``LassoCV``."""
    from sklearn.linear_model import LassoCV  # noqa: PLC0415

    return LassoCV(alphas=alphas, tol=tol, max_iter=100_000, n_jobs=n_jobs).fit(X, y)


def tolerance(name: str, X, y, alphas, referee: Referee, target: float) -> float | None:
    """The loosest tolerance whose path reaches the gap everywhere; None if none does."""
    contender = CONTENDERS[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for tol in contender.path_ladder(target):
            start = perf_counter()
            coefs, intercepts = contender.path(X, y, alphas, tol)
            seconds = perf_counter() - start
            if referee.worst_gap(coefs, intercepts, alphas) <= target:
                return tol
            if seconds > LIMIT:
                break
    return None


def compare(problem: str, *, quick: bool) -> Row:
    """Times of all on a problem."""
    X, y = PROBLEMS[problem].make()[0]
    referee = Referee.of(X, y)
    alphas = np.geomspace(referee.alpha_max, EPS * referee.alpha_max, N_ALPHAS)
    ours = tolerance("skl1", X, y, alphas, referee, TARGET)
    theirs = tolerance("sklearn", X, y, alphas, referee, TARGET)
    assert ours is not None, "skl1 always reaches the gap"
    runs = {
        "path": partial(CONTENDERS["skl1"].path, X, y, alphas, ours),
        "skl1": partial(search, X, y, alphas, ours, None),
        "skl1_jobs": partial(search, X, y, alphas, ours, 2),
    }
    same = False
    if theirs is not None:
        runs["sklearn"] = partial(search_by_sklearn, X, y, alphas, theirs, None)
        runs["sklearn_jobs"] = partial(search_by_sklearn, X, y, alphas, theirs, 2)
    times = least(runs, turns=2 if quick else 3, seconds=0.5 if quick else 3.0)
    if theirs is not None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exact = search_by_sklearn(X, y, alphas, min(theirs, 1e-8), 2)
            same = exact.alpha_ == search(X, y, alphas, 1e-9, None).alpha_
    seconds = np.nan
    if glmnet.version():
        seconds = glmnet.cross_validation(X, y, alphas, turns=2, limit=LIMIT)
    names = ("path", "skl1", "skl1_jobs", "sklearn", "sklearn_jobs")
    return Row(problem, *(times.get(name, np.nan) for name in names), seconds, bool(same))


def main(arguments: list[str] | None = None) -> None:
    """Measure, print, and write ``cross_validation.json``."""
    chosen = options.parser(__name__, __doc__).parse_args(arguments)
    machine.limit_threads(chosen.threads)
    rows, lines = [], []
    for problem in QUICK if chosen.quick else NAMES:
        if PROBLEMS[problem].missing():
            print(f"left out: {problem} ({PROBLEMS[problem].missing()})")
            continue
        row = compare(problem, quick=chosen.quick)
        rows.append(row)
        mine = min(row.skl1, row.skl1_jobs)
        other = np.fmin(row.sklearn, row.sklearn_jobs)
        times = (row.path, row.skl1, row.skl1_jobs, row.sklearn, row.sklearn_jobs, row.glmnet)
        ratios = (other / mine, row.glmnet / mine, mine / row.path)
        lines.append(
            [
                problem,
                *(report.milliseconds(t) if t > 0.0 else "-" for t in times),
                *(f"{ratio:.2f}" for ratio in ratios),
                "yes" if row.same_choice else "no",
            ]
        )
        print(" ".join(lines[-1]), flush=True)
    head = ["problem", "path", "skl1", "2 jobs", "LassoCV", "2 jobs", "cv.glmnet"]
    head += ["LassoCV / skl1", "glmnet / skl1", "skl1 / path", "same alpha"]
    print(f"\n5 folds, {N_ALPHAS} alphas down to alpha_max * {EPS:g}: ms\n")
    print(report.rows(head, lines))
    mine = np.array([min(row.skl1, row.skl1_jobs) for row in rows])
    for name, other in (
        ("LassoCV", [np.fmin(row.sklearn, row.sklearn_jobs) for row in rows]),
        ("cv.glmnet", [row.glmnet for row in rows]),
    ):
        if np.isfinite(other).any():
            ratio = np.exp(np.nanmean(np.log(np.array(other) / mine)))
            print(f"geometric mean of {name} / skl1: {ratio:.2f}")
    content = {
        "versions": machine.versions(["skl1"]) | {"glmnet": glmnet.version()},
        "machine": machine.description(chosen.threads),
        "rows": [asdict(row) for row in rows],
    }
    report.write_json(chosen.output / "cross_validation.json", content)
