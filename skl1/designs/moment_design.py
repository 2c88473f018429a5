"""The design of moments: of data whose rows are no longer there."""

from __future__ import annotations

from copy import copy
from typing import Any

import numpy as np
from scipy.optimize import nnls

from skl1.designs.base import NONE, Design, clear_constant
from skl1.designs.gram_operator import GramOperator
from skl1.designs.moments import Moments, whole_gram
from skl1.designs.span import DEPENDENT_GRAM
from skl1.designs.table import LARGEST, SMALLEST

#: Rows are picked for a product if they are fewer than one in so many.
MANY = 8


class MomentDesign(Design):
    """A design without rows: every product is one with the Gram matrix.

    The squared residual is ``energy - w . (q + z)``, with q and z the correlations at 0 and at w.
    It cancels to about ``1e-16 energy``, as do the correlations, whose rounding is that of q.
    """

    has_rows = False

    def __init__(self, n_samples, fit_intercept, matrix, correlation, energy, x_mean, y_mean):
        self.n_samples, self.n_features = n_samples, correlation.size
        self.fit_intercept = fit_intercept
        self.matrix, self.correlation, self.energy = matrix, correlation, energy
        self.x_mean, self.y_mean = x_mean, y_mean
        #: Correlations, energy and mean of each of several targets.
        self.answers: list[tuple[np.ndarray, float, float]] = []
        self.norms = matrix.diagonal().copy()
        clear_constant(self.norms, x_mean)

    @classmethod
    def of_moments(
        cls, moments: Moments, fit_intercept: bool, *, part: bool = False
    ) -> MomentDesign:
        """The design of all rows that were added up; of several targets that of the first.

        In a part of the data a column may be so small that its squares vanish: it is constant then.
        """
        if not moments.held_weight:
            raise ValueError("The moments hold no row with a positive weight.")
        # Of what is held: its unit drops out of the means.
        share = 1.0 / moments.held_weight
        matrix, correlation = share * moments.held_xx, share * moments.held_xy
        energy: Any = share * moments.held_yy
        x_mean, y_mean = moments.x_mean, moments.y_mean
        if not fit_intercept:
            matrix += x_mean[:, None] * x_mean
            correlation += np.multiply.outer(x_mean, y_mean)
            energy, x_mean, y_mean = energy + y_mean**2, np.zeros_like(x_mean), 0.0 * y_mean
        if part:
            gone = matrix.diagonal() < SMALLEST
            matrix[gone] = matrix[:, gone] = 0.0
            correlation[gone] = 0.0
        variances = np.append(matrix.diagonal(), energy)
        sound = np.all((variances == 0.0) | ((variances >= SMALLEST) & (variances < LARGEST)))
        if not sound or np.any((energy == 0.0) & correlation.any(axis=0)):
            raise ValueError(
                "The squares of X or y overflow or vanish: rescale the columns before the moments "
                "are taken. Or all that varies in a column has a sample_weight that vanishes "
                "beside the others: bring the weights within a factor of 1e100."
            )
        known = moments.n_samples, fit_intercept, matrix
        if not moments.several:
            return cls(*known, correlation, energy, x_mean, y_mean)
        columns = np.ascontiguousarray(correlation.T)
        answers = list(zip(columns, map(float, energy), map(float, y_mean), strict=True))
        first = cls(*known, *answers[0][:2], x_mean, answers[0][2])
        first.answers = answers
        return first

    def with_response(self, k):
        """The design of another of several targets, by its number; the matrix is the same."""
        self.of_columns  # noqa: B018 (made before the copy, which shares it)
        other = copy(self)
        other.correlation, other.energy, other.y_mean = self.answers[k]
        return other

    @classmethod
    def of_design(cls, design: Design) -> MomentDesign:
        """What remains of a design when its rows are forgotten."""
        if isinstance(design, cls):
            return design
        if "matrix" not in design.of_columns:
            design.of_columns["matrix"] = whole_gram(design)
        return cls(
            design.n_samples,
            design.fit_intercept,
            design.of_columns["matrix"],
            design.correlation,
            design.energy,
            design.x_mean,
            design.y_mean,
        )

    def work(self):
        return float(self.n_features) ** 3

    def rounding(self, squares):
        return np.sqrt(self.energy)

    def gradient(self, w, among=None):
        z = self.correlation - self.hessian(w)
        return z, max(self.energy - float(w @ (self.correlation + z)), 0.0)

    def hessian(self, v):
        support = np.flatnonzero(v)
        if MANY * support.size > v.size:
            return self.matrix @ v
        return v[support] @ self.matrix[support]

    def _rows(self, columns, units):
        """``(A, b)``: A'A and A'b are the moments of the columns, divided by their units.

        A is the root of their Gram matrix: rows that have the same moments as the data.
        """
        square = self.matrix[np.ix_(columns, columns)] / units / units[:, None]
        values, vectors = np.linalg.eigh(square)
        held = values > DEPENDENT_GRAM * values.max(initial=0.0)
        root, basis = np.sqrt(values[held]), vectors[:, held]
        b = basis.T @ (self.correlation[columns] / units) / root
        return root[:, None] * basis.T, b

    def least_squares(self, columns):
        units = self._units(columns)
        A, b = self._rows(columns, np.ones(columns.size))
        scaled, c = self._rows(columns, units)
        # As with rows: of least norm in the columns as they are, if those show their full rank.
        if c.size > b.size:
            return np.linalg.lstsq(scaled, c, DEPENDENT_GRAM)[0] / units
        return np.linalg.lstsq(A, b, DEPENDENT_GRAM)[0]

    def nonnegative_least_squares(self, columns):
        units = self._units(columns)
        return nnls(*self._rows(columns, units))[0] / units

    def narrow(self, count):
        return False

    def gram(self, rows, columns, dtype=np.float64):
        if rows is columns and rows.size == self.n_features and np.all(rows[1:] > rows[:-1]):
            return self.matrix
        return self.matrix[np.ix_(rows, columns)]

    def forming(self, features, held=NONE, dtype=np.float64):
        return 0.0

    def operator(self):
        return GramOperator(self.matrix)

    def entries(self, features):
        return features.size * self.n_features
