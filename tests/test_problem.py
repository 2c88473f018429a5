"""What a problem says of its bounds, its target and its kin."""

import numpy as np
import pytest

from skl1.designs import make_design
from skl1.penalties import L1, MCP, Bounded, Lp, NonNegative
from skl1.problems import moments
from skl1.problems.model import Model, coefficients
from skl1.problems.problem import Problem
from skl1.search.lasso import entry_share, lasso_at, lasso_of

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(30, 5)), RNG.normal(size=30)


def posed(penalty=None, **bounds):
    return Problem(make_design(X, Y), penalty or L1(0.1), np.ones(5), **bounds)


@pytest.mark.parametrize("lower", [0.0, np.zeros(5)])
def test_a_lower_bound_of_zero_is_a_sign_constraint(lower):
    problem = posed(lower=lower)
    assert isinstance(problem.penalty, NonNegative)
    np.testing.assert_array_equal(problem.lower, np.zeros(5))
    np.testing.assert_array_equal(
        problem.clip(np.array([-1.0, 0.0, 2.0, -0.5, 1.0])), [0, 0, 2, 0, 1]
    )
    same = posed(NonNegative(L1(0.1)))
    np.testing.assert_array_equal(same.lower, np.zeros(5))
    assert same.alpha_max == problem.alpha_max


def test_without_bounds_nothing_is_clipped():
    problem = posed(lower=np.full(5, -np.inf))
    assert not problem.bounded
    assert type(problem.penalty) is L1
    assert problem.clip(w := np.array([-1.0, 0.0, 2.0, -0.5, 1.0])) is w


def test_bounds_of_a_problem_and_of_its_penalty_hold_both():
    problem = posed(NonNegative(L1(0.1)), lower=-1.0, upper=np.arange(5.0))
    assert isinstance(problem.penalty, Bounded)
    assert type(problem.penalty.inner) is L1
    np.testing.assert_array_equal(problem.lower, np.zeros(5))
    np.testing.assert_array_equal(problem.upper, np.arange(5.0))
    np.testing.assert_array_equal(problem.included, np.arange(5) > 0)  # both bounds are 0
    other = posed(lower=-1.0, upper=np.arange(5.0)).with_penalty(NonNegative(L1(0.1)))
    np.testing.assert_array_equal(other.lower, np.zeros(5))


@pytest.mark.parametrize("bounds", [{"lower": 0.1}, {"upper": -1.0}, {"lower": np.nan}])
def test_bounds_that_leave_out_zero_are_refused(bounds):
    with pytest.raises(ValueError, match="lower must be at most 0"):
        posed(**bounds)


@pytest.mark.parametrize(
    "bounds", [{"lower": 0.0}, {"upper": 1.0}, {"lower": np.r_[0.0, np.full(4, -np.inf)]}]
)
def test_bounds_stay_with_the_problem(bounds):
    problem = posed(**bounds)
    kin = [
        problem.with_penalty(MCP(0.1, 3.0)),
        problem.at_alpha(0.2),
        problem.scaled(3.0),
        problem.reweighted(np.full(5, 2.0)),
        problem.narrowed_to(np.arange(5) < 2),
        problem.beside(np.arange(5) < 1),
        lasso_of(problem),
        moments.on_moments(problem),
    ]
    for each in kin:
        assert each.bounded
        np.testing.assert_array_equal(each.lower, problem.lower)
        np.testing.assert_array_equal(each.upper, problem.upper)
        assert each.penalty.upper is problem.penalty.upper


def test_a_target_is_a_share_of_the_null_objective_or_of_the_spread():
    assert posed().target(1e-3) == 1e-3 * posed().null.objective
    assert posed(Lp(0.1, 0.5)).target(1e-3) == 1e-3


def test_the_lasso_of_a_problem_lets_the_same_share_of_the_largest_correlation_pass():
    problem = posed(Lp(0.1, 0.5), lower=0.0)
    lasso = lasso_at(problem, 2.0)
    share = (0.1 / problem.alpha_max) ** (1.0 / problem.penalty.order)
    assert entry_share(problem, 0.1) == share
    assert lasso.penalty.strength == share * lasso_of(problem).alpha_max
    np.testing.assert_array_equal(lasso.weights, np.full(5, 2.0))


def test_moments_are_formed_once_for_all_penalties():
    problem = posed()
    first = moments.for_search(problem)
    assert moments.for_path(problem.at_alpha(2.0)).design is first.design
    assert not first.design.has_rows


@pytest.mark.parametrize(
    ("n", "p", "formed"),
    [(10, 500, True), (10, 501, False), (4000, 4000, True), (9000, 4001, False)],
)
def test_which_paths_work_on_moments(n, p, formed):
    assert moments.paths_on_moments(n, p) is formed


def test_free_features_under_a_sign_constraint_need_the_data():
    problem = Problem(make_design(X, Y), L1(0.1), np.array([0.0, 1, 1, 1, 1]), lower=0.0)
    assert moments.for_path(problem) is problem


def test_a_model_keeps_what_is_in_use():
    problem = posed()
    point = problem.at(np.array([0.0, 1.0, 0.0, -2.0, 0.0]))
    known = {"error": 1.0, "bound": 0.0, "stop_reason": "", "converged": False}
    model = Model.of(0.1, point, n_iter=3, **known)
    assert model.features.tolist() == [1, 3]
    assert model.values.tolist() == [1.0, -2.0]
    assert (model.objective, model.loss) == (point.objective, point.loss)
    again = model.at(problem.null, error=0.0, bound=0.0, converged=True)
    assert (again.n_iter, again.alpha, again.features.size) == (3, 0.1, 0)
    np.testing.assert_array_equal(coefficients([model, again], 5), [point.w, np.zeros(5)])
