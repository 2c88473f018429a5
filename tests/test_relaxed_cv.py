"""The relaxed Lasso by cross-validation: a loop over folds, alphas and gammas written by hand."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import KFold

from common import EDGE, problem, quiet
from covering import pairs
from skl1 import GridEdgeWarning, Moments, ProximalLassoCV, RelaxedLasso, RelaxedLassoCV
from skl1.inference.relaxed_model import quick_refit

hush = partial(quiet, GridEdgeWarning)
pytestmark = pytest.mark.filterwarnings("error", EDGE)

GAMMAS = [0.0, 0.3, 1.0]
FREE = np.r_[0.0, np.inf, 0.0, np.linspace(0.5, 2.0, 9)]


def data(n=60, p=12, seed=0):
    rng = np.random.default_rng(seed)
    X, y = problem(n, p, seed=seed, noise=2.0)
    return X, y, rng.uniform(0.2, 2.0, n)


@pytest.fixture(params=["moments", "rows"])
def route(request, monkeypatch):
    """Both ways of treating folds, on data for which the first would be taken."""
    if request.param == "rows":
        monkeypatch.setattr("skl1.problems.moments.ALL", 0)
        monkeypatch.setattr("skl1.problems.moments.PATHS", 0)
    return request.param


def by_hand(X, y, s, cv, alphas, **options):
    """Errors of shape (n_gammas, n_alphas, n_folds), of fits one by one."""
    X = X.astype(np.float64)
    X = X.tocsr() if sparse.issparse(X) else X
    errors = np.empty((len(GAMMAS), len(alphas), cv.get_n_splits()))
    for k, (train, test) in enumerate(cv.split(X)):
        for i, alpha in enumerate(alphas):
            for g, gamma in enumerate(GAMMAS):
                with hush():
                    one = RelaxedLasso(alpha, gamma=gamma, tol=1e-13, **options)
                    one.fit(X[train], y[train], sample_weight=s[train])
                squares = (one.predict(X[test]) - y[test]) ** 2
                errors[g, i, k] = np.average(squares, weights=s[test])
    return errors


@pairs(
    indirect=["route"],
    route=["moments", "rows"],
    storage=[np.array, sparse.csc_array, np.float32],
    options=[
        {},
        {"l1_ratio": 0.5},
        {"positive": True},
        {"penalty_weights": FREE},
        {"penalty_weights": FREE, "positive": True},
        {"fit_intercept": False},
    ],
)
def test_errors_are_those_of_a_loop_by_hand(route, options, storage):
    X, y, s = data()
    X = storage(X)
    cv = KFold(4, shuffle=True, random_state=1)
    model = RelaxedLassoCV(gamma=GAMMAS, n_alphas=8, eps=0.05, cv=cv, tol=1e-12, **options)
    with hush():
        model.fit(X, y, sample_weight=s)
    expected = by_hand(X, y, s, cv, model.alphas_[0], **options)
    assert_allclose(model.mse_path_, expected, rtol=1e-6)
    row, column = np.unravel_index(np.argmin(expected.mean(axis=2)), expected.shape[:2])
    assert model.gamma_ == GAMMAS[row]
    assert model.alpha_ == model.alphas_[row, column]
    with hush():
        one = RelaxedLasso(model.alpha_, gamma=model.gamma_, tol=1e-13, **options)
        one.fit(X, y, sample_weight=s)
    rtol = 1e-5 if X.dtype == np.float32 else 1e-7
    for name in ("coef_", "intercept_", "lasso_coef_", "lasso_intercept_", "alpha_max_"):
        assert_allclose(getattr(model, name), getattr(one, name), rtol=rtol, atol=1e-9)
    assert model.coef_.dtype == one.coef_.dtype
    assert_allclose(model.coef_path_[row, column], model.coef_, rtol=rtol, atol=1e-9)


def test_wide_data_with_twins_and_saturated_models():
    """Least squares of least norm, where the support of a fold has more columns than rows."""
    rng = np.random.default_rng(3)
    X = rng.normal(size=(20, 40))
    X = np.c_[X, X[:, :5]]
    y = X[:, 0] - X[:, 1] + rng.normal(size=20)
    cv, s = KFold(2), np.ones(20)
    options = {"l1_ratio": 0.5}
    model = RelaxedLassoCV(gamma=GAMMAS, n_alphas=6, eps=0.01, cv=cv, tol=1e-12, **options)
    with hush():
        model.fit(X, y)
    assert (model.n_nonzero_path_ > 20).any()
    expected = by_hand(X, y, s, cv, model.alphas_[0], **options)
    assert_allclose(model.mse_path_, expected, rtol=1e-5)


def test_gamma_of_one_is_the_lasso(route):
    X, y, s = data()
    options = {"n_alphas": 12, "cv": 3, "tol": 1e-10}
    lasso = ProximalLassoCV(**options).fit(X, y, sample_weight=s)
    model = RelaxedLassoCV(gamma=1.0, **options).fit(X, y, sample_weight=s)
    assert_array_equal(model.mse_path_, lasso.mse_path_)
    assert_array_equal(model.coef_, lasso.coef_)
    assert model.cv_results_["degrees_of_freedom"] == pytest.approx(
        lasso.cv_results_["degrees_of_freedom"]
    )


def test_all_gammas_share_one_path_and_each_support_one_refit(monkeypatch):
    X, y, _ = data()
    paths, refits = [], []
    follow, refit = RelaxedLasso.follow, quick_refit

    def counted_path(self, problems, values):
        paths.append(len(problems))
        return follow(self, problems, values)

    def counted_refit(problem, features, tol):
        refits.append((id(problem), features.tobytes()))
        return refit(problem, features, tol)

    monkeypatch.setattr(RelaxedLasso, "follow", counted_path)
    monkeypatch.setattr("skl1.inference.relaxed.quick_refit", counted_refit)
    RelaxedLassoCV(n_alphas=50, cv=4).fit(X, y)
    assert sum(paths) == 5
    assert len(refits) == len(set(refits)) < 5 * 50


@pytest.mark.parametrize("gamma", [0.0, 0.4])
def test_criteria_of_one_gamma(gamma):
    """The residuals are those of the mixture, and several gammas are refused."""
    X, y, _ = data()
    model = RelaxedLassoCV(selection="bic", gamma=gamma, n_alphas=20, noise_variance=4.0).fit(X, y)
    residual = y[:, None] - X @ model.coef_path_.T
    mean_square = ((residual - residual.mean(axis=0)) ** 2).mean(axis=0)
    expected = 60 * mean_square / 4.0 + np.log(60) * model.n_nonzero_path_
    assert_allclose(model.criterion_path_, expected, rtol=1e-8)
    assert model.best_index_ == np.argmin(expected)
    with pytest.raises(ValueError, match="cannot choose among 5 values of gamma"):
        RelaxedLassoCV(selection="bic").fit(X, y)


def test_a_signed_mixture_has_the_loss_of_its_coefficients():
    """The refit without negative coefficients is not orthogonal to the Lasso's residual."""
    X, y, _ = data()
    y = y - 3.0 * X[:, 4]
    options = {"positive": True, "selection": "aic", "noise_variance": 1.0}
    model = RelaxedLassoCV(gamma=0.5, n_alphas=20, **options).fit(X, y)
    residual = y[:, None] - X @ model.coef_path_.T
    mean_square = ((residual - residual.mean(axis=0)) ** 2).mean(axis=0)
    degrees = model.cv_results_["degrees_of_freedom"]
    assert_allclose(model.criterion_path_, 60 * mean_square + 2 * degrees, rtol=1e-8)


