"""Values that are given by the names of features: in every class and function that takes them."""

import importlib
import inspect

import numpy as np
import pytest
from sklearn.base import clone

import skl1
from common import on_dask, problem, public_estimators, quiet, suited
from skl1.exceptions import FoldWarning, GridEdgeWarning
from skl1.results.names import by_name, labels, per_feature

pd = pytest.importorskip("pandas")

NAMES = ["age", "income", "rooms", "heat", "lot_area", "roof"]
BY_NAME = {"rooms": 0.0, "heat": np.inf, "lot_area": 2.5}
BY_PLACE = np.array([1.0, 1.0, 0.0, np.inf, 2.5, 1.0])


def weighed(model):
    """The part of an estimator that has penalty weights, and their parameter's name."""
    known = model.get_params(deep=True)
    return next((n for n in ("penalty_weights", "estimator__penalty_weights") if n in known), None)


def those_that_take_weights():
    """One of each public estimator that takes penalty weights, in memory or on dask."""
    for model, remote in public_estimators():
        if weighed(model):
            name = type(model).__name__
            yield pytest.param(model, remote, id=f"dask-{name}" if remote else name)


def functions_with(argument):
    """The public functions that take X and such an argument."""
    for module in (skl1, importlib.import_module("skl1.dask")):
        for name in module.__all__:
            found = getattr(module, name)
            if not inspect.isfunction(found):
                continue
            known = inspect.signature(found).parameters
            if "X" in known and (argument in known or "options" in known):
                yield pytest.param(found, module is not skl1, id=f"{module.__name__}.{name}")


def frame():
    """Data whose columns have names."""
    X, y = problem(60, 6, seed=3, nonzero=4)
    return pd.DataFrame(X - X.mean(axis=0), columns=NAMES), pd.Series(y)


def fit(model, remote, X, y):
    y = pd.Series(suited(type(model), np.asarray(y)))
    if remote:
        pytest.importorskip("dask.dataframe")
        X, y = on_dask(X, y)
    with quiet(FoldWarning, GridEdgeWarning):
        return model.fit(X, y)


def fitted_numbers(model):
    """What two fits that are the same agree in."""
    for name in ("coef_", "intercept_", "selection_probabilities_", "best_score_"):
        if hasattr(model, name):
            yield np.asarray(getattr(model, name))


every_estimator = pytest.mark.parametrize(("model", "remote"), list(those_that_take_weights()))
every_function = pytest.mark.parametrize(
    ("function", "remote"), list(functions_with("penalty_weights"))
)


def test_all_are_found():
    """The tests below look at the whole package."""
    found = {parameter.id for parameter in those_that_take_weights()}
    assert {"ProximalLasso", "ProximalLogisticRegression", "StabilitySelection"} <= found
    assert {"BestSubsetRegressorCV", "PathGridSearchCV", "dask-ProximalLasso"} <= found
    found = {parameter.id for parameter in functions_with("penalty_weights")}
    assert {"skl1.lasso_path", "skl1.adaptive_weights", "skl1.dask.lasso_path"} <= found


@every_estimator
def test_weights_by_name(model, remote):
    """A dict and a Series by name are the weights by position, with 1 for the others."""
    X, y = frame()
    name = weighed(model)
    expected = list(fitted_numbers(fit(clone(model).set_params(**{name: BY_PLACE}), remote, X, y)))
    assert expected
    shuffled = pd.Series(BY_NAME).sort_values(ascending=False)
    for given in (BY_NAME, shuffled):
        ours = fit(clone(model).set_params(**{name: given}), remote, X, y)
        for got, wanted in zip(fitted_numbers(ours), expected, strict=True):
            np.testing.assert_array_equal(got, wanted)


@every_estimator
def test_weights_stay_as_they_are_given(model, remote):
    """get_params, set_params, clone and fit leave the dict alone."""
    given = dict(BY_NAME)
    name = weighed(model)
    model = clone(model).set_params(**{name: given})
    assert model.get_params()[name] is given
    assert clone(model).get_params()[name] == given
    fit(model, remote, *frame())
    assert model.get_params()[name] is given
    assert given == BY_NAME


@every_estimator
def test_unknown_names_are_errors(model, remote):
    """The error has the near names and their number; without names in X it says so."""
    X, y = frame()
    model = clone(model).set_params(**{weighed(model): {"lot_aera": 0.0, "age": 1.0}})
    with pytest.raises(ValueError, match=r"names 'lot_aera' \(near: 'lot_area'.*6 named ones"):
        fit(model, remote, X, y)
    if not remote:
        with pytest.raises(ValueError, match=r"penalty_weights is given by names .* X has none"):
            fit(model, remote, X.to_numpy(), y)


