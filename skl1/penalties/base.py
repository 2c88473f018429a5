"""What a penalty is: the scalar mathematics of one coefficient."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np

from skl1.compiled import Record, kernel


def replaced(record, **fields):
    """A record with some fields changed, of the same kinds: its compiled type is known already."""
    other = object.__new__(type(record))
    vars(other).update(vars(record))
    vars(other).update(fields)
    return other


class Penalty(Record):
    """A penalty on one coefficient, ``weight * g(w)``, scaled by the feature's weight.

    Two groups of methods, by who calls them. ``prox`` and ``descent`` run inside compiled
    loops on scalars. The others run on whole arrays and are written with NumPy operations
    that work elementwise.

    A penalty of one's own needs ``value`` and ``prox``; the other methods serve, each named
    in its docstring, a certificate, Newton's method or the subgradient method.
    """

    @property
    def convex(self) -> bool:
        """Is g convex? Then a duality gap certifies the fit, else the fixed-point distance."""
        return False

    @property
    def superlinear(self) -> bool:
        """Does g grow faster than linearly? Then its conjugate is finite beyond the kink."""
        return False

    @property
    def constant_curvature(self) -> float | None:
        """``g''`` away from 0 if it is the same everywhere: then g is ``kink |w| + g''/2 w^2``."""
        return None

    @property
    def one_sided(self) -> bool:
        """Whether negative coefficients are forbidden."""
        return False

    @property
    def proportional(self) -> bool:
        """Is g a multiple of alpha? Then a path may scale the weights instead."""
        return False

    @property
    def strength(self) -> float:
        """Alpha."""
        return self.alpha  # type: ignore[attr-defined]

    @property
    def order(self) -> float:
        """The power of a correlation that alpha goes with: it enters at ``alpha^(1 / order)``."""
        return 1.0

    @property
    def ridge(self) -> float:
        """The second derivative of a squared term that comes on top of a concave g."""
        return 0.0

    def with_alpha(self, alpha):
        """The same penalty with another alpha."""
        return replaced(self, alpha=float(alpha))

    def relaxed(self, share):
        """A penalty that much of the way (0 to 1) to a convex one, if there is a family of them."""
        return self

    @abstractmethod
    def value(self, w):
        """``g(w)``, elementwise."""

    @abstractmethod
    def prox(self, z, step):
        """``argmin_w (w - z)^2 / 2 + step * g(w)`` for scalars; the smaller of two minimisers."""

    def slope_at_zero(self):
        """``g'(0+)``: how hard a correlation must pull before the coefficient leaves zero."""
        return np.inf

    def pull(self, z):
        """The part of a correlation z that pulls a coefficient off zero, elementwise."""
        return np.abs(z)

    def project(self, w):
        """The nearest admissible coefficient (a scalar, compiled)."""
        return w

    def derivative(self, w):
        """``g'(w)`` for w != 0, elementwise: Newton's method on the support."""
        raise NotImplementedError(f"{type(self).__name__} has no derivative")

    def curvature(self, w):
        """``g''(w)`` for w != 0, elementwise: Newton's method on the support."""
        raise NotImplementedError(f"{type(self).__name__} has no curvature")

    def alpha_max(self, pull, curvature, weight):
        """The smallest alpha for which zero is optimal for one coefficient, elementwise.

        ``curvature`` is the second derivative of the loss along the coefficient.
        """
        raise NotImplementedError(f"{type(self).__name__} has no alpha_max")

    def threshold(self, step):
        """A size of z, elementwise, up to which ``prox(z, step)`` is 0; not always the largest."""
        return np.zeros_like(step)

    def reach(self, value):
        """A bound on every ``|w|`` with ``g(w) <= value``, elementwise; inf where none is known.

        Used by the lower bound on the global minimum. The largest of them is the best.
        """
        return np.full_like(value, np.inf)

    def chord(self, reach):
        """The largest slope a with ``a |w| <= g(w)`` for ``|w| <= reach``, elementwise.

        Without the squared term, if there is one; g is concave on w >= 0 but for that.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            slope = np.where(reach > 0.0, self.value(reach) / reach, np.inf)
        return np.where(reach == np.inf, 0.0, slope)


class ConvexPenalty(Penalty):
    """A convex penalty: has a conjugate (for the gap) and a subdifferential."""

    @property
    def convex(self) -> bool:
        return True

    @abstractmethod
    def conjugate(self, z, weight):
        """``sup_w z w - weight g(w)``, elementwise; inf where z is infeasible."""

    @abstractmethod
    def descent(self, w, slope, weight):
        """The element of least size of ``slope + weight * dg(w)`` (scalars, compiled).

        Zero if and only if w is optimal for a loss of that slope.
        """

    def chord(self, reach):
        # No secant of a convex g stays below it; the tangent at 0 does.
        return np.full_like(reach, self.slope_at_zero())


class NonNegative(Penalty):
    """``g(w)`` on w >= 0, where g is any even penalty; solvers keep coefficients there.

    As g does not fall on w >= 0, the constrained minimiser is the free one of ``max(z, 0)``.
    """

    inner: Penalty

    @property
    def convex(self) -> bool:
        return self.inner.convex

    @property
    def superlinear(self) -> bool:
        return self.inner.superlinear

    @property
    def constant_curvature(self) -> float | None:
        return self.inner.constant_curvature

    @property
    def one_sided(self) -> bool:
        return True

    @property
    def proportional(self) -> bool:
        return self.inner.proportional

    @property
    def strength(self) -> float:
        return self.inner.strength

    @property
    def order(self) -> float:
        return self.inner.order

    @property
    def ridge(self) -> float:
        return self.inner.ridge

    def with_alpha(self, alpha):
        return replaced(self, inner=self.inner.with_alpha(alpha))

    def relaxed(self, share):
        return NonNegative(self.inner.relaxed(share))

    def value(self, w):
        return self.inner.value(w)

    def prox(self, z, step):
        return self.inner.prox(max(z, 0.0), step)

    def slope_at_zero(self):
        return self.inner.slope_at_zero()

    def pull(self, z):
        return np.maximum(z, 0.0)

    def project(self, w):
        return max(w, 0.0)

    def derivative(self, w):
        return self.inner.derivative(w)

    def curvature(self, w):
        return self.inner.curvature(w)

    def alpha_max(self, pull, curvature, weight):
        return self.inner.alpha_max(pull, curvature, weight)

    def threshold(self, step):
        return self.inner.threshold(step)

    def reach(self, value):
        return self.inner.reach(value)

    def chord(self, reach):
        return self.inner.chord(reach)

    def conjugate(self, z, weight):
        return self.inner.conjugate(np.maximum(z, 0.0), weight)

    def descent(self, w, slope, weight):
        free = self.inner.descent(w, slope, weight)
        return free if w > 0.0 else min(free, 0.0)


@kernel(exact=True)
def prox_vector(penalty, z, step, out):
    """``out_j = penalty.prox(z_j, step_j)``."""
    for j in range(z.size):
        out[j] = penalty.prox(z[j], step[j])
