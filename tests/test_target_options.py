"""Several targets with every pair of options: of each target what a fit of it alone gives."""

import inspect
from itertools import combinations, product

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import sparse

import skl1
from common import concrete, label, quiet, suited
from skl1.estimators.base import PenalisedRegressor
from skl1.estimators.log_odds import BinaryModel
from skl1.model_selection.path_cv import PathCV

RNG = np.random.default_rng(8)
N, P = 45, 6
X = np.where(RNG.random((N, P)) < 0.7, RNG.standard_normal((N, P)) + 1.0, 0.0)
Y = X[:, :2] * [1.0, -2.0] + X[:, [3, 4]] + 0.4 * RNG.standard_normal((N, 2))
WEIGHTS = RNG.random(N)
WEIGHTS[::6] = 0.0

#: Options of two values each. Of the last, moments, classes that need rows have the first alone.
OPTIONS = {
    "storage": (np.asarray, sparse.csc_array),
    "sample_weight": (None, WEIGHTS),
    "penalty_weights": (None, [0.0, 1.0, np.inf, 1.0, 2.0, 1.0]),
    "positive": (False, True),
    "fit_intercept": (True, False),
    "choice": (False, True),
    "moments": (False, True),
}
#: Eight runs in which each pair of values of each two options comes up: sums of three bits.
RUNS = [(a, b, c, a ^ b, a ^ c, b ^ c, a ^ b ^ c) for a, b, c in product((0, 1), repeat=3)]
KINDS = sorted(
    (
        cls
        for cls in concrete(PenalisedRegressor) | concrete(PathCV)
        if not issubclass(cls, BinaryModel) and not hasattr(cls, "predict_proba")
    ),
    key=label,
)


def test_the_runs_have_all_pairs():
    for one, other in combinations(range(len(OPTIONS)), 2):
        assert {(run[one], run[other]) for run in RUNS} == {*product((0, 1), repeat=2)}


def fit(cls, y, run, **more):
    """A fit with the options of a run, by rows or by moments of folds."""
    chosen = {name: values[k] for (name, values), k in zip(OPTIONS.items(), run, strict=True)}
    known = inspect.signature(cls).parameters
    given = chosen | {"alpha": 0.1, "n_alphas": 3, "eps": 0.1, "tol": 1e-8, "cv": 2, "k": 2}
    given |= {"l1_ratio": 0.5} if run[5] and "CV" not in cls.__name__ else {}
    given |= {f"shared_{name}": run[5] == 1 for name in ("alpha", "k")} | more
    if "Subgradient" in cls.__name__:  # which magnifies rounding until it has converged
        given |= {"max_iter": 200}
    model = cls(**{name: value for name, value in given.items() if name in known})
    weights = chosen["sample_weight"]
    data = chosen["storage"](X)
    with quiet(UserWarning):
        if not (chosen["moments"] and hasattr(model, "fit_moments")):
            return model.fit(data, y, sample_weight=weights)
        s = np.ones(N) if weights is None else weights
        parts = [skl1.Moments.of(X[k::2], y[k::2], s[k::2]) for k in range(2)]
        return model.fit_moments(parts if "cv" in known else sum(parts))


@pytest.mark.parametrize("cls", KINDS, ids=label)
def test_each_target_is_as_alone(cls):
    """With one choice for all, as alone at that choice."""
    several = np.column_stack([suited(cls, y) for y in Y.T])
    for run in RUNS:
        whole = fit(cls, several, run)
        chosen = {}
        if isinstance(getattr(whole, "cv_results_", None), dict):  # of one choice
            names = ("alpha", "k", "gamma", "p", "l1_ratio", "epsilon")
            given = [name for name in names if hasattr(whole, f"{name}_")]
            chosen = {name: getattr(whole, f"{name}_") for name in given}
            chosen |= {"alphas": [chosen.get("alpha")], "k": [chosen.get("k")]}
        single = fit(cls, several[:, 1], run, **chosen)
        rough = 2e-2 if "Subgradient" in cls.__name__ else 1e-4
        scale = max(np.abs(single.coef_).max(), 1.0)
        assert_allclose(whole.coef_[1], single.coef_, atol=rough * scale, err_msg=str(run))
        assert_allclose(whole.intercept_[1], single.intercept_, atol=10 * rough * scale)
        assert whole.objective_[1] == pytest.approx(single.objective_, rel=rough)
