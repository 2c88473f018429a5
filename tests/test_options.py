"""Every option of the data and of the estimators, alone and combined."""

import itertools
import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning, DataConversionWarning
from sklearn.linear_model import Ridge

import skl1
from common import (
    ESTIMATORS,
    elastic_net,
    explicit,
    is_convex,
    label,
    least_squares,
    own_objective,
    problem,
    quiet,
    solution,
)
from skl1 import NonconvexLpRegressor, ProximalLasso, RelaxedLasso, RidgeGD, SubgradientLasso
from skl1.estimators.nonconvex import NonconvexRegressor
from skl1.exceptions import EmptyModelWarning

#: Each estimator as exactly as it can be had, at a penalty that keeps some features.
EXACT = {
    "ProximalLasso": {"alpha": 0.2, "tol": 1e-13},
    "RelaxedLasso": {"alpha": 0.2, "tol": 1e-13},
    "SubgradientLasso": {"alpha": 0.2, "tol": 1e-11, "max_iter": 50_000},
    "RidgeGD": {"alpha": 0.2, "tol": 1e-14},
    "NonconvexLpRegressor": {"alpha": 0.2, "tol": 1e-12},
}
#: How near two fits of the same problem are that took different roads, relative to max |w|.
CLOSE = {"SubgradientLasso": 2e-5}

every = pytest.mark.parametrize("cls", ESTIMATORS, ids=label)


def exact(cls, **options):
    """An instance that converges as far as it can."""
    return cls(**{**EXACT.get(cls.__name__, {}), **options})


def fit(model, *args, **kwargs):
    """Fit; the tolerances above may be out of reach, which is not the matter here."""
    with quiet():
        return model.fit(*args, **kwargs)


def assert_same(model, coef, intercept, factor=1.0, found=None):
    """The coefficients agree to what the estimator can be expected to reach."""
    tol = factor * CLOSE.get(type(model).__name__, 1e-6)
    scale = max(1.0, np.abs(coef).max(initial=0.0))
    got, constant = found or (model.coef_, model.intercept_)
    assert_allclose(got, coef, rtol=0.0, atol=tol * scale)
    assert_allclose(constant, intercept, rtol=0.0, atol=10.0 * tol * scale)


def memmapped(X, folder):
    """X on disk, opened read-only."""
    path = folder / "X.npy"
    np.save(path, X)
    return np.load(path, mmap_mode="r")


def strided(X):
    """A view of every second row and column of a larger array."""
    larger = np.full((2 * X.shape[0], 2 * X.shape[1]), np.nan)
    larger[::2, ::2] = X
    return larger[::2, ::2]


def read_only(X):
    """X that nobody may write to."""
    X = X.copy()
    X.flags.writeable = False
    return X


def wide_indices(X):
    """CSC with 64-bit indices."""
    X = sparse.csc_array(X)
    X.indices, X.indptr = X.indices.astype(np.int64), X.indptr.astype(np.int64)
    return X


def read_only_sparse(X):
    """CSC whose three arrays are read-only."""
    X = sparse.csc_matrix(X)
    for part in (X.data, X.indices, X.indptr):
        part.flags.writeable = False
    return X


def with_duplicates(X):
    """COO in which each entry is the sum of two."""
    X = sparse.coo_array(X)
    row, col = X.coords
    return sparse.coo_array(
        (np.r_[0.25 * X.data, 0.75 * X.data], (np.r_[row, row], np.r_[col, col])), shape=X.shape
    )


def unsorted(X):
    """CSR whose rows are stored backwards."""
    X = sparse.csr_matrix(X)
    for i in range(X.shape[0]):
        row = slice(X.indptr[i], X.indptr[i + 1])
        X.data[row], X.indices[row] = X.data[row][::-1].copy(), X.indices[row][::-1].copy()
    X.has_sorted_indices = False
    return X


