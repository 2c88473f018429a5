"""
Corners
=======

Contours of the loss grow from the least-squares solution until they touch the ball. On the
circle (q = 2) they touch anywhere; the diamond (q = 1) and the star (q = 1/2) have corners where
a coefficient is zero, and those stick out.
"""

import matplotlib.pyplot as plt
import numpy as np

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

# %%
# The ball shrinks. With ``xlim`` and ``ylim`` the axes stay from picture to picture, so that the
# same function draws the frames of an animation:
# ``FuncAnimation(figure, lambda size: draw(ax, size), np.linspace(1, 0.1, 40))``.


def draw(ax, shrinkage):
    """Draw one frame."""
    ax.clear()
    ConstraintRegionDisplay.from_bowl(
        bowl,
        q=[1],
        shrinkage=shrinkage,
        ax=ax,
        xlim=(-1.5, 2.0),
        ylim=(-1.5, 2.0),
        region_kwargs={"facecolor": "none"},
    )
    ax.set_title(f"{shrinkage:.0%} of least squares")


_, axes = plt.subplots(1, 3, figsize=(11.0, 4.4), layout="constrained")
for ax, shrinkage in zip(axes, np.linspace(0.9, 0.3, 3), strict=True):
    draw(ax, shrinkage)
