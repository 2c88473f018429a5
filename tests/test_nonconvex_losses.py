"""Nonconvex penalties under other losses than squares: certificates, solver, bounds, paths."""

import itertools

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import sparse
from scipy.optimize import minimize
from scipy.special import expit, xlogy

from skl1.designs import make_design
from skl1.losses import Huber, Logistic, Poisson, Squared
from skl1.penalties import L1, MCP, SCAD, LogSum, Lp, Penalty, Ridged
from skl1.problems.along import stays
from skl1.problems.certificates import certify, fixed_point_certificate
from skl1.problems.coordinates import CoordinateSteps
from skl1.problems.local_minimum import is_local_minimum
from skl1.problems.problem import Problem
from skl1.problems.smooth import SmoothProblem
from skl1.search.lower_bound import lower_bound
from skl1.search.nonconvex_path import solve_nonconvex_path
from skl1.search.starts import lasso_start
from skl1.solvers.minimise import minimise
from skl1.solvers.prox_newton import ProxNewton

DELTA = 0.7
LOSSES = [Logistic(), Poisson(), Huber(DELTA)]
#: Their values, from the definitions.
VALUES = {
    Logistic: lambda y, t: np.logaddexp(0.0, t) - y * t,
    Poisson: lambda y, t: np.exp(np.minimum(t, 600.0)) - y * t - y + xlogy(y, y),
    Huber: lambda y, t: np.where(
        np.abs(y - t) <= DELTA, 0.5 * (y - t) ** 2, DELTA * (np.abs(y - t) - 0.5 * DELTA)
    ),
}
PENALTIES = [
    Lp(1.0, 0.0),
    Lp(1.0, 0.5),
    Lp(1.0, 0.8),
    MCP(1.0, 1.5),
    MCP(1.0, 12.0),
    SCAD(1.0, 3.7),
    LogSum(1.0, 0.3),
    Ridged(Lp(1.0, 0.5), 0.05),
    Ridged(MCP(1.0, 3.0), 0.05),
]
NEWTON = ProxNewton(narrows=False)
losses = pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: type(loss).__name__)
#: Class labels with every penalty, the other losses with every other one: each pair is compiled.
pairs = pytest.mark.parametrize(
    ("penalty", "loss"),
    [
        pytest.param(penalty, loss, id=f"{penalty!r}-{type(loss).__name__}")
        for k, penalty in enumerate(PENALTIES)
        for m, loss in enumerate(LOSSES)
        if isinstance(loss, Logistic) or (k + m) % 2
    ],
)


def responses(loss, eta, rng):
    """Responses that suit a loss, for linear predictions."""
    if isinstance(loss, Logistic):
        y = (rng.random(eta.size) < expit(eta)).astype(float)
        y[:2] = 0.0, 1.0
        return y
    if isinstance(loss, Poisson):
        return rng.poisson(np.exp(eta)).astype(float) + (np.arange(eta.size) == 0)
    return eta + 0.3 * rng.standard_t(1.5, eta.size) + 5.0


def data(loss, seed, n=60, p=8, *, uncentred=True):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p)) + 0.5 * rng.standard_normal((n, 1))
    eta = X[:, 0] - 0.7 * X[:, 1]
    y = responses(loss, eta - eta.mean(), rng)
    if uncentred:
        X += 3.0 * rng.standard_normal(p)
    return X, y, rng.uniform(0.3, 2.0, n)


def posed(loss, penalty, seed, **more):
    """A problem with weights of samples and features, uncentred columns and a free one."""
    X, y, s = data(loss, seed)
    u = np.array([1.0, 0.5, 2.0, 0.0, 1.0, 1.0, np.inf, 1.0])
    store = sparse.csc_array(X) if more.pop("as_sparse", False) else X
    return X, SmoothProblem(make_design(store, y, s), penalty, u, loss=loss, **more)


def profiled(loss, X, y, s, j, w, free=(), fit_intercept=True):
    """The loss as a function of coefficient j, with intercept and free ones refitted."""
    value = VALUES[type(loss)]
    parts = [np.ones(y.size)] if fit_intercept else []
    P = np.column_stack([*parts, *(X[:, k] for k in free)])
    s, base = s / s.sum(), X @ w

    def function(v):
        def inner(b):
            return s @ value(y, base + (v - w[j]) * X[:, j] + P @ b)

        found = minimize(inner, np.zeros(P.shape[1]), method="BFGS", options={"gtol": 1e-10})
        return minimize(
            inner, found.x, method="Nelder-Mead", options={"xatol": 1e-10, "fatol": 1e-15}
        ).fun

    return function


