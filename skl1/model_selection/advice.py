"""What to say of the model that a search has chosen: it is empty, or at an end of the grid."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from skl1.exceptions import EmptyModelWarning, GridEdgeWarning
from skl1.model_selection.outcome import Outcome, listed
from skl1.model_selection.rules import CRITERIA, CROSS_VALIDATED, best, strength_of

#: Columns that a message names.
SHOWN = 5


def remark(
    search: Any, outcome: Outcome, at_end: Callable[[Outcome, np.ndarray], str]
) -> tuple[str, type[Warning]] | None:
    """The message and its category; None if there is nothing to say.

    ``at_end`` says what there is to say of a choice at an end of the grid.
    An empty model has one reason only: it is not at an end of the grid as well.
    """
    if is_empty(search, outcome):
        if outcome.stopped:
            return None
        return f"The chosen model has no penalised feature: {reason(search, outcome)}", (
            EmptyModelWarning
        )
    if outcome.choice.flat:
        return None
    edge = at_end(outcome, outcome.grid)
    return (edge, GridEdgeWarning) if edge else None


def is_empty(search: Any, outcome: Outcome) -> bool:
    """Whether penalised features might have been chosen, and none was."""
    problem = outcome.problem
    if not problem.included.any():
        return True
    penalised = problem.included & ~problem.free
    return bool(penalised.any()) and not search.coef_[..., penalised].any()


def reason(search: Any, outcome: Outcome) -> str:
    """Why the rule has chosen it, and what may be done."""
    problem = outcome.problem
    if not problem.included.any():
        return "every feature is constant or excluded."
    if problem.null.objective == 0.0:
        return "there is nothing left to explain, as y is constant or explained without it."
    rule, name = search.selection, strength_of(search)
    if callable(rule):
        return f"selection={rule!r} has chosen {name}={getattr(search, name + '_'):g}."
    if rule in CRITERIA:
        return of_criterion(search, outcome)
    sizes = search.n_nonzero_path_.ravel()
    least = int(sizes[best(outcome.losses)])
    if rule != CROSS_VALIDATED[0] and least:
        return (
            f"its held-out error is within one standard error of the smallest. "
            f'selection="min" takes the model of the smallest, with {least} features.'
        )
    measure = "held-out error" if search.scoring is None else f"score ({search.scoring!r})"
    return (
        f"none on the path has a better {measure}. The features may not tell y, or the folds are "
        "too small to show it: more rows, or a larger cv, would."
    )


def vanished(search: Any, outcome: Outcome) -> str:
    """The message about features of the chosen model that some training parts had not.

    Only these matter: their coefficients have not been tried on all folds. That rare features of
    sparse data vanish in a fold is normal, and harmless where the model does without them.
    """
    used = (np.atleast_2d(search.coef_) != 0.0).any(axis=0)
    found = {fold: gone[used[gone]] for fold, gone in sorted(outcome.gone.items())}
    folds = [fold for fold, gone in found.items() if gone.size]
    if not folds:
        return ""
    columns = np.unique(np.concatenate([found[fold] for fold in folds]))
    names = getattr(search, "feature_names_in_", None)
    shown = [repr(str(names[j])) if names is not None else str(j) for j in columns[:SHOWN]]
    more = f" and {columns.size - SHOWN} more" if columns.size > SHOWN else ""
    return (
        f"Fold{'s' if len(folds) > 1 else ''} {listed(folds)}: features that are constant in the "
        f"training part, and have a coefficient in the chosen model: {columns.size} "
        f"({', '.join(shown)}{more}). What they add was not tried on these folds: shuffle the "
        "folds, use more of them, or leave out the rarest features."
    )


def of_criterion(search: Any, outcome: Outcome) -> str:
    """The same for an information criterion."""
    basis = outcome.basis
    assert basis is not None
    if basis.noise is None or basis.likelihood:
        return (
            f"none that selection={search.selection!r} considers has a smaller criterion. "
            'selection="min" compares held-out errors.'
        )
    given = "given" if search.noise_variance is not None else "estimated"
    lighter = '"aic" charges less for a feature, and ' if search.selection != "aic" else ""
    return (
        f"at a noise variance of {basis.noise:.3g} ({given}) no feature lowers "
        f"selection={search.selection!r}. If the noise is known to be weaker, give "
        f'noise_variance; {lighter}selection="min" compares held-out errors.'
    )


def at_limit(search: Any, outcome: Outcome) -> str:
    """What to say where a criterion has chosen the largest model of those it considers.

    Where samples are few that is a sign of fitted noise, and no reason for still larger ones;
    nothing to say elsewhere, or with enough samples.
    """
    basis = outcome.basis
    if basis is None or basis.tall:
        return ""
    row, column = divmod(outcome.choice.edge, outcome.losses.shape[1])
    finite = np.flatnonzero(np.isfinite(outcome.losses[row]))
    if finite.size < 2 or column != finite[-1]:
        return ""
    degrees = outcome.degrees[row][column]
    estimated = basis.noise is not None and not basis.likelihood
    noise = f" at a noise variance of {basis.noise:.3g}" if estimated else ""
    remedies = ['compare held-out errors (selection="min")']
    if search.selection != "ebic":
        remedies.append('charge more for a feature (selection="ebic")')
    if noise:
        remedies.append("give noise_variance if it is known")
    return (
        f"selection={search.selection!r} has chosen the largest model that it considers{noise}: "
        f"{degrees:.4g} degrees of freedom, with n_samples={basis.count:g} and {basis.n_features} "
        f"features. It may have fitted noise: {', or '.join(remedies)}."
    )
