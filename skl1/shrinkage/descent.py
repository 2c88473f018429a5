"""A single coefficient that feels nothing but the penalty, step by step."""

from __future__ import annotations

import numpy as np

from skl1.penalties import Penalty

#: What a step may be.
METHODS = ("subgradient", "truncated", "proximal")


def penalty_descent(
    penalty: Penalty,
    start: float = 5.0,
    *,
    step: float = 0.5,
    n_steps: int = 20,
    method: str = "subgradient",
) -> np.ndarray:
    r"""The way of a coefficient down its penalty, without data.

    A subgradient step is :math:`w - \eta g'(w)`, and 0 stays where it is. The L1 norm pulls with
    the same force wherever w is, and arrives after finitely many steps if it does not step across;
    then it oscillates. The squared L2 norm pulls in proportion to w, which halves, and halves
    again. A truncated step ends at zero where it would cross it. A proximal step goes to

    .. math::

        \operatorname{prox}(w) = \arg\min_v \frac{1}{2} (v - w)^2 + \eta g(v).

    Parameters
    ----------
    penalty : Penalty
        The g.
    start : float, default=5.0
        The first w.
    step : float, default=0.5
        The step size :math:`\eta`, positive.
    n_steps : int, default=20
        How many steps, at least 0.
    method : {"subgradient", "truncated", "proximal"}, default="subgradient"
        What a step is.

    Returns
    -------
    ndarray of shape (n_steps + 1,)
        The coefficient before the first step and after each.

    Raises
    ------
    ValueError
        If ``method`` is unknown, ``step`` not positive or ``n_steps`` negative.

    Examples
    --------
    >>> from skl1.penalties import L1, SquaredL2
    >>> from skl1.shrinkage import penalty_descent
    >>> penalty_descent(L1(1.0), n_steps=10)[-2:]
    array([0.5, 0. ])
    >>> penalty_descent(SquaredL2(1.0), n_steps=3)
    array([5.   , 2.5  , 1.25 , 0.625])
    """
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}; got {method!r}.")
    if not step > 0.0:
        raise ValueError(f"step must be positive, got {step!r}.")
    if n_steps < 0:
        raise ValueError(f"n_steps must be at least 0, got {n_steps!r}.")
    way = np.empty(n_steps + 1)
    way[0] = start
    for k in range(n_steps):
        way[k + 1] = _after(penalty, float(way[k]), step, method)
    return way


def _after(penalty: Penalty, w: float, step: float, method: str) -> float:
    if method == "proximal":
        return float(penalty.prox(w, step))
    if w == 0.0:
        return 0.0
    new = w - step * float(penalty.slope(w))
    return 0.0 if method == "truncated" and new * w < 0.0 else new
