"""Estimators of other losses than squares: against SciPy and scikit-learn, with all options."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.datasets import load_breast_cancer, load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import HuberRegressor, LogisticRegression, PoissonRegressor
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import skl1
from common import NO_CONVERGENCE, concrete, label, quiet, takes_any_response
from skl1 import (
    PathGridSearchCV,
    ProximalHuberRegressor,
    ProximalLogisticRegression,
    ProximalPoissonRegressor,
)
from skl1.designs import dense, make_design
from skl1.estimators.base import PenalisedRegressor
from skl1.estimators.classifier import PenalisedClassifier
from skl1.estimators.log_odds import BinaryModel
from skl1.exceptions import EmptyModelWarning
from skl1.losses import Huber, Logistic, Poisson, Squared
from skl1.paths.solve import sequential_path
from skl1.penalties import L1, ElasticNet
from skl1.problems.certificates import certify
from skl1.problems.model import coefficients
from skl1.problems.problem import Problem
from skl1.problems.smooth import SmoothProblem
from skl1.solvers.minimise import minimise
from skl1.solvers.prox_newton import ProxNewton
from smooth_data import CHARGES, FORMULAS, Draw

every = pytest.mark.parametrize("cls", FORMULAS, ids=label)
#: Draws for each estimator; many more were run once.
DRAWS = 20


def cancer():
    X, y = load_breast_cancer(return_X_y=True)
    return StandardScaler().fit_transform(X), y


def counts(n=300, p=12, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p))
    return X, rng.poisson(np.exp(X[:, 0] - X[:, 1] + 2.0)).astype(float)


def outliers(n=120, p=8, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p))
    y = 3.0 * X[:, 0] - X[:, 2] + rng.normal(size=n)
    y[:10] += 50.0
    return X, y


DATA = {
    ProximalLogisticRegression: cancer,
    ProximalPoissonRegressor: counts,
    ProximalHuberRegressor: outliers,
}


def test_every_estimator_of_another_loss_is_here():
    """Those found by themselves: classifiers, and regressors whose problem is of no squares."""
    design = make_design(np.eye(4), np.array([0.0, 1.0, 2.0, 3.0]))
    found = set(concrete(PenalisedClassifier))
    for cls in concrete(PenalisedRegressor) - concrete(BinaryModel):
        parameters = {"k": 2} if "k" in cls().get_params() else {}
        if not cls(**parameters)._loss(design).quadratic:
            found.add(cls)
    assert found == set(FORMULAS) | set(CHARGES)
    assert takes_any_response(ProximalHuberRegressor)
    assert not takes_any_response(ProximalPoissonRegressor)


@every
@pytest.mark.parametrize("seed", range(DRAWS))
def test_no_gap_is_below_the_truth(cls, seed):
    """Options drawn at random: SciPy finds nothing better than the gap allows; no NaN."""
    draw = Draw(cls, 1000 + seed)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        model = draw.fit()
    kinds = {each.category for each in told}
    assert kinds <= {EmptyModelWarning, ConvergenceWarning}
    assert np.all(model.converged_) == (ConvergenceWarning not in kinds)
    w, b = np.ravel(model.coef_).astype(float), float(np.ravel(model.intercept_)[0])
    found, gap = draw.objective(model, w, b), float(np.ravel(model.dual_gap_)[0])
    assert found == pytest.approx(float(np.ravel(model.objective_)[0]), rel=1e-10)
    assert gap >= 0.0
    rounding = 1e-11 * (1.0 + abs(found))
    for start in (w, np.zeros(w.size)):
        assert found - draw.best(model, start, b) <= gap + rounding
    assert not w[np.isinf(draw.u)].any()
    assert not draw.options["positive"] or w.min() >= 0.0


@every
def test_dense_and_sparse_agree(cls):
    X, y = DATA[cls]()
    X = X * (np.abs(X) > 0.5)
    one = cls(alpha=0.02, tol=1e-12).fit(X, y)
    for storage in (sparse.csc_array, sparse.csr_matrix, np.asfortranarray):
        other = cls(alpha=0.02, tol=1e-12).fit(storage(X), y)
        assert_allclose(other.coef_, one.coef_, atol=1e-7)
        assert_allclose(other.intercept_, one.intercept_, atol=1e-7)


@every
def test_a_weight_is_a_repetition(cls):
    X, y = DATA[cls]()
    weights = np.random.default_rng(0).integers(0, 4, y.size)
    weights[:4] = 1
    rows = np.repeat(np.arange(y.size), weights)
    one = cls(alpha=0.02, tol=1e-12).fit(X, y, sample_weight=weights)
    other = cls(alpha=0.02, tol=1e-12).fit(X[rows], y[rows])
    assert_allclose(one.coef_, other.coef_, atol=1e-7)
    assert one.alpha_max_ == pytest.approx(other.alpha_max_, rel=1e-10)


@every
def test_empty_from_alpha_max_on(cls):
    X, y = DATA[cls]()
    top = float(np.ravel(cls(alpha=0.1).fit(X, y).alpha_max_)[0])
    with pytest.warns(EmptyModelWarning, match="alpha_max_="):
        assert not cls(alpha=top).fit(X, y).coef_.any()
    assert cls(alpha=0.99 * top).fit(X, y).coef_.any()


@every
def test_a_warm_start_goes_on(cls):
    X, y = DATA[cls]()
    model = cls(alpha=0.02, tol=1e-10, warm_start=True).fit(X, y)
    coef = model.coef_.copy()
    model.fit(X, y)
    assert np.all(model.n_iter_ == 1)
    assert_allclose(model.coef_, coef, atol=1e-8)


@every
def test_too_few_steps_are_told(cls):
    X, y = DATA[cls]()
    with pytest.warns(ConvergenceWarning, match="stopped after 1 Newton steps") as told:
        model = cls(alpha=0.001, tol=1e-12, max_iter=1).fit(X, y)
    assert not np.any(model.converged_)
    assert len(told) == 1


@pytest.mark.parametrize("C", [0.01, 1.0, 100.0])
def test_ridge_is_that_of_logistic_regression(C):
    X, y = cancer()
    theirs = LogisticRegression(l1_ratio=0, C=C, solver="newton-cholesky", tol=1e-12, max_iter=1000)
    theirs.fit(X, y)
    ours = ProximalLogisticRegression(1.0 / (C * y.size), l1_ratio=0.0, tol=1e-13).fit(X, y)
    assert_allclose(ours.coef_, theirs.coef_, atol=1e-5)
    assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=1e-6)
    assert_array_equal(ours.predict(X), theirs.predict(X))


@pytest.mark.parametrize("alpha", [1e-4, 0.1, 10.0])
def test_ridge_is_that_of_poisson_regression(alpha):
    X, y = counts()
    weights = np.random.default_rng(1).uniform(0.5, 2.0, y.size)
    theirs = PoissonRegressor(alpha=alpha, solver="newton-cholesky", tol=1e-12, max_iter=1000)
    theirs.fit(X, y, sample_weight=weights)
    ours = ProximalPoissonRegressor(alpha, l1_ratio=0.0, tol=1e-13).fit(X, y, weights)
    assert_allclose(ours.coef_, theirs.coef_, atol=1e-6)
    assert ours.score(X, y, weights) == pytest.approx(theirs.score(X, y, weights))
    assert_allclose(ours.predict(X), theirs.predict(X), rtol=1e-6)


@pytest.mark.parametrize("alpha", [1e-4, 1.0, 100.0])
def test_ridge_is_that_of_huber_regression(alpha):
    """At the scale that theirs has found."""
    X, y = outliers()
    theirs = HuberRegressor(alpha=alpha, epsilon=1.5, tol=1e-12, max_iter=10_000).fit(X, y)
    scale = theirs.scale_
    ours = ProximalHuberRegressor(
        alpha * scale / y.size, l1_ratio=0.0, delta=1.5, scale=scale, tol=1e-14
    ).fit(X, y)
    assert_allclose(ours.coef_, theirs.coef_, atol=1e-4)
    assert ours.scale_ == scale


def test_the_robust_scale():
    """A weighted median absolute deviation; an error where it is 0."""
    X, y = outliers()
    model = ProximalHuberRegressor(0.1, scale="mad").fit(X, y)
    expected = np.median(np.abs(y - np.median(y))) / 0.6744897501960817
    assert model.scale_ == pytest.approx(expected)
    weights = np.random.default_rng(0).integers(1, 4, y.size)
    once = ProximalHuberRegressor(0.1, scale="mad").fit(X, y, weights)
    rows = np.repeat(np.arange(y.size), weights)
    twice = ProximalHuberRegressor(0.1, scale="mad").fit(X[rows], y[rows])
    assert once.scale_ == pytest.approx(twice.scale_)
    with pytest.raises(ValueError, match=r'scale="mad" is 0.*scale=1\.0'):
        ProximalHuberRegressor(scale="mad").fit(X, np.r_[np.zeros(100), np.ones(20)])


def test_more_classes_are_one_against_the_rest():
    X, y = load_iris(return_X_y=True)
    names = np.array(["setosa", "versicolor", "virginica"])[y]
    model = ProximalLogisticRegression(0.01, tol=1e-10).fit(X, names)
    assert model.coef_.shape == (3, 4)
    assert model.intercept_.shape == model.dual_gap_.shape == model.alpha_max_.shape == (3,)
    for k, name in enumerate(model.classes_):
        one = ProximalLogisticRegression(0.01, tol=1e-10).fit(X, names == name)
        assert_allclose(one.coef_[0], model.coef_[k], atol=1e-8)
        assert one.alpha_max_[0] == pytest.approx(model.alpha_max_[k])
    rest = OneVsRestClassifier(ProximalLogisticRegression(0.01, tol=1e-10)).fit(X, names)
    assert_array_equal(rest.predict(X), model.predict(X))
    assert_allclose(rest.predict_proba(X), model.predict_proba(X), atol=1e-6)
    assert_allclose(model.predict_proba(X).sum(axis=1), 1.0)
    assert_allclose(np.exp(model.predict_log_proba(X)), model.predict_proba(X))


def test_weights_of_classes():
    X, y = cancer()
    balanced = ProximalLogisticRegression(0.02, class_weight="balanced", tol=1e-11).fit(X, y)
    weights = (y.size / (2.0 * np.bincount(y)))[y]
    by_hand = ProximalLogisticRegression(0.02, tol=1e-11).fit(X, y, sample_weight=weights)
    assert_allclose(balanced.coef_, by_hand.coef_, atol=1e-8)
    named = ProximalLogisticRegression(0.02, class_weight={1: 3.0}, tol=1e-11).fit(X, y)
    by_hand = ProximalLogisticRegression(0.02, tol=1e-11).fit(X, y, np.where(y == 1, 3.0, 1.0))
    assert_allclose(named.coef_, by_hand.coef_, atol=1e-8)
    with pytest.raises(ValueError, match="class_weight names 7"):
        ProximalLogisticRegression(class_weight={7: 1.0}).fit(X, y)


def test_what_cannot_be_fitted_is_told():
    X, y = cancer()
    with pytest.raises(ValueError, match="only one class"):
        ProximalLogisticRegression().fit(X, np.ones(y.size))
    with pytest.raises(ValueError, match="All weights of the class 0 are 0"):
        ProximalLogisticRegression().fit(X, y, sample_weight=(y == 1).astype(float))
    with pytest.raises(ValueError, match="must not be negative"):
        ProximalPoissonRegressor().fit(X, y - 1.0)
    with pytest.raises(ValueError, match="must not be zero for all"):
        ProximalPoissonRegressor().fit(X, 0.0 * y)
    for delta in (0.0, -1.0):
        with pytest.raises(ValueError, match="delta"):
            ProximalHuberRegressor(delta=delta).fit(X, y)


def test_no_minimum_is_an_error():
    """Where free columns tell the classes, or counts of zero, apart."""
    X, y = load_iris(return_X_y=True)
    with pytest.raises(ValueError, match="unpenalised features 0, 1, 2, 3"):
        ProximalLogisticRegression(0.0).fit(X, y == 0)
    weights = [1.0, 1.0, 0.0, 1.0]
    with pytest.raises(ValueError, match="unpenalised features 2 are best"):
        ProximalLogisticRegression(0.1, penalty_weights=weights).fit(X, y == 0)
    group = (np.arange(60) < 20).astype(float)[:, None]
    counted = np.where(group[:, 0] == 1.0, 0.0, 3.0)
    with pytest.raises(ValueError, match="unpenalised features"):
        ProximalPoissonRegressor(0.0).fit(group, counted)


@pytest.mark.parametrize("alpha", [1e-3, 1e-6, 1e-9])
def test_separable_classes(alpha):
    """They converge, or say so; nothing overflows."""
    X, y = load_iris(return_X_y=True)
    with quiet():
        model = ProximalLogisticRegression(alpha).fit(X, y == 0)
    assert np.isfinite(model.coef_).all()
    assert model.converged_.all()
    assert model.score(X, y == 0) == 1.0


@pytest.mark.filterwarnings(NO_CONVERGENCE)
def test_huge_counts():
    X, y = counts()
    y[:5] = 1e8
    model = ProximalPoissonRegressor(0.1).fit(X, y)
    assert model.converged_
    assert np.isfinite(model.predict(X)).all()


@pytest.mark.parametrize("loss", [Logistic(), Poisson(), Huber(0.7)], ids=str)
def test_the_gap_is_that_of_fenchel(loss):
    """Primal less dual, from the conjugates, at points that are far from the minimum too."""
    rng = np.random.default_rng(1)
    X, s = rng.normal(size=(40, 6)), rng.uniform(0.5, 2.0, 40)
    y = (rng.random(40) < 0.5).astype(float)
    problem = SmoothProblem(make_design(X, y, s), L1(0.05), np.ones(6), loss=loss)
    share = s / s.sum()
    for w in (np.zeros(6), 0.1 * rng.normal(size=6), rng.normal(size=6)):
        point = problem.at(w)
        c = min(1.0, 0.05 / np.abs(point.z).max())
        v = np.array([loss.slope(*each) for each in zip(y, point.predictions, strict=True)])
        conjugates = [loss.conjugate(*each) for each in zip(y, c * v, strict=True)]
        gap = point.objective + share @ conjugates
        assert certify(problem, point).error == pytest.approx(gap, rel=1e-9)
        assert abs(share @ v) <= 1e-15


@pytest.mark.parametrize("penalty", [L1(0.1), ElasticNet(0.1, 0.5)], ids=str)
@pytest.mark.parametrize("free", [0, 2])
def test_squares_as_one_of_many_losses(penalty, free):
    """By Newton's method around the core they are what the core makes of them."""
    rng = np.random.default_rng(2)
    X, y = rng.normal(size=(60, 80)), rng.normal(size=60)
    u = np.ones(80)
    u[:free] = 0.0
    design = make_design(X, y)
    plain = skl1.ProximalLasso(
        0.1, l1_ratio=getattr(penalty, "l1_ratio", 1.0), penalty_weights=u, tol=1e-13
    ).fit(X, y)
    smooth = SmoothProblem(design, penalty, u, loss=Squared())
    assert smooth.alpha_max == pytest.approx(Problem(design, penalty, u).alpha_max, rel=1e-10)
    run = minimise(ProxNewton(), smooth, smooth.null.w, tol=1e-13, max_iter=100)
    assert_allclose(run.w, plain.coef_, atol=1e-7)
    assert run.model.objective == pytest.approx(plain.objective_, rel=1e-12)


