"""The subgradient method as an estimator: its rules, and what they cannot do."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.exceptions import ConvergenceWarning

from common import problem
from exactly import fit
from skl1 import ProximalLasso, SubgradientLasso


def test_textbook_subgradients_oscillate():
    """truncate=False crosses zero again and again and is not sparse; truncate=True is."""
    X, y = problem(60, 12)
    with pytest.warns(ConvergenceWarning, match="ProximalLasso"):
        textbook = SubgradientLasso(
            0.5, truncate=False, step_size="constant", record_history=True, max_iter=3000
        ).fit(X, y)
    truncated = fit(
        SubgradientLasso(0.5, step_size="constant", record_history=True, max_iter=3000), X, y
    )
    lasso = ProximalLasso(0.5, tol=1e-12).fit(X, y)
    crossings = textbook.history_["crossings"]
    assert crossings[-1] > 0
    assert crossings.sum() > 1000
    assert np.count_nonzero(textbook.coef_) > np.count_nonzero(lasso.coef_)
    assert_array_equal(truncated.coef_ != 0.0, lasso.coef_ != 0.0)
    assert set(truncated.history_) == set(textbook.history_)


def test_a_constant_step_stalls():
    """A constant step ends in a zone: it says so, with the gap, and names ProximalLasso."""
    X, y = problem(60, 12)
    with pytest.warns(ConvergenceWarning, match="gap .* was wanted .*ProximalLasso"):
        model = SubgradientLasso(0.5, truncate=False, step_size="constant", max_iter=20_000).fit(
            X, y
        )
    assert model.dual_gap_ > 1e-6 * 0.5 * y.var()
    assert not model.converged_


@pytest.mark.parametrize("averaging", [False, True])
@pytest.mark.parametrize("truncate", [False, True])
@pytest.mark.parametrize("step_size", ["polyak", "constant", "sqrt", "normalized"])
def test_subgradient_rules(step_size, truncate, averaging):
    """Every rule comes near the minimum, and its gap is a true bound of the distance."""
    X, y = problem(60, 8)
    best = ProximalLasso(0.3, tol=1e-14).fit(X, y).objective_
    model = fit(
        SubgradientLasso(
            0.3, step_size=step_size, truncate=truncate, averaging=averaging, max_iter=3000
        ),
        X,
        y,
    )
    assert best - 1e-12 <= model.objective_ <= 1.05 * best
    assert model.objective_ - best <= model.dual_gap_ + 1e-12
