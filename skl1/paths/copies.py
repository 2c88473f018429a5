"""Columns that are copies of others, up to sign and scale: one of them can do it all."""

from __future__ import annotations

import numpy as np

from skl1.problems.problem import Problem

#: Columns at an angle whose cosine differs from 1 or -1 by less are parallel.
PARALLEL = 1e-13
#: Share by which ratios of length to weight may be off by rounding.
ROUNDING = 1e-9


def copies(
    problem: Problem, features: np.ndarray, norms: np.ndarray, across: np.ndarray
) -> np.ndarray:
    """Mask of the new features that may stay out, as one before them serves at least as well.

    Along a pair of parallel columns a penalty that is a norm charges least if the one of the larger
    ratio of length to weight does it all. Not so if an l2 term shares out what they do, nor if
    a column would have to be used with the forbidden sign.

    Parameters
    ----------
    features : ndarray of int
        Those in play, and behind them the new ones.
    norms : ndarray
        Squared norms of those in play.
    across : ndarray of shape (n_features, n_new)
        The Gram matrix of all of these with the new ones.
    """
    penalty, old = problem.penalty, norms.size
    out = np.zeros(features.size - old, dtype=bool)
    if not penalty.convex or penalty.superlinear or not penalty.slope_at_zero() > 0.0:
        return out
    lengths = np.sqrt(np.append(norms, across[old:].diagonal()))
    weights = problem.weights[features]
    aligned = across if penalty.one_sided else np.abs(across)
    rows, new = np.nonzero(aligned >= (1.0 - PARALLEL) * np.outer(lengths, lengths[old:]))
    for row, column in zip(rows.tolist(), new.tolist(), strict=True):
        place = column + old
        if row >= place or (row >= old and out[row - old]) or weights[place] == 0.0:
            continue
        worse = lengths[place] * weights[row] <= lengths[row] * weights[place] * (1.0 + ROUNDING)
        out[column] |= bool(worse)
    return out
