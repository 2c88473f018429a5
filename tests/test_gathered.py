"""Gathered columns: Gram blocks and fits as from the columns themselves, however X is stored."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import sparse

from common import concrete, label
from skl1.designs import make_design
from skl1.designs.gathered import DenseGathered, Gathered, SparseGathered


def data(seed=0):
    rng = np.random.default_rng(seed)
    X = np.where(rng.random((30, 12)) < 0.3, rng.standard_normal((30, 12)) + 2.0, 0.0)
    return X, rng.standard_normal(30), np.arange(30) % 4 / 3.0


@pytest.mark.parametrize("kind", sorted(concrete(Gathered), key=label), ids=label)
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_of_two_designs(kind, fit_intercept):
    """The columns serve another design on the same X, with weights of its own."""
    X, y, weights = data()
    store = sparse.csc_matrix(X) if kind is SparseGathered else X
    designs = [make_design(store, y, s, fit_intercept) for s in (None, weights)]
    gathered = kind(designs[0])
    order = np.array([7, 2, 11, 0, 5])
    gathered.extend(order[:1])
    gathered.extend(order[1:4])
    gathered.extend(order[4:])
    assert gathered.count == 5
    assert gathered.place[order].tolist() == [0, 1, 2, 3, 4]
    rows, columns = np.array([5, 7, 0]), np.array([2, 7])
    for design in designs:
        C = X - (design.weights @ X if fit_intercept else 0.0)
        exact = (C * design.weights[:, None]).T @ C
        block = gathered.gram(design, rows, columns)
        assert_allclose(block, exact[np.ix_(rows, columns)], rtol=1e-12, atol=1e-13)
    W = np.random.default_rng(1).standard_normal((3, 5))
    C = X - (designs[0].weights @ X if fit_intercept else 0.0)
    assert_allclose(gathered.fits(W), W @ C[:, order].T, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("kind", sorted(concrete(Gathered), key=label), ids=label)
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("rows", [30, 700])
def test_gram_matrices_of_other_weights(kind, fit_intercept, rows):
    """Block by block, centred by these weights: as from the columns themselves."""
    rng = np.random.default_rng(3)
    X = np.where(rng.random((rows, 9)) < 0.4, rng.standard_normal((rows, 9)) + 1.0, 0.0)
    X = X.astype(np.float32)
    store = sparse.csc_matrix(X) if kind is SparseGathered else X
    first = make_design(store, rng.standard_normal(rows), None, fit_intercept)
    gathered = kind(first)
    gathered.extend(np.array([4, 2, 7]))
    gathered.extend(np.array([0, 8, 5, 1]))
    v = rng.random(rows) * (rng.random(rows) < 0.8)
    centre = first.x_mean[gathered.features]
    shift = gathered.sums(v) / v.sum() if fit_intercept else np.zeros(7)
    C = X[:, gathered.features].astype(np.float64)
    assert_allclose(gathered.sums(v), v @ (C - centre), rtol=1e-11, atol=1e-12)
    C -= v @ C / v.sum() if fit_intercept else 0.0
    exact = (C * v[:, None]).T @ C
    for first_ones, more in [([], range(7)), ([], [1, 4]), ([5, 0], [2, 3, 6]), ([1], [0])]:
        old, new = np.array(first_ones, dtype=np.intp), np.array(more)
        block = gathered.weighted_gram(old, new, v, shift)
        expected = exact[np.ix_(new, np.concatenate([old, new]))]
        assert_allclose(block, expected, rtol=1e-10, atol=1e-11)
    assert gathered.work > 0.0
    one = rng.standard_normal((1, 7))
    whole = X[:, gathered.features] - centre
    assert_allclose(gathered.fits(one), one @ whole.T, rtol=1e-11, atol=1e-12)


def test_designs_choose_by_how_full_they_are():
    """A sparse matrix of mostly numbers is gathered as a dense one."""
    X, y, _ = data()
    assert type(make_design(X, y, None, True).gathering()) is DenseGathered
    assert type(make_design(sparse.csc_matrix(X), y, None, True).gathering()) is DenseGathered
    X[X < 3.0] = 0.0
    assert type(make_design(sparse.csc_matrix(X), y, None, True).gathering()) is SparseGathered
