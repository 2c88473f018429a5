"""Paths: every model of a grid is the model that a fit at its alpha gives, with its certificate."""

import warnings

import numpy as np
import pytest
import sklearn.linear_model
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning

from common import quiet
from covering import pairs
from skl1 import LassoPath, ProximalLasso, lasso_path
from skl1.designs import DenseDesign, make_design

pytestmark = pytest.mark.filterwarnings("error")


def data(n=50, p=20, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) + 0.7 * rng.normal(size=(n, 1)) + 1.0
    y = X[:, :4] @ [2.0, -1.0, 1.0, 0.5] + rng.normal(size=n) + 3.0
    return X, y, rng.uniform(0.2, 2.0, n)


ROUTES = ["all in play", "gram", "rows", "few at a time", "one by one"]


@pytest.fixture(params=ROUTES)
def route(request, monkeypatch):
    """All ways of following a path, on data for which the first would be taken."""
    if request.param != "all in play":
        monkeypatch.setattr("skl1.problems.moments.ALL", 0)
    if request.param not in {"all in play", "gram"}:
        monkeypatch.setattr("skl1.problems.moments.PATHS", 0)
    if request.param == "few at a time":
        monkeypatch.setattr("skl1.paths.path_state.ENTER", 1)
        monkeypatch.setattr("skl1.paths.path_state.ENTER_SHARE", 0.0)
    if request.param == "one by one":
        monkeypatch.setattr("skl1.paths.path_state.MOST", 2)
        monkeypatch.setattr("skl1.paths.path_state.GRAM_SHARE", 0.0)
    return request.param


WEIGHTS = np.r_[0.0, np.inf, np.linspace(0.5, 2.0, 18)]
OPTIONS = [
    {},
    {"l1_ratio": 0.6},
    {"positive": True},
    {"penalty_weights": WEIGHTS},
    {"penalty_weights": WEIGHTS, "positive": True, "l1_ratio": 0.9},
    {"fit_intercept": False},
]


@pytest.mark.slow
@pairs(
    indirect=["route"],
    route=ROUTES,
    options=OPTIONS,
    shape=[(50, 20), (15, 20)],
    storage=[np.array, sparse.csc_array, np.float32],
)
def test_every_model_is_the_fit_at_its_alpha(route, options, shape, storage):
    X, y, s = data(*shape)
    X = storage(X)
    path = lasso_path(X, y, n_alphas=12, sample_weight=s, tol=1e-9, return_path=True, **options)
    assert path.converged.all()
    for k, alpha in enumerate(path.alphas):
        model = ProximalLasso(alpha=alpha, tol=1e-9, **options)
        with quiet():
            model.fit(X.astype(np.float64), y, sample_weight=s)
        slack = 1e-8 * (1.0 + abs(model.objective_))
        assert path.objectives[k] == pytest.approx(model.objective_, abs=slack)
        assert path.alpha_max == pytest.approx(model.alpha_max_, rel=1e-5)
        np.testing.assert_allclose(path.coefs[:, k], model.coef_, atol=3e-3)
        assert path.intercepts[k] == pytest.approx(model.intercept_, abs=1e-2)


@pytest.mark.parametrize("seed", range(10))
def test_gaps_are_upper_bounds(route, seed):
    """Also of models that are far from their minimum."""
    X, y, s = data(30, 25, seed)
    tol = [1e-1, 1e-4, 1e-8][seed % 3]
    with quiet():
        path = lasso_path(
            X, y, sample_weight=s, n_alphas=8, tol=tol, max_iter=1 + seed, return_path=True
        )
    null = 0.5 * make_design(X, y, s).energy
    for k, alpha in enumerate(path.alphas):
        best = ProximalLasso(alpha=alpha, tol=1e-13)
        with quiet():
            best.fit(X, y, sample_weight=s)
        model = y - path.coefs[:, k] @ X.T - path.intercepts[k]
        objective = 0.5 * s @ model**2 / s.sum() + alpha * np.abs(path.coefs[:, k]).sum()
        assert path.objectives[k] == pytest.approx(objective, rel=1e-10)
        assert path.dual_gaps[k] >= objective - best.objective_ - 1e-13 * null
        assert not path.converged[k] or path.dual_gaps[k] <= tol * null * (1 + 1e-12)


