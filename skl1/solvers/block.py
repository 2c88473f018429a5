"""The Gram matrix of a working set, and the subproblem on it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skl1.certificates import coordinate_moves, gap_after_refit
from skl1.problem import Problem


class GramBlock:
    """The Gram matrix of a growing set of features.

    ``features[k]`` is the feature behind row k; ``known`` marks the features in the set.
    """

    def __init__(self, n_features: int):
        self.features = np.zeros(0, dtype=np.intp)
        self.known = np.zeros(n_features, dtype=bool)
        self.matrix = np.zeros((0, 0))

    def extend(self, problem: Problem, new: np.ndarray) -> None:
        """Add features: one pass over their columns and the ones already here."""
        if not new.size:
            return
        old = self.features
        self.features = np.concatenate([old, new])
        self.known[new] = True
        cross = problem.design.gram(new, self.features)
        grown = np.empty((self.features.size, self.features.size))
        grown[: old.size, : old.size] = self.matrix
        grown[old.size :] = cross
        grown[: old.size, old.size :] = cross[:, : old.size].T
        self.matrix = grown


@dataclass
class Block:
    """The subproblem on the working set: the Gram matrix, and w and z that go with it."""

    problem: Problem
    gram: np.ndarray
    weights: np.ndarray
    free: np.ndarray
    w: np.ndarray
    z: np.ndarray
    rr: float

    def error(self) -> float:
        """The certificate of the subproblem, from the Gram block alone: a guide, no proof."""
        penalty = self.problem.penalty
        if not penalty.convex:
            moves = coordinate_moves(penalty, self.weights, self.gram.diagonal(), self.w, self.z)
            return float(np.abs(moves).max(initial=0.0) / np.sqrt(self.problem.design.energy))
        return gap_after_refit(
            penalty,
            self.weights,
            self.gram.diagonal(),
            self.free,
            self.gram[:, self.free] if self.free.any() else None,
            self.w,
            self.z,
            max(self.rr, 0.0),
        )[0]

    def follow(self, w: np.ndarray, z: np.ndarray) -> None:
        """Move to w, whose correlations are z. As G (w' - w) = z - z', rr follows exactly."""
        self.rr -= float((w - self.w) @ (self.z + z))
        self.w, self.z = w, z
