"""The loss around a point as squares, on gathered columns: what a Newton step minimises."""

from __future__ import annotations

import numpy as np
from scipy.linalg import lstsq

from skl1.designs.gathered import Gathered
from skl1.problems.smooth import SmoothProblem
from skl1.problems.unpenalised import Unpenalised
from skl1.solvers.block import GramBlock


class QuadraticModel:
    """``sum_i s_i (v_i d_i + h_i d_i^2 / 2)`` as a function of the coefficients of some columns.

    d are the changes of the predictions, v the slopes, h the curvatures. The intercept and what is
    refitted besides are the best ones for each step of the coefficients; so the point need not be
    one at which they are best.

    Attributes
    ----------
    gram : ndarray
        The second derivative.
    z : ndarray
        Minus the gradient, from the correlations with the slopes.
    """

    def __init__(
        self, part: Unpenalised, columns: Gathered, slopes: np.ndarray, bend: np.ndarray, z
    ):
        self.part, self.columns = part, columns
        design = part.design
        v, pull = design.weights * bend, design.weights * slopes
        mass = float(v.sum())
        self.gram, self.shift = columns.weighted_gram(v, mass)
        self.level = -float(pull.sum()) / mass if design.fit_intercept else 0.0
        self.z = z - (self.level * mass) * self.shift
        self.basis, self.along = part.basis, np.zeros(part.basis.shape[1])
        if self.along.size:
            self.mean = v @ self.basis / mass if design.fit_intercept else self.along
            around = self.basis - self.mean
            across = np.stack([columns.sums(v * each) for each in around.T])
            across -= np.outer(v @ around, self.shift)
            both = np.column_stack([across, around.T @ pull])
            both = lstsq((around * v[:, None]).T @ around, both, check_finite=False)[0]
            self.across, self.along = both[:, :-1], -both[:, -1]
            self.gram -= across.T @ self.across
            self.z -= across.T @ self.along

    def fit(self, step: np.ndarray) -> tuple[np.ndarray, float, np.ndarray]:
        """How predictions, intercept and coordinates change with a step of the coefficients."""
        level, along = self.level - float(self.shift @ step), self.along
        fit = self.columns.fits(step[None])[0]
        if along.size:
            along = along - self.across @ step
            level -= float(self.mean @ along)
            fit += self.basis @ along
        fit += level
        return fit, level, along


class ModelBlock(GramBlock):
    """A quadratic model with the penalty of a problem, for the solvers of blocks."""

    def __init__(
        self, problem: SmoothProblem, model: QuadraticModel, w: np.ndarray, squares: float
    ):
        self.problem, self.features = problem, model.columns.features
        self.weights = problem.weights[self.features]
        self.gram, self.norms = model.gram, model.gram.diagonal().copy()
        self.w, self.z, self.loss = w, model.z, 0.5 * squares
