"""The adaptive Lasso in one: its stages by hand, and a loop over folds in which nothing leaks."""

import warnings
from functools import partial
from typing import ClassVar

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.model_selection import KFold

from common import EDGE, elastic_net, least_squares, objective, problem, quiet, rounds_fall_short
from covering import pairs
from skl1 import (
    AdaptiveLasso,
    AdaptiveLassoCV,
    EmptyModelWarning,
    GridEdgeWarning,
    Moments,
    PathGridSearchCV,
    ProximalLasso,
    ProximalLassoCV,
    adaptive_weights,
)

hush = partial(quiet, GridEdgeWarning)
pytestmark = pytest.mark.filterwarnings("error", EDGE)

FREE = np.r_[0.0, np.inf, 0.0, np.linspace(0.5, 2.0, 9)]
STAGES = ["ridge", "least_squares", "lasso", Ridge(2.0)]


def data(n=60, p=12, seed=0):
    rng = np.random.default_rng(seed)
    X, y = problem(n, p, seed=seed, noise=2.0)
    return X, y, rng.uniform(0.2, 2.0, n)


@pytest.fixture(params=["moments", "rows"])
def route(request, monkeypatch):
    """Both ways of treating folds, on data for which the first would be taken."""
    if request.param == "rows":
        monkeypatch.setattr("skl1.problems.moments.ALL", 0)
        monkeypatch.setattr("skl1.problems.moments.PATHS", 0)
    return request.param


def by_hand(X, y, s, alpha, stage, gamma=1.0, **options):
    """The two stages as a user would have written them."""
    shared = {k: v for k, v in options.items() if k != "tol"}
    with hush():
        weights = adaptive_weights(
            X, y, initial=stage, gamma=gamma, sample_weight=s, tol=1e-13, **shared
        )
        options = {**options, "penalty_weights": weights}
        return ProximalLasso(alpha, **options).fit(X, y, sample_weight=s)


@pairs(storage=[np.array, sparse.csc_array, np.float32], stage=STAGES, positive=[False, True])
def test_a_fit_is_its_stages_by_hand(stage, storage, positive):
    X, y, s = data()
    options = {"positive": positive, "penalty_weights": FREE, "tol": 1e-12}
    model = AdaptiveLasso(0.3, first_stage=stage, gamma=1.5, **options)
    with hush():
        model.fit(storage(X), y, sample_weight=s)
    expected = by_hand(storage(X), y, s, 0.3, stage, 1.5, **options)
    rtol = 1e-4 if storage is np.float32 else 1e-7
    assert_allclose(model.penalty_weights_, expected.penalty_weights, rtol=rtol)
    assert_allclose(model.coef_, expected.coef_, rtol=rtol, atol=1e-7)
    assert model.objective_ == pytest.approx(expected.objective_, rel=rtol)
    assert model.alpha_max_ == pytest.approx(expected.alpha_max_, rel=rtol)
    assert model.coef_.dtype == expected.coef_.dtype
    if isinstance(stage, str):
        assert model.first_stage_ == stage
    else:
        assert_array_equal(model.first_stage_.coef_, model.first_stage_coef_)
        assert not hasattr(stage, "coef_")


def test_a_fit_by_the_tests_own_references():
    """Least squares, weights and coordinate descent, all written by other hands."""
    X, y, s = data()
    options = {"sample_weight": s}
    first, _ = least_squares(X, y, np.arange(12), **options)
    weights = np.abs(first).max() / np.abs(first)
    coef, intercept = elastic_net(X, y, 0.2, penalty_weights=weights, **options)
    model = AdaptiveLasso(0.2, first_stage="least_squares", tol=1e-13).fit(X, y, sample_weight=s)
    assert_allclose(model.first_stage_coef_, first, rtol=1e-9)
    assert_allclose(model.penalty_weights_, weights, rtol=1e-9)
    assert_allclose(model.coef_, coef, atol=1e-8)
    assert model.intercept_ == pytest.approx(intercept)
    value = objective(X, y, coef, intercept, 0.2, sample_weight=s, penalty_weights=weights)
    assert model.objective_ == pytest.approx(value, rel=1e-10)


