"""What estimators with a nonconvex penalty share, whatever the loss: starts, certificates."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from sklearn.utils import check_random_state

from skl1.estimators.base import PenalisedRegressor
from skl1.penalties import Penalty, Ridged
from skl1.problems.certificates import fixed_point_certificate
from skl1.problems.local_minimum import is_local_minimum
from skl1.problems.problem import Problem
from skl1.search.lower_bound import DUAL, lower_bound
from skl1.search.nonconvex_path import solve_nonconvex_path
from skl1.search.starts import homotopy_start, lasso_start, path_start, random_starts, seek
from skl1.sklearn_api import Interval
from skl1.solvers.driver import Run
from skl1.solvers.free import lift_calls, lifted


class ManyMinima(PenalisedRegressor):
    """A loss with a penalty of many minima: everything but the penalty and the solver."""

    l2: float
    n_init: int
    random_state: Any

    _charges = ("alpha", "l2")

    _parameter_constraints: ClassVar[dict] = {
        **PenalisedRegressor._parameter_constraints,
        "l2": [Interval(Real, 0, None, closed="left")],
        "n_init": [Interval(Integral, 0, None, closed="left")],
        "random_state": ["random_state"],
    }

    @abstractmethod
    def shaped(self) -> Penalty:
        """The penalty without the l2 term."""

    def _penalty(self) -> Penalty:
        return Ridged(self.shaped(), self.l2) if self.l2 else self.shaped()

    def _remedy(self) -> str:
        return "Increase max_iter or tol, or scale the columns."

    def fits_along(self, value):
        return not self.n_init and super().fits_along(value)  # a path has no random starts

    def follow(self, problems, values):
        most = self._exchanges(problems[0])
        limits = {"tol": self.tol, "max_iter": self.max_iter, "most": most}
        return [solve_nonconvex_path(problem, values, **limits) for problem in problems]

    def _exchanges(self, problem: Problem) -> int:
        """Features at most of a model in which they are exchanged; 0 for no exchanges."""
        return 0

    def _searched(self, problem: Problem) -> Problem:
        """The problem in the form in which its minima are sought."""
        return problem

    def _from_data(self, problem: Problem, best: Run, callback) -> Run:
        """The best of a search in such a form, for the problem itself."""
        return best

    def _solve(self, problem, start, callback):
        warm = start is not problem.null.w
        core = problem.core
        if core is problem:
            return self._search(problem, start, callback, warm=warm)
        start, callback = core.bare(start), lift_calls(core, callback)
        return lifted(problem, self._search(core, start, callback, warm=warm), self.tol)

    def _search(self, problem, start, callback, *, warm):
        """The best minimum of all starts."""
        searched = not problem.penalty.convex and self.alpha > 0.0
        searched = searched and not problem.empties(self.alpha)
        quick = self._searched(problem) if searched else problem
        if not searched:
            starts = iter([("warm start" if warm else "path", start)])
        elif warm:
            starts = iter([("warm start", start)])
        else:
            starts = self._starts(quick)
        minima = seek(
            quick,
            starts,
            tol=self.tol,
            max_iter=self.max_iter,
            most=self._exchanges(problem) if searched else 0,
            callback=callback,
            record=self.record_history,
        )
        self._note(minima)
        return minima.best if quick is problem else self._from_data(problem, minima.best, callback)

    def _note(self, minima) -> None:
        """Set the attributes that tell of the search."""
        self.start_ = minima.start
        self.minima_, self.start_objectives_ = minima.objectives, minima.by_start

    def _starts(self, problem) -> Iterator[tuple[str, np.ndarray]]:
        """Names and coefficients, each made when its turn has come."""
        path = path_start(problem)
        yield "path", path
        lasso = lasso_start(problem)
        yield "lasso", lasso
        yield "homotopy", homotopy_start(problem, lasso)
        yield from self._more_starts(problem, path)
        state = check_random_state(self.random_state)
        for number, w in enumerate(random_starts(problem, self.n_init, state)):
            yield f"random {number + 1}", w

    def _more_starts(self, problem, path) -> Iterator[tuple[str, np.ndarray]]:
        """Those that only some losses have."""
        yield from ()

    def _publish(self, problem, result, dtype):
        exact = result
        result = super()._publish(problem, result, dtype)
        point = problem.at(np.asarray(self.coef_, dtype=np.float64))
        self.stationarity_ = fixed_point_certificate(problem, point).error
        self._certify(problem, exact)
        return result

    def _certify(self, problem, result):
        """The tests of the minimum, on the coefficients before any rounding to float32."""
        null = problem.null.objective
        if problem.penalty.convex:
            self.is_local_minimum_ = result.model.converged
            self.lower_bound_, self.lower_bound_kind_ = max(result.model.bound, 0.0), DUAL
        else:
            self.is_local_minimum_ = is_local_minimum(problem, result.point, self.tol)
            bound = lower_bound(problem, result.model.objective)
            self.lower_bound_, self.lower_bound_kind_ = bound.value, bound.kind
        excess = max(float(self.objective_) - self.lower_bound_, 0.0)
        self.optimality_gap_ = excess / float(null) if null > 0.0 else 0.0