@every
def test_float32_is_kept(cls):
    X, y = DATA[cls]()
    single = cls(alpha=0.02).fit(X.astype(np.float32), y)
    double = cls(alpha=0.02).fit(X, y)
    assert single.coef_.dtype == np.float32
    assert np.all(single.converged_)
    assert_allclose(single.coef_, double.coef_, atol=2e-3)


@every
def test_a_path_predicts_and_scores_as_its_models_do(cls):
    X, y = DATA[cls]()
    path = cls(tol=1e-10).fit_path(X, y, [0.5, 0.05])
    assert path.converged.all()
    for k, alpha in enumerate((0.5, 0.05)):
        model = cls(alpha=alpha, tol=1e-10)
        with quiet(EmptyModelWarning):
            model.fit(X, y)
        found = path.predict(X)[:, k]
        if isinstance(model, PenalisedClassifier):
            assert_array_equal(found, model.predict(X))
        else:
            assert_allclose(found, model.predict(X), rtol=1e-5)
        assert path.score(X, y)[k] == pytest.approx(model.score(X, y), rel=1e-6)
        assert_allclose(path[k].coef_, model.coef_, atol=1e-6)
        assert np.all(path[k].converged_)


def test_a_path_of_a_classifier_of_several_classes():
    X, y = load_iris(return_X_y=True)
    names = np.array(["a", "b", "c"])[y]
    path = ProximalLogisticRegression(tol=1e-10).fit_path(X, names, [0.1, 0.01, 0.1])
    assert path.values == [0.1, 0.01, 0.1]
    assert path.predict(X).shape == (150, 3)
    for k, alpha in enumerate(path.values):
        model = ProximalLogisticRegression(alpha=alpha, tol=1e-10).fit(X, names)
        assert_array_equal(path.predict(X)[:, k], model.predict(X))
        assert path.score(X, names, np.arange(150.0))[k] == pytest.approx(
            model.score(X, names, np.arange(150.0))
        )
        assert_allclose(path[k].predict_proba(X), model.predict_proba(X), atol=1e-6)
        assert path.errors[k] == max(path[k].dual_gap_) or path[k].converged_.all()


