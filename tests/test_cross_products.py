"""Gram matrices of sparse columns, by each of the three ways, against extended precision."""

import numpy as np
import pytest
from scipy import sparse

from common import ESTIMATORS
from contracts import LONG
from skl1 import ProximalLasso
from skl1.compiled import Kernel
from skl1.designs import MomentDesign, cross_products, make_design

WAYS = ["by rows", "by columns", "by dense blocks"]


#: Each way with a third of some seeds.
SEEDS = [(seed % 3, seed) for seed in range(60)]


@pytest.fixture(params=range(3), ids=WAYS)
def way(request, monkeypatch):
    """Each way in turn, whatever it costs, in blocks of a few entries."""
    costs = np.ones(3)
    costs[request.param] = 0.0
    monkeypatch.setattr("skl1.designs.sparse.costs", lambda *_: tuple(costs))
    monkeypatch.setattr(cross_products, "BLOCK", 16)
    return request.param


def random_case(seed):
    """A matrix of any storage, weights, an intercept or none, and columns in any order."""
    rng = np.random.default_rng(seed)
    n, p = int(rng.integers(1, 70)), int(rng.integers(1, 40))
    X = rng.normal(size=(n, p)) * 10.0 ** rng.integers(-3, 4, p)
    X[rng.random((n, p)) > rng.choice([0.02, 0.2, 0.6, 1.0])] = 0.0
    X[:, rng.random(p) < 0.1] = 0.0
    X[rng.random(n) < 0.1] = 1.0
    S = sparse.csc_array(X.astype(rng.choice([np.float32, np.float64])))
    index = rng.choice([np.int32, np.int64])
    S.indices, S.indptr = S.indices.astype(index), S.indptr.astype(index)
    S.data[rng.random(S.data.size) < 0.1] = 0.0  # zeros that are stored
    s = None
    if rng.random() < 0.7:
        s = rng.uniform(0.1, 3.0, n)
        s[rng.random(n) < 0.2] = 0.0
        s[0] = 1.0
    cut = int(rng.integers(0, p + 1))
    order = rng.permutation(p)
    return S, rng.normal(size=n), s, bool(rng.random() < 0.5), order[:cut], order[cut:]


@pytest.mark.parametrize(("way", "seed"), SEEDS, indirect=["way"])
def test_gram_blocks(way, seed):
    X, y, s, fit_intercept, old, new = random_case(seed)
    design = make_design(X, y, s, fit_intercept)
    plain = X.toarray().astype(LONG)
    weights = np.ones(y.size) if s is None else s
    weights = weights.astype(LONG) / weights.astype(LONG).sum()
    mean = weights @ plain if fit_intercept else np.zeros(plain.shape[1], LONG)
    exact = (plain - mean).T @ (weights[:, None] * (plain - mean))
    # Centring is implicit, so rounding is measured by the columns as they are.
    size = np.sqrt(weights @ plain**2)
    allowed = 1e-14 * np.outer(size, size)

    def right(block, rows, columns):
        assert block.shape == (rows.size, columns.size)
        assert block.dtype == np.float64
        index = np.ix_(rows, columns)
        assert np.all(np.abs(block - exact[index]) <= allowed[index])

    for columns in (old, new, np.arange(plain.shape[1])):
        right(design.gram(columns, columns), columns, columns)
    right(design.gram(old, new), old, new)
    right(design.gram(new, old), new, old)
    mixed = np.concatenate([new[:3], old[:3], new[:1]])  # some on both sides, one twice
    right(design.gram(mixed, new), mixed, new)
    right(design.gram(mixed, mixed), mixed, mixed)
    beside, square = design.gram_beside(old, new)
    right(beside, old, new)
    right(square, new, new)
    assert np.array_equal(square, square.T)


@pytest.mark.parametrize(("way", "seed"), SEEDS[:12], indirect=["way"])
def test_plain_python_does_the_same(way, seed, monkeypatch):
    """What small work is done by, and the compiled code."""
    X, y, s, fit_intercept, old, new = random_case(seed)
    design = make_design(X, y, s, fit_intercept)
    found = []
    for form in ("function", "compiled"):
        monkeypatch.setattr(Kernel, "sized", lambda self, *_, form=form: getattr(self, form))
        found.append(np.vstack(design.gram_beside(old, new)))
    size = np.sqrt(np.abs(found[0]).max(initial=0.0))
    np.testing.assert_allclose(found[0], found[1], rtol=1e-13, atol=1e-14 * size**2)


