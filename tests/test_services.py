"""What scikit-learn offers around an estimator: callbacks, cloning, pickles, joblib, routing."""

import copy
import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from joblib import Parallel, delayed
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn import config_context
from sklearn.base import clone
from sklearn.exceptions import NotFittedError, UnsetMetadataPassedError
from sklearn.feature_selection import SelectFromModel
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from common import ESTIMATORS, SEARCHES, label, one_shape, problem, quiet, variants
from skl1 import NonconvexLpRegressor, ProximalLasso, RelaxedLasso, RidgeGD, SubgradientLasso
from skl1.exceptions import GridEdgeWarning

callback = pytest.importorskip("sklearn.callback", reason="scikit-learn < 1.9 has no callbacks")

classes = pytest.mark.parametrize("cls", ESTIMATORS, ids=label)
every = pytest.mark.parametrize("estimator", variants(), ids=label)

X, Y = problem(60, 12, noise=2.0)

#: Options that make a fit take several steps.
SLOW = {
    ProximalLasso: {"solver": "ista", "tol": 1e-10},
    RelaxedLasso: {"solver": "ista", "tol": 1e-10},
    SubgradientLasso: {"max_iter": 500, "tol": 1e-12},
    RidgeGD: {"acceleration": None, "tol": 1e-12},
    NonconvexLpRegressor: {"tol": 1e-12, "p": 0.9, "local_search": None},
}


def slow(cls, **options):
    """An instance whose fit takes more than one step, where that can be had."""
    return cls(**{"alpha": 0.05, **SLOW.get(cls, {}), **options})


class Recorder:
    """A callback of the four methods that scikit-learn asks for; stops after some steps."""

    def __init__(self, stop_after=np.inf):
        self.stop_after = stop_after
        self.begun = self.ended = self.set_up = self.torn_down = 0
        self.objectives = []

    def setup(self, estimator, context):
        """The fit is about to begin."""
        self.set_up += 1

    def teardown(self, estimator, context):
        """The fit is over."""
        self.torn_down += 1

    def on_fit_task_begin(self, estimator, context):
        """A task begins."""
        self.begun += 1

    def on_fit_task_end(self, estimator, context, *, X=None, y=None, fitted_estimator=None):
        """A task ends; true asks to stop."""
        self.ended += 1
        if context.task_name != "step":
            return False
        assert fitted_estimator is not None
        assert fitted_estimator.coef_.shape == (X.shape[1],)
        self.objectives.append(((y - fitted_estimator.predict(X)) ** 2).mean())
        return len(self.objectives) >= self.stop_after


# Callbacks -----------------------------------------------------------------------------------


@pytest.mark.slow
@every
def test_a_callback_sees_every_step(estimator):
    """Tasks that begin end, the last step is the fitted model, and nothing stays behind."""
    recorder = Recorder()
    model = clone(estimator).set_callbacks(recorder)
    with quiet():
        model.fit(X, Y)
    assert recorder.set_up == recorder.torn_down == 1
    assert recorder.begun == recorder.ended == len(recorder.objectives) + 1
    assert len(recorder.objectives) >= 1
    final = ((Y - model.predict(X)) ** 2).mean()
    if not isinstance(model, NonconvexLpRegressor):
        assert recorder.objectives[-1] == pytest.approx(final)
    assert not hasattr(model, "_callback_fit_ctx")
    with quiet():
        plain = clone(estimator).fit(X, Y)
    assert_array_equal(plain.coef_, model.coef_)


@pytest.mark.parametrize("cls", SEARCHES, ids=label)
def test_a_callback_sees_every_path(cls):
    """Of all data and of each fold; told to stop, the search makes do with two folds."""
    recorder = Recorder()
    model = one_shape(cls, n_alphas=4, eps=0.1, cv=3).set_callbacks(recorder)
    with quiet(GridEdgeWarning):
        model.fit(X, Y)
    assert recorder.set_up == recorder.torn_down == 1
    assert recorder.begun == recorder.ended == len(recorder.objectives) + 1
    assert len(recorder.objectives) == 4
    recorder = Recorder(stop_after=1)
    with quiet(GridEdgeWarning):
        stopped = one_shape(cls, n_alphas=4, eps=0.1, cv=3).set_callbacks(recorder).fit(X, Y)
    assert len(recorder.objectives) == 1
    assert stopped.stop_reason_ == "stopped by a callback"
    assert not stopped.converged_
    assert np.isnan(stopped.mse_path_).all(axis=0).tolist() == [False, False, True]
    np.testing.assert_allclose(stopped.mse_path_[:, :2], model.mse_path_[:, :2], rtol=1e-6)


@pytest.mark.slow
@classes
def test_a_callback_stops_the_fit(cls):
    """A callback that returns true ends the fit: a reason, a usable model, no warning."""
    X, Y = problem(150, 1000, nonzero=100, noise=2.0)
    recorder = Recorder(stop_after=1)
    model = slow(cls, tol=1e-15).set_callbacks(recorder)
    with quiet():
        free = slow(cls, tol=1e-15).fit(X, Y)
    assert free.n_iter_ > 1, "choose a harder problem"
    model.fit(X, Y)
    assert model.stop_reason_ == "stopped by a callback"
    assert not model.converged_
    assert 1 <= model.n_iter_ < free.n_iter_
    assert np.isfinite(model.coef_).all()
    assert recorder.torn_down == 1