def test_wide_criteria_consider_small_models_only():
    """A count of refitted coefficients that were chosen is as little honest as with MCP."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 300)), rng.normal(size=60)
    with hush():
        model = RelaxedLassoCV(selection="gcv", gamma=0.0).fit(X, y)
        lasso = RelaxedLassoCV(selection="gcv", gamma=1.0).fit(X, y)
    finite = np.isfinite(model.criterion_path_)
    assert model.n_nonzero_path_[finite].max() <= 60 / np.log(300)
    assert lasso.n_nonzero_path_[np.isfinite(lasso.criterion_path_)].max() > 60 / np.log(300)


def test_one_standard_error_a_rule_of_ones_own_and_a_scorer():
    X, y, s = data()
    options = {"n_alphas": 10, "cv": KFold(3)}
    low = RelaxedLassoCV(**options).fit(X, y)
    high = RelaxedLassoCV(selection="1se", **options).fit(X, y)
    assert high.gamma_ == low.gamma_
    assert high.alpha_ >= low.alpha_
    own = RelaxedLassoCV(selection=lambda table: int(np.argmax(table["param_gamma"])), **options)
    with hush():
        assert own.fit(X, y).gamma_ == 1.0
    scored = RelaxedLassoCV(scoring="neg_mean_absolute_error", **options)
    scored.fit(X, y, sample_weight=s)
    train, test = list(KFold(3).split(X))[1]
    one = RelaxedLasso(scored.alphas_[2, 5], gamma=0.5).fit(X[train], y[train], s[train])
    expected = -mean_absolute_error(y[test], one.predict(X[test]), sample_weight=s[test])
    assert scored.cv_results_["split1_test_score"][25] == pytest.approx(expected, rel=1e-3)


def test_moments_of_folds():
    X, y, s = data()
    options = {"n_alphas": 6, "eps": 0.1, "tol": 1e-9}
    rows = RelaxedLassoCV(cv=KFold(3), **options).fit(X, y, sample_weight=s)
    parts = [Moments.of(X[test], y[test], s[test]) for _, test in KFold(3).split(X)]
    sums = RelaxedLassoCV(**options).fit_moments(parts)
    assert_allclose(rows.mse_path_, sums.mse_path_, rtol=1e-6)
    assert_allclose(rows.coef_, sums.coef_, atol=1e-6)
    assert rows.gamma_ == sums.gamma_


def test_threads_change_nothing():
    X, y, _ = data(60, 30)
    one, two = (RelaxedLassoCV(n_alphas=6, cv=5, n_jobs=jobs).fit(X, y) for jobs in (None, 2))
    assert_allclose(one.mse_path_, two.mse_path_, rtol=1e-6)
    assert_allclose(one.coef_, two.coef_, rtol=1e-6)


def test_a_stage_that_falls_short_is_told(monkeypatch):
    """Of the refits too: the model has not converged, and one warning has the folds."""
    X, y, _ = data()
    refit = RelaxedLasso._refit

    def hasty(model, task, w):
        result = refit(model, task, w)
        short = {"converged": False, "error": 0.125, "stop_reason": "max_iter reached"}
        return replace(result, model=result.model._replace(**short))

    monkeypatch.setattr("skl1.inference.relaxed.quick_refit", lambda *_: None)
    monkeypatch.setattr(RelaxedLasso, "_refit", hasty)
    with pytest.warns(ConvergenceWarning) as caught:
        model = RelaxedLassoCV(n_alphas=4, cv=2, gamma=[0.0, 1.0]).fit(X, y)
    assert any("did not converge" in str(each.message) for each in caught)
    assert not model.converged_
    table = model.cv_results_
    assert table["converged"][table["param_gamma"] == 1.0].all()
    assert not table["converged"][table["param_gamma"] == 0.0].any()


@pytest.mark.parametrize("gamma", [[], [0.5, "x"], [2.0], -0.5, None], ids=str)
def test_bad_gammas(gamma):
    X, y, _ = data(20, 3)
    with pytest.raises(ValueError, match="gamma"):
        RelaxedLassoCV(gamma=gamma).fit(X, y)
