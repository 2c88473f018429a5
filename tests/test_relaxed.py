"""The relaxed Lasso: between the Lasso and least squares on its support."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LinearRegression

from common import problem, quiet
from skl1 import GridEdgeWarning, Moments, ProximalLasso, RelaxedLasso, RelaxedLassoCV
from skl1.problems.model import EXHAUSTED


def test_relaxed_ends_are_the_lasso_and_least_squares():
    """gamma = 1 is ProximalLasso to the bit, gamma = 0 LinearRegression on the support."""
    X, y = problem(60, 12, noise=2.0)
    lasso = ProximalLasso(0.3).fit(X, y)
    one = RelaxedLasso(0.3, gamma=1.0).fit(X, y)
    assert_array_equal(one.coef_, lasso.coef_)
    assert one.intercept_ == lasso.intercept_
    zero = RelaxedLasso(0.3).fit(X, y)
    support = lasso.coef_ != 0.0
    assert 0 < support.sum() < 12
    least = LinearRegression().fit(X[:, support], y)
    assert_allclose(zero.coef_[support], least.coef_, rtol=1e-10)
    assert_array_equal(zero.coef_ != 0.0, support)
    assert zero.intercept_ == pytest.approx(least.intercept_)
    for model in (zero, one):
        assert_array_equal(model.lasso_coef_, lasso.coef_)
        assert model.dual_gap_ == lasso.dual_gap_
        assert model.objective_ == lasso.objective_


@pytest.mark.parametrize("gamma", [0.25, 0.9])
@pytest.mark.parametrize("storage", [np.array, sparse.csc_array, np.float32])
def test_relaxed_blends(gamma, storage):
    """Between the ends coefficients and intercept are linear in gamma."""
    X, y = problem(60, 12, noise=2.0)
    weights = np.linspace(0.0, 2.0, y.size)
    zero, model, one = (
        RelaxedLasso(0.3, gamma=share).fit(storage(X), y, sample_weight=weights)
        for share in (0.0, gamma, 1.0)
    )
    rtol = 1e-5 if storage is np.float32 else 1e-12
    assert_allclose(model.coef_, gamma * one.coef_ + (1 - gamma) * zero.coef_, rtol=rtol)
    blend = gamma * one.intercept_ + (1 - gamma) * zero.intercept_
    assert model.intercept_ == pytest.approx(blend, rel=10 * rtol)
    assert model.coef_.dtype == model.lasso_coef_.dtype == one.coef_.dtype


def test_relaxed_free_and_excluded_features():
    """A feature of weight 0 is in the refit, whatever the Lasso says; one of inf is not."""
    X, y = problem(60, 5, noise=2.0)
    u = np.array([1.0, 1.0, np.inf, 0.0, 1.0])
    model = RelaxedLasso(1e3, penalty_weights=u).fit(X, y)
    assert_array_equal(np.flatnonzero(model.coef_), [3])
    assert model.coef_[3] == pytest.approx(LinearRegression().fit(X[:, [3]], y).coef_[0])


@pytest.mark.parametrize("positive", [False, True])
def test_relaxed_of_moments(positive):
    """Sums over the rows suffice for both stages."""
    X, y = problem(60, 12, noise=2.0)
    model = RelaxedLasso(0.3, gamma=0.3, positive=positive)
    expected = clone(model).fit(X, y)
    model.fit_moments(Moments.of(X, y))
    assert_allclose(model.coef_, expected.coef_, atol=1e-6)
    assert_allclose(model.lasso_coef_, expected.lasso_coef_, atol=1e-6)
    assert model.intercept_ == pytest.approx(expected.intercept_, abs=1e-5)


def test_relaxed_twins_share_their_coefficient():
    """A support of dependent columns: least norm, finite, and the fit of one of them."""
    X, y = problem(40, 4)
    single = RelaxedLasso(0.1).fit(X, y)
    double = RelaxedLasso(0.1, l1_ratio=0.5).fit(np.c_[X, X], y)
    assert_allclose(double.coef_[:4], double.coef_[4:], rtol=1e-6)
    assert_allclose(double.coef_[:4] * 2.0, single.coef_, rtol=1e-6)
    assert_allclose(double.predict(np.c_[X, X]), single.predict(X), rtol=1e-8)


def test_relaxed_refit_that_is_too_large_to_be_solved_at_once(monkeypatch):
    """Then the solver does it: the same nonnegative least squares."""
    X, y = problem(400, 300, noise=3.0, nonzero=150)
    exact = RelaxedLasso(0.05, positive=True, tol=1e-12).fit(X, y)
    monkeypatch.setattr("skl1.designs.table.BLOCK_ENTRIES", 0)
    model = RelaxedLasso(0.05, positive=True, tol=1e-12).fit(X, y)
    assert model.converged_
    assert np.count_nonzero(model.coef_) > 100
    assert_allclose(model.coef_, exact.coef_, atol=1e-5)


def test_relaxed_refit_says_when_it_fell_short(monkeypatch):
    """One warning, with the figures of the second stage, and converged_ is false."""
    X, y = problem(60, 12, noise=2.0)
    refit = RelaxedLasso._refit

    def hasty(model, task, w):
        result = refit(model, task, w)
        short = {"converged": False, "error": 0.125, "stop_reason": EXHAUSTED}
        return replace(result, model=result.model._replace(**short), target=0.1)

    monkeypatch.setattr(RelaxedLasso, "_refit", hasty)
    with pytest.warns(ConvergenceWarning, match=r"second stage .* 0\.125; 0\.1 was") as caught:
        model = RelaxedLasso(0.3).fit(X, y)
    assert len(caught) == 1
    assert caught[0].filename == __file__
    assert not model.converged_
    assert model.stop_reason_ == EXHAUSTED
    several = np.column_stack([y, 2.0 * y + 1.0])
    words = r"Target 0: The second stage .* So it is with 1 other target\."
    with pytest.warns(ConvergenceWarning, match=words) as caught:
        model.fit(X, several)
    assert len(caught) == 1
    assert not model.converged_.any()
    assert "_shortfall" not in vars(model)
    search = RelaxedLassoCV(n_alphas=3, eps=0.3, gamma=0.0)
    with quiet(GridEdgeWarning), pytest.warns(ConvergenceWarning, match="did not converge"):
        assert not search.fit(X, y).converged_
