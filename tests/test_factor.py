"""The factor that is kept while rows come and go: what NumPy makes of the same matrix."""

import numpy as np
import pytest

from skl1 import LassoPath, ProximalLasso, lasso_path
from skl1.solvers.dependent import update_factor
from skl1.solvers.factor import BLOCK, ROTATIONS, append, blank_factor, withdraw


def matrix(p, rank=None, seed=0):
    X = np.random.default_rng(seed).normal(size=(rank or 2 * p, p))
    return X.T @ X


def upper(order, held, factor):
    """The factor without what lies below its diagonal, and its features."""
    size = held[0]
    return np.triu(factor[:size, :size]), order[:size]


def added(gram, features):
    order, held, factor = blank_factor(features.size)
    dependent, before = np.zeros((2, features.size), int)
    lost, none = 0, np.zeros(gram.shape[0])
    for start in range(0, features.size, BLOCK):
        block = features[start : start + BLOCK]
        lost = append(gram, none, block, order, held, factor, dependent, before, lost)
    return order, held, factor, dependent[:lost]


@pytest.mark.parametrize("count", [1, 5, BLOCK, BLOCK + 1, 3 * BLOCK - 7])
def test_rows_that_enter(count):
    gram = matrix(200)
    features = np.random.default_rng(1).permutation(200)[:count]
    order, held, factor, dependent = added(gram, features)
    assert dependent.size == 0
    U, rows = upper(order, held, factor)
    assert np.array_equal(rows, features)
    expected = np.linalg.cholesky(gram[np.ix_(features, features)]).T
    np.testing.assert_allclose(U, expected, atol=1e-9)


@pytest.mark.parametrize("gone", [1, ROTATIONS, ROTATIONS + 5])
def test_rows_that_leave(gone):
    gram = matrix(150)
    order, held, factor, *_ = added(gram, np.arange(150))
    w = np.ones(150)
    w[np.random.default_rng(2).permutation(150)[:gone]] = 0.0
    inside = withdraw(w, order, held, factor)
    U, rows = upper(order, held, factor)
    assert np.all(w[rows] != 0.0)
    assert np.array_equal(np.flatnonzero(inside), np.sort(rows))
    np.testing.assert_allclose(U.T @ U, gram[np.ix_(rows, rows)], atol=1e-9)


def test_columns_that_depend_leave_together():
    """More features than rows: as many stay as there are rows, and no prediction changes."""
    p, rank = 150, 100
    rng = np.random.default_rng(3)
    X = rng.normal(size=(rank, p))
    gram, w = X.T @ X, rng.normal(size=p)
    y = rng.normal(size=rank)
    z, before = X.T @ (y - X @ w), w.copy()
    pull, state = np.full(p, 0.1), blank_factor(rank)
    charge = pull @ np.abs(w)
    assert update_factor(gram, pull, np.zeros(p), w, z, *state)
    assert np.count_nonzero(w) == rank == state[1][0]
    np.testing.assert_allclose(X @ w, X @ before, atol=1e-8)
    np.testing.assert_allclose(z, X.T @ (y - X @ w), atol=1e-7)
    loss = [0.5 * np.sum((y - X @ each) ** 2) for each in (before, w)]
    assert loss[1] + pull @ np.abs(w) <= loss[0] + charge + 1e-8


def twins(n=60, p=30, seed=4):
    """Columns, copies of them, mirror images, copies of another length; each of its own weight."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p))
    X = np.hstack([X, X, 3.0 - X, 0.5 * X, -2.0 * X])[:, rng.permutation(5 * p)]
    y = X[:, :6].sum(axis=1) + rng.normal(size=n)
    return X, y


WEIGHTS = np.random.default_rng(5).uniform(0.5, 2.0, 150)
SOME_FREE = np.where(np.arange(150) < 2, 0.0, 1.0)


@pytest.mark.parametrize("all_in_play", [True, False])
@pytest.mark.parametrize("storage", [np.array, np.asfortranarray, np.float32])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"positive": True},
        {"l1_ratio": 0.5},
        {"penalty_weights": WEIGHTS},
        {"penalty_weights": WEIGHTS, "positive": True},
        {"penalty_weights": SOME_FREE},
        {"fit_intercept": False},
    ],
    ids=str,
)
def test_paths_of_twins(options, storage, all_in_play, monkeypatch):
    """A path on columns that repeat each other has the objectives of fits, to all digits asked."""
    if not all_in_play:
        monkeypatch.setattr("skl1.problems.moments.ALL", 0)
        monkeypatch.setattr("skl1.problems.moments.PATHS", 0)
    X, y = twins()
    X = storage(X)
    path = lasso_path(X, y, n_alphas=8, eps=0.01, tol=1e-9, return_path=True, **options)
    assert isinstance(path, LassoPath)
    assert path.converged.all()
    models = zip(path.alphas[1:], path.coefs.T[1:], path.intercepts[1:], strict=True)
    for alpha, w, b in models:
        fit = ProximalLasso(alpha, tol=1e-10, **options).fit(X, y)
        assert fit.converged_
        found = [
            objective(X, y, alpha, *each, **options)
            for each in ((w, b), (fit.coef_, fit.intercept_))
        ]
        assert found[0] == pytest.approx(
            found[1], abs=2e-6 * np.var(y) if X.dtype == np.float32 else 2e-9 * np.var(y)
        )


def objective(
    X, y, alpha, w, b, *, penalty_weights=1.0, l1_ratio=1.0, positive=False, fit_intercept=True
):
    assert fit_intercept or b == 0.0
    assert not positive or np.all(w >= 0.0)
    r = y - X.astype(float) @ w - b
    charge = l1_ratio * np.abs(w) + 0.5 * (1.0 - l1_ratio) * w * w
    return 0.5 * np.mean(r * r) + alpha * np.sum(penalty_weights * charge)


def test_a_path_keeps_to_one_of_two_twins():
    X, y = twins()
    path = lasso_path(np.hstack([X[:, :3], X[:, :3]]), y, return_path=True)
    assert np.all(path.coefs[3:] == 0.0)
