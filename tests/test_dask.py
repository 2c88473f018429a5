"""Fits on dask collections: the models are those of data in memory, whatever the chunks."""

import os
import pickle
import subprocess
import sys

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.model_selection import KFold, ShuffleSplit

import skl1
from common import quiet
from dask_fits import (
    CHUNKS,
    EXACT,
    assert_same,
    da,
    data,
    exact,
    local_scheduler_fixture,  # noqa: F401
    route_fixture,  # noqa: F401
)
from skl1 import dask as remote
from skl1.dask import estimators

#: One of each way to fit.
CLASSES = [getattr(remote, name) for name in EXACT]


def test_a_path_of_another_loss_is_refused():
    X, y = np.ones((6, 2)), np.array([0, 1, 0, 1, 1, 0])
    with pytest.raises(ValueError, match="squares only"):
        skl1.dask.lasso_path(da.from_array(X), da.from_array(y), loss="logistic")


def local(model):
    """The estimator of data in memory with the same parameters."""
    options = model.get_params()
    del options["client"]
    return getattr(skl1, type(model).__name__)(**options)


def fit_both(model, X, y, s, chunks, *, weigh=da.from_array):
    dX = da.from_array(X, chunks=chunks)
    dy = da.from_array(y, chunks=(chunks[0],))
    ds = None if s is None else weigh(s, chunks=(chunks[0],))
    with quiet(skl1.GridEdgeWarning, UserWarning):
        return model.fit(dX, dy, ds), local(model).fit(X, y, s)


@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
@pytest.mark.parametrize("chunks", CHUNKS.values(), ids=CHUNKS)
@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_models_are_those_of_memory(cls, chunks, weighted, route):
    X, y, s = data()
    if route == "sums" and cls is not remote.ProximalLasso:
        pytest.skip("rows that stay away serve the Lasso alone")
    assert_same(*fit_both(exact(cls), X, y, s if weighted else None, chunks))


@pytest.mark.parametrize(
    "options",
    [
        {"fit_intercept": False},
        {"positive": True},
        {"l1_ratio": 0.5},
        {"penalty_weights": [0.0, np.inf, 1.0, 0.5, 2.0, 0.0] + [1.0] * 6},
        {"penalty_weights": [0.0, np.inf, 1.0, 0.5, 2.0, 0.0] + [1.0] * 6, "positive": True},
        {"solver": "coordinate_descent"},
        {"alpha": 1e3},
        {"warm_start": True},
    ],
    ids=str,
)
def test_options(options, route):
    X, y, s = data()
    X[:, 4] = 7.0  # a constant column
    model, expected = fit_both(exact(remote.ProximalLasso, **options), X, y, s, CHUNKS["both"])
    assert_same(model, expected)
    assert model.coef_[4] == 0.0
    if "warm_start" in options:
        assert_same(*fit_both(model, X, y, s, CHUNKS["both"]))
        assert model.n_iter_ == 1


@pytest.mark.parametrize("kind", ["csr", "float32", "integers", "far"])
def test_kinds_of_blocks(kind, route):
    X, y, s = data()
    if kind == "integers":
        X = np.round(3 * X).astype(int)
    if kind == "float32":
        X = X.astype(np.float32)
    if kind == "far":
        X = X + 1e6
    if kind == "csr":
        X = np.where(X > 3.0, X, 0.0)
    dX = da.from_array(X, chunks=CHUNKS["both"])
    if kind == "csr":
        dX = dX.map_blocks(sparse.csr_array, dtype=float, meta=sparse.csr_array((0, 0)))
        X = sparse.csr_array(X)
    model = exact(remote.ProximalLasso, tol=1e-9)
    with quiet():
        model.fit(dX, da.from_array(y, chunks=((20, 40),)), s)
        expected = local(model).fit(X, y, s)
    assert model.coef_.dtype == expected.coef_.dtype
    np.testing.assert_allclose(model.coef_, expected.coef_, atol=1e-5)
    assert model.objective_ == pytest.approx(expected.objective_, rel=1e-6)
    np.testing.assert_allclose(model.predict(dX).compute(), expected.predict(X), rtol=1e-4)


