"""Penalties: what is charged for one coefficient."""

from skl1.penalties.base import ConvexPenalty, NonNegative, Penalty
from skl1.penalties.convex import L1, ElasticNet, SquaredL2
from skl1.penalties.nonconvex import Lp

__all__ = ["L1", "ConvexPenalty", "ElasticNet", "Lp", "NonNegative", "Penalty", "SquaredL2"]
