"""Classifiers with nonconvex penalties: their objectives, starts, options and figures."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import StandardScaler

import skl1
from common import concrete, label
from skl1.designs import make_design
from skl1.estimators.nonconvex_classifier import NonconvexClassifier
from skl1.estimators.nonconvex_log_odds import NonconvexLogOdds
from skl1.exceptions import EmptyModelWarning
from skl1.losses import Logistic
from skl1.problems.certificates import fixed_point_certificate
from skl1.problems.smooth import SmoothProblem
from smooth_data import CHARGES

every = pytest.mark.parametrize("cls", CHARGES, ids=label)


def cancer():
    X, y = load_breast_cancer(return_X_y=True)
    return StandardScaler().fit_transform(X), y


def noisy(seed=0, n=150, p=12):
    """Classes that no few features separate."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p)) + rng.standard_normal(p)
    eta = X[:, 0] - 0.7 * X[:, 1]
    return X, (rng.random(n) < 1.0 / (1.0 + np.exp(eta.mean() - eta))).astype(int)


def objective(model, X, y, s=None, u=None):
    """The objective by its definition, of two classes."""
    charge, name, _ = CHARGES[type(model)]
    s = np.ones(y.size) if s is None else s
    w = np.abs(model.coef_[0])
    used = w > 0.0
    u = np.ones(w.size) if u is None else u
    t = X @ model.coef_[0] + model.intercept_[0]
    g = charge(w[used], model.alpha, getattr(model, name)) + 0.5 * model.l2 * w[used] ** 2
    return s @ (np.logaddexp(0.0, t) - y * t) / s.sum() + u[used] @ g


def test_every_classifier_is_here():
    assert concrete(NonconvexClassifier) == set(CHARGES)
    assert {cls._binary for cls in CHARGES} == concrete(NonconvexLogOdds)


@every
def test_the_figures_are_those_of_the_definition(cls):
    X, y = noisy()
    s, u = np.random.default_rng(1).uniform(0.3, 2.0, y.size), np.ones(12)
    u[3:5] = 0.5, np.inf
    _, name, choices = CHARGES[cls]
    for choice in choices:
        for l2 in (0.0, 0.05):
            model = cls(0.02, l2=l2, penalty_weights=u, **{name: choice}).fit(X, y, s)
            assert model.converged_.all()
            assert model.stationarity_[0] <= model.tol
            known = objective(model, X, y, s, np.where(np.isfinite(u), u, 0.0))
            assert model.objective_[0] == pytest.approx(known, rel=1e-12)
            assert min(model.start_objectives_[0].values()) >= known * (1.0 - 1e-10)
            assert model.lower_bound_[0] <= known
            share = (known - model.lower_bound_[0]) / 0.6
            assert 0.0 <= model.optimality_gap_[0] <= 1.3 * share
            assert model.coef_[0, 4] == 0.0


@every
def test_it_is_sparser_than_the_lasso_that_starts_it(cls):
    X, y = cancer()
    model = cls(0.02).fit(X, y)
    lasso = skl1.ProximalLogisticRegression(0.005).fit(X, y)
    assert np.count_nonzero(model.coef_) < np.count_nonzero(lasso.coef_)
    assert model.score(X, y) > 0.95
    assert model.start_[0] in {"path", "lasso", "homotopy"}
    assert set(model.start_objectives_[0]) == {"path", "lasso", "homotopy"}


@every
def test_more_starts_are_no_worse(cls):
    X, y = noisy(1)
    one = cls(0.01).fit(X, y)
    more = cls(0.01, n_init=3, random_state=0).fit(X, y)
    assert "random 3" in more.start_objectives_[0]
    assert more.objective_[0] <= one.objective_[0] * (1.0 + 1e-8)


@every
def test_dense_and_sparse_agree(cls):
    X, y = noisy(2)
    X = X * (np.abs(X) > 0.5)
    one = cls(0.02, tol=1e-9).fit(X, y)
    for storage in (sparse.csc_array, sparse.csr_matrix, np.asfortranarray):
        other = cls(0.02, tol=1e-9).fit(storage(X), y)
        assert_allclose(other.coef_, one.coef_, atol=1e-6)
        assert_allclose(other.alpha_max_, one.alpha_max_, rtol=1e-8)


@every
def test_a_weight_is_a_repetition(cls):
    X, y = noisy(3)
    weights = np.random.default_rng(0).integers(0, 4, y.size)
    rows = np.repeat(np.arange(y.size), weights)
    one = cls(0.02, tol=1e-9).fit(X, y, sample_weight=weights)
    other = cls(0.02, tol=1e-9).fit(X[rows], y[rows])
    assert_allclose(one.coef_, other.coef_, atol=1e-6)
    assert_allclose(one.alpha_max_, other.alpha_max_, rtol=1e-8)
    assert_allclose(one.stationarity_, other.stationarity_, atol=1e-9)


