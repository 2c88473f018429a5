"""Examples of every penalty, design and solver, for tests that hold for all of them.

A new concrete class makes the tests fail until it has an example here: `examples_of` says so.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass, replace

import numpy as np
import pytest
from scipy import sparse

import skl1
from skl1.designs import DenseDesign, SparseDesign, TableDesign
from skl1.penalties import (
    L1,
    MCP,
    SCAD,
    ElasticNet,
    LogSum,
    Lp,
    NonNegative,
    Penalty,
    Ridged,
    SquaredL2,
)
from skl1.problems.problem import Problem
from skl1.solvers.base import Solver
from skl1.solvers.first_order import Nesterov, Still
from skl1.solvers.gradient_descent import ConjugateGradient, GradientDescent
from skl1.solvers.inner import Sweeps, SweepsThenNewton
from skl1.solvers.proximal_gradient import ProximalGradient
from skl1.solvers.subgradient import Crossing, SubgradientDescent, Truncated
from skl1.solvers.working_set import WorkingSet

LONG = np.longdouble
#: The rounding of a float64, and what ordinary data may lose of it in a short sum.
EPS = np.finfo(np.float64).eps
CLOSE = 1e-12


def all_modules():
    """Every module of skl1, imported, so that every subclass is known; those on dask apart."""
    names = [m.name for m in pkgutil.iter_modules(skl1.__path__, "skl1.")]
    packages = [name for name in names if name not in {"skl1.__main__", "skl1.dask"}]
    for name in packages:
        paths = getattr(importlib.import_module(name), "__path__", [])
        packages += [inner.name for inner in pkgutil.iter_modules(paths, f"{name}.")]
    return [importlib.import_module(name) for name in packages]


def concrete_subclasses(cls):
    """The classes of skl1 below cls, at whatever depth, that can be instantiated."""
    all_modules()
    found = set()

    def collect(parent):
        for child in parent.__subclasses__():
            inside = re.match(r"skl1\.(?!dask\.)", child.__module__)
            if inside and not inspect.isabstract(child):
                found.add(child)
            collect(child)

    collect(cls)
    return sorted(found, key=lambda c: (c.__module__, c.__qualname__))


def examples_of(base, table):
    """The examples of every concrete subclass of base, as one list."""
    missing = [c.__qualname__ for c in concrete_subclasses(base) if not table.get(c)]
    if missing:
        pytest.fail(f"tests/contracts.py has no example of {base.__name__} {', '.join(missing)}")
    return [example for examples in table.values() for example in examples]


# Penalties


@dataclass(frozen=True)
class PenaltyCase:
    """A penalty, and its formula and derivative for w > 0 in a second, independent form."""

    name: str
    penalty: Penalty
    g: Callable
    slope: Callable
    make: Callable  #: of alpha, the case without a sign constraint
    one_sided: bool = False

    def __str__(self):
        return self.name

    def value(self, w):
        """g of arrays, infinite where it is not defined, in the precision of w."""
        w = np.asarray(w)
        size = np.abs(w)
        charged = np.where(size > 0, self.g(np.where(size > 0, size, 1)), 0)
        return np.where(w < 0, np.inf, charged) if self.one_sided else charged

    def with_alpha(self, alpha):
        """The penalty with another alpha."""
        return self.penalty.with_alpha(alpha)

    def at_alpha(self, alpha):
        """The case with another alpha."""
        case = self.make(alpha)
        if not isinstance(self.penalty, NonNegative):
            return case
        return replace(case, penalty=NonNegative(case.penalty), one_sided=True)


def _l1(alpha):
    return PenaltyCase(f"L1({alpha})", L1(alpha), lambda w: alpha * w, lambda w: alpha + 0 * w, _l1)


def _elastic_net(alpha, ratio):
    return PenaltyCase(
        f"ElasticNet({alpha}, {ratio})",
        ElasticNet(alpha, ratio),
        lambda w: alpha * (ratio * w + (1 - LONG(ratio)) / 2 * w**2),
        lambda w: alpha * (ratio + (1 - LONG(ratio)) * w),
        lambda other: _elastic_net(other, ratio),
    )


def _squared(alpha):
    return PenaltyCase(
        f"SquaredL2({alpha})",
        SquaredL2(alpha),
        lambda w: alpha * w**2 / 2,
        lambda w: alpha * w,
        _squared,
    )


# The formulas of the nonconvex penalties take arrays of parameters too.


def lp_formulas(alpha, p):
    """``alpha w^p`` and its derivative."""
    exponent = LONG(p)
    return (
        lambda w: alpha * w**exponent,
        lambda w: alpha * exponent * w ** (exponent - 1),
    )


def mcp_formulas(alpha, gamma):
    """Zhang's penalty and its derivative."""
    end = LONG(alpha) * LONG(gamma)
    return (
        lambda w: np.where(w < end, alpha * w - w**2 / (2 * LONG(gamma)), end * alpha / 2),
        lambda w: np.maximum(alpha - w / LONG(gamma), 0),
    )


