"""What a fit says of itself agrees with its figures: reason, convergence, certificate, warnings."""

import warnings

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning

import skl1
from common import is_convex, label, problem, searches, variants
from covering import pairs
from skl1.paths.model_path import WORSE, no_worse
from skl1.penalties import Lp
from skl1.problems.model import CONVERGED, EXHAUSTED, PRECISION, Model

#: Share of the null objective, or of y's spread, that float32 is excused for.
SINGLE = 1e-6
ESTIMATORS = [*variants(), skl1.BestSubsetRegressor(3), skl1.BestSubsetRegressor(3, l2=0.1)]
TOLERANCES = [1e-3, 1e-7, 1e-12, 0.0]


def data():
    """An ordinary problem, one without noise, one with large means, one with twins."""
    X, y = problem(40, 8)
    return {
        "plain": (X, y),
        "exact": problem(40, 8, seed=1, noise=0.0),
        "means": (X + 1e5, y),
        "twins": (np.c_[X, X, X[:, :2] * (1.0 + 1e-7)], y),
    }


def heard(model, X, y):
    """The fitted model, and its warnings about convergence."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(X, y)
    return [each for each in caught if issubclass(each.category, ConvergenceWarning)]


def null_objective(y, fit_intercept):
    y = y.astype(np.float64)
    return 0.5 * (y.var() if fit_intercept else np.mean(y * y))


def agree(error, target, reason, converged):
    """The rules that hold for every model."""
    assert (reason == CONVERGED) == bool(error <= target), (reason, error, target)
    if converged:
        assert reason in {CONVERGED, PRECISION}
    if reason == CONVERGED:
        assert converged


@pairs(estimator=ESTIMATORS, kind=data(), dtype=[np.float32, np.float64])
def test_fits(estimator, dtype, kind):
    """ "tolerance reached" if, and only if, the coefficients as returned meet it."""
    X, y = (part.astype(dtype) for part in data()[kind])
    for tol in TOLERANCES:
        model = clone(estimator).set_params(tol=tol, max_iter=min(200, estimator.max_iter))
        told = heard(model, X, y)
        unit = null_objective(y, model.fit_intercept) if is_convex(model) else 1.0
        error = model.dual_gap_ if is_convex(model) else model.stationarity_
        # The null objective is not computed by the same sums.
        unit = unit * (1.0 + 1e-9) if error <= tol * unit * (1.0 + 1e-9) else unit * (1.0 - 1e-9)
        agree(error, tol * unit, model.stop_reason_, model.converged_)
        assert len(told) == (not model.converged_)
        if told:
            assert f"({model.stop_reason_})" in str(told[0].message)
        if model.converged_ and dtype == np.float32:
            assert error <= max(tol, SINGLE) * unit


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("estimator", variants(), ids=label)
def test_no_penalty(estimator, dtype):
    """alpha = 0 is least squares: solved, certified, and without a word."""
    X, y = (part.astype(dtype) for part in data()["plain"])
    without = {name: 0.0 for name in ("alpha", "l2") if hasattr(estimator, name)}
    model = clone(estimator).set_params(tol=1e-12, **without)
    model.fit(X, y)
    assert model.converged_
    assert model.stop_reason_ in ({CONVERGED, PRECISION} if dtype == np.float32 else {CONVERGED})


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("search", searches(), ids=label)
def test_searches(search, dtype):
    """A search has converged if all its models have; else it warns, once."""
    X, y = (part.astype(dtype) for part in data()["means"])
    for options in ({}, {"tol": 1e-12}, {"tol": 1e-12, "max_iter": 1}):
        if "n_alphas" in search.get_params():
            options["n_alphas"] = 5
        model = clone(search).set_params(**options)
        told = heard(model, X, y)
        assert len(told) == (not model.converged_)
        unit = null_objective(y, True) if is_convex(model) else 1.0
        error = model.dual_gap_ if is_convex(model) else model.stationarity_
        unit = unit * (1.0 + 1e-9) if error <= model.tol * unit * (1.0 + 1e-9) else unit
        reached = error <= model.tol * unit
        assert (model.stop_reason_ == CONVERGED) == reached
        if model.converged_:
            assert model.cv_results_["converged"].all()
            assert model.stop_reason_ in {CONVERGED, PRECISION}


PATHS = [
    getattr(skl1, name) for name in skl1.__all__ if name.endswith("_path") and name != "subset_path"
]


@pytest.mark.parametrize("kind", data())
@pytest.mark.parametrize("function", PATHS)
def test_paths(function, kind):
    """The same of each model of a path; one warning for all that fell short."""
    X, y = data()[kind]
    for options in (
        {"tol": 1e-4},
        {"tol": 1e-13},
        {"tol": 1e-13, "max_iter": 1},
        {"tol": 0.0, "max_iter": 300},
    ):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            path = function(X, y, n_alphas=10, return_path=True, **options)
        assert len(caught) == (not path.converged.all())
        convex = hasattr(path, "dual_gaps")
        errors = path.dual_gaps if convex else path.stationarities
        unit = null_objective(y, True) if convex else 1.0
        for error, reason, converged in zip(errors, path.stop_reasons, path.converged, strict=True):
            near = error <= options["tol"] * unit * (1.0 + 1e-9)
            agree(
                error, options["tol"] * unit * (1.0 + (1e-9 if near else -1e-9)), reason, converged
            )


@pytest.mark.parametrize("reason", [CONVERGED, PRECISION, EXHAUSTED])
def test_the_null_model_in_place_of_a_worse_one(reason):
    """It has a reason of its own: that of the model whose place it takes may be false of it."""
    X, y = problem(40, 8)
    model = skl1.NonconvexLpRegressor(p=0.5)
    _, posed = model.pose(X, y)
    worse = Model(
        alpha=0.5 * posed.alpha_max,
        features=np.arange(1),
        values=np.ones(1),
        objective=2.0 * posed.null.objective,
        loss=2.0 * posed.null.objective,
        error=0.0,
        bound=-np.inf,
        n_iter=3,
        stop_reason=reason,
        converged=reason != EXHAUSTED,
    )
    step = no_worse(posed.with_penalty(Lp(1.0, 0.5)), worse, 1e-6)
    assert not step.features.size
    assert step.error > 1e-6
    assert not step.converged
    assert step.stop_reason == (EXHAUSTED if reason == EXHAUSTED else WORSE)
    above = no_worse(posed, worse._replace(alpha=2.0 * posed.alpha_max), 1e-6)
    assert (above.stop_reason, above.converged) == (CONVERGED, True)
