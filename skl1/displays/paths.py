"""The path of an estimator that is to be drawn, and what of a search's is marked."""

from __future__ import annotations

import warnings
from inspect import signature

import numpy as np
from sklearn.base import clone, is_classifier

from skl1.designs.responses import is_several
from skl1.estimators import (
    BestSubsetRegressor,
    LogSumRegressor,
    MCPRegressor,
    NonconvexLpRegressor,
    ProximalLasso,
    RidgeGD,
    SCADRegressor,
    lasso_path,
    log_sum_path,
    lp_path,
    mcp_path,
    ridge_path,
    scad_path,
    subset_path,
)
from skl1.exceptions import EmptyModelWarning
from skl1.model_selection.rules import best, strength_of
from skl1.paths.grid import given_alphas

#: Functions that have the whole path of an estimator at the price of a fit or two.
PATHS = {
    ProximalLasso: lasso_path,
    NonconvexLpRegressor: lp_path,
    MCPRegressor: mcp_path,
    SCADRegressor: scad_path,
    LogSumRegressor: log_sum_path,
    RidgeGD: ridge_path,
    BestSubsetRegressor: subset_path,
}
#: The alphas of an estimator without a path function, from its alpha_max down to this share.
LENGTH, DOWN = 50, 1e-3


def path_of(estimator, X, y, alphas, sample_weight):
    """What a path function returns of an estimator with these parameters, or alphas and coefs."""
    if is_several(y) and not is_classifier(estimator):
        raise ValueError(
            f"y has {np.shape(y)[1]} targets, and a path for each: draw one, with one column as y."
        )
    function = PATHS.get(type(estimator))
    if function is not None:
        given = estimator.get_params()
        known = signature(function).parameters
        options = {k: v for k, v in given.items() if k in known}
        if alphas is not None:
            if "alphas" not in known:
                raise ValueError(
                    f"{type(estimator).__name__} has no alpha: its path has all sizes up to k. "
                    "Leave alphas at None."
                )
            options["alphas"] = alphas
        return function(X, y, sample_weight=sample_weight, return_path=True, **options)

    if "alpha" not in estimator.get_params():
        raise TypeError(
            f"estimator must have a parameter alpha, got {estimator!r}; for a search that is "
            "fitted there is from_cv."
        )
    weights = {} if sample_weight is None else {"sample_weight": sample_weight}

    def fitted(**parameters):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", EmptyModelWarning)  # where a path begins
            model = clone(estimator).set_params(**parameters)
            return model.fit(X, y, **weights)

    if alphas is None:
        highest = np.max(getattr(fitted(), "alpha_max_", np.inf))
        if not 0.0 < highest < np.inf:
            raise ValueError(
                f"{type(estimator).__name__} does not tell the alpha from which on its model "
                "is empty (alpha_max_): give alphas."
            )
        alphas = np.geomspace(highest, DOWN * highest, LENGTH)
    alphas = given_alphas(alphas)
    coefs: list[np.ndarray] = []
    for alpha in alphas.tolist():
        rows = np.atleast_2d(fitted(alpha=alpha).coef_)
        if len(rows) > 1:
            raise ValueError(
                f"{type(estimator).__name__} has {len(rows)} classes here, and a path for each: "
                "draw one against the rest, with y == label as y."
            )
        coefs.extend(rows)
    return alphas, np.stack(coefs, axis=1)


def chosen_of(search) -> dict[str, float]:
    """The strength that a fitted search chose, and those of the two usual rules."""
    name = strength_of(search)
    if "mean_test_score" not in search.cv_results_:  # a criterion has chosen
        return {f"{search.selection}": getattr(search, f"{name}_")}
    strengths = getattr(search, f"{name}s_")
    losses = -search.cv_results_["mean_test_score"].reshape(strengths.shape)
    errors = search.cv_results_["se_test_score"].reshape(strengths.shape)
    if strengths.ndim == 2:
        row = search.best_index_ // strengths.shape[1]
        strengths, losses, errors = strengths[row], losses[row], errors[row]
    found = {"minimum": float(strengths[best(losses[np.newaxis])])}
    if np.isfinite(errors).all():
        simplest = best(losses[np.newaxis], errors[np.newaxis])
        found["one standard error"] = float(strengths[simplest])
    return found


def place_of(search, label) -> int:
    """Which of the paths is the one of a class, or of a target by its number."""
    of_classes = hasattr(search, "classes_")
    names = search.classes_.tolist() if of_classes else list(range(len(search.coef_)))
    if of_classes and len(names) == 2:
        return 0
    if label not in names:
        what = "classes" if of_classes else "targets"
        raise ValueError(
            f"{type(search).__name__} has {len(names)} {what}, and a path for each: give label, "
            f"one of {names}; got {label!r}."
        )
    return names.index(label)
