"""Bounds of the coefficients of estimators, paths and searches, against other optimisers."""

import inspect

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from scipy.optimize import lsq_linear
from scipy.optimize import minimize as optimise
from scipy.special import expit, xlogy
from sklearn.base import BaseEstimator, is_classifier
from sklearn.exceptions import ConvergenceWarning

import skl1
from common import needed
from skl1.designs import make_design
from skl1.losses import Huber, Logistic, Poisson
from skl1.paths.one_by_one import along
from skl1.penalties import L1, Bounded, ElasticNet, NonNegative, SquaredL2
from skl1.problems.certificates import certify, surely_zero
from skl1.problems.problem import Problem
from skl1.problems.smooth import SmoothProblem
from skl1.solvers.minimise import minimise

pytestmark = [
    pytest.mark.filterwarnings("ignore::skl1.exceptions.EmptyModelWarning"),
    pytest.mark.filterwarnings("ignore::skl1.exceptions.GridEdgeWarning"),
]

ESTIMATORS = {
    name: each
    for name, each in ((name, getattr(skl1, name)) for name in skl1.__all__)
    if inspect.isclass(each)
    and issubclass(each, BaseEstimator)
    and not needed(each)
    and "coef_bounds" in inspect.signature(each).parameters
}
SINGLES = sorted(name for name in ESTIMATORS if not name.endswith("CV"))
SEARCHES = sorted(name for name in ESTIMATORS if name.endswith("CV"))
PATHS = sorted(name for name in skl1.__all__ if name.endswith("_path"))
N, P = 40, 6
LOWER = np.array([-0.5, -np.inf, 0.0, -0.2, -np.inf, -1.0])
UPPER = np.array([0.8, 0.3, 0.4, np.inf, np.inf, 0.0])
BOX = LOWER, UPPER


def data(seed=0, n=N, p=P):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) + 0.5 * rng.normal(size=(n, 1))
    X[rng.random(X.shape) < 0.2] = 0.0
    return X, X @ (2.0 * rng.normal(size=p)) + rng.normal(size=n) + 1.0


def response(cls, y):
    if is_classifier(cls()):
        noise = np.random.default_rng(0).normal(size=y.size)
        return np.where(y + 4.0 * noise > np.median(y), "much", "little")
    return np.floor(np.abs(y)) if "Poisson" in cls.__name__ else y


def made(name, **params):
    """An estimator at an alpha that leaves some features in use."""
    cls = ESTIMATORS[name]
    known = inspect.signature(cls).parameters
    if "alpha" in known and "alphas" not in known:
        params = {"alpha": 0.02, **params}
    small = {"n_alphas": 3, "cv": 2, "n_init": 0, "k": 3, "n_pairs": 2, "selection": "min"}
    if name == "SubgradientLassoCV":
        small["tol"] = 1e-3
    return cls(**{**{k: v for k, v in small.items() if k in known}, **params})


# Minima of another optimiser ---------------------------------------------------------------


def squares(y, t):
    return 0.5 * (t - y) ** 2, t - y


def logistic(y, t):
    return np.logaddexp(0.0, t) - y * t, expit(t) - y


def poisson(y, t):
    return np.exp(t) - y * t + xlogy(y, y) - y, np.exp(t) - y


def huber(y, t):
    size = np.abs(t - y)
    return np.where(size <= 1.0, 0.5 * size**2, size - 0.5), np.clip(t - y, -1.0, 1.0)


def lowest(loss, X, y, s, u, l1, l2, lower, upper, intercept):
    """The objective of a quasi-Newton method on the two parts of each coefficient."""
    p = X.shape[1]
    use = np.isfinite(u)
    u = np.where(use, u, 0.0)

    def value(parts):
        w = parts[:p] - parts[p : 2 * p]
        losses, slopes = loss(y, X @ w + parts[-1])
        slope = X.T @ (s * slopes) + l2 * u * w
        charge = l1 * u @ (parts[:p] + parts[p : 2 * p]) + 0.5 * l2 * u @ w**2
        return s @ losses + charge, np.r_[slope + l1 * u, l1 * u - slope, s @ slopes]

    free = [(None, None) if intercept else (0.0, 0.0)]
    up, down = np.where(use, upper, 0.0), np.where(use, -lower, 0.0)
    sides = [(0.0, end) for end in np.r_[up, down]]
    settings = {"ftol": 1e-16, "gtol": 1e-11, "maxiter": 5000, "maxfun": 20_000}
    found = optimise(
        value,
        np.zeros(2 * p + 1),
        jac=True,
        bounds=sides + free,
        method="L-BFGS-B",
        options=settings,
    )
    return found.fun


