"""Results: their names, their frames, and texts that are short whatever their size."""

import importlib
import inspect
import pkgutil
import re
import sys
from functools import cache

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.utils.validation import check_is_fitted

import skl1
from common import concrete, on_dask, problem, public_estimators, quiet, run
from skl1 import shrinkage
from skl1.exceptions import FoldWarning, GridEdgeWarning
from skl1.model_selection.path_cv import PathCV
from skl1.paths.model_path import Predicting
from skl1.results.summary import Summarised, shortened, span, told

pd = pytest.importorskip("pandas")

MODULES = [
    importlib.import_module(each.name)
    for each in pkgutil.walk_packages(skl1.__path__, "skl1.")
    if not each.name.endswith("__main__")
]
P, ALPHAS = 1000, 100


@cache
def wide():
    """Many features with long names, some of them with letters that HTML reads as its own."""
    X, y = problem(40, P, seed=1)
    names = [f"<b>feature & number {j}\n</b> of many with long names" for j in range(P)]
    return pd.DataFrame(X, columns=names), pd.Series(y)


def dask_path():
    arrays = pytest.importorskip("dask.array")
    X, y = (arrays.from_array(np.asarray(part), chunks=20) for part in wide())
    return importlib.import_module("skl1.dask").lasso_path(X, y, return_path=True)


def a_bowl():
    return shrinkage.Bowl(np.eye(2), np.array([1.0, 2.0]))


#: For each kind of result how one of many features and models is made.
EXAMPLES = {
    "skl1.LassoPath": lambda: skl1.lasso_path(*wide(), n_alphas=ALPHAS, return_path=True),
    "skl1.LpPath": lambda: skl1.lp_path(
        *wide(), n_alphas=ALPHAS, local_search=None, return_path=True
    ),
    "skl1.RidgePath": lambda: skl1.ridge_path(*wide(), n_alphas=ALPHAS, return_path=True),
    "skl1.SubsetPath": lambda: skl1.subset_path(*wide(), k=5, return_path=True),
    "skl1.dask.LassoPath": dask_path,
    "skl1.FittedPath": lambda: skl1.ProximalLasso().fit_path(
        *wide(), np.geomspace(1.0, 0.01, ALPHAS)
    ),
    "skl1.ClassifierPath": lambda: skl1.ProximalLogisticRegression().fit_path(
        wide()[0], wide()[1] > wide()[1].median(), np.geomspace(1.0, 0.1, ALPHAS)
    ),
    "skl1.DebiasedCoefficients": lambda: skl1.debiased_lasso(*wide(), features=range(3)),
    "skl1.Moments": lambda: skl1.Moments.of(*wide()),
    "skl1.Balance": lambda: shrinkage.balance(skl1.penalties.L1(1.0), np.linspace(-9, 9, 5000)),
    "skl1.ZeroAlphas": lambda: shrinkage.zero_alphas(0.5, [1.0, 2.0]),
    "skl1.CornerShares": lambda: shrinkage.corner_shares(n_draws=20, random_state=0),
    "skl1.ZerosFound": lambda: shrinkage.zeros_found(n_draws=2, random_state=0),
    "skl1.Bowl": a_bowl,
    "skl1.InBall": lambda: a_bowl().within(1.0, 1.0),
}


def kinds(base=Summarised):
    """The classes of results that are made, and not derived from."""
    for cls in base.__subclasses__():
        if cls.__module__.startswith("skl1"):
            yield from kinds(cls)
            if cls.__name__ not in {"Predicting", "ModelPath"}:
                yield cls


def label(cls):
    return f"skl1.{'dask.' if '.dask.' in cls.__module__ else ''}{cls.__name__}"


KINDS = {label(cls): cls for cls in kinds()}
every_kind = pytest.mark.parametrize("kind", sorted(KINDS))


@cache
def example(kind):
    with quiet():
        return EXAMPLES[kind]()


def test_there_are_examples_of_all_kinds():
    """A new kind of result is not done before it is below."""
    assert set(EXAMPLES) == set(KINDS)
    for kind, cls in KINDS.items():
        assert type(example(kind)) is cls


def test_public_functions_return_results():
    """Whatever class of skl1 a docstring says is returned, it has a text, or is an estimator."""
    known = {
        name: cls
        for module in MODULES
        for name, cls in inspect.getmembers(module, inspect.isclass)
        # Runs and problems are for developers.
        if re.match(r"skl1\.(?!problems|solvers)", cls.__module__)
    }
    spaces = [skl1, shrinkage, importlib.import_module("skl1.dask")]
    functions = [getattr(space, name) for space in spaces for name in space.__all__]
    for cls in [each for each in functions if inspect.isclass(each)]:
        functions += [f for name, f in inspect.getmembers(cls, callable) if name[0] != "_"]
    seen = set()
    for function in functions:
        text = inspect.getdoc(function) or ""
        part = re.search(r"^Returns\n-+\n(.*?)(?=^\w+\n-+\n|\Z)", text, re.DOTALL | re.MULTILINE)
        for name in re.findall(r"^(?:\w+ : )?([A-Z]\w+)$", part[1] if part else "", re.MULTILINE):
            if name in known and not hasattr(known[name], "get_params"):
                seen.add(name)
                assert issubclass(known[name], Summarised), f"{function} returns {name}"
    assert {"LassoPath", "DebiasedCoefficients", "FittedPath", "Moments", "Balance"} <= seen


