"""Data that leave nothing to explain: an exact model has converged, in every estimator."""

import inspect

import numpy as np
import pytest
from sklearn.model_selection import KFold

import skl1
from common import EDGE, EMPTY, FOLD, label

pytestmark = [
    pytest.mark.filterwarnings(each) for each in ("error", EMPTY, EDGE, FOLD, "ignore:With alpha=0")
]

#: Every estimator and search of linear models.
EVERY = sorted(
    (
        found
        for found in (getattr(skl1, name) for name in skl1.__all__)
        if inspect.isclass(found) and hasattr(found, "fit_moments")
    ),
    key=label,
)
SMALL = {"n_alphas": 5, "k": 2}


def made(cls, **options):
    known = inspect.signature(cls).parameters
    return cls(**{name: each for name, each in {**SMALL, **options}.items() if name in known})


def table(dtype, seed=0):
    return np.random.default_rng(seed).standard_normal((30, 6)).astype(dtype)


@pytest.mark.parametrize("value", [0.0, 0.1, -2.7, 1e-7, 3e8 + 0.1])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("cls", EVERY, ids=label)
def test_a_constant_y(cls, dtype, value):
    """The intercept is all there is; that float32 rounds it is no failure."""
    model = made(cls).fit(table(dtype), np.full(30, value))
    assert model.converged_
    np.testing.assert_allclose(model.predict(table(dtype)), value, rtol=1e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("cls", EVERY, ids=label)
def test_y_that_unpenalised_features_explain(cls, dtype):
    """The null objective is 0 up to rounding, and so is that of the model."""
    X = table(dtype)
    y = 2.0 * X[:, 0].astype(float) - X[:, 1] + 1.0
    u = np.r_[0.0, 0.0, np.ones(4)]
    model = made(cls, penalty_weights=u).fit(X, y)
    assert model.converged_
    np.testing.assert_allclose(model.predict(X), y, atol=1e-5)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("cls", [c for c in EVERY if hasattr(c, "get_metadata_routing")], ids=label)
def test_folds_with_a_constant_y(cls, dtype):
    """In the training part of fold 0 there is nothing to explain."""
    if "cv" not in inspect.signature(cls).parameters:
        return
    X = table(dtype)
    y = np.where(np.arange(30) < 10, X[:, 0], 0.3)
    assert made(cls, cv=KFold(3), tol=1e-6).fit(X, y).converged_
    y = np.full(30, 0.3)
    assert made(cls, cv=KFold(3), tol=1e-6).fit(X, y).converged_


def test_what_float32_cannot_hold_is_still_told():
    """A spread far below the digits of the intercept: there was something to explain."""
    X = table(np.float32)
    y = 1e6 + 0.03 + 0.1 * X[:, 0].astype(float)
    with pytest.warns(UserWarning, match="stopped after"):
        model = skl1.RidgeGD(alpha=1e-3).fit(X, y)
    assert not model.converged_
