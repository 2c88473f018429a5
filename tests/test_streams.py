"""Fits to rows in blocks: each estimator with a quadratic loss, and what is read from files."""

import copy
import itertools
import pickle
import tracemalloc

import numpy as np
import pytest
from scipy import sparse
from sklearn import config_context
from sklearn.base import clone
from sklearn.model_selection import PredefinedSplit

import skl1
from common import quiet
from skl1.designs.stream import Stream
from skl1.estimators.streamed import StreamedRegressor


def streamed():
    """Every public estimator that fits to blocks, at a penalty that keeps some features."""
    options = {
        "SubgradientLasso": {"tol": 1e-3, "alpha": 0.1},
        "SubgradientLassoCV": {"tol": 1e-6, "n_alphas": 3},
        "BestSubsetRegressor": {"k": 2},
        "BestSubsetRegressorCV": {"k": 3},
    }
    for name in skl1.__all__:
        cls = getattr(skl1, name)
        if isinstance(cls, type) and issubclass(cls, StreamedRegressor):
            given = options.get(name, {"alpha": 0.1} if "alpha" in cls().get_params() else {})
            if "tol" in cls(**given).get_params() and "tol" not in given:
                given = {**given, "tol": 1e-10}
            yield cls(**given)


every = pytest.mark.parametrize("model", [*streamed()], ids=lambda model: type(model).__name__)


def data(n=83, p=6):
    rng = np.random.default_rng(3)
    X = rng.normal(size=(n, p)) + 30.0
    y = X[:, 0] - 2.0 * X[:, 1] + 0.3 * rng.normal(size=n) + 5.0
    s = rng.uniform(0.1, 2.0, n)
    s[7] = 0.0
    return X, y, s


def blocks(X, y, s, edges=(0, 1, 20, 20, 59, 83)):
    """Of unequal lengths: a single row, none, and some of other kinds."""
    for kind, (a, b) in enumerate(itertools.pairwise(edges)):
        form = [np.array, np.asfortranarray, sparse.csr_array][kind % 3]
        yield form(X[a:b]), y[a:b], s[a:b]


def rows(model, X, y, s):
    """The same fit to all rows, with the folds of a stream."""
    model = clone(model)
    if "cv" in model.get_params():
        model.set_params(cv=PredefinedSplit(np.arange(y.size) % 5))
    return model.fit(X, y, sample_weight=s)


def assert_same_model(one, other):
    rough = 2e-2 if "Subgradient" in type(one).__name__ else 1e-5
    np.testing.assert_allclose(one.coef_, other.coef_, atol=rough)
    assert one.intercept_ == pytest.approx(other.intercept_, abs=100 * rough)
    if hasattr(one, "alpha_"):
        assert one.alpha_ == pytest.approx(other.alpha_)


@every
def test_blocks_are_the_rows(model):
    X, y, s = data()
    with quiet(skl1.GridEdgeWarning):
        expected = rows(model, X, y, s)
        assert_same_model(model.fit_blocks(blocks(X, y, s)), expected)
        uncut = clone(model).fit_blocks([(X, y, s)])
    np.testing.assert_allclose(model.coef_, uncut.coef_, atol=1e-2)
    if hasattr(model, "mse_path_"):
        np.testing.assert_allclose(model.mse_path_, uncut.mse_path_, rtol=1e-2)


@every
def test_partial_fits_add_up(model):
    X, y, s = data()
    with quiet(skl1.GridEdgeWarning):
        model.partial_fit(X[:40], y[:40], s[:40])
        first = copy.deepcopy(model)
        assert_same_model(first, clone(model).fit_blocks([(X[:40], y[:40], s[:40])]))
        model = pickle.loads(pickle.dumps(model))
        model.partial_fit(X[40:], y[40:], s[40:])
        assert_same_model(model, rows(model, X, y, s))
        assert model.n_samples_seen_ == y.size
        # Neither the copy nor a fresh start knows of later rows.
        first.partial_fit(X[40:], y[40:], s[40:])
        np.testing.assert_array_equal(first.coef_, model.coef_)
        model.fit(X[:30], y[:30])
        assert not hasattr(model, "n_samples_seen_")
        model.partial_fit(X, y, s)
    assert_same_model(model, first)


