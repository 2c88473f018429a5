"""
Corners
=======

Contours of the loss grow from the least-squares solution until they touch the ball. On the
circle (q = 2) they touch anywhere; the diamond (q = 1) and the star (q = 1/2) have corners where
a coefficient is zero, and those stick out.
"""

from skl1.displays import ConstraintRegionDisplay
from skl1.shrinkage import Bowl, corner_shares

bowl = Bowl([[1.0, 0.3], [0.3, 1.0]], [1.5, 0.8])
ConstraintRegionDisplay.from_bowl(bowl, q=(2, 1, 0.5))

# %%
# How often is a corner best, over random directions of the least-squares solution? With solutions
# of noise alone, which lie along the long axis of the ellipses, less often.

for correlation in (0.0, 0.5, 0.9):
    for centres in ("uniform", "noise"):
        found = corner_shares(correlation, centres=centres, random_state=0)
        print(
            correlation,
            centres.ljust(8),
            dict(zip(found.q, found.shares.round(3).tolist(), strict=True)),
        )
