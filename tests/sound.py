"""What must hold of every fit, however odd its data are."""

import warnings

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone

from common import is_convex, label, problem, variants
from covering import pairs

VARIANTS = variants()
every = pytest.mark.parametrize("estimator", VARIANTS, ids=label)
CONTAINERS = [np.asarray, sparse.csr_array]
containers = pytest.mark.parametrize("container", CONTAINERS, ids=["dense", "sparse"])


def every_and(**factors):
    """Each estimator and each container with all values of these arguments."""
    return pairs(estimator=VARIANTS, **factors, container=CONTAINERS)


X, Y = problem(30, 5)
N, P = X.shape


def brief(estimator, **options):
    """A copy with few iterations: here it matters that it ends well, not that it converges."""
    return clone(estimator).set_params(max_iter=min(estimator.max_iter, 300), **options)


def assert_sound(model, X, y):
    """A fit that raised no error has finite results, and says so if it fell short."""
    for name in ("coef_", "intercept_", "objective_"):
        assert np.isfinite(getattr(model, name)).all(), name
    certificate = model.dual_gap_ if is_convex(model) else model.stationarity_
    assert certificate >= 0.0
    assert model.n_iter_ >= 1
    assert np.isfinite(model.predict(X)).all()


def fit_soundly(estimator, X, y, sample_weight=None):
    """Fit a copy: the fitted model, or None if it raised a ValueError that names X or y.

    A fit that does not converge has to warn; no other warning may leak, RuntimeWarnings least.
    """
    model = clone(estimator)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            model.fit(X, y, sample_weight=sample_weight)
        except ValueError as error:
            assert "X" in str(error) or "y " in str(error), error  # noqa: PT017
            model = None
    names = [warning.category.__name__ for warning in caught]
    leaked = set(names) - {"ConvergenceWarning", "EmptyModelWarning"}
    assert leaked <= ({"UserWarning"} if estimator.alpha == 0.0 else set()), caught[0]
    if model is not None:
        assert_sound(model, X, y)
        assert names.count("ConvergenceWarning") == (not model.converged_)
    return model
