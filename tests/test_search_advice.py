"""What a search chooses where samples are few, and what it says of an empty or a large model."""

import inspect
import warnings

import numpy as np
import pytest
from scipy import sparse
from sklearn.linear_model import LassoLarsIC
from sklearn.model_selection import KFold

import skl1
from common import concrete, label, one_shape, quiet, uncounted
from covering import pairs
from skl1 import EmptyModelWarning, FoldWarning, GridEdgeWarning, Moments
from skl1.designs import make_design
from skl1.model_selection import noise
from skl1.model_selection.base import PenalisedRegressorCV
from skl1.model_selection.rules import CRITERIA, CROSS_VALIDATED
from skl1.penalties import L1
from skl1.problems.problem import Problem

pytestmark = pytest.mark.filterwarnings("error")

#: Every search, and those that select features by a penalty that does not shrink the large ones.
EVERY = sorted(concrete(PenalisedRegressorCV), key=label)
CONCAVE = [c for c in EVERY if "Lasso" not in c.__name__ and "Ridge" not in c.__name__]
every = pytest.mark.parametrize("cls", EVERY, ids=label)
NOISY = ("aic", "bic", "ebic")


def made(cls, **options):
    """An instance with those options that the class has."""
    known = inspect.signature(cls).parameters
    return one_shape(cls, **{name: value for name, value in options.items() if name in known})


def wide(seed, n=20, p=60):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p))
    return X, X[:, :2] @ [2.0, -2.0] + 0.5 * rng.standard_normal(n)


def told(model, X, y, **weights):
    """The warnings of a fit."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(X, y, **weights)
    return [(w.category, str(w.message)) for w in caught]


# The choice ------------------------------------------------------------------------------------


@pytest.mark.parametrize("cls", CONCAVE, ids=label)
def test_few_samples_few_features(cls):
    """Two features of 60 matter, in 20 rows: ebic finds no more than three; once it took 18."""
    sizes = []
    for seed in range(20):
        with quiet(GridEdgeWarning):
            model = made(cls, selection="ebic", n_alphas=30, random_state=0).fit(*wide(seed))
        sizes.append(np.count_nonzero(model.coef_))
    assert np.sum(np.array(sizes) <= 3) >= 18
    assert np.sum(np.array(sizes) == 2) >= 15


@pytest.mark.parametrize("rule", CRITERIA)
@every
def test_no_criterion_goes_near_saturation(cls, rule):
    """Half of the samples at most, fewer where the choice of features was free."""
    X, y = wide(3)
    model = made(cls, selection=rule, n_alphas=20, eps=0.01, random_state=0)
    with quiet(GridEdgeWarning):
        model.fit(X, y)
    degrees = model.cv_results_["degrees_of_freedom"][model.best_index_]
    if "Ridge" in cls.__name__:
        assert degrees < 19
    else:
        assert degrees <= (10 if "Lasso" in cls.__name__ else 4)
    assert hasattr(model, "noise_variance_") == (rule in NOISY)


def test_a_known_variance_is_that_of_scikit_learn():
    """The choice of LassoLarsIC, with a given noise variance and with an estimated one."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((60, 12))
    y = X[:, :3] @ [2.0, -1.0, 1.0] + rng.standard_normal(60)
    for given in (None, 0.5, 2.0):
        for rule in ("aic", "bic"):
            theirs = LassoLarsIC(rule, noise_variance=given).fit(X, y)
            ours = skl1.ProximalLassoCV(
                alphas=theirs.alphas_[1:-1], selection=rule, noise_variance=given
            )
            with quiet(GridEdgeWarning):
                ours.fit(X, y)
            assert ours.noise_variance_ == pytest.approx(theirs.noise_variance_)
            # They differ by a constant; at the alpha where a feature enters one of the two may
            # count it already.
            shift = theirs.criterion_[1:-1] - ours.criterion_path_
            more = (shift - shift.min()) / (2.0 if rule == "aic" else np.log(60))
            np.testing.assert_allclose(more, np.round(more), atol=1e-4)
            assert more.max() <= 1.0 + 1e-4


