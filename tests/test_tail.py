"""Where held-out errors have risen for long, folds have a looser tolerance, and nothing changes."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone

import skl1
from benchmarks.suites.tails import draw, pair, searches
from common import label
from common import searches as all_searches
from gaussian_data import gaussian
from skl1.model_selection import tail
from skl1.model_selection.tail import LOOSE, PAST, begins, holds
from skl1.paths import rough_state
from skl1.paths.rough_state import RoughPathState, knots
from skl1.paths.solve import paths_in_stages, solve_path
from skl1.problems.model import coefficients


def data(seed, n=160, p=540, correlation=0.5, noise=1.0):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p))
    X[:, 1:] += correlation * X[:, :-1]
    y = X[:, :12] @ rng.standard_normal(12)
    return X, y + noise * y.std() * rng.standard_normal(n)


def test_the_rule():
    """The minimum is far above, and the last error more than a standard error larger."""
    valley = np.abs(np.arange(60) - 20.0) / 20.0 + 1.0
    spreads = np.full(60, 0.1)
    told = [begins(valley[:end], spreads[:end]) for end in range(1, 61)]
    assert told.index(True) == 20 + PAST
    assert all(told[20 + PAST :])
    assert not begins(valley, np.full(60, 3.0))
    assert not begins(valley, np.full(60, np.nan))  # a single fold has no standard error
    assert not begins(valley[::-1][:30], spreads[:30])
    assert holds(30, valley, spreads)
    for wrong in (1.05, 0.5, np.nan):  # near the minimum again, below it, unknown
        valley[50] = wrong
        assert not holds(30, valley, spreads)


def test_knots():
    """Of the alphas of a batch the last one is solved for, and enough before it."""
    grid = np.geomspace(1.0, 0.01, 100)
    chosen = knots(grid[0], grid[1:11])
    assert chosen[-1] == 9
    steps = np.append(grid[0], grid[1:11][chosen])
    assert (steps[1:] / steps[:-1] >= rough_state.STRIDE).all()
    assert len(chosen) == 2
    assert knots(1.0, np.array([0.5, 0.1])).tolist() == [0, 1]
    assert knots(1.0, np.array([1.0, 1.0])).tolist() == [1]


def gap(X, y, s, w, alpha, ratio):
    """A duality gap in plain NumPy: the better of c = 1 and the largest feasible multiple."""
    s = np.ones(y.size) if s is None else s
    s = s / s.sum()
    X = X.toarray() if sparse.issparse(X) else X
    X, y = X - s @ X, y - s @ y
    r = y - X @ w
    z, loss = X.T @ (s * r), 0.5 * s @ r**2
    charged = alpha * (ratio * np.abs(w).sum() + 0.5 * (1.0 - ratio) * w @ w)
    found = []
    for c in (1.0, min(1.0, alpha * ratio / np.abs(z).max())):
        beyond = np.maximum(np.abs(c * z) - alpha * ratio * (1.0 + 1e-12), 0.0)
        if ratio == 1.0 and beyond.any():
            continue
        bend = alpha * (1.0 - ratio)
        conjugate = 0.5 * (beyond @ beyond) / bend if ratio < 1.0 else 0.0
        found.append((1.0 - c) ** 2 * loss + charged - c * (w @ z) + conjugate)
    return min(found), loss, loss + charged


@pytest.mark.parametrize("kind", ["dense", "weights", "elastic net", "sparse", "sums"])
@pytest.mark.parametrize("way", ["sweeps", "newton", "one by one"])
def test_models_of_a_loosened_path_have_their_true_gap(kind, way, monkeypatch):
    """Those that are solved for and the mixtures between them, beside their definitions."""
    n = 560 if kind == "sums" else 150
    X, y = data(3, n=n, p=540, noise=2.0)
    s = np.random.default_rng(0).uniform(0.0, 2.0, n) if kind == "weights" else None
    if kind == "sparse":
        X = sparse.csc_matrix(np.where(np.abs(X) > 1.0, X, 0.0))
    ratio = 0.7 if kind == "elastic net" else 1.0
    if way == "newton":
        monkeypatch.setattr(rough_state, "SWEEPS", 1)
    if way == "one by one":
        monkeypatch.setattr("skl1.paths.path_state.MOST", 40)
        monkeypatch.setattr("skl1.paths.path_state.GRAM_SHARE", 0.0)
    plain = skl1.ProximalLasso(1.0, l1_ratio=ratio, tol=1e-8)
    _, problem = plain.pose(X, y, s)
    grid = problem.alpha_max * np.geomspace(1.0, 0.02, 60)
    course = paths_in_stages([problem], grid, tol=1e-8, max_iter=10_000)
    course.advance(25)
    full = len(course.paths[0])
    assert 25 <= full < 50
    course.loosen([0], LOOSE)
    assert isinstance(course.states[0], RoughPathState) == (way != "one by one")
    course.advance(60)
    (models,) = course.paths
    null = problem.null.objective
    W = coefficients(models, 540)
    found = np.array([gap(X, y, s, w, m.alpha, ratio) for w, m in zip(W, models, strict=True)])
    told = np.array([(m.error, m.loss, m.objective) for m in models])
    assert [m.alpha for m in models] == grid.tolist()
    np.testing.assert_allclose(told[:, 1:], found[:, 1:], rtol=1e-8)
    # What is told is never more, and is as much but for a dual point of an earlier step.
    assert (told[:, 0] <= found[:, 0] * (1.0 + 1e-6) + 1e-9 * null).all()
    if way != "one by one":
        np.testing.assert_allclose(told[:, 0], found[:, 0], rtol=1e-6, atol=1e-9 * null)
    exact = solve_path(problem, grid, tol=1e-10, max_iter=10_000)
    least = np.array([m.objective for m in exact])
    assert (told[:, 2] - least <= told[:, 0] + 1e-9 * null).all()
    assert (told[:full, 0] <= 1e-8 * null).all()
    assert (told[full:, 0] <= LOOSE * null).all()
    assert (told[full:, 0] > 1e-8 * null).any()
    assert all(m.converged for m in models)


@pytest.mark.filterwarnings("ignore::skl1.exceptions.EmptyModelWarning")
@pytest.mark.filterwarnings("ignore::skl1.exceptions.GridEdgeWarning")
@pytest.mark.filterwarnings("ignore::skl1.exceptions.FoldWarning")
@pytest.mark.parametrize("first", range(0, 32, 8))
def test_same_choice_as_in_full(first):
    """Thirty-two draws of many kinds: both rules, weights, sparse X, elastic nets, signs."""
    rows = [
        pair(seed, 1e-4, rows=(100, 140), columns=(510, 600), n_alphas=50)
        for seed in range(first, first + 8)
    ]
    assert all(row["same"] for row in rows), rows
    assert all(row["converged"] for row in rows), rows
    assert max(row["moved_above"] for row in rows) < 1e-9
    assert min(row["margin"] for row in rows) > 1.0
    assert sum(row["loosened"] > 0 for row in rows) >= 2


@pytest.mark.parametrize("selection", ["min", "1se"])
def test_what_is_marked(selection):
    """A true gap for each model, no warning, and no mark near the choice."""
    X, y = data(0)
    ours, full = (kind(selection=selection, tol=1e-6).fit(X, y) for kind in searches())
    marks = ours.cv_results_["loosened"]
    null = 0.5 * y.var()
    assert marks.any()
    assert not marks[: marks.argmax()].any()
    assert marks[marks.argmax() :].all()
    assert ours.mse_path_.mean(axis=1).argmin() + PAST < marks.argmax()
    largest = ours.cv_results_["fold_error"]
    assert (largest[~marks] <= 2e-6 * null).all()
    assert largest[marks].max() > 1e-4 * null
    assert largest.max() <= 2.0 * LOOSE * null
    assert ours.converged_
    assert not full.cv_results_["loosened"].any()
    assert (full.cv_results_["fold_error"] <= 2e-6 * null).all()
    # The path of all data is as it is asked for.
    np.testing.assert_allclose(ours.coef_path_, full.coef_path_, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(ours.mse_path_[~marks], full.mse_path_[~marks], rtol=1e-9)
    assert ours.alpha_ == full.alpha_
    threads = clone(ours).set_params(n_jobs=2).fit(X, y)
    assert threads.alpha_ == ours.alpha_
    np.testing.assert_allclose(threads.mse_path_[~marks], ours.mse_path_[~marks], rtol=1e-9)


def test_errors_that_come_down_again(monkeypatch):
    """A tail that is taken for one too early is solved anew in full."""
    X, y = data(1, noise=0.2)
    full = searches()[1](n_alphas=60).fit(X, y)
    monkeypatch.setattr(tail, "begins", lambda *_: True)
    ours = skl1.ProximalLassoCV(n_alphas=60).fit(X, y)
    assert full.best_index_ > PAST + tail.STEP
    assert not ours.cv_results_["loosened"].any()
    assert ours.alpha_ == full.alpha_
    np.testing.assert_allclose(ours.mse_path_, full.mse_path_, rtol=1e-9)
    np.testing.assert_allclose(ours.cv_results_["fold_error"], full.cv_results_["fold_error"])


@pytest.mark.parametrize(
    "options",
    [
        {"scoring": "r2"},
        {"selection": lambda table: int(np.argmin(table["mean_mse"]))},
        {"tol": LOOSE},
        {"cv": 30},
        {"penalty_weights": np.where(np.arange(540) < 2, 0.0, 1.0)},
    ],
    ids=lambda options: next(iter(options)),
)
def test_where_all_is_solved_in_full(options):
    """Where something else than mean squared errors may decide, or not all folds are in memory."""
    X, y = data(2)
    model = skl1.ProximalLassoCV(**{"n_alphas": 40, "tol": 1e-4, **options}).fit(X, y)
    assert not model.cv_results_["loosened"].any()


@pytest.mark.filterwarnings("ignore::skl1.exceptions.GridEdgeWarning")
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("search", all_searches(), ids=label)
def test_every_search_marks_its_models(search):
    """With folds there are both columns; on few features nothing is loosened."""
    X, y, _ = gaussian(40, 6, [2.0, -1.0])
    search = clone(search).fit(X, y)
    table = search.cv_results_
    folds = "mean_mse" in table
    assert ("loosened" in table) == ("fold_error" in table) == folds
    if folds:
        assert not table["loosened"].any()
        assert table["loosened"].shape == table["fold_error"].shape == table["mean_mse"].shape
        assert (table["fold_error"] >= 0.0).all()


def test_several_shapes():
    """Each has its own tail."""
    X, y = data(4)
    options = {"l1_ratio": [0.5, 1.0], "n_alphas": 60, "tol": 1e-5}
    ours, full = (kind(**options).fit(X, y) for kind in searches())
    assert ours.cv_results_["loosened"].reshape(2, -1).any(axis=1).all()
    assert ours.best_index_ == full.best_index_
    np.testing.assert_allclose(ours.coef_, full.coef_, rtol=1e-9)


def test_draws_differ():
    """The draws are of many kinds."""
    drawn = [draw(seed) for seed in range(40)]
    assert len({X.shape for X, *_ in drawn}) > 8
    assert any(sparse.issparse(X) for X, *_ in drawn)
    assert any(weights is not None for _, _, weights, _ in drawn)
    assert {search["selection"] for *_, search in drawn} == {"min", "1se"}
