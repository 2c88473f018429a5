"""Why L1 gives zeros and L2 does not: the numbers, and the agreement of the estimators."""

import numpy as np
import pytest
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Lasso

import skl1
from skl1 import shrinkage
from skl1.penalties import L1, MCP, Lp, SquaredL2
from skl1.shrinkage import (
    Bowl,
    balance,
    ball,
    corner_shares,
    corners,
    norm_reduction,
    penalty_descent,
)

EPS = 2.0**-10


def diabetes(columns=slice(None)):
    X, y = load_diabetes(return_X_y=True)
    return X[:, columns] * np.sqrt(len(y)), y


def test_norms_of_the_textbook_argument():
    """L1 falls by delta for both entries of (1, eps), the squared norm by little for eps."""
    delta = EPS / 2
    assert norm_reduction(L1(1.0), [1.0, EPS], delta).tolist() == [delta, delta]
    squared = norm_reduction(SquaredL2(2.0), [1.0, EPS], delta)
    assert squared.tolist() == [2 * delta - delta**2, 2 * EPS * delta - delta**2]
    assert squared[1] < EPS * squared[0]
    roots = norm_reduction(Lp(1.0, 0.5), [1.0, EPS], delta)
    assert roots[1] > 10 * roots[0]
    assert norm_reduction(Lp(1.0, 0.0), [1.0, EPS], EPS).tolist() == [0.0, 1.0]
    assert norm_reduction(L1(1.0), [-1.0, 0.25], 0.5).tolist() == [0.5, 0.0]  # across zero
    with pytest.raises(ValueError, match="delta"):
        norm_reduction(L1(1.0), [1.0], -1.0)


@pytest.mark.parametrize("method", shrinkage.METHODS)
def test_l1_arrives_in_exactly_ten_steps(method):
    way = penalty_descent(L1(1.0), 5.0, step=0.5, n_steps=30, method=method)
    assert way[:11].tolist() == [5.0 - 0.5 * k for k in range(11)]
    assert np.count_nonzero(way) == 10
    assert not way[10:].any()


def test_l2_halves_for_ever():
    way = penalty_descent(SquaredL2(1.0), 5.0, step=0.5, n_steps=1000)
    assert way.tolist() == [5.0 * 2.0**-k for k in range(1001)]
    assert way.all()
    proximal = penalty_descent(SquaredL2(1.0), 5.0, step=0.5, n_steps=200, method="proximal")
    np.testing.assert_allclose(proximal, 5.0 * 1.5 ** -np.arange(201.0))
    assert proximal.all()


def test_l2_with_step_one_arrives_at_once():
    assert penalty_descent(SquaredL2(1.0), 5.0, step=1.0, n_steps=2).tolist() == [5.0, 0.0, 0.0]


def test_subgradient_steps_oscillate_around_zero():
    way = penalty_descent(L1(1.0), 5.1, step=0.5, n_steps=1001)
    np.testing.assert_allclose(way[10::2], 0.1, rtol=0, atol=1e-12)
    np.testing.assert_allclose(way[11::2], -0.4, rtol=0, atol=1e-12)
    for step in (0.5, 0.05, 0.005):
        late = penalty_descent(L1(1.0), 5.1003, step=step, n_steps=3000)[-2:]
        assert late[0] * late[1] < 0.0
        assert abs(late[1] - late[0]) == pytest.approx(step)


@pytest.mark.parametrize("method", ["proximal", "truncated"])
def test_proximal_and_truncated_steps_land_on_zero(method):
    way = penalty_descent(L1(1.0), 5.1, step=0.5, n_steps=100, method=method)
    assert way[10] == pytest.approx(0.1)
    assert not way[11:].any()


def test_descents_of_other_penalties():
    """Below p = 1 the pull grows towards zero; the count does not pull at all but it has a jump."""
    lower = penalty_descent(Lp(1.0, 0.5), 5.0, n_steps=100, method="proximal")
    assert np.all(np.diff(np.diff(lower[lower != 0.0])) < 0.0)
    assert not lower[-1]
    assert (penalty_descent(Lp(1.0, 0.0), 5.0, n_steps=9) == 5.0).all()
    assert (penalty_descent(Lp(1.0, 0.0), 5.0, n_steps=9, method="proximal") == 5.0).all()
    assert not penalty_descent(Lp(1.0, 0.0), 0.9, n_steps=1, method="proximal")[1]
    assert penalty_descent(MCP(1.0, 3.0), 5.0, n_steps=9)[-1] == 5.0  # flat out there


