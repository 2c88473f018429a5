"""The benchmarks judge correctly: the referee, the ladders, the figures. No peer is needed."""

import ast
import json
import math
import shutil
import subprocess
import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

import skl1
from benchmarks import baseline, contenders, problems, report, suites
from benchmarks.__main__ import main as door
from benchmarks.contenders.base import Contender
from benchmarks.discovery import classes, purposes
from benchmarks.floor import Floor, kernels, least
from benchmarks.logistic_referee import LogisticReferee
from benchmarks.problems import houses
from benchmarks.problems.base import Problem
from benchmarks.race import Cell, Effort, Entry, climb, floor_of, take_turns
from benchmarks.referee import Referee
from benchmarks.registry import CONTENDERS, PROBLEMS
from benchmarks.selection.methods import METHODS as SELECTION
from benchmarks.selection.simulation import Cell as SelectionCell
from benchmarks.selection.simulation import coefficients as simulated
from benchmarks.selection.simulation import draw
from benchmarks.selection.study import Results, judged
from benchmarks.selection.study import run as run_study
from benchmarks.simulation import (
    autoregressive,
    documents,
    genotypes,
    random_sparse,
    sparse_flags,
    sparse_truth,
    target,
)
from benchmarks.suites import first_fits, growth, intervals, logistic, logistic_paths, paths
from benchmarks.worker import Bench, Measured, Outcome, Worker
from common import elastic_net, objective, problem


@pytest.mark.parametrize(("package", "base"), [(problems, Problem), (contenders, Contender)])
def test_every_file_holds_one_class_with_a_name_of_its_own(package, base):
    found = classes(package, base)
    files = {path.stem for path in Path(package.__path__[0]).glob("*.py")} - {"__init__"}
    assert set(found) == files
    assert {len(here) for name, here in found.items() if name != "base"} == {1}
    register = PROBLEMS if base is Problem else CONTENDERS
    assert len(register) == len(files) - 1
    assert all(type(one).__doc__ and one.name == name for name, one in register.items())


def test_the_readme_lists_all_problems_and_peers():
    text = (Path(suites.__path__[0]).parents[0] / "README.md").read_text()
    table = text.partition("## The problems")[2].partition("\n## ")[0]
    listed = [line.split("`")[1] for line in table.splitlines() if line.startswith("| `")]
    assert sorted(listed) == sorted(PROBLEMS)
    peers = {one.package for one in CONTENDERS.values()} - {"skl1", "scikit-learn"}
    assert [name for name in peers if name not in text] == []


def test_problems_say_what_they_want():
    assert any(one.quick for one in PROBLEMS.values())
    for one in PROBLEMS.values():
        shares = [share for share, gaps in one.cells(quick=False) if gaps]
        assert shares == sorted(shares, reverse=True)
        assert {share for share, _ in one.cells(quick=True)} <= set(shares)
        gaps = [gap for _, gaps in one.cells(quick=False) for gap in gaps]
        assert all(0.0 < gap < 1.0 for gap in gaps)


def test_problems_are_the_same_in_every_process():
    for name in ("tiny", "many_small", "medium"):
        once, again = PROBLEMS[name].make(), PROBLEMS[name].make()
        for (X, y), (X2, y2) in zip(once, again, strict=True):
            assert X.flags.c_contiguous
            np.testing.assert_array_equal(X, X2)
            np.testing.assert_array_equal(y, y2)


#: Those that can be made smaller: what is tested here does not depend on the size.
SMALL = {
    "one_hot": {"n_samples": 9_000},
    "sparse_tall": {"n_samples": 800},
    "text": {"n_samples": 300, "n_features": 900},
    "expression": {"n_samples": 40, "n_features": 500},
    "genotypes": {"n_samples": 80, "n_features": 700},
}


def small(name):
    (data,) = replace(PROBLEMS[name], **SMALL.get(name, {})).make()
    return data


@pytest.mark.parametrize("name", [*SMALL, "houses", "tiny_correlated", "uncentred_medium"])
def test_generated_problems_are_the_same_twice_and_can_be_fitted(name):
    X, y = small(name)
    again, goal = small(name)
    np.testing.assert_array_equal(y, goal)
    assert X.dtype == y.dtype == np.float64
    if sparse.issparse(X):
        assert X.format == "csc"
        assert X.has_sorted_indices
        assert X.has_canonical_format
        X, again = X.toarray("C"), again.toarray("C")
    assert X.flags.c_contiguous
    np.testing.assert_array_equal(X, again)
    assert np.isfinite(X).all()
    assert np.ptp(y) > 0.0


def test_a_seventh_of_the_genotypes_are_twins():
    X, _ = small("genotypes")
    assert X.shape == (80, 700)
    assert set(np.unique(X)) == {0.0, 1.0, 2.0}
    steps = np.abs(np.diff(X, axis=1)).max(axis=0) == 0.0
    mirrors = np.abs(X[:, 1:] + X[:, :-1] - 2.0).max(axis=0) == 0.0
    assert 700 // 7 <= np.count_nonzero(steps | mirrors) < 700 // 5
    assert min(np.count_nonzero(steps), np.count_nonzero(mirrors)) > 700 // 7 // 4
    # Within a block markers are linked, across blocks they are not.
    drawn = genotypes(np.random.default_rng(0), 500, 84, block=36, founders=6, switch=0.01)
    linked = np.abs(np.corrcoef(drawn.T))
    assert linked[:20, :20].mean() > 0.3
    assert linked[:20, 60:].mean() < 0.1


