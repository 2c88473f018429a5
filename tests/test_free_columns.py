"""Features without a penalty that depend on each other: solved exactly, and certified truly."""

import inspect
import warnings

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning

import skl1
from common import (
    EMPTY,
    ESTIMATORS,
    SEARCHES,
    charge_of,
    is_convex,
    label,
    quiet,
    searches,
    solution,
    variants,
)
from contracts import LONG
from exactly import exact
from skl1.designs import BesideDesign, make_design
from skl1.estimators.nonconvex import NonconvexRegressor
from skl1.paths.one_by_one import ALONG
from skl1.penalties import L1, NonNegative, SquaredL2
from skl1.problems.problem import Problem
from skl1.solvers.minimise import minimise

pytestmark = pytest.mark.filterwarnings(EMPTY)

#: Share of a column's length below which what is left of it beside others is rounding of float64.
ROUNDING = 1e-15
#: What a sum of float64 numbers may err by, in units of the null objective.
CLOSE = 1e-9


# Problems


def years():
    """All levels of a factor, a year and its square."""
    rng = np.random.default_rng(0)
    n = 300
    G = np.eye(5)[rng.integers(0, 5, n)]
    year = rng.integers(2000, 2021, n).astype(float)
    Z = rng.standard_normal((n, 15))
    y = G @ [1, 2, 3, 4, 5.0] + 0.05 * (year - 2010) ** 2 + 2 * Z[:, 0]
    y += 0.3 * rng.standard_normal(n)
    return np.c_[G, year, year**2, Z], y, np.r_[np.zeros(7), np.ones(15)]


def near_twins(apart):
    """Two columns that agree but for a share of their length, which explains a part of y."""
    rng = np.random.default_rng(0)
    n = 100
    X = rng.standard_normal((n, 20))
    X[:, 1] = X[:, 0] + apart * rng.standard_normal(n)
    u = np.ones(20)
    u[:2] = 0
    y = 2 * X[:, 0] + X[:, 5] + 0.3 * rng.standard_normal(n) + 0.5 * (X[:, 1] - X[:, 0]) / apart
    return X, y, u


def twins_and_a_near_one():
    """Two equal columns and one that nearly is."""
    X, y, u = near_twins(1e-4)
    X[:, 2] = X[:, 0]
    u[2] = 0
    return X, y, u


EXAMPLES = {
    "years": years(),
    "1e-4": near_twins(1e-4),
    "1e-7": near_twins(1e-7),
    "1e-10": near_twins(1e-10),
    "1e-13": near_twins(1e-13),
    "twins": twins_and_a_near_one(),
}


def _one_hot(rng, n):
    return np.eye(3)[np.r_[0, 1, 2, rng.integers(0, 3, n - 3)]]


def _polynomial(rng, n):
    year = np.r_[2000.0, 2010.0, rng.integers(2000, 2021, n - 2)]
    return np.c_[year, year**2]


def _twins(apart):
    def columns(rng, n):
        x, other = rng.standard_normal((2, n))
        return np.c_[x, x + apart * other]

    return columns


def _scaled(rng, n):
    return rng.standard_normal((n, 3)) * [2.0**-30, 1.0, 2.0**30]


def _constant(rng, n):
    return np.c_[np.full(n, 3.0), rng.standard_normal(n)]


PATTERNS = {
    "one-hot": _one_hot,
    "polynomial": _polynomial,
    "twins": _twins(0.0),
    **{f"twins {apart:g}": _twins(apart) for apart in (1e-4, 1e-7, 1e-10, 1e-13)},
    "scaled": _scaled,
    "constant": _constant,
}


