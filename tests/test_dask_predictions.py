"""What fitted models on dask predict and score, from whatever comes."""

import numpy as np
import pytest

import skl1
from common import quiet
from dask_contract import (
    HEIGHT,
    SHAPES,
    arrays,
    bag,
    chunked,
    compare_predictions,
    da,
    dask,
    data,
    every_class,
    frames,
    local_scheduler_fixture,  # noqa: F401
    on_dask,
    pandas,
    tables,
    with_bad,
)
from skl1 import dask as remote


@pytest.mark.parametrize("kind", arrays())
@every_class
def test_arrays_are_predicted_as_in_memory(cls, kind):
    plain, _, _ = data()
    X = arrays()[kind]
    dX, good = chunked(X, plain), (plain, da.from_array(plain, chunks=(HEIGHT, -1)))
    if kind in SHAPES:
        with quiet(skl1.GridEdgeWarning):
            lazy = on_dask(cls).fit(good[1], data()[1]).predict(dX)
        with pytest.raises(ValueError, match=r"Chunk \d of X has the shape"):
            lazy.compute()
        return
    compare_predictions(cls, X, dX, good)


@pytest.mark.parametrize("kind", tables())
@every_class
def test_frames_are_predicted_as_in_memory(cls, kind):
    dX, plain = frames.from_pandas(tables()[kind], npartitions=3), tables()["plain"]
    X = dX.compute()
    start = X if kind in {"all float32", "names that are numbers", "an index of names"} else plain
    compare_predictions(cls, X, dX, (start, frames.from_pandas(start, npartitions=3)))


@every_class
def test_what_is_predicted(cls):
    """Lazily: kinds, lengths, indices and chunks are known before anything is computed."""
    table, (X, y, _) = tables()["an index of names"], data()
    dX, dy = da.from_array(X, chunks=(HEIGHT, -1)), da.from_array(y, chunks=HEIGHT)
    with quiet(skl1.GridEdgeWarning):
        model = on_dask(cls).fit(dX, dy)
    expected = model.to_local().predict(X)
    got = model.predict(dX.rechunk((7, 2)))
    assert got.chunks == dX.rechunk((7, 2)).chunks[:1]
    np.testing.assert_allclose(got.compute(), expected, rtol=1e-12)
    np.testing.assert_allclose(got[3:20].compute(), expected[3:20], rtol=1e-12)
    kept = dX[dX[:, 0] > 2.0]
    np.testing.assert_allclose(model.predict(kept).compute(), expected[X[:, 0] > 2.0], rtol=1e-12)
    none = dX[dX[:, 0] > 1e9]
    assert model.predict(none).compute().shape == (0,)
    gaps = da.concatenate([dX[:0], dX[:12], dX[:0], dX[12:]])
    np.testing.assert_allclose(model.predict(gaps).compute(), expected, rtol=1e-12)
    with pytest.raises(ValueError, match="0 sample"):
        model.predict(dX[:0])
    for wrong in (dask.delayed(X), bag.from_sequence([1.0])):
        with pytest.raises(TypeError, match="dask array or data frame"):
            model.predict(wrong)
        with pytest.raises(TypeError, match="dask array or data frame"):
            on_dask(cls).fit(wrong, y)
    for arguments in ((dask.delayed(y),), (y, dask.delayed(y))):
        with pytest.raises(TypeError, match="dask array or series"):
            on_dask(cls).fit(dX, *arguments)
    frame = frames.from_pandas(table, npartitions=3)
    with quiet(skl1.GridEdgeWarning):
        model = on_dask(cls).fit(frame, dy)
    lazy = model.predict(frame)
    assert isinstance(lazy, frames.Series)
    series = lazy.compute()
    assert (lazy.name, lazy.dtype, series.name, series.dtype) == ("y", float, "y", float)
    assert list(series.index) == list(table.index)
    assert lazy.index.dtype == series.index.dtype
    assert lazy.divisions == frame.divisions
    np.testing.assert_allclose(series, model.to_local().predict(table), rtol=1e-12)
    few = frame[frame["a"] > 3.5]  # partitions may be left without a row
    np.testing.assert_allclose(model.predict(few).compute(), series[table["a"] > 3.5])
    none = model.predict(frame[frame["a"] > 1e9]).compute()
    assert (none.size, none.dtype) == (0, float)


@every_class
def test_scores(cls):
    """As in memory, with weights of all kinds; what is wrong of y names its chunk."""
    X, y, s = data()
    dX, dy = da.from_array(X, chunks=(HEIGHT, -1)), da.from_array(y, chunks=HEIGHT)
    with quiet(skl1.GridEdgeWarning):
        model = on_dask(cls).fit(dX, dy, s)
    plain = model.to_local()
    expected = plain.score(X, y, s)
    for given in (s, da.from_array(s, chunks=HEIGHT), frames.from_pandas(pandas.Series(s), 3)):
        assert model.score(dX, dy, given) == pytest.approx(expected, rel=1e-12)
    assert model.score(dX, y) == pytest.approx(plain.score(X, y), rel=1e-12)
    assert model.score(X, dy) == pytest.approx(plain.score(X, y), rel=1e-12)
    assert model.set_params(client="not asked").score(X, y) == plain.score(X, y)
    model.set_params(client=None)
    assert model.score(dX, dy[:, None]) == pytest.approx(plain.score(X, y[:, None]), rel=1e-12)
    for value in (np.nan, np.inf, "abc"):
        bad = with_bad(y, value)
        with pytest.raises(ValueError, match="Chunk 1 of y"):
            model.score(dX, chunked(bad, y))
    with pytest.raises(ValueError, match="Chunk 1 of sample_weight"):
        model.score(dX, dy, chunked(with_bad(s, np.nan), s))
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        model.score(dX, dy[:20])


def test_scores_are_computed_where_fits_are(monkeypatch):
    X, y, _ = data()
    dX, dy = da.from_array(X, chunks=(HEIGHT, -1)), da.from_array(y, chunks=HEIGHT)
    model = on_dask(remote.ProximalLasso).fit(dX, dy)
    seen = []

    def compute(wanted, client):
        seen.append(client)
        return list(dask.compute(*wanted))

    monkeypatch.setattr("skl1.dask.predictions.compute", compute)
    model.set_params(client="mine").score(dX, dy)
    assert seen == ["mine"]
