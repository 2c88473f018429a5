"""The lower bound of the global minimum."""

import numpy as np
import pytest
from scipy.optimize import minimize

import skl1
from common import quiet
from covering import pairs
from nonconvex_data import KIN, correlated
from skl1.designs import make_design
from skl1.losses import Huber, Logistic, Poisson
from skl1.penalties import Lp
from skl1.problems import unpenalised
from skl1.problems.problem import Problem
from skl1.problems.smooth import SmoothProblem
from skl1.search.lower_bound import least_loss, lower_bound

pytestmark = pytest.mark.filterwarnings("error")


@pytest.mark.slow
@pairs(cls=KIN, options=[{}, {"l2": 0.2}, {"positive": True}], seed=range(6))
def test_no_point_is_below_the_lower_bound(cls, options, seed):
    """Of thousands of points around the best ones, none is; the bound is no triviality."""
    rng = np.random.default_rng(seed)
    n, p = [(30, 6), (40, 15), (15, 25)][seed % 3]
    X, y = correlated(seed, n, p)
    u = rng.uniform(0.3, 3.0, p)
    u[0], u[-1] = 0.0, np.inf
    model = cls(alpha=rng.uniform(0.05, 0.5), penalty_weights=u, **options)
    with quiet():
        model.fit(X, y)
    problem = model.pose(X, y)[1]
    values = [
        problem.at(w).objective
        for noise in (0.01, 0.1, 1.0)
        for w in model.coef_ + noise * rng.standard_normal((200, p)) * (rng.random((200, p)) < 0.5)
        if (w[-1:] == 0.0).all() and (not model.positive or w.min() >= 0.0)
    ]
    assert model.lower_bound_ <= min([*values, model.objective_]) * (1.0 + 1e-12)
    assert model.lower_bound_kind_ == "dual" or n < p


def test_the_bound_is_trivial_where_nothing_is_known():
    """p = 0 with more columns than rows: no coefficient is bounded."""
    X, y = correlated(0, 10, 20)
    model = skl1.NonconvexLpRegressor(0.05, p=0).fit(X, y)
    assert (model.lower_bound_, model.lower_bound_kind_) == (0.0, "trivial")
    assert model.optimality_gap_ == pytest.approx(model.objective_ / (0.5 * np.var(y)))


def test_the_bound_does_not_depend_on_the_point():
    """A worse point gives a weaker bound, never a wrong one."""
    X, y = correlated(3)
    problem = Problem(make_design(X, y), Lp(0.2, 0.5), np.ones(8))
    null = problem.null.objective
    best = skl1.NonconvexLpRegressor(0.2).fit(X, y).objective_
    bounds = [lower_bound(problem, value).value for value in (best, 1.2 * best, null)]
    assert bounds[0] >= bounds[1] - 1e-9 * null >= bounds[2] - 2e-9 * null
    assert max(bounds) <= best


def test_a_gap_of_zero_is_a_proof():
    """Orthogonal columns far from the threshold: the bound closes."""
    rng = np.random.default_rng(0)
    Q = np.linalg.qr(rng.standard_normal((60, 5)))[0] * np.sqrt(60)
    y = Q @ [5.0, -4.0, 0.0, 0.0, 0.0]
    model = skl1.NonconvexLpRegressor(0.01, p=0.9, fit_intercept=False).fit(Q, y)
    assert model.optimality_gap_ < 1e-3


@pytest.mark.parametrize("loss", [Logistic(), Poisson(), Huber(0.5)], ids=str)
def test_the_least_loss_is_that_without_a_penalty(loss):
    """To a millionth, by SciPy; an excluded feature stays out."""
    X, y = correlated(1, 60, 5)
    y = {"Logistic": np.sign(np.tanh(y)) * 0.5 + 0.5, "Poisson": np.round(np.exp(y / 3.0))}.get(
        type(loss).__name__, y
    )
    y[:9] = y[8::-1]
    u = np.array([1.0, 0.0, 2.0, 1.0, np.inf])
    problem = SmoothProblem(make_design(X, y), Lp(0.1, 0.5), u, loss=loss)
    design, columns = problem.design, np.column_stack([np.ones(60), X[:, :4]])

    def objective(w):
        value, slopes, _ = problem.look(columns @ w)
        return value, columns.T @ (design.weights * slopes)

    least = minimize(objective, np.zeros(5), jac=True, options={"gtol": 1e-9}).fun
    found = least_loss(problem)
    assert (1.0 - 1e-6) * least <= found <= least * (1.0 + 1e-12)
    assert found > 0.05 * problem.null.objective


def test_a_loss_that_falls_to_nothing_is_not_followed_to_its_end(monkeypatch):
    """Separated classes: it is not asked whether there is a minimum, and no bound is told."""
    X, _ = correlated(2, 60, 5)
    design = make_design(X, (X[:, 0] > 0.1).astype(float))
    problem = SmoothProblem(design, Lp(0.1, 0.5), np.ones(5), loss=Logistic())
    steps, newton = [], unpenalised.Unpenalised.newton
    monkeypatch.setattr(unpenalised, "falls_for_ever", None)
    monkeypatch.setattr(
        unpenalised.Unpenalised, "newton", lambda *given: steps.append(1) or newton(*given)
    )
    assert least_loss(problem) == 0.0
    assert 0 < len(steps) < 15


def test_a_step_by_which_nothing_falls_is_not_taken(monkeypatch):
    """Not even a share of zero of it: it may be infinite."""
    X, y = correlated(2, 60, 5)
    design = make_design(X, (y > 0.0).astype(float))
    problem = SmoothProblem(design, Lp(0.1, 0.5), np.zeros(5), loss=Logistic())
    part = problem.core.refitted_part
    endless = np.full(part.basis.shape[1], np.inf)
    step = np.inf, endless, np.inf
    monkeypatch.setattr(unpenalised.Unpenalised, "newton", lambda *_: step)
    with np.errstate(invalid="ignore"):  # as within a fit
        fit = part.refit(np.zeros(60), 0.0, np.zeros(endless.size))
    assert np.isfinite(fit.predictions).all()
    assert not fit.along.any()