@pytest.mark.parametrize("scoring", [None, "accuracy", "neg_log_loss", "roc_auc_ovr"])
@pytest.mark.parametrize("kind", ["labels", "names"])
def test_a_grid_search_follows_the_path_of_a_classifier(scoring, kind):
    X, y = load_iris(return_X_y=True)
    y = np.array(["a", "b", "c"])[y] if kind == "names" else y
    pipeline = make_pipeline(StandardScaler(), ProximalLogisticRegression(tol=1e-9))
    grid = {
        "proximallogisticregression__alpha": [0.3, 0.1, 0.01],
        "proximallogisticregression__l1_ratio": [0.5, 1.0],
    }
    ours = PathGridSearchCV(pipeline, grid, scoring=scoring, cv=3).fit(X, y)
    with quiet(EmptyModelWarning):
        theirs = GridSearchCV(pipeline, grid, scoring=scoring, cv=3).fit(X, y)
    assert ours.best_params_ == theirs.best_params_
    assert_allclose(
        ours.cv_results_["mean_test_score"], theirs.cv_results_["mean_test_score"], atol=1e-5
    )
    assert_array_equal(ours.predict(X), theirs.predict(X))


def test_a_path_by_a_solver_that_narrows_has_true_gaps(monkeypatch):
    """What one alpha proves to be zero may be in use at the next, whose gap has to see it."""
    monkeypatch.setattr(dense, "CACHED", 0)
    monkeypatch.setattr(dense, "NARROW", 1)
    rng = np.random.default_rng(0)
    X = rng.standard_normal((60, 1200))
    y = X[:, :5].sum(axis=1) + rng.standard_normal(60)
    problem = SmoothProblem(make_design(X, y, None, True), L1(1.0), np.ones(1200), loss=Huber(1.0))
    alphas = problem.alpha_max * np.geomspace(0.9, 0.2, 12)
    models = sequential_path(ProxNewton(), problem, alphas, tol=1e-6, max_iter=100)
    for model, w in zip(models, coefficients(models, 1200), strict=True):
        stage = problem.at_alpha(model.alpha)
        assert model.converged
        assert certify(stage, stage.at(w)).error <= max(2.0 * model.error, 1e-13)


