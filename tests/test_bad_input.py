"""Bad and extreme input: a clear error, the right answer, or a warning; never a silent NaN."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning

from common import ESTIMATORS, label
from covering import pairs
from skl1 import NonconvexLpRegressor, ProximalLasso, RelaxedLasso, RidgeGD, SubgradientLasso
from sound import CONTAINERS, N, P, X, Y, containers, every, every_and, fit_soundly


def changed(array, value, index=3):
    """A copy in which one entry is the value."""
    array = np.array(array, dtype=np.result_type(array, type(value)))
    array.flat[index] = value
    return array


@every_and(value=[np.nan, np.inf, -np.inf])
def test_not_finite(estimator, value, container):
    """NaN and inf in X or y are refused by name; predict refuses them too."""
    message = "NaN" if np.isnan(value) else "infinity"
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
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        estimator.fit(X, np.c_[Y, Y][:-1])
    with pytest.raises(ValueError, match="dim"):
        estimator.fit(X, np.c_[Y, Y][:, :, None])
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


@pairs(cls=ESTIMATORS, weights=BAD_WEIGHTS, container=CONTAINERS)
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


def test_convergence_warning_points_at_the_caller():
    """The warning names the line that called fit, so that each place is shown once."""
    with pytest.warns(ConvergenceWarning) as caught:
        RidgeGD(1e-9, max_iter=1, tol=1e-15).fit(X, Y)
    assert caught[0].filename == __file__