def draw(seed):
    """Bounds and weights of every kind: none, zero, far and near, free features, excluded ones."""
    rng = np.random.default_rng(seed)
    n, p = int(rng.integers(8, 40)), int(rng.integers(1, 9))
    X, y = data(seed, n, p)
    ends = [np.where(rng.random(p) < 0.3, np.inf, rng.exponential(0.4, p)) for _ in range(2)]
    lower, upper = (end * (rng.random(p) < 0.8) if np.isfinite(end).all() else end for end in ends)
    u = rng.choice([0.0, 0.5, 1.0, 1.0, 2.0, np.inf], p)
    s = rng.exponential(1.0, n) if rng.random() < 0.5 else np.ones(n)
    alpha, share = 10.0 ** rng.uniform(-2.5, 0.0), rng.choice([0.0, 0.5, 1.0])
    params = {
        "alpha": alpha,
        "l1_ratio": share,
        "penalty_weights": u,
        "coef_bounds": (0.0 - lower, upper),
        "fit_intercept": bool(rng.random() < 0.7),
    }
    return X, y, s, params


def check(model, loss, X, y, s):
    """The gap is no less than the true distance, the minimum is reached, and the bounds hold."""
    lower, upper = model.coef_bounds
    share = model.alpha * model.l1_ratio
    charge = share, model.alpha - share
    true = lowest(
        loss, X, y, s / s.sum(), model.penalty_weights, *charge, lower, upper, model.fit_intercept
    )
    objective, gap = (float(np.ravel(each)[0]) for each in (model.objective_, model.dual_gap_))
    w = np.ravel(model.coef_)
    assert (lower <= w).all()
    assert (w <= upper).all()
    assert np.all(model.converged_)
    assert objective - true <= gap + 1e-8 * (1.0 + abs(true))
    assert objective >= true - 2e-5 * (1.0 + abs(true))  # the other optimiser may be less exact


@pytest.mark.parametrize("solver", ["auto", "coordinate_descent", "ista", "fista"])
@pytest.mark.parametrize("part", range(2))
def test_squares_reach_the_minimum(solver, part):
    for seed in range(30 * part, 30 * (part + 1)):
        X, y, s, params = draw(seed)
        more = {"solver": solver, "tol": 1e-8, "max_iter": 100_000}
        model = skl1.ProximalLasso(**params, **more).fit(X, y, sample_weight=s)
        check(model, squares, X, y, s)


SMOOTH = {
    "logistic": (skl1.ProximalLogisticRegression, logistic, lambda y: (y > np.median(y)) * 1.0, {}),
    "poisson": (skl1.ProximalPoissonRegressor, poisson, lambda y: np.floor(np.abs(y)) + 1.0, {}),
    "huber": (skl1.ProximalHuberRegressor, huber, lambda y: y, {"delta": 1.0}),
}


@pytest.mark.parametrize("kind", sorted(SMOOTH))
def test_other_losses_reach_the_minimum(kind):
    cls, loss, respond, more = SMOOTH[kind]
    for seed in range(40):
        X, y, s, params = draw(seed)
        params["penalty_weights"][:] = np.maximum(params["penalty_weights"], 0.1 * (seed % 2))
        y = respond(y)
        try:
            model = cls(**params, **more, tol=1e-8).fit(X, y, sample_weight=s)
        except ValueError as error:  # free features without a bound tell the classes apart
            assert "No finite coefficients" in str(error)  # noqa: PT017
            continue
        check(model, loss, X, y, s)


