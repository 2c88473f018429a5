"""The scale of sample weights: a factor that all of them share does not matter to any fit."""

import inspect

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.base import clone

import skl1
from common import EDGE, EMPTY, FOLD, NO_CONVERGENCE, problem, suited
from skl1 import Moments, ProximalLassoCV
from skl1.estimators.linear_classifier import LinearClassifier
from skl1.model_selection.rules import CRITERIA

FACTORS = [1e-303, 3.0, 1e307]
POWERS = [2.0**-1000, 2.0, 2.0**1018]

X, Y = problem(60, 6, seed=3)
S = np.random.default_rng(1).uniform(0.25, 2.0, 60)
S[[5, 17]] = 0.0

pytestmark = [pytest.mark.filterwarnings(w) for w in (EDGE, EMPTY, FOLD, NO_CONVERGENCE)]
factors = pytest.mark.parametrize("factor", FACTORS, ids=lambda f: f"{f:g}")


def public():
    """Every public name of skl1 whose fit, or which itself, takes sample weights."""
    found = {}
    for name in skl1.__all__:
        thing = getattr(skl1, name)
        taker = getattr(thing, "fit", None) if inspect.isclass(thing) else thing
        if callable(taker) and "sample_weight" in inspect.signature(taker).parameters:
            found[name] = thing
    return found


PUBLIC = public()
CLASSES = {name: thing for name, thing in PUBLIC.items() if inspect.isclass(thing)}
FUNCTIONS = {name: thing for name, thing in PUBLIC.items() if not inspect.isclass(thing)}


def small(cls):
    """An instance whose fit takes little time and leaves something to compare."""
    names = inspect.signature(cls).parameters
    options = {"alpha": 0.05, "n_alphas": 8, "max_iter": 300, "cv": 3, "random_state": 0}
    if issubclass(cls, LinearClassifier):  # at a weak signal concave penalties leave nothing
        options["l2"] = 0.1
    model = cls(**{name: value for name, value in options.items() if name in names})
    return model.set_params(cv=3) if "cv" in names else model


def by_rows(model, s):
    return model.fit(X, suited(type(model), Y), sample_weight=s)


def by_blocks(model, s):
    cuts = [slice(0, 25), slice(25, 60)]
    return model.fit_blocks([(X[cut], Y[cut], s[cut]) for cut in cuts])


def by_parts(model, s):
    for cut in (slice(0, 25), slice(25, 60)):
        model.partial_fit(X[cut], Y[cut], sample_weight=s[cut])
    return model


def by_moments(model, s):
    parts = [Moments.of(X[k::3], Y[k::3], s[k::3]) for k in range(3)]
    return model.fit_moments(parts if hasattr(model, "cv") else sum(parts))


ROUTES = {"fit": by_rows, "fit_blocks": by_blocks, "partial_fit": by_parts, "moments": by_moments}


def outcome(model):
    """What a fit is for: coefficients, or how often each feature was selected."""
    return model.coef_ if hasattr(model, "coef_") else model.selection_probabilities_


def assert_same(model, other):
    """The same model, up to rounding, with the same certificates."""
    # Subgradient steps jump from side to side, and enlarge the last digit of the weights.
    near = 1e-9 if "Subgradient" not in type(model).__name__ else 1e-3
    found, expected = outcome(model), outcome(other)
    scale = np.abs(expected).max()
    assert scale > 0.0
    assert_allclose(found, expected, rtol=near, atol=near * scale)
    if hasattr(other, "intercept_"):
        assert model.intercept_ == pytest.approx(other.intercept_, rel=near)
    for name in ("alpha_", "alpha_max_", "objective_"):
        if hasattr(other, name):
            assert getattr(model, name) == pytest.approx(getattr(other, name), rel=near), name
    if hasattr(other, "dual_gap_"):
        gap = 1e-13 if near < 1e-6 else 3e-4
        assert model.dual_gap_ == pytest.approx(other.dual_gap_, rel=0.5, abs=gap)
    assert near > 1e-6 or model.converged_ == other.converged_


def fitted(model, route, s):
    if not hasattr(model, route if route != "moments" else "fit_moments"):
        pytest.skip("has no such method")
    return ROUTES[route](clone(model), s)


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("cls", CLASSES.values(), ids=CLASSES)
def test_a_factor_of_all_weights(cls, route):
    """Every public estimator, by every route: the same coefficients, alpha and certificate."""
    model = small(cls)
    expected = fitted(model, route, S)
    for factor in FACTORS:
        assert_same(fitted(model, route, factor * S), expected)


@pytest.mark.parametrize("route", ["fit", "fit_blocks"])
@pytest.mark.parametrize("cls", CLASSES.values(), ids=CLASSES)
def test_a_power_of_two(cls, route):
    """No rounding at all, or hardly any."""
    model = small(cls)
    expected = fitted(model, route, S)
    for factor in POWERS:
        other = fitted(model, route, factor * S)
        assert_allclose(outcome(other), outcome(expected), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("selection", ["min", "1se", *CRITERIA])
def test_a_search(selection, route):
    """The rules of choice too; criteria count samples where weights are no numbers of them."""
    model = ProximalLassoCV(n_alphas=20, cv=3, selection=selection)
    counting = S * np.count_nonzero(S) / S.sum()
    expected = fitted(model, route, counting if selection in CRITERIA else S)
    for factor in FACTORS:
        if factor == 3.0 and selection in CRITERIA:
            continue
        other = fitted(model, route, factor * S)
        assert_same(other, expected)
        table = "criterion" if selection in CRITERIA else "mean_mse"
        assert_allclose(other.cv_results_[table], expected.cv_results_[table], rtol=1e-9)


@factors
@pytest.mark.parametrize("scoring", ["r2", "neg_mean_absolute_error"])
def test_scores_and_scorers(scoring, factor):
    """Scorers of scikit-learn see weights whose sums are finite."""
    model = ProximalLassoCV(n_alphas=8, cv=3, scoring=scoring)
    one = clone(model).fit(X, Y, sample_weight=S)
    other = clone(model).fit(X, Y, sample_weight=factor * S)
    assert_same(other, one)
    scores = "mean_test_score"
    assert_allclose(other.cv_results_[scores], one.cv_results_[scores], rtol=1e-9)
    assert other.score(X, Y, factor * S) == pytest.approx(one.score(X, Y, S), rel=1e-12)


def numbers(value):
    """All numbers that a function has returned."""
    if hasattr(value, "__dict__") and not isinstance(value, np.ndarray):
        value = list(vars(value).values())
    if isinstance(value, (tuple, list)):
        return [n for each in value for n in numbers(each)]
    if isinstance(value, dict):
        return [n for each in value.values() for n in numbers(each)]
    if value is None or isinstance(value, str):
        return []
    array = np.asarray(value)
    return [array.astype(float)] if array.dtype.kind in "fiub" else []


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_paths_and_other_functions(function):
    """All that takes weights returns the same numbers."""
    options = {"n_alphas": 8, "random_state": 0, "tol": 1e-10}
    names = inspect.signature(function).parameters
    options = {name: value for name, value in options.items() if name in names}
    expected = numbers(function(X, Y, sample_weight=S, **options))
    assert expected
    for factor in FACTORS:
        found = numbers(function(X, Y, sample_weight=factor * S, **options))
        assert len(found) == len(expected)
        for a, b in zip(found, expected, strict=True):
            scale = np.abs(b[np.isfinite(b)]).max(initial=0.0)
            # Gaps and stationarities are rounding, below the tolerance.
            assert_allclose(a, b, rtol=1e-6, atol=1e-9 * scale + 1e-11)