def test_unknown_lengths(route):
    """Chunks whose rows dask has not counted, of X and of y."""
    X, y, _ = data()
    dX, dy = da.from_array(X, chunks=(20, -1)), da.from_array(y, chunks=20)
    kept = dX[:, 5] > 2.0
    model = exact(remote.ProximalLasso).fit(dX[kept], dy[kept])
    rows = X[:, 5] > 2.0
    assert_same(model, exact(skl1.ProximalLasso).fit(X[rows], y[rows]))
    assert np.isnan(model.predict(dX[kept]).shape[0])
    searched = exact(remote.ProximalLassoCV)
    if route != "sums":
        with quiet(skl1.GridEdgeWarning):
            assert_same(searched.fit(dX[kept], dy[kept]), local(searched).fit(X[rows], y[rows]))
    with pytest.raises(ValueError, match="unknown lengths"):
        model.fit(dX[kept], y[rows])


def test_data_frames(route):
    pandas, frames = pytest.importorskip("pandas"), pytest.importorskip("dask.dataframe")
    X, y, s = data()
    table = pandas.DataFrame(X, columns=list("abcdefghijkl")).assign(y=y, s=s)
    dtable = frames.from_pandas(table, npartitions=3)
    dX, names = dtable[list("abcdefghijkl")], list("abcdefghijkl")
    model = exact(remote.ProximalLasso).fit(dX, dtable["y"], dtable["s"])
    expected = exact(skl1.ProximalLasso).fit(table[names], y, s)
    assert_same(model, expected)
    np.testing.assert_array_equal(model.feature_names_in_, names)
    predicted = model.predict(dX)
    assert isinstance(predicted, frames.Series)
    np.testing.assert_allclose(predicted.compute(), expected.predict(table[names]))
    assert model.score(dX, dtable["y"]) == pytest.approx(expected.score(table[names], y))
    with pytest.raises(ValueError, match="feature names"):
        model.predict(dX[names[::-1]])
    model.fit(da.from_array(X, chunks=20), y)
    assert not hasattr(model, "feature_names_in_")


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_life_of_an_estimator(cls):
    """Parameters, clones, pickles, and the way back."""
    X, y, _ = data()
    dX, dy = da.from_array(X, chunks=(20, -1)), da.from_array(y, chunks=20)
    model = exact(cls, client="the client")
    assert clone(model).get_params() == model.get_params()
    assert pickle.loads(pickle.dumps(model)).client is None
    model.set_params(client=None)
    with quiet(skl1.GridEdgeWarning):
        model.fit(dX, dy)
    assert model.n_passes_ == 1
    assert model.n_bytes_ > 0
    back = model.to_local()
    assert type(back) is getattr(skl1, cls.__name__)
    np.testing.assert_array_equal(back.coef_, model.coef_)
    np.testing.assert_array_equal(back.predict(X), model.predict(X))
    assert isinstance(model.predict(dX), da.Array)
    np.testing.assert_allclose(model.predict(dX).compute(), back.predict(X))
    np.testing.assert_allclose(pickle.loads(pickle.dumps(model)).coef_, back.coef_)
    assert exact(cls).to_local().get_params() == back.get_params()
    assert "_taken" not in vars(model)
    for wrong in (X, "abc"):
        with pytest.raises(TypeError, match="dask array or data frame"):
            exact(cls).fit(wrong, y)
    with pytest.raises(ValueError, match="expecting 12 features"):
        model.predict(dX[:, :5])


@pytest.mark.parametrize("cv", [2, KFold(4, shuffle=True, random_state=0)], ids=str)
def test_folds(cv, route):
    if route == "sums":
        pytest.skip("rows that stay away serve the Lasso alone")
    X, y, s = data()
    model = exact(remote.ProximalLassoCV, cv=cv, l1_ratio=[0.5, 1.0])
    assert_same(*fit_both(model, X, y, s, CHUNKS["both"]))
    bic = exact(remote.ProximalLassoCV, selection="bic")
    with quiet(skl1.GridEdgeWarning):
        bic.fit(da.from_array(X, chunks=(20, 5)), y, s)
        assert bic.alpha_ == pytest.approx(local(bic).fit(X, y, s).alpha_)