def test_houses_have_redundant_blocks():
    X, _ = small("houses")
    assert X.shape == (1460, 269)
    assert sum(houses.LEVELS) == 233
    np.testing.assert_allclose(X[:, 31:36], X[:, 0:10:2] + X[:, 1:10:2])
    start = 36
    for levels in houses.LEVELS:
        block = X[:, start : start + levels]
        np.testing.assert_array_equal(block.sum(axis=1), 1.0)
        assert (block.sum(axis=0) > 0.0).all()
        start += levels
    starts = 36 + np.cumsum((0, *houses.LEVELS))
    for first, *others in houses.TWINS:
        for other in others:
            np.testing.assert_array_equal(X[:, starts[first]], X[:, starts[other]])


def test_one_hot_columns_are_dense_and_each_factor_adds_up_to_one():
    X, y = small("one_hot")
    assert X.shape[1] == 58
    assert set(np.unique(X[:, :51])) == {0.0, 1.0}
    for start, end in ((0, 24), (24, 36), (36, 43), (43, 47), (47, 51)):
        np.testing.assert_array_equal(X[:, start:end].sum(axis=1), 1.0)
        assert (X[:, start:end].sum(axis=0) > 0.0).all()
    assert y.min() >= 0.0


def test_documents_are_rows_of_length_one_with_words_as_zipf_has_them():
    X = documents(np.random.default_rng(0), 300, 900, 40.0)
    np.testing.assert_allclose(sparse.linalg.norm(X, axis=1), 1.0)
    often = np.diff(X.indptr)
    assert often.min() >= 1
    assert often[:10].mean() > 10.0 * often[-100:].mean()


def test_flags_are_as_dense_as_they_say_and_some_are_frequent():
    X = sparse_flags(np.random.default_rng(0), 4000, 300, 0.04)
    assert set(X.data) == {1.0}
    assert X.nnz / (4000 * 300) == pytest.approx(0.04, rel=0.1)
    often = np.diff(X.indptr)
    assert often.max() > 50 * often.min()


def test_expression_is_positive_and_skewed_and_its_columns_move_together():
    X, y = small("expression")
    assert X.min() > 0.0
    assert (X.mean(axis=0) > np.median(X, axis=0)).mean() > 0.8
    s = np.linalg.svd(np.log(X) - np.log(X).mean(axis=0), compute_uv=False)
    assert (s[:12] ** 2).sum() > 0.6 * (s**2).sum()
    assert set(y) == {0.0, 1.0}


def test_uncentred_columns_are_far_from_zero():
    X, _ = small("uncentred_medium")
    assert X.shape == (500, 800)
    assert (np.abs(X.mean(axis=0)) > 8.0 * X.std(axis=0)).all()


def test_simulated_data_are_what_they_say():
    rng = np.random.default_rng(0)
    X = autoregressive(rng, 20_000, 6, 0.8, loc=50.0)
    assert X.flags.c_contiguous
    wanted = 0.8 ** np.abs(np.subtract.outer(np.arange(6), np.arange(6)))
    np.testing.assert_allclose(np.corrcoef(X.T), wanted, atol=0.02)
    np.testing.assert_allclose(np.abs(X.mean(axis=0)) / X.std(axis=0), 50.0, rtol=0.05)
    w = sparse_truth(rng, 6, 2)
    assert np.count_nonzero(w) == 2
    y = target(rng, X, w, 10.0)
    assert (X @ w).var() / (y - X @ w).var() == pytest.approx(10.0, rel=0.1)
    S = random_sparse(rng, 500, 400, 0.01)
    assert S.format == "csc"
    assert S.nnz == pytest.approx(2000, rel=0.02)


@pytest.mark.parametrize(("n", "p"), [(40, 8), (20, 50)])
@pytest.mark.parametrize("share", [0.5, 0.05])
def test_the_referee_finds_next_to_no_gap_at_the_optimum(n, p, share):
    X, y = problem(n, p)
    referee = Referee.of(X, y)
    alpha = share * referee.alpha_max
    coef, intercept = elastic_net(X, y, alpha)
    assert 0.0 <= referee.gap(coef, intercept, alpha) < 1e-11


@pytest.mark.parametrize("scale", [0.0, 0.1, 1.0, 3.0, 30.0])
def test_the_referees_gap_is_never_less_than_the_suboptimality(scale):
    X, y = problem(20, 50)
    referee = Referee.of(X, y)
    alpha = 0.1 * referee.alpha_max
    coef, intercept = elastic_net(X, y, alpha)
    least = objective(X, y, coef, intercept, alpha)
    assert referee.objective(coef, intercept, alpha) == pytest.approx(least, rel=1e-12)
    rng = np.random.default_rng(1)
    for _ in range(50):
        w = coef + scale * rng.standard_normal(50) * (rng.random(50) < 0.3)
        b = intercept + scale * rng.standard_normal()
        excess = (objective(X, y, w, b, alpha) - least) / referee.null_objective
        assert referee.gap(w, b, alpha) >= excess - 1e-12


