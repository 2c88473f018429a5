"""scikit-learn's own tests of Lasso and Ridge with skl1's estimators in their place."""

from collections import Counter

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import sparse
from sklearn.datasets import make_low_rank_matrix
from sklearn.linear_model import Ridge

import skl1
from common import quiet
from swapped import outcomes_of

LASSO_FILES = [
    "sklearn.linear_model.tests.test_coordinate_descent",
    "sklearn.linear_model.tests.test_sparse_coordinate_descent",
    "sklearn.linear_model.tests.test_common",
    "sklearn.linear_model.tests.test_base",
]
LASSO_TESTS = (
    "lasso and not lars and not cv and not multi_task and not path "
    "or balance_property and Lasso or coef_shape and Lasso or same_dense_and_sparse and Lasso "
    "or invariance or coef_shape_not_zero or raises_convergence"
)
#: Tests that cannot be asked of ProximalLasso, each with the reason.
DESELECTED = [
    # Lasso(alpha=0.1, precompute=True, positive=True): there is no precompute parameter.
    "test_lasso_positive_constraint",
    # Lasso(precompute=True) and Lasso(precompute=False): the same.
    "test_enet_coordinate_descent_raises_convergence and ProximalLasso",
    # It compares dual_gap_ to 7 digits with a difference of objectives, of which the default
    # solver, being exact here, leaves 1e-15: rounding. Below it is asked of one that is not.
    "test_lasso_dual_gap",
    # It wants a warning that alpha=0 does not converge well, which is true of Lasso. Here it is
    # least squares, which is solved directly and certified: the warning would be false.
    "test_lasso_alpha_warning",
]
#: Of 76 selected tests 5 are deselected; scikit-learn itself skips 2 for classes of its own
#: that take no sample weights (LassoLars and LassoLarsIC in test_balance_property).
PASSED = 69
SKIPPED = 2


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """Outcome by test of scikit-learn's Lasso tests, run once in a process of their own."""
    selection = f"({LASSO_TESTS})" + "".join(f" and not ({name})" for name in DESELECTED)
    folder = tmp_path_factory.mktemp("peer")
    return outcomes_of(folder, "skl1:ProximalLasso", LASSO_FILES, selection)


def test_lasso_tests_of_scikit_learn(outcomes):
    """All of scikit-learn's Lasso tests pass for ProximalLasso, but for the named ones."""
    cases, output = outcomes
    count = Counter(cases.values())
    assert not count["failure"], output
    assert not count["error"], output
    assert (count["passed"], count["skipped"]) == (PASSED, SKIPPED), output


def test_the_class_was_replaced(outcomes):
    """The tests did run on ProximalLasso: parametrised ones carry its name."""
    cases, _ = outcomes
    names = [name for _, name in cases]
    assert sum("ProximalLasso" in name for name in names) >= 36
    assert not any(name.endswith(("-Lasso]", "[Lasso]")) for name in names)


@pytest.mark.parametrize(
    ("peer", "name", "selection", "passed"),
    [
        ("peers:ElasticNet", "ElasticNet", "enet_multitarget or same_multiple_output", 5),
        ("skl1:lasso_path", "lasso_path", "sparse_dense_descent_paths and lasso_path", 4),
    ],
)
def test_several_targets(tmp_path, peer, name, selection, passed):
    """scikit-learn's tests of several targets, of an estimator and of a path."""
    files = [each for each in LASSO_FILES if "coordinate_descent" in each]
    cases, output = outcomes_of(tmp_path, peer, files, selection, PEER_FOR=name)
    assert set(cases.values()) == {"passed"}, output
    assert len(cases) == passed, output


