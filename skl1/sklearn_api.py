"""The only module that imports scikit-learn's private names, and what differs by version."""

from __future__ import annotations

from functools import cache, wraps
from numbers import Real

import numpy as np
from scipy import sparse
from sklearn import get_config
from sklearn.base import _fit_context
from sklearn.utils._optional_dependencies import check_matplotlib_support
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions, make_constraint
from sklearn.utils.metadata_routing import _routing_enabled, process_routing
from sklearn.utils.validation import _check_sample_weight, validate_data

try:
    from sklearn.callback import CallbackSupportMixin
except ImportError:  # scikit-learn < 1.9 has no callbacks

    class CallbackSupportMixin:  # type: ignore[no-redef]
        """Stands in where scikit-learn has no callbacks."""


__all__ = [
    "CallbackSupportMixin",
    "HasMethods",
    "Interval",
    "StrOptions",
    "check_matplotlib_support",
    "check_sample_weight",
    "fit_callback",
    "fit_context",
    "plain_data",
    "plain_parameters",
    "routed",
    "validate_data",
    "working_memory",
]


@cache
def _constraints(cls):
    """For each parameter its options, and those of plain kinds once more for a quick look."""
    table = []
    for name, listed in cls._parameter_constraints.items():
        options = [make_constraint(each) for each in listed]
        words = {word for each in listed if isinstance(each, StrOptions) for word in each.options}
        words |= {True, False} if "boolean" in listed else set()
        words |= {None} if None in listed else set()
        ranges = [each for each in listed if isinstance(each, Interval)]
        table.append((name, options, words, ranges))
    return table


def plain_parameters(estimator):
    """Whether every parameter meets its constraints.

    scikit-learn's own check makes the constraints anew at each fit, which takes as long as a
    small fit. It remains the one that words the error.
    """
    for name, options, words, ranges in _constraints(type(estimator)):
        value = getattr(estimator, name)
        kind = type(value)
        if kind in _WORDS:
            met = value in words
        elif kind is float and ranges:
            # Strictly inside; what lies on a bound or outside is left to the options.
            met = any(
                (each.left is None or value > each.left)
                and value < (np.inf if each.right is None else each.right)
                and each.type is Real
                for each in ranges
            )
        else:
            met = False
        if not (met or any(option.is_satisfied_by(value) for option in options)):
            return False
    return True


_WORDS = {bool, str, type(None)}
#: Designs take these as they are; the conversion of CSR to CSC is theirs.
_PLAIN = {
    np.ndarray,
    sparse.csc_matrix,
    sparse.csc_array,
    sparse.csr_matrix,
    sparse.csr_array,
}


def plain_data(estimator, X, y):
    """Whether X and y need no conversion: then they are noted, but not read.

    The numbers may still be infinite or NaN. scikit-learn's check takes longer than a small
    fit, and a pass over large X; it remains for all else, and words the errors.
    """
    if not (
        type(X) in _PLAIN
        and type(y) is np.ndarray
        and X.dtype in (np.float64, np.float32)
        and y.dtype in (np.float64, np.float32)
        and X.ndim == 2
        and y.ndim == 1
        and X.shape[0] == y.size
        and min(X.shape) > 0
    ):
        return False
    estimator.n_features_in_ = X.shape[1]
    return True


def check_sample_weight(sample_weight, X):
    """Float64 sample weights: finite, not negative, not all zero."""
    weights = _check_sample_weight(sample_weight, X, dtype="float64", ensure_non_negative=True)
    if not np.isfinite(weights).all():  # a scalar is not checked above
        raise ValueError("sample_weight must be finite.")
    if not weights.any():
        raise ValueError("sample_weight must not be all zero: at least one sample has to count.")
    return weights


def working_memory():
    """Bytes that temporary copies may take."""
    return get_config()["working_memory"] * 2**20


def _listened(estimator):
    return hasattr(estimator, "_skl_callbacks") or hasattr(estimator, "_parent_callback_ctx")


def fit_context(fit):
    """Validate the parameters before ``fit``, and see callbacks through.

    Where nobody listens, and as no other estimator is fitted inside, the contexts that
    scikit-learn's decorator enters have nothing to do, but take as long as a tenth of a small fit.
    """
    attended = _fit_context(prefer_skip_nested_validation=True)(fit)

    @wraps(fit)
    def wrapper(estimator, *args, **kwargs):
        if _listened(estimator):
            return attended(estimator, *args, **kwargs)
        if not get_config()["skip_parameter_validation"]:
            estimator._validate_params()
        return fit(estimator, *args, **kwargs)

    return wrapper


class fit_callback:  # noqa: N801 (reads as a with-statement)
    """Report a fit to scikit-learn's callbacks: one task for the fit, one for each step.

    As a context manager gives a function of the fitted attributes so far (lazily made), to be
    called after each step; its result is true from when a callback has once said stop, and no
    step is reported after that. None where nobody listens. The estimator has to be fitted when the
    with-statement ends; ``model`` is a function of the attributes that it needs, by default those
    of a linear model.
    """

    def __init__(self, estimator, X, y, sample_weight, model=None):
        self.estimator = estimator
        self.model = model
        self.data = {"X": X, "y": y, "metadata": {"sample_weight": sample_weight}}
        self.context = None
        self.stopped = False
        if _listened(estimator):
            self.context = estimator._init_callback_context(max_subtasks=None)

    def __enter__(self):
        if self.context is None:
            return None
        self.context.call_on_fit_task_begin(estimator=self.estimator, **self.data)
        return self.report

    def report(self, attributes):
        """End a step; ``attributes`` is a function that makes the fitted attributes."""
        if self.stopped:
            return True
        step = self.context.subcontext(task_name="step")
        step.call_on_fit_task_begin(estimator=self.estimator, **self.data)
        self.stopped = bool(
            step.call_on_fit_task_end(
                estimator=self.estimator, reconstruction_attributes=attributes, **self.data
            )
        )
        return self.stopped

    def __exit__(self, kind, error, traceback):
        if self.context is not None and kind is None:
            self.context.call_on_fit_task_end(
                estimator=self.estimator,
                reconstruction_attributes=self.model or self.estimator._linear_model,
                **self.data,
            )


def routed(estimator, sample_weight, params):
    """What the splitter and the scorer get: two dicts.

    Without metadata routing the splitter gets ``groups``, and the scorer the weights, if given.
    """
    if _routing_enabled():
        bunch = process_routing(estimator, "fit", sample_weight=sample_weight, **params)
        scores = bunch["scorer"].score if "scorer" in bunch else {}
        return dict(bunch.splitter.split), dict(scores)
    unknown = sorted(set(params) - {"groups"})
    if unknown:
        raise TypeError(
            f"fit got {', '.join(unknown)}: without sklearn.set_config(enable_metadata_routing="
            "True) only groups are passed on, to the splitter."
        )
    return dict(params), {} if sample_weight is None else {"sample_weight": sample_weight}
