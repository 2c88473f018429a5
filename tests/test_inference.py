"""After a selection: the relaxed and the adaptive Lasso, stability selection, intervals."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse, stats
from sklearn import config_context
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import Lasso, LinearRegression, RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

from common import problem, quiet
from skl1 import (
    EmptyModelWarning,
    Moments,
    ProximalLasso,
    RelaxedLasso,
    StabilitySelection,
    adaptive_weights,
    debiased_lasso,
    lasso_path,
)
from skl1.designs import make_design
from skl1.inference.bounds import lifted, unimodal, worst_case
from skl1.inference.halves import halved
from skl1.model_selection.scaled_lasso import penalty_level, scaled_lasso, standard_lasso
from skl1.paths import path_state
from skl1.paths.solve import path_until, solve_paths
from skl1.problems import moments
from skl1.problems.model import EXHAUSTED, coefficients


def gaussian(n, p, truth, *, seed=0, correlation=None, noise=1.0):
    """Rows of a normal distribution and a sparse linear model."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p))
    if correlation is not None:
        X = X @ np.linalg.cholesky(correlation).T
    coef = np.zeros(p)
    coef[: len(truth)] = truth
    return X, X @ coef + noise * rng.standard_normal(n), coef


# The relaxed Lasso ---------------------------------------------------------------------------


def test_relaxed_ends_are_the_lasso_and_least_squares():
    """gamma = 1 is ProximalLasso to the bit, gamma = 0 LinearRegression on the support."""
    X, y = problem(60, 12, noise=2.0)
    lasso = ProximalLasso(0.3).fit(X, y)
    one = RelaxedLasso(0.3, gamma=1.0).fit(X, y)
    assert_array_equal(one.coef_, lasso.coef_)
    assert one.intercept_ == lasso.intercept_
    zero = RelaxedLasso(0.3).fit(X, y)
    support = lasso.coef_ != 0.0
    assert 0 < support.sum() < 12
    least = LinearRegression().fit(X[:, support], y)
    assert_allclose(zero.coef_[support], least.coef_, rtol=1e-10)
    assert_array_equal(zero.coef_ != 0.0, support)
    assert zero.intercept_ == pytest.approx(least.intercept_)
    for model in (zero, one):
        assert_array_equal(model.lasso_coef_, lasso.coef_)
        assert model.dual_gap_ == lasso.dual_gap_
        assert model.objective_ == lasso.objective_


@pytest.mark.parametrize("gamma", [0.25, 0.9])
@pytest.mark.parametrize("storage", [np.array, sparse.csc_array, np.float32])
def test_relaxed_blends(gamma, storage):
    """Between the ends coefficients and intercept are linear in gamma."""
    X, y = problem(60, 12, noise=2.0)
    weights = np.linspace(0.0, 2.0, y.size)
    zero, model, one = (
        RelaxedLasso(0.3, gamma=share).fit(storage(X), y, sample_weight=weights)
        for share in (0.0, gamma, 1.0)
    )
    rtol = 1e-5 if storage is np.float32 else 1e-12
    assert_allclose(model.coef_, gamma * one.coef_ + (1 - gamma) * zero.coef_, rtol=rtol)
    blend = gamma * one.intercept_ + (1 - gamma) * zero.intercept_
    assert model.intercept_ == pytest.approx(blend, rel=10 * rtol)
    assert model.coef_.dtype == model.lasso_coef_.dtype == one.coef_.dtype


def test_relaxed_free_and_excluded_features():
    """A feature of weight 0 is in the refit, whatever the Lasso says; one of inf is not."""
    X, y = problem(60, 5, noise=2.0)
    u = np.array([1.0, 1.0, np.inf, 0.0, 1.0])
    model = RelaxedLasso(1e3, penalty_weights=u).fit(X, y)
    assert_array_equal(np.flatnonzero(model.coef_), [3])
    assert model.coef_[3] == pytest.approx(LinearRegression().fit(X[:, [3]], y).coef_[0])


@pytest.mark.parametrize("positive", [False, True])
def test_relaxed_of_moments(positive):
    """Sums over the rows suffice for both stages."""
    X, y = problem(60, 12, noise=2.0)
    model = RelaxedLasso(0.3, gamma=0.3, positive=positive)
    expected = clone(model).fit(X, y)
    model.fit_moments(Moments.of(X, y))
    assert_allclose(model.coef_, expected.coef_, atol=1e-6)
    assert_allclose(model.lasso_coef_, expected.lasso_coef_, atol=1e-6)
    assert model.intercept_ == pytest.approx(expected.intercept_, abs=1e-5)


def test_relaxed_twins_share_their_coefficient():
    """A support of dependent columns: least norm, finite, and the fit of one of them."""
    X, y = problem(40, 4)
    single = RelaxedLasso(0.1).fit(X, y)
    double = RelaxedLasso(0.1, l1_ratio=0.5).fit(np.c_[X, X], y)
    assert_allclose(double.coef_[:4], double.coef_[4:], rtol=1e-6)
    assert_allclose(double.coef_[:4] * 2.0, single.coef_, rtol=1e-6)
    assert_allclose(double.predict(np.c_[X, X]), single.predict(X), rtol=1e-8)


