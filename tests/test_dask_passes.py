"""The passes over chunks: products, their memory, their threads."""

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from dask_fits import (
    CHUNKS,
    da,
    data,
    local_scheduler_fixture,  # noqa: F401
)
from skl1 import dask as remote
from skl1.dask import estimators, grid, search, tasks
from skl1.dask.long import LongDesign
from skl1.dask.wide import WideDesign
from skl1.designs import make_design
from skl1.penalties import L1
from skl1.problems.problem import Problem
from skl1.solvers.minimise import minimise


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
    assert design.forming(rows) == expected.forming(rows)
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
