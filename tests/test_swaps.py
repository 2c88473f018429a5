"""Exchanges among least-squares fits, against all neighbours fitted one by one."""

from itertools import product

import numpy as np
import pytest

from nonconvex_data import correlated
from skl1.designs import MomentDesign, make_design
from skl1.penalties import Lp, Ridged
from skl1.problems.problem import Problem
from skl1.search.column_store import ColumnStore
from skl1.search.swaps import Swaps

pytestmark = pytest.mark.filterwarnings("error")
NONE = Lp(0.0, 0.0)


def made(X, y, *, l2=0.0, weights=None, on_moments=False):
    """The swaps of a problem."""
    design = make_design(X, y, None, True)
    if on_moments:
        design = MomentDesign.of_design(design)
    penalty = Ridged(NONE, l2) if l2 else NONE
    problem = Problem(design, penalty, np.ones(X.shape[1]) if weights is None else weights)
    return Swaps(problem, ColumnStore(design))


def fitted(X, y, support, l2=0.0):
    """Objective and coefficients by the normal equations."""
    A, y = X[:, support] - X[:, support].mean(axis=0), y - y.mean()
    n = y.size
    w = np.linalg.solve(A.T @ A / n + l2 * np.eye(len(support)), A.T @ y / n)
    return 0.5 * np.mean((y - A @ w) ** 2) + 0.5 * l2 * w @ w, w


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("l2", [0.0, 0.2])
@pytest.mark.parametrize("size", [(40, 12), (15, 30)], ids=str)
@pytest.mark.parametrize("on_moments", [False, True])
def test_no_exchange_is_left(seed, l2, size, on_moments):
    """The coefficients are those of the subset, and no feature in another's place is better."""
    X, y = correlated(seed, *size)
    swaps = made(X, y, l2=l2, on_moments=on_moments)
    start = np.random.default_rng(seed).choice(size[1], 4, replace=False)
    before, _ = fitted(X, y, start, l2)
    value, w, count = swaps.best_from(start)
    support = np.flatnonzero(w)
    assert support.size == 4
    expected, coefficients = fitted(X, y, support, l2)
    assert value == pytest.approx(expected, rel=1e-9)
    np.testing.assert_allclose(w[support], coefficients, rtol=1e-8, atol=1e-10)
    assert (value < before) == (count > 0)
    for k, enters in product(range(4), np.setdiff1d(np.arange(size[1]), support)):
        other = support.copy()
        other[k] = enters
        assert fitted(X, y, other, l2)[0] >= value - 2.0 * swaps.least


@pytest.mark.parametrize("seed", range(4))
def test_first_changes(seed):
    """The best feature enters or the least one leaves, and what is forbidden stays out."""
    X, y = correlated(seed, 50, 10)
    swaps = made(X, y)
    larger = swaps.best_from(np.array([2, 5]), change=1)
    smaller = swaps.best_from(np.array([2, 5, 7]), change=-1)
    assert np.count_nonzero(larger[1]) == 3
    assert np.count_nonzero(smaller[1]) == 2
    best = min(fitted(X, y, [2, 5, j])[0] for j in range(10) if j not in (2, 5))
    assert larger[0] <= best + swaps.least
    worst = np.flatnonzero(larger[1])[0]
    start = np.setdiff1d(np.flatnonzero(larger[1]), [worst])
    without = swaps.best_from(start, change=1, forbidden=int(worst))
    assert without[1][worst] == 0.0
    assert np.count_nonzero(without[1]) == 3
    empty = swaps.best_from(np.zeros(0, dtype=np.intp), change=-1)
    assert not empty[1].any()
    assert empty[2] == 0


def test_dependent_and_excluded_columns_stay_out():
    """A copy of a column in use adds nothing; a column of weight inf never enters."""
    X, y = correlated(0, 40, 8)
    X = np.hstack([X, X[:, :3]])
    weights = np.ones(11)
    weights[5] = np.inf
    swaps = made(X, y, weights=weights)
    value, w, _ = swaps.best_from(np.array([0, 8, 1]))
    assert np.count_nonzero(w) == 2
    assert w[5] == 0.0
    assert value == pytest.approx(fitted(X, y, np.flatnonzero(w))[0], rel=1e-9)
    every = swaps.best_from(np.arange(8)[np.arange(8) != 5], change=1)[1]
    assert np.count_nonzero(every) == 7  # nothing that is left is independent
