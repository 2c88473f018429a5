"""Every loss against its definition, and the squared one against the design that stands for it."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from common import concrete
from skl1.designs import make_design
from skl1.losses import Loss, Squared
from skl1.penalties import L1
from skl1.problems.certificates import certify
from skl1.problems.problem import Problem

LOSSES = [cls() for cls in concrete(Loss)]
every = pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: type(loss).__name__)
RESPONSES = (-3.0, -0.5, 0.0, 1.0, 40.0)
PREDICTIONS = (-20.0, -1.0, 0.0, 0.3, 2.5)


def test_there_is_one():
    assert Squared in {type(loss) for loss in LOSSES}


@every
@pytest.mark.parametrize("y", RESPONSES)
def test_the_least_value_is_zero(loss, y):
    best = minimize_scalar(lambda t: loss.value(y, t), bracket=(y - 1.0, y + 1.0)).fun
    assert best == pytest.approx(0.0, abs=1e-12)
    assert min(loss.value(y, t) for t in PREDICTIONS) >= 0.0


@every
@pytest.mark.parametrize("y", RESPONSES)
@pytest.mark.parametrize("t", PREDICTIONS)
def test_derivatives_are_those_of_the_value(loss, y, t):
    h = 1e-5 * (1.0 + abs(t))
    slope = (loss.value(y, t + h) - loss.value(y, t - h)) / (2.0 * h)
    assert loss.slope(y, t) == pytest.approx(slope, rel=1e-6, abs=1e-6)
    curvature = (loss.slope(y, t + h) - loss.slope(y, t - h)) / (2.0 * h)
    assert loss.curvature(y, t) == pytest.approx(curvature, rel=1e-6, abs=1e-6)
    assert loss.curvature(y, t) <= loss.curvature_bound


@every
@pytest.mark.parametrize("y", RESPONSES)
@pytest.mark.parametrize("v", [-2.0, -0.1, 0.0, 0.7])
def test_conjugate_is_a_supremum(loss, y, v):
    def less(t):
        return loss.value(y, t) - v * t

    found = minimize_scalar(less, bracket=(y - 1.0, y + 1.0), tol=1e-12)
    assert loss.conjugate(y, v) == pytest.approx(-found.fun, rel=1e-9, abs=1e-9)
    # Equality in Fenchel's inequality is where v is the slope.
    t = 1.3
    slope = loss.slope(y, t)
    assert loss.conjugate(y, slope) + loss.value(y, t) == pytest.approx(slope * t)


def test_a_design_answers_for_the_sum_over_samples():
    """What a problem says of a point is the weighted mean of the loss and of its slopes."""
    rng = np.random.default_rng(0)
    X, y, s = rng.normal(size=(30, 4)), rng.normal(size=30), rng.uniform(0.5, 2.0, 30)
    problem = Problem(make_design(X, y, s), L1(0.1), np.ones(4))
    w, loss, share = rng.normal(size=4), problem.loss, s / s.sum()
    point, b = problem.at(w), problem.design.intercept(w)
    values = [loss.value(*each) for each in zip(y, X @ w + b, strict=True)]
    slopes = np.array([loss.slope(*each) for each in zip(y, X @ w + b, strict=True)])
    assert point.loss == pytest.approx(share @ values)
    np.testing.assert_allclose(point.z, -X.T @ (share * slopes), atol=1e-14)


def test_the_gap_is_that_of_fenchel():
    """The closed form for squares is primal less dual, with the conjugates of loss and penalty."""
    rng = np.random.default_rng(1)
    X, y, s = rng.normal(size=(40, 6)), rng.normal(size=40), rng.uniform(0.5, 2.0, 40)
    alpha, share = 0.05, s / s.sum()
    problem = Problem(make_design(X, y, s), L1(alpha), np.ones(6))
    for w in (np.zeros(6), 0.1 * rng.normal(size=6), rng.normal(size=6)):
        point = problem.at(w)
        r = y - X @ w - problem.design.intercept(w)
        z = X.T @ (share * r)
        # The best multiple of the residual that is feasible: the dual is a parabola along it.
        limit = alpha / np.abs(z).max()
        c = np.clip((share * y) @ r / (share @ r**2), -limit, limit)
        dual = -sum(
            weight * problem.loss.conjugate(each, -c * left)
            for weight, each, left in zip(share, y, r, strict=True)
        )
        assert certify(problem, point).error == pytest.approx(point.objective - dual, rel=1e-9)


def test_a_loss_without_a_solver_is_refused():
    class Half(Squared):
        @property
        def quadratic(self):
            return False

    design = make_design(np.eye(3), np.arange(3.0))
    with pytest.raises(ValueError, match="loss must be the squared one"):
        Problem(design, L1(1.0), np.ones(3), loss=Half())
