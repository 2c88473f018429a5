"""What the tests share that compare dask with memory: estimators, routes, data, errors."""

import warnings

import numpy as np
import pytest
from scipy import sparse

import skl1
from common import quiet
from covering import pairs

dask = pytest.importorskip("dask")
da = pytest.importorskip("dask.array")
bag = pytest.importorskip("dask.bag")
frames = pytest.importorskip("dask.dataframe")
pandas = pytest.importorskip("pandas")

from skl1 import dask as remote  # noqa: E402
from skl1.dask import estimators, search  # noqa: E402

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


#: One of each way to fit: a convex one by steps and by a working set, a nonconvex one, a search.
#: All others are made as these are, and add nothing: ``test_dask_forms``.
CLASSES = [getattr(remote, name) for name in EXACT]
every_class = pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)


@pytest.fixture(name="local_scheduler", autouse=True)
def local_scheduler_fixture():
    with dask.config.set(scheduler="synchronous"):
        yield


@pytest.fixture(name="route")
def route_fixture(request, monkeypatch):
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


def can_go(cls, route, *_):
    return route in (ROUTES if "_large" in vars(cls) else ROUTES[:2])


def every_way_and(**factors):
    """Each class by each of its routes, and each of both with all values of these arguments."""
    return pairs(indirect=["route"], allowed=can_go, cls=CLASSES, route=ROUTES, **factors)


every_way = every_way_and()


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