@pytest.mark.parametrize("as_sparse", [False, True], ids=["dense", "sparse"])
@pytest.mark.parametrize("loss", [Logistic(), Poisson()], ids=["Logistic", "Poisson"])
def test_the_curvature_along_a_coefficient_is_that_of_the_refitted_loss(loss, as_sparse):
    X, problem = posed(loss, Lp(0.1, 0.5), 0, as_sparse=as_sparse)
    y, s = problem.design.response, problem.design.weights
    w = np.array([0.3, 0.0, -0.2, 0.0, 0.0, 0.1, 0.0, 0.0])
    inside = problem.core
    bends = inside.bends(inside.at(w))
    for j in (0, 1, 4):
        f, h = profiled(loss, X, y, s, j, w, free=[3]), 0.02
        second = (f(w[j] + h) - 2.0 * f(w[j]) + f(w[j] - h)) / h**2
        assert bends[j] == pytest.approx(second, rel=2e-3)


def test_squares_have_the_certificate_that_they_have():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((40, 6)) + 2.0
    y = X[:, 0] + rng.standard_normal(40)
    w = np.where(np.arange(6) < 2, rng.standard_normal(6), 0.0)
    for penalty in PENALTIES:
        weak = penalty.with_alpha(0.05)
        plain = Problem(make_design(X, y), weak, np.ones(6))
        smooth = SmoothProblem(make_design(X, y), weak, np.ones(6), loss=Squared())
        assert smooth.alpha_max == pytest.approx(plain.alpha_max, rel=1e-9)
        ours = fixed_point_certificate(smooth, smooth.at(w)).error
        # Of squares the model is the loss. Only what a step is worth may exceed it.
        assert ours >= fixed_point_certificate(plain, plain.at(w)).error * (1.0 - 1e-4)
        run = minimise(NEWTON, smooth, smooth.null.w, tol=1e-9, max_iter=100)
        assert fixed_point_certificate(plain, plain.at(run.w)).error <= 1e-8


def directions(problem, point, X):
    """For each feature what its coefficient changes in predictions, the others being refitted."""
    y, s = problem.design.response, problem.design.weights
    slopes = np.abs(point.slopes) / (1e3 * problem.loss.unit)
    root = np.sqrt(s * np.maximum(point.curvatures, slopes))
    used = problem.free & ((point.w != 0.0) | (not problem.bounded))
    ones = np.ones((y.size, 1 if problem.design.fit_intercept else 0))
    P = np.column_stack([ones, X[:, used]])
    X = X - X.mean(axis=0) if problem.design.fit_intercept else X
    back = np.linalg.lstsq(P * root[:, None], X * root[:, None], rcond=1e-12)[0]
    return X - P @ back, used


def least_on_grids(problem, point, X, loss):
    """By how much the objective falls at most if one coefficient goes to a place on a fine grid."""
    E, used = directions(problem, point, X)
    y, s, t = problem.design.response, problem.design.weights, point.predictions
    value, penalty = VALUES[type(loss)], problem.penalty
    fall = 0.0
    for j in np.flatnonzero(problem.included & ~used):
        e, w = E[:, j], float(point.w[j])
        grid = np.append(0.0, np.geomspace(1e-4, 30.0, 400)) / np.sqrt(s @ e**2)
        places = np.concatenate([grid, -grid, w + grid, w - grid])
        places = places[places >= 0.0] if problem.bounded else places
        with np.errstate(over="ignore"):
            F = s @ value(y[:, None], t[:, None] + e[:, None] * (places - w))
        g = np.array([penalty.value(float(v)) for v in places])
        before = s @ value(y, t) + problem.weights[j] * penalty.value(w)
        fall = max(fall, before - float((F + problem.weights[j] * g).min()))
    return fall


@pairs
def test_where_no_coordinate_step_is_left_a_grid_finds_none(loss, penalty):
    """The fit is certified, its objective never rose, and no coefficient alone does better."""
    for seed, share, signs in ((1, 0.3, -np.inf), (2, 0.03, -np.inf), (3, 0.1, 0.0)):
        X, problem = posed(loss, penalty, seed, lower=signs)
        problem = problem.at_alpha(share * problem.alpha_max)
        run = minimise(NEWTON, problem, problem.null.w, tol=1e-7, max_iter=300, record=True)
        assert run.model.converged
        assert np.diff(run.history["objective"]).max(initial=0.0) <= 1e-13 * problem.null.objective
        assert run.model.objective <= problem.null.objective
        assert least_on_grids(problem, run.point, X, loss) <= 1e-9 * problem.null.loss


