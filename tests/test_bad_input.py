"""Bad and extreme input: a clear error, the right answer, or a warning; never a silent NaN."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import sparse
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning

from common import ESTIMATORS, elastic_net, is_convex, label, problem, quiet, solution, variants
from skl1 import NonconvexLpRegressor, ProximalLasso, RelaxedLasso, RidgeGD, SubgradientLasso

VARIANTS = variants()
every = pytest.mark.parametrize("estimator", VARIANTS, ids=label)
containers = pytest.mark.parametrize(
    "container", [np.asarray, sparse.csr_array], ids=["dense", "sparse"]
)

X, Y = problem(30, 5)
N, P = X.shape


def brief(estimator, **options):
    """A copy with few iterations: here it matters that it ends well, not that it converges."""
    return clone(estimator).set_params(max_iter=min(estimator.max_iter, 300), **options)


def changed(array, value, index=3):
    """A copy in which one entry is the value."""
    array = np.array(array, dtype=np.result_type(array, type(value)))
    array.flat[index] = value
    return array


def assert_sound(model, X, y):
    """A fit that raised no error has finite results, and says so if it fell short."""
    for name in ("coef_", "intercept_", "objective_"):
        assert np.isfinite(getattr(model, name)).all(), name
    certificate = model.dual_gap_ if is_convex(model) else model.stationarity_
    assert certificate >= 0.0
    assert model.n_iter_ >= 1
    assert np.isfinite(model.predict(X)).all()


def fit_soundly(estimator, X, y, sample_weight=None):
    """Fit a copy: the fitted model, or None if it raised a ValueError that names X or y.

    A fit that does not converge has to warn; no other warning may leak, RuntimeWarnings least.
    """
    model = clone(estimator)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            model.fit(X, y, sample_weight=sample_weight)
        except ValueError as error:
            assert "X" in str(error) or "y " in str(error), error  # noqa: PT017
            model = None
    names = [warning.category.__name__ for warning in caught]
    leaked = set(names) - {"ConvergenceWarning", "EmptyModelWarning"}
    assert leaked <= ({"UserWarning"} if estimator.alpha == 0.0 else set()), caught[0]
    if model is not None:
        assert_sound(model, X, y)
        assert names.count("ConvergenceWarning") == (not model.converged_)
    return model


# Wrong data ----------------------------------------------------------------------------------


@containers
@pytest.mark.parametrize(
    ("value", "message"), [(np.nan, "NaN"), (np.inf, "infinity"), (-np.inf, "infinity")]
)
@every
def test_not_finite(estimator, value, message, container):
    """NaN and inf in X or y are refused by name; predict refuses them too."""
    with pytest.raises(ValueError, match=f"Input X contains {message}"):
        estimator.fit(container(changed(X, value)), Y)
    with pytest.raises(ValueError, match=f"Input y contains {message}"):
        estimator.fit(container(X), changed(Y, value))
    model = fit_soundly(estimator, X, Y)
    with pytest.raises(ValueError, match=f"Input X contains {message}"):
        model.predict(container(changed(X, value)))


@every
def test_complex_data(estimator):
    """Complex numbers are refused."""
    with pytest.raises(ValueError, match="Complex data not supported"):
        estimator.fit(X + 0j, Y)
    with pytest.raises(ValueError, match="Complex data not supported"):
        estimator.fit(sparse.csc_array(X + 0j), Y)
    with pytest.raises(ValueError, match="Complex data not supported"):
        estimator.fit(X, Y + 0j)


@every
def test_text(estimator):
    """Text is refused, whether in X or in y."""
    with pytest.raises(ValueError, match="could not convert string to float|dtype='numeric'"):
        estimator.fit(np.full((4, 2), "a"), np.arange(4.0))
    with pytest.raises(ValueError, match="could not convert string to float|Unknown label type"):
        estimator.fit(X, np.full(N, "a"))


@every
def test_wrong_shapes(estimator):
    """Shapes that do not fit are refused, and the error says which."""
    with pytest.raises(ValueError, match="Expected 2D array"):
        estimator.fit(X[:, 0], Y)
    with pytest.raises(ValueError, match="dim"):
        estimator.fit(X[:, :, None], Y)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        estimator.fit(X, Y[:-1])
    with pytest.raises(ValueError, match="y should be a 1d array"):
        estimator.fit(X, np.c_[Y, Y])
    with pytest.raises(ValueError, match="y"):
        estimator.fit(X, None)
    model = fit_soundly(estimator, X, Y)
    with pytest.raises(ValueError, match="X has 4 features, but .* is expecting 5"):
        model.predict(X[:, :4])


@containers
@every
def test_empty_data(estimator, container):
    """No samples or no features: refused."""
    with pytest.raises(ValueError, match="0 sample"):
        estimator.fit(container(np.empty((0, 3))), np.empty(0))
    with pytest.raises(ValueError, match="0 feature"):
        estimator.fit(container(np.empty((4, 0))), np.arange(4.0))


BAD_WEIGHTS = {
    "NaN": changed(np.ones(N), np.nan),
    "inf": changed(np.ones(N), np.inf),
    "negative": changed(np.ones(N), -1.0),
    "all zero": np.zeros(N),
    "too short": np.ones(N - 1),
    "a column": np.ones((N, 1)),
    "a number: NaN": np.nan,
    "a number: inf": np.inf,
    "a number: negative": -2.0,
    "a number: zero": 0.0,
}


@containers
@pytest.mark.parametrize("weights", BAD_WEIGHTS)
@pytest.mark.parametrize("cls", ESTIMATORS, ids=label)
def test_bad_sample_weights(cls, weights, container):
    """Sample weights that make no sense are refused, and the error speaks of weights."""
    with pytest.raises(ValueError, match=r"(?i)sample.weight"):
        cls().fit(container(X), Y, sample_weight=BAD_WEIGHTS[weights])


@pytest.mark.parametrize("weights", [np.full(N, "a"), np.ones(N) + 1j], ids=["text", "complex"])
@pytest.mark.parametrize("cls", ESTIMATORS, ids=label)
def test_sample_weights_of_another_kind(cls, weights):
    """Sample weights that are not real numbers are refused."""
    with pytest.raises(ValueError, match="could not convert string|Complex data"):
        cls().fit(X, Y, sample_weight=weights)


BAD_PENALTY_WEIGHTS = {
    "NaN": [1.0, np.nan, 1.0, 1.0, 1.0],
    "negative": [1.0, -1.0, 1.0, 1.0, 1.0],
    "too short": np.ones(P - 1),
    "too long": np.ones(P + 1),
    "a row": np.ones((1, P)),
    "text": ["a"] * P,
    "complex list": [1j] * P,
    "complex array": np.ones(P) + 1j,
    "a number": 2.0,
    "a word": "unit",
}


@pytest.mark.parametrize("weights", BAD_PENALTY_WEIGHTS)
@pytest.mark.parametrize("cls", ESTIMATORS, ids=label)
def test_bad_penalty_weights(cls, weights):
    """Penalty weights that make no sense are refused by name."""
    with pytest.raises(ValueError, match="penalty_weights"):
        cls(penalty_weights=BAD_PENALTY_WEIGHTS[weights]).fit(X, Y)


BAD_PARAMETERS = [
    *[
        (cls, name, value)
        for cls in ESTIMATORS
        for name, values in {
            "alpha": (-1.0, -1e-300, np.nan, np.inf, "1", None, [1.0], 1j),
            "tol": (-1e-9, np.nan, np.inf, "small", None),
            "max_iter": (0, -5, 10.5, np.inf, "many", None),
        }.items()
        for value in values
    ],
    *[
        (cls, name, value)
        for cls in ESTIMATORS
        for name in ("positive", "fit_intercept", "warm_start", "record_history")
        for value in ("yes", None, 2)
    ],
    *[(NonconvexLpRegressor, "p", value) for value in (-0.1, 1.1, np.nan, np.inf, "1/2", None)],
    *[(ProximalLasso, "l1_ratio", value) for value in (-0.1, 1.1, np.nan, "all", None)],
    *[(ProximalLasso, "solver", value) for value in ("lars", None, 1)],
    *[(RelaxedLasso, "gamma", value) for value in (-0.1, 1.1, np.nan, "half", None)],
    *[(SubgradientLasso, "step_size", value) for value in ("long", None, 0.1)],
    *[(SubgradientLasso, "step_length", value) for value in (0.0, -1.0, np.nan, np.inf, "auto")],
    *[(SubgradientLasso, name, "yes") for name in ("truncate", "averaging")],
    *[(RidgeGD, "step_size", value) for value in (0.0, -1.0, np.nan, np.inf, "long", None)],
    *[(RidgeGD, "acceleration", value) for value in ("heavy ball", 1, True)],
]  # fmt: skip


@pytest.mark.parametrize(("cls", "name", "value"), BAD_PARAMETERS)
def test_bad_parameters(cls, name, value):
    """A parameter out of its range is refused by name when fitting, not before."""
    model = cls(**{name: value})
    with pytest.raises(ValueError, match=f"'{name}' parameter of {cls.__name__}"):
        model.fit(X, Y)


# Degenerate data -----------------------------------------------------------------------------


@containers
@every
def test_one_sample(estimator, container):
    """One sample: with an intercept the model is empty and exact."""
    model = fit_soundly(brief(estimator), container(X[:1]), Y[:1])
    if model.fit_intercept:
        assert not model.coef_.any()
        assert model.intercept_ == pytest.approx(Y[0], rel=1e-15)
        assert model.converged_


@containers
@every
def test_one_feature(estimator, container):
    """One feature: the closed form, or what it says is not converged."""
    model = fit_soundly(clone(estimator).set_params(alpha=0.01), container(X[:, :1]), Y)
    x, y = X[:, 0], Y
    if model.fit_intercept:
        x, y = x - x.mean(), y - y.mean()
    if isinstance(model, ProximalLasso) and model.l1_ratio == 1.0:
        pull = x @ y / N
        pull = max(pull, 0.0) if model.positive else pull
        coef = np.sign(pull) * max(abs(pull) - 0.01, 0.0) / (x @ x / N)
        assert solution(model)[0][0] == pytest.approx(coef, rel=1e-2)


@containers
@pytest.mark.parametrize("value", [0.0, 0.1, -1e6])
@every
def test_constant_target(estimator, value, container):
    """A constant y is met by the intercept alone, exactly."""
    model = fit_soundly(estimator, container(X), np.full(N, value))
    if model.fit_intercept or value == 0.0:
        assert not model.coef_.any()
        assert model.intercept_ == value
        assert model.converged_
        assert model.objective_ == 0.0
        assert model.alpha_max_ == 0.0


@containers
@pytest.mark.parametrize("value", [0.0, 0.1, 1e6])
@every
def test_constant_columns(estimator, value, container):
    """With an intercept constant columns get no coefficient and change nothing."""
    wide = np.c_[X, np.full(N, value), X[:, 0] * 0.0 + value]
    model = fit_soundly(brief(estimator), container(wide), Y)
    if model.fit_intercept or value == 0.0:
        assert not model.coef_[P:].any()
    if model.fit_intercept and model.converged_:
        without = fit_soundly(brief(estimator), container(X), Y)
        assert_allclose(model.coef_[:P], without.coef_, rtol=1e-2, atol=1e-2)


@containers
@every
def test_only_constant_columns(estimator, container):
    """X of constants alone: the mean."""
    model = fit_soundly(brief(estimator), container(np.full((N, 2), 3.0)), Y)
    if model.fit_intercept:
        assert not model.coef_.any()
        assert model.intercept_ == pytest.approx(Y.mean())


@containers
@every
def test_duplicate_columns(estimator, container):
    """Exactly and almost duplicate columns: same objective, the same predictions nearly."""
    twice = np.c_[X, X, X[:, :2] * (1.0 + 1e-13)]
    model = fit_soundly(brief(estimator), container(twice), Y)
    once = fit_soundly(brief(estimator), container(X), Y)
    lasso = isinstance(model, (ProximalLasso, SubgradientLasso))
    if lasso and getattr(model, "l1_ratio", 1.0) == 1.0 and model.converged_ and once.converged_:
        slack = model.dual_gap_ + once.dual_gap_ + 1e-12 * Y.var()
        assert abs(model.objective_ - once.objective_) <= slack


@containers
@every
def test_all_options_at_zero(estimator, container):
    """alpha = 0 on rank-deficient data: least squares."""
    data = np.c_[X, X[:, 0] + X[:, 1], np.ones(N)]
    without = {name: 0.0 for name in ("alpha", "l2") if hasattr(estimator, name)}
    model = fit_soundly(clone(estimator).set_params(**without), container(data), Y)
    assert model.converged_
    if not model.positive:
        fitted = np.c_[data, np.ones(N)] if model.fit_intercept else data
        best = fitted @ np.linalg.lstsq(fitted, Y)[0]
        assert_allclose(model.predict(container(data)), best, atol=1e-8)


# Scales --------------------------------------------------------------------------------------

SCALED = [
    ProximalLasso(0.2, tol=1e-12),
    ProximalLasso(0.2, tol=1e-12, fit_intercept=False),
    ProximalLasso(0.2, tol=1e-12, positive=True),
    ProximalLasso(0.2, tol=1e-12, solver="coordinate_descent"),
    ProximalLasso(0.2, tol=1e-12, solver="ista"),
    ProximalLasso(0.2, tol=1e-12, solver="fista"),
    SubgradientLasso(0.2, tol=1e-9, max_iter=50_000),
    RidgeGD(0.2, tol=1e-14),
    RidgeGD(0.2, tol=1e-14, acceleration=None),
    RidgeGD(0.2, tol=1e-14, acceleration="conjugate_gradient"),
    NonconvexLpRegressor(0.2, p=0, tol=1e-12),
    NonconvexLpRegressor(0.2, p=0.3, tol=1e-12),
    NonconvexLpRegressor(0.2, p=0.5, tol=1e-12),
    NonconvexLpRegressor(0.2, p=2 / 3, tol=1e-12),
    NonconvexLpRegressor(0.2, p=1, tol=1e-12),
]
scaled = pytest.mark.parametrize("estimator", SCALED, ids=label)


def exponent(model):
    """The degree of the penalty in the coefficient."""
    return 2.0 if isinstance(model, RidgeGD) else getattr(model, "p", 1.0)


def spread_problem(n=30, p=5):
    """A problem without offsets, so that scales alone matter."""
    rng = np.random.default_rng(11)
    X = rng.standard_normal((n, p))
    return X, X[:, 0] - 2.0 * X[:, 1] + 0.5 * rng.standard_normal(n)


@containers
@scaled
def test_columns_of_any_scale(estimator, container):
    """Columns of scale 1e-8 to 1e8, with penalty weights that make up for it: the same model."""
    X, y = spread_problem()
    scale = np.array([1e8, 1e-8, 1.0, 1e4, 1e-4])
    with quiet():
        plain = clone(estimator).fit(container(X), y)
    model = fit_soundly(
        clone(estimator).set_params(penalty_weights=scale ** exponent(estimator)),
        container(X * scale),
        y,
    )
    assert_allclose(model.coef_ * scale, plain.coef_, atol=1e-5)
    assert model.objective_ == pytest.approx(plain.objective_, rel=1e-8)


@containers
@pytest.mark.parametrize("estimator", VARIANTS, ids=label)
def test_unequal_columns_equally_penalised(estimator, container):
    """Columns of scale 1e-8 and 1e8 under one penalty: right, or it says that it is not."""
    X, y = spread_problem()
    X = X * np.array([1e8, 1e-8, 1.0, 1e8, 1e-8])
    model = fit_soundly(brief(estimator), container(X), y)
    if isinstance(model, (ProximalLasso, SubgradientLasso)) and model.converged_:
        coef, intercept = elastic_net(
            X, y, model.alpha, l1_ratio=getattr(model, "l1_ratio", 1.0),
            positive=model.positive, fit_intercept=model.fit_intercept,
        )  # fmt: skip
        expected = X @ coef + intercept
        found, constant = solution(model)
        assert_allclose(container(X) @ found + constant, expected, atol=3e-3)


@containers
@pytest.mark.parametrize("shift", [1e3, 1e6, -1e6])
@scaled
def test_means_that_dwarf_the_spread(estimator, shift, container):
    """Means a million times the spread cost digits, not the model."""
    X, y = spread_problem()
    far = X + shift * np.array([1.0, -1.0, 1.0, 0.0, 1.0])
    if not estimator.fit_intercept:
        model = fit_soundly(estimator, container(far), y)
        return
    with quiet():
        plain = clone(estimator).fit(container(X), y)
    model = fit_soundly(clone(estimator).set_params(tol=1e-9), container(far), y + shift)
    assert model.converged_
    assert_allclose(model.coef_, plain.coef_, atol=2e-4)
    assert model.objective_ == pytest.approx(plain.objective_, rel=1e-6)
    assert_allclose(model.predict(container(far)), plain.predict(X) + shift, atol=abs(shift) * 1e-8)


@containers
@pytest.mark.parametrize("shift", [1e9])
@every
def test_large_means_in_every_variant(estimator, shift, container):
    """However large the means are: finite, and honest about convergence."""
    X, y = spread_problem()
    fit_soundly(brief(estimator), container(X + shift), y + shift)


SCALES = [
    (1e-8, 1.0),
    (1e8, 1.0),
    (1.0, 1e-8),
    (1.0, 1e8),
    (1e40, 1e40),
    (1e80, 1e80),
    (1e-40, 1e-40),
    (1e-80, 1e-80),
    (1.0, 1e120),
    (1.0, 1e-120),
    (1e-170, 1.0),
    (1.0, 1e-170),
    (1e-320, 1.0),
    (1.0, 1e-320),
    (1.0, 1e200),
    (1e307, 1e307),
]


@containers
@pytest.mark.parametrize(("of_X", "of_y"), SCALES)
@scaled
def test_scaled_problems(estimator, of_X, of_y, container):
    """X and y in any units, alpha in the same: the same model in these units, or an error."""
    X, y = spread_problem()
    degree = exponent(estimator)
    with np.errstate(over="ignore"):
        alpha = float(np.exp(np.log(0.2) + (2 - degree) * np.log(of_y) + degree * np.log(of_X)))
    if not 0.0 < alpha < np.inf:
        alpha = 1e300 if alpha > 1.0 else 1e-300
        fit_soundly(clone(estimator).set_params(alpha=alpha), container(X * of_X), y * of_y)
        return
    model = fit_soundly(clone(estimator).set_params(alpha=alpha), container(X * of_X), y * of_y)
    if model is None:
        assert max(of_X, of_y) > 1e60 or min(of_X, of_y) < 1e-60
    elif model.converged_:
        with quiet():
            plain = clone(estimator).fit(container(X), y)
        assert_allclose(model.coef_ / of_y * of_X, plain.coef_, atol=1e-4)


@containers
@pytest.mark.parametrize(
    ("of_X", "of_y"),
    [(1e308, 1.0), (1.0, 1.7e308), (1e200, 1e-200), (1e-310, 1e-310), (1e100, 1.0)],
)
@every
def test_numbers_at_the_limits(estimator, of_X, of_y, container):
    """Numbers whose squares overflow or vanish: an error that names X or y, or a sound fit."""
    X, y = spread_problem()
    X, y = np.clip(X, -1.0, 1.0), np.sign(y - y.mean())
    fit_soundly(brief(estimator), container(X * of_X), y * of_y)


@containers
@pytest.mark.parametrize("weight", [1e308, 1e-300, 5e-324])
@every
def test_sample_weights_of_any_size(estimator, weight, container):
    """Only the ratios of sample weights count, whatever their size."""
    model = fit_soundly(brief(estimator), container(X), Y, np.full(N, weight))
    plain = fit_soundly(brief(estimator), container(X), Y)
    assert model.converged_ == plain.converged_
    assert_allclose(model.objective_, plain.objective_, rtol=1e-3)


@containers
@pytest.mark.parametrize(("heavy", "light"), [(1e300, 1.0), (1.0, 1e-300), (1e300, 1e-300)])
@every
def test_sample_weights_of_unequal_size(estimator, heavy, light, container):
    """Rows that weigh nothing beside the others count as removed."""
    weights = np.full(N, heavy)
    weights[::2] = light
    model = fit_soundly(brief(estimator), container(X), Y, weights)
    kept = fit_soundly(brief(estimator), container(X[1::2]), Y[1::2])
    assert_allclose(model.objective_, kept.objective_, rtol=1e-3)


@pytest.mark.parametrize("weight", [1e308, 1e-30, 5e-324])
@every
def test_penalty_weights_of_any_size(estimator, weight):
    """Huge penalty weights exclude, tiny ones leave a feature (nearly) free."""
    weights = np.ones(P)
    weights[0] = weight
    model = fit_soundly(brief(estimator, penalty_weights=weights), X, Y)
    if weight > 1.0:
        assert abs(model.coef_[0]) <= 1e-290
    all_alike = fit_soundly(brief(estimator, penalty_weights=np.full(P, weight)), X, Y)
    assert weight < 1.0 or np.abs(all_alike.coef_).max() <= 1e-290


@pytest.mark.parametrize("alpha", [1e308, 1e-30, 5e-324])
@every
def test_alpha_of_any_size(estimator, alpha):
    """alpha may be as large or as small as numbers go."""
    model = fit_soundly(brief(estimator, alpha=alpha), X, Y)
    if alpha > 1.0:
        assert np.abs(model.coef_).max() <= 1e-290


@pytest.mark.parametrize("share", [1e-6, 1e-8, 1e-10, 1e-12, 1e-14])
@pytest.mark.parametrize("solver", ["auto", "coordinate_descent"])
def test_alpha_near_zero_does_not_spin(share, solver):
    """A tiny alpha ends as converged or at the limit of precision, not after max_iter rounds."""
    model = fit_soundly(ProximalLasso(share * 5.0, solver=solver), X, Y)
    assert model.stop_reason_ != "max_iter reached"
    assert model.n_iter_ <= 5000
    best = np.linalg.lstsq(np.c_[X, np.ones(N)], Y)[0]
    assert_allclose(model.coef_, best[:-1], atol=1e-4)


@pytest.mark.parametrize("step_size", ["polyak", "constant", "sqrt", "normalized"])
@pytest.mark.parametrize("step_length", [10.0, 1e10, 1e300, 1e-300])
@pytest.mark.parametrize("averaging", [False, True])
@pytest.mark.parametrize("truncate", [False, True])
def test_subgradient_steps_of_any_length(step_size, step_length, averaging, truncate):
    """A step length that makes no sense gives a poor model and a warning, never NaN."""
    model = SubgradientLasso(
        0.2, step_size=step_size, step_length=step_length, averaging=averaging,
        truncate=truncate, max_iter=2000,
    )  # fmt: skip
    model = fit_soundly(model, X, Y)
    assert model.objective_ <= 0.5 * Y.var() * (1.0 + 1e-9)


@pytest.mark.parametrize("coef", [1e200, np.nan, -5.0])
@every
def test_warm_start_from_anywhere(estimator, coef):
    """A warm start from coefficients that make no sense still ends in a sound model."""
    model = clone(estimator).set_params(warm_start=True, alpha=0.3)
    with quiet():
        model.fit(X, Y)
    objective = model.objective_
    model.coef_ = np.full(P, coef)
    with quiet():
        model.fit(X, Y)
    assert_sound(model, X, Y)
    if model.converged_ and is_convex(model):
        assert model.objective_ <= objective * (1.0 + 1e-5)


def test_convergence_warning_points_at_the_caller():
    """The warning names the line that called fit, so that each place is shown once."""
    with pytest.warns(ConvergenceWarning) as caught:
        RidgeGD(1e-9, max_iter=1, tol=1e-15).fit(X, Y)
    assert caught[0].filename == __file__
