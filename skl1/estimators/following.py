"""Fits that follow each other along a parameter."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np

from skl1.compiled.threads import single_threaded
from skl1.designs import Design
from skl1.estimators.fitted_path import FittedPath
from skl1.estimators.posing import Posing
from skl1.estimators.state import untouched
from skl1.paths.solve import sequential_path
from skl1.problems.model import Model, coefficients
from skl1.problems.point import Point
from skl1.problems.problem import Problem
from skl1.solvers.base import Solver

#: The largest number.
LARGEST = float(np.finfo(np.float64).max)


class Following(Posing):
    """A loss with a penalty whose strength is a path: one model is the start of the next."""

    tol: float
    max_iter: int

    #: The parameter along which one fit leads to the next; None where there is no such path.
    path_parameter: str | None
    #: Its value in the problems that a path starts from.
    _unit: ClassVar[float] = 1.0

    @abstractmethod
    def _solver(self) -> Solver:
        """The solver that the parameters ask for."""

    def _model(self, problem: Problem, w: np.ndarray, dtype) -> dict[str, Any]:
        """The attributes that predict needs, made of a solution w on the way."""
        return rounded_model(problem, w, dtype)

    def fits_along(self, value: Any) -> bool:
        """Whether a value of ``path_parameter`` has a place on a path; for developers.

        Parameters
        ----------
        value : object
            A value, valid or not.

        Returns
        -------
        bool
        """
        numeric = isinstance(value, int | float | np.integer | np.floating)
        return numeric and not isinstance(value, bool) and bool(0.0 < value <= LARGEST)

    @untouched
    def fit_path(self, X, y, values, sample_weight=None) -> FittedPath:
        """Fit a model for each value of ``path_parameter``, each from the one before it.

        The estimator stays as it is, and what it says of the parameter itself does not matter. No
        warnings are given: the path says which of its models converged.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Training data, as for ``fit``.
        y : array-like of shape (n_samples,)
            Target.
        values : sequence
            Values that ``fits_along`` accepts, in any order.
        sample_weight : float or array-like of shape (n_samples,), default=None
            Weights, as for ``fit``.

        Returns
        -------
        FittedPath
            A model for each value, in their order.

        Raises
        ------
        ValueError
            If a parameter, X, y or a weight is out of its range, not finite or misshaped; if there
            is no value, or one that has no place on a path.
        """
        values = self.along(values)
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            X, _, _, design = self._design(X, y, sample_weight)
            return self.path_on(design, values, X.dtype, self._rows)

    def path_on(
        self, design: Design, values: list[Any], dtype: np.dtype, rows: Callable[[Any], Any]
    ) -> FittedPath:
        """The same on a design, for values that `along` has checked; for developers.

        ``rows`` validates samples to predict for.
        """
        problem = self._problem(design)
        distinct, places = np.unique(np.asarray(values), return_inverse=True)
        with single_threaded(design.work()):
            found = self.follow([problem], distinct[::-1])[0][::-1]
            models = [found[k] for k in places]
            coefs = coefficients(models, design.n_features)
            fitted = [self._model(problem, w, dtype) for w in coefs]
        if not all(np.isfinite(value).all() for each in fitted for value in each.values()):
            raise ValueError(f"Coefficients of the path overflow {dtype}: fit the models alone.")
        return FittedPath(self, problem, values, models, fitted, rows)

    def along(self, values: Any) -> list[Any]:
        """The values of a path as they were given, checked; the parameter is set to its unit."""
        name = self.path_parameter
        given = list(values) if np.ndim(values) == 1 else []
        if not given:
            raise ValueError(f"values must be a list of at least one {name}, got {values!r}.")
        for value in given:
            if not self.fits_along(value):
                raise ValueError(
                    f"{name}={value!r} has no place on a path of {self!r}: fit it by itself."
                )
        setattr(self, str(name), self._unit)
        self._validate_params()
        return given

    def follow(self, problems: Sequence[Problem], values: np.ndarray) -> list[list[Model]]:
        """The models along ``path_parameter`` of problems on the same X; for developers.

        Parameters
        ----------
        problems : sequence of Problem
            As ``problem_on`` makes them where the parameter is 1.
        values : ndarray of shape (n_values,)
            Of the parameter, all different, from large to small.

        Returns
        -------
        list of list of Model
            A path for each problem.
        """
        solver, limits = self._solver(), {"tol": self.tol, "max_iter": self.max_iter}
        return [sequential_path(solver, problem, values, **limits) for problem in problems]


def rounded_model(
    problem: Problem, w: np.ndarray, dtype, near: Point | None = None
) -> dict[str, Any]:
    """``coef_`` and ``intercept_`` in the dtype of X, without negative zeros; w is near a point.

    A bound that the dtype does not have is rounded towards zero, where it holds.
    """
    rounded = w.astype(dtype) + dtype.type(0.0)
    if problem.bounded and dtype != np.float64:
        outside = problem.clip(rounded) != rounded
        rounded[outside] = np.nextafter(rounded[outside], dtype.type(0.0))
    return {"coef_": rounded, "intercept_": dtype.type(problem.intercept(rounded, near))}