def scad_formulas(alpha, gamma):
    """Fan and Li's penalty and its derivative."""
    first, end = LONG(alpha), LONG(alpha) * LONG(gamma)
    return (
        lambda w: np.where(
            w <= first,
            first * w,
            np.where(
                w <= end,
                (2 * end * w - w**2 - first**2) / (2 * (LONG(gamma) - 1)),
                first**2 * (LONG(gamma) + 1) / 2,
            ),
        ),
        lambda w: np.clip((end - w) / (LONG(gamma) - 1), 0, first),
    )


def log_sum_formulas(alpha, epsilon):
    """The logarithm and its derivative."""
    return (
        lambda w: alpha * np.log1p(w / LONG(epsilon)),
        lambda w: alpha / (w + LONG(epsilon)),
    )


def ridged_formulas(inner, l2):
    """Another penalty's formulas with a squared term."""
    g, slope = inner
    return (lambda w: g(w) + LONG(l2) / 2 * w**2, lambda w: slope(w) + LONG(l2) * w)


def _lp(alpha, p):
    name, penalty = f"Lp({alpha}, {p:.3g})", Lp(alpha, p)
    return PenaltyCase(name, penalty, *lp_formulas(alpha, p), lambda other: _lp(other, p))


def _mcp(alpha, gamma):
    name, penalty = f"MCP({alpha}, {gamma})", MCP(alpha, gamma)
    return PenaltyCase(name, penalty, *mcp_formulas(alpha, gamma), lambda a: _mcp(a, gamma))


def _scad(alpha, gamma):
    name, penalty = f"SCAD({alpha}, {gamma})", SCAD(alpha, gamma)
    return PenaltyCase(name, penalty, *scad_formulas(alpha, gamma), lambda a: _scad(a, gamma))


def _log_sum(alpha, epsilon):
    name, penalty = f"LogSum({alpha}, {epsilon})", LogSum(alpha, epsilon)
    formulas = log_sum_formulas(alpha, epsilon)
    return PenaltyCase(name, penalty, *formulas, lambda other: _log_sum(other, epsilon))


def _ridged(case, l2):
    return PenaltyCase(
        f"Ridged({case}, {l2})",
        Ridged(case.penalty, l2),
        *ridged_formulas((case.g, case.slope), l2),
        lambda other: _ridged(case.make(other), l2),
    )


POWERS = (0.0, 0.1, 0.3, 0.5, 2.0 / 3.0, 0.9, 0.99, 1.0)

