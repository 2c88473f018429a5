"""What memory takes, dask takes with the same numbers; what memory refuses, dask refuses.

The errors are of the same kind, and name the chunk where only the chunk tells.
"""

import re

import numpy as np
import pytest
from numpy.testing import assert_allclose

import skl1
from common import quiet
from dask_contract import (
    BAD,
    HEIGHT,
    NAMES,
    SHAPES,
    Device,
    N,
    arrays,
    attempt,
    chunked,
    compare_fits,
    da,
    data,
    every_class,
    every_way,
    every_way_and,
    frames,
    in_memory,
    local_scheduler_fixture,  # noqa: F401
    on_dask,
    pandas,
    route_fixture,  # noqa: F401
    tables,
    with_bad,
)
from skl1 import dask as remote


@every_way_and(kind=arrays())
def test_arrays_are_fitted_as_in_memory(cls, kind, route):
    plain, y, _ = data()
    X = arrays()[kind]
    dX, dy = chunked(X, plain), da.from_array(y, chunks=HEIGHT)
    if kind in SHAPES:
        with pytest.raises(ValueError, match=r"Chunk \d of X has the shape"):
            on_dask(cls).fit(dX, dy)
        return
    known = kind in {"complex", "sparse complex"}  # before anything is computed
    compare_fits(cls, X, dX, y, dy, named=not known)


@every_way_and(kind=tables())
def test_frames_are_fitted_as_in_memory(cls, kind, route):
    dX, (_, y, _) = frames.from_pandas(tables()[kind], npartitions=3), data()
    X, dy = dX.compute(), da.from_array(y, chunks=HEIGHT)  # dask may have changed some kinds
    known = {"complex", "dates", "differences of dates", "names of both kinds", "a name twice"}
    compare_fits(cls, X, dX, y, dy, named=kind not in known)


def targets():
    """Y in memory, good and bad."""
    _, y, _ = data()
    return {
        "float32": y.astype(np.float32),
        "integers": np.round(3.0 * y).astype(int),
        "bool": y > 0.0,
        "objects": y.astype(object),
        "strings of numbers": y.astype(str),
        "a string": with_bad(y, "abc"),
        "None": with_bad(y, None),
        "NaN": with_bad(y, np.nan),
        "infinity": with_bad(y, -np.inf),
        "complex": y + 1j,
        "masked": np.ma.masked_greater(y, 1.0),
        "lists": y.tolist(),
        "a number": 3.0,
        "one column": y[:, None],
        "a device": Device(y),
        "series": pandas.Series(y),
        "a frame of one column": pandas.DataFrame({"y": y}),
        "Float64": pandas.Series(y, dtype="Float64"),
        "Float64 with NA": pandas.Series(with_bad(y, None), dtype="Float64"),
        "Int64 with NA": pandas.Series([*range(BAD), pandas.NA, *range(BAD + 1, N)], dtype="Int64"),
    }


@every_way_and(kind=targets(), where=["dask", "memory"])
def test_targets_are_taken_as_in_memory(cls, kind, where, route):
    X, plain, _ = data()
    y, dX = targets()[kind], da.from_array(X, chunks=(HEIGHT, -1))
    dy = y if where == "memory" else chunked(y, plain)
    if where == "dask" and isinstance(y, pandas.Series | pandas.DataFrame):
        dy = frames.from_pandas(y, npartitions=3)
    compare_fits(cls, X, dX, y, dy, named=where == "dask")


@every_way_and(where=["dask", "memory", "frame"])
def test_several_targets(cls, where, route):
    """As in memory, but for rows that stay away: these serve one target at a time."""
    X, y, s = data()
    both = np.stack([y, np.roll(y, 3) + 2.0], axis=1)
    dX = da.from_array(X, chunks=(HEIGHT, -1))
    given = {
        "dask": da.from_array(both, chunks=(HEIGHT, 1)),
        "memory": both,
        "frame": frames.from_pandas(pandas.DataFrame(both, columns=["u", "v"]), npartitions=3),
    }[where]
    if route == "sums":
        with pytest.raises(ValueError, match="one at a time: give one column of y"):
            on_dask(cls).fit(dX, given)
        return
    with quiet(skl1.GridEdgeWarning):
        model, plain = on_dask(cls).fit(dX, given, s), in_memory(cls).fit(X, both, s)
    assert_allclose(model.coef_, plain.coef_, atol=1e-7)
    assert_allclose(model.intercept_, plain.intercept_, atol=1e-6)
    assert_allclose(model.objective_, plain.objective_, rtol=1e-9)
    lazy = model.predict(dX)
    assert lazy.shape == (N, 2)
    assert_allclose(lazy.compute(), plain.predict(X), atol=1e-6)
    assert model.score(dX, given, s) == pytest.approx(plain.score(X, both, s))
    assert_allclose(model.to_local().predict(X), plain.predict(X), atol=1e-6)
    of_frame = model.predict(frames.from_pandas(pandas.DataFrame(X), npartitions=3))
    assert_allclose(of_frame.compute().to_numpy(), plain.predict(X), atol=1e-6)
    assert list(of_frame.columns) == ["y0", "y1"]


