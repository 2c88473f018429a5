"""The candidates of a grid search as lines: those that differ in one parameter of the last step."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field
from numbers import Real
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.pipeline import Pipeline


@dataclass
class Line:
    """Candidates that are one path of the last step."""

    #: Their numbers among all candidates, and their values of the path's parameter.
    places: list[int]
    values: list[Any]
    #: The last step with its other parameters.
    plain: Any


@dataclass
class Section:
    """Lines of one last step behind the same steps, which need to be fitted only once."""

    last: Any
    outer: dict[str, Any]
    lines: list[Line] = field(default_factory=list)

    @property
    def places(self) -> list[int]:
        """The candidates of all lines, one line after the other."""
        return [place for line in self.lines for place in line.places]

    def pipeline(self, base: Any, step: Any) -> Any:
        """The estimator with the parameters of the section, and another last step."""
        return with_last(clone(base).set_params(**clone(self.outer, safe=False)), step)


def sections(base: Any, candidates: Sequence[dict[str, Any]]) -> list[Section]:
    """The candidates that a path leads along, sorted by what they share.

    A candidate that is in none has to be fitted by itself: its last step has no path, it does not
    name the path's parameter, or its value of that has no place on a path. Nor is there a path
    where callbacks of the estimator want to see each fit.
    """
    found: dict[tuple, Section] = {}
    lines: dict[tuple, Line | None] = {}
    if any(heard(part) for params in ({"": base}, *candidates) for part in params.values()):
        return []
    for place, candidate in enumerate(candidates):
        step = last_step(base, candidate)
        if step is None or not has_path(step[1]):
            continue
        prefix, last = step
        name = prefix + type(last).path_parameter
        if name not in candidate:
            continue
        inner = {
            key.removeprefix(prefix): value
            for key, value in candidate.items()
            if key.startswith(prefix) and key != name
        }
        outside = {
            key: value
            for key, value in candidate.items()
            if not key.startswith(prefix) and key != prefix.removesuffix("__")
        }
        outer = outside if prefix else {}
        of_section = (id(last), _key(outer))
        of_line = (*of_section, _key(inner))
        if of_line not in lines:
            lines[of_line] = _line(last, inner)
        line = lines[of_line]
        if line is None or not line.plain.fits_along(candidate[name]):
            continue
        if not line.places:
            found.setdefault(of_section, Section(last, outer)).lines.append(line)
        line.places.append(place)
        line.values.append(candidate[name])
    return list(found.values())


def _line(last: Any, inner: dict[str, Any]) -> Line | None:
    """A line without candidates yet; None if the last step has no such parameters."""
    try:
        return Line([], [], clone(last).set_params(**clone(inner, safe=False)))
    except (ValueError, TypeError):  # a fit of its own will say it
        return None


def last_step(estimator: Any, candidate: dict[str, Any]) -> tuple[str, Any] | None:
    """The last step of a candidate's pipelines, and the prefix of its parameters.

    None where the candidate has other steps altogether. What is derived from a pipeline may fit and
    predict in a way of its own: it is taken for a last step, which has no path.
    """
    prefix = ""
    while type(estimator) is Pipeline:
        if f"{prefix}steps" in candidate or not estimator.steps:
            return None
        name, step = estimator.steps[-1]
        estimator = candidate.get(prefix + name, step)
        prefix = f"{prefix}{name}__"
    return prefix, estimator


def has_path(estimator: Any) -> bool:
    """Whether an estimator can follow a path whose models are those of its own ``fit``.

    A subclass that fits, predicts or scores in another way does not inherit the path, unless it
    names its ``path_parameter`` itself.
    """
    cls = type(estimator)
    of = next((each for each in cls.__mro__ if vars(each).get("path_parameter")), None)
    if of is None or not (hasattr(cls, "fits_along") and hasattr(cls, "fit_path")):
        return False
    return all(getattr(cls, name) is getattr(of, name) for name in ("fit", "predict", "score"))


def heard(value: Any) -> bool:
    """Whether a value is an estimator with callbacks, or has such a one in it."""
    if not isinstance(value, BaseEstimator):
        return False
    parts = value.get_params().values()
    return any(hasattr(each, "_skl_callbacks") for each in (value, *parts))


def with_last(estimator: Any, step: Any) -> Any:
    """A copy of a pipeline, of pipelines perhaps, with another last step."""
    if type(estimator) is not Pipeline:
        return step
    whole = copy(estimator)
    name, last = estimator.steps[-1]
    whole.steps = [*estimator.steps[:-1], (name, with_last(last, step))]
    return whole


def _key(params: dict[str, Any]) -> tuple:
    """What is equal for equal parameters: objects that cannot be compared have to be the same."""
    return tuple(sorted((name, *_value_key(value)) for name, value in params.items()))


def _value_key(value: Any) -> tuple[str, str]:
    plain = value is None or isinstance(value, Real | str | np.generic)
    return type(value).__name__, repr(value) if plain else str(id(value))
