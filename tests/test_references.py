"""Against scikit-learn, stored solutions of other solvers, and real data."""

import json

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import sparse
from sklearn.linear_model import ElasticNet, Lasso, LinearRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from common import ESTIMATORS, label, objective, problem, quiet
from covering import pairs
from exactly import exact
from skl1 import MCPRegressor, NonconvexLpRegressor, ProximalLasso, RidgeGD, SubgradientLasso

SOLVERS = ["auto", "coordinate_descent", "fista"]

# scikit-learn --------------------------------------------------------------------------------


@pairs(
    solver=SOLVERS,
    positive=[False, True],
    fit_intercept=[True, False],
    l1_ratio=[1.0, 0.4],
    shape=[(80, 20), (25, 60)],
    storage=["dense", "sparse"],
)
def test_scikit_learn(storage, shape, l1_ratio, fit_intercept, positive, solver):
    """Coefficients and objective of ElasticNet at tol 1e-12, with all pairs of options."""
    X, y = problem(*shape, nonzero=8, noise=1.0)
    weights = np.random.default_rng(4).uniform(0.3, 3.0, y.size)
    alpha = 0.1
    options = {
        "alpha": alpha,
        "l1_ratio": l1_ratio,
        "positive": positive,
        "fit_intercept": fit_intercept,
    }
    data = sparse.csc_array(X) if storage == "sparse" else X
    with quiet():
        expected = ElasticNet(**options, tol=1e-12, max_iter=1_000_000).fit(
            X, y, sample_weight=weights
        )
        model = ProximalLasso(**options, tol=1e-14, max_iter=300_000, solver=solver).fit(
            data, y, sample_weight=weights
        )
    assert_allclose(model.coef_, expected.coef_, atol=2e-6)
    assert model.intercept_ == pytest.approx(expected.intercept_, abs=2e-5)
    theirs = objective(
        X, y, expected.coef_, expected.intercept_, alpha, l1_ratio=l1_ratio, sample_weight=weights
    )
    assert model.objective_ <= theirs * (1.0 + 1e-12)
    assert theirs - model.objective_ <= 1e-9 * theirs


def test_the_gap_is_scikit_learns():
    """dual_gap_ is in the units of Lasso's, and is no more than it at the same point."""
    X, y = problem(80, 20)
    with quiet():
        theirs = Lasso(0.1, tol=1e-3).fit(X, y)
        ours = ProximalLasso(0.1, max_iter=1, warm_start=True, tol=1.0)
        ours.coef_ = theirs.coef_.copy()
        ours.fit(X, y)
    assert_allclose(ours.coef_, theirs.coef_)
    assert ours.dual_gap_ == pytest.approx(theirs.dual_gap_, rel=0.5, abs=1e-9)


# Stored solutions ----------------------------------------------------------------------------

OBJECTIVE_SETS = [
    "esl_prostate", "diabetes_x2", "communities_crime", "california_housing", "abalone",
    "space_ga", "triazines", "energy", "growth_barro_lee", "gasoline_nir", "eyedata",
    "riboflavin", "leukemia_golub", "colon_alon", "duke_breast_west", "arcene", "bardet",
    "glmnet_quickstart", "a9a", "farm_ads",
]  # fmt: skip


@pytest.mark.parametrize("name", OBJECTIVE_SETS)
def test_lasso_objectives(shared_data, name):
    """The 60 stored minima: met to 1e-9, and the gap bounds what is missing."""
    stored = json.loads((shared_data.reference / "lasso_objectives.json").read_text())
    assert set(stored) == set(OBJECTIVE_SETS)
    entry = stored[name]
    X, y, _ = shared_data.load(name, tfidf=entry["tfidf"])
    null = entry["null_objective"]
    for solution in entry["solutions"]:
        model = ProximalLasso(solution["alpha"], tol=1e-10).fit(X, y)
        best = solution["objective"]
        assert model.converged_
        assert abs(model.objective_ - best) <= 1e-9 * best
        assert model.objective_ - best <= model.dual_gap_ + 1e-14 * null
        assert model.objective_ >= best - 1e-13 * null
        assert model.alpha_max_ == pytest.approx(entry["alpha_max"], rel=1e-9)
        if solution["unique"]:
            assert np.count_nonzero(model.coef_) >= 0.9 * solution["nnz"]


