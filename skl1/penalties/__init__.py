"""Penalties: what is charged for one coefficient."""

from skl1.penalties.base import ConcavePenalty, ConvexPenalty, Penalty
from skl1.penalties.convex import L1, ElasticNet, SquaredL2, elastic_net
from skl1.penalties.log_sum import LogSum
from skl1.penalties.lp import Lp
from skl1.penalties.mcp import MCP
from skl1.penalties.scad import SCAD
from skl1.penalties.wrappers import Bounded, NonNegative, Ridged, Wrapper

__all__ = [
    "L1",
    "MCP",
    "SCAD",
    "Bounded",
    "ConcavePenalty",
    "ConvexPenalty",
    "ElasticNet",
    "LogSum",
    "Lp",
    "NonNegative",
    "Penalty",
    "Ridged",
    "SquaredL2",
    "Wrapper",
    "elastic_net",
]
