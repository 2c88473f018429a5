"""What the estimators share: the fit, the fitted attributes, the warnings.

Longer than 300 lines: a third is the documentation of methods.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import replace
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.exceptions import ConvergenceWarning

from skl1.compiled.threads import single_threaded
from skl1.designs import Design
from skl1.designs.responses import is_several
from skl1.estimators.following import rounded_model
from skl1.estimators.posing import Posing
from skl1.estimators.state import all_or_nothing
from skl1.estimators.targets import SeveralTargets
from skl1.exceptions import EmptyModelWarning, warn_user
from skl1.problems.model import EXHAUSTED, INTERRUPTED, PRECISION
from skl1.problems.problem import Problem
from skl1.sklearn_api import Interval, fit_callback, fit_context
from skl1.solvers.driver import Run, certified
from skl1.solvers.minimise import minimise

FLOAT64 = np.dtype(np.float64)


class PenalisedRegressor(SeveralTargets):
    """A loss with a separable penalty; everything but the penalty and the solver."""

    tol: float
    max_iter: int
    warm_start: bool
    record_history: bool

    # What a fit sets.
    n_iter_: int
    objective_: float
    dual_gap_: float
    converged_: bool
    stop_reason_: str
    alpha_max_: float
    history_: dict[str, np.ndarray]

    path_parameter: str | None = "alpha"
    #: Whether coefficients are fitted anew to the features that the penalty has chosen.
    refits: bool = False

    _parameter_constraints: ClassVar[dict] = {
        **Posing._parameter_constraints,
        "tol": [Interval(Real, 0, None, closed="left")],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
        "warm_start": ["boolean"],
        "record_history": ["boolean"],
    }

    @abstractmethod
    def _remedy(self) -> str:
        """What to do if the iterations did not suffice: the end of the warning."""

    @all_or_nothing
    @fit_context
    def fit(self, X: Any, y: Any, sample_weight: ArrayLike | None = None) -> Self:
        """Fit the model.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Training data. float32 and float64 are kept, anything else becomes float64. Sparse
            X is used in CSC form, with 32- or 64-bit indices, and never made dense.
        y : array-like of shape (n_samples,) or (n_samples, n_targets)
            Target, or several: each column is fitted by itself, and each attribute has an entry for
            each.
        sample_weight : float or array-like of shape (n_samples,), default=None
            Weights, not negative and not all zero. A weight of 2 equals repeating the row, a
            weight of 0 leaving it out.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            If a parameter, X, y or a weight is out of its range, not finite or misshaped.

        Warns
        -----
        ConvergenceWarning
            If the tolerance was not met; with the figures.
        EmptyModelWarning
            If every coefficient is zero.
        """
        # Infinite trial values are compared with, and rejected; the result is checked.
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            if self._several and is_several(y):
                return self._fit_targets(X, y, sample_weight)
            X, y, sample_weight, design = self._design(X, y, sample_weight)
            problem = self._problem(design)
            with (
                single_threaded(design.work()),
                fit_callback(self, X, y, sample_weight) as report,
            ):
                callback = None
                if report is not None:

                    def callback(w):
                        return report(lambda: self._model(problem, w, X.dtype))

                result = self._solve(problem, self._start(problem), callback)
                result = self._publish(problem, result, X.dtype)
        self._warn(problem, result)
        return self

    def _fit_design(self, design: Design, dtype: np.dtype = FLOAT64):
        """Fit from scratch to data that are behind a design, and of which nobody can be told."""
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            problem = self._problem(design)
            with single_threaded(design.work()):
                result = self._solve(problem, problem.null.w, None)
                result = self._publish(problem, result, dtype)
        self._warn(problem, result)
        return self

    def fit_problem(
        self, problem: Problem, start: np.ndarray | None = None, dtype: np.dtype = FLOAT64
    ) -> Run:
        """Fit to the data of a problem, with the parameters as they are now; for developers.

        It sets the fitted attributes, and leaves warnings to the caller.

        Parameters
        ----------
        problem : Problem
            As ``problem_on`` made it, perhaps at another alpha: its data and what is known of
            them are used, not its penalty.
        start : ndarray of shape (n_features,), default=None
            Coefficients to start from. None means the model without penalised features.
        dtype : dtype, default=float64
            That of ``coef_``.

        Returns
        -------
        Run
            How the solver ended, certified for the coefficients as returned.
        """
        problem = problem.with_penalty(self._penalty())
        result = self._solve(problem, problem.null.w if start is None else start, None)
        return self._publish(problem, result, dtype)

    def _start(self, problem: Problem) -> np.ndarray:
        """The last solution on a warm start, else the model without penalised features."""
        return self._start_at(problem, self._last_solution() if self.warm_start else None)

    def fit_target(
        self,
        problem: Problem,
        start: np.ndarray | Run | None,
        report: Callable[[dict[str, Any]], bool] | None,
        dtype: np.dtype,
    ) -> list[tuple[str, type[Warning]]]:
        """Fit to one of several targets, and leave the warnings to the caller; for developers.

        Parameters
        ----------
        problem : Problem
        start : ndarray of shape (n_features,), Run or None
            Coefficients to begin with, or where another solver has arrived with them.
        report : callable or None
            It is told the fitted attributes after each step, and is true if that is enough.
        dtype : dtype
            That of ``coef_``.

        Returns
        -------
        list of tuple
            What a user should know, in words and by category.
        """
        callback = None
        if report is not None:

            def callback(w):
                return report(self._model(problem, w, dtype))

        if isinstance(start, Run):
            found = self._gone_on(problem, start)
        else:
            found = self._solve(problem, self._start_at(problem, start), callback)
        found = self._publish(problem, found, dtype)
        return self._remarks(problem, found)

    def _gone_on(self, problem: Problem, last: Run) -> Run:
        """From where another solver has arrived, as far as is left to go."""
        limits: dict[str, Any] = {"tol": self.tol, "max_iter": self.max_iter}
        found = minimise(self._solver(), problem, last.w, last=last, **limits)
        n_iter = max(last.model.n_iter, found.model.n_iter)
        return replace(found, model=found.model._replace(n_iter=n_iter))

    def _start_at(self, problem: Problem, coef: np.ndarray | None) -> np.ndarray:
        """These coefficients, if they are a start at all, else the null model."""
        if coef is None or np.shape(coef) != problem.null.w.shape:
            return problem.null.w
        if problem.empties(problem.penalty.strength):
            return problem.null.w  # which is the solution
        w = np.where(problem.included, np.asarray(coef, dtype=np.float64), 0.0)
        w = problem.clip(w)
        # A start that is worse than the null model (or not finite) is no help.
        return w if problem.at(w).objective <= problem.null.objective else problem.null.w

    def _last_solution(self) -> np.ndarray | None:
        """What the last fit found to minimise the objective, if there was one."""
        return self._earlier("coef_")

    def _solve(
        self, problem: Problem, start: np.ndarray, callback: Callable[[np.ndarray], bool] | None
    ) -> Run:
        return minimise(
            self._solver(),
            problem,
            start,
            tol=self.tol,
            max_iter=self.max_iter,
            callback=callback,
            record=self.record_history,
        )

    def _publish(self, problem: Problem, result: Run, dtype) -> Run:
        """Set the fitted attributes; the result is certified for the coefficients as returned."""
        model = rounded_model(problem, result.w, dtype, result.point)
        if not (np.isfinite(model["coef_"]).all() and np.isfinite(model["intercept_"])):
            raise ValueError(
                f"The coefficients overflow {dtype}: the units of X and y are too far apart; "
                "rescale them (StandardScaler does it for X)."
            )
        self.coef_, self.intercept_ = model["coef_"], model["intercept_"]
        excess = 0.0
        if dtype != np.float64:
            w = self.coef_.astype(np.float64)
            excess = problem.excess_of(w, float(self.intercept_))
            result = certified(problem, result, w, excess)
        self.n_iter_ = result.model.n_iter
        self.objective_ = result.model.objective + excess
        if problem.penalty.convex:
            self.dual_gap_ = result.model.error
        self.converged_ = result.model.converged
        self.stop_reason_ = result.model.stop_reason
        self.alpha_max_ = problem.alpha_max
        if self.record_history:
            self.history_ = result.history
        return result

    def _warn(self, problem: Problem, result: Run) -> None:
        """At most one warning about convergence, and one about an empty model."""
        for message, category in self._remarks(problem, result):
            warn_user(message, category)

    def _remarks(self, problem: Problem, result: Run) -> list[tuple[str, type[Warning]]]:
        """What a user should know of the fit, in words and by category."""
        remarks: list[tuple[str, type[Warning]]] = []
        if complaint := self._complaint(problem, result):
            remarks.append((f"{type(self).__name__} {complaint}", ConvergenceWarning))
        if text := self._emptiness(problem):
            remarks.append((text, EmptyModelWarning))
        return remarks

    def _complaint(self, problem: Problem, result: Run) -> str:
        """What was not reached, and what to do about it."""
        if not self.converged_ and self.stop_reason_ != INTERRUPTED:
            reached = f"{result.model.error:.3g}"
            if problem.penalty.convex:
                figures = (
                    f"at a duality gap of {reached}; {result.target:.3g} was wanted "
                    f"(tol={self.tol:g} of the null objective {problem.null.objective:.3g})"
                )
            else:
                figures = f"at a stationarity of {reached}; tol={self.tol:g} was wanted"
            weak = problem.core.weak
            if self.stop_reason_ == EXHAUSTED:
                advice = self._remedy()
            elif self.stop_reason_ == PRECISION and weak.size:
                names = ", ".join(map(str, weak[:10])) + (" and others" if weak.size > 10 else "")
                advice = (
                    f"The unpenalised features {names} depend on each other in all but the last "
                    "digits; leave one of them out."
                )
            elif self.stop_reason_ == PRECISION:
                more = ", give X in float64" if self.coef_.dtype != FLOAT64 else ""
                advice = f"Centre and scale the columns (StandardScaler){more}, or raise tol."
            else:
                advice = self._advice()
            return (
                f"stopped after {self.n_iter_} {self._solver().unit} "
                f"({self.stop_reason_}) {figures}. {advice}"
            )
        return ""

    def _emptiness(self, problem: Problem) -> str:
        """That a converged model has no features, and when one would enter."""
        if not self.converged_ or not np.isfinite(self.alpha_max_) or self.coef_.any():
            return ""
        cure = (
            "Choose a smaller alpha; in a search over alphas this is harmless."
            if self.alpha_max_ > 0.0
            else "No feature explains y."
        )
        return (
            f"Every coefficient is zero: alpha={self.alpha:g}, and no penalised feature enters "
            f"for alpha_max_={self.alpha_max_:g} and above. {cure}"
        )

    def _advice(self) -> str:
        """What to do if the solver stopped by itself."""
        return "Scale the columns (StandardScaler), or raise tol."
