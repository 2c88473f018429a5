"""The classifiers of skl1 among scikit-learn's tools: over all that are public."""

import pickle

import numpy as np
import pytest
from joblib import Parallel, delayed
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import expit
from sklearn import config_context
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import make_column_transformer
from sklearn.ensemble import StackingClassifier, VotingClassifier
from sklearn.exceptions import NotFittedError, UnsetMetadataPassedError
from sklearn.feature_selection import SelectFromModel
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import get_scorer, log_loss, roc_auc_score
from sklearn.model_selection import GridSearchCV, cross_val_predict, cross_validate
from sklearn.multiclass import OneVsOneClassifier, OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from common import label, public_classifiers, quiet
from covering import pairs
from skl1 import FoldWarning, GridEdgeWarning, PathGridSearchCV

#: Searches are short here, and choose at an edge.
pytestmark = pytest.mark.filterwarnings("ignore::skl1.GridEdgeWarning")

every = pytest.mark.parametrize("model", public_classifiers(), ids=label)

RNG = np.random.default_rng(0)
X = RNG.normal(size=(120, 6)) + 1.0
LATENT = np.column_stack([2.0 * X[:, 0], 2.0 * X[:, 1], 3.0 - X[:, 0] - X[:, 1]])
#: Labels of two and of three classes, as numbers.
TWO = (RNG.random(120) < expit(2.0 * (X[:, 0] - X[:, 1]))).astype(int)
THREE = (LATENT + RNG.gumbel(size=LATENT.shape)).argmax(axis=1)


def fitted(model, X, y, **more):
    with quiet(GridEdgeWarning, FoldWarning):
        return clone(model).fit(X, y, **more)


def weak(model):
    """The same with a penalty that leaves features in use, or with a short search for it."""
    return clone(model).set_params(
        **(
            {"alpha": 0.02}
            if "alpha" in model.get_params()
            else {"n_alphas": 3, "eps": 0.05, "cv": 3}
        )
    )


#: Models that were fitted before, by what they are and by their labels.
FITTED = {}


def usual(model, y):
    """The weak model, fitted to numbers: once for all tests that only look at it."""
    key = label(model), y.tobytes()
    if key not in FITTED:
        FITTED[key] = fitted(weak(model), X, y)
    return FITTED[key]


def test_there_are_classifiers():
    assert {"ProximalLogisticRegression"} <= {
        type(model).__name__ for model in public_classifiers()
    }


# Labels --------------------------------------------------------------------------------------

NAMES = {
    "strings": ["rare", "common", "absent"],
    "objects": np.array(["rare", "common", "absent"], dtype=object),
    "negative ints": [-5, 7, -1],
    "small ints": np.array([3, 200, 100], dtype=np.uint8),
    "whole floats": [-1.0, 2.5e3, 1.0],
    "bools": [True, False],
}


@pairs(
    model=public_classifiers(),
    kind=NAMES,
    count=[2, 3],
    allowed=lambda _, kind, count: count <= len(NAMES[kind]),
)
def test_labels_of_any_kind(model, kind, count):
    """The model is that of numbers in the same order; predictions are of the labels' kind."""
    y, names = (TWO if count == 2 else THREE), np.asarray(NAMES[kind])[:count]
    labels = names[y]
    numbers = usual(model, np.argsort(np.argsort(names))[y])
    named = fitted(weak(model), X, labels)
    assert_array_equal(named.classes_, np.unique(labels))
    assert named.classes_.dtype == named.predict(X).dtype == labels.dtype
    assert_array_equal(named.coef_, numbers.coef_)
    assert_array_equal(named.predict(X), named.classes_[numbers.predict(X)])
    assert_array_equal(named.predict_proba(X), numbers.predict_proba(X))
    assert named.score(X, labels) == np.mean(named.predict(X) == labels) > 0.5


