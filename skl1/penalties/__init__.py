"""Penalties: what is charged for one coefficient."""

from skl1.penalties.base import ConvexPenalty, NonNegative, Penalty
from skl1.penalties.convex import L1, ElasticNet, SquaredL2
from skl1.penalties.folded import MCP, SCAD
from skl1.penalties.logsum import LogSum
from skl1.penalties.lp import Lp
from skl1.penalties.ridged import Ridged

__all__ = [
    "L1",
    "MCP",
    "SCAD",
    "ConvexPenalty",
    "ElasticNet",
    "LogSum",
    "Lp",
    "NonNegative",
    "Penalty",
    "Ridged",
    "SquaredL2",
]