def test_names_of_features():
    pandas = pytest.importorskip("pandas")
    X, y, _ = data()
    frame = pandas.DataFrame(X, columns=list("abcdef"))
    model = skl1.ProximalLasso(0.1).fit_blocks([(frame[:40], y[:40]), (frame[40:], y[40:])])
    np.testing.assert_array_equal(model.feature_names_in_, list("abcdef"))
    with pytest.raises(ValueError, match="feature names") as caught:
        model.fit_blocks([(frame[:40], y[:40]), (frame[40:][list("bacdef")], y[40:])])
    assert caught.value.__notes__ == ["This is block 1 of the stream."]
    model.partial_fit(frame, y)
    with pytest.raises(ValueError, match="feature names"):
        model.partial_fit(frame.rename(columns={"a": "z"}), y)
    assert model.n_samples_seen_ == y.size


def test_what_is_refused():
    X, y, _ = data()
    model = skl1.ProximalLasso(0.1)
    with pytest.raises(TypeError, match=r"Block 0 must be \(X, y\)"):
        model.fit_blocks(X)
    with pytest.raises(TypeError, match="Block 1"):
        model.fit_blocks([(X, y), (X,)])
    with pytest.raises(ValueError, match="0 rows"):
        model.fit_blocks([])
    with pytest.raises(ValueError, match="0 rows"):
        model.fit_blocks([(X[:0], y[:0])])
    for message, wrong in {
        "expecting 6 features": (X[:, 1:], y),
        "inconsistent numbers": (X[1:], y),
        "NaN": (np.where(X > 31, np.nan, X), y),
        "[Nn]egative": (X, y, -y * y),
    }.items():
        with pytest.raises(ValueError, match=message) as caught:
            model.fit_blocks([(X, y), wrong])
        assert caught.value.__notes__ == ["This is block 1 of the stream."]
        with pytest.raises(ValueError, match=message):
            model.partial_fit(X, y).partial_fit(*wrong)
    with pytest.raises(ValueError, match="no row with a positive weight"):
        model.fit_blocks([(X, y, 0.0)])
    search = skl1.ProximalLassoCV()
    with pytest.raises(ValueError, match="3 rows; at least 5"):
        search.fit_blocks([(X[:3], y[:3])])
    with pytest.raises(ValueError, match="cv must be a number"):
        skl1.ProximalLassoCV(cv=[([0], [1])]).fit_blocks([(X, y)])
    with pytest.raises(ValueError, match="scoring"):
        skl1.ProximalLassoCV(scoring="r2").fit_blocks([(X, y)])
    search.partial_fit(X, y).set_params(cv=3)
    with pytest.raises(ValueError, match="dealt to 5 folds, not to 3"):
        search.partial_fit(X, y)
    assert skl1.ProximalLassoCV(selection="bic", cv=[]).fit_blocks([(X, y)]).converged_


def test_a_stream_writes_over_nothing_but_its_own():
    X, y, _ = data()
    stream = Stream()
    stream.add(X[:40], y[:40])
    (first,) = stream.moments()
    kept = first.xx.copy()
    stream.add(X[40:], y[40:])
    stream.add(X[40:], y[40:])
    np.testing.assert_array_equal(first.xx, kept)


def test_means_that_dwarf_the_spread():
    """Blocks are centred one by one: a million spreads from zero cost no digits of the model."""
    rng = np.random.default_rng(0)
    Z = rng.normal(size=(1000, 5))
    y = Z @ [1.0, -1.0, 0.5, 0.0, 0.0] + 0.1 * rng.normal(size=1000)
    near = skl1.ProximalLasso(0.01, tol=1e-12).fit(Z, y)
    X = Z + 1e6
    far = skl1.ProximalLasso(0.01, tol=1e-12)
    far.fit_blocks((X[k : k + 100], y[k : k + 100]) for k in range(0, 1000, 100))
    np.testing.assert_allclose(far.coef_, near.coef_, atol=1e-9)