DENSE = {
    "C": np.ascontiguousarray,
    "F": np.asfortranarray,
    "strided": strided,
    "reversed": lambda X: X[::-1, ::-1].copy()[::-1, ::-1],
    "read-only": read_only,
    "list": lambda X: X.tolist(),
}
SPARSE = {
    "csr_matrix": sparse.csr_matrix,
    "csc_matrix": sparse.csc_matrix,
    "coo_matrix": sparse.coo_matrix,
    "csr_array": sparse.csr_array,
    "csc_array": sparse.csc_array,
    "coo_array": sparse.coo_array,
    "int64": wide_indices,
    "read-only sparse": read_only_sparse,
    "duplicates": with_duplicates,
    "unsorted": unsorted,
}
CONTAINERS = {**DENSE, **SPARSE}


def sparse_problem(n=40, p=8, seed=3):
    """A problem with half the entries zero; p > 2 n takes the operators instead of a Gram."""
    X, _ = problem(n, p, seed=seed)
    rng = np.random.default_rng(seed + 100)
    X = X * (rng.random(X.shape) < 0.5)
    return X, X[:, 0] - 2.0 * X[:, 1] + 1.5 * X[:, 2] + 3.0 + 0.3 * rng.standard_normal(n)


# Storage -------------------------------------------------------------------------------------


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


# Combinations --------------------------------------------------------------------------------

PENALTY_WEIGHTS = {
    "unit": None,
    "mixed": np.array([1.0, 0.5, 2.0, 1.0, 0.3, 1.0, 3.0, 1.0]),
    "free and excluded": np.array([1.0, 0.5, 0.0, 1.0, np.inf, 1.0, 3.0, 0.0]),
}
COMBINATIONS = list(
    itertools.product(
        ["C", "F", "csc_array", "csr_matrix", "float32"],
        [None, "weighted"],
        [True, False],
        PENALTY_WEIGHTS,
        [False, True],
    )
)


def combination_data(kind, weighted):
    """X in the given form, its float64 values, y and the sample weights (some of them zero)."""
    X, y = sparse_problem()
    X[:, 3] *= 20.0
    X[:, 5] += 30.0 * (X[:, 5] != 0.0)
    weights = None
    if weighted:
        weights = np.random.default_rng(8).uniform(0.2, 3.0, y.size)
        weights[::7] = 0.0
    if kind == "float32":
        X = X.astype(np.float32)
        return X, X.astype(float), y.astype(np.float32).astype(float), weights
    return CONTAINERS[kind](X), X, y, weights


@pytest.mark.parametrize(
    ("kind", "weighted", "fit_intercept", "penalties", "positive"),
    COMBINATIONS,
    ids=str,
)
@every
def test_combination(cls, kind, weighted, fit_intercept, penalties, positive):
    """All data options at once: the fit is that of explicitly centred and weighted data."""
    data, X, y, weights = combination_data(kind, weighted)
    u = PENALTY_WEIGHTS[penalties]
    options = {"penalty_weights": u, "positive": positive}
    model = fit(exact(cls, fit_intercept=fit_intercept, **options), data, y, sample_weight=weights)
    single = kind == "float32"

    # The certificate's objective is the objective by its definition.
    assert model.objective_ == pytest.approx(
        own_objective(model, X, y, weights), rel=1e-5 if single else 1e-10
    )
    # The same estimator on explicit data.
    Xe, ye, x_mean, y_mean = explicit(X, y, weights, fit_intercept)
    again = fit(exact(cls, fit_intercept=False, **options), Xe, ye)
    assert model.objective_ == pytest.approx(again.objective_, rel=1e-5 if single else 1e-7)
    factor = 1e3 if single else 10.0
    assert_same(model, again.coef_, y_mean - x_mean @ again.coef_, factor=factor)
    # An implementation that shares nothing with it.
    if isinstance(model, NonconvexRegressor):
        assert single or model.stationarity_ <= 1e-9
    else:
        coef, intercept = elastic_net(
            X,
            y,
            model.alpha,
            l1_ratio=0.0 if isinstance(model, RidgeGD) else 1.0,
            sample_weight=weights,
            penalty_weights=u,
            positive=positive,
            fit_intercept=fit_intercept,
        )
        assert_same(model, coef, intercept, factor=factor, found=solution(model))
        if isinstance(model, RelaxedLasso):
            free = np.zeros(8, dtype=bool) if u is None else u == 0.0
            refit = least_squares(
                X,
                y,
                (model.lasso_coef_ != 0.0) | free,
                sample_weight=weights,
                positive=positive,
                fit_intercept=fit_intercept,
            )
            assert_same(model, *refit, factor=factor)
    if u is not None:
        assert not model.coef_[np.isinf(u)].any()
    if positive:
        assert model.coef_.min() >= 0.0
    if not fit_intercept:
        assert model.intercept_ == 0.0


