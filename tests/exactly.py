"""Estimators as exactly as they can be had, and the containers that data come in."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import sparse

from common import ESTIMATORS, label, problem, quiet

#: Each estimator as exactly as it can be had, at a penalty that keeps some features.
EXACT = {
    "ProximalLasso": {"alpha": 0.2, "tol": 1e-13},
    "RelaxedLasso": {"alpha": 0.2, "tol": 1e-13},
    "AdaptiveLasso": {"alpha": 0.2, "tol": 1e-13, "first_stage": "least_squares"},
    "SubgradientLasso": {"alpha": 0.2, "tol": 1e-11, "max_iter": 50_000},
    "RidgeGD": {"alpha": 0.2, "tol": 1e-14},
    "NonconvexLpRegressor": {"alpha": 0.2, "tol": 1e-12},
    # No residual is an outlier: squares by the way of any loss. tests/test_huber.py has others.
    "ProximalHuberRegressor": {"alpha": 0.2, "tol": 1e-13, "delta": 1e7},
}
#: How near two fits of the same problem are that took different roads, relative to max |w|.
CLOSE = {"SubgradientLasso": 2e-5}
every = pytest.mark.parametrize("cls", ESTIMATORS, ids=label)


def exact(cls, **options):
    """An instance that converges as far as it can."""
    return cls(**{**EXACT.get(cls.__name__, {}), **options})


def fit(model, *args, **kwargs):
    """Fit; the tolerances above may be out of reach, which is not the matter here."""
    with quiet():
        return model.fit(*args, **kwargs)


def assert_same(model, coef, intercept, factor=1.0, found=None):
    """The coefficients agree to what the estimator can be expected to reach."""
    tol = factor * CLOSE.get(type(model).__name__, 1e-6)
    scale = max(1.0, np.abs(coef).max(initial=0.0))
    got, constant = found or (model.coef_, model.intercept_)
    assert_allclose(got, coef, rtol=0.0, atol=tol * scale)
    assert_allclose(constant, intercept, rtol=0.0, atol=10.0 * tol * scale)


def strided(X):
    """A view of every second row and column of a larger array."""
    larger = np.full((2 * X.shape[0], 2 * X.shape[1]), np.nan)
    larger[::2, ::2] = X
    return larger[::2, ::2]


def read_only(X):
    """X that nobody may write to."""
    X = X.copy()
    X.flags.writeable = False
    return X


def wide_indices(X):
    """CSC with 64-bit indices."""
    X = sparse.csc_array(X)
    X.indices, X.indptr = X.indices.astype(np.int64), X.indptr.astype(np.int64)
    return X


def read_only_sparse(X):
    """CSC whose three arrays are read-only."""
    X = sparse.csc_matrix(X)
    for part in (X.data, X.indices, X.indptr):
        part.flags.writeable = False
    return X


def with_duplicates(X):
    """COO in which each entry is the sum of two."""
    X = sparse.coo_array(X)
    row, col = X.coords
    return sparse.coo_array(
        (np.r_[0.25 * X.data, 0.75 * X.data], (np.r_[row, row], np.r_[col, col])), shape=X.shape
    )


def unsorted(X):
    """CSR whose rows are stored backwards."""
    X = sparse.csr_matrix(X)
    for i in range(X.shape[0]):
        row = slice(X.indptr[i], X.indptr[i + 1])
        X.data[row], X.indices[row] = X.data[row][::-1].copy(), X.indices[row][::-1].copy()
    X.has_sorted_indices = False
    return X


DENSE = {
    "C": np.ascontiguousarray,
    "F": np.asfortranarray,
    "strided": strided,
    "reversed": lambda X: X[::-1, ::-1].copy()[::-1, ::-1],
    "read-only": read_only,
    "list": lambda X: X.tolist(),
}
SPARSE = {
    "csr_matrix": sparse.csr_matrix,
    "csc_matrix": sparse.csc_matrix,
    "coo_matrix": sparse.coo_matrix,
    "csr_array": sparse.csr_array,
    "csc_array": sparse.csc_array,
    "coo_array": sparse.coo_array,
    "int64": wide_indices,
    "read-only sparse": read_only_sparse,
    "duplicates": with_duplicates,
    "unsorted": unsorted,
}
CONTAINERS = {**DENSE, **SPARSE}


def sparse_problem(n=40, p=8, seed=3):
    """A problem with half the entries zero; p > 2 n takes the operators instead of a Gram."""
    X, _ = problem(n, p, seed=seed)
    rng = np.random.default_rng(seed + 100)
    X = X * (rng.random(X.shape) < 0.5)
    return X, X[:, 0] - 2.0 * X[:, 1] + 1.5 * X[:, 2] + 3.0 + 0.3 * rng.standard_normal(n)


PENALTY_WEIGHTS = {
    "unit": None,
    "mixed": np.array([1.0, 0.5, 2.0, 1.0, 0.3, 1.0, 3.0, 1.0]),
    "free and excluded": np.array([1.0, 0.5, 0.0, 1.0, np.inf, 1.0, 3.0, 0.0]),
}


def combination_data(kind, weighted):
    """X in the given form, its float64 values, y and the sample weights (some of them zero)."""
    X, y = sparse_problem()
    X[:, 3] *= 20.0
    X[:, 5] += 30.0 * (X[:, 5] != 0.0)
    weights = None
    if weighted:
        weights = np.random.default_rng(8).uniform(0.2, 3.0, y.size)
        weights[::7] = 0.0
    if kind == "float32":
        X = X.astype(np.float32)
        return X, X.astype(float), y.astype(np.float32).astype(float), weights
    return CONTAINERS[kind](X), X, y, weights


def orthonormal(n=50, p=10, seed=5):
    """Columns that are orthonormal and centred, in the sense of means: X'X = n I."""
    rng = np.random.default_rng(seed)
    Q, _ = np.linalg.qr(np.c_[np.ones(n), rng.standard_normal((n, p))])
    X = np.sqrt(n) * Q[:, 1:]
    return X, X @ rng.standard_normal(p) + 0.1 * rng.standard_normal(n)