def test_least_squares_within_bounds_is_that_of_scipy():
    """Without a penalty every feature is free, and refitted within its bounds."""
    for seed in range(20):
        X, y = data(seed)
        model = skl1.ProximalLasso(alpha=0.0, coef_bounds=BOX, fit_intercept=False).fit(X, y)
        assert_allclose(model.coef_, lsq_linear(X, y, BOX, tol=1e-14).x, atol=1e-7)
        assert model.converged_
        other = skl1.RidgeGD(alpha=0.0, coef_bounds=BOX, fit_intercept=False, tol=1e-10)
        assert_allclose(other.fit(X, y).coef_, model.coef_, atol=1e-4)


@pytest.mark.parametrize("name", ["SubgradientLasso", "RidgeGD"])
def test_projected_methods(name):
    X, y = data(3)
    one = made(name, coef_bounds=BOX, tol=1e-6).fit(X, y)
    share = 0.0 if name == "RidgeGD" else 1.0
    other = skl1.ProximalLasso(one.alpha, l1_ratio=share, coef_bounds=BOX, tol=1e-10).fit(X, y)
    assert_allclose(one.coef_, other.coef_, atol=2e-3)
    assert one.objective_ - other.objective_ <= one.dual_gap_ * (1.0 + 1e-9)
    slow = made(name, coef_bounds=BOX, max_iter=3, tol=1e-12)
    with pytest.warns(ConvergenceWarning):
        slow.fit(X, y)
    assert slow.objective_ - other.objective_ <= slow.dual_gap_
    with pytest.raises(ValueError, match="within bounds"):
        skl1.RidgeGD(coef_bounds=BOX, acceleration="conjugate_gradient").fit(X, y)


# Certificates --------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", [None, Logistic(), Poisson(), Huber(1.0)], ids=str)
def test_no_gap_is_less_than_the_distance_from_the_minimum(loss):
    """At any coefficients within the bounds; and what is proved to be zero is zero."""
    for seed in range(80):
        rng = np.random.default_rng(seed)
        X, y, s, params = draw(seed)
        lower, upper = params["coef_bounds"]
        kind = {} if loss is None else {"loss": loss}
        y = {"Logistic": y > np.median(y), "Poisson": np.floor(np.abs(y))}.get(
            type(loss).__name__, y
        ) * 1.0
        cls, alpha = (Problem if loss is None else SmoothProblem), params["alpha"]
        penalty = [L1(alpha), ElasticNet(alpha, 0.5), SquaredL2(alpha)][seed % 3]
        u = np.maximum(params["penalty_weights"], 0.2)
        problem = cls(make_design(X, y, s), penalty, u, lower=lower, upper=upper, **kind)
        solved = minimise(along(problem), problem, problem.null.w, tol=1e-9, max_iter=1000)
        best = solved.point.objective
        assert solved.model.converged
        for size in (0.0, 0.01, 1.0):
            w = problem.clip(solved.w + size * rng.normal(size=u.size) * problem.included)
            point = problem.at(w)
            known = certify(problem, point)
            assert point.objective - best <= known.error + 1e-9 * (1.0 + abs(best))
            if size == 0.0:  # where the radius of what is proved may be rounding
                assert known.error <= 1e-6 * problem.null.objective
            else:
                assert not solved.w[surely_zero(problem, known)].any()


def test_a_box_makes_the_dual_finite_everywhere():
    """A feature at its bound may pull as hard as it likes: the gap closes nevertheless."""
    X, y = data(1)
    model = skl1.ProximalLasso(0.01, coef_bounds=(-0.1, 0.1), tol=1e-10).fit(X, y)
    assert (np.abs(model.coef_) == 0.1).any()
    assert model.dual_gap_ <= 1e-10 * 0.5 * y.var()
    problem = model.problem_on(make_design(X, y))
    far = certify(problem, problem.at(np.zeros(P))).error
    assert far < 0.5 * y.var()  # what the null objective alone would tell


# All estimators, paths and searches -----------------------------------------------------------


