"""CV classes of other losses than squares: against fits of their own, and scikit-learn's scores."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.datasets import load_breast_cancer, load_iris
from sklearn.metrics import log_loss, mean_poisson_deviance
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_predict
from sklearn.preprocessing import StandardScaler

from skl1 import (
    LogSumClassifier,
    LogSumClassifierCV,
    MCPClassifier,
    MCPClassifierCV,
    NonconvexLpClassifier,
    NonconvexLpClassifierCV,
    ProximalHuberRegressor,
    ProximalHuberRegressorCV,
    ProximalLogisticRegression,
    ProximalLogisticRegressionCV,
    ProximalPoissonRegressor,
    ProximalPoissonRegressorCV,
    SCADClassifier,
    SCADClassifierCV,
)
from skl1.exceptions import EmptyModelWarning, GridEdgeWarning
from skl1.losses import Huber
from skl1.losses.elementwise import mean_loss

RNG = np.random.default_rng(5)
X = RNG.standard_normal((90, 7))
LINEAR = X[:, 0] - 0.7 * X[:, 1]
COUNTS = RNG.poisson(np.exp(0.3 + 0.6 * LINEAR)).astype(float)
LABELS = np.where(LINEAR + RNG.logistic(size=90) > 0.0, "yes", "no")
HEAVY = LINEAR + RNG.standard_t(2, size=90)
WEIGHTS = RNG.integers(1, 4, 90).astype(float)


def deviance(model, X, y, weights):
    """Twice the mean loss, from scikit-learn or from the definition."""
    if isinstance(model, ProximalLogisticRegression):
        return 2.0 * log_loss(y, model.predict_proba(X), sample_weight=weights)
    if isinstance(model, ProximalPoissonRegressor):
        return mean_poisson_deviance(y, model.predict(X), sample_weight=weights)
    return 2.0 * mean_loss(Huber(1.345), y, weights / weights.sum(), model.predict(X))


CASES = [
    pytest.param(ProximalLogisticRegressionCV, ProximalLogisticRegression, LABELS, id="labels"),
    pytest.param(ProximalPoissonRegressorCV, ProximalPoissonRegressor, COUNTS, id="counts"),
    pytest.param(ProximalHuberRegressorCV, ProximalHuberRegressor, HEAVY, id="outliers"),
]
every = pytest.mark.parametrize(("search", "one", "y"), CASES)
FOLDS = KFold(3, shuffle=True, random_state=0)


def quietly(model, *args, **kwargs):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EmptyModelWarning)
        warnings.simplefilter("ignore", GridEdgeWarning)
        return model.fit(*args, **kwargs)


@every
@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["equal", "weighted"])
@pytest.mark.parametrize("ratios", [1.0, [1.0, 0.4]], ids=["one", "several"])
def test_errors_of_folds_are_those_of_refits(search, one, y, weights, ratios):
    model = search(n_alphas=6, eps=0.05, cv=FOLDS, l1_ratio=ratios, tol=1e-11)
    quietly(model, X, y, sample_weight=weights)
    known = np.ones(90) if weights is None else weights
    shares = [ratios] if np.isscalar(ratios) else ratios
    grids, errors = np.atleast_2d(model.alphas_), model.deviance_path_
    errors = errors if errors.ndim == 3 else errors[None]
    for row, share in enumerate(shares):
        for k, (train, test) in enumerate(FOLDS.split(X)):
            for column in (1, 5):
                fit = quietly(
                    one(alpha=grids[row, column], l1_ratio=share, tol=1e-12),
                    X[train],
                    y[train],
                    known[train],
                )
                expected = deviance(fit, X[test], y[test], known[test])
                assert errors[row, column, k] == pytest.approx(expected, rel=1e-5)
    mean = errors.mean(axis=-1)
    assert model.best_index_ == mean.ravel().argmin()
    assert model.alpha_ == grids.ravel()[model.best_index_]
    again = quietly(
        one(alpha=model.alpha_, l1_ratio=model.l1_ratio_, tol=1e-11), X, y, sample_weight=weights
    )
    assert_allclose(model.coef_, again.coef_, atol=1e-6)
    assert model.converged_ is True


@every
def test_one_standard_error_takes_a_stronger_penalty(search, one, y):
    low = quietly(search(n_alphas=20, cv=FOLDS), X, y)
    high = quietly(search(n_alphas=20, cv=FOLDS, selection="1se"), X, y)
    mean = low.deviance_path_.mean(axis=1)
    assert_allclose(low.deviance_se_, low.deviance_path_.std(axis=1, ddof=1) / np.sqrt(3.0))
    bound = mean.min() + low.deviance_se_[low.best_index_]
    assert high.alpha_ == low.alphas_[mean <= bound].max()


@every
def test_sparse_X_weights_and_threads_change_nothing(search, one, y):
    model = quietly(search(n_alphas=8, eps=0.1, cv=3, tol=1e-10), X, y)
    for other, fit in (
        (sparse.csr_array(X), {}),
        (X, {"sample_weight": np.full(90, 2.0)}),
        (np.asfortranarray(X), {}),
    ):
        again = quietly(search(n_alphas=8, eps=0.1, cv=3, tol=1e-10, n_jobs=2), other, y, **fit)
        assert again.alpha_ == pytest.approx(model.alpha_, rel=1e-9)
        assert_allclose(again.coef_, model.coef_, atol=1e-6)
        assert_allclose(again.deviance_path_, model.deviance_path_, rtol=1e-6)


@pytest.mark.parametrize("selection", ["aic", "bic", "ebic", "gcv"])
@pytest.mark.parametrize(("search", "one", "y"), CASES[:2])
def test_criteria_of_a_likelihood_need_no_noise(search, one, y, selection):
    model = quietly(search(n_alphas=10, eps=0.02, selection=selection, tol=1e-10), X, y)
    assert not hasattr(model, "noise_variance_")
    for k in (0, 4, 9):
        fit = quietly(one(alpha=model.alphas_[k], tol=1e-11), X, y)
        mean, d = deviance(fit, X, y, np.ones(90)), np.count_nonzero(fit.coef_)
        charge = {"aic": 2.0 * d, "bic": np.log(90) * d}.get(selection)
        if selection == "gcv":
            expected = mean / (1.0 - (d + 1.0) / 90.0) ** 2
        elif selection == "ebic":
            binomial = np.log(
                float(np.prod(np.arange(7 - d + 1, 8)) / np.prod(np.arange(1, d + 1)))
            )
            expected = 90.0 * mean + np.log(90) * d + 2.0 * binomial
        else:
            expected = 90.0 * mean + charge
        assert model.criterion_path_[k] == pytest.approx(expected, rel=1e-5)


def test_criteria_of_the_huber_loss_need_the_noise():
    with pytest.raises(ValueError, match="give noise_variance"):
        ProximalHuberRegressorCV(selection="aic").fit(X, HEAVY)
    model = quietly(ProximalHuberRegressorCV(selection="aic", noise_variance=2.0), X, HEAVY)
    assert model.noise_variance_ == 2.0
    quietly(ProximalHuberRegressorCV(selection="gcv"), X, HEAVY)


def test_degrees_of_freedom_with_an_l2_term_are_a_trace():
    model = quietly(
        ProximalLogisticRegressionCV(n_alphas=4, eps=0.1, l1_ratio=0.5, cv=3), X, LABELS
    )
    k = 3
    alpha, degrees = model.alphas_[k], model.cv_results_["degrees_of_freedom"][k]
    w = model.coef_path_[k, 0]
    fit = quietly(ProximalLogisticRegression(alpha=alpha, l1_ratio=0.5, tol=1e-12), X, LABELS)
    chance = fit.predict_proba(X)[:, 1]
    h, S = chance * (1.0 - chance) / 90.0, np.flatnonzero(w)
    around = X[:, S] - (h @ X[:, S]) / h.sum()
    G = (around * h[:, None]).T @ around
    expected = np.trace(np.linalg.solve(G + 0.5 * alpha * np.eye(S.size), G))
    assert degrees == pytest.approx(expected, rel=1e-4)


def test_several_classes_share_an_alpha():
    X, y = load_iris(return_X_y=True)
    X = StandardScaler().fit_transform(X)
    names = np.array(["setosa", "versicolor", "virginica"])[y]
    folds = StratifiedKFold(4, shuffle=True, random_state=1)
    model = quietly(
        ProximalLogisticRegressionCV(n_alphas=5, eps=0.01, cv=folds, tol=1e-10), X, names
    )
    assert model.coef_.shape == (3, 4)
    assert model.intercept_.shape == (3,)
    assert model.coef_path_.shape == (5, 3, 4)
    assert model.deviance_path_.shape == (5, 4)
    assert_array_equal(model.n_nonzero_path_, np.count_nonzero(model.coef_path_, axis=(1, 2)))
    ones = [ProximalLogisticRegression(tol=1e-11).set_params(alpha=a) for a in model.alphas_]
    top = max(quietly(ones[0], X, names == name).alpha_max_[0] for name in np.unique(names))
    assert model.alphas_[0] == pytest.approx(top, rel=1e-9)
    for k, (train, test) in enumerate(folds.split(X, names)):
        each = []
        for name in model.classes_:
            fit = quietly(ones[3], X[train], names[train] == name)
            each.append(2.0 * log_loss(names[test] == name, fit.predict_proba(X[test])))
        assert model.deviance_path_[3, k] == pytest.approx(np.mean(each), rel=1e-5)
    again = quietly(ProximalLogisticRegression(alpha=model.alpha_, tol=1e-10), X, names)
    assert_allclose(model.coef_, again.coef_, atol=1e-6)
    assert_array_equal(model.predict(X), again.predict(X))
    assert model.dual_gap_.shape == (3,)


def test_a_scorer_sees_the_classifier():
    X, y = load_iris(return_X_y=True)
    for scoring in ("accuracy", "neg_log_loss", "roc_auc_ovr"):
        model = quietly(ProximalLogisticRegressionCV(n_alphas=5, cv=3, scoring=scoring), X, y)
        table = model.cv_results_
        folds = StratifiedKFold(3)
        plain = ProximalLogisticRegression(alpha=model.alphas_[2])
        found = cross_val_predict(plain, X, y, cv=folds, method="predict")
        if scoring == "accuracy":
            shares = [np.mean(found[test] == y[test]) for _, test in folds.split(X, y)]
            assert table["mean_test_score"][2] == pytest.approx(np.mean(shares), abs=0.03)
        assert model.alpha_ == model.alphas_[table["mean_test_score"].argmax()]
        assert "mean_deviance" in table


def test_class_weights_count_in_fits_and_in_what_is_held_out():
    y = np.where(LINEAR > 1.0, 1, 0)
    factors = {0: 1.0, 1: 3.0}
    model = quietly(ProximalLogisticRegressionCV(n_alphas=6, cv=FOLDS, class_weight=factors), X, y)
    given = np.where(y == 1, 3.0, 1.0)
    weighted = quietly(ProximalLogisticRegressionCV(n_alphas=6, cv=FOLDS), X, y, given)
    assert_allclose(model.deviance_path_, weighted.deviance_path_, rtol=1e-5)
    assert_allclose(model.coef_, weighted.coef_, atol=1e-5)


def test_a_training_part_without_a_class_is_named():
    y = np.repeat(["a", "b", "c"], 30)
    with pytest.raises(ValueError, match="training part of fold 0 has no sample of the class 'a'"):
        ProximalLogisticRegressionCV(cv=KFold(3)).fit(X, y)
    counts = np.where(np.arange(90) < 60, 0.0, 1.0)
    first = np.arange(60)
    search = ProximalPoissonRegressorCV(cv=[(np.arange(30, 90), first), (first, [60])])
    with pytest.raises(ValueError, match="no finite") as caught:
        search.fit(X, counts)
    assert "fold 1" in caught.value.__notes__[0]


def test_folds_of_classes_are_stratified():
    y = np.repeat([0, 1], [60, 30])
    quietly(ProximalLogisticRegressionCV(n_alphas=4, cv=3), X, y)  # KFold would fail: y is sorted


def test_the_scale_of_a_fold_is_that_of_its_training_part():
    y = 10.0 * HEAVY
    model = quietly(ProximalHuberRegressorCV(n_alphas=4, cv=FOLDS, scale="mad", tol=1e-10), X, y)
    assert model.scale_ == quietly(ProximalHuberRegressor(scale="mad"), X, y).scale_
    train, test = next(iter(FOLDS.split(X)))
    fit = ProximalHuberRegressor(alpha=model.alphas_[2], scale="mad", tol=1e-11)
    quietly(fit, X[train], y[train])
    loss, equal = Huber(1.345 * fit.scale_), np.full(test.size, 1.0 / test.size)
    expected = 2.0 * mean_loss(loss, y[test], equal, fit.predict(X[test]))
    assert model.deviance_path_[2, 0] == pytest.approx(expected, rel=1e-6)


def test_a_search_on_real_data():
    X, y = load_breast_cancer(return_X_y=True)
    X = StandardScaler().fit_transform(X)
    model = ProximalLogisticRegressionCV(n_alphas=25, selection="1se").fit(X, y)
    assert model.score(X, y) > 0.97
    assert 5 < np.count_nonzero(model.coef_) < 20


CONCAVE = [
    pytest.param(NonconvexLpClassifierCV, NonconvexLpClassifier, {"p": [0.0, 0.5]}, id="l_p"),
    pytest.param(MCPClassifierCV, MCPClassifier, {"gamma": [6.0, 12.0]}, id="MCP"),
    pytest.param(SCADClassifierCV, SCADClassifier, {"gamma": [6.0, 12.0]}, id="SCAD"),
    pytest.param(LogSumClassifierCV, LogSumClassifier, {"epsilon": [0.5, 1.0]}, id="log-sum"),
]


@pytest.mark.parametrize(("search", "one", "shapes"), CONCAVE)
def test_searches_of_concave_penalties_follow_the_paths_of_their_classifiers(search, one, shapes):
    ((name, values),) = shapes.items()
    model = quietly(search(n_alphas=6, eps=0.1, cv=FOLDS, **shapes), X, LABELS)
    assert model.deviance_path_.shape == (2, 6, 3)
    assert model.coef_path_.shape == (2, 6, 1, 7)
    for row, value in enumerate(values):
        for k, (train, test) in enumerate(FOLDS.split(X)):
            plain = one(**{name: value}, tol=1e-5)
            path = plain.fit_path(X[train], LABELS[train], model.alphas_[row].tolist())
            for column in (2, 5):
                probabilities = path[column].predict_proba(X[test])
                expected = 2.0 * log_loss(LABELS[test], probabilities)
                assert model.deviance_path_[row, column, k] == pytest.approx(expected, rel=1e-3)
    mean = model.deviance_path_.mean(axis=-1)
    assert model.best_index_ == mean.ravel().argmin()
    assert getattr(model, f"{name}_") == values[model.best_index_ // 6]
    assert model.stationarity_[0] <= 1e-5
    assert model.converged_ is True
