"""A nonconvex problem on its Gram matrix: what NumPy and the definitions say of each step."""

import numpy as np
import pytest

from contracts import PENALTIES
from skl1.penalties import L1, Bounded, ConcavePenalty
from skl1.penalties.elementwise import curvatures, proxes, slopes, total
from skl1.solvers.gram_nonconvex import (
    SHARES,
    WEAK,
    bounded,
    descend,
    factorise,
    good_share,
    newton,
    shorten,
)

#: One example of each kind, as each is compiled anew: the middle one of its list.
CONCAVE = [
    cases[len(cases) // 2] for kind, cases in PENALTIES.items() if issubclass(kind, ConcavePenalty)
]
POINTS = 10  #: random points of each problem


def problem(seed, n=60, p=25, correlation=0.7):
    """A Gram matrix, correlations of all columns with y, and a generator."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p))
    X = np.sqrt(1.0 - correlation) * X + np.sqrt(correlation) * rng.standard_normal((n, 1))
    y = X[:, :5].sum(axis=1) + rng.standard_normal(n)
    return X.T @ X / n, X.T @ y / n, rng


def objective(penalty, gram, q, weights, w):
    return 0.5 * w @ gram @ w - q @ w + total(penalty, weights, w)


def random_point(rng, p):
    return rng.standard_normal(p) * rng.choice([0.0, 0.01, 0.3, 2.0], p)


@pytest.mark.parametrize("case", CONCAVE, ids=str)
def test_a_newton_step_never_raises_the_objective(case):
    gram, q, rng = problem(0)
    weights = rng.choice([0.5, 1.0, 2.0], q.size)
    for _ in range(POINTS):
        w = random_point(rng, q.size)
        before, old = objective(case.penalty, gram, q, weights, w), w.copy()
        z = q - gram @ w
        step = newton(case.penalty, gram, weights, 0.0, w, z)
        np.testing.assert_allclose(z, q - gram @ w, atol=1e-9)
        assert objective(case.penalty, gram, q, weights, w) <= before + 1e-9
        assert np.all(w[old == 0.0] == 0.0)
        assert np.all(w * old >= 0.0)
        if step < 0.0:
            assert np.array_equal(w, old)
        else:
            moved = np.sum(gram.diagonal() * (w - old) ** 2)
            assert step == pytest.approx(moved, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("case", CONCAVE, ids=str)
def test_the_factor_is_of_the_hessian_and_what_a_diagonal_adds(case):
    gram, q, rng = problem(1, correlation=0.0)
    weights, size = np.ones(q.size), 15
    regular = 0
    for spread in (0.01, 0.1, 1.0, 10.0):
        w = spread * rng.standard_normal(q.size)
        index = np.sort(rng.permutation(q.size)[:size])
        factor = np.empty((size, size))
        if not factorise(case.penalty, gram, weights, index, w, factor):
            continue
        regular += 1
        L = np.tril(factor)
        hessian = gram[np.ix_(index, index)] + np.diag(curvatures(case.penalty, w[index]))
        added = L @ L.T - hessian
        diagonal = np.diag(added)
        np.testing.assert_allclose(added, np.diag(diagonal), atol=1e-10)
        assert np.all(diagonal >= -1e-9)
        if np.linalg.eigvalsh(hessian)[0] > 2.0 * WEAK * gram.diagonal().max():
            np.testing.assert_allclose(diagonal, 0.0, atol=1e-9)
    assert regular


@pytest.mark.parametrize("case", CONCAVE, ids=str)
def test_the_share_of_a_step_is_the_first_that_lowers_the_objective(case):
    gram, q, rng = problem(2)
    weights = np.ones(q.size)
    for _ in range(POINTS):
        w = 2.0 * rng.standard_normal(q.size)
        index = np.arange(q.size)
        d = rng.standard_normal(q.size)
        start = objective(case.penalty, gram, q, weights, w)
        shares = 0.5 ** np.arange(SHARES)
        values = [objective(case.penalty, gram, q, weights, w + t * d) for t in shares]
        good = [t for t, value in zip(shares, values, strict=True) if value <= start]
        share = good_share(case.penalty, weights, index, w, q - gram @ w, gram @ d, d, SHARES)
        assert share == (good[0] if good else 0.0)


def test_a_step_ends_where_signs_would_change():
    w = np.array([1.0, 0.0, -2.0, 0.5])
    index = np.array([0, 2, 3])
    d = np.array([-4.0, 3.0, 1.0])
    each = d.copy()
    penalty = L1(1.0)
    assert bounded(penalty, index, w, each)
    assert np.array_equal(each, [-1.0, 2.0, 1.0])
    assert not bounded(penalty, index, w, np.array([1.0, 1.0, 1.0]))
    together = d.copy()
    shorten(penalty, index, w, together)
    np.testing.assert_allclose(together, 0.25 * d)
    assert w[0] + together[0] == 0.0
    box = Bounded(penalty, np.full(4, -9.0), np.array([9.0, 9.0, 9.0, w[3] + 0.5]))
    assert bounded(box, index, w, inside := np.array([1.0, 1.0, 1.0]))
    assert np.array_equal(inside, [1.0, 1.0, 0.5])


@pytest.mark.parametrize("case", CONCAVE, ids=str)
@pytest.mark.parametrize("correlation", [0.0, 0.9])
def test_it_ends_where_no_coordinate_moves(case, correlation):
    """The certificate, from its definition: each coefficient is its own prox."""
    for seed in range(3):
        gram, q, rng = problem(seed, correlation=correlation)
        d, weights = gram.diagonal().copy(), np.ones(q.size)
        penalty = case.penalty.with_alpha(0.05 * case.penalty.strength)
        w = random_point(rng, q.size)
        before = objective(penalty, gram, q, weights, w)
        z = q - gram @ w
        sweeps = descend(penalty, gram, d, weights, 1e-18, 10_000, w, z)
        assert 0 < sweeps < 10_000
        z = q - gram @ w
        # In single steps a coefficient that rests on a threshold may go either way.
        moves = proxes(penalty, w + z / d, weights / d) - w
        assert np.abs(moves[w != 0.0]).max(initial=0.0) < 1e-6
        used = w != 0.0
        gap = z[used] - slopes(penalty, w[used])
        assert np.abs(gap).max(initial=0.0) < 1e-6
        assert objective(penalty, gram, q, weights, w) <= before
