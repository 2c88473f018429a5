"""Two hundred random problems with all options at once: every reported gap is an upper bound."""

import warnings

import numpy as np
import pytest
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import Lasso

from common import elastic_net, explicit, objective, own_objective, quiet
from skl1 import ProximalLasso
from skl1.designs import dense

BATCHES, EACH = 8, 25


def draw_data(rng):
    """X (dense, sparse, float32, of any scale; some columns twins or constant), y and weights."""
    n, p = int(rng.integers(4, 70)), int(rng.choice([3, 10, 30, 60, 150]))
    if rng.random() < 0.1:
        n, p = 120, 450  # a working set, and a Gram matrix of single precision
    X = rng.standard_normal((n, p)) + rng.choice([0.0, 3.0]) * rng.standard_normal((n, 1))
    X += rng.choice([0.0, 5.0]) * rng.standard_normal(p)
    X *= 10.0 ** rng.uniform(-1.5, 1.5, p) if rng.random() < 0.3 else 1.0
    if rng.random() < 0.3:
        X[:, -1] = X[:, 0]
    if rng.random() < 0.2:
        X[:, 1] = 2.0
    if rng.random() < 0.5:
        X = np.where(rng.random((n, p)) < rng.uniform(0.05, 0.5), X, 0.0)
    truth = rng.standard_normal(p) * (rng.random(p) < 0.2) / (np.abs(X).max(axis=0) + 1e-3)
    y = X @ truth + rng.uniform(0.01, 1.0) * rng.standard_normal(n) + rng.choice([0.0, 20.0])
    y *= 10.0 ** rng.uniform(-3.0, 3.0)
    storage = rng.integers(4)
    if storage == 1:
        X = X.astype(np.float32)
    elif storage == 2:
        X = sparse.csc_array(X)
    elif storage == 3:
        X = sparse.csr_matrix(X.astype(np.float32) if rng.random() < 0.3 else X)
        X.indices, X.indptr = X.indices.astype(np.int64), X.indptr.astype(np.int64)
    s = None
    if rng.random() < 0.5:
        s = rng.uniform(0.1, 3.0, n) * (rng.random(n) < 0.9)
        s[0] = 1.0
    return X, y, s


def draw_model(rng, X, y, s):
    """A ProximalLasso with options at random; alpha from far below to near the largest."""
    p = X.shape[1]
    u = None
    if rng.random() < 0.5:
        u = rng.uniform(0.2, 3.0, p)
        u[rng.random(p) < 0.1] = np.inf
    positive = bool(rng.random() < 0.3)
    if u is not None and rng.random() < 0.4 and not (positive and p > 10):
        u[rng.random(p) < 0.1] = 0.0
    model = ProximalLasso(
        l1_ratio=float(rng.choice([1.0, 1.0, 0.7, 0.05])),
        penalty_weights=u,
        positive=positive,
        fit_intercept=bool(rng.random() < 0.7),
        solver=str(rng.choice(["auto", "auto", "auto", "coordinate_descent", "fista"])),
        tol=10.0 ** rng.uniform(-10.0, -1.0),
        max_iter=int(rng.choice([1, 3, 10_000])),
    )
    Xe, ye, _, _ = explicit(X, y, s, model.fit_intercept)
    top = float(np.abs(Xe.T @ ye).max()) / len(ye)
    return model.set_params(alpha=max(top, 1e-12) * 10.0 ** rng.uniform(-3.0, -0.05))


