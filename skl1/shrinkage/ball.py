"""Least squares within the ball of a norm: the constrained form of a penalty."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from scipy.linalg import LinAlgError, cholesky, eigh, solve, solve_triangular
from scipy.optimize import brentq
from sklearn.exceptions import ConvergenceWarning

from skl1.estimators import ProximalLasso
from skl1.exceptions import EmptyModelWarning, warn_user
from skl1.results.summary import Summarised

#: Points on each quarter of the boundary of a nonconvex ball that are tried first.
TRIES = 400
#: Steps of the golden section that follow: an arc shrinks by 2e-9.
SECTIONS = 42
#: By how much a pull may exceed alpha.
KKT = 1e-6
#: Share of a loss that is rounding.
TIE = 1e-14
GOLDEN = (5.0**0.5 - 1.0) / 2.0
#: The corners of a ball in the plane whose radius is 1, and its quarters.
CORNERS = np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
QUARTERS = np.array([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]])


@dataclass(frozen=True)
class InBall(Summarised):
    """The best point of a ball.

    Attributes
    ----------
    w : ndarray of shape (n_features,)
        The coefficients.
    alpha : float
        The penalised form with this alpha has the same solution; 0 inside the ball, NaN for q < 1,
        where there need be none.
    loss : float
        The loss at w, without its constant.
    """

    w: np.ndarray
    alpha: float
    loss: float


@dataclass(frozen=True)
class Bowl(Summarised):
    r"""A quadratic loss :math:`\frac{1}{2} w^\top G w - c^\top w` with a single minimum.

    Attributes
    ----------
    G : ndarray of shape (n_features, n_features)
        Its curvature, positive definite: ``X'X / n`` of centred data.
    c : ndarray of shape (n_features,)
        Its slope at zero, downwards: ``X'y / n``.

    Examples
    --------
    >>> from skl1.shrinkage import Bowl
    >>> bowl = Bowl([[1.0, 0.0], [0.0, 1.0]], [2.0, 0.5])
    >>> bowl.within(1, 1.0).w, bowl.within(1, 1.0).alpha
    (array([1., 0.]), 1.0)
    """

    G: np.ndarray
    c: np.ndarray

    def __post_init__(self):
        for name in ("G", "c"):
            object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=float))
        if self.G.shape != (self.c.size, self.c.size) or self.c.ndim != 1:
            raise ValueError(
                f"G must be square and fit c, got shapes {self.G.shape} and {self.c.shape}."
            )
        try:
            cholesky(self.G)
        except LinAlgError:
            raise ValueError("G must be positive definite: its minimum has to be unique.") from None

    @classmethod
    def of(cls, X, y) -> Bowl:
        """The loss of data: half the mean squared error, with an intercept.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features, linearly independent.
        y : array-like of shape (n_samples,)
            Target.

        Returns
        -------
        Bowl
        """
        X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
        X, y = X - X.mean(axis=0), y - y.mean()
        return cls(X.T @ X / y.size, X.T @ y / y.size)

    @property
    def least_squares(self) -> np.ndarray:
        """Where the minimum is."""
        return self._solve(np.arange(self.c.size), self.c)

    def loss(self, w) -> np.ndarray:
        """The loss at one point or at many.

        Parameters
        ----------
        w : array-like of shape (..., n_features)
            Coefficients.

        Returns
        -------
        ndarray of shape (...)
            Without the constant: 0 at zero.
        """
        w = np.asarray(w, dtype=float)
        return 0.5 * np.einsum("...i,ij,...j->...", w, self.G, w) - w @ self.c

    def within(self, q: float, radius: float) -> InBall:
        r"""The minimum over :math:`\sum_j |w_j|^q \le t^q`.

        For q = 1 and 2 it is the Lasso's and ridge regression's for one alpha, which is found: the
        norm of the solution falls as alpha rises. For q < 1 the ball is not convex. It may have
        several local minima, and no alpha need lead to a given one; in two dimensions its boundary
        is searched.

        Parameters
        ----------
        q : float
            1, 2, or between 0 and 1 with two features.
        radius : float
            The t, positive: the ball's corners are at distance t.

        Returns
        -------
        InBall
            The best point, with the alpha that leads to it.

        Raises
        ------
        ValueError
            If q or the radius are out of range.
        """
        if not radius > 0.0:
            raise ValueError(f"radius must be positive, got {radius!r}.")
        if not (q in {1, 2} or (0.0 < q < 1.0 and self.c.size == 2)):
            raise ValueError(
                f"q must be 1 or 2, or between 0 and 1 with two features; got q={q!r} with "
                f"{self.c.size} features."
            )
        w = self.least_squares
        if np.sum(np.abs(w) ** q) <= radius**q:
            return InBall(w, 0.0, float(self.loss(w)))
        search = self._diamond if q == 1 else self._sphere if q == 2 else self._star
        w, alpha = search(radius, q)
        return InBall(w, alpha, float(self.loss(w)))

    def _solve(self, features, right):
        # In units in which every curvature is 1; right-hand sides are the columns of `right`.
        G = self.G[np.ix_(features, features)]
        units = 1.0 / np.sqrt(np.diag(G))
        solution = solve(G * units * units[:, np.newaxis], (units * right.T).T, assume_a="pos")
        return (units * solution.T).T

    def _sphere(self, radius, q):
        curvatures, axes = eigh(self.G)
        c = axes.T @ self.c

        def excess(alpha):
            return float(np.linalg.norm(c / (curvatures + alpha))) - radius

        alpha = brentq(excess, 0.0, np.linalg.norm(c) / radius, xtol=1e-15, rtol=1e-15)
        return axes @ (c / (curvatures + alpha)), float(alpha)

    def _lasso(self, alpha):
        # In units in which every curvature is 1, and with as many samples as features.
        units, root = 1.0 / np.sqrt(np.diag(self.G)), np.sqrt(self.c.size)
        factor = cholesky(self.G * units * units[:, np.newaxis], lower=True)
        y = solve_triangular(factor, units * self.c, lower=True)
        lasso = ProximalLasso(alpha, penalty_weights=units, fit_intercept=False, tol=1e-14)
        with warnings.catch_warnings():
            # The final alpha's conditions are looked at in any case.
            warnings.simplefilter("ignore", ConvergenceWarning)
            warnings.simplefilter("ignore", EmptyModelWarning)
            return units * lasso.fit(root * factor.T, root * y).coef_

    def _diamond(self, radius, q):
        highest = np.abs(self.c).max()

        def excess(alpha):
            return (0.0 if alpha >= highest else np.abs(self._lasso(alpha)).sum()) - radius

        w = self._lasso(brentq(excess, 1e-12 * highest, highest, xtol=1e-12 * highest))
        # Where the support and the signs are known the norm is linear in alpha: now exactly.
        used = np.flatnonzero(w)
        if not used.size:
            used = np.array([np.abs(self.c).argmax()])
            w[used] = self.c[used]
        signs = np.sign(w[used])
        free, slope = self._solve(used, np.column_stack([self.c[used], signs])).T
        alpha = (signs @ free - radius) / (signs @ slope)
        w[used] = free - alpha * slope
        w *= radius / np.abs(w).sum()  # alpha may be too near to another for its digits
        beyond = np.abs(self.c - self.G @ w).max() / alpha - 1.0 if alpha > 0.0 else 0.0
        if beyond > KKT or (np.sign(w[used]) != signs).any():
            warn_user(
                f"Within radius {radius:g} for q=1 an entry pulls harder than alpha={alpha:g} by a "
                f"share of {beyond:.1e}: G is close to singular. The solution is approximate.",
                ConvergenceWarning,
            )
        return w, float(alpha)

    def _star(self, radius, q):
        return best_on_star(self.G[np.newaxis], self.c[np.newaxis], q, np.array([radius]))[0][0], (
            float("nan")
        )


def tried_angles() -> np.ndarray:
    """The angles in a quarter that are tried first, without those of the corners, 0 and pi/2."""
    return np.linspace(0.0, np.pi / 2.0, TRIES + 1)[1:-1]


def on_star(angles, q) -> np.ndarray:
    """Points of the boundary of the ball of radius 1: (..., 4, k) angles, one row a quarter.

    Returns an array of shape (..., 4, k, 2).
    """
    quarter = np.stack([np.cos(angles), np.sin(angles)], axis=-1) ** (2.0 / q)
    return QUARTERS[:, None, :] * quarter


def best_on_star(G, c, q, radius) -> tuple[np.ndarray, np.ndarray]:
    """The best points of the boundaries of balls with q <= 1 in the plane, for many bowls at once.

    ``G`` has shape (m, 2, 2), ``c`` (m, 2), ``radius`` (m,). Returns points (m, 2) and losses (m,).
    Corners are points with an exact zero.
    """

    def points(angles):  # (m, 4, k) -> (m, 4, k, 2)
        return radius[:, None, None, None] * on_star(angles, q)

    def losses(w):
        return 0.5 * np.einsum("m...i,mij,m...j->m...", w, G, w) - np.einsum("m...i,mi->m...", w, c)

    grid = tried_angles()
    m = radius.size
    at = losses(points(np.broadcast_to(grid, (m, 4, grid.size)))).argmin(axis=2)
    low, high = grid[at] - grid[0], grid[at] + grid[0]
    for _ in range(SECTIONS):
        reach = GOLDEN * (high - low)
        left, right = high - reach, low + reach
        values = losses(points(np.stack([left, right], axis=2)))
        falls = values[..., 0] > values[..., 1]
        low, high = np.where(falls, left, low), np.where(falls, high, right)
    inner = points(0.5 * (low + high)[..., None])[:, :, 0]
    corners = radius[:, None, None] * CORNERS
    every = np.concatenate([corners, inner], axis=1)
    values = losses(every[:, :, None])[:, :, 0]
    # A search that ends beside a corner may fall below it by rounding: that is a tie, and at a tie
    # the corner comes first.
    values[:, 4:] += TIE * np.abs(values[:, 4:])
    best = values.argmin(axis=1)
    at = every[np.arange(m), best] + 0.0
    return at, losses(at[:, None, None])[:, 0, 0]