def test_relaxed_refit_that_is_too_large_to_be_solved_at_once(monkeypatch):
    """Then the solver does it: the same nonnegative least squares."""
    X, y = problem(400, 300, noise=3.0, nonzero=150)
    exact = RelaxedLasso(0.05, positive=True, tol=1e-12).fit(X, y)
    monkeypatch.setattr("skl1.designs.table.BLOCK_ENTRIES", 0)
    model = RelaxedLasso(0.05, positive=True, tol=1e-12).fit(X, y)
    assert model.converged_
    assert np.count_nonzero(model.coef_) > 100
    assert_allclose(model.coef_, exact.coef_, atol=1e-5)


def test_relaxed_refit_says_when_it_fell_short(monkeypatch):
    """One warning, with the figures of the second stage, and converged_ is false."""
    X, y = problem(60, 12, noise=2.0)
    refit = RelaxedLasso._refit

    def hasty(model, task, w):
        result = refit(model, task, w)
        short = {"converged": False, "error": 0.125, "stop_reason": EXHAUSTED}
        return replace(result, model=result.model._replace(**short), target=0.1)

    monkeypatch.setattr(RelaxedLasso, "_refit", hasty)
    with pytest.warns(ConvergenceWarning, match=r"second stage .* 0\.125; 0\.1 was") as caught:
        model = RelaxedLasso(0.3).fit(X, y)
    assert len(caught) == 1
    assert caught[0].filename == __file__
    assert not model.converged_
    assert model.stop_reason_ == EXHAUSTED


# The adaptive Lasso --------------------------------------------------------------------------


def zou(seed, n=300, noise=3.0):
    """Model 0 of Zou (2006), section 3.5: the Lasso's irrepresentable condition fails."""
    correlation = np.full((4, 4), -0.39)
    correlation[3] = correlation[:, 3] = 0.23
    np.fill_diagonal(correlation, 1.0)
    return gaussian(n, 4, [5.6] * 3, seed=seed, correlation=correlation, noise=noise)


def holds_truth(X, y, coef, weights=None):
    """Whether a model of the path has the true support."""
    _, coefs, _ = lasso_path(X, y, penalty_weights=weights)
    return ((coefs != 0.0) == (coef != 0.0)[:, None]).all(axis=0).any()


def test_adaptive_lasso_finds_what_the_lasso_cannot():
    """On Zou's model 0 about half of the Lasso's paths hold the truth, nearly all adaptive ones."""
    lasso = adaptive = 0
    for seed in range(40):
        X, y, coef = zou(seed)
        lasso += holds_truth(X, y, coef)
        adaptive += holds_truth(X, y, coef, adaptive_weights(X, y))
    assert lasso <= 28
    assert adaptive >= 38


def test_adaptive_weights_are_powers_of_the_first_estimate():
    """1 / |b|^gamma, the smallest 1; zeros are excluded, factors multiply."""
    X, y = problem(30, 4)
    b = np.array([2.0, -0.5, 0.0, 1.0])
    for gamma in (0.5, 1.0, 2.0):
        weights = adaptive_weights(X, y, gamma=gamma, initial=b)
        assert_allclose(weights, [1.0, 4.0**gamma, np.inf, 2.0**gamma])
    weights = adaptive_weights(X, y, initial=b, penalty_weights=[0.0, 1.0, 0.0, 3.0])
    assert_allclose(weights, [0.0, 2.0, 0.0, 3.0])
    assert_allclose(adaptive_weights(X, y, initial=b, positive=True), [1.0, np.inf, np.inf, 2.0])
    weights = adaptive_weights(X, y, initial=b, penalty_weights=[np.inf, 1.0, 1.0, 1.0])
    assert_allclose(weights, [np.inf, 2.0, np.inf, 1.0])


def test_adaptive_weights_of_an_estimator():
    """Any estimator serves; it is cloned, and gets the sample weights."""
    X, y = problem(30, 4)
    s = np.linspace(0.1, 2.0, 30)
    given = LinearRegression()
    weights = adaptive_weights(X, y, initial=given, sample_weight=s)
    assert not hasattr(given, "coef_")
    b = np.abs(LinearRegression().fit(X, y, sample_weight=s).coef_)
    assert_allclose(weights, b.max() / b)
    with pytest.raises(TypeError, match="StandardScaler sets none"):
        adaptive_weights(X, y, initial=StandardScaler())


@pytest.mark.parametrize("storage", [np.array, sparse.csr_array, np.float32])
def test_adaptive_first_estimates(storage):
    """Ridge is near least squares here, the Lasso excludes; both in every storage."""
    X, y, coef = gaussian(200, 30, [3.0, -2.0, 1.0])
    s = np.linspace(0.0, 2.0, 200)
    b = np.abs(LinearRegression().fit(X, y, sample_weight=s).coef_)
    weights = adaptive_weights(storage(X), y, initial="ridge", sample_weight=s)
    assert_allclose(weights[:3], b.max() / b[:3], rtol=0.05)
    weights = adaptive_weights(storage(X), y, initial="lasso", sample_weight=s)
    assert np.isfinite(weights[coef != 0.0]).all()
    assert np.isinf(weights[coef == 0.0]).sum() >= 15
    kept = adaptive_weights(
        storage(X),
        y,
        initial="lasso",
        sample_weight=s,
        penalty_weights=[1, 1, np.inf, *[1] * 26, 0],
    )
    assert kept[2] == np.inf
    assert kept[29] == 0.0