@pairs(
    indirect=["route"],
    route=["moments", "rows"],
    stage=STAGES,
    options=[{}, {"positive": True}, {"penalty_weights": FREE}, {"fit_intercept": False}],
    storage=[np.array, sparse.csc_array, np.float32],
)
def test_folds_are_those_of_a_loop_by_hand(route, stage, options, storage):
    """Both stages see the training part, and nothing else."""
    X, y, s = data()
    X = storage(X)
    cv = KFold(4, shuffle=True, random_state=1)
    if not isinstance(stage, str):
        stage = clone(stage).set_params(fit_intercept=options.get("fit_intercept", True))
    model = AdaptiveLassoCV(
        n_alphas=6, eps=0.02, gamma=[0.5, 1.0], first_stage=stage, cv=cv, tol=1e-12, **options
    )
    with hush():
        model.fit(X, y, sample_weight=s)
    assert model.converged_
    wide = X.astype(np.float64)
    wide = wide.tocsr() if sparse.issparse(wide) else wide
    single = X.dtype == np.float32 and not isinstance(stage, str)  # it computes in single precision
    for k, (train, test) in enumerate(cv.split(X)):
        for g, gamma in enumerate((0.5, 1.0)):
            for i in (1, 4):
                part = (wide[train], y[train], s[train], model.alphas_[g, i], stage, gamma)
                one = by_hand(*part, tol=1e-13, **options)
                squares = (one.predict(wide[test]) - y[test]) ** 2
                expected = np.average(squares, weights=s[test])
                # The noise of a scaled Lasso is settled to 1e-6.
                rel = 1e-3 if single else 1e-5 if stage == "lasso" else 1e-6
                assert model.mse_path_[g, i, k] == pytest.approx(expected, rel=rel)
    with hush():
        one = AdaptiveLasso(
            model.alpha_, gamma=model.gamma_, first_stage=stage, tol=1e-12, **options
        ).fit(X, y, sample_weight=s)
    rtol = 1e-4 if X.dtype == np.float32 else 1e-6
    for name in ("coef_", "penalty_weights_", "first_stage_coef_", "intercept_", "alpha_max_"):
        assert_allclose(getattr(model, name), getattr(one, name), rtol=rtol, atol=1e-8)


class Watched(LinearRegression):
    """Notes the rows that it is fitted to."""

    seen: ClassVar[list] = []

    def fit(self, X, y, sample_weight=None):
        Watched.seen.append((np.asarray(y).tolist(), sample_weight))
        return super().fit(X, y, sample_weight)


def test_an_estimator_sees_the_rows_of_its_training_part_only():
    X, y, s = data(30, 4)
    s[3] = 0.0
    cv = KFold(3)
    Watched.seen.clear()
    AdaptiveLassoCV(n_alphas=3, cv=cv, first_stage=Watched()).fit(X, y)
    trains = [y[train].tolist() for train, _ in cv.split(X)]
    seen = [rows for rows, _ in Watched.seen]
    assert all(rows in seen for rows in trains)
    assert all(rows in [*trains, y.tolist()] for rows in seen)
    assert all(weights is None for _, weights in Watched.seen)
    Watched.seen.clear()
    AdaptiveLasso(0.1, first_stage=Watched()).fit(X, y, sample_weight=s)
    ((rows, weights),) = Watched.seen
    assert rows == np.delete(y, 3).tolist()
    assert_array_equal(weights, np.delete(s, 3))
    # A row that is drawn twice counts twice.
    Watched.seen.clear()
    twice = [(np.r_[np.arange(20), np.arange(5)], np.arange(20, 30))]
    AdaptiveLassoCV(n_alphas=3, cv=twice, first_stage=Watched()).fit(X, y)
    weights = next(weights for rows, weights in Watched.seen if len(rows) == 20)
    assert_array_equal(weights, np.r_[np.full(5, 2.0), np.ones(15)])


def test_auto_is_decided_by_all_data():
    """With 100 rows and 90 columns the training parts have fewer rows than columns."""
    X, y, _ = data(100, 90)
    model = AdaptiveLassoCV(n_alphas=4, cv=5).fit(X, y)
    assert model.first_stage_ == AdaptiveLasso(0.1).fit(X, y).first_stage_ == "ridge"
    told = AdaptiveLassoCV(n_alphas=4, cv=5, first_stage="ridge").fit(X, y)
    assert_array_equal(model.mse_path_, told.mse_path_)
    assert model.get_params()["first_stage"] == "auto"
    assert AdaptiveLasso(0.1).fit(X[:50], y[:50]).first_stage_ == "lasso"


def test_moments():
    """A named first stage needs no rows; an estimator says that it does."""
    X, y, s = data()
    for stage in ("ridge", "least_squares", "lasso"):
        model = AdaptiveLasso(0.2, first_stage=stage, tol=1e-10)
        rows = clone(model).fit(X, y, sample_weight=s)
        model.fit_moments(Moments.of(X, y, s))
        assert_allclose(model.penalty_weights_, rows.penalty_weights_, rtol=1e-5)
        assert_allclose(model.coef_, rows.coef_, atol=1e-6)
    with pytest.raises(ValueError, match=r"first_stage=Ridge\(\) needs rows"):
        AdaptiveLasso(0.2, first_stage=Ridge()).fit_moments(Moments.of(X, y))
    parts = [Moments.of(X[k::2], y[k::2]) for k in range(2)]
    with pytest.raises(ValueError, match=r"first_stage=Ridge\(\) needs rows"):
        AdaptiveLassoCV(first_stage=Ridge()).fit_moments(parts)


