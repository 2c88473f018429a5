"""Ridge regression by gradient descent."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real
from typing import Any, ClassVar

from numpy.typing import ArrayLike

from skl1.estimators.docstrings import shared
from skl1.estimators.parameters import CoefBounds, keep
from skl1.estimators.quadratic import QuadraticRegressor
from skl1.paths.ridge import solve_ridge_path
from skl1.penalties import Penalty, SquaredL2
from skl1.sklearn_api import Interval, StrOptions
from skl1.solvers.base import Solver
from skl1.solvers.first_order import Nesterov, Still
from skl1.solvers.gradient_descent import ConjugateGradient, GradientDescent


@shared()
class RidgeGD(QuadraticRegressor):
    r"""Ridge regression by gradient descent, with a certificate from strong convexity.

    Minimises over w and the intercept b

    .. math::

        \frac{1}{2 W} \sum_i s_i (y_i - x_i^\top w - b)^2 + \frac{\alpha}{2} \sum_j u_j w_j^2,
        \qquad W = \sum_i s_i.

    This is the scale of the Lasso: the same model as scikit-learn's ``Ridge(alpha=W * alpha)``,
    W being the number of samples or the sum of the raw sample weights.

    Parameters
    ----------
    alpha : float, default=1.0
        Strength of the penalty, at least 0. 0 gives a least-squares fit of least norm.
    @weights@
    positive : bool, default=False
        Allow no negative coefficient (projected gradients; not with conjugate gradients).
    @bounds@
    @intercept@
    step_size : "auto" or float, default="auto"
        "auto" takes the step from an estimate of the largest curvature, in units of each
        column's own curvature, and guards it. A number, above 0, is used as it is; above 2/L
        the method diverges: the fit then stops and names the largest safe step.
    acceleration : {None, "nesterov", "conjugate_gradient"}, default="nesterov"
        None is plain gradient descent; "nesterov" adds momentum with restarts [1]_;
        "conjugate_gradient" needs the fewest steps [2]_ and no step size.
    @gap@
    max_iter : int, default=10000
        Steps allowed.
    @record@

    Attributes
    ----------
    @coefficients@
    n_iter_ : int
        Steps done, at least 1.
    objective_ : float
        The objective at the fitted coefficients.
    dual_gap_ : float
        Duality gap, in units of the objective: it exceeds its minimum by no more. With the
        residual as the dual point it is ``sum_j gradient_j^2 / (2 alpha u_j)``.
    converged_ : bool
        Whether the gap met the tolerance, or the limit of floating-point numbers.
    stop_reason_ : str
        Why the fit ended: "tolerance reached", "numerical precision", "max_iter reached",
        "stopped by a callback" or "diverged", with the largest safe step.
    alpha_max_ : float
        inf (or 0 if y is constant): the squared penalty never excludes a feature.
    @history@
    @features@

    See Also
    --------
    ProximalLasso : The L1 penalty, which gives exact zeros; and the elastic net.

    Notes
    -----
    Where the samples or the features are few, the steps run on their Gram matrix. Features of
    penalty weight 0 have no strong convexity to certify them; the gap is that of the problem
    with these features refitted by least squares, whose curvature takes alpha's place.

    References
    ----------
    .. [1] B. O'Donoghue and E. Candes, "Adaptive restart for accelerated gradient schemes",
       Foundations of Computational Mathematics 15, 2015, section 3.2.
    .. [2] M. R. Hestenes and E. Stiefel, "Methods of conjugate gradients for solving linear
       systems", Journal of Research of the National Bureau of Standards 49, 1952, eq. 3:1.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skl1 import RidgeGD
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = RidgeGD(alpha=0.001).fit(X, y)
    >>> int((model.coef_ != 0).sum()), model.converged_
    (10, True)
    """

    step_size: float | str
    acceleration: str | None

    _parameter_constraints: ClassVar[dict] = {
        **QuadraticRegressor._parameter_constraints,
        "step_size": [StrOptions({"auto"}), Interval(Real, 0, None, closed="neither")],
        "acceleration": [StrOptions({"nesterov", "conjugate_gradient"}), None],
    }

    def __init__(
        self,
        alpha: float = 1.0,
        *,
        penalty_weights: ArrayLike | Mapping[Any, float] | None = None,
        positive: bool = False,
        coef_bounds: CoefBounds = None,
        fit_intercept: bool = True,
        step_size: float | str = "auto",
        acceleration: str | None = "nesterov",
        tol: float = 1e-6,
        max_iter: int = 10_000,
        warm_start: bool = False,
        record_history: bool = False,
    ) -> None:
        keep(self, locals())

    def _penalty(self) -> Penalty:
        return SquaredL2(self.alpha)

    @property
    def _is_bounded(self) -> bool:
        return self.positive or self.coef_bounds is not None

    def _solver(self) -> Solver:
        step = None if self.step_size == "auto" else float(self.step_size)
        if self.acceleration == "conjugate_gradient":
            if self._is_bounded:
                raise ValueError(
                    'acceleration="conjugate_gradient" cannot keep coefficients within bounds; '
                    'use positive or coef_bounds with acceleration="nesterov" or None.'
                )
            if step is not None:
                raise ValueError(
                    f"step_size={self.step_size!r} has no meaning with "
                    'acceleration="conjugate_gradient", which chooses its own; use "auto".'
                )
            return ConjugateGradient()
        return GradientDescent(Nesterov() if self.acceleration else Still(), step)

    def follow(self, problems, values):
        if self.step_size != "auto":  # which may diverge, and then has to say so
            return super().follow(problems, values)
        limits = {"tol": self.tol, "max_iter": self.max_iter}
        return [solve_ridge_path(problem, values, **limits) for problem in problems]

    def _remedy(self) -> str:
        return (
            "Increase max_iter or tol, scale the columns"
            + (", leave step_size at 'auto'" if self.step_size != "auto" else "")
            + (
                "."
                if self._is_bounded or self.acceleration == "conjugate_gradient"
                else ', or use acceleration="conjugate_gradient".'
            )
        )

    def _advice(self) -> str:
        return "Choose a smaller step_size, or 'auto'; scale the columns."