def test_adaptive_ridge_is_chosen_as_by_generalised_cross_validation():
    """The penalty is that of scikit-learn's RidgeCV, up to its intercept's degree of freedom."""
    from skl1.inference.adaptive import RIDGE_ALPHAS

    X, y, _ = gaussian(40, 30, [1.0, -1.0, 0.5], noise=2.0)
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    ridge = RidgeCV(40 * RIDGE_ALPHAS, gcv_mode="eigen").fit(X, y)
    weights = adaptive_weights(X, y, initial="ridge")
    b = np.abs(ridge.coef_)
    assert np.corrcoef(np.log(weights), np.log(b.max() / b))[0, 1] > 0.98


def test_adaptive_auto():
    """Ridge with more rows than features, else the Lasso."""
    X, y, _ = gaussian(50, 20, [3.0])
    assert_array_equal(adaptive_weights(X, y), adaptive_weights(X, y, initial="ridge"))
    assert_array_equal(
        adaptive_weights(X[:15], y[:15]), adaptive_weights(X[:15], y[:15], initial="lasso")
    )


@pytest.mark.parametrize(("initial", "p"), [("lasso", 80), ("ridge", 20)])
def test_adaptive_units(initial, p):
    """With gamma = 1 the model is free of the columns' units, as the first estimates are."""
    X, y, _ = gaussian(50, p, [3.0, 2.0, 1.0])
    scale = 10.0 ** np.linspace(-3, 3, p)
    one, other = (adaptive_weights(Z, y, initial=initial, tol=1e-13) for Z in (X, X * scale))
    with np.errstate(invalid="ignore"):
        ratio = other / one / scale
    assert_allclose(ratio[np.isfinite(one)], ratio[0], rtol=1e-6)


def test_adaptive_weights_of_an_estimate_that_fell_short():
    X, y = problem(30, 40, nonzero=20, noise=2.0)
    with pytest.warns(ConvergenceWarning, match=r"scaled Lasso, .* tol=0: .* gap is \d") as caught:
        adaptive_weights(X, y, initial="lasso", max_iter=1, tol=0.0)
    assert caught[0].filename == __file__


def test_adaptive_weights_of_nothing():
    """A first estimate of zeros excludes all, with a warning."""
    X, y = problem(30, 4)
    with pytest.warns(EmptyModelWarning, match="first estimate") as caught:
        weights = adaptive_weights(X, y, initial=np.zeros(4))
    assert np.isinf(weights).all()
    assert caught[0].filename == __file__
    with pytest.warns(EmptyModelWarning):
        adaptive_weights(X, np.full(30, 2.0), initial="lasso")


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"gamma": 0.0}, ValueError, "gamma"),
        ({"gamma": np.inf}, ValueError, "gamma"),
        ({"gamma": "1"}, ValueError, "gamma"),
        ({"initial": "ols"}, ValueError, "initial"),
        ({"initial": None}, TypeError, "initial"),
        ({"initial": np.ones(3)}, ValueError, "initial"),
        ({"initial": [1.0, np.nan, 1.0, 1.0]}, ValueError, "initial"),
        ({"penalty_weights": [1.0]}, ValueError, "penalty_weights"),
        ({"sample_weight": -np.ones(30)}, ValueError, "[Nn]egative"),
    ],
    ids=str,
)
def test_adaptive_refuses(options, error, words):
    with pytest.raises(error, match=words):
        adaptive_weights(*problem(30, 4), **options)


# Stability selection -------------------------------------------------------------------------


def test_halves_are_complementary():
    """Disjoint, of floor(n / 2) rows each, and only of the rows that count."""
    rows = np.array([1, 2, 3, 5, 8, 13, 21, 34, 55])
    halves = halved(rows, 20, np.random.RandomState(0))
    assert len(halves) == 40
    for one, other in zip(halves[::2], halves[1::2], strict=True):
        assert one.size == other.size == 4
        both = np.r_[one, other]
        assert np.unique(both).size == 8
        assert np.isin(both, rows).all()
    assert len({tuple(half) for half in halves}) > 30


