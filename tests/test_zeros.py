"""A zero is a zero: no model holds a coefficient that is nothing but rounding."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import load_diabetes

import skl1
from common import METHODS, public_estimators, quiet, run

CASES = [
    pytest.param(model, remote, method, id=f"{'dask ' * remote}{type(model).__name__}-{method}")
    for model, remote in public_estimators()
    for method in METHODS
    if hasattr(model, method)
    and hasattr(model, "predict")
    and "fit_intercept" in model.get_params(deep=False)  # has a coef_ of its own
    and "Ridge" not in type(model).__name__
]
every = pytest.mark.parametrize(("model", "remote", "method"), CASES)


def noise(p=10, n=100, seed=0):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((n, p)), rng.standard_normal(n)


def signal(p=8, n=60, seed=0):
    """Columns of all scales, far from zero, two of them equal."""
    rng = np.random.default_rng(seed)
    X = (rng.standard_normal((n, p)) + 1e3 * rng.standard_normal(p)) * 10.0 ** rng.uniform(-6, 6, p)
    X[:, -1] = X[:, 0]
    y = (X[:, :3] / X[:, :3].std(axis=0)) @ [3.0, -2.0, 1.0] + rng.standard_normal(n)
    return X, y


def assert_no_rounding(X, y, W):
    """Each coefficient is 0, or its part of the fit shows in y."""
    shares = np.abs(W) * np.std(X, axis=0) / np.std(y)
    assert not ((W != 0.0) & (shares < 1e-13)).any(), shares[(W != 0.0) & (shares < 1e-13)]


def strongest(search):
    """The coefficients of the first model of a search's path: a row, or one for each class."""
    path = search.coef_path_
    return path.reshape(search.n_nonzero_path_.size, -1, path.shape[-1])[0]


@pytest.fixture(autouse=True)
def _in_one_thread():
    dask = pytest.importorskip("dask")
    with dask.config.set(scheduler="synchronous"):
        yield


@every
@pytest.mark.parametrize("data", [noise, signal], ids=["noise", "signal"])
def test_at_alpha_max_and_above_no_penalised_coefficient_is_left(model, remote, method, data):
    """By rows and by moments, with free features, from a warm start too."""
    X, y = data()
    weights = np.ones(X.shape[1])
    weights[1] = 0.0
    for u in (None,) if data is noise else (weights,):
        for factor in (1.0, 1.5):
            search = clone(model).set_params(penalty_weights=u)
            with quiet(skl1.GridEdgeWarning):
                if "k" in model.get_params():
                    coef = run(search.set_params(k=0), method, X, y, remote=remote).coef_
                elif "alphas" in model.get_params():
                    run(search, method, X, y, remote=remote)
                    first = strongest(search)
                    assert search.n_nonzero_path_.ravel()[0] == np.count_nonzero(first)
                    top = float(np.max(search.alpha_max_))
                    search.set_params(alphas=[factor * top, 0.3 * top])
                    run(search, method, X, y, remote=remote)
                    coef = np.abs([*first, *strongest(search)]).sum(axis=0)
                else:
                    run(search.set_params(alpha=1e-3), method, X, y, remote=remote)
                    top = float(np.max(search.alpha_max_))
                    search.set_params(alpha=factor * top, warm_start=True)
                    coef = np.ravel(run(search, method, X, y, remote=remote).coef_)
            assert not coef[weights > (-1.0 if u is None else 0.0)].any()


@every
def test_no_model_has_a_coefficient_of_rounding_size(model, remote, method):
    """Neither at the knots of the path nor between them."""
    for X, y in (noise(30, 20), signal(), load_diabetes(return_X_y=True)):
        with quiet(skl1.GridEdgeWarning):
            fitted = run(clone(model), method, X, y, remote=remote)
            assert_no_rounding(X, y, fitted.coef_)
            if hasattr(fitted, "coef_path_"):
                path = fitted.coef_path_
                assert_no_rounding(X, y, path)
                each = path.reshape(*fitted.n_nonzero_path_.shape, -1)
                assert np.array_equal(fitted.n_nonzero_path_, np.count_nonzero(each, axis=-1))
        if "alpha" not in model.get_params() or len(y) != 60:
            continue
        # Exactly where features enter, the last digit decides.
        for knot in skl1.lasso_path(X, y, n_alphas=4, eps=0.1)[0]:
            with quiet():
                assert_no_rounding(
                    X,
                    y,
                    run(clone(model).set_params(alpha=knot), method, X, y, remote=remote).coef_,
                )


def test_path_functions_too():
    """In each of them, of dense and sparse X, in both precisions, with weights."""
    X, y = noise(20, 60)
    s = np.random.default_rng(1).uniform(size=60)
    for form in (np.asarray, np.asfortranarray, sparse.csc_array, np.float32):
        for path in (skl1.lasso_path, skl1.lp_path, skl1.mcp_path, skl1.scad_path):
            for weights in (None, s):
                _, coefs, _ = path(form(X), y, sample_weight=weights, n_alphas=30)
                assert not coefs[:, 0].any()
                assert_no_rounding(X, y, coefs.T)


@pytest.mark.parametrize("p", [10, 100, 500])
def test_the_search_on_noise_that_was_found(p):
    """The model at the top of the grid had one feature, of 5.6e-17."""
    X, y = noise(p)
    with quiet(skl1.GridEdgeWarning):
        model = skl1.ProximalLassoCV(selection="1se").fit(X, y)
    assert model.alpha_ == model.alphas_[0]
    assert not model.coef_path_[0].any()
    assert model.n_nonzero_path_[0] == 0
    assert not model.coef_.any()


def test_features_of_an_exact_fit_are_those_of_the_truth():
    """A further feature would get the rounding of the residual."""
    X, _ = noise(12, 50)
    y = 2.0 * X[:, 3] - X[:, 7]
    model = skl1.BestSubsetRegressor(5).fit(X, y)
    assert np.flatnonzero(model.coef_).tolist() == [3, 7]
    sizes, coefs, _ = skl1.subset_path(X, y, k=6)
    assert np.count_nonzero(coefs, axis=0).tolist() == np.minimum(sizes, 2).tolist()
    cv = skl1.BestSubsetRegressorCV(6).fit(X, y)
    assert cv.n_nonzero_path_.max() == 2


def test_y_that_correlates_with_nothing():
    """In a half, or a balanced design: correlations are rounding, by which no feature enters."""
    X = np.array([[1.0, 1.0, -1.0, -1.0] * 5, [1.0, -1.0] * 10]).T + 0.1
    y = (X[:, 0] - 0.1) * (X[:, 1] - 0.1) * 0.3
    path = skl1.lasso_path(X, y, n_alphas=5, return_path=True)
    assert path.alpha_max == 0.0
    assert path.converged.all()
    assert not path.coefs.any()
    selector = skl1.StabilitySelection(n_pairs=5, random_state=32)
    levels = np.array([[a, b] for a in (1.0, 2.0, 3.0) for b in (1.0, 2.0, 3.0, 4.0)])
    assert selector.fit(levels, np.repeat([1.0, 2.0, 1.0], 4)).converged_


def test_small_effects_stay():
    """A feature whose part is a billionth of y is no rounding where nothing hides it."""
    X, _ = noise(4, 50)
    y = X[:, 0] + 1e-9 * X[:, 1]
    model = skl1.ProximalLasso(1e-13, tol=1e-30).fit(X, y)
    assert model.coef_[1] == pytest.approx(1e-9, rel=1e-2)
