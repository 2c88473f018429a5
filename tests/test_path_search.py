"""PathGridSearchCV beside scikit-learn's GridSearchCV, each of whose fits begins anew."""

import os
import pickle
import re
import subprocess
import sys
import warnings
from fractions import Fraction
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import config_context
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_diabetes
from sklearn.exceptions import ConvergenceWarning, FitFailedWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import Ridge
from sklearn.metrics import make_scorer, mean_absolute_error, mean_squared_error
from sklearn.model_selection import GridSearchCV, GroupKFold, KFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler
from sklearn.utils.estimator_checks import estimator_checks_generator

import skl1
from common import concrete, label, quiet, suited
from skl1 import PathGridSearchCV, ProximalLasso
from skl1.estimators.base import PenalisedRegressor
from skl1.estimators.fitted_path import FittedPath
from skl1.estimators.many_minima import ManyMinima
from skl1.estimators.nonconvex import NonconvexRegressor
from skl1.estimators.nonconvex_log_odds import NonconvexLogOdds
from skl1.model_selection import path_search
from skl1.model_selection.lines import has_path, sections
from skl1.sklearn_api import Study
from test_sklearn_checks import name_of, run

HERE = Path(__file__).resolve().parent
EVERY = sorted(concrete(PenalisedRegressor), key=label)
ALPHAS = [0.03, 3.0, 0.3, 1.0, 0.1]


def data(n=60, p=12, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p)) * rng.uniform(0.5, 3.0, p) + rng.standard_normal(p)
    y = X[:, 0] - 2.0 * X[:, 1] + 0.5 * X[:, 2] + rng.standard_normal(n)
    return X, y


def grid_of(estimator, prefix=""):
    """Values along the path of an estimator."""
    sizes = [1, 4, 2] if estimator.path_parameter == "k" else ALPHAS
    if isinstance(estimator, skl1.SubgradientLasso):
        sizes = [3.0, 0.7, 1.0]  # for smaller ones it takes very long to converge
    if isinstance(estimator, ManyMinima):
        sizes = ALPHAS[1:]  # below, a single fit with its several starts may find another minimum
    return {prefix + estimator.path_parameter: sizes}


def exact(cls):
    """An estimator whose fits converge as far as they can."""
    if cls is skl1.SubgradientLasso:
        return cls(tol=1e-9, max_iter=400_000)
    if issubclass(cls, NonconvexLogOdds):  # flat penalties let labels be separated without end
        return cls(tol=1e-10, l2=0.1)
    return cls(tol=1e-13)


def both(estimator, grid, X, y, fit_params=None, **options):
    """The two searches, fitted."""
    with quiet(UserWarning, FitFailedWarning):
        mine = PathGridSearchCV(estimator, grid, **options).fit(X, y, **(fit_params or {}))
        plain = GridSearchCV(estimator, grid, **options).fit(X, y, **(fit_params or {}))
    return mine, plain


def same(mine, plain, rtol=1e-6):
    """Equal attributes, keys, parameters and scores; ranks but for ties."""
    expected = plain.cv_results_
    assert list(mine.cv_results_) == list(expected)
    for key, values in expected.items():
        got = mine.cv_results_[key]
        if "_time" in key:
            assert np.all(got >= 0.0)
        elif key == "params":
            assert [sorted(each) for each in got] == [sorted(each) for each in values]
        elif key.startswith("param_"):
            assert [str(value) for value in got] == [str(value) for value in values]
        elif key.startswith("rank_"):
            scores = expected[key.replace("rank_", "mean_")]
            apart = np.abs(scores[:, None] - scores) > 1e-6 * np.abs(scores).max()
            below = got[:, None] < got
            assert_array_equal(below[apart], (values[:, None] < values)[apart])
        else:
            assert_allclose(got, values, rtol=rtol, atol=rtol, err_msg=key)
    attributes = {name for name in vars(plain) if name.endswith("_") and not name.startswith("_")}
    assert attributes == {
        name for name in vars(mine) if name.endswith("_") and not name.startswith("_")
    }
    assert mine.n_splits_ == plain.n_splits_
    assert mine.multimetric_ == plain.multimetric_