@every
def test_positive_free_and_single_precision(cls):
    X, y = noisy(4)
    u = np.ones(12)
    u[2] = 0.0
    model = cls(0.01, positive=True, penalty_weights=u).fit(X, y)
    assert model.converged_.all()
    assert model.coef_.min() >= 0.0
    free = cls(0.01, penalty_weights=u).fit(X, y)
    assert free.converged_.all()
    assert free.coef_[0, 2] != 0.0
    single = cls(0.02).fit(X.astype(np.float32), y)
    assert single.coef_.dtype == np.float32
    assert single.converged_.all()
    assert_allclose(single.coef_, cls(0.02).fit(X, y).coef_, atol=2e-3)


@every
def test_empty_from_alpha_max_on(cls):
    X, y = noisy(5)
    top = cls(0.02).fit(X, y).alpha_max_[0]
    with pytest.warns(EmptyModelWarning, match="alpha_max_="):
        model = cls(top).fit(X, y)
    assert not model.coef_.any()
    assert model.stationarity_[0] == 0.0
    problem = SmoothProblem(
        make_design(X, y), cls(0.9 * top)._one()._penalty(), np.ones(12), loss=Logistic()
    )
    assert fixed_point_certificate(problem, problem.null).error > 1e-3


@every
def test_a_warm_start_goes_on_and_few_steps_are_told(cls):
    X, y = noisy(6)
    model = cls(0.01, tol=1e-8, warm_start=True).fit(X, y)
    coef = model.coef_.copy()
    model.fit(X, y)
    assert model.start_[0] == "warm start"
    assert model.n_iter_[0] == 1
    assert_allclose(model.coef_, coef, atol=1e-8)
    with pytest.warns(ConvergenceWarning, match="stopped after 1 Newton steps") as told:
        short = cls(0.001, tol=1e-13, max_iter=1).fit(X, y)
    assert not short.converged_.any()
    assert len(told) == 1


@every
def test_three_classes_are_three_problems(cls):
    X, y = load_iris(return_X_y=True)
    model = cls(0.02, l2=1e-3, record_history=True).fit(StandardScaler().fit_transform(X), y)
    assert model.coef_.shape == (3, 4)
    for name in ("stationarity_", "is_local_minimum_", "lower_bound_", "optimality_gap_", "start_"):
        assert getattr(model, name).shape == (3,)
    assert [len(each) for each in (model.history_, model.minima_, model.start_objectives_)] == [
        3,
        3,
        3,
    ]


@every
def test_a_path_of_the_binary_estimator(cls):
    """What searches for alpha follow: each model is a minimum, and no worse than a fit alone."""
    X, y = noisy(7)
    one = cls(1.0)._one()
    problem = one.problem_on(make_design(X, y))
    alphas = problem.alpha_max * np.array([0.8, 0.3, 0.05])
    (models,) = one.follow([problem], alphas)
    for alpha, model in zip(alphas, models, strict=True):
        fitted = cls(alpha).fit(X, y)
        assert model.converged
        assert model.objective <= min(fitted.start_objectives_[0]["lasso"] * (1.0 + 1e-6), 1.0)


def test_p_of_one_is_the_lasso():
    X, y = noisy(8)
    ours = skl1.NonconvexLpClassifier(0.02, p=1.0, tol=1e-10).fit(X, y)
    lasso = skl1.ProximalLogisticRegression(0.02, tol=1e-10).fit(X, y)
    assert_allclose(ours.coef_, lasso.coef_, atol=1e-6)
    assert ours.lower_bound_kind_[0] == "dual"
    assert ours.optimality_gap_[0] <= 1e-9
    assert ours.dual_gap_[0] <= 1e-9


@every
def test_separable_classes_end_with_finite_coefficients(cls):
    """Flat penalties have no minimum there: the fit stops where nothing is left, or says so."""
    X = np.random.default_rng(0).standard_normal((60, 5))
    y = X[:, 0] > 0.1
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        model = cls(0.01).fit(X, y)
    assert {each.category for each in told} <= {ConvergenceWarning}
    assert bool(told) != model.converged_.all()
    assert np.isfinite(model.coef_).all()
    assert model.score(X, y) > 0.95


def test_bad_parameters_are_named():
    X, y = noisy(9)
    for model, name in (
        (skl1.NonconvexLpClassifier(p=1.5), "p"),
        (skl1.MCPClassifier(gamma=1.0), "gamma"),
        (skl1.SCADClassifier(gamma=2.0), "gamma"),
        (skl1.LogSumClassifier(epsilon=0.0), "epsilon"),
    ):
        with pytest.raises(ValueError, match=f"The '{name}' parameter"):
            model.fit(X, y)
        with pytest.raises(ValueError, match="only one class"):
            clone(model).set_params(**{name: 3.0 if name != "p" else 0.5}).fit(X, np.ones(y.size))


@every
def test_predictions_are_those_of_the_log_odds(cls):
    X, y = noisy(10)
    names = np.array(["no", "yes"])[y]
    model = cls(0.02).fit(X, names)
    assert_array_equal(model.predict(X), np.where(model.decision_function(X) > 0, "yes", "no"))
    assert_allclose(model.predict_proba(X).sum(axis=1), 1.0)
