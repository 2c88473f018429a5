"""Kernels with another form for small work, with NumPy's arrays: both forms do the same."""

import importlib
import pkgutil
from copy import deepcopy

import numpy as np
import pytest

import skl1
from skl1.compiled import Kernel
from skl1.penalties import Bounded, Lp, Penalty
from skl1.solvers.factor import BLOCK, blank_factor
from skl1.solvers.gram_convex import solve_along


def kernels_with_two_forms():
    """All of skl1, by name."""
    found = {}
    for module in pkgutil.walk_packages(skl1.__path__, "skl1."):
        if module.name.endswith("__main__") or ".dask" in module.name:
            continue
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, Kernel) and value.plain is not value.function:
                found[f"{value.__module__}.{value.__name__}"] = value
    return found


FORMS = kernels_with_two_forms()


class Case:
    """A problem of some size, and a subset of its features with all that is kept of it."""

    def __init__(self, seed):
        rng = np.random.default_rng(seed)
        self.n, self.p = 40 + 30 * seed, 8 + 40 * seed
        self.m = self.p // 2
        self.X = X = rng.standard_normal((self.n + self.p, self.p))
        self.y, self.s = rng.standard_normal(X.shape[0]), rng.uniform(0.5, 2.0, X.shape[0])
        self.gram, self.v = X.T @ X, rng.standard_normal(self.p)
        self.v[::3] = 0.0
        self.order = rng.permutation(self.p)
        inside = self.order[: self.m]
        self.factor = np.zeros((self.p, self.p))
        self.factor[: self.m, : self.m] = np.linalg.cholesky(self.gram[np.ix_(inside, inside)]).T
        # For exchanges: a few features in use, their inverse and what is left beside them.
        self.held = held = 4
        few = self.order[:held]
        room = held + 1
        self.V = np.zeros((room, room))
        self.V[:held, :held] = np.linalg.inv(self.gram[np.ix_(few, few)])
        self.A = np.zeros((room, self.p))
        self.A[:held] = self.V[:held, :held] @ self.gram[few]
        q = X.T @ self.y
        self.q, self.w = q, np.append(self.V[:held, :held] @ q[few], 0.0)
        self.z = q - self.w[:held] @ self.gram[few]
        self.norms = self.gram.diagonal().copy()
        self.beside = self.norms - np.einsum("ij,ij->j", self.gram[few], self.A[:held])
        self.used = np.zeros(self.p, dtype=np.intp)
        self.used[few] = 1
        self.places, self.ridge = np.arange(self.p), np.full(self.p, 0.1)
        self.pool = np.flatnonzero(np.arange(self.p) != self.order[-1])
        self.taken = min(5, self.p - self.m)
        self.new = self.order[self.m :].copy()
        self.least = 1e-12 * float(self.y @ self.y)

    def sums(self):
        return np.zeros((3, self.p))

    def swap(self):
        return self.order[:5].copy(), self.held, self.used, self.A, self.V, self.w, self.z

    def entering(self):
        order, *rest = self.swap()
        beside, left = self.beside, np.zeros(self.p)
        return [self.order[-1], self.gram, self.places, self.norms, self.ridge, 1e-8, order,
                *rest, beside, left]  # fmt: skip


#: The arguments of each kernel, made of a case.
ARGUMENTS = {
    "designs.gram_operator.gram_product": lambda c: [c.gram, c.v, np.zeros(c.p)],
    "designs.passes.scan_rows": lambda c: [c.X, c.X[0].copy(), c.s, c.y, *c.sums()],
    "designs.passes.scan_contiguous": lambda c: [
        np.ascontiguousarray(c.X.T), c.X[0].copy(), c.s, c.y, *c.sums(),
    ],
    "designs.passes.residual_rows": lambda c: [
        c.X, c.s, c.y, c.v, c.v[:3].copy(), np.flatnonzero(c.v)[4:], np.zeros(c.p),
    ],
    "designs.passes.gather": lambda c: [
        c.X, c.new, c.v[c.new], c.s, np.zeros((c.X.shape[0], c.new.size)),
    ],
    "designs.passes.gather_columns": lambda c: [
        np.ascontiguousarray(c.X.T), c.new, c.v[c.new], c.s, np.zeros((c.new.size, c.X.shape[0])),
    ],
    "solvers.vectors.subtract": lambda c: [c.gram, 2, 0.3, c.z],
    "solvers.vectors.used": lambda c: [c.v],
    "solvers.gram_nonconvex.places_inside": lambda c: [
        Bounded(Lp(0.1, 0.5), np.full(c.p, -np.inf), np.abs(c.v) * (1.0 + np.arange(c.p) % 2)), c.v,
    ],
    "solvers.factor.fetch": lambda c: [
        c.gram, c.order, c.m, c.new, np.zeros((c.m, c.new.size)),
    ],
    "solvers.factor.pivot": lambda c: [
        c.gram, c.new, np.arange(c.new.size), c.taken, c.taken - 1,
        np.eye(c.new.size), c.gram + 9.0, 1, np.zeros(c.new.size),
    ],
    "solvers.factor.enter_column": lambda c: [
        np.ascontiguousarray(c.X[: c.m - 4, :8]), c.v, 2, 3, c.m - 4, c.factor,
    ],
    "solvers.factor.square": lambda c: [c.X],
    "solvers.factor.forward": lambda c: [c.factor, c.X[: c.m].copy()],
    "solvers.factor.rotate": lambda c: [c.factor, 1, c.m - 1],
    "solvers.factor.solve": lambda c: [c.factor, c.v, c.m],
    "solvers.dependent.null_vectors": lambda c: [c.factor, c.m, c.X[: c.m, :3].copy(), 3],
    "search.subset_moves.begin": lambda c: [c.q, c.norms, c.ridge, c.used, c.z, c.beside],
    "search.subset_moves.best_entry": lambda c: [
        c.pool, c.used, c.beside, 1e-8, c.norms, c.z, c.least,
    ],
    "search.subset_moves.best_swap": lambda c: [
        c.pool, c.used, c.beside, 1e-8, c.norms, c.z, c.held, c.A, c.V, c.w, c.least,
    ],
    "search.subset_moves.enter": lambda c: c.entering(),
    "search.subset_moves.leave": lambda c: [1, *c.swap(), c.beside],
}  # fmt: skip
#: Those that add up in another order, or leave that to the BLAS that they have.
ANOTHER_ORDER = {"scan_rows", "scan_contiguous", "residual_rows", "square", "forward", "solve"}


