"""The part of a model without a penalty: of any loss it is refitted at each point of a problem."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.linalg import lstsq
from scipy.linalg.lapack import dpotrf, dpotrs

from skl1.compiled.lazy import lazy
from skl1.designs import TableDesign
from skl1.losses import Loss
from skl1.losses.elementwise import EVALUATION, Samples, levelled, looked, mean_along
from skl1.problems.separation import falls_for_ever

#: Newton steps at most, and halvings of such a step.
STEPS, HALVINGS = 60, 40
#: A fall below this share of the loss is rounding in the slopes, or in the loss itself.
NOTHING, ROUNDING = 1e-30, 4.0 * float(np.finfo(np.float64).eps)
#: Curvature of a sample below which it is asked whether there is a minimum at all.
FLAT = 1e-7
#: Steps that one sample may ask for in a quadratic model, in units of the loss; and the least
#: curvature of all.
FAR, TINY = 1e3, 1e-100
#: Squared pivots of columns of length one down to which the matrix of their products will do.
SINGULAR = 1e-10


class Refit(NamedTuple):
    """What is best beside some predictions: all predictions, intercept, coordinates, samples."""

    predictions: np.ndarray
    level: float
    along: np.ndarray
    samples: Samples


class Unpenalised:
    """The intercept, and the span of some columns: what is best of them beside other predictions.

    A basis of the columns stands for them, orthonormal by the weights of the samples: columns that
    nearly depend on each other have coefficients of any size, but predictions that are not.

    Parameters
    ----------
    loss : Loss
    design : TableDesign
    columns : ndarray of int
        Features that are refitted.
    """

    def __init__(self, loss: Loss, design: TableDesign, columns: np.ndarray):
        self.loss, self.design, self.columns = loss, design, columns
        self.data = design.response, design.weights

    @lazy
    def span(self):
        return self.design.span_of(self.columns)

    @lazy
    def basis(self) -> np.ndarray:
        """A column for each dimension of the span; without rows that do not count."""
        if not self.columns.size:
            return np.zeros((self.design.n_samples, 0))
        basis, root = self.span.basis, self.design.root
        if basis is None:
            basis = self.design.weighted(self.columns) @ self.span.refit.T
        root = root[:, None]
        return np.divide(basis, root, out=np.zeros_like(basis), where=root > 0.0)

    @property
    def usual(self) -> tuple[float, np.ndarray]:
        """The model of this part alone: the intercept, and the coordinates in the basis."""
        return self.usual_fit[1:3]

    @lazy
    def usual_fit(self) -> Refit:
        """The same with its predictions."""
        y, weights = self.data
        start = self.loss.constant(float(weights @ y)) if self.design.fit_intercept else 0.0
        return self.refit(np.zeros(y.size), start, np.zeros(self.basis.shape[1]))

    def refit(self, t: np.ndarray, start: float, along: np.ndarray, enough: float = 0.0) -> Refit:
        """What is best beside predictions t, from guesses of intercept and coordinates.

        Where the loss falls below ``enough``, nothing better is looked for.
        """
        if not along.size:
            if not self.design.fit_intercept:
                return Refit(t, 0.0, along, looked(self.loss, *self.data, t))
            shift, samples = levelled(self.loss, *self.data, t, start)
            return Refit(t + shift, shift, along, samples)
        fit = t + start + self.basis @ along
        b, along = start, along.copy()
        loss, slopes, curvatures = looked(self.loss, *self.data, fit)
        for _ in range(STEPS):
            if loss < enough:
                return Refit(fit, b, along, (loss, slopes, curvatures))
            shift, step, fall = self.newton(slopes, floored(self.loss, slopes, curvatures))
            if fall <= NOTHING * loss:
                break
            # The last step doubles the digits of the coefficients; of the loss it changes none.
            last, e = fall <= ROUNDING * loss, shift + self.basis @ step
            share = 1.0 if last else self._share(fit, e, loss)
            if not share:
                break
            fit, b, along = fit + share * e, b + share * shift, along + share * step
            loss, slopes, curvatures = looked(self.loss, *self.data, fit)
            if last:
                break
        if not curvatures.min(initial=1.0, where=self.data[1] > 0.0) > FLAT:
            self._check_minimum()
        return Refit(fit, b, along, (loss, slopes, curvatures))

    def _share(self, fit: np.ndarray, e: np.ndarray, loss: float) -> float:
        """The largest share of a step, of those halved, by which a loss falls; 0 if none does."""
        run = mean_along.sized(EVALUATION * fit.size, self.loss)
        shares = 0.5 ** np.arange(HALVINGS)
        return next((t for t in shares if run(self.loss, *self.data, fit, e, t) < loss), 0.0)

    @lazy
    def _falls_for_ever(self) -> bool:
        y, weights = self.data
        return falls_for_ever(self.loss, y[weights > 0.0], self.parts()[weights > 0.0])

    def _check_minimum(self) -> None:
        """Raise an error if there is none: to be asked where the loss of some sample is flat.

        On its way to an end the loss falls by a constant factor with each step, so that Newton's
        method gets far out before it finds nothing to gain.
        """
        if self.loss.endless and self._falls_for_ever:
            names = ", ".join(map(str, self.columns[:10]))
            raise ValueError(
                f"No finite coefficients of the unpenalised features {names}"
                f"{' and others' if self.columns.size > 10 else ''} are best: with them some "
                "samples are fitted the better the larger they are, as where they tell the "
                "classes apart. Penalise these features (alpha and penalty_weights above 0), or "
                "leave them out."
            )

    def newton(self, slopes, bend) -> tuple[float, np.ndarray, float]:
        """The Newton step of intercept and coordinates, and by how much the quadratic falls.

        ``bend`` are the curvatures as they are `floored`.
        """
        root = np.sqrt(self.design.weights * bend)
        pull = -self.design.weights * slopes
        parts = self.parts() * root[:, None]
        units = np.sqrt(np.einsum("ij,ij->j", parts, parts))
        units[units == 0.0] = 1.0
        target = np.divide(pull, root, out=np.zeros_like(root), where=root > 0.0)
        parts /= units
        slope = parts.T @ target
        factor, info = dpotrf(parts.T @ parts)
        if not info and np.all(factor.diagonal() ** 2 > SINGULAR):
            step = dpotrs(factor, slope)[0]
        else:  # the products would lose half of the digits
            step = lstsq(parts, target, check_finite=False)[0]
        fall, step = 0.5 * float(step @ slope), step / units
        return (step[0], step[1:], fall) if self.design.fit_intercept else (0.0, step, fall)

    def left_over(self, slopes: np.ndarray, bend: np.ndarray) -> float:
        """What refitting may still gain, to second order; from the `floored` curvatures."""
        if self.basis.shape[1]:
            return self.newton(slopes, bend)[2]
        if not self.design.fit_intercept:
            return 0.0
        weights = self.design.weights
        return 0.5 * float(weights @ slopes) ** 2 / float(weights @ bend)

    def parts(self) -> np.ndarray:
        """The basis, behind a column of ones where there is an intercept."""
        if not self.design.fit_intercept:
            return self.basis
        return np.column_stack([np.ones(len(self.basis)), self.basis])

    def coefficients(self, along: np.ndarray) -> np.ndarray:
        """Those of the columns, from coordinates in the basis."""
        return self.span.refit.T @ along


def floored(loss: Loss, slopes: np.ndarray, curvatures: np.ndarray) -> np.ndarray:
    """Curvatures for a quadratic model that has a minimum, as none of them is zero.

    The slope of a sample enters as it is. Where it is steep and hardly bends, as an outlier of the
    Huber loss, it gets so much curvature that it does not ask for a step of more than ``FAR`` of
    the loss's units; that changes the model little.
    """
    return np.maximum(curvatures, np.maximum(np.abs(slopes) / (FAR * loss.unit), TINY))
