"""Nonconvex penalties: good minima, exchanges of features, and what is proved of them."""

import itertools
import warnings

import numpy as np
import pytest
from scipy import sparse
from sklearn.feature_selection import SelectFromModel
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline

import skl1
from common import ESTIMATORS, charge_of, explicit, label, own_objective, quiet
from skl1.designs import make_design
from skl1.estimators.nonconvex import NonconvexRegressor
from skl1.paths.one_by_one import ALONG
from skl1.penalties import MCP, Lp
from skl1.problems.local_minimum import is_local_minimum
from skl1.problems.problem import Problem
from skl1.search.column_store import ColumnStore
from skl1.search.exchanges import Neighbourhood, exchanged
from skl1.search.lower_bound import lower_bound
from skl1.solvers.minimise import minimise

pytestmark = pytest.mark.filterwarnings("error")

KIN = [cls for cls in ESTIMATORS if issubclass(cls, NonconvexRegressor)]
MODELS = [
    skl1.NonconvexLpRegressor(0.3, p=0.0),
    skl1.NonconvexLpRegressor(0.3, p=0.5),
    skl1.NonconvexLpRegressor(0.3, p=0.8),
    skl1.NonconvexLpRegressor(0.3, p=0.5, l2=0.1),
    skl1.MCPRegressor(0.5, gamma=2.0),
    skl1.SCADRegressor(0.5, gamma=3.0),
    skl1.LogSumRegressor(0.5, epsilon=0.5),
]
models = pytest.mark.parametrize("model", MODELS, ids=label)


