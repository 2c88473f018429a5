"""Stability selection of other losses than squares: halves of classes, paths, what is refused."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.base import clone, is_classifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import Lasso, LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline

import skl1
from common import FOLD, label, public_estimators, quiet
from skl1 import (
    ProximalHuberRegressor,
    ProximalLasso,
    ProximalLogisticRegression,
    ProximalPoissonRegressor,
    StabilitySelection,
)
from skl1.inference.halves import halved

RNG = np.random.default_rng(0)
X = RNG.normal(size=(160, 12)) + 0.5
ETA = 1.5 * X[:, 0] - 1.5 * X[:, 1]
CLASSES = np.array(["no", "yes"])[(ETA + RNG.logistic(size=160) > 0.0).astype(int)]
SCORES = np.column_stack([2.0 * X[:, 0], 2.0 * X[:, 1], -X[:, 0] - X[:, 1]])
THREE = np.array(list("abc"))[(SCORES + RNG.gumbel(size=SCORES.shape)).argmax(axis=1)]
COUNTS = RNG.poisson(np.exp(0.5 * ETA))
NOISY = ETA + RNG.normal(size=160)
NUMBERS = np.where(RNG.random(160) < 0.1, 100.0, NOISY)

CASES = {
    "labels": (ProximalLogisticRegression(), CLASSES),
    "three classes": (ProximalLogisticRegression(), THREE),
    "balanced": (ProximalLogisticRegression(class_weight="balanced"), CLASSES == "no"),
    "counts": (ProximalPoissonRegressor(), COUNTS),
    "outliers": (ProximalHuberRegressor(scale="mad"), NUMBERS),
    "the Lasso": (ProximalLasso(), NOISY),
}
every = pytest.mark.parametrize(("model", "y"), CASES.values(), ids=CASES)


def select(model, y, n_selected=3, n_pairs=5, data=X, sample_weight=None, **more):
    selector = StabilitySelection(
        n_selected, n_pairs=n_pairs, estimator=model, random_state=0, **more
    )
    return selector.fit(data, y, sample_weight)


@every
def test_the_features_that_matter(model, y):
    selector = select(model, y, n_pairs=20)
    assert selector.get_support()[:2].all()
    assert selector.selection_probabilities_.sum() == pytest.approx(3.0)
    assert selector.converged_
    assert 0.0 < selector.error_bound_ < 3.0
    assert selector.transform(X).shape == (160, selector.get_support().sum())
    assert not hasattr(model, "coef_")


@every
def test_the_first_to_enter(model, y):
    """On a half, those that are in use, for any class, at the alphas of fits from the top down."""
    selector = select(model, y, n_pairs=1)
    expected = np.zeros(12)
    labels = np.unique(y, return_inverse=True)[1] if is_classifier(model) else None
    for half in halved(np.arange(160), 1, np.random.RandomState(0), labels):
        tight = clone(model).set_params(tol=1e-10)
        with quiet():
            top = np.max(tight.set_params(alpha=1e9).fit(X[half], y[half]).alpha_max_)
            entry = np.full(12, np.inf)
            for k, share in enumerate(0.93 ** np.arange(1, 40)):
                coef = np.atleast_2d(
                    tight.set_params(alpha=share * top).fit(X[half], y[half]).coef_
                )
                entry[np.isinf(entry) & (coef != 0.0).any(axis=0)] = k
                size = np.abs(coef).max(axis=0) * X[half].std(axis=0)
                if np.isfinite(entry).sum() >= 3:
                    break
        last = np.flatnonzero(entry == k)
        spare = np.isfinite(entry).sum() - 3
        entry[last[np.argsort(size[last])[:spare]]] = np.inf
        expected[np.isfinite(entry)] += 0.5
    assert_array_equal(selector.selection_probabilities_, expected)


def test_a_lasso_as_estimator_is_the_default():
    """To the last digit, with its options."""
    u = np.r_[0.0, np.full(10, 1.0), np.inf]
    plain = StabilitySelection(
        3, n_pairs=5, l1_ratio=0.5, penalty_weights=u, positive=True, random_state=0
    ).fit(X, ETA)
    model = ProximalLasso(7.0, l1_ratio=0.5, penalty_weights=u, positive=True)
    given = select(model, ETA)
    assert_array_equal(given.selection_probabilities_, plain.selection_probabilities_)


def test_halves_have_as_many_rows_of_each_class():
    labels = np.repeat([0, 1, 2], [11, 4, 90])
    rows = np.arange(105)
    halves = halved(rows, 6, np.random.RandomState(0), labels)
    for one, other in zip(halves[::2], halves[1::2], strict=True):
        assert (
            np.bincount(labels[one]).tolist() == np.bincount(labels[other]).tolist() == [5, 2, 45]
        )
        assert np.unique(np.r_[one, other]).size == 104
    assert len({tuple(half) for half in halves}) == 12


@every
def test_storages_threads_and_callbacks(model, y):
    expected = select(model, y).selection_probabilities_
    for data in (sparse.csr_array(X), np.asfortranarray(X)):
        assert_allclose(select(model, y, data=data).selection_probabilities_, expected, atol=0.11)
    threads = select(model, y, n_jobs=2)
    assert_array_equal(threads.selection_probabilities_, expected)


@every
def test_weights(model, y):
    """A weight of 0 leaves the row out; equal weights change nothing; they reach the fits."""
    expected = select(model, y).selection_probabilities_
    same = select(model, y, sample_weight=np.full(160, 2.5))
    assert_array_equal(same.selection_probabilities_, expected)
    kept = RNG.random(160) < 0.7
    out = select(model, y, sample_weight=kept.astype(float))
    alone = select(model, y[kept], data=X[kept])
    assert_array_equal(out.selection_probabilities_, alone.selection_probabilities_)


def test_options_of_the_model():
    u = np.ones(12)
    u[2], u[0] = 0.0, np.inf
    for model, y in CASES.values():
        given = clone(model).set_params(penalty_weights=u)
        shares = select(given, y, n_pairs=1).selection_probabilities_
        assert (shares[0], shares[2]) == (0.0, 1.0)
        assert shares.sum() == pytest.approx(4.0)
    positive = select(ProximalLogisticRegression(positive=True), CLASSES)
    assert positive.selection_probabilities_[1] < 0.5 < positive.selection_probabilities_[0]


def test_in_a_pipeline_and_a_search():
    selector = StabilitySelection(
        2, n_pairs=5, estimator=ProximalLogisticRegression(), random_state=0
    )
    model = make_pipeline(selector, LogisticRegression())
    assert cross_val_score(model, X, CLASSES, cv=3).mean() > 0.7
    model.set_params(stabilityselection__estimator__class_weight="balanced").fit(X, CLASSES)
    assert model[0].estimator.class_weight == "balanced"


def test_what_falls_short_is_told():
    model = ProximalLogisticRegression(max_iter=1, tol=0.0)
    with pytest.warns(ConvergenceWarning, match="of 4 halves a model did not"):
        selector = select(model, CLASSES, n_pairs=2)
    assert not selector.converged_


# What is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["l1_ratio", "penalty_weights", "positive", "tol", "max_iter"])
def test_options_that_are_the_models(name):
    value = {"l1_ratio": 0.5, "penalty_weights": np.ones(12), "positive": True}.get(name, 7)
    words = rf"{name}=.* is for the Lasso.*estimator=ProximalLogisticRegression\({name}=\.\.\.\)"
    with pytest.raises(ValueError, match=words):
        select(ProximalLogisticRegression(), CLASSES, **{name: value})


OTHERS = [
    type(model)()
    for model, remote in public_estimators()
    if not remote and type(model).__name__.endswith(("Regressor", "Classifier", "GD"))
    and "Proximal" not in type(model).__name__ and "alpha" in model.get_params()
]  # fmt: skip


@pytest.mark.filterwarnings(FOLD)
@pytest.mark.parametrize("model", [*OTHERS, ProximalLogisticRegression(l1_ratio=0.0)], ids=label)
def test_penalties_along_which_features_do_not_enter(model):
    """Nonconvex ones, ridge regression and l1_ratio=0."""
    y = CLASSES if is_classifier(model) else ETA
    with pytest.raises((ValueError, TypeError), match=r"L1.*ProximalLogisticRegression\(\)"):
        select(model, y)


@pytest.mark.parametrize(
    "model",
    [Lasso(), skl1.ProximalLassoCV(), skl1.BestSubsetRegressor(2), LogisticRegression()],
    ids=label,
)
def test_other_estimators(model):
    with pytest.raises(TypeError, match="estimator must be None or an estimator of skl1"):
        select(model, ETA > 0.0)
    for wrong in (ProximalLasso, "lasso", 3):
        with pytest.raises((TypeError, ValueError), match="'?estimator'?"):
            select(wrong, ETA)


def test_bad_responses():
    with pytest.raises(ValueError, match=r"class 'rare' has only 1 row"):
        select(ProximalLogisticRegression(), np.where(np.arange(160) == 3, "rare", CLASSES))
    with pytest.raises(ValueError, match="only one class"):
        select(ProximalLogisticRegression(), np.full(160, "a"))
    with pytest.raises(ValueError, match="Unknown label type"):
        select(ProximalLogisticRegression(), ETA)
    with pytest.raises(ValueError, match="must not be negative"):
        select(ProximalPoissonRegressor(), ETA)
    with pytest.raises(ValueError, match="could not convert|numeric"):
        select(ProximalHuberRegressor(), CLASSES)
    rare = np.where(np.arange(160) == 3, 4, 0)
    with pytest.raises(ValueError, match="zero for all samples") as caught:
        select(ProximalPoissonRegressor(), rare)
    assert "one half of the rows" in caught.value.__notes__[0]
