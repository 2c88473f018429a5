"""What the information criterion of a search goes by: counts, limits and the noise."""

from __future__ import annotations

from typing import Any

import numpy as np

from skl1.model_selection.criteria import Basis, limit
from skl1.model_selection.noise import noise_variance
from skl1.model_selection.search import Search


def basis_of(chooser: Any, search: Search, count: float) -> Basis:
    """What it goes by, for a chooser and its search on so many samples.

    Of a likelihood the deviance is charged as it is. The mean of those of several targets is as
    many times too small as there are targets.
    """
    problem, rule = search.problems[0].unselected, chooser.selection
    p = int(np.count_nonzero(problem.included)) * len(search.targets)
    by_row = zip(search.problems, search.plains, strict=True)
    most = [limit(each.unselected, count, plain.refits) for each, plain in by_row]
    limits = search.merged(most, np.sum)
    if rule == "gcv":
        return Basis(count, p, limits, None)
    if problem.loss.likelihood:
        return Basis(count, p, limits, 1.0 / len(search.targets), likelihood=True)
    noise = chooser.noise_variance
    if noise is None and not problem.loss.quadratic:
        raise ValueError(
            f"selection={rule!r} needs the noise variance, which cannot be estimated for this "
            'loss: give noise_variance, or choose selection="gcv", or "min", which compares '
            "held-out errors."
        )
    if noise is None:
        source = search.folds.source
        weights, part = (None, None) if source is None else (source.weights, source.part)
        noise = noise_variance(problem, count, weights, part, chooser.random_state)
    if noise is None:
        raise ValueError(
            f"selection={rule!r} needs the noise variance, which can be estimated from rows in "
            "memory, or with at least twice as many samples as features; here "
            f"n_samples={count:g}, {p} features. Give noise_variance, or choose another rule: "
            'selection="gcv", or "min" where there are folds.'
        )
    return Basis(count, p, limits, float(noise))