def test_the_referee_does_not_certify_an_overshooting_iterate():
    # Far beyond least squares the residual points against y: the best scale is negative.
    X, y = problem(40, 8)
    referee = Referee.of(X, y)
    alpha = 0.1 * referee.alpha_max
    coef, _ = elastic_net(X, y, 1e-6)
    w = 4.0 * coef
    b = y.mean() - X.mean(axis=0) @ w
    r = y - X @ w - b
    assert y @ r - y.mean() * r.sum() < 0.0
    assert referee.gap(w, b, alpha) > 1.0


def test_a_wrong_intercept_is_charged():
    X, y = problem()
    referee = Referee.of(X, y)
    alpha = 0.1 * referee.alpha_max
    coef, intercept = elastic_net(X, y, alpha)
    charged = referee.gap(coef, intercept + 0.3, alpha) * referee.null_objective
    assert charged == pytest.approx(0.5 * 0.3**2, rel=1e-9)


def test_the_referee_sees_what_is_not_finite_and_takes_a_perfect_fit():
    X, y = problem()
    referee = Referee.of(X, y)
    assert referee.gap(np.full(8, np.nan), 0.0, 1.0) == np.inf
    assert referee.gap(np.zeros(8), np.inf, 1.0) == np.inf
    exact = Referee.of(X, X[:, 0])
    assert exact.gap(np.eye(8)[0], 0.0, 1e-8) == pytest.approx(1e-8 / exact.null_objective)


def test_the_referee_judges_sparse_and_float32_data_in_double_precision():
    X, y = problem()
    S = sparse.csc_matrix(X)
    dense, thin = Referee.of(X, y), Referee.of(S, y)
    assert sparse.issparse(thin.X)
    assert dense.X is X
    alpha = 0.3 * dense.alpha_max
    w = np.random.default_rng(0).standard_normal(8)
    assert thin.alpha_max == pytest.approx(dense.alpha_max)
    assert thin.gap(w, 1.0, alpha) == pytest.approx(dense.gap(w, 1.0, alpha))
    single = Referee.of(X.astype(np.float32), y.astype(np.float32))
    assert single.X.dtype == single.y.dtype == np.float64
    np.testing.assert_array_equal(single.X, X.astype(np.float32))


def test_the_referee_keeps_its_digits_where_columns_are_far_from_zero():
    X, y = problem(30, 5, offset=0.0)
    moved = X + 1e3
    referee = Referee.of(moved, y)
    alpha = 0.1 * referee.alpha_max
    coef, _ = elastic_net(X, y, alpha)
    assert referee.gap(coef, y.mean() - moved.mean(axis=0) @ coef, alpha) < 1e-11


class Fake:
    """A contender, a worker too: the gap is ten times the knob, down to its floor."""

    def __init__(self, seconds=0.02, floor=0.0, slow_from=0.0):
        self.seconds, self.floor, self.slow_from = seconds, floor, slow_from
        self.knobs, self.turns = [], []

    def climb(self, knob):
        self.knobs.append(knob)
        if knob < self.slow_from:
            return Outcome(trouble="> 1 s")
        return Outcome(self.seconds, max(10.0 * knob, self.floor))

    def fit(self, share, knob, repetitions=1):
        self.turns.append(repetitions)
        return self.climb(knob)


LADDER = tuple(10.0**-k for k in range(2, 11))


def test_the_loosest_tolerance_counts_and_the_next_climb_goes_on_from_it():
    fake, known = Fake(), {}
    knob, outcome = climb(fake.climb, LADDER, 1e-4, known)
    assert knob == pytest.approx(1e-5)
    assert outcome.gap == pytest.approx(1e-4)
    assert climb(fake.climb, LADDER, 1e-8, known)[0] == pytest.approx(1e-9)
    assert len(fake.knobs) == len(set(fake.knobs)) == 8


def test_a_ladder_that_ends_above_the_gap_fails_and_tells_the_best():
    _, outcome = climb(Fake(floor=3e-7).climb, LADDER, 1e-8, {})
    assert (outcome.trouble, outcome.gap) == ("fails", 3e-7)


def test_there_is_no_climbing_beyond_a_fit_that_took_too_long():
    fake, known = Fake(slow_from=1e-6), {}
    assert climb(fake.climb, LADDER, 1e-8, known)[1].trouble == "> 1 s"
    asked = len(fake.knobs)
    assert climb(fake.climb, LADDER, 1e-10, known)[1].trouble == "> 1 s"
    assert len(fake.knobs) == asked


def test_a_ladder_that_takes_too_long_in_all_ends():
    fake = Fake(seconds=2.0)
    _, outcome = climb(fake.climb, LADDER, 1e-8, {}, patience=5.0)
    assert len(fake.knobs) == 3
    assert (outcome.trouble, outcome.gap) == ("> 5 s", pytest.approx(1e-3))
    # One that has reached the gap by then has reached it.
    assert climb(fake.climb, LADDER, 1e-3, {}, patience=5.0)[1].trouble == ""