@pytest.mark.parametrize(
    ("options", "name"),
    [({"step": 0.0}, "step"), ({"n_steps": -1}, "n_steps"), ({"method": "x"}, "method")],
)
def test_descents_refuse(options, name):
    with pytest.raises(ValueError, match=name):
        penalty_descent(L1(1.0), **options)


def test_thresholding_functions():
    z = np.linspace(-4.0, 4.0, 401)
    soft = np.sign(z) * np.maximum(np.abs(z) - 1.0, 0.0)
    np.testing.assert_allclose(balance(L1(1.0), z).w, soft, atol=1e-15)
    np.testing.assert_array_equal(balance(SquaredL2(1.0), z).w, z / 2.0)
    np.testing.assert_array_equal(balance(Lp(1.0, 0.0), z).w, np.where(z**2 > 2.0, z, 0.0))
    half = balance(Lp(1.0, 0.5), z).w
    threshold = 1.5  # (2 - p) / (2 (1 - p)) (2 (1 - p))^(1 / (2 - p)) for p = 1/2
    assert not half[np.abs(z) < threshold].any()
    assert half[np.abs(z) > threshold].all()


@pytest.mark.parametrize(
    "penalty", [L1(1.0), SquaredL2(0.7), Lp(1.0, 0.5), Lp(1.0, 0.0), MCP(1.0, 3.0)]
)
def test_forces_balance(penalty):
    at = balance(penalty, np.linspace(-4.0, 4.0, 81))
    used = at.w != 0.0
    np.testing.assert_allclose(at.pull[used], at.hold[used], atol=1e-12)
    assert (np.abs(at.pull[~used]) <= at.hold[~used]).all()


def test_ridge_lands_on_zero_at_one_alpha_only():
    """At that alpha the estimator agrees; a hair beside it the coefficient has either sign."""
    found = shrinkage.zero_alphas(0.75, [1.0, 0.5])
    assert found.ridge == 0.5
    X = np.linalg.cholesky(np.array([[1.0, 0.75], [0.75, 1.0]])).T * np.sqrt(2.0)
    y = np.linalg.solve(X.T / 2.0, [1.0, 0.5])
    at = [
        skl1.RidgeGD(alpha, fit_intercept=False, tol=1e-15).fit(X, y).coef_[1]
        for alpha in (0.49, 0.5, 0.51)
    ]
    assert at[0] < -1e-3
    assert abs(at[1]) < 1e-6
    assert at[2] > 1e-3
    for factor in (1.001, 2.0, 5.0):
        lasso = skl1.ProximalLasso(factor * found.lasso, fit_intercept=False, tol=1e-13).fit(X, y)
        assert lasso.coef_[1] == 0.0
    assert skl1.ProximalLasso(0.99 * found.lasso, fit_intercept=False).fit(X, y).coef_[1] != 0.0


@pytest.mark.parametrize("seed", range(30))
def test_zeros_of_two_coefficients(seed):
    """Against scikit-learn's Lasso and the equations, for every sign of correlation and pulls."""
    rng = np.random.default_rng(seed)
    rho, pulls = rng.uniform(-0.95, 0.95), rng.standard_normal(2)
    found = shrinkage.zero_alphas(rho, pulls)
    G = np.array([[1.0, rho], [rho, 1.0]])
    if np.isfinite(found.ridge):
        assert np.linalg.solve(G + found.ridge * np.eye(2), pulls)[1] == pytest.approx(0, abs=1e-13)
    else:
        alphas = np.geomspace(1e-3, 1e3, 200)
        signs = [np.sign(np.linalg.solve(G + a * np.eye(2), pulls)[1]) for a in alphas]
        assert abs(sum(signs)) == 200
    X = np.linalg.cholesky(G).T * np.sqrt(2.0)
    y = np.linalg.solve(X.T / 2.0, pulls)
    for factor, zero in ((0.98, False), (1.02, True)):
        theirs = Lasso(factor * found.lasso, fit_intercept=False, tol=1e-14, max_iter=100_000)
        assert (theirs.fit(X, y).coef_[1] == 0.0) is np.bool_(zero)


