"""The form on dask of every estimator and search that fits from moments, made from one class."""

import inspect
import pickle

import numpy as np
import pytest
from sklearn.base import clone

import skl1
from common import quiet, smaller
from dask_fits import (
    da,
    data,
    local_scheduler_fixture,  # noqa: F401
)
from skl1 import dask as remote
from skl1.dask import base, forms, search
from skl1.estimators.streamed import StreamedRegressor

#: Every public class whose fits need moments only; found by itself.
LOCAL = [
    cls
    for cls in (getattr(skl1, name) for name in skl1.__all__)
    if isinstance(cls, type) and hasattr(cls, "fit_moments")
]
every_local = pytest.mark.parametrize("local", LOCAL, ids=lambda cls: cls.__name__)
HEIGHT = 20
FOLDS = 3


def options(cls):
    """Parameters with which a fit is short, exact, and of some features."""
    known = inspect.signature(cls).parameters
    given = smaller(cls) | {"tol": 1e-12, "cv": FOLDS, "eps": 0.05}
    if "Subgradient" in cls.__name__:  # which magnifies rounding until it has converged
        given |= {"tol": 1e-10, "n_alphas": 2, "alphas": [0.4, 0.2]}
    return {name: value for name, value in given.items() if name in known}


def parts(X, y, s):
    """Moments of consecutive folds."""
    cuts = np.array_split(np.arange(len(y)), FOLDS)
    return [skl1.Moments.of(X[rows], y[rows], s[rows]) for rows in cuts]


def fitted(local, chunks, **more):
    """Of the same rows: on dask, from moments, and from rows."""
    X, y, s = data(p=8)
    given = options(local) | more
    dX, dy = da.from_array(X, chunks=chunks), da.from_array(y, chunks=(chunks[0],))
    ds = da.from_array(s, chunks=(chunks[0],))
    moments = parts(X, y, s)
    with quiet(skl1.GridEdgeWarning, skl1.FoldWarning, skl1.EmptyModelWarning, UserWarning):
        found = getattr(remote, local.__name__)(**given).fit(dX, dy, ds)
        by_sums = local(**given).fit_moments(moments if "cv" in given else sum(moments))
        return found, by_sums, local(**given).fit(X, y, s)


@every_local
def test_several_targets(local):
    """One pass for all; what each would be by itself."""
    X, y, s = data(p=8)
    Y = np.column_stack([y, X[:, 3] - 0.5 * y])
    given = options(local)
    shared = {name: False for name in ("shared_alpha", "shared_k") if name in local().get_params()}
    with quiet(skl1.GridEdgeWarning, skl1.FoldWarning, skl1.EmptyModelWarning, UserWarning):
        dX = da.from_array(X, chunks=(HEIGHT, -1))
        whole = getattr(remote, local.__name__)(**given, **shared).fit(dX, Y, s)
        cuts = np.array_split(np.arange(len(y)), FOLDS)
        moments = [skl1.Moments.of(X[rows], Y[rows], s[rows]) for rows in cuts]
        singles = [
            local(**given).fit_moments(each if "cv" in given else sum(each))
            for each in ([part.of_target(k) for part in moments] for k in range(2))
        ]
    assert whole.n_passes_ == 1
    for k, single in enumerate(singles):
        scale = max(np.abs(single.coef_).max(), 1.0)
        np.testing.assert_allclose(whole.coef_[k], single.coef_, atol=1e-8 * scale)
        assert whole.objective_[k] == pytest.approx(single.objective_, rel=1e-9)
        if shared:
            assert whole.best_index_[k] == single.best_index_


def assert_equal_models(got, expected, tolerance):
    scale = max(np.abs(expected.coef_).max(), 1.0)
    np.testing.assert_allclose(got.coef_, expected.coef_, rtol=0.0, atol=tolerance * scale)
    assert got.intercept_ == pytest.approx(expected.intercept_, abs=10.0 * tolerance * scale)
    assert got.objective_ == pytest.approx(expected.objective_, rel=1e-9)
    for name in ("alpha_", "k_", "gamma_", "p_", "l1_ratio_", "epsilon_"):
        assert hasattr(got, name) == hasattr(expected, name)
        assert getattr(got, name, 0.0) == pytest.approx(getattr(expected, name, 0.0), rel=1e-9)
    if hasattr(expected, "mse_path_"):
        np.testing.assert_allclose(got.mse_path_, expected.mse_path_, rtol=1e-6)


