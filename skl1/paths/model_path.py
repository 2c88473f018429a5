"""The models of a path, as arrays with one entry for each alpha."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skl1.compiled.versions import Versioned
from skl1.problems.certificates import certify
from skl1.problems.model import Model, coefficients
from skl1.problems.problem import ROUNDING, Problem
from skl1.solvers.driver import met

#: Why a path has the null model where that is no minimum: the one that was found is above it.
WORSE = "no minimum below the null objective found"


class Predicting(Versioned):
    """Several models that predict together."""

    coefs: np.ndarray
    intercepts: np.ndarray

    def predict(self, X):
        """Predict by all models.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        ndarray of shape (n_samples, n_models)
            A column for each model.
        """
        return X @ self.coefs + self.intercepts


@dataclass(frozen=True, kw_only=True)
class ModelPath(Predicting):
    """What every path function knows of its models; its subclasses say what each field is."""

    alphas: np.ndarray
    coefs: np.ndarray
    intercepts: np.ndarray
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
            **more,
        )


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
