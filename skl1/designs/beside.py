"""The data beside some columns: what is left of X and y without their part along those."""

from __future__ import annotations

import numpy as np

from skl1.compiled.lazy import lazy
from skl1.designs.base import NONE, Design
from skl1.designs.beside_records import BesideOperator, BesideWalk
from skl1.designs.span import DEPENDENT_GRAM, EPS, NOISE, Span

#: Share of a column's norm below which what is left of it is projected explicitly, as a difference
#: of two Gram matrices has lost too many digits of it.
STEEP = 1e-6
#: The Gram matrix of more than this share of the features is a part of that of all.
NEARLY_ALL = 0.8


class BesideDesign(Design):
    """``(I - QQ') S^(1/2) X`` and ``(I - QQ') S^(1/2) y``, Q being a basis of some columns F.

    Least squares on it is the partial minimum of the loss over the coefficients of F. X itself is
    left alone: with ``C = X' S^(1/2) Q``

        G_beside = G - C C',        z_beside = z - C Q' S^(1/2) r,

    and a residual is evaluated with F refitted, ``T' (Q' S^(1/2) y - C' w)``, so that it is small
    where the whole fit is good. The columns F themselves have norm 0 here, and so has a column that
    lies in their span.

    Parameters
    ----------
    whole : Design
    columns : ndarray of int
        F.
    """

    def __init__(self, whole: Design, columns: np.ndarray):
        self._whole = whole
        self.span: Span = whole.span_of(columns)
        self.n_samples, self.n_features = whole.n_samples, whole.n_features
        self.has_rows, self.remote = whole.has_rows, whole.remote
        self.fit_intercept, self.x_mean = whole.fit_intercept, whole.x_mean
        self.y_mean = whole.y_mean
        self.across = whole.across_of(self.span)
        self.across[columns] = 0.0  # they are refitted, whatever they are
        self.target = whole.along_of(self.span)
        self._project_norms()
        self.null = self.lift_exactly(np.zeros(self.n_features))
        self.null_point = self.whole.gradient(self.null)
        self.correlation, self.energy, _ = self.refitted(self.null, *self.null_point)

    def _project_norms(self):
        whole, C = self.whole, self.across
        left = whole.norms - np.einsum("ij,ij->i", C, C)
        left[self.span.columns] = 0.0
        self.explicit = np.zeros((0, self.n_features))
        steep = (left < STEEP * whole.norms) & (whole.norms > 0.0)
        steep[self.span.columns] = False
        self.steep = np.flatnonzero(steep)
        Q = self.span.basis
        if Q is not None and self.steep.size and whole.gathers(self.steep):
            block = whole.weighted(self.steep)
            for _ in range(2):  # the second time for what rounding has left of the first
                block -= Q @ (Q.T @ block)
            left[self.steep] = np.einsum("ij,ij->j", block, block)
            rounding = NOISE * EPS * (1.0 + whole.ratios(self.steep))
            gone = left[self.steep] <= rounding**2 * whole.norms[self.steep]
            left[self.steep[gone]] = 0.0
            self.steep, block = self.steep[~gone], block[:, ~gone]
            self.explicit = whole.transposed(block.T * whole.root, whole.x_mean)
            self.explicit[:, left == 0.0] = 0.0
        else:
            left[left <= DEPENDENT_GRAM * whole.norms] = 0.0
            self.steep = self.steep[:0]
        self.norms = left

    @property
    def whole(self):
        return self._whole

    @property
    def total(self):
        return self.whole.total

    def work(self):
        return self.whole.work()

    def rounding(self, squares):
        return self.whole.rounding(squares)

    def lift(self, W):
        F = self.span.columns
        used = np.flatnonzero(W.any(axis=0) if W.ndim > 1 else W)
        W = W.copy()
        W[..., F] = (self.target - W[..., used] @ self.across[used]) @ self.span.refit
        return W

    def lift_exactly(self, w):
        w = self.lift(w)
        if not self.span.stiff:  # once more, to the residual as it is
            z = None if self._apart else self.whole.gradient(w)[0]
            w[self.span.columns] += self.part(w, z) @ self.span.refit
        return w

    @property
    def rank(self):
        return self.span.rank

    @property
    def weak(self):
        return self.span.weak

    @property
    def sees_all(self):
        return not self.span.values.size

    @property
    def hides(self):
        # Of combinations of F whose length is rounding: some correlate with y, or with a column.
        return bool((self._seen > self.span.noise).any())

    @lazy
    def _seen(self):
        """How much combinations of F of nearly no length correlate with y or a column, at most."""
        whole, span = self.whole, self.span
        if self.sees_all:
            return np.zeros(0)
        every = np.arange(self.n_features)
        sizes = np.append(whole.lengths, np.sqrt(self.total))
        found = np.column_stack([whole.gram(span.columns, every), whole.correlation[span.columns]])
        return (np.abs(span.lost @ found) / np.where(sizes > 0.0, sizes, 1.0)).max(axis=1)

    @property
    def _apart(self):
        """Whether the part of a residual along F takes a look at the rows of its own."""
        return self.span.basis is not None and not self.span.stiff

    def part(self, w, z):
        """``Q' S^(1/2) r`` of the residual at w, whose correlations are z."""
        if self._apart:
            return self.whole.residual_along(self.span.basis, w)
        return self.span.refit @ z[self.span.columns]

    def slack(self, w, squares):
        """What rounding may hide of a residual's part, ``sqrt(squares)`` being its length.

        Large coefficients cancel in the residual, and columns that nearly do in the basis.
        """
        F = self.span.columns
        return EPS * float(np.abs(w[F]) @ self.whole.lengths[F]) + self.span.blur * np.sqrt(squares)

    def blurred(self, squares):
        of_gram = self.span.blur * squares if self.span.basis is None else 0.0
        return of_gram if self.sees_all else np.inf

    def unseen(self, w, z, squares):
        """How far the loss may fall along what Gram matrices cannot show of F.

        A combination that is there, but whose length is rounding, may fit all that is left: its
        correlations have too few digits to tell. It is there if it is seen beyond what rounding
        mixes into it of the weakest of the other directions.
        """
        span = self.span
        mixed = span.noise * np.sqrt(span.blur / EPS)
        if ((self._seen > mixed) & (span.values <= span.noise)).any():
            return 0.5 * squares
        reach = np.sqrt(self.total) + float(np.abs(w) @ self.whole.lengths)
        return span.unseen(z[span.columns], squares, reach)

    def refitted(self, w, z, squares):
        """``(z, squares, excess)``: a point with F refitted, and by how much it is better.

        The excess counts what rounding may hide, and what Gram matrices cannot show.
        """
        F, part = self.span.columns, self.part(w, z)
        square = float(part @ part)
        excess = 0.5 * (np.sqrt(square) + self.slack(w, squares)) ** 2 + self.unseen(w, z, squares)
        z = z - self.across @ part
        z[F] = 0.0
        return z, max(squares - square, 0.0), excess

    def orthogonal(self, w, z, squares):
        """The same for a dual point, with which no combination of F may correlate.

        Those too short to be refitted elsewhere are so here, if their length is sure.
        """
        F, sure = self.span.columns, self.span.values > self.span.noise
        along = self.span.lost[sure] @ z[F]
        z, squares, excess = self.refitted(w, z, squares)
        if along.any():
            steps = along / self.span.values[sure]
            z -= (steps @ self.span.lost[sure]) @ self.whole.gram(F, np.arange(self.n_features))
            z[F] = 0.0
            squares = max(squares - float(steps @ along), 0.0)
        return z, squares, excess

    def gradient(self, w, among=None):
        whole = self.lift(w)
        if among is not None:
            among = np.union1d(among, self.span.columns)
        z, squares, _ = self.refitted(whole, *self.whole.gradient(whole, among))
        return z, squares

    def hessian(self, v):
        v = v.copy()
        v[self.span.columns] = 0.0
        out = self.whole.hessian(v) - self.across @ (v @ self.across)
        out[self.span.columns] = 0.0
        return out

    def least_squares(self, columns):
        return self.whole.least_squares(columns)

    def nonnegative_least_squares(self, columns):
        return self.whole.nonnegative_least_squares(columns)

    def narrow(self, count):
        return self.whole.narrow(count)

    def gram(self, rows, columns, dtype=np.float64):
        if rows is columns and self._nearly_all(rows.size):
            every = np.arange(self.n_features)
            return self.beside(self.whole.gram(every, every)[np.ix_(rows, rows)], rows, rows)
        return self.beside(self.whole.gram(rows, columns), rows, columns)

    def _nearly_all(self, count):
        """Whether so many features take no less time than all of them."""
        return count > NEARLY_ALL * self.n_features

    def gram_beside(self, old, new, dtype=np.float64):
        if not self.remote:
            return super().gram_beside(old, new)
        beside, square = self.whole.gram_beside(old, new)  # in one pass
        return self.beside(beside, old, new), self.beside(square, new, new)

    def beside(self, block, rows, columns):
        block = block - self.across[rows] @ self.across[columns].T
        if self.steep.size:
            for index, part in ((rows, block), (columns, block.T)):
                other = columns if index is rows else rows
                place = np.searchsorted(self.steep, index).clip(max=self.steep.size - 1)
                found = np.flatnonzero(self.steep[place] == index)
                part[found] = self.explicit[np.ix_(place[found], other)]
        return block

    def beside_rows(self, R):
        Q = self.span.basis
        if Q is None:
            return R
        root = self.whole.root
        out = ((R * root) @ Q) @ Q.T
        return R - np.divide(out, root, out=np.zeros_like(out), where=root > 0.0)

    def beside_look(self, Z, squares):
        F = self.span.columns
        if self.span.basis is None:
            part = Z[:, F] @ self.span.refit.T
            Z = Z - part @ self.across.T
            squares = np.maximum(squares - np.einsum("ij,ij->i", part, part), 0.0)
        Z[:, F] = 0.0
        return Z, squares

    def holds(self, count, dtype):
        if self.span.basis is None or self.steep.size or self._nearly_all(count):
            return False
        return self.whole.holds(count, dtype)

    def weighted(self, columns, dtype=np.float64):
        block = self.whole.weighted(columns)
        block -= self.span.basis @ self.across[columns].T
        return block.astype(dtype, copy=False)

    def first_set(self):
        return self.whole.first_set()

    def forming(self, features, held=NONE, dtype=np.float64):
        return self.whole.forming(features, held)

    def operator(self):
        return BesideOperator(self.whole.operator(), self.across)

    def entries(self, features):
        return self.whole.entries(features)

    def walkable(self, features):
        return self.whole.walkable(features)

    def walk(self, features):
        return BesideWalk(self.whole.walk(features), self.across[features], self.span.rank)

    def residual(self, w):
        whole = self.lift(w)
        z = None if self._apart else self.whole.gradient(whole)[0]
        return np.concatenate([self.whole.residual(whole), self.part(whole, z)])

    def energy_of(self, residual):
        size = residual.size - self.span.rank
        part = residual[size:]
        return max(self.whole.energy_of(residual[:size]) - float(part @ part), 0.0)
