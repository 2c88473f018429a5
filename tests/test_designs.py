"""Designs against the explicit centred, weighted matrix in extended precision."""

from dataclasses import dataclass

import numpy as np
import pytest
from scipy import sparse

from contracts import CLOSE, EPS, LONG, concrete_subclasses
from contracts_designs import STORAGES, Reference, storages
from skl1.designs import (
    DenseDesign,
    GramOperator,
    SparseDesign,
    TableDesign,
    dense,
    make_design,
    passes,
)
from skl1.designs.gram_operator import apply_product

pytestmark = pytest.mark.filterwarnings("error")
N, P = 23, 7
BIG_MEANS = 1e6


def table(rng, kind):
    """A matrix of the kind that gives a design trouble."""
    X = rng.normal(size=(N, P))
    X[rng.random((N, P)) < 0.4] = 0.0
    if kind == "large means":
        X = rng.normal(size=(N, P)) + BIG_MEANS * rng.uniform(0.5, 1.0, size=P)
    elif kind == "scales":
        X *= 10.0 ** np.linspace(-8, 8, P)
    elif kind == "constant columns":
        X[:, 1], X[:, 3], X[:, 4] = 0.1, 0.0, -1e9 / 3
    elif kind == "wide":
        X = rng.normal(size=(5, 12))
    return X


def sample_weight(rng, kind, n):
    """Weights: none, any, or with zeros."""
    if kind == "equal":
        return None
    s = rng.uniform(0.1, 5.0, size=n)
    if kind == "with zeros":
        s[rng.random(n) < 0.4] = 0.0
        s[-1] = 1.0
    return s


@dataclass
class Case:
    """A design and what it has to equal."""

    name: str
    design: TableDesign
    reference: Reference
    X: object
    y: np.ndarray
    rtol: float


KINDS = ["plain", "large means", "scales", "constant columns", "wide"]
WEIGHTS = ["equal", "any", "with zeros"]


def build(store, kind, weighting, fit_intercept):
    rng = np.random.default_rng([len(kind), len(weighting), fit_intercept])
    X = table(rng, kind)
    y = rng.normal(size=X.shape[0]) + 3.0
    s = sample_weight(rng, weighting, y.size)
    stored = store(X)
    if stored.dtype == np.float32 and kind == "large means" and fit_intercept:
        stored = store((X - X.mean(0)) + 2.0**20)  # some of the spread survives in 24 bits
    # Centring costs as many digits as the mean has above the spread.
    rtol = 1e-9 if kind == "large means" else CLOSE
    design = make_design(stored, y, s, fit_intercept)
    name = f"weights {weighting}, {'an' if fit_intercept else 'no'} intercept"
    reference = Reference(stored, y, s, fit_intercept)
    return Case(name, design, reference, stored, y, rtol)


@pytest.fixture(params=storages(), ids=lambda pair: pair[0], scope="module")
def store(request):
    """A way to store X."""
    return request.param[1]


@pytest.fixture(params=KINDS, scope="module")
def kind(request):
    """What is special about X."""
    return request.param


@pytest.fixture(params=["small", "large"], scope="module")
def route(request):
    """Small tables go the way that they go, and the way of tables beyond the cache."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "large":
            patch.setattr(dense, "SMALL", 0)
            patch.setattr(passes, "TILE", 3)
            patch.setattr(dense, "SCATTERED", 2)
            patch.setattr(dense, "CHUNK_ENTRIES", 4)
        yield


@pytest.fixture(scope="module")
def cases(store, kind, route):
    """A storage and a table with every weighting, with and without an intercept."""
    return [build(store, kind, weighting, b) for weighting in WEIGHTS for b in (True, False)]


def near(case, got, expected, scale, rtol=None):
    """Equal up to rtol of the scale of the terms that were added up."""
    error = np.abs(np.asarray(got) - expected)
    allowed = (case.rtol if rtol is None else rtol) * np.abs(scale)
    worst = float(np.max(error / np.maximum(allowed, 1e-300), initial=0.0))
    assert np.all(error <= allowed), f"{case.name}: {worst:.3g} times what is allowed"


def vectors(case, seed=0):
    """A few coefficient vectors in the columns' own units: dense, sparse, zero."""
    rng = np.random.default_rng(seed)
    norms = case.reference.norms.astype(float)
    w = rng.normal(size=norms.size) * np.where(
        norms > 0, 1 / np.sqrt(np.maximum(norms, 1e-300)), 1e-9
    )
    few = np.where(np.arange(w.size) == 2, w, 0.0)
    return w, few, np.zeros_like(w)