PENALTIES: dict[type, list[PenaltyCase]] = {
    L1: [_l1(0.7), _l1(0.0)],
    ElasticNet: [_elastic_net(0.8, 0.5), _elastic_net(3.0, 0.01), _elastic_net(0.4, 0.99)],
    SquaredL2: [_squared(0.6)],
    Lp: [_lp(0.7, p) for p in POWERS] + [_lp(0.0, 0.5), _lp(1.0, 0.6), _lp(1.0, 1e-3)],
    MCP: [_mcp(0.7, 3.0), _mcp(0.7, 1.1), _mcp(0.0, 2.0)],
    SCAD: [_scad(0.7, 3.7), _scad(0.7, 2.01), _scad(0.0, 3.0)],
    LogSum: [_log_sum(0.7, 1.0), _log_sum(0.7, 0.01), _log_sum(0.7, 30.0), _log_sum(0.0, 1.0)],
}
PENALTIES[Ridged] = [
    _ridged(case, 0.3)
    for case in (_l1(0.7), _lp(0.7, 0.0), _lp(0.7, 0.5), _lp(0.7, 0.3), _mcp(0.7, 3.0))
]
PENALTIES[NonNegative] = [
    replace(case, name=f"NonNegative({case})", penalty=NonNegative(case.penalty), one_sided=True)
    for cases in PENALTIES.values()
    for case in cases
]


def penalty_cases():
    """Every penalty: its name, the object and an independent formula."""
    return examples_of(Penalty, PENALTIES)


def brute_prox(case, z, step):
    """The global minimiser: the best of 0 and the local minima on a grid: ``(w, margin)``.

    ``margin`` is by how much w beats the others, as a share of ``z^2``; a tie is where it is 0.
    The formulas of the case may hold an array of parameters, one for each z.
    """
    z, step = np.asarray(z, dtype=LONG), np.asarray(step, dtype=LONG)
    if case.one_sided:
        z = np.maximum(z, 0)
    size, columns = np.abs(z), np.arange(z.size)
    share = np.union1d(np.geomspace(1e-18, 1.0, 130), np.linspace(0.0, 1.0, 81)[1:])
    grid = size * share.astype(LONG)[:, None]

    def rising(w):
        return w - size + step * case.slope(np.where(w > 0, w, 1)) >= 0

    # Slopes tell minima apart where values agree to all digits: z itself has a slope >= 0, and 0
    # is a minimum unless the objective falls at once.
    with np.errstate(all="ignore"):
        up = rising(grid)
        stays = step * case.value(grid[0]) >= grid[0] * (size - grid[0] / 2)
    valley = ~up[:-1] & up[1:]
    found, heights = [np.zeros_like(size)], [np.where(stays, size**2 / 2, np.inf)]
    while valley.any():
        cell = np.argmax(valley, axis=0)
        there = valley[cell, columns]
        valley[cell, columns] = False
        low, high = grid[cell, columns], grid[cell + 1, columns]
        with np.errstate(all="ignore"):
            for _ in range(75):
                middle = (low + high) / 2
                over = rising(middle)
                low, high = np.where(over, low, middle), np.where(over, middle, high)
            found.append(high)
            height = (high - size) ** 2 / 2 + step * case.value(high)
        heights.append(np.where(there, height, np.inf))
    first, lowest = np.argmin(heights, axis=0), np.sort([*heights, np.full(z.size, np.inf)], axis=0)
    with np.errstate(all="ignore"):
        margin = np.where(size > 0, (lowest[1] - lowest[0]) / size**2, np.inf)
    return np.copysign(np.array(found)[first, columns], z), margin


# Designs


def _strided(X):
    wide = np.zeros((2 * X.shape[0], 2 * X.shape[1]), dtype=X.dtype)
    wide[::2, ::2] = X
    return wide[::2, ::2]


def _read_only(X):
    X = X.copy()
    X.flags.writeable = False
    return X


def _memmap(X):
    with tempfile.TemporaryFile() as file:  # the mapping outlives the file's name and handle
        mapped = np.memmap(file, dtype=X.dtype, shape=X.shape)
    mapped[:] = X
    return mapped


def _indexed(kind, dtype):
    def store(X):
        S = kind(X)
        S.indices, S.indptr = S.indices.astype(dtype), S.indptr.astype(dtype)
        return S

    return store


def _read_only_csc(X):
    S = sparse.csc_array(X)
    for part in (S.data, S.indices, S.indptr):
        part.flags.writeable = False
    return S


def _single(store):
    return lambda X: store(X.astype(np.float32))