def test_bounds_by_hand():
    """Meinshausen and Buhlmann's bound, and the two pieces of Shah and Samworth's theorem 2."""
    assert worst_case(30, 1000, 0.9) == pytest.approx(0.9 / 0.8)
    # 1 / (2 (2 x 0.75 - 1 - 1/100)) = 1 / 0.98 and 4 (1 - 0.9 + 1/100) / (1 + 1/50) = 0.44 / 1.02
    assert unimodal(30, 1000, 0.75, 50) == pytest.approx(0.9 / 0.98)
    assert unimodal(30, 1000, 0.9, 50) == pytest.approx(0.9 * 0.44 / 1.02)
    assert unimodal(30, 1000, 0.6, 50) == pytest.approx(0.9 / 0.38)
    # At 3/4 and many pairs the pieces meet, at 1.
    assert unimodal(100, 1e4, 0.75, 10**9) == pytest.approx(1.0)
    assert unimodal(100, 1e4, 0.75 + 1e-8, 10**9) == pytest.approx(1.0)
    # Outside of its range: q / p above 1 / sqrt(3), or too low a threshold.
    assert unimodal(60, 100, 0.9, 50) == np.inf
    assert unimodal(50, 100, 0.6, 50) == np.inf
    assert unimodal(50, 100, 0.71, 50) < np.inf


def test_thresholds_are_lifted_to_possible_shares():
    assert lifted(0.75, 50) == 0.75
    assert lifted(0.7, 50) == 0.7
    assert lifted(0.751, 50) == 0.76
    assert lifted(0.9, 1) == 1.0
    assert lifted(0.6, 2) == 0.75


def test_stability_error_bound_holds():
    """Independent features: fewer false selections on average than the bound, and power."""
    false, kept, bounds = [], [], set()
    for seed in range(25):
        X, y, coef = gaussian(100, 60, [1.0, -1.0, 1.0, 0.2], seed=seed)
        selector = StabilitySelection(14, threshold=0.6, n_pairs=20, random_state=seed).fit(X, y)
        support = selector.get_support()
        false.append(support[coef == 0.0].sum())
        kept.append(support[:3].sum())
        bounds.add(selector.error_bound_)
    (bound,) = bounds
    assert bound == pytest.approx(14**2 / 60 / (2 * (0.2 - 1 / 40)))
    assert 0.0 < np.mean(false) <= bound
    assert np.mean(kept) >= 2.9


def test_stability_frequencies():
    """Each half selects exactly q; shares and supports follow."""
    X, y, _ = gaussian(80, 30, [2.0, -2.0])
    selector = StabilitySelection(5, n_pairs=10, random_state=0).fit(X, y)
    shares, both = selector.selection_probabilities_, selector.simultaneous_probabilities_
    assert shares.sum() == pytest.approx(5.0)
    assert_allclose(shares * 20, np.round(shares * 20))
    assert (both <= shares).all()
    assert (both >= 2.0 * shares - 1.0 - 1e-12).all()
    assert_array_equal(selector.get_support(), shares >= 0.75)
    assert selector.transform(X).shape == (80, selector.get_support().sum())
    assert selector.converged_
    default = StabilitySelection(n_pairs=2, random_state=0).fit(X, y)
    assert default.n_selected_ == int(np.sqrt(0.8 * 30))
    assert (
        default.error_bound_ <= clone(default).set_params(bound="worst_case").fit(X, y).error_bound_
    )


def test_stability_selects_the_first_to_enter():
    """On a half: the q features of the path that enter first, as lasso_path says."""
    X, y, _ = gaussian(80, 30, [2.0, -2.0])
    selector = StabilitySelection(4, n_pairs=1, random_state=3).fit(X, y)
    chosen = np.zeros(30)
    for half in halved(np.arange(80), 1, np.random.RandomState(3)):
        _, coefs, _ = lasso_path(X[half], y[half], n_alphas=2000, eps=1e-2)
        entry = np.argmax(coefs != 0.0, axis=1) + 2000 * ~(coefs != 0.0).any(axis=1)
        chosen[np.argsort(entry, kind="stable")[:4]] += 0.5
    assert_array_equal(selector.selection_probabilities_, chosen)


@pytest.mark.parametrize("storage", [sparse.csr_array, sparse.csc_matrix, np.float32])
def test_stability_in_every_storage(storage):
    X, y, _ = gaussian(60, 20, [2.0, -2.0])
    X = X.astype(np.float32).astype(float)
    expected = StabilitySelection(4, n_pairs=5, random_state=0).fit(X, y)
    selector = StabilitySelection(4, n_pairs=5, random_state=0).fit(storage(X), y)
    assert_allclose(selector.selection_probabilities_, expected.selection_probabilities_, atol=0.11)
    assert_array_equal(selector.get_support(), expected.get_support())


def test_stability_options():
    """Free and excluded features, signs, threads, a fixed seed."""
    X, y, _ = gaussian(60, 10, [2.0, -2.0, 1.0])
    fresh = partial(StabilitySelection, 3, n_pairs=8, random_state=0)
    u = np.array([1.0, 1.0, np.inf, *[1.0] * 6, 0.0])
    shares = fresh(penalty_weights=u).fit(X, y).selection_probabilities_
    assert (shares[2], shares[9]) == (0.0, 1.0)
    assert shares.sum() == pytest.approx(4.0)
    assert fresh(positive=True).fit(X, y).selection_probabilities_[1] < 0.5
    threads = fresh(n_jobs=2).fit(X, y)
    assert_array_equal(threads.selection_probabilities_, fresh().fit(X, y).selection_probabilities_)