@pairs
def test_alpha_max_is_where_zero_stops_to_be_a_coordinate_wise_minimum(loss, penalty):
    X, y, s = data(loss, 4)
    problem = SmoothProblem(make_design(X, y, s), penalty, np.ones(8), loss=loss)
    top = problem.alpha_max
    above = problem.at_alpha(top)
    assert certify(above, problem.null).error == 0.0
    assert least_on_grids(above, problem.null, X, loss) <= 1e-9 * problem.null.loss
    below = problem.at_alpha(0.999 * top)
    assert certify(below, problem.null).error > 1e-5
    assert least_on_grids(below, problem.null, X, loss) > 0.0


@pairs
def test_alpha_max_does_not_ask_free_features(loss, penalty):
    """Within bounds they are at their best but for rounding, and may move by that at any alpha."""
    for seed in (31, 32):
        _, problem = posed(loss, penalty, seed, lower=0.0)
        assert 0.3 < problem.alpha_near / problem.alpha_max < 3.0, seed
        stage = problem.at_alpha(1.001 * problem.alpha_max)
        run = minimise(NEWTON, stage, stage.null.w, tol=1e-8, max_iter=300)
        assert run.model.converged
        assert not run.w[problem.weights > 0.0].any()


def test_about_alpha_max_is_what_squares_have():
    """Of squares it is the same; of another loss it is near, and found without a search."""
    X, y, s = data(Huber(DELTA), 4)
    for penalty in (Lp(1.0, 0.5), MCP(1.0, 3.0), L1(1.0)):
        plain = Problem(make_design(X, y, s), penalty, np.ones(8))
        assert plain.alpha_near == pytest.approx(plain.alpha_max, rel=1e-9)
        smooth = SmoothProblem(
            make_design(X, y > y.mean(), s), penalty, np.ones(8), loss=Logistic()
        )
        assert 0.3 < smooth.alpha_near / smooth.alpha_max < 3.0
        assert (smooth.alpha_near == smooth.alpha_max) == penalty.convex


def test_a_point_keeps_what_was_seen_of_it_under_another_penalty():
    _, problem = posed(Logistic(), MCP(1.0, 3.0), 5)
    inside = problem.core
    point = inside.null
    certify(inside, point)
    assert len(point.views) == 1
    assert inside.at_alpha(0.5).again(point).views is point.views