def test_turns_are_taken_and_the_hopeless_get_one():
    workers = {"skl1": Fake(0.02), "near": Fake(0.015), "far": Fake(1.0)}
    racing = {name: Entry(knob=1e-5) for name in workers}
    cell = Cell("", "", 0.1, 1e-4, racing | {"failed": Entry(trouble="fails")})
    take_turns(workers, cell, {"skl1": 0.02, "near": 0.005, "far": 1.0}, Effort(turns=4))
    assert {name: len(entry.seconds) for name, entry in cell.entries.items()} == {
        "skl1": 4,
        "near": 4,
        "far": 1,
        "failed": 0,
    }
    assert workers["near"].turns == [20, 1, 1, 1]
    assert cell.entries["skl1"].least == cell.entries["skl1"].middle == 0.02


def test_our_own_worker_fits_and_is_judged():
    bench = Bench("skl1")
    ((shape, refusal),) = bench.load("tiny")
    assert (shape, refusal) == ("442x10", "")
    seconds, gap = bench.fit(0.1, 1e-8, 2)
    assert seconds > 0.0
    assert 0.0 <= gap <= 1e-8


def test_our_own_worker_follows_paths_and_is_judged_where_it_is_worst():
    bench = Bench("skl1")
    list(bench.load("tiny"))
    seconds, gap = bench.path(0.01, 1e-5, 1)
    assert seconds > 0.0
    referee = bench.referees[0]
    alphas = np.geomspace(referee.alpha_max, 0.01 * referee.alpha_max, 100)
    coefs, intercepts = bench.contender.path(*bench.data_sets[0], alphas, 1e-5)
    gaps = [referee.gap(coefs[:, k], intercepts[k], alphas[k]) for k in range(100)]
    assert gap == max(gaps) <= 1e-4


@pytest.mark.parametrize("name", ["skl1", "sklearn"])
@pytest.mark.parametrize("storage", [np.asarray, sparse.csc_matrix])
def test_paths_of_contenders_solve_the_problem_of_the_referee(name, storage):
    X, y = problem(40, 12)
    X = storage(X + 3.0)
    referee = Referee.of(X, y)
    alphas = np.geomspace(referee.alpha_max, 0.1 * referee.alpha_max, 7)
    coefs, intercepts = CONTENDERS[name].path(X, y, alphas, 1e-10)
    assert coefs.shape == (12, 7)
    assert referee.worst_gap(coefs, intercepts, alphas) < 1e-8


def test_contenders_that_follow_paths_have_one():
    for name, one in CONTENDERS.items():
        assert one.follows_paths == (type(one).path is not Contender.path), name
    assert set(paths.NAMES) <= set(PROBLEMS)
    assert {"skl1", "sklearn", "celer"} <= set(paths.RACERS)


def test_glmnets_fastest_threshold_that_reaches_the_gap_counts():
    runs = [(1e-7, 1.0, 1e-3), (1e-9, 3.0, 1e-5), (1e-11, 2.0, 1e-6)]
    entry = paths.entry_of_glmnet(runs, 1e-4)
    assert (entry.knob, entry.gap, entry.seconds) == (1e-11, 1e-6, [2.0])
    entry = paths.entry_of_glmnet(runs, 1e-8)
    assert (entry.trouble, entry.gap, entry.seconds) == ("fails", 1e-6, [])
    assert paths.entry_of_glmnet("too large", 1e-4).trouble == "too large"


# The floor ----------------------------------------------------------------------------------


def storages():
    rng = np.random.default_rng(0)
    made = rng.standard_normal((300, 40)) * (rng.random((300, 40)) < 0.2)
    yield "dense", autoregressive(rng, 300, 40, 0.5)
    yield "mostly zeros", made
    yield "sparse", sparse.csc_matrix(made)
    yield "float32", made.astype(np.float32)


@pytest.mark.parametrize(("name", "X"), list(storages()))
def test_all_kernels_of_the_floor_make_the_gram_matrix(name, X):
    support = np.array([3, 7, 8, 30])
    columns = np.asarray(X[:, support].todense() if sparse.issparse(X) else X[:, support])
    wanted = np.triu(columns.T.astype(np.float64) @ columns)
    found = kernels(X, support)
    assert len(found) == (1 if name == "dense" else 2)
    for kernel in found:
        np.testing.assert_allclose(np.triu(kernel()), wanted, rtol=1e-5, atol=1e-4)


def test_the_floor_is_three_passes_a_gram_matrix_and_its_factor():
    assert Floor(1.0, 0.5, 0.25).seconds == 3.75
    X = autoregressive(np.random.default_rng(0), 3000, 150, 0.5)
    X[:, 7] = X[:, 8]  # dependent columns have a floor as well
    floor = Floor.of(X, np.arange(100))
    assert min(floor.one_pass, floor.gram, floor.factor) > 0.0
    nothing = Floor.of(X, np.arange(0))
    assert nothing.gram == nothing.factor == 0.0 < nothing.one_pass
    # Solving for the same support by singular values takes many times its Gram matrix and factor.
    y = X[:, 0]
    longer = least(lambda: (np.linalg.lstsq(X[:, :100], y), X.T @ y, X.T @ y, X.T @ y))
    assert floor.seconds < longer