PATH_LOSSES = [
    pytest.param("logistic", ProximalLogisticRegression, id="logistic"),
    pytest.param("poisson", ProximalPoissonRegressor, id="poisson"),
    pytest.param(Huber(1.345), ProximalHuberRegressor, id="huber"),
]


@pytest.mark.parametrize(("loss", "cls"), PATH_LOSSES)
@pytest.mark.parametrize(
    "options", [{}, {"free": True}, {"positive": True, "fit_intercept": False}]
)
@pytest.mark.parametrize("form", [np.asarray, sparse.csr_array], ids=["dense", "sparse"])
def test_lasso_path_with_a_loss_is_that_of_the_estimators(loss, cls, options, form):
    X, y = DATA[cls]()
    options = dict(options)
    if options.pop("free", False):
        options["penalty_weights"] = np.where(np.arange(X.shape[1]) == 1, 0.0, 1.0)
    weights = np.random.default_rng(3).integers(1, 4, len(y)).astype(float)
    path = skl1.lasso_path(
        form(X),
        y,
        loss=loss,
        n_alphas=6,
        eps=0.05,
        l1_ratio=0.7,
        sample_weight=weights,
        tol=1e-10,
        return_path=True,
        **options,
    )
    assert path.converged.all()
    for k in (0, 2, 5):
        model = cls(alpha=path.alphas[k], l1_ratio=0.7, tol=1e-10, **options)
        with quiet(EmptyModelWarning):
            model.fit(X, y, sample_weight=weights)
        assert_allclose(path.coefs[:, k], np.ravel(model.coef_), atol=1e-5)
        assert_allclose(path.intercepts[k], np.ravel(model.intercept_)[0], atol=1e-5)
        assert path.objectives[k] == pytest.approx(np.ravel(model.objective_)[0], rel=1e-8)
    assert path.alpha_max == pytest.approx(np.ravel(model.alpha_max_)[0], rel=1e-9)
    assert np.all(np.diff(path.explained) > -1e-9)


