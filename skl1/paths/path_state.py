"""How far one of several paths has come: its features in play, and the models that are done."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

import numpy as np

from skl1.paths.copies import copies
from skl1.paths.one_by_one import ALONG, runs_along
from skl1.penalties.elementwise import pulls, values
from skl1.problems import moments
from skl1.problems.certificates import best_gaps, certify, rounding_of
from skl1.problems.model import CONVERGED, Model
from skl1.problems.point import Point
from skl1.problems.problem import Problem
from skl1.solvers.driver import Run
from skl1.solvers.factor import blank_factor
from skl1.solvers.gram_convex import solve_along

#: Features in play at most; with more, one alpha follows the other by the working-set solver. Where
#: the data are large more of them may be, up to a Gram matrix with this share of the numbers in X.
MOST, GRAM_SHARE = 900, 0.5
#: At most so many features enter at a time, and this share of those in play.
ENTER, ENTER_SHARE = 50, 0.5
#: A subproblem is solved until a sweep lowers the objective by less than this share of the null
#: objective: that costs little after Newton's method, and errors would bring in features in vain.
NO_FALL = 1e-16
#: Sweeps for an alpha at most; what is not solved then is left to the working-set solver.
SWEEPS = 100


class PathState(ABC):
    """How far one of the problems has come.

    Attributes
    ----------
    models : list of Model
        What is done.
    features : ndarray of int
        The features in play, with their Gram matrix.
    w, z : ndarray
        The coefficients of these in the last model, and the correlations of all features.
    W : ndarray of shape (n_alphas, n_in_play)
        The solutions for the batch.
    wanted : ndarray of int
        Features that pull from outside.
    copies : boolean ndarray
        Features that stay outside, as one in play is parallel to them.
    sweeps : ndarray of int of shape (n_alphas,)
        The sweeps that the batch took.
    enough : callable
        Whether the models so far are all that is wanted.
    alone : bool
        Whether one alpha follows the other by the working-set solver, to the end.
    """

    W: np.ndarray
    sweeps: np.ndarray
    alone = False
    last: Run | None = None

    def __init__(self, number, problem, origin, shared, alphas, tol, max_iter):
        self.number, self.problem, self.origin = number, problem, origin
        self.shared, self.alphas = shared, alphas
        self.tol, self.max_iter = tol, max_iter
        self.enough: Callable[[list[Model]], bool] = lambda _: False
        self.null = problem.null
        self.models: list[Model] = []
        self.features = np.zeros(0, dtype=np.intp)
        self.gram = np.zeros((0, 0))
        self.w, self.z = np.zeros(0), self.null.z
        # Without an l2 term no more features are independent than there are rows.
        design = problem.design
        entries = design.entries(np.arange(design.n_features)) if design.has_rows else 0
        self.most = max(MOST, int(np.sqrt(GRAM_SHARE * entries)))
        n = design.n_samples if not problem.penalty.superlinear else self.most
        self.factor = blank_factor(min(n, design.n_features, self.most))
        self.copies = np.zeros(design.n_features, dtype=bool)
        some = np.flatnonzero(problem.included if self.z.size <= moments.ALL else problem.free)
        shared.extend(some[~shared.known[some]])
        self._enter(some)
        self.w = self.null.w[self.features]

    def _enter(self, new: np.ndarray, *, every: bool = False) -> None:
        """Take features into play that are in the shared; copies of others only if asked to."""
        old = self.features.size
        features = np.concatenate([self.features, new])
        across = self.shared.gram(self.number, features, new)
        copied = copies(self.problem, features, self.gram.diagonal(), across)
        if copied.any() and not every:
            self.copies[new[copied]] = True
            new, across = new[~copied], across[np.append(np.ones(old, dtype=bool), ~copied)]
            across = across[:, ~copied]
        self.features = np.concatenate([self.features, new])
        grown = np.empty((self.features.size, self.features.size))
        grown[:old, :old] = self.gram
        grown[:, old:] = across
        grown[old:, :old] = across[:old].T
        self.gram = grown
        self.w = np.append(self.w, np.zeros(new.size))

    @property
    def done(self) -> bool:
        """Whether no alpha is left, or none is wanted."""
        return len(self.models) == self.alphas.size or self.enough(self.models)

    def solve(self, alphas: np.ndarray) -> None:
        """Solutions on the features in play: W, and the sweeps."""
        self._solve(alphas)
        self.W[self.problem.empties(alphas)] = self.null.w[self.features]
        self.W[self.problem.negligible(self.W, self.features)] = 0.0

    @abstractmethod
    def _solve(self, alphas: np.ndarray) -> None:
        """The same, up to rounding."""

    @abstractmethod
    def _measure(self, alphas, Z, losses) -> tuple[np.ndarray, np.ndarray, Callable]:
        """Charges and errors of the batch, and a function for how hard each feature pulls.

        It is given the number of alphas that are done, and tells the largest pull for any of the
        others. A pull of more than 1 is one to enter.
        """

    @property
    def target(self) -> float:
        """The error up to which a model counts as done."""
        return self.problem.target(self.tol)

    def judge(self, alphas: np.ndarray, Z: np.ndarray, losses: np.ndarray) -> None:
        """Keep what is certified, and note what should join for the rest."""
        Z[:, ~self.problem.included] = 0.0
        charged, errors, pull_after = self._measure(alphas, Z, losses)
        # In this form an error that is NaN is missed as well.
        missed = np.flatnonzero(~(errors <= self.target))
        done = missed[0] if missed.size else alphas.size
        self._keep(alphas, losses + charged, losses, errors, done)
        if done:
            self.w, self.z = self.W[done - 1].copy(), Z[done - 1].copy()
        self.stuck = not done
        self.wanted = np.zeros(0, dtype=np.intp)
        if done < alphas.size:
            outside = self.problem.included.copy()
            outside[self.features] = False
            pull = pull_after(done)
            wanted = np.flatnonzero(outside & ~self.copies & (pull > 1.0))
            if not wanted.size:  # parallel up to rounding, which is not enough here
                wanted = np.flatnonzero(outside & (pull > 1.0))
            room = max(ENTER, int(ENTER_SHARE * self.features.size))
            if wanted.size > room:
                wanted = wanted[np.argpartition(-pull[wanted], room)[:room]]
            self.wanted = wanted

    def _keep(self, alphas, objectives, losses, errors, done) -> None:
        """The first solutions of the batch as models."""
        rows, places = np.nonzero(self.W[:done])
        features, values = self.features[places], self.W[rows, places]
        ends = np.searchsorted(rows, np.arange(done + 1)).tolist()
        convex = self.problem.penalty.convex
        bounds = objectives - errors if convex else np.full(errors.size, -np.inf)
        figures = (
            each[:done].tolist()
            for each in (alphas, objectives, losses, errors, bounds, self.sweeps)
        )
        for k, (alpha, *rest, count) in enumerate(zip(*figures, strict=True)):
            used = slice(ends[k], ends[k + 1])
            known = (features[used], values[used], *rest, count, CONVERGED, True)
            self.models.append(Model(alpha, *known))

    def go_on(self) -> None:
        """Let features enter; where none is missing the working-set solver has to find what is."""
        left = self.alphas[len(self.models) :]
        if self._too_large():
            self.alone = True
        elif self.wanted.size:
            self._enter(self.wanted, every=bool(self.copies[self.wanted].any()))
        elif self.stuck:
            self._one_by_one(self.origin, left[:1])

    def _too_large(self) -> bool:
        """Whether one alpha after the other takes less time."""
        return self.features.size + self.wanted.size > self.most

    def _whole(self, w: np.ndarray) -> np.ndarray:
        """Coefficients of all features from those in play."""
        whole = np.zeros(self.z.size)
        whole[self.features] = w
        return whole

    def go_alone(self, end: int) -> None:
        """One alpha after the other, until there are so many models."""
        left = self.alphas[len(self.models) : end]
        if not left.size:
            return
        w = self._whole(self.w) if self.last is None else self.last.w
        self.last = self._follow(self.problem, left, w, self.last)

    def _one_by_one(self, problem: Problem, alphas: np.ndarray) -> None:
        """Solve for some alphas by the working-set solver, and take in what it has found."""
        run = self._follow(problem, alphas, self._whole(self.w), None)
        new = np.setdiff1d(np.flatnonzero(run.w), self.features)
        if self.features.size + new.size <= self.most:
            self.shared.extend(new[~self.shared.known[new]])
            self._enter(new, every=True)
        self.w, self.z = run.w[self.features], run.point.z

    def _follow(self, problem, alphas, w, last) -> Run:
        """The last of the runs for some alphas."""
        limits = {"tol": self.tol, "max_iter": self.max_iter}
        for run in runs_along(ALONG, problem, alphas, w, last=last, **limits):
            self.models.append(run.model)
            last = run
            if self.enough(self.models):
                break
        return last


class ConvexPathState(PathState):
    """Of a convex penalty that is a multiple of alpha: all alphas of a batch in one call."""

    def _solve(self, alphas: np.ndarray) -> None:
        problem, size = self.problem, self.features.size
        W, Z = np.empty((2, alphas.size + 1, size))
        W[0], Z[0] = self.w, self.z[self.features]
        self.sweeps = np.ones(alphas.size, dtype=np.intp)
        penalty = problem.penalty
        solve_along(
            alphas.size * size * (100 + size // 10),
            penalty.slope_at_zero(),
            penalty.constant_curvature,
            penalty.one_sided,
            self.gram,
            self.gram.diagonal().copy(),
            problem.weights[self.features],
            alphas,
            NO_FALL * self.null.objective,
            min(SWEEPS, self.max_iter),
            W,
            Z,
            self.sweeps,
            *self.factor,
        )
        self.W = W[1:]

    def _measure(self, alphas, Z, losses):
        problem = self.problem
        charged = alphas * (values(problem.penalty, self.W) @ problem.weights[self.features])
        if problem.has_free:
            stages = [problem.scaled(float(alpha)) for alpha in alphas]
            points = map(Point, map(self._whole, self.W), Z, losses, losses + charged)
            gaps = np.array([certify(*each).error for each in zip(stages, points, strict=True)])
        else:
            agreement = np.einsum("kj,kj->k", self.W, Z[:, self.features])
            gaps = best_gaps(
                problem.penalty, alphas, problem.weights, charged, agreement, Z, losses
            )
            if not problem.design.has_rows:
                reach = np.abs(self.W) @ problem.design.lengths[self.features]
                gaps = np.maximum(gaps, rounding_of(problem.design, reach, losses))

        def pull_after(done):
            limit = problem.weights * problem.penalty.slope_at_zero()
            with np.errstate(divide="ignore", invalid="ignore"):
                relative = pulls(problem.penalty, Z[done:]) / alphas[done:, None]
                return relative.max(axis=0) / limit

        return charged, gaps, pull_after