def test_a_cells_floor_is_that_of_our_support():
    bench = Bench("skl1")
    list(bench.load("tiny"))
    (measured,) = bench.floor(0.01, 1e-8)
    assert 0.0 < measured.seconds < 0.1
    assert measured.support == 8 / 442
    assert not measured.sparse

    class Measures:
        def __init__(self, name):
            self.name = name

        def floor(self, share, knob):
            return (self.name, share, knob)

    workers = {name: Measures(name) for name in ("peer", "baseline", "skl1")}
    entries = {"peer": Entry(1e-3, seconds=[1.0]), "baseline": Entry(1e-4, seconds=[1.0])}
    missed = {"skl1": Entry(1e-4, trouble="fails")}
    assert floor_of(workers, Cell("", "", 0.1, 1e-4, entries | missed)) == ("baseline", 0.1, 1e-4)
    assert math.isnan(floor_of(workers, Cell("", "", 0.1, 1e-4, missed)).seconds)


def cell(gap, ours, **peers):
    """A cell of times, in which None has not reached the gap."""
    times = {"skl1": ours} | peers
    entries = {
        name: Entry(seconds=[2.0 * time, time]) if time else Entry(trouble="fails")
        for name, time in times.items()
        if time != "absent"
    }
    return Cell("problem", "3x2", 0.1, gap, entries)


CELLS = [
    cell(1e-4, 1.0, a=8.0, b=4.0),
    cell(1e-4, 2.0, a=1.0, b=None),
    cell(1e-8, 1.0, a=None, b=None),
    cell(1e-8, None, a=1.0, b=2.0),
    cell(1e-8, 1.0, a=2.0, b=None, skl1_ista=0.5),
]


def test_ratios_compare_with_the_best_peer_and_not_with_ourselves():
    assert [report.ratio(one) for one in CELLS] == [4.0, 0.5, math.inf, 0.0, 2.0]
    assert [report.best_peer(one) for one in CELLS] == ["b", "a", "", "a", "a"]
    assert math.isnan(report.ratio(cell(1e-4, "absent", a=1.0)))
    assert math.isnan(report.ratio(cell(1e-4, 1.0)))
    assert math.isnan(report.ratio(cell(1e-4, None, a=None)))


def test_the_summary_of_ratios():
    summary = report.Summary.of(CELLS)
    assert summary.cells == 5
    assert summary.geometric_mean == pytest.approx(4.0 ** (1.0 / 3.0))
    assert summary.least == {1e-4: 0.5, 1e-8: 0.0}
    assert summary.means == pytest.approx({1e-4: math.sqrt(2.0), 1e-8: 2.0})
    assert (summary.below_one, summary.unreached_by_peers, summary.unreached_by_us) == (2, 1, 1)
    assert "geometric mean 1.59" in str(summary)


def test_the_table_has_a_line_for_each_cell():
    lines = report.race_table(CELLS).splitlines()
    assert len(lines) == 6
    assert " ".join(lines[1].split()).startswith("problem 3x2 0.1 0.0001 1000 8000 4000 - b")
    assert "fails" in lines[4]


def floored(ours, floor, support=0.1, *, thin=False, **peers):
    found = cell(1e-4, ours, **peers)
    found.floor = Measured(floor, support, thin)
    return found


def test_times_over_the_floor_by_kind_where_it_tells_anything():
    found = [
        floored(1.0, 0.5, a=2.0),
        floored(1.0, 0.25, a=2.0),
        floored(1.0, 0.1, thin=True, a=2.0),
        floored(1.0, 0.05, 0.8, thin=True, a=2.0),
        floored(1e-3, 1e-5, a=2.0),  # a floor of 10 microseconds is no yardstick
        floored(None, 0.001, a=2.0),
        cell(1e-4, 1.0, a=2.0),
    ]
    summary = report.Summary.of(found)
    assert summary.over_floor == {"dense": 4.0, "sparse": 10.0, "support near n": 20.0}
    assert summary.furthest["dense"] == "problem at 0.1, 0.0001"
    assert "largest time over floor, sparse: 10.00 (problem at 0.1, 0.0001)" in str(summary)
    lines = report.race_table(found).splitlines()
    assert "ratio  time/floor  our gap" in lines[0]
    assert [line.split()[-2] for line in lines[1:]] == [
        "2.00", "4.00", "10.00", "20.00", "100.00", "-", "-",
    ]  # fmt: skip
    assert "time/floor" not in report.race_table(CELLS)
    first = report.cells_as_dicts(found)[0]
    assert (first["over_floor"], first["kind"], first["floor"]["seconds"]) == (2.0, "dense", 0.5)


