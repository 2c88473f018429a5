"""Coefficients in original units: the table and the raw data give the predictions of the model."""

import sys

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor, make_column_selector
from sklearn.decomposition import PCA
from sklearn.feature_selection import SelectFromModel, SelectKBest, VarianceThreshold, f_regression
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MaxAbsScaler,
    MinMaxScaler,
    Normalizer,
    OneHotEncoder,
    PolynomialFeatures,
    RobustScaler,
    StandardScaler,
)
from sklearn.tree import DecisionTreeRegressor

import skl1
from common import label, public_estimators, quiet, run
from skl1 import ProximalLasso, ProximalLogisticRegression, StabilitySelection, coef_frame
from skl1.exceptions import FoldWarning, GridEdgeWarning

pd = pytest.importorskip("pandas")

NUMBERS = ["age", "income", "rooms", "flat"]
FACTORS = ["colour", "town"]


def data(n=80, *, missing=False):
    """Columns of numbers in units far apart, and of words."""
    rng = np.random.default_rng(7)
    numbers = rng.standard_normal((n, 4)) * [10.0, 3e4, 1.0, 0.1] + [40.0, 5e4, 3.0, 0.0]
    X = pd.DataFrame(numbers, columns=NUMBERS)
    X["colour"] = rng.choice(["red", "green", "blue"], n)
    X["town"] = rng.choice(["A", "B"], n)
    y = 0.3 * X["age"] + 1e-4 * X["income"] - X["rooms"] + 2.0 * (X["colour"] == "red")
    y = y + 0.1 * rng.standard_normal(n)
    if missing:
        for name in NUMBERS[:2]:
            X.loc[rng.random(n) < 0.2, name] = np.nan
        X.loc[rng.random(n) < 0.2, "town"] = np.nan
    return X, y


def evaluated(frame, X, column="coef"):
    """What the table says of raw data: numbers times coefficients, and indicators of words."""
    fit = np.full(len(X), frame.loc["(intercept)", column])
    for name in frame.index[1:]:
        if name in X:
            fit += X[name].to_numpy() * frame.loc[name, column]
        else:
            factor, _, word = name.rpartition("_")
            if factor == "missingindicator":
                held = X[word].isna()
            else:
                held = X[factor].isna() if word == "nan" else X[factor].astype(str) == word
            fit += np.where(held, frame.loc[name, column], 0.0)
    return fit


def lasso(alpha=1e-3):
    return ProximalLasso(alpha, tol=1e-10)


SCALERS = [
    StandardScaler(),
    StandardScaler(with_mean=False),
    StandardScaler(with_std=False),
    MinMaxScaler((-1.0, 3.0)),
    MaxAbsScaler(),
    RobustScaler(),
    RobustScaler(with_centering=False, unit_variance=True),
    RobustScaler(with_scaling=False),
    FunctionTransformer(),
    "passthrough",
    make_pipeline(StandardScaler(), MinMaxScaler(), "passthrough", RobustScaler()),
    SelectKBest(f_regression, k=2),
    VarianceThreshold(0.5),
    make_pipeline(StandardScaler(), SelectFromModel(lasso(0.1), threshold=1e-10)),
    SimpleImputer(),
    FeatureUnion([("a", StandardScaler()), ("b", "passthrough"), ("c", "drop")]),
    FeatureUnion([("a", MinMaxScaler()), ("b", RobustScaler())], transformer_weights={"a": 3.0}),
    ColumnTransformer([("a", StandardScaler(), ["income", "age"])], remainder="passthrough"),
    ColumnTransformer([("a", StandardScaler(), slice("age", "rooms"))], remainder="drop"),
    ColumnTransformer([("a", StandardScaler(), slice(0, 2))], remainder=MinMaxScaler()),
    ColumnTransformer(
        [("a", MaxAbsScaler(), [-1, 1]), ("b", "drop", [0]), ("c", "passthrough", [2])]
    ),
    ColumnTransformer(
        [("a", RobustScaler(), [True, False, False, True]), ("b", MinMaxScaler(), lambda _: [1])]
    ),
    ColumnTransformer(
        [("a", StandardScaler(), make_column_selector("a")), ("none", StandardScaler(), [])],
        remainder="passthrough",
    ),
    ColumnTransformer([("a", StandardScaler(), ["age", "flat"]), ("b", MinMaxScaler(), ["age"])]),
]


