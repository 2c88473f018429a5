"""Weights of samples on dask: any number, of any size, as in memory."""

import numpy as np
import pytest

import skl1
from common import quiet
from dask_contract import (
    BAD,
    HEIGHT,
    ROUTES,
    N,
    assert_refused_alike,
    assert_same_model,
    attempt,
    chunked,
    compare_fits,
    da,
    data,
    every_way,
    every_way_and,
    frames,
    in_memory,
    local_scheduler_fixture,  # noqa: F401
    on_dask,
    pandas,
    route_fixture,  # noqa: F401
    with_bad,
)
from skl1 import dask as remote
from skl1.dask import chunks, estimators
from skl1.dask.tasks import Sums


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


@every_way_and(kind=weightings(), where=["dask", "memory"])
def test_weights_are_taken_as_in_memory(cls, kind, where, route):
    X, y, plain = data()
    s, dX, dy = weightings()[kind], da.from_array(X, chunks=(HEIGHT, -1)), chunked(y, y)
    ds = s if where == "memory" else chunked(s, plain)
    if where == "dask" and isinstance(s, pandas.Series):
        ds = frames.from_pandas(s, npartitions=3)
    named = where == "dask" and kind != "zero"
    compare_fits(cls, X, dX, y, dy, s, ds, named=named)


@every_way_and(weight=[3, 3.0, True, np.float32(2.0), 0, 0.0, -1.0, np.nan, np.inf, "abc"])
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


@every_way_and(factor=[1e-303, 1e-150, 3.0, 1e150, 1e307], spread=["alike", "different"])
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


@every_way
def test_rows_without_weight_are_looked_at(cls, route):
    """In memory they must be finite too."""
    X, y, s = data()
    s[[2, BAD]] = 0.0
    dX, dy = da.from_array(with_bad(X, np.nan), chunks=(HEIGHT, -1)), da.from_array(y, HEIGHT)
    with pytest.raises(ValueError, match="Chunk 1 of X contains NaN"):
        on_dask(cls).fit(dX, dy, s)


def test_chunks_of_one_weight_are_no_numbers():
    """A chunk of weights that is a number is an error; one number for all rows is not."""
    assert chunks.weights(chunks.Everywhere(3.0), 4, 0).tolist() == [3.0] * 4
    with pytest.raises(ValueError, match="chunk 2 of sample_weight has the shape"):
        chunks.weights(3.0, 4, 2)
