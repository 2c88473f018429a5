"""Paths of MCP, SCAD and the logarithm: minima of what their estimators minimise."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning

import skl1
from common import charge_of, elastic_net, objective, quiet
from skl1 import LpPath
from skl1.designs import make_design
from skl1.problems.certificates import fixed_point_certificate

pytestmark = pytest.mark.filterwarnings("error")

#: Each function, its estimator, and the parameter of its shape.
KINDS = {
    "mcp": (skl1.mcp_path, skl1.MCPRegressor, {"gamma": 2.0}),
    "scad": (skl1.scad_path, skl1.SCADRegressor, {"gamma": 2.5}),
    "log_sum": (skl1.log_sum_path, skl1.LogSumRegressor, {"epsilon": 0.3}),
    "lp": (skl1.lp_path, skl1.NonconvexLpRegressor, {"p": 0.5}),
}
every = pytest.mark.parametrize("kind", KINDS)
WEIGHTS = np.r_[0.0, np.inf, np.linspace(0.5, 2.0, 10)]


def data(n=50, p=12, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) + 0.5 * rng.normal(size=(n, 1)) + 1.0
    y = X[:, :3] @ [2.0, -1.0, 1.0] + rng.normal(size=n) + 3.0
    return X, y, rng.uniform(0.2, 2.0, n)


def test_there_is_one_for_each_nonconvex_estimator():
    """And each is the path of its estimator in the displays."""
    from skl1.displays.paths import PATHS
    from skl1.estimators.nonconvex import NonconvexRegressor

    regressors = {cls for cls in PATHS if issubclass(cls, NonconvexRegressor)}
    assert regressors == {cls for _, cls, _ in KINDS.values()}
    assert all(PATHS[cls] is function for function, cls, _ in KINDS.values())


@every
@pytest.mark.parametrize("storage", [np.array, sparse.csc_array, np.float32], ids=str)
@pytest.mark.parametrize(
    "options",
    [{}, {"positive": True}, {"penalty_weights": WEIGHTS}, {"fit_intercept": False}, {"l2": 0.2}],
    ids=str,
)
def test_every_model_is_a_minimum_of_its_estimator(kind, storage, options):
    """Stationary, of the objective by definition, no worse than the empty model."""
    function, cls, shape = KINDS[kind]
    X, y, s = data()
    path = function(
        storage(X), y, n_alphas=8, sample_weight=s, tol=1e-9, return_path=True, **shape, **options
    )
    assert isinstance(path, LpPath)
    assert path.converged.all()
    assert np.all(np.diff(path.alphas) < 0.0)
    assert path.alphas[0] == path.alpha_max
    wide = np.asarray(storage(X).todense() if storage is sparse.csc_array else storage(X), float)
    weights = options.get("penalty_weights")
    free = np.zeros(12, dtype=bool) if weights is None else weights == 0.0
    assert not path.coefs[~free, 0].any()
    for k, alpha in enumerate(path.alphas):
        model = cls(alpha, **shape, **options)
        w, b = path.coefs[:, k], path.intercepts[k]
        given = {"charge": charge_of(model), "sample_weight": s, "penalty_weights": weights}
        assert path.objectives[k] == pytest.approx(objective(wide, y, w, b, alpha, **given))
        posed = model.problem_on(make_design(wide, y, s, model.fit_intercept))
        assert fixed_point_certificate(posed, posed.at(w)).error <= 2e-9
        assert path.objectives[k] <= posed.null.objective * (1.0 + 1e-12)
    table = path.predict(wide)
    assert_allclose(table, wide @ path.coefs + path.intercepts)


@every
def test_the_tuple_and_the_path_agree(kind):
    function, _, shape = KINDS[kind]
    X, y, _ = data()
    alphas, coefs, stationarities = function(X, y, n_alphas=5, **shape)
    path = function(X, y, n_alphas=5, return_path=True, **shape)
    for one, other in ((alphas, path.alphas), (coefs, path.coefs)):
        assert_array_equal(one, other)
    assert_array_equal(stationarities, path.stationarities)
    given = function(X, y, alphas=alphas[::-1], return_path=True, **shape)
    assert_allclose(given.coefs, coefs, atol=1e-6)
    assert function(X, y, alphas=4, **shape)[0].shape == (4,)


@every
def test_the_search_follows_the_same_path(kind):
    """The coefficients on all data of the CV class, with the same exchanges."""
    function, _, shape = KINDS[kind]
    X, y, s = data()
    name = KINDS[kind][1].__name__ + "CV"
    options = {"n_alphas": 10, "tol": 1e-9, "local_search": "swaps", **shape}
    search = getattr(skl1, name)(cv=3, **options)
    with quiet(skl1.GridEdgeWarning):
        search.fit(X, y, sample_weight=s)
    path = function(X, y, sample_weight=s, return_path=True, **options)
    assert_allclose(path.alphas, search.alphas_, rtol=1e-9)
    assert_allclose(path.coefs.T, search.coef_path_, atol=1e-6)


@every
def test_weights_equal_repetition(kind):
    function, _, shape = KINDS[kind]
    X, y, _ = data()
    s = np.random.default_rng(1).integers(0, 4, 50)
    options = {"n_alphas": 6, "tol": 1e-11, "return_path": True, **shape}
    weighted = function(X, y, sample_weight=s.astype(float), **options)
    repeated = function(X.repeat(s, axis=0), y.repeat(s), **options)
    assert_allclose(weighted.alphas, repeated.alphas, rtol=1e-9)
    assert_allclose(weighted.objectives, repeated.objectives, rtol=1e-7)


def test_a_penalty_that_hardly_bends_is_the_lasso():
    X, y, s = data()
    alphas = [1.0, 0.3, 0.1]
    for function, options in (
        (skl1.mcp_path, {"gamma": 1e7}),
        (skl1.scad_path, {"gamma": 1e7}),
        (skl1.log_sum_path, {"epsilon": 1e6}),
    ):
        scale = 1e6 if function is skl1.log_sum_path else 1.0
        given = {"alphas": np.array(alphas) * scale, "tol": 1e-11, **options}
        _, coefs, _ = function(X, y, sample_weight=s, **given)
        for alpha, w in zip(alphas, coefs.T, strict=True):
            assert_allclose(w, elastic_net(X, y, alpha, sample_weight=s)[0], atol=1e-4)


@every
def test_ends_and_names(kind):
    pandas = pytest.importorskip("pandas")
    function, _, shape = KINDS[kind]
    X, y, _ = data()
    frame = pandas.DataFrame(X, columns=[f"c{j}" for j in range(12)])
    short = function(frame, y, max_nonzeros=2, return_path=True, **shape)
    assert short.n_nonzeros.max() <= 2
    assert short.to_frame().index.tolist() == frame.columns.tolist()
    fit = function(X, y, max_explained=0.5, return_path=True, **shape)
    assert (fit.explained[:-1] <= 0.5).all()


@every
def test_one_warning_for_all_that_did_not_converge(kind):
    function, _, shape = KINDS[kind]
    rng = np.random.default_rng(0)
    X = rng.normal(size=(40, 60)) + rng.normal(size=(40, 1))
    y = X[:, :20].sum(axis=1) + rng.normal(size=40)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        path = function(X, y, max_iter=1, tol=1e-15, local_search=None, return_path=True, **shape)
    assert len(caught) == (not path.converged.all())
    assert all(each.category is ConvergenceWarning for each in caught)


@every
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"alphas": [0.0]}, "alphas"),
        ({"n_alphas": 0}, "n_alphas"),
        ({"eps": 2.0}, "eps"),
        ({"l2": -1.0}, "l2"),
        ({"local_search": "all"}, "local_search"),
        ({"max_nonzeros": -1}, "max_nonzeros"),
        ({"gamma": 0.0, "epsilon": 0.0, "p": 2.0}, "gamma|epsilon|p"),
    ],
    ids=str,
)
def test_refuses(kind, options, words):
    function, _, shape = KINDS[kind]
    own = {k: v for k, v in options.items() if k in shape or k not in {"gamma", "epsilon", "p"}}
    with pytest.raises(ValueError, match=words):
        function(*data()[:2], **own)