@every_kind
def test_texts_are_short_and_of_one_style(kind):
    """The name, and a line for each of a few facts: what it is about, and what there is to say."""
    text = repr(example(kind))
    first, *lines = text.splitlines()
    assert first == KINDS[kind].__name__
    assert len(text) < 600
    assert 0 < len(lines) <= 8
    starts = {re.match(r"  [A-Za-z][A-Za-z0-9 ]*?  +(?=\S)", line).end() for line in lines}
    assert len(starts) == 1
    assert max(map(len, lines)) <= 88


@every_kind
def test_tables_are_short_and_escaped(kind):
    """What notebooks show has the same facts, and no names that are read as HTML."""
    table = example(kind)._repr_html_()
    assert table.startswith("<table>")
    assert table.count("<tr>") == len(repr(example(kind)).splitlines()) - 1
    assert "<b>" not in table
    assert len(table) < 2000


@pytest.mark.parametrize("kind", sorted(k for k in KINDS if issubclass(KINDS[k], Predicting)))
def test_paths_have_names_and_frames(kind):
    """Rows are features, columns are the models: alphas or sizes."""
    path = example(kind)
    frame = path.to_frame()
    assert frame.shape == path.coefs.shape
    assert_array_equal(frame.to_numpy(), path.coefs)
    assert frame.index.name == "feature"
    values = getattr(path, "alphas", getattr(path, "sizes", None))
    assert frame.columns.name == ("alpha" if hasattr(path, "alphas") else "size")
    assert_array_equal(frame.columns, values)
    if kind.startswith("skl1.dask"):
        assert path.feature_names_in_ is None
        assert frame.index[0] == "x0"
        return
    X, _ = wide()
    assert_array_equal(path.feature_names_in_, X.columns)
    assert_array_equal(frame.index, X.columns)
    by_names = X @ frame + path.intercepts  # pandas aligns the names
    np.testing.assert_allclose(by_names, path.predict(X), atol=1e-10)
    with pytest.raises(ValueError, match="must be in the same order"):
        path.predict(X[X.columns[::-1]])
    with pytest.raises(ValueError, match="feature names should match"):
        path.predict(X.rename(columns={X.columns[0]: "another"}))
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        plain = path.predict(X.to_numpy())
    assert_array_equal(plain, path.predict(X))


def test_paths_without_names_compare_numbers():
    X, y = wide()
    path = skl1.lasso_path(X.to_numpy(), y, n_alphas=3, return_path=True)
    with pytest.raises(ValueError, match=r"X has 2 features, but LassoPath is expecting"):
        path.predict(X.to_numpy()[:, :2])
    with pytest.warns(UserWarning, match="LassoPath was fitted without feature names"):
        path.predict(X)


def test_fitted_paths_have_frames():
    """Of all features, those that no model uses among them."""
    path = example("skl1.FittedPath")
    frame = path.to_frame()
    assert_array_equal(frame.index, wide()[0].columns)
    assert_array_equal(frame.columns, path.alphas)
    assert_array_equal(frame.iloc[:, -1], path[len(path) - 1].coef_)


@pytest.mark.parametrize("classes", [2, 3])
def test_paths_of_classifiers_have_frames(classes):
    """With more than two classes a column for each of them."""
    X, y = problem(60, 5, seed=3)
    X, words = pd.DataFrame(X, columns=list("abcde")), np.array(["low", "high", "top"])
    labels = words[np.searchsorted(np.quantile(y, np.arange(1, classes) / classes), y)]
    alphas = [0.1, 0.01]
    path = skl1.ProximalLogisticRegression().fit_path(X, labels, alphas)
    search = skl1.ProximalLogisticRegressionCV(alphas=alphas, cv=3)
    with quiet(GridEdgeWarning):
        search.fit(X, labels)
    for frame in (path.to_frame(), search.to_frame()):
        assert frame.index.tolist() == list("abcde")
        for k, alpha in enumerate(alphas):
            expected = path[k].coef_
            if classes == 2:
                np.testing.assert_allclose(frame[alpha], expected[0], atol=1e-3)
            else:
                assert frame.columns.names == ["alpha", "class"]
                got = frame[alpha][path[k].classes_].to_numpy().T
                np.testing.assert_allclose(got, expected, atol=1e-3)


def test_names_on_dask_paths():
    """A data frame on dask has names, too."""
    pytest.importorskip("dask.dataframe")
    X, y = problem(40, 4, seed=2)
    X = pd.DataFrame(X, columns=list("abcd"))
    path = importlib.import_module("skl1.dask").lasso_path(
        *on_dask(X, pd.Series(y)), return_path=True
    )
    assert path.to_frame().index.tolist() == list("abcd")


