"""The choice of a design."""

from __future__ import annotations

from scipy.sparse import issparse

from skl1.designs.dense import DenseDesign
from skl1.designs.sparse import SparseDesign
from skl1.designs.table import TableDesign


def make_design(X, y, sample_weight=None, fit_intercept=True, *, part=False) -> TableDesign:
    """The design that suits the storage of X. Of a part of the data, numbers may be tiny."""
    kind = SparseDesign if issparse(X) else DenseDesign
    return kind(X, y, sample_weight, fit_intercept, part=part)