@pytest.mark.parametrize("name", [*SINGLES, *SEARCHES])
def test_every_estimator_keeps_to_them(name):
    """Dense and sparse X and float32 alike; some coefficients are at a bound."""
    X, y = data(2)
    t = response(ESTIMATORS[name], y)
    u = np.array([1.0, 1.0, 1.0, 0.5, 0.0, 2.0])
    storages = [np.asarray, sparse.csc_array, lambda X: X.astype(np.float32)]
    fits = [
        made(name, coef_bounds=BOX, penalty_weights=u).fit(storage(X), t)
        for storage in storages[: 1 if name in SEARCHES else None]
    ]
    if not hasattr(fits[0], "coef_"):
        return
    for fit, atol in zip(fits, (0.0, 2e-3, 2e-2), strict=False):
        w = np.ravel(fit.coef_).astype(float)
        assert (w >= LOWER).all()
        assert (w <= UPPER).all()
        assert_allclose(w, np.ravel(fits[0].coef_), atol=atol)
    if name in SINGLES and "Poisson" not in name:
        held = np.ravel(fits[0].coef_)
        assert ((held == LOWER) | (held == UPPER))[held != 0.0].any()


@pytest.mark.parametrize("name", PATHS)
def test_every_path_keeps_to_them(name):
    X, y = data(2)
    known = inspect.signature(getattr(skl1, name)).parameters
    options = {"n_alphas": 8} if "n_alphas" in known else {}
    for storage in (np.asarray, sparse.csr_array):
        found = getattr(skl1, name)(storage(X), y, coef_bounds=BOX, **options)
        coefs = found[1]
        assert (coefs >= LOWER[:, None]).all()
        assert (coefs <= UPPER[:, None]).all()
        assert (coefs[:, -1] == UPPER).any()
    if "loss" in known:
        labels = (y > np.median(y)) * 1
        _, coefs, gaps = skl1.lasso_path(X, labels, loss="logistic", coef_bounds=BOX, n_alphas=8)
        assert (coefs <= UPPER[:, None]).all()
        assert (gaps <= 1e-6).all()


def test_a_path_has_the_models_of_single_fits():
    X, y = data(4, n=30, p=50)
    lower, upper = -0.3, np.where(np.arange(50) % 2, 0.2, np.inf)
    alphas, coefs, gaps = skl1.lasso_path(X, y, coef_bounds=(lower, upper), n_alphas=10, tol=1e-9)
    for alpha, w, gap in zip(alphas, coefs.T, gaps, strict=True):
        one = skl1.ProximalLasso(alpha, coef_bounds=(lower, upper), tol=1e-10)
        one.fit(X, y)
        assert_allclose(w, one.coef_, atol=1e-4)
        assert gap <= 1e-9 * 0.5 * y.var()
    assert alphas[0] == one.alpha_max_


@pytest.mark.parametrize("name", ["MCPRegressor", "SCADRegressor", "LogSumRegressor",
                                  "NonconvexLpRegressor", "MCPClassifier",
                                  "NonconvexLpClassifier"])  # fmt: skip
@pytest.mark.parametrize("free", [False, True])
def test_nonconvex_fits_end_where_no_coefficient_alone_is_better(name, free):
    """Searched on a grid within the bounds, with the intercept refitted."""
    X, y = data(5)
    t = response(ESTIMATORS[name], y)
    u = np.ones(P)
    u[[1, 5]] = 0.0 if free else 1.0
    for alpha in (0.02, 0.2):
        model = made(name, alpha=alpha, coef_bounds=BOX, penalty_weights=u).fit(X, t)
        plain = getattr(model, "_binary", type(model))
        given = {k: v for k, v in model.get_params().items() if hasattr(plain(), k)}
        coded = np.unique(t, return_inverse=True)[1] * 1.0 if is_classifier(model) else y
        problem = plain(**given).problem_on(make_design(X, coded))
        w = np.ravel(model.coef_)
        value = problem.at(w).objective
        assert np.all(model.converged_)
        assert np.all(model.lower_bound_ <= value * (1.0 + 1e-9))
        for j in range(P):
            for v in np.linspace(max(LOWER[j], w[j] - 2.0), min(UPPER[j], w[j] + 2.0), 41):
                other = w.copy()
                other[j] = v
                assert problem.at(other).objective >= value - 1e-7 * problem.null.objective


