"""What displays are given, checked: an error names the argument, what it is and what to give."""

from __future__ import annotations

from collections.abc import Mapping
from inspect import isclass
from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skl1.model_selection.path_cv import PathCV
from skl1.penalties import Penalty


def named(values: Any, name: str, example: str) -> None:
    """Refuse what is no dict with names as keys, or is empty."""
    if not isinstance(values, Mapping):
        raise TypeError(
            f"{name} must be a dict by name, such as {example}; got {type(values).__name__}."
        )
    if not values:
        raise ValueError(f"{name} must have at least one entry, such as {example}; got none.")


def named_penalties(penalties: Any) -> None:
    """Refuse what is no dict of penalties by name."""
    named(penalties, "penalties", '{"L1": L1(1.0)}')
    for name, penalty in penalties.items():
        if not isinstance(penalty, Penalty):
            raise TypeError(
                f"penalties[{name!r}] must be one of skl1.penalties, such as L1(1.0); got "
                f"{penalty!r}."
            )


def instance(estimator: Any, name: str) -> None:
    """Refuse what cannot be cloned and fitted, a class above all."""
    if isclass(estimator):
        raise TypeError(
            f"{name} must be an instance, not a class: {estimator.__name__}() rather than "
            f"{estimator.__name__}."
        )
    if not (hasattr(estimator, "fit") and hasattr(estimator, "get_params")):
        raise TypeError(
            f"{name} must be an estimator, such as ProximalLasso(); got {type(estimator).__name__}."
        )


def fitted_search(search: Any) -> None:
    """Refuse what is no CV estimator of skl1, or is not fitted."""
    if isclass(search) or not isinstance(search, PathCV):
        raise TypeError(
            f"from_cv wants one of skl1's CV estimators, such as ProximalLassoCV().fit(X, y); got "
            f"{search!r}."
        )
    check_is_fitted(search, "cv_results_")
    tables: Any = search.cv_results_
    if not isinstance(tables, Mapping):
        raise ValueError(  # noqa: TRY004 (of what it was fitted to)
            f"Each of the {len(tables)} targets has a choice of its own: draw one, as "
            "search.of_target(0)."
        )


def numbers(values: Any, name: str, *shape: int | None) -> np.ndarray:
    """Real numbers of a shape; None stands for any length but 0."""
    try:
        array = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be an array of real numbers, got {values!r}.") from None
    fits = array.ndim == len(shape) and array.size > 0
    if not fits or any(b not in {None, a} for a, b in zip(array.shape, shape, strict=True)):
        wanted = ", ".join("any" if length is None else str(length) for length in shape)
        raise ValueError(
            f"{name} must have the shape ({wanted}{',' * (len(shape) == 1)}), got {array.shape}."
        )
    return array


def marks(chosen: Any) -> None:
    """Refuse marks without a name."""
    if chosen is None:
        return
    if not isinstance(chosen, Mapping):
        raise TypeError(
            f'chosen must be a dict by name, such as {{"minimum": 0.1}}; got '
            f"{type(chosen).__name__}."
        )
    for name, value in chosen.items():
        numbers(value, f"chosen[{name!r}]")


def labels(names: Any, count: int) -> None:
    """Refuse names that are not one for each feature."""
    if names is not None and (isinstance(names, str) or np.shape(names) != (count,)):
        raise ValueError(
            f"feature_names must be one name for each of the {count} features, got {names!r}."
        )