def reference(model, X, y, s):
    """The least objective that another package finds: a Lasso with rows for the l2 term.

    Unpenalised columns are projected out of all others; with few columns, or where a sign
    constraint forbids that, plain coordinate descent.
    """
    p = X.shape[1]
    u = np.ones(p) if model.penalty_weights is None else model.penalty_weights
    shape = {"penalty_weights": model.penalty_weights, "l1_ratio": model.l1_ratio}
    if p <= 10:
        coef, intercept = elastic_net(
            X,
            y,
            model.alpha,
            sample_weight=s,
            positive=model.positive,
            fit_intercept=model.fit_intercept,
            sweeps=2000,
            **shape,
        )
        return objective(X, y, coef, intercept, model.alpha, sample_weight=s, **shape)
    Xe, ye, x_mean, y_mean = explicit(X, y, s, model.fit_intercept)
    n = len(ye)
    Xe[:, Xe.std(axis=0) < 1e-12 * np.abs(x_mean)] = 0.0
    used = np.flatnonzero(np.isfinite(u) & Xe.any(axis=0))
    ridge = np.sqrt(n * model.alpha * (1.0 - model.l1_ratio) * u[used])
    A = np.vstack([Xe[:, used], np.diag(ridge)])
    b = np.concatenate([ye, np.zeros(used.size)])
    free = u[used] == 0.0
    basis = np.linalg.svd(A[:, free], full_matrices=False)[0][
        :, : np.linalg.matrix_rank(A[:, free])
    ]
    B = A[:, ~free] - basis @ (basis.T @ A[:, ~free])
    c = b - basis @ (basis.T @ b)
    lasso = Lasso(
        model.alpha * model.l1_ratio * n / len(b),
        fit_intercept=False,
        positive=model.positive,
        tol=1e-14,
        max_iter=20_000,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        found = lasso.fit(B / u[used][~free], c).coef_ / u[used][~free]
    coef = np.zeros(p)
    coef[used[~free]] = found
    coef[used[free]] = np.linalg.lstsq(A[:, free], b - A[:, ~free] @ found, rcond=None)[0]
    return objective(X, y, coef, y_mean - x_mean @ coef, model.alpha, sample_weight=s, **shape)


def own_dual_gap(model, X, y, s):
    """Of a plain Lasso: the gap of the best multiple of the residual, from explicit data."""
    Xe, ye, _, _ = explicit(X, y, s, model.fit_intercept)
    n, w = len(ye), model.coef_.astype(float)
    u = np.ones(len(w)) if model.penalty_weights is None else model.penalty_weights
    Xe, w, u = Xe[:, np.isfinite(u)], w[np.isfinite(u)], u[np.isfinite(u)]
    r = ye - Xe @ w
    z, rr = Xe.T @ r / n, r @ r / n
    up = np.maximum(z, 0.0) if model.positive else np.abs(z)
    down = np.maximum(-z, 0.0) if model.positive else np.abs(z)
    limit = model.alpha * u
    with np.errstate(divide="ignore"):
        most, least = np.min(limit / up), -np.min(limit / down)
    c = np.clip(1.0 + w @ z / rr, least, most) if rr > 0.0 else 0.0
    return 0.5 * (1.0 - c) ** 2 * rr + np.sum(limit * np.abs(w) - c * w * z)


@pytest.mark.parametrize("batch", range(BATCHES))
def test_every_gap_bounds_the_distance_from_the_minimum(batch, monkeypatch):
    """And it is not above what the residual itself proves, whichever way X is read."""
    rng = np.random.default_rng(batch)
    if batch % 2:  # as if X were large
        monkeypatch.setattr(dense, "SMALL", 0)
        monkeypatch.setattr(dense, "CACHED", 0)
        monkeypatch.setattr(dense, "NARROW", 1)
    for _ in range(EACH):
        X, y, s = draw_data(rng)
        model = draw_model(rng, X, y, s)
        with quiet():
            model.fit(X, y, sample_weight=s)
        ye = explicit(X, y, s, model.fit_intercept)[1]
        null = 0.5 * float(ye @ ye) / len(ye)
        value = own_objective(model, X, y, s)
        assert np.isfinite(model.coef_).all()
        assert model.dual_gap_ >= value - reference(model, X, y, s) - 1e-12 * null - 1e-300, model
        plain = model.l1_ratio == 1.0 and not np.any(np.equal(model.penalty_weights, 0.0))
        if plain and model.coef_.dtype == np.float64:
            assert model.dual_gap_ <= own_dual_gap(model, X, y, s) + 1e-12 * null, model
