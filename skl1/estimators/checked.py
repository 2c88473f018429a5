"""Parameters, X and y as scikit-learn validates them; of y an error says what to do."""

from __future__ import annotations

import numpy as np
from scipy.sparse import issparse

from skl1 import sklearn_api


class CheckedParameters:
    """An estimator whose parameters are checked by a quick look, and where that fails in words."""

    def _validate_params(self):
        if not sklearn_api.plain_parameters(self):
            super()._validate_params()


def validate_data(estimator, X="no_validation", y="no_validation", **options):
    """scikit-learn's function of this name."""
    try:
        found = sklearn_api.validate_data(estimator, X, y, **options)
    except ValueError as error:
        if str(error) == "Input contains NaN":  # of an array of objects: that of X is named
            raise ValueError("Input y contains NaN; leave these samples out.") from None
        if options.get("y_numeric"):
            _refuse_words(y)
        raise
    if options.get("y_numeric"):
        _refuse_words(y)
    return found


def validate_targets(estimator, X, Y, **options):
    """The same of several targets; where one is not finite, the error says which."""
    if issparse(Y):
        raise TypeError("y is sparse, and has to be an array here: give y.toarray().")
    try:
        X, Y = validate_data(estimator, X, Y, multi_output=True, y_numeric=True, **options)
    except ValueError as error:
        if not str(error).startswith("Input y contains"):
            raise
        wrong = np.flatnonzero([not _finite(column) for column in np.asarray(Y, dtype=object).T])
        first = str(error).splitlines()[0].rstrip(".")
        raise ValueError(
            f"{first}, in target {', '.join(map(str, wrong))} (counted from 0); leave these "
            "samples or targets out."
        ) from None
    return X, Y.astype(np.float64) if Y.dtype.kind != "f" else Y


def _finite(values) -> bool:
    """Whether all are finite numbers."""
    try:
        return bool(np.isfinite(np.asarray(values, dtype=np.float64)).all())
    except (ValueError, TypeError):  # such as pandas.NA
        return False


def _refuse_words(y) -> None:
    """Refuse a y that holds words, or objects that are none: scikit-learn lets these through."""
    if getattr(y, "dtype", None) is not None and getattr(y.dtype, "kind", "O") in "biufc":
        return
    given = np.asarray(y)
    if given.ndim == 0 or given.dtype.kind not in "OUST":
        return
    try:
        numbers = given.astype(np.float64)
    except (ValueError, TypeError) as error:
        raise ValueError(
            f"{error}. y must hold numbers here; class labels are for ProximalLogisticRegression."
        ) from None
    if np.isnan(numbers).any():
        raise ValueError("Input y contains NaN; leave these samples out.")