def test_every_design_is_made_by_make_design():
    """Each design with rows has storages, and make_design picks it for them."""
    assert set(STORAGES) == set(concrete_subclasses(TableDesign))
    X = np.random.default_rng(0).normal(size=(4, 3))
    for kind, ways in STORAGES.items():
        for name, way in ways.items():
            assert type(make_design(way(X), np.arange(4.0))) is kind, name


def test_statistics(cases):
    """Means, energy, norms and correlations with y are those of the explicit matrix."""
    for case in cases:
        design, exact = case.design, case.reference
        root = exact.size
        near(case, design.x_mean, exact.x_mean, np.maximum(np.abs(exact.x_mean), root), 20 * EPS)
        near(case, design.y_mean, exact.y_mean, 3.0, 20 * EPS)
        near(case, design.energy, exact.energy, exact.energy, CLOSE)
        near(case, design.norms, exact.norms, exact.norms)
        near(case, design.correlation, exact.correlation(exact.y), root * np.sqrt(exact.energy))
        assert design.n_features == case.X.shape[1]


def test_constant_columns_have_no_norm(cases):
    """With an intercept a constant column has norm exactly 0 and stays out of everything."""
    for case in cases:
        constant = case.reference.norms == 0
        assert not case.design.norms[constant].any()
        assert np.all(case.design.norms[~constant] > 0.0)


def test_gradient(cases):
    """``gradient`` is X'S(y - Xw) and the weighted squared residual, from scratch."""
    for case in cases:
        exact = case.reference
        for w in vectors(case):
            z, rr = case.design.gradient(w)
            residual = exact.residual(w.astype(LONG))
            size = np.sqrt(exact.energy) + exact.size @ np.abs(w)
            near(case, z, exact.correlation(residual), exact.size * size)
            near(case, rr, exact.s @ residual**2, size**2)
            assert z.dtype == np.float64


def test_gradient_among_some_features(cases, monkeypatch):
    """What is wanted is there; what is not may be zero."""
    monkeypatch.setattr(dense, "CACHED", 0)
    monkeypatch.setattr(dense, "NARROW", 2)
    for case in cases:
        exact, p = case.reference, case.design.n_features
        for w in vectors(case):
            residual = exact.residual(w.astype(LONG))
            size = np.sqrt(exact.energy) + exact.size @ np.abs(w)
            for among in (np.arange(p)[::2], np.arange(p)[1:2], np.arange(0)):
                z, rr = case.design.gradient(w, among)
                expected = exact.correlation(residual)
                near(case, z[among], expected[among], exact.size[among] * size)
                near(case, rr, exact.s @ residual**2, size**2)


def test_hessian_and_operator(cases):
    """``hessian`` and the compiled ``product`` both multiply by the Gram matrix."""
    for case in cases:
        exact = case.reference
        root = exact.size
        for w in vectors(case):
            expected = exact.gram @ w
            scale = root * (root @ np.abs(w))
            near(case, case.design.hessian(w), expected, scale)
            out = np.full(w.size, np.nan)
            apply_product(case.design.operator(), w, out)
            near(case, out, expected, scale)