@pytest.mark.parametrize("order", "CF")
def test_a_mapped_file_is_not_copied(order, tmp_path):
    """Copies of columns stay within the working memory, whatever the size of X."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((600, 40_000), dtype=np.float32) + np.float32(1.0)
    y = X[:, :300] @ rng.normal(size=300) + rng.normal(size=600)
    np.save(tmp_path / "X.npy", np.asarray(X, order=order))
    mapped = np.load(tmp_path / "X.npy", mmap_mode="r")
    alpha = 0.1 * np.abs((X - X.mean(axis=0)).T @ (y - y.mean())).max() / 600
    with config_context(working_memory=2):
        skl1.ProximalLasso(alpha).fit(mapped, y)  # compiles, which takes memory as well
        tracemalloc.start()
        model = skl1.ProximalLasso(alpha).fit(mapped, y)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert model.converged_
    assert np.count_nonzero(model.coef_) > 100
    assert peak < X.nbytes / 4  # 24 MB: vectors of 40,000 numbers, blocks of 1 MB, a Gram matrix
    np.testing.assert_allclose(model.coef_, skl1.ProximalLasso(alpha).fit(X, y).coef_, atol=1e-3)


def test_an_error_leaves_the_estimator_as_it_was():
    """Rows are not counted twice when a call is repeated, nor is a model half replaced."""
    X, y, _ = data()
    model = skl1.ProximalLasso(0.1, penalty_weights=[1.0, 2.0])
    with pytest.raises(ValueError, match="penalty_weights"):
        model.partial_fit(X[:30], y[:30])
    model.set_params(penalty_weights=None).partial_fit(X[:30], y[:30])
    assert model.n_samples_seen_ == 30
    with pytest.raises(ValueError, match="overflow"):
        model.partial_fit(X + 1e75, y)
    assert model.n_samples_seen_ == 30
    before = model.coef_.copy()

    def broken():
        yield X[:20, :5], y[:20]
        raise OSError

    with pytest.raises(OSError):  # noqa: PT011 (raised here)
        model.fit_blocks(broken())
    np.testing.assert_array_equal(model.coef_, before)
    assert model.predict(X).shape == y.shape
    assert model.partial_fit(X[30:], y[30:]).n_samples_seen_ == y.size


@pytest.mark.parametrize("wrong", [([], "X"), (None, "y"), (3.0, "y")], ids=str)
def test_a_block_without_y_is_not_passed_over(wrong):
    X, y, _ = data()
    with pytest.raises((TypeError, ValueError)) as caught:
        skl1.ProximalLasso(0.1).fit_blocks([(X[:20], y[:20]), (X[20:], wrong[0])])
    assert caught.value.__notes__ == ["This is block 1 of the stream."]


def test_a_column_that_vanishes_in_a_block():
    """Only of all rows are squares that vanish an error; in a training part it is constant."""
    X, y, _ = data()
    X[:, 4] = np.exp(-(np.linspace(0.0, 20.0, y.size) ** 2))
    y = y + 5.0 * X[:, 4]
    whole = skl1.ProximalLasso(1e-3).fit(X, y)
    cut = [(X[k : k + 20], y[k : k + 20]) for k in range(0, y.size, 20)]
    np.testing.assert_allclose(
        skl1.ProximalLasso(1e-3).fit_blocks(cut).coef_, whole.coef_, atol=1e-8
    )
    with quiet(skl1.GridEdgeWarning, skl1.FoldWarning):
        search = skl1.ProximalLassoCV(n_alphas=5, eps=0.1).fit(X, y)
    assert np.isfinite(search.mse_path_).all()
    with pytest.raises(ValueError, match="vanish"):
        skl1.ProximalLasso(1e-3).fit_blocks([(1e-75 * X, y)])
