"""
Coefficients of the Lasso along its path
========================================

From the empty model at the left to least squares at the right. The numbers on top count the
coefficients that are not zero. One call fits all hundred models, each with its own duality gap.
"""

from sklearn.datasets import load_diabetes

from skl1 import lasso_path
from skl1.displays import CoefficientPathDisplay

X, y = load_diabetes(return_X_y=True, as_frame=True)
X = X / X.std()

path = lasso_path(X, y, return_path=True)
CoefficientPathDisplay.from_path(path, feature_names=X.columns)

# %%
# Against the sum of the absolute coefficients every line consists of straight pieces.

CoefficientPathDisplay.from_path(path, feature_names=X.columns, against="norm")