def no_fit_of_its_own(monkeypatch):
    """Let a search fail that fits a candidate by itself."""

    def outcome(*_):
        raise AssertionError("a candidate was fitted by itself")

    monkeypatch.setattr("skl1.sklearn_api.Study.outcome", outcome)


@pytest.mark.parametrize("cls", EVERY, ids=label)
def test_all_estimators_have_a_path_of_their_own_fits(cls):
    """Scores and predictions along the path are those of single fits, and so is each model."""
    X, y = data()
    y, weights = suited(cls, y), np.arange(60) % 3 / 2.0
    estimator = exact(cls)
    assert has_path(estimator)
    name, values = next(iter(grid_of(estimator).items()))
    path = estimator.fit_path(X, y, values, weights)
    assert isinstance(path, FittedPath)
    assert len(path) == len(values)
    assert not hasattr(estimator, "n_features_in_")
    with quiet():
        single = [clone(estimator).set_params(**{name: v}).fit(X, y, weights) for v in values]
        again = [path[k] for k in range(len(path))]
    expected = np.stack([model.predict(X) for model in single], axis=1)
    close = 1e-4 if cls is skl1.SubgradientLasso else 1e-5
    scale = {"rtol": close, "atol": close}
    assert_allclose(path.predict(X), expected, **scale)
    assert_allclose(path.score(X, y, weights), [m.score(X, y, weights) for m in single], **scale)
    assert path.converged.all()
    for value, one, other in zip(values, again, single, strict=True):
        assert getattr(one, name) == value
        # What only the several starts of a single fit set is beside the point.
        assert {key for key in vars(other) if key.endswith("_")} == {
            key for key in vars(one) if key.endswith("_")
        }
        assert_allclose(one.predict(X), other.predict(X), **scale)


@pytest.mark.parametrize("cls", EVERY, ids=label)
def test_scores_of_all_estimators(cls, monkeypatch):
    """In a pipeline, with training scores: those of GridSearchCV."""
    X, y = data()
    y = suited(cls, y)
    steps = make_pipeline(StandardScaler(), exact(cls))
    grid = grid_of(steps[-1], f"{cls.__name__.lower()}__")
    mine, plain = both(steps, grid, X, y, return_train_score=True, cv=3)
    same(mine, plain)
    assert mine.best_params_ == plain.best_params_
    assert mine.best_estimator_[-1].converged_
    with monkeypatch.context() as patch, quiet():
        no_fit_of_its_own(patch)
        PathGridSearchCV(steps, grid, cv=3).fit(X, y)


def test_minima_along_a_path():
    """Nonconvex models of a path are as good as those of single fits, but for a few."""
    agree = []
    for seed in range(4):
        X, y = data(seed=seed)
        for cls in EVERY:
            if issubclass(cls, NonconvexRegressor):
                path = cls().fit_path(X, y, ALPHAS)
                with quiet():
                    single = [cls(alpha).fit(X, y).objective_ for alpha in ALPHAS]
                found = [model.objective_ for model in path]
                assert_allclose(found, single, rtol=0.1)
                agree.extend(np.less_equal(found, np.multiply(single, 1 + 1e-6)))
    assert np.mean(agree) > 0.95


SCORINGS = {
    "name": ("neg_mean_squared_error", True),
    "several names": (["r2", "neg_mean_absolute_error", "neg_median_absolute_error"], "r2"),
    "made": (make_scorer(mean_absolute_error, greater_is_better=False), True),
    "dict": ({"a": "r2", "b": make_scorer(mean_squared_error, greater_is_better=False)}, "b"),
    "callable": (lambda model, X, y: -np.abs(y - model.predict(X)).max(), True),
    "callable of several": (
        lambda model, X, y: {"worst": -np.abs(y - model.predict(X)).max(), "r2": model.score(X, y)},
        "worst",
    ),
    "of the fit": (lambda model, X, y: -float(model[-1].dual_gap_ < 1e-8) + X[0, 0] * y[0], False),
    "no refit": (["r2", "neg_mean_absolute_error"], False),
    "refit by a function": ("r2", lambda results: int(np.argmax(results["param_p__alpha"]))),
}


