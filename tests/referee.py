"""An independent judge of fits: objectives by their definition and minima of its own.

Everything is in extended precision (``np.longdouble``), on explicit dense data, and shares no
formula with skl1. What it calls a minimum is the objective of a point that it has found: a claim
that nothing is below some larger number is false whatever the quality of that point.
"""

from copy import copy
from dataclasses import dataclass
from functools import cached_property

import numpy as np

LONG = np.longdouble
EPS = float(np.finfo(np.float64).eps)
#: Columns of unit length that leave less than this beside others count as dependent on them. The
#: data are rounded to 1e-16: what is smaller is not in them.
DEPENDENT = LONG(1e-14)
#: Turns of all coordinates within bounds, at most.
SWEEPS = 400


@dataclass(frozen=True)
class Charge:
    """A penalty: ``l1 |w| + l2 / 2 w^2``, or any function ``g`` of |w| with the term of ``l2``.

    ``most`` bounds the number of penalised features in use.
    """

    l1: float = 0.0
    l2: float = 0.0
    g: object = None
    most: int | None = None

    @property
    def convex(self):
        return self.g is None and self.most is None

    def __call__(self, w):
        size = np.abs(np.asarray(w, dtype=LONG))
        first = LONG(self.l1) * size if self.g is None else self.g(size)
        return first + LONG(self.l2) / 2 * size * size


def power(alpha, p):
    """``alpha |w|^p``, and 0 at 0 for p = 0 too."""
    return lambda size: np.where(size > 0, LONG(alpha) * size ** LONG(p), LONG(0))


def logarithm(alpha, epsilon):
    return lambda size: LONG(alpha) * np.log1p(size / LONG(epsilon))


def minimax(alpha, gamma):
    """MCP, as the integral of its slope ``max(alpha - w / gamma, 0)``."""
    alpha, gamma = LONG(alpha), LONG(gamma)

    def g(size):
        end = np.minimum(size, alpha * gamma)
        return end * (alpha + np.maximum(alpha - end / gamma, 0)) / 2

    return g


def clipped(alpha, gamma):
    """SCAD, as the integral of its slope, which is alpha and then falls to 0 at gamma alpha."""
    alpha, gamma = LONG(alpha), LONG(gamma)

    def g(size):
        flat = np.minimum(size, alpha)
        end = np.clip(size, alpha, alpha * gamma)
        slope = (gamma * alpha - end) / (gamma - 1)
        return alpha * flat + (end - alpha) * (alpha + slope) / 2

    return g


def norm(v):
    return np.sqrt((v * v).sum(axis=0))


def orthonormal(A, least=DEPENDENT):
    """An orthonormal basis of the columns of A: Gram and Schmidt with pivots, twice."""
    A = A.astype(LONG)
    lengths = norm(A)
    B = A[:, lengths > 0] / lengths[lengths > 0]
    Q = np.zeros((A.shape[0], 0), dtype=LONG)
    while B.shape[1]:
        sizes = norm(B)
        k = int(np.argmax(sizes))
        if sizes[k] <= least:
            break
        q = B[:, k] / sizes[k]
        for _ in range(2):
            q = q - Q @ (Q.T @ q)
            q /= norm(q)
        Q = np.c_[Q, q]
        B = np.delete(B, k, axis=1)
        B -= np.outer(q, q @ B)
    return Q


def beside(Q, A):
    """A without its part in the span of Q."""
    for _ in range(2):
        A = A - Q @ (Q.T @ A)
    return A