@pytest.mark.parametrize("penalty", [MCP(1.0, 3.0), SCAD(1.0, 3.7)], ids=repr)
def test_classes_that_are_told_apart_take_few_steps(penalty):
    """The loss falls as an exponential there: a Newton step alone lowers it by a factor e."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((60, 4))
    y = (X[:, 0] + X[:, 1] > 0.0).astype(float)
    problem = SmoothProblem(make_design(X, y), penalty, np.ones(4), loss=Logistic())
    stage = problem.at_alpha(0.1 * problem.alpha_max)
    w = minimise(NEWTON, problem.with_penalty(L1(1e-3)), problem.null.w, tol=1e-3, max_iter=99).w
    run = minimise(NEWTON, stage, 5.0 * w, tol=1e-6, max_iter=99)
    assert run.model.converged
    assert run.point.loss < 1e-9 * problem.null.loss
    assert run.model.n_iter <= 12


@pairs
def test_what_is_sure_to_stay_at_zero_has_no_better_place(loss, penalty):
    """Along a column a grid finds nothing lower; and most that stay are recognised."""
    rng, value = np.random.default_rng(7), VALUES[type(loss)]
    sure = rest = 0
    for trial in range(60):
        e = rng.standard_normal(25) * (rng.random(25) < (0.15 if trial % 2 else 1.0))
        y, s = responses(loss, 0.5 * rng.standard_normal(25), rng), np.full(25, 1.0 / 25)
        t = rng.standard_normal(25)
        z = -float(s @ (e * np.array([loss.slope(*each) for each in zip(y, t, strict=True)])))
        if z == 0.0:
            continue
        before = float(s @ value(y, t))
        # From where the penalty alone is too large to where a step is worth its charge.
        places = np.append(0.0, np.sign(z) * np.geomspace(1e-5, 1e3, 2000))
        with np.errstate(over="ignore", invalid="ignore"):
            falls = before - s @ value(y[:, None], t[:, None] + e[:, None] * places)
        charges = np.array([penalty.value(float(v)) for v in places])
        with np.errstate(divide="ignore", invalid="ignore"):
            critical = float(np.nanmax(np.where(charges > 0.0, falls / charges, -np.inf)))
        for u in critical * np.array([0.2, 0.9, 1.1, 3.0]):
            if u <= 0.0:
                continue
            stayed = bool(stays(loss, penalty, penalty.ridge, y, s, t, e, u, z, before))
            assert not stayed or (falls - u * charges).max() <= 1e-12 * before
            if u > critical:
                sure, rest = sure + stayed, rest + (not stayed)
    assert sure > 4 * rest


class Cliff(Penalty):
    """Cheap up to a size, dear beyond: neither convex nor concave."""

    alpha: float

    def value(self, w):
        return self.alpha * (0.1 * abs(w) + (100.0 if abs(w) > 2.0 else 0.0))

    def prox(self, z, step):
        free = max(abs(z) - 0.1 * self.alpha * step, 0.0)
        free = min(free, 2.0)
        return free if z >= 0.0 else -free


def test_only_of_concave_penalties_tangents_are_asked():
    """Between two places where a penalty is above a line it may be below it."""
    for penalty in PENALTIES:
        assert penalty.concave
    assert not Cliff(1.0).concave
    X, y, s = data(Logistic(), 4)
    problem = SmoothProblem(make_design(X, y, s), Cliff(0.01), np.ones(8), loss=Logistic())
    assert CoordinateSteps(problem, problem.null, problem.null.z, problem.size).moving.size
    assert least_on_grids(problem, problem.null, X, Logistic()) > 0.0


@losses
def test_where_the_loss_does_not_bend_a_step_is_a_number(loss):
    """All samples far away: the curvature vanishes, or is huge, and nothing counts as solved."""
    X, y, s = data(loss, 5, uncentred=False)
    problem = SmoothProblem(make_design(X, y, s, False), Lp(1e-3, 0.5), np.ones(8), loss=loss)
    w = np.zeros(8)
    w[0] = 20.0 if isinstance(loss, Poisson) else 300.0  # whose exponential falls step by step
    with np.errstate(over="ignore"):
        point = problem.at(w)
        found = CoordinateSteps(problem, point, point.z, problem.size)
        assert certify(problem, point).error > 1e-3
    assert np.isfinite(found.steps).all()
    assert np.isfinite(found.sizes).all()
    run = minimise(NEWTON, problem, w, tol=1e-6, max_iter=300)
    assert run.model.converged
    assert run.model.objective < problem.null.objective


@losses
@pytest.mark.parametrize("penalty", [Lp(1.0, 0.5), MCP(1.0, 1.5), SCAD(1.0, 3.7)], ids=repr)
def test_local_minima_are_what_a_search_nearby_says(loss, penalty):
    """SciPy finds nothing lower close to a local minimum, on its support and off it."""
    rng = np.random.default_rng(0)
    for seed in range(3):
        X, y, s = data(loss, 10 + seed)
        problem = SmoothProblem(make_design(X, y, s), penalty, np.ones(8), loss=loss)
        problem = problem.at_alpha(0.1 * problem.alpha_max)
        run = minimise(NEWTON, problem, problem.null.w, tol=1e-9, max_iter=300)
        if not is_local_minimum(problem, run.point, 1e-6):
            continue
        support = run.point.w != 0.0
        assert support.any()

        def objective(v, support=support, problem=problem):
            w = np.zeros(8)
            w[support] = v
            return problem.at(w).objective

        start = run.point.w[support]
        found = minimize(objective, start, method="Nelder-Mead", options={"maxiter": 400})
        if np.abs(found.x - start).max() < 0.1 * np.abs(start).min():
            assert found.fun >= run.point.objective * (1.0 - 1e-9)
        for _ in range(20):
            w = run.point.w + 1e-4 * rng.standard_normal(8)
            assert problem.at(w).objective >= run.point.objective * (1.0 - 1e-12)


def test_a_saddle_is_no_local_minimum():
    """Two equal columns share what one could have: a concave penalty prefers one of them."""
    X, y, s = data(Logistic(), 6)
    X[:, 1] = X[:, 0]
    problem = SmoothProblem(make_design(X, y, s), Lp(0.01, 0.5), np.ones(8), loss=Logistic())
    run = minimise(NEWTON, problem, problem.null.w, tol=1e-9, max_iter=300)
    assert is_local_minimum(problem, run.point, 1e-6)
    shared = run.point.w.copy()
    shared[:2] = 0.5 * shared[:2].sum()
    assert not is_local_minimum(problem, problem.at(shared), np.inf)


def best_subset_objective(problem):
    """The global minimum of the l_0 problem, by every support."""
    p, least = problem.weights.size, problem.null.objective
    for size in range(1, p + 1):
        for support in itertools.combinations(range(p), size):
            u = np.full(p, np.inf)
            u[list(support)] = 0.0
            try:
                loss = problem.reweighted(u).null.loss
            except ValueError:  # a fit that separates the classes: its loss is as small as you like
                loss = 0.0
            least = min(least, loss + problem.penalty.alpha * size)
    return least


@losses
def test_l0_against_every_support(loss):
    """The lower bound is below the best of all supports, and the best start finds it mostly."""
    hits = 0
    for seed in range(6):
        X, y, s = data(loss, 20 + seed, n=50, p=6)
        problem = SmoothProblem(make_design(X, y, s), Lp(1.0, 0.0), np.ones(6), loss=loss)
        problem = problem.at_alpha((0.5, 0.1, 0.02)[seed % 3] * problem.alpha_max)
        best = best_subset_objective(problem)
        model = solve_nonconvex_path(
            problem, np.array([problem.penalty.alpha]), tol=1e-8, max_iter=300, most=0
        )[0]
        assert model.converged
        assert model.objective >= best * (1.0 - 1e-10)
        assert lower_bound(problem, model.objective).value <= best * (1.0 + 1e-10)
        hits += model.objective <= best * (1.0 + 1e-8)
    assert hits >= 4


@pairs
def test_a_lower_bound_is_below_all_that_is_found(loss, penalty):
    rng = np.random.default_rng(1)
    for seed, signs in ((30, -np.inf), (31, 0.0)):
        _, problem = posed(loss, penalty, seed, lower=signs)
        for share in (0.5, 0.05):
            stage = problem.at_alpha(share * problem.alpha_max)
            run = minimise(NEWTON, stage, stage.null.w, tol=1e-8, max_iter=300)
            bound = lower_bound(stage, run.model.objective)
            assert 0.0 <= bound.value <= run.model.objective
            for _ in range(5):
                w = np.where(rng.random(8) < 0.4, rng.standard_normal(8), 0.0)
                w = stage.clip(np.where(stage.included & ~stage.free, w, 0.0))
                other = minimise(NEWTON, stage, w, tol=1e-8, max_iter=300)
                assert other.model.objective >= bound.value * (1.0 - 1e-9)


@pairs
def test_a_path_is_no_worse_than_the_empty_model_and_the_lasso(loss, penalty):
    X, y, s = data(loss, 40)
    problem = SmoothProblem(make_design(X, y, s), penalty, np.ones(8), loss=loss)
    alphas = problem.alpha_max * np.array([1.2, 0.7, 0.2, 0.05])
    models = solve_nonconvex_path(problem, alphas, tol=1e-7, max_iter=300, most=0)
    assert [model.alpha for model in models] == pytest.approx(alphas)
    assert not models[0].features.size
    assert models[-1].features.size
    for model in models:
        stage = problem.at_alpha(model.alpha)
        assert model.converged
        assert model.error <= 1e-7
        assert model.objective <= problem.null.objective * (1.0 + 1e-12)
        if not problem.empties(model.alpha):
            lasso = minimise(NEWTON, stage, lasso_start(stage), tol=1e-7, max_iter=300)
            assert model.objective <= lasso.model.objective * (1.0 + 1e-5)


@losses
def test_dense_and_sparse_uncentred_columns_agree(loss):
    X, y, s = data(loss, 50)
    X = np.where(np.abs(X - X.mean(axis=0)) > 0.5, X, 0.0)
    X[:, 2] += 1e4
    w = np.where(np.arange(8) < 3, 0.1 / X.std(axis=0), 0.0)
    found = []
    for store in (X, np.asfortranarray(X), sparse.csc_array(X)):
        problem = SmoothProblem(make_design(store, y, s), Lp(0.01, 0.5), np.ones(8), loss=loss)
        point = problem.at(w)
        steps = CoordinateSteps(problem, point, point.z, problem.size)
        found.append((problem.bends(point), steps.steps, problem.hessian_of(point, np.arange(3))))
    for other in found[1:]:
        for ours, theirs in zip(found[0], other, strict=True):
            assert_allclose(ours, theirs, rtol=1e-6, atol=1e-9 * np.abs(ours).max())
