"""Cross-validation: folds are brute-force refits, the choice follows the rule, warnings tell."""

import warnings
from functools import partial
from math import comb

import numpy as np
import pytest
import sklearn
from scipy import sparse
from sklearn.datasets import load_diabetes
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LassoCV
from sklearn.metrics import make_scorer, mean_absolute_error
from sklearn.model_selection import (
    GroupKFold,
    KFold,
    LeaveOneOut,
    RepeatedKFold,
    ShuffleSplit,
    TimeSeriesSplit,
)

import skl1
from common import SEARCHES, label, one_shape, quiet, uncounted
from covering import pairs
from skl1 import (
    EmptyModelWarning,
    FoldWarning,
    GridEdgeWarning,
    Moments,
    ProximalLasso,
    ProximalLassoCV,
)
from skl1.model_selection.folds import MomentFolds, RowFolds, make_folds, partition

pytestmark = pytest.mark.filterwarnings("error", "ignore::skl1.exceptions.GridEdgeWarning")

hush = partial(quiet, GridEdgeWarning)

CLASSES = SEARCHES
every = pytest.mark.parametrize("cls", CLASSES, ids=label)


def data(n=60, p=12, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) + 0.5 * rng.normal(size=(n, 1)) + 1.0
    y = X[:, :3] @ [2.0, -1.0, 1.0] + rng.normal(size=n) + 3.0
    return X, y, rng.uniform(0.2, 2.0, n)


@pytest.fixture(params=["moments", "rows"])
def route(request, monkeypatch):
    """Both ways of treating folds, on data for which the first would be taken."""
    if request.param == "rows":
        monkeypatch.setattr("skl1.problems.moments.ALL", 0)
        monkeypatch.setattr("skl1.problems.moments.PATHS", 0)
    return request.param


def test_there_is_one_for_each_penalty():
    names = {cls.__name__ for cls in CLASSES}
    assert names == {
        "AdaptiveLassoCV",
        "LogSumRegressorCV",
        "MCPRegressorCV",
        "SCADRegressorCV",
        "NonconvexLpRegressorCV",
        "ProximalLassoCV",
        "RelaxedLassoCV",
        "RidgeGDCV",
        "SubgradientLassoCV",
    }
    assert names <= set(skl1.__all__)


WEIGHTS = np.r_[0.0, np.inf, np.linspace(0.5, 2.0, 10)]


@pairs(
    indirect=["route"],
    route=["moments", "rows"],
    storage=[np.array, np.asfortranarray, sparse.csc_array, np.float32],
    options=[
        {},
        {"l1_ratio": 0.5},
        {"positive": True},
        {"penalty_weights": WEIGHTS},
        {"fit_intercept": False},
    ],
    shape=[(60, 12), (12, 12)],
)
def test_errors_of_folds_are_those_of_refits(route, shape, options, storage):
    X, y, s = data(*shape)
    X = storage(X)
    cv = KFold(4, shuffle=True, random_state=1)
    model = ProximalLassoCV(n_alphas=8, eps=0.05, cv=cv, tol=1e-12, **options)
    model.fit(X, y, sample_weight=s)
    assert model.converged_
    X = X.astype(np.float64).tocsr() if sparse.issparse(X) else X.astype(np.float64)
    for k, (train, test) in enumerate(cv.split(X)):
        for i, alpha in enumerate(model.alphas_):
            with hush():
                one = ProximalLasso(alpha=alpha, tol=1e-13, **options)
                one.fit(X[train], y[train], sample_weight=s[train])
            squares = (one.predict(X[test]) - y[test]) ** 2
            expected = np.average(squares, weights=s[test])
            assert model.mse_path_[i, k] == pytest.approx(expected, rel=1e-6)


@every
def test_the_model_is_the_fit_at_the_chosen_alpha(cls, route):
    X, y, s = data()
    with hush():
        model = one_shape(cls, n_alphas=7, eps=0.1, cv=3, tol=1e-8).fit(X, y, sample_weight=s)
    plain = model._plain(model._shapes()[0]).set_params(alpha=model.alpha_, tol=1e-8)
    with hush():
        plain.fit(X, y, sample_weight=s)
    np.testing.assert_allclose(model.coef_, plain.coef_, atol=2e-3)
    assert model.objective_ == pytest.approx(plain.objective_, rel=1e-6)
    assert model.alpha_ == model.alphas_[model.best_index_]
    assert model.coef_path_.shape == (7, 12)
    np.testing.assert_allclose(model.coef_path_[model.best_index_], model.coef_, atol=2e-3)
    assert model.mse_path_.shape == (7, 3)
    np.testing.assert_array_equal(model.n_nonzero_path_, np.count_nonzero(model.coef_path_, axis=1))
    np.testing.assert_allclose(model.predict(X), X @ model.coef_ + model.intercept_)


