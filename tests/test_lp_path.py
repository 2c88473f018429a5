"""Paths of the l_p penalty: stationary models, none worse than the null model."""

import warnings

import numpy as np
import pytest
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning

from common import explicit, objective, quiet
from covering import pairs
from skl1 import LpPath, NonconvexLpRegressor, lasso_path, lp_path
from skl1.designs import make_design
from skl1.penalties import Lp
from skl1.problems.problem import Problem
from skl1.search.nonconvex_path import grid_share

pytestmark = pytest.mark.filterwarnings("error")

POWERS = [0.0, 0.3, 0.5, 2 / 3, 0.9]
WEIGHTS = np.r_[0.0, np.inf, np.linspace(0.5, 2.0, 18)]


def data(n=50, p=20, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) + 0.7 * rng.normal(size=(n, 1)) + 1.0
    y = X[:, :4] @ [2.0, -1.0, 1.0, 0.5] + rng.normal(size=n) + 3.0
    return X, y, rng.uniform(0.2, 2.0, n)


@pytest.fixture(params=["gram", "rows"])
def route(request, monkeypatch):
    """Both ways to follow a path, on data for which the first would be taken."""
    if request.param == "rows":
        monkeypatch.setattr("skl1.problems.moments.ALL", 0)
        monkeypatch.setattr("skl1.problems.moments.PATHS", 0)
    return request.param


@pairs(
    indirect=["route"],
    route=["gram", "rows"],
    p=POWERS,
    shape=[(50, 20), (15, 20)],
    storage=[np.array, sparse.csc_array, np.float32],
    options=[{}, {"positive": True}, {"penalty_weights": WEIGHTS}, {"fit_intercept": False}],
)
def test_every_model_is_stationary_and_no_worse_than_none(route, options, storage, shape, p):
    X, y, s = data(*shape)
    path = lp_path(
        storage(X), y, p=p, n_alphas=12, sample_weight=s, tol=1e-9, return_path=True, **options
    )
    assert isinstance(path, LpPath)
    assert path.converged.all()
    X = np.asarray(storage(X).todense() if storage is sparse.csc_array else storage(X), float)
    Xe, ye, _, _ = explicit(X, y, s, options.get("fit_intercept", True))
    u = options.get("penalty_weights", np.ones(20))
    n_free = int((u == 0.0).sum())
    n = shape[0]
    for k, alpha in enumerate(path.alphas):
        w, b = path.coefs[:, k], path.intercepts[k]
        expected = objective(X, y, w, b, alpha, power=p, sample_weight=s, penalty_weights=u)
        assert path.objectives[k] == pytest.approx(expected, rel=1e-9)
        assert path.objectives[k] <= path.objectives[0] * (1 + 1e-9)
        assert path.n_nonzeros[k] == (w != 0.0).sum()
        assert np.all(w[np.isinf(u)] == 0.0)
        # No single coefficient can be changed for the better.
        r = ye - Xe @ w
        moves = np.r_[0.0, np.linspace(-2.0, 2.0, 41)]
        for j in np.flatnonzero(np.isfinite(u)):
            new = np.maximum(w[j] + moves, 0.0) if options.get("positive") else w[j] + moves
            new = np.r_[new, 0.0]
            loss = ((r[:, None] - Xe[:, [j]] * (new - w[j])) ** 2).sum(axis=0) / (2.0 * n)
            price = alpha * u[j] * np.where(new != 0.0, np.abs(new) ** p, 0.0)
            assert loss[0] + price[0] <= (loss + price).min() + 1e-9 * path.objectives[0]
    assert path.n_nonzeros[0] == n_free
    assert path.n_nonzeros[-1] > 4


@pytest.mark.parametrize("shape", [(50, 20), (15, 20)])
def test_the_lasso_is_the_case_of_p_one(shape):
    X, y, s = data(*shape)
    for got, expected in zip(
        lp_path(X, y, p=1, sample_weight=s, n_alphas=20),
        lasso_path(X, y, sample_weight=s, n_alphas=20),
        strict=True,
    ):
        np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize("alphas", [20, [0.3]], ids=["grid", "one"])
def test_orthogonal_columns_are_thresholded_hard(route, alphas):
    """With p = 0 a feature is in, unshrunk, if and only if its square pays for alpha."""
    rng = np.random.default_rng(0)
    Q = np.linalg.qr(rng.normal(size=(40, 8)))[0] * np.sqrt(40)
    y = Q @ rng.normal(size=8) + rng.normal(size=40)
    path = lp_path(Q, y, p=0, alphas=alphas, fit_intercept=False, return_path=True)
    alone = Q.T @ y / 40
    for k, alpha in enumerate(path.alphas):
        if abs(alpha / path.alpha_max - 1.0) < 1e-12:
            assert not path.coefs[:, k].any()
            continue
        kept = np.abs(alone) > np.sqrt(2.0 * alpha)
        np.testing.assert_array_equal(path.coefs[:, k] != 0.0, kept)
        np.testing.assert_allclose(path.coefs[kept, k], alone[kept], rtol=1e-12)


