"""
Which features would be chosen again?
=====================================

The Lasso on a hundred halves of the data. Features that are chosen in nearly all of them are
stable; the expected number of wrong ones among those right of the threshold is bounded.
"""

import numpy as np
from sklearn.datasets import load_diabetes

from skl1 import StabilitySelection
from skl1.displays import IntervalDisplay

X, y = load_diabetes(return_X_y=True, as_frame=True)
X = X / X.std()
rng = np.random.default_rng(0)
for j in range(10):
    X[f"noise {j}"] = rng.standard_normal(len(y))

selection = StabilitySelection(random_state=0).fit(X, y)
display = IntervalDisplay.from_stability(selection)

# %%
# The line of a feature goes from the share of splits of which both halves choose it to that of
# which at least one does.

print(f"expected wrong ones: at most {selection.error_bound_:.2f}")
