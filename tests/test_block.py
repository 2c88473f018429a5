"""The two forms of a block of features: a Gram matrix, and the columns."""

import numpy as np
import pytest
from scipy import sparse

from skl1.designs import DenseDesign, SparseDesign
from skl1.solvers.gram_store import GramStore
from solving import CASES, both_blocks

pytestmark = pytest.mark.filterwarnings("error")


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("held", [True, False])
@pytest.mark.parametrize("kind", [DenseDesign, SparseDesign])
def test_gram_store(kind, held, dtype, monkeypatch):
    """The matrix is that of the features, in the order in which they came; some may go again."""
    rng = np.random.default_rng(26)
    X, y = rng.normal(size=(15, 9)), rng.normal(size=15)
    design = kind(X if kind is DenseDesign else sparse.csc_array(X), y, None, True)
    monkeypatch.setattr(kind, "holds", lambda *asked: held or asked[1] < 4)
    store = GramStore(9, dtype)
    full = np.cov(X.T, bias=True)

    def check(features):
        assert store.features.tolist() == features
        assert np.array_equal(np.sort(store.features), np.flatnonzero(store.known))
        index = np.ix_(store.features, store.features)
        np.testing.assert_allclose(store.matrix, full[index], atol=10 * np.finfo(dtype).eps)
        assert store.matrix.dtype == dtype

    for new in ([], [3, 1], [], [8], [0, 2]):
        store.extend(design, np.array(new, dtype=np.intp))
    check([3, 1, 8, 0, 2])
    wanted = np.isin(np.arange(9), [1, 2, 7, 8])
    store.restrict(wanted)
    check([1, 8, 2])
    store.extend(design, np.array([7, 4]))
    check([1, 8, 2, 7, 4])


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=str)
def test_both_forms_of_a_block_do_the_same(case):
    """Sweeps, moves and Newton matrices agree, and the bookkeeping follows from scratch."""
    for seed in range(4):
        _, w, blocks = both_blocks(case, seed)
        gram, columns = blocks
        support = np.array([0, 2, 3])
        np.testing.assert_allclose(gram.hessian(support), columns.hessian(support), atol=1e-13)
        for block in blocks:
            for _ in range(3):  # each over all: later ones of the same call pass by what rests
                done, cost = block.sweep(1)
                assert done == 1
            assert cost >= 0.0
            block.move(support, 0.5 * block.w[support])
            full = w.copy()
            full[block.features] = block.w
            now = block.problem.at(full)
            np.testing.assert_allclose(block.z, now.z[block.features], atol=1e-11)
            assert block.loss == pytest.approx(now.loss, abs=1e-11)
        np.testing.assert_allclose(gram.w, columns.w, atol=1e-11)
        assert gram.error() == pytest.approx(columns.error(), rel=1e-6, abs=1e-12)
        for block in blocks:
            block.sweep(20_000)
            assert block.sweep(1)[1] == 0.0 or block.error() < 1e-9


def test_what_rests_is_looked_at_first_and_last():
    """Of columns the sweeps between are over what is in use; the end is that of whole sweeps."""
    for case in CASES:
        if not case.penalty.convex:
            continue
        block, whole = (both_blocks(case, 0)[2][1] for _ in range(2))
        block.sweep(500)
        for _ in range(500):
            whole.sweep(1)
        np.testing.assert_allclose(block.w, whole.w, atol=1e-9)
