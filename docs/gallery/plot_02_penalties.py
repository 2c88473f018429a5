"""
Penalties and what they do to a coefficient
===========================================

Left, the penalty. In the middle its force: that of L1 is the same at every distance from zero,
that of the squared penalty fades, and those of concave penalties grow towards zero and let go of
large coefficients. Right, where a coefficient rests that least squares alone would put at z: the
flat parts are exact zeros, and only the squared penalty has none.
"""

from skl1.displays import PenaltyDisplay
from skl1.penalties import L1, MCP, Lp, SquaredL2

PenaltyDisplay.from_penalties(
    {
        "L1": L1(1.0),
        "squared L2": SquaredL2(1.0),
        "l_1/2": Lp(1.0, p=0.5),
        "l_0": Lp(1.0, p=0.0),
        "MCP": MCP(1.0, gamma=3.0),
    }
)