def test_shapes_and_values_are_those_of_scikit_learn(route):
    X, y, _ = data()
    Xc, yc = X - X.mean(axis=0), y - y.mean()
    got = lasso_path(X, y, alphas=20, tol=1e-12)
    grid = {"alphas": got[0], "tol": 1e-10}
    expected = sklearn.linear_model.lasso_path(Xc, yc, **grid)
    assert got[0][0] == pytest.approx(np.abs(Xc.T @ yc).max() / 50)
    for one, other in zip(got[:2], expected[:2], strict=True):
        assert one.shape == other.shape
        np.testing.assert_allclose(one, other, atol=1e-6)
    assert got[2].shape == expected[2].shape


def test_the_grid():
    """From alpha_max, where nothing has entered, evenly on a log scale; shorter if p >= n."""
    for shape, share in [((50, 20), 1e-3), ((20, 20), 1e-2)]:
        alphas, coefs, _ = lasso_path(*data(*shape)[:2], n_alphas=30)
        assert not coefs[:, 0].any()
        assert coefs[:, 1].any()
        np.testing.assert_allclose(alphas[1:] / alphas[:-1], share ** (1 / 29))
    alphas, _, _ = lasso_path(*data()[:2], n_alphas=1)
    assert alphas.shape == (1,)
    assert lasso_path(*data()[:2], eps=0.5)[0][-1] == pytest.approx(0.5 * alphas[0])


@pytest.mark.parametrize("low", [5e-324, 1e-300, 1e-150])
def test_penalty_weights_that_are_far_apart(route, low):
    """No NaN, and nothing called converged that is not."""
    X, y, _ = data()
    u = np.r_[low, 1.0 / max(low, 1e-300), np.ones(18)]
    for options in ({}, {"l1_ratio": 0.5}):
        with quiet():
            path = lasso_path(
                X, y, alphas=[1.0, 0.1], penalty_weights=u, return_path=True, **options
            )
        assert np.isfinite(path.coefs).all()
        assert (path.dual_gaps[path.converged] <= 1e-6 * y.var() / 2).all()


def test_alphas_in_any_order_and_more_than_once():
    X, y, _ = data()
    alphas, coefs, _ = lasso_path(X, y, alphas=[0.1, 0.5, 0.1, 2.0])
    assert alphas.tolist() == [2.0, 0.5, 0.1, 0.1]
    np.testing.assert_allclose(coefs[:, 2], coefs[:, 3], atol=1e-3)


def test_an_early_end_only_when_asked_for():
    X, y, _ = data()
    whole = lasso_path(X, y, return_path=True)
    assert len(whole.alphas) == 100
    short = lasso_path(X, y, max_nonzeros=5, return_path=True)
    assert short.n_nonzeros.max() <= 5
    assert whole.n_nonzeros[len(short.alphas)] > 5
    short = lasso_path(X, y, max_explained=0.5, return_path=True)
    assert short.explained[-1] > 0.5 >= short.explained[-2]
    assert len(lasso_path(X, y, max_nonzeros=0)[0]) == 1


def test_figures_of_the_models():
    X, y, s = data()
    path = lasso_path(X, y, l1_ratio=0.5, sample_weight=s, n_alphas=10, return_path=True)
    assert isinstance(path, LassoPath)
    predicted = path.predict(X)
    assert predicted.shape == (50, 10)
    mean = s @ y / s.sum()
    explained = 1.0 - s @ (y[:, None] - predicted) ** 2 / (s @ (y - mean) ** 2)
    np.testing.assert_allclose(path.explained, explained, rtol=1e-9, atol=1e-12)
    np.testing.assert_array_equal(path.n_nonzeros, (path.coefs != 0).sum(axis=0))
    support = path.coefs[:, -1] != 0
    A = np.sqrt(s)[:, None] * (X - s @ X / s.sum())[:, support]
    charge = s.sum() * path.alphas[-1] * 0.5 * np.eye(support.sum())
    hat = A @ np.linalg.solve(A.T @ A + charge, A.T)
    assert path.degrees_of_freedom[-1] == pytest.approx(np.trace(hat))
    lasso = lasso_path(X, y, n_alphas=10, return_path=True)
    np.testing.assert_array_equal(lasso.degrees_of_freedom, lasso.n_nonzeros)