def test_zero_alphas_refuse():
    with pytest.raises(ValueError, match="correlation"):
        shrinkage.zero_alphas(1.0, [1.0, 1.0])
    with pytest.raises(ValueError, match="pulls"):
        shrinkage.zero_alphas(0.5, [1.0, 0.0])


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_constrained_and_penalised_forms_agree(share):
    X, y = diabetes()
    bowl = Bowl.of(X, y)
    for q, estimator in ((1, skl1.ProximalLasso), (2, skl1.RidgeGD)):
        radius = share * np.linalg.norm(bowl.least_squares, ord=q)
        inside = bowl.within(q, radius)
        assert np.linalg.norm(inside.w, ord=q) == pytest.approx(radius, rel=1e-12)
        model = estimator(inside.alpha, tol=1e-13).fit(X, y)
        scale = np.abs(inside.w).max()
        np.testing.assert_allclose(model.coef_, inside.w, atol=1e-5 * scale)
        pull = bowl.c - bowl.G @ inside.w
        if q == 1:
            used = inside.w != 0.0
            np.testing.assert_allclose(pull[used], inside.alpha * np.sign(inside.w[used]))
            assert np.abs(pull).max() <= inside.alpha * (1 + 1e-9)
        else:
            np.testing.assert_allclose(pull, inside.alpha * inside.w, rtol=1e-7)
        # No point of the ball is better.
        rng = np.random.default_rng(0)
        others = inside.w + 0.1 * scale * rng.standard_normal((500, 10))
        others *= np.minimum(1.0, radius / np.linalg.norm(others, ord=q, axis=1))[:, np.newaxis]
        assert (bowl.loss(others) >= inside.loss).all()


@pytest.mark.parametrize("q", [0.5, 1, 2])
@pytest.mark.parametrize("radius", [1e-6, 1e-2, 0.9])
def test_balls_of_ill_posed_bowls(q, radius):
    """Columns of very different lengths, columns that are nearly the same."""
    for G in ([[1.0, 1.0 - 1e-9], [1.0 - 1e-9, 1.0]], [[1e-8, 0.0], [0.0, 1e8]]):
        bowl = Bowl(G, [1.0, 0.5])
        inside = bowl.within(q, radius)
        assert (np.abs(inside.w) ** q).sum() <= radius**q * (1.0 + 1e-6)
        angles = np.linspace(0.0, 2.0 * np.pi, 100_001)
        direction = np.column_stack([np.cos(angles), np.sin(angles)])
        on = radius * np.sign(direction) * np.abs(direction) ** (2.0 / q)
        best = bowl.loss(on).min()
        assert inside.loss <= best + 1e-7 * abs(best)


def test_a_large_ball_holds_least_squares():
    bowl = Bowl.of(*diabetes([2, 8]))
    for q in (0.5, 1, 2):
        inside = bowl.within(q, 1e4)
        assert inside.alpha == 0.0
        np.testing.assert_array_equal(inside.w, bowl.least_squares)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("q", [0.3, 0.5, 0.9])
def test_nonconvex_balls_against_a_fine_grid(q, seed):
    rng = np.random.default_rng(seed)
    rho, spread = rng.uniform(-0.9, 0.9), rng.uniform(0.3, 1.0)
    bowl = Bowl([[1.0, rho * spread], [rho * spread, spread**2]], rng.standard_normal(2))
    radius = 0.5 * np.linalg.norm(bowl.least_squares)
    inside = bowl.within(q, radius)
    size = np.abs(inside.w) / radius
    assert (size**q).sum() == pytest.approx(1.0, rel=1e-9)
    angles = np.linspace(0.0, 2.0 * np.pi, 100_001)
    direction = np.column_stack([np.cos(angles), np.sin(angles)])
    on = radius * np.sign(direction) * np.abs(direction) ** (2.0 / q)
    assert inside.loss <= bowl.loss(on).min() + 1e-12


@pytest.mark.parametrize("q", [1, 0.5])
def test_equal_shrinkage_means_corners_of_that_radius(q):
    """The short cut of the simulation against balls that grow until the solution is long enough."""
    rng = np.random.default_rng(3)
    G = np.array([[1.0, 0.3], [0.3, 0.36]])
    agreed = []
    for _ in range(25):
        centre = rng.standard_normal(2)
        centre /= np.linalg.norm(centre)
        bowl = Bowl(G, G @ centre)
        corner = bool((bowl.within(q, 0.5).w == 0.0).any())
        radii = np.linspace(0.5, 2.0, 400)
        lengths = (np.linalg.norm(bowl.within(q, r).w) for r in radii)
        first = next(r for r, length in zip(radii, lengths, strict=True) if length >= 0.5 - 1e-12)
        assert corner == (first == 0.5)
        agreed.append(corner)
    assert 0 < sum(agreed) < 25


@pytest.mark.parametrize("q", [0.05, 0.5, 0.8, 0.99])
@pytest.mark.parametrize(
    ("rho", "spread", "radius"),
    [(0.0, 1.0, 0.5), (0.9, 1.0, 0.5), (0.5, 5.0, 0.9), (0.3, 0.1, 0.1)],
)
def test_corners_are_told_as_by_a_search_for_each_ellipse(q, rho, spread, radius):
    G = np.array([[1.0, rho * spread], [rho * spread, spread**2]])
    centres = np.random.default_rng(0).standard_normal((300, 2))
    c = (centres / np.linalg.norm(centres, axis=1, keepdims=True)) @ G
    searched, _ = ball.best_on_star(np.broadcast_to(G, (300, 2, 2)), c, q, np.full(300, radius))
    told = corners._corner(G, c, q, radius)
    np.testing.assert_array_equal(told, (searched == 0.0).any(axis=1))


