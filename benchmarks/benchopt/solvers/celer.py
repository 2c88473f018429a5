"""celer's Lasso."""

import warnings

from benchopt import BaseSolver
from celer import Lasso


class Solver(BaseSolver):
    """``Lasso``: tol is a gap as a share of the squared norm of y."""

    name = "celer"
    sampling_strategy = "tolerance"
    requirements = ["celer"]  # noqa: RUF012 (benchopt reads class attributes)

    def set_objective(self, X, y, alpha):
        self.X, self.y, self.alpha = X, y, alpha
        warnings.simplefilter("ignore")  # of loose tolerances

    def run(self, tolerance):
        self.model = Lasso(self.alpha, tol=tolerance, max_iter=1000).fit(self.X, self.y)

    def get_result(self):
        return {"coef": self.model.coef_.ravel(), "intercept": float(self.model.intercept_)}
