"""The path of l_p penalties: stationary models, the known cases, the grid."""

import numpy as np
import pytest
from scipy import sparse

from skl1 import LpPath, NonconvexLpRegressor, lasso_path, lp_path

pytestmark = pytest.mark.filterwarnings("error")


def data(n=50, p=20, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) + 0.5 * rng.normal(size=(n, 1)) + 1.0
    y = X[:, :4] @ [2.0, -1.0, 1.0, 0.5] + rng.normal(size=n) + 3.0
    return X, y, rng.uniform(0.2, 2.0, n)


WEIGHTS = np.r_[0.0, np.inf, np.linspace(0.5, 2.0, 18)]


@pytest.mark.parametrize("p", [0.0, 0.3, 0.5, 2 / 3, 0.9])
@pytest.mark.parametrize("options", [{}, {"positive": True}, {"penalty_weights": WEIGHTS}], ids=str)
@pytest.mark.parametrize("storage", [np.array, sparse.csc_array])
def test_models_are_stationary_and_no_worse_than_none(p, options, storage):
    X, y, s = data()
    path = lp_path(storage(X), y, p=p, n_alphas=15, sample_weight=s, return_path=True, **options)
    assert isinstance(path, LpPath)
    assert path.converged.all()
    assert path.stationarities.max() <= 1e-6
    free = 1 if "penalty_weights" in options else 0
    assert path.n_nonzeros[0] == free
    assert path.n_nonzeros[-1] > free
    assert (np.diff(path.objectives) <= 1e-12).all()
    for k in (4, 14):
        model = NonconvexLpRegressor(
            alpha=path.alphas[k], p=p, warm_start=True, tol=1e-6, **options
        )
        model.coef_ = path.coefs[:, k]
        model.fit(X, y, sample_weight=s)
        np.testing.assert_allclose(model.coef_, path.coefs[:, k], atol=1e-5)
        assert model.objective_ == pytest.approx(path.objectives[k])


def test_p_of_one_is_the_lasso():
    X, y, _ = data()
    ours = lp_path(X, y, p=1, n_alphas=10)
    lasso = lasso_path(X, y, n_alphas=10)
    np.testing.assert_allclose(ours[0], lasso[0], rtol=1e-9)
    np.testing.assert_allclose(ours[1], lasso[1], atol=1e-6)


def test_p_of_zero_is_hard_thresholding_of_orthogonal_columns():
    rng = np.random.default_rng(0)
    n = 30
    X = np.linalg.qr(rng.normal(size=(n, 8)))[0] * np.sqrt(n)
    y = X @ rng.normal(size=8) + 0.1 * rng.normal(size=n)
    alphas, coefs, _ = lp_path(X, y, p=0, n_alphas=12, fit_intercept=False)
    least_squares = X.T @ y / n
    for alpha, w in zip(alphas, coefs.T, strict=True):
        expected = np.where(least_squares**2 / 2 > alpha, least_squares, 0.0)
        np.testing.assert_allclose(w, expected, atol=1e-12)


def test_the_grid_spans_the_thresholds_of_the_lasso():
    X, y, _ = data()
    for p in (0.0, 0.5):
        alphas = lp_path(X, y, p=p, n_alphas=5)[0]
        assert (alphas[-1] / alphas[0]) ** (1 / (2 - p)) == pytest.approx(1e-3)
    assert lp_path(X, y, alphas=[0.1, 1.0, 0.1])[0].tolist() == [1.0, 0.1, 0.1]
    assert lp_path(X, y, alphas=3)[0].shape == (3,)


def test_early_ends_and_trivial_and_bad_data():
    X, y, _ = data()
    path = lp_path(X, y, max_nonzeros=3, return_path=True)
    assert path.n_nonzeros.max() <= 3
    assert path.predict(X).shape == (50, path.alphas.size)
    assert not lp_path(X, np.full(50, 2.0))[1].any()
    with pytest.raises(ValueError, match="'p' parameter"):
        lp_path(X, y, p=1.5)
    for alphas in ([0.0], [-1.0, 1.0], []):
        with pytest.raises(ValueError, match="alphas must be a sequence of positive numbers"):
            lp_path(X, y, alphas=alphas)