@pytest.mark.parametrize("tol", [1e-2, 1e-4, 1e-6])
def test_dual_gap_is_the_difference_of_the_objectives(tol):
    """scikit-learn's test_lasso_dual_gap, for a solver that leaves a gap to compare."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(10, 30))
    y = X[:, :10] @ rng.normal(size=10)
    alpha = 0.01 * np.abs(X.T @ y).max() / y.size
    model = skl1.ProximalLasso(alpha, fit_intercept=False, solver="coordinate_descent", tol=tol)
    model.fit(X, y)
    residual = y - X @ model.coef_
    primal = 0.5 * np.mean(residual**2) + alpha * np.abs(model.coef_).sum()
    dual_point = residual * min(1.0, alpha * y.size / np.abs(X.T @ residual).max())
    dual = 0.5 * (np.mean(y**2) - np.mean((y - dual_point) ** 2))
    assert model.dual_gap_ > 1e-9
    # The best multiple of the residual may be better than the one that just touches.
    assert model.dual_gap_ <= (primal - dual) * (1 + 1e-7)
    assert model.dual_gap_ == pytest.approx(primal - dual, rel=0.2)


# Ridge regression with known solutions -------------------------------------------------------

ACCELERATIONS = [None, "nesterov", "conjugate_gradient"]
accelerations = pytest.mark.parametrize("acceleration", ACCELERATIONS)
intercepts = pytest.mark.parametrize("fit_intercept", [True, False])


@pytest.fixture(params=["long", "wide"])
def known(request):
    """X whose last column is the intercept's, y, the least-squares and the ridge solution.

    Well conditioned; from the SVD and, for a penalty of 1 on all but the intercept, from the
    normal equations. For wide X the least-squares solution is that of least norm.
    """
    n, p = (12, 4) if request.param == "long" else (4, 12)
    k = min(n, p)
    rng = np.random.RandomState(7)
    X = make_low_rank_matrix(n_samples=n, n_features=p, effective_rank=k, random_state=rng)
    X[:, -1] = 1.0
    U, s, Vt = np.linalg.svd(X)
    assert s.min() > 1e-3
    if request.param == "long":
        ols = rng.uniform(-10.0, 10.0, p)
        y = X @ ols + U[:, k:] @ rng.normal(size=n - k) ** 2
    else:
        y = rng.uniform(-10.0, 10.0, n)
        ols = Vt[:k].T @ ((U[:, :k].T @ y) / s)
    charge = np.diag(np.r_[np.ones(p - 1), 0.0])
    ridge = np.linalg.solve(X.T @ X + charge, X.T @ y)
    return X, y, ols, ridge


def ridge(alpha, weight, **options):
    """RidgeGD that equals ``Ridge(alpha)`` on data of total weight ``weight``."""
    return skl1.RidgeGD(alpha=alpha / weight, tol=1e-15, max_iter=200_000, **options)


def split(known, solution, fit_intercept):
    """X without the column of ones, and the coefficients and the intercept to be found."""
    X, y, *_ = known
    if fit_intercept:
        return X[:, :-1], y, solution[:-1], solution[-1]
    return X, y, solution, 0.0


def split_or_centre(known, solution, fit_intercept):
    """The same; without an intercept X and y are centred instead."""
    X, y, coef, intercept = split(known, solution, True)
    if fit_intercept:
        return X, y, coef, intercept
    return X - X.mean(axis=0), y - y.mean(), coef, 0.0


@accelerations
def test_ridge_solution(known, acceleration):
    """RidgeGD(alpha = 1/n) is the ridge solution of penalty 1, with its intercept."""
    X, y, coef, intercept = split(known, known[3], True)
    with quiet():
        model = ridge(1.0, y.size, acceleration=acceleration).fit(X, y)
    assert_allclose(model.coef_, coef, rtol=1e-6, atol=1e-9)
    assert_allclose(model.intercept_, intercept, rtol=1e-8)
    assert model.score(X, y) == pytest.approx(
        1.0 - ((y - X @ coef - intercept) ** 2).sum() / ((y - y.mean()) ** 2).sum()
    )


@intercepts
@accelerations
def test_hstacked_columns(known, acceleration, fit_intercept):
    """Half of each column, taken twice, with half the penalty: the same coefficients, twice."""
    X, y, coef, intercept = split_or_centre(known, known[3], fit_intercept)
    with quiet():
        model = ridge(0.5, y.size, acceleration=acceleration, fit_intercept=fit_intercept).fit(
            0.5 * np.concatenate([X, X], axis=1), y
        )
    assert_allclose(model.coef_, np.r_[coef, coef], rtol=1e-6, atol=1e-9)
    assert_allclose(model.intercept_, intercept, rtol=1e-8, atol=1e-12)


@intercepts
@accelerations
def test_vstacked_rows(known, acceleration, fit_intercept):
    """Rows taken twice with twice the penalty, W times alpha, change nothing."""
    X, y, coef, intercept = split_or_centre(known, known[3], fit_intercept)
    with quiet():
        model = ridge(2.0, 2 * y.size, acceleration=acceleration, fit_intercept=fit_intercept).fit(
            np.concatenate([X, X]), np.r_[y, y]
        )
    assert_allclose(model.coef_, coef, rtol=1e-6, atol=1e-9)
    assert_allclose(model.intercept_, intercept, rtol=1e-8, atol=1e-12)


@intercepts
@pytest.mark.parametrize("alpha", [0.0, 1e-10])
def test_no_penalty_gives_the_least_norm(known, fit_intercept, alpha):
    """For alpha = 0, and alpha -> 0, the least-squares solution of least norm."""
    X, y, ols, _ = known
    if fit_intercept:
        X = X[:, :-1]
        mean = X.mean(axis=0)
        coef = np.linalg.pinv(X - mean) @ (y - y.mean())
        intercept = y.mean() - mean @ coef
    else:
        coef, intercept = ols, 0.0
    with quiet():
        model = ridge(
            alpha, y.size, acceleration="conjugate_gradient", fit_intercept=fit_intercept
        ).fit(X, y)
    assert_allclose(model.coef_, coef, rtol=2e-5, atol=1e-8)
    assert_allclose(model.intercept_, intercept, rtol=2e-5, atol=1e-8)


@pytest.mark.parametrize("container", ["dense", "sparse"])
@intercepts
@accelerations
def test_weights_equal_scaled_rows(known, acceleration, fit_intercept, container):
    """Sample weights give scikit-learn's Ridge(alpha = W alpha) with the same raw weights."""
    X, y, *_ = known
    X = X[:, :-1]
    weights = np.random.default_rng(1).uniform(0.5, 3.0, y.size)
    weights[0] = 0.0
    expected = Ridge(alpha=1.0, fit_intercept=fit_intercept, solver="svd").fit(
        X, y, sample_weight=weights
    )
    data = sparse.csr_array(X) if container == "sparse" else X
    with quiet():
        model = ridge(
            1.0, weights.sum(), acceleration=acceleration, fit_intercept=fit_intercept
        ).fit(data, y, sample_weight=weights)
    assert_allclose(model.coef_, expected.coef_, rtol=1e-6, atol=1e-9)
    assert_allclose(model.intercept_, expected.intercept_, rtol=1e-7, atol=1e-9)


