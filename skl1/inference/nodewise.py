"""The regressions behind de-biased coefficients: of y, and of each feature on all others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skl1.designs import Design, MomentDesign, make_design
from skl1.designs.span import DEPENDENT_GRAM
from skl1.designs.table import TableDesign
from skl1.model_selection.scaled_lasso import (
    Fit,
    fixed_lasso,
    penalty_level,
    scaled_lasso,
    standard_lasso,
)
from skl1.problems.moments import PATHS


@dataclass(frozen=True)
class Score:
    """What the regression of a column on all others says of its coefficient."""

    coef: float
    spread: float  #: standard error per standard deviation of the noise
    bias_factor: float
    alpha: float
    converged: bool
    gap: float  #: as a share of the null objective


class Regressions:
    """The first Lasso, and those among the features, on the same rows."""

    def __init__(self, table: TableDesign, X, settings: dict):
        self.table, self.X, self.settings = table, X, settings
        self.n = int(np.count_nonzero(table.weights))
        self.constant = table.norms == 0.0
        self.design: Design = table
        if table.n_features <= PATHS:
            self.design = MomentDesign.of_design(table)
        self.level = penalty_level(self.n, max(int(np.count_nonzero(~self.constant)), 1))

    def lasso(self, design: Design, alpha: float | None, without: int | None = None) -> Fit:
        """A Lasso in standard units, scaled if no alpha is given."""
        factors = np.where(self.constant, np.inf, 1.0)
        if without is not None:
            factors[without] = np.inf
        problem = standard_lasso(design, factors)
        if alpha is None:
            return scaled_lasso(problem, self.level, **self.settings)
        return fixed_lasso(problem, alpha, **self.settings)

    def on_column(self, j: int) -> Design:
        """The design whose target is column j."""
        table, design = self.table, self.design
        if not isinstance(design, MomentDesign):
            target = table.columns(np.array([j]))[:, 0]
            return make_design(self.X, target, table.weights, table.fit_intercept)
        G, means = design.matrix, design.x_mean
        return MomentDesign(
            design.n_samples, design.fit_intercept, G, G[:, j].copy(), G[j, j], means, means[j]
        )

    def score(self, j: int, lasso: Fit, share: float | None) -> Score:
        """The coefficient of column j without the bias of the Lasso."""
        coef, sd = float(lasso.result.w[j]), float(self.design.lengths[j])
        if self.constant[j]:
            return Score(coef, np.inf, np.inf, 0.0, converged=True, gap=0.0)
        fit = self.lasso(self.on_column(j), None if share is None else share * sd, without=j)
        v = -fit.result.w
        v[j] = 1.0
        pulled = self.design.hessian(v)  # the correlations of all columns with z_j = X v
        length, along = np.sqrt(max(v @ pulled, 0.0)), pulled[j]
        if min(length**2, along) <= DEPENDENT_GRAM * sd**2:  # what is left is rounding
            return Score(coef, np.inf, np.inf, fit.alpha / sd, fit.converged, fit.gap)
        others = ~self.constant
        others[j] = False
        most = np.abs(pulled[others] / self.design.lengths[others]).max(initial=0.0)
        return Score(
            coef=coef + float(v @ lasso.result.point.z) / along,
            spread=length / (np.sqrt(self.n) * along),
            bias_factor=np.sqrt(self.n) * most / length,
            alpha=fit.alpha / sd,
            converged=fit.converged,
            gap=fit.gap,
        )