def test_every_class_that_fits_from_moments_has_a_form():
    assert {cls.__name__ for cls in LOCAL} == set(forms.FORMS)
    assert set(remote.__all__) == {*forms.FORMS, "LassoPath", "lasso_path"}
    assert len(LOCAL) > 15


@every_local
def test_a_form_adds_only_how_data_are_read(local):
    form = getattr(remote, local.__name__)
    mixin = search.DaskSearch if hasattr(local, "cv") or "CV" in local.__name__ else None
    assert form.__bases__ == (mixin or base.DaskRegressor, local)
    assert issubclass(local, StreamedRegressor)
    extra = {"_formed", "_large"} if local is skl1.ProximalLasso else set()
    made = {"__init__", "__doc__", "_local", "_parameter_constraints", "_paragraphs", "_kind"}
    own = {name for name in vars(form) if not name.startswith(("__", "_abc"))} - made
    assert own <= extra | {"set_fit_request", "set_partial_fit_request", "set_score_request"}
    assert set(form().get_params()) == {*local().get_params(), "client"}
    assert f"`skl1.{local.__name__}` on dask collections." in form.__doc__
    assert "@" not in form.__doc__
    assert form.__module__.startswith("skl1.dask")


@every_local
def test_models_are_those_of_moments_and_of_rows(local):
    """To 1e-8 those of the same sums; those of the rows as far as the gaps of both let them."""
    got, by_sums, by_rows = fitted(local, ((17, 30, 13), (8,)))
    assert got.n_passes_ == 1
    assert_equal_models(got, by_sums, 1e-8)
    assert got.converged_ == by_sums.converged_
    apart = abs(got.objective_ - by_rows.objective_)
    gaps = getattr(got, "dual_gap_", 0.0) + getattr(by_rows, "dual_gap_", 0.0)
    assert apart <= gaps + 1e-9 * abs(by_rows.objective_)
    assert np.abs(got.coef_ - by_rows.coef_).max() <= 1e-5 * np.abs(by_rows.coef_).max()


@every_local
def test_models_of_columns_at_the_client(local, monkeypatch):
    """Where moments are too large: the same models, or an error that says why there is none."""
    monkeypatch.setattr(base.DaskRegressor, "_formed", 1)
    monkeypatch.setattr("skl1.dask.estimators.FEW", 1)
    monkeypatch.setattr(search, "ENTRIES", 1)
    monkeypatch.setattr(base.DaskRegressor, "_rows_at_most", lambda *_: np.inf)
    if "Subgradient" in local.__name__:
        monkeypatch.setattr("skl1.problems.problem.GRAM_COLUMNS", 1)
        with pytest.raises(ValueError, match="First-order methods need a pass"):
            fitted(local, ((20, 40), (4, 4)))
        return
    got, _, by_rows = fitted(local, ((20, 40), (4, 4)))
    assert got.n_passes_ > 1
    assert_equal_models(got, by_rows, 1e-6)


@every_local
def test_forms_are_objects_as_others_are(local):
    form = getattr(remote, local.__name__)
    model = form(**options(local), client="mine")
    assert clone(model).get_params() == model.get_params()
    assert pickle.loads(pickle.dumps(model)).client is None
    assert model.to_local().get_params() == local(**options(local)).get_params()
    X, y, _ = data()
    with quiet(skl1.GridEdgeWarning, skl1.FoldWarning, UserWarning):
        model.set_params(client=None).fit(da.from_array(X, chunks=(HEIGHT, -1)), y)
    back = model.to_local()
    assert type(back) is local
    assert vars(back).keys() >= {"coef_", "intercept_", "n_features_in_"}
    np.testing.assert_array_equal(back.predict(X), model.predict(X))
    lazy = model.predict(da.from_array(X, chunks=(HEIGHT, -1)))
    np.testing.assert_allclose(lazy.compute(), back.predict(X))


def test_first_stages_that_want_rows_are_refused():
    """Of sums as of columns that are elsewhere: named stages serve both."""
    X, y, _ = data()
    dX = da.from_array(X, chunks=(HEIGHT, -1))
    for form in (remote.AdaptiveLasso, remote.AdaptiveLassoCV):
        with pytest.raises(ValueError, match="first_stage=.* needs rows"):
            form(first_stage=skl1.ProximalLasso()).fit(dX, y)


def test_names_that_are_not_there():
    with pytest.raises(AttributeError, match="squared loss only"):
        remote.ProximalLogisticRegression  # noqa: B018
