"""
Twins: when the solution is not unique
======================================

If two features are the same, a whole edge of the diamond is optimal: the Lasso may give the
coefficient to one of them or share it in any way. The elastic net, with a little of the squared
penalty, shares equally.
"""

import matplotlib.pyplot as plt
import numpy as np

from skl1 import ProximalLasso, RidgeGD
from skl1.displays.style import COLOURS, GREY
from skl1.shrinkage import optimal_edge

X, y = np.array([[1.0, 1.0], [-1.0, -1.0]]), np.array([1.0, -1.0])

_, ax = plt.subplots(figsize=(4.8, 4.6), layout="constrained")
ax.plot(*optimal_edge(0.5).T, color=GREY, linewidth=3, label="all Lasso solutions")
models = {
    "ProximalLasso": ProximalLasso(0.5),
    "elastic net": ProximalLasso(0.5, l1_ratio=0.9),
    "RidgeGD": RidgeGD(0.5),
}
for (name, model), colour in zip(models.items(), COLOURS, strict=False):
    ax.plot(*model.fit(X, y).coef_, "o", markersize=9, color=colour, label=name)
ax.set(xlabel="$w_1$", ylabel="$w_2$", xlim=(-0.05, 0.6), ylim=(-0.05, 0.6), aspect="equal")
ax.legend(frameon=False)
