"""Responses, weights and thresholds that make no sense for a loss: over all that have one.

An error names the argument, the value and what to do, and nothing is fitted: neither an estimator
that is new nor one that was fitted before changes.
"""

import copy

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone, is_classifier

from common import label, public_classifiers, public_estimators, quiet
from skl1 import FoldWarning, GridEdgeWarning

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 4))
COUNTS = RNG.poisson(np.exp(1.0 + X[:, 0])).astype(float)
CLASSES = (X[:, 0] + RNG.normal(size=60) > 0.0).astype(int)

LOCAL = [model for model, remote in public_estimators() if not remote]
COUNTING = [
    m for m in LOCAL if m.__sklearn_tags__().target_tags.positive_only and not is_classifier(m)
]
CLIPPING = [m for m in LOCAL if "delta" in m.get_params()]

classifiers = pytest.mark.parametrize("model", public_classifiers(), ids=label)
counting = pytest.mark.parametrize("model", COUNTING, ids=label)
clipping = pytest.mark.parametrize("model", CLIPPING, ids=label)


#: Models that were fitted to good responses, by what they are.
FITTED = {}


def fitted_like(model):
    """A copy of the model, fitted to good responses: once for all that are alike."""
    key = label(model)
    if key not in FITTED:
        with quiet(GridEdgeWarning, FoldWarning):
            FITTED[key] = clone(model).fit(X, CLASSES if is_classifier(model) else COUNTS)
    return copy.deepcopy(FITTED[key])


def refuse(model, y, words, sample_weight=None, **parameters):
    """A ValueError with these words, of dense and sparse X, by new and by fitted estimators."""
    for data in (X, sparse.csr_array(X)):
        for trial in (clone(model), fitted_like(model)):
            trial.set_params(**parameters)
            before = {name: id(value) for name, value in vars(trial).items()}
            with pytest.raises(ValueError, match=words):
                trial.fit(data, y, sample_weight=sample_weight)
            assert {name: id(value) for name, value in vars(trial).items()} == before


def changed(y, value):
    y = np.array(y, dtype=float)
    y[7] = value
    return y


def test_there_are_such_estimators():
    for models, name in ((COUNTING, "Poisson"), (CLIPPING, "Huber")):
        assert any(name in type(model).__name__ for model in models)


# Class labels --------------------------------------------------------------------------------


@classifiers
@pytest.mark.parametrize("only", [0, 1.0, "yes", True], ids=repr)
def test_one_class(model, only):
    refuse(model, np.full(60, only), f"at least 2 classes.*one class, {only!r}.*StratifiedKFold")


@classifiers
def test_no_class_labels(model):
    """Numbers that are not whole, infinite ones, none, a mixture, pairs."""
    words = "Unknown label type.*y holds 0.5, which is no class label.*ProximalLasso.*y > 1.5"
    refuse(model, CLASSES + 0.5, words)
    refuse(model, changed(CLASSES, 0.5), words)
    refuse(model, changed(CLASSES, np.nan), "Input y contains NaN")
    refuse(model, changed(CLASSES, np.inf), "Input y contains infinity")
    refuse(model, np.array(["a", np.nan], dtype=object)[CLASSES], "Input y contains NaN")
    mixed = np.array(["a", 1], dtype=object)[CLASSES]
    refuse(model, mixed, r"labels of one kind.*y\.astype\(str\)")
    refuse(model, np.column_stack([CLASSES, 1 - CLASSES]), "y should be a 1d array")
    refuse(model, CLASSES + 1j, "Complex data not supported")


@classifiers
@pytest.mark.parametrize("label", [0, 1])
def test_a_class_without_weight(model, label):
    words = f"All weights of the class {label} are 0.*sample_weight and class_weight above 0"
    refuse(model, CLASSES, words, sample_weight=(label != CLASSES).astype(float))
    refuse(model, CLASSES, words, class_weight={label: 0.0})
    three = np.where(X[:, 1] > 0.5, 2, CLASSES)
    refuse(model, three, words, sample_weight=(three != label) * 2.0)
    refuse(model, three, words, (three != label) * 2.0, class_weight="balanced")


@classifiers
def test_bad_weights_of_classes(model):
    for factor in (-1.0, np.nan, np.inf, "2", None, [1.0], 1j):
        words = r"class_weight\[1\] must be a finite number, not negative; got"
        refuse(model, CLASSES, words, class_weight={1: factor})
    refuse(model, CLASSES, r"names 'b', which is no class of y.*\[0, 1\]", class_weight={"b": 1.0})
    refuse(model, CLASSES, "'class_weight' parameter", class_weight="equal")
    refuse(model, CLASSES, "'class_weight' parameter", class_weight=[1.0, 2.0])


# Counts --------------------------------------------------------------------------------------


@counting
def test_no_counts(model):
    refuse(model, changed(COUNTS, -2.0), "y must not be negative, got -2;.*ProximalLasso")
    refuse(model, changed(COUNTS, -1e-300), "y must not be negative, got -1e-300")
    refuse(model, changed(COUNTS, np.nan), "Input y contains NaN")
    refuse(model, changed(COUNTS, np.inf), "Input y contains infinity")
    refuse(model, np.zeros(60), "y must not be zero for all samples.*counts above 0")
    empty = (COUNTS == 0.0).astype(float)
    refuse(model, COUNTS, "y must not be zero for all samples", sample_weight=empty)
    refuse(model, np.full(60, "many"), "could not convert string to float|dtype='numeric'")


@counting
@pytest.mark.parametrize("count", [1e80, 1e150, 1e300, 1e308])
def test_counts_that_overflow(model, count):
    """An error speaks of their size; large counts below are fitted."""
    refuse(model, changed(COUNTS, count), "so large that their squares overflow; rescale|infinity")
    with quiet(GridEdgeWarning, FoldWarning):
        found = clone(model).fit(X, COUNTS * 1e12)
        usual = clone(model).fit(X, COUNTS)
    assert np.isfinite(found.predict(X)).all()
    assert found.predict(X).mean() == pytest.approx(1e12 * COUNTS.mean(), rel=1e-3)
    assert np.isfinite(usual.coef_).all()


# Outliers ------------------------------------------------------------------------------------


@clipping
def test_no_threshold(model):
    for value in (0.0, -1.0, np.nan, np.inf, "one", None):
        refuse(model, COUNTS, "'delta' parameter.*must be a float in the range", delta=value)
        refuse(model, COUNTS, "'scale' parameter.*must be", scale=value)


@clipping
def test_no_spread(model):
    """Half of the responses, or of their weight, at one value: the remedy is a number."""
    words = r'scale="mad" is 0, as at least half of the samples have the same y.*scale=1\.0'
    half = np.where(np.arange(60) < 31, 3.0, COUNTS + 10.0)
    refuse(model, half, words, scale="mad")
    heavy = np.where(np.arange(60) == 0, 1e3, 1.0)
    refuse(model, COUNTS, words, heavy, scale="mad")
    refuse(model, np.full(60, 2.0), words, scale="mad")
