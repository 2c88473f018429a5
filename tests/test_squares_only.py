"""What is of squared loss only says so, and what to do: over all estimators and functions."""

import numpy as np
import pytest
from sklearn.base import clone, is_classifier

import skl1
from common import METHODS, label, public_estimators
from skl1 import ProximalLasso, ProximalLogisticRegression

RNG = np.random.default_rng(0)
X = RNG.normal(size=(80, 5))
Y = 2.0 * X[:, 0] - X[:, 1] + RNG.normal(size=80)
WORDS = np.array(["no", "yes"])[(Y > 0.0).astype(int)]

LOCAL = [model for model, remote in public_estimators() if not remote]
STREAMED = METHODS[1:]


@pytest.mark.parametrize("method", STREAMED)
@pytest.mark.parametrize("model", LOCAL, ids=label)
def test_blocks_and_moments(model, method):
    """Estimators of squares have them; the others have not, and say why."""
    if hasattr(model, method):
        assert not is_classifier(model)
        assert "Huber" not in type(model).__name__
        return
    words = f"{type(model).__name__} has no {method}: .*squared loss only.*ProximalLasso.*Give fit"
    with pytest.raises(AttributeError, match=words):
        getattr(model, method)
    with pytest.raises(AttributeError, match=f"'{type(model).__name__}' object has no attribute"):
        _ = model.fit_something


def test_there_are_both_kinds():
    assert {hasattr(model, "fit_moments") for model in LOCAL} == {True, False}
    assert hasattr(ProximalLasso(), "partial_fit")
    assert not hasattr(ProximalLogisticRegression(), "partial_fit")


@pytest.mark.parametrize("model", LOCAL, ids=label)
def test_on_dask(model):
    """What is not in skl1.dask says so; what is, is."""
    remote = pytest.importorskip("skl1.dask")
    name = type(model).__name__
    if name in remote.__all__:
        assert getattr(remote, name).__name__ == name
        return
    with pytest.raises(AttributeError, match=rf"skl1.dask has no {name}: .*squared.*skl1\.{name}"):
        getattr(remote, name)
    with pytest.raises(AttributeError, match="module 'skl1.dask' has no attribute 'nothing'"):
        _ = remote.nothing


NUMERIC = {
    **{type(model).__name__: clone(model).fit for model in LOCAL if not is_classifier(model)},
    "adaptive_weights": skl1.adaptive_weights,
    "debiased_lasso": skl1.debiased_lasso,
    "lasso_path": skl1.lasso_path,
    "lp_path": skl1.lp_path,
    "ridge_path": skl1.ridge_path,
    "subset_path": skl1.subset_path,
}


@pytest.mark.parametrize("name", NUMERIC)
def test_class_labels_where_numbers_are_wanted(name):
    """The error names y, and what takes labels."""
    words = r"could not convert string to float: .*y must hold numbers.*ProximalLogisticRegression"
    for labels in (WORDS, WORDS.astype(object), WORDS.tolist()):
        with pytest.raises(ValueError, match=words):
            NUMERIC[name](X, labels)
    missing = np.array([1.0, None], dtype=object)[(Y > 0.0).astype(int)]
    with pytest.raises(ValueError, match="Input y contains NaN"):
        NUMERIC[name](X, missing)


def test_adaptive_weights_of_another_loss():
    """A first estimate of labels, given as an array: then the classifier takes the weights."""
    first = ProximalLogisticRegression(0.01, l1_ratio=0.0).fit(X, WORDS)
    weights = skl1.adaptive_weights(X, WORDS == "yes", initial=first.coef_[0])
    size = np.abs(first.coef_[0])
    np.testing.assert_allclose(weights, size.max() / size)
    adaptive = ProximalLogisticRegression(0.05, penalty_weights=weights).fit(X, WORDS)
    plain = ProximalLogisticRegression(0.05).fit(X, WORDS)
    assert np.count_nonzero(adaptive.coef_) <= np.count_nonzero(plain.coef_)
    three = np.digitize(Y, [-1.0, 1.0])
    with pytest.raises(ValueError, match="one finite coefficient for each of the 5 features"):
        skl1.adaptive_weights(X, three, initial=ProximalLogisticRegression())