def test_brief_times_may_draw():
    brief, long = 4e-4, 6e-4
    found = [
        cell(1e-4, brief, a=0.95 * brief),  # a draw
        cell(1e-4, brief, a=0.85 * brief),
        cell(1e-4, long, a=0.95 * long),
        cell(1e-4, brief, a=2.0 * brief),
        cell(1e-4, None, a=brief),
        cell(1e-4, brief, a=None),
    ]
    assert [report.behind(one) for one in found] == [False, True, True, False, True, False]
    summary = report.Summary.of(found)
    assert (summary.below_one, summary.behind) == (4, 3)
    assert "below 0.9 where both take less than 0.5 ms: 3" in str(summary)


def test_the_profile_counts_cells_within_a_factor():
    factors = report.profile(CELLS)
    assert factors["skl1"] == [1.0, 1.0, 2.0, 2.0]
    assert factors["b"] == [2.0, 4.0]


def test_figures_are_written_as_strict_json(tmp_path):
    path = tmp_path / "deeper" / "race.json"
    report.write_json(path, {"cells": report.cells_as_dicts(CELLS), 0.5: (math.inf, math.nan)})
    read = json.loads(path.read_text())
    assert read["0.5"] == [None, None]
    assert read["cells"][0]["entries"]["a"]["seconds"] == [16.0, 8.0]


def test_the_slope_of_growth():
    sizes = growth.sizes(100, 10_000, 5)
    assert growth.slope(sizes, [3e-6 * size**1.3 for size in sizes]) == pytest.approx(1.3)
    series = growth.Series("n", sizes, [1e-3] * 5, [4] * 5, bound=1.05)
    assert series.slope == pytest.approx(0.0, abs=1e-12)
    assert "met" in growth.show(series)


# The door -----------------------------------------------------------------------------------


def test_every_benchmark_has_a_purpose_and_a_main():
    files = {path.stem for path in Path(suites.__path__[0]).glob("*.py")} - {"__init__"}
    found = purposes()
    assert set(found) == files
    assert {"race", "cold_start", "growth", "selection"} <= files
    for name, purpose in found.items():
        assert purpose.endswith("."), name
        assert len(purpose) < 90, name
        tree = ast.parse((Path(suites.__path__[0]) / f"{name}.py").read_text())
        mains = [node for node in tree.body if getattr(node, "name", "") == "main"]
        assert [[a.arg for a in node.args.args] for node in mains] == [["arguments"]], name


def test_first_fits_finds_all_classes_and_takes_floors(tmp_path):
    """A class that is added is measured; each process prints the seconds it was asked for."""
    names = first_fits.estimators()
    assert {"ProximalLasso", "MCPRegressorCV", "RelaxedLasso"} <= set(names)
    assert "LassoPath" not in names
    problem = first_fits.PROBLEMS["the diabetes data, 442 x 10"]
    runs = first_fits.Runs(problem, Path(skl1.__path__[0]).parent, tmp_path)
    ((floor, _),) = runs("floor", [])
    (one, two) = runs("cold", ["ProximalLasso", "RidgeGD"], 2)
    assert floor > 0.0
    assert one[0] > one[1] > 0.0
    assert two[0] > 0.0


def test_intervals_are_timed_beside_another_checkout(capsys):
    """Of a checkout that is the same the results are."""
    here = Path(skl1.__path__[0]).parent
    intervals.main(["--quick", "--turns", "2", "--baseline", str(here)])
    *_, line = capsys.readouterr().out.splitlines()
    name, size, ours, theirs, ratio, apart = line.split()
    assert (name, size, float(apart)) == ("diabetes", "442x10", 0.0)
    assert float(ratio) == pytest.approx(float(theirs) / float(ours), rel=0.2)


def test_no_module_beside_them_is_run_by_itself():
    for path in Path(suites.__path__[0]).parents[0].rglob("*.py"):
        alone = "__name__ ==" in path.read_text()
        assert alone == (path.name == "__main__.py"), path


def test_the_door_lists_all_benchmarks(capsys):
    door(["--help"])
    printed = capsys.readouterr().out
    for name, purpose in purposes().items():
        assert any(line.split() == [name, *purpose.split()] for line in printed.splitlines())


def test_the_door_passes_the_options_on_and_races_without_a_name(monkeypatch):
    calls = []
    for name in ("race", "growth"):
        module = import_module(f"benchmarks.suites.{name}")
        monkeypatch.setattr(module, "main", lambda rest, name=name: calls.append((name, rest)))
    door(["growth", "--quick"])
    door(["--problems", "tiny"])
    door([])
    monkeypatch.setattr(sys, "argv", ["benchmarks", "race", "--quick"])
    door()
    assert calls == [
        ("growth", ["--quick"]),
        ("race", ["--problems", "tiny"]),
        ("race", []),
        ("race", ["--quick"]),
    ]


def test_the_door_names_what_there_is():
    with pytest.raises(SystemExit, match=r"no benchmark 'rase'.*growth.*race"):
        door(["rase"])


# The baseline -------------------------------------------------------------------------------


@pytest.fixture
def other(tmp_path):
    """A checkout that says 7.7.7, and the folder in which it is installed."""
    checkout = tmp_path / "checkout"
    shutil.copytree(Path(skl1.__path__[0]), checkout / "skl1")
    init = checkout / "skl1" / "__init__.py"
    init.write_text(init.read_text() + '\n__version__ = "7.7.7"\n')
    return baseline.install(checkout, tmp_path / "installed")


