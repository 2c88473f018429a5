"""The table of arguments: every one of scikit-learn is there, and every one of ours exists."""

import inspect
import re

import pytest
import sklearn.linear_model
import sklearn.model_selection
from sklearn.utils import all_estimators

import skl1
from common import concrete
from skl1.estimators.base import PenalisedRegressor
from skl1.model_selection.path_cv import PathCV
from test_docs import ROOT

TEXT = (ROOT / "docs/arguments.md").read_text("utf-8")
SINGLE = ("Lasso", "ElasticNet", "MultiTaskLasso")
SEARCHES = ("LassoCV", "ElasticNetCV", "MultiTaskLassoCV")
#: Arguments of glmnet, cv.glmnet and relax.glmnet (4.1), but for fit, path.start and dots.
GLMNET = frozenset(
    {
        "x",
        "y",
        "family",
        "weights",
        "offset",
        "alpha",
        "nlambda",
        "lambda.min.ratio",
        "lambda",
        "standardize",
        "intercept",
        "thresh",
        "dfmax",
        "pmax",
        "exclude",
        "penalty.factor",
        "lower.limits",
        "upper.limits",
        "maxit",
        "type.gaussian",
        "type.logistic",
        "standardize.response",
        "type.multinomial",
        "relax",
        "trace.it",
        "type.measure",
        "nfolds",
        "foldid",
        "alignment",
        "grouped",
        "keep",
        "parallel",
        "gamma",
        "maxp",
        "path",
    }
)


def rows(title):
    """The cells of each row of the table below a title."""
    section = TEXT.split(f"\n## {title}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")][2:]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    assert all(len(row) == 4 for row in cells), cells
    return cells


def codes(cell):
    return re.findall(r"`([^`]+)`", cell)


def signatures():
    """Every parameter of a public class or function, and of its methods."""
    found = set()
    for name in skl1.__all__:
        thing = getattr(skl1, name)
        if not callable(thing) or (isinstance(thing, type) and issubclass(thing, Warning)):
            continue
        found |= set(inspect.signature(thing).parameters)
        methods = [getattr(thing, each, None) for each in ("fit", "fit_moments", "fit_path")]
        for method in filter(callable, methods):
            found |= set(inspect.signature(method).parameters)
    return found


@pytest.mark.parametrize("name", [*SINGLE, *SEARCHES])
def test_every_argument_of_scikit_learn_is_there(name):
    said = {code: row[1] for row in rows("scikit-learn") for code in codes(row[0])}
    for argument in inspect.signature(getattr(sklearn.linear_model, name)).parameters:
        if argument == "n_alphas":  # until it is part of alphas, as it is of ours
            continue
        assert argument in said, f"{argument} of {name} is not in the table"
        where = said[argument]
        kind = "CV classes" if name in SEARCHES else name
        multi = name.startswith("MultiTask") and "but the multi-task ones" in where
        assert not multi, f"{argument} of {name} is said not to be there"
        assert kind in where or name in codes(where) or where.startswith("all"), (name, argument)


def test_every_argument_of_glmnet_is_there():
    said = [code for row in rows("glmnet") for code in codes(row[0])]
    assert set(said) >= GLMNET
    assert len(said) == len(set(said))


@pytest.mark.parametrize("title", ["scikit-learn", "glmnet"])
def test_ours_exist(title):
    """As a parameter of some signature, or as a public name."""
    known = signatures() | set(skl1.__all__) | {"fit"}
    for theirs, _, ours, _ in rows(title):
        assert codes(ours) or ours == "none", f"{theirs} has no answer"
        for code in codes(ours):
            assert code in known, f"{code}, which stands for {theirs}, does not exist"


def test_what_remarks_name_exists():
    """Names of classes, functions and methods; and values that are given to parameters."""
    known = signatures() | set(skl1.__all__)
    known |= {name for name, _ in all_estimators()} | set(sklearn.model_selection.__all__)
    for kind in concrete(PenalisedRegressor) | concrete(PathCV):
        known |= {name for name in dir(kind) if not name.startswith("_")}
    known |= {"history_", *GLMNET}
    for title in ("scikit-learn", "glmnet"):
        for row in rows(title):
            for code in codes(row[3]):
                assert re.match(r"\w[\w.]*", code)[0] in known, code