def test_stability_in_a_pipeline():
    """Names of the kept columns, and a model of them."""
    pandas = pytest.importorskip("pandas")
    X, y, _ = gaussian(60, 6, [2.0, -2.0])
    frame = pandas.DataFrame(X, columns=list("abcdef"))
    model = make_pipeline(StabilitySelection(2, random_state=0), LinearRegression()).fit(frame, y)
    assert_array_equal(model[0].get_feature_names_out(), ["a", "b"])
    assert model.score(frame, y) > 0.8


def test_stability_warns_once_of_models_that_fell_short():
    X, y, _ = gaussian(60, 80, [2.0] * 20)
    selector = StabilitySelection(25, n_pairs=2, random_state=0, max_iter=1, tol=0)
    with pytest.warns(ConvergenceWarning, match=r"of 4 halves .* tol=0") as caught:
        selector.fit(X, y)
    assert len(caught) == 1
    assert caught[0].filename == __file__
    assert not selector.converged_


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"n_selected": 0}, "n_selected"),
        ({"n_selected": 7}, "n_selected=7 is more than the 6 features"),
        ({"threshold": 0.5}, "threshold"),
        ({"threshold": 1.1}, "threshold"),
        ({"n_pairs": 0}, "n_pairs"),
        ({"bound": "none"}, "bound"),
        ({"l1_ratio": 0.0}, "l1_ratio"),
        ({"penalty_weights": [1.0]}, "penalty_weights"),
    ],
    ids=str,
)
def test_stability_refuses(options, words):
    X, y, _ = gaussian(30, 6, [2.0])
    with pytest.raises(ValueError, match=words):
        StabilitySelection(**options).fit(X, y)
    with pytest.raises(ValueError, match="n_samples=3"):
        StabilitySelection().fit(X[:3], y[:3])


def test_stability_of_nothing():
    """A constant target or constant columns: nothing is selected."""
    X, y, _ = gaussian(30, 6, [2.0])
    assert not StabilitySelection(random_state=0).fit(X, np.ones(30)).get_support().any()
    selector = StabilitySelection(random_state=0).fit(np.ones((30, 2)), y)
    assert not selector.get_support().any()
    assert selector.error_bound_ == 0.0


@pytest.mark.filterwarnings("ignore:No features were selected")
def test_stability_checks_of_scikit_learn():
    """Every check passes, but for one that does not apply; none is skipped."""
    # A row that occurs twice may be in both halves. A row of weight 2 is drawn as one.
    reason = "rows are drawn as units, so that a weight is no number of repetitions"
    kinds = ("dense", "sparse")
    repeated = {f"check_sample_weight_equivalence_on_{kind}_data": reason for kind in kinds}
    outcomes = check_estimator(
        StabilitySelection(n_pairs=5),
        on_fail=None,
        on_skip=None,
        expected_failed_checks=repeated,
    )
    assert len(outcomes) >= 45
    others = {each["check_name"]: each["status"] for each in outcomes if each["status"] != "passed"}
    assert others == dict.fromkeys(repeated, "xfail")


@pytest.mark.parametrize("storage", [np.asarray, sparse.csr_array])
def test_stability_leaves_out_rows_of_weight_zero(storage):
    """They equal rows that are not there, whatever is in them."""
    X, y, _ = gaussian(60, 10, [2.0, -2.0, 1.0])
    weights = np.random.default_rng(0).uniform(0.5, 2.0, 60)
    weights[::4] = 0.0
    kept = weights > 0.0
    fresh = partial(StabilitySelection, 3, n_pairs=6, random_state=0)
    one = fresh().fit(storage(np.where(kept[:, None], X, 1e6)), y, sample_weight=weights)
    other = fresh().fit(storage(X[kept]), y[kept], sample_weight=weights[kept])
    assert_array_equal(one.selection_probabilities_, other.selection_probabilities_)
    assert_array_equal(one.simultaneous_probabilities_, other.simultaneous_probabilities_)
    for equal in (3.0, np.full(60, 3.0)):
        same = fresh().fit(storage(X), y, sample_weight=equal)
        plain = fresh().fit(storage(X), y)
        assert_array_equal(same.selection_probabilities_, plain.selection_probabilities_)
    weights[3:] = 0.0
    with pytest.raises(ValueError, match="rows of positive sample_weight.*n_samples=2"):
        fresh().fit(storage(X), y, sample_weight=weights)


def test_stability_weights_enter_the_fits():
    """On a half: the features that enter first, as lasso_path says with these weights."""
    X, y, _ = gaussian(80, 30, [1.0, -1.0])
    weights = np.random.default_rng(1).uniform(0.1, 3.0, 80)
    y[weights < 1.0] *= -1.0
    selector = StabilitySelection(4, n_pairs=2, random_state=3)
    selector.fit(X, y, sample_weight=weights)
    chosen = np.zeros(30)
    for half in halved(np.arange(80), 2, np.random.RandomState(3)):
        options = {"n_alphas": 2000, "eps": 1e-2, "sample_weight": weights[half]}
        _, coefs, _ = lasso_path(X[half], y[half], **options)
        entry = np.argmax(coefs != 0.0, axis=1) + 2000 * ~(coefs != 0.0).any(axis=1)
        chosen[np.argsort(entry, kind="stable")[:4]] += 0.25
    assert_array_equal(selector.selection_probabilities_, chosen)
    plain = clone(selector).fit(X, y)
    assert (plain.selection_probabilities_ != chosen).any()