@pytest.mark.parametrize("scaler", SCALERS, ids=label)
@pytest.mark.parametrize("model", [lasso(), Ridge(), lasso().set_params(fit_intercept=False)])
def test_scaled_numbers(scaler, model):
    """Whatever the scaling, raw numbers times the table's are the predictions."""
    X, y = data()
    X = X[NUMBERS]
    pipeline = Pipeline([("scale", scaler), ("model", model)])
    with quiet():
        pipeline.fit(X, y)
    frame = coef_frame(pipeline)
    assert frame.columns.tolist() == ["coef"]
    assert frame.index[0] == "(intercept)"
    assert set(frame.index[1:]) <= set(NUMBERS)
    wanted = pipeline.predict(X)
    assert_allclose(evaluated(frame, X), wanted, rtol=1e-10, atol=1e-10 * np.abs(wanted).max())


def mixed(numbers, words):
    return ColumnTransformer([("numbers", numbers, NUMBERS), ("words", words, FACTORS)])


WORDS = [
    OneHotEncoder(),
    OneHotEncoder(drop="first", sparse_output=False),
    OneHotEncoder(drop="if_binary"),
    OneHotEncoder(handle_unknown="ignore", min_frequency=1),
]


@pytest.mark.parametrize("words", WORDS, ids=label)
@pytest.mark.parametrize("output", ["default", "pandas"])
def test_encoded_words(words, output):
    """An encoded column has a row for each of its indicators, and numbers one each."""
    X, y = data()
    if output == "pandas":
        words = make_pipeline(words.set_params(sparse_output=False))
    steps = make_pipeline(mixed(StandardScaler(), words)).set_output(transform=output)
    pipeline = make_pipeline(steps, lasso()).fit(X, y)
    frame = coef_frame(pipeline)
    assert_array_equal(frame.index[1:5], NUMBERS)
    assert all(name.startswith(("colour_", "town_")) for name in frame.index[5:])
    assert_allclose(evaluated(frame, X), pipeline.predict(X), rtol=1e-10)


def test_words_are_encoded_alone():
    """Without a ColumnTransformer, and from an array: columns go by number."""
    X, y = data()
    pipeline = make_pipeline(OneHotEncoder(), lasso()).fit(X[FACTORS], y)
    frame = coef_frame(pipeline)
    assert_allclose(evaluated(frame, X[FACTORS]), pipeline.predict(X[FACTORS]), rtol=1e-10)
    pipeline = make_pipeline(OneHotEncoder(), lasso()).fit(X[FACTORS].to_numpy(), y)
    assert "x0_red" in coef_frame(pipeline).index


@pytest.mark.parametrize("indicator", [False, True])
def test_missing_values(indicator):
    """Where nothing is missing the table predicts; the indicators of what is missing are rows."""
    X, y = data(missing=True)
    numbers = make_pipeline(SimpleImputer(add_indicator=indicator), StandardScaler())
    words = make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder())
    pipeline = make_pipeline(mixed(numbers, words), lasso()).fit(X, y)
    frame = coef_frame(pipeline)
    assert ("missingindicator_age" in frame.index) == indicator
    whole = X.notna().all(axis=1)
    assert 10 < whole.sum() < len(X)
    got = evaluated(frame, X[whole])
    assert_allclose(got, pipeline.predict(X[whole]), rtol=1e-10)


def test_missing_values_of_a_whole_column():
    """An imputer leaves out a column that has no values at all, or keeps it."""
    X, y = data()
    X = X[NUMBERS].assign(rooms=np.nan)
    for keep in (False, True):
        imputer = SimpleImputer(keep_empty_features=keep)
        with pytest.warns(UserWarning, match="Skipping") if not keep else quiet():
            pipeline = make_pipeline(imputer, StandardScaler(), lasso()).fit(X, y)
            wanted = pipeline.predict(X)
        frame = coef_frame(pipeline)
        assert ("rooms" in frame.index) == keep
        assert_allclose(evaluated(frame, X.assign(rooms=0.0)), wanted, rtol=1e-10)


def labels(y, classes):
    words = np.array(["low", "middle", "high"])[: max(classes, 2)]
    return words[np.searchsorted(np.quantile(y, np.arange(1, classes) / classes), y)]


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize(
    "model", [ProximalLogisticRegression(0.01), LogisticRegression(max_iter=2000)], ids=label
)
def test_classes(model, classes):
    """The log-odds of two classes have one column; several classes have one each."""
    X, y = data()
    pipeline = make_pipeline(mixed(StandardScaler(), OneHotEncoder()), model)
    pipeline.fit(X, labels(y, classes))
    frame = coef_frame(pipeline)
    names = pipeline.classes_.tolist() if classes == 3 else ["coef"]
    assert frame.columns.tolist() == names
    got = np.array([evaluated(frame, X, name) for name in names]).T
    assert_allclose(np.squeeze(got), pipeline.decision_function(X), rtol=1e-8, atol=1e-10)