@every
def test_weights_of_zero_remove_rows(cls):
    """Rows of weight zero take no part, not even if they are outliers."""
    X, y = problem()
    weights = np.ones(y.size)
    weights[::3] = 0.0
    X[::3] *= 1e4
    y[::3] = -1e6
    model = fit(exact(cls), X, y, sample_weight=weights)
    kept = fit(exact(cls), X[weights > 0], y[weights > 0])
    assert_same(model, kept.coef_, kept.intercept_)
    assert model.alpha_max_ == pytest.approx(kept.alpha_max_, rel=1e-12)


@every
def test_a_number_as_sample_weight(cls):
    """One number for all weights is no weights at all."""
    X, y = problem()
    assert_allclose(
        fit(exact(cls), X, y, sample_weight=2.5).coef_, fit(exact(cls), X, y).coef_, atol=1e-5
    )


@pytest.mark.parametrize("container", ["C", "csc_array"])
@every
def test_a_column_y(cls, container):
    """y of one column is taken as a vector, with scikit-learn's warning."""
    X, y = problem()
    with pytest.warns(DataConversionWarning, match="column-vector"):
        model = exact(cls, tol=1e-4).fit(CONTAINERS[container](X), y[:, None])
    assert model.coef_.shape == (X.shape[1],)
    assert model.predict(X).shape == y.shape
    assert_array_equal(model.coef_, exact(cls, tol=1e-4).fit(CONTAINERS[container](X), y).coef_)


@pytest.mark.parametrize("container", ["C", "csc_array"])
@every
def test_two_targets_are_refused(cls, container):
    """y of two columns is an error that speaks of y and its shape."""
    X, y = problem()
    with pytest.raises(ValueError, match=r"y should be a 1d array.*\(40, 2\)"):
        cls().fit(CONTAINERS[container](X), np.c_[y, y])


@pytest.mark.parametrize("shape", [(40, 8), (6, 20)], ids=["tall", "wide"])
@every
def test_no_penalty(cls, shape):
    """alpha = 0 is least squares, solved and certified: there is nothing to warn of."""
    X, y = problem(*shape)
    model = cls(alpha=0.0).fit(X, y)
    assert model.converged_
    r = y - model.predict(X)
    assert_allclose((X - X.mean(axis=0)).T @ r, 0.0, atol=1e-8 * np.abs(X.T @ y).max())
    if shape[0] < shape[1]:
        least = np.linalg.pinv(X - X.mean(axis=0)) @ (y - y.mean())
        assert_allclose(model.coef_, least, atol=1e-9 * np.abs(least).max())


# What a fit tells ----------------------------------------------------------------------------


@pytest.mark.parametrize("container", ["C", "csc_array"])
@every
def test_fitted_attributes(cls, container):
    """All fitted attributes are there, of the right type and consistent."""
    X, y = problem()
    model = exact(cls, tol=1e-6).fit(CONTAINERS[container](X), y)
    assert isinstance(model.coef_, np.ndarray)
    assert model.coef_.shape == (8,)
    assert np.isscalar(model.intercept_)
    assert model.n_iter_ >= 1
    assert model.converged_ is True or model.converged_ is np.True_
    assert model.stop_reason_ == "tolerance reached"
    assert isinstance(model.objective_, float)
    assert model.sparse_coef_.shape == (1, 8)
    assert_array_equal(model.sparse_coef_.toarray()[0], model.coef_)
    assert not hasattr(model, "history_")
    if is_convex(model):
        null = 0.5 * y.var()
        assert 0.0 <= model.dual_gap_ <= 1e-6 * null
    else:
        assert 0.0 <= model.stationarity_ <= 1e-6