def test_the_baseline_has_its_own_skl1_and_its_own_cache(other):
    code = f"""
from benchmarks import baseline
baseline.enter({str(other)!r})
import benchmarks, numba, skl1
print(skl1.__version__, skl1.__file__, numba.config.CACHE_DIR, benchmarks.__file__, sep="\\n")
"""
    root = Path(suites.__path__[0]).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", code], check=False, cwd=root, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    number, package, cache, ours = done.stdout.split("\n")[:4]
    assert number == "7.7.7"
    assert Path(package).parents[1] == other
    assert Path(cache).parent == other
    assert Path(ours).parents[1] == root


def test_the_baseline_refuses_to_measure_ourselves(other, tmp_path):
    with pytest.raises(RuntimeError, match="imported before"):
        baseline.enter(str(other))
    with pytest.raises(SystemExit, match="no skl1"):
        baseline.install(tmp_path / "nothing", tmp_path / "there")


def test_a_worker_fits_by_the_baseline(other):
    """In a process of its own, whose coefficients the referee here judges."""
    init = other / "skl1" / "__init__.py"
    init.write_text(f"{init.read_text()}\nopen({str(other / 'imported')!r}, 'w').close()\n")
    worker = Worker("baseline", 60.0, str(other))
    try:
        worker.start_loading("tiny")
        assert worker.finish_loading() == ""
        outcome = worker.fit(0.1, 1e-8)
    finally:
        worker.stop()
    assert outcome.trouble == ""
    assert 0.0 <= outcome.gap <= 1e-8
    assert (other / "imported").exists()


def test_the_change_from_the_baseline():
    found = [
        cell(1e-4, 1.0, baseline=2.0, a=3.0),
        cell(1e-8, 2.0, baseline=1.0),
        cell(1e-8, 1.0, baseline=4.0, a=0.5),
        cell(1e-8, None, baseline=4.0),
        cell(1e-8, 1.0, baseline=None),
    ]
    change = report.Change.of(found)
    assert (change.cells, change.least, change.largest) == (3, 0.5, 4.0)
    assert change.geometric_mean == pytest.approx(4.0 ** (1.0 / 3.0))
    assert "baseline / skl1: geometric mean 1.587" in str(change)
    assert report.Change.of(CELLS) is None
    # It is no peer.
    assert report.best_peer(found[0]) == "a"
    assert report.best_peer(found[1]) == ""
    lines = report.race_table(found).splitlines()
    assert lines[0].split()[-1] == "baseline/skl1"
    assert [line.split()[-1] for line in lines[1:]] == ["2.00", "0.50", "4.00", "-", "-"]
    assert "baseline/skl1" not in report.race_table(CELLS)


def test_the_baseline_takes_as_many_turns_as_we_do():
    order = []

    class Noted(Fake):
        def fit(self, *arguments):
            order.append(self.seconds)
            return super().fit(*arguments)

    workers = {"skl1": Noted(0.02), "baseline": Noted(0.06), "near": Noted(0.015)}
    cell = Cell("", "", 0.1, 1e-4, {name: Entry(knob=1e-5) for name in workers})
    take_turns(workers, cell, {"skl1": 0.02, "baseline": 0.06, "near": 0.015}, Effort(turns=4))
    assert [len(entry.seconds) for entry in cell.entries.values()] == [4, 4, 4]
    assert order == 2 * [0.02, 0.06, 0.015, 0.015, 0.06, 0.02]


# Selection ----------------------------------------------------------------------------------


def test_simulated_data_are_as_they_should_be():
    """The signal-to-noise ratio, the correlation, the truth; whatever is drawn before."""
    cell = SelectionCell("medium", 2, 0.7, 9)
    data = draw(cell, 0)
    assert data.signal / data.variance == pytest.approx(6.0)
    assert data.truth.nonzero()[0].tolist() == [0, 1, 2, 3, 4]
    assert np.corrcoef(data.X[:, 3], data.X[:, 4])[0, 1] == pytest.approx(0.7, abs=0.1)
    noise = data.y - data.X @ data.truth
    assert noise.var() == pytest.approx(data.variance, rel=0.3)
    draw(cell, 1)
    np.testing.assert_array_equal(draw(cell, 0).X, data.X)
    assert [simulated(kind, 10, 3)[[0, 2, 5, 9]].tolist() for kind in (1, 2, 3, 5)] == [
        [1.0, 0.0, 1.0, 1.0],  # at places 1, 6 and 10 of 10: numpy rounds 5.5 to 6
        [1.0, 1.0, 0.0, 0.0],
        [10.0, 0.5, 0.0, 0.0],
        [1.0, 1.0, 0.5**3, 0.5**7],
    ]


def test_metrics_of_the_null_model_and_of_the_truth():
    data = draw(SelectionCell("low", 2, 0.0, 4), 0)
    nothing, truth = judged(np.zeros(10), data), judged(data.truth, data)
    snr = data.signal / data.variance
    assert nothing == pytest.approx([1.0, snr + 1.0, 0.0, 0.0, 0.0])
    assert truth == pytest.approx([0.0, 1.0, snr / (1.0 + snr), 5.0, 1.0])
    half = data.truth.copy()
    half[0], half[9] = 0.0, 1.0
    assert judged(half, data)[3:] == pytest.approx([5.0, 0.8])