def test_the_intercept_is_not_penalised(known):
    """Shifting y by a constant moves the intercept alone, whatever alpha is."""
    X, y, *_ = known
    X = X[:, :-1]
    with quiet():
        before = ridge(1.0, y.size).fit(X, y)
        after = ridge(1.0, y.size).fit(X, y + 1000.0)
    assert_allclose(after.coef_, before.coef_, rtol=1e-6, atol=1e-9)
    assert after.intercept_ == pytest.approx(before.intercept_ + 1000.0)


@pytest.mark.parametrize("alpha", [1e-6, 1e-2, 1.0, 1e3])
def test_limits_of_the_penalty(known, alpha):
    """The larger alpha the smaller the norm, as in scikit-learn's Ridge."""
    X, y, *_ = known
    X = X[:, :-1]
    expected = Ridge(alpha=alpha, solver="svd").fit(X, y)
    with quiet():
        model = ridge(alpha, y.size, acceleration="conjugate_gradient").fit(X, y)
        more = ridge(2.0 * alpha, y.size, acceleration="conjugate_gradient").fit(X, y)
    assert_allclose(model.coef_, expected.coef_, rtol=1e-5, atol=1e-8)
    assert np.linalg.norm(more.coef_) < np.linalg.norm(model.coef_)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_match(known, dtype):
    """Coefficients, intercept and predictions keep the dtype of X; n_iter_ is counted."""
    X, y, *_ = known
    X = X[:, :-1].astype(dtype)
    with quiet():
        model = skl1.RidgeGD(alpha=0.1).fit(X, y.astype(dtype))
    assert (
        model.coef_.dtype == model.predict(X).dtype == np.asarray(model.intercept_).dtype == dtype
    )
    assert model.n_iter_ >= 1