@every
def test_weights_equal_repetition(cls, route):
    """In the fits and in the errors, with the folds kept together."""
    X, y, _ = data(40, 6)
    rng = np.random.default_rng(3)
    s = rng.integers(0, 4, 40)
    groups = np.arange(40) % 4
    fitted = []
    for X_, y_, groups_, s_ in [
        (X, y, groups, s.astype(float)),
        (X.repeat(s, axis=0), y.repeat(s), groups.repeat(s), None),
    ]:
        options = {"n_alphas": 5, "eps": 0.1, "cv": GroupKFold(4), "tol": 1e-10}
        model = one_shape(cls, **options, **uncounted(cls))
        with hush():
            model.fit(X_, y_, sample_weight=s_, groups=groups_)
        fitted.append(model)
    weighted, repeated = fitted
    np.testing.assert_allclose(weighted.alphas_, repeated.alphas_, rtol=1e-9)
    # The order of the folds depends on their sizes.
    np.testing.assert_allclose(
        np.sort(weighted.mse_path_, axis=1), np.sort(repeated.mse_path_, axis=1), rtol=1e-4
    )
    assert weighted.best_index_ == repeated.best_index_
    np.testing.assert_allclose(weighted.coef_, repeated.coef_, atol=1e-5)


DATASETS = [
    "diabetes",
    "esl_prostate",
    "communities_crime",
    "leukemia_golub",
    "riboflavin",
    "eyedata",
    "colon_alon",
    "duke_breast_west",
    "gasoline_nir",
    "bardet",
    "growth_barro_lee",
]


@pytest.mark.parametrize("name", DATASETS)
def test_the_choice_is_that_of_scikit_learn(name, request):
    if name == "diabetes":
        X, y = load_diabetes(return_X_y=True)
    else:
        X, y, *_ = request.getfixturevalue("shared_data").load(name)
    X, y = np.asarray(X, dtype=np.float64), np.asarray(y, dtype=np.float64)
    X = (X - X.mean(axis=0)) / np.where(X.std(axis=0) > 0.0, X.std(axis=0), 1.0)
    with hush(FoldWarning):
        ours = ProximalLassoCV(n_alphas=25, eps=0.05, tol=1e-9).fit(X, y)
        theirs = LassoCV(alphas=ours.alphas_, tol=1e-8, max_iter=100_000).fit(X, y)
    assert ours.alpha_ == theirs.alpha_
    np.testing.assert_allclose(ours.mse_path_, theirs.mse_path_, rtol=2e-3)


def test_min_and_one_standard_error():
    X, y, _ = data()
    low = ProximalLassoCV(cv=4).fit(X, y)
    mean = low.mse_path_.mean(axis=1)
    assert low.best_index_ == np.argmin(mean)
    np.testing.assert_allclose(low.mse_se_, low.mse_path_.std(axis=1, ddof=1) / 2.0)
    high = ProximalLassoCV(cv=4, selection="1se").fit(X, y)
    bound = mean.min() + low.mse_se_[low.best_index_]
    assert mean[high.best_index_] <= bound < mean[high.best_index_ - 1]
    assert high.alpha_ > low.alpha_


@pytest.mark.parametrize("name", ["aic", "bic", "ebic", "gcv"])
def test_information_criteria(name):
    X, y, _ = data()
    model = ProximalLassoCV(selection=name).fit(X, y)
    assert not hasattr(model, "mse_path_")
    d, n, p = model.n_nonzero_path_, 60, 12
    residual = y[:, None] - X @ model.coef_path_.T
    s2 = ((residual - residual.mean(axis=0)) ** 2).mean(axis=0)
    choices = np.array([np.log(comb(p, int(k))) for k in d])
    # The unbiased estimate of least squares on all features.
    rest = y - np.c_[X, np.ones(n)] @ np.linalg.lstsq(np.c_[X, np.ones(n)], y)[0]
    noise = rest @ rest / (n - p - 1)
    if name == "gcv":
        assert not hasattr(model, "noise_variance_")
    else:
        assert model.noise_variance_ == pytest.approx(noise, rel=1e-10)
    expected = {
        "aic": n * s2 / noise + 2 * d,
        "bic": n * s2 / noise + np.log(n) * d,
        "ebic": n * s2 / noise + np.log(n) * d + 2 * choices,
        "gcv": s2 / (1 - (d + 1) / n) ** 2,
    }[name]
    np.testing.assert_allclose(model.criterion_path_, expected, rtol=1e-6)
    assert model.best_index_ == np.argmin(expected)
    assert model.cv_results_["criterion"].shape == (100,)


