"""Penalties made of another one: within bounds, with a squared term beside it."""

from __future__ import annotations

from math import inf, sqrt
from types import FunctionType
from typing import Any

import numpy as np

from skl1.compiled import Vector
from skl1.compiled.lazy import lazy
from skl1.penalties.base import Penalty, replaced
from skl1.penalties.numerical import conjugate_within


def _asking_inner(name: str, member: Any) -> Any:
    """A property or method of this name that asks the wrapped penalty.

    Written out as source, since compiled code can neither take ``*args`` nor look up names.
    """
    if isinstance(member, property):
        return property(lambda self: getattr(self.inner, name), doc=member.__doc__)
    code = member.__code__
    given = ", ".join(code.co_varnames[1 : code.co_argcount])
    scope: dict[str, Any] = {"__name__": __name__}
    exec(f"def {name}(self, {given}):\n    return self.inner.{name}({given})", scope)
    method = scope[name]
    method.__qualname__, method.__doc__ = f"Wrapper.{name}", member.__doc__
    return method


class Wrapper(Penalty):
    """A penalty made of another one; a subclass states only what it changes.

    Whatever else `Penalty` has, methods and properties, asks the wrapped penalty, what is added to
    `Penalty` later too. `with_alpha` and `relaxed` change the wrapped one and wrap it again.
    """

    inner: Penalty

    def of(self, features):
        inner = self.inner.of(features)
        return self if inner is self.inner else self.around(inner)

    def with_alpha(self, alpha):
        return self.around(self.inner.with_alpha(alpha))

    def relaxed(self, share):
        return self.around(self.inner.relaxed(share))

    def around(self, inner):
        """The same of another penalty, whose compiled type may be another."""
        other = replaced(self, inner=inner)
        if vars(inner).get("_numba_type_") is not vars(self.inner).get("_numba_type_"):
            vars(other).pop("_numba_type_", None)
        return other


for _name, _member in vars(Penalty).items():
    # Methods with a place are those without one of this penalty, not of the wrapped one.
    _public = isinstance(_member, (property, FunctionType)) and not _name.startswith("_")
    _public = _public and not _name.endswith("_of")
    if _public and _name not in vars(Wrapper):
        setattr(Wrapper, _name, _asking_inner(_name, _member))


class NonNegative(Wrapper):
    """``g(w)`` on w >= 0, where g is any even penalty; solvers keep coefficients there.

    As g does not fall on w >= 0, the constrained minimiser is the free one of ``max(z, 0)``.
    """

    @property
    def lower(self) -> float:
        return 0.0

    @property
    def bounded(self) -> bool:
        return True

    @property
    def one_sided(self) -> bool:
        return True

    def value(self, w):
        return self.inner.value(w)

    def prox(self, z, step):
        return self.inner.prox(max(z, 0.0), step)

    def project(self, w):
        return max(w, 0.0)

    def conjugate(self, z, weight):
        return self.inner.conjugate(max(z, 0.0), weight)

    def descent(self, w, slope, weight):
        free = self.inner.descent(w, slope, weight)
        return free if w > 0.0 else min(free, 0.0)


