"""The quadratic model of a Newton step: from its matrix and from its columns."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import sparse

from skl1.designs import make_design
from skl1.losses import Huber, Logistic, Poisson
from skl1.penalties import L1, ElasticNet
from skl1.problems.certificates import certify
from skl1.problems.smooth import SmoothProblem
from skl1.solvers import prox_newton
from skl1.solvers.minimise import minimise
from skl1.solvers.prox_newton import ProxNewton
from skl1.solvers.quadratic_model import ModelBlock, ModelColumns, QuadraticModel


def sparse_problem(loss, penalty, fit_intercept, *, n=80, p=60, filled=0.08, seed=0):
    """A problem with more columns than one look can hold, and weights of which some are zero."""
    rng = np.random.default_rng(seed)
    X = np.where(rng.random((n, p)) < filled, rng.standard_normal((n, p)) + 0.5, 0.0)
    eta = X[:, :5] @ np.array([2.0, -2.0, 1.0, 1.0, -1.0])
    y = {
        Logistic: (eta + rng.logistic(size=n) > 0.0).astype(float),
        Poisson: rng.poisson(np.exp(np.minimum(eta, 3.0))).astype(float),
        Huber: eta + rng.standard_t(2, size=n),
    }[type(loss)]
    s = rng.integers(0, 4, size=n).astype(float)
    design = make_design(sparse.csc_array(X), y, s, fit_intercept)
    return SmoothProblem(design, penalty, 0.5 + rng.random(p), loss=loss)


LOSSES = [Logistic(), Poisson(), Huber(1.0)]


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: type(loss).__name__)
def test_both_forms_do_the_same(loss, fit_intercept):
    """Sweeps and moves agree; correlations and loss are those of the model, written out."""
    problem = sparse_problem(loss, L1(0.01), fit_intercept)
    rng = np.random.default_rng(1)
    w = np.where(rng.random(60) < 0.3, 0.1 * rng.standard_normal(60), 0.0)
    point = problem.at(np.where(problem.included, w, 0.0))
    columns = problem.design.gathering()
    columns.extend(np.flatnonzero(problem.included)[::-1])
    features, bend = columns.features, np.maximum(point.curvatures, 0.05)
    begun = point.z[features]
    model = QuadraticModel(problem.refitted_part, columns, point.slopes, bend, begun)
    model.extend(np.arange(columns.count))
    start = point.w[features]
    blocks = [kind(problem, model, start, model.z) for kind in (ModelColumns, ModelBlock)]
    assert_allclose(blocks[0].norms, blocks[1].norms, rtol=1e-11, atol=1e-14)
    support = np.array([1, 4, 7, 30])
    assert_allclose(blocks[0].hessian(support), blocks[1].hessian(support), rtol=1e-11, atol=1e-13)
    v = rng.standard_normal(4)
    assert_allclose(blocks[0].product(support)(v), blocks[0].hessian(support) @ v, atol=1e-12)
    for block in blocks:
        for _ in range(3):  # each over all: later ones of the same call pass by what rests
            block.sweep(1)
        block.move(support, 0.5 * block.w[support] + 0.01)
    assert_allclose(blocks[0].w, blocks[1].w, rtol=1e-9, atol=1e-11)
    assert_allclose(blocks[0].z, blocks[1].z, rtol=1e-8, atol=1e-11)
    X, s = problem.design.X.toarray()[:, features], problem.design.weights
    change = X @ (blocks[0].w - start)
    r = -point.slopes / bend - change
    if fit_intercept:
        r -= (s * bend) @ r / (s @ bend)
    assert blocks[0].loss == pytest.approx(0.5 * float((s * bend) @ (r * r)), rel=1e-10)
    assert_allclose(blocks[0].z, X.T @ (s * bend * r), rtol=1e-8, atol=1e-11)


@pytest.mark.parametrize("penalty", [L1(0.004), ElasticNet(0.004, 0.5)], ids=str)
@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: type(loss).__name__)
def test_the_minimum_is_the_same(loss, penalty, monkeypatch):
    """Whichever form the steps take."""
    found = []
    for kind in (ModelColumns, ModelBlock):
        suits = staticmethod(lambda *_, kind=kind: kind is ModelColumns)
        monkeypatch.setattr(ModelColumns, "suits", suits)
        problem = sparse_problem(loss, penalty, True, n=150, p=400, filled=0.03)
        run = minimise(ProxNewton(), problem, np.zeros(400), tol=1e-11, max_iter=500)
        point = problem.at(run.w)
        assert certify(problem, point).error <= 1e-11
        found.append((point.objective, run.w))
    assert found[0][0] == pytest.approx(found[1][0], rel=1e-10)


def test_the_cheaper_form_is_taken(monkeypatch):
    """Columns with few entries where many are in use; a matrix where they are full or few."""
    asked = []

    class Watched(ModelColumns):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            asked.append(self.w.size)

    monkeypatch.setattr(prox_newton, "ModelColumns", Watched)
    thin = sparse_problem(Logistic(), L1(0.0005), True, n=600, p=2000, filled=0.01)
    minimise(ProxNewton(), thin, np.zeros(2000), tol=1e-4, max_iter=500)
    assert max(asked) > 200
    asked.clear()
    full = sparse_problem(Logistic(), L1(0.005), True, n=600, p=300, filled=0.09)
    minimise(ProxNewton(), full, np.zeros(300), tol=1e-4, max_iter=500)
    assert not asked