@pytest.mark.parametrize("kind", SCORINGS)
@pytest.mark.parametrize("weighted", [False, True])
def test_scoring_and_refit(kind, weighted):
    """Names, lists, dicts and functions; the weights go to the fits and the scorers."""
    scoring, refit = SCORINGS[kind]
    X, y = data()
    steps = Pipeline([("s", StandardScaler()), ("p", ProximalLasso(tol=1e-13))])
    params = {"p__sample_weight": np.arange(60) % 4 + 1.0} if weighted else {}
    options = {"scoring": scoring, "refit": refit, "return_train_score": True, "cv": 4}
    mine, plain = both(steps, {"p__alpha": ALPHAS}, X, y, params, **options)
    same(mine, plain)
    assert hasattr(mine, "best_score_") == hasattr(plain, "best_score_")
    if refit:
        assert mine.best_index_ == plain.best_index_
        assert_allclose(mine.predict(X), plain.predict(X), rtol=1e-6)
        assert_allclose(mine.score(X, y), plain.score(X, y), rtol=1e-6)


def test_weights_of_a_bare_estimator():
    """Without a pipeline the weights of the fit are those of the score, too."""
    X, y = data()
    params = {"sample_weight": np.arange(60) % 4}
    mine, plain = both(ProximalLasso(tol=1e-13), {"alpha": ALPHAS}, X, y, params)
    same(mine, plain)


def test_metadata_routing():
    """What the steps request is routed to them, along the path as in single fits."""
    X, y = data()
    params = {"sample_weight": np.arange(60) % 4 + 0.5, "groups": np.arange(60) % 6}
    with config_context(enable_metadata_routing=True):
        last = ProximalLasso(tol=1e-13).set_fit_request(sample_weight=True)
        scorer = make_scorer(mean_absolute_error).set_score_request(sample_weight=True)
        scaler = StandardScaler().set_fit_request(sample_weight=True)
        steps = make_pipeline(scaler, last)
        grid = {"proximallasso__alpha": ALPHAS}
        mine, plain = both(steps, grid, X, y, params, cv=GroupKFold(3), scoring=scorer)
        same(mine, plain)


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_several_lines_and_lists_of_grids(n_jobs, monkeypatch):
    """Groups by l1_ratio and by options of the scaler, other estimators, alpha=0: all in one."""
    monkeypatch.setattr(path_search, "WORTH", 0.0)
    X, y = data()
    steps = Pipeline([("scale", StandardScaler()), ("model", ProximalLasso(tol=1e-13))])
    grid = [
        {"model__alpha": [0.0, *ALPHAS], "model__l1_ratio": [1.0, 0.5]},
        {"model__alpha": ALPHAS, "scale": [MinMaxScaler(), "passthrough"]},
        {"model__alpha": ALPHAS, "scale__with_std": [True, False]},
        {"model": [Ridge(), skl1.RidgeGD(tol=1e-13)], "model__alpha": [1.0, 0.1]},
        {"model": [skl1.BestSubsetRegressor()], "model__k": [1, 3, 2, 40]},
        {"model": [skl1.MCPRegressor(tol=1e-13)], "model__alpha": ALPHAS, "model__gamma": [2.0, 4]},
    ]
    mine, plain = both(steps, grid, X, y, n_jobs=n_jobs, cv=3)
    same(mine, plain)
    found = sections(steps, plain.cv_results_["params"])
    shapes = [[len(line.places) for line in section.lines] for section in found]
    assert shapes == [[5, 5], [5], [5], [5], [5], [2], [4], [5, 5]]


def test_text():
    """A sparse pipeline, from lists of strings."""
    rng = np.random.default_rng(0)
    words = np.array([f"w{k}" for k in range(40)])
    texts = [" ".join(rng.choice(words, 12)) for _ in range(80)]
    y = np.array([text.count("w1 ") - text.count("w2 ") for text in texts], dtype=float)
    steps = make_pipeline(TfidfVectorizer(), ProximalLasso(tol=1e-13))
    grid = {
        "proximallasso__alpha": [0.1, 0.01, 0.001],
        "tfidfvectorizer__sublinear_tf": [False, True],
    }
    mine, plain = both(steps, grid, texts, y, cv=3)
    same(mine, plain)
    assert len(sections(steps, plain.cv_results_["params"])) == 2