@pytest.mark.parametrize("solver", [None, "coordinate_descent", "ista", "fista"])
@every
def test_history(cls, solver):
    """The record has its columns, time runs forwards, and its end is the fitted model."""
    if solver and cls is not ProximalLasso:
        return
    X, y = problem(60, 12, noise=2.0)
    options = {"solver": solver} if solver else {}
    model = fit(exact(cls, record_history=True, **options), X, y)
    history = model.history_
    assert {"iteration", "seconds", "objective", "gap", "nonzeros"} <= set(history)
    lengths = {len(values) for values in history.values()}
    assert len(lengths) == 1
    assert lengths.pop() >= 1
    assert np.all(np.diff(history["seconds"]) >= 0.0)
    assert np.all(np.diff(history["iteration"]) > 0)
    assert history["iteration"][-1] <= model.n_iter_
    assert history["objective"][-1] == pytest.approx(model.objective_, rel=1e-12)
    certificate = model.dual_gap_ if is_convex(model) else model.stationarity_
    assert history["gap"][-1] == pytest.approx(certificate, rel=1e-6, abs=1e-14)
    assert history["nonzeros"][-1] == np.count_nonzero(model.coef_)
    assert all(np.isfinite(values).all() for values in history.values())
    if is_convex(model):
        assert np.all(np.diff(history["gap"]) <= 1e-12 * history["gap"][0] + history["gap"][:-1])


@every
def test_history_is_dropped(cls):
    """A fit without a record leaves none of an earlier fit's."""
    X, y = problem()
    model = exact(cls, tol=1e-4, record_history=True).fit(X, y)
    assert hasattr(model, "history_")
    assert not hasattr(model.set_params(record_history=False).fit(X, y), "history_")


@every
def test_warm_start(cls):
    """From its own solution a fit is done at once; a change of p or of columns starts anew."""
    X, y = problem(60, 12, noise=2.0)
    cold = exact(cls, tol=1e-6).fit(X, y)
    warm = exact(cls, tol=1e-6, warm_start=True).fit(X, y)
    assert_array_equal(cold.coef_, warm.coef_)
    again = warm.coef_.copy()
    warm.fit(X, y)
    assert warm.n_iter_ == 1
    assert_array_equal(warm.coef_, again)
    warm.fit(X[:, :5], y)
    narrow = exact(cls, tol=1e-6).fit(X[:, :5], y)
    assert_allclose(warm.coef_, narrow.coef_, atol=1e-2)


@every
def test_a_cold_start_forgets(cls):
    """Without warm_start a second fit is the first."""
    X, y = problem(60, 12, noise=2.0)
    model = exact(cls, tol=1e-6).fit(X, y)
    first, count = model.coef_.copy(), model.n_iter_
    model.fit(X, y)
    assert_array_equal(model.coef_, first)
    assert model.n_iter_ == count


@every
def test_an_empty_model_is_announced(cls):
    """A model without any feature warns once and names alpha_max_."""
    if cls is RidgeGD:  # never empty
        return
    X, y = problem()
    top = fit(cls(), X, y).alpha_max_
    with pytest.warns(EmptyModelWarning) as caught:
        model = cls(alpha=1.5 * top).fit(X, y)
    assert len(caught) == 1
    assert f"alpha_max_={model.alpha_max_:g}" in str(caught[0].message)
    assert not model.coef_.any()
    assert model.converged_
    assert model.intercept_ == pytest.approx(y.mean())
    assert model.n_iter_ >= 1


#: Instances that cannot be done in the iterations they have.
SHORT = [
    ProximalLasso(alpha=0.01, solver="coordinate_descent", max_iter=1, tol=1e-12),
    ProximalLasso(alpha=0.01, solver="ista", max_iter=2, tol=1e-12),
    ProximalLasso(alpha=0.01, solver="fista", max_iter=2, tol=1e-12),
    SubgradientLasso(alpha=0.01, max_iter=3),
    SubgradientLasso(alpha=0.01, max_iter=300, step_size="constant"),
    SubgradientLasso(alpha=0.01, max_iter=300, step_size="sqrt"),
    SubgradientLasso(alpha=0.01, max_iter=300, step_size="normalized"),
    RidgeGD(alpha=1e-3, max_iter=2, tol=1e-12),
    RidgeGD(alpha=1e-3, max_iter=2, tol=1e-12, acceleration=None),
    RidgeGD(alpha=1e-3, max_iter=2, tol=1e-12, acceleration="conjugate_gradient"),
    NonconvexLpRegressor(alpha=0.001, max_iter=1, tol=1e-15, p=0.7),
]