def test_stability_weights_are_routed():
    X, y, _ = gaussian(60, 6, [2.0, -2.0])
    weights = np.arange(60) % 3.0
    with config_context(enable_metadata_routing=True):
        selector = StabilitySelection(2, random_state=0).set_fit_request(sample_weight=True)
        model = make_pipeline(selector, LinearRegression().set_fit_request(sample_weight=False))
        model.fit(X, y, sample_weight=weights)
    alone = StabilitySelection(2, random_state=0).fit(X, y, weights)
    assert_array_equal(model[0].selection_probabilities_, alone.selection_probabilities_)


class Halves:
    """A callback that counts tasks, and stops after some halves."""

    def __init__(self, stop_after=np.inf):
        self.stop_after, self.begun, self.shares = stop_after, 0, []

    def setup(self, estimator, context):
        """The fit is about to begin."""

    def teardown(self, estimator, context):
        """The fit is over."""

    def on_fit_task_begin(self, estimator, context):
        """A task begins."""
        self.begun += 1

    def on_fit_task_end(self, estimator, context, *, X=None, y=None, fitted_estimator=None):
        """A task ends; true asks to stop."""
        self.shares.append(fitted_estimator.selection_probabilities_)
        assert fitted_estimator.get_support().shape == (X.shape[1],)
        return len(self.shares) >= self.stop_after


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_stability_callbacks(n_jobs):
    """One task for each half; told to stop, it concludes from the splits that are done."""
    pytest.importorskip("sklearn.callback", reason="scikit-learn < 1.9 has no callbacks")
    X, y, _ = gaussian(60, 10, [2.0, -2.0, 1.0])
    fresh = partial(StabilitySelection, 3, random_state=0, n_jobs=n_jobs)
    counter = Halves()
    told = fresh(n_pairs=4).set_callbacks(counter).fit(X, y)
    plain = fresh(n_pairs=4).fit(X, y)
    assert counter.begun == len(counter.shares) == 9
    assert_array_equal(told.selection_probabilities_, plain.selection_probabilities_)
    assert_array_equal(counter.shares[-1], plain.selection_probabilities_)
    assert (told.converged_, told.stop_reason_, told.n_pairs_) == (True, "tolerance reached", 4)
    for after, pairs in ((1, 1), (2, 1), (5, 2)):
        stopped = fresh(n_pairs=4).set_callbacks(Halves(after)).fit(X, y)
        few = fresh(n_pairs=pairs).fit(X, y)
        assert_array_equal(stopped.selection_probabilities_, few.selection_probabilities_)
        assert stopped.threshold_ == few.threshold_
        assert stopped.error_bound_ == few.error_bound_
        assert (stopped.converged_, stopped.n_pairs_) == (False, pairs)
        assert stopped.stop_reason_ == "stopped by a callback"


def test_paths_end_where_enough_is_known(monkeypatch):
    """Each path is that without an end, cut off; by whichever way it is followed."""
    X, y, _ = gaussian(60, 40, [2.0, -2.0, 1.0, 1.0, 1.0])
    model = ProximalLasso()
    _, problem = model.pose(X, y)
    alphas = problem.alpha_max * 0.93 ** np.arange(1, 60)

    def follow(enough):
        return solve_paths([problem], alphas, tol=1e-10, max_iter=1000, enough=enough)[0]

    whole = follow(None)
    entered = np.array([step.features.size for step in whole])
    first = int(np.argmax(entered >= 6)) + 1
    for most in (900, 3):  # beyond it one alpha follows the other
        monkeypatch.setattr(path_state, "MOST", most)
        for known in (500, 1):
            monkeypatch.setattr(moments, "ALL", known)
            steps = follow([lambda steps: any(step.features.size >= 6 for step in steps)])
            assert first <= len(steps) < min(first + 10, len(whole))
            expected = coefficients(whole[: len(steps)], 40)
            assert_allclose(coefficients(steps, 40), expected, atol=1e-6)
    limits = {"tol": 1e-10, "max_iter": 1000}
    single = path_until(lambda steps: steps[-1].features.size >= 6, problem, alphas, **limits)
    assert len(single) == first


# The scaled and the de-biased Lasso ----------------------------------------------------------


@pytest.mark.parametrize(("n", "p"), [(100, 1), (100, 10), (100, 200), (50, 10**6)])
def test_penalty_level(n, p):
    """It solves its equation and lies below the universal one."""
    level = penalty_level(n, p)
    L = level * np.sqrt(n / 2)
    assert p * stats.norm.sf(L) == pytest.approx(L**4 + 2 * L**2)
    assert level < np.sqrt(2 * np.log(max(p, 2)) / n)