def test_columns_of_a_frame():
    """A ColumnTransformer, and pipelines in a pipeline; names of features are kept."""
    pandas = pytest.importorskip("pandas")
    X, y = load_diabetes(return_X_y=True, as_frame=True)
    X = X.assign(group=pandas.Series(np.arange(len(X)) % 5).map(lambda k: f"g{k}"))
    change = ColumnTransformer(
        [("numbers", StandardScaler(), ["bmi", "bp", "s5"]), ("kinds", OneHotEncoder(), ["group"])]
    )
    steps = Pipeline([("a", change), ("b", make_pipeline(StandardScaler(), ProximalLasso()))])
    steps.set_params(b__proximallasso__tol=1e-13)
    grid = {"b__proximallasso__alpha": ALPHAS, "a__numbers__with_std": [True, False]}
    mine, plain = both(steps, grid, X, y)
    same(mine, plain)
    assert_array_equal(mine.feature_names_in_, plain.feature_names_in_)
    bare, expected = both(ProximalLasso(tol=1e-13), {"alpha": ALPHAS}, X[["bmi", "bp"]], y)
    same(bare, expected)
    assert bare.feature_names_in_.tolist() == ["bmi", "bp"]


def test_memory_of_a_pipeline(tmp_path):
    """Transformers come from the cache of the pipeline."""
    X, y = data()
    steps = make_pipeline(StandardScaler(), ProximalLasso(tol=1e-13), memory=str(tmp_path))
    same(*both(steps, {"proximallasso__alpha": ALPHAS}, X, y))


@pytest.mark.parametrize(
    "broken",
    [
        {"alpha": [-1.0, 1.0, 0.1]},
        {"alpha": ["small", 1.0]},
        {"alpha": [1.0, 0.1], "l1_ratio": [2.0, 1.0]},
        {"alpha": [1.0, 0.1], "penalty_weights": [np.ones(3), None]},
    ],
    ids=str,
)
def test_fits_that_fail(broken):
    """The score of a candidate that cannot be fitted is error_score; of the others as ever."""
    X, y = data()
    mine, plain = both(ProximalLasso(tol=1e-13), broken, X, y, error_score=-7.0)
    same(mine, plain)
    assert (mine.cv_results_["mean_test_score"] == -7.0).any()
    with pytest.warns(FitFailedWarning):
        PathGridSearchCV(ProximalLasso(), broken, error_score=-7.0).fit(X, y)
    with pytest.raises(ValueError, match="alpha|l1_ratio|penalty_weights"):
        PathGridSearchCV(ProximalLasso(), broken, error_score="raise").fit(X, y)


def test_scorers_that_fail():
    """As with GridSearchCV: the error score and a warning."""
    X, y = data()

    def picky(model, X, y):
        if model.alpha == 0.1:
            raise ValueError("no")
        return model.score(X, y)

    mine, plain = both(ProximalLasso(tol=1e-13), {"alpha": ALPHAS}, X, y, scoring=picky)
    same(mine, plain)
    assert np.isnan(mine.cv_results_["mean_test_score"]).sum() == 1


def test_models_that_do_not_converge_are_told_of_once():
    X, y = data(seed=1)
    search = PathGridSearchCV(
        ProximalLasso(solver="ista", max_iter=2), {"alpha": ALPHAS}, refit=False, cv=3
    )
    with pytest.warns(ConvergenceWarning, match=r"of 15 models on paths") as seen:
        search.fit(X, y)
    assert len(seen) == 1


class Shifted(ProximalLasso):
    """One that fits in its own way, with the parameters of its parent."""

    def fit(self, X, y, sample_weight=None):
        return super().fit(X, np.abs(y), sample_weight)


class Doubled(ProximalLasso):
    """One that predicts in its own way."""

    def predict(self, X):
        return 2.0 * super().predict(X)


@pytest.mark.parametrize("cls", [Shifted, Doubled])
def test_subclasses_do_not_inherit_a_path_that_is_not_theirs(cls):
    X, y = data()
    assert not has_path(cls())
    same(*both(cls(tol=1e-13), {"alpha": ALPHAS}, X, y))