def test_a_grid_search_over_the_estimator():
    """Its folds are those of the search of its own."""
    X, y, _ = data()
    cv = KFold(3)
    own = AdaptiveLassoCV(n_alphas=8, eps=0.05, cv=cv, tol=1e-10).fit(X, y)
    grid = {"alpha": own.alphas_.tolist()}
    scoring = "neg_mean_squared_error"
    search = PathGridSearchCV(AdaptiveLasso(tol=1e-10), grid, cv=cv, scoring=scoring).fit(X, y)
    assert_allclose(
        search.cv_results_["mean_test_score"], own.cv_results_["mean_test_score"], rtol=1e-6
    )
    assert search.best_params_["alpha"] == own.alpha_
    assert_allclose(search.best_estimator_.penalty_weights_, own.penalty_weights_, rtol=1e-9)


@pytest.mark.parametrize("selection", ["1se", "bic", "gcv"])
@pytest.mark.parametrize("shape", [(60, 12), (40, 120)])
def test_rules(selection, shape):
    X, y, _ = data(*shape)
    model = AdaptiveLassoCV(selection=selection, n_alphas=30, random_state=0).fit(X, y)
    assert model.converged_
    assert 0 < np.count_nonzero(model.coef_) < 12


@pytest.mark.parametrize("shape", [(60, 12), (40, 120)])
def test_the_noise_is_estimated_before_y_has_chosen(shape):
    """From all features, and not from those that the first stage has left."""
    X, y, _ = data(*shape)
    options = {"selection": "bic", "n_alphas": 10, "random_state": 0}
    with hush():
        adaptive = AdaptiveLassoCV(first_stage="lasso", **options).fit(X, y)
        lasso = ProximalLassoCV(**options).fit(X, y)
    assert np.isinf(adaptive.penalty_weights_).any()
    assert adaptive.noise_variance_ == pytest.approx(lasso.noise_variance_, rel=1e-9)


def test_the_grid_reaches_as_far_down_as_the_weights_reach_up():
    """The correlation at which a feature enters goes as the root of alpha, for gamma=1."""
    X, y, _ = data()
    model = AdaptiveLassoCV(gamma=[0.5, 1.0], cv=3).fit(X, y)
    shares = model.alphas_[:, -1] / model.alphas_[:, 0]
    assert_allclose(shares, [1e-3**1.5, 1e-3**2])


def test_a_first_stage_that_falls_short(monkeypatch):
    """Neither the model nor the search has converged, and both say by how much."""
    X, y, _ = data(30, 40)
    rounds_fall_short(monkeypatch)
    options = {"first_stage": "lasso", "max_iter": 1, "tol": 1e-14}
    with pytest.warns(ConvergenceWarning) as caught:
        model = AdaptiveLasso(0.1, **options).fit(X, y)
    assert len(caught) == 1
    assert caught[0].filename == __file__
    assert not model.converged_
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        search = AdaptiveLassoCV(cv=2, n_alphas=3, **options).fit(X, y)
    told = [each for each in caught if each.category is ConvergenceWarning]
    assert len(told) == 1
    assert not search.converged_
    assert not search.cv_results_["converged"].any()


def test_a_first_estimate_of_nothing():
    """One warning, which names the cause."""
    X = data(30, 4)[0]
    words = "first estimate is zero.*another first_stage"
    with pytest.warns(EmptyModelWarning, match=words) as told:
        model = AdaptiveLasso(0.1, first_stage="lasso").fit(X, np.full(30, 2.0))
    assert len(told) == 1
    assert np.isinf(model.penalty_weights_).all()
    assert not model.coef_.any()


def test_no_penalty_is_least_squares_whatever_the_first_stage_left_out():
    X, y, _ = data()
    model = AdaptiveLasso(0.0, first_stage="lasso", tol=1e-13).fit(X, y)
    assert (model.first_stage_coef_ == 0.0).any()
    assert not model.penalty_weights_.any()
    coef, _ = least_squares(X, y, np.arange(12))
    assert_allclose(model.coef_, coef, atol=1e-8)


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"gamma": 0.0}, ValueError, "gamma"),
        ({"gamma": -1.0}, ValueError, "gamma"),
        ({"first_stage": "ols"}, ValueError, "first_stage"),
        ({"first_stage": None}, ValueError, "first_stage"),
        ({"first_stage": [1.0, 2.0]}, ValueError, "first_stage"),
        ({"penalty_weights": [1.0]}, ValueError, "penalty_weights"),
    ],
    ids=str,
)
@pytest.mark.parametrize("cls", [AdaptiveLasso, AdaptiveLassoCV])
def test_refuses(cls, options, error, words):
    with pytest.raises(error, match=words):
        cls(**options).fit(*data(30, 4)[:2])


def test_an_estimator_without_coefficients():
    from sklearn.neighbors import KNeighborsRegressor

    with pytest.raises(TypeError, match="KNeighborsRegressor sets none"):
        AdaptiveLasso(first_stage=KNeighborsRegressor()).fit(*data(30, 4)[:2])