@pytest.mark.parametrize("value", [0.0, -1.0, np.nan, "1", [1.0]], ids=str)
@every
def test_a_variance_that_is_refused(cls, value):
    X, y = wide(0)
    with pytest.raises((ValueError, TypeError), match="noise_variance"):
        made(cls, selection="bic", noise_variance=value).fit(X, y)


# The noise -------------------------------------------------------------------------------------


def problem_of(X, y, s=None, u=None, fit_intercept=True):
    weights = np.ones(X.shape[1]) if u is None else np.asarray(u, dtype=float)
    return Problem(make_design(X, y, s, fit_intercept), L1(1.0), weights)


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("storage", [np.asarray, sparse.csc_array, np.asfortranarray], ids=label)
def test_least_squares_of_all_features(storage, fit_intercept):
    """The unbiased estimate, of explicit data; dependent and constant columns cost nothing."""
    rng = np.random.default_rng(1)
    X = rng.standard_normal((40, 8)) * 10.0 ** rng.integers(-4, 4, 8) + 3.0
    X[:, 5], X[:, 6] = 2.0 * X[:, 1], 7.0
    y, s = rng.standard_normal(40) + 5.0, rng.integers(0, 3, 40).astype(float)
    u = np.ones(8)
    u[7] = np.inf
    rows = np.repeat(np.arange(40), s.astype(int))
    A = X[rows][:, [0, 1, 2, 3, 4, 6]]
    A = A if not fit_intercept else np.c_[A, np.ones(rows.size)]
    rest = y[rows] - A @ np.linalg.pinv(A) @ y[rows]
    expected = rest @ rest / (rows.size - np.linalg.matrix_rank(A))
    found = noise.noise_variance(
        problem_of(storage(X), y, s, u, fit_intercept), s.sum(), s, None, 0
    )
    assert found == pytest.approx(expected, rel=1e-8)


def test_refitted_cross_validation_is_unbiased_where_halves_find_the_features():
    """Within a tenth on average; the training residual of a large model would be far too small."""
    found = []
    for seed in range(30):
        X, y = wide(seed, 100, 200)
        with quiet(GridEdgeWarning):
            model = skl1.ProximalLassoCV(selection="bic", n_alphas=20, random_state=seed).fit(X, y)
        found.append(model.noise_variance_)
    assert np.mean(found) == pytest.approx(0.25, rel=0.1)


def test_refitted_cross_validation_from_its_definition(monkeypatch):
    """Halves by random_state; the Lasso on one, least squares on the other."""
    monkeypatch.setattr(noise, "CUTS", 1)
    X, y = wide(4, 30, 40)
    model = skl1.ProximalLassoCV(selection="bic", random_state=7, noise_variance=None)
    with quiet(GridEdgeWarning):
        model.fit(X, y)
    mixed = np.random.RandomState(7).permutation(30)
    halves = [np.sort(mixed[:15]), np.sort(mixed[15:])]
    squares = degrees = 0.0
    for one, other in (halves, halves[::-1]):
        (chosen,) = noise.chosen(problem_of(X, y), [make_design(X[one], y[one], None, True)], 15)
        A = np.c_[X[other][:, chosen], np.ones(15)]
        rest = y[other] - A @ np.linalg.lstsq(A, y[other])[0]
        squares, degrees = squares + rest @ rest, degrees + 15 - A.shape[1]
    assert model.noise_variance_ == pytest.approx(squares / degrees, rel=1e-8)


@every
def test_weights_repeat_rows(cls):
    """A weight of 2 is a row twice, in the estimate as well, a weight of 0 none."""
    rng = np.random.default_rng(5)
    X = rng.standard_normal((30, 5))
    y, s = X[:, 0] + rng.standard_normal(30), rng.integers(0, 3, 30).astype(float)
    rows = np.repeat(np.arange(30), s.astype(int))
    options = {"selection": "bic", "n_alphas": 5, "eps": 0.1, "k": 3, **uncounted(cls)}
    with quiet(GridEdgeWarning):
        one = made(cls, **options).fit(X, y, sample_weight=s)
        two = made(cls, **options).fit(X[rows], y[rows])
    assert one.noise_variance_ == pytest.approx(two.noise_variance_, rel=1e-9)
    np.testing.assert_allclose(one.criterion_path_, two.criterion_path_, rtol=1e-4)


