"""The developers' side of estimators: from parameters and data to a problem, and back to a fit."""

from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import skl1
from common import concrete, label, problem, quiet, takes_any_response, variants
from skl1.designs import make_design
from skl1.estimators.base import PenalisedRegressor

X, Y = problem(50, 6, noise=1.0)
S = np.linspace(0.5, 2.0, Y.size)
EVERY = [*variants(), skl1.BestSubsetRegressor(2)]
every = pytest.mark.parametrize("estimator", EVERY, ids=label)


def test_every_estimator_is_tried():
    expected = {cls for cls in concrete(PenalisedRegressor) if takes_any_response(cls)}
    assert {type(estimator) for estimator in EVERY} == expected


@every
def test_pose_is_the_problem_of_fit(estimator):
    """Of the data as validated; the estimator, fitted or not, stays as it is."""
    before = dict(vars(estimator))
    checked, posed = estimator.pose(X.tolist(), Y, S)
    assert vars(estimator) == before
    assert (checked == X).all()
    with quiet():
        model = type(estimator)(**estimator.get_params()).fit(X, Y, S)
    state = dict(vars(model))
    model.pose(X[:, :3], Y)
    assert vars(model).keys() == state.keys()
    assert all(vars(model)[name] is state[name] for name in state)
    if hasattr(model, "alpha_max_"):
        assert posed.alpha_max == pytest.approx(model.alpha_max_, rel=1e-12)
    if hasattr(model, "dual_gap_"):
        coef = getattr(model, "lasso_coef_", model.coef_)
        assert_allclose(posed.at(coef).objective, model.objective_, rtol=1e-12)


@every
def test_problem_on_a_design(estimator):
    """The same problem, of data that are a design already."""
    _, posed = estimator.pose(X, Y, S)
    again = estimator.problem_on(make_design(X, Y, S, estimator.fit_intercept))
    assert repr(again.penalty) == repr(posed.penalty)
    assert_array_equal(again.weights, posed.weights)
    assert again.null.objective == posed.null.objective


@every
def test_fit_problem(estimator):
    """A fit to data that were posed at another alpha is the fit to them."""
    strength = {"k": 1} if hasattr(estimator, "k") else {"alpha": 3.0 * estimator.alpha}
    model = type(estimator)(**{**estimator.get_params(), "warm_start": False, "tol": 1e-9})
    _, posed = model.pose(X, Y, S)
    model.set_params(**strength)
    with quiet():
        model.fit_problem(posed)
        fitted = type(model)(**model.get_params()).fit(X, Y, S)
    assert_allclose(model.coef_, fitted.coef_, rtol=1e-6, atol=1e-6)
    assert_allclose(model.objective_, fitted.objective_, rtol=1e-9)
    assert model.converged_ == fitted.converged_


@every
def test_what_is_not_valid_is_refused(estimator):
    wrong = type(estimator)(**{**estimator.get_params(), "tol": -1.0})
    for pose in (lambda: wrong.pose(X, Y), lambda: wrong.problem_on(make_design(X, Y))):
        with pytest.raises(ValueError, match="'tol' parameter"):
            pose()
    with pytest.raises(ValueError, match="NaN"):
        estimator.pose(np.full_like(X, np.nan), Y)
    short = type(estimator)(**{**estimator.get_params(), "penalty_weights": [1.0]})
    with pytest.raises(ValueError, match="one entry for each of the 6 features"):
        short.pose(X, Y)


@every
def test_without_a_penalty_every_feature_is_free(estimator):
    """Nothing charges for coefficients: alpha is 0, and l2 if there is one. A bound is another."""
    params = estimator.get_params()
    nothing = {name: 0.0 for name in ("alpha", "l2") if name in params}
    _, posed = type(estimator)(**{**params, **nothing}).pose(X, Y)
    assert posed.free.all() == ("alpha" in params)
    for name in nothing:
        _, posed = type(estimator)(**{**params, **nothing, name: 1.0}).pose(X, Y)
        assert not posed.free.any()


def test_no_module_reaches_for_private_members_of_others():
    """ruff finds them (SLF001); an exception from that is one in a file that is made for it."""
    root = Path(skl1.__file__).parent
    marked = [path.name for path in root.rglob("*.py") if "SLF001" in path.read_text()]
    assert marked == ["exceptions.py"]  # a frame of Python's own
