"""
Which penalty finds the truth?
==============================

Ten of a hundred features count. Each point is an average over data sets: how many of the chosen
features are right (precision) and how many of the right ones are chosen (recall), with the
penalty's strength chosen by cross-validation. The Lasso keeps many features
too many, for it has to shrink in order to choose. Concave penalties are right more often, and miss
more of the features when, as here, the noise is strong.
"""

import matplotlib.pyplot as plt
import numpy as np

from skl1 import BestSubsetRegressorCV, MCPRegressorCV, NonconvexLpRegressorCV, ProximalLassoCV
from skl1.displays.style import COLOURS

truth = np.arange(100) < 10
models = {
    "Lasso": ProximalLassoCV(),
    "Lasso, 1 SE": ProximalLassoCV(selection="1se"),
    "l_1/2": NonconvexLpRegressorCV(p=0.5, n_alphas=30),
    "MCP": MCPRegressorCV(n_alphas=30),
    "best subset": BestSubsetRegressorCV(20, selection="1se"),
}
scores = {name: [] for name in models}
for seed in range(8):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((150, 100)) + 0.7 * rng.standard_normal((150, 1))
    y = X @ truth + 4.0 * rng.standard_normal(150)
    for name, model in models.items():
        chosen = model.fit(X, y).coef_ != 0
        scores[name].append((truth[chosen].mean(), chosen[truth].mean()))

_, ax = plt.subplots(layout="constrained")
for (name, pairs), colour in zip(scores.items(), COLOURS, strict=False):
    precision, recall = np.mean(pairs, axis=0)
    ax.plot(recall, precision, "o", markersize=9, color=colour, label=name)
ax.set(xlabel="recall", ylabel="precision", xlim=(0, 1.05), ylim=(0, 1.05))
ax.legend(frameon=False)