#: How the X of each design with rows may be stored: a function of a C-ordered float64 matrix.
STORAGES: dict[type, dict[str, Callable]] = {
    DenseDesign: {
        "C": np.array,
        "F": np.asfortranarray,
        "strided": _strided,
        "reversed": lambda X: X[::-1].copy()[::-1],
        "read-only": _read_only,
        "memmap": _memmap,
        "float32 C": _single(np.array),
        "float32 F": _single(np.asfortranarray),
    },
    SparseDesign: {
        "csc_array": sparse.csc_array,
        "csc_matrix int32": _indexed(sparse.csc_matrix, np.int32),
        "csc_array int64": _indexed(sparse.csc_array, np.int64),
        "csr_matrix": sparse.csr_matrix,
        "coo_array": sparse.coo_array,
        "read-only csc": _read_only_csc,
        "float32 csc": _single(sparse.csc_matrix),
        "float32 int64": _single(_indexed(sparse.csc_array, np.int64)),
    },
}


def storages():
    """Pairs (name, function that stores a matrix) for every design with rows."""
    return examples_of(TableDesign, {kind: list(ways.items()) for kind, ways in STORAGES.items()})


class Reference:
    """The explicit, centred, weighted data in extended precision: what a Design must equal."""

    def __init__(self, X, y, sample_weight=None, fit_intercept=True):
        X = X.toarray() if sparse.issparse(X) else np.asarray(X)
        X, y = X.astype(LONG), np.asarray(y).astype(LONG)
        s = np.ones(y.size) if sample_weight is None else np.asarray(sample_weight)
        self.s = s.astype(LONG) / s.astype(LONG).sum()
        self.x_mean = self.s @ X if fit_intercept else np.zeros(X.shape[1], LONG)
        self.y_mean = self.s @ y if fit_intercept else LONG(0)
        self.X, self.y = X - self.x_mean, y - self.y_mean
        # A constant column is exactly zero; its mean in extended precision may not be exact.
        varies = [np.unique(column[self.s > 0]).size > 1 for column in X.T]
        if fit_intercept:
            self.X[:, ~np.array(varies, dtype=bool)] = 0

    @property
    def gram(self):
        return self.X.T @ (self.s[:, None] * self.X)

    @property
    def norms(self):
        return self.s @ self.X**2

    @property
    def size(self):
        """What a column's rounding errors are measured by: its norm, or its mean if constant."""
        norms = self.norms
        return np.where(norms > 0, np.sqrt(norms), np.abs(self.x_mean))

    @property
    def energy(self):
        return self.s @ self.y**2

    def residual(self, w):
        return self.y - self.X @ w

    def correlation(self, r):
        """``X' S r``."""
        return self.X.T @ (self.s * r)

    def loss(self, w):
        return self.s @ self.residual(w) ** 2 / 2

    def objective(self, case, weights, w):
        """F(w) by an independent formula; ``weights`` may hold inf where w is zero."""
        w = np.asarray(w).astype(LONG)
        finite = np.isfinite(weights)
        assert not w[~finite].any(), "an excluded feature has a coefficient"
        return float(self.loss(w) + weights[finite] @ case.value(w[finite]))


# Solvers


@dataclass(frozen=True)
class SolverCase:
    """A solver, the problems it accepts, and how near to the optimum it is to come."""

    name: str
    solver: Solver
    accepts: Callable[[Penalty], bool]
    tol: float = 1e-10
    max_iter: int = 3000
    monotone: bool = False

    def __str__(self):
        return self.name


def _any(penalty):
    return True


def _convex(penalty):
    return penalty.convex


def _ridge(penalty):
    return isinstance(penalty, SquaredL2)


def _signed_ridge(penalty):
    return isinstance(getattr(penalty, "inner", penalty), SquaredL2)


def _subgradient(rule, length, tol, landing=None, averaging=False):
    solver = SubgradientDescent(rule, length, landing or Truncated(), averaging)
    return SolverCase(
        f"subgradient {rule}{' averaged' if averaging else ''} {type(solver.landing).__name__}",
        solver,
        _convex,
        tol,
        max_iter=600,
        monotone=not averaging,
    )