def correlated(seed, n=30, p=8, rho=0.7, noise=1.0):
    """Correlated columns, a sparse truth."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p))
    for j in range(1, p):
        X[:, j] = rho * X[:, j - 1] + np.sqrt(1 - rho**2) * X[:, j]
    w = np.where(rng.random(p) < 0.4, rng.choice([-1.0, 1.0], p) * rng.uniform(0.5, 2.0, p), 0.0)
    return X, X @ w + noise * rng.standard_normal(n) + 1.0


def hard_case(seed, n=200, p=1000, k=25, rho=0.95):
    """Without noise, but with neighbours that are hard to tell apart (Hazimeh and Mazumder)."""
    X, _ = correlated(seed, n, p, rho)
    truth = np.zeros(p)
    truth[:: p // k] = 1.0
    return X, X @ truth, truth != 0.0


def every_subset(p, most=None):
    """All supports of at most so many features."""
    sizes = range((p if most is None else most) + 1)
    return itertools.chain.from_iterable(itertools.combinations(range(p), k) for k in sizes)


def exhaustive(model, X, y):
    """A value not above the global minimum, and one not below it: from every support.

    On a support the minimum is at least that of the loss, plus the charge of p = 0; an upper value
    comes from many starts of a local search that shares nothing with the package.
    """
    Xe, ye, _, _ = explicit(X, y)
    n, p = Xe.shape
    g, upper = charge_of(model), np.inf
    rng = np.random.default_rng(0)
    for support in every_subset(p):
        A = Xe[:, support]
        w = np.linalg.lstsq(A, ye)[0] if support else np.zeros(0)
        for start in [w, 0.5 * w, 0.2 * w, w * rng.uniform(0, 1, w.size)]:
            v = start.copy()
            for _ in range(60):  # majorise-minimise: a quadratic above each concave g
                size = np.maximum(np.abs(v), 1e-9)
                h = 1e-6 * size
                slope = (g(size + h) - g(np.maximum(size - h, 0.0))) / (2 * h)
                v = (
                    np.linalg.lstsq(
                        np.vstack(
                            [A / np.sqrt(n), np.diag(np.sqrt(np.maximum(slope, 0.0) / size))]
                        ),
                        np.concatenate([ye / np.sqrt(n), np.zeros(v.size)]),
                    )[0]
                    if v.size
                    else v
                )
            value = 0.5 * np.mean((ye - A @ v) ** 2) + g(np.abs(v[v != 0.0])).sum()
            upper = min(upper, float(value))
    return upper


@models
@pytest.mark.parametrize("seed", range(3))
def test_the_global_minimum_of_small_problems(model, seed):
    """The default finds it, or nearly; the bound is below it and tells how far at most."""
    X, y = correlated(seed, p=6)
    model = model.fit(X, y)
    best = exhaustive(model, X, y)
    null = 0.5 * np.var(y)
    assert model.objective_ <= best + 1e-6 * null
    assert model.lower_bound_ <= best + 1e-9 * null
    assert model.lower_bound_kind_ == "dual"
    assert model.optimality_gap_ == pytest.approx((model.objective_ - model.lower_bound_) / null)
    assert 0.0 <= model.optimality_gap_ < 0.35
    assert model.is_local_minimum_
    assert model.objective_ == pytest.approx(own_objective(model, X, y), rel=1e-10)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("shape", [(40, 12), (12, 14)])
def test_p_zero_against_every_subset(shape, seed):
    """The optimum over all 2^p supports: the bound stays below, exchanges come near."""
    X, y = correlated(seed, *shape)
    Xe, ye, _, _ = explicit(X, y)
    null = 0.5 * np.var(y)
    losses = {
        support: 0.5 * np.mean((ye - Xe[:, support] @ np.linalg.lstsq(Xe[:, support], ye)[0]) ** 2)
        for support in every_subset(shape[1], 6)
    }
    for share in (0.02, 0.1):
        alpha = share * null
        best = min(loss + alpha * len(support) for support, loss in losses.items())
        model = skl1.NonconvexLpRegressor(alpha, p=0).fit(X, y)
        assert model.lower_bound_ <= best + 1e-10 * null
        assert model.objective_ <= best + 0.02 * null
        # No single exchange, and nothing more or less, is any better.
        support = tuple(np.flatnonzero(model.coef_))
        around = [set(support) - {i} | extra for i in (*support, -1) for extra in
                  [set(), *({j} for j in range(shape[1]))]]  # fmt: skip
        near = [losses[tuple(sorted(s))] + alpha * len(s) for s in around if len(s) <= 6]
        assert model.objective_ <= min(near) + 1e-9 * null


@pytest.mark.parametrize("seed", range(2))
def test_exchanges_recover_what_sweeps_miss(seed):
    """Without them the path goes by the truth, with them it does not; so does the best subset."""
    X, y, truth = hard_case(seed)
    paths = {
        search: skl1.lp_path(X, y, p=0, n_alphas=40, local_search=search, return_path=True)
        for search in (None, "auto")
    }
    hit = {
        search: any(np.array_equal(w != 0.0, truth) for w in path.coefs.T)
        for search, path in paths.items()
    }
    assert hit == {None: False, "auto": True}
    assert np.all(paths["auto"].objectives <= paths[None].objectives * (1.0 + 1e-9))
    model = skl1.BestSubsetRegressor(25).fit(X, y)
    np.testing.assert_array_equal(model.coef_ != 0.0, truth)


@pytest.mark.parametrize("seed", range(4))
def test_changes_of_the_neighbourhood_are_those_of_refits(seed):
    """For p = 0 every change is exact: that of least squares on the new support."""
    X, y = correlated(seed, 60, 9, rho=0.5)
    Xe, ye, _, _ = explicit(X, y)

    def objective(support):
        A = Xe[:, sorted(support)]
        return 0.5 * np.mean((ye - A @ np.linalg.lstsq(A, ye)[0]) ** 2) + 0.1 * len(support)

    problem = Problem(make_design(X, y), Lp(0.1, 0.0), np.ones(9))
    held = {1, 4, 5}
    w = np.zeros(9)
    A = Xe[:, sorted(held)]
    w[sorted(held)] = np.linalg.lstsq(A, ye)[0]
    around = Neighbourhood(problem, w, problem.at(w).z, ColumnStore(problem.design))
    now = objective(held)
    drops = {i: objective(held - {i}) - now for i in held}
    np.testing.assert_allclose(around.drops, list(drops.values()), rtol=1e-9)
    best = {i: min([drops[i], *(objective(held - {i} | {j}) - now for j in {*range(9)} - held)])
            for i in held}  # fmt: skip
    best[-1] = min(objective(held | {j}) - now for j in {*range(9)} - held)
    moves = around.moves(grow=True)
    assert {move.leaves for move in moves} == {i for i, change in best.items() if change < 0.0}
    changes = [best[move.leaves] for move in moves]
    assert changes == sorted(changes)
    for move in moves:
        after = held - {move.leaves} | ({move.enters} - {-1})
        assert objective(after) - now == pytest.approx(best[move.leaves], rel=1e-9)


@models
def test_no_exchange_is_left_at_the_end(model):
    X, y = correlated(4, 60, 9, rho=0.5, noise=0.5)
    model.fit(X, y)
    problem = model.pose(X, y)[1]
    w = model.coef_.copy()
    around = Neighbourhood(problem, w, problem.at(w).z, ColumnStore(problem.design))
    assert not around.moves(grow=True)


def test_an_exchange_under_options():
    """Free and excluded features, signs and weights are respected by exchanges."""
    X, y, _ = hard_case(0, 100, 60, 6)
    rng = np.random.default_rng(0)
    u = rng.uniform(0.5, 2.0, 60)
    u[0], u[1] = 0.0, np.inf
    for positive in (False, True):
        for storage in (np.array, sparse.csc_array):
            model = skl1.NonconvexLpRegressor(
                0.05, p=0, penalty_weights=u, positive=positive, fit_intercept=False
            )
            s = rng.integers(0, 3, 100).astype(float)
            model.fit(storage(X), y, sample_weight=s)
            assert model.n_swaps_ > 0
            assert model.coef_[1] == 0.0
            assert model.coef_[0] != 0.0
            assert not positive or model.coef_.min() >= 0.0
            assert model.stationarity_ <= 1e-6
            assert model.objective_ == pytest.approx(own_objective(model, X, y, s), rel=1e-10)


def test_exchanges_only_lower_the_objective():
    """Each keeps what was reached, and large models are left alone."""
    X, y, _ = hard_case(1, 80, 200, 10)
    problem = Problem(make_design(X, y), Lp(0.02, 0.5), np.ones(200))
    start = minimise(ALONG, problem, problem.null.w, tol=1e-8, max_iter=100)
    better, count = exchanged(ALONG, problem, start, tol=1e-8, max_iter=100, most=200)
    assert count > 0
    assert better.point.objective < start.point.objective
    same, count = exchanged(ALONG, problem, start, tol=1e-8, max_iter=100, most=1)
    assert (same, count) == (start, 0)


def test_what_is_reported_of_the_search():
    X, y, _ = hard_case(2, 80, 100, 10)
    model = skl1.NonconvexLpRegressor(0.02, p=0.5, n_init=3, random_state=0).fit(X, y)
    names = ["path", "lasso", "homotopy", "subset", "random 1", "random 2", "random 3"]
    assert list(model.start_objectives_) == names
    assert model.start_ in names
    assert model.objective_ == pytest.approx(min(model.start_objectives_.values()))
    assert np.all(np.diff(model.minima_) >= 0.0)
    assert model.minima_[0] == pytest.approx(model.objective_)
    again = skl1.NonconvexLpRegressor(0.02, p=0.5, n_init=3, random_state=0).fit(X, y)
    np.testing.assert_array_equal(model.coef_, again.coef_)
    warm = skl1.NonconvexLpRegressor(0.02, p=0.5, warm_start=True).fit(X, y).fit(X, y)
    assert warm.start_ == "warm start"
    assert list(warm.start_objectives_) == ["warm start"]


def test_more_starts_are_no_worse():
    for seed in range(3):
        X, y, _ = hard_case(seed, 60, 100, 12)
        values = [
            skl1.NonconvexLpRegressor(0.03, p=0.3, n_init=n, random_state=1, local_search=search)
            .fit(X, y)
            .objective_
            for n, search in [(0, None), (4, None), (4, "swaps")]
        ]
        assert values[0] >= values[1] - 1e-10 >= values[2] - 2e-10


# What is proved ------------------------------------------------------------------------------


@models
def test_the_test_of_a_local_minimum(model):
    """True at a minimum; not beside it, and not at a saddle that coordinates do not see."""
    X, y = correlated(0)
    model.fit(X, y)
    problem = model.pose(X, y)[1]
    assert is_local_minimum(problem, problem.at(model.coef_), 1e-6)
    assert not is_local_minimum(problem, problem.at(model.coef_ * 1.01), 1e-6)


def test_a_saddle_is_no_local_minimum():
    """Two nearly equal columns: at equal coefficients a concave penalty is at a ridge between."""
    rng = np.random.default_rng(0)
    a, b = np.linalg.qr(rng.standard_normal((50, 2)))[0].T * np.sqrt(50)
    X = np.c_[a + 0.1 * b, a - 0.1 * b]
    y = 3.0 * a
    problem = Problem(make_design(X, y, None, False), Lp(0.5, 0.5), np.ones(2))
    size = np.linspace(0.1, 3.0, 20_001)
    values = 0.5 * (3.0 - 2.0 * size) ** 2 + 2.0 * 0.5 * np.sqrt(size)
    middle = size[np.argmin(np.where(size > 0.5, values, np.inf))]
    for _ in range(50):  # Newton's method on the diagonal
        slope = -2.0 * (3.0 - 2.0 * middle) + 0.5 / np.sqrt(middle)
        middle -= slope / (4.0 - 0.25 * middle**-1.5)
    w = np.array([middle, middle])
    point = problem.at(w)
    np.testing.assert_allclose(point.z, 0.25 / np.sqrt(middle), rtol=1e-9)
    assert not is_local_minimum(problem, point, 1e-8)


def test_a_slope_at_zero_has_to_be_beaten_strictly():
    """MCP: a correlation beyond alpha pulls a coefficient off zero, one within does not."""
    rng = np.random.default_rng(0)
    Q = np.linalg.qr(rng.standard_normal((50, 2)))[0] * np.sqrt(50)
    y = Q @ [3.0, 0.5]
    design = make_design(Q, y, None, False)
    w = np.array([3.0, 0.0])
    for alpha, expected in [(0.6, True), (0.4, False)]:
        problem = Problem(design, MCP(alpha, 3.0), np.ones(2))
        assert is_local_minimum(problem, problem.at(w), 1e-8) == expected


@pytest.mark.parametrize("cls", KIN, ids=label)
@pytest.mark.parametrize("options", [{}, {"l2": 0.2}, {"positive": True}], ids=str)
@pytest.mark.parametrize("seed", range(6))
def test_no_point_is_below_the_lower_bound(cls, options, seed):
    """Of thousands of points around the best ones, none is; the bound is no triviality."""
    rng = np.random.default_rng(seed)
    n, p = [(30, 6), (40, 15), (15, 25)][seed % 3]
    X, y = correlated(seed, n, p)
    u = rng.uniform(0.3, 3.0, p)
    u[0], u[-1] = 0.0, np.inf
    model = cls(alpha=rng.uniform(0.05, 0.5), penalty_weights=u, **options)
    with quiet():
        model.fit(X, y)
    problem = model.pose(X, y)[1]
    values = [
        problem.at(w).objective
        for noise in (0.01, 0.1, 1.0)
        for w in model.coef_ + noise * rng.standard_normal((200, p)) * (rng.random((200, p)) < 0.5)
        if (w[-1:] == 0.0).all() and (not model.positive or w.min() >= 0.0)
    ]
    assert model.lower_bound_ <= min([*values, model.objective_]) * (1.0 + 1e-12)
    assert model.lower_bound_kind_ == "dual" or n < p


def test_the_bound_is_trivial_where_nothing_is_known():
    """p = 0 with more columns than rows: no coefficient is bounded."""
    X, y = correlated(0, 10, 20)
    model = skl1.NonconvexLpRegressor(0.05, p=0).fit(X, y)
    assert (model.lower_bound_, model.lower_bound_kind_) == (0.0, "trivial")
    assert model.optimality_gap_ == pytest.approx(model.objective_ / (0.5 * np.var(y)))


def test_the_bound_does_not_depend_on_the_point():
    """A worse point gives a weaker bound, never a wrong one."""
    X, y = correlated(3)
    problem = Problem(make_design(X, y), Lp(0.2, 0.5), np.ones(8))
    null = problem.null.objective
    best = skl1.NonconvexLpRegressor(0.2).fit(X, y).objective_
    bounds = [lower_bound(problem, value).value for value in (best, 1.2 * best, null)]
    assert bounds[0] >= bounds[1] - 1e-9 * null >= bounds[2] - 2e-9 * null
    assert max(bounds) <= best


def test_a_gap_of_zero_is_a_proof():
    """Orthogonal columns far from the threshold: the bound closes."""
    rng = np.random.default_rng(0)
    Q = np.linalg.qr(rng.standard_normal((60, 5)))[0] * np.sqrt(60)
    y = Q @ [5.0, -4.0, 0.0, 0.0, 0.0]
    model = skl1.NonconvexLpRegressor(0.01, p=0.9, fit_intercept=False).fit(Q, y)
    assert model.optimality_gap_ < 1e-3


# Best subsets --------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("options", [{}, {"l2": 0.1}, {"fit_intercept": False}], ids=str)
def test_best_subset_against_all(options, seed):
    """Every size up to k, against all subsets of that size; the bound stays below."""
    X, y = correlated(seed, 40, 11)
    model = skl1.BestSubsetRegressor(5, **options).fit(X, y)
    Xe, ye, _, _ = explicit(X, y, None, options.get("fit_intercept", True))
    n, l2 = y.size, options.get("l2", 0.0)
    best = np.full(6, np.inf)
    for support in every_subset(11, 5):
        A = Xe[:, support]
        w = np.linalg.solve(A.T @ A / n + l2 * np.eye(len(support)), A.T @ ye / n)
        value = 0.5 * np.mean((ye - A @ w) ** 2) + l2 / 2 * w @ w
        best[len(support)] = min(best[len(support)], value)
    best = np.minimum.accumulate(best)
    np.testing.assert_allclose(model.subset_objectives_, best, rtol=1e-6)
    assert model.objective_ == pytest.approx(best[5], rel=1e-6)
    assert model.lower_bound_ <= best[5] * (1.0 + 1e-12)
    assert np.count_nonzero(model.coef_) <= 5
    assert model.converged_
    assert model.stationarity_ <= 1e-6


def test_best_subset_with_options():
    """Weights equal repetition; free features do not count; signs hold; k beyond the rank."""
    X, y = correlated(0, 40, 10)
    s = np.arange(40) % 3
    u = np.ones(10)
    u[0], u[1] = 0.0, np.inf
    weighted = skl1.BestSubsetRegressor(3, penalty_weights=u).fit(X, y, sample_weight=s)
    repeated = skl1.BestSubsetRegressor(3, penalty_weights=u).fit(
        np.repeat(X, s, axis=0), np.repeat(y, s)
    )
    np.testing.assert_allclose(weighted.coef_, repeated.coef_, atol=1e-8)
    assert weighted.coef_[0] != 0.0
    assert weighted.coef_[1] == 0.0
    assert np.count_nonzero(weighted.coef_) == 4
    positive = skl1.BestSubsetRegressor(4, positive=True).fit(sparse.csc_array(X), y)
    assert positive.coef_.min() >= 0.0
    assert positive.objective_ <= 0.5 * np.var(y)
    with pytest.warns(UserWarning, match="k=50 is larger than the 11 features"):
        whole = skl1.BestSubsetRegressor(50).fit(np.c_[X, X[:, 0]], y)
    best = np.linalg.lstsq(np.c_[X, np.ones(40)], y)[0]
    np.testing.assert_allclose(whole.predict(np.c_[X, X[:, 0]]), np.c_[X, np.ones(40)] @ best)
    assert skl1.BestSubsetRegressor(0).fit(X, y).intercept_ == pytest.approx(y.mean())
    moments = skl1.Moments.of(X, y)
    np.testing.assert_allclose(
        skl1.BestSubsetRegressor(3).fit_moments(moments).coef_,
        skl1.BestSubsetRegressor(3).fit(X, y).coef_,
        atol=1e-8,
    )


@pytest.mark.parametrize("selection", ["min", "1se", "bic"])
def test_the_size_by_cross_validation(selection):
    """Fold errors are those of brute-force refits; the choice follows the rule."""
    X, y = correlated(1, 60, 9, rho=0.4)
    s = np.random.default_rng(0).uniform(0.5, 2.0, 60)
    model = skl1.BestSubsetRegressorCV(9, cv=3, selection=selection).fit(X, y, sample_weight=s)
    np.testing.assert_array_equal(model.ks_, np.arange(10))
    assert model.coef_path_.shape == (10, 9)
    assert np.all(model.n_nonzero_path_ <= model.ks_)
    fitted = skl1.BestSubsetRegressor(model.k_).fit(X, y, sample_weight=s)
    np.testing.assert_allclose(model.coef_, fitted.coef_, atol=1e-9)
    np.testing.assert_array_equal(model.cv_results_["param_k"], model.ks_)
    if selection == "bic":
        assert model.k_ == np.argmin(model.criterion_path_)
        return
    for fold, (train, test) in enumerate(KFold(3).split(X)):
        for k in (0, 2, 5):
            one = skl1.BestSubsetRegressor(k).fit(X[train], y[train], sample_weight=s[train])
            error = np.average((y[test] - one.predict(X[test])) ** 2, weights=s[test])
            assert model.mse_path_[k, fold] == pytest.approx(error, rel=1e-6)
    means = model.mse_path_.mean(axis=1)
    least = np.argmin(means)
    if selection == "min":
        assert model.k_ == least
    else:
        assert model.k_ == np.flatnonzero(means <= means[least] + model.mse_se_[least])[0]


def test_free_features_under_a_sign_constraint():
    """They enter and leave as the subset changes; every model of the path is a minimum."""
    for seed in range(5):
        X, y = correlated(seed, 26, 27)
        u = np.ones(27)
        u[::7] = 0.0
        model = skl1.BestSubsetRegressorCV(6, cv=3, penalty_weights=u, positive=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", skl1.GridEdgeWarning)
            warnings.simplefilter("ignore", skl1.EmptyModelWarning)
            assert model.fit(X, y).converged_


def test_nothing_may_enter():
    """All features excluded, for every p: the mean, without an error or a warning."""
    X, y = correlated(0, 27, 1)
    model = skl1.NonconvexLpRegressorCV(p=[0, 0.5, 1], l2=0.1, n_alphas=6, penalty_weights=[np.inf])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", skl1.EmptyModelWarning)
        warnings.simplefilter("ignore", skl1.FoldWarning)
        model.fit(X, y)
    assert not model.coef_.any()
    assert model.intercept_ == pytest.approx(y.mean())


def test_sizes_to_try():
    X, y = correlated(1, 60, 9)
    assert skl1.BestSubsetRegressorCV([9, 1, 9]).fit(X, y).ks_.tolist() == [1, 9]
    assert skl1.BestSubsetRegressorCV().fit(X, y).ks_.tolist() == list(range(10))
    with pytest.warns(skl1.GridEdgeWarning, match="k=1, is the largest"):
        skl1.BestSubsetRegressorCV(1).fit(X, y)
    for k in ([], [-1], [1.5], "a"):
        with pytest.raises(ValueError, match="k"):
            skl1.BestSubsetRegressorCV(k).fit(X, y)
    moments = [skl1.Moments.of(X[i::3], y[i::3]) for i in range(3)]
    assert skl1.BestSubsetRegressorCV(9).fit_moments(moments).mse_path_.shape == (10, 3)


def test_the_path_of_subsets():
    X, y = correlated(1, 60, 9)
    path = skl1.subset_path(X, y, k=4, return_path=True)
    assert path.sizes.tolist() == [0, 1, 2, 3, 4]
    assert np.all(path.n_nonzeros <= path.sizes)
    assert np.all(np.diff(path.objectives) <= 0.0)
    model = skl1.BestSubsetRegressor(4).fit(X, y)
    np.testing.assert_allclose(path.objectives, model.subset_objectives_)
    np.testing.assert_allclose(path.predict(X)[:, 4], model.predict(X))
    residual = y - path.predict(X)[:, 4]
    assert path.explained[4] == pytest.approx(1.0 - residual @ residual / 60 / np.var(y))
    np.testing.assert_array_equal(skl1.subset_path(X, y, k=4)[1], path.coefs)


@pytest.mark.parametrize("seed", range(6))
def test_best_subsets_do_not_depend_on_the_units_of_features(seed):
    """Many features and much noise, so that the search is not sure to find the best."""
    X, y = correlated(seed, 50, 200, rho=0.9, noise=5.0)
    units = np.exp(1.5 * np.random.default_rng(seed).standard_normal(200))
    ours, scaled = (skl1.subset_path(columns, y, k=5) for columns in (X, X * units))
    np.testing.assert_allclose(ours[2], scaled[2], rtol=1e-9)
    np.testing.assert_allclose(ours[1], scaled[1] * units[:, np.newaxis], rtol=1e-6, atol=1e-9)


def test_best_subset_of_nothing():
    X, _ = correlated(0)
    with pytest.warns(skl1.EmptyModelWarning, match="no feature explains y"):
        model = skl1.BestSubsetRegressor(3).fit(X, np.ones(30))
    assert model.intercept_ == 1.0
    assert model.optimality_gap_ == 0.0


@pytest.mark.parametrize(
    ("model", "name"),
    [
        (skl1.BestSubsetRegressor(-1), "k"),
        (skl1.BestSubsetRegressor(2.5), "k"),
        (skl1.MCPRegressor(gamma=1.0), "gamma"),
        (skl1.SCADRegressor(gamma=2.0), "gamma"),
        (skl1.LogSumRegressor(epsilon=0.0), "epsilon"),
        (skl1.MCPRegressor(l2=-1.0), "l2"),
        (skl1.MCPRegressor(local_search="all"), "local_search"),
        (skl1.MCPRegressor(n_init=-1), "n_init"),
        (skl1.MCPRegressor(random_state="a"), "random_state"),
        (skl1.MCPRegressorCV(gamma=[2.0, 1.0]), "gamma"),
        (skl1.SCADRegressorCV(gamma=2.0), "gamma"),
        (skl1.LogSumRegressorCV(epsilon=[]), "epsilon"),
    ],
    ids=str,
)
def test_what_is_refused(model, name):
    X, y = correlated(0)
    with pytest.raises(ValueError, match=name):
        model.fit(X, y)


# The kin and the rest of the world -----------------------------------------------------------


@pytest.mark.parametrize("cls", [skl1.MCPRegressor, skl1.SCADRegressor], ids=label)
def test_a_large_gamma_is_the_lasso(cls):
    X, y = correlated(1)
    model = cls(0.3, gamma=1e8).fit(X, y)
    lasso = skl1.ProximalLasso(0.3, tol=1e-12).fit(X, y)
    np.testing.assert_allclose(model.coef_, lasso.coef_, atol=1e-6)


def test_a_large_epsilon_is_the_lasso():
    X, y = correlated(1)
    model = skl1.LogSumRegressor(0.3e8, epsilon=1e8).fit(X, y)
    lasso = skl1.ProximalLasso(0.3, tol=1e-12).fit(X, y)
    np.testing.assert_allclose(model.coef_, lasso.coef_, atol=1e-6)


@pytest.mark.parametrize("cls", [skl1.MCPRegressor, skl1.SCADRegressor], ids=label)
def test_large_coefficients_are_not_shrunk(cls):
    """On orthogonal columns a coefficient beyond gamma alpha is that of least squares."""
    rng = np.random.default_rng(0)
    Q = np.linalg.qr(rng.standard_normal((60, 5)))[0] * np.sqrt(60)
    y = Q @ [5.0, -4.0, 0.2, 0.0, 0.0]
    model = cls(0.5, fit_intercept=False).fit(Q, y)
    np.testing.assert_allclose(model.coef_, [5.0, -4.0, 0.0, 0.0, 0.0], atol=1e-8)


@pytest.mark.parametrize("cls", [*KIN, skl1.BestSubsetRegressor], ids=label)
def test_duplicate_and_constant_columns(cls):
    X, y = correlated(0)
    wide = np.c_[X, X, np.ones(30), X[:, 0] * 2.0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", skl1.EmptyModelWarning)
        model = cls().fit(wide, y)
        once = cls().fit(X, y)
    assert np.isfinite(model.coef_).all()
    assert model.coef_[16] == 0.0
    assert model.objective_ <= once.objective_ * (1.0 + 1e-9)


@pytest.mark.parametrize("cls", [*KIN, skl1.BestSubsetRegressor], ids=label)
def test_select_from_model_needs_a_threshold(cls):
    """Without one the mean of |coef_| is taken, unless the class is called a Lasso."""
    X, y = correlated(5, 60, 8, noise=0.3)
    model = cls(**({"k": 3} if cls is skl1.BestSubsetRegressor else {"alpha": 0.2}))
    chosen = SelectFromModel(model, threshold=1e-10).fit(X, y)
    nonzero = chosen.estimator_.coef_ != 0.0
    assert 0 < nonzero.sum() < 8
    np.testing.assert_array_equal(chosen.get_support(), nonzero)
    mean = SelectFromModel(model).fit(X, y)
    assert mean.threshold_ == pytest.approx(np.abs(chosen.estimator_.coef_).mean())
    pipeline = make_pipeline(chosen, skl1.RidgeGD(0.01)).fit(X, y)
    assert pipeline[-1].n_features_in_ == nonzero.sum()