def test_halves_are_of_rows_with_a_weight():
    X, y = wide(6, 24, 60)
    s = np.ones(24)
    s[::4] = 0.0
    options = {"selection": "ebic", "n_alphas": 20, "random_state": 3}
    with quiet(GridEdgeWarning):
        one = skl1.ProximalLassoCV(**options).fit(X, y, sample_weight=s)
        two = skl1.ProximalLassoCV(**options).fit(X[s > 0], y[s > 0])
    assert one.noise_variance_ == pytest.approx(two.noise_variance_, rel=1e-6)


def test_without_noise():
    """An exact model is found, and a constant y needs none."""
    rng = np.random.default_rng(8)
    for n, p in ((40, 10), (30, 50)):
        X = rng.standard_normal((n, p))
        with quiet(GridEdgeWarning):
            model = skl1.BestSubsetRegressorCV(5, selection="bic", random_state=0)
            assert model.fit(X, X[:, :2] @ [1.0, 2.0]).k_ == 2
            assert model.fit(X, np.full(n, 3.0)).k_ == 0


def test_moments_tell_the_noise_where_there_are_enough_rows():
    X, y = wide(0, 60, 12)
    rows = skl1.ProximalLassoCV(selection="bic")
    with quiet(GridEdgeWarning):
        rows.fit(X, y)
        blocks = [(X[:20], y[:20]), (X[20:], y[20:])]
        sums = skl1.ProximalLassoCV(selection="bic").fit_blocks(blocks)
    assert sums.noise_variance_ == pytest.approx(rows.noise_variance_, rel=1e-9)


@every
def test_moments_of_few_rows_do_not(cls):
    """Then it has to be given, and the error says so."""
    X, y = wide(0)
    half = [Moments.of(X[:10], y[:10]), Moments.of(X[10:], y[10:])]
    search = made(cls, selection="bic", n_alphas=5, eps=0.1, k=3)
    message = r"noise variance.*n_samples=20, 60 features\. Give noise_variance.*gcv"
    for fit in (
        lambda model: model.fit_moments(half),
        lambda model: model.fit_blocks([(X, y)]),
        lambda model: model.partial_fit(X, y),
    ):
        with pytest.raises(ValueError, match=message):
            fit(search)
    search.set_params(noise_variance=0.25)
    with quiet(GridEdgeWarning):
        assert search.fit_moments(half).noise_variance_ == 0.25
        assert not hasattr(search.set_params(selection="gcv").fit_moments(half), "noise_variance_")


def test_on_dask():
    """The same from moments of chunks, and the same error where they are too few."""
    da = pytest.importorskip("dask.array")
    remote = pytest.importorskip("skl1.dask")
    X, y = wide(0, 60, 12)
    with quiet(GridEdgeWarning):
        here = skl1.ProximalLassoCV(selection="bic").fit(X, y)
        there = remote.ProximalLassoCV(selection="bic").fit(da.from_array(X, chunks=(20, -1)), y)
    assert there.noise_variance_ == pytest.approx(here.noise_variance_, rel=1e-9)
    X, y = wide(0)
    dX = da.from_array(X, chunks=(10, -1))
    with pytest.raises(ValueError, match="Give noise_variance"):
        remote.ProximalLassoCV(selection="bic").fit(dX, y)
    with quiet(GridEdgeWarning):
        remote.ProximalLassoCV(selection="bic", noise_variance=0.25).fit(dX, y)


# What is said of it ----------------------------------------------------------------------------


