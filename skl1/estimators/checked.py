"""X and y as scikit-learn validates them; of y an error says what it is, and what to do."""

from __future__ import annotations

import numpy as np

from skl1 import sklearn_api


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
