"""What memory takes, dask takes with the same numbers; what memory refuses, dask refuses.

The errors are of the same kind, and name the chunk where only the chunk tells.
"""

import pickle
import re
import warnings
from typing import ClassVar

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone

import skl1
from common import quiet

dask = pytest.importorskip("dask")
da = pytest.importorskip("dask.array")
bag = pytest.importorskip("dask.bag")
frames = pytest.importorskip("dask.dataframe")
pandas = pytest.importorskip("pandas")

from skl1 import dask as remote  # noqa: E402
from skl1.dask import chunks, cluster, estimators, grid, search  # noqa: E402
from skl1.dask.tasks import Sums  # noqa: E402

#: Every public estimator, found by itself; each has a namesake in memory.
CLASSES = [
    each
    for each in map(remote.__dict__.get, remote.__all__)
    if isinstance(each, type) and issubclass(each, estimators.DaskRegressor)
]
every_class = pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
N, P, HEIGHT = 36, 4, 12
NAMES = list("abcd")
#: The row that is bad; it is in chunk 1.
BAD = 14
EXACT = {
    "ProximalLasso": {"alpha": 0.05, "tol": 1e-12},
    "RidgeGD": {"alpha": 0.1, "tol": 1e-13},
    "NonconvexLpRegressor": {"alpha": 0.02, "tol": 1e-11},
    "ProximalLassoCV": {"n_alphas": 6, "eps": 0.1, "tol": 1e-11, "cv": 3},
}


@pytest.fixture(autouse=True)
def local_scheduler():
    with dask.config.set(scheduler="synchronous"):
        yield


@pytest.fixture
def route(request, monkeypatch):
    """By which of the three ways data of a few columns are fitted."""
    if request.param != "moments":
        monkeypatch.setattr(estimators, "FEW", 1)
        monkeypatch.setattr(estimators.DaskRegressor, "_formed", 1)
        monkeypatch.setattr(search, "ENTRIES", 1)
        most = -1.0 if request.param == "sums" else np.inf
        monkeypatch.setattr(estimators.DaskRegressor, "_rows_at_most", lambda *_: most)
    return request.param


#: Rows that stay away serve those alone that say so.
ROUTES = ["moments", "columns at the client", "sums"]
WAYS = [
    pytest.param(cls, route, id=f"{cls.__name__}-{route}")
    for cls in CLASSES
    for route in (ROUTES if "_large" in vars(cls) else ROUTES[:2])
]
every_way = pytest.mark.parametrize(("cls", "route"), WAYS, indirect=["route"])


def data(seed=0):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((N, P)) + 2.0
    return X, X[:, 0] - X[:, 1] + 0.3 * rng.standard_normal(N), rng.uniform(0.5, 2.0, N)


def on_dask(cls, **options):
    return cls(**{**EXACT[cls.__name__], **options})


def in_memory(cls, **options):
    return getattr(skl1, cls.__name__)(**{**EXACT[cls.__name__], **options})


def with_bad(values, value):
    """The numbers with another one in the bad row."""
    values = np.array(values, dtype=object if isinstance(value, str | None) else None)
    values[(BAD, 2) if values.ndim == 2 else BAD] = value
    return values


def rows_of(values, start):
    """Rows of anything that has them; what has none is a chunk as it is."""
    cut = slice(start, start + HEIGHT)
    if sparse.issparse(values):
        return type(values)(values.tocsr()[cut])
    if isinstance(values, Device):
        return Device(values.array[cut])
    if isinstance(values, pandas.DataFrame | pandas.Series):
        return values.iloc[cut]
    return values[cut] if isinstance(values, np.ndarray | list) else values


def chunked(values, like):
    """A dask array whose chunks are rows of anything, whatever dask takes them for."""
    base = da.from_array(like, chunks=(HEIGHT, -1)[: like.ndim])
    kind = getattr(values, "dtype", None)
    kind = kind if isinstance(kind, np.dtype) else np.dtype(float)

    def chunk(_, block_id=None):
        return rows_of(values, HEIGHT * block_id[0])

    return base.map_blocks(chunk, dtype=kind, meta=np.empty((0,) * like.ndim, kind))


class Device:
    """An array that is elsewhere, as cupy's are: it does not become one of NumPy by itself."""

    def __init__(self, array):
        self.array, self.shape, self.dtype, self.ndim = array, array.shape, array.dtype, array.ndim

    def __array__(self, *_, **__):
        raise TypeError("Implicit conversion to a NumPy array is not allowed.")