def test_a_corner_is_not_lost_to_rounding():
    """The diamond's best point is this corner, so it is the best of any smaller star's, too."""
    G = np.array([[1.0, 2.5], [2.5, 25.0]])
    c = np.array([2.21674808, 23.82706983])
    for q in (1, 0.99, 0.8, 0.3):
        np.testing.assert_array_equal(Bowl(G, c).within(q, 0.9).w, [0.0, 0.9])


def test_how_often_the_corner_is_hit():
    """For q = 1 and round contours it is an angle: cos(a) - sin(a) >= 1/2 in half a quadrant."""
    found = corner_shares(n_draws=20_000, random_state=0)
    exact = (np.arccos(0.5 / np.sqrt(2.0)) - np.pi / 4) / (np.pi / 4)
    assert found.shares[0] == 0.0
    assert abs(found.shares[1] - exact) < 4.0 * found.errors[1]
    assert found.shares[2] > found.shares[1]


def test_where_the_centres_lie_is_what_decides():
    """Correlation alone changes nothing for q = 1; unequal variances do, and the centres do."""
    shares = [corner_shares(rho, q=[1.0], random_state=1).shares[0] for rho in (-0.9, 0.0, 0.9)]
    assert max(shares) - min(shares) < 0.001
    unequal = corner_shares(0.0, 0.2, q=[1.0], random_state=1).shares[0]
    assert unequal > shares[0] + 0.05
    noise = [
        corner_shares(rho, q=[1.0], centres="noise", random_state=1).shares[0] for rho in (0.0, 0.9)
    ]
    assert noise[1] < noise[0] - 0.1


@pytest.mark.parametrize(
    "options",
    [{"correlation": 1.0}, {"spread": 0.0}, {"shrinkage": 1.0}, {"q": [0.0]}, {"centres": "x"}],
)
def test_corner_shares_refuse(options):
    with pytest.raises(ValueError, match=next(iter(options))):
        corner_shares(**options)


def test_a_whole_edge_is_optimal():
    """Twins: the Lasso may return any point of the edge, ridge regression only the middle."""
    edge = shrinkage.optimal_edge(0.25, 1.0)
    sums = edge.sum(axis=1)
    objective = 0.5 * sums**2 - sums + 0.25 * np.abs(edge).sum(axis=1)
    assert np.ptp(objective) < 1e-15
    rng = np.random.default_rng(0)
    for w in rng.uniform(-1.0, 1.0, (200, 2)):
        assert 0.5 * w.sum() ** 2 - w.sum() + 0.25 * np.abs(w).sum() >= objective[0] - 1e-15
    X, y = np.array([[1.0, 1.0], [-1.0, -1.0]]), np.array([1.0, -1.0])
    lasso = skl1.ProximalLasso(0.25, tol=1e-14).fit(X, y).coef_
    assert lasso.sum() == pytest.approx(0.75)
    assert lasso.min() >= 0.0
    ridge = skl1.RidgeGD(0.25, tol=1e-14).fit(X, y).coef_
    assert ridge[0] == pytest.approx(ridge[1])
    with pytest.raises(ValueError, match="alpha"):
        shrinkage.optimal_edge(1.0, 1.0)


def test_least_squares_is_never_sparse():
    found = shrinkage.zeros_found(random_state=0)
    assert found.least_squares == 0.0
    assert found.smallest > 0.0
    assert found.lasso > 0.8
    for options in ({"n_samples": 5}, {"n_nonzeros": 10}, {"noise": 0.0}):
        with pytest.raises(ValueError, match=next(iter(options))):
            shrinkage.zeros_found(**options)


@pytest.mark.parametrize(
    ("G", "c", "message"),
    [([[1.0, 1.0], [1.0, 1.0]], [1.0, 1.0], "positive definite"), ([[1.0]], [1.0, 1.0], "shapes")],
)
def test_bowls_refuse(G, c, message):
    with pytest.raises(ValueError, match=message):
        Bowl(G, c)
    good = Bowl(np.eye(3), np.ones(3))
    with pytest.raises(ValueError, match="radius"):
        good.within(1, 0.0)
    with pytest.raises(ValueError, match="two features"):
        good.within(0.5, 1.0)
