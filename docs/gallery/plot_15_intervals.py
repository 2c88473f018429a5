"""
How large is a coefficient?
===========================

The Lasso shrinks, so that its coefficients have no confidence intervals of the usual kind.
``debiased_lasso`` takes the shrinkage back, with an interval and a p-value for each feature.
"""

from sklearn.datasets import load_diabetes

from skl1 import debiased_lasso
from skl1.displays import IntervalDisplay

X, y = load_diabetes(return_X_y=True, as_frame=True)
X = X / X.std()

intervals = debiased_lasso(X, y)
IntervalDisplay.from_debiased(intervals)

# %%
# The same as a table.

print(intervals.to_frame()[["coef", "lower", "upper", "p_value"]].round(3))
