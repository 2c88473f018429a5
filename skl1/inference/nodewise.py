"""The regressions behind de-biased coefficients: of y, and of each feature on all others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skl1.compiled.lazy import lazy
from skl1.designs import Design, MomentDesign, make_design
from skl1.designs.span import DEPENDENT_GRAM
from skl1.designs.table import TableDesign
from skl1.inference.nodewise_gram import correlations, solve_columns
from skl1.model_selection.scaled_lasso import (
    Fit,
    fixed_lasso,
    penalty_level,
    scaled_lasso,
    standard_lasso,
)
from skl1.problems.moments import PATHS

#: Coefficients of regressions that are held at a time: 32 MB.
ENTRIES = 2**22


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

    @lazy
    def _correlations(self) -> np.ndarray:
        assert isinstance(self.design, MomentDesign)
        return correlations(self.design, ~self.constant)

    def scores(self, columns: np.ndarray, lasso: Fit, share: float | None) -> list[Score]:
        """The coefficients of some columns without the bias of the Lasso."""
        scores: list[Score] = []
        size = max(ENTRIES // self.table.n_features, 1)
        for start in range(0, columns.size, size):
            some = columns[start : start + size]
            together: dict[int, Score] = {}
            if isinstance(self.design, MomentDesign):
                together = self._together(self.design, some[~self.constant[some]], lasso, share)
            scores += [together.get(j) or self.score(j, lasso, share) for j in some.tolist()]
        return scores

    def _together(
        self, design: MomentDesign, columns: np.ndarray, lasso: Fit, share: float | None
    ) -> dict[int, Score]:
        """Those of which the regressions on the Gram matrix reach the tolerance."""
        limits = {"rank": design.n_samples, "max_iter": self.settings["max_iter"]}
        found = solve_columns(self._correlations, columns, self.level, share, **limits)
        lengths = np.where(self.constant, 1.0, design.lengths)
        places = np.arange(columns.size)
        V, Z = -found.W, found.Z
        V[places, columns] = 1.0
        moved = V @ (lasso.result.point.z / lengths)
        along = Z[places, columns].copy()
        Z[places, columns] = 0.0
        most = np.abs(Z).max(axis=1, initial=0.0)
        scores = {}
        for k, j in enumerate(columns.tolist()):
            if found.settled[k] and found.gaps[k] <= self.settings["tol"]:
                scores[j] = self._score(
                    coef=float(lasso.result.w[j]),
                    sd=float(lengths[j]),
                    square=float(found.squares[k]),
                    along=float(along[k]),
                    most=float(most[k]),
                    moved=float(moved[k]),
                    fit=(float(found.alphas[k]), True, float(found.gaps[k])),
                )
        return scores

    def score(self, j: int, lasso: Fit, share: float | None) -> Score:
        """The coefficient of column j without the bias of the Lasso, by a regression alone."""
        coef, sd = float(lasso.result.w[j]), float(self.design.lengths[j])
        if self.constant[j]:
            return Score(coef, np.inf, np.inf, 0.0, converged=True, gap=0.0)
        fit = self.lasso(self.on_column(j), None if share is None else share * sd, without=j)
        v = -fit.result.w
        v[j] = 1.0
        pulled = self.design.hessian(v)  # the correlations of all columns with z_j = X v
        others = ~self.constant
        others[j] = False
        return self._score(
            coef=coef,
            sd=sd,
            square=max(float(v @ pulled), 0.0) / sd**2,
            along=float(pulled[j]) / sd**2,
            most=float(np.abs(pulled[others] / self.design.lengths[others]).max(initial=0.0)) / sd,
            moved=float(v @ lasso.result.point.z) / sd,
            fit=(fit.alpha / sd, fit.converged, fit.gap),
        )

    def _score(self, *, coef, sd, square, along, most, moved, fit) -> Score:
        """From the residual of a column, in units of its standard deviation: its mean square.

        ``along`` is its correlation with the column, ``most`` the largest with another one, and
        ``moved`` that with the residual of y.
        """
        alpha, converged, gap = fit
        if min(square, along) <= DEPENDENT_GRAM:  # what is left is rounding
            return Score(coef, np.inf, np.inf, alpha, converged, gap)
        length = np.sqrt(square)
        return Score(
            coef=coef + moved / (along * sd),
            spread=length / (np.sqrt(self.n) * along * sd),
            bias_factor=np.sqrt(self.n) * most / length,
            alpha=alpha,
            converged=converged,
            gap=gap,
        )
