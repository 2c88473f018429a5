"""Moments of several targets: one matrix, and for each target what it has by itself."""

import io

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

import skl1
from common import quiet, smaller
from skl1 import Moments
from skl1.designs import moment_files

RNG = np.random.default_rng(5)
N, P, M = 60, 7, 3
X = RNG.standard_normal((N, P)) + 2.0
Y = X @ RNG.standard_normal((P, M)) * [1.0, 1e-3, 1e3] + RNG.standard_normal((N, M))
WEIGHTS = RNG.random(N)
WEIGHTS[::5] = 0.0

#: Every public class whose fits need moments only, found by itself.
KINDS = [
    cls
    for cls in (getattr(skl1, name) for name in skl1.__all__)
    if isinstance(cls, type) and hasattr(cls, "fit_moments")
]
FIELDS = ("n_samples", "weight", "x_mean", "y_mean", "xx", "xy", "yy", "exponent")


def assert_same(one, other):
    for name in FIELDS:
        assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-11, atol=1e-300)


@pytest.mark.parametrize("storage", [np.asarray, sparse.csc_array])
@pytest.mark.parametrize("factor", [1.0, 1e-200, 1e200])
def test_each_target_has_its_own(storage, factor):
    """However the rows are cut, and whatever the weights."""
    whole = Moments.of(storage(X), Y, factor * WEIGHTS)
    parts = [
        Moments.of(X[rows], Y[rows], factor * WEIGHTS[rows]) for rows in np.split(np.arange(N), 4)
    ]
    for moments in (whole, sum(parts), 0.5 * (2.0 * whole)):
        assert (moments.n_targets, moments.n_features) == (M, P)
        assert (moments.xy.shape, moments.yy.shape, moments.y_mean.shape) == ((P, M), (M,), (M,))
        for k, one in enumerate(moments.targets()):
            assert_same(one, Moments.of(X, Y[:, k], factor * WEIGHTS))
            assert one.held_xx is moments.held_xx
            assert isinstance(one.yy, float)
    assert "targets" in repr(whole)
    assert "targets" not in repr(whole.of_target(0))


def test_a_column_is_one_target():
    with pytest.warns(Warning, match="column-vector"):
        one = Moments.of(X, Y[:, :1])
    assert one.n_targets == 1
    assert one.targets() == [one]
    with pytest.raises(IndexError, match="have none with number 0"):
        one.of_target(0)
    with pytest.raises(IndexError, match="of 3 targets have none with number 3"):
        Moments.of(X, Y).of_target(3)


def test_nothing_adds_nothing():
    nothing = Moments.of(X[:5], Y[:5], np.zeros(5))
    assert nothing.n_targets == M
    assert_same(sum([nothing, Moments.of(X, Y)]), Moments.of(X, Y))
    with pytest.raises(ValueError, match="3 targets cannot be added to those of 1"):
        Moments.of(X, Y) + Moments.of(X, Y[:, 0])


@pytest.mark.parametrize("factor", [1.0, 1e-200])
def test_files(factor):
    """In a format of their own, which earlier versions refuse; single targets stay in the first."""
    for y, known in ((Y, moment_files.FORMAT), (Y[:, 0], moment_files.FIRST)):
        file = io.BytesIO()
        moments = Moments.of(X, y, factor * WEIGHTS)
        moments.save(file)
        file.seek(0)
        assert np.load(file)["format"] == known
        file.seek(0)
        assert_same(Moments.load(file), moments)


def test_sums_that_no_rows_have():
    given = {name: getattr(Moments.of(X, Y), name) for name in moment_files.FIELDS}
    assert_same(Moments(**given), Moments.of(X, Y))
    for wrong in (
        {"yy": given["yy"] * [1.0, 0.1, 1.0]},
        {"yy": given["yy"][:2]},
        {"yy": float(given["yy"][0])},
        {"y_offset": 0.0},
        {"xy": given["xy"][:, :, None]},
        {"xy": given["xy"][:, 0]},
    ):
        with pytest.raises(ValueError, match="semidefinite|shape"):
            Moments(**given | wrong)
    with pytest.raises(ValueError, match="NaN"):
        Moments.of(X, np.where(Y > 0.0, Y, np.nan))


@pytest.mark.parametrize("cls", KINDS, ids=lambda cls: cls.__name__)
def test_fits(cls):
    """From moments and from blocks: of each target what its own moments give."""
    known = cls().get_params()
    given = smaller(cls) | {
        "tol": 1e-9,
        "cv": 2,
        "eps": 0.1,
        "shared_alpha": False,
        "shared_k": False,
    }
    given = {name: value for name, value in given.items() if name in known}
    if "Subgradient" in cls.__name__:
        given |= {"max_iter": 500}
    parts = [Moments.of(X[k::2], Y[k::2], WEIGHTS[k::2]) for k in range(2)]
    blocks = [(X[rows], Y[rows], WEIGHTS[rows]) for rows in (slice(0, 25), slice(25, N))]
    with quiet(UserWarning):
        whole = cls(**given).fit_moments(parts if "cv" in given else sum(parts))
        streamed = cls(**given).fit_blocks(blocks)
        partial = cls(**given)
        for block in blocks:
            partial.partial_fit(*block)
        for k in range(M):
            own = [part.of_target(k) for part in parts]
            single = cls(**given).fit_moments(own if "cv" in given else sum(own))
            assert_array_equal(whole.coef_[k], single.coef_)
            assert whole.objective_[k] == single.objective_
    assert whole.coef_.shape == (M, P)
    scale = np.abs(whole.coef_).max(axis=1, keepdims=True)
    rough = 1e-2 if "Subgradient" in cls.__name__ else 1e-6
    assert np.all(np.abs(streamed.coef_ - whole.coef_) <= rough * scale)
    assert np.all(np.abs(partial.coef_ - streamed.coef_) <= rough * scale)
    assert partial.n_samples_seen_ == N


def test_blocks_have_the_same_targets():
    with pytest.raises(ValueError, match="cannot be added to those of 1") as told:
        skl1.ProximalLasso().fit_blocks([(X, Y), (X, Y[:, 0])])
    assert told.value.__notes__ == ["This is block 1 of the stream."]
    model = skl1.ProximalLasso().partial_fit(X, Y)
    with pytest.raises(ValueError, match="cannot be added to those of 1"):
        model.partial_fit(X, Y[:, 0])
    with pytest.raises(ValueError, match=r"NaN, in target 1"):
        model.partial_fit(X, np.where(np.arange(M) == 1, np.nan, Y))
    assert model.n_samples_seen_ == N


def test_criteria_want_a_choice_for_each():
    with pytest.raises(ValueError, match="shared_alpha=False"):
        skl1.ProximalLassoCV(selection="bic").fit_blocks([(X, Y)])
    with quiet(UserWarning):
        search = skl1.ProximalLassoCV(selection="bic", shared_alpha=False).fit_blocks([(X, Y)])
    assert search.alpha_.shape == (M,)


def test_warm_starts_are_not_taken():
    model = skl1.ProximalLasso(0.01, warm_start=True).fit(X, Y)
    before = model.n_iter_
    model.fit_moments(Moments.of(X, Y))
    assert len(model.n_iter_) == len(before) == M
    fresh = skl1.ProximalLasso(0.01).fit_moments(Moments.of(X, Y))
    assert_array_equal(model.coef_, fresh.coef_)
