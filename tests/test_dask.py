"""Fits on dask collections: the models are those of data in memory, whatever the chunks."""

import os
import pickle
import subprocess
import sys
import warnings

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.model_selection import KFold, ShuffleSplit

import skl1
from common import concrete, quiet
from skl1.designs import make_design
from skl1.penalties import L1
from skl1.problems.problem import Problem
from skl1.solvers.minimise import minimise

dask = pytest.importorskip("dask")
da = pytest.importorskip("dask.array")

from threadpoolctl import threadpool_info  # noqa: E402

from skl1 import dask as remote  # noqa: E402
from skl1.dask import estimators, grid, search, tasks  # noqa: E402
from skl1.dask.long import LongDesign  # noqa: E402
from skl1.dask.wide import WideDesign  # noqa: E402

#: Every estimator on dask collections.
CLASSES = sorted(
    concrete(estimators.DaskRegressor, on_dask=True) - {remote.path.Along}, key=lambda c: c.__name__
)
#: Parameters with which each converges as far as it can.
EXACT = {
    "ProximalLasso": {"alpha": 0.1, "tol": 1e-13},
    "RidgeGD": {"alpha": 0.1, "tol": 1e-14},
    "NonconvexLpRegressor": {"alpha": 0.05, "tol": 1e-12},
    "ProximalLassoCV": {"n_alphas": 8, "eps": 0.05, "tol": 1e-12},
}
CHUNKS = {
    "rows": ((17, 30, 13), (12,)),
    "columns": ((60,), (5, 1, 6)),
    "both": ((20, 40), (4, 8)),
    "one": ((60,), (12,)),
}


@pytest.fixture(autouse=True)
def local_scheduler():
    with dask.config.set(scheduler="synchronous"):
        yield


