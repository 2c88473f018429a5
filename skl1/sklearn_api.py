"""The only module that imports scikit-learn's private names, and what differs by version."""

from __future__ import annotations

import numpy as np
from sklearn.base import _fit_context as fit_context
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import _check_sample_weight, validate_data

try:
    from sklearn.callback import CallbackSupportMixin
except ImportError:  # scikit-learn < 1.9 has no callbacks

    class CallbackSupportMixin:  # type: ignore[no-redef]
        """Stands in where scikit-learn has no callbacks."""


__all__ = [
    "CallbackSupportMixin",
    "Interval",
    "StrOptions",
    "check_sample_weight",
    "fit_callback",
    "fit_context",
    "validate_data",
]


def check_sample_weight(sample_weight, X):
    """Float64 sample weights: finite, not negative, not all zero."""
    weights = _check_sample_weight(sample_weight, X, dtype="float64", ensure_non_negative=True)
    if not np.isfinite(weights).all():  # a scalar is not checked above
        raise ValueError("sample_weight must be finite.")
    if not weights.any():
        raise ValueError("sample_weight must not be all zero: at least one sample has to count.")
    return weights


class fit_callback:  # noqa: N801 (reads as a with-statement)
    """Report a fit to scikit-learn's callbacks: one task for the fit, one for each step.

    As a context manager gives a function of the fitted attributes so far (lazily made), to be
    called after each step; its result is true if a callback wants to stop. None where nobody
    listens. The estimator has to be fitted when the with-statement ends.
    """

    def __init__(self, estimator, X, y, sample_weight):
        self.estimator = estimator
        self.data = {"X": X, "y": y, "metadata": {"sample_weight": sample_weight}}
        listened = hasattr(estimator, "_skl_callbacks") or hasattr(
            estimator, "_parent_callback_ctx"
        )
        self.context = estimator._init_callback_context(max_subtasks=None) if listened else None

    def __enter__(self):
        if self.context is None:
            return None
        self.context.call_on_fit_task_begin(estimator=self.estimator, **self.data)
        return self.report

    def report(self, attributes):
        """End a step; ``attributes`` is a function that makes the fitted attributes."""
        step = self.context.subcontext(task_name="step")
        step.call_on_fit_task_begin(estimator=self.estimator, **self.data)
        return step.call_on_fit_task_end(
            estimator=self.estimator, reconstruction_attributes=attributes, **self.data
        )

    def __exit__(self, kind, error, traceback):
        if self.context is not None and kind is None:
            self.context.call_on_fit_task_end(
                estimator=self.estimator,
                reconstruction_attributes=self.estimator._linear_model,
                **self.data,
            )
