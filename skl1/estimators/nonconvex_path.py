"""What the path functions of nonconvex penalties share: the path itself, and its result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from skl1.compiled.threads import single_threaded
from skl1.designs.responses import is_several
from skl1.estimators.docstrings import shared
from skl1.estimators.nonconvex import NonconvexRegressor
from skl1.estimators.target_paths import cut_all, longest, stacked, warn_of_targets
from skl1.paths.grid import alpha_grid, check_ends, check_grid, length_or_alphas, warn
from skl1.paths.model_path import ModelPath, basics
from skl1.search.nonconvex_path import grid_share

#: Paragraphs that the docstrings of these functions share. PATH is the class of the result.
SHARED = {
    "course": """
The minimum is followed from ``alpha_max``, where the model is empty, downwards: each model starts
from the one before [1]_, and where the alphas are far apart, from models between. Then each also
starts from the Lasso, and features are exchanged for others as long as the objective falls. No
model is worse than the one without penalised features.
""",
    "nonconvex columns": """
l2 : float, default=0.0
    Strength of a further term ``l2 / 2 sum_j u_j w_j^2``, the same for every alpha.
@sample weights@
@path columns@
local_search : {"auto", "swaps"} or None, default="auto"
    Whether models also start from the Lasso, and exchange features for others as long as the
    objective falls: "swaps" does so in all, "auto" in those of at most 100 features, fewer if X has
    more than 167,772 columns. None follows the path alone, which is faster.
""",
    "rounds": """
max_iter : int, default=10000
    Rounds of the working set allowed for each alpha.
@ends@
return_path : bool, default=False
    Return a ``PATH`` with all that is known of each model.
""",
    "stationary path": """
@path@
stationarities : ndarray of shape (n_alphas,)
    How far one exact coordinate step would move each model, at most, as a share of the norm of y.
path : PATH
    Instead of these three, with ``return_path=True``.
""",
    "faults": """
Raises
------
ValueError
    If an argument is out of its range, not finite or misshaped.

Warns
-----
ConvergenceWarning
    If a stationarity was not reached; one warning for the whole path.
""",
    "sparsenet": """
.. [1] R. Mazumder, J. H. Friedman and T. Hastie, "SparseNet: coordinate descent with nonconvex
   penalties", Journal of the American Statistical Association 106, 2011, algorithm 1.
""",
    "share": """
eps : float, default=None
    The smallest alpha of the grid as a share of the largest, which is the smallest one with an
    empty model. None means 1e-3 with more samples than features, else 1e-2, as for ``lasso_path``.
""",
}


@shared()
@dataclass(frozen=True, kw_only=True)
class LpPath(ModelPath):
    """What ``lp_path`` and the paths of other nonconvex penalties found, an entry for each alpha.

    Attributes
    ----------
    @models@
    stationarities : ndarray of shape (n_alphas,)
        How far one exact coordinate step would move each model, at most, as a share of the norm of
        y; for p = 1 the dual gaps, in units of the objective.
    @fits@
    n_iters : ndarray of shape (n_alphas,)
        Rounds of the working set; for p = 1 sweeps, or rounds.
    @ended@
    alpha_max : float
        The smallest alpha for which the model without penalised features is a coordinate-wise
        minimum.
    """

    stationarities: np.ndarray
    alpha_max: float


def nonconvex_path(
    model: NonconvexRegressor,
    X: Any,
    y: Any,
    *,
    alphas: Any,
    n_alphas: int,
    eps: float | None,
    sample_weight: Any,
    max_nonzeros: int | None,
    max_explained: float | None,
    return_path: bool,
) -> Any:
    """The path of an estimator with alpha = 1, as its path function returns it."""
    alphas, n_alphas = length_or_alphas(alphas, n_alphas)
    check_grid(n_alphas, eps)
    check_ends(max_nonzeros, max_explained)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        several = is_several(y)
        if several:
            X, problems = model.pose_targets(X, y, sample_weight)
        else:
            X, problem = model.pose(X, y, sample_weight)
            problems = [problem]
        first = longest(problems)
        grid = alpha_grid(first, alphas, n_alphas, grid_share(first, eps))
        with single_threaded(float(X.size) * min(X.shape)):
            paths = cut_all(problems, model.follow(problems, grid), max_nonzeros, max_explained)
            if return_path:
                collected = [_collect(*each) for each in zip(problems, paths, strict=True)]
                result = collected if several else collected[0]
            else:
                result = stacked(problems, paths) if several else basics(problems[0], paths[0])
    if several:
        warn_of_targets(problems, paths, model.tol)
    else:
        warn(problems[0], paths[0], model.tol)
    return result


def _collect(problem, models):
    _, _, stationarities = basics(problem, models)
    return LpPath.of(problem, models, stationarities=stationarities, alpha_max=problem.alpha_max)