@every
def test_labels_in_containers(model):
    """Lists, pandas' series of strings and categories, a column with a warning."""
    pd = pytest.importorskip("pandas")
    words = np.array(["no", "yes"])[TWO]
    expected = usual(model, TWO).coef_
    for labels in (
        words.tolist(),
        pd.Series(words, dtype="string"),
        pd.Series(pd.Categorical(words, categories=["yes", "no"])),
        pd.Series(TWO, dtype="Int64"),
        pd.Series(TWO == 1, dtype="boolean"),
    ):
        assert_array_equal(fitted(weak(model), X, labels).coef_, expected)


@every
def test_weights_of_named_classes(model):
    words = np.array(["no", "yes"])[TWO]
    weights = np.where(TWO == 1, 3.0, 1.0)
    named = fitted(weak(model).set_params(class_weight={"yes": 3.0}), X, words)
    assert_allclose(named.coef_, fitted(weak(model), X, words, sample_weight=weights).coef_)


@every
def test_probabilities(model):
    """They sum to 1, agree with their logarithms and with the most likely class, and are safe."""
    for y in (TWO, THREE):
        found = usual(model, y)
        p = found.predict_proba(X)
        assert p.shape == (120, y.max() + 1)
        assert_allclose(p.sum(axis=1), 1.0)
        assert_allclose(np.log(p), found.predict_log_proba(X), atol=1e-12)
        assert_array_equal(found.classes_[p.argmax(axis=1)], found.predict(X))
        with np.errstate(all="raise", under="ignore"):
            far = found.predict_proba(1e6 * X)
        assert np.isfinite(far).all()
        assert_allclose(far.sum(axis=1), 1.0)


# Meta-estimators -----------------------------------------------------------------------------


@pairs(model=public_classifiers(), method=["sigmoid", "isotonic"], y=[TWO, THREE])
def test_calibrated(model, method, y):
    found = fitted(CalibratedClassifierCV(weak(model), method=method, cv=2), X, y)
    assert_allclose(found.predict_proba(X).sum(axis=1), 1.0)
    assert found.score(X, y) > 0.5


@every
def test_one_against_the_rest(model):
    """OneVsRestClassifier does what the classifier does itself."""
    rest, own = fitted(OneVsRestClassifier(weak(model)), X, THREE), usual(model, THREE)
    if "alpha" in model.get_params():  # a search chooses alpha for each class, or one for all
        assert_allclose(rest.predict_proba(X), own.predict_proba(X), atol=1e-3)
        assert np.mean(rest.predict(X) == own.predict(X)) > 0.98
    assert rest.score(X, THREE) > 0.5


@every
def test_one_against_one(model):
    found = fitted(OneVsOneClassifier(weak(model)), X, THREE)
    assert len(found.estimators_) == 3
    assert all(len(one.coef_) == 1 for one in found.estimators_)
    assert found.score(X, THREE) > 0.5


@pairs(
    model=public_classifiers(),
    search=[GridSearchCV, PathGridSearchCV],
    scoring=["neg_log_loss", "roc_auc", "accuracy"],
)
def test_grid_search(model, search, scoring):
    """Each score is that of a fit to the training rows, for every alpha and l1_ratio."""
    grid = {"alpha": [0.2, 0.02], "l1_ratio": [0.5, 1.0]}
    grid = {name: values for name, values in grid.items() if name in model.get_params()}
    if not grid:
        pytest.skip("nothing to search for")
    words = np.array(["no", "yes"])[TWO]
    folds = [(np.arange(0, 120, 2), np.arange(1, 120, 2)), (np.arange(40, 120), np.arange(40))]
    found = search(weak(model), grid, scoring=scoring, cv=folds)
    with quiet(GridEdgeWarning, FoldWarning):
        found.fit(X, words)
    for k, parameters in enumerate(found.cv_results_["params"]):
        for split, (train, test) in enumerate(folds):
            one = fitted(weak(model).set_params(**parameters), X[train], words[train])
            expected = get_scorer(scoring)(one, X[test], words[test])
            score = found.cv_results_[f"split{split}_test_score"][k]
            assert score == pytest.approx(expected, rel=1e-4)  # fits along paths differ by tol
    assert roc_auc_score(words == "yes", found.predict_proba(X)[:, 1]) > 0.7