@pairs(
    cls=EVERY,
    rule=[*CROSS_VALIDATED, *CRITERIA, "callable"],
    p=[10, 100, 500],
    # Slow, and its path has nothing of its own.
    allowed=lambda cls, _, p: "Subgradient" not in cls.__name__ or p <= 100,
)
def test_an_empty_choice_is_told_once(cls, rule, p):
    """On noise alone: exactly one warning where no penalised feature is chosen, else not that."""
    rng = np.random.default_rng(p)
    X, y = rng.standard_normal((40, p)), rng.standard_normal(40)
    selection = (lambda table: int(np.argmin(table["n_nonzero"]))) if rule == "callable" else rule
    model = made(
        cls, selection=selection, n_alphas=5, eps=0.3, k=2, cv=3, random_state=0, local_search=None
    )
    said = [each for each in told(model, X, y) if each[0] in {EmptyModelWarning, GridEdgeWarning}]
    if model.coef_.any():
        assert EmptyModelWarning not in [category for category, _ in said]
        return
    ((category, message),) = said
    assert category is EmptyModelWarning
    assert message.startswith("The chosen model has no penalised feature: ")
    assert {"1se": "held-out", "min": "held-out", "callable": "selection="}.get(
        rule, "compares held-out errors"
    ) in message


def test_features_without_a_penalty_are_no_choice():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((100, 5))
    y = 3.0 * X[:, 0] + rng.standard_normal(100)
    model = skl1.ProximalLassoCV(selection="ebic", penalty_weights=[0.0, 1, 1, 1, 1])
    with pytest.warns(EmptyModelWarning, match="no penalised feature"):
        model.fit(X, y)
    assert model.coef_[0] != 0.0


@every
def test_the_warnings_are_documented(cls):
    for name in ("EmptyModelWarning", "GridEdgeWarning", "FoldWarning"):
        assert name in cls.__doc__.split("Warns\n")[1].split("Notes\n")[0]
        assert name in cls.fit.__doc__.split("Warns\n")[1]


@pytest.mark.parametrize("rule", CRITERIA)
@every
def test_no_advice_towards_saturation(cls, rule):
    """Where a criterion takes the largest model, others are compared, not still larger ones."""
    for seed, given in ((0, None), (1, 0.01), (2, None)):
        X, y = wide(seed)
        model = made(cls, selection=rule, noise_variance=given, n_alphas=8, eps=0.05)
        model.set_params(random_state=0)
        for category, message in told(model, X, y):
            if category is GridEdgeWarning:
                assert "held-out errors" in message
                assert "may be better" not in message
                assert f"selection={rule!r}" in message


def test_the_largest_subset_tried():
    X, y = wide(0)
    with pytest.warns(GridEdgeWarning, match=r"'gcv' has chosen the largest model.*: 4 degrees"):
        skl1.BestSubsetRegressorCV(selection="gcv").fit(X, y)


# Folds -----------------------------------------------------------------------------------------


def rare_words(n=60, p=40, rare=25):
    """Some columns have all their entries in a few rows, so that they vanish with a fold."""
    rng = np.random.default_rng(0)
    X = (rng.random((n, p)) < 0.3) * rng.random((n, p))
    X[:, :rare] = 0.0
    X[rng.permutation(n)[:rare], np.arange(rare)] = 1.0
    y = X[:, -3:] @ [3.0, -2.0, 2.0] + 0.3 * rng.standard_normal(n)
    return X, y


def test_rare_features_that_the_model_does_without():
    """Their vanishing in a fold is normal, and nothing to be told."""
    X, y = rare_words()
    for storage in (np.asarray, sparse.csr_array):
        model = skl1.ProximalLassoCV(selection="1se", n_alphas=30)
        assert not [m for c, m in told(model, storage(X), y) if c is FoldWarning]
        assert not model.coef_[:25].any()