#: Solvers with the accuracy they reach on small, well conditioned problems.
SOLVERS: dict[type, list[SolverCase]] = {
    WorkingSet: [
        SolverCase("newton", WorkingSet(SweepsThenNewton()), _any, 1e-12, 100, True),
        SolverCase("sweeps", WorkingSet(Sweeps(), count_sweeps=True), _any, monotone=True),
    ],
    ProximalGradient: [
        SolverCase("ista", ProximalGradient(Still()), _convex, monotone=True),
        SolverCase("fista", ProximalGradient(Nesterov()), _convex),
    ],
    GradientDescent: [
        SolverCase("gradient", GradientDescent(Still()), _signed_ridge, monotone=True),
        SolverCase("nesterov", GradientDescent(Nesterov()), _signed_ridge),
    ],
    ConjugateGradient: [SolverCase("conjugate", ConjugateGradient(), _ridge)],
    SubgradientDescent: [
        _subgradient("polyak", 1.0, 1e-3),
        _subgradient("constant", 1.0, 1e-1),
        _subgradient("sqrt", 1.0, 1e-1),
        _subgradient("normalized", 1.0, 1e-1),
        _subgradient("polyak", 1.0, 1e-2, Crossing()),
        _subgradient("sqrt", 1.0, 1e-1, averaging=True),
    ],
}


def solver_cases():
    """Every solver, with what it accepts."""
    return examples_of(Solver, SOLVERS)


def parts_in_use(base):
    """The classes below base that the solver examples are made of."""
    solvers = [case.solver for case in solver_cases()]
    held = [
        getattr(solver, field.name)
        for solver in solvers
        if is_dataclass(solver)
        for field in fields(solver)
    ]
    return {type(part) for part in held if isinstance(part, base)}


# Problems


@dataclass(frozen=True)
class Task:
    """A small problem with everything a test may want to compare it with."""

    problem: Problem
    reference: Reference
    case: PenaltyCase
    penalty_weights: np.ndarray

    def objective(self, w):
        """F(w), computed without skl1."""
        return self.reference.objective(self.case, self.penalty_weights, w)


def make_task(
    case,
    seed,
    *,
    n=25,
    p=6,
    storage=np.array,
    sample_weight=False,
    fit_intercept=True,
    penalty_weights=None,
    share=0.2,
    X=None,
    noise=0.3,
):
    """A random problem with alpha at a share of alpha_max (or of 1, where that is infinite)."""
    rng = np.random.default_rng(seed)
    if X is None:
        X = rng.normal(size=(n, p)) + 0.5 * rng.normal(size=(n, 1)) + rng.normal(size=p)
        X[rng.random(size=X.shape) < 0.3] = 0.0
    n, p = X.shape
    truth = rng.normal(size=p) * (rng.random(p) < 0.6)
    y = X @ truth + noise * rng.normal(size=n) + 2.0
    s = None
    if sample_weight:
        s = rng.random(n)
        s[rng.random(n) < 0.2] = 0.0
        s[0] = 1.0
    u = np.ones(p)
    if penalty_weights == "mixed":
        u = rng.uniform(0.3, 2.0, size=p)
        u[0], u[-1] = 0.0, np.inf
    elif penalty_weights is not None:
        u = np.asarray(penalty_weights, dtype=float)
    stored = storage(X)
    kind = SparseDesign if sparse.issparse(stored) else DenseDesign
    design = kind(stored, y, s, fit_intercept)
    top = Problem(design, case.with_alpha(1.0), u).alpha_max
    alpha = share * (top if np.isfinite(top) and top > 0.0 else 1.0)
    name = type(case.penalty).__name__
    made = case.at_alpha(alpha)
    assert made.penalty.convex == case.penalty.convex, name
    problem = Problem(design, made.penalty, u)
    return Task(problem, Reference(stored, y, s, fit_intercept), made, u)