def data(n=60, p=12, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p)) + 3.0
    y = X[:, 0] - 2.0 * X[:, 1] + X[:, p // 2] + 0.5 * rng.standard_normal(n)
    s = rng.uniform(0.2, 2.0, n)
    s[3] = 0.0
    return X, y, s


def exact(cls, **options):
    return cls(**{**EXACT[cls.__name__], **options})


def local(model):
    """The estimator of data in memory with the same parameters."""
    options = model.get_params()
    del options["client"]
    return getattr(skl1, type(model).__name__)(**options)


def assert_same(model, expected):
    scale = max(np.abs(expected.coef_).max(), 1.0)
    np.testing.assert_allclose(model.coef_, expected.coef_, rtol=0.0, atol=2e-6 * scale)
    assert model.objective_ == pytest.approx(expected.objective_, rel=1e-10)
    assert model.intercept_ == pytest.approx(expected.intercept_, abs=1e-5)
    assert model.alpha_max_ == pytest.approx(expected.alpha_max_, rel=1e-10)
    assert model.converged_ == expected.converged_
    if hasattr(expected, "alpha_"):
        assert model.alpha_ == pytest.approx(expected.alpha_, rel=1e-10)
        np.testing.assert_allclose(model.mse_path_, expected.mse_path_, rtol=1e-7)


def fit_both(model, X, y, s, chunks, *, weigh=da.from_array):
    dX = da.from_array(X, chunks=chunks)
    dy = da.from_array(y, chunks=(chunks[0],))
    ds = None if s is None else weigh(s, chunks=(chunks[0],))
    with quiet(skl1.GridEdgeWarning, UserWarning):
        return model.fit(dX, dy, ds), local(model).fit(X, y, s)


@pytest.fixture(params=["moments", "columns at the client", "sums"])
def route(request, monkeypatch):
    """By which of the three ways data of a few columns are fitted."""
    if request.param != "moments":
        monkeypatch.setattr(estimators, "FEW", 1)
        monkeypatch.setattr(estimators.DaskRegressor, "_formed", 1)
        monkeypatch.setattr(search, "ENTRIES", 1)
        few = request.param == "sums"
        most = -1.0 if few else np.inf
        monkeypatch.setattr(estimators.DaskRegressor, "_rows_at_most", lambda *_: most)
    return request.param


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


def wrong_chunk(block, block_info=None):
    return block[:, :-1] if block_info[0]["chunk-location"][0] == 1 else block


def test_chunks_that_are_wrong(route):
    """The error names the chunk, whatever the route."""
    X, y, s = data()
    dX, dy = da.from_array(X, chunks=(20, -1)), da.from_array(y, chunks=20)
    model = exact(remote.ProximalLasso)
    bad = X.copy()
    for value in (np.nan, np.inf):
        bad[45, 3] = value
        with pytest.raises(ValueError, match="Chunk 2 of X contains NaN or infinity"):
            model.fit(da.from_array(bad, chunks=(20, -1)), dy)
        bad_y = y.copy()
        bad_y[25] = value
        with pytest.raises(ValueError, match="y contains NaN"):
            model.fit(dX, da.from_array(bad_y, chunks=20))
    with pytest.raises(ValueError, match=r"Chunk 1 of X has the shape \(20, 11\), but 12"):
        model.fit(dX.map_blocks(wrong_chunk, dtype=float), dy)
    with pytest.raises(ValueError, match="60 rows, but y has 50"):
        model.fit(dX, dy[:50])
    with pytest.raises(ValueError, match="60 rows, but y has the shape"):
        model.fit(dX, y[:50])
    with pytest.raises(ValueError, match="[Nn]egative"):
        model.fit(dX, dy, -da.from_array(s, chunks=20))
    with pytest.raises(ValueError, match="[Nn]egative"):
        model.fit(dX, dy, -s)
    with pytest.raises(ValueError, match="all zero|no row with a positive|non-zero"):
        model.fit(dX, dy, np.zeros(60))
    with pytest.raises(ValueError, match="at least one non-zero number"):
        model.fit(dX, dy, 0.0)
    with pytest.raises(ValueError, match="two dimensions"):
        model.fit(dX[:, 0], dy)
    with pytest.raises(ValueError, match="one dimension"):
        model.fit(dX, dX)
    with pytest.raises(ValueError, match="0 features"):
        model.fit(dX[:, :0], dy)
    with pytest.raises(ValueError, match="overflow|too large"):
        model.fit(dX * 1e200, dy)
    with pytest.raises(ValueError, match="no rows|at least one|minimum of 1|X has"):
        model.fit(dX[:0], dy[:0])
    assert not hasattr(model, "coef_")
    assert_same(model.fit(dX, dy[:, None], 2.0), exact(skl1.ProximalLasso).fit(X, y))


def test_lengths_that_turn_out_different(route):
    X, y, _ = data()
    dX, dy = da.from_array(X, chunks=(20, -1)), da.from_array(y, chunks=20)
    with pytest.raises(ValueError, match=r"Chunk \d of X has \d+ rows, but chunk|inconsistent"):
        exact(remote.ProximalLasso).fit(dX[dX[:, 5] > 2.0], dy[dX[:, 5] > 3.0])
    with pytest.raises(ValueError, match="3 chunks of rows, but y has 2"):
        exact(remote.ProximalLasso).fit(dX[dX[:, 5] > 2.0], dy.rechunk(30)[dy.rechunk(30) > 0])


def test_bad_chunks_are_named(monkeypatch):
    X, y, _ = data()
    model = exact(remote.ProximalLasso)
    with pytest.warns(UserWarning, match="y.rechunk"):
        model.fit(da.from_array(X, chunks=(20, -1)), da.from_array(y, chunks=30))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.fit(da.from_array(X, chunks=(20, 5)), y)
    monkeypatch.setattr(grid, "MOVED", 1)
    monkeypatch.setattr(estimators.DaskRegressor, "_rows_at_most", lambda *_: -1.0)
    with pytest.warns(UserWarning, match=r"2 chunks of columns.*X.rechunk\(\{1: -1\}\)"):
        remote.RidgeGD().fit(da.from_array(X, chunks=(20, 6)), y)
    monkeypatch.setattr(grid, "MANY", 2)
    with pytest.warns(UserWarning, match="3 chunks of at most"):
        model.fit(da.from_array(X, chunks=(20, -1)), y)
    monkeypatch.setattr(grid, "LARGE", 10)
    with pytest.warns(UserWarning, match="of which each worker needs several"):
        model.fit(da.from_array(X, chunks=(20, -1)), y)


def test_what_is_too_large_is_refused(monkeypatch):
    X, y, _ = data()
    dX = da.from_array(X, chunks=(20, -1))
    monkeypatch.setattr(estimators.DaskRegressor, "_formed", 1)
    monkeypatch.setattr(estimators.DaskRegressor, "_rows_at_most", lambda *_: -1.0)
    with pytest.raises(ValueError, match=r"RidgeGD of 60 x 12 on dask needs at most"):
        remote.RidgeGD().fit(dX, y)
    monkeypatch.setattr(search, "ENTRIES", 1)
    monkeypatch.setattr(search, "PLAYING", 1e12)
    with pytest.raises(ValueError, match="60 x 12 needs Gram matrices"):
        remote.ProximalLassoCV().fit(dX, y)
    monkeypatch.undo()
    monkeypatch.setattr(estimators, "FORMED", 1)
    monkeypatch.setattr("skl1.problems.problem.GRAM_COLUMNS", 1)
    with pytest.raises(ValueError, match='solver="auto"'):
        remote.ProximalLasso(solver="fista").fit(dX, y)


@pytest.mark.parametrize("kind", ["long", "wide"])
def test_products_of_designs(kind):
    """Against the design of data in memory: each product that a solver may ask for."""
    X, y, s = data()
    chunks = CHUNKS["both"]
    source = grid.Grid(da.from_array(X, chunks=chunks), da.from_array(y, chunks=(chunks[0],)), s)
    design = LongDesign(source, True) if kind == "long" else WideDesign(source, y, s, True)
    expected = make_design(X, y, s, True)
    rng = np.random.default_rng(1)
    w = rng.standard_normal(12) * (np.arange(12) % 3 == 0)
    close = {"rtol": 1e-11, "atol": 1e-12}
    for got, wanted in zip(design.gradient(w), expected.gradient(w), strict=True):
        np.testing.assert_allclose(got, wanted, **close)
    np.testing.assert_allclose(design.hessian(w), expected.hessian(w), **close)
    rows, columns = np.array([7, 2]), np.array([0, 3, 11, 5])
    np.testing.assert_allclose(design.gram(rows, columns), expected.gram(rows, columns), **close)
    for got, wanted in zip(
        design.gram_beside(rows, columns), expected.gram_beside(rows, columns), strict=True
    ):
        np.testing.assert_allclose(got, wanted, **close)
    for name in ("norms", "correlation", "energy", "x_mean", "y_mean", "n_samples"):
        np.testing.assert_allclose(getattr(design, name), getattr(expected, name), **close)
    np.testing.assert_allclose(design.least_squares(rows), expected.least_squares(rows), rtol=1e-8)
    np.testing.assert_allclose(
        design.nonnegative_least_squares(columns),
        expected.nonnegative_least_squares(columns),
        atol=1e-8,
    )
    assert design.entries(rows) == expected.entries(rows)
    assert design.forming(3) == expected.forming(3)
    with pytest.raises(ValueError, match="First-order"):
        design.operator()
    if kind == "wide":
        np.testing.assert_allclose(design.row_gram(w * w), expected.row_gram(w * w), **close)
        np.testing.assert_allclose(design.columns(rows), expected.columns(rows), **close)


def test_columns_at_the_client_stay_within_the_working_memory():
    X, y, _ = data(n=4000, p=300)
    source = grid.Grid(da.from_array(X, chunks=(-1, 50)), y, None)
    from sklearn import config_context

    with config_context(working_memory=1):  # 32 columns
        for start in range(0, 300, 20):
            np.testing.assert_array_equal(
                source.columns(np.arange(start, start + 20)), X[:, start : start + 20]
            )
            assert len(source._held) <= 32
        before = source.n_passes
        source.columns(np.arange(285, 300))
    assert source.n_passes == before


def test_passes_of_many_columns():
    """One pass for the sums, and two a round: as few rounds as a working set can do with."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((3000, 1200))
    y = X[:, ::40] @ rng.standard_normal(30) + rng.standard_normal(3000)
    dX = da.from_array(X, chunks=(1000, -1))
    alpha = np.abs(X.T @ (y - y.mean())).max() / 3000
    model = remote.ProximalLasso(0.1 * alpha, tol=1e-8).fit(dX, y)
    assert model.converged_
    assert model.n_passes_ <= 6
    path = remote.lasso_path(
        da.from_array(X[:200], chunks=(-1, 100)),
        y[:200],
        n_alphas=20,
        eps=0.1,
        tol=1e-8,
        return_path=True,
    )
    assert path.converged.all()
    assert path.n_passes <= 30


def test_tasks_use_one_thread():
    @tasks.task
    def threads():
        return [each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"]

    before = [each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"]
    assert set(threads()) == {1}
    after = [each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"]
    assert after == before


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


def test_zero_weights_do_not_hide_what_is_not_finite(route):
    X, y, _ = data()
    X[:20] = np.nan
    s = np.repeat([0.0, 1.0, 1.0], 20)
    with pytest.raises(ValueError, match="Chunk 0 of X contains NaN"):
        exact(remote.ProximalLasso).fit(da.from_array(X, chunks=(20, -1)), y, s)


def test_complex_numbers_are_refused(route):
    X, y, _ = data()
    dX, dy = da.from_array(X, chunks=(20, -1)), da.from_array(y, chunks=20)
    for one, other in [(dX + 1j, dy), (dX, dy + 1j), (dX, y + 1j)]:
        with pytest.raises(ValueError, match="Complex data not supported"):
            exact(remote.ProximalLasso).fit(one, other)


def test_chunks_that_are_not_what_dask_takes_them_for(route):
    """As after map_blocks with a function that changes the number of rows."""
    X, y, _ = data()
    dX, dy = da.from_array(X, chunks=(20, -1)), da.from_array(y, chunks=20)
    dX = dX.map_blocks(lambda block: np.repeat(block, 2, 0), dtype=float)
    dy = dy.map_blocks(lambda block: np.repeat(block, 2), dtype=float)
    if route != "sums":
        with pytest.raises(ValueError, match="chunks=..."):
            exact(remote.ProximalLassoCV).fit(dX, dy)


def test_a_column_that_vanishes_in_a_chunk(route):
    X, y, _ = data()
    X[:, 4] = np.exp(-(np.linspace(0.0, 20.0, 60) ** 2))
    y[:20] *= 1e-80
    model = exact(remote.ProximalLasso).fit(da.from_array(X, chunks=(20, -1)), y)
    assert_same(model, exact(skl1.ProximalLasso).fit(X, y))


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


def test_shapes_that_are_unusual(route):
    X, y, s = data()
    model = exact(remote.ProximalLasso)
    dX = da.from_array(X, chunks=((20, 40), (0, 5, 0, 7)))
    assert_same(model.fit(dX, y[:, None], s), exact(skl1.ProximalLasso).fit(X, y, s))
    np.testing.assert_allclose(model.predict(dX).compute(), model.predict(X))
    for wrong in (np.stack([y, y], axis=1), da.from_array(np.array(2.0))):
        with pytest.raises(ValueError, match="one dimension"):
            model.fit(dX, y, wrong)
        with pytest.raises(ValueError, match="one dimension"):
            model.fit(dX, wrong)
    with pytest.raises(ValueError, match="two dimensions"):
        model.predict(dX[0])
    kept = dX[:, 5] > 2.0
    rows = X[:, 5] > 2.0
    assert model.score(dX[kept], y[rows], s[rows]) == pytest.approx(
        model.to_local().score(X[rows], y[rows], s[rows])
    )
    single = exact(remote.ProximalLasso, tol=1e-4).fit(dX.astype(np.float32), y)
    assert single.predict(dX.astype(np.float32)).compute().dtype == np.float32
    assert single.predict(dX).dtype == single.predict(dX).compute().dtype == np.float64


def test_frames_of_mixed_kinds():
    pandas, frames = pytest.importorskip("pandas"), pytest.importorskip("dask.dataframe")
    X, y, _ = data()
    table = pandas.DataFrame(X, columns=list("abcdefghijkl"))
    table["a"] = table["a"] > 3.0
    table["b"] = table["b"].round().astype("Int64")
    dtable = frames.from_pandas(table, npartitions=3)
    model = exact(remote.ProximalLasso).fit(dtable, da.from_array(y, chunks=20))
    assert_same(model, exact(skl1.ProximalLasso).fit(table.astype(float), y))
    predicted = model.predict(dtable)
    assert predicted.dtype == predicted.compute().dtype == np.float64
    with pytest.raises(ValueError, match="two dimensions"):
        model.fit(dtable["c"], y)
    with pytest.raises(ValueError, match="0 features"):
        model.fit(dtable[[]], y)
    with pytest.raises(TypeError, match="all be strings"):
        model.fit(frames.from_pandas(table.rename(columns={"a": 1}), npartitions=3), y)


def test_what_makes_no_progress_ends():
    """Without an intercept, columns ten million spreads from zero are the same to rounding."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((400, 6)) + 1e7
    y = X[:, 0] - X[:, 1] + rng.standard_normal(400)
    dX = da.from_array(X, chunks=(100, -1))
    source = grid.Grid(dX, da.from_array(y, chunks=100), None)
    problem = Problem(LongDesign(source, False), L1(0.001), np.ones(6))
    solver = remote.ProximalLasso()._solver()
    result = minimise(solver, problem, problem.null.w, tol=1e-6, max_iter=10_000)
    assert result.model.stop_reason
    assert source.n_passes < 100