class Unknown:
    """Nothing that anyone knows."""


def arrays():
    """X in memory as all kinds of arrays, good and bad, by their names."""
    X, _, _ = data()
    some = np.where(X > 2.0, X, 0.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        matrix = np.matrix(X)
    formats = ("csr", "csc", "coo", "dia", "bsr", "lil", "dok")
    stored = {kind: getattr(sparse, f"{kind}_array")(some) for kind in formats}
    return stored | {
        "csr_matrix": sparse.csr_matrix(some),
        "float32": X.astype(np.float32),
        "float16": X.astype(np.float16),
        "long double": X.astype(np.longdouble),
        "bool": X > 2.0,
        "integers": np.round(3.0 * X).astype(int),
        "uint8": np.round(np.abs(3.0 * X)).astype(np.uint8),
        "objects": X.astype(object),
        "Fortran": np.asfortranarray(X),
        "strings of numbers": X.astype(str),
        "bytes of numbers": X.astype(str).astype("S"),
        "strings": with_bad(X, "abc"),
        "None": with_bad(X, None),
        "NaN": with_bad(X, np.nan),
        "infinity": with_bad(X, np.inf),
        "minus infinity": with_bad(X, -np.inf),
        "a large integer": with_bad(X.astype(object), 10**400),
        "NA": with_bad(X.astype(object), pandas.NA),
        "complex": X + 1j,
        "dates": (np.abs(X) * 1000).astype("M8[ns]"),
        "differences of dates": (np.abs(X) * 1000).astype("m8[ns]"),
        "masked": np.ma.masked_greater(X, 4.0),
        "masked nowhere": np.ma.array(X),
        "matrix": matrix,
        "sparse NaN": sparse.csr_array(with_bad(some, np.nan)),
        "sparse integers": sparse.csr_array((3 * (X > 2.0)).astype(int)),
        "sparse bool": sparse.csr_array(X > 2.0),
        "sparse complex": sparse.csr_array(some * 1j),
        "lists": X.tolist(),
        "a number": 3.0,
        "nothing": None,
        "a word": "abc",
        "one dimension": X[:, 0],
        "three dimensions": X[:, :, None],
        "too narrow": X[:, :3],
        "no columns": X[:, :0],
        "a device": Device(X),
        "unknown": Unknown(),
    }


def tables():
    """X in memory as all kinds of data frames."""
    X, _, _ = data()
    frame = pandas.DataFrame(X, columns=NAMES)
    whole = np.round(3.0 * X[:, 2]).astype(int)
    column = {
        "Int64": pandas.array(whole, dtype="Int64"),
        "Int64 with NA": pandas.array([*whole[:BAD], pandas.NA, *whole[BAD + 1 :]], dtype="Int64"),
        "Float64": pandas.array(X[:, 2], dtype="Float64"),
        "Float64 with NA": pandas.array(with_bad(X[:, 2], None), dtype="Float64"),
        "boolean": pandas.array(X[:, 2] > 2.0, dtype="boolean"),
        "bool": X[:, 2] > 2.0,
        "objects": X[:, 2].astype(object),
        "None": with_bad(X[:, 2], None),
        "NaN": with_bad(X[:, 2], np.nan),
        "infinity": with_bad(X[:, 2], np.inf),
        "a string": with_bad(X[:, 2], "abc"),
        "strings": ["abc"] * N,
        "strings of numbers": X[:, 2].astype(str),
        "categories": pandas.Categorical(["u", "v"] * (N // 2)),
        "categories of numbers": pandas.Categorical([1, 2] * (N // 2)),
        "a category that is missing": pandas.Categorical([1] * BAD + [None] + [2] * (N - BAD - 1)),
        "complex": X[:, 2] + 1j,
        "dates": pandas.date_range("2020-01-01", periods=N),
        "differences of dates": pandas.to_timedelta(np.arange(N), "D"),
    }
    return {name: frame.assign(c=values) for name, values in column.items()} | {
        "plain": frame,
        "all float32": frame.astype(np.float32),
        "some float32": frame.astype({"a": np.float32}),
        "all Float32": frame.astype("Float32"),
        "float16": frame.astype(np.float16),
        "names that are numbers": pandas.DataFrame(X),
        "names of both kinds": pandas.DataFrame(X, columns=["a", 1, "c", 2]),
        "a name twice": pandas.DataFrame(X, columns=list("aabc")),
        "an index of names": frame.set_axis([f"row {k:02}" for k in range(N)]),
    }


def attempt(function):
    """What a function returns, or its error."""
    with quiet(skl1.GridEdgeWarning, skl1.FoldWarning, UserWarning):
        try:
            return function()
        except (TypeError, ValueError, OverflowError, RuntimeError) as error:
            return error


def kind_of(error):
    kinds = (TypeError, ValueError, OverflowError, RuntimeError)
    return next(kind for kind in kinds if isinstance(error, kind))


def assert_refused_alike(got, expected, *, named=True):
    assert isinstance(got, Exception), f"memory says {expected!r}, dask nothing"
    assert kind_of(got) is kind_of(expected), (got, expected)
    if named:
        assert "hunk" in str(got), got
    assert "chunk" not in "".join(getattr(got, "__notes__", [])), "a note is easily overlooked"


def assert_same_model(got, expected):
    assert not isinstance(got, Exception), got
    scale = max(np.abs(expected.coef_).max(), 1e-9)
    single = expected.coef_.dtype == np.float32
    tolerance = 1e-5 if single else 1e-7
    np.testing.assert_allclose(got.coef_, expected.coef_, rtol=0.0, atol=tolerance * scale)
    assert got.coef_.dtype == expected.coef_.dtype
    assert type(got.intercept_) is type(expected.intercept_)
    assert got.objective_ == pytest.approx(expected.objective_, rel=1e-5 if single else 1e-9)
    assert got.n_features_in_ == expected.n_features_in_
    assert hasattr(got, "feature_names_in_") == hasattr(expected, "feature_names_in_")
    if hasattr(expected, "feature_names_in_"):
        np.testing.assert_array_equal(got.feature_names_in_, expected.feature_names_in_)
    for name in ("criterion_path_", "mse_path_"):
        assert hasattr(got, name) == hasattr(expected, name)
        if hasattr(expected, name):
            wanted = getattr(expected, name)
            np.testing.assert_allclose(getattr(got, name), wanted, rtol=1e-4 if single else 1e-7)


def compare_fits(cls, X, dX, y, dy, s=None, ds=None, *, named=True, **options):
    expected = attempt(lambda: in_memory(cls, **options).fit(X, y, s))
    got = attempt(lambda: on_dask(cls, **options).fit(dX, dy, ds))
    if isinstance(expected, Exception):
        assert_refused_alike(got, expected, named=named)
    else:
        assert_same_model(got, expected)


def compare_predictions(cls, X, dX, start, *, named=True):
    """predict and score of a model that was fitted to good data."""
    _, y, s = data()
    model = attempt(lambda: on_dask(cls).fit(start[1], da.from_array(y, chunks=HEIGHT)))
    plain = attempt(lambda: in_memory(cls).fit(start[0], y))
    expected = attempt(lambda: plain.predict(X))
    lazy = attempt(lambda: model.predict(dX))
    got = lazy if isinstance(lazy, Exception) else attempt(lazy.compute)
    scored = attempt(lambda: model.score(dX, da.from_array(y, chunks=HEIGHT), s))
    if isinstance(expected, Exception):
        assert_refused_alike(got, expected, named=named and not isinstance(lazy, Exception))
        assert_refused_alike(scored, expected, named=False)
        return
    assert not isinstance(got, Exception), got
    single = expected.dtype == np.float32
    np.testing.assert_allclose(got, expected, rtol=1e-4 if single else 1e-6, atol=1e-6)
    assert got.dtype == lazy.dtype == expected.dtype
    assert scored == pytest.approx(plain.score(X, y, s), rel=1e-4)


# Data of other shapes than dask has been told are an error there, and need none in memory.
SHAPES = {"too narrow", "no columns"}


@pytest.mark.parametrize("kind", arrays())
@every_way
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
@every_way
def test_frames_are_fitted_as_in_memory(cls, kind, route):
    dX, (_, y, _) = frames.from_pandas(tables()[kind], npartitions=3), data()
    X, dy = dX.compute(), da.from_array(y, chunks=HEIGHT)  # dask may have changed some kinds
    known = {"complex", "dates", "differences of dates", "names of both kinds", "a name twice"}
    compare_fits(cls, X, dX, y, dy, named=kind not in known)


@pytest.mark.parametrize("kind", tables())
@every_class
def test_frames_are_predicted_as_in_memory(cls, kind):
    dX, plain = frames.from_pandas(tables()[kind], npartitions=3), tables()["plain"]
    X = dX.compute()
    start = X if kind in {"all float32", "names that are numbers", "an index of names"} else plain
    compare_predictions(cls, X, dX, (start, frames.from_pandas(start, npartitions=3)))


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
        "two columns": np.stack([y, y], axis=1),
        "a device": Device(y),
        "series": pandas.Series(y),
        "a frame of one column": pandas.DataFrame({"y": y}),
        "Float64": pandas.Series(y, dtype="Float64"),
        "Float64 with NA": pandas.Series(with_bad(y, None), dtype="Float64"),
        "Int64 with NA": pandas.Series([*range(BAD), pandas.NA, *range(BAD + 1, N)], dtype="Int64"),
    }


@pytest.mark.parametrize("where", ["dask", "memory"])
@pytest.mark.parametrize("kind", targets())
@every_way
def test_targets_are_taken_as_in_memory(cls, kind, where, route):
    X, plain, _ = data()
    y, dX = targets()[kind], da.from_array(X, chunks=(HEIGHT, -1))
    dy = y if where == "memory" else chunked(y, plain)
    if where == "dask" and isinstance(y, pandas.Series | pandas.DataFrame):
        dy = frames.from_pandas(y, npartitions=3)
    compare_fits(cls, X, dX, y, dy, named=where == "dask")


def weightings():
    """Sample weights in memory, good and bad."""
    _, _, s = data()
    return {
        "plain": s,
        "integers": np.arange(N) % 3,
        "bool": np.arange(N) % 3 > 0,
        "objects": s.astype(object),
        "zero in a chunk": np.where(np.arange(N) < HEIGHT, 0.0, s),
        "zero": np.zeros(N),
        "negative": with_bad(s, -1.0),
        "NaN": with_bad(s, np.nan),
        "infinity": with_bad(s, np.inf),
        "None": with_bad(s, None),
        "a string": with_bad(s, "abc"),
        "complex": s + 1j,
        "two dimensions": s[:, None],
        "series": pandas.Series(s),
        "Float64 with NA": pandas.Series(with_bad(s, None), dtype="Float64"),
        "lists": s.tolist(),
    }


@pytest.mark.parametrize("where", ["dask", "memory"])
@pytest.mark.parametrize("kind", weightings())
@every_way
def test_weights_are_taken_as_in_memory(cls, kind, where, route):
    X, y, plain = data()
    s, dX, dy = weightings()[kind], da.from_array(X, chunks=(HEIGHT, -1)), chunked(y, y)
    ds = s if where == "memory" else chunked(s, plain)
    if where == "dask" and isinstance(s, pandas.Series):
        ds = frames.from_pandas(s, npartitions=3)
    named = where == "dask" and kind != "zero"
    compare_fits(cls, X, dX, y, dy, s, ds, named=named)


@pytest.mark.parametrize(
    "weight", [3, 3.0, True, np.float32(2.0), 0, 0.0, -1.0, np.nan, np.inf, "abc"], ids=repr
)
@every_way
def test_one_weight_for_all_is_taken_as_in_memory(cls, weight, route):
    X, y, _ = data()
    dX, dy = da.from_array(X, chunks=(HEIGHT, -1)), da.from_array(y, chunks=HEIGHT)
    compare_fits(cls, X, dX, y, dy, weight, weight, named=False)


@pytest.mark.parametrize("criterion", ["aic", "bic", "ebic", "gcv"])
@pytest.mark.parametrize("weight", [0.5, 3.0])
@pytest.mark.parametrize("route", ROUTES[:2], indirect=True)
def test_criteria_count_weights(criterion, weight, route):
    """A weight of 3 means three rows: n is the sum of the weights, by a number as by a vector."""
    X, y, _ = data()
    dX, dy = da.from_array(X, chunks=(HEIGHT, -1)), da.from_array(y, chunks=HEIGHT)
    vector = np.full(N, weight)
    for s, ds in ((weight, weight), (weight, vector), (weight, da.from_array(vector, HEIGHT))):
        compare_fits(remote.ProximalLassoCV, X, dX, y, dy, s, ds, selection=criterion)
    if weight == 3.0:
        got = on_dask(remote.ProximalLassoCV, selection=criterion)
        repeated = in_memory(remote.ProximalLassoCV, selection=criterion)
        with quiet(skl1.GridEdgeWarning):
            got.fit(dX, dy, weight)
            repeated.fit(np.repeat(X, 3, axis=0), np.repeat(y, 3))
        np.testing.assert_allclose(got.criterion_path_, repeated.criterion_path_, rtol=1e-9)


@pytest.mark.parametrize("factor", [1e-303, 1e-150, 3.0, 1e150, 1e307])
@pytest.mark.parametrize("spread", ["alike", "different"])
@every_way
def test_weights_of_any_size(cls, factor, spread, route):
    """The model is that of ordinary weights, whatever they are multiplied by."""
    X, y, s = data()
    s = np.ones(N) if spread == "alike" else s
    dX, dy = da.from_array(X, chunks=(HEIGHT, -1)), da.from_array(y, chunks=HEIGHT)
    with quiet(skl1.GridEdgeWarning):
        expected = in_memory(cls).fit(X, y, s)
        given = [da.from_array(factor * s, chunks=HEIGHT), factor * s]
        for ds in [*given, factor] if spread == "alike" else given:
            assert_same_model(on_dask(cls).fit(dX, dy, ds), expected)


@pytest.mark.parametrize("factor", [1e-303, 1e-150, 1e150, 1e307])
@pytest.mark.parametrize("route", ROUTES, indirect=True)
def test_weights_of_very_different_sizes(factor, route):
    """Beside weights that many times as large, rows do not count."""
    X, y, s = data()
    s[:HEIGHT] *= factor
    dX, dy = da.from_array(X, chunks=(HEIGHT, -1)), da.from_array(y, chunks=HEIGHT)
    rows = slice(0, HEIGHT) if factor > 1.0 else slice(HEIGHT, N)
    expected = in_memory(remote.ProximalLasso).fit(X[rows], y[rows], s[rows] / s[rows].max())
    got = on_dask(remote.ProximalLasso).fit(dX, dy, da.from_array(s, chunks=HEIGHT))
    np.testing.assert_allclose(got.coef_, expected.coef_, atol=1e-8)
    assert got.objective_ == pytest.approx(expected.objective_, rel=1e-9)


def test_sums_of_weights_of_any_size():
    """Against sums of ordinary weights, in every order of the parts."""
    from skl1.dask.scaled import Scaled, scaled, unit_of

    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((2, 30)) + 3.0
    for factors in ([1.0, 1e150, 1e300], [1e-300, 1.0, 1e-150], [1e-300, 1e300, 0.0]):
        parts, s = [], np.repeat(factors, 10) * rng.uniform(0.5, 2.0, 30)
        for cut in (slice(0, 10), slice(10, 20), slice(20, 30)):
            unit = unit_of(s[cut])
            w = scaled(s[cut], unit)
            share = w / w.sum() if w.any() else w
            mx, my = share @ x[cut], share @ y[cut]
            dx, dy = x[cut] - mx, y[cut] - my
            moments = [w @ dx**2], [w @ (dx * dy)]
            sums = Sums(w.sum(), np.array([mx]), my, *map(np.array, moments), w @ dy**2)
            parts.append(Scaled(unit, sums))
        shares = s / s.max()
        shares = shares / shares.sum()
        mx, my = shares @ x, shares @ y
        for order in ((0, 1, 2), (2, 1, 0), (1, 2, 0)):
            a, b, c = (parts[k] for k in order)
            for whole in (a + b + c, a + (b + c)):
                got, weight = whole.sums, whole.sums.weight
                assert np.isfinite(weight)
                assert got.x_mean[0] == pytest.approx(mx, rel=1e-13)
                assert got.xx[0] / weight == pytest.approx(shares @ (x - mx) ** 2, rel=1e-12)
                expected = shares @ ((x - mx) * (y - my))
                assert got.xy[0] / weight == pytest.approx(expected, rel=1e-12, abs=1e-14)
                assert got.yy / weight == pytest.approx(shares @ (y - my) ** 2, rel=1e-12)


@pytest.mark.parametrize("weight", [3.0, 1e-303, 1e307])
@pytest.mark.parametrize("most", [None, -1.0, np.inf], ids=["moments", "sums", "columns"])
def test_paths_take_weights_of_any_size(weight, most, monkeypatch):
    if most is not None:
        monkeypatch.setattr(remote.path.Along, "_formed", 1)
        monkeypatch.setattr(estimators.DaskRegressor, "_rows_at_most", lambda *_: most)
    X, y, _ = data()
    dX, dy = da.from_array(X, chunks=(HEIGHT, -1)), da.from_array(y, chunks=HEIGHT)
    options = {"n_alphas": 4, "eps": 0.1, "tol": 1e-12, "return_path": True}
    expected = skl1.lasso_path(X, y, **options)
    for given in (weight, np.full(N, weight), da.full(N, weight, chunks=HEIGHT)):
        path = remote.lasso_path(dX, dy, sample_weight=given, **options)
        np.testing.assert_allclose(path.coefs, expected.coefs, atol=1e-8)
        np.testing.assert_allclose(path.objectives, expected.objectives, rtol=1e-10)
    single = remote.lasso_path(dX.astype(np.float32), dy, alphas=[0.1])
    assert single[1].dtype == skl1.lasso_path(X.astype(np.float32), y, alphas=[0.1])[1].dtype
    for bad in (0, -1.0, np.nan):
        wanted = attempt(lambda bad=bad: skl1.lasso_path(X, y, sample_weight=bad))
        got = attempt(lambda bad=bad: remote.lasso_path(dX, dy, sample_weight=bad))
        assert_refused_alike(got, wanted, named=False)


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


@every_way
def test_rows_without_weight_are_looked_at(cls, route):
    """In memory they must be finite too."""
    X, y, s = data()
    s[[2, BAD]] = 0.0
    dX, dy = da.from_array(with_bad(X, np.nan), chunks=(HEIGHT, -1)), da.from_array(y, HEIGHT)
    with pytest.raises(ValueError, match="Chunk 1 of X contains NaN"):
        on_dask(cls).fit(dX, dy, s)


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


def without_init(cls):
    class Derived(cls):
        """A class of a user."""

    return Derived


def with_init(cls):
    class Derived(cls):
        """A class of a user."""

        _parameter_constraints: ClassVar[dict] = {
            **cls._parameter_constraints,
            "extra": ["boolean"],
        }

        def __init__(self, tol=1e-9, extra=True, client=None):
            super().__init__(tol=tol, client=client)
            self.extra = extra

    return Derived


def without_client(cls):
    class Derived(cls):
        """A class of a user."""

        def __init__(self, tol=1e-9):
            super().__init__(tol=tol, fit_intercept=False)

    return Derived


class Mixin:
    """Of a user, and before the estimator."""


def behind_a_mixin(cls):
    class Derived(Mixin, cls):
        """A class of a user."""

    return Derived


@pytest.mark.parametrize("derive", [without_init, with_init, without_client, behind_a_mixin])
@every_class
def test_classes_derived_from_an_estimator(cls, derive):
    """Have their own parameters, constraints and docstring, and all else as it was."""
    before = (cls.__init__, cls._parameter_constraints, cls.__doc__)
    Derived = derive(cls)
    assert (cls.__init__, cls._parameter_constraints, cls.__doc__) == before
    own = {"with_init": {"tol", "extra", "client"}, "without_client": {"tol"}}.get(derive.__name__)
    own = own or set(cls().get_params())
    model = Derived(tol=1e-8)
    assert set(model.get_params()) == own
    assert Derived.__doc__ == "A class of a user."
    assert repr(model).startswith("Derived(tol=1e-08")
    twin = clone(model)
    assert type(twin) is Derived
    assert twin.get_params() == model.get_params()
    assert twin.set_params(tol=1e-7).tol == 1e-7
    X, y, _ = data()
    dX, dy = da.from_array(X, chunks=(HEIGHT, -1)), da.from_array(y, chunks=HEIGHT)
    with quiet(skl1.GridEdgeWarning):
        model.fit(dX, dy)
    back = model.to_local()
    assert type(back) is getattr(skl1, cls.__name__)
    assert back.fit_intercept is (derive is not without_client)
    np.testing.assert_array_equal(back.predict(X), model.predict(X))
    with pytest.raises(ValueError, match="'tol' parameter of Derived"):
        Derived(tol=-1.0).fit(dX, dy)
    if derive is with_init:
        assert Derived(extra=False).extra is False
        assert clone(Derived(extra=False, client="mine")).get_params() == {
            "tol": 1e-9,
            "extra": False,
            "client": "mine",
        }
        with pytest.raises(ValueError, match="'extra' parameter of Derived"):
            Derived(extra=7).fit(dX, dy)


def test_clones_keep_what_is_routed():
    from sklearn import config_context

    with config_context(enable_metadata_routing=True):
        model = remote.ProximalLasso(client="mine").set_score_request(sample_weight=True)
        twin = clone(model)
        assert twin.client == "mine"
        assert twin.get_metadata_routing().score.requests == {"sample_weight": True}


class Uncopied:
    """A connection can be neither copied nor pickled."""

    def __deepcopy__(self, _):
        raise AssertionError("copied")

    __reduce__ = __getstate__ = None


@every_class
def test_clients_go_along_as_they_are(cls):
    client = Uncopied()
    model = on_dask(cls, client=client)
    assert clone(model).client is client
    assert model.client is client
    assert pickle.loads(pickle.dumps(model)).client is None


def failing(how, monkeypatch):
    """Arguments of a fit that fails, and its error."""
    X, y, s = data()
    dX, dy = da.from_array(X, chunks=(HEIGHT, -1)), da.from_array(y, chunks=HEIGHT)
    if how in {"the cluster is gone", "interrupted", "interrupted later"}:
        error = RuntimeError if how == "the cluster is gone" else KeyboardInterrupt
        left = [1 if how == "interrupted later" else 0]

        def compute(wanted, client):
            if not left[0]:
                raise error(how)
            left[0] -= 1
            return cluster.compute(wanted, client)

        monkeypatch.setattr(grid, "compute", compute)
        return (dX, dy, None), error
    bad = {
        "not of dask": ((X, y, None), TypeError),
        "a bad chunk": ((chunked(with_bad(X, np.nan), X), dy, None), ValueError),
        "a bad y": ((dX, chunked(with_bad(y, np.nan), y), None), ValueError),
        "a bad weight": ((dX, dy, chunked(with_bad(s, -1.0), s)), ValueError),
        "no weight": ((dX, dy, da.zeros(N, chunks=HEIGHT)), ValueError),
        "other lengths": ((dX, dy[:20], None), ValueError),
        "squares that overflow": ((dX * 1e200, dy, None), ValueError),
        "a bad parameter": ((dX, dy, None), ValueError),
        "bad penalty weights": ((dX, dy, None), ValueError),
    }
    return bad[how]


FAILURES = [
    "not of dask",
    "a bad parameter",
    "bad penalty weights",
    "a bad chunk",
    "a bad y",
    "a bad weight",
    "no weight",
    "other lengths",
    "squares that overflow",
    "the cluster is gone",
    "interrupted",
    "interrupted later",
]


@pytest.mark.parametrize("how", FAILURES)
@pytest.mark.parametrize("before", ["not fitted", "fitted", "fitted to blocks"])
@every_way
def test_all_or_nothing(cls, before, how, route, monkeypatch):
    """After a fit that fails an estimator is what it was, whatever failed, and when."""
    X, y, _ = data(1)
    model = on_dask(cls)
    with quiet(skl1.GridEdgeWarning):
        if before == "fitted":
            frame = frames.from_pandas(pandas.DataFrame(X, columns=NAMES), npartitions=3)
            model.fit(frame, da.from_array(y, chunks=HEIGHT))
        elif before == "fitted to blocks":
            model.partial_fit(X, y)
    options = {"a bad parameter": {"tol": -1.0}, "bad penalty weights": {"penalty_weights": [1.0]}}
    model.set_params(**options.get(how, {}))
    arguments, error = failing(how, monkeypatch)
    state = dict(vars(model))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            model.fit(*arguments)
        except error:
            pass
        else:
            # A single pass has nothing to be interrupted later.
            assert how == "interrupted later", "it did not fail"
            return
    assert vars(model).keys() == state.keys()
    for name, value in state.items():
        assert vars(model)[name] is value, name


def test_chunks_of_one_weight_are_no_numbers():
    """A chunk of weights that is a number is an error; one number for all rows is not."""
    assert chunks.weights(chunks.Everywhere(3.0), 4, 0).tolist() == [3.0] * 4
    with pytest.raises(ValueError, match="chunk 2 of sample_weight has the shape"):
        chunks.weights(3.0, 4, 2)
