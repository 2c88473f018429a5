"""A problem: design, loss, penalty, weights and bounds. What a solver is given.

Longer than 300 lines: one class, and what a problem of another loss does otherwise is named in it.
"""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from typing import Any, cast

import numpy as np

from skl1.compiled.lazy import lazy
from skl1.designs import BesideDesign, Design, GramOperator
from skl1.losses import Loss, Squared
from skl1.penalties import Bounded, NonNegative, Penalty
from skl1.penalties.elementwise import alpha_max, pulls, total
from skl1.problems.bounds import joined
from skl1.problems.free_null import bounded_null
from skl1.problems.point import Point

#: First-order methods iterate on a Gram matrix of at most this many columns.
GRAM_COLUMNS = 2000
#: Sets of refitted features whose bases are kept.
KEPT = 8
#: Share by which a threshold may be off for no other reason than rounding.
ROUNDING = 1e-12
#: A coefficient whose part of the fit is below this share of y's spread is rounding.
NEGLIGIBLE = 1e-13
SQUARED = Squared()


class Problem:
    """minimise over w  ``loss(w) + sum_j u_j g(w_j)``.

    Of squares; a problem of another loss is a ``SmoothProblem``.

    Parameters
    ----------
    design : Design
    penalty : Penalty
    penalty_weights : ndarray of shape (n_features,)
        u >= 0. A feature of weight 0 is never penalised ("free"), one of weight inf is
        excluded, and so is a column that is constant.
    lower, upper : float or ndarray of shape (n_features,), default=-inf, inf
        Bounds of the coefficients, ``lower <= 0 <= upper``; those of the penalty hold as well. A
        feature whose bounds are both 0 is excluded.
    loss : Loss, default=Squared()
        Of one sample; the design knows the sum over the samples.

    Attributes
    ----------
    included : boolean ndarray
        Features that may enter the model.
    free : boolean ndarray
        Included features without a penalty.
    weights : ndarray
        u, with 0 for excluded features, whose coefficient is 0 throughout.
    penalty : Penalty
        The penalty within the bounds: wrapped, where there are any.
    """

    #: Whether the loss may be another one than squares.
    any_loss = False
    #: The names of the features, where X has some: for results and messages.
    feature_names: np.ndarray | None = None

    def __init__(
        self,
        design: Design,
        penalty: Penalty,
        penalty_weights: np.ndarray,
        *,
        lower: Any = -np.inf,
        upper: Any = np.inf,
        loss: Loss = SQUARED,
    ):
        if not (loss.quadratic or self.any_loss):
            raise ValueError(
                f"loss must be the squared one; a problem of {loss!r} is a SmoothProblem."
            )
        self.design, self.loss = design, loss
        self.bounds = joined(lower, upper, penalty, design.n_features)
        self._apart = not isinstance(self.bounds[0], float)  # the bounds of the features differ
        #: Whether there are any bounds.
        self.bounded = self._apart or self.bounds[0] == 0.0
        self.included = np.isfinite(penalty_weights) & (design.norms > 0.0)
        if self._apart:
            if not self._knows(penalty):
                penalty = Bounded(_unbounded(penalty), *self.bounds)
            self.bounds = penalty.lower, penalty.upper
            self.included &= (self.lower < 0.0) | (self.upper > 0.0)
        self.penalty = self._bounded(penalty)
        self.free = self.included & (penalty_weights == 0.0)
        self.has_free = bool(self.free.any())
        #: What has been made of the data, for all problems that differ in the penalty only.
        self.made: dict[Any, Any] = {}
        self.among: np.ndarray | None = None
        self.weights = np.where(self.included, penalty_weights, 0.0)

    @lazy
    def lower(self) -> np.ndarray:
        """The lower bound of each coefficient."""
        return np.broadcast_to(self.bounds[0], self.included.shape)

    @lazy
    def upper(self) -> np.ndarray:
        """The upper bound of each coefficient."""
        return np.broadcast_to(self.bounds[1], self.included.shape)

    @property
    def unselected(self) -> Problem:
        """The problem before y has chosen any of its features: this one, if it has not."""
        return self

    def _bounded(self, penalty: Penalty) -> Penalty:
        """The penalty on a coefficient that stays within the bounds."""
        if self._knows(penalty):
            return penalty
        if not self._apart:
            return NonNegative(_unbounded(penalty)) if self.bounded else _unbounded(penalty)
        return cast(Bounded, self.penalty).around(_unbounded(penalty))

    def _knows(self, penalty: Penalty) -> bool:
        """Whether the bounds of a penalty are those of this problem."""
        if not self._apart:
            return penalty.one_sided == penalty.bounded == self.bounded
        lower, upper = self.bounds
        return penalty.lower is lower and penalty.upper is upper

    def clip(self, w: np.ndarray) -> np.ndarray:
        """The nearest coefficients within the bounds."""
        return np.clip(w, self.lower, self.upper) if self.bounded else w

    def inside(self, w: np.ndarray) -> np.ndarray:
        """Mask of the coefficients that are at no bound."""
        return (self.lower < w) & (w < self.upper)

    @lazy
    def binds_free(self) -> bool:
        """Whether a free feature has a bound: least squares may then leave it."""
        if not (self.has_free and self.bounded):
            return False
        at_no_bound = (self.lower == -np.inf) & (self.upper == np.inf)
        return not at_no_bound[self.free].all()

    def with_penalty(self, penalty: Penalty) -> Problem:
        """The same problem with another penalty, within the same bounds and its own.

        What has been computed from the data alone is kept.
        """
        other = copy(self)
        if penalty.bounded and not self._knows(penalty):
            return self._like(self.design, self._weights_of(self.included), penalty)
        other.penalty = self._bounded(penalty)
        other.forget("alpha_max", "alpha_near", "core")
        return other

    def at_alpha(self, alpha: float) -> Problem:
        """The same problem with another strength of the penalty."""
        other = self.with_penalty(self.penalty.with_alpha(alpha))
        if "alpha_max" in vars(self):
            vars(other)["alpha_max"] = self.alpha_max
        return other

    def scaled(self, factor: float) -> Problem:
        """The same problem with the penalty multiplied by a factor."""
        other = copy(self)
        other.weights = factor * self.weights
        other.forget("alpha_max", "alpha_near", "core")
        return other

    def on(self, design: Design) -> Problem:
        """The same problem on a design of the same data."""
        other = copy(self)
        other.design = design
        other.forget("core")
        other.made = {}
        return other

    def forget(self, *names: str) -> None:
        """Drop what has been computed, in a copy for which it does not hold."""
        for name in names:
            vars(self).pop(name, None)

    def narrowed(self, alive: np.ndarray) -> Problem:
        """The same problem without the features outside a mask: passes may leave them out too.

        For features that are zero in every solution: the minimum is then the same.
        """
        other = copy(self)
        other.included = self.included & alive
        other.weights = np.where(other.included, self.weights, 0.0)
        other.among = np.flatnonzero(other.included)
        return other

    def narrowed_to(self, kept: np.ndarray) -> Problem:
        """The problem in which the features outside a mask are excluded."""
        other = self.reweighted(self._weights_of(self.included & (kept | self.free)))
        other.made = self.made
        return other

    def reweighted(self, penalty_weights: np.ndarray) -> Problem:
        """The problem with other penalty weights."""
        return self._like(self.design, penalty_weights)

    def _like(
        self, design: Design, penalty_weights: np.ndarray, penalty: Penalty | None = None
    ) -> Problem:
        """A problem of the same kind, perhaps with another penalty."""
        lower, upper = self.bounds
        charge = self.penalty if penalty is None else penalty
        other = type(self)(
            design, charge, penalty_weights, lower=lower, upper=upper, loss=self.loss
        )
        other.feature_names = self.feature_names
        return other

    def bare(self, w: np.ndarray) -> np.ndarray:
        """The coefficients w without those of features that are not included."""
        return np.where(self.included, w, 0.0)

    def at(self, w: np.ndarray) -> Point:
        """Gradient and objective at w: one pass over the data."""
        z, squares = self.design.gradient(w, self.among)
        z[~self.included] = 0.0
        return Point(w, z, 0.5 * squares, 0.5 * squares + self.penalty_value(w))

    def again(self, point: Point) -> Point:
        """The same point under this penalty, without another pass."""
        return replace(point, objective=point.loss + self.penalty_value(point.w))

    def intercept(self, w: np.ndarray, near: Point | None = None) -> float:
        """The best intercept for the coefficients w; 0 if none is fitted.

        At a point near w it is known, from which other losses than squares may set out.
        """
        return self.design.intercept(w)

    def intercepts(self, W: np.ndarray) -> np.ndarray:
        """The same for many coefficients, one vector a row."""
        return self.design.intercepts(W)

    def excess_of(self, w: np.ndarray, intercept: float) -> float:
        """What another intercept than the best one adds to the objective."""
        return 0.5 * (intercept - self.intercept(w)) ** 2

    def penalty_value(self, w: np.ndarray) -> float:
        """``sum_j u_j g(w_j)``."""
        return total(self.penalty, self.weights, w)

    @property
    def reach(self) -> float:
        """A size of predictions: the spread of y."""
        return float(np.sqrt(self.design.energy))

    @property
    def strain(self) -> float:
        """A size of residuals: the spread of y."""
        return float(np.sqrt(self.design.energy))

    def slope_size(self, point: Any) -> float:
        """The root mean square of the slopes: of the residuals."""
        return float(np.sqrt(2.0 * point.loss))

    def explained(self, loss: float) -> float:
        """The share of the loss of an intercept alone that is gone."""
        energy = self.design.energy
        return 1.0 - 2.0 * loss / energy if energy > 0.0 else 0.0

    @property
    def size(self) -> float:
        """What a stationarity is a share of: the root of twice the loss of the null model.

        Of what free features explain too, if this problem is beside them.
        """
        return float(np.sqrt(self.design.total))

    def bends(self, point: Point) -> np.ndarray:
        """The second derivative of the loss along each coefficient."""
        return self.design.norms

    def hessian_of(self, point: Point, features: np.ndarray) -> np.ndarray:
        """The matrix of second derivatives of the loss in some coefficients."""
        return self.design.gram(features, features)

    def negligible(self, W: np.ndarray, features: Any = slice(None)) -> np.ndarray:
        """Mask of the penalised coefficients that are nothing but rounding.

        Of a penalty that gives zeros: a feature on the verge of entering, as all are at alpha_max,
        enters or stays out by the last digit of its correlation. Rows of W are models, the columns
        are some of the features.
        """
        if not self.penalty.slope_at_zero() > 0.0:
            return np.zeros(W.shape, dtype=bool)
        share = np.abs(W) * self.design.lengths[features]
        return (share <= NEGLIGIBLE * self.reach) & (W != 0.0) & ~self.free[features]

    @lazy
    def null(self) -> Point:
        """The best model without any penalised feature: intercept and free columns fitted."""
        w = np.zeros(self.design.n_features)
        if self.binds_free and self.penalty.one_sided:
            free = np.flatnonzero(self.free)
            w[free] = self.design.nonnegative_least_squares(free)
            return self.at(w)
        if self.binds_free:
            return self.at(bounded_null(self))
        if self.has_free:
            beside = cast(BesideDesign, self.core.design)
            z, squares = beside.null_point
            z, loss = np.where(self.included, z, 0.0), 0.5 * squares
            return Point(beside.null, z, loss, loss)
        z = np.where(self.included, self.design.correlation, 0.0)
        loss = 0.5 * self.design.energy
        return Point(w, z, loss, loss)

    def target(self, tol: float) -> float:
        """The error at which a point counts as solved.

        A share of the null objective for a duality gap; a stationarity is a share of y's spread.
        """
        return tol * self.null.objective if self.penalty.convex else tol

    @lazy
    def alpha_max(self) -> float:
        """The smallest alpha for which the null model is optimal (or stationary).

        A nonconvex threshold is a jump, which rounding must not decide to take: alpha is a little
        larger there.
        """
        if self.has_free and not self.binds_free:
            return self.beside(self.free).alpha_max
        top = self.alpha_near
        if self.penalty.convex:
            return top
        return self._beside_moving.rests_from(top) * (1.0 + 4.0 * ROUNDING)

    @lazy
    def alpha_near(self) -> float:
        """About the same of a nonconvex penalty: that of the squares around the null model."""
        beside = self._beside_moving
        if self.has_free and not self.binds_free:
            return beside.alpha_near
        penalised: Any = self.included & ~self.free
        if not penalised.any():
            return 0.0
        penalised = slice(None) if penalised.all() else penalised
        penalty, z = self.penalty.of(penalised), self.null.z[penalised]
        pulled = pulls(penalty, z)
        if self.penalty.slope_at_zero() > 0.0:
            # A feature without an effect correlates by rounding, which no alpha should go by.
            least = NEGLIGIBLE * self.strain * self.design.lengths[penalised]
            pulled[~(pulled > least)] = 0.0
        # Where a convex penalty lets zero go, the curvature does not matter.
        norms = self.design.norms if self.penalty.convex else beside.bends(self.null)
        pulled = np.copysign(pulled, z)
        return alpha_max(penalty, pulled, norms[penalised], self.weights[penalised])

    @property
    def _beside_moving(self) -> Problem:
        """Where there are free features, the problem beside those that no bound holds at rest."""
        return self.beside(self.refitted(self.null.w)) if self.has_free else self

    def rests_from(self, top: float) -> float:
        """The smallest alpha for which no coefficient leaves zero; ``top`` is that of squares."""
        return top

    def empties(self, alpha):
        """Whether no penalised feature is in use at this alpha, or for each of some.

        One that was found as alpha_max from sums in another order is such an alpha, too.
        """
        return alpha >= self.alpha_max * (1.0 - 2.0 * ROUNDING)

    def refitted(self, w: np.ndarray) -> np.ndarray:
        """Mask of the free features that can be refitted by least squares around w.

        All of them but those at a bound.
        """
        return self.free & self.inside(w) if self.binds_free else self.free

    def beside(self, refitted: np.ndarray) -> Problem:
        """The problem in the penalised coefficients alone, with some free features refitted.

        On the data without their part along those features. The other free ones are excluded.
        """
        key = refitted.tobytes()
        if key not in self.made:
            if len(self.made) == KEPT:
                self.made.clear()
            columns = np.flatnonzero(refitted)
            left = BesideDesign(self.design, columns) if columns.size else self.design
            self.made[key] = left, {}
        design, made = self.made[key]
        other = self._like(design, self._weights_of(self.included & ~self.free))
        other.made = made
        return other

    def _weights_of(self, features: np.ndarray) -> np.ndarray:
        """The weights of some features; inf for the others."""
        return np.where(features, self.weights, np.inf)

    def lift(self, w: np.ndarray) -> np.ndarray:
        """Coefficients with those of the free features that this problem is beside."""
        return self.design.lift(w)

    def lift_exactly(self, w: np.ndarray) -> np.ndarray:
        """The same to all digits that the data show."""
        return self.design.lift_exactly(w)

    @property
    def weak(self) -> np.ndarray:
        """Free features that depend on each other in all but the last digits."""
        return self.design.weak

    @lazy
    def core(self) -> Problem:
        """The problem without free features: they are refitted, if no bound of theirs forbids it.

        Itself if there are none, or if one does.
        """
        return self.beside(self.free) if self.has_free and not self.binds_free else self

    @property
    def operator(self):
        """What first-order kernels multiply by: a Gram matrix if small, else the data."""
        made = self.design.of_columns
        if "operator" not in made:
            p, every = self.design.n_features, np.arange(self.design.n_features)
            small = p <= GRAM_COLUMNS and p <= 2 * self.design.n_samples
            gram = GramOperator(self.design.gram(every, every)) if small else None
            made["operator"] = gram or self.design.operator()
        return made["operator"]


def _unbounded(penalty: Penalty) -> Penalty:
    """A penalty without its bounds, which a problem holds."""
    return penalty.inner if isinstance(penalty, NonNegative | Bounded) else penalty
