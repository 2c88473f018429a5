"""Stability selection: halves, bounds, what enters, and its life as an estimator."""

from functools import partial

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn import config_context
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import check_estimator

from gaussian_data import gaussian
from skl1 import ProximalLasso, StabilitySelection, lasso_path
from skl1.inference.bounds import lifted, unimodal, worst_case
from skl1.inference.halves import halved
from skl1.paths import path_state
from skl1.paths.one_by_one import ALONG, models_until, runs_along
from skl1.paths.solve import solve_paths
from skl1.problems import moments
from skl1.problems.model import coefficients


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

    def six(steps):
        return steps[-1].features.size >= 6

    single = models_until(six, runs_along(ALONG, problem, alphas, problem.null.w, **limits))
    assert len(single) == first
