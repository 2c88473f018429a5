"""Designs: X and y as solvers see them, whatever they are stored in."""

from skl1.designs.base import Design
from skl1.designs.beside import BesideDesign
from skl1.designs.dense import DenseDesign
from skl1.designs.gram_operator import GramOperator
from skl1.designs.make import make_design
from skl1.designs.moment_design import MomentDesign
from skl1.designs.moments import Moments
from skl1.designs.sparse import SparseDesign
from skl1.designs.table import TableDesign

__all__ = [
    "BesideDesign",
    "DenseDesign",
    "Design",
    "GramOperator",
    "MomentDesign",
    "Moments",
    "SparseDesign",
    "TableDesign",
    "make_design",
]
