"""Values that are given by the names of features, and the names that results carry."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

import numpy as np

#: Parameters of estimators that go by the names of features, with the value of those not named; a
#: pair of values stands for two arrays, and each entry by name is one of both.
BY_NAME: dict[str, Any] = {"penalty_weights": 1.0, "coef_bounds": (-np.inf, np.inf)}
#: How many names an error suggests for one that is not known, and for how many of these.
NEAR, TOLD = 3, 5


def by_name(given: Any) -> bool:
    """Whether values come by name: in a dict, or a Series of pandas whose index is strings.

    The index of a Series that was made of a list is 0, 1, 2, ...: it goes by position.
    """
    if not (hasattr(given, "keys") and hasattr(given, "items")) or getattr(given, "ndim", 1) != 1:
        return False
    keys = list(given.keys())
    ordinal = hasattr(given, "to_numpy") and keys == list(range(len(keys)))
    return not ordinal


def per_feature(
    given: Any, argument: str, names: np.ndarray | None, n_features: int, neutral: Any
) -> Any:
    """One value for each feature; where they are given by name, the others get the neutral one.

    Where that is a pair, so is each value, and the result is a pair of arrays. What does not come
    by name is returned as it is.
    """
    if not by_name(given):
        return given
    keys, values = list(given.keys()), [value for _, value in given.items()]
    places = places_of(keys, argument, names, n_features)
    if twice := [key for k, key in enumerate(keys) if key in keys[:k]]:
        raise ValueError(f"{argument} has more than one entry for {twice[0]!r}: give each once.")
    shape, words = np.shape(neutral), "pairs (lower, upper)" if np.ndim(neutral) else ""
    for key, value in zip(keys, values, strict=True):
        numbers = np.asarray(value if _even(value) else None)
        if numbers.shape != shape or numbers.dtype.kind not in "biuf":
            wanted = f"{words} of real numbers" if words else "real numbers"
            raise ValueError(f"{argument} must be {wanted}, got {value!r} for {key!r}.")
    full = np.full((n_features, *shape), neutral, dtype=np.asarray([neutral, *values]).dtype)
    full[places] = np.array(values).reshape(-1, *shape)
    return tuple(full.T.copy()) if shape else full


def _even(value: Any) -> bool:
    """Whether a value is a number, or a sequence of numbers."""
    return not np.ndim(value) or all(not np.ndim(each) for each in value)


def places_of(
    wanted: Sequence[Any], argument: str, names: np.ndarray | None, n_features: int
) -> list[int]:
    """The columns of some features that are given by name."""
    if names is None:
        raise ValueError(
            f"{argument} is given by names of features, but X has none: give X as a data frame "
            f"whose columns are strings, or {argument} in the order of the {n_features} columns."
        )
    found = {name: place for place, name in enumerate(names)}
    for name in wanted:
        if not isinstance(name, str) or name not in found:
            raise ValueError(_unknown(list(wanted), argument, list(found)))
        if np.count_nonzero(names == name) > 1:
            raise ValueError(
                f"{argument} names {name!r}, which is the name of several columns of X: rename "
                "them."
            )
    return [found[name] for name in wanted]


def _unknown(wanted: list[Any], argument: str, known: list[str]) -> str:
    """What to say of names that X does not have."""
    lost = [name for name in wanted if not isinstance(name, str) or name not in set(known)]
    told = []
    for name in lost[:TOLD]:
        near = get_close_matches(str(name), known, NEAR)
        told.append(f"{name!r}" + (f" (near: {', '.join(map(repr, near))})" if near else ""))
    more = f" and {len(lost) - TOLD} more" if len(lost) > TOLD else ""
    return (
        f"{argument} names {', '.join(told)}{more}: X has no such feature among its {len(known)} "
        "named ones."
    )


def names_of(owner: Any) -> np.ndarray | None:
    """``feature_names_in_`` of an estimator or a result, None where it has none."""
    return getattr(owner, "feature_names_in_", None)


def settle_names(source: Any, *others: Any) -> None:
    """Give others that an estimator fits to the columns that it has seen their values by position.

    They get these columns as arrays, and must not expect names.
    """
    size = source.n_features_in_
    for other in others:
        other.n_features_in_ = size
        for parameter, neutral in BY_NAME.items():
            given = getattr(other, parameter)
            settled = per_feature(given, parameter, names_of(source), size, neutral)
            setattr(other, parameter, settled)


def labels(names: np.ndarray | None, n_features: int) -> np.ndarray:
    """A label for each feature: its name, or ``x0``, ``x1``, ... as in scikit-learn."""
    if names is not None:
        return np.asarray(names, dtype=object)
    return np.array([f"x{j}" for j in range(n_features)], dtype=object)