def test_criteria_leave_out_saturated_models():
    X, y, _ = data(10, 30)
    model = ProximalLassoCV(selection="aic", eps=1e-4).fit(X, y)
    assert model.n_nonzero_path_[model.best_index_] + 1 < 10
    assert np.isinf(model.criterion_path_[model.n_nonzero_path_ >= 9]).all()


def test_a_rule_of_ones_own():
    X, y, _ = data()

    def sparse_enough(results):
        return int(np.flatnonzero(results["n_nonzero"] <= 3)[-1])

    model = ProximalLassoCV(selection=sparse_enough).fit(X, y)
    assert (model.coef_ != 0).sum() <= 3
    with pytest.raises(ValueError, match="must return an index of the 100 models, got 100"):
        ProximalLassoCV(selection=lambda _: 100).fit(X, y)


def test_scorers_of_scikit_learn(route):
    X, y, s = data()
    model = ProximalLassoCV(n_alphas=10, cv=KFold(3), scoring="neg_mean_absolute_error")
    model.fit(X, y, sample_weight=s)
    table = model.cv_results_
    assert table["mean_test_score"].argmax() == model.best_index_
    train, test = list(KFold(3).split(X))[1]
    with hush():
        one = ProximalLasso(alpha=model.alphas_[5], tol=1e-9).fit(X[train], y[train], s[train])
    expected = -mean_absolute_error(y[test], one.predict(X[test]), sample_weight=s[test])
    assert table["split1_test_score"][5] == pytest.approx(expected, rel=1e-3)
    plain = ProximalLassoCV(n_alphas=10, cv=KFold(3)).fit(X, y, sample_weight=s)
    squared = ProximalLassoCV(n_alphas=10, cv=KFold(3), scoring="neg_mean_squared_error")
    squared.fit(X, y, sample_weight=s)
    for name in ("mean_test_score", "se_test_score"):
        np.testing.assert_allclose(plain.cv_results_[name], squared.cv_results_[name], rtol=1e-9)


def test_two_grids():
    X, y, _ = data()
    model = ProximalLassoCV(l1_ratio=[0.2, 0.9], n_alphas=9, cv=3).fit(X, y)
    assert model.alphas_.shape == (2, 9)
    assert model.coef_path_.shape == (2, 9, 12)
    assert model.mse_path_.shape == (2, 9, 3)
    assert model.l1_ratio_ in {0.2, 0.9}
    single = ProximalLassoCV(l1_ratio=model.l1_ratio_, n_alphas=9, cv=3).fit(X, y)
    row = [0.2, 0.9].index(model.l1_ratio_)
    np.testing.assert_allclose(model.mse_path_[row], single.mse_path_, rtol=1e-9)
    assert model.alpha_ == single.alpha_
    pandas = pytest.importorskip("pandas")
    assert pandas.DataFrame(model.cv_results_).shape[0] == 18


@every
def test_threads_change_nothing(cls, route):
    X, y, _ = data()
    with hush():
        one = one_shape(cls, n_alphas=6, eps=0.1, cv=5).fit(X, y)
        two = one_shape(cls, n_alphas=6, eps=0.1, cv=5, n_jobs=2).fit(X, y)
    np.testing.assert_allclose(one.mse_path_, two.mse_path_, rtol=1e-4)
    np.testing.assert_allclose(one.coef_, two.coef_, atol=1e-6)


@pytest.mark.parametrize(
    "cv",
    [
        LeaveOneOut(),
        ShuffleSplit(3, random_state=0),
        TimeSeriesSplit(3),
        RepeatedKFold(n_splits=3, n_repeats=2, random_state=0),
        [(np.arange(40), np.arange(40, 60)), (np.arange(20, 60), np.arange(20))],
        [(np.r_[np.arange(40), np.arange(10)], np.arange(40, 60))],
    ],
    ids=lambda cv: type(cv).__name__,
)
def test_any_splitter(cv, route):
    X, y, s = data()
    model = ProximalLassoCV(n_alphas=4, eps=0.1, cv=cv, tol=1e-12).fit(X, y, sample_weight=s)
    splits = list(cv if isinstance(cv, list) else cv.split(X))
    assert model.mse_path_.shape == (4, len(splits))
    for k in (0, len(splits) - 1):
        train, test = splits[k]
        with hush():
            one = ProximalLasso(alpha=model.alphas_[2], tol=1e-13)
            one.fit(X[train], y[train], sample_weight=s[train])
        expected = np.average((one.predict(X[test]) - y[test]) ** 2, weights=s[test])
        assert model.mse_path_[2, k] == pytest.approx(expected, rel=1e-6)


