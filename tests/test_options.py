"""Every option of the data and of the estimators, alone and combined."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.exceptions import ConvergenceWarning, DataConversionWarning

import skl1
from common import (
    ESTIMATORS,
    elastic_net,
    explicit,
    least_squares,
    own_objective,
    problem,
    solution,
)
from covering import pairs
from exactly import (
    CONTAINERS,
    EXACT,
    PENALTY_WEIGHTS,
    assert_same,
    combination_data,
    every,
    exact,
    fit,
)
from skl1 import ProximalLasso, RelaxedLasso, RidgeGD
from skl1.estimators.nonconvex import NonconvexRegressor
from skl1.exceptions import EmptyModelWarning


@pairs(
    kind=["C", "F", "csc_array", "csr_matrix", "float32"],
    weighted=[None, "weighted"],
    fit_intercept=[True, False],
    penalties=PENALTY_WEIGHTS,
    positive=[False, True],
)
@every
def test_combination(cls, kind, weighted, fit_intercept, penalties, positive):
    """All pairs of data options: the fit is that of explicitly centred and weighted data."""
    data, X, y, weights = combination_data(kind, weighted)
    u = PENALTY_WEIGHTS[penalties]
    options = {"penalty_weights": u, "positive": positive}
    model = fit(exact(cls, fit_intercept=fit_intercept, **options), data, y, sample_weight=weights)
    single = kind == "float32"

    # The certificate's objective is the objective by its definition.
    assert model.objective_ == pytest.approx(
        own_objective(model, X, y, weights), rel=1e-5 if single else 1e-10
    )
    # The same estimator on explicit data.
    Xe, ye, x_mean, y_mean = explicit(X, y, weights, fit_intercept)
    again = fit(exact(cls, fit_intercept=False, **options), Xe, ye)
    assert model.objective_ == pytest.approx(again.objective_, rel=1e-5 if single else 1e-7)
    factor = 1e3 if single else 10.0
    assert_same(model, again.coef_, y_mean - x_mean @ again.coef_, factor=factor)
    # An implementation that shares nothing with it.
    if isinstance(model, NonconvexRegressor):
        assert single or model.stationarity_ <= 1e-9
    else:
        coef, intercept = elastic_net(
            X,
            y,
            model.alpha,
            l1_ratio=0.0 if isinstance(model, RidgeGD) else 1.0,
            sample_weight=weights,
            penalty_weights=getattr(model, "penalty_weights_", u),
            positive=positive,
            fit_intercept=fit_intercept,
        )
        assert_same(model, coef, intercept, factor=factor, found=solution(model))
        if isinstance(model, RelaxedLasso):
            free = np.zeros(8, dtype=bool) if u is None else u == 0.0
            refit = least_squares(
                X,
                y,
                (model.lasso_coef_ != 0.0) | free,
                sample_weight=weights,
                positive=positive,
                fit_intercept=fit_intercept,
            )
            assert_same(model, *refit, factor=factor)
    if u is not None:
        assert not model.coef_[np.isinf(u)].any()
    if positive:
        assert model.coef_.min() >= 0.0
    if not fit_intercept:
        assert model.intercept_ == 0.0


@every
def test_weights_of_zero_remove_rows(cls):
    """Rows of weight zero take no part, not even if they are outliers."""
    X, y = problem()
    weights = np.ones(y.size)
    weights[::3] = 0.0
    X[::3] *= 1e4
    y[::3] = -1e6
    model = fit(exact(cls), X, y, sample_weight=weights)
    kept = fit(exact(cls), X[weights > 0], y[weights > 0])
    assert_same(model, kept.coef_, kept.intercept_)
    assert model.alpha_max_ == pytest.approx(kept.alpha_max_, rel=1e-12)


@every
def test_a_number_as_sample_weight(cls):
    """One number for all weights is no weights at all."""
    X, y = problem()
    assert_allclose(
        fit(exact(cls), X, y, sample_weight=2.5).coef_, fit(exact(cls), X, y).coef_, atol=1e-5
    )


@pytest.mark.parametrize("container", ["C", "csc_array"])
@every
def test_a_column_y(cls, container):
    """y of one column is taken as a vector, with scikit-learn's warning."""
    X, y = problem()
    with pytest.warns(DataConversionWarning, match="column-vector"):
        model = exact(cls, tol=1e-4).fit(CONTAINERS[container](X), y[:, None])
    assert model.coef_.shape == (X.shape[1],)
    assert model.predict(X).shape == y.shape
    assert_array_equal(model.coef_, exact(cls, tol=1e-4).fit(CONTAINERS[container](X), y).coef_)


@pytest.mark.parametrize("container", ["C", "csc_array"])
@every
def test_two_targets_are_two_fits(cls, container):
    """y of two columns is two targets; of three dimensions it is an error that says so."""
    X, y = problem()
    X = CONTAINERS[container](X)
    both = cls(alpha=0.1).fit(X, np.c_[y, -2.0 * y])
    for k, target in enumerate((y, -2.0 * y)):
        alone = cls(alpha=0.1).fit(X, target)
        np.testing.assert_allclose(both.coef_[k], alone.coef_, atol=1e-4)  # each to its tol
    with pytest.raises(ValueError, match="dim"):
        cls().fit(X, np.zeros((40, 2, 2)))


@pytest.mark.parametrize("shape", [(40, 8), (6, 20)], ids=["tall", "wide"])
@every
def test_no_penalty(cls, shape):
    """alpha = 0 is least squares, solved and certified: there is nothing to warn of."""
    X, y = problem(*shape)
    model = cls(alpha=0.0).fit(X, y)
    assert model.converged_
    r = y - model.predict(X)
    assert_allclose((X - X.mean(axis=0)).T @ r, 0.0, atol=1e-8 * np.abs(X.T @ y).max())
    if shape[0] < shape[1]:
        least = np.linalg.pinv(X - X.mean(axis=0)) @ (y - y.mean())
        assert_allclose(model.coef_, least, atol=1e-9 * np.abs(least).max())


def test_conjugate_gradients_cannot_be_positive():
    """positive=True with conjugate gradients is refused, and the error names both."""
    X, y = problem()
    with pytest.raises(ValueError, match=r"conjugate_gradient.*positive"):
        RidgeGD(positive=True, acceleration="conjugate_gradient").fit(X, y)


def test_public_names():
    """The four estimators are public, and the tests find them."""
    public = {getattr(skl1, name) for name in skl1.__all__ if not name.startswith("_")}
    assert set(ESTIMATORS) <= public
    assert set(EXACT) <= {cls.__name__ for cls in ESTIMATORS}


def test_one_row_and_no_penalty():
    """Nothing varies: the model is the intercept."""
    with pytest.warns(EmptyModelWarning):
        model = RidgeGD(0.0).fit([[1.0, 2.0]], [3.0])
    assert not model.coef_.any()
    assert model.intercept_ == 3.0


def test_single_precision_whose_intercept_cannot_be_held():
    """Means of 1e7: the rounded intercept costs more than the tolerance, and the fit says so."""
    X = (np.array([[1.0], [2.0], [4.0]]) + 1e7).astype(np.float32)
    with pytest.warns(ConvergenceWarning, match="duality gap"):
        model = ProximalLasso(0.01, tol=1e-6).fit(X, np.array([1.0, 2.0, 4.0]))
    assert not model.converged_
    assert model.dual_gap_ > 1e-6
