"""What the tests of fits on dask share: data, both kinds of fits, routes."""

import numpy as np
import pytest

dask = pytest.importorskip("dask")
da = pytest.importorskip("dask.array")

from skl1.dask import estimators, search  # noqa: E402

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


@pytest.fixture(name="local_scheduler", autouse=True)
def local_scheduler_fixture():
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


@pytest.fixture(name="route", params=["moments", "columns at the client", "sums"])
def route_fixture(request, monkeypatch):
    """By which of the three ways data of a few columns are fitted."""
    if request.param != "moments":
        monkeypatch.setattr(estimators, "FEW", 1)
        monkeypatch.setattr(estimators.DaskRegressor, "_formed", 1)
        monkeypatch.setattr(search, "ENTRIES", 1)
        few = request.param == "sums"
        most = -1.0 if few else np.inf
        monkeypatch.setattr(estimators.DaskRegressor, "_rows_at_most", lambda *_: most)
    return request.param