def test_splits_as_lists_masks_and_negative_numbers(route):
    X, y, _ = data(40, 6)
    i = np.arange(40)
    arrays = [(i[:30], i[30:]), (i[10:], i[:10])]
    expected = ProximalLassoCV(n_alphas=5, cv=arrays).fit(X, y).mse_path_
    for splits in (
        [(i < 30, i >= 30), (i >= 10, i < 10)],
        [(train.tolist(), test.tolist()) for train, test in arrays],
        [(train - 40, test) for train, test in arrays],
    ):
        model = ProximalLassoCV(n_alphas=5, cv=splits).fit(X, y)
        np.testing.assert_array_equal(model.mse_path_, expected)
    for bad in ([40], [0.5], [[0]], np.ones(7, dtype=bool)):
        with pytest.raises(ValueError, match="held-out part of fold 0 must name rows of the 40"):
            ProximalLassoCV(cv=[(i, bad)]).fit(X, y)
    with pytest.raises(ValueError, match="Fold 0 has no training samples"):
        ProximalLassoCV(cv=[([], i)]).fit(X, y)


def test_what_moments_cannot_tell_is_asked_of_the_rows():
    """Means of 1e6 spreads without an intercept: the Gram matrices have lost the digits."""
    rng = np.random.default_rng(1)
    X = rng.normal(size=(60, 8)) + 1e6 * rng.normal(size=8)
    y = X[:, 0] - X[:, 0].mean() + 0.5 * rng.normal(size=60)
    u = np.r_[0.0, 0.0, 0.0, np.ones(5)]
    options = {"penalty_weights": u, "fit_intercept": False, "tol": 1e-6}
    search = ProximalLassoCV(n_alphas=5, cv=KFold(3), **options)
    with hush():
        search.fit(X, y)
    for k, (train, test) in enumerate(KFold(3).split(X)):
        for i, alpha in enumerate(search.alphas_):
            with hush():
                one = ProximalLasso(alpha=alpha, **options).fit(X[train], y[train])
            expected = np.mean((one.predict(X[test]) - y[test]) ** 2)
            assert search.mse_path_[i, k] == pytest.approx(expected, rel=1e-2)


def test_a_scorer_that_takes_no_weights():
    X, y, s = data(30, 4)
    model = ProximalLassoCV(n_alphas=4, cv=3, scoring="neg_max_error")
    with pytest.raises(TypeError, match="failed with sample_weight"):
        model.fit(X, y, sample_weight=s)
    model.fit(X, y)


def test_which_splits_are_partitions():
    folds = list(KFold(3).split(np.zeros(10)))
    assert partition(folds, 10)
    assert not partition(folds[:2], 10)
    assert not partition([*folds, folds[0]], 10)
    train, test = folds[0]
    assert not partition([(np.append(train, train[0]), test), *folds[1:]], 10)
    assert not partition([(train[1:], test), *folds[1:]], 10)


def test_which_folds_are_moments():
    X, y, _ = data()
    splits = list(KFold(3).split(X))
    assert isinstance(make_folds(X, y, None, splits, True), MomentFolds)
    wide = np.random.default_rng(0).normal(size=(60, 600))
    assert isinstance(make_folds(wide, y, None, splits, True), RowFolds)


