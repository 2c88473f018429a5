"""Every loss against its definition, and the squared one against the design that stands for it."""

from decimal import Decimal, localcontext

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from contracts import examples_of
from skl1.designs import make_design
from skl1.losses import Huber, Logistic, Loss, Poisson, Squared
from skl1.losses.elementwise import levelled, looked
from skl1.penalties import L1
from skl1.problems.certificates import certify
from skl1.problems.problem import Problem

#: Examples of every loss, and responses that it is made for.
EXAMPLES = {
    Squared: [(Squared(), (-3.0, -0.5, 0.0, 1.0, 40.0))],
    Logistic: [(Logistic(), (0.0, 1.0))],
    Poisson: [(Poisson(), (0.0, 1.0, 2.5, 40.0))],
    Huber: [(Huber(1.0), (-3.0, 0.0, 1.1, 40.0)), (Huber(0.1), (-3.0, 0.0, 40.0))],
}
CASES = [(loss, y) for loss, responses in examples_of(Loss, EXAMPLES) for y in responses]
PREDICTIONS = (-20.0, -1.02, 0.0, 0.3, 2.5, 17.0)
every = pytest.mark.parametrize(("loss", "y"), CASES, ids=str)


def test_there_is_one():
    assert any(isinstance(loss, Squared) for loss, _ in CASES)


@every
def test_the_least_value_is_zero(loss, y):
    values = [loss.value(y, t) for t in np.linspace(-60.0, 60.0, 2401)]
    assert min(values) == pytest.approx(0.0, abs=1e-2)
    assert min(values) >= 0.0
    t = minimize_scalar(lambda t: loss.value(y, t), bounds=(-60.0, 60.0), method="bounded").x
    assert loss.value(y, t) == pytest.approx(0.0, abs=1e-9)


@every
@pytest.mark.parametrize("t", PREDICTIONS)
def test_derivatives_are_those_of_the_value(loss, y, t):
    """In 80 digits, so that nothing is lost in a difference."""
    with localcontext() as context:
        context.prec = 80
        at, h = Decimal(t), Decimal(10) ** -20
        f = [DEFINITIONS[type(loss)](loss, Decimal(y), at + k * h) for k in (-1, 0, 1)]
        value, slope, curvature = f[1], (f[2] - f[0]) / (2 * h), (f[2] - 2 * f[1] + f[0]) / h**2
    assert loss.value(y, t) == pytest.approx(float(value), rel=1e-13, abs=1e-300)
    assert loss.slope(y, t) == pytest.approx(float(slope), rel=1e-13, abs=1e-30)
    assert loss.curvature(y, t) == pytest.approx(float(curvature), rel=1e-10, abs=1e-12)
    assert loss.curvature(y, t) <= loss.curvature_bound


def huber(loss, y, t):
    delta, size = Decimal(loss.delta), abs(y - t)
    return size**2 / 2 if size <= delta else delta * size - delta**2 / 2


def poisson(loss, y, t):
    return t.exp() - y * t - (y - y * y.ln() if y > 0 else 0)


#: The losses as textbooks have them.
DEFINITIONS = {
    Squared: lambda _, y, t: (y - t) ** 2 / 2,
    Logistic: lambda _, y, t: (1 + t.exp()).ln() - y * t,
    Poisson: poisson,
    Huber: huber,
}


@every
@pytest.mark.parametrize("t", PREDICTIONS)
def test_where_it_bends_gradually_the_third_derivative_is_no_larger_than_the_second(loss, y, t):
    h = 1e-4
    third = (loss.curvature(y, t + h) - loss.curvature(y, t - h)) / (2.0 * h)
    assert not loss.gradual or abs(third) <= loss.curvature(y, t) * (1.0 + 1e-6)


@pytest.mark.parametrize("loss", list(dict.fromkeys(loss for loss, _ in CASES)), ids=str)
@pytest.mark.parametrize("size", [1, 7, 400])
@pytest.mark.parametrize("start", [0.0, -2.0, 1e-9])
def test_the_best_shift_and_the_samples_there(loss, size, start):
    """As if all of it were computed at the end; wherever the search for it begins."""
    responses = [y for other, y in CASES if other is loss]
    rng = np.random.default_rng(size)
    y, t = np.resize(responses, 2 * size).astype(float), rng.normal(size=2 * size)
    s = rng.uniform(0.5, 1.5, 2 * size) * (np.arange(2 * size) != 1) + (size == 1)
    s /= s.sum()
    begin = loss.constant(float(s @ y)) + start
    b, (total, slopes, curvatures) = levelled(loss, y, s, t, begin)
    right = looked(loss, y, s, t + b)
    assert total == pytest.approx(right[0], rel=1e-13, abs=1e-300)
    np.testing.assert_allclose(slopes, right[1], rtol=1e-10, atol=1e-13)
    np.testing.assert_allclose(curvatures, right[2], rtol=1e-6, atol=1e-13)
    assert abs(s @ slopes) <= 1e-14 * np.sqrt(s.size) * (s @ np.abs(slopes))


@every
def test_conjugate_is_a_supremum(loss, y):
    for t in PREDICTIONS:
        for share in (0.0, 0.3, 1.0):
            v = share * loss.slope(y, t)
            ends = (-1000.0, 1000.0)
            found = minimize_scalar(
                lambda t, v=v: min(loss.value(y, t) - v * t, 1e300), bounds=ends, method="bounded"
            )
            best = min(found.fun, *(loss.value(y, e) - v * e for e in (*PREDICTIONS, -999.0)))
            assert loss.conjugate(y, v) >= -best - 1e-9 * (1.0 + abs(best))
        # Equality in Fenchel's inequality is where v is the slope.
        v = loss.slope(y, t)
        both = loss.conjugate(y, v) + loss.value(y, t)
        assert both == pytest.approx(v * t, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(
    ("loss", "y", "v"),
    [
        (Logistic(), 0.0, -0.1),
        (Logistic(), 0.0, 1.1),
        (Logistic(), 1.0, 0.1),
        (Poisson(), 2.0, -2.1),
        (Huber(0.5), 3.0, 0.6),
    ],
    ids=str,
)
def test_conjugate_is_infinite_where_no_slope_is(loss, y, v):
    assert loss.conjugate(y, v) == np.inf
    edge = {Logistic: -y, Poisson: -y, Huber: 0.5}[type(loss)]
    assert np.isfinite(loss.conjugate(y, edge))


@every
def test_far_predictions_do_not_overflow(loss, y):
    for t in (-1e8, -750.0, 750.0, 1e8):
        value, slope = loss.value(y, t), loss.slope(y, t)
        assert value >= 0.0
        assert np.isfinite(slope)
        assert np.isfinite(loss.curvature(y, t))


def test_check_says_what_is_wrong():
    assert "0 or 1" in Logistic().check(np.array([0.0, 0.5]))
    assert "negative" in Poisson().check(np.array([1.0, -1.0]))
    assert "zero for all" in Poisson().check(np.zeros(3))
    assert not Logistic().check(np.array([0.0, 1.0]))
    assert not Poisson().check(np.array([0.0, 1.0]))
    assert not Huber(1.0).check(np.array([-5.0]))


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