def disordered(frame, how):
    """A dask data frame, of whose partitions the second is not as dask takes it for."""

    def bend(part, partition_info=None):
        if partition_info is None or partition_info["number"] != 1:
            return part
        return how(part)

    whole = frames.from_pandas(frame, npartitions=3)
    return whole.map_partitions(bend, meta=frame.iloc[:0], enforce_metadata=False)


@pytest.mark.parametrize(
    ("how", "kind"),
    [
        (lambda part: part[NAMES[::-1]], ValueError),
        (lambda part: part.rename(columns={"b": "e"}), ValueError),
        (lambda part: part[NAMES[:3]], ValueError),
        (lambda part: part.assign(e=1.0), ValueError),
        (lambda part: part.set_axis(range(4), axis=1), ValueError),
        (lambda part: part.to_numpy(), TypeError),
    ],
    ids=["order", "name", "fewer", "more", "numbers", "array"],
)
@every_way
def test_partitions_that_are_not_as_the_frame(cls, how, kind, route):
    X, (_, y, _) = tables()["plain"], data()
    bad, dy = disordered(X, how), da.from_array(y, chunks=HEIGHT)
    with pytest.raises(kind, match="Chunk 1 of X"):
        on_dask(cls).fit(bad, dy)
    model = on_dask(cls)
    with quiet(skl1.GridEdgeWarning):
        model.fit(frames.from_pandas(X, npartitions=3), dy)
    lazy = model.predict(bad)
    with pytest.raises(kind, match="Chunk 1 of X"):
        lazy.compute()
    with pytest.raises(kind, match="Chunk 1 of X"):
        model.score(bad, dy)


@every_class
def test_names_are_compared_as_in_memory(cls):
    """By scikit-learn: other names are errors, names of one side only are warnings."""
    X, (_, y, _) = tables()["plain"], data()
    dX, dy = frames.from_pandas(X, npartitions=3), da.from_array(y, chunks=HEIGHT)
    model, plain = on_dask(cls), in_memory(cls)
    with quiet(skl1.GridEdgeWarning):
        model.fit(dX, dy)
        plain.fit(X, y)
    for wrong in (NAMES[::-1], NAMES[:3]):
        expected = attempt(lambda wrong=wrong: plain.predict(X[wrong]))
        assert isinstance(expected, ValueError)
        for given in (dX[wrong], X[wrong]):
            with pytest.raises(ValueError, match=re.escape(str(expected))):
                model.predict(given)
    with pytest.raises(ValueError, match="feature names"):
        model.predict(dX.rename(columns={"b": "e"}))
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        model.predict(da.from_array(X.to_numpy(), chunks=(HEIGHT, -1)))
    with quiet(skl1.GridEdgeWarning):
        model.fit(da.from_array(X.to_numpy(), chunks=(HEIGHT, -1)), dy)
    with pytest.warns(UserWarning, match="fitted without feature names"):
        model.predict(dX)
    with pytest.raises(ValueError, match="has 3 features"):
        model.predict(da.from_array(X.to_numpy()[:, :3], chunks=(HEIGHT, -1)))


@every_way
def test_chunks_of_other_lengths_than_dask_expects(cls, route):
    X, y, _ = data()
    dX, dy = da.from_array(X, chunks=(HEIGHT, -1)), da.from_array(y, chunks=HEIGHT)
    dX = dX.map_blocks(lambda block: np.repeat(block, 2, 0), dtype=float)
    dy = dy.map_blocks(lambda block: np.repeat(block, 2), dtype=float)
    with pytest.raises(ValueError, match="chunks=..."):
        on_dask(cls).fit(dX, dy)


@every_way
def test_blocks_of_columns_are_named(cls, route):
    """By the rows, or by rows and columns where only one block has been looked at."""
    X, y, _ = data()
    bad = da.from_array(with_bad(X, np.nan), chunks=(HEIGHT, 2))
    with pytest.raises(ValueError, match=r"Chunk (1|\(1, 1\)) of X contains NaN"):
        on_dask(cls).fit(bad, y)
    with quiet(skl1.GridEdgeWarning):
        lazy = on_dask(cls).fit(da.from_array(X, chunks=(HEIGHT, 2)), y).predict(bad)
    with pytest.raises(ValueError, match=r"Chunk \(1, 1\) of X contains NaN"):
        lazy.compute()


def test_rows_that_dask_does_not_expect():
    """Blocks are never stretched to the length of others beside them."""
    X, y, _ = data()
    model = on_dask(remote.ProximalLasso).fit(da.from_array(X, chunks=(HEIGHT, -1)), y)

    def shortened(block, block_id=None):
        return block[:1] if block_id == (1, 1) else block

    bad = da.from_array(X, chunks=(HEIGHT, 2)).map_blocks(shortened, dtype=float)
    with pytest.raises(ValueError, match=r"Chunk \(1, 1\) of X has 1 rows, but dask takes it"):
        model.predict(bad).compute()
    unknown = da.from_array(X, chunks=(HEIGHT, 2))[da.ones(N, dtype=bool, chunks=HEIGHT)]
    lost = unknown.map_blocks(shortened, dtype=float)
    with pytest.raises(ValueError, match="chunk 1 of X have different numbers of rows"):
        model.predict(lost).compute()
    with pytest.raises(ValueError, match="chunk 1 of X have different numbers of rows"):
        on_dask(remote.ProximalLasso).fit(bad, y)
