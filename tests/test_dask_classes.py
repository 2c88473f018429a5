"""Estimators on dask as objects: derived, cloned, interrupted."""

import pickle
import warnings
from typing import ClassVar

import numpy as np
import pytest
from sklearn.base import clone

import skl1
from common import quiet
from dask_contract import (
    HEIGHT,
    NAMES,
    N,
    chunked,
    da,
    data,
    every_class,
    every_way,
    frames,
    local_scheduler_fixture,  # noqa: F401
    on_dask,
    pandas,
    route_fixture,  # noqa: F401
    with_bad,
)
from skl1 import dask as remote
from skl1.dask import cluster, grid


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