@pytest.mark.parametrize("model", SHORT, ids=label)
def test_one_warning_says_what_was_reached(model):
    """One ConvergenceWarning a fit: the figure reached, the figure wanted, what to do."""
    X, y = problem(80, 120, noise=3.0, nonzero=60)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = clone(model).fit(X, y)
    messages = [str(w.message) for w in caught if w.category is ConvergenceWarning]
    assert len(messages) == len(caught) == 1
    message = messages[0]
    assert not model.converged_
    assert model.stop_reason_ == "max_iter reached"
    assert type(model).__name__ in message
    reached = model.dual_gap_ if is_convex(model) else model.stationarity_
    assert f"{reached:.3g}" in message
    wanted = model.tol * 0.5 * y.var() if is_convex(model) else model.tol
    assert f"{wanted:.3g} was wanted" in message
    assert "max_iter" in message.partition("was wanted")[2] or "ProximalLasso" in message
    assert model.n_iter_ == model.max_iter


# alpha_max_ ----------------------------------------------------------------------------------


@pytest.mark.parametrize("penalties", PENALTY_WEIGHTS)
@pytest.mark.parametrize("positive", [False, True], ids=["signed", "positive"])
@pytest.mark.parametrize("fit_intercept", [True, False], ids=["intercept", "no intercept"])
@pytest.mark.parametrize("container", ["C", "csc_array"])
@pytest.mark.parametrize("weighted", [None, "weighted"])
@pytest.mark.parametrize(
    "model",
    [
        ProximalLasso(tol=1e-12),
        ProximalLasso(tol=1e-12, l1_ratio=0.3),
        ProximalLasso(tol=1e-12, solver="fista"),
        SubgradientLasso(tol=1e-9),
        NonconvexLpRegressor(p=0.5),
        NonconvexLpRegressor(p=0),
        NonconvexLpRegressor(p=1, tol=1e-12),
    ],
    ids=label,
)
def test_alpha_max(model, weighted, container, fit_intercept, positive, penalties):
    """At alpha_max_ no penalised feature is in the model; just below one is."""
    data, X, y, weights = combination_data(container, weighted)
    u = PENALTY_WEIGHTS[penalties]
    model = clone(model).set_params(
        fit_intercept=fit_intercept, positive=positive, penalty_weights=u, alpha=1e3
    )
    penalised = np.ones(8, dtype=bool) if u is None else u > 0.0
    top = fit(model, data, y, sample_weight=weights).alpha_max_
    if not isinstance(model, NonconvexLpRegressor) or model.p == 1:
        null, _ = elastic_net(
            X, y, 1.0, sample_weight=weights, positive=positive, fit_intercept=fit_intercept,
            penalty_weights=np.where(penalised, np.inf, 0.0),
        )  # fmt: skip
        Xe, ye, *_ = explicit(X, y, weights, fit_intercept)
        pull = Xe.T @ (ye - Xe @ null) / y.size
        pull = np.maximum(pull, 0.0) if positive else np.abs(pull)
        charge = np.ones(8) if u is None else u
        entering = penalised & np.isfinite(charge)
        bound = (pull[entering] / charge[entering]).max() / getattr(model, "l1_ratio", 1.0)
        assert top == pytest.approx(bound, rel=1e-9)
    for factor in (1.0 + 1e-10, 1.01):
        model = fit(clone(model).set_params(alpha=factor * top), data, y, sample_weight=weights)
        assert not model.coef_[penalised].any()
    model = fit(clone(model).set_params(alpha=0.99 * top), data, y, sample_weight=weights)
    assert model.coef_[penalised].any()
    assert model.alpha_max_ == top


def test_alpha_max_of_ridge():
    """Without an L1 part no alpha empties the model."""
    X, y = problem()
    assert RidgeGD().fit(X, y).alpha_max_ == np.inf
    assert ProximalLasso(l1_ratio=0.0).fit(X, y).alpha_max_ == np.inf
    for cls in (RidgeGD, ProximalLasso):
        with quiet():
            assert cls().fit(X, np.ones(y.size)).alpha_max_ == 0.0