def test_folds_that_are_refused(route):
    X, y, s = data()
    dX = da.from_array(X, chunks=(20, -1))
    with pytest.raises(ValueError, match="held out once"):
        remote.ProximalLassoCV(cv=ShuffleSplit(3, random_state=0)).fit(dX, y)
    with pytest.raises(ValueError, match="scoring"):
        remote.ProximalLassoCV(scoring="r2").fit(dX, y)
    with pytest.raises(ValueError, match="61 folds of 60 rows"):
        remote.ProximalLassoCV(cv=61).fit(dX, y)
    s[:30] = 0.0
    with pytest.raises(ValueError, match="have a (sample_)?weight of 0"):
        remote.ProximalLassoCV(cv=2).fit(dX, y, s)


@pytest.mark.parametrize("chunks", CHUNKS.values(), ids=CHUNKS)
def test_paths(chunks):
    X, y, s = data()
    options = {"n_alphas": 6, "eps": 0.05, "tol": 1e-12, "l1_ratio": 0.7, "return_path": True}
    dX, dy = da.from_array(X, chunks=chunks), da.from_array(y, chunks=(chunks[0],))
    path = remote.lasso_path(dX, dy, sample_weight=s, **options)
    expected = skl1.lasso_path(X, y, sample_weight=s, **options)
    np.testing.assert_allclose(path.coefs, expected.coefs, atol=1e-6)
    np.testing.assert_allclose(path.objectives, expected.objectives, rtol=1e-10)
    assert path.n_passes == 1
    assert isinstance(path, skl1.LassoPath)
    alphas, coefs, gaps = remote.lasso_path(dX, dy, alphas=[0.1, 0.3], fit_intercept=False)
    assert coefs.shape == (12, 2)
    assert gaps.shape == alphas.shape


@pytest.mark.parametrize("most", [-1.0, np.inf], ids=["sums", "columns at the client"])
def test_long_paths(most, monkeypatch):
    """Beyond the columns whose moments are taken."""
    monkeypatch.setattr(remote.path.Along, "_formed", 1)
    monkeypatch.setattr("skl1.problems.moments.PATHS", 1)
    monkeypatch.setattr("skl1.problems.moments.ALL", 1)
    monkeypatch.setattr(estimators.DaskRegressor, "_rows_at_most", lambda *_: most)
    X, y, _ = data()
    options = {"n_alphas": 6, "eps": 0.05, "tol": 1e-12, "return_path": True}
    path = remote.lasso_path(da.from_array(X, chunks=(20, 6)), y, **options)
    np.testing.assert_allclose(path.coefs, skl1.lasso_path(X, y, **options).coefs, atol=1e-6)
    assert path.n_passes > 1


def test_import_without_pandas_and_pyarrow(tmp_path):
    for name in ("pandas", "pyarrow"):
        (tmp_path / f"{name}.py").write_text("raise ImportError('not needed')")
    code = (
        "import dask.array as da, numpy as np; "
        "from skl1.dask import ProximalLasso; "
        "X = da.from_array(np.eye(6), chunks=(2, -1)); "
        "print(ProximalLasso(0.01).fit(X, np.arange(6.0)).n_passes_)"
    )
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.stdout.strip(), run.stderr) == ("1", "")


def test_skl1_itself_does_not_load_dask():
    code = "import skl1, sys; print('dask' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


def test_after_a_failure_nothing_of_the_data_stays(route):
    X, y, _ = data()
    model = exact(remote.ProximalLasso)
    X[3, 3] = np.nan
    with pytest.raises(ValueError, match="NaN"):
        model.fit(da.from_array(X, chunks=(20, -1)), y)
    assert "_taken" not in vars(model)
    model.partial_fit(X[4:], y[4:])
    with pytest.raises(ValueError, match="NaN"):
        model.fit(da.from_array(X, chunks=(20, -1)), y)
    assert not hasattr(model, "n_passes_")


def test_models_of_rows_that_come_in_blocks_go_along():
    X, y, _ = data()
    model = exact(remote.ProximalLasso).partial_fit(X[:40], y[:40])
    back = model.to_local().partial_fit(X[40:], y[40:])
    assert back.n_samples_seen_ == 60
    np.testing.assert_allclose(back.coef_, exact(skl1.ProximalLasso).fit(X, y).coef_, atol=1e-9)
