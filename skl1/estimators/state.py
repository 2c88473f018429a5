"""Fits that are all or nothing: they work on a blank copy, whose state is published at the end."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from skl1.compiled.versions import Versioned

#: The attribute that names what the last fit has set; that of a fit under way, for the estimator.
NAMES, BEFORE = "_fitted_names", "_before"
#: A method, whose signature a decorator leaves as it is.
Method = TypeVar("Method", bound=Callable[..., Any])
#: Fits to rows in blocks, which not all estimators have.
STREAMED = ("fit_moments", "fit_blocks", "partial_fit")


class AllOrNothing(Versioned):
    """An estimator whose methods marked `all_or_nothing` change it at their end, or not at all.

    They run on a blank copy of it: the same parameters, callbacks and attributes of the user's,
    nothing that a fit has set. So a fit cannot meet what an earlier one has left, and an error or
    an interrupt at whatever moment leaves the estimator as it was.
    """

    def _earlier(self, name: str, default: Any = None) -> Any:
        """An attribute of the estimator as the last fit has left it, seen from a fit under way."""
        return getattr(vars(self).get(BEFORE, self), name, default)

    def __getattr__(self, name: str) -> Any:
        if name in STREAMED and not hasattr(type(self), name):
            raise AttributeError(
                f"{type(self).__name__} has no {name}: sums over the rows tell everything of "
                "squared loss only, as of ProximalLasso. Give fit all rows, from a file that NumPy "
                "maps if they are many."
            )
        # A property, or a method that is there at times only, has words of its own.
        return super().__getattribute__(name)

    def __getstate__(self) -> dict[str, Any]:
        # A copy that a callback gets is no fit under way.
        state: Any = super().__getstate__()
        return {name: value for name, value in state.items() if name != BEFORE}


def _blank(estimator: Any) -> Any:
    """A copy without what a fit has set."""
    stale = vars(estimator).get(NAMES, ())
    copied = object.__new__(type(estimator))
    vars(copied).update((name, v) for name, v in vars(estimator).items() if name not in stale)
    return copied


def untouched(look: Method) -> Method:
    """Let a method work on a blank copy of the estimator, which itself stays as it is."""

    @wraps(look)
    def wrapper(estimator: Any, *args: Any, **kwargs: Any) -> Any:
        return look(_blank(estimator), *args, **kwargs)

    return cast(Method, wrapper)


def all_or_nothing(fit: Method) -> Method:
    """Let a method set attributes on a blank copy, and give them to the estimator at the end."""

    @wraps(fit)
    def wrapper(estimator: Any, *args: Any, **kwargs: Any) -> Any:
        if BEFORE in vars(estimator):  # one such method calls another: this is the copy
            return fit(estimator, *args, **kwargs)
        fresh = _blank(estimator)
        state = vars(fresh)
        given = dict(state)
        state[BEFORE] = estimator
        fit(fresh, *args, **kwargs)
        del state[BEFORE]
        state[NAMES] = (NAMES, *(name for name in state if state[name] is not given.get(name)))
        estimator.__dict__ = state  # one assignment: an interrupt comes before it or after it
        return estimator

    return cast(Method, wrapper)
