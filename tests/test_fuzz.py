"""A short slice of the fuzz, and tests of its referee."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import minimize

import fuzz
import skl1
from common import charge_of
from fuzz_cases import DEFINITIONS, FITTED, FUNCTIONS, OTHERS, PATHS, SEARCHES, SINGLES
from fuzz_claims import claim_of, judge
from referee import Charge, Referee

#: Two of free columns that differ in the 13th digit, which sums show to be there and hide to be
#: long; one where they show the length.
PINNED = 6318, 20238, 30330
#: The seeds of the slice: some seconds of the processor for each kind.
SLICE = [*range(100), *PINNED]
#: Seconds of the processor for a case, which takes a tenth of one: without compilation it is slow.
PATIENCE = 120.0


# What an interrupt hits may be a callback of the garbage collector, whose errors Python drops.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("kind", fuzz.CHECKS)
def test_slice(kind):
    """Nothing is found in the first seeds; ``python tests/fuzz.py --replay SEED`` tells more."""
    kinds = list(fuzz.CHECKS)
    found = []
    for seed in SLICE:
        if kinds[seed % len(kinds)] == kind:
            found += fuzz.examine(seed, PATIENCE).findings
    told = [f"seed {each.seed}, {each.subject}, {each.category}: {each.text}" for each in found]
    assert not told, "\n\n".join(told)


def test_slice_of_targets():
    """Several targets at once: each has what the referee has of it alone."""
    cases = [fuzz.examine(seed, PATIENCE, "targets") for seed in range(25)]
    found = [each for case in cases for each in case.findings]
    told = [f"seed {each.seed}, {each.subject}, {each.category}: {each.text}" for each in found]
    assert not told, "\n\n".join(told)


def test_everything_public_is_drawn():
    """A new estimator or path is found, and needs a definition of what it minimises."""
    assert {*SINGLES, *SEARCHES, *OTHERS} == {*FITTED}
    assert {*SINGLES, *PATHS} <= {*DEFINITIONS}
    assert {name.removesuffix("CV") for name in SEARCHES} <= {*SINGLES}
    assert {*OTHERS} == {"AdaptiveLasso", "AdaptiveLassoCV", "StabilitySelection"}
    assert {*FUNCTIONS} == {*PATHS, "adaptive_weights", "coef_frame", "debiased_lasso"}


def random_problem(seed):
    """Data of few columns, some of them dependent, with weights of all kinds."""
    rng = np.random.default_rng(seed)
    n, p = int(rng.integers(4, 30)), int(rng.integers(1, 8))
    X = rng.standard_normal((n, p))
    X[:, -1] = 2.0 * X[:, 0]
    y = X @ rng.standard_normal(p) + rng.standard_normal(n)
    s, u = rng.integers(1, 4, n).astype(float), rng.choice([0.0, 1.0, 1.0, 2.0, np.inf], p)
    referee = Referee(X, y, s, u, positive=bool(rng.random() < 0.4))
    alpha, share = 10.0 ** rng.uniform(-2.0, 0.0), rng.choice([0.0, 0.5, 1.0])
    return referee, Charge(alpha * share, alpha * (1.0 - share))


@pytest.mark.parametrize("seed", range(20))
def test_the_referee_agrees_with_scipy(seed):
    """Its minimum is that of a quasi-Newton method on the two parts of each coefficient."""
    referee, charge = random_problem(seed)
    A, t = np.asarray(referee.A, dtype=float), np.asarray(referee.t, dtype=float)
    p = A.shape[1]
    u = np.where(referee.included, referee.u, 0.0)

    def value(parts):
        w = parts[:p] - parts[p:]
        r = t - A @ w
        slope = -(A.T @ r) + charge.l2 * u * w
        total = 0.5 * r @ r + charge.l1 * u @ parts.reshape(2, p).sum(axis=0)
        total += 0.5 * charge.l2 * u @ w**2
        return total, np.r_[slope + charge.l1 * u, charge.l1 * u - slope]

    up = [(0.0, None if use else 0.0) for use in referee.included]
    down = [(0.0, None if use and not referee.positive else 0.0) for use in referee.included]
    settings = {"ftol": 1e-15, "gtol": 1e-12, "maxiter": 20_000, "maxfun": 100_000}
    found = minimize(
        value, np.zeros(2 * p), jac=True, bounds=up + down, method="L-BFGS-B", options=settings
    )
    true = float(referee.minimum(charge))
    assert found.fun >= true * (1.0 - 1e-12)
    assert found.fun <= true + 1e-7 * float(referee.energy)


@pytest.mark.parametrize(
    "model",
    [
        skl1.MCPRegressor(0.3, gamma=2.0),
        skl1.SCADRegressor(0.3, gamma=2.5),
        skl1.LogSumRegressor(0.3, epsilon=0.2),
        skl1.NonconvexLpRegressor(0.3, p=0.4, l2=0.1),
        skl1.NonconvexLpRegressor(0.3, p=0.0),
    ],
    ids=lambda model: type(model).__name__,
)
def test_penalties_are_those_of_the_other_tests(model):
    """Two definitions written by different hands."""
    w = np.r_[np.geomspace(1e-6, 0.01, 5), np.linspace(0.01, 3.0, 60)]
    charge = DEFINITIONS[type(model).__name__](model.get_params())
    np.testing.assert_allclose(np.asarray(charge(w), dtype=float), charge_of(model)(w), rtol=1e-10)


def test_lies_are_found():
    """Each kind of false claim about a good fit."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((40, 6))
    y = X[:, 0] - X[:, 1] + 0.3 * rng.standard_normal(40)
    model = skl1.ProximalLasso(0.1).fit(X, y)
    referee, claim = Referee(X, y), claim_of("ProximalLasso", model)
    assert judge(referee, claim) == []
    away = model.coef_ * 0.9
    value = float(referee.objective(away, model.intercept_, claim.charge))
    tiny = np.where(np.arange(6) == 5, 1e-16, model.coef_)
    assert model.coef_[5] == 0.0
    lies = {
        "gap": replace(claim, w=away, objective=value, error=0.0),
        "minimum": replace(claim, w=away, objective=value, error=1.0),
        "objective": replace(claim, objective=claim.objective * (1.0 + 1e-9)),
        "rounding size": replace(claim, w=tiny),
        "not finite": replace(claim, error=np.nan),
        "lower bound": replace(claim, lower=claim.objective * 1.001),
    }
    for category, lie in lies.items():
        assert category in {name for name, _ in judge(referee, lie)}, category


def test_local_lies_are_found():
    """A nonconvex fit whose coefficients, or free coefficients, could be better alone."""
    rng = np.random.default_rng(1)
    X = rng.standard_normal((40, 6))
    y = X[:, 0] - X[:, 1] + 0.3 * rng.standard_normal(40)
    u = np.array([1.0, 1.0, 1.0, 1.0, 0.0, 0.0])
    model = skl1.MCPRegressor(0.1, penalty_weights=u).fit(X, y)
    referee, claim = Referee(X, y, penalty_weights=u), claim_of("MCPRegressor", model)
    assert judge(referee, claim) == []
    for j, category in ((0, "coordinate"), (4, "free")):
        w = model.coef_.copy()
        w[j] += 0.1
        value = float(referee.objective(w, referee.best_intercept(w), claim.charge))
        moved = replace(claim, w=w, b=float(referee.best_intercept(w)), objective=value)
        assert category in {name for name, _ in judge(referee, moved)}
