"""Paths of problems that share X: many alphas are solved for, then looked at all at once."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np

from skl1.certificates import best_gaps, certify, rounding_of
from skl1.designs import Design, MomentDesign
from skl1.designs.table import adjoints
from skl1.problem import Point, Problem
from skl1.sequence import ALONG, results_along
from skl1.solvers.driver import CONVERGED
from skl1.solvers.settle import blank_factor, settle_along
from skl1.step import Step

#: Alphas between two looks at all features.
BATCH = 10
#: Up to this many features all are in play from the start, in batches of so many alphas.
ALL, LONGEST = 500, 1000
#: Correlations held at a time: this share of the entries of X, within bounds (8 and 32 MB).
SHARE, FEWEST, MANY = 8, 2**20, 2**22
#: Features in play at most; with more, one alpha follows the other by the working-set solver.
MOST = 900
#: At most so many features enter at a time, and this share of those in play.
ENTER, ENTER_SHARE = 50, 0.5
#: A subproblem is solved until a sweep lowers the objective by less than this share of the null
#: objective: that costs little after Newton's method, and errors would bring in features in vain.
SETTLED = 1e-16
#: Sweeps for an alpha at most; what is not solved then is left to the working-set solver.
SWEEPS = 100


def shared_paths(
    problems: Sequence[Problem],
    alphas: np.ndarray,
    *,
    tol: float,
    max_iter: int,
    origins: Sequence[Problem] | None = None,
) -> list[list[Step]]:
    """The solutions of each problem with its penalty multiplied by each alpha, all certified.

    In a round each problem is solved for its next alphas on the features in play, in one compiled
    call; one product gives the correlations of all features with all these residuals. What they
    certify is done. Features that pull from outside join, and the rest is solved again.

    Parameters
    ----------
    problems : sequence of Problem
        On designs that share X or have none. Of the same penalty, convex and with a steady
        curvature; the penalty is that for alpha = 1.
    alphas : ndarray of shape (n_alphas,)
        Positive, from large to small.
    tol, max_iter
        As for ``minimise``, for each alpha.
    origins : sequence of Problem, default=None
        The same problems with all their digits, for what moments are not exact enough for.
    """
    origins = problems if origins is None else origins
    design = problems[0].design
    kind = MomentPool if isinstance(design, MomentDesign) else ColumnPool
    pool = kind([problem.design for problem in problems])
    tracks = [
        Track(number, problem, origin, pool, alphas, tol, max_iter)
        for number, (problem, origin) in enumerate(zip(problems, origins, strict=True))
    ]
    size = batch_size(design, len(problems))
    while live := [track for track in tracks if len(track.steps) < alphas.size]:
        batches = [alphas[len(track.steps) : len(track.steps) + size] for track in live]
        for track, batch in zip(live, batches, strict=True):
            track.solve(batch)
        looks = pool.look(live)
        for track, batch, (Z, rr) in zip(live, batches, looks, strict=True):
            track.judge(batch, Z, rr)
        new = np.unique(np.concatenate([track.wanted for track in live]))
        pool.extend(new[~pool.known[new]])
        for track in live:
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
        self.place = np.zeros(self.known.size, dtype=np.intp)
        self.columns = np.empty((designs[0].n_samples, 0))

    def extend(self, new):
        super().extend(new)
        self.place[new] = self.columns.shape[1] + np.arange(new.size)
        self.columns = np.hstack([self.columns, self.designs[0].columns(new)])

    def gram(self, problem, rows, columns):
        design, first = self.designs[problem], self.designs[0]
        right = self.columns[:, self.place[columns]] * design.weights[:, None]
        block = self.columns[:, self.place[rows]].T @ right
        shift = design.x_mean - first.x_mean
        return block - shift[rows][:, None] * shift[columns]

    def look(self, tracks):
        wide = []
        for track in tracks:
            W = np.zeros((len(track.W), self.columns.shape[1]))
            W[:, self.place[track.features]] = track.W
            wide.append(W)
        fits = np.split(
            np.concatenate(wide) @ self.columns.T, np.cumsum([len(W) for W in wide])[:-1]
        )
        designs = [self.designs[track.number] for track in tracks]
        residuals = []
        for design, fit in zip(designs, fits, strict=True):
            R = design.y - fit
            if design.fit_intercept:
                R -= (R @ design.weights)[:, None]
            residuals.append(R)
        energies = [(R * R) @ d.weights for R, d in zip(residuals, designs, strict=True)]
        return list(zip(adjoints(designs, residuals), energies, strict=True))


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


class Track:
    """How far one of the problems has come.

    Attributes
    ----------
    steps : list of Step
        What is done.
    features : ndarray of int
        The features in play, with their Gram matrix.
    w, z : ndarray
        The coefficients of these at the last step, and the correlations of all features.
    W : ndarray of shape (n_alphas, n_in_play)
        The solutions for the batch.
    wanted : ndarray of int
        Features that pull from outside.
    """

    def __init__(self, number, problem, origin, pool, alphas, tol, max_iter):
        self.number, self.problem, self.origin = number, problem, origin
        self.pool, self.alphas = pool, alphas
        self.tol, self.max_iter = tol, max_iter
        self.null = problem.null
        self.steps: list[Step] = []
        self.features = np.zeros(0, dtype=np.intp)
        self.gram = np.zeros((0, 0))
        self.w, self.z = np.zeros(0), self.null.z
        # Without an l2 term no more features are independent than there are rows.
        n = problem.design.n_samples if not problem.penalty.bends else MOST
        self.factor = blank_factor(min(n, problem.design.n_features, MOST))
        some = np.flatnonzero(problem.included if self.z.size <= ALL else problem.free)
        pool.extend(some[~pool.known[some]])
        self._enter(some)
        self.w = self.null.w[some]

    def _enter(self, new: np.ndarray) -> None:
        """Take features into play that are in the pool."""
        old = self.features.size
        self.features = np.concatenate([self.features, new])
        grown = np.empty((self.features.size, self.features.size))
        grown[:old, :old] = self.gram
        grown[:, old:] = self.pool.gram(self.number, self.features, new)
        grown[old:, :old] = grown[:old, old:].T
        self.gram = grown
        self.w = np.append(self.w, np.zeros(new.size))

    def solve(self, alphas: np.ndarray) -> None:
        """Solutions on the features in play."""
        problem, size = self.problem, self.features.size
        W, Z = np.empty((2, alphas.size + 1, size))
        W[0], Z[0] = self.w, self.z[self.features]
        self.sweeps = np.ones(alphas.size, dtype=np.intp)
        penalty = problem.penalty
        settle_along.sized(10 * alphas.size * size**2)(
            penalty,
            penalty.kink(),
            penalty.steady_curvature,
            self.gram,
            self.gram.diagonal().copy(),
            problem.weights[self.features],
            alphas,
            SETTLED * self.null.objective,
            min(SWEEPS, self.max_iter),
            W,
            Z,
            self.sweeps,
            *self.factor,
        )
        self.W = W[1:]

    def judge(self, alphas: np.ndarray, Z: np.ndarray, rr: np.ndarray) -> None:
        """Keep what is certified, and note what should join for the rest."""
        problem = self.problem
        Z[:, ~problem.included] = 0.0
        charged = alphas * (problem.penalty.value(self.W) @ problem.weights[self.features])
        objectives = 0.5 * rr + charged
        if problem.has_free:
            stages = [problem.scaled(float(alpha)) for alpha in alphas]
            points = map(Point, map(self._whole, self.W), Z, rr, objectives)
            gaps = np.array([certify(*each).error for each in zip(stages, points, strict=True)])
        else:
            agreement = np.einsum("kj,kj->k", self.W, Z[:, self.features])
            gaps = best_gaps(problem.penalty, alphas, problem.weights, charged, agreement, Z, rr)
            if not problem.design.has_rows:
                reach = np.abs(self.W) @ problem.design.lengths[self.features]
                gaps = np.maximum(gaps, rounding_of(problem.design, reach, rr))
        # In this form a gap that is NaN is missed as well.
        missed = np.flatnonzero(~(gaps <= self.tol * self.null.objective))
        done = missed[0] if missed.size else alphas.size
        self._keep(alphas, objectives, rr, gaps, done)
        if done:
            self.w, self.z = self.W[done - 1].copy(), Z[done - 1].copy()
        self.stuck = not done
        self.wanted = np.zeros(0, dtype=np.intp)
        if done < alphas.size:
            limit = problem.weights * problem.penalty.kink()
            outside = problem.included.copy()
            outside[self.features] = False
            pull = (problem.penalty.pull(Z[done:]) / alphas[done:, None]).max(axis=0)
            with np.errstate(divide="ignore", invalid="ignore"):
                pull /= limit
            wanted = np.flatnonzero(outside & (pull > 1.0))
            room = max(ENTER, int(ENTER_SHARE * self.features.size))
            if wanted.size > room:
                wanted = wanted[np.argpartition(-pull[wanted], room)[:room]]
            self.wanted = wanted

    def _keep(self, alphas, objectives, rr, gaps, done) -> None:
        """The first solutions of the batch as steps."""
        rows, places = np.nonzero(self.W[:done])
        features, values = self.features[places], self.W[rows, places]
        ends = np.searchsorted(rows, np.arange(done + 1)).tolist()
        figures = (each[:done].tolist() for each in (alphas, objectives, rr, gaps, self.sweeps))
        for k, (alpha, *rest, count) in enumerate(zip(*figures, strict=True)):
            used = slice(ends[k], ends[k + 1])
            known = (features[used], values[used], *rest, count, CONVERGED, True)
            self.steps.append(Step(alpha, *known))

    def go_on(self) -> None:
        """Let features enter; where none is missing the working-set solver has to find what is."""
        left = self.alphas[len(self.steps) :]
        if self.features.size + self.wanted.size > MOST:
            self._one_by_one(self.problem, left)
        elif self.wanted.size:
            self._enter(self.wanted)
        elif self.stuck:
            self._one_by_one(self.origin, left[:1])

    def _whole(self, w: np.ndarray) -> np.ndarray:
        """Coefficients of all features from those in play."""
        whole = np.zeros(self.z.size)
        whole[self.features] = w
        return whole

    def _one_by_one(self, problem: Problem, alphas: np.ndarray) -> None:
        """Solve for some alphas by the working-set solver."""
        w = self._whole(self.w)
        limits = {"tol": self.tol, "max_iter": self.max_iter}
        results = results_along(ALONG, problem, alphas, w, **limits)
        for alpha, result in zip(alphas, results, strict=True):
            self.steps.append(Step.of(alpha, result))
            w, self.z = result.w, result.point.z
        new = np.setdiff1d(np.flatnonzero(w), self.features)
        if self.features.size + new.size <= MOST:
            self.pool.extend(new[~self.pool.known[new]])
            self._enter(new)
        self.w = w[self.features]
