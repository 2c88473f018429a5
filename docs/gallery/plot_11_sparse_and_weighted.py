"""
Sparse data, weights, signs
===========================

Two thousand sparse features of 500 rows, weights of rows, a feature that is never penalised, one
that is never used, and no negative coefficients: all at once, and X stays sparse.
"""

import numpy as np
from scipy import sparse

from skl1 import lasso_path
from skl1.displays import CoefficientPathDisplay

rng = np.random.default_rng(0)
X = sparse.random_array((500, 2000), density=0.01, format="csr", rng=rng)
y = X[:, :6] @ np.array([3.0, 2.0, -2.0, 1.0, 1.0, 1.0]) + 0.05 * rng.standard_normal(500)

u = np.ones(2000)
u[3], u[4] = 0.0, np.inf
path = lasso_path(
    X,
    y,
    sample_weight=rng.uniform(size=500),
    penalty_weights=u,
    positive=True,
    eps=0.02,
    return_path=True,
)
display = CoefficientPathDisplay.from_path(path, max_labels=5)
print("all converged:", path.converged.all(), "- smallest coefficient:", path.coefs.min())