def test_glmnet_cvx_quickstart(shared_data):
    """The solution by CVX, to 4.4e-10 in every coefficient."""
    stored = json.loads((shared_data.reference / "glmnet_cvx_quickstart.json").read_text())
    X, y, _ = shared_data.load("glmnet_quickstart")
    for solver in SOLVERS:
        model = ProximalLasso(0.04, fit_intercept=False, solver=solver, tol=1e-15)
        with quiet():
            model.fit(X, y)
        assert_allclose(model.coef_, stored["beta_CVX"], rtol=0.0, atol=6e-10)


def prostate(shared_data):
    """Table 3.3 of ESL and its data: ``(table, X_train, y_train, X_test, y_test)``."""
    table = json.loads((shared_data.reference / "esl_table_3_3.json").read_text())
    X, y, _ = shared_data.load("esl_prostate")
    train = shared_data.load_extras("esl_prostate")["train"].astype(bool)
    X = (X - X.mean(axis=0)) / X.std(axis=0, ddof=1)
    return table, X[train], y[train], X[~train], y[~train]


@pytest.mark.parametrize("cls", ESTIMATORS, ids=label)
def test_esl_least_squares(shared_data, cls):
    """Least squares (alpha = 0) of table 3.3, to the rounding of the print."""
    table, X, y, X_test, y_test = prostate(shared_data)
    with quiet():
        model = exact(cls, alpha=0.0, tol=1e-6).fit(X, y)
    assert_allclose(np.r_[model.intercept_, model.coef_], table["coef"]["LS"], atol=5.5e-4)
    assert ((y_test - model.predict(X_test)) ** 2).mean() == pytest.approx(0.5213, abs=6e-5)


def test_esl_lasso(shared_data):
    """The lasso of table 3.3: train columns rescaled to equal norm, coefficients mapped back."""
    table, X, y, X_test, y_test = prostate(shared_data)
    norm = X.std(axis=0)
    alpha = table["lasso_recipe"]["alpha_sklearn_scale"]
    model = ProximalLasso(alpha, tol=1e-12).fit(X / norm, y)
    coef = model.coef_ / norm
    assert_allclose(coef, table["coef"]["lasso"][1:], atol=5e-4)
    errors = (y_test - model.predict(X_test / norm)) ** 2
    assert errors.mean() == pytest.approx(0.4786, abs=1e-4)
    # Rescaled columns are penalty weights.
    weighted = ProximalLasso(alpha, tol=1e-12, penalty_weights=norm).fit(X, y)
    assert_allclose(weighted.coef_, coef, atol=1e-8)


@pytest.mark.parametrize("acceleration", [None, "nesterov", "conjugate_gradient"])
def test_esl_ridge(shared_data, acceleration):
    """Ridge of table 3.3: penalty 24 on the centred train columns, to 2e-3 (2.014e-3)."""
    table, X, y, *_ = prostate(shared_data)
    model = RidgeGD(24.0 / y.size, acceleration=acceleration, tol=1e-12).fit(X, y)
    assert_allclose(model.coef_, table["coef"]["ridge"][1:], atol=2.05e-3)


def test_esl_best_subset(shared_data):
    """Best subset of table 3.3: p = 0 at an alpha that keeps two columns."""
    table, X, y, *_ = prostate(shared_data)
    model = NonconvexLpRegressor(0.03, p=0).fit(X, y)
    assert_allclose(np.r_[model.intercept_, model.coef_], table["coef"]["best_subset"], atol=6e-4)


@pytest.mark.parametrize("run", [1, 2, 3])
def test_gamlr_penalty_factors(shared_data, run):
    """Paths of gamlr with penalty factors, zero among them."""
    folder = shared_data.reference / "gamlr_via_Lasso_jl"
    data = np.loadtxt(folder / "gamlr.gaussian.data.csv", delimiter=",")
    factors = np.loadtxt(folder / "penaltyfactors.csv", delimiter=",")[:, run - 1]
    coefs = np.loadtxt(folder / f"gamlr.gaussian.gamma0.pf{run}.coefs.csv", delimiter=",")
    path = np.loadtxt(folder / f"gamlr.gaussian.gamma0.pf{run}.fit.csv", delimiter=",", skiprows=1)
    y, X = data[:, 0], data[:, 1:]
    for k in range(0, 100, 9):
        model = ProximalLasso(path[k, 0], penalty_weights=factors, tol=1e-12)
        with quiet():
            model.fit(X, y)
        assert_allclose(model.coef_, coefs[:, k], atol=2.3e-3 if run == 1 else 9.6e-4)
        assert model.intercept_ == pytest.approx(path[k, 3], abs=3e-5)


# Real data, end to end -----------------------------------------------------------------------

