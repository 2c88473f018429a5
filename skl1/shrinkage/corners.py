"""How often the best point of a ball is one of its corners, and when it is a whole edge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.utils import check_random_state

from skl1.shrinkage.ball import best_on_star


@dataclass(frozen=True)
class CornerShares:
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
    if q == 1.0:
        # The optimality conditions at the best corner: no entry pulls harder than the one in use.
        corners = radius * np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
        pulls = c[:, np.newaxis] - corners @ G
        used = corners != 0.0
        outward = (pulls * np.sign(corners)).sum(axis=2)
        other = np.abs(np.where(used, 0.0, pulls)).sum(axis=2)
        return (outward >= other).any(axis=1)
    best, _ = best_on_star(np.broadcast_to(G, (len(c), 2, 2)), c, q, np.full(len(c), radius))
    return (best == 0.0).any(axis=1)


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
