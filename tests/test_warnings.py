"""Every warning points to the line of the user's code, whatever stands between."""

import ast
import inspect
import re
import threading
import warnings

import matplotlib as mpl
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.dummy import DummyRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import skl1
from common import problem, rounds_fall_short, suited
from skl1 import ProximalLasso, displays, exceptions, shrinkage
from skl1.displays import CoefficientPathDisplay as CurveOf
from skl1.shrinkage import ball
from test_structure import FILES, dotted

mpl.use("agg")
dask_array = pytest.importorskip("dask.array")
remote = pytest.importorskip("skl1.dask")

#: Fewer rows than features: one iteration does not suffice. The first column is constant without
#: the first row, of which a search tells. Of a constant y no feature explains anything.
X, Y = problem(30, 40, nonzero=20, noise=2.0)
X[:, 0] = np.arange(30) == 0
TARGETS = Y, np.full(30, 2.0)

PUBLIC = {
    f"{home.__name__}.{name}": getattr(home, name)
    for home in (skl1, remote, shrinkage, displays)
    for name in home.__all__
}
CLASSES = {name: each for name, each in PUBLIC.items() if hasattr(each, "fit")}
DISTANT = {name for name, each in CLASSES.items() if each.__module__.startswith("skl1.dask")}
FUNCTIONS = {name: each for name, each in PUBLIC.items() if inspect.isfunction(each)}
estimators = pytest.mark.parametrize("name", CLASSES)


def targets_of(cls):
    """Responses that suit a class: labels of one class are an error, equal counts have no score."""
    suits = suited(cls, Y)
    return TARGETS if suits is Y else [suits]


def heard(call, *args):
    """The warnings of a call, a lambda of one line; each points to that line."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call(*args)
    places = {(each.filename, each.lineno) for each in caught}
    assert places <= {(__file__, call.__code__.co_firstlineno)}, [str(each) for each in caught]
    return caught


def hasty(name):
    """An instance that stops before it has converged."""
    wanted = {"max_iter": 1, "tol": 0.0, "alpha": 1e-4, "n_alphas": 4, "cv": 3, "k": 2}
    # On two halves a model may meet even a tolerance of 0; on many of them some do not.
    wanted |= {"n_pairs": 5, "threshold": 0.51, "random_state": 0}
    wanted |= {
        "estimator": ProximalLasso(max_iter=1, tol=0.0),
        "param_grid": {"alpha": [1.0, 1e-4]},
    }
    known = inspect.signature(CLASSES[name]).parameters
    if "param_grid" not in known:  # elsewhere an estimator is one of many ways
        del wanted["estimator"]
    return CLASSES[name](**{key: value for key, value in wanted.items() if key in known})


# The rule ------------------------------------------------------------------------------------


def warns_by_itself(node):
    """Whether a piece of code calls what the warnings module has for it, or counts frames."""
    forbidden = {"warn", "warn_explicit"}
    if isinstance(node, ast.Attribute):
        return getattr(node.value, "id", "") == "warnings" and node.attr in forbidden
    if isinstance(node, ast.ImportFrom) and node.module == "warnings":
        return bool(forbidden & {alias.name for alias in node.names})
    if isinstance(node, ast.Import):
        return any(alias.name == "warnings" and alias.asname for alias in node.names)
    return isinstance(node, ast.keyword) and node.arg in {"stacklevel", "skip_file_prefixes"}


def test_there_is_one_way_to_warn():
    """That of exceptions.py."""
    trees = {dotted(path): ast.parse(path.read_text()) for path in FILES}
    del trees["exceptions"]
    found = [
        f"{name}: {ast.unparse(node)}"
        for name, tree in trees.items()
        for node in ast.walk(tree)
        if warns_by_itself(node)
    ]
    assert found == []


def test_a_line_warns_once():
    """Under Python's default filter: the same message at the same line is shown once."""

    def complain():
        for _ in range(3):
            exceptions.warn_user("the same", UserWarning)

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        complain()
        complain()
        exceptions.warn_user("the same", UserWarning)
    assert len(caught) == 2
    assert len({each.lineno for each in caught}) == 2
    model = ProximalLasso(1e6)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        for _ in range(3):
            model.fit(X, Y)
        model.fit(X, Y)
    assert len(caught) == 2