def test_several_targets():
    """A column for each, by number."""
    X, y = data()
    Y = np.column_stack([y, 2.0 * y + X["flat"]])
    pipeline = make_pipeline(StandardScaler(), LinearRegression()).fit(X[NUMBERS], Y)
    frame = coef_frame(pipeline)
    assert frame.columns.tolist() == [0, 1]
    for k in range(2):
        assert_allclose(evaluated(frame, X, k), pipeline.predict(X[NUMBERS])[:, k], rtol=1e-10)


@pytest.mark.parametrize("scaler", [None, *SCALERS[:9]], ids=label)
def test_scaled_targets(scaler):
    """The target may be scaled as well, in or around a pipeline."""
    X, y = data()
    X = X[NUMBERS]
    target = TransformedTargetRegressor(
        make_pipeline(StandardScaler(), lasso()), transformer=scaler
    )
    for model in (target, make_pipeline(RobustScaler(), target)):
        model.fit(X, y)
        assert_allclose(evaluated(coef_frame(model), X), model.predict(X), rtol=1e-10)


def test_targets_that_are_bent():
    """A logarithm is no scaler: the error names it, and the fitted coefficients remain."""
    X, y = data()
    X = X[NUMBERS]
    model = TransformedTargetRegressor(lasso(), func=np.log, inverse_func=np.exp)
    model.fit(X, np.exp(y / y.max()))
    with pytest.raises(ValueError, match=r"log.*no scaler.*original_units=False"):
        coef_frame(model)
    frame = coef_frame(model, original_units=False)
    assert_array_equal(frame["coef"].iloc[1:], model.regressor_.coef_)


def test_searches():
    """The best model of a search, whatever is in it."""
    X, y = data()
    pipeline = make_pipeline(StandardScaler(), lasso())
    for kind in (GridSearchCV, skl1.PathGridSearchCV):
        search = kind(pipeline, {"proximallasso__alpha": [0.1, 0.01]}, cv=3).fit(X[NUMBERS], y)
        assert_allclose(evaluated(coef_frame(search), X), search.predict(X[NUMBERS]), rtol=1e-10)


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (PCA(2), "it is none of"),
        (Normalizer(), "it is none of"),
        (PolynomialFeatures(2), "it is none of"),
        (MinMaxScaler(clip=True), "clip=True"),
        (FunctionTransformer(np.tanh), "it calls"),
        (make_pipeline(StandardScaler(), OneHotEncoder()), "scaled or mixed before"),
        (type("Own", (StandardScaler,), {})(), "it is none of"),
    ],
    ids=label,
)
def test_unknown_steps(step, message):
    """The error names the step, and where it is."""
    X, y = data()
    pipeline = Pipeline([("first", step), ("model", lasso())])
    with quiet():
        pipeline.fit(X[NUMBERS], y)
    with pytest.raises(ValueError, match=rf"'first.*{message}.*original_units=False"):
        coef_frame(pipeline)
    frame = coef_frame(pipeline, original_units=False)
    assert_array_equal(frame["coef"].iloc[1:], pipeline[-1].coef_)
    inside = ColumnTransformer([("part", step, NUMBERS)])
    with quiet():
        pipeline = Pipeline([("all", inside), ("model", lasso())]).fit(X, y)
    with pytest.raises(ValueError, match=r"'all\.part"):
        coef_frame(pipeline)


def test_selectors_that_change_what_they_select():
    """Of a selector with a transform of its own nothing is known."""

    class Doubling(VarianceThreshold):
        def transform(self, X):
            return 2.0 * super().transform(X)

    X, y = data()
    pipeline = make_pipeline(Doubling(), lasso()).fit(X[NUMBERS], y)
    with pytest.raises(ValueError, match="Doubling, cannot be followed back"):
        coef_frame(pipeline)


def test_as_fitted():
    """Without original units: the coefficients of the model, by the names that reached it."""
    X, y = data()
    pipeline = make_pipeline(mixed(StandardScaler(), OneHotEncoder()), lasso()).fit(X, y)
    frame = coef_frame(pipeline, original_units=False)
    assert_array_equal(frame.index[1:], pipeline[:-1].get_feature_names_out())
    assert_array_equal(frame["coef"], np.append(pipeline[-1].intercept_, pipeline[-1].coef_))