@pytest.mark.parametrize(
    "grid", [{"alpha": [0.3, 1.0], "n_init": [1]}, {"alpha": [0.3, 1.0], "n_init": [0, 1]}], ids=str
)
def test_random_starts_have_no_path(grid):
    """A path has no place for further starts: such fits are single ones."""
    X, y = data()
    same(*both(skl1.SCADRegressor(alpha=0.0, random_state=0, tol=1e-12), grid, X, y))
    found = sections(skl1.SCADRegressor(), [{"alpha": 1.0, "n_init": k} for k in (0, 1)])
    assert [section.places for section in found] == [[0]]


@pytest.mark.parametrize(
    "step", [StandardScaler(copy=False), MinMaxScaler(copy=False), "passthrough"], ids=str
)
@pytest.mark.parametrize(
    "scoring",
    [
        lambda model, X, y: model.score(X, y),
        make_scorer(lambda y, fit: (y.__isub__(fit) ** 2).mean(), greater_is_better=False),
        lambda model, X, y: model.score(X, y) + 0.0 * model.fit(X[::2], y[::2]).score(X, y),
        lambda model, X, y: model.score(X, y) + X.__imul__(0.0).sum(),
        None,
    ],
    ids=["function", "writes to y", "refits", "writes to X", "none"],
)
def test_what_one_candidate_changes_no_other_sees(step, scoring):
    """Steps that transform in place, and scorers that write to what they get.

    Training scores are left out: scikit-learn's are those of the model that a scorer has refitted.
    """
    X, y = data()
    steps = Pipeline([("scale", step), ("lasso", ProximalLasso(tol=1e-13))])
    grid = {"lasso__alpha": [0.03, 0.1, 0.3]}
    with quiet(UserWarning):
        mine, plain = (
            kind(steps, grid, scoring=scoring).fit(X.copy(), y.copy())
            for kind in (PathGridSearchCV, GridSearchCV)
        )
    same(mine, plain)


class Delegating(BaseEstimator):
    """A wrapper that has the attributes of what it wraps."""

    def __init__(self, wrapped):
        self.wrapped = wrapped

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.wrapped, name)

    def fit(self, X, y):
        return self


class Foreign(RegressorMixin, BaseEstimator):
    """An estimator with the name of a path's parameter, and no path."""

    path_parameter = "alpha"

    def __init__(self, alpha=1.0):
        self.alpha = alpha

    def fit(self, X, y):
        self.mean_ = np.mean(y) * self.alpha
        return self

    def predict(self, X):
        return np.full(len(X), self.mean_)


class Centred(Pipeline):
    """A pipeline that predicts in its own way."""

    def predict(self, X, **params):
        fits = super().predict(X, **params)
        return fits - fits.mean()


def test_what_only_looks_like_a_path():
    """Wrappers, estimators of others and derived pipelines are fitted one by one."""
    X, y = data()
    fitted = Delegating(ProximalLasso(0.1).fit(X, y))
    grid = {"wrapped__alpha": [0.1], "wrapped": [ProximalLasso(0.1).fit(X, y)]}
    assert not has_path(fitted)
    with quiet(UserWarning, FitFailedWarning):
        assert not sections(fitted, [grid])
    same(*both(Foreign(), {"alpha": [0.5, 1.0]}, X, y))
    steps = Centred([("s", StandardScaler()), ("p", ProximalLasso(tol=1e-13))])
    grid = {"p__alpha": ALPHAS}
    same(*both(steps, grid, X, y, scoring="neg_mean_squared_error"))


def test_callbacks_of_steps_see_each_fit():
    pytest.importorskip("sklearn.callback")

    class Counter:
        def __init__(self):
            self.count = 0

        def setup(self, estimator, context):
            pass

        def on_fit_task_begin(self, estimator, context):
            pass

        def on_fit_task_end(self, estimator, context):
            self.count += 1

        def teardown(self, estimator, context):
            pass

    X, y = data()
    counter = Counter()
    lasso = ProximalLasso().set_callbacks(counter)
    assert sections(ProximalLasso(), [{"alpha": 1.0}])
    assert not sections(lasso, [{"alpha": 1.0}])
    assert not sections(make_pipeline(StandardScaler(), lasso), [{"proximallasso__alpha": 1.0}])
    PathGridSearchCV(lasso, {"alpha": [1.0, 0.1]}, cv=2, refit=False).fit(X, y)
    assert counter.count >= 4


