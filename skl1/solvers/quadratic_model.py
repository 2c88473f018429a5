"""The loss around a point as squares, on gathered columns: what a Newton step minimises."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.linalg import lstsq

from skl1.designs.gathered import Gathered
from skl1.problems.smooth import SmoothPoint, SmoothProblem
from skl1.problems.unpenalised import Unpenalised
from skl1.solvers.block import ColumnBlock, GramBlock, by_columns


@dataclass
class Place:
    """Where the Newton steps in a working set are: its coefficients, and what follows from them."""

    w: np.ndarray
    z: np.ndarray
    point: SmoothPoint  #: where z is that of the beginning, and the intercept not yet the best
    bend: np.ndarray = field(init=False)  #: the curvatures of the quadratic model
    squares: float = field(init=False)  #: ``sum_i s_i v_i^2 / h_i`` of slopes and true curvatures
    error: float = field(init=False)  #: about the gap of the problem of the working set
    model: QuadraticModel | None = None  #: of the last step, whose matrix may serve again


class QuadraticModel:
    """``sum_i s_i (v_i d_i + h_i d_i^2 / 2)`` as a function of the coefficients of some columns.

    d are the changes of the predictions, v the slopes, h the curvatures. The intercept and what is
    refitted besides are the best ones for each step of the coefficients; so the point need not be
    one at which they are best.

    Attributes
    ----------
    chosen : ndarray of int
        Places of the columns that may get other coefficients.
    squares : float
        ``sum_i s_i v_i^2 / h_i``, twice the loss of the problem of squares.
    z : ndarray
        Minus the gradient in the coefficients of all columns, at the point.
    """

    def __init__(self, part: Unpenalised, columns: Gathered, slopes, bend, z: np.ndarray):
        self.columns, self.design, self.bend = columns, part.design, bend
        self.v = self.design.weights * bend
        self.mass = float(self.v.sum())
        self.chosen = np.zeros(0, dtype=np.intp)
        self.formed = np.zeros((0, 0))
        self.shift = np.zeros(z.size)
        if self.design.fit_intercept:
            self.shift = columns.sums(self.v) / self.mass
        self.basis = part.basis
        if self.basis.shape[1]:
            v, self.mean = self.v, np.zeros(self.basis.shape[1])
            if self.design.fit_intercept:
                self.mean = v @ self.basis / self.mass
            self.around = self.basis - self.mean
            self.across = np.stack([columns.sums(v * each) for each in self.around.T])
            self.across -= np.outer(v @ self.around, self.shift)
            self.normal = (self.around * v[:, None]).T @ self.around
            self.refit = lstsq(self.normal, self.across, check_finite=False)[0]
        self.aim(slopes, z)

    def aim(self, slopes: np.ndarray, z: np.ndarray) -> None:
        """Let the gradient be that at a point with these slopes and correlations."""
        self.pull = self.design.weights * slopes
        self.squares = float(self.pull @ (slopes / self.bend))
        self.level = 0.0
        if self.design.fit_intercept:
            self.level = -float(self.pull.sum()) / self.mass
        self.z = z - (self.level * self.mass) * self.shift
        self.along = np.zeros(self.basis.shape[1])
        if self.along.size:
            pulled = self.around.T @ self.pull
            self.along = -lstsq(self.normal, pulled, check_finite=False)[0]
            self.z -= self.across.T @ self.along

    def change(self, bend: np.ndarray) -> float:
        """By which share other curvatures are not these, in the mean."""
        return float(self.design.weights @ np.abs(bend - self.bend)) / self.mass

    def extend(self, new: np.ndarray) -> None:
        """Let the columns at more places vary."""
        self.chosen = np.concatenate([self.chosen, new])

    @property
    def gram(self) -> np.ndarray:
        """The second derivative in the coefficients of the chosen, formed when it is asked for."""
        size = len(self.formed)
        if size < self.chosen.size:
            block = self.hessian(self.chosen[:size], self.chosen[size:])
            if not size:
                self.formed = block
            else:
                gram = np.empty((self.chosen.size, self.chosen.size))
                gram[:size, :size] = self.formed
                gram[size:] = block
                gram[:size, size:] = block[:, :size].T
                self.formed = gram
        return self.formed

    def hessian(self, old: np.ndarray, new: np.ndarray) -> np.ndarray:
        """Second derivatives of the columns at the places new with those at old and new."""
        block = self.columns.weighted_gram(old, new, self.v, self.shift)
        if self.along.size:
            block -= self.across[:, new].T @ self.refit[:, np.concatenate([old, new])]
        return block

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
        self.penalty = problem.penalty.of(self.features)
        self.weights = problem.weights[self.features]
        self.gram, self.norms = model.gram, model.gram.diagonal().copy()
        self.w, self.z, self.loss = w[model.chosen], z[model.chosen], 0.5 * model.squares


class ModelColumns(ColumnBlock):
    """The problem of `ModelBlock` by sweeps over sparse columns, where no others are refitted."""

    def __init__(self, problem: SmoothProblem, model: QuadraticModel, w: np.ndarray, z: np.ndarray):
        self.problem, self.features = problem, model.columns.features[model.chosen]
        self.penalty = problem.penalty.of(self.features)
        self.weights = problem.weights[self.features]
        self.model, self.entries = model, model.columns.entries
        self.columns, self.norms = model.columns.walk(model.chosen, model.v, model.shift)
        self.residual = np.append(-model.pull - model.level * model.v, 0.0)
        self.w, self.z, self.loss = w[model.chosen], z[model.chosen], 0.5 * model.squares

    @staticmethod
    def suits(model: QuadraticModel, w: np.ndarray) -> bool:
        """Whether that is possible, and faster than to form the matrix, from coefficients w on."""
        columns, used = model.columns, int(np.count_nonzero(w))
        possible = columns.walkable and not model.along.size and not len(model.formed)
        return possible and by_columns(columns.count, used, columns.entries, columns.work)

    def hessian(self, support):
        return self.model.hessian(np.zeros(0, dtype=np.intp), self.model.chosen[support])

    def _energy(self):
        v = self.model.v
        counted = v > 0.0
        r = self.residual[:-1][counted] / v[counted] + self.residual[-1] / np.sqrt(self.model.mass)
        return float(v[counted] @ (r * r))