@pytest.mark.parametrize(("model", "remote"), [(m, r) for m, r in public_estimators() if not r])
def test_every_estimator(model, remote):
    """Of each that has coefficients; of others the error says so."""
    X, y = data()
    with quiet(FoldWarning, GridEdgeWarning):
        run(model, "fit", X[NUMBERS] / X[NUMBERS].std(), y)
    if not hasattr(model, "coef_") and not hasattr(model, "best_estimator_"):
        with pytest.raises(TypeError, match=f"{type(model).__name__} has none. It has to_frame"):
            coef_frame(model)
        return
    frame = coef_frame(model)
    fitted = getattr(model, "best_estimator_", model)
    assert frame.index.tolist() == ["(intercept)", *NUMBERS]
    assert_array_equal(frame["coef"].iloc[1:], np.ravel(fitted.coef_))
    assert frame["coef"].iloc[0] == np.ravel(fitted.intercept_)[0]


def test_intervals():
    """By the names of the raw columns, in their units; NaN where they were not asked for."""
    X, y = data()
    X = X[NUMBERS]
    pipeline = make_pipeline(StandardScaler(), lasso()).fit(X, y)
    result = skl1.debiased_lasso(X[NUMBERS[::-1]], y, features=[3, 1])
    frame = coef_frame(pipeline, intervals=result)
    assert frame.columns.tolist() == [
        "coef", "lower", "upper", "p_value", "bias_factor", "flagged",
    ]  # fmt: skip
    assert frame.loc["age", "lower"] == result.lower[0]
    assert frame.loc["rooms", "upper"] == result.upper[1]
    assert frame.loc[["(intercept)", "income", "flat"], "lower"].isna().all()
    assert not frame["flagged"].any()
    assert frame.loc["age", "lower"] < 0.3 < frame.loc["age", "upper"]
    with pytest.raises(ValueError, match="intervals is of 4 columns.*'age' is none"):
        coef_frame(pipeline, intervals=skl1.debiased_lasso(X.to_numpy() / 10.0, y))
    with pytest.raises(ValueError, match="intervals is of 2 columns"):
        coef_frame(pipeline, intervals=skl1.debiased_lasso(X[NUMBERS[:2]], y))
    with pytest.raises(TypeError, match="intervals must be of the class DebiasedCoefficients"):
        coef_frame(pipeline, intervals=frame)


def test_shares_of_selection():
    """Of a selector that is given, and of one that is a step."""
    X, y = data()
    X = X[NUMBERS]
    selector = StabilitySelection(n_selected=2, n_pairs=5, random_state=0)
    given = selector.fit(X, y)
    frame = coef_frame(make_pipeline(StandardScaler(), lasso()).fit(X, y), selection=given)
    assert_array_equal(frame["selection_probability"].iloc[1:], given.selection_probabilities_)
    pipeline = make_pipeline(StandardScaler(), selector, lasso()).fit(X, y)
    frame = coef_frame(pipeline)
    assert frame.index.tolist() == ["(intercept)", *NUMBERS]
    shares = pipeline[1].selection_probabilities_
    assert_array_equal(frame["selection_probability"].iloc[1:], shares)
    assert_array_equal(frame["coef"].iloc[1:] != 0.0, pipeline[1].get_support())
    with pytest.raises(TypeError, match="selection must be of the class StabilitySelection"):
        coef_frame(pipeline, selection=shares)


def test_wide_sparse_text():
    """The map of many columns stays sparse."""
    X = sparse.random(30, 20_000, density=0.01, format="csr", random_state=0)
    y = np.ravel(X[:, :3].sum(axis=1)) + np.arange(30.0)
    pipeline = make_pipeline(MaxAbsScaler(), lasso(0.1)).fit(X, y)
    frame = coef_frame(pipeline)
    got = X @ frame["coef"].to_numpy()[1:] + frame["coef"].iloc[0]
    assert_allclose(got, pipeline.predict(X), rtol=1e-10)


def test_what_is_not_linear():
    """A tree has no coefficients, and what is not fitted neither."""
    X, y = data()
    with pytest.raises(TypeError, match="DecisionTreeRegressor has none"):
        coef_frame(make_pipeline(StandardScaler(), DecisionTreeRegressor()).fit(X[NUMBERS], y))
    with pytest.raises(ValueError, match="not fitted yet"):
        coef_frame(lasso())


def test_without_pandas(monkeypatch):
    """The error says what to install."""
    X, y = data()
    model = lasso().fit(X[NUMBERS].to_numpy(), y)
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match=r"coef_frame .*pip install pandas"):
        coef_frame(model)
