"""Nonconvex penalties: good minima, exchanges of features, and what is proved of them."""

import warnings

import numpy as np
import pytest
from scipy import sparse
from sklearn.feature_selection import SelectFromModel
from sklearn.pipeline import make_pipeline

import skl1
from common import charge_of, explicit, label, own_objective
from nonconvex_data import KIN, correlated, every_subset, models
from skl1.designs import make_design
from skl1.paths.one_by_one import ALONG
from skl1.penalties import Lp
from skl1.problems.problem import Problem
from skl1.search.column_store import ColumnStore
from skl1.search.exchanges import Neighbourhood, exchanged
from skl1.solvers.minimise import minimise

pytestmark = pytest.mark.filterwarnings("error")


def hard_case(seed, n=200, p=1000, k=25, rho=0.95):
    """Without noise, but with neighbours that are hard to tell apart (Hazimeh and Mazumder)."""
    X, _ = correlated(seed, n, p, rho)
    truth = np.zeros(p)
    truth[:: p // k] = 1.0
    return X, X @ truth, truth != 0.0


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
        G, c = A.T @ A / n, A.T @ ye / n
        w = np.linalg.lstsq(A, ye)[0] if support else np.zeros(0)
        for start in [w, 0.5 * w, 0.2 * w, w * rng.uniform(0, 1, w.size)]:
            v = start.copy()
            for _ in range(60):  # majorise-minimise: a quadratic above each concave g
                size = np.maximum(np.abs(v), 1e-9)
                h = 1e-6 * size
                slope = (g(size + h) - g(np.maximum(size - h, 0.0))) / (2 * h)
                v = np.linalg.solve(G + np.diag(np.maximum(slope, 0.0) / size), c)
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