def test_rare_features_that_are_chosen():
    """One warning for all folds, with their names."""
    pandas = pytest.importorskip("pandas")
    X, y = rare_words()
    y = y + 30.0 * X[:, 0] - 30.0 * X[:, 1]
    names = [f"word{j}" for j in range(40)]
    model = skl1.ProximalLassoCV(alphas=[0.1, 0.01], cv=KFold(5))
    said = [m for c, m in told(model, pandas.DataFrame(X, columns=names), y) if c is FoldWarning]
    (message,) = said
    assert message.startswith("Fold")
    assert "have a coefficient in the chosen model: " in message
    assert "'word0'" in message
    said = [m for c, m in told(model, X, y) if c is FoldWarning]
    assert len(said) == 1
    assert "(0, 1" in said[0]


# What cannot be searched -----------------------------------------------------------------------


def splits_of(X):
    return list(KFold(3).split(X))


@every
def test_splits_that_are_no_splits(cls):
    X, y = wide(0, 30, 5)
    wrong = {
        r"cv=\[\] yields no splits": [],
        "Fold 0 of cv must be a pair.*got 1": [1, 2],
        r"Fold 1 of cv must be a pair.*got \(1, 2, 3\)": [splits_of(X)[0], (1, 2, 3)],
        "Fold 0 of cv must be a pair": splits_of(X)[0],
        "training part of fold 0 must name rows": [([[1], [2, 3]], [4])],
        "held-out part of fold 0 must name rows of the 30": [([1, 2], [99])],
        "no fold holds out anything": [(np.arange(30), [])],
    }
    for message, cv in wrong.items():
        with quiet(FoldWarning), pytest.raises(ValueError, match=message):
            made(cls, cv=cv, n_alphas=3, k=2).fit(X, y)


def test_a_generator_serves_one_fit():
    import sklearn

    X, y = wide(0, 30, 5)
    for routing in (False, True):
        with sklearn.config_context(enable_metadata_routing=routing), quiet(GridEdgeWarning):
            model = skl1.ProximalLassoCV(cv=(split for split in splits_of(X)), n_alphas=5)
            assert model.fit(X, y).mse_path_.shape == (5, 3)
            with pytest.raises(ValueError, match="yields no splits. A generator serves one fit"):
                model.fit(X, y)


@pytest.mark.parametrize("value", [True, np.bool_(True), 1.0, [1], None, -1, "1"], ids=repr)
@every
def test_a_rule_that_returns_no_index(cls, value):
    X, y = wide(0, 30, 5)
    with pytest.raises(ValueError, match="must return an index of the .* whole number"):
        made(cls, selection=lambda _: value, n_alphas=3, k=2, eps=0.5, cv=2).fit(X, y)


def test_more_features_than_there_are():
    """As many as there are, with a warning, as SelectKBest has it; and nothing is repeated."""
    X, y = wide(0, 40, 10)
    X[:, 9] = 1.0
    with pytest.warns(UserWarning, match="k=50 is larger than the 9 features") as caught:
        model = skl1.BestSubsetRegressor(50).fit(X, y)
    assert len(caught) == 1
    assert model.subset_objectives_.shape == (10,)
    for k, sizes in ((50, range(10)), ([1, 4, 50], [1, 4, 9])):
        with pytest.warns(UserWarning, match="k=50 is larger than the 9 features") as caught:
            search = skl1.BestSubsetRegressorCV(k, selection=lambda _: 1).fit(X, y)
        assert len(caught) == 1
        assert search.ks_.tolist() == list(sizes)
        assert search.k_ == search.ks_[1]
    assert skl1.BestSubsetRegressorCV().fit(X, y).ks_.tolist() == list(range(10))
    with pytest.warns(UserWarning, match="k=5 is larger than the 3 features"):
        skl1.BestSubsetRegressor(penalty_weights=[0.0] * 2 + [1.0] * 3 + [np.inf] * 5).fit(X, y)


def test_dependent_features_leave_smaller_subsets():
    """Fewer are used than asked for, and the objectives say where it ends."""
    X, y = wide(0, 40, 4)
    X = np.c_[X, X]
    model = skl1.BestSubsetRegressor(6).fit(X, y)
    assert np.count_nonzero(model.coef_) <= 4
    assert np.ptp(model.subset_objectives_[4:]) == 0.0