def random_problem(seed, n=60, penalised=8):
    """Free columns of two or three patterns beside ordinary ones; y uses all of them."""
    rng = np.random.default_rng(seed)
    names = rng.choice(list(PATTERNS), size=rng.integers(1, 4), replace=False)
    F = np.hstack([PATTERNS[name](rng, n) for name in names])
    Z = rng.standard_normal((n, penalised))
    if seed % 3 == 0:
        Z[:, -1] = F[:, 0]  # a penalised column in the span of the free ones
    X = np.c_[F, Z]
    basis = orthonormal(F, np.full(n, LONG(1) / n), True)
    y = Z[:, 0] - 0.5 * Z[:, 1] + 0.5 * rng.standard_normal(n)
    y += np.sqrt(n) * np.asarray(basis @ rng.standard_normal(basis.shape[1]), dtype=float)
    order = rng.permutation(X.shape[1])
    u = np.r_[np.zeros(F.shape[1]), rng.uniform(0.5, 2.0, penalised)]
    s = rng.uniform(0.5, 2.0, n) * (rng.random(n) < 0.9) if seed % 2 else None
    return X[:, order], y, u[order], s


# The referee


def orthonormal(F, s, fit_intercept):
    """A basis of the columns, centred, times the roots of the weights: Gram-Schmidt, twice.

    In extended precision; what is left of a column below the rounding of float64 is nothing.
    """
    F = np.asarray(F).astype(LONG)
    size = np.sqrt(s @ F**2)
    root = np.sqrt(s)[:, None]
    F = F - s @ F if fit_intercept else F
    F = root * F
    Q = np.zeros((F.shape[0], 0), LONG)
    left = list(range(F.shape[1]))
    start = np.sqrt((F**2).sum(axis=0))
    while left:
        # The column of which most is left goes first.
        for _ in range(2):
            F[:, left] -= Q @ (Q.T @ F[:, left])
        share = np.sqrt((F[:, left] ** 2).sum(axis=0)) / np.where(size[left] > 0, size[left], 1)
        k = int(np.argmax(share))
        if share[k] <= ROUNDING or start[left[k]] <= ROUNDING * size[left[k]]:
            break
        j = left.pop(k)
        q = F[:, j] - Q @ (Q.T @ F[:, j])
        Q = np.c_[Q, q / np.sqrt(q @ q)]
    return Q


class Referee:
    """The problem in the penalised coefficients alone, on data projected in extended precision."""

    def __init__(self, X, y, u, sample_weight=None, fit_intercept=True):
        X = np.asarray(X.toarray() if sparse.issparse(X) else X)
        n = len(y)
        s = np.ones(n) if sample_weight is None else np.asarray(sample_weight)
        self.s = s.astype(LONG) / s.astype(LONG).sum()
        self.X, self.y = X.astype(LONG), np.asarray(y).astype(LONG)
        self.fit_intercept = fit_intercept
        self.u, self.free, self.used = u, u == 0.0, (u > 0.0) & np.isfinite(u)
        self.Q = orthonormal(X[:, self.free], self.s, fit_intercept)
        root = np.sqrt(self.s)
        centre = self.s @ self.X if fit_intercept else 0
        A = root[:, None] * (self.X - centre)[:, self.used]
        b = root * (self.y - (self.s @ self.y if fit_intercept else 0))
        for _ in range(2):
            A, b = A - self.Q @ (self.Q.T @ A), b - self.Q @ (self.Q.T @ b)
        self.G, self.q, self.energy = A.T @ A, A.T @ b, b @ b
        size = np.sqrt(self.s @ self.X[:, self.used] ** 2)
        self.gone = np.sqrt(self.G.diagonal()) <= ROUNDING * size
        self.null = float(self.energy / 2)

    def loss(self, coef):
        """Of coefficients as they are, with the best intercept."""
        r = self.y - self.X @ np.asarray(coef).astype(LONG)
        r = r - self.s @ r if self.fit_intercept else r
        return self.s @ r**2 / 2

    def objective(self, coef, charge):
        """From the definition; ``charge`` is the penalty of a positive coefficient."""
        w = np.abs(np.asarray(coef, dtype=float)[self.used])
        g = np.where(w > 0.0, charge(np.where(w > 0.0, w, 1.0)), 0.0)
        return float(self.loss(coef) + self.u[self.used] @ g)

    def refitted(self, coef, charge):
        """The objective with the free coefficients refitted, exactly."""
        r = self.y - self.X[:, ~self.free] @ np.asarray(coef).astype(LONG)[~self.free]
        r = r - self.s @ r if self.fit_intercept else r
        r = np.sqrt(self.s) * r
        for _ in range(2):
            r = r - self.Q @ (self.Q.T @ r)
        return self.objective(coef, charge) - float(self.loss(coef) - r @ r / 2)

    def minimum(self, kink, bend, positive=False):
        """The least value for ``kink |w| + bend w^2 / 2``, by coordinate descent beside Q."""
        G, q = self.G.astype(float), self.q.astype(float)
        kink, bend = kink * self.u[self.used], bend * self.u[self.used]
        w = np.zeros(q.size)
        for _ in range(100_000):
            largest = 0.0
            for j in np.flatnonzero(~self.gone):
                pull = q[j] - G[j] @ w + G[j, j] * w[j]
                pull = max(pull, 0.0) if positive else pull
                new = np.sign(pull) * max(abs(pull) - kink[j], 0.0) / (G[j, j] + bend[j])
                largest = max(largest, abs(new - w[j]))
                w[j] = new
            if largest <= 1e-14 * np.abs(w).max(initial=0.0):
                break
        wide = w.astype(LONG)
        loss = self.energy / 2 - wide @ self.q + wide @ self.G @ wide / 2
        return float(loss + kink @ np.abs(w) + bend @ w**2 / 2)


