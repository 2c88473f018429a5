"""Which problems are solved on moments: on sums over the rows instead of the rows themselves."""

from __future__ import annotations

from skl1.designs import MomentDesign
from skl1.problems.problem import Problem

#: Up to this many features a path has all of them in play from its start.
ALL = 500
#: Up to this many, with at least as many rows, a path works on the Gram matrix of all: 128 MB.
PATHS = 4000
#: Up to this many, with at least as many rows, so does a search, which asks for many products.
SEARCHES = 1000


def paths_on_moments(n_samples: int, n_features: int) -> bool:
    """Whether the Gram matrix of all features saves a path more than it costs."""
    return n_features <= ALL or n_features <= min(PATHS, n_samples)


def for_path(problem: Problem) -> Problem:
    """The problem on its moments, if a path is faster there.

    Free features that must not be negative are left to an active set, which needs the data.
    """
    design = problem.design
    if problem.has_free or not paths_on_moments(design.n_samples, design.n_features):
        return problem
    return on_moments(problem)


def for_search(problem: Problem) -> Problem:
    """The problem on its moments, if a search among many minima is faster there."""
    design = problem.design
    if not design.has_rows or design.n_features > min(SEARCHES, design.n_samples):
        return problem
    return on_moments(problem)


def on_moments(problem: Problem) -> Problem:
    """The problem on its moments, which are formed once for all penalties."""
    if "moments" not in problem.made:
        problem.made["moments"] = MomentDesign.of_design(problem.design)
    return problem.on(problem.made["moments"])
