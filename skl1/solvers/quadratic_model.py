"""The loss around a point as squares, on gathered columns: what a Newton step minimises."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.linalg import lstsq

from skl1.designs.gathered import Gathered
from skl1.problems.smooth import SmoothPoint, SmoothProblem
from skl1.problems.unpenalised import Unpenalised
from skl1.solvers.block import GramBlock


@dataclass
class Place:
    """Where the Newton steps in a working set are: its coefficients, and what follows from them."""

    w: np.ndarray
    z: np.ndarray
    point: SmoothPoint  #: where z is that of the beginning, and the intercept not yet the best
    bend: np.ndarray = field(init=False)  #: the curvatures of the quadratic model
    squares: float = field(init=False)  #: ``sum_i s_i v_i^2 / h_i`` of slopes and true curvatures
    error: float = field(init=False)  #: about the gap of the problem of the working set


class QuadraticModel:
    """``sum_i s_i (v_i d_i + h_i d_i^2 / 2)`` as a function of the coefficients of some columns.

    d are the changes of the predictions, v the slopes, h the curvatures. The intercept and what is
    refitted besides are the best ones for each step of the coefficients; so the point need not be
    one at which they are best.

    Attributes
    ----------
    chosen : ndarray of int
        Places of the columns that may get other coefficients.
    gram : ndarray
        The second derivative in their coefficients.
    squares : float
        ``sum_i s_i v_i^2 / h_i``, twice the loss of the problem of squares.
    z : ndarray
        Minus the gradient in the coefficients of all columns, at the point.
    """

    def __init__(self, part: Unpenalised, columns: Gathered, slopes, bend, z: np.ndarray):
        self.columns, design = columns, part.design
        self.v, self.pull = design.weights * bend, design.weights * slopes
        mass = float(self.v.sum())
        self.squares = float(self.pull @ (slopes / bend))
        self.chosen = np.zeros(0, dtype=np.intp)
        self.gram = np.zeros((0, 0))
        self.shift, self.level = np.zeros(z.size), 0.0
        if design.fit_intercept:
            self.shift = columns.sums(self.v) / mass
            self.level = -float(self.pull.sum()) / mass
        self.z = z - (self.level * mass) * self.shift
        self.basis, self.along = part.basis, np.zeros(part.basis.shape[1])
        if self.along.size:
            v = self.v
            self.mean = v @ self.basis / mass if design.fit_intercept else self.along
            around = self.basis - self.mean
            self.across = np.stack([columns.sums(v * each) for each in around.T])
            self.across -= np.outer(v @ around, self.shift)
            both = np.column_stack([self.across, around.T @ self.pull])
            both = lstsq((around * v[:, None]).T @ around, both, check_finite=False)[0]
            self.refit, self.along = both[:, :-1], -both[:, -1]
            self.z -= self.across.T @ self.along

    def extend(self, new: np.ndarray) -> None:
        """Let the columns at more places vary."""
        old = self.chosen
        self.chosen = both = np.concatenate([old, new])
        block = self.columns.weighted_gram(old, new, self.v, self.shift)
        if self.along.size:
            block -= self.across[:, new].T @ self.refit[:, both]
        if not old.size:
            self.gram = block
            return
        gram = np.empty((both.size, both.size))
        gram[: old.size, : old.size] = self.gram
        gram[old.size :] = block
        gram[: old.size, old.size :] = block[:, : old.size].T
        self.gram = gram

    def fit(self, step: np.ndarray) -> tuple[np.ndarray, float, np.ndarray]:
        """How predictions, intercept and coordinates change with a step of the coefficients."""
        level, along = self.level - float(self.shift @ step), self.along
        fit = self.columns.fits(step[None])[0]
        if along.size:
            along = along - self.refit @ step
            level -= float(self.mean @ along)
            fit += self.basis @ along
        fit += level
        return fit, level, along

    def after(self, fit: np.ndarray) -> np.ndarray:
        """Minus the gradient where the predictions have changed by so much."""
        return -self.columns.sums(self.pull + self.v * fit)


class ModelBlock(GramBlock):
    """A quadratic model with the penalty of a problem, for the solvers of blocks."""

    def __init__(self, problem: SmoothProblem, model: QuadraticModel, w: np.ndarray, z: np.ndarray):
        self.problem, self.features = problem, model.columns.features[model.chosen]
        self.weights = problem.weights[self.features]
        self.gram, self.norms = model.gram, model.gram.diagonal().copy()
        self.w, self.z, self.loss = w[model.chosen], z[model.chosen], 0.5 * model.squares