def charge(model):
    """The penalty on a positive coefficient of any fitted estimator, from its definition."""
    if isinstance(model, skl1.BestSubsetRegressor):
        return lambda w: 0.0 * w
    if isinstance(model, NonconvexRegressor):
        return charge_of(model)
    kink, bend = shape(model)
    return lambda w: kink * w + bend / 2 * w**2


def shape(model):
    """Slope at zero and curvature of the penalty of a convex estimator."""
    ratio = getattr(model, "l1_ratio", 0.0 if isinstance(model, skl1.RidgeGD) else 1.0)
    return ratio * model.alpha, (1.0 - ratio) * model.alpha + getattr(model, "l2", 0.0)


def rounds(model):
    """Whether ``n_iter_`` counts rounds of the working set."""
    return model._solver().unit == "rounds"


def fit(model, X, y, s=None):
    """The fitted model; it warns exactly if it did not converge."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(X, y, sample_weight=s)
    warned = any(issubclass(each.category, ConvergenceWarning) for each in caught)
    assert warned == (not model.converged_)
    return model


def check_truth(model, X, y, u, s=None):
    """What a fitted model says of itself holds of its coefficients."""
    u = getattr(model, "penalty_weights_", u)  # with those of a first stage
    referee = Referee(X, y, u, s, model.fit_intercept)
    coef, _ = solution(model)
    assert np.isfinite(coef).all()
    got = referee.objective(coef, charge(model))
    unit = max(referee.null, 1e-12 * float(referee.s @ referee.y**2))
    if not model.positive:
        # Whatever it converged to, refitting the free coefficients must not lower the objective.
        fall = got - referee.refitted(coef, charge(model))
        if model.converged_:
            assert fall <= model.tol * unit
    if is_convex(model):
        lowest = referee.minimum(*shape(model), model.positive)
        if not model.positive:
            assert model.dual_gap_ >= (got - lowest) - CLOSE * unit
            if model.converged_:
                assert got - lowest <= 1.01 * model.tol * unit + CLOSE * unit
        else:
            assert got >= lowest - CLOSE * unit
    return got


# The tests


def contenders():
    """Every way to solve, with parameters under which it can converge."""
    every = [model for model in variants() if "step_size" not in repr(model)]
    every = [each for each in every if "truncate" not in repr(each)]
    for model in every:
        options = {"max_iter": 10_000, "tol": 1e-6}
        if "alpha" in model.get_params():
            options["alpha"] = 0.1
        if "n_init" in model.get_params():
            options["n_init"] = 0
        if "delta" in model.get_params():
            options["delta"] = 1e7  # no residual is an outlier: squares, as the referee has them
        yield clone(model).set_params(**options)
    yield skl1.BestSubsetRegressor(3)
    yield skl1.BestSubsetRegressor(3, l2=0.1)


CONTENDERS = list(contenders())


def test_every_estimator_is_here():
    """The estimators with penalty weights are found by themselves."""
    known = {type(model) for model in CONTENDERS} | {type(model) for model in searches()}
    named = [getattr(skl1, name) for name in skl1.__all__]
    wanted = {
        each
        for each in named
        if inspect.isclass(each)
        and hasattr(each, "fit")
        and "penalty_weights" in inspect.signature(each).parameters
        and hasattr(each, "fit_moments")
    }
    assert wanted <= known | set(ESTIMATORS) | set(SEARCHES)


@pytest.mark.parametrize("model", CONTENDERS, ids=label)
@pytest.mark.parametrize("name", EXAMPLES)
def test_examples(name, model):
    """Few rounds, little time, and true certificates."""
    X, y, u = EXAMPLES[name]
    model = clone(model).set_params(penalty_weights=u)
    model = fit(model, X, y)
    if rounds(model):
        assert model.n_iter_ <= 20
    assert model.converged_ or name == "1e-13"
    check_truth(model, X, y, u)
    if getattr(model, "is_local_minimum_", False):
        assert model.converged_


@pytest.mark.parametrize("storage", [np.array, sparse.csc_array], ids=["dense", "sparse"])
@pytest.mark.parametrize("seed", range(16))
def test_random_patterns(seed, storage):
    """Of all estimators in turn."""
    X, y, u, s = random_problem(seed)
    for k, model in enumerate(CONTENDERS):
        if (k + seed) % 4:
            continue
        fitted = clone(model).set_params(penalty_weights=u, fit_intercept=bool((k + seed // 2) % 3))
        fitted = fit(fitted, storage(X), y, s)
        if rounds(fitted):
            assert fitted.n_iter_ <= 20, label(fitted)
        check_truth(fitted, X, y, u, s)


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("l1_ratio", [1.0, 0.5])
def test_paths_and_searches(name, l1_ratio):
    """Every model of a path is as good as a fit of its own; so is that of a search."""
    X, y, u = EXAMPLES[name]
    referee = Referee(X, y, u)
    alphas = [0.3, 0.1, 0.03]
    options = {"alphas": alphas, "penalty_weights": u, "return_path": True}
    with quiet():
        path = skl1.lasso_path(X, y, l1_ratio=l1_ratio, **options)
        ridge = skl1.ridge_path(X, y, **options)
    for each, ratio in ((path, l1_ratio), (ridge, 0.0)):
        assert name == "1e-13" or each.converged.all()
        for k, alpha in enumerate(alphas):
            got = referee.objective(
                each.coefs[:, k], charge(skl1.ProximalLasso(alpha, l1_ratio=ratio))
            )
            excess = got - referee.minimum(alpha * ratio, alpha * (1.0 - ratio))
            assert excess <= each.dual_gaps[k] + CLOSE * referee.null
            assert not each.converged[k] or excess <= (1e-6 + CLOSE) * referee.null
    if name == "1e-13":
        return
    for search in searches():
        model = clone(search).set_params(penalty_weights=u)
        if "cv" in model.get_params():
            model.set_params(cv=3)
        if "n_alphas" in model.get_params():
            model.set_params(n_alphas=5)
        with quiet(skl1.exceptions.GridEdgeWarning):
            model.fit(X, y)
        assert model.converged_ or isinstance(search, skl1.SubgradientLassoCV)
        assert referee.refitted(model.coef_, lambda w: 0.0 * w) >= referee.loss(model.coef_) - (
            1e-6 * referee.null
        )


@pytest.mark.parametrize("p", [0, 0.5, 1])
@pytest.mark.parametrize("name", [name for name in EXAMPLES if name != "1e-13"])
def test_paths_of_nonconvex_penalties(name, p):
    """Free coefficients are refitted in every model."""
    X, y, u = EXAMPLES[name]
    referee = Referee(X, y, u)
    path = skl1.lp_path(X, y, p=p, n_alphas=5, penalty_weights=u, return_path=True)
    subsets = skl1.subset_path(X, y, k=3, penalty_weights=u, return_path=True)
    assert path.converged.all()
    for W in (path.coefs.T, subsets.coefs.T):
        for w in W:
            fall = float(referee.loss(w)) - referee.refitted(w, lambda w: 0.0 * w)
            assert fall <= 1e-6 * referee.null


@pytest.mark.parametrize("name", EXAMPLES)
def test_moments(name):
    """What moments cannot tell apart is charged: no gap is too small."""
    X, y, u = EXAMPLES[name]
    moments = skl1.Moments.of(X, y)
    for model in CONTENDERS:
        if model.positive or not hasattr(model, "fit_moments"):
            continue
        fitted = clone(model).set_params(penalty_weights=u)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            fitted.fit_moments(moments)
        check_truth(fitted, X, y, u)
        if name in {"years", "1e-4", "twins"}:
            assert fitted.converged_


@pytest.mark.parametrize("share", [0.0, 1e-12, 1e-9, 1e-6, 1e-3])
@pytest.mark.parametrize("storage", [np.array, sparse.csc_array], ids=["dense", "sparse"])
def test_penalised_columns_in_the_span(storage, share):
    """They stay out where only rounding is left of them, and are never NaN."""
    rng = np.random.default_rng(1)
    X = rng.standard_normal((50, 6))
    X[:, 2] = X[:, 0] - 3 * X[:, 1] + share * X[:, 2]
    u = np.r_[np.zeros(2), np.ones(4)]
    y = X @ [1.0, 1.0, 0.0, 1.0, 0.0, 0.0] + rng.standard_normal(50)
    for model in (skl1.ProximalLasso(0.05), skl1.RidgeGD(0.05), skl1.MCPRegressor(0.05)):
        fitted = fit(model.set_params(penalty_weights=u), storage(X), y)
        # What MCP charges has an end, so it takes what little is left of a column at any size.
        assert fitted.converged_ or share == 1e-12
        assert np.isfinite(fitted.coef_).all()
        if share == 0.0:
            assert fitted.coef_[2] == 0.0
        check_truth(fitted, X, y, u)


@pytest.mark.parametrize("penalty", [L1(0.1), SquaredL2(0.1)])
@pytest.mark.parametrize("storage", [np.array, sparse.csc_array], ids=["dense", "sparse"])
def test_the_data_beside_free_columns(storage, penalty):
    """Every product is that of the explicitly projected data."""
    (X, y, u), s = years(), np.random.default_rng(0).uniform(0.5, 2.0, 300)
    problem = Problem(make_design(storage(X), y, s), penalty, u)
    design = problem.core.design
    assert isinstance(design, BesideDesign)
    referee = Referee(X, y, u, s)
    G = np.zeros((u.size, u.size))
    G[np.ix_(referee.used, referee.used)] = referee.G
    every = np.arange(u.size)
    inside = np.ix_(referee.used, referee.used)
    close = {"rtol": 1e-9, "atol": 1e-12}
    np.testing.assert_allclose(design.gram(every, every)[inside], G[inside], **close)
    np.testing.assert_allclose(design.norms, G.diagonal(), **close)
    np.testing.assert_allclose(design.energy, float(referee.energy), rtol=1e-9)
    w = np.where(referee.used, np.random.default_rng(0).standard_normal(u.size), 0.0)
    z, rr = design.gradient(w)
    q = np.zeros(u.size)
    q[referee.used] = referee.q
    np.testing.assert_allclose(z, q - G @ w, rtol=1e-9, atol=1e-11)
    assert rr == pytest.approx(float(referee.energy) - w @ (q + z), rel=1e-9)
    np.testing.assert_allclose(design.hessian(w), G @ w, rtol=1e-9, atol=1e-11)
    out = np.empty(u.size)
    design.operator().product(w, out)
    np.testing.assert_allclose(out[referee.used], (G @ w)[referee.used], rtol=1e-9, atol=1e-11)
    some = np.flatnonzero(referee.used)
    if design.walkable(some):
        walk, r = design.walk(some), design.residual(w)
        assert design.energy_of(r) == pytest.approx(rr, rel=1e-9)
        for k, j in enumerate(some):
            assert walk.dot(k, r) == pytest.approx(z[j], rel=1e-8, abs=1e-11)
        walk.subtract(1, 0.5, r)
        w[some[1]] += 0.5
        assert design.energy_of(r) == pytest.approx(design.gradient(w)[1], rel=1e-9)


def test_gathered_or_not(monkeypatch):
    """Free columns that are too many to gather are projected out by their Gram matrix."""
    X, y, u = years()
    best = skl1.ProximalLasso(0.1, penalty_weights=u, tol=1e-10).fit(X, y)
    monkeypatch.setattr("skl1.designs.table.BLOCK_ENTRIES", 0)
    model = skl1.ProximalLasso(0.1, penalty_weights=u).fit(X, y)
    assert model.converged_
    assert model.n_iter_ <= 20
    assert model.objective_ == pytest.approx(best.objective_, rel=1e-6)
    np.testing.assert_allclose(model.coef_[7:], best.coef_[7:], atol=1e-5)
    X, y, u = near_twins(1e-9)
    model = fit(skl1.ProximalLasso(0.1, penalty_weights=u), X, y)
    assert not model.converged_
    check_truth(model, X, y, u)


@pytest.mark.parametrize("apart", [0.0, 1e-4, 1e-7, 1e-10, 1e-13])
def test_signs(apart):
    """Under a sign constraint: no pair of any subset of the free columns does better."""
    rng = np.random.default_rng(3)
    X = rng.standard_normal((60, 9))
    X[:, 1] = X[:, 0] + apart * X[:, 1]
    X[:, 2] = -X[:, 0] + 0.5 * X[:, 2]
    u = np.r_[np.zeros(4), np.ones(5)]
    y = X @ [1.0, 1.0, 1.5, -1.0, 1.0, 0, 0, 0, 0] + rng.standard_normal(60)
    lowest = np.inf
    for subset in range(16):
        kept = np.array([bool(subset >> k & 1) for k in range(4)])
        v = u.copy()
        v[:4][~kept] = np.inf
        model = skl1.ProximalLasso(0.05, penalty_weights=v, tol=1e-10)
        problem = Problem(make_design(X, y), NonNegative(L1(0.05)), v)
        core = problem.beside(problem.free)
        result = minimise(ALONG, core, core.null.w, tol=1e-10, max_iter=100)
        w = core.design.lift_exactly(result.w)
        if np.all(w >= -1e-9):
            lowest = min(lowest, problem.at(np.maximum(w, 0.0)).objective)
    for solver in ("auto", "ista", "fista", "coordinate_descent"):
        model = skl1.ProximalLasso(0.05, penalty_weights=u, positive=True, solver=solver)
        fit(model, X, y)
        assert model.converged_
        assert model.objective_ - model.dual_gap_ <= lowest * (1 + 1e-9)
        assert model.objective_ <= lowest + 1e-6 * y.var()
        assert (model.coef_ >= 0.0).all()
    for other in (skl1.RidgeGD(0.05), skl1.MCPRegressor(0.05), skl1.BestSubsetRegressor(2)):
        assert fit(other.set_params(penalty_weights=u, positive=True), X, y).converged_


def test_rows_of_no_weight_and_float32():
    """Rows of weight zero are as good as absent; float32 X is fitted in float64."""
    X, y, u = near_twins(1e-4)
    s = np.r_[np.ones(80), np.zeros(20)]
    for model in (skl1.ProximalLasso(0.1), skl1.MCPRegressor(0.1), skl1.RidgeGD(0.1)):
        model.set_params(penalty_weights=u)
        some, all_rows = clone(model).fit(X[:80], y[:80]), clone(model).fit(X, y, s)
        assert some.objective_ == pytest.approx(all_rows.objective_, rel=1e-6)
        single = clone(model).set_params(tol=1e-3).fit(X.astype(np.float32), y)
        assert single.coef_.dtype == np.float32
        check = Referee(X.astype(np.float32), y, u)
        got = check.objective(single.coef_, charge(single))
        assert single.objective_ == pytest.approx(got, rel=1e-3)


@pytest.mark.parametrize("positive", [False, True])
def test_warm_starts_and_history(positive):
    """A start whose free part is off costs nothing; calls and records see whole models."""
    X, y, u = years()
    model = skl1.ProximalLasso(
        0.1, penalty_weights=u, positive=positive, warm_start=True, record_history=True
    )
    model.fit(X, y)
    best = model.objective_
    model.coef_ = model.coef_ + 0.1 * (u == 0.0)
    model.fit(X, y)
    assert model.objective_ == pytest.approx(best, rel=1e-9)
    assert np.all(np.diff(model.history_["iteration"]) >= 0)
    problem = Problem(make_design(X, y), NonNegative(L1(0.1)) if positive else L1(0.1), u)
    seen = []
    result = minimise(ALONG, problem, problem.null.w, tol=1e-9, max_iter=50, callback=seen.append)
    assert seen
    assert problem.at(seen[-1]).objective == pytest.approx(result.point.objective, rel=1e-6)


def test_the_advice_names_the_columns():
    """Where free columns agree to all but the last digits, the warning says which they are."""
    X, y, u = near_twins(1e-13)
    with pytest.warns(ConvergenceWarning, match=r"unpenalised features 0, 1 .*leave"):
        skl1.ProximalLasso(0.1, penalty_weights=u).fit(X, y)


def test_certificate_of_a_wide_residual():
    """A trend a million times as large as the rest costs the certificate no digits that matter."""
    rng = np.random.default_rng(0)
    X = np.c_[np.arange(80.0), rng.standard_normal((80, 5))]
    y = 1e6 * X[:, 0] + X[:, 1] + 0.1 * rng.standard_normal(80)
    u = np.r_[0.0, np.ones(5)]
    model = fit(skl1.ProximalLasso(0.01, penalty_weights=u, tol=1e-8), X, y)
    assert model.converged_
    check_truth(model, X, y, u)


@pytest.mark.parametrize("cls", ESTIMATORS, ids=label)
def test_everything_free(cls):
    """With alpha = 0 every column is free, also where there are more of them than rows."""
    rng = np.random.default_rng(2)
    for n, p in ((40, 6), (10, 15)):
        X = rng.standard_normal((n, p))
        X[:, 1] = X[:, 0] + 1e-9 * X[:, 1]
        y = X[:, 2] + rng.standard_normal(n)
        with quiet():
            model = exact(cls, alpha=0.0, tol=1e-6).fit(X, y)
        expected = Referee(X, y, np.zeros(p)).null
        assert model.converged_
        assert float(Referee(X, y, np.zeros(p)).loss(model.coef_)) <= expected + 1e-6 * y.var()


@pytest.mark.parametrize("seed", range(6))
def test_a_short_combination_that_sums_show(seed):
    """A year and its square, free: what is left of them is short in sums, and others see it.

    The gap from moments at a point without it is that from the rows, but for their rounding.
    """
    rng = np.random.default_rng(seed)
    years = 2009.0 + rng.integers(-10, 11, 60)
    groups = np.eye(3)[rng.integers(3, size=60)]
    X = np.c_[years, years**2, groups, rng.standard_normal((60, 20))]
    X[:, 5:] += 0.02 * (years[:, None] - 2009.0) ** 2 * rng.standard_normal(20)
    y = X[:, 5] + 0.1 * (years - 2009.0) ** 2 + rng.standard_normal(60)
    u = np.r_[np.zeros(5), np.ones(20)]
    model = skl1.RidgeGD(1e-3, penalty_weights=u, fit_intercept=False)
    with quiet():
        model.fit_moments(skl1.Moments.of(X, y))
    true = float(Referee(X, y, u, None, False).objective(model.coef_, charge(model)))
    least = Referee(X, y, u, None, False).minimum(*shape(model))
    assert model.dual_gap_ >= (true - least) * (1.0 - 1e-3) - CLOSE * y.var()
    assert not model.converged_ or true - least <= 1.01e-6 * y.var()