def test_an_error_of_a_scorer_is_raised_at_once():
    X, y = data()
    calls = []

    def scorer(model, X, y):
        calls.append(model)
        if len(calls) == 3:
            raise RuntimeError("once")
        return model.score(X, y)

    search = PathGridSearchCV(
        ProximalLasso(), {"alpha": ALPHAS}, scoring=scorer, error_score="raise", cv=2
    )
    with pytest.raises(RuntimeError, match="once"):
        search.fit(X, y)
    assert len(calls) == 3


def test_a_line_that_fails_does_not_slow_the_others(monkeypatch):
    X, y = data()
    alone = []

    def outcome(study, place, split):
        alone.append(study.candidates[place]["l1_ratio"])
        return original(study, place, split)

    original = Study.outcome
    monkeypatch.setattr(Study, "outcome", outcome)
    grid = {"alpha": ALPHAS, "l1_ratio": [0.5, 1.0, 2.0]}
    mine, plain = both(ProximalLasso(tol=1e-13), grid, X, y, error_score=0.0, cv=2)
    same(mine, plain)
    assert alone == [2.0] * 10


@pytest.mark.parametrize("cls", EVERY, ids=label)
@pytest.mark.parametrize(
    "values",
    [[], 1.0, None, [None], ["a", 1.0], [-1], [np.nan], [np.inf], [True], [10**400], [[1, 2]]],
    ids=str,
)
def test_values_that_have_no_place_on_a_path(cls, values):
    """What ``fits_along`` refuses, ``fit_path`` does: the message names it."""
    X, y = data()
    with pytest.raises(ValueError, match=f"values must be|{cls().path_parameter}="):
        cls().fit_path(X, y, values)


def test_a_path_is_a_sequence():
    X, y = data()
    path = ProximalLasso().fit_path(X, y, ALPHAS)
    assert [model.alpha for model in path[1:3]] == ALPHAS[1:3]
    assert [model.alpha for model in path] == ALPHAS
    with pytest.raises(IndexError):
        path[5]


def test_numbers_of_other_kinds_are_fitted_alone():
    """What a single fit refuses is not scored."""
    X, y = data()
    same(*both(ProximalLasso(tol=1e-13), {"alpha": [Fraction(1, 10), 1.0]}, X, y))


@pytest.mark.parametrize("estimator", [Ridge(), make_pipeline(StandardScaler(), Ridge())], ids=str)
def test_estimators_without_a_path(estimator):
    X, y = data()
    prefix = "ridge__" if isinstance(estimator, Pipeline) else ""
    same(*both(estimator, {f"{prefix}alpha": ALPHAS}, X, y))


@pytest.mark.parametrize("verbose", [1, 2, 3, 10])
def test_messages(capsys, verbose):
    """verbose prints a line for each fit, in the words of scikit-learn."""
    X, y = data()
    mine, plain = ProximalLasso(tol=1e-13), GridSearchCV
    lines = []
    for kind in (PathGridSearchCV, plain):
        search = kind(mine, {"alpha": [1.0, 0.1]}, cv=2, verbose=verbose, return_train_score=True)
        search.fit(X, y)
        printed = capsys.readouterr().out.splitlines()
        lines.append(sorted(line.split(" total time")[0].replace(".", "") for line in printed))
    assert lines[0] == lines[1]
    assert len(lines[0]) == {1: 1, 2: 5, 3: 5, 10: 9}[verbose]