def test_gram(cases):
    """``gram`` gives any block: square, rectangular, permuted, empty."""
    for case in cases:
        exact, p = case.reference.gram, case.design.n_features
        root = case.reference.size
        scale = np.outer(root, root)
        every, some, one = np.arange(p), np.array([5, 0, 3]), np.array([p - 1])
        for rows, columns in [
            (every, every),
            (some, every),
            (one, some),
            (some, some),
            (some, every[:0]),
        ]:
            block = case.design.gram(rows, columns)
            assert block.dtype == np.float64
            index = np.ix_(rows, columns)
            assert block.shape == (rows.size, columns.size)
            near(case, block, exact[index], scale[index])


def test_gram_of_all_columns(cases):
    """The whole matrix, in any order, may be formed without gathering columns."""
    for case in cases:
        exact = case.reference
        every = np.arange(exact.size.size)
        for index in (every, every[::-1].copy()):
            scale = np.outer(exact.size[index], exact.size[index])
            near(case, case.design.gram(index, index), exact.gram[np.ix_(index, index)], scale)


def test_row_gram(cases):
    """``row_gram`` is the n x n product of the rows, weighted on both sides."""
    for case in cases:
        scale = np.random.default_rng(1).uniform(0.5, 2.0, size=case.design.n_features)
        scale *= np.where(case.reference.norms > 0, 1 / np.maximum(case.reference.norms, 1e-300), 0)
        scale = scale.astype(float)
        scale[0] = 0.0
        exact = case.reference
        rows = np.sqrt(exact.s)[:, None] * exact.X * np.sqrt(scale.astype(LONG))
        size = np.sqrt((rows**2).sum())
        near(case, case.design.row_gram(scale), rows @ rows.T, size**2)


def test_columns(cases):
    """``columns`` gives centred float64 columns."""
    for case in cases:
        index = np.array([4, 1])
        got = case.design.columns(index)
        exact = case.reference.X[:, index]
        assert got.dtype == np.float64
        largest = np.abs(exact).max(axis=0) + np.abs(case.reference.x_mean[index])
        near(case, got, exact, largest, 20 * EPS)


def test_forward_and_adjoint(cases):
    """``forward`` is Xw; ``adjoint`` its transpose in the weighted inner product."""
    for case in cases:
        exact = case.reference
        root = exact.size
        v = np.random.default_rng(2).normal(size=case.y.size)
        v_size = np.sqrt(exact.s @ v.astype(LONG) ** 2)
        for w in vectors(case):
            size = (np.abs(exact.X).max(axis=0) + exact.size) @ np.abs(w)
            forward = case.design.forward(w)
            near(case, forward, exact.X @ w, size)
            # <Xw, v> = <w, X'v> up to rounding.
            adjoint = case.design.adjoint(v)
            near(case, adjoint, exact.correlation(v), root * v_size)
            left, right = float(case.design.weights @ (forward * v)), float(w @ adjoint)
            near(case, left, right, v_size * (root @ np.abs(w)))


def test_least_squares(cases):
    """``least_squares`` fits as well as any coefficients do, orthogonally to its columns."""
    for case in cases:
        for columns in (
            np.array([0, 2]),
            np.array([1, 4, 5, 6]),
            np.arange(case.design.n_features),
        ):
            w = case.design.least_squares(columns)
            exact = case.reference
            residual = exact.y - exact.X[:, columns] @ w
            z = exact.correlation(residual)[columns]
            near(case, z, 0 * z, exact.size[columns] * np.sqrt(exact.energy), 1e-9)


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("blocks", [True, False], ids=["lapack", "iterative"])
def test_least_squares_has_least_norm(store, fit_intercept, blocks, monkeypatch):
    """Of many solutions the one of least norm is returned, by both routes."""
    if not blocks:
        monkeypatch.setattr("skl1.designs.table.BLOCK_ENTRIES", 0)
    rng = np.random.default_rng(3)
    wide = rng.normal(size=(6, 9)).round(3)
    twins = rng.normal(size=(15, 3)).round(3)[:, [0, 1, 0, 2]]
    for X in (wide, twins):
        y, s = rng.normal(size=X.shape[0]), rng.uniform(0.5, 2.0, size=X.shape[0])
        s[1] = 0.0
        stored = store(X)
        exact = Reference(stored, y, s, fit_intercept)
        root = np.sqrt(exact.s.astype(float))
        expected = np.linalg.pinv((exact.X * root[:, None]).astype(float), rcond=1e-10) @ (
            root * exact.y.astype(float)
        )
        got = make_design(stored, y, s, fit_intercept).least_squares(np.arange(X.shape[1]))
        np.testing.assert_allclose(got, expected, rtol=1e-8, atol=1e-9)


