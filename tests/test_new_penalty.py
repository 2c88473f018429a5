"""A new penalty takes three files: ``capped_l1`` is added as a developer would, and does all."""

import ast
import inspect
import io
import pickle
import tokenize
from functools import partial
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.utils.estimator_checks import estimator_checks_generator

import capped_l1
import skl1
from capped_l1.estimator import CappedL1Regressor
from capped_l1.penalty import CappedL1
from capped_l1.search import CappedL1RegressorCV
from common import EDGE, EMPTY, FOLD, NO_CONVERGENCE, objective, problem, quiet
from skl1 import MCPRegressor, MCPRegressorCV
from skl1.exceptions import GridEdgeWarning

pytestmark = [pytest.mark.filterwarnings(kind) for kind in (NO_CONVERGENCE, EMPTY, EDGE, FOLD)]

X, Y = problem(60, 8, noise=1.0)
FILES = [path for path in Path(capped_l1.__file__).parent.glob("*.py") if path.stem != "__init__"]
#: Those of a penalty that is in the package.
OF_PACKAGE = [Path(inspect.getfile(cls)) for cls in (MCPRegressor, MCPRegressorCV)]


def lines_of_logic(path):
    """Lines of code that are neither imports, signatures, docstrings, comments nor blank."""
    source = path.read_text()
    lines = set()
    quiet = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in quiet | {tokenize.ENDMARKER}:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            lines.difference_update(range(node.lineno, node.end_lineno + 1))
        if isinstance(node, ast.FunctionDef):
            lines.difference_update(range(node.lineno, node.body[0].lineno))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            lines.difference_update(range(node.lineno, node.end_lineno + 1))
    return len(lines)


def test_it_takes_three_files_and_sixty_lines():
    assert len(FILES) == 3
    assert sum(map(lines_of_logic, FILES)) <= 60
    assert sum(map(lines_of_logic, OF_PACKAGE)) <= 16


CHECKS = [
    pytest.param(partial(check, estimator), id=f"{type(estimator).__name__}-{k}")
    for each in (CappedL1Regressor(alpha=0.1), CappedL1RegressorCV(n_alphas=5, cv=3))
    for k, (estimator, check) in enumerate(estimator_checks_generator(each))
]


@pytest.mark.parametrize("check", CHECKS)
def test_checks_of_scikit_learn(check):
    check()


def test_fit():
    """A certified minimum, no worse than any that coordinate steps from other points reach."""
    model = CappedL1Regressor(alpha=0.3, cap=0.8).fit(X, Y)
    assert model.converged_
    assert model.stationarity_ <= 1e-6
    assert 0 < np.count_nonzero(model.coef_) < X.shape[1]

    def value(coef, intercept):
        return objective(X, Y, coef, intercept, 0.3, charge=lambda w: 0.3 * np.minimum(w, 0.8))

    assert_allclose(model.objective_, value(model.coef_, model.intercept_))
    assert model.lower_bound_ <= model.objective_
    rng = np.random.default_rng(0)
    for size in (1e-3, 0.1, 1.0):
        for _ in range(50):
            moved = model.coef_ + size * rng.standard_normal(8) * rng.integers(0, 2, 8)
            assert value(moved, (Y - X @ moved).mean()) >= model.objective_ - 1e-9


def test_alpha_max():
    """The model is empty from alpha_max_ on, and not below."""
    with quiet():
        top = CappedL1Regressor(alpha=100.0).fit(X, Y).alpha_max_
        assert not CappedL1Regressor(alpha=top).fit(X, Y).coef_.any()
    assert CappedL1Regressor(alpha=0.9 * top).fit(X, Y).coef_.any()


def test_search():
    """Both grids are searched, and the chosen model is the estimator's at the same parameters."""
    with quiet(GridEdgeWarning):
        search = CappedL1RegressorCV(cap=[0.5, 2.0], n_alphas=8, cv=4).fit(X, Y)
    assert search.coef_path_.shape == (2, 8, 8)
    assert search.cap_ in {0.5, 2.0}
    assert search.cv_results_["param_cap"].tolist() == [0.5] * 8 + [2.0] * 8
    one = CappedL1Regressor(alpha=search.alpha_, cap=search.cap_).fit(X, Y)
    assert one.objective_ <= search.objective_ * (1.0 + 1e-9)
    with pytest.raises(ValueError, match="'cap' parameter of CappedL1Regressor must be"):
        CappedL1RegressorCV(cap=[-1.0]).fit(X, Y)
    with pytest.raises(ValueError, match="'cap' parameter of CappedL1RegressorCV must be"):
        CappedL1RegressorCV(cap=0.0).fit(X, Y)


@pytest.mark.parametrize("cls", [CappedL1Regressor, CappedL1RegressorCV])
def test_services(cls):
    """Signature, representation, clones, copies and parameters are those of any estimator."""
    model = cls(cap=2.0, tol=1e-5)
    assert repr(model) == f"{cls.__name__}(cap=2.0, tol=1e-05)"
    assert list(model.get_params()) == sorted(inspect.signature(cls).parameters)
    assert clone(model).get_params() == model.get_params()
    with quiet(GridEdgeWarning):
        model.fit(X, Y)
    assert_array_equal(pickle.loads(pickle.dumps(model)).coef_, model.coef_)


def test_docstrings_are_derived():
    text = CappedL1RegressorCV.__doc__
    assert "objective of ``CappedL1Regressor``" in text
    assert "alphas_ : ndarray of shape (n_alphas,) or (n_cap, n_alphas)" in text
    assert "CappedL1RegressorCV : The same with alpha chosen" in CappedL1Regressor.__doc__
    assert "@" not in text + CappedL1Regressor.__doc__


def test_a_search_may_say_itself_what_it_could_derive():
    """The hooks alone do, without ``of``."""

    class Own(CappedL1RegressorCV):
        _parameter_constraints: ClassVar[dict] = {
            **CappedL1RegressorCV._parameter_constraints,
            "cap": [*CappedL1Regressor._parameter_constraints["cap"], "array-like"],
        }

        def _kind(self):
            return Slanted

    class Slanted(CappedL1Regressor):
        def shaped(self):
            return CappedL1(self.alpha, 2.0 * self.cap)

    with quiet(GridEdgeWarning):
        doubled = Own(cap=0.4, alphas=[0.5, 0.1], cv=3).fit(X, Y)
        plain = CappedL1RegressorCV(cap=0.8, alphas=[0.5, 0.1], cv=3).fit(X, Y)
    assert_array_equal(doubled.coef_path_, plain.coef_path_)


@pytest.mark.parametrize("name", skl1.__all__)
def test_no_docstring_has_gaps(name):
    """Every paragraph that a docstring of the package asks for is there."""
    thing = getattr(skl1, name)
    assert not any(line.strip().startswith("@") for line in (thing.__doc__ or "").splitlines())
