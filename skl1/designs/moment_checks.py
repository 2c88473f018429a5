"""What moments from outside have to be: sums that some rows could have."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.linalg import cholesky

from skl1.designs.table import SMALLEST

#: Share of a diagonal entry by which rounding may have moved the matrix of second moments: at
#: least, for each sample and feature, and at most.
ROUNDING = 1e-10, 64.0 * np.finfo(np.float64).eps, 1e-6
#: Rounding of the entries of a column, as a share of its mean.
OF_MEAN = 8.0 * np.finfo(np.float64).eps


def checked_numbers(name: str, value: Any, *targets: int) -> Any:
    """A finite real number, or one for each of so many targets."""
    numbers = _real(name, value, targets)
    return numbers if targets else float(numbers)


def checked_count(name: str, value: Any) -> int:
    """An integer."""
    given = np.asarray(value)
    if given.shape or given.dtype.kind not in "iu":
        raise ValueError(f"{name} must be an integer, got {value!r}.")
    return int(given)


def checked_array(name: str, value: Any, shape: tuple[int, ...]) -> np.ndarray:
    """Finite real numbers, as float64 in rows."""
    return np.ascontiguousarray(_real(name, value, shape))


def checked_shape(value: Any) -> tuple[int, ...]:
    """The numbers of features, and of targets if there are several, from ``xy``."""
    given = np.asarray(value)
    if given.ndim not in {1, 2} or not given.size:
        raise ValueError(
            "xy must be a vector with one entry for each feature, or have such a column for each "
            f"target, got shape {given.shape}."
        )
    return given.shape


def _real(name: str, value: Any, shape: tuple[int, ...]) -> np.ndarray:
    given = np.asarray(value)
    if given.dtype.kind not in "iuf":
        raise ValueError(f"{name} must hold real numbers, got {given.dtype}.")
    if given.shape != shape:
        raise ValueError(f"{name} must have the shape {shape}, got {given.shape}.")
    with np.errstate(over="ignore"):
        numbers = given.astype(np.float64)
    if not np.isfinite(numbers).all():
        raise ValueError(f"{name} must be finite, it holds NaN or infinity.")
    return numbers


def check_second_moments(
    n_samples: int, weight: float, x_mean: np.ndarray, xx: np.ndarray, xy: np.ndarray, yy: float
) -> None:
    """Whether ``[[xx, xy], [xy', yy]]`` is symmetric and positive semidefinite, up to rounding.

    One Cholesky factor of the matrix in units of its diagonal, plus a small multiple of that:
    for p features it takes p^3/3 multiplications, several times fewer than eigenvalues do.

    Rounding of sums is relative to the diagonal. Where the mean m of a column is far larger than
    its spread, products of the column with others hold rounding of m too, of e = 2e-15 m a row. To
    make up for it, with a multiple t of the diagonal added everywhere, the variance needs e^2 / t
    more: columns whose mean is above 1e9 times their spread are hardly checked. Variances below
    ``SMALLEST`` are as good as none.
    """
    p = xy.size
    joint = np.empty((p + 1, p + 1))
    joint[:p, :p], joint[:p, p], joint[p, :p], joint[p, p] = xx, xy, xy, yy
    squares = joint.diagonal().copy()
    if squares.min() < 0.0:
        name = "yy" if yy < 0.0 else "the diagonal of xx"
        raise ValueError(f"{name} holds sums of squares and cannot be negative.")
    if weight == 0.0:
        if joint.any():
            raise ValueError("xx, xy and yy must be zero where the weight is 0: there is no row.")
        return
    least, each, most = ROUNDING
    slack = min(max(least, each * (n_samples + p)), most)
    with np.errstate(all="ignore"):
        spare = OF_MEAN * np.append(np.abs(x_mean), 0.0) * np.sqrt(weight)
        units = np.sqrt(squares)
        units = np.hypot(units, np.hypot(spare / np.sqrt(slack), np.sqrt(SMALLEST * weight)))
        joint /= units
        joint /= units[:, None]
        spare = np.nan_to_num(spare / units, nan=np.sqrt(slack))
        allowed = slack * np.maximum(np.abs(joint), 1.0) + spare + spare[:, None]
        skew = np.abs(joint - joint.T)
        skewed = skew[~(skew <= allowed)]
        np.fill_diagonal(joint, 1.0 + slack * np.square(np.sqrt(squares) / units))
    if skewed.size:
        differ = skewed.max()
        raise ValueError(f"xx is not symmetric: entries differ by {differ:.3g} of their scale.")
    try:
        cholesky(joint, lower=True, overwrite_a=True)
    except (ValueError, np.linalg.LinAlgError) as error:
        raise ValueError(
            "[[xx, xy], [xy', yy]] is not positive semidefinite: no rows have such moments. Either "
            "xx has a negative eigenvalue, or yy is smaller than xy and xx imply."
        ) from error
