"""scikit-learn's own tests of LogisticRegression, PoissonRegressor, HuberRegressor, run on skl1.

``peers.py`` has classes with the parameters of theirs that fit models of skl1. Where a test
compares solvers with each other, some of them are skl1 and the others scikit-learn.

==========================================  =======================================================
left out, of LogisticRegression             why
==========================================  =======================================================
glmnet, predict_proba_multinomial,          they fit one multinomial model, skl1 each class against
solvers_multiclass, identifiability         the rest; two classes: ``test_references_of_losses``
check_solver_option, l1_ratio_err_helpful,  names of solvers and penalties, and warnings of them
liblinear_multiclass_raises, penalty_*,
warns_with_n_jobs, l1_ratio_None
penalty_none, c_inf_no_warning,             C = inf where the classes can be separated: there is
warm_start_newton_solver with C = inf       no minimum, and an error says so (``test_smooth``)
warm_start of three cases                   a warm and a cold fit each stop within ``tol``, and not
                                            at one place to all of the digits that they compare
consistency_path, regression_path_*         private functions
all of LogisticRegressionCV                 another class
sparsify                                    there is ``sparse_coef_`` in its place
max_iter, zero_max_iter                     words of scikit-learn's solvers; below in ours
liblinear_dual_random_state,                nothing in skl1 is dual or random, and Newton's method
newton_cholesky_fallback_to_lbfgs           falls back on nothing
large_sparse_matrix, with_large_values      errors of liblinear; below skl1 takes such data
array_api_*, callback_*                     no other arrays; callbacks are in ``test_classifiers``
==========================================  =======================================================

==========================================  =======================================================
left out, of the two others                 why
==========================================  =======================================================
regression, hstacked_X, vstacked_X with     nine digits of the coefficients; a gap of the size of
newton-cholesky                             rounding leaves seven; with lbfgs five are asked
other links and distributions               other classes
sample_weights_validation, wrong_y_range,   a private class, and words of errors:
convergence_warning                         ``test_bad_input``, ``test_bad_responses``
linalg_warning_with_newton_solver           warns of their solver; below for dependent columns
newton_solver_verbosity, huber_gradient     private functions
array_api_*                                 no other arrays
huber_sample_weights                        20 columns explain five rows: the scale that is fitted
                                            is rounding; weights are in ``test_smooth``
huber_warm_start                            ``n_iter_`` is 0 there, at least 1 here
==========================================  =======================================================
"""

from collections import Counter

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import sparse
from sklearn.datasets import load_breast_cancer
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import mean_poisson_deviance
from sklearn.preprocessing import StandardScaler

from skl1 import ProximalLogisticRegression, ProximalPoissonRegressor
from swapped import outcomes_of

pytest.importorskip("sklearn.callback", reason="tests of scikit-learn < 1.9 have other names")

LOGISTIC = ["sklearn.linear_model.tests.test_logistic", "sklearn.linear_model.tests.test_common"]
GLM = ["sklearn.linear_model._glm.tests.test_glm", "sklearn.linear_model.tests.test_common"]
HUBER = ["sklearn.linear_model.tests.test_huber", "sklearn.linear_model.tests.test_common"]

