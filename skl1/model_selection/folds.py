"""Folds of data: the design of each training part, and the errors on what is held out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from copy import copy
from numbers import Integral
from typing import Any

import numpy as np
from scipy.sparse import issparse
from sklearn.model_selection import check_cv

from skl1.designs import Design, MomentDesign, Moments, make_design
from skl1.designs.weights import normalised_weights
from skl1.losses import Loss
from skl1.losses.elementwise import mean_loss
from skl1.problems.moments import paths_on_moments

#: Entries of all Gram matrices of folds together: 1 GB, or as many as X has.
GRAM_ENTRIES = 2**27
#: An error below this share of the terms of its quadratic form is computed from the rows.
CANCELLED = 1e-6


class Folds(ABC):
    """What cross-validation asks of data that are cut into folds.

    Attributes
    ----------
    counts : boolean ndarray of shape (n_folds,)
        Whether anything that is held out has a weight.
    shared : bool
        Whether the training parts share X, so that they are better solved together.
    rows : RowFolds or None
        The folds with all digits of the rows, where these are sums and there are rows.
    source : RowFolds or None
        The rows, for who cuts them in another way; where nothing is held out.
    """

    counts: np.ndarray
    shared: bool
    rows: RowFolds | None = None
    source: RowFolds | None = None

    def whole(self, design: Design) -> Design:
        """The design of all data as the path needs it."""
        return design

    def __len__(self) -> int:
        return len(self.counts)

    def answering(self, y: Any) -> Folds:
        """The same folds with another response; None leaves it."""
        if y is None:
            return self
        return self._answering(y)

    @abstractmethod
    def _answering(self, y: Any) -> Folds:
        """The same folds with another response."""

    @abstractmethod
    def training(self, fold: int) -> Design:
        """The design of all but the fold."""

    @abstractmethod
    def errors(self, fold: int, W: np.ndarray, intercepts: np.ndarray) -> np.ndarray:
        """Weighted mean squared errors of models, the rows of W, on the fold."""

    def deviances(
        self,
        fold: int,
        W: np.ndarray,
        intercepts: np.ndarray,
        loss: Loss,
        y: Any = None,
    ) -> np.ndarray:
        """Twice the mean loss of models on the fold, whose response may be another one: y."""
        if not loss.quadratic:
            raise ValueError(f"Held-out errors from moments are those of squares, not of {loss!r}.")
        return self.answering(y).errors(fold, W, intercepts)


class NoFolds(Folds):
    """Nothing is held out: for rules that look at the fit to all data."""

    counts = np.zeros(0, dtype=bool)
    shared = False

    def __init__(self, source: RowFolds | None = None):
        self.source = source

    def _answering(self, y):
        return NoFolds(None if self.source is None else self.source.answering(y))

    def training(self, fold):
        raise IndexError(fold)

    def errors(self, fold, W, intercepts):
        raise IndexError(fold)


class RowFolds(Folds):
    """Rows of one X, which is never cut up: rows that are held out have the weight 0.

    A row that a splitter names twice counts twice.
    """

    shared = True

    def __init__(self, X, y, sample_weight, splits, fit_intercept):
        self.X, self.y, self.splits = X, np.asarray(y, dtype=np.float64), splits
        self.weights = np.ones(self.y.size) if sample_weight is None else sample_weight
        self.fit_intercept = fit_intercept
        self.counts = np.array([self.weights[test].any() for _, test in splits])

    def _answering(self, y):
        other = copy(self)
        other.y = y
        return other

    def training(self, fold):
        train, _ = self.splits[fold]
        weights = self.weights * np.bincount(train, minlength=self.y.size)
        if not weights.any():
            raise ValueError(
                f"All training samples of fold {fold} have a sample_weight of 0: there is nothing "
                "to fit. Shuffle the folds, or use fewer."
            )
        return make_design(self.X, self.y, weights, self.fit_intercept)

    def part(self, rows: np.ndarray) -> Design:
        """The design of some rows, of which at least one has a weight."""
        weights = np.zeros(self.y.size)
        weights[rows] = self.weights[rows]
        return make_design(self.X, self.y, weights, self.fit_intercept)

    def errors(self, fold, W, intercepts):
        _, test = self.splits[fold]
        fits = predict(self.X, test, W, intercepts)
        return (fits - self.y[test]) ** 2 @ normalised_weights(self.weights[test], test.size)

    def deviances(self, fold, W, intercepts, loss, y=None):
        if loss.quadratic and y is None:
            return self.errors(fold, W, intercepts)
        _, test = self.splits[fold]
        held = (self.y if y is None else y)[test]
        weights = normalised_weights(self.weights[test], test.size)
        fits = np.ascontiguousarray(predict(self.X, test, W, intercepts))
        if loss.quadratic:
            return (fits - held) ** 2 @ weights
        return 2.0 * np.array([mean_loss(loss, held, weights, fit) for fit in fits])


class MomentFolds(Folds):
    """Moments of each fold: the training part is the sum of the others, an error a quadratic form.

    The sum and not a difference, which would cancel for a feature of which hardly anything is left.
    """

    shared = False

    def __init__(self, parts: Sequence[Moments], fit_intercept: bool, rows: RowFolds | None = None):
        self.parts, self.fit_intercept, self.rows = list(parts), fit_intercept, rows
        self.counts = np.array([part.held_weight > 0.0 for part in self.parts])

    def _answering(self, y):
        other = copy(self)
        other.parts = [part.of_target(y) for part in self.parts]
        other.rows = None if self.rows is None else self.rows.answering(y)
        return other

    def whole(self, design):
        whole = MomentDesign.of_moments(sum(self.parts), self.fit_intercept)
        if design.has_rows:  # they have more digits: the path begins exactly where they say
            whole.correlation, whole.energy = design.correlation, design.energy
        return whole

    def training(self, fold):
        others = sum(part for k, part in enumerate(self.parts) if k != fold)
        if not others.held_weight:
            raise ValueError(
                f"All training samples of fold {fold} have a weight of 0: there is nothing to fit."
            )
        return MomentDesign.of_moments(others, self.fit_intercept, part=True)

    def errors(self, fold, W, intercepts):
        part = self.parts[fold]
        used = np.flatnonzero(W.any(axis=0))
        W = W[:, used]
        shift = part.y_mean - W @ part.x_mean[used] - intercepts
        bent = np.einsum("kj,kj->k", W @ part.held_xx[np.ix_(used, used)], W)
        along = 2.0 * (W @ part.held_xy[used])
        errors = (part.held_yy - along + bent) / part.held_weight + shift**2
        terms = (part.held_yy + np.abs(along) + bent) / part.held_weight
        doubtful = errors < CANCELLED * terms
        if doubtful.any():
            if self.rows is None:
                return np.maximum(errors, 0.0)
            whole = np.zeros((np.count_nonzero(doubtful), part.n_features))
            whole[:, used] = W[doubtful]
            errors[doubtful] = self.rows.errors(fold, whole, intercepts[doubtful])
        return errors


def make_folds(X, y, sample_weight, splits, fit_intercept) -> Folds:
    """The folds that suit the shape of X: moments where a path would form the Gram matrix."""
    rows = RowFolds(X, y, sample_weight, splits, fit_intercept)
    n, p = X.shape
    room = max(GRAM_ENTRIES, n * p)
    formed = paths_on_moments(n, p)
    if not (formed and p * p * len(splits) <= room and partition(splits, n)):
        return rows
    X = X.tocsr() if issparse(X) else X
    parts = []
    for _, test in splits:
        cut = consecutive(test)
        s = None if sample_weight is None else sample_weight[cut]
        parts.append(Moments.of_checked(X[cut], y[cut], s))
    return MomentFolds(parts, fit_intercept, rows)


def listed_splits(cv, X, y=None, *, classifier: bool = False, **params) -> list:
    """The splits of a splitter, a number of folds, or an iterable of splits."""
    splitter = cv is None or isinstance(cv, Integral) or hasattr(cv, "split")
    checked = check_cv(cv, y, classifier=classifier) if splitter else cv
    splits = list(checked.split(X, y, **params) if splitter else cv)
    if not splits:
        raise ValueError(
            f"cv={cv!r} yields no splits. A generator serves one fit and is then used up: give a "
            "list of its splits, a splitter, or a number of folds."
        )
    return splits


def indices(splits, n_samples: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """The splits as arrays of row numbers; lists, masks and negative numbers are understood."""
    found = []
    for fold, split in enumerate(splits):
        if not isinstance(split, tuple | list | np.ndarray) or len(split) != 2:
            raise ValueError(
                f"Fold {fold} of cv must be a pair, the rows of the training part and those held "
                f"out, got {split!r}. For one split that is not in a list, give cv=[split]."
            )
        parts = []
        for name, rows in zip(("training", "held-out"), split, strict=True):
            try:
                given = np.asarray(rows)
            except ValueError:  # of lists of unequal lengths
                given = np.array(None)
            if given.dtype == bool and given.shape == (n_samples,):
                given = np.flatnonzero(given)
            fits = given.ndim == 1 and (given.dtype.kind in "iu" or not given.size)
            if not fits or np.any((given < -n_samples) | (given >= n_samples)):
                raise ValueError(
                    f"The {name} part of fold {fold} must name rows of the {n_samples} samples, by "
                    f"numbers or by a mask, got {rows!r}."
                )
            given = given.astype(np.intp)
            parts.append(np.where(given < 0, given + n_samples, given))
        if not parts[0].size:
            raise ValueError(f"Fold {fold} has no training samples.")
        found.append((parts[0], parts[1]))
    return found


def partition(splits, n_samples: int) -> bool:
    """Whether each sample is held out once, and trained on in all other folds."""
    held = np.concatenate([test for _, test in splits])
    if held.size != n_samples or np.any(np.bincount(held, minlength=n_samples) != 1):
        return False
    for train, test in splits:
        named = np.bincount(train, minlength=n_samples)
        named[test] += 1
        if np.any(named != 1):
            return False
    return True


def consecutive(rows: np.ndarray):
    """Consecutive rows as a slice, which copies nothing."""
    if rows.size and np.all(np.diff(rows) == 1):
        return slice(int(rows[0]), int(rows[-1]) + 1)
    return rows


def predict(X, rows: np.ndarray, W: np.ndarray, intercepts: np.ndarray) -> np.ndarray:
    """Predictions of models, the rows of W, for some rows of X."""
    used = np.flatnonzero(W.any(axis=0))
    if issparse(X):
        block = X[:, used].tocsr()[rows]
        return (block @ W[:, used].T).T + intercepts[:, None]
    cut = consecutive(rows)
    block = X[cut][:, used] if isinstance(cut, slice) else X[np.ix_(rows, used)]
    return W[:, used] @ block.T.astype(np.float64, copy=False) + intercepts[:, None]