class Bounded(Wrapper):
    """``g(w_j)`` on ``low_j <= w_j <= high_j``; zero is within the bounds of each feature.

    As g is even and does not fall on w >= 0, no coefficient is best on the other side of zero than
    z: with ``m`` the bound on the side of z, the prox is that of ``|z|`` on [0, m]. Of a convex g
    it is the free one, at most m. Else the free one may be beyond m, and the least minimum on
    [0, m] somewhere else (``Penalty.prox_up_to``).
    """

    low: Vector
    high: Vector

    @property
    def lower(self) -> np.ndarray:
        return self.low

    @property
    def upper(self) -> np.ndarray:
        return self.high

    @property
    def bounded(self) -> bool:
        return True

    @lazy
    def boxed(self) -> bool:
        return bool(
            (np.isfinite(self.low) & (self.low != 0.0)).any()
            or (np.isfinite(self.high) & (self.high != 0.0)).any()
        )

    def of(self, features):
        inner = self.inner.of(features)
        return replaced(self, inner=inner, low=self.low[features], high=self.high[features])

    def value(self, w):
        return self.inner.value(w)

    def prox(self, z, step):
        raise NotImplementedError("bounds are those of a feature: use prox_of")

    def project(self, w):
        raise NotImplementedError("bounds are those of a feature: use project_of")

    def conjugate(self, z, weight):
        raise NotImplementedError("bounds are those of a feature: use conjugate_of")

    def descent(self, w, slope, weight):
        raise NotImplementedError("bounds are those of a feature: use descent_of")

    def prox_of(self, j, z, step):
        if z >= 0.0:
            return self.inner.prox_up_to(z, step, self.high[j])
        return -self.inner.prox_up_to(-z, step, -self.low[j])

    def project_of(self, j, w):
        return min(max(w, self.low[j]), self.high[j])

    def conjugate_of(self, j, z, weight):
        most = self.high[j] if z >= 0.0 else -self.low[j]
        return self.inner.conjugate_up_to(abs(z), weight, most)

    def descent_of(self, j, w, slope, weight):
        free = self.inner.descent(w, slope, weight)
        if w <= self.low[j]:
            free = min(free, 0.0)
        return max(free, 0.0) if w >= self.high[j] else free

    def moves_of(self, j, w):
        return w != 0.0 and self.low[j] < w < self.high[j]

    def end_of(self, j, w, step):
        if w * step < 0.0:
            return 0.0
        return self.high[j] if step > 0.0 else self.low[j]


class Ridged(Wrapper):
    """``g(w) = inner.g(w) + l2 / 2 w^2``.

    Completing the square, its prox is that of the inner penalty for ``z / (1 + step l2)`` with the
    step ``step / (1 + step l2)``. It counts as convex if the inner penalty is.
    """

    l2: float

    @property
    def superlinear(self) -> bool:
        return True

    @property
    def constant_curvature(self) -> float | None:
        inner = self.inner.constant_curvature
        return None if inner is None else inner + self.l2

    @property
    def proportional(self) -> bool:
        return False

    @property
    def ridge(self) -> float:
        return self.inner.ridge + self.l2

    def value(self, w):
        return self.inner.value(w) + 0.5 * self.l2 * w * w

    def prox(self, z, step):
        # In a form that an infinite step does not make NaN.
        left = step / (1.0 + step * self.l2) if step < 1.0 else 1.0 / (1.0 / step + self.l2)
        return self.inner.prox(z / (1.0 + step * self.l2), left)

    def prox_up_to(self, size, step, most):
        left = step / (1.0 + step * self.l2) if step < 1.0 else 1.0 / (1.0 / step + self.l2)
        return self.inner.prox_up_to(size / (1.0 + step * self.l2), left, most)

    def conjugate_up_to(self, size, weight, most):
        return conjugate_within(self, size, weight, most)

    def slope(self, w):
        return self.inner.slope(w) + self.l2 * w

    def curvature(self, w):
        return self.inner.curvature(w) + self.l2

    def alpha_max(self, pull, curvature, weight):
        return self.inner.alpha_max(pull, curvature + weight * self.l2, weight)

    def alpha_max_up_to(self, pull, curvature, weight, most):
        return self.inner.alpha_max_up_to(pull, curvature + weight * self.l2, weight, most)

    def conjugate(self, z, weight):
        """At the maximiser, which the inner prox gives: ``weight l2 w = z - weight g'(w)``."""
        if weight * self.l2 == 0.0:
            return self.inner.conjugate(z, weight)
        w = self.inner.prox(z / (weight * self.l2), 1.0 / self.l2)
        return max(z * w - weight * self.value(w), 0.0)

    def descent(self, w, slope, weight):
        return self.inner.descent(w, slope + weight * self.l2 * w, weight)

    def threshold(self, step):
        shrink = 1.0 + step * self.l2
        return shrink * self.inner.threshold(step / shrink)

    def reach(self, value):
        near = self.inner.reach(value)
        square = sqrt(2.0 * value / self.l2) if self.l2 > 0.0 else inf
        return min(near, square)
