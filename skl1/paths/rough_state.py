"""The rest of a path to a looser tolerance: some alphas are solved for, those between are mixed."""

from __future__ import annotations

import numpy as np

from skl1.paths.path_state import ConvexPathState
from skl1.solvers.gram_rough import sweep_along

#: An alpha that is solved for is at least this share of the one before.
STRIDE = 0.75
#: Features in play alone are solved to this share of the target: others have a part in the gap.
INSIDE = 0.3
#: Sweeps for an alpha at most. Where they do not suffice columns are nearly dependent, and Newton's
#: method is faster from there on.
SWEEPS = 50


class RoughPathState(ConvexPathState):
    """Takes the place of the state of a path, from where that has come, to a tolerance.

    The path of the Lasso is linear between the alphas where features enter or leave. So mixtures of
    the points at two alphas are nearly solutions between these, and their correlations are the same
    mixtures of those that are known: certificates of them need no look at the data.

    Parameters
    ----------
    state : ConvexPathState
        With at least one model, and without free features.
    tol : float
    """

    slow = False  #: whether sweeps have not sufficed

    def __init__(self, state: ConvexPathState, tol: float):
        vars(self).update(vars(state))
        self.tol = tol

    def solve(self, alphas):
        self.before = self.models[-1].alpha
        self.knots = knots(self.before, alphas)
        super().solve(alphas[self.knots])

    def _solve(self, alphas):
        if not self.slow:
            most = min(SWEEPS, self.max_iter)
            self._sweep(alphas, most)
            self.slow = self.sweeps.max() == most
        if self.slow:
            super()._solve(alphas)

    def _sweep(self, alphas, most):
        """Solutions by coordinate descent alone."""
        problem, size = self.problem, self.features.size
        W, Z = np.empty((2, alphas.size + 1, size))
        W[0], Z[0] = self.w, self.z[self.features]
        self.sweeps = np.ones(alphas.size, dtype=np.intp)
        penalty = problem.penalty
        sweep_along.sized(10 * alphas.size * size**2, penalty)(
            penalty,
            penalty.slope_at_zero(),
            self.gram,
            self.gram.diagonal().copy(),
            problem.weights[self.features],
            alphas,
            self.models[-1].loss,
            INSIDE * self.target,
            most,
            W,
            Z,
            self.sweeps,
        )
        self.W = W[1:]

    def judge(self, alphas, Z, losses):
        Z[:, ~self.problem.included] = 0.0
        W = np.vstack([self.w, self.W])
        Z = np.vstack([self.z, Z])
        losses = np.append(self.models[-1].loss, losses)
        ends = np.append(self.before, alphas[self.knots])
        # Each alpha lies between two that were solved for, or is the second of them.
        upper = np.searchsorted(self.knots, np.arange(alphas.size)) + 1
        lower = upper - 1
        widths = ends[lower] - ends[upper]
        share = np.ones(alphas.size)
        np.divide(ends[lower] - alphas, widths, out=share, where=widths > 0.0)
        self.W, Z_between = mixed(W, lower, share), mixed(Z, lower, share)
        # The loss is a parabola along the way, bent by || X (change of w) ||^2.
        bends = -np.einsum("kj,kj->k", np.diff(W, axis=0), np.diff(Z, axis=0)[:, self.features])
        losses = mixed(losses, lower, share) - 0.5 * share * (1.0 - share) * bends[lower]
        self.sweeps = self.sweeps[lower]
        super().judge(alphas, Z_between, np.maximum(losses, 0.0))


def knots(before: float, alphas: np.ndarray) -> np.ndarray:
    """The places of the alphas that are solved for: the last one among them."""
    places = []
    for k in range(alphas.size):
        if k == alphas.size - 1 or alphas[k + 1] < STRIDE * before:
            places.append(k)
            before = alphas[k]
    return np.array(places)


def mixed(rows: np.ndarray, lower: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Rows between one and the next."""
    share = share.reshape(-1, *[1] * (rows.ndim - 1))
    return (1.0 - share) * rows[lower] + share * rows[lower + 1]
