"""First-order methods: their coordinates and metric, the largest curvature, momentum."""

import numpy as np
import pytest
from scipy import sparse

from contracts_designs import STORAGES
from skl1.designs import make_design
from skl1.penalties import L1, SquaredL2
from skl1.problems.problem import Problem
from skl1.solvers.first_order import (
    Nesterov,
    Space,
    Still,
    feature_space,
    inverse,
    largest_curvature,
    prefers_samples,
    sample_space,
)
from skl1.solvers.gradient_descent import ConjugateGradient, GradientDescent
from skl1.solvers.proximal_gradient import ProximalGradient
from solving import FAST, run

pytestmark = pytest.mark.filterwarnings("error")


@pytest.mark.slow
@pytest.mark.parametrize("storage", [s for ways in STORAGES.values() for s in ways.values()])
def test_operators_of_every_storage_serve_first_order_methods(storage, monkeypatch):
    """ISTA and gradient descent read the data themselves where no Gram matrix is formed."""
    monkeypatch.setattr("skl1.problems.problem.GRAM_COLUMNS", 0)
    monkeypatch.setattr("skl1.solvers.first_order.GRAM_COLUMNS", 0)
    rng = np.random.default_rng(9)
    X, y = (rng.normal(size=(15, 5)) + 1).round(2), rng.normal(size=15)
    s = rng.uniform(0.0, 1.0, size=15)
    design = make_design(storage(X), y, s)
    assert type(Problem(design, L1(0.05), np.ones(5)).operator).__name__ != "GramOperator"
    exact = make_design(storage(X).astype(np.float64), y, s)
    for solver, penalty in [
        (ProximalGradient(Nesterov()), L1(0.05)),
        (GradientDescent(Nesterov()), SquaredL2(0.5)),
    ]:
        result = run(solver, Problem(design, penalty, np.ones(5)), tol=1e-11)
        best = run(FAST, Problem(exact, penalty, np.ones(5)), tol=1e-14)
        assert result.model.converged
        np.testing.assert_allclose(result.w, best.w, atol=1e-5)


def spectra():
    """Gram matrices of many shapes of spectrum."""
    rng = np.random.default_rng(14)
    for p in (1, 2, 5, 30, 80):
        Q = np.linalg.qr(rng.normal(size=(p, p)))[0]
        for values in (
            np.ones(p),
            np.linspace(0, 1, p) + 1e-3,
            np.geomspace(1e-12, 1, p),
            np.r_[np.ones(p - 1), 1.05],
            np.r_[np.zeros(p - 1), 1.0],
            rng.exponential(size=p),
        ):
            yield (Q * values) @ Q.T, values.max()
    X = rng.normal(size=(40, 80))
    yield X.T @ X, np.linalg.norm(X, 2) ** 2


def space_of(G):
    class Product:
        """A stand-in for a compiled operator."""

    space = Space(Product(), np.zeros(len(G)), L1(1.0), np.ones(len(G)), np.ones(len(G)), None)
    object.__setattr__(space, "product", lambda v: G @ v)
    return space


def test_largest_curvature_is_close_and_not_low():
    """The estimate is at least the largest eigenvalue and at most a tenth above it."""
    for G, largest in spectra():
        assert largest * (1 - 1e-12) <= largest_curvature(space_of(G)) <= 1.1 * largest


def test_largest_curvature_with_scales_and_extra():
    """Scales and a diagonal are part of the matrix; excluded features are not."""
    rng = np.random.default_rng(15)
    X = rng.normal(size=(30, 10)) * 10.0 ** rng.uniform(-6, 6, size=10)
    u = np.r_[np.inf, np.ones(9)]
    problem = Problem(make_design(X, rng.normal(size=30)), L1(1.0), u)
    space = feature_space(problem, inverse(problem.design.norms))
    extra = rng.uniform(0, 2, size=10) * problem.design.norms
    every = np.arange(10)
    D = np.sqrt(space.scale)
    full = D[:, None] * (problem.design.gram(every, every) + np.diag(extra)) * D
    largest = np.linalg.eigvalsh(full)[-1]
    assert largest <= largest_curvature(space, extra) <= 1.1 * largest
    nothing = Problem(problem.design, L1(1.0), np.full(10, np.inf))
    assert largest_curvature(feature_space(nothing, np.ones(10))) > 0.0


@pytest.mark.parametrize("storage", [np.array, sparse.csc_array])
@pytest.mark.parametrize("weighting", [False, True])
def test_sample_space_equals_feature_space(storage, weighting):
    """With p > n gradient steps on n sample coefficients are those on the p features."""
    rng = np.random.default_rng(16)
    X, y = rng.normal(size=(8, 20)), rng.normal(size=8)
    s = rng.uniform(0.5, 2, size=8) if weighting else None
    if weighting:
        s[2] = 0.0
    problem = Problem(make_design(storage(X), y, s), SquaredL2(0.3), np.ones(20))
    assert prefers_samples(problem, np.zeros(20))
    step = 0.9 / largest_curvature(sample_space(problem), 0.3)
    every = np.arange(20)
    G, q = problem.design.gram(every, every), problem.design.correlation
    for count in (1, 7, 10):
        result = run(GradientDescent(Still(), step), problem, tol=0.0, max_iter=count)
        w = np.zeros(20)
        for _ in range(count):
            w -= step * (G @ w - q + 0.3 * w)
        assert result.model.n_iter == count
        np.testing.assert_allclose(result.w, w, rtol=1e-10, atol=1e-13)


