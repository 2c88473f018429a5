"""
Best subsets of every size
==========================

The least-squares fit on the best one, two, three features, and so on: coefficients come and go.
Cross-validation chooses the size.
"""

import matplotlib.pyplot as plt
from sklearn.datasets import load_diabetes

from skl1 import BestSubsetRegressorCV
from skl1.displays import CoefficientPathDisplay, CVCurveDisplay

X, y = load_diabetes(return_X_y=True, as_frame=True)
X = X / X.std()

search = BestSubsetRegressorCV(10, cv=10).fit(X, y)
_, axes = plt.subplots(1, 2, figsize=(11, 4.4), layout="constrained")
CoefficientPathDisplay.from_cv(search, ax=axes[0])
CVCurveDisplay.from_cv(search, ax=axes[1])
print(list(X.columns[search.coef_ != 0]))
