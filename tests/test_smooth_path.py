"""Paths of losses other than squares: each model is the one that is fitted to its alpha alone."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import sparse

from common import label
from skl1 import ProximalHuberRegressor, ProximalPoissonRegressor
from skl1.designs import make_design
from skl1.estimators.log_odds import LogOdds
from skl1.losses import Huber, Logistic
from skl1.paths import smooth_path as module
from skl1.paths.smooth_path import smooth_path
from skl1.penalties import L1, ElasticNet, SquaredL2
from skl1.problems.certificates import certify
from skl1.problems.smooth import SmoothProblem
from skl1.problems.smooth_gap import gap_of, likely_gap
from skl1.solvers import prox_newton
from skl1.solvers.minimise import minimise
from skl1.solvers.prox_newton import ProxNewton
from skl1.solvers.selection import smallest

LOSSES = [LogOdds, ProximalPoissonRegressor, ProximalHuberRegressor]
LIMITS = {"tol": 1e-9, "max_iter": 500}


def data(cls, n=80, p=150, seed=0):
    """X, whose columns correlate, and a response that suits the loss."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p)) + 0.7 * rng.standard_normal((n, 1))
    eta = X[:, :6] @ np.array([1.0, -1.0, 0.7, -0.5, 0.4, 0.3])
    if cls is LogOdds:
        return X, (eta + rng.logistic(size=n) > 0.5).astype(float)
    if cls is ProximalPoissonRegressor:
        return 0.5 * X, rng.poisson(np.exp(0.5 * eta)).astype(float)
    return X, eta + rng.standard_t(2, size=n)


@pytest.mark.parametrize("cls", LOSSES, ids=label)
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"l1_ratio": 0.6},
        {"positive": True},
        {"fit_intercept": False},
        {"penalty_weights": np.r_[np.inf, np.tile([0.5, 2.0], 74), 1.0]},
        {"penalty_weights": np.r_[0.0, np.ones(149)]},
        {"l1_ratio": 0.0},
    ],
    ids=["plain", "l1_ratio", "positive", "no intercept", "weights", "free", "ridge"],
)
@pytest.mark.parametrize("storage", [np.asarray, sparse.csc_array], ids=["dense", "sparse"])
def test_models_are_those_of_each_alpha(cls, options, storage):
    X, y = data(cls)
    X = np.where(np.abs(X) > 0.4, X, 0.0)
    X, weights = storage(X), np.arange(y.size) % 3 + 1.0
    one = cls(tol=1e-10, **options)
    problem = cls(alpha=1.0, **options).pose(X, y, weights)[1]
    top = problem.alpha_max if np.isfinite(problem.alpha_max) else 1.0
    alphas = top * np.geomspace(1.1, 0.02, 25)
    models = one.follow([problem], alphas)[0]
    for k in [0, 3, 10, 17, 24]:
        alone = cls(alpha=alphas[k], tol=1e-10, **options)
        stage = alone.pose(X, y, weights)[1]
        run = minimise(ProxNewton(), stage, stage.null.w, tol=1e-10, max_iter=500)
        model = models[k]
        assert model.converged
        assert model.error <= stage.target(1e-10) or run.model.error > stage.target(1e-10)
        scale = max(stage.null.objective, 1e-300)
        assert model.objective == pytest.approx(run.model.objective, abs=1e-9 * scale)
        w = np.zeros(X.shape[1])
        w[model.features] = model.values
        assert stage.at(w).objective == pytest.approx(model.objective, rel=1e-12)
        assert model.objective - run.model.objective <= model.error + 1e-14 * scale


@pytest.mark.parametrize("together", [1, 3, 50])
def test_features_that_are_missing_are_found(together, monkeypatch):
    """However few features are in play, and however many alphas are solved for at once."""
    monkeypatch.setattr(module, "TOGETHER", together)
    monkeypatch.setattr(module, "PLAYING", 0.0)
    X, y = data(LogOdds, n=60, p=400, seed=4)
    problem = SmoothProblem(make_design(X, y), L1(1.0), np.ones(400), loss=Logistic())
    alphas = problem.alpha_max * np.geomspace(1.0, 0.01, 30)
    models = smooth_path(ProxNewton(narrows=False), problem, alphas, **LIMITS)
    assert [model.alpha for model in models] == pytest.approx(alphas)
    for alpha, model in zip(alphas, models, strict=True):
        stage, w = problem.at_alpha(alpha), np.zeros(400)
        w[model.features] = model.values
        assert model.converged
        assert certify(stage, stage.at(w)).error <= 1.01 * stage.target(LIMITS["tol"])