def test_intercept(cases):
    """The intercept is the best one: the weighted mean of what X w leaves of y."""
    for case in cases:
        exact = case.reference
        for w in vectors(case):
            best = exact.y_mean - exact.x_mean @ w
            near(
                case, case.design.intercept(w), best, 3 + np.abs(exact.x_mean) @ np.abs(w), 20 * EPS
            )


@pytest.mark.parametrize("fit_intercept", [True, False])
def test_weights_of_zero_remove_rows(store, fit_intercept):
    """A row of weight 0 is as good as absent, whatever it holds."""
    rng = np.random.default_rng(4)
    X, y, s = rng.normal(size=(20, 4)), rng.normal(size=20), rng.uniform(0.5, 2, size=20)
    X[:, 3] = 0.25
    s[[0, 5, 6, 19]] = 0.0
    X[s == 0] *= 1e5
    y[s == 0] *= 1e5
    kept = s > 0
    same_statistics(
        make_design(store(X), y, s, fit_intercept),
        make_design(store(X[kept]), y[kept], s[kept], fit_intercept),
    )


@pytest.mark.parametrize("fit_intercept", [True, False])
def test_repeated_rows_equal_weights(store, fit_intercept):
    """A weight of k equals k copies of the row."""
    rng = np.random.default_rng(5)
    X, y, times = rng.normal(size=(15, 4)), rng.normal(size=15), rng.integers(0, 4, size=15)
    times[0] = 3
    rows = np.repeat(np.arange(15), times)
    same_statistics(
        make_design(store(X), y, times.astype(float), fit_intercept),
        make_design(store(X[rows]), y[rows], None, fit_intercept),
    )