class Support:
    """The columns in use of an active set, with signs, and their triangular factor."""

    def __init__(self, B):
        self.B = B
        self.index: list[int] = []
        self.sign: list[int] = []
        self.Q = np.zeros((B.shape[0], 0), dtype=LONG)
        self.R = np.zeros((0, 0), dtype=LONG)

    def append(self, j, sign):
        """Take a column in; its coefficients on the others if it depends on them, else None."""
        b = LONG(sign) * self.B[:, j]
        along = self.Q.T @ b
        rest = b - self.Q @ along
        more = self.Q.T @ rest
        rest, along = rest - self.Q @ more, along + more
        left = norm(rest)
        if left <= DEPENDENT:
            return self.back(along)
        k = len(self.index)
        R = np.zeros((k + 1, k + 1), dtype=LONG)
        R[:k, :k], R[:k, k], R[k, k] = self.R, along, left
        self.Q, self.R = np.c_[self.Q, rest / left], R
        self.index.append(j)
        self.sign.append(sign)
        return None

    def back(self, v):
        """``R^-1 v``."""
        x = v.astype(LONG)
        for k in range(x.size - 1, -1, -1):
            x[k] = (x[k] - self.R[k, k + 1 :] @ x[k + 1 :]) / self.R[k, k]
        return x

    def forth(self, v):
        """``R^-T v``."""
        x = v.astype(LONG)
        for k in range(x.size):
            x[k] = (x[k] - self.R[:k, k] @ x[:k]) / self.R[k, k]
        return x

    def without(self, gone):
        """The support less the places in a mask."""
        other = Support(self.B)
        for j, sign, out in zip(self.index, self.sign, gone, strict=True):
            if not out:
                other.append(j, sign)
        return other


def active_set(B, t, cost, both):
    """Minimise ``|t - B v|^2 / 2 + cost . |v|`` with v >= 0 where not ``both`` signs may be.

    Columns of unit length or zero. One column enters after the other, the one with the largest
    slope; the coefficients of those in use move to their optimum, up to the first that would change
    its sign, which leaves. Gives v.
    """
    support, v = Support(B), np.zeros(0, dtype=LONG)
    blocked: set[int] = set()
    usable = norm(B) > 0
    scale = norm(t)
    for _ in range(20 * B.shape[1] + 20):
        r = t - B[:, support.index] @ (np.array(support.sign, dtype=LONG) * v)
        z = B.T @ r
        gain = np.where(usable, (np.abs(z) if both else z) - cost, -np.inf)
        gain[[*support.index, *blocked]] = -np.inf
        j = int(np.argmax(gain)) if gain.size else -1
        if j < 0 or gain[j] <= 1e-17 * scale:
            break
        sign = 1 if z[j] > 0 else -1
        before = v.copy()
        others = support.append(j, sign)
        if others is not None:  # the penalty falls along the null direction, up to a crossing
            down = np.flatnonzero(others > 0)
            if not down.size:
                blocked.add(j)
                continue
            length = (v[down] / others[down]).min()
            gone = np.zeros(v.size, dtype=bool)
            gone[down[np.argmin(v[down] / others[down])]] = True
            v = np.maximum(v - length * others, 0)
            support, v = support.without(gone), v[~gone]
            if support.append(j, sign) is not None:
                blocked.add(j)
                continue
            v = np.append(v, length)
        else:
            v = np.append(v, LONG(0))
        support, v = settled(support, v, t, cost)
        if j not in support.index and v.shape == before.shape and np.array_equal(v, before):
            blocked.add(j)
        elif j in support.index:
            blocked.clear()
    full = np.zeros(B.shape[1], dtype=LONG)
    full[support.index] = np.array(support.sign, dtype=LONG) * v
    return full


def settled(support, v, t, cost):
    """The coefficients in use at the optimum of their signs; what would cross zero leaves."""
    while support.index:
        linear = support.forth(cost[support.index])
        target = support.back(support.Q.T @ t - linear)
        if (target > 0).all():
            return support, target
        down = target <= 0
        ratios = np.full(v.size, np.inf, dtype=LONG)
        moved = np.where(v[down] > target[down], v[down] - target[down], 1)
        ratios[down] = v[down] / moved
        share = min(ratios.min(), LONG(1))
        v = v + share * (target - v)
        gone = down & (ratios <= share)
        support, v = support.without(gone), np.maximum(v[~gone], 0)
    return support, np.zeros(0, dtype=LONG)