def test_intervals_have_frames():
    """A row for each feature that was asked for."""
    result = skl1.debiased_lasso(*wide(), features=[7, 3])
    frame = result.to_frame()
    assert_array_equal(frame.index, wide()[0].columns[[7, 3]])
    assert_array_equal(frame["coef"], result.coefs)
    assert_array_equal(frame["standard_error"], result.standard_errors)
    assert_array_equal(frame["lower"], result.lower)
    assert_array_equal(frame["upper"], result.upper)
    assert_array_equal(frame["p_value"], result.p_values)
    assert_array_equal(frame["bias_factor"], result.bias_factors)
    nameless = skl1.debiased_lasso(*map(np.asarray, wide()), features=[7, 3])
    assert nameless.to_frame().index.tolist() == ["x7", "x3"]


def test_selections_have_frames():
    """The share of each feature."""
    X, y = problem(60, 4, seed=2)
    X = pd.DataFrame(X, columns=list("abcd"))
    selector = skl1.StabilitySelection(n_pairs=5, random_state=0).fit(X, y)
    frame = selector.to_frame()
    assert frame.index.tolist() == list("abcd")
    assert_array_equal(frame["selection_probability"], selector.selection_probabilities_)
    assert_array_equal(frame["simultaneous_probability"], selector.simultaneous_probabilities_)
    assert_array_equal(frame["selected"], selector.get_support())


def searches_of_paths():
    for model, remote in public_estimators():
        if isinstance(model, PathCV):
            name = type(model).__name__
            yield pytest.param(model, remote, id=f"dask-{name}" if remote else name)


def test_all_searches_are_found():
    """The test below looks at the whole package."""
    assert len(list(searches_of_paths())) >= len(concrete(PathCV))


@pytest.mark.parametrize(("model", "remote"), list(searches_of_paths()))
def test_searches_have_frames(model, remote):
    """The path on all data: a column for each model, by all parameters that were searched."""
    if remote:
        pytest.importorskip("dask.dataframe")
    X, y = problem(60, 5, seed=3)
    X = pd.DataFrame(X, columns=list("abcde"))
    with quiet(FoldWarning, GridEdgeWarning):
        run(model, "fit", X, pd.Series(y), remote=remote)
    frame = model.to_frame()
    assert frame.index.tolist() == list("abcde")
    assert frame.shape[1] == len(model.cv_results_["n_nonzero"])
    assert_array_equal((frame != 0.0).sum(), model.cv_results_["n_nonzero"])
    chosen = frame.iloc[:, model.best_index_].to_numpy()
    np.testing.assert_allclose(chosen, np.ravel(model.coef_), atol=1e-2)
    strengths = frame.columns.get_level_values(model._strength)
    assert_array_equal(strengths, np.ravel(getattr(model, f"{model._strength}s_")))
    assert frame.columns.names[-1] == model._strength


def test_searches_of_two_parameters_have_frames():
    """Columns go by both."""
    X, y = problem(60, 5, seed=3)
    search = skl1.ProximalLassoCV(n_alphas=4, l1_ratio=[0.5, 1.0])
    with quiet(FoldWarning, GridEdgeWarning):
        search.fit(X, y)
    frame = search.to_frame()
    assert frame.columns.names == ["l1_ratio", "alpha"]
    assert frame.index.tolist() == [f"x{j}" for j in range(5)]
    assert_array_equal(frame[1.0].to_numpy(), search.coef_path_[1].T)
    assert_array_equal(frame[0.5].columns, search.alphas_[0])


def test_frames_of_what_is_not_fitted():
    """As of any method of an estimator."""
    for model in (skl1.ProximalLassoCV(), skl1.StabilitySelection()):
        with pytest.raises(Exception, match="not fitted yet") as caught:
            model.to_frame()
        with pytest.raises(type(caught.value)):
            check_is_fitted(model)


@pytest.mark.parametrize("kind", ["skl1.LassoPath", "skl1.FittedPath", "skl1.DebiasedCoefficients"])
def test_without_pandas(kind, monkeypatch):
    """The error says what to install, and everything else works."""
    result = example(kind)
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match=f"{KINDS[kind].__name__}.*pip install pandas"):
        result.to_frame()
    assert repr(result)


def test_words_of_values():
    """Numbers, ranges and lists in a few letters."""
    assert told(3) == "3"
    assert told(1 / 3) == "0.3333"
    assert told("word") == "word"
    assert told(np.arange(6.0).reshape(2, 3)) == "2 x 3 numbers, 0 to 5"
    assert told([]) == "0 entries"
    assert span([np.nan]) == "none of them finite"
    assert span([]) == "none"
    assert span([2.0, np.inf]) == "2"
    assert shortened("abcdefgh", 6) == "abc..."


def test_paths_that_fall_short_say_so():
    """How many models converged, and why the first of the others did not."""
    X, y = problem(60, 400, seed=3)
    with quiet():  # so far apart that one round does not lead from one to the next
        path = skl1.lasso_path(X, y, tol=0.0, max_iter=1, n_alphas=3, return_path=True)
    assert not path.converged.all()
    assert f"{path.converged.sum()} of 3; max_iter reached" in repr(path)