def test_sample_space_with_penalty_weights():
    """The sample space is exact for unequal penalty weights, and closed to free features."""
    rng = np.random.default_rng(17)
    X, y = rng.normal(size=(8, 20)), rng.normal(size=8)
    u = rng.uniform(0.2, 3, size=20)
    u[3] = np.inf
    design = make_design(X, y)
    for solver in (GradientDescent(Still()), GradientDescent(Nesterov()), ConjugateGradient()):
        problem = Problem(design, SquaredL2(0.5), u)
        assert prefers_samples(problem, np.zeros(20))
        result = run(solver, problem, tol=1e-12)
        assert result.model.converged
        keep = np.arange(20) != 3
        G, q = design.gram(np.arange(20), np.arange(20)), design.correlation
        exact = np.linalg.solve((G + np.diag(0.5 * np.where(keep, u, 0)))[keep][:, keep], q[keep])
        np.testing.assert_allclose(result.w[keep], exact, atol=1e-5)
        assert result.w[3] == 0.0
        u0 = np.where(keep, u, 0.0)
        free = Problem(design, SquaredL2(0.5), u0)
        assert not prefers_samples(free, np.zeros(20))
        assert run(solver, free, tol=1e-9, max_iter=5000).model.converged


@pytest.mark.parametrize("shape", [(30, 6), (6, 30)])
@pytest.mark.parametrize("momentum", [Still(), Nesterov()], ids=["still", "nesterov"])
def test_fixed_step_above_the_limit_diverges_with_advice(shape, momentum):
    """A step above 2 / L ends as "diverged", finite, with a safe step that is safe."""
    rng = np.random.default_rng(18)
    X, y = rng.normal(size=shape), rng.normal(size=shape[0])
    problem = Problem(make_design(X, y), SquaredL2(0.1), np.ones(shape[1]))
    every = np.arange(shape[1])
    L = np.linalg.eigvalsh(problem.design.gram(every, every))[-1] + 0.1
    for factor in (1.01, 3.0, 1e6):
        result = run(GradientDescent(momentum, 2 * factor / L), problem, tol=1e-12, max_iter=5000)
        assert result.model.stop_reason.startswith("diverged")
        assert not result.model.converged
        assert np.isfinite(result.w).all()
        assert result.point.objective <= problem.null.objective * (1 + 1e-12)
        named = float(result.model.stop_reason.rpartition(" ")[2])
        assert named <= 1.01 * 2 / L
        if isinstance(momentum, Still):
            assert run(GradientDescent(momentum, 0.95 * named), problem, tol=1e-8).model.converged
    safe = run(GradientDescent(Still(), 1.0 / L), problem, tol=1e-9)
    assert safe.model.converged


def test_estimate_of_curvature_that_is_low_is_survived():
    """If Lanczos misses the top of the spectrum, steps are cut and the method converges."""
    rng = np.random.default_rng(19)
    X, y = rng.normal(size=(30, 6)), rng.normal(size=30)
    lasso = Problem(make_design(X, y), L1(0.05), np.ones(6))
    ridge = Problem(make_design(X, y), SquaredL2(0.1), np.ones(6))
    with pytest.MonkeyPatch.context() as patch:

        def low(*_):
            return 0.2

        patch.setattr("skl1.solvers.proximal_gradient.largest_curvature", low)
        patch.setattr("skl1.solvers.gradient_descent.largest_curvature", low)
        for momentum in (Still(), Nesterov()):
            assert run(ProximalGradient(momentum), lasso, tol=1e-9).model.converged
        assert run(GradientDescent(Still()), ridge, tol=1e-9).model.converged


@pytest.mark.parametrize("seed", range(3))
def test_momentum_pays_and_is_restarted(seed):
    """FISTA needs a fraction of ISTA's steps, and the restart keeps its convergence linear."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(40, 12)) + 3 * rng.normal(size=(40, 1))
    problem = Problem(make_design(X, rng.normal(size=40)), L1(0.01), np.ones(12))
    ista = run(ProximalGradient(Still()), problem, tol=1e-8, max_iter=20_000)
    fista = run(ProximalGradient(Nesterov()), problem, tol=1e-8, max_iter=20_000)
    assert fista.model.converged
    assert fista.model.n_iter < 0.7 * ista.model.n_iter
    closer = run(ProximalGradient(Nesterov()), problem, tol=1e-12, max_iter=20_000)
    assert closer.model.n_iter < 2.5 * fista.model.n_iter
