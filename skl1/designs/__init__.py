"""Designs: X and y as solvers see them, whatever they are stored in."""

from scipy.sparse import issparse

from skl1.designs.base import Design, GramOperator
from skl1.designs.dense import DenseDesign
from skl1.designs.sparse import SparseDesign


def make_design(X, y, sample_weight=None, fit_intercept=True) -> Design:
    """The design that suits the storage of X."""
    kind = SparseDesign if issparse(X) else DenseDesign
    return kind(X, y, sample_weight, fit_intercept)


__all__ = ["DenseDesign", "Design", "GramOperator", "SparseDesign", "make_design"]
