"""However the data are stored, the model is the same."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

from common import is_convex, own_objective, problem
from exactly import CONTAINERS, assert_same, every, exact, fit, sparse_problem


def memmapped(X, folder):
    """X on disk, opened read-only."""
    path = folder / "X.npy"
    np.save(path, X)
    return np.load(path, mmap_mode="r")


@pytest.mark.parametrize("shape", [(40, 8), (12, 30)], ids=["tall", "wide"])
@pytest.mark.parametrize("container", CONTAINERS)
@every
def test_storage_does_not_matter(cls, container, shape):
    """Whatever X is stored in, the fit is that of C-ordered float64; X is left as it was."""
    X, y = sparse_problem(*shape)
    expected = fit(exact(cls), X, y)
    data = CONTAINERS[container](X)
    before = np.array(data.toarray() if sparse.issparse(data) else data, copy=True)
    model = fit(exact(cls), data, y)
    assert_same(model, expected.coef_, expected.intercept_, factor=10.0)
    after = data.toarray() if sparse.issparse(data) else np.asarray(data)
    assert_array_equal(before, after)
    assert_allclose(model.predict(data), expected.predict(X), atol=1e-3)


@every
def test_memory_mapped_data(cls, tmp_path):
    """X, y and the weights may be read-only maps of files."""
    X, y = problem()
    weights = np.linspace(0.5, 2.0, y.size)
    expected = fit(exact(cls), X, y, sample_weight=weights)
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
    model = fit(
        exact(cls),
        memmapped(X, tmp_path / "a"),
        memmapped(y, tmp_path / "b"),
        sample_weight=memmapped(weights, tmp_path / "c"),
    )
    assert_same(model, expected.coef_, expected.intercept_)


@every
def test_integers_and_booleans_become_float64(cls):
    """Data of another kind than float is converted to float64."""
    rng = np.random.default_rng(0)
    X = rng.integers(0, 2, (30, 4))
    y = 3 * X[:, 0] - X[:, 1] + rng.integers(0, 2, 30)
    expected = fit(exact(cls, alpha=0.02), X.astype(float), y.astype(float))
    for data in (X, X.astype(bool), X.astype(np.int8), X.astype(np.float16)):
        model = fit(exact(cls, alpha=0.02), data, y)
        assert model.coef_.dtype == np.float64
        assert_same(model, expected.coef_, expected.intercept_, factor=1e-3)


@pytest.mark.parametrize("library", ["pandas", "polars"])
@every
def test_data_frames(cls, library):
    """Data frames keep their names; a frame with other names is refused at predict."""
    frames = pytest.importorskip(library)
    X, y = problem()
    names = [f"column {j}" for j in range(X.shape[1])]
    frame = frames.DataFrame({name: X[:, j] for j, name in enumerate(names)})
    target = frames.Series(y)
    model = fit(exact(cls), frame, target, sample_weight=frames.Series(np.ones(y.size)))
    assert_array_equal(model.feature_names_in_, names)
    assert model.n_features_in_ == len(names)
    expected = fit(exact(cls), X, y)
    assert_same(model, expected.coef_, expected.intercept_)
    assert_allclose(model.predict(frame), expected.predict(X), atol=1e-3)
    other = frames.DataFrame({f"other {j}": X[:, j] for j in range(X.shape[1])})
    with pytest.raises(ValueError, match="feature names"):
        model.predict(other)


@every
def test_pandas_penalty_weights(cls):
    """Penalty weights may be a pandas Series, a tuple or a list."""
    pandas = pytest.importorskip("pandas")
    X, y = problem()
    u = [0.5, 1.0, 2.0, 1.0, 0.0, np.inf, 1.0, 1.0]
    expected = fit(exact(cls, penalty_weights=np.array(u)), X, y)
    for given in (u, tuple(u), pandas.Series(u)):
        model = fit(exact(cls, penalty_weights=given), X, y)
        assert_same(model, expected.coef_, expected.intercept_, factor=1e-3)


@pytest.mark.parametrize("container", ["C", "F", "csc_array"])
@pytest.mark.parametrize("shape", [(60, 8), (15, 40)], ids=["tall", "wide"])
@every
def test_float32(cls, container, shape):
    """float32 stays: coef_, intercept_ and predictions; near to the fit in float64."""
    X, y = sparse_problem(*shape)
    X, y = X.astype(np.float32).astype(float), y.astype(np.float32).astype(float)
    expected = fit(exact(cls), X, y)
    data = CONTAINERS[container](X).astype(np.float32)
    model = fit(exact(cls, tol=1e-8), data, y.astype(np.float32))
    assert model.coef_.dtype == np.float32
    assert np.asarray(model.intercept_).dtype == np.float32
    assert model.predict(data).dtype == np.float32
    assert_allclose(model.coef_, expected.coef_, atol=2e-3)
    assert model.objective_ == pytest.approx(expected.objective_, rel=1e-5)
    # The certificate is that of the float32 coefficients.
    assert model.objective_ == pytest.approx(own_objective(model, X, y), rel=1e-6)
    if is_convex(model):
        assert model.objective_ - expected.objective_ <= model.dual_gap_ + 1e-12