def test_best_subsets_are_the_best_of_all():
    """Each subset of three features by least squares within the bounds."""
    from itertools import combinations

    for seed in range(4):
        X, y = data(seed)
        model = skl1.BestSubsetRegressor(k=3, coef_bounds=BOX, fit_intercept=False).fit(X, y)
        best = min(
            lsq_linear(X[:, some], y, (LOWER[some], UPPER[some]), tol=1e-12).cost / N
            for some in map(list, combinations(range(P), 3))
        )
        assert model.objective_ <= best * (1.0 + 1e-7)
        assert np.count_nonzero(model.coef_) <= 3


# How they are given ----------------------------------------------------------------------------


def test_positive_is_the_bound_zero():
    X, y = data(6)
    for name in ("ProximalLasso", "ProximalHuberRegressor", "MCPRegressor", "BestSubsetRegressor",
                 "NonconvexLpClassifier", "AdaptiveLasso", "RelaxedLasso"):  # fmt: skip
        t = response(ESTIMATORS[name], y)
        one, other = (
            made(name, **given).fit(X, t).coef_
            for given in ({"positive": True}, {"coef_bounds": (0, np.inf)})
        )
        assert_array_equal(one, other)
    both = skl1.ProximalLasso(0.01, positive=True, coef_bounds=(-1.0, 0.3)).fit(X, y)
    same = skl1.ProximalLasso(0.01, coef_bounds=(0.0, 0.3)).fit(X, y)
    assert_array_equal(both.coef_, same.coef_)


@pytest.mark.parametrize("form", [dict, pd.Series])
def test_bounds_by_name(form):
    X, y = data(7)
    frame = pd.DataFrame(X, columns=list("abcdef"))
    named = form({"c": (0.0, 0.4), "a": (-0.5, 0.8)})
    lower, upper = np.full(P, -np.inf), np.full(P, np.inf)
    lower[[2, 0]], upper[[2, 0]] = (0.0, -0.5), (0.4, 0.8)
    for model in (
        skl1.ProximalLasso(0.02),
        skl1.ProximalLassoCV(alphas=[0.5, 0.1, 0.01]),
        skl1.MCPRegressor(0.02),
        skl1.RelaxedLasso(0.02),
        skl1.ProximalLogisticRegression(0.02),
        skl1.StabilitySelection(n_pairs=2, random_state=0),
    ):
        t = response(type(model), y)
        one = model.set_params(coef_bounds=named).fit(frame, t)
        found = {k: v for k, v in vars(one).items() if k in ("coef_", "selection_probabilities_")}
        model.set_params(coef_bounds=(lower, upper)).fit(frame, t)
        for key, value in found.items():
            assert_array_equal(value, getattr(model, key))


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ((0.1, 1.0), "lower bounds in coef_bounds must be at most 0.*got 0.1"),
        ((0.0, [1, 1, 1, 1, -2, 1]), "upper bounds in coef_bounds must be at least 0.*-2 for '"),
        ((np.nan, 1.0), "must not be NaN"),
        ((-1.0, np.ones(5)), r"each of the 6 features; got shape \(5,\)"),
        ((-1.0, 0.0, 1.0), r"pair \(lower, upper\)"),
        ((-1.0, "one"), "must be real numbers, got 'one'"),
        ({"g": (0, 1)}, "coef_bounds names 'g'"),
        ({"a ": (0, 1)}, "near: 'a'"),
        ({"a": 1.0}, r"must be pairs \(lower, upper\) of real numbers, got 1.0 for 'a'"),
        ({"a": (0, 1, 2)}, r"got \(0, 1, 2\) for 'a'"),
        ({"a": (0.5, 1)}, "at most 0.*0.5 for '"),
    ],
)
def test_what_are_no_bounds_is_refused(given, told):
    X, y = data(0)
    frame = pd.DataFrame(X, columns=list("abcdef"))
    with pytest.raises(ValueError, match=told):
        skl1.ProximalLasso(coef_bounds=given).fit(frame, y)
    with pytest.raises(ValueError, match=told):
        skl1.ProximalLassoCV(coef_bounds=given).fit(frame, y)


def test_several_targets_share_them():
    X, y = data(8)
    Y = np.column_stack([y, -y, y**2])
    many = skl1.ProximalLasso(0.05, coef_bounds=BOX).fit(X, Y)
    for k in range(3):
        one = skl1.ProximalLasso(0.05, coef_bounds=BOX).fit(X, Y[:, k])
        assert_allclose(many.coef_[k], one.coef_, atol=1e-9)
    search = skl1.ProximalLassoCV(n_alphas=4, coef_bounds=BOX).fit(X, Y)
    assert (search.coef_ <= UPPER).all()