def test_the_shortest_way_is_taken():
    """Few columns by columns, many thin ones by rows, and full ones by dense blocks."""
    every = np.arange(300)
    taken = {}
    for density in (0.02, 0.9):
        X = sparse.random(3000, 300, density, format="csc", random_state=0)
        design = make_design(X, np.arange(3000.0))
        for count in (4, 300):
            costs = design._costs(every[:0], every[:count])
            taken[density, count] = WAYS[int(np.argmin(costs))]
    assert taken[0.02, 4] == "by columns"
    assert taken[0.02, 300] == "by rows"
    assert taken[0.9, 300] == "by dense blocks"


def test_forming_is_an_estimate_in_one_unit():
    """It grows with the columns and their entries; moments have nothing left to form."""
    rng = np.random.default_rng(0)
    thin = sparse.random(5000, 200, 0.01, format="csc", random_state=0)
    thick = sparse.random(5000, 200, 0.2, format="csc", random_state=0)
    y, every = rng.normal(size=5000), np.arange(200)
    designs = [make_design(X, y) for X in (thin, thick, thick.toarray())]
    prices = [design.forming(every) for design in designs]
    assert prices[0] < prices[1] < prices[2]
    for design in designs:
        assert design.forming(every[:20]) < design.forming(every)
    assert MomentDesign.of_design(designs[0]).forming(every) == 0.0


def test_how_unequal_rows_are():
    """The draws find the sum of squares of row counts, of equal rows and of very unequal ones."""
    rng = np.random.default_rng(1)
    for power in (0.0, 1.0):
        share = np.minimum(30.0 / (1.0 + np.arange(20_000)) ** power / 400, 1.0)
        X = sparse.csc_array(rng.random((20_000, 400)) < share[:, None] * 0.5, dtype=np.float64)
        counts = np.bincount(X.indices, minlength=20_000).astype(float)
        expected = 20_000 * float(counts @ counts) / X.nnz**2
        assert 0.7 < make_design(X, np.arange(20_000.0))._crowding / expected < 1.4


@pytest.mark.parametrize("kind", [sparse.csc_array, sparse.csc_matrix])
def test_columns_are_used_as_they_are_given(kind):
    """No copy of a canonical CSC matrix, of either precision and of either width of indices."""
    X = kind(sparse.random(50, 20, 0.2, format="csc", random_state=0))
    for dtype in (np.float32, np.float64):
        for index in (np.int32, np.int64):
            given = X.astype(dtype)
            given.indices, given.indptr = given.indices.astype(index), given.indptr.astype(index)
            used, _ = ProximalLasso(0.1).pose(given, np.arange(50.0))
            assert np.shares_memory(used.data, given.data)
            assert np.shares_memory(used.indices, given.indices)


@pytest.mark.parametrize("kind", [sparse.csr_array, sparse.csr_matrix])
def test_rows_are_converted_once(kind, monkeypatch):
    X = kind(sparse.random(50, 20, 0.2, format="csr", random_state=0))
    y, calls = np.arange(50.0), []
    convert = kind.tocsc
    monkeypatch.setattr(kind, "tocsc", lambda self: calls.append(1) or convert(self))
    used, _ = ProximalLasso(0.1).pose(X, y)
    assert used.format == "csc"
    assert len(calls) == 1


@pytest.mark.parametrize("cls", ESTIMATORS)
def test_sparse_data_that_are_not_finite_are_refused(cls):
    """In the words of scikit-learn, although its check is left out where all is well."""
    for kind in (sparse.csc_array, sparse.csr_array):
        for bad in (np.nan, np.inf):
            X = kind(np.random.default_rng(0).normal(size=(30, 5)))
            X.data[7] = bad
            with pytest.raises(ValueError, match=r"NaN|infinity"):
                cls().fit(X, np.arange(30.0))