@pairs(
    model=public_classifiers(),
    method=["predict_proba", "predict_log_proba", "decision_function"],
    names=[["no", "yes"], ["a", "b", "c"]],
)
def test_predictions_of_folds(model, method, names):
    words = np.array(names)[TWO if len(names) == 2 else THREE]
    with quiet(GridEdgeWarning, FoldWarning):
        found = cross_val_predict(weak(model), X, words, cv=2, method=method)
    flat = method == "decision_function" and len(names) == 2
    assert found.shape == ((120,) if flat else (120, len(names)))
    assert np.isfinite(found).all()
    if method != "decision_function":
        assert_allclose(np.exp(found).sum(axis=1) if "log" in method else found.sum(axis=1), 1)


@every
def test_votes_and_stacks(model):
    for y in (TWO, THREE):
        both = [("ours", weak(model)), ("theirs", LogisticRegression())]
        votes = fitted(VotingClassifier(both, voting="soft"), X, y)
        each = [one.predict_proba(X) for one in votes.estimators_]
        assert_allclose(votes.predict_proba(X), np.mean(each, axis=0))
        stack = fitted(StackingClassifier(both, final_estimator=weak(model), cv=2), X, y)
        assert stack.score(X, y) > 0.5


@every
def test_a_table_with_words(model):
    """Numbers scaled, words encoded, labels strings: names come out at the other end."""
    pd = pytest.importorskip("pandas")
    table = pd.DataFrame(X, columns=[f"x{j}" for j in range(6)])
    table["colour"] = np.array(["red", "green", "blue"])[THREE]
    columns = make_column_transformer(
        (StandardScaler(), list(table.columns[:6])), (OneHotEncoder(), ["colour"])
    )
    words = pd.Series(np.array(["no", "yes"])[TWO])
    found = fitted(make_pipeline(columns, weak(model)), table, words)
    assert set(found.predict(table)) == {"no", "yes"}
    scores = cross_validate(found, table, words, cv=3, scoring=["roc_auc", "neg_log_loss"])
    assert scores["test_roc_auc"].mean() > 0.6
    # Sparse columns give the same as dense ones.
    columns.set_params(sparse_threshold=1.0)
    assert_allclose(fitted(found, table, words).predict_proba(table), found.predict_proba(table))


@every
def test_features_in_use_are_selected(model):
    """Of more classes a feature is in use if it is for any; names stay, as a table too."""
    pd = pytest.importorskip("pandas")
    table = pd.DataFrame(X, columns=[f"x{j}" for j in range(6)])
    for y in (TWO, THREE):
        selector = SelectFromModel(weak(model), threshold=1e-10).set_output(transform="pandas")
        with quiet(GridEdgeWarning, FoldWarning):
            kept = selector.fit_transform(table, y)
        used = (selector.estimator_.coef_ != 0.0).any(axis=0)
        assert used[:2].all()
        assert_array_equal(selector.get_support(), used)
        assert list(kept.columns) == list(table.columns[used])
        assert_array_equal(kept.to_numpy(), X[:, used])
        assert list(selector.estimator_.feature_names_in_) == list(table.columns)


@every
def test_importance_of_features(model):
    """A feature that is not in use has none; the two that make the labels have the most."""
    found = usual(model, TWO)
    importance = permutation_importance(
        found, X, TWO, scoring="neg_log_loss", n_repeats=5, random_state=0
    ).importances_mean
    assert not importance[found.coef_[0] == 0.0].any()
    assert set(np.argsort(importance)[-2:]) == {0, 1}


# Copies, workers, metadata -------------------------------------------------------------------