def test_errors_where_quadratic_forms_cancel():
    """A fit to ten digits: moments would leave none of the error's."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 3))
    y = X @ [1.0, 2.0, 3.0] + 1e-8 * rng.normal(size=60)
    model = ProximalLassoCV(alphas=[1e-12, 1e-13], cv=3, tol=1e-15)
    with hush():
        model.fit(X, y)
    for k, (train, test) in enumerate(KFold(3).split(X)):
        Xe = np.c_[np.ones(len(train)), X[train]]
        b = np.linalg.lstsq(Xe, y[train])[0]
        expected = np.mean((y[test] - np.c_[np.ones(len(test)), X[test]] @ b) ** 2)
        assert model.mse_path_[1, k] == pytest.approx(expected, rel=1e-3)


@every
def test_moments_of_folds_give_the_same(cls):
    X, y, s = data()
    with hush():
        rows = one_shape(cls, n_alphas=6, eps=0.1, cv=KFold(3), tol=1e-9).fit(X, y, sample_weight=s)
    parts = [Moments.of(X[test], y[test], s[test]) for _, test in KFold(3).split(X)]
    with hush():
        sums = one_shape(cls, n_alphas=6, eps=0.1, tol=1e-9).fit_moments(parts)
    # A gap of tol leaves its root in the predictions. Only subgradient steps do not end far below.
    near = np.sqrt(1e-9) if "Subgradient" in cls.__name__ else 1e-6
    np.testing.assert_allclose(rows.mse_path_, sums.mse_path_, rtol=near)
    np.testing.assert_allclose(rows.coef_, sums.coef_, atol=1e-5)
    assert rows.alpha_ == pytest.approx(sums.alpha_)


def test_bad_moments():
    X, y, _ = data()
    with pytest.raises(TypeError, match="list of Moments"):
        ProximalLassoCV().fit_moments([X])
    with pytest.raises(ValueError, match="at least two folds, got 1"):
        ProximalLassoCV().fit_moments([Moments.of(X, y)])
    with pytest.raises(ValueError, match="scoring needs rows"):
        ProximalLassoCV(scoring="r2").fit_moments([Moments.of(X, y)] * 2)


@pytest.mark.parametrize("alphas", [[0.0, 1.0], [-1.0], [], ["a"], [np.nan], [[1.0]]], ids=str)
@every
def test_bad_alphas(cls, alphas):
    X, y, _ = data()
    with pytest.raises(ValueError, match="alphas must be a sequence of positive numbers"):
        one_shape(cls, alphas=alphas).fit(X, y)


@every
def test_alphas_in_any_order_and_more_than_once(cls):
    X, y, _ = data()
    with hush():
        model = one_shape(cls, alphas=[0.1, 0.5, 0.1, 2.0], cv=3).fit(X, y)
    assert model.alphas_.tolist() == [2.0, 0.5, 0.1, 0.1]
    assert one_shape(cls, alphas=4, cv=3)._plain(model._shapes()[0]).alpha == 1.0


def test_fewer_samples_than_folds():
    X, y, _ = data(4, 3)
    with pytest.raises(ValueError, match="n_splits=5"):
        ProximalLassoCV().fit(X, y)


def test_a_training_part_with_a_constant_y(route):
    warnings.simplefilter("ignore", EmptyModelWarning)
    X, y, _ = data(30, 4)
    y[10:] = 1.0
    with pytest.warns(FoldWarning, match="Fold 0: y is constant in the training part"):
        model = ProximalLassoCV(cv=KFold(3), n_alphas=5).fit(X, y)
    assert model.mse_path_[:, 0] == pytest.approx(np.mean((y[:10] - 1.0) ** 2))


def test_a_feature_that_vanishes_in_a_training_part(route):
    X, y, _ = data(30, 4)
    X[10:, 2] = 7.0
    with pytest.warns(FoldWarning, match="Fold 0: features that are constant .*: 1"):
        model = ProximalLassoCV(cv=KFold(3), n_alphas=5, tol=1e-12).fit(X, y)
    with hush():
        one = ProximalLasso(alpha=model.alphas_[3], tol=1e-13).fit(X[10:], y[10:])
    expected = np.mean((one.predict(X[:10]) - y[:10]) ** 2)
    assert model.mse_path_[3, 0] == pytest.approx(expected, rel=1e-6)


def test_a_fold_without_weight_has_no_score(route):
    X, y, s = data(30, 4)
    s[10:20] = 0.0
    with pytest.warns(FoldWarning, match="Fold 1: nothing that is held out has a weight"):
        model = ProximalLassoCV(cv=KFold(3), n_alphas=5).fit(X, y, sample_weight=s)
    assert np.isnan(model.mse_path_[:, 1]).all()
    assert np.isfinite(model.cv_results_["mean_mse"]).all()
    s[:] = 0.0
    s[10:20] = 1.0
    with pytest.raises(ValueError, match="training samples of fold 1"):
        ProximalLassoCV(cv=KFold(3), n_alphas=5).fit(X, y, sample_weight=s)


def test_a_scorer_that_returns_nan():
    X, y, _ = data(30, 4)

    def moody(y_true, y_pred):
        return np.nan if np.ptp(y_pred) == 0.0 else -np.mean((y_true - y_pred) ** 2)

    scorer = make_scorer(moody)
    with pytest.warns(FoldWarning, match="models whose score is not finite: 1"):
        model = ProximalLassoCV(cv=3, n_alphas=5, scoring=scorer).fit(X, y)
    assert model.best_index_ > 0
    nothing = ProximalLassoCV(cv=3, n_alphas=5, scoring=make_scorer(lambda *_: np.nan))
    with hush(FoldWarning), pytest.raises(ValueError, match="No model of the path has a finite"):
        nothing.fit(X, y)


def test_one_warning_for_all_that_did_not_converge():
    X, y, _ = data(40, 20)
    model = ProximalLassoCV(cv=3, n_alphas=10, max_iter=1, tol=1e-14)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(X, y)
    messages = [str(w.message) for w in caught if w.category is ConvergenceWarning]
    assert len(messages) <= 1
    assert model.converged_ == (not messages)
    with pytest.warns(ConvergenceWarning, match="models did not converge .*fold.*all data") as told:
        skl1.SubgradientLassoCV(cv=2, n_alphas=4, max_iter=2).fit(X, y)
    assert sum(w.category is ConvergenceWarning for w in told) == 1


@pytest.mark.filterwarnings("default::skl1.exceptions.GridEdgeWarning")
def test_a_choice_at_the_edge_of_the_grid():
    X, y, _ = data()
    with pytest.warns(GridEdgeWarning, match="1, is the smallest of the grid"):
        ProximalLassoCV(alphas=[2.0, 1.0]).fit(X, y)
    with pytest.warns(GridEdgeWarning, match="0.001, is the largest of the grid"):
        ProximalLassoCV(alphas=[1e-3, 1e-3 / 2], selection=lambda _: 0).fit(X, y)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ProximalLassoCV(alphas=[0.05]).fit(X, y)


def test_metadata_routing():
    X, y, s = data(40, 5)
    groups = np.arange(40) % 4
    with pytest.raises(TypeError, match="colour"):
        ProximalLassoCV().fit(X, y, colour=1)
    plain = ProximalLassoCV(cv=GroupKFold(4), n_alphas=5).fit(X, y, groups=groups)
    with sklearn.config_context(enable_metadata_routing=True):
        model = ProximalLassoCV(cv=GroupKFold(4), n_alphas=5).fit(X, y, groups=groups)
        np.testing.assert_array_equal(model.mse_path_, plain.mse_path_)
        scorer = make_scorer(mean_absolute_error, greater_is_better=False)
        scorer.set_score_request(sample_weight=True)
        routed = ProximalLassoCV(cv=GroupKFold(4), n_alphas=5, scoring=scorer)
        routed.set_fit_request(sample_weight=True).fit(X, y, sample_weight=s, groups=groups)
    unrouted = ProximalLassoCV(cv=GroupKFold(4), n_alphas=5, scoring="neg_mean_absolute_error")
    unrouted.fit(X, y, sample_weight=s, groups=groups)
    np.testing.assert_allclose(
        routed.cv_results_["mean_test_score"], unrouted.cv_results_["mean_test_score"]
    )


def test_grid_search_finds_the_same():
    from sklearn.model_selection import GridSearchCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    X, y, _ = data()
    ours = ProximalLassoCV(n_alphas=12, cv=KFold(4), tol=1e-9).fit(X, y)
    grid = GridSearchCV(
        ProximalLasso(tol=1e-9),
        {"alpha": ours.alphas_},
        cv=KFold(4),
        scoring="neg_mean_squared_error",
    )
    with hush():
        grid.fit(X, y)
    assert grid.best_params_["alpha"] == ours.alpha_
    np.testing.assert_allclose(
        grid.cv_results_["mean_test_score"], ours.cv_results_["mean_test_score"], rtol=1e-5
    )
    pipe = make_pipeline(StandardScaler(), ProximalLassoCV(n_alphas=12)).fit(X, y)
    assert pipe.score(X, y) > 0.5


@every
def test_repeated_fits_leave_nothing_behind(cls):
    X, y, _ = data()
    model = one_shape(cls, n_alphas=5, eps=0.1, cv=3)
    with hush():
        first = model.fit(X, y).coef_.copy()
        model.set_params(selection="bic").fit(X, y)
        assert not hasattr(model, "mse_path_")
        model.set_params(selection="min").fit(X, y)
    assert not hasattr(model, "criterion_path_")
    np.testing.assert_array_equal(first, model.coef_)
