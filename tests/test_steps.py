"""Steps that are too long, and steps that are safe."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import Ridge

from common import explicit, problem
from exactly import fit
from skl1 import RidgeGD


@pytest.mark.parametrize("acceleration", [None, "nesterov"])
@pytest.mark.parametrize("shape", [(40, 8), (12, 30)], ids=["tall", "wide"])
@pytest.mark.parametrize("factor", [1.05, 10.0, 1e10, 1e300])
def test_a_step_too_long_is_named(factor, shape, acceleration):
    """Above 2 / L the fit stops, says "diverged", names the largest safe step; no garbage."""
    X, y = problem(*shape)
    alpha = 0.1
    Xe, *_ = explicit(X, y)
    L = np.linalg.eigvalsh(Xe.T @ Xe / y.size)[-1] + alpha
    model = RidgeGD(alpha, step_size=factor * 2.0 / L, acceleration=acceleration, max_iter=100_000)
    with pytest.warns(ConvergenceWarning, match="diverged") as caught:
        model.fit(X, y)
    assert len(caught) == 1
    assert not model.converged_
    assert model.stop_reason_.startswith("diverged")
    assert np.isfinite(model.coef_).all()
    assert model.objective_ <= 0.5 * y.var() * (1 + 1e-9)
    named = float(model.stop_reason_.rpartition(" ")[2])
    assert 0.85 * 2.0 / L <= named <= 2.0 / L * 1.005
    # The step it names does converge.
    again = RidgeGD(alpha, step_size=named, acceleration=None, max_iter=100_000)
    assert fit(again, X, y).converged_


@pytest.mark.parametrize("acceleration", [None, "nesterov"])
def test_a_safe_step(acceleration):
    """A number below 2 / L is used as it is and converges."""
    X, y = problem(offset=0.0)
    L = np.linalg.eigvalsh(np.cov(X.T, bias=True))[-1] + 0.1
    model = RidgeGD(0.1, step_size=1.0 / L, acceleration=acceleration, tol=1e-14).fit(X, y)
    assert_allclose(model.coef_, Ridge(alpha=4.0, solver="svd").fit(X, y).coef_, atol=1e-6)
