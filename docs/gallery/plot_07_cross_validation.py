"""
Choosing alpha by cross-validation
==================================

The error on held-out folds, with its standard error, for each of 100 alphas. The dashed line is
the smallest error, the dotted one the simplest model within a standard error of it: it has fewer
features, at about the same error.
"""

from sklearn.datasets import load_diabetes

from skl1 import ProximalLassoCV
from skl1.displays import CoefficientPathDisplay, CVCurveDisplay

X, y = load_diabetes(return_X_y=True, as_frame=True)
X = X / X.std()

search = ProximalLassoCV(cv=10, selection="1se").fit(X, y)
CVCurveDisplay.from_cv(search)
print(search.alpha_, (search.coef_ != 0).sum())

# %%
# The same models' coefficients:

CoefficientPathDisplay.from_cv(search)