def boxed(A, t, cost, lower, upper):
    """A good w for ``|t - A w|^2 / 2 + cost . |w|`` within bounds around 0, if not the best.

    Coordinates in turn, and now and then a step of all that are at no end.
    """
    w, r, d = np.zeros(A.shape[1], dtype=LONG), t.copy(), (A * A).sum(axis=0)
    for sweep in range(SWEEPS):
        before = w.copy()
        for j in np.flatnonzero(d > 0):
            pull = A[:, j] @ r + d[j] * w[j]
            size = np.maximum(np.abs(pull) - cost[j], 0) / d[j]
            new = np.clip(np.copysign(size, pull), lower[j], upper[j])
            if new != w[j]:
                r -= A[:, j] * (new - w[j])
                w[j] = new
        if np.array_equal(before, w):
            break
        if sweep % 8 == 7:
            inside = np.flatnonzero((w != 0) & (lower < w) & (w < upper) & (d > 0))
            B = A[:, inside]
            slope = B.T @ r - cost[inside] * np.sign(w[inside])
            units = 1 / np.sqrt(d[inside])
            matrix = np.asarray((B * units).T @ (B * units), dtype=float)
            target = np.asarray(units * slope, dtype=float)
            step = units * np.linalg.lstsq(matrix, target, rcond=1e-12)[0].astype(LONG)
            along, bend = slope @ step, ((B @ step) ** 2).sum()
            if along > 0 and bend > 0:
                ends = np.where(step > 0, upper[inside], lower[inside])
                ends = np.where(step * w[inside] < 0, 0, ends)
                with np.errstate(all="ignore"):
                    room = np.where(step != 0, (ends - w[inside]) / step, np.inf)
                w[inside] += min(along / bend, room.min()) * step
                w = np.clip(w, lower, upper)
                r = t - A @ w
    return w


