"""
Below p = 1: fewer features, less shrinkage
===========================================

With ``|w|^p`` a coefficient enters with a jump, and is soon as large as least squares would have
it. For the Lasso, at the left, it grows slowly from zero.
"""

import matplotlib.pyplot as plt
from sklearn.datasets import load_diabetes

from skl1 import NonconvexLpRegressor, ProximalLasso
from skl1.displays import CoefficientPathDisplay

X, y = load_diabetes(return_X_y=True, as_frame=True)
X = X / X.std()

_, axes = plt.subplots(1, 2, figsize=(11, 4.4), layout="constrained", sharey=True)
for ax, model, name in zip(
    axes, (ProximalLasso(), NonconvexLpRegressor(p=0.5)), ("Lasso", "p = 1/2"), strict=True
):
    CoefficientPathDisplay.from_estimator(model, X, y, ax=ax)
    ax.text(0.03, 0.05, name, transform=ax.transAxes)