def test_scaled_lasso_is_a_joint_minimum():
    """No move of the noise level or of the coefficients lowers the joint objective."""
    X, y, _ = gaussian(40, 60, [2.0, -1.0], seed=1)
    X *= np.linspace(0.1, 10.0, 60)
    task = standard_lasso(make_design(X, y), np.ones(60))
    level = penalty_level(40, 60)
    fit = scaled_lasso(task, level, tol=1e-12, max_iter=1000)
    assert fit.alpha == pytest.approx(level * fit.sigma, rel=1e-5)
    Xc, yc, sd = X - X.mean(axis=0), y - y.mean(), X.std(axis=0)

    def joint(w, sigma):
        r = yc - Xc @ w
        return r @ r / (80 * sigma) + sigma / 2 + level * (sd @ np.abs(w))

    w, best = fit.result.w, joint(fit.result.w, fit.sigma)
    rng = np.random.default_rng(0)
    for _ in range(200):
        step = rng.standard_normal(60) / sd * (rng.random(60) < 0.1)
        for size in (1e-2, 1e-4):
            moved = joint(w + size * step, fit.sigma * np.exp(size * rng.standard_normal()))
            assert moved >= best - 1e-10


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_debiased_is_least_squares_where_that_exists(weighted, fit_intercept):
    """Penalties near 0 and n >> p: coefficients, errors and t-intervals of (weighted) OLS."""
    X, y, _ = gaussian(400, 6, [1.0, -1.0], seed=2)
    X, y = X + 1.0, y + 2.0
    s = np.linspace(0.5, 2.0, 400) if weighted else np.ones(400)
    result = debiased_lasso(
        X, y, alpha=1e-8, nodewise_alpha=1e-8, tol=1e-14, fit_intercept=fit_intercept,
        sample_weight=s if weighted else None,
    )  # fmt: skip
    A = np.sqrt(s)[:, None] * (np.c_[X, np.ones(400)] if fit_intercept else X)
    z = np.sqrt(s) * y
    b = np.linalg.lstsq(A, z)[0]
    free = 400 - A.shape[1]
    variance = ((z - A @ b) ** 2).sum() / free
    errors = np.sqrt(variance * np.diag(np.linalg.inv(A.T @ A)))[:6]
    assert_allclose(result.coefs, b[:6], atol=1e-6)
    assert_allclose(result.standard_errors, errors, rtol=1e-5)
    assert_allclose(result.upper, b[:6] + stats.t.isf(0.025, free) * errors, atol=1e-3)
    assert_allclose(result.p_values, 2 * stats.t.sf(np.abs(b[:6] / errors), free), atol=5e-3)
    assert result.sigma**2 == pytest.approx(variance / s.mean(), rel=1e-6)


@pytest.mark.parametrize("toeplitz", [0.0, 0.5])
def test_debiased_coverage(toeplitz):
    """n = 100, p = 200, s = 3: intervals of 95 % cover about so often, the Lasso's would not."""
    correlation = toeplitz ** np.abs(np.subtract.outer(np.arange(200), np.arange(200)))
    active, null, noise, biased = [], [], [], []
    effects = np.zeros(141)
    effects[[0, 70, 140]] = 1.0
    for seed in range(40):
        X, y, coef = gaussian(100, 200, effects, seed=seed, correlation=correlation)
        result = debiased_lasso(X, y, features=[0, 70, 140, 50, 100, 150])
        truth = coef[result.features]
        covered = (result.lower <= truth) & (truth <= result.upper)
        active += covered[:3].tolist()
        null += covered[3:].tolist()
        noise.append(result.sigma)
        reach = (result.upper - result.coefs)[:3]
        biased += (np.abs(result.lasso_coefs[result.features[:3]] - 1.0) <= reach).tolist()
    # 120 intervals each: their shares have a standard deviation of 2 %.
    assert 0.88 <= np.mean(active) <= 1.0
    assert 0.90 <= np.mean(null) <= 0.99
    assert 0.95 <= np.mean(noise) <= 1.12
    assert np.mean(biased) <= 0.7


def test_debiased_p_values_are_uniform_without_an_effect():
    """Over many null features one in twenty has a p-value below 0.05."""
    small = []
    for seed in range(6):
        X, y, _ = gaussian(100, 150, [1.0, -1.0], seed=seed)
        small.append((debiased_lasso(X, y).p_values[2:] < 0.05).mean())
    assert 0.02 <= np.mean(small) <= 0.08


@pytest.mark.parametrize("storage", [np.array, sparse.csr_array, np.float32])
def test_debiased_in_every_storage_and_unit(monkeypatch, storage):
    """Dense, sparse, on the Gram matrix or on the rows, in other units: the same figures."""
    X, y, _ = gaussian(60, 30, [2.0, -1.0])
    X = X.astype(np.float32).astype(float)
    expected = debiased_lasso(X, y, features=[0, 1, 7])
    result = debiased_lasso(storage(X), y, features=[0, 1, 7])
    rtol = 1e-3 if storage is np.float32 else 1e-6
    assert_allclose(result.coefs, expected.coefs, rtol=rtol)
    monkeypatch.setattr("skl1.inference.nodewise.PATHS", 0)
    mask = np.isin(np.arange(30), [0, 1, 7])
    result = debiased_lasso(storage(X), y, features=mask)
    for name in ("coefs", "standard_errors", "lower", "upper", "p_values", "bias_factors"):
        assert_allclose(getattr(result, name), getattr(expected, name), rtol=rtol, atol=1e-7)
    assert_array_equal(result.features, [0, 1, 7])
    scale = 10.0 ** np.linspace(-4, 4, 30)
    result = debiased_lasso(X * scale, 7.0 * y, features=[0, 1, 7])
    assert_allclose(result.coefs * scale[[0, 1, 7]] / 7.0, expected.coefs, rtol=1e-6)
    assert_allclose(result.p_values, expected.p_values, rtol=1e-5, atol=1e-12)


