"""Simulated data: designs whose neighbouring columns correlate, and targets of sparse models."""

from __future__ import annotations

import numpy as np
from scipy import signal, sparse


def autoregressive(
    rng: np.random.Generator, n: int, p: int, correlation: float, *, loc: float = 0.0
) -> np.ndarray:
    """Standard normal columns with ``corr(x_i, x_j) = correlation^|i - j|``, in C order.

    ``x_j = correlation x_{j-1} + sqrt(1 - correlation^2) e_j`` is a linear filter along the rows.
    ``loc`` moves each column by plus or minus so many standard deviations.
    """
    noise = rng.standard_normal((n, p))
    fresh = np.sqrt(1.0 - correlation**2)
    noise[:, 0] /= fresh  # the first column has nothing to inherit, and variance 1 all the same
    X = signal.lfilter([fresh], [1.0, -correlation], noise, axis=1)
    if loc:
        X += loc * rng.choice([-1.0, 1.0], p)
    return np.ascontiguousarray(X)


def random_sparse(rng: np.random.Generator, n: int, p: int, density: float) -> sparse.csc_matrix:
    """Standard normal entries at random places, in CSC form."""
    nonzeros = int(n * p * density)
    rows, columns = rng.integers(0, n, nonzeros), rng.integers(0, p, nonzeros)
    values = rng.standard_normal(nonzeros)
    # The coordinate form adds up what falls on the same place twice.
    return sparse.coo_matrix((values, (rows, columns)), shape=(n, p)).tocsc()


def sparse_truth(rng: np.random.Generator, p: int, nonzeros: int) -> np.ndarray:
    """Coefficients of random sign and of size 0.5 to 2, at random places."""
    w = np.zeros(p)
    places = rng.choice(p, nonzeros, replace=False)
    w[places] = rng.choice([-1.0, 1.0], nonzeros) * rng.uniform(0.5, 2.0, nonzeros)
    return w


def target(rng: np.random.Generator, X, w: np.ndarray, decibels: float) -> np.ndarray:
    """``X w`` plus noise; the signal's variance is ``10^(decibels / 10)`` times the noise's."""
    pure = X @ w
    noise = rng.standard_normal(X.shape[0])
    return pure + noise * pure.std() / 10.0 ** (decibels / 20.0)


def genotypes(
    rng: np.random.Generator, n: int, p: int, *, block: int, founders: int, switch: float
) -> np.ndarray:
    """Counts 0, 1, 2 of an allele; a seventh of the columns are twins, each beside its original.

    Either of an individual's two chromosomes copies one of a few founders, and goes over to
    another one with probability ``switch`` at each marker, and at the start of each block. So
    within a block neighbours are linked, and many columns are sums of others or nearly so. A
    twin is the same column again or, half of the time, its mirror image ``2 - x``.
    """
    n_twins = p // 7
    markers = np.arange(p - n_twins)
    # Each allele is carried by some founders, but not by all.
    ranks = rng.random((founders, markers.size)).argsort(axis=0)
    alleles = (ranks < rng.integers(1, founders, markers.size)).astype(np.int8)
    counts = np.zeros((n, markers.size), dtype=np.int8)
    for _ in range(2):
        switches = rng.random((n, markers.size)) < switch
        switches[:, ::block] = True
        # A chromosome copies the founder that was drawn where it switched last.
        last = np.maximum.accumulate(np.where(switches, markers, 0), axis=1)
        drawn = rng.integers(0, founders, (n, markers.size), dtype=np.int8)
        counts += alleles[np.take_along_axis(drawn, last, axis=1), markers]
    originals = rng.choice(markers.size, n_twins, replace=False)
    twins = np.where(rng.random(n_twins) < 0.5, counts[:, originals], 2 - counts[:, originals])
    order = np.argsort(np.concatenate([markers, originals + 0.5]))
    return np.ascontiguousarray(np.hstack([counts, twins])[:, order], dtype=np.float64)


def sparse_flags(rng: np.random.Generator, n: int, p: int, density: float) -> sparse.csc_matrix:
    """Zeros and ones in CSC form; some columns have hundreds of times the ones of others."""
    often = 1.0 / np.arange(2.0, p + 2.0)
    often = rng.permutation(density * p * often / often.sum())
    return sparse.csc_matrix(rng.random((n, p)) < np.minimum(often, 0.9), dtype=np.float64)


def documents(rng: np.random.Generator, n: int, p: int, words: float) -> sparse.csc_matrix:
    """Documents of Zipf's words as tf-idf weights, their rows of length 1, in CSC form.

    ``words`` is the middle length of a document. Column 0 is the most frequent word; each word
    occurs somewhere.
    """
    lengths = np.ceil(rng.lognormal(np.log(words), 0.6, n)).astype(int)
    often = np.cumsum(1.0 / np.arange(5.0, p + 5.0))
    drawn = np.searchsorted(often, often[-1] * rng.random(lengths.sum()))
    rows = np.concatenate([np.repeat(np.arange(n), lengths), rng.integers(0, n, p)])
    columns = np.concatenate([drawn, np.arange(p)])
    counts = sparse.coo_matrix((np.ones(rows.size), (rows, columns)), shape=(n, p)).tocsc()
    frequency = np.diff(counts.indptr)
    weights = counts @ sparse.diags(np.log((1.0 + n) / (1.0 + frequency)) + 1.0)
    lengths = np.sqrt(np.asarray(weights.multiply(weights).sum(axis=1)).ravel())
    return sparse.csc_matrix(sparse.diags(1.0 / lengths) @ weights)