@classes
def test_a_failing_fit_leaves_nothing_behind(cls):
    """After a fit that raised, the same instance fits, callbacks and all."""
    recorder = Recorder()
    model = slow(cls).set_callbacks(recorder)
    with pytest.raises(ValueError, match="NaN"):
        model.fit(np.full_like(X, np.nan), Y)
    with pytest.raises(ValueError, match="penalty_weights"):
        model.set_params(penalty_weights=[1.0]).fit(X, Y)
    with quiet():
        model.set_params(penalty_weights=None).fit(X, Y)
    assert recorder.objectives


@classes
def test_progress_bar(cls, capsys):
    """ProgressBar on the estimator alone."""
    pytest.importorskip("rich")
    model = slow(cls).set_callbacks(callback.ProgressBar())
    with quiet():
        model.fit(X, Y)
    assert cls.__name__ in capsys.readouterr().out


@classes
def test_progress_bar_through_search_and_pipeline(cls):
    """ProgressBar set on a grid search over a pipeline reaches the estimator."""
    pytest.importorskip("rich")
    search = GridSearchCV(
        make_pipeline(StandardScaler(), slow(cls)),
        {f"{cls.__name__.lower()}__alpha": [0.1, 1.0]},
        cv=2,
    ).set_callbacks(callback.ProgressBar(max_propagation_depth=None))
    with quiet():
        search.fit(X, Y)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


@classes
def test_scoring_monitor(cls):
    """ScoringMonitor logs a score for every step; the last is the fitted model's."""
    monitor = callback.ScoringMonitor(scoring="r2")
    model = slow(cls).set_callbacks(monitor)
    with quiet():
        model.fit(X, Y, sample_weight=np.linspace(0.5, 1.5, Y.size))
    log = monitor.get_logs()
    log = log[0] if isinstance(log, list) else log
    scores = [row["r2"] for row in log.data if row["task_name"] == "step"]
    assert len(scores) >= 1
    assert np.isfinite(scores).all()


@classes
def test_scoring_monitor_through_search(cls):
    """ScoringMonitor on the estimator inside a pipeline in a grid search: all fits in one log."""
    monitor = callback.ScoringMonitor(scoring="r2")
    search = GridSearchCV(
        make_pipeline(StandardScaler(), slow(cls).set_callbacks(monitor)),
        {f"{cls.__name__.lower()}__alpha": [0.1, 1.0]},
        cv=2,
    )
    with quiet():
        search.fit(X, Y)
    (log,) = monitor.get_logs(select="all")
    assert len(log.data) >= 2 * 2 + 1
    assert all(np.isfinite(row["r2"]) for row in log.data)


# Copies --------------------------------------------------------------------------------------