def test_lasso_path_refuses_what_is_no_loss():
    X, y = DATA[ProximalLogisticRegression]()
    for wrong in ("hinge", 3, None):
        with pytest.raises(ValueError, match="loss must be one of 'squared'"):
            skl1.lasso_path(X, y, loss=wrong)
    with pytest.raises(ValueError, match="two classes"):
        skl1.lasso_path(X, np.arange(len(X)) % 3, loss="logistic")
    names = np.where(y == y.max(), "z", "a")
    coefs = [skl1.lasso_path(X, each, loss="logistic", n_alphas=4)[1] for each in (names, y)]
    assert_array_equal(*coefs)
    stopped = skl1.lasso_path(X, y, loss="logistic", max_nonzeros=2)[1]
    assert 1 <= np.count_nonzero(stopped, axis=0).max() <= 2
    again = skl1.lasso_path(X, y, loss="logistic", max_explained=0.2, return_path=True)
    assert again.explained[-2] <= 0.2 < again.explained[-1]


@pytest.mark.parametrize("cls", [ProximalLogisticRegression, ProximalPoissonRegressor], ids=label)
@pytest.mark.parametrize("copies", [1, 2])
@pytest.mark.parametrize("scale", [1.0, 40.0])
@pytest.mark.parametrize("mixed", [True, False], ids=["mixed at zero", "apart"])
def test_free_columns_that_separate_some_samples_are_refused(cls, copies, scale, mixed):
    """Where they are not 0 they tell the class, or a count of 0; however far the steps go."""
    for seed in range(20):
        rng = np.random.default_rng(seed)
        X = rng.standard_normal((48, 12))
        y = (rng.random(48) < 0.5).astype(int)
        told = scale * np.abs(rng.standard_normal(48)) * np.where(y, -1.0, 1.0)
        if cls is ProximalPoissonRegressor:
            y, told = 3 * y, told * (y == 0)
        elif mixed:
            told[rng.random(48) < 0.7] = 0.0
        free = np.repeat(told[:, None], copies, axis=1)
        weights = np.r_[np.zeros(copies), np.ones(12)]
        model = cls(alpha=0.01, penalty_weights=weights)
        with pytest.raises(
            ValueError, match="No finite coefficients of the unpenalised features 0"
        ):
            model.fit(np.hstack([free, X]), y)