def test_a_path_over_few_columns_reads_the_rows_once(monkeypatch):
    """All alphas come from one Gram matrix."""
    calls = []
    monkeypatch.setattr(DenseDesign, "gradient", lambda *_: calls.append("gradient"))
    gram = DenseDesign.gram
    monkeypatch.setattr(DenseDesign, "gram", lambda *args: calls.append("gram") or gram(*args))
    lasso_path(*data(300, 10)[:2])
    assert calls == ["gram"]


def test_one_warning_for_all_that_failed(route):
    X, y, _ = data(10_000, 60)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        path = lasso_path(X, y, max_iter=1, tol=1e-12, return_path=True)
    failed = path.alphas[~path.converged]
    assert 1 < failed.size <= 100
    assert [each.category for each in caught] == [ConvergenceWarning]
    assert f"{failed.size} of 100 alphas" in str(caught[0].message)
    assert f"{failed[0]:g}" in str(caught[0].message)
    assert caught[0].filename == __file__


def test_nothing_to_explain(route):
    X, _, _ = data()
    path = lasso_path(X, np.full(50, 7.0), n_alphas=4, return_path=True)
    assert not path.coefs.any()
    assert path.intercepts.tolist() == [7.0] * 4
    assert path.converged.all()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"alphas": [0.1, 0.0]}, "positive"),
        ({"alphas": [0.1, -1.0]}, "positive"),
        ({"alphas": [np.nan]}, "positive"),
        ({"alphas": [np.inf]}, "positive"),
        ({"alphas": []}, "alphas"),
        ({"alphas": [1j]}, "positive"),
        ({"alphas": "a"}, "positive"),
        ({"alphas": True}, "positive"),
        ({"alphas": [[1.0]]}, "alphas"),
        ({"n_alphas": 0}, "n_alphas"),
        ({"n_alphas": 2.5}, "n_alphas"),
        ({"eps": 0.0}, "eps"),
        ({"eps": 1.0}, "eps"),
        ({"l1_ratio": 0.0}, "l1_ratio=0"),
        ({"l1_ratio": 1.5}, "l1_ratio"),
        ({"max_nonzeros": -1}, "max_nonzeros"),
        ({"max_explained": 2.0}, "max_explained"),
        ({"tol": -1.0}, "tol"),
        ({"penalty_weights": [1.0]}, "penalty_weights"),
        ({"sample_weight": -np.ones(50)}, "[Nn]egative"),
    ],
    ids=str,
)
def test_what_is_refused(options, words):
    with pytest.raises(ValueError, match=words):
        lasso_path(*data()[:2], **options)
    with pytest.raises(ValueError, match="NaN"):
        lasso_path(np.full((3, 2), np.nan), np.ones(3))


def test_ridge_regression_on_given_alphas(route):
    X, y, _ = data()
    _, coefs, _ = lasso_path(X, y, l1_ratio=0.0, alphas=[1.0, 0.1], tol=1e-12)
    for k, alpha in enumerate([1.0, 0.1]):
        ridge = sklearn.linear_model.Ridge(50 * alpha).fit(X, y)
        np.testing.assert_allclose(coefs[:, k], ridge.coef_, atol=1e-5)


def test_degrees_of_freedom_of_dependent_columns():
    """Free twins, and a curvature that is lost beside the Gram matrix."""
    identity = np.eye(6)
    X, y = np.c_[identity[:, :3], identity[:, :2]], np.array([1.0, 2, 4, 9, 3, 5])
    options = {"l1_ratio": 0.5, "alphas": [0.01], "return_path": True}
    path = lasso_path(X, y, penalty_weights=[0, 0, 1, 0, 0], **options)
    assert 2.0 < path.degrees_of_freedom[0] < 3.0
    path = lasso_path(np.full((1, 2), 3e8), [1.0], fit_intercept=False, **options)
    assert path.degrees_of_freedom[0] == pytest.approx(1.0)
