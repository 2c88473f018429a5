"""Paths of problems that share X: many alphas are solved for, then looked at all at once."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

import numpy as np

from skl1.designs import Design, MomentDesign
from skl1.designs.table import adjoints
from skl1.problem import Problem
from skl1.step import Step
from skl1.tracks import ALL, ConvexTrack, CurvedTrack, Track

#: Alphas between two looks at all features.
BATCH = 10
#: Alphas in a batch where all features are in play from the start.
LONGEST = 1000
#: Correlations held at a time: this share of the entries of X, within bounds (8 and 32 MB).
SHARE, FEWEST, MANY = 8, 2**20, 2**22


def shared_paths(
    problems: Sequence[Problem],
    alphas: np.ndarray,
    *,
    tol: float,
    max_iter: int,
    origins: Sequence[Problem] | None = None,
    enough: Sequence[Callable[[list[Step]], bool]] | None = None,
) -> list[list[Step]]:
    """The models of each problem with the penalty of each alpha, all certified.

    In a round each problem is solved for its next alphas on the features in play, in one compiled
    call; one product gives the correlations of all features with all these residuals. What they
    certify is done. Features that pull from outside join, and the rest is solved again.

    Parameters
    ----------
    problems : sequence of Problem
        On designs that share X or have none. Of the same penalty, that for alpha = 1; if it is
        convex, a multiple of alpha with a steady curvature.
    alphas : ndarray of shape (n_alphas,)
        Positive, from large to small.
    tol, max_iter
        As for ``minimise``, for each alpha.
    origins : sequence of Problem, default=None
        The same problems with all their digits, for what moments are not exact enough for.
    enough : sequence of callable, default=None
        For each problem whether the steps so far are all that is wanted.
    """
    origins = problems if origins is None else origins
    design = problems[0].design
    kind = MomentPool if isinstance(design, MomentDesign) else ColumnPool
    pool = kind([problem.design for problem in problems])
    course = ConvexTrack if problems[0].penalty.convex else CurvedTrack
    tracks: list[Track] = [
        course(number, problem, origin, pool, alphas, tol, max_iter)
        for number, (problem, origin) in enumerate(zip(problems, origins, strict=True))
    ]
    size = batch_size(design, len(problems))
    if enough is not None:
        size = min(size, BATCH)
        for track, done in zip(tracks, enough, strict=True):
            track.enough = done
    while live := [track for track in tracks if not track.done]:
        batches = [alphas[len(track.steps) : len(track.steps) + size] for track in live]
        for track, batch in zip(live, batches, strict=True):
            track.solve(batch)
        looks = pool.look(live)
        for track, batch, (Z, rr) in zip(live, batches, looks, strict=True):
            track.judge(batch, Z, rr)
        new = np.unique(np.concatenate([track.wanted for track in live]))
        pool.extend(new[~pool.known[new]])
        for track in live:
            if not track.done:
                track.go_on()
    return [track.steps for track in tracks]


def batch_size(design: Design, problems: int) -> int:
    """How many alphas of each problem are solved for between two looks."""
    if design.n_features <= ALL:
        return LONGEST
    entries = min(max(design.n_samples * design.n_features // SHARE, FEWEST), MANY)
    return min(max(entries // (problems * design.n_features), 1), BATCH)


class Pool(ABC):
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
    def look(self, tracks: list[Track]) -> list[tuple[np.ndarray, np.ndarray]]:
        """For each track the correlations of all features, and twice the loss, of its batch."""


class ColumnPool(Pool):
    """With rows: the columns in play are copied once, and serve all problems."""

    def __init__(self, designs):
        super().__init__(designs)
        self.wholes = [each.whole for each in designs]
        self.place = np.zeros(self.known.size, dtype=np.intp)
        self.columns = np.empty((designs[0].n_samples, 0))

    def extend(self, new):
        super().extend(new)
        self.place[new] = self.columns.shape[1] + np.arange(new.size)
        self.columns = np.hstack([self.columns, self.wholes[0].columns(new)])

    def gram(self, problem, rows, columns):
        design, first = self.wholes[problem], self.wholes[0]
        right = self.columns[:, self.place[columns]] * design.weights[:, None]
        block = self.columns[:, self.place[rows]].T @ right
        shift = design.x_mean - first.x_mean
        block -= shift[rows][:, None] * shift[columns]
        return self.designs[problem].beside(block, rows, columns)

    def look(self, tracks):
        wide = []
        for track in tracks:
            W = np.zeros((len(track.W), self.columns.shape[1]))
            W[:, self.place[track.features]] = track.W
            wide.append(W)
        fits = np.split(
            np.concatenate(wide) @ self.columns.T, np.cumsum([len(W) for W in wide])[:-1]
        )
        designs = [self.wholes[track.number] for track in tracks]
        besides = [self.designs[track.number] for track in tracks]
        residuals = []
        for design, fit in zip(designs, fits, strict=True):
            R = design.y - fit
            if design.fit_intercept:
                R -= (R @ design.weights)[:, None]
            residuals.append(R)
        residuals = [d.beside_rows(R) for d, R in zip(besides, residuals, strict=True)]
        energies = [(R * R) @ d.weights for R, d in zip(residuals, designs, strict=True)]
        looks = zip(besides, adjoints(designs, residuals), energies, strict=True)
        return [design.beside_look(Z, rr) for design, Z, rr in looks]


class MomentPool(Pool):
    """Without rows: everything is in the Gram matrices."""

    def gram(self, problem, rows, columns):
        return self.designs[problem].matrix[np.ix_(rows, columns)]

    def look(self, tracks):
        looks = []
        for track in tracks:
            design, W = self.designs[track.number], track.W
            Z = design.correlation - W @ design.matrix[track.features]
            agreement = np.einsum("kj,kj->k", W, (design.correlation + Z)[:, track.features])
            looks.append((Z, np.maximum(design.energy - agreement, 0.0)))
        return looks
