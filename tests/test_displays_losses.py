"""Displays of every estimator and every search, whatever its loss."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.base import clone, is_classifier

from common import label, public_estimators, quiet, suited
from skl1 import FoldWarning, GridEdgeWarning, displays
from skl1.model_selection.rules import strength_of
from test_displays import legible

mpl.use("agg")

RNG = np.random.default_rng(0)
X = RNG.normal(size=(80, 5))
Y = 2.0 * X[:, 0] - X[:, 1] + RNG.normal(size=80)
THREE = np.array(["a", "b", "c"])[np.digitize(Y, [-1.0, 1.0])]

LOCAL = [model for model, remote in public_estimators() if not remote]
ALONG = [
    model
    for model in LOCAL
    if "alpha" in model.get_params() and hasattr(type(model), "fit")
    and not hasattr(model, "n_alphas") and hasattr(type(model), "predict")
]  # fmt: skip
SEARCHES = [model for model in LOCAL if "selection" in model.get_params()]


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


@pytest.mark.parametrize("model", ALONG, ids=label)
def test_paths(model):
    """The columns are the coefficients of fits at these alphas, weighted too."""
    y, weights = suited(type(model), Y), RNG.uniform(0.5, 2.0, 80)
    alphas = [1.0, 0.1, 0.01]
    with quiet():
        display = displays.CoefficientPathDisplay.from_estimator(
            model, X, y, alphas=alphas, sample_weight=weights
        )
        assert list(display.strengths) == alphas
        for k, alpha in enumerate(alphas):
            coef = clone(model).set_params(alpha=alpha).fit(X, y, sample_weight=weights).coef_
            np.testing.assert_allclose(display.coefs[:, k], np.ravel(coef), atol=2e-2)
    legible(display.figure_)


@pytest.mark.parametrize("model", ALONG, ids=label)
def test_grids_begin_where_the_model_is_empty(model, monkeypatch):
    monkeypatch.setattr("skl1.displays.paths.LENGTH", 8)
    y = suited(type(model), Y)
    with quiet():
        top = np.max(getattr(clone(model).fit(X, y), "alpha_max_", np.inf))
        if not np.isfinite(top):
            pytest.skip("its model is never empty")
        display = displays.CoefficientPathDisplay.from_estimator(model, X, y)
    assert not display.coefs[:, 0].any()
    assert display.coefs[:, -1].any()
    legible(display.figure_)


@pytest.mark.parametrize("model", [m for m in ALONG if is_classifier(m)], ids=label)
def test_more_classes(model):
    """A run for each, by its label; a path is of one against the rest, and an error says so."""
    with pytest.raises(ValueError, match="has 3 classes here.*y == label as y"), quiet():
        displays.CoefficientPathDisplay.from_estimator(model, X, THREE)
    one = displays.CoefficientPathDisplay.from_estimator(model, X, THREE == "b", alphas=[0.1, 0.01])
    assert one.coefs[:, -1].any()
    if not hasattr(clone(model).fit(X, THREE), "dual_gap_"):
        return
    display = displays.ConvergenceDisplay.from_estimator(model, X, THREE)
    name = type(model).__name__
    assert list(display.histories) == [f"{name}, class {label!r}" for label in "abc"]
    legible(display.figure_)


@pytest.mark.parametrize("model", ALONG, ids=label)
def test_convergence(model):
    """The gaps of a run; of a nonconvex penalty there are none, and an error says so."""
    y = suited(type(model), Y)
    with quiet():
        fitted = clone(model).fit(X, y)
        if not hasattr(fitted, "dual_gap_"):
            with pytest.raises(TypeError, match="no duality gap"):
                displays.ConvergenceDisplay.from_estimator(model, X, y)
            return
        display = displays.ConvergenceDisplay.from_estimators({"run": model}, X, y)
    (gaps,) = (np.asarray(each["gap"]) for each in display.histories.values())
    assert gaps[-1] == pytest.approx(np.max(fitted.dual_gap_), abs=1e-6)
    legible(display.figure_)


@pytest.mark.parametrize("search", SEARCHES, ids=label)
def test_searches(search):
    """Paths and curves of each search, with the strength that it has chosen."""
    y = suited(type(search), Y)
    if is_classifier(search):
        y = np.array(["no", "yes"])[(Y > 0.0).astype(int)]
    with quiet(GridEdgeWarning, FoldWarning):
        fitted = clone(search).fit(X, y)
    name = strength_of(fitted)
    path = displays.CoefficientPathDisplay.from_cv(fitted)
    curve = displays.CVCurveDisplay.from_cv(fitted)
    for display in (path, curve):
        chosen = [line.get_xdata()[0] for line in display.chosen_lines_]
        assert getattr(fitted, f"{name}_") in chosen
        legible(display.figure_)
    strengths, coefs = getattr(fitted, f"{name}s_"), fitted.coef_path_
    row = slice(None)
    if strengths.ndim == 2:  # of several shapes the chosen one is drawn
        shape = fitted.best_index_ // strengths.shape[1]
        coefs, row = (
            coefs[shape],
            slice(shape * strengths.shape[1], (shape + 1) * strengths.shape[1]),
        )
    one = coefs[:, 0] if is_classifier(fitted) else coefs
    np.testing.assert_array_equal(path.coefs, one.T)
    np.testing.assert_allclose(curve.losses, -fitted.cv_results_["mean_test_score"][row])
    assert curve.label == (
        f"mean {'squared error' if hasattr(fitted, 'mse_path_') else 'deviance'} on held-out folds"
    )
    with quiet(GridEdgeWarning, FoldWarning):
        given = search.get_params(deep=False) | {"selection": "gcv"}
        if isinstance(given.get("gamma"), tuple):  # each of which has its own degrees of freedom
            given["gamma"] = 0.5
        criterion = type(search)(**given).fit(X, y)
    assert displays.CVCurveDisplay.from_cv(criterion).label == "gcv"
    displays.CoefficientPathDisplay.from_cv(criterion)


@pytest.mark.parametrize("search", [m for m in SEARCHES if is_classifier(m)], ids=label)
def test_searches_of_more_classes(search):
    """The path is that of the label; the curve is of all classes."""
    with quiet(GridEdgeWarning, FoldWarning):
        fitted = clone(search).fit(X, THREE)
    for k, name in enumerate("abc"):
        path = displays.CoefficientPathDisplay.from_cv(fitted, label=name)
        np.testing.assert_array_equal(path.coefs, fitted.coef_path_[:, k].T)
    for wrong in (None, "d"):
        with pytest.raises(
            ValueError, match=r"has 3 classes.*give label, one of \['a', 'b', 'c'\]"
        ):
            displays.CoefficientPathDisplay.from_cv(fitted, label=wrong)
    legible(displays.CVCurveDisplay.from_cv(fitted).figure_)