def test_filters_by_module_see_the_users():
    """A filter for this module holds for what its lines cause."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", module=f"{__name__}$")
        ProximalLasso(1e6).fit(X, Y)


def test_a_thread_without_a_line_of_the_users():
    """Every frame is inside: the outermost one is taken, where the thread began."""
    model = ProximalLasso(1e6)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        worker = threading.Thread(target=model.fit, args=(X, Y))
        worker.start()
        worker.join()
    assert [each.category for each in caught] == [skl1.EmptyModelWarning]
    assert caught[0].filename == threading.__file__


# Estimators ----------------------------------------------------------------------------------


@estimators
def test_fit(name):
    caught, model = [], hasty(name)
    for y in targets_of(CLASSES[name]):
        data = X, y
        if name in DISTANT:
            data = dask_array.from_array(X, chunks=(10, -1)), dask_array.from_array(y, chunks=10)
        caught += heard(lambda data: model.fit(*data), data)
    assert caught


@estimators
def test_fits_to_blocks_and_moments(name):
    if not hasattr(CLASSES[name], "fit_blocks"):
        return
    ways = {"fit_blocks": [], "partial_fit": [], "fit_moments": []}
    for y in TARGETS:
        blocks = [(X[:8], y[:8]), (X[8:], y[8:])]
        parts = [skl1.Moments.of(X[k::3], y[k::3]) for k in range(3)]
        model = hasty(name)
        parts = parts if hasattr(model, "cv") else sum(parts[1:], parts[0])
        ways["fit_blocks"] += heard(lambda m, b: m.fit_blocks(b), model, blocks)
        ways["fit_moments"] += heard(lambda m, p: m.fit_moments(p), model, parts)
        for block in blocks:
            ways["partial_fit"] += heard(lambda m, b: m.partial_fit(*b), model, block)
    assert all(ways.values()), ways


@estimators
def test_fits_inside_of_others(name):
    """Through a pipeline, a search, a validation and a wrapper; by clones."""
    if name in DISTANT:
        return
    model, caught = hasty(name), {}
    predicts, targets = hasattr(model, "predict"), targets_of(type(model))
    if not predicts:
        # On a selection of nothing scikit-learn has a word.
        model, targets = model.set_params(penalty_weights=np.arange(40) > 1), [Y]
    whole = make_pipeline(StandardScaler(), *([model] if predicts else [model, DummyRegressor()]))
    parameter = "fit_intercept" if hasattr(model, "fit_intercept") else "estimator__fit_intercept"
    search = GridSearchCV(whole, {f"{whole.steps[1][0]}__{parameter}": [True]}, cv=2)
    wrapper = TransformedTargetRegressor(whole, func=np.negative, inverse_func=np.negative)
    others = [clone(whole), search, *([wrapper] if suited(type(model), Y) is Y else [])]
    for y in targets:
        for each in others:
            caught.setdefault(type(each), []).extend(heard(lambda e, y: e.fit(X, y), each, y))
        judged = heard(lambda y: cross_val_score(whole, X, y, cv=2, scoring="r2"), y)
        caught.setdefault(cross_val_score, []).extend(judged)
    assert all(caught.values()), caught


def test_a_subclass_of_the_users():
    """Its ``super().fit`` is the user's line."""

    class Mine(ProximalLasso):
        def fit(self, X, y):
            return super().fit(X, y)

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        make_pipeline(StandardScaler(), Mine(1e6)).fit(X, Y)
    assert [each.filename for each in caught] == [__file__]
    assert caught[0].lineno == Mine.fit.__code__.co_firstlineno + 1


# Functions -----------------------------------------------------------------------------------

HASTY = {"max_iter": 1, "tol": 0.0}
TALL, ITS = problem(60, 12)
UNITS = np.array([1e-8, 1e8, 1.0] * 4)
BOWL = shrinkage.Bowl([[2.0, 1.0], [1.0, 2.0]], [1.0, 0.5])
DISTANT_DATA = dask_array.from_array(X, chunks=(10, -1)), dask_array.from_array(Y, chunks=10)
#: So many features that one round, or one sweep, does not solve for all of them.
WIDE, SOUGHT = problem(60, 700, nonzero=20, noise=2.0)
DISTANT_WIDE = (
    dask_array.from_array(WIDE, chunks=(20, -1)),
    dask_array.from_array(SOUGHT, chunks=20),
)
#: A call of each function that makes it warn, in one line.
CALLS = {
    "skl1.lasso_path": lambda: skl1.lasso_path(WIDE, SOUGHT, n_alphas=4, **HASTY),
    "skl1.lp_path": lambda: skl1.lp_path(WIDE, SOUGHT, p=1, n_alphas=4, **HASTY),
    "skl1.mcp_path": lambda: skl1.mcp_path(WIDE, SOUGHT, n_alphas=4, **HASTY),
    "skl1.scad_path": lambda: skl1.scad_path(WIDE, SOUGHT, n_alphas=4, **HASTY),
    "skl1.log_sum_path": lambda: skl1.log_sum_path(WIDE, SOUGHT, n_alphas=4, **HASTY),
    "skl1.ridge_path": lambda: skl1.ridge_path(TALL * UNITS, ITS, alphas=[1e-16], max_iter=100),
    "skl1.adaptive_weights": lambda: skl1.adaptive_weights(X, Y, initial=np.zeros(40)),
    "skl1.debiased_lasso": lambda: skl1.debiased_lasso(X, Y, features=[1], **HASTY),
    "skl1.dask.lasso_path": lambda: remote.lasso_path(*DISTANT_WIDE, n_alphas=4, **HASTY),
    "skl1.shrinkage.zeros_found": lambda: shrinkage.zeros_found(alpha=1e5, n_draws=2),
    "skl1.shrinkage.Bowl.within": lambda: BOWL.within(1, 0.3),
    "skl1.displays.CoefficientPathDisplay.from_estimator": lambda: CurveOf.from_estimator(
        ProximalLasso(**HASTY), WIDE, SOUGHT
    ),
}
#: Functions that have nothing to warn of.
SILENT = {
    "skl1.coef_frame",
    "skl1.subset_path",
    "skl1.shrinkage.balance",
    "skl1.shrinkage.corner_shares",
    "skl1.shrinkage.norm_reduction",
    "skl1.shrinkage.optimal_edge",
    "skl1.shrinkage.penalty_descent",
    "skl1.shrinkage.zero_alphas",
}


def test_every_function_has_a_call():
    assert {name for name in FUNCTIONS if name not in SILENT} <= set(CALLS)


@pytest.mark.parametrize("name", CALLS)
def test_functions(name, monkeypatch):
    """At that line, and of convergence with the figures."""
    rounds_fall_short(monkeypatch)
    monkeypatch.setattr(ball, "KKT", -1.0)
    caught = heard(CALLS[name])
    assert caught
    for each in caught:
        if issubclass(each.category, ConvergenceWarning):
            assert re.search(r"(gap is|alpha=)[ ]?\d", str(each.message)), each