@every
def test_clone(estimator):
    """A clone has the parameters and nothing that a fit left."""
    model = clone(estimator)
    with quiet():
        model.fit(X, Y)
    copied = clone(model)
    assert repr(copied) == repr(model)
    assert [name for name in vars(copied) if name.endswith("_")] == []
    with pytest.raises(NotFittedError):
        copied.predict(X)
    with pytest.raises(NotFittedError):
        _ = copied.sparse_coef_
    with quiet():
        assert_allclose(copied.fit(X, Y).coef_, model.coef_, rtol=1e-9, atol=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize(
    "duplicate",
    [copy.copy, copy.deepcopy, *(lambda m, k=k: pickle.loads(pickle.dumps(m, k)) for k in (2, 5))],
    ids=["copy", "deepcopy", "pickle 2", "pickle 5"],
)
@every
def test_copies_of_a_fitted_model(estimator, duplicate):
    """Copies and pickles predict the same and can be fitted again."""
    model = clone(estimator).set_params(record_history=True)
    with quiet():
        model.fit(X, Y)
    copied = duplicate(model)
    assert_array_equal(copied.predict(X), model.predict(X))
    assert vars(copied).keys() == vars(model).keys()
    for key, values in model.history_.items():
        assert_array_equal(copied.history_[key], values)
    with quiet():
        copied.set_params(alpha=0.5).fit(X, Y)


@classes
def test_set_params(cls):
    """Parameters go in and out; an unknown one is refused."""
    model = cls()
    params = model.get_params()
    assert model.set_params(**params).get_params() == params
    assert cls(0.25).alpha == 0.25
    with pytest.raises(ValueError, match="Invalid parameter 'strength'"):
        model.set_params(strength=1.0)
    with pytest.raises(TypeError):
        cls(1.0, 2.0)


# Joblib and threads --------------------------------------------------------------------------


def fitted(model, X, y):
    """Fit and return the coefficients: a function that workers can import."""
    with quiet():
        return model.fit(X, y).coef_


@pytest.mark.slow
def test_loky():
    """Fits in two worker processes, whose data are memory-mapped, are those of this one."""
    rng = np.random.default_rng(0)
    wide = rng.standard_normal((200, 700))
    y = wide[:, 0] + rng.standard_normal(200)
    models = [
        cls(alpha=0.2, **({"max_iter": 200} if cls is not NonconvexLpRegressor else {}))
        for cls in ESTIMATORS
    ]
    serial = [fitted(clone(model), wide, y) for model in models]
    parallel = Parallel(n_jobs=2, max_nbytes="1M")(
        delayed(fitted)(model, wide, y) for model in models
    )
    for one, other in zip(serial, parallel, strict=True):
        assert_allclose(one, other, atol=1e-8)


@pytest.mark.slow
@pytest.mark.parametrize("storage", ["dense", "sparse"])
def test_threads(storage):
    """Four threads at once give what one after the other gives."""
    data = sparse.csc_array(X) if storage == "sparse" else X
    models = [model for model in variants() for _ in range(2)]
    serial = [fitted(clone(model), data, Y) for model in models]

    def quietly(model):
        return model.fit(data, Y).coef_

    with quiet(), ThreadPoolExecutor(4) as pool:
        parallel = list(pool.map(quietly, [clone(model) for model in models]))
    for one, other in zip(serial, parallel, strict=True):
        assert_array_equal(one, other)


@classes
def test_cross_validation(cls):
    """cross_val_score gives what fitting fold by fold gives."""
    with quiet():
        scores = cross_val_score(cls(alpha=0.1), X, Y, cv=3)
    assert np.isfinite(scores).all()


# Selection and routing -----------------------------------------------------------------------


@pytest.mark.parametrize("cls", [ProximalLasso, SubgradientLasso, NonconvexLpRegressor], ids=label)
def test_select_from_model(cls):
    """SelectFromModel keeps the nonzero coefficients: by default for a Lasso, else if told."""
    assert "Lasso" in cls.__name__ or cls is NonconvexLpRegressor
    threshold = None if "Lasso" in cls.__name__ else 1e-10
    model = cls(alpha=1.0)
    with quiet():
        selector = SelectFromModel(model, threshold=threshold).fit(X, Y)
    coef = selector.estimator_.coef_
    assert 0 < np.count_nonzero(coef) < X.shape[1]
    assert_array_equal(selector.get_support(), coef != 0.0)
    assert selector.transform(X).shape == (Y.size, np.count_nonzero(coef))


def test_sparse_coef():
    """sparse_coef_ is a row with the nonzero coefficients only, in their dtype."""
    for dtype in (np.float32, np.float64):
        model = ProximalLasso(1.0).fit(X.astype(dtype), Y)
        row = model.sparse_coef_
        assert sparse.issparse(row)
        assert row.shape == (1, X.shape[1])
        assert row.dtype == dtype
        assert row.nnz == np.count_nonzero(model.coef_)


@classes
def test_metadata_routing(cls):
    """GridSearchCV hands sample weights on when asked to, and refuses when not told."""
    weights = np.random.default_rng(0).uniform(0.1, 3.0, Y.size)
    with config_context(enable_metadata_routing=True):
        grid = {"alpha": [0.1]}
        with pytest.raises(UnsetMetadataPassedError):
            GridSearchCV(cls(), grid, cv=2).fit(X, Y, sample_weight=weights)
        model = cls().set_fit_request(sample_weight=True).set_score_request(sample_weight=False)
        with quiet():
            search = GridSearchCV(model, grid, cv=2).fit(X, Y, sample_weight=weights)
            expected = cls(alpha=0.1).fit(X, Y, sample_weight=weights)
    assert_array_equal(search.best_estimator_.coef_, expected.coef_)


@classes
def test_pipeline_with_sparse_data(cls):
    """A pipeline scales sparse data without centring, and the model centres for itself."""
    data = sparse.random_array((80, 20), density=0.3, rng=np.random.default_rng(0), format="csr")
    y = data[:, [0]].toarray().ravel() * 5.0 + np.random.default_rng(1).standard_normal(80) * 0.1
    with quiet():
        on_sparse = make_pipeline(StandardScaler(with_mean=False), cls(alpha=0.05)).fit(data, y)
        on_dense = make_pipeline(StandardScaler(), cls(alpha=0.05)).fit(data.toarray(), y)
    assert_allclose(on_sparse.predict(data), on_dense.predict(data.toarray()), atol=2e-3)


@classes
def test_score_is_r_squared(cls):
    """score is R squared, weighted if asked."""
    with quiet():
        model = cls(alpha=0.01).fit(X, Y)
    ridge = Ridge(1e-6).fit(X, Y)
    assert model.score(X, Y) == pytest.approx(ridge.score(X, Y), abs=0.05)
    assert model.score(X, Y, sample_weight=np.ones(Y.size)) == pytest.approx(model.score(X, Y))


@classes
def test_html_repr(cls):
    """Notebooks show the estimator, fitted or not."""
    with quiet():
        assert cls.__name__ in cls(alpha=0.1).fit(X, Y)._repr_html_()
