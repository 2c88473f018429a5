"""Chunks that are not what they seem: each is named, none is believed."""

import warnings

import numpy as np
import pytest

import skl1
from dask_fits import (
    assert_same,
    da,
    data,
    exact,
    local_scheduler_fixture,  # noqa: F401
    route_fixture,  # noqa: F401
)
from skl1 import dask as remote
from skl1.dask import estimators, grid


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
        model.fit(dX, dX[:, :, None])
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


def test_shapes_that_are_unusual(route):
    X, y, s = data()
    model = exact(remote.ProximalLasso)
    dX = da.from_array(X, chunks=((20, 40), (0, 5, 0, 7)))
    assert_same(model.fit(dX, y[:, None], s), exact(skl1.ProximalLasso).fit(X, y, s))
    np.testing.assert_allclose(model.predict(dX).compute(), model.predict(X))
    for wrong in (np.stack([y, y], axis=1), da.from_array(np.array(2.0)), np.array(2.0)):
        with pytest.raises(ValueError, match="one dimension"):
            model.fit(dX, y, wrong)
    for wrong in (np.stack([y, y], axis=1)[:, :, None], da.from_array(np.array(2.0))):
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