LIGHT = [
    "esl_prostate", "diabetes_x2", "communities_crime", "california_housing", "abalone",
    "space_ga", "triazines", "energy", "growth_barro_lee", "gasoline_nir", "eyedata",
    "riboflavin", "bardet", "glmnet_quickstart", "glmnet_sparse", "blog_feedback_test",
]  # fmt: skip
HEAVY = [
    "leukemia_golub", "colon_alon", "duke_breast_west", "arcene", "madelon", "a9a",
    "rcv1_small_vw", "farm_ads", "imdb",
]  # fmt: skip
#: Outer limits that keep the slow ones short; what is left undone has to be said.
BRIEF = {
    SubgradientLasso: {"max_iter": 300},
    RidgeGD: {"max_iter": 300, "acceleration": "conjugate_gradient"},
    NonconvexLpRegressor: {"max_iter": 50, "tol": 1e-4},
    ProximalLasso: {"tol": 1e-5},
}


def largest_alpha(cls, X, y, sparse_data):
    """alpha_max_ on the scaled data, from a fit that is empty; for ridge the largest curvature."""
    Z = StandardScaler(with_mean=not sparse_data).fit_transform(X)
    with quiet(UserWarning):
        top = cls(alpha=1e30, tol=1.0).fit(Z, y).alpha_max_
    return top if np.isfinite(top) else 1.0


def assert_honest(model, X):
    """Finite, and converged or with the reason why not."""
    assert np.isfinite(model.coef_).all()
    assert np.isfinite(model.predict(X[:10])).all()
    assert isinstance(model.stop_reason_, str)
    assert model.stop_reason_
    assert model.converged_ or model.stop_reason_ != "tolerance reached"


@pytest.mark.parametrize("cls", ESTIMATORS, ids=label)
@pytest.mark.parametrize("name", LIGHT)
def test_grid_search_on_real_data(shared_data, name, cls):
    """StandardScaler, the estimator and GridSearchCV on every regression set."""
    X, y, _ = shared_data.load(name)
    is_sparse = sparse.issparse(X)
    top = largest_alpha(cls, X, y, is_sparse)
    pipeline = make_pipeline(StandardScaler(with_mean=not is_sparse), cls(**BRIEF.get(cls, {})))
    parameter = f"{pipeline.steps[-1][0]}__alpha"
    search = GridSearchCV(pipeline, {parameter: [0.3 * top, 0.03 * top]}, cv=2, error_score="raise")
    with quiet():
        search.fit(X, y)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    Z = search.best_estimator_[0].transform(X)
    assert_honest(search.best_estimator_[-1], Z)
    if cls is ProximalLasso:
        assert search.best_estimator_[-1].converged_
        assert search.score(X, y) > 0.0


#: The largest of all for a convex and a nonconvex penalty.
LARGE = [
    pytest.param(name, cls, id=f"{name}-{label(cls)}")
    for name in HEAVY
    for cls in ESTIMATORS
    if name != "imdb" or cls in (ProximalLasso, MCPRegressor)
]


@pytest.mark.parametrize(("name", "cls"), LARGE)
def test_large_real_data(shared_data, name, cls):
    """One fit on all rows of the largest sets, labels taken as numbers."""
    X, y, _ = shared_data.load(name, tfidf=name in ("farm_ads", "imdb"))
    if not sparse.issparse(X):
        X = StandardScaler().fit_transform(X)
    with quiet(UserWarning):
        top = cls(alpha=1e30, tol=1.0).fit(X, y).alpha_max_
        # A rough first stage may leave no feature, and then there is no alpha to start from.
        alpha = 0.2 * top if 0.0 < top < np.inf else 1.0
        model = cls(
            alpha=alpha, **{**BRIEF.get(cls, {}), **({"max_iter": 30} if name == "imdb" else {})}
        ).fit(X, y)
    assert_honest(model, X)
    if cls is ProximalLasso:
        assert model.converged_
        assert model.coef_.any()


def test_every_set_is_used(shared_data):
    """No single-output set is left out."""
    single = [name for name in shared_data.list_datasets() if name != "glmnet_multigaussian"]
    assert sorted(LIGHT + HEAVY) == sorted(single)


def test_least_squares_of_scikit_learn():
    """alpha = 0 equals LinearRegression for every estimator."""
    X, y = problem(60, 6)
    expected = LinearRegression().fit(X, y)
    for cls in ESTIMATORS:
        with quiet():
            model = exact(cls, alpha=0.0, tol=1e-6).fit(X, y)
        assert_allclose(model.coef_, expected.coef_, atol=1e-10)