@every_function
def test_functions_take_weights_by_name(function, remote):
    """Path functions and their kin."""
    X, y = frame()
    if remote:
        pytest.importorskip("dask.dataframe")
        X, y = on_dask(X, y)
    expected = function(X, y, penalty_weights=BY_PLACE)
    for given in (BY_NAME, pd.Series(BY_NAME)):
        found = function(X, y, penalty_weights=given)
        for got, wanted in zip(found, expected, strict=True):
            np.testing.assert_array_equal(got, wanted)
    with pytest.raises(ValueError, match=r"names 'rooom' \(near: 'rooms', 'roof'\)"):
        function(X, y, penalty_weights={"rooom": 2.0})


def test_blocks_of_frames_have_names():
    """Rows that come in blocks bring the names along; moments have none."""
    X, y = frame()
    expected = skl1.ProximalLasso(0.1, penalty_weights=BY_PLACE).fit(X, y).coef_
    model = skl1.ProximalLasso(0.1, penalty_weights=BY_NAME)
    blocks = [(X[:30], y[:30]), (X[30:], y[30:])]
    np.testing.assert_allclose(clone(model).fit_blocks(blocks).coef_, expected, atol=1e-6)
    for block in blocks:
        model.partial_fit(*block)
    np.testing.assert_allclose(model.coef_, expected, atol=1e-6)
    with pytest.raises(ValueError, match="X has none"):
        model.fit_moments(skl1.Moments.of(X, y))


def test_a_series_by_position():
    """The index 0, 1, 2, ... is that of a list; another one has to be names."""
    X, y = frame()
    expected = skl1.ProximalLasso(0.1, penalty_weights=BY_PLACE).fit(X, y).coef_
    got = skl1.ProximalLasso(0.1, penalty_weights=pd.Series(BY_PLACE)).fit(X, y).coef_
    np.testing.assert_array_equal(got, expected)
    turned = pd.Series(BY_PLACE).sort_values()  # by position this would be another model
    with pytest.raises(ValueError, match="names 2, 0, 1, 5, 4 and 1 more"):
        skl1.ProximalLasso(0.1, penalty_weights=turned).fit(X, y)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"age": "much"}, "must be real numbers, got 'much' for 'age'"),
        ({"age": [1.0, 2.0]}, "must be real numbers, got .* for 'age'"),
        ({"age": -1.0}, "must not be negative"),
        ({"age": np.nan}, "must not be negative or NaN"),
        ({3: 1.0}, "names 3: X has no such feature"),
        (pd.Series([1.0, 2.0], index=["age", "age"]), "more than one entry for 'age'"),
        ({f"lost{k}": 1.0 for k in range(9)}, "'lost4'.* and 4 more"),
    ],
)
def test_what_is_wrong_is_named(given, message):
    """Errors name the argument, the value and the feature."""
    X, y = frame()
    with pytest.raises(ValueError, match=f"penalty_weights .*{message}"):
        skl1.ProximalLasso(0.1, penalty_weights=given).fit(X, y)


def test_a_name_of_two_columns():
    """Which of them is meant is not known."""
    with pytest.raises(ValueError, match="'a', which is the name of several columns"):
        per_feature({"a": 1.0}, "weights", np.array(["a", "b", "a"], dtype=object), 3, 1.0)


def test_names_of_nothing():
    """Arrays and lists go through as they are, and features without names get labels."""
    assert per_feature(None, "weights", None, 3, 1.0) is None
    assert not by_name([1.0])
    assert not by_name(pd.DataFrame({"a": [1.0]}))
    assert labels(None, 2).tolist() == ["x0", "x1"]
    assert per_feature({}, "weights", np.array(["a"]), 1, 1.0).tolist() == [1.0]


def test_scorers_get_no_names():
    """Models of folds are fitted to arrays and predict from arrays: without a word about names."""
    X, y = frame()
    search = skl1.ProximalLassoCV(n_alphas=5, cv=3, scoring="r2")
    expected = clone(search).set_params(penalty_weights=BY_PLACE).fit(X, y)
    found = search.set_params(penalty_weights=BY_NAME).fit(X, y)
    np.testing.assert_array_equal(found.coef_, expected.coef_)
    assert found.get_params()["penalty_weights"] is BY_NAME


def test_models_of_a_selector_and_paths_of_classifiers():
    """Where one estimator fits another to arrays, weights by name are those of the data frame."""
    X, y = frame()
    labels = y > y.median()
    for given in (BY_NAME, BY_PLACE):
        model = skl1.ProximalLogisticRegression(0.05, penalty_weights=given)
        selector = skl1.StabilitySelection(estimator=model, n_pairs=2, random_state=0)
        shares = selector.fit(X, labels).selection_probabilities_
        path = model.fit_path(X, labels, [0.1, 0.05])
        assert shares[NAMES.index("heat")] == 0.0
        assert shares[NAMES.index("rooms")] == 1.0
        assert path[1].coef_[0, NAMES.index("heat")] == 0.0
        np.testing.assert_allclose(path[1].coef_, model.fit(X, labels).coef_, atol=1e-3)