def test_callbacks():
    """Each candidate on each split is a task, as with GridSearchCV, and so is the refit."""
    pytest.importorskip("sklearn.callback")

    class Recorder:
        def __init__(self):
            self.tasks = []

        def setup(self, estimator, context):
            pass

        def on_fit_task_begin(self, estimator, context):
            pass

        def on_fit_task_end(self, estimator, context):
            self.tasks.append((type(estimator).__name__, context.task_name))

        def teardown(self, estimator, context):
            pass

    X, y = data()
    found = []
    for kind in (PathGridSearchCV, GridSearchCV):
        recorder = Recorder()
        search = kind(ProximalLasso(), {"alpha": [1.0, 0.1]}, cv=2)
        search.set_callbacks(recorder).fit(X, y)
        found.append(sorted(task for name, task in recorder.tasks if name == kind.__name__))
    assert found[0] == found[1]
    assert found[0].count("candidate-split-evaluation") == 4


def test_a_failed_search_leaves_the_last_one():
    """All or nothing: what a search has found stays until another one has ended."""
    X, y = data()
    search = PathGridSearchCV(ProximalLasso(), {"alpha": [1.0, 0.1]}).fit(X, y)
    before = search.cv_results_
    with pytest.raises(ValueError, match="samples"):
        search.fit(X, y[:5])
    assert search.cv_results_ is before
    copied = pickle.loads(pickle.dumps(search))
    assert_array_equal(copied.predict(X), search.predict(X))
    assert "PathGridSearchCV" in search._repr_html_()
    assert clone(search).get_params()["estimator"].get_params() == ProximalLasso().get_params()


def test_sparse_x_and_single_precision():
    """As it came: the dtype of the models is that of X, and X stays sparse."""
    sparse = pytest.importorskip("scipy.sparse")
    X, y = data()
    X = np.where(np.abs(X) < 1.0, 0.0, X)
    for given in (sparse.csr_matrix(X), sparse.csc_array(X)):
        same(*both(ProximalLasso(tol=1e-13), {"alpha": ALPHAS}, given, y))
    mine = PathGridSearchCV(ProximalLasso(), {"alpha": ALPHAS}).fit(X.astype(np.float32), y)
    assert mine.best_estimator_.coef_.dtype == np.float32
    path = ProximalLasso().fit_path(X.astype(np.float32), y, ALPHAS)
    assert path[1].coef_.dtype == np.float32


def test_splitters_are_asked_once():
    """A splitter with a random state gives all candidates the same splits."""
    X, y = data()
    grid = [{"alpha": [1.0, 0.1]}, {"alpha": [0.0]}]
    cv = KFold(3, shuffle=True, random_state=np.random.RandomState(0))
    search = PathGridSearchCV(ProximalLasso(), grid, cv=cv).fit(X, y)
    again = KFold(3, shuffle=True, random_state=np.random.RandomState(0))
    splits = list(again.split(X))
    for row, alpha in enumerate([1.0, 0.1, 0.0]):
        for k, (train, test) in enumerate(splits):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                model = ProximalLasso(alpha).fit(X[train], y[train])
            got = search.cv_results_[f"split{k}_test_score"][row]
            assert got == pytest.approx(model.score(X[test], y[test]), rel=1e-4)


SEARCHES = [
    PathGridSearchCV(ProximalLasso(), {"alpha": [1.0, 0.1, 0.01]}, cv=2, error_score="raise"),
    PathGridSearchCV(
        make_pipeline(StandardScaler(), skl1.RidgeGD()), {"ridgegd__alpha": [1.0, 0.1]}, cv=2
    ),
]
CHECKS = [
    pytest.param(partial(check, estimator), id=f"{number}-{name_of(check)}-{k}")
    for number, search in enumerate(SEARCHES)
    for k, (estimator, check) in enumerate(estimator_checks_generator(search))
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("check", CHECKS)
def test_check_of_scikit_learn(check):
    """Every check of check_estimator."""
    run(check)


def test_the_search_passes_the_tests_of_scikit_learn(tmp_path):
    """All of its tests of GridSearchCV, with the way of this package taken whatever the grid."""
    path = os.pathsep.join([str(HERE), str(HERE.parent), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-c", os.devnull, "--rootdir", str(tmp_path), "-q",
         "-p", "no:cacheprovider", "-p", "search_plugin", "--tb=short", "-W", "ignore", "--pyargs",
         "-k", "not random and not halving", "sklearn.model_selection.tests.test_search"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": path},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert int(re.search(r"(\d+) passed", done.stdout)[1]) >= 80, done.stdout