#: By name: the class here and there, the solvers that are ours, files, tests, how many pass.
RUNS = {
    "logistic, liblinear": (
        "SomeSolvers", "LogisticRegression", "liblinear,lbfgs", LOGISTIC,
        ("test_predict_2_classes or test_predict_3_classes or inconsistent_input "
        "or write_parameters or test_nan or logistic_regression_solvers and not multiclass "
        "or sample_weights and single and liblinear or solver_class_weights and liblinear "
        "or sample_and_class_weight_equivalence or logistic_regression_class_weights "
        "or decision_function_zero or intercept_scaling_zero or logreg_l1 "
        "or test_n_iter and liblinear or saga_vs_liblinear "
        "or logisticregression_liblinear_sample_weight or sample_weight_not_modified "
        "or liblinear_not_stuck or test_warm_start and lbfgs or coef_shape and SomeSolvers"),
        36,
    ),
    "logistic, saga": (
        "SomeSolvers", "LogisticRegression", "saga,sag,newton-cholesky,newton-cg", LOGISTIC,
        ("sample_weights and single and saga or solver_class_weights and saga "
        "or test_warm_start and saga or dtype_match and saga "
        "or elastic_net and not equivalence and not CV or warm_start_converge "
        "or warm_start_newton and not inf and not 1-True or single_feature "
        "or saga_vs_liblinear or logreg_l1 "
        "or balance_property and PeerOf"),
        51,
    ),
    "poisson": (
        "PeerOfPoissonRegressor", "PoissonRegressor", "", GLM,
        ("PeerOf and not (newton and not unpenalized) or poisson_glmnet or test_tags "
        "or test_warm_start and not 42-True-newton-cholesky or glm_log_regression and estimator0"),
        57,
    ),
    "huber": (
        "PeerOfHuberRegressor", "HuberRegressor", "", HUBER,
        "huber and not gradient and not sample_weights and not warm_start or PeerOf",
        10,
    ),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", RUNS)
def test_of_scikit_learn(name, tmp_path):
    """All that are selected pass, and they did run on skl1's classes."""
    peer, theirs, solvers, files, selection, passed = RUNS[name]
    settings = {"PEER_FOR": theirs, "PEER_SOLVERS": solvers}
    cases, output = outcomes_of(tmp_path, f"peers:{peer}", files, selection, **settings)
    assert Counter(cases.values()) == {"passed": passed}, output
    assert any("PeerOf" in name or "SomeSolvers" in name for _, name in cases)


# What they promise, in our words -------------------------------------------------------------


def cells():
    X, y = load_breast_cancer(return_X_y=True)
    return StandardScaler().fit_transform(X), y


@pytest.mark.parametrize("max_iter", [1, 2, 3])
def test_steps_are_counted_up_to_max_iter(max_iter):
    X, y = cells()
    with pytest.warns(ConvergenceWarning, match=f"stopped after {max_iter} Newton steps"):
        model = ProximalLogisticRegression(1e-4, tol=1e-15, max_iter=max_iter).fit(X, y)
    assert model.n_iter_.tolist() == [max_iter]


@pytest.mark.parametrize("kind", ["csr", "csc"])
def test_indices_of_64_bits(kind):
    X, y = cells()
    X = sparse.random_array(X.shape, density=0.3, format=kind, rng=np.random.default_rng(0)) * 9
    expected = ProximalLogisticRegression(1e-3).fit(X, y).coef_
    for name in ("indices", "indptr"):
        setattr(X, name, getattr(X, name).astype(np.int64))
    assert_allclose(ProximalLogisticRegression(1e-3).fit(X, y).coef_, expected, atol=1e-10)


def test_large_values():
    """Of 1e60 they are fitted; where squares overflow an error says so."""
    X, y = np.array([0.0, 1.0, 0.3, 0.7]).reshape(-1, 1), [0, 1, 1, 0]
    model = ProximalLogisticRegression(0.01).fit(X, y)
    large = ProximalLogisticRegression(0.01e60).fit(X * 1e60, y)
    assert_allclose(large.coef_ * 1e60, model.coef_, rtol=1e-6)
    with pytest.raises(ValueError, match=r"overflow|too (large|small)|scale"):
        ProximalLogisticRegression(0.01).fit(X * 1e100, y)


def test_dependent_columns_without_a_penalty():
    """Ten copies of each column have the deviance of one, and no warning."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(20, 3))
    y = rng.poisson(np.exp(X.sum(axis=1)))
    once = ProximalPoissonRegressor(0.0, tol=1e-12).fit(X, y)
    copies = np.hstack([X] * 10)
    for alpha in (0.0, 1e-10):
        model = ProximalPoissonRegressor(alpha, l1_ratio=0.0, tol=1e-12).fit(copies, y)
        assert mean_poisson_deviance(y, model.predict(copies)) == pytest.approx(
            mean_poisson_deviance(y, once.predict(X)), rel=1e-6
        )
