"""What a penalty is: the scalar mathematics of one coefficient.

Longer than 300 lines: one class, of which a new penalty may replace any method.
"""

from __future__ import annotations

from abc import abstractmethod
from math import copysign, inf
from typing import Any

from skl1.compiled import Record
from skl1.penalties.numerical import (
    BISECTIONS,
    EPS,
    FACTOR,
    LEAST,
    MOST,
    conjugate_by_prox,
    conjugate_within,
    difference_curvature,
    difference_slope,
    lowest_up_to,
    safe_chord,
    slope_near_zero,
    soft_threshold,
    zero_up_to,
)


def replaced(record, **fields):
    """A record with some fields changed, of the same kinds: its compiled type is known already."""
    other = object.__new__(type(record))
    vars(other).update(vars(record))
    vars(other).update(fields)
    return other


class Penalty(Record):
    """A penalty on one coefficient, ``weight * g(w)``, scaled by the feature's weight.

    g is even, 0 at 0, and does not fall on w >= 0. Every method is about one coefficient and runs
    in compiled loops: arithmetic, ``math``, fields, and other such methods and functions.
    ``skl1.penalties.elementwise`` applies them to arrays.

    A penalty of one's own needs ``value`` and ``prox``. The others have defaults made from these
    two, which are slower and exact to fewer digits; whoever has a formula gives it.
    """

    @property
    def convex(self) -> bool:
        """Is g convex? Then a duality gap certifies the fit, else the fixed-point distance."""
        return False

    @property
    def concave(self) -> bool:
        """Whether g is known to be concave on w >= 0, but for its ridge."""
        return False

    @property
    def superlinear(self) -> bool:
        """Whether the conjugate of a convex g is finite somewhere beyond its slope at zero.

        It is if g grows faster than linearly. True where that is not known: the conjugate says.
        """
        return self.convex

    @property
    def constant_curvature(self) -> float | None:
        """``g''`` away from 0 if it is the same everywhere, else None.

        Then ``g(w) = slope_at_zero |w| + g''/2 w^2``, and g is convex.
        """
        return None

    @property
    def lower(self) -> Any:
        """The lower bound of the coefficients, at most 0: of all, or of each."""
        return -inf

    @property
    def upper(self) -> Any:
        """The upper bound, at least 0."""
        return inf

    @property
    def bounded(self) -> bool:
        """Whether coefficients must stay within bounds: `NonNegative` and `Bounded` say so."""
        return False

    @property
    def one_sided(self) -> bool:
        """Whether all that bounds say is that no coefficient may be negative."""
        return False

    @property
    def boxed(self) -> bool:
        """Whether some coefficient has a finite bound other than 0."""
        return False

    @property
    def proportional(self) -> bool:
        """Is g a multiple of alpha? Then a path may scale the weights instead."""
        return False

    @property
    def strength(self) -> float:
        """Alpha."""
        if "alpha" not in vars(self):
            raise self._without_alpha("strength (a property)")
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
        if "alpha" not in vars(self):
            raise self._without_alpha("with_alpha(alpha)")
        return replaced(self, alpha=float(alpha))

    def _without_alpha(self, name):
        kind = type(self).__name__
        return TypeError(
            f"{kind} has no field named alpha, so that its strength cannot be told or changed: "
            f"name the field alpha, or define {name} in {kind}."
        )

    def relaxed(self, share):
        """A penalty that much of the way (0 to 1) to a convex one, if there is a family of them."""
        return self

    @abstractmethod
    def value(self, w):
        """``g(w)``."""

    @abstractmethod
    def prox(self, z, step):
        """``argmin_w (w - z)^2 / 2 + step * g(w)``; the smaller of two minimisers."""

    def slope(self, w):
        """``g'(w)`` for w != 0."""
        return difference_slope(self, w)

    def curvature(self, w):
        """``g''(w)`` for w != 0; at a corner of the slope the smaller of the two."""
        return difference_curvature(self, w)

    def slope_at_zero(self):
        """``g'(0+)``: how hard a correlation must pull before the coefficient leaves zero."""
        return slope_near_zero(self)

    def prox_up_to(self, size, step, most):
        """The same of ``0 <= w <= most``, for ``z = size >= 0``: the least of all its minima."""
        return lowest_up_to(self, size, step, most)

    def project(self, w):
        """The nearest admissible coefficient."""
        return w

    # Bounds differ from feature to feature: j is its place in the arrays at hand. Where there are
    # none these are the methods without a place.

    def of(self, features):
        """The penalty on some of the features alone, by their places; never compiled."""
        return self

    def prox_of(self, j, z, step):
        """``prox`` within the bounds of the coefficient j."""
        return self.prox(z, step)

    def project_of(self, j, w):
        """``project`` within them."""
        return self.project(w)

    def conjugate_of(self, j, z, weight):
        """``conjugate`` within them."""
        return self.conjugate(z, weight)

    def descent_of(self, j, w, slope, weight):
        """``descent`` within them."""
        return self.descent(w, slope, weight)

    def moves_of(self, j, w):
        """Whether a coefficient in use may go either way: it is not at a bound."""
        return w != 0.0

    def end_of(self, j, w, step):
        """Where a coefficient in use ends on its way along a step: at zero, or at its bound."""
        return 0.0 if w * step < 0.0 else copysign(inf, step)

    def alpha_max(self, pull, curvature, weight):
        """The smallest alpha for which zero is optimal; never compiled.

        ``pull`` is the part of the correlation that pulls off zero, ``curvature`` the second
        derivative of the loss along the coefficient.
        """
        z, step = pull / curvature, weight / curvature
        if pull == 0.0:
            return 0.0

        def rests(alpha):
            return self.with_alpha(alpha).prox(z, step) == 0.0

        high = 1.0
        while not rests(high):
            high *= FACTOR
            if high >= MOST:
                return inf
        low = high
        while rests(low):
            high = low
            low /= FACTOR
            if low <= LEAST:
                return 0.0
        for _ in range(BISECTIONS):
            middle = 0.5 * (low + high)
            low, high = (low, middle) if rests(middle) else (middle, high)
        return high

    def alpha_max_up_to(self, pull, curvature, weight, most):
        """The same where the coefficient may go up to ``most`` only; never compiled.

        Smaller if what would leave zero would jump beyond that.
        """
        top = self.alpha_max(pull, curvature, weight)
        if self.convex or most == inf or not 0.0 < top < inf:
            return top
        z, step = pull / curvature, weight / curvature

        def rests(alpha):
            return self.with_alpha(alpha).prox_up_to(z, step, most) == 0.0

        low, high = 0.0, top
        if not rests(top * (1.0 - EPS * FACTOR)):
            return top
        for _ in range(BISECTIONS):
            middle = 0.5 * (low + high)
            low, high = (low, middle) if rests(middle) else (middle, high)
        return high

    def threshold(self, step):
        """A size of z up to which ``prox(z, step)`` is 0; not always the largest."""
        return zero_up_to(self, step)

    def reach(self, value):
        """A bound on every ``|w|`` with ``g(w) <= value``; inf where none is known.

        Used by the lower bound on the global minimum. The smallest of them is the best.
        """
        return inf

    def chord(self, reach):
        """A slope a with ``a |w| <= g(w)`` for ``|w| <= reach``, the largest if g is concave.

        Without the squared term, if there is one.
        """
        return safe_chord(self, reach)

    def conjugate(self, z, weight):
        """``sup_w z w - weight g(w)`` of a convex g; inf where z is infeasible."""
        return conjugate_by_prox(self, z, weight)

    def conjugate_up_to(self, size, weight, most):
        """The same over ``0 <= w <= most``, for ``z = size >= 0``; finite where ``most`` is."""
        return conjugate_within(self, size, weight, most)

    def descent(self, w, slope, weight):
        """The element of least size of ``slope + weight * dg(w)``.

        Zero if and only if w is optimal for a loss of that slope.
        """
        if w == 0.0:
            return soft_threshold(slope, weight * self.slope_at_zero())
        return slope + weight * self.slope(w)


class ConvexPenalty(Penalty):
    """A penalty that is convex: a duality gap certifies its fits."""

    @property
    def convex(self) -> bool:
        return True

    def prox_up_to(self, size, step, most):
        # On an interval the minimum is the point nearest to the free one.
        return min(self.prox(size, step), most)

    def chord(self, reach):
        # No secant of a convex g stays below it; the tangent at 0 does.
        return self.slope_at_zero()


class ConcavePenalty(Penalty):
    """A penalty that is concave on w >= 0: its chords lie below it."""

    @property
    def concave(self) -> bool:
        return True

    def chord(self, reach):
        if reach == 0.0:
            return inf
        return 0.0 if reach == inf else self.value(reach) / reach
