"""What a fit tells: attributes, history, warm starts, warnings."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning

from common import empty_prediction, is_convex, label, problem
from exactly import CONTAINERS, every, exact, fit
from skl1 import NonconvexLpRegressor, ProximalLasso, RidgeGD, SubgradientLasso
from skl1.exceptions import EmptyModelWarning


@pytest.mark.parametrize("container", ["C", "csc_array"])
@every
def test_fitted_attributes(cls, container):
    """All fitted attributes are there, of the right type and consistent."""
    X, y = problem()
    model = exact(cls, tol=1e-6).fit(CONTAINERS[container](X), y)
    assert isinstance(model.coef_, np.ndarray)
    assert model.coef_.shape == (8,)
    assert np.isscalar(model.intercept_)
    assert model.n_iter_ >= 1
    assert model.converged_ is True or model.converged_ is np.True_
    assert model.stop_reason_ == "tolerance reached"
    assert isinstance(model.objective_, float)
    assert model.sparse_coef_.shape == (1, 8)
    assert_array_equal(model.sparse_coef_.toarray()[0], model.coef_)
    assert not hasattr(model, "history_")
    if is_convex(model):
        null = 0.5 * y.var()
        assert 0.0 <= model.dual_gap_ <= 1e-6 * null
    else:
        assert 0.0 <= model.stationarity_ <= 1e-6


@pytest.mark.parametrize("solver", [None, "coordinate_descent", "ista", "fista"])
@every
def test_history(cls, solver):
    """The record has its columns, time runs forwards, and its end is the fitted model."""
    if solver and cls is not ProximalLasso:
        return
    X, y = problem(60, 12, noise=2.0)
    options = {"solver": solver} if solver else {}
    model = fit(exact(cls, record_history=True, **options), X, y)
    history = model.history_
    assert {"iteration", "seconds", "objective", "gap", "nonzeros"} <= set(history)
    lengths = {len(values) for values in history.values()}
    assert len(lengths) == 1
    assert lengths.pop() >= 1
    assert np.all(np.diff(history["seconds"]) >= 0.0)
    assert np.all(np.diff(history["iteration"]) > 0)
    assert history["iteration"][-1] <= model.n_iter_
    assert history["objective"][-1] == pytest.approx(model.objective_, rel=1e-12)
    certificate = model.dual_gap_ if is_convex(model) else model.stationarity_
    assert history["gap"][-1] == pytest.approx(certificate, rel=1e-6, abs=1e-14)
    assert history["nonzeros"][-1] == np.count_nonzero(model.coef_)
    assert all(np.isfinite(values).all() for values in history.values())
    if is_convex(model):
        assert np.all(np.diff(history["gap"]) <= 1e-12 * history["gap"][0] + history["gap"][:-1])


@every
def test_history_is_dropped(cls):
    """A fit without a record leaves none of an earlier fit's."""
    X, y = problem()
    model = exact(cls, tol=1e-4, record_history=True).fit(X, y)
    assert hasattr(model, "history_")
    assert not hasattr(model.set_params(record_history=False).fit(X, y), "history_")


@every
def test_warm_start(cls):
    """From its own solution a fit is done at once; a change of p or of columns starts anew."""
    X, y = problem(60, 12, noise=2.0)
    cold = exact(cls, tol=1e-6).fit(X, y)
    warm = exact(cls, tol=1e-6, warm_start=True).fit(X, y)
    assert_array_equal(cold.coef_, warm.coef_)
    again = warm.coef_.copy()
    warm.fit(X, y)
    assert warm.n_iter_ == 1
    assert_array_equal(warm.coef_, again)
    warm.fit(X[:, :5], y)
    narrow = exact(cls, tol=1e-6).fit(X[:, :5], y)
    assert_allclose(warm.coef_, narrow.coef_, atol=1e-2)


@every
def test_a_cold_start_forgets(cls):
    """Without warm_start a second fit is the first."""
    X, y = problem(60, 12, noise=2.0)
    model = exact(cls, tol=1e-6).fit(X, y)
    first, count = model.coef_.copy(), model.n_iter_
    model.fit(X, y)
    assert_array_equal(model.coef_, first)
    assert model.n_iter_ == count


@every
def test_an_empty_model_is_announced(cls):
    """A model without any feature warns once and names alpha_max_."""
    if cls is RidgeGD:  # never empty
        return
    X, y = problem()
    top = fit(cls(), X, y).alpha_max_
    with pytest.warns(EmptyModelWarning) as caught:
        model = cls(alpha=1.5 * top).fit(X, y)
    assert len(caught) == 1
    assert f"alpha_max_={model.alpha_max_:g}" in str(caught[0].message)
    assert not model.coef_.any()
    assert model.converged_
    assert model.intercept_ == pytest.approx(empty_prediction(model, y))
    assert model.n_iter_ >= 1


#: Instances that cannot be done in the iterations they have.
SHORT = [
    ProximalLasso(alpha=0.01, solver="coordinate_descent", max_iter=1, tol=1e-12),
    ProximalLasso(alpha=0.01, solver="ista", max_iter=2, tol=1e-12),
    ProximalLasso(alpha=0.01, solver="fista", max_iter=2, tol=1e-12),
    SubgradientLasso(alpha=0.01, max_iter=3),
    SubgradientLasso(alpha=0.01, max_iter=300, step_size="constant"),
    SubgradientLasso(alpha=0.01, max_iter=300, step_size="sqrt"),
    SubgradientLasso(alpha=0.01, max_iter=300, step_size="normalized"),
    RidgeGD(alpha=1e-3, max_iter=2, tol=1e-12),
    RidgeGD(alpha=1e-3, max_iter=2, tol=1e-12, acceleration=None),
    RidgeGD(alpha=1e-3, max_iter=2, tol=1e-12, acceleration="conjugate_gradient"),
    NonconvexLpRegressor(alpha=0.001, max_iter=1, tol=1e-15, p=0.7),
]


@pytest.mark.parametrize("model", SHORT, ids=label)
def test_one_warning_says_what_was_reached(model):
    """One ConvergenceWarning a fit: the figure reached, the figure wanted, what to do."""
    X, y = problem(80, 120, noise=3.0, nonzero=60)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = clone(model).fit(X, y)
    messages = [str(w.message) for w in caught if w.category is ConvergenceWarning]
    assert len(messages) == len(caught) == 1
    message = messages[0]
    assert not model.converged_
    assert model.stop_reason_ == "max_iter reached"
    assert type(model).__name__ in message
    reached = model.dual_gap_ if is_convex(model) else model.stationarity_
    assert f"{reached:.3g}" in message
    wanted = model.tol * 0.5 * y.var() if is_convex(model) else model.tol
    assert f"{wanted:.3g} was wanted" in message
    assert "max_iter" in message.partition("was wanted")[2] or "ProximalLasso" in message
    assert model.n_iter_ == model.max_iter
