"""The features in play for any of several paths on the same X, and their Gram matrices."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from skl1.designs.table import adjoints
from skl1.paths.path_state import PathState


class SharedGram(ABC):
    """The features in play for any of the problems."""

    def __init__(self, designs):
        self.designs = designs
        self.known = np.zeros(designs[0].n_features, dtype=bool)

    def extend(self, new: np.ndarray) -> None:
        """Add features."""
        self.known[new] = True

    @abstractmethod
    def gram(self, problem: int, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """A block of the Gram matrix of one of the problems."""

    @abstractmethod
    def look(self, states: list[PathState]) -> list[tuple[np.ndarray, np.ndarray]]:
        """For each path the correlations of all features, and the losses, of its batch."""


class ColumnGram(SharedGram):
    """With rows: the columns in play are gathered once, and serve all problems."""

    def __init__(self, designs):
        super().__init__(designs)
        self.wholes = [each.whole for each in designs]
        self.columns = self.wholes[0].gathering()

    def extend(self, new):
        super().extend(new)
        self.columns.extend(new)

    def gram(self, problem, rows, columns):
        block = self.columns.gram(self.wholes[problem], rows, columns)
        return self.designs[problem].beside(block, rows, columns)

    def look(self, states):
        wide = []
        for state in states:
            W = np.zeros((len(state.W), self.columns.count))
            W[:, self.columns.place[state.features]] = state.W
            wide.append(W)
        ends = np.cumsum([len(W) for W in wide])[:-1]
        fits = np.split(self.columns.fits(np.concatenate(wide)), ends)
        designs = [self.wholes[state.number] for state in states]
        besides = [self.designs[state.number] for state in states]
        residuals = []
        for design, fit in zip(designs, fits, strict=True):
            R = design.y - fit
            if design.fit_intercept:
                R -= (R @ design.weights)[:, None]
            residuals.append(R)
        residuals = [d.beside_rows(R) for d, R in zip(besides, residuals, strict=True)]
        squares = [(R * R) @ d.weights for R, d in zip(residuals, designs, strict=True)]
        looks = zip(besides, adjoints(designs, residuals), squares, strict=True)
        found = [design.beside_look(Z, each) for design, Z, each in looks]
        return [(Z, 0.5 * each) for Z, each in found]


class MomentGram(SharedGram):
    """Without rows: everything is in the Gram matrices."""

    def gram(self, problem, rows, columns):
        return self.designs[problem].matrix[np.ix_(rows, columns)]

    def look(self, states):
        looks = []
        for state in states:
            design, W = self.designs[state.number], state.W
            Z = design.correlation - W @ design.matrix[state.features]
            agreement = np.einsum("kj,kj->k", W, (design.correlation + Z)[:, state.features])
            looks.append((Z, 0.5 * np.maximum(design.energy - agreement, 0.0)))
        return looks
