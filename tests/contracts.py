"""Examples of every penalty, for tests that hold for all of them; and how examples are looked for.

A new concrete class makes the tests fail until it has an example here: `examples_of` says so. Those
of designs are in ``contracts_designs.py``, those of solvers in ``contracts_solvers.py``.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest

import skl1
from skl1.penalties import (
    L1,
    MCP,
    SCAD,
    Bounded,
    ElasticNet,
    LogSum,
    Lp,
    NonNegative,
    Penalty,
    Ridged,
    SquaredL2,
)

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


def examples_of(base, table, apart=()):
    """The examples of every concrete subclass of base but those that are apart, as one list."""
    wanted = [c for c in concrete_subclasses(base) if c not in apart]
    missing = [c.__qualname__ for c in wanted if not table.get(c)]
    if missing:
        pytest.fail(f"tests/contracts*.py have no example of {base.__name__} {', '.join(missing)}")
    return [example for examples in table.values() for example in examples]


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
    """Every penalty: its name, the object and an independent formula.

    Bounds that differ from feature to feature are no penalty on one coefficient: what holds within
    them is in ``test_coef_bounds.py``, for each of these penalties.
    """
    return examples_of(Penalty, PENALTIES, apart={Bounded})


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
