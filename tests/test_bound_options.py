"""Bounds of coefficients with pairs of options: a mirror image of X has that of the model."""

import inspect

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import sparse

import skl1
from common import label, quiet
from covering import covering, every_value
from test_coef_bounds import ESTIMATORS, response

N, P = 48, 6
RNG = np.random.default_rng(21)
X = np.where(RNG.random((N, P)) < 0.7, RNG.standard_normal((N, P)) + 0.5, 0.0)
Y = X @ [1.5, -2.0, 1.0, 0.0, 0.3, -1.0] + 0.5 * RNG.standard_normal(N) + 1.0
COUNTS = RNG.integers(0, 3, size=N).astype(float)
#: Columns that are turned round.
SIGNS = np.array([1.0, -1.0, -1.0, 1.0, -1.0, 1.0])

#: Options of a fit, and how they are given. Some classes lack some.
OPTIONS = {
    "coef_bounds": (
        (-0.3, 0.4),
        (np.array([0.0, -np.inf, -0.2, -0.1, 0.0, -np.inf]), np.inf),
        (np.full(P, -np.inf), np.array([np.inf, 0.0, 0.5, 0.0, 0.1, np.inf])),
    ),
    "storage": (np.asarray, sparse.csc_array, np.float32),
    "sample_weight": (None, COUNTS),
    "penalty_weights": (None, np.array([1.0, 2.0, 0.5, 1.0, np.inf, 0.0])),
    "fit_intercept": (True, False),
    "rows": ("given", "moments"),
    "l1_ratio": (1.0, 0.5),
    "warm_start": (False, True),
}
#: Every pair of options.
RUNS = covering(*OPTIONS.values())
CLASSES = sorted(set(ESTIMATORS) - {"StabilitySelection"})


def turned(bounds):
    """Those of the columns with their signs turned."""
    low, high = (np.broadcast_to(np.asarray(end, dtype=float), P) for end in bounds)
    ends = low * SIGNS, high * SIGNS
    return np.minimum(*ends), np.maximum(*ends)


def fit(cls, run, mirrored):
    known = inspect.signature(cls).parameters
    given = {"alpha": 0.05, "n_alphas": 3, "eps": 0.05, "tol": 1e-8, "cv": 2, "k": 2, "p": 0.5}
    given |= {"selection": "min", "random_state": 0} | run
    if "CV" in cls.__name__:
        del given["p"], given["l1_ratio"]
    if "Subgradient" in cls.__name__:  # which magnifies rounding until it has converged
        given["max_iter"] = 200
    data, y, s = X, response(cls, Y), run["sample_weight"]
    if mirrored:
        data, given["coef_bounds"] = X * SIGNS, turned(run["coef_bounds"])
    model = cls(**{name: value for name, value in given.items() if name in known})
    with quiet(UserWarning):
        if run["rows"] == "moments" and hasattr(model, "fit_moments"):
            s = np.ones(N) if s is None else s
            parts = [skl1.Moments.of(data[k::2], y[k::2], s[k::2]) for k in range(2)]
            return model.fit_moments(parts if "cv" in known else sum(parts))
        for _ in range(1 + run["warm_start"]):
            convert = run["storage"]
            data = data.astype(convert) if convert is np.float32 else convert(data)
            model.fit(data, y, sample_weight=s)
    return model


@pytest.mark.parametrize("name", CLASSES)
def test_a_mirror_image_has_that_of_the_model(name):
    """The coefficients keep to the bounds, and turn round with the columns.

    Each class with every option, all together with every pair of options.
    """
    cls = ESTIMATORS[name]
    rough = 2e-2 if "Subgradient" in name else 1e-4
    for row in every_value(RUNS, CLASSES.index(name)):
        run = dict(zip(OPTIONS, row, strict=True))
        model, mirror = (fit(cls, run, mirrored) for mirrored in (False, True))
        told = {option: label(value) for option, value in run.items() if option != "coef_bounds"}
        low, high = (np.broadcast_to(end, P) for end in run["coef_bounds"])
        w = np.ravel(model.coef_)
        assert np.all((low <= w) & (w <= high)), (w, told)
        scale = max(np.abs(w).max(), 1.0)
        assert_allclose(np.ravel(mirror.coef_), w * SIGNS, atol=rough * scale, err_msg=str(told))
        assert_allclose(mirror.intercept_, model.intercept_, atol=10 * rough * scale)