def test_sums_over_rows_are_enough():
    X, y = data(9)
    rows = skl1.ProximalLasso(0.05, coef_bounds=BOX, tol=1e-9).fit(X, y)
    sums = skl1.ProximalLasso(0.05, coef_bounds=BOX, tol=1e-9)
    sums.fit_moments(skl1.Moments.of(X, y))
    assert_allclose(sums.coef_, rows.coef_, atol=1e-7)
    sums.fit_blocks([(X[:20], y[:20]), (X[20:], y[20:])])
    assert_allclose(sums.coef_, rows.coef_, atol=1e-7)


def test_a_warm_start_from_without_is_moved_inside():
    X, y = data(10)
    model = skl1.ProximalLasso(0.05, warm_start=True).fit(X, y)
    model.set_params(coef_bounds=BOX, record_history=True).fit(X, y)
    fresh = skl1.ProximalLasso(0.05, coef_bounds=BOX).fit(X, y)
    assert_allclose(model.coef_, fresh.coef_, atol=1e-3)
    assert (np.diff(model.history_["objective"]) <= 1e-12).all()
    path = skl1.ProximalLasso(coef_bounds=BOX).fit_path(X, y, [0.05, 0.2])
    assert_allclose(path.coefs[:, 0], fresh.coef_, atol=1e-3)


def test_many_features_are_screened_and_few_are_worked_on():
    """More features than rows: working sets, deletions, Gram matrices of single precision."""
    rng = np.random.default_rng(11)
    X = rng.normal(size=(60, 600))
    y = X[:, :20] @ rng.choice([-1.0, 1.0], 20) + 0.1 * rng.normal(size=60)
    upper = np.where(np.arange(600) % 3, 0.4, np.inf)
    for share, storage in ((1.0, np.asarray), (0.9, sparse.csc_array)):
        params = {"l1_ratio": share, "coef_bounds": (-0.5, upper), "tol": 1e-7}
        model = skl1.ProximalLasso(0.05, **params).fit(storage(X), y)
        assert model.converged_
        assert ((model.coef_ == -0.5) | (model.coef_ == upper)).sum() > 3
        slow = skl1.ProximalLasso(0.05, solver="fista", **params).fit(X, y)
        assert_allclose(model.objective_, slow.objective_, rtol=1e-5)


def test_degrees_of_freedom_do_not_count_what_is_at_a_bound():
    X, y = data(12)
    path = skl1.lasso_path(X, y, coef_bounds=BOX, n_alphas=6, return_path=True)
    inside = (path.coefs != 0.0) & (path.coefs > LOWER[:, None]) & (path.coefs < UPPER[:, None])
    assert_array_equal(path.degrees_of_freedom, inside.sum(axis=0))
    assert (path.degrees_of_freedom < path.n_nonzeros).any()


def test_the_penalty_of_a_problem_holds_its_bounds():
    X, y = data(0)
    problem = skl1.ProximalLasso(coef_bounds=BOX).problem_on(make_design(X, y))
    assert isinstance(problem.penalty, Bounded)
    assert_array_equal(problem.lower, LOWER)


@pytest.mark.parametrize(("features", "kind"), [([0], NonNegative), ([1], L1), ([0, 2], Bounded)])
def test_features_whose_bounds_are_those_of_all_or_none(features, kind):
    """A part of the features may all be bounded by zero, or not at all: one wrapper at most."""
    X, y = data(0, p=3)
    low, high = np.array([0.0, -np.inf, -1.0]), np.array([np.inf, np.inf, 1.0])
    charge = skl1.ProximalLasso(coef_bounds=(low, high)).problem_on(make_design(X, y)).penalty
    part = Problem(make_design(X[:, features], y), charge.of(features), np.ones(len(features)))
    assert type(part.penalty) is kind
    assert not isinstance(getattr(part.penalty, "inner", None), Bounded | NonNegative)
    assert_array_equal(part.lower, low[features])
    assert_array_equal(part.upper, high[features])