def test_a_study_is_resumed(tmp_path):
    """A slice of the study: every method runs, and nothing is run twice."""
    cell, names = SelectionCell("low", 2, 0.35, 9), [method.name for method in SELECTION]
    results = Results(tmp_path / "results.jsonl")
    run_study(results, [cell], 1, names, jobs=1)
    assert all(results.of(cell, name).shape == (1, 5) for name in names)
    assert all(results.of(cell, name)[0, 0] < 0.5 for name in names)
    again = Results(tmp_path / "results.jsonl")
    assert not again.missing(cell, 0, names)
    np.testing.assert_allclose(again.of(cell, "l_0"), results.of(cell, "l_0"), rtol=1e-5)
    run_study(again, [cell], 2, names, jobs=1)
    lines = (tmp_path / "results.jsonl").read_text().splitlines()
    assert [json.loads(line)["repetition"] for line in lines] == [0, 1]


# The race of logistic regressions -------------------------------------------------------------


@pytest.mark.parametrize("share", [0.5, 0.1, 0.02])
def test_the_referee_of_logistic_regressions(share):
    """Next to no gap at the optimum; elsewhere never less than the suboptimality."""
    X, y = logistic.simulated("tall")
    X, y = X[:300], y[:300]
    referee = LogisticReferee(X, y)
    alpha = share * referee.alpha_max
    model = skl1.ProximalLogisticRegression(alpha, tol=1e-12).fit(X, y)
    w, b = model.coef_[0], float(model.intercept_[0])
    assert referee.alpha_max == pytest.approx(model.alpha_max_[0])
    assert referee.gap(w, b, alpha) <= 2e-12

    def objective(w, b):
        t = X @ w + b
        return float((np.logaddexp(0.0, t) - y * t).mean()) + alpha * np.abs(w).sum()

    best = objective(w, b)
    rng = np.random.default_rng(0)
    for size in (1e-4, 1e-2, 1.0):
        for other, shift in ((w + size * rng.normal(size=w.size), 0.0), (w, size)):
            above = (objective(other, b + shift) - best) / referee.null_objective
            assert referee.gap(other, b + shift, alpha) >= above * (1.0 - 1e-9)
    assert referee.gap(np.full(w.size, np.nan), b, alpha) == np.inf


def test_logistic_regressions_are_timed_where_they_reach_the_gap():
    found = logistic.answer("skl1", 40.0, "tall", 0.5)
    assert set(found) == {f"{gap:g}" for gap in logistic.GAPS}
    assert all(0.0 < seconds < 40.0 for seconds in found.values())
    rows = [{"problem": "tall", "share": 0.5, **{name: {} for name in logistic.CONTENDERS}}]
    rows[0]["skl1"] = {"0.0001": 0.002, "1e-07": 0.004}
    rows[0]["saga"] = {"0.0001": 0.005}
    np.testing.assert_allclose(logistic.ratios(rows, 1e-4), [2.5])
    assert not logistic.ratios(rows, 1e-7).size
    assert [logistic.alone(rows, gap) for gap in logistic.GAPS] == [0, 1]
    assert "tall" in logistic.table(rows)


def test_paths_of_logistic_regressions_are_timed_where_all_their_gaps_are_small(monkeypatch):
    """Without an intercept from an alpha_max of its own; a search only with one."""
    monkeypatch.setattr(logistic_paths, "TURNS", 1)
    monkeypatch.setattr(logistic_paths, "N_ALPHAS", 6)
    X, y = logistic.simulated("tall")
    referee = LogisticReferee(X, y)
    rows = []
    for fit_intercept in (True, False):
        alphas = logistic_paths.alpha_grid(referee, X, y, fit_intercept=fit_intercept)
        model = skl1.ProximalLogisticRegression(alphas[-1], fit_intercept=fit_intercept)
        assert alphas[0] == pytest.approx(model.fit(X, y).alpha_max_[0])
        coefs, intercepts = logistic_paths.skl1(X, y, alphas, 1e-8, fit_intercept=fit_intercept)
        for w, b, alpha in zip(coefs.T, intercepts, alphas, strict=True):
            assert referee.gap(w, b, alpha, fit_intercept=fit_intercept) <= 2e-8
        found = logistic_paths.answer("skl1", 60.0, "tall", fit_intercept=fit_intercept)
        wanted = {f"{gap:g}" for gap in logistic.GAPS}
        assert set(found) == wanted | (
            {f"search {gap}" for gap in wanted} if fit_intercept else set()
        )
        rows.append({"problem": "tall", "intercept": fit_intercept, "skl1": found, "celer": {}})
    rows[0]["celer"] = {"0.0001": 3.0 * rows[0]["skl1"]["0.0001"]}
    told = logistic_paths.table(rows, ["skl1", "celer"]).splitlines()
    assert [line.split()[-2] for line in told[1:]] == ["3.00", "-", "-", "-"]
