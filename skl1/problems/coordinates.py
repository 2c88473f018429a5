"""Coordinate steps under any smooth loss: how far downhill one coefficient alone would move."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.linalg import svd

from skl1.compiled import kernel
from skl1.compiled.lazy import lazy
from skl1.designs.gathered import Gathered
from skl1.losses.elementwise import EVALUATION
from skl1.penalties.elementwise import PROX, apply, proxes, values
from skl1.problems.along import descents
from skl1.problems.unpenalised import floored

#: A coefficient is looked at if it moves where the curvature is that at the point, halved up to so
#: many times.
TRIALS = 6
#: Steps of this size, as a share of the size of the problem, count without a look at the loss; and
#: a fall that counts, as a share of the null objective.
SMALL, FALL = 1e-5, 1e-12
#: Singular values below this share of the largest are zero; so is what is left of a column.
DEPENDENT, NOTHING = 1e-13, 1e-10
#: Numbers in the columns that are looked at together: 8 MB.
BLOCK = 2**20


@kernel(exact=True)
def moves_where_flatter(penalty, small, w, z, weights, norms, out):
    """Whether a coefficient moves by the quadratic model with a share of its curvature."""
    for j in range(len(w)):
        out[j], bend = 0.0, norms[j]
        for _ in range(TRIALS):
            bend *= 0.5
            step = penalty.prox_of(j, w[j] + z[j] / bend, weights[j] / bend) - w[j]
            if bend * step * step > small:
                out[j] = 1.0
                break


class Directions:
    """What a coefficient changes in the predictions, where others are refitted to second order.

    The direction of feature j is its column without its part along the intercept and what else is
    refitted, by the weights ``s_i h_i``. The loss has the slope ``-z_j`` along it, and the
    curvature ``sum_i s_i h_i e_ij^2``.

    Parameters
    ----------
    part : Unpenalised
    bend : ndarray of shape (n_samples,)
        The curvatures h, of which none is zero.
    """

    def __init__(self, part: Any, bend: np.ndarray):
        self.design, self.parts, self.bend = part.design, part.parts(), bend
        self.root = np.sqrt(self.design.weights * bend)
        weighted = self.parts * self.root[:, None]
        if weighted.shape[1] == 1:  # the intercept alone
            size = np.sqrt(np.einsum("ij,ij->", weighted, weighted))
            self.basis, self.back = weighted / size, np.array([[1.0 / size]])
            return
        basis, sizes, turn = svd(weighted, full_matrices=False, check_finite=False)
        held = sizes > DEPENDENT * sizes.max(initial=0.0)
        self.basis = basis[:, held]
        self.back = turn[held].T / sizes[held]

    def norms(self) -> np.ndarray:
        """The curvature along each feature; 0 of constant columns."""
        squares = self.design.squares(self.root * self.root)
        left = squares.copy()
        for each in self.basis.T:
            left -= self.design.correlations(np.sqrt(self.bend) * each) ** 2
        return np.where(self.design.norms > 0.0, np.maximum(left, NOTHING * squares), 0.0)

    def norms_among(self, features: np.ndarray) -> np.ndarray:
        """The same of few features, from their columns."""
        columns = self.design.gathering()
        columns.extend(features)
        return np.where(self.design.norms[features] > 0.0, self.norms_of(columns), 0.0)

    def norms_of(self, columns: Gathered) -> np.ndarray:
        """The same of columns that have been gathered."""
        squares = columns.squares(self.root * self.root)
        left = squares.copy()
        for each in self.basis.T:
            left -= columns.sums(self.root * each) ** 2
        return np.maximum(left, NOTHING * squares)

    def columns(self, features: np.ndarray) -> np.ndarray:
        """The directions of some features, one a row."""
        X = self.design.columns(features)
        if self.basis.shape[1]:
            X = X - self.parts @ (self.back @ (self.basis.T @ (X * self.root[:, None])))
        return np.ascontiguousarray(X.T)


class View:
    """What coordinate steps at a point need of the data, whatever the penalty: the point keeps it.

    Who asks again is the next alpha of a path, or the search for that at which a model is empty.
    """

    def __init__(self, problem: Any, point: Any):
        bend = floored(problem.loss, point.slopes, point.curvatures)
        self.directions = Directions(problem.refitted_part, bend)
        #: Features with their directions: in one place, as threads may share this.
        self.held = np.zeros(0, dtype=np.intp), np.zeros((0, 0))
        self.norms: np.ndarray | None = None

    def norms_at(self, among: np.ndarray | None) -> np.ndarray:
        """The curvature along some features, or along all."""
        if self.norms is None and among is not None:
            return self.directions.norms_among(among)
        if self.norms is None:
            self.norms = self.directions.norms()
        return self.norms if among is None else self.norms[among]

    def columns(self, features: np.ndarray) -> np.ndarray:
        """The directions of some features, one a row; those of the last call are at hand."""
        known, rows = self.held
        if np.array_equal(features, known):
            return rows
        if np.isin(features, known).all():
            return rows[np.searchsorted(known, features)]
        self.held = known, rows = features, self.directions.columns(features)
        return rows


class CoordinateSteps:
    """How far each coefficient would move if it alone were free, so that the objective falls.

    Two places may be better than where it is: zero, and the minimum that is the farthest from zero,
    which is found by the loss itself. Where neither is, the quadratic model's step is tried, then
    that with twice the curvature and so on. Where nothing lowers the objective there is no step.
    Small steps are those of the model, which is then exact but for the third order.

    Parameters
    ----------
    problem : SmoothProblem
    point : SmoothPoint
    z : ndarray of shape (n_features,)
        Minus the gradient; of features that must stay as they are 0.
    size : float
        That of the problem: the root of twice the loss of its null model.
    among : ndarray of int, default=None
        Features that may move, in order; all by default. The arrays are about these.

    Attributes
    ----------
    steps : ndarray
    sizes : ndarray
        ``sqrt(d_j) |step_j|``, d being the curvature along the coefficient: the root of twice what
        the step is worth by a quadratic, or of what the objective falls by, if that is more. Of
        squares, the change of the predictions.
    gains : ndarray
        What the objective falls by, where that was looked at; else 0.
    """

    def __init__(
        self,
        problem: Any,
        point: Any,
        z: np.ndarray,
        size: float,
        among: np.ndarray | None = None,
    ):
        self.problem, self.point, self.size = problem, point, size
        self.view = point.view(problem)
        self.features = np.arange(z.size) if among is None else among
        self.norms = self.view.norms_at(among)
        self.w, self.z = point.w[self.features], z[self.features]
        self.weights = problem.weights[self.features]
        self.penalty = problem.penalty if among is None else problem.penalty.of(among)
        self.small = (SMALL * size) ** 2
        d = np.where(self.norms > 0.0, self.norms, 1.0)
        figures = self.w, self.z, self.weights, d
        moved = proxes(self.penalty, self.w + self.z / d, self.weights / d) - self.w
        self.steps = np.where(self.norms > 0.0, moved, 0.0)
        self.sizes = np.sqrt(self.norms) * np.abs(self.steps)
        self.gains = np.zeros(self.features.size)
        busy = self.sizes**2 > self.small
        used = np.flatnonzero(self.w)
        charges = values(problem.penalty, self.w[used]) * self.weights[used]
        busy[used] |= 2.0 * charges > self.small
        there = apply(moves_where_flatter, TRIALS * PROX, (self.penalty, self.small), *figures)
        busy |= (there > 0.0) & (self.norms > 0.0)
        left = np.flatnonzero(busy)
        width = max(1, BLOCK // problem.design.n_samples)
        for start in range(0, left.size, width):
            self._search(left[start : start + width])

    def _search(self, some: np.ndarray) -> None:
        """Make the steps of features, at some places, such that the objective falls."""
        problem, point, design = self.problem, self.point, self.problem.design
        steps, bends, gains = np.zeros((3, some.size))
        directions = self.view.columns(self.features[some])
        penalty = self.penalty.of(some)
        run = descents.sized(20 * EVALUATION * directions.size, problem.loss, penalty)
        run(
            problem.loss,
            penalty,
            design.response,
            design.weights,
            point.predictions,
            directions,
            self.w[some],
            self.weights[some],
            self.z[some],
            self.norms[some],
            point.loss,
            self.small,
            0.5 * FALL * self.size**2,
            problem.penalty.concave,
            problem.penalty.ridge,
            steps,
            bends,
            gains,
        )
        self.steps[some], self.gains[some] = steps, gains
        # Where the loss bends more elsewhere than here, a step is worth more than that.
        self.sizes[some] = np.sqrt(np.maximum(bends * steps * steps, 2.0 * gains))

    @lazy
    def moving(self) -> np.ndarray:
        """The features that move."""
        return self.features[self.sizes > 0.0]