@every
def test_copies(model):
    found = usual(model, THREE)
    fresh = clone(found)
    assert repr(fresh) == repr(found)
    assert not [name for name in vars(fresh) if name.endswith("_")]
    for method in ("predict", "predict_proba", "predict_log_proba", "decision_function"):
        with pytest.raises(NotFittedError):
            getattr(fresh, method)(X)
    loaded = pickle.loads(pickle.dumps(found))
    assert_array_equal(loaded.predict_log_proba(X), found.predict_log_proba(X))
    assert vars(loaded).keys() == vars(found).keys()
    assert_array_equal(fitted(fresh, X, THREE).coef_, found.coef_)
    assert type(found).__name__ in found._repr_html_()
    assert found.sparse_coef_.shape == found.coef_.shape
    assert found.sparse_coef_.nnz == np.count_nonzero(found.coef_)


@pytest.mark.slow
def test_workers():
    """In other processes, with data in files, fits are those of this one."""
    wide = np.hstack([X, RNG.normal(size=(120, 300))])
    y = np.array(["no", "yes"])[TWO]
    models = public_classifiers()
    found = Parallel(n_jobs=2, max_nbytes="100K")(delayed(fitted)(one, wide, y) for one in models)
    for model, other in zip(models, found, strict=True):
        assert_allclose(other.coef_, fitted(model, wide, y).coef_, atol=1e-8)
        assert other.classes_.tolist() == ["no", "yes"]


@every
def test_weights_are_routed(model):
    weights = np.random.default_rng(1).uniform(0.1, 3.0, 120)
    with config_context(enable_metadata_routing=True):
        with pytest.raises(UnsetMetadataPassedError):
            cross_validate(weak(model), X, TWO, params={"sample_weight": weights}, cv=2)
        told = weak(model).set_fit_request(sample_weight=True)
        told.set_score_request(sample_weight=True)
        with quiet(GridEdgeWarning, FoldWarning):
            found = cross_validate(
                told, X, TWO, params={"sample_weight": weights}, cv=2, return_estimator=True,
                return_indices=True,
            )  # fmt: skip
    for k, one in enumerate(found["estimator"]):
        train, test = (found["indices"][part][k] for part in ("train", "test"))
        expected = fitted(weak(model), X[train], TWO[train], sample_weight=weights[train])
        assert_array_equal(one.coef_, expected.coef_)
        hits = expected.predict(X[test]) == TWO[test]
        assert found["test_score"][k] == pytest.approx(np.average(hits, weights=weights[test]))


# Callbacks -----------------------------------------------------------------------------------


class Recorder:
    """A callback that predicts after each step, and asks to stop after some."""

    def __init__(self, stop_after=np.inf):
        self.stop_after, self.losses = stop_after, []
        self.set_up = self.torn_down = 0

    def setup(self, estimator, context):
        self.set_up += 1

    def teardown(self, estimator, context):
        self.torn_down += 1

    def on_fit_task_begin(self, estimator, context):
        pass

    def on_fit_task_end(self, estimator, context, *, X=None, y=None, fitted_estimator=None):
        if context.task_name != "step":
            return False
        p = fitted_estimator.predict_proba(X)
        self.losses.append(log_loss(y, p, labels=fitted_estimator.classes_))
        return len(self.losses) >= self.stop_after


@pytest.mark.parametrize("y", [TWO, THREE], ids=["two", "three"])
@every
def test_callbacks(model, y):
    """They see models that predict, the last as it is returned; told to stop, a fit says so."""
    pytest.importorskip("sklearn.callback", reason="scikit-learn < 1.9 has no callbacks")
    words = np.array(["a", "b", "c"])[y]
    recorder = Recorder()
    with quiet(GridEdgeWarning, FoldWarning):
        found = weak(model).set_callbacks(recorder).fit(X, words)
        assert recorder.set_up == recorder.torn_down == 1
        assert recorder.losses
        if "alpha" in model.get_params():
            last = log_loss(words, found.predict_proba(X))
            assert recorder.losses[-1] == pytest.approx(last, rel=1e-3)
        stopping = Recorder(stop_after=1)
        stopped = weak(model).set_callbacks(stopping).fit(X, words)
    assert len(stopping.losses) >= 1
    assert "stopped by a callback" in np.ravel(stopped.stop_reason_)
    assert not np.all(stopped.converged_)
    assert np.isfinite(stopped.predict_proba(X)).all()
