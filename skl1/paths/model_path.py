"""The models of a path, as arrays with one entry for each alpha."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from sklearn.base import BaseEstimator

from skl1.compiled.versions import Versioned
from skl1.problems.certificates import certify
from skl1.problems.model import Model, coefficients
from skl1.problems.problem import ROUNDING, Problem
from skl1.results.frames import path_frame
from skl1.results.summary import Summarised, converged_told, features_told, span
from skl1.sklearn_api import validate_data
from skl1.solvers.driver import met

if TYPE_CHECKING:
    import pandas as pd

#: Why a path has the null model where that is no minimum: the one that was found is above it.
WORSE = "no minimum below the null objective found"


@dataclass(frozen=True, kw_only=True)
class Predicting(Summarised, Versioned):
    """Several models that predict together."""

    coefs: np.ndarray
    intercepts: np.ndarray
    feature_names_in_: np.ndarray | None = None

    #: The parameter along which the models go, and the field that has its values.
    _along: ClassVar[tuple[str, str]] = ("alpha", "alphas")

    def predict(self, X: Any) -> np.ndarray:
        """Predict by all models.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples. Where the path knows names of features, and X has names, they must be the same
            ones in the same order.

        Returns
        -------
        ndarray of shape (n_samples, n_models)
            A column for each model.
        """
        X = validate_data(
            self._owner(),
            X,
            accept_sparse=["csr", "csc", "coo"],
            accept_large_sparse=True,
            dtype=[np.float64, np.float32],
            reset=False,
        )
        return X @ self.coefs + self.intercepts

    def _owner(self) -> BaseEstimator:
        """What scikit-learn compares names and numbers of features with; it goes by our name."""
        owner = type(type(self).__name__, (BaseEstimator,), {})()
        owner.n_features_in_ = len(self.coefs)
        if self.feature_names_in_ is not None:
            owner.feature_names_in_ = self.feature_names_in_
        return owner

    def to_frame(self) -> pd.DataFrame:
        """The coefficients with the names of features; the intercepts are in ``intercepts``.

        Returns
        -------
        pandas.DataFrame of shape (n_features, n_models)
            A row for each feature, by its name or as ``x0``, ``x1``, ..., and a column for each
            model, by its alpha or size.
        """
        name, field = self._along
        what = f"{type(self).__name__}.to_frame"
        values = {name: getattr(self, field)}
        return path_frame(what, self.coefs, values, self.feature_names_in_)

    def _facts(self) -> dict[str, str]:
        name, field = self._along
        used = np.count_nonzero(self.coefs, axis=0)
        features = features_told(len(self.coefs), self.feature_names_in_)
        return {
            "models": f"{len(self.intercepts)}, {name} {span(getattr(self, field))}",
            "features": f"{features}; in use: {span(used, 'd')}",
        }


@dataclass(frozen=True, kw_only=True)
class ModelPath(Predicting):
    """What every path function knows of its models; its subclasses say what each field is."""

    alphas: np.ndarray
    objectives: np.ndarray
    explained: np.ndarray
    n_nonzeros: np.ndarray
    n_iters: np.ndarray
    converged: np.ndarray
    stop_reasons: list[str]

    @classmethod
    def of(cls, problem: Problem, models: list[Model], **more):
        """What is known of some models, and what only this kind of path has."""
        alphas, coefs, _ = basics(problem, models)
        return cls(
            alphas=alphas,
            coefs=coefs,
            intercepts=problem.intercepts(coefs.T),
            objectives=np.array([model.objective for model in models]),
            explained=np.array([problem.explained(model.loss) for model in models]),
            n_nonzeros=np.count_nonzero(coefs, axis=0),
            n_iters=np.array([model.n_iter for model in models]),
            converged=np.array([model.converged for model in models]),
            stop_reasons=[model.stop_reason for model in models],
            feature_names_in_=problem.feature_names,
            **more,
        )

    def _facts(self) -> dict[str, str]:
        return {
            **super()._facts(),
            "explained": span(self.explained),
            "converged": converged_told(self.converged, self.stop_reasons),
        }


def basics(problem: Problem, models: list[Model]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Alphas, coefficients, gaps or stationarities."""
    alphas, errors = (
        np.array([getattr(model, of) for model in models]) for of in ("alpha", "error")
    )
    return alphas, coefficients(models, problem.design.n_features).T + 0.0, errors


def no_worse(problem: Problem, model: Model, tol: float) -> Model:
    """The model, or the null model if its objective is smaller, or the model's is no number."""
    null = problem.null
    # At alpha_max two minima may have one objective, and rounding must not decide between them.
    if model.objective <= null.objective * (1.0 + ROUNDING):
        return model
    stage = problem.at_alpha(model.alpha)
    point, known = stage.again(null), certify(stage, null)
    reason = met(known.error, stage.target(tol), known)
    return model.at(
        point,
        error=known.error,
        bound=-np.inf,
        stop_reason=reason or (WORSE if model.converged else model.stop_reason),
        converged=bool(reason),
    )