def same_statistics(one, other):
    every = np.arange(one.n_features)
    for name in ("x_mean", "y_mean", "energy", "norms", "correlation"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(one.gram(every, every), other.gram(every, every), atol=1e-12)
    w = np.array([0.4, -1.0, 2.0, 0.0])
    for got, expected in zip(one.gradient(w), other.gradient(w), strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-11, atol=1e-13)
    assert np.array_equal(one.norms == 0, other.norms == 0)


@pytest.mark.parametrize("factor", [1e-300, 1e-9, 7.0, 1e300])
def test_only_ratios_of_weights_matter(store, factor):
    """Weights of any size give the same means, without overflow."""
    rng = np.random.default_rng(6)
    X, y, s = rng.normal(size=(15, 4)), rng.normal(size=15), rng.uniform(1, 2, size=15)
    same_statistics(make_design(store(X), y, s), make_design(store(X), y, s * factor))


def parts_of(X):
    """The arrays that hold X."""
    if sparse.issparse(X):
        if X.format == "coo":
            return [X.data, *X.coords]
        return [X.data, X.indices, X.indptr]
    return [X]


def use(design):
    """Everything that a design can be asked."""
    w = np.linspace(-1, 1, design.n_features)
    every = np.arange(design.n_features)
    design.gradient(w)
    design.hessian(w)
    design.gram(every, every[:2])
    design.row_gram(np.ones(every.size))
    design.columns(every[:2])
    design.least_squares(every[:2])
    apply_product(design.operator(), w, np.empty_like(w))
    design.intercept(w)


def test_nothing_is_modified(store):
    """X, y and the weights are as they were, bit by bit."""
    rng = np.random.default_rng(7)
    X, y, s = store(rng.normal(size=(12, 4)) + 5), rng.normal(size=12) + 2, rng.uniform(1, 2, 12)
    before = [part.copy() for part in parts_of(X)], y.copy(), s.copy()
    use(make_design(X, y, s))
    for part, old in zip(parts_of(X), before[0], strict=True):
        np.testing.assert_array_equal(part, old)
    np.testing.assert_array_equal(y, before[1])
    np.testing.assert_array_equal(s, before[2])


@pytest.mark.parametrize("name", list(STORAGES[DenseDesign]))
def test_dense_x_is_not_copied(name):
    """The design holds the caller's matrix; a first-order operator reads that very memory."""
    X = STORAGES[DenseDesign][name](np.random.default_rng(8).normal(size=(9, 4)))
    design = make_design(X, np.arange(9.0))
    assert design.X is X
    if X.flags.c_contiguous or X.flags.f_contiguous:
        assert np.shares_memory(design.operator().X, X)


def test_canonical_csc_is_not_copied():
    """The arrays of a canonical CSC matrix are used as they are, also by the operator."""
    X = sparse.random_array((9, 4), density=0.5, format="csc", rng=np.random.default_rng(9))
    design = make_design(X, np.arange(9.0))
    operator = design.operator()
    for mine, theirs in [("data", "data"), ("indices", "indices"), ("indptr", "indptr")]:
        assert np.shares_memory(getattr(design.X, mine), getattr(X, theirs))
        assert np.shares_memory(getattr(operator, mine), getattr(X, theirs))


@pytest.mark.parametrize("kind", [sparse.csc_array, sparse.csc_matrix, sparse.csr_array])
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_sparse_without_canonical_format(kind, fit_intercept):
    """Duplicate, unsorted and explicitly zero entries are right, and the input stays as it is."""
    data = np.array([1.0, 2.0, 0.5, 0.0, 3.0, -1.0, 4.0, 4.0])
    indices = np.array([3, 0, 3, 1, 2, 2, 1, 0], dtype=np.int32)
    major, minor = (3, 4) if kind is not sparse.csr_array else (4, 3)
    if kind is sparse.csr_array:
        indices %= 3
    indptr = np.array([0, 4, 6, 8][: major + 1] + [8] * (major - 3), dtype=np.int32)
    shape = (minor, major) if kind is not sparse.csr_array else (major, minor)
    X = kind((data, indices, indptr), shape=shape)
    dense = X.toarray()
    before = [part.copy() for part in (X.data, X.indices, X.indptr)]
    y = np.array([1.0, -1.0, 2.0, 0.5])
    design = make_design(X, y, None, fit_intercept)
    use(design)
    expected = DenseDesign(dense, y, None, fit_intercept)
    for name in ("x_mean", "norms", "correlation"):
        np.testing.assert_allclose(getattr(design, name), getattr(expected, name), atol=1e-15)
    every = np.arange(3)
    np.testing.assert_allclose(design.gram(every, every), expected.gram(every, every), atol=1e-14)
    for part, old in zip((X.data, X.indices, X.indptr), before, strict=True):
        np.testing.assert_array_equal(part, old)


def test_float32_data_is_used_in_float64(store):
    """Of float32 data the sums are those of float64: 1e-12, where float32 would give 1e-7."""
    X = np.random.default_rng(10).normal(size=(200, 4)).astype(np.float32) + np.float32(3)
    y = np.random.default_rng(11).normal(size=200)
    design = make_design(store(X), y.astype(np.float32))
    exact = Reference(X, y.astype(np.float32))
    np.testing.assert_allclose(design.norms, exact.norms.astype(float), rtol=1e-13)
    w = np.array([1.0, -2.0, 0.1, 0.0])
    z, rr = design.gradient(w)
    residual = exact.residual(w)
    np.testing.assert_allclose(z, exact.correlation(residual).astype(float), atol=1e-13)
    assert rr == pytest.approx(float(exact.s @ residual**2), rel=1e-13)


@pytest.mark.parametrize("n", [1, 2, 1000, 20_000])
@pytest.mark.parametrize("value", [0.1, -7.3e8, 1e-9])
@pytest.mark.parametrize("kind", [np.array, sparse.csc_array])
def test_constant_column_of_many_rows(n, value, kind):
    """The norm of a constant column is exactly 0, however many roundings its mean has seen."""
    rng = np.random.default_rng(12)
    X = kind(np.full((n, 1), value))
    for s in (None, rng.uniform(0.1, 3.0, size=n)):
        design = make_design(X, rng.normal(size=n), s)
        assert design.norms[0] == 0.0
        assert design.x_mean[0] == pytest.approx(value, rel=1e-13)


@pytest.mark.parametrize("s", [None, np.array([0.0, 2.0, 1.0])])
def test_constant_y_has_no_energy(store, s):
    """With an intercept a constant y is exactly zero."""
    X = store(np.random.default_rng(13).normal(size=(3, 2)))
    assert make_design(X, np.full(3, 0.1), s).energy == 0.0
    assert make_design(X, np.full(3, 1e9 / 3), s).y_mean == pytest.approx(1e9 / 3, rel=1e-15)


@pytest.mark.parametrize("where", ["X", "y", "both"])
@pytest.mark.parametrize("kind", [np.array, np.asfortranarray, sparse.csc_array])
def test_overflow_is_refused(where, kind):
    """Numbers whose squares overflow are an error that says what to do, not an inf or a NaN."""
    X, y = np.array([[1.0, 2.0], [3.0, 1.0], [0.5, 0.0]]), np.array([1.0, 2.0, 0.0])
    if where != "y":
        X[0, 1] = 1e200
    if where != "X":
        y[0] = -1e200
    with pytest.raises(ValueError, match="overflow"):
        make_design(kind(X), y)
    with pytest.raises(ValueError, match="overflow"):
        make_design(kind(X), y, None, False)


def test_large_numbers_that_do_not_overflow_are_accepted():
    """Up to 1e60 everything is finite and right."""
    X = np.random.default_rng(14).normal(size=(8, 2))
    design = make_design(1e60 * X, X[:, 0])
    np.testing.assert_allclose(design.norms, 1e120 * make_design(X, X[:, 0]).norms, rtol=1e-12)


def test_many_blocks_of_rows():
    """X is read in blocks of rows; their seams do not show."""
    rng = np.random.default_rng(15)
    X = rng.normal(size=(5, 3 * 2**16)).astype(np.float32)  # less than one row fits a block
    y = rng.normal(size=5)
    design = make_design(X, y)
    np.testing.assert_allclose(design.norms, X.astype(float).var(axis=0), rtol=1e-11)
    one, other = design.row_gram(np.ones(X.shape[1])), X - X.astype(float).mean(axis=0)
    np.testing.assert_allclose(one, other @ other.T / 5, rtol=1e-11, atol=1e-9)


def test_gram_operator_multiplies():
    """``GramOperator`` is the product with its matrix."""
    G = np.cov(np.random.default_rng(16).normal(size=(5, 20)))
    v, out = np.array([1.0, 0.0, -2.0, 3.0, 0.0]), np.empty(5)
    apply_product(GramOperator(G), v, out)
    np.testing.assert_allclose(out, G @ v, rtol=1e-14)


def test_sparse_x_is_never_made_dense():
    """A matrix of 1e5 x 1e5 is as large as its entries."""
    n = 100_000
    X = sparse.diags_array(np.arange(1.0, n + 1.0)).tocsc()
    design = SparseDesign(X, np.ones(n), None, True)
    w = np.zeros(n)
    w[3] = 1.0
    design.gradient(w)
    assert design.gram(np.arange(3), np.arange(2)).shape == (3, 2)
