"""How often the best point of a ball is one of its corners, and when it is a whole edge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.utils import check_random_state

from skl1.results.summary import Summarised
from skl1.shrinkage.ball import CORNERS, TIE, best_on_star, on_star, tried_angles

#: Ellipses whose values on the boundary are held at a time.
BATCH = 250
#: Angles on the grid that are close to a corner.
CLOSE = 20


@dataclass(frozen=True)
class CornerShares(Summarised):
    """Shares of solutions that have an exact zero.

    Attributes
    ----------
    q : tuple of float
        The norms.
    shares : ndarray of shape (n_q,)
        The share for each norm.
    errors : ndarray of shape (n_q,)
        Its standard error.
    """

    q: tuple[float, ...]
    shares: np.ndarray
    errors: np.ndarray


def corner_shares(
    correlation: float = 0.0,
    spread: float = 1.0,
    *,
    q: Sequence[float] = (2.0, 1.0, 0.5),
    shrinkage: float = 0.5,
    centres: str = "uniform",
    n_draws: int = 10_000,
    random_state=None,
) -> CornerShares:
    r"""The share of random ellipses whose best point within a ball has an exact zero.

    The ellipses are those of two features with a given correlation, whose standard deviations are
    1 and ``spread``. Their centre is the least-squares solution, of length 1. For each norm the
    ball is as large as makes the solution's Euclidean length the wanted share of the least-squares
    one, so that all norms shrink alike.

    Where the centres lie decides. In all directions alike, the share for q = 1 does not depend on
    the correlation at all, if the variances are equal: with ``d = centre - corner``, the corner
    :math:`(t, 0)` is best where :math:`d_1 \ge |d_2|`, whatever the ellipse. Centres that are the
    least-squares solutions of pure noise scatter along the ellipses' long axis, a diagonal where
    features are correlated, and away from the corners.

    For q <= 1 a point of the ball of radius t has a length of at most t, and only its corners are
    that long. So the solution of length t is a corner if, and only if, the corner is best in the
    ball of radius t. For q > 1 the boundary is smooth, and a zero has probability 0.

    Parameters
    ----------
    correlation : float, default=0.0
        Of the two features, between -1 and 1.
    spread : float, default=1.0
        Standard deviation of the second feature, positive; that of the first is 1.
    q : sequence of float, default=(2.0, 1.0, 0.5)
        The norms, each positive.
    shrinkage : float, default=0.5
        The length of the solution, as a share of that of least squares, between 0 and 1.
    centres : {"uniform", "noise"}, default="uniform"
        Directions of the centres: all as likely, or those of least squares on pure noise, normal
        with the inverse of the features' covariance.
    n_draws : int, default=10000
        Ellipses.
    random_state : int, RandomState instance or None, default=None
        Of the draws.

    Returns
    -------
    CornerShares
        The shares and their standard errors.

    Raises
    ------
    ValueError
        If an argument is out of its range.

    Examples
    --------
    >>> from skl1.shrinkage import corner_shares
    >>> corner_shares(random_state=0).shares
    array([0.   , 0.551, 1.   ])
    """
    for name, value, low, high in (
        ("correlation", correlation, -1.0, 1.0),
        ("spread", spread, 0.0, np.inf),
        ("shrinkage", shrinkage, 0.0, 1.0),
        ("min(q)", min(q), 0.0, np.inf),
    ):
        if not low < value < high:
            raise ValueError(f"{name} must be between {low:g} and {high:g}, got {value!r}.")
    if centres not in {"uniform", "noise"}:
        raise ValueError(f'centres must be "uniform" or "noise", got {centres!r}.')
    G = np.array([[1.0, correlation * spread], [correlation * spread, spread**2]])
    solution = check_random_state(random_state).standard_normal((n_draws, 2))
    if centres == "noise":
        solution = np.linalg.solve(np.linalg.cholesky(G).T, solution.T).T
    c = (solution / np.linalg.norm(solution, axis=1, keepdims=True)) @ G
    shares = np.array([_corner(G, c, each, shrinkage).mean() for each in q])
    return CornerShares(tuple(q), shares, np.sqrt(shares * (1.0 - shares) / n_draws))


def _corner(G, c, q, radius) -> np.ndarray:
    """Whether the best point is a corner."""
    if q > 1.0:
        # On a smooth boundary a zero needs a slope of exactly 0 there.
        return np.zeros(len(c), dtype=bool)
    # The optimality conditions for q = 1 at each corner: no entry pulls harder than the one in use.
    pulls = c[:, np.newaxis] - radius * (CORNERS @ G)
    used = CORNERS != 0.0
    outward = (pulls * CORNERS).sum(axis=2)
    other = np.abs(np.where(used, 0.0, pulls)).sum(axis=2)
    corner = (outward >= other).any(axis=1)
    if q == 1.0:
        return corner
    # The ball for q < 1 lies within that one and has its corners.
    rest = np.flatnonzero(~corner)
    for some in np.split(rest, range(BATCH, rest.size, BATCH)):
        corner[some] = _corner_of_star(G, c[some], outward[some], other[some], q, radius)
    return corner


def _corner_of_star(G, c, outward, other, q, radius) -> np.ndarray:
    """The same for q < 1: by values on a grid of angles, and a search where they leave doubts.

    Between two neighbours on the grid, h apart, a function falls below the lower one by at most
    h^2 / 8 times its largest second derivative. Close to the best corner the loss is nearly the
    corner's. There the entry in use is ``t cos(angle)^m`` and the other ``t sin(angle)^m``, with
    ``m = 2 / q``, so the loss has risen by at least
    ``t (outward (1 - cos(angle)^m) - other sin(angle)^m)``. Up to a given angle that is positive if
    it is so at that angle.
    """
    angles = tried_angles()
    m, h, near = 2.0 / q, angles[0], angles[CLOSE]
    boundary = radius * on_star(np.broadcast_to(angles, (4, angles.size)), q)
    boundary = boundary.reshape(-1, 2)
    corners = radius * CORNERS
    at_corners = _half_squares(G, corners) - c @ corners.T
    best = at_corners.argmin(axis=1)
    each = np.arange(len(c))
    values = _half_squares(G, boundary) - c @ boundary.T - at_corners[each, best, np.newaxis]
    # The boundary's first derivative is at most t m / sqrt(2) long, its second t m (m - 1) sqrt(2).
    size = np.linalg.norm(G, 2)
    slope = size * radius + np.linalg.norm(c, axis=1)  # of the loss, at most
    bend = size * (radius * m) ** 2 / 2.0 + slope * radius * m * (m - 1.0) * np.sqrt(2.0)
    rises = outward[each, best] * (1.0 - np.cos(near) ** m) >= other[each, best] * np.sin(near) ** m
    far = np.empty(len(c))
    for k, along in enumerate(CORNERS @ boundary.T):
        beyond = (np.maximum(along, 0.0) / radius) ** (1.0 / m) < np.cos(near)
        far[best == k] = values[np.ix_(best == k, beyond)].min(axis=1)
    corner = rises & (far >= h**2 / 8.0 * bend)
    doubtful = np.flatnonzero(~corner & (values.min(axis=1) >= -TIE * slope * radius))
    if doubtful.size:
        Gs = np.broadcast_to(G, (doubtful.size, 2, 2))
        found, _ = best_on_star(Gs, c[doubtful], q, np.full(doubtful.size, radius))
        corner[doubtful] = (found == 0.0).any(axis=1)
    return corner


def _half_squares(G, points) -> np.ndarray:
    return 0.5 * np.einsum("ki,ij,kj->k", points, G, points)


def optimal_edge(alpha: float, pull: float = 1.0, n_points: int = 11) -> np.ndarray:
    r"""All solutions of a Lasso whose two features are the same: an edge of the diamond.

    The loss :math:`\frac{1}{2} (w_1 + w_2)^2 - c (w_1 + w_2)` knows the sum only. Every way to
    share :math:`w_1 + w_2 = c - \alpha` between coefficients of one sign costs the same L1 norm, so
    the solution is not unique: two of the points are corners, the others have no zero. A squared
    penalty would share equally.

    Parameters
    ----------
    alpha : float
        The strength of the L1 penalty, at least 0 and less than the pull.
    pull : float, default=1.0
        The c, positive.
    n_points : int, default=11
        How many of the solutions.

    Returns
    -------
    ndarray of shape (n_points, 2)
        From one corner to the other.

    Raises
    ------
    ValueError
        If alpha is out of its range.

    Examples
    --------
    >>> from skl1.shrinkage import optimal_edge
    >>> optimal_edge(0.5, n_points=3)
    array([[0.5 , 0.  ],
           [0.25, 0.25],
           [0.  , 0.5 ]])
    """
    if not 0.0 <= alpha < pull:
        raise ValueError(f"alpha must be at least 0 and less than pull={pull!r}, got {alpha!r}.")
    share = np.linspace(1.0, 0.0, n_points)
    return (pull - alpha) * np.column_stack([share, 1.0 - share])