def test_every_kernel_with_two_forms_has_arguments_here():
    assert set(FORMS) == {f"skl1.{name}" for name in ARGUMENTS}


@pytest.mark.parametrize("seed", [0, 1, 5])
@pytest.mark.parametrize("name", ARGUMENTS)
def test_both_forms_do_the_same(name, seed):
    """What they return and what they write: in every bit, unless they add up in another order."""
    kernel = FORMS[f"skl1.{name}"]
    arguments = ARGUMENTS[name](Case(seed))
    seen = []
    for form in (kernel.compiled, kernel.interpreted, kernel.function):
        given = deepcopy(arguments)
        seen.append((form(*given), given))
    for other in seen[1:]:
        for one, two in zip(flat(seen[0]), flat(other), strict=True):
            if kernel.__name__ in ANOTHER_ORDER or kernel.fastmath:
                scale = np.abs(one).max(initial=0.0)
                np.testing.assert_allclose(one, two, rtol=1e-9, atol=1e-11 * scale)
            else:
                np.testing.assert_array_equal(one, two)


def flat(value):
    """All arrays and numbers in nested lists and tuples."""
    if isinstance(value, (list, tuple)):
        return [each for part in value for each in flat(part)]
    return [] if value is None or isinstance(value, Penalty) else [np.asarray(value, dtype=float)]


def test_the_first_of_equal_swaps_is_taken_by_both_forms():
    """Copies of a column enter equally well: rounding must not choose between them."""
    case = Case(1)
    twin = int(case.pool[case.used[case.pool] == 0][3])
    copies = case.pool[case.used[case.pool] == 0][4:12]
    for each in (case.z, case.beside, case.norms):
        each[copies] = each[twin]
    case.A[:, copies] = case.A[:, [twin]]
    case.z[[twin, *copies]] *= 50.0
    case.z[copies[-1]] *= 1.0 + 1e-15
    kernel = FORMS["skl1.search.subset_moves.best_swap"]
    arguments = ARGUMENTS["search.subset_moves.best_swap"](case)
    assert kernel.compiled(*arguments) == kernel.interpreted(*arguments)
    assert kernel.compiled(*arguments)[1] == twin


@pytest.mark.parametrize("form", ["compiled", "interpreted"])
@pytest.mark.parametrize("l2", [0.0, 0.1])
@pytest.mark.parametrize("rank", [None, 30])
def test_paths_on_dependent_columns_in_both_forms(form, l2, rank, monkeypatch):
    """Columns that depend on each other are met within a call: the solutions are optimal."""
    monkeypatch.setattr(Kernel, "sized", lambda kernel, *_: getattr(kernel, form))
    rng = np.random.default_rng(7)
    n, p = 90, 2 * BLOCK + 22
    X = rng.standard_normal((n, p))
    if rank:
        X = X[:, :rank] @ rng.standard_normal((rank, p))
    X[:, p // 2 :] = X[:, : p - p // 2]
    y = X[:, :5].sum(axis=1) + rng.standard_normal(n)
    gram, q = X.T @ X / n, X.T @ y / n
    alphas = np.abs(q).max() * np.geomspace(0.9, 0.001, 15)
    W, Z = np.zeros((2, alphas.size + 1, p))
    Z[0], weights = q, np.full(p, 1.5)
    weights[:2] = 0.0
    sweeps = np.zeros(alphas.size, dtype=np.intp)
    energy = float(y @ y) / n
    arguments = [1.0, l2, False, gram, gram.diagonal().copy(), weights, alphas, 1e-16 * energy]
    solve_along(1, *arguments, 1000, W, Z, sweeps, *blank_factor(p if l2 else min(n, p)))
    assert np.all(sweeps > 0)
    assert np.all(sweeps < 1000)
    for alpha, w, z in zip(alphas, W[1:], Z[1:], strict=True):
        np.testing.assert_allclose(z, q - gram @ w, atol=1e-9 * np.abs(q).max())
        slope = z - alpha * l2 * weights * w
        used, limit = w != 0.0, alpha * weights
        slack = 1e-6 * np.abs(q).max()
        assert np.all(np.abs(slope - limit * np.sign(w))[used] <= slack)
        assert np.all(np.abs(slope)[~used] <= limit[~used] + slack)