class Referee:
    """A regression problem as it is defined; rows without weight are left out."""

    def __init__(
        self,
        X,
        y,
        sample_weight=None,
        penalty_weights=None,
        *,
        positive=False,
        coef_bounds=None,
        fit_intercept=True,
    ):
        X = np.asarray(X.toarray() if hasattr(X, "toarray") else X)
        n, p = X.shape
        s = np.ones(n) if sample_weight is None else np.broadcast_to(sample_weight, n)
        counted = np.asarray(s, dtype=float) > 0
        self.X, self.y = X[counted].astype(LONG), np.asarray(y)[counted].astype(LONG)
        s = np.asarray(s)[counted].astype(LONG)
        self.s = s / s.sum()
        self.positive, self.fit_intercept = positive, fit_intercept
        lower, upper = (-np.inf, np.inf) if coef_bounds is None else coef_bounds
        lower = np.maximum(lower, 0.0) if positive else lower
        self.lower, self.upper = (np.broadcast_to(each, p).astype(LONG) for each in (lower, upper))
        self.bounded = coef_bounds is not None  # otherwise than by signs
        root = np.sqrt(self.s)
        self.A, self.t = root[:, None] * self.centred(self.X), root * self.centred(self.y)
        if fit_intercept:
            self.A[:, np.ptp(X[counted].astype(float), axis=0) == 0.0] = 0
        self.lengths = norm(self.A)
        self.weigh(np.ones(p) if penalty_weights is None else np.asarray(penalty_weights, float))

    def weigh(self, u):
        """Set the penalty weights, and forget what was found under others."""
        self.u = u
        self.included = np.isfinite(u) & (self.lengths > 0) & (self.lower < self.upper)
        self.free = self.included & (u == 0.0)
        self.charged = self.included & ~self.free
        self._minima = {}
        for name in ("basis", "faint", "null"):
            vars(self).pop(name, None)

    def centred(self, values):
        if not self.fit_intercept:
            return values
        once = values - self.s @ values
        return once - self.s @ once

    @cached_property
    def energy(self):
        """Half the mean square of y, about its mean where there is an intercept."""
        return (self.t @ self.t) / 2

    @cached_property
    def basis(self):
        return orthonormal(self.A[:, self.free])

    @cached_property
    def faint(self):
        """Whether free columns depend on each other so nearly that moments cannot tell."""
        free = self.A[:, self.free]
        return orthonormal(free, LONG(1e-6)).shape[1] < orthonormal(free).shape[1]

    @cached_property
    def null(self):
        """The least loss without penalised features."""
        return self.loss_left(self.t)

    def loss_left(self, t):
        """The least loss for a target, by the free columns alone."""
        r = self.left(t)
        return (r @ r) / 2

    def left(self, t):
        """What the free columns leave of a target."""
        free = self.A[:, self.free]
        none = np.zeros(free.shape[1], dtype=LONG)
        if self.bounded:
            return t - free @ boxed(free, t, none, self.lower[self.free], self.upper[self.free])
        if self.positive:
            lengths = norm(free)
            B = free / np.where(lengths > 0, lengths, 1)
            return t - B @ active_set(B, t, none, False)
        return beside(self.basis, t)

    def penalty(self, w, charge):
        """``sum_j u_j g(w_j)`` over the features that may be in the model."""
        w = np.asarray(w, dtype=LONG)[self.charged]
        return (self.u[self.charged].astype(LONG) * charge(w)).sum()

    def objective(self, w, b, charge):
        """By the definition."""
        r = self.y - self.X @ np.asarray(w, dtype=LONG) - LONG(b)
        return (self.s * r * r).sum() / 2 + self.penalty(w, charge)

    def profile(self, w, charge):
        """The objective with the best intercept."""
        r = self.t - self.A @ np.asarray(w, dtype=LONG)
        return (r @ r) / 2 + self.penalty(w, charge)

    def best_intercept(self, w):
        if not self.fit_intercept:
            return LONG(0)
        return self.s @ (self.y - self.X @ np.asarray(w, dtype=LONG))

    def minimum(self, charge):
        """The least objective that is known of a convex penalty."""
        return self.solved(charge)[0]

    def slack_of_zeros(self, charge):
        """For each penalised feature how far it is from entering, as a share of its threshold."""
        return self.solved(charge)[1]

    def solved(self, charge):
        key = charge.l1, charge.l2
        if key not in self._minima:
            self._minima[key] = self._solve(charge)
        return self._minima[key]

    def _solve_boxed(self, charge):
        use = np.flatnonzero(self.included)
        A, t, u = self.A[:, use], self.t, self.u[use].astype(LONG)
        if charge.l2:
            A = np.r_[A, np.diag(np.sqrt(LONG(charge.l2) * u))]
            t = np.append(t, np.zeros(use.size, dtype=LONG))
        cost = LONG(charge.l1) * u
        w = boxed(A, t, cost, self.lower[use], self.upper[use])
        r = t - A @ w
        return (r @ r) / 2 + cost @ np.abs(w), np.zeros(self.u.size)

    def _solve(self, charge):
        if self.bounded:
            return self._solve_boxed(charge)
        bounded = np.flatnonzero(self.included if self.positive else self.charged)
        A, t = self.A[:, bounded], self.t
        if not self.positive:
            before = norm(A)
            A, t = beside(self.basis, A), beside(self.basis, t)
            A[:, norm(A) <= DEPENDENT * before] = 0
        u = self.u[bounded].astype(LONG)
        if charge.l2:
            A = np.r_[A, np.diag(np.sqrt(LONG(charge.l2) * u))]
            t = np.append(t, np.zeros(bounded.size, dtype=LONG))
        lengths = norm(A)
        units = np.where(lengths > 0, lengths, 1)
        cost = LONG(charge.l1) * u / units
        v = active_set(A / units, t, cost, not self.positive)
        r = t - (A / units) @ v
        pull = (A / units).T @ r
        pull = pull if self.positive else np.abs(pull)
        slack = np.zeros(self.u.size)
        with np.errstate(all="ignore"):
            slack[bounded] = np.where(cost > 0, 1 - pull / cost, 0)
        return (r @ r) / 2 + cost @ np.abs(v), slack

    def alpha_max(self, share):
        """Where the first feature enters a penalty of L1 with this share of alpha; its rounding."""
        if not self.charged.any():
            return 0.0, 0.0
        pull = self.A[:, self.charged].T @ self.left(self.t)
        u = self.u[self.charged].astype(LONG) * LONG(share)
        open_to = np.where(pull > 0, self.upper[self.charged] > 0, self.lower[self.charged] < 0)
        top = np.where(open_to, np.abs(pull), 0) / u
        rounding = 1e-13 * (self.lengths[self.charged] / u).max() * norm(self.t)
        return float(top.max()), float(rounding)

    @property
    def explained(self):
        """The largest correlation of a penalised column with what the free ones leave of y."""
        A, t = self.A[:, self.charged], beside(self.basis, self.t)
        lengths = norm(A) * norm(self.t)
        pull = np.abs(A.T @ t) / np.where(lengths > 0, lengths, 1)
        return float(pull.max(initial=0))

    def coordinate_gain(self, w, charge):
        """The most by which moving one penalised coefficient lowers the objective, and which."""
        w = np.asarray(w, dtype=LONG)
        z = self.A.T @ (self.t - self.A @ w)
        best, which = LONG(0), -1
        for j in np.flatnonzero(self.charged):
            d, u = self.lengths[j] ** 2, LONG(self.u[j])
            centre = w[j] + z[j] / d
            end = np.clip(centre, self.lower[j], self.upper[j])

            def value(v, d=d, u=u, centre=centre):
                return d * (v * v / 2 - centre * v) + u * charge(v)

            grid = end * np.r_[np.geomspace(1e-6, 1, 60), np.linspace(0, 1, 201)].astype(LONG)
            grid.sort()
            for _ in range(4):
                k = int(np.argmin(value(grid)))
                low, high = grid[max(k - 1, 0)], grid[min(k + 1, grid.size - 1)]
                found = value(grid[k])
                grid = low + (high - low) * np.linspace(0, 1, 41).astype(LONG)
            gain = value(w[j]) - min(found, LONG(0))
            if gain > best:
                best, which = gain, int(j)
        return best, which

    def free_gain(self, w):
        """By how much the free coefficients alone can lower the objective."""
        w = np.asarray(w, dtype=LONG)
        held = np.where(self.free, 0, w)
        r = self.t - self.A @ w
        return (r @ r) / 2 - self.loss_left(self.t - self.A @ held)

    def refit_gain(self, w, l2=0.0):
        """By how much the loss falls if all features in use are fitted anew, without a charge."""
        used = np.flatnonzero((np.asarray(w) != 0) | self.free)
        u = np.where(np.isin(np.arange(self.u.size), used), self.u, np.inf)
        u = u if l2 else np.where(np.isfinite(u), 0.0, u)
        other = copy(self)
        other.weigh(u)
        charge = Charge(l2=l2)
        return self.profile(w, charge) - other.minimum(charge)

    def rounding(self, w):
        """What rounding to float64 may make of the objective at w."""
        size = np.abs(np.asarray(w, dtype=LONG))
        reach = size @ self.lengths + norm(self.t)
        r = self.t - self.A @ np.asarray(w, dtype=LONG)
        largest = np.abs(self.X).max(axis=0, initial=0) if self.X.size else np.zeros(size.size)
        entries = size @ largest + np.abs(self.y).max(initial=0)
        return (
            EPS * (4 * (reach * norm(r) + self.energy) + entries * norm(r))
            + (4 * EPS * entries) ** 2
        )