def test_the_grid_spans_the_thresholds_of_the_lasso():
    for shape, share in [((50, 20), 1e-3), ((15, 20), 1e-2)]:
        X, y, _ = data(*shape)
        for p in [*POWERS, 1.0]:
            alphas, coefs, _ = lp_path(X, y, p=p, n_alphas=7)
            assert not coefs[:, 0].any()
            thresholds = (alphas / alphas[0]) ** (1.0 / (2.0 - p))
            np.testing.assert_allclose(thresholds, np.geomspace(1.0, share, 7))
    design = make_design(*data()[:2], None)
    counting = Problem(design, Lp(1.0, 0.0), np.ones(20))
    assert grid_share(counting, None) == pytest.approx(1e-6)
    assert grid_share(counting, 0.1) == 0.1
    alphas = lp_path(X, y, p=0.5, eps=0.2, n_alphas=3)[0]
    assert alphas[-1] == pytest.approx(0.2 * alphas[0])
    assert lp_path(X, y, alphas=4)[0].shape == (4,)


def test_alphas_in_any_order_and_more_than_once():
    X, y, _ = data()
    alphas, coefs, _ = lp_path(X, y, alphas=[0.1, 0.5, 0.1, 1000.0])
    assert alphas.tolist() == [1000.0, 0.5, 0.1, 0.1]
    np.testing.assert_allclose(coefs[:, 2], coefs[:, 3], rtol=1e-8)
    assert not coefs[:, 0].any()


@pytest.mark.parametrize("p", POWERS)
def test_a_single_alpha_is_approached_from_the_top(p):
    """The model at one alpha hardly depends on which others are asked for."""
    X, y, _ = data(100, 7)
    path = lp_path(X, y, p=p, n_alphas=40, return_path=True)
    for k in [10, 25, 39]:
        one = lp_path(X, y, p=p, alphas=[path.alphas[k]], return_path=True)
        assert one.objectives[0] == pytest.approx(path.objectives[k], rel=0.02)
        assert one.alpha_max == path.alpha_max
        model = NonconvexLpRegressor(alpha=path.alphas[k], p=p).fit(X, y)
        assert path.objectives[k] >= model.objective_ * 0.98


def test_weights_equal_repetition():
    X, y, _ = data(30, 8)
    s = np.arange(30) % 3
    weighted = lp_path(X, y, sample_weight=s, n_alphas=10, tol=1e-12, return_path=True)
    repeated = lp_path(
        np.repeat(X, s, axis=0), np.repeat(y, s), n_alphas=10, tol=1e-12, return_path=True
    )
    np.testing.assert_allclose(weighted.alphas, repeated.alphas)
    np.testing.assert_allclose(weighted.coefs, repeated.coefs, atol=1e-8)
    np.testing.assert_allclose(weighted.intercepts, repeated.intercepts, atol=1e-8)


def test_an_early_end_only_when_asked_for():
    X, y, _ = data()
    short = lp_path(X, y, max_nonzeros=3, return_path=True)
    assert short.n_nonzeros.max() <= 3
    assert len(short.alphas) < 100
    short = lp_path(X, y, max_explained=0.5, return_path=True)
    assert short.explained[-1] > 0.5 >= short.explained[-2]


@pytest.mark.parametrize("p", [*POWERS, 1.0])
def test_nothing_to_explain(route, p):
    X, _, _ = data()
    path = lp_path(X, np.full(50, 7.0), p=p, n_alphas=4, return_path=True)
    assert not path.coefs.any()
    assert path.intercepts.tolist() == [7.0] * 4
    assert path.converged.all()
    assert path.alpha_max == 0.0


def test_one_warning_for_all_that_failed(route):
    """And none of them is worse than the null model."""
    X, y, _ = data(30, 400)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        path = lp_path(X, y, max_iter=1, tol=1e-15, local_search=None, return_path=True)
    failed = path.alphas[~path.converged]
    assert failed.size > 1
    assert [each.category for each in caught] == [ConvergenceWarning]
    assert f"{failed.size} of 100 alphas" in str(caught[0].message)
    assert "stationarity" in str(caught[0].message)
    assert caught[0].filename == __file__
    null = 0.5 * make_design(X, y, None).energy
    assert path.objectives.max() <= null * (1 + 1e-11)


def test_the_null_model_where_it_is_better(monkeypatch):
    """Should a run end above it, for whatever reason."""
    from skl1.search import nonconvex_path

    def worse(problems, alphas, **_):
        w = np.full(problems[0].design.n_features, 50.0)
        rest = (w, 1e9, 1e9, 1.0, -np.inf, 3, "max_iter reached", False)
        return [[nonconvex_path.Model(a, np.arange(w.size), *rest) for a in alphas]]

    monkeypatch.setattr(nonconvex_path, "shared_paths", worse)
    X, y, _ = data()
    with quiet():
        path = lp_path(X, y, n_alphas=3, eps=0.1, local_search=None, return_path=True)
    assert not path.coefs.any()
    assert path.converged.tolist() == [True, False, False]
    assert path.stop_reasons == ["tolerance reached", "max_iter reached", "max_iter reached"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"alphas": [0.1, 0.0]}, "positive"),
        ({"alphas": [0.1, -1.0]}, "positive"),
        ({"alphas": [np.nan]}, "positive"),
        ({"alphas": []}, "alphas"),
        ({"n_alphas": 0}, "n_alphas"),
        ({"eps": 1.0}, "eps"),
        ({"p": 1.5}, "p"),
        ({"p": -0.1}, "p"),
        ({"max_nonzeros": -1}, "max_nonzeros"),
        ({"max_explained": 2.0}, "max_explained"),
        ({"tol": -1.0}, "tol"),
        ({"penalty_weights": [1.0]}, "penalty_weights"),
    ],
    ids=str,
)
def test_what_is_refused(options, words):
    with pytest.raises(ValueError, match=words):
        lp_path(*data()[:2], **options)