# Estimator against estimator -----------------------------------------------------------------


@pytest.mark.parametrize("solver", ["auto", "coordinate_descent", "ista", "fista"])
@pytest.mark.parametrize("alpha", [1e-3, 1.0, 100.0])
def test_l1_ratio_zero_is_ridge(solver, alpha):
    """ProximalLasso(l1_ratio=0) equals Ridge(alpha=n alpha)."""
    X, y = problem()
    model = fit(ProximalLasso(alpha, l1_ratio=0.0, solver=solver, tol=1e-15), X, y)
    expected = Ridge(alpha=y.size * alpha, solver="svd").fit(X, y)
    assert_allclose(model.coef_, expected.coef_, rtol=5e-6, atol=1e-9)
    assert model.alpha_max_ == np.inf


@pytest.mark.parametrize("acceleration", [None, "nesterov", "conjugate_gradient"])
@pytest.mark.parametrize("shape", [(40, 8), (12, 30)], ids=["tall", "wide"])
@pytest.mark.parametrize("container", ["C", "csc_array"])
def test_ridge_gd_is_ridge(acceleration, shape, container):
    """RidgeGD(alpha) equals Ridge(alpha=W alpha), W the sum of the raw weights."""
    X, y = sparse_problem(*shape)
    weights = np.random.default_rng(2).uniform(0.5, 5.0, y.size)
    model = fit(
        RidgeGD(0.03, acceleration=acceleration, tol=1e-15),
        CONTAINERS[container](X),
        y,
        sample_weight=weights,
    )
    expected = Ridge(alpha=weights.sum() * 0.03, solver="svd").fit(X, y, sample_weight=weights)
    assert_allclose(model.coef_, expected.coef_, rtol=1e-6, atol=1e-7)
    assert model.intercept_ == pytest.approx(expected.intercept_, rel=1e-6)


@pytest.mark.parametrize("positive", [False, True])
@pytest.mark.parametrize("container", ["C", "csc_array"])
def test_p_one_is_the_lasso(container, positive):
    """NonconvexLpRegressor(p=1) equals ProximalLasso, certificate included."""
    X, y = sparse_problem()
    data = CONTAINERS[container](X)
    for p in (1, 1.0):
        model = NonconvexLpRegressor(0.1, p=p, tol=1e-12, positive=positive).fit(data, y)
        lasso = ProximalLasso(0.1, tol=1e-12, positive=positive).fit(data, y)
        assert_allclose(model.coef_, lasso.coef_, atol=1e-10)
        assert model.alpha_max_ == lasso.alpha_max_
        assert model.dual_gap_ <= 1e-12 * 0.5 * y.var()
        assert model.stationarity_ <= 1e-5


def test_p_near_one_is_nearly_the_lasso():
    """The l_p models go over into the Lasso continuously."""
    X, y = problem()
    lasso = ProximalLasso(0.1, tol=1e-12).fit(X, y)
    for p, close in ((0.99, 1e-2), (1 - 1e-6, 1e-5), (1 - 1e-12, 1e-6), (1 - 2**-53, 1e-6)):
        model = NonconvexLpRegressor(0.1, p=p, tol=1e-10).fit(X, y)
        assert_allclose(model.coef_, lasso.coef_, atol=close)


def orthonormal(n=50, p=10, seed=5):
    """Columns that are orthonormal and centred, in the sense of means: X'X = n I."""
    rng = np.random.default_rng(seed)
    Q, _ = np.linalg.qr(np.c_[np.ones(n), rng.standard_normal((n, p))])
    X = np.sqrt(n) * Q[:, 1:]
    return X, X @ rng.standard_normal(p) + 0.1 * rng.standard_normal(n)


def test_p_zero_is_hard_thresholding():
    """On orthonormal columns p = 0 keeps the coefficients above sqrt(2 alpha) unchanged."""
    X, y = orthonormal()
    z = X.T @ y / y.size
    for alpha in (0.01, 0.1, 0.5):
        model = NonconvexLpRegressor(alpha, p=0).fit(X, y)
        assert_allclose(model.coef_, np.where(np.abs(z) > np.sqrt(2 * alpha), z, 0.0), atol=1e-12)
        assert set(np.flatnonzero(model.coef_)) == set(
            np.flatnonzero(np.abs(z) > np.sqrt(2 * alpha))
        )