@pytest.mark.parametrize("cls", [ProximalLogisticRegression, ProximalPoissonRegressor], ids=label)
@pytest.mark.parametrize("outlier", [1.0, 1e3, 1e6])
def test_free_columns_with_a_minimum_are_not(cls, outlier):
    """However far out one of the samples is."""
    for seed in range(10):
        rng = np.random.default_rng(seed)
        X = rng.standard_normal((60, 5))
        X[0, 0] *= outlier
        y = (X[:, 0] / outlier + X[:, 1] + rng.logistic(size=60) > 0.0).astype(int)
        model = cls(alpha=0.01, penalty_weights=np.r_[0.0, 0.0, np.ones(3)]).fit(X, y)
        assert np.all(model.converged_)


@pytest.mark.parametrize(
    "name", [name for name in skl1.__all__ if "Class" in name or "Logis" in name]
)
def test_every_classifier_refuses_what_separates(name):
    cls = getattr(skl1, name)
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((48, 6)), (rng.random(48) < 0.5).astype(int)
    X[:, 0] = np.abs(X[:, 0]) * np.where(y, -1.0, 1.0) * (rng.random(48) < 0.4)
    few = {"n_alphas": 3, "cv": 2} if name.endswith("CV") else {"alpha": 0.05}
    with quiet(UserWarning), pytest.raises(ValueError, match="No finite coefficients"):
        cls(penalty_weights=np.r_[0.0, np.ones(5)], **few).fit(X, y)
