"""The models of a path, as arrays with one entry for each alpha."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skl1.certificates import certify
from skl1.paths.grid import explained
from skl1.problem import ROUNDING, Problem
from skl1.solvers.driver import met
from skl1.step import Step, coefficients

#: Why a path has the null model where that is no minimum: the one that was found is above it.
WORSE = "no minimum below the null objective found"


@dataclass(frozen=True, kw_only=True)
class ModelPath:
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
    def of(cls, problem: Problem, steps: list[Step], **more):
        """The models of some steps, and what only this kind of path has."""
        alphas, coefs, _ = basics(problem, steps)
        return cls(
            alphas=alphas,
            coefs=coefs,
            intercepts=problem.design.intercepts(coefs.T),
            objectives=np.array([step.objective for step in steps]),
            explained=np.array([explained(problem, step) for step in steps]),
            n_nonzeros=np.count_nonzero(coefs, axis=0),
            n_iters=np.array([step.n_iter for step in steps]),
            converged=np.array([step.converged for step in steps]),
            stop_reasons=[step.stop_reason for step in steps],
            **more,
        )

    def predict(self, X):
        """Predict by all models.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        ndarray of shape (n_samples, n_alphas)
            A column for each model.
        """
        return X @ self.coefs + self.intercepts


def basics(problem: Problem, steps: list[Step]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Alphas, coefficients, gaps or stationarities."""
    alphas, errors = (np.array([getattr(step, of) for step in steps]) for of in ("alpha", "error"))
    return alphas, coefficients(steps, problem.design.n_features).T + 0.0, errors


def no_worse(problem: Problem, step: Step, tol: float) -> Step:
    """The step, or the null model if its objective is smaller, or the step's is no number."""
    null = problem.null
    # At alpha_max two minima may have one objective, and rounding must not decide between them.
    if step.objective <= null.objective * (1.0 + ROUNDING):
        return step
    known = certify(problem.at_alpha(step.alpha), null)
    reason = met(known.error, tol * null.objective if problem.penalty.convex else tol, known)
    features = np.flatnonzero(null.w)
    return Step(
        alpha=step.alpha,
        features=features,
        values=null.w[features],
        objective=null.objective,
        rr=null.rr,
        error=known.error,
        n_iter=step.n_iter,
        stop_reason=reason or (WORSE if step.converged else step.stop_reason),
        converged=bool(reason),
    )