@pytest.mark.parametrize("p", [0.1, 0.5, 2 / 3, 0.9])
def test_orthonormal_columns_separate(p):
    """On orthonormal columns every coefficient minimises its own scalar problem."""
    X, y = orthonormal()
    z, alpha = X.T @ y / y.size, 0.1
    model = NonconvexLpRegressor(alpha, p=p, tol=1e-12).fit(X, y)
    grid = np.linspace(-3.5, 3.5, 700_001)
    for j in range(z.size):
        values = 0.5 * (grid - z[j]) ** 2 + alpha * np.abs(grid) ** p
        own = 0.5 * (model.coef_[j] - z[j]) ** 2 + alpha * np.abs(model.coef_[j]) ** p * (
            model.coef_[j] != 0.0
        )
        assert own <= values.min() + 1e-9


def best_over_supports(X, y, alpha, power):
    """The least objective over all supports, each solved by reweighted least squares."""
    Xe, ye, *_ = explicit(X, y)
    n, p = Xe.shape
    best = 0.5 * ye @ ye / n
    for size in range(1, p + 1):
        for support in itertools.combinations(range(p), size):
            A = Xe[:, support]
            G, q = A.T @ A / n, A.T @ ye / n
            w = np.linalg.solve(G, q)
            if power > 0.0:
                for _ in range(100):
                    curvature = alpha * power * np.maximum(np.abs(w), 1e-12) ** (power - 2.0)
                    w = np.linalg.solve(G + np.diag(curvature), q)
            r = ye - A @ w
            best = min(best, 0.5 * r @ r / n + alpha * (np.abs(w) ** power).sum())
    return best


@pytest.mark.parametrize("power", [0.0, 0.3, 0.5, 0.8])
def test_against_all_supports(power):
    """The local minimum is the global one or near it, found by trying every support."""
    equal = 0
    excess = []
    for seed in range(12):
        X, y = problem(25, 6, seed=seed, noise=1.0, offset=0.5)
        X[:, 3] = X[:, 0] + 0.7 * X[:, 3]
        alpha = 0.05 * float(y.var())
        model = fit(NonconvexLpRegressor(alpha, p=power, tol=1e-10), X, y)
        best = best_over_supports(X, y, alpha, power)
        excess.append(model.objective_ / best - 1.0)
        equal += excess[-1] <= 1e-6
    assert min(excess) >= -1e-6
    assert max(excess) <= 0.05
    assert equal >= 9


# The subgradient method ----------------------------------------------------------------------


def test_textbook_subgradients_oscillate():
    """truncate=False crosses zero again and again and is not sparse; truncate=True is."""
    X, y = problem(60, 12)
    with pytest.warns(ConvergenceWarning, match="ProximalLasso"):
        textbook = SubgradientLasso(
            0.5, truncate=False, step_size="constant", record_history=True, max_iter=3000
        ).fit(X, y)
    truncated = fit(
        SubgradientLasso(0.5, step_size="constant", record_history=True, max_iter=3000), X, y
    )
    lasso = ProximalLasso(0.5, tol=1e-12).fit(X, y)
    crossings = textbook.history_["crossings"]
    assert crossings[-1] > 0
    assert crossings.sum() > 1000
    assert np.count_nonzero(textbook.coef_) > np.count_nonzero(lasso.coef_)
    assert_array_equal(truncated.coef_ != 0.0, lasso.coef_ != 0.0)
    assert set(truncated.history_) == set(textbook.history_)


def test_a_constant_step_stalls():
    """A constant step ends in a zone: it says so, with the gap, and names ProximalLasso."""
    X, y = problem(60, 12)
    with pytest.warns(ConvergenceWarning, match="gap .* was wanted .*ProximalLasso"):
        model = SubgradientLasso(0.5, truncate=False, step_size="constant", max_iter=20_000).fit(
            X, y
        )
    assert model.dual_gap_ > 1e-6 * 0.5 * y.var()
    assert not model.converged_


