"""Several targets: each is fitted as if it were the only one, by all estimators and searches."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning, DataConversionWarning
from sklearn.linear_model import Lasso
from sklearn.model_selection import GridSearchCV, KFold

import skl1
from common import concrete, label, quiet, searches, suited, variants
from covering import pairs
from skl1 import EmptyModelWarning, FoldWarning, GridEdgeWarning
from skl1.estimators.base import PenalisedRegressor
from skl1.estimators.log_odds import BinaryModel
from skl1.model_selection.path_cv import PathCV

RNG = np.random.default_rng(0)
N, P, M = 60, 12, 3
X = RNG.standard_normal((N, P)) + 1.0
BETA = RNG.standard_normal((P, M)) * (RNG.random((P, M)) < 0.4)
Y = X @ BETA + 0.3 * RNG.standard_normal((N, M))
WEIGHTS = RNG.random(N) + 0.1
WEIGHTS[::7] = 0.0

#: Every estimator of one model, and ways to solve; those of labels aside.
OTHERS = [
    cls()
    for cls in sorted(concrete(PenalisedRegressor), key=label)
    if not issubclass(cls, BinaryModel)
]
KNOWN = {type(model) for model in variants()}
MODELS = [*variants(), *(model for model in OTHERS if type(model) not in KNOWN)]
REGRESSIONS = [
    cls for cls in sorted(concrete(PathCV), key=label) if not hasattr(cls, "predict_proba")
]
SEARCHES = [*searches(), *(cls() for cls in REGRESSIONS if cls not in map(type, searches()))]

models = pytest.mark.parametrize("model", MODELS, ids=label)


def targets(model):
    """Several responses that an estimator takes."""
    return np.column_stack([suited(type(model), y) for y in Y.T])


def fitted(model, *data, **more):
    with quiet(GridEdgeWarning, FoldWarning, UserWarning):
        return clone(model).fit(*data, **more)


def close(one, other, share=1e-5):
    assert_allclose(one, other, rtol=share, atol=share * max(np.abs(other).max(initial=0.0), 1.0))


def exactness(model):
    """What two fits may differ by: a subgradient method goes astray by rounding."""
    return 2e-3 if isinstance(model, skl1.SubgradientLasso) else 1e-5


def test_all_are_there():
    assert {"ProximalLasso", "ProximalPoissonRegressor", "RelaxedLasso", "BestSubsetRegressor"} <= {
        type(model).__name__ for model in MODELS
    }
    assert {"ProximalHuberRegressorCV", "NonconvexLpRegressorCV"} <= {
        type(search).__name__ for search in SEARCHES
    }


# One model -----------------------------------------------------------------------------------


@models
def test_each_is_fitted_alone(model):
    """Every attribute has an entry for each target: that of the fit to this one."""
    several = targets(model)
    whole = fitted(model, X, several)
    singles = [fitted(model, X, y) for y in several.T]
    names = {name for name in vars(singles[0]) if name.endswith("_") and name[0] != "_"}
    assert {name for name in vars(whole) if name.endswith("_") and name[0] != "_"} == names
    for name in names - {"n_features_in_"}:
        values = getattr(whole, name)
        own = [getattr(single, name) for single in singles]
        assert len(values) == M, name
        if name.endswith("coef_"):
            assert values.shape == (M, P)
        if np.shape(own[0]) == () and not isinstance(own[0], dict) and name != "n_iter_":
            assert isinstance(values, np.ndarray)
            assert values.shape == (M,)
        if name.endswith(("coef_", "intercept_", "objective_", "alpha_max_", "scale_")):
            close(values, np.array(own), exactness(model))
        if name in {"converged_", "is_local_minimum_", "lower_bound_kind_"}:
            assert_array_equal(values, own)
    assert isinstance(whole.n_iter_, list)
    assert whole.predict(X).shape == (N, M)
    predicted = np.column_stack([single.predict(X) for single in singles])
    close(whole.predict(X), predicted, exactness(model))
    scores = [single.score(X, y, WEIGHTS) for single, y in zip(singles, several.T, strict=True)]
    assert whole.score(X, several, WEIGHTS) == pytest.approx(np.mean(scores), rel=1e-4)
    assert whole.sparse_coef_.shape == (M, P)
    assert sparse.issparse(whole.sparse_coef_)


@pairs(
    kind=[np.asarray, np.asfortranarray, sparse.csr_array],
    dtype=[np.float64, np.float32],
    fit_intercept=[True, False],
)
@models
def test_data_of_all_kinds(model, kind, dtype, fit_intercept):
    """Dense and sparse X of both precisions, rows with weights, penalty weights."""
    if "fit_intercept" not in model.get_params():
        return
    several = targets(model)
    options = {"fit_intercept": fit_intercept}
    if "penalty_weights" in model.get_params():
        options["penalty_weights"] = np.r_[2.0, np.inf, np.ones(P - 2)]
    asked = clone(model).set_params(**options)
    data = kind(X.astype(dtype))
    whole = fitted(asked, data, several, sample_weight=WEIGHTS)
    assert whole.coef_.dtype == whole.intercept_.dtype == dtype
    for k, y in enumerate(several.T):
        single = fitted(asked, data, y, sample_weight=WEIGHTS)
        tolerance = exactness(model) if dtype == np.float64 else 2e-3
        scale = tolerance * max(np.abs(single.coef_).max(), 1.0)
        assert_allclose(whole.coef_[k], single.coef_, atol=scale)
        assert whole.objective_[k] == pytest.approx(single.objective_, rel=100 * tolerance)


@pairs(
    shape=[(40, 700), (700, 60), (60, 60), (1200, 600)],
    share=[0.5, 0.1, 0.01],
    options=[{}, {"l1_ratio": 0.5}, {"positive": True}],
)
def test_gaps_are_true(shape, share, options):
    """Targets that are solved together meet the tolerance by a gap that is computed here."""
    rng = np.random.default_rng(3)
    n, p = shape
    data = rng.standard_normal((n, p)) + rng.random(p)
    y = data @ (rng.standard_normal((p, 25)) * (rng.random((p, 25)) < 5 / p))
    y += rng.standard_normal((n, 25)) * np.geomspace(0.01, 100.0, 25)
    centred, deviations = data - data.mean(axis=0), y - y.mean(axis=0)
    alpha = share * np.median(np.abs(centred.T @ deviations).max(axis=0)) / n
    model = skl1.ProximalLasso(alpha, tol=1e-8, **options)
    with quiet(EmptyModelWarning):
        model.fit(data, y)
    assert model.converged_.all()
    ratio = options.get("l1_ratio", 1.0)
    for k in range(25):
        w = model.coef_[k]
        residual = deviations[:, k] - centred @ w
        penalty = alpha * (ratio * np.abs(w).sum() + 0.5 * (1 - ratio) * w @ w)
        primal = 0.5 * residual @ residual / n + penalty
        assert model.objective_[k] == pytest.approx(primal, rel=1e-9)
        z = centred.T @ residual / n
        pulled = z if options.get("positive") else np.abs(z)
        shrink = 1.0
        if ratio == 1.0:
            shrink = min(1.0, alpha / pulled.max()) if pulled.max() > 0 else 1.0
        u = shrink * residual
        dual = (u @ deviations[:, k] - 0.5 * u @ u) / n
        if ratio < 1.0:
            over = np.maximum(np.abs(z) - alpha * ratio, 0.0)
            dual -= (over**2).sum() / (2 * alpha * (1 - ratio))
        null = 0.5 * deviations[:, k] @ deviations[:, k] / n
        assert primal - dual <= 1.01e-8 * null + 1e-14 * null


@pytest.mark.parametrize("shape", [(1, 3), (5, 1), (30, 8), (30, 600)], ids=str)
@pytest.mark.parametrize("change", ["constant X", "constant y", "twins", "no noise", "tol=0"])
def test_edges(shape, change):
    """Each is fitted as alone where there is nothing to find, or more than one solution."""
    rng = np.random.default_rng(4)
    n, p = shape
    data, y = rng.standard_normal((n, p)), rng.standard_normal((n, 2))
    if change == "constant X":
        data[:] = 2.0
    elif change == "constant y":
        y[:] = [3.0, -1.0]
    elif change == "twins" and p > 1:
        data[:, 1] = data[:, 0]
    elif change == "no noise":
        y = data[:, :1] @ np.array([[1.0, -2.0]])
    model = skl1.ProximalLasso(alpha=1e-3, tol=0.0 if change == "tol=0" else 1e-6)
    whole = fitted(model, data, y)
    for k in range(2):
        single = fitted(model, data, y[:, k])
        close(whole.predict(data)[:, k], single.predict(data), 1e-3)
        assert whole.objective_[k] == pytest.approx(single.objective_, rel=2e-3, abs=1e-14)
        assert whole.converged_[k] == single.converged_


def test_too_many_features_for_the_joint_way(monkeypatch):
    """Targets go on by themselves, and still from one scan."""
    monkeypatch.setattr("skl1.paths.path_state.MOST", 3)
    monkeypatch.setattr("skl1.paths.path_state.GRAM_SHARE", 0.0)
    rng = np.random.default_rng(5)
    data = rng.standard_normal((50, 600))
    y = data[:, :40] @ rng.standard_normal((40, 3))
    whole = fitted(skl1.ProximalLasso(alpha=0.3, tol=1e-8), data, y)
    assert whole.converged_.all()
    for k in range(3):
        close(whole.coef_[k], fitted(skl1.ProximalLasso(0.3, tol=1e-8), data, y[:, k]).coef_, 1e-3)


def test_like_scikit_learn():
    ours, theirs = skl1.ProximalLasso(alpha=0.1).fit(X, Y), Lasso(alpha=0.1, tol=1e-12).fit(X, Y)
    for name in ("coef_", "intercept_", "dual_gap_"):
        assert np.shape(getattr(ours, name)) == np.shape(getattr(theirs, name))
    assert type(ours.n_iter_) is type(theirs.n_iter_)
    assert ours.sparse_coef_.shape == theirs.sparse_coef_.shape
    close(ours.coef_, theirs.coef_)
    close(ours.predict(X), theirs.predict(X))
    assert ours.score(X, Y) == pytest.approx(theirs.score(X, Y))
    tags = ours.__sklearn_tags__().target_tags
    assert tags.multi_output
    assert tags.single_output


def test_kinds_of_y():
    """Lists, whole numbers, data frames, float32."""
    pd = pytest.importorskip("pandas")
    whole = np.round(10.0 * Y)
    expected = skl1.ProximalLasso(alpha=0.1).fit(X, whole).coef_
    frame = pd.DataFrame(whole, columns=["a", "b", "c"])
    for y in (whole.tolist(), whole.astype(int), frame, whole.astype(np.float32), whole[:, :]):
        assert_array_equal(skl1.ProximalLasso(alpha=0.1).fit(X, y).coef_, expected)


@models
def test_a_single_column_is_one_target(model):
    several = targets(model)
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        whole = clone(model).fit(X, several[:, :1])
    assert any(each.category is DataConversionWarning for each in found)
    assert whole.coef_.shape == (P,)


def test_warm_start():
    """Each target starts from its own solution; with another number of targets from none."""
    model = skl1.ProximalLasso(alpha=0.05, warm_start=True, solver="fista", tol=1e-10)
    first = model.fit(X, Y).n_iter_
    assert max(model.fit(X, Y).n_iter_) <= 2 < min(first)
    model.fit(X, Y[:, :2])
    assert model.coef_.shape == (2, P)
    assert min(model.n_iter_) > 2
    relaxed = skl1.RelaxedLasso(alpha=0.05, warm_start=True).fit(X, Y)
    before = relaxed.coef_
    close(relaxed.fit(X, Y).coef_, before)


def test_history():
    model = skl1.ProximalLasso(alpha=0.05, record_history=True).fit(X, Y)
    assert isinstance(model.history_, list)
    for k, history in enumerate(model.history_):
        assert history["objective"][-1] == pytest.approx(model.objective_[k])


def test_a_refit_to_one_target_leaves_no_trace():
    model = skl1.ProximalLasso(alpha=0.05).fit(X, Y)
    assert model.fit(X, Y[:, 0]).coef_.shape == (P,)
    assert isinstance(model.dual_gap_, float)
    assert isinstance(model.converged_, bool)


def test_constant_targets():
    """One may be constant; of empty models there is a warning if all are empty."""
    y = Y.copy()
    y[:, 1] = 5.0
    model = skl1.ProximalLasso(alpha=0.1).fit(X, y)
    assert not model.coef_[1].any()
    assert model.intercept_[1] == 5.0
    with pytest.warns(EmptyModelWarning, match="Of target 0, and of all others"):
        skl1.ProximalLasso(alpha=1e3).fit(X, Y)


def test_one_warning_for_all_targets():
    model = skl1.ProximalLasso(alpha=1e-3, solver="ista", max_iter=2)
    words = r"Target 0: ProximalLasso stopped after 2 steps.*So it is with 2 other targets\."
    with pytest.warns(ConvergenceWarning, match=words) as found:
        model.fit(X, Y)
    assert len(found) == 1
    assert not model.converged_.any()


@models
def test_what_is_wrong_with_a_target(model):
    """NaN and inf name the column; sparse y, three dimensions and words are refused."""
    several = targets(model).astype(float)
    for value, words in ((np.nan, "NaN, in target 1"), (np.inf, "infinity.*in target 1")):
        wrong = several.copy()
        wrong[5, 1] = value
        for y in (wrong, wrong.tolist()):
            with pytest.raises(ValueError, match=f"Input y contains {words}"):
                clone(model).fit(X, y)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        clone(model).fit(X, several[1:])
    with pytest.raises(TypeError, match="y is sparse.*toarray"):
        clone(model).fit(X, sparse.csr_array(several))
    with pytest.raises(ValueError, match="dim 3"):
        clone(model).fit(X, several[:, :, None])
    with pytest.raises(ValueError, match="must hold numbers"):
        clone(model).fit(X, np.full(several.shape, "word"))


def test_targets_too_large_and_too_small():
    for factor, words in ((1e200, "so large"), (1e-200, "so small")):
        y = Y * np.array([1.0, 1.0, factor])
        with pytest.raises(ValueError, match=words) as found:
            skl1.ProximalLasso().fit(X, y)
        assert found.value.__notes__ == ["This is target 2, counted from 0."]
    with pytest.raises(ValueError, match="must not be negative") as found:
        skl1.ProximalPoissonRegressor().fit(X, np.column_stack([np.ones(N), Y[:, 0]]))
    assert found.value.__notes__ == ["This is target 1, counted from 0."]


# Paths ---------------------------------------------------------------------------------------

PATHS = [
    (skl1.lasso_path, {}),
    (skl1.lasso_path, {"l1_ratio": 0.5, "positive": True}),
    (skl1.lasso_path, {"penalty_weights": np.r_[0.0, np.inf, np.ones(P - 2)]}),
    (skl1.lp_path, {}),
    (skl1.lp_path, {"p": 0.0, "local_search": None}),
]


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["equal", "weights"])
@pytest.mark.parametrize(("path", "options"), PATHS, ids=lambda v: getattr(v, "__name__", str(v)))
def test_paths(path, options, weights):
    options = {**options, "sample_weight": weights}
    alphas, coefs, errors = path(X, Y, n_alphas=15, **options)
    assert (alphas.shape, coefs.shape, errors.shape) == ((15,), (M, P, 15), (M, 15))
    tops = [path(X, y, n_alphas=2, **options)[0][0] for y in Y.T]
    assert alphas[0] == pytest.approx(max(tops))
    every = path(X, Y, n_alphas=15, return_path=True, **options)
    for k, y in enumerate(Y.T):
        _, own, own_errors = path(X, y, alphas=alphas, **options)
        close(coefs[k], own)
        assert_allclose(errors[k], own_errors, atol=1e-6)
        assert_array_equal(every[k].coefs, coefs[k])
        assert_array_equal(every[k].alphas, alphas)


def test_paths_of_counts():
    y = np.column_stack([suited(skl1.ProximalPoissonRegressor, each) for each in Y.T])
    alphas, coefs, _ = skl1.lasso_path(X, y, loss="poisson", n_alphas=5)
    for k in range(M):
        close(coefs[k], skl1.lasso_path(X, y[:, k], loss="poisson", alphas=alphas)[1])


@pytest.mark.parametrize("path", [skl1.lasso_path, skl1.lp_path])
def test_ends_of_paths(path):
    """Before any target has more features; when all explain enough."""
    few = path(X, Y, max_nonzeros=3)[1]
    assert np.count_nonzero(few, axis=1).max() <= 3
    end = few.shape[2]
    assert np.count_nonzero(path(X, Y)[1][:, :, end], axis=1).max() > 3
    every = path(X, Y, max_explained=0.5, return_path=True)
    assert min(each.explained[-1] for each in every) > 0.5
    assert min(each.explained[-2] for each in every) <= 0.5


def test_a_warning_of_a_path():
    y = np.column_stack([suited(skl1.ProximalPoissonRegressor, each) for each in Y.T])
    words = r"Target 0 \(and 2 others\): \d of 3 alphas did not converge"
    with pytest.warns(ConvergenceWarning, match=words):
        skl1.lasso_path(X, y, loss="poisson", alphas=[0.5, 0.1, 0.01], tol=1e-12, max_iter=1)


@pytest.mark.parametrize(
    "refuse",
    [
        skl1.ridge_path,
        skl1.subset_path,
        skl1.adaptive_weights,
        skl1.debiased_lasso,
        lambda X, y: skl1.StabilitySelection().fit(X, y),
        lambda X, y: skl1.ProximalLasso().fit_path(X, y, [1.0]),
        lambda X, y: skl1.lasso_path(X, y, loss="logistic"),
        lambda X, y: skl1.ProximalLogisticRegression().fit(X, y > 0),
    ],
)
def test_what_is_for_one_target(refuse):
    with pytest.raises(ValueError, match=r"y should be a 1d array|y has several columns"):
        refuse(X, Y)


# Searches ------------------------------------------------------------------------------------


@pytest.mark.parametrize("search", SEARCHES, ids=label)
def test_searches(search):
    """Held-out errors are the means of those of single targets, along one grid."""
    several = targets(search)
    if search.selection == "bic":
        with pytest.raises(ValueError, match="selection='bic' is for one target"):
            clone(search).fit(X, several)
        assert not search.__sklearn_tags__().target_tags.multi_output
        return
    sized = "k" in search.get_params()
    search = clone(search).set_params(cv=KFold(3), tol=1e-8, **({} if sized else {"alphas": 8}))
    whole = fitted(search, X, several)
    name = "mse_path_" if hasattr(whole, "mse_path_") else "deviance_path_"
    grid = whole.ks_ if sized else np.atleast_2d(whole.alphas_)[0]
    assert whole.coef_.shape == (M, P)
    assert whole.predict(X).shape == (N, M)
    assert whole.coef_path_.shape[-3:] == (grid.size, M, P)
    assert len(whole.alpha_max_ if not sized else whole.objective_) == M
    if np.ndim(whole.n_nonzero_path_) > 1:
        return
    own = {"k": grid.tolist()} if sized else {"alphas": grid}
    singles = [fitted(clone(search).set_params(**own), X, y) for y in several.T]
    means = np.mean([getattr(single, name) for single in singles], axis=0)
    assert_allclose(getattr(whole, name), means, rtol=2e-3)
    for k, single in enumerate(singles):
        assert_allclose(
            whole.coef_path_[:, k], single.coef_path_, atol=2e-3 * np.abs(single.coef_path_).max()
        )
    if search.scoring is None:
        assert whole.best_index_ == np.argmin(getattr(whole, name).mean(axis=1))
    refit = skl1.ProximalLasso(alpha=getattr(whole, "alpha_", 1.0)).fit(X, several)
    if type(search) is skl1.ProximalLassoCV:
        close(whole.coef_, refit.coef_)


def test_a_search_by_hand():
    """Mean over targets of the mean squared errors on held-out rows, weighted; the same splits."""
    alphas = np.geomspace(0.5, 0.005, 6)
    cv = list(KFold(4, shuffle=True, random_state=0).split(X))
    search = fitted(skl1.ProximalLassoCV(alphas=alphas, cv=cv), X, Y, sample_weight=WEIGHTS)
    table = np.zeros((6, 4))
    for k, (train, test) in enumerate(cv):
        for j, alpha in enumerate(alphas):
            model = skl1.ProximalLasso(alpha=alpha)
            model.fit(X[train], Y[train], sample_weight=WEIGHTS[train])
            squares = (Y[test] - model.predict(X[test])) ** 2
            table[j, k] = np.average(squares, axis=0, weights=WEIGHTS[test]).mean()
    assert_allclose(search.mse_path_, table, rtol=1e-3)
    assert search.alpha_ == alphas[np.argmin(search.mse_path_.mean(axis=1))]
    assert search.coef_path_.shape == (6, M, P)


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (skl1.ProximalLassoCV, {"l1_ratio": [0.5, 1.0]}),
        (skl1.RelaxedLassoCV, {"gamma": [0.0, 0.5]}),
        (skl1.MCPRegressorCV, {"gamma": [2.0, 3.0]}),
    ],
)
def test_two_grids(kind, options):
    """Each target has its own path for each value of the second parameter."""
    search = kind(alphas=np.geomspace(0.5, 0.01, 5), cv=3, **options)
    whole = fitted(search, X, Y)
    singles = [fitted(search, X, y) for y in Y.T]
    assert whole.mse_path_.shape == (2, 5, 3)
    means = np.mean([single.mse_path_ for single in singles], axis=0)
    assert_allclose(whole.mse_path_, means, rtol=1e-4)


@pytest.mark.parametrize("kind", [GridSearchCV, skl1.PathGridSearchCV])
@pytest.mark.parametrize("scoring", [None, "r2", "neg_mean_squared_error"])
def test_grid_searches(kind, scoring):
    grid = {"alpha": [0.01, 0.1, 1.0]}
    found = kind(skl1.ProximalLasso(), grid, scoring=scoring, cv=3).fit(X, Y)
    expected = GridSearchCV(Lasso(tol=1e-10), grid, scoring=scoring, cv=3).fit(X, Y)
    name = "mean_test_score"
    assert_allclose(found.cv_results_[name], expected.cv_results_[name], rtol=1e-4)
    assert found.best_estimator_.coef_.shape == (M, P)


def test_tables_and_pictures():
    """A column for each target and model; a path is drawn by the number of its target."""
    pytest.importorskip("pandas")
    pytest.importorskip("matplotlib")
    search = fitted(skl1.ProximalLassoCV(alphas=5), X, Y)
    frame = search.to_frame()
    assert frame.columns.names == ["alpha", "target"]
    assert_array_equal(frame.to_numpy().T.reshape(5, M, P), search.coef_path_)
    assert skl1.coef_frame(search).shape == (P + 1, M)
    drawn = skl1.displays.CoefficientPathDisplay.from_cv(search, label=1)
    assert_array_equal(drawn.coefs, search.coef_path_[:, 1].T)
    with pytest.raises(ValueError, match=r"has 3 targets.*one of \[0, 1, 2\]; got None"):
        skl1.displays.CoefficientPathDisplay.from_cv(search)
    with pytest.raises(ValueError, match="y has 3 targets, and a path for each"):
        skl1.displays.CoefficientPathDisplay.from_estimator(skl1.ProximalLasso(), X, Y)
    runs = skl1.displays.ConvergenceDisplay.from_estimator(skl1.ProximalLasso(0.1), X, Y)
    assert len(runs.histories) == M


# Callbacks -----------------------------------------------------------------------------------


class Recorder:
    """A callback that predicts after each step, and asks to stop after some."""

    def __init__(self, stop_after=np.inf):
        self.stop_after, self.shapes = stop_after, []
        self.set_up = self.torn_down = 0

    def setup(self, estimator, context):
        self.set_up += 1

    def teardown(self, estimator, context):
        self.torn_down += 1

    def on_fit_task_begin(self, estimator, context):
        pass

    def on_fit_task_end(self, estimator, context, *, X=None, y=None, fitted_estimator=None):
        if context.task_name != "step":
            return False
        self.shapes.append(fitted_estimator.predict(X).shape)
        return len(self.shapes) >= self.stop_after


@models
def test_callbacks(model):
    """They see models that predict all targets; told to stop, a fit says so."""
    pytest.importorskip("sklearn.callback", reason="scikit-learn < 1.9 has no callbacks")
    several = targets(model)
    recorder = Recorder()
    found = fitted(clone(model).set_callbacks(recorder), X, several)
    assert recorder.set_up == recorder.torn_down == 1
    assert set(recorder.shapes) <= {(N, M)}
    close(found.coef_, fitted(model, X, several).coef_)
    stopping = Recorder(stop_after=1)
    stopped = fitted(clone(model).set_callbacks(stopping), X, several)
    if recorder.shapes:
        assert "stopped by a callback" in stopped.stop_reason_
        assert not stopped.converged_.all()
    assert np.isfinite(stopped.predict(X)).all()
