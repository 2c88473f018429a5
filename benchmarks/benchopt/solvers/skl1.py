"""skl1's Lasso."""

import warnings

from benchopt import BaseSolver

from skl1 import ProximalLasso


class Solver(BaseSolver):
    """``ProximalLasso``: tol is a gap as a share of the null objective."""

    name = "skl1"
    sampling_strategy = "tolerance"
    requirements = ["skl1"]  # noqa: RUF012 (benchopt reads class attributes)

    def set_objective(self, X, y, alpha):
        self.X, self.y, self.alpha = X, y, alpha
        warnings.simplefilter("ignore")  # of loose tolerances

    def run(self, tolerance):
        self.model = ProximalLasso(self.alpha, tol=tolerance).fit(self.X, self.y)

    def get_result(self):
        return {"coef": self.model.coef_.ravel(), "intercept": float(self.model.intercept_)}
