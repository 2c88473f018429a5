"""
Coefficients of ridge regression
================================

All of them shrink, none of them vanishes, though some pass through zero at a single alpha.
"""

import numpy as np
from sklearn.datasets import load_diabetes

from skl1 import RidgeGD
from skl1.displays import CoefficientPathDisplay

X, y = load_diabetes(return_X_y=True, as_frame=True)
X = X / X.std()

display = CoefficientPathDisplay.from_estimator(
    RidgeGD(), X, y, alphas=np.geomspace(1e2, 1e-4, 100)
)
print("exact zeros:", int((display.coefs == 0).sum()))