@pytest.mark.parametrize("averaging", [False, True])
@pytest.mark.parametrize("truncate", [False, True])
@pytest.mark.parametrize("step_size", ["polyak", "constant", "sqrt", "normalized"])
def test_subgradient_rules(step_size, truncate, averaging):
    """Every rule comes near the minimum, and its gap is a true bound of the distance."""
    X, y = problem(60, 8)
    best = ProximalLasso(0.3, tol=1e-14).fit(X, y).objective_
    model = fit(
        SubgradientLasso(
            0.3, step_size=step_size, truncate=truncate, averaging=averaging, max_iter=3000
        ),
        X,
        y,
    )
    assert best - 1e-12 <= model.objective_ <= 1.05 * best
    assert model.objective_ - best <= model.dual_gap_ + 1e-12


# Steps that are too long ---------------------------------------------------------------------


@pytest.mark.parametrize("acceleration", [None, "nesterov"])
@pytest.mark.parametrize("shape", [(40, 8), (12, 30)], ids=["tall", "wide"])
@pytest.mark.parametrize("factor", [1.05, 10.0, 1e10, 1e300])
def test_a_step_too_long_is_named(factor, shape, acceleration):
    """Above 2 / L the fit stops, says "diverged", names the largest safe step; no garbage."""
    X, y = problem(*shape)
    alpha = 0.1
    Xe, *_ = explicit(X, y)
    L = np.linalg.eigvalsh(Xe.T @ Xe / y.size)[-1] + alpha
    model = RidgeGD(alpha, step_size=factor * 2.0 / L, acceleration=acceleration, max_iter=100_000)
    with pytest.warns(ConvergenceWarning, match="diverged") as caught:
        model.fit(X, y)
    assert len(caught) == 1
    assert not model.converged_
    assert model.stop_reason_.startswith("diverged")
    assert np.isfinite(model.coef_).all()
    assert model.objective_ <= 0.5 * y.var() * (1 + 1e-9)
    named = float(model.stop_reason_.rpartition(" ")[2])
    assert 0.85 * 2.0 / L <= named <= 2.0 / L * 1.005
    # The step it names does converge.
    again = RidgeGD(alpha, step_size=named, acceleration=None, max_iter=100_000)
    assert fit(again, X, y).converged_


@pytest.mark.parametrize("acceleration", [None, "nesterov"])
def test_a_safe_step(acceleration):
    """A number below 2 / L is used as it is and converges."""
    X, y = problem(offset=0.0)
    L = np.linalg.eigvalsh(np.cov(X.T, bias=True))[-1] + 0.1
    model = RidgeGD(0.1, step_size=1.0 / L, acceleration=acceleration, tol=1e-14).fit(X, y)
    assert_allclose(model.coef_, Ridge(alpha=4.0, solver="svd").fit(X, y).coef_, atol=1e-6)


def test_conjugate_gradients_cannot_be_positive():
    """positive=True with conjugate gradients is refused, and the error names both."""
    X, y = problem()
    with pytest.raises(ValueError, match=r"conjugate_gradient.*positive"):
        RidgeGD(positive=True, acceleration="conjugate_gradient").fit(X, y)


def test_public_names():
    """The four estimators are public, and the tests find them."""
    public = {getattr(skl1, name) for name in skl1.__all__ if not name.startswith("_")}
    assert set(ESTIMATORS) <= public
    assert set(EXACT) <= {cls.__name__ for cls in ESTIMATORS}


def test_one_row_and_no_penalty():
    """Nothing varies: the model is the intercept."""
    with pytest.warns(EmptyModelWarning):
        model = RidgeGD(0.0).fit([[1.0, 2.0]], [3.0])
    assert not model.coef_.any()
    assert model.intercept_ == 3.0


def test_single_precision_whose_intercept_cannot_be_held():
    """Means of 1e7: the rounded intercept costs more than the tolerance, and the fit says so."""
    X = (np.array([[1.0], [2.0], [4.0]]) + 1e7).astype(np.float32)
    with pytest.warns(ConvergenceWarning, match="duality gap"):
        model = ProximalLasso(0.01, tol=1e-6).fit(X, np.array([1.0, 2.0, 4.0]))
    assert not model.converged_
    assert model.dual_gap_ > 1e-6
