"""Best subsets: their models, their path, their choice."""

import warnings

import numpy as np
import pytest
from scipy import sparse
from sklearn.model_selection import KFold

import skl1
from common import explicit
from nonconvex_data import correlated, every_subset

pytestmark = pytest.mark.filterwarnings("error")


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
