"""
Which features would be chosen again?
=====================================

The Lasso on a hundred halves of the data. Features that are chosen in nearly all of them are
stable; the expected number of wrong ones among those above the line is bounded.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_diabetes

from skl1 import StabilitySelection
from skl1.displays.style import COLOURS, GREY

X, y = load_diabetes(return_X_y=True, as_frame=True)
X = X / X.std()
rng = np.random.default_rng(0)
names = [*X.columns, *(f"noise {j}" for j in range(10))]
X = np.column_stack([X, rng.standard_normal((len(y), 10))])

selection = StabilitySelection(random_state=0).fit(X, y)
order = np.argsort(selection.selection_probabilities_)
_, ax = plt.subplots(figsize=(6.4, 5.2), layout="constrained")
colours = [COLOURS[0] if selection.get_support()[j] else GREY for j in order]
ax.barh([names[j] for j in order], selection.selection_probabilities_[order], color=colours)
ax.set(xlabel="share of the halves in which it is chosen", xlim=(0, 1))
