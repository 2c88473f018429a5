"""Columns of the Gram matrix, as a search among many models needs them."""

from __future__ import annotations

import numpy as np

from skl1.designs import Design
from skl1.penalties.elementwise import total
from skl1.problems.problem import Problem

#: Entries of the Gram matrix that a search may hold: 128 MB.
HELD = 2**24


class ColumnStore:
    """Columns of the Gram matrix, each formed once."""

    def __init__(self, design: Design):
        self.design = design
        self.every = np.arange(design.n_features)
        self.place = np.full(design.n_features, -1)
        self.held = 0
        self.rows = np.empty((0, design.n_features))

    def __call__(self, features: np.ndarray) -> np.ndarray:
        """``G[:, features]'``: a row for each feature."""
        self._hold(features)
        return self.rows[self.place[features]]

    def _hold(self, features: np.ndarray) -> None:
        new = features[self.place[features] < 0]
        if not new.size:
            return
        if self.held + new.size > max(HELD // self.every.size, features.size):
            self.held, new = 0, features
            self.place[:] = -1
        end = self.held + new.size
        if end > len(self.rows):
            grown = np.empty((max(end, 2 * len(self.rows)), self.every.size))
            grown[: self.held] = self.rows[: self.held]
            self.rows = grown
        self.rows[self.held : end] = self.design.gram(new, self.every)
        self.place[new] = np.arange(self.held, end)
        self.held = end

    def block(self, features: np.ndarray) -> np.ndarray:
        """``G[features, features]``, of features whose columns may not be held."""
        known = self.place[features] >= 0
        matrix = np.empty((features.size, features.size))
        matrix[known] = self.rows[np.ix_(self.place[features[known]], features)]
        if not known.all():
            part = self.design.gram(features[~known], features)
            matrix[~known] = part
            matrix[:, ~known] = part.T
        return matrix

    def correlations(self, problem: Problem, w: np.ndarray) -> np.ndarray:
        """Those of all features with the residual at w, from the columns in use."""
        return np.where(problem.included, self.design.correlation - self.product(w), 0.0)

    def product(self, w: np.ndarray) -> np.ndarray:
        """``G w``."""
        support = np.flatnonzero(w)
        self._hold(support)
        spread = np.zeros(self.held)
        spread[self.place[support]] = w[support]
        return spread @ self.rows[: self.held]

    def objective(self, problem: Problem, w: np.ndarray) -> float:
        """That of w, from the same."""
        support = np.flatnonzero(w)
        v, design = w[support], problem.design
        square = v @ self.block(support) @ v
        loss = 0.5 * (design.energy + square) - float(v @ design.correlation[support])
        return float(loss + total(problem.penalty, problem.weights[support], v))