@pytest.mark.parametrize("cls", LOSSES, ids=label)
@pytest.mark.parametrize(
    "options",
    [{}, {"positive": True}, {"coef_bounds": (-0.1, 0.2)}],
    ids=["plain", "positive", "bounded"],
)
def test_beginning_where_the_last_solutions_lead_saves_steps(cls, options, monkeypatch):
    X, y = data(cls, n=200, p=60)
    problem = cls(alpha=1.0, **options).pose(X, y)[1]
    alphas = problem.alpha_max * np.geomspace(1.0, 0.02, 60)
    led = smooth_path(ProxNewton(), problem, alphas, **LIMITS)
    monkeypatch.setattr(module._Path, "_led", lambda *_: False)
    plain = smooth_path(ProxNewton(), problem, alphas, **LIMITS)
    assert all(model.converged for model in led)
    low, high = options.get("coef_bounds", (0.0 if options else -np.inf, np.inf))
    assert all((low <= model.values).all() and (model.values <= high).all() for model in led)
    for one, other in zip(led, plain, strict=True):
        least = max(one.error, other.error) + 1e-14 * one.objective
        assert abs(one.objective - other.objective) <= least
    taken, alone = (sum(model.n_iter for model in models) for models in (led, plain))
    assert taken < alone or (options and taken <= alone)


@pytest.mark.parametrize("twice", [1, 3])
def test_alphas_that_are_repeated_lead_nowhere(twice):
    X, y = data(LogOdds)
    problem = LogOdds(alpha=1.0).pose(X, y)[1]
    alphas = problem.alpha_max * np.repeat(np.geomspace(0.9, 0.05, 8), twice)
    models = smooth_path(ProxNewton(), problem, alphas, **LIMITS)
    assert [model.alpha for model in models] == list(alphas)
    assert all(model.converged for model in models)


def test_a_path_that_does_not_converge_says_so():
    X, y = data(LogOdds)
    problem = SmoothProblem(make_design(X, y), L1(1.0), np.ones(150), loss=Logistic())
    alphas = problem.alpha_max * np.array([0.3, 0.01])
    models = smooth_path(ProxNewton(narrows=False), problem, alphas, tol=1e-13, max_iter=1)
    assert not all(model.converged for model in models)
    assert all(model.n_iter >= 1 for model in models)


@pytest.mark.parametrize("penalty", [L1(0.02), ElasticNet(0.02, 0.5), SquaredL2(0.1)], ids=str)
@pytest.mark.parametrize("loss", [Logistic(), Huber(0.1), Huber(1.0)], ids=str)
def test_the_likely_gap_is_the_gap_to_second_order(penalty, loss):
    """Near a minimum, where both are small."""
    X, y = data(LogOdds, p=20)
    problem = SmoothProblem(make_design(X, y), penalty, np.ones(20), loss=loss)
    best = minimise(ProxNewton(), problem, problem.null.w, tol=1e-13, max_iter=500).w
    rng = np.random.default_rng(1)
    for size in (1e-2, 1e-4):
        point = problem.at(best * (1.0 + size * rng.standard_normal(20)))
        bend = np.maximum(point.curvatures, 1e-100)
        squares = float(problem.design.weights @ (point.slopes**2 / bend))
        known = problem.weights, point.w, point.z
        likely = likely_gap(penalty, *known, point.loss, squares)
        exact = gap_of(problem, point, *known)[0]
        assert exact / 3.0 <= likely <= 3.0 * exact


@pytest.mark.parametrize("cls", LOSSES, ids=label)
def test_sets_in_turns_and_matrices_that_serve_again(cls, monkeypatch):
    """However dear the matrix of a working set, the model is the same."""
    X, y = data(cls)
    plain = cls(alpha=0.01, tol=1e-10).fit(X, y)
    monkeypatch.setattr(prox_newton, "CHEAP", 0.0)
    monkeypatch.setattr(prox_newton, "DEAR", 0.0)
    dear = cls(alpha=0.01, tol=1e-10).fit(X, y)
    assert plain.converged_
    assert dear.converged_
    assert dear.objective_ == pytest.approx(plain.objective_, rel=1e-9)


@pytest.mark.parametrize("size", [1, 5, 16, 17, 1000])
def test_the_smallest(size):
    rng = np.random.default_rng(size)
    for rank in (
        rng.standard_normal(size),
        np.arange(size) * 1.0,
        np.zeros(size),
        -np.arange(size),
    ):
        for count in {1, min(3, size), size // 2 or 1, size}:
            found = smallest(rank, count)
            assert np.unique(found).size == found.size == count
            assert_allclose(np.sort(rank[found]), np.sort(rank)[:count])