def test_debiased_by_its_formula():
    """One coefficient from scikit-learn's Lasso, as equation 5 of van de Geer et al. says."""
    X, y, _ = gaussian(60, 10, [2.0, -1.0])
    alpha, share = 0.1, 0.15
    result = debiased_lasso(
        X, y, alpha=alpha, nodewise_alpha=share, features=[1], level=0.8, tol=1e-14
    )
    Xc, yc = X - X.mean(axis=0), y - y.mean()
    sd = Xc.std(axis=0)
    w = Lasso(alpha, fit_intercept=False, tol=1e-12).fit(Xc / sd, yc).coef_ / sd
    r = yc - Xc @ w
    others = np.delete(np.arange(10), 1)
    lasso = Lasso(share, fit_intercept=False, tol=1e-12)
    z = (
        Xc[:, 1]
        - lasso.fit(Xc[:, others] / sd[others], Xc[:, 1] / sd[1]).predict(
            Xc[:, others] / sd[others]
        )
        * sd[1]
    )
    along = z @ Xc[:, 1]
    sigma = np.sqrt(r @ r / (60 - np.count_nonzero(w) - 1))
    assert result.coefs[0] == pytest.approx(w[1] + z @ r / along, rel=1e-6)
    assert result.standard_errors[0] == pytest.approx(sigma * np.linalg.norm(z) / along, rel=1e-6)
    reach = stats.norm.isf(0.1) * result.standard_errors[0]
    assert result.upper[0] - result.coefs[0] == pytest.approx(reach)
    worst = np.abs(Xc[:, others].T @ z / sd[others]).max() / np.linalg.norm(z)
    assert result.bias_factors[0] == pytest.approx(worst, rel=1e-6)
    assert result.nodewise_alphas[0] == pytest.approx(share)
    assert_allclose(result.lasso_coefs, w, atol=1e-7)
    known = debiased_lasso(X, y, sigma=1.0)
    assert known.sigma == 1.0
    assert known.alpha == pytest.approx(penalty_level(60, 10))


def test_debiased_of_what_cannot_be_told():
    """A constant column has an infinite interval, a twin a bias factor of sqrt(n)."""
    X, y, _ = gaussian(50, 5, [2.0, -1.0])
    X = np.c_[X, np.full(50, 3.0), X[:, 0]]
    result = debiased_lasso(X, y)
    assert (result.lower[5], result.upper[5], result.p_values[5]) == (-np.inf, np.inf, 1.0)
    assert result.bias_factors[6] == pytest.approx(np.sqrt(50), rel=1e-6)
    assert result.bias_factors[1] < 2.5
    assert np.isfinite(result.coefs).all()
    with quiet():  # a residual of rounding has no gap to speak of
        alike = debiased_lasso(X, y, nodewise_alpha=1e-9)
    assert np.isinf(alike.standard_errors[[0, 5, 6]]).all()
    assert np.isfinite(alike.standard_errors[1:5]).all()
    constant = debiased_lasso(X, np.ones(50))
    assert not constant.coefs.any()
    assert (constant.p_values == 1.0).all()


def test_debiased_warns_once():
    X, y, _ = gaussian(60, 80, [2.0] * 20)
    with pytest.warns(ConvergenceWarning, match="regressions did not reach tol") as caught:
        debiased_lasso(X, y, features=[0, 1], max_iter=1, tol=0.0)
    assert len(caught) == 1
    assert caught[0].filename == __file__


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"alpha": 0.0}, "alpha"),
        ({"alpha": "a"}, "alpha"),
        ({"nodewise_alpha": -1.0}, "nodewise_alpha"),
        ({"sigma": np.nan}, "sigma"),
        ({"level": 1.0}, "level"),
        ({"level": 95}, "level"),
        ({"features": [30]}, "features must lie between 0 and 29"),
        ({"features": [-1]}, "features"),
        ({"features": []}, "features"),
        ({"features": [True]}, "features"),
        ({"features": ["a"]}, "features"),
        ({"features": [0.5]}, "features"),
        ({"alpha": 1e-9}, "leaves none for the noise"),
        ({"sample_weight": -np.ones(20)}, "[Nn]egative"),
        ({"tol": -1.0}, "tol"),
    ],
    ids=str,
)
def test_debiased_refuses(options, words):
    X, y, _ = gaussian(20, 30, [2.0])
    with quiet(), pytest.raises(ValueError, match=words):
        debiased_lasso(X, y, **options)
