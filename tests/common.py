"""Helpers of the tests: the estimators there are, random problems, independent references."""

import contextlib
import importlib
import inspect
import re
import warnings

import numpy as np
from scipy.optimize import brentq, nnls
from sklearn.base import BaseEstimator, is_classifier
from sklearn.exceptions import ConvergenceWarning

import skl1
from skl1.estimators.base import PenalisedRegressor
from skl1.estimators.linear_classifier import LinearClassifier
from skl1.estimators.log_odds import BinaryModel
from skl1.estimators.nonconvex import NonconvexRegressor
from skl1.exceptions import EmptyModelWarning
from skl1.model_selection.base import PenalisedRegressorCV
from skl1.model_selection.path_cv import PathCV

NO_CONVERGENCE = "ignore::sklearn.exceptions.ConvergenceWarning"
EMPTY = "ignore::skl1.exceptions.EmptyModelWarning"
EDGE = "ignore::skl1.exceptions.GridEdgeWarning"
FOLD = "ignore::skl1.exceptions.FoldWarning"


def concrete(base, *, on_dask=False):
    """The concrete classes of skl1 below a base class: of data in memory, or on dask."""
    found = set()
    for cls in base.__subclasses__():
        found |= concrete(cls, on_dask=on_dask)
        module = cls.__module__
        inside = module.startswith("skl1") and module.startswith("skl1.dask") == on_dask
        if inside and not inspect.isabstract(cls):
            found.add(cls)
    return found


def takes_any_response(cls):
    """Whether y may be any numbers: not so of counts, and of labels of 0 and 1."""
    return not cls().__sklearn_tags__().target_tags.positive_only


def suited(cls, y):
    """Responses that a class takes, which grow with y: labels, counts or y itself."""
    if not np.isfinite(np.asarray(y)).all() or np.ptp(np.asarray(y)) == 0.0:
        return y
    if issubclass(cls, BinaryModel | LinearClassifier):
        return (y > np.median(y)).astype(float)
    if not issubclass(cls, PenalisedRegressor | PathCV) or takes_any_response(cls):
        return y
    return np.round(4.0 * np.exp((y - y.mean()) / y.std()))


#: Every concrete estimator with an alpha and any y, public or not.
ESTIMATORS = sorted(
    (
        c
        for c in concrete(PenalisedRegressor)
        if "alpha" in inspect.signature(c).parameters and takes_any_response(c)
    ),
    key=lambda c: c.__name__,
)


def variants():
    """The estimators with default parameters, and one instance for each way to solve."""
    return [cls() for cls in ESTIMATORS] + [
        skl1.ProximalLasso(solver="coordinate_descent"),
        skl1.ProximalLasso(solver="ista"),
        skl1.ProximalLasso(solver="fista"),
        skl1.ProximalLasso(alpha=0.01, l1_ratio=0.5),
        skl1.ProximalLasso(alpha=0.01, l1_ratio=0.0),
        skl1.ProximalLasso(alpha=0.01, positive=True),
        skl1.ProximalLasso(alpha=0.01, record_history=True, warm_start=True),
        skl1.ProximalLasso(alpha=0.01, fit_intercept=False),
        skl1.SubgradientLasso(alpha=0.01, tol=1e-14),
        skl1.SubgradientLasso(alpha=0.01, truncate=False, max_iter=500),
        skl1.SubgradientLasso(alpha=0.01, averaging=True, step_size="sqrt", max_iter=500),
        skl1.SubgradientLasso(alpha=0.01, step_size="constant", max_iter=500),
        skl1.SubgradientLasso(alpha=0.01, step_size="sqrt", max_iter=500),
        skl1.SubgradientLasso(alpha=0.01, step_size="normalized", max_iter=500),
        skl1.SubgradientLasso(alpha=0.01, positive=True, tol=1e-14),
        skl1.RidgeGD(alpha=0.01, acceleration=None),
        skl1.RidgeGD(alpha=0.01, acceleration="conjugate_gradient"),
        skl1.RidgeGD(alpha=0.01, positive=True),
        skl1.RidgeGD(alpha=0.01, step_size=1e-3, max_iter=500),
        skl1.NonconvexLpRegressor(alpha=0.01, p=0),
        skl1.NonconvexLpRegressor(alpha=0.01, p=0.3),
        skl1.NonconvexLpRegressor(alpha=0.01, p=2 / 3),
        skl1.NonconvexLpRegressor(alpha=0.01, p=1),
        skl1.NonconvexLpRegressor(alpha=0.01, p=0.5, positive=True),
        skl1.NonconvexLpRegressor(alpha=0.01, p=0.5, l2=0.1, n_init=2, random_state=0),
        skl1.NonconvexLpRegressor(alpha=0.01, p=0, local_search=None),
        skl1.NonconvexLpRegressor(alpha=0.01, p=1, l2=0.1),
        skl1.MCPRegressor(alpha=0.1, gamma=1.5, positive=True),
        skl1.SCADRegressor(alpha=0.1, gamma=2.5, l2=0.1),
        skl1.LogSumRegressor(alpha=0.1, epsilon=0.1),
        skl1.RelaxedLasso(alpha=0.01, gamma=0.5),
        skl1.RelaxedLasso(alpha=0.01, l1_ratio=0.5, positive=True),
        skl1.AdaptiveLasso(alpha=0.01, first_stage="least_squares"),
        skl1.AdaptiveLasso(alpha=0.01, first_stage="least_squares", gamma=0.5, positive=True),
    ]


#: Those whose default first stage penalises the less, the more rows there are.
COUNTING = skl1.AdaptiveLasso, skl1.AdaptiveLassoCV
#: Every search for an alpha.
SEARCHES = sorted(
    (c for c in concrete(PenalisedRegressorCV) if "n_alphas" in inspect.signature(c).parameters),
    key=lambda c: c.__name__,
)


def one_shape(cls, **options):
    """A search with one value of its second grid, where its default has several."""
    several = isinstance(getattr(cls(), cls._shape or "", None), tuple)
    return cls(**({cls._shape: 0.5} if several else {}), **options)


def uncounted(cls):
    """Options with which a class does not ask how many rows there are: weights repeat rows then."""
    return {"first_stage": "least_squares"} if issubclass(cls, COUNTING) else {}


def searches():
    """An instance of every CV estimator, and of some ways to search."""
    return [
        *(cls() for cls in SEARCHES),
        skl1.BestSubsetRegressorCV(),
        skl1.ProximalLassoCV(n_alphas=10, cv=3, scoring="r2"),
        skl1.ProximalLassoCV(n_alphas=10, cv=3, l1_ratio=[0.5, 1.0]),
        skl1.ProximalLassoCV(selection="bic"),
        skl1.RelaxedLassoCV(n_alphas=10, cv=3, gamma=0.5),
    ]


def label(value):
    """A short name of an estimator or a class for a test's id."""
    named = inspect.isclass(value) or inspect.isfunction(value)
    # Without addresses: all processes of a run have to find the same tests.
    return value.__name__ if named else re.sub(r" at 0x\w+", "", repr(value).replace("\n", ""))


def is_convex(model):
    """Does the fitted model carry a duality gap?"""
    return hasattr(model, "dual_gap_")


def solution(model):
    """``(coef, intercept)`` that minimise the objective: of a relaxed fit its first stage."""
    if isinstance(model, skl1.RelaxedLasso):
        return model.lasso_coef_, model.lasso_intercept_
    return model.coef_, model.intercept_


@contextlib.contextmanager
def quiet(*categories):
    """Ignore warnings about convergence and an empty model, and no others."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for category in (ConvergenceWarning, EmptyModelWarning, *categories):
            warnings.simplefilter("ignore", category)
        yield


def problem(n=40, p=8, *, seed=0, nonzero=3, noise=0.5, offset=2.0):
    """A regression problem with an intercept, uncentred columns and a sparse truth."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p)) + offset * rng.standard_normal(p)
    truth = np.zeros(p)
    truth[:nonzero] = rng.choice([-1.0, 1.0], nonzero) * rng.uniform(1.0, 3.0, nonzero)
    y = X @ truth + 3.0 + noise * rng.standard_normal(n)
    return X, y


def rounds_fall_short(monkeypatch):
    """Single precision and sets that grow: one round does not reach the last digits."""
    monkeypatch.setattr("skl1.solvers.at_once.SAVED", -1.0)
    monkeypatch.setattr("skl1.solvers.working_set.at_once", lambda *_: False)


def explicit(X, y, sample_weight=None, fit_intercept=True):
    """The centred, weighted data, as dense float64: ``(Xe, ye, x_mean, y_mean)``.

    A fit without intercept and weights on them is the fit of the original.
    """
    X = np.asarray(X.toarray() if hasattr(X, "toarray") else X, dtype=np.float64)
    y = np.asarray(y, dtype=np.float64)
    n, p = X.shape
    s = np.ones(n) if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
    s = s / s.sum()
    x_mean, y_mean = (s @ X, s @ y) if fit_intercept else (np.zeros(p), 0.0)
    root = np.sqrt(n * s)
    return root[:, None] * (X - x_mean), root * (y - y_mean), x_mean, y_mean


def elastic_net(
    X,
    y,
    alpha,
    *,
    l1_ratio=1.0,
    sample_weight=None,
    penalty_weights=None,
    positive=False,
    fit_intercept=True,
    sweeps=20_000,
):
    """``(coef, intercept)`` of the elastic net: plain coordinate descent on explicit data."""
    Xe, ye, x_mean, y_mean = explicit(X, y, sample_weight, fit_intercept)
    n, p = Xe.shape
    u = np.ones(p) if penalty_weights is None else np.asarray(penalty_weights, dtype=float)
    keep = np.flatnonzero(np.isfinite(u) & (np.abs(Xe).max(axis=0) > 1e-12))
    G, q, v = Xe[:, keep].T @ Xe[:, keep] / n, Xe[:, keep].T @ ye / n, u[keep] * alpha
    w = np.zeros(keep.size)
    for _ in range(sweeps):
        largest = 0.0
        for j in range(keep.size):
            pull = q[j] - G[j] @ w + G[j, j] * w[j]
            if positive:
                pull = max(pull, 0.0)
            new = np.sign(pull) * max(abs(pull) - v[j] * l1_ratio, 0.0)
            new /= G[j, j] + v[j] * (1.0 - l1_ratio)
            largest = max(largest, abs(new - w[j]))
            w[j] = new
        if largest <= 1e-15 * np.abs(w).max(initial=0.0):
            break
    coef = np.zeros(p)
    coef[keep] = w
    return coef, y_mean - x_mean @ coef


def least_squares(X, y, support, *, sample_weight=None, positive=False, fit_intercept=True):
    """``(coef, intercept)`` of least squares on the support, of least norm: explicit data."""
    Xe, ye, x_mean, y_mean = explicit(X, y, sample_weight, fit_intercept)
    coef = np.zeros(Xe.shape[1])
    A = Xe[:, support]
    coef[support] = nnls(A, ye)[0] if positive else np.linalg.pinv(A) @ ye
    return coef, y_mean - x_mean @ coef


def objective(
    X,
    y,
    coef,
    intercept,
    alpha,
    *,
    l1_ratio=1.0,
    power=None,
    charge=None,
    sample_weight=None,
    penalty_weights=None,
):
    """The objective from its definition; ``power`` for the l_p penalty, ``charge`` for any."""
    X = X.toarray() if hasattr(X, "toarray") else np.asarray(X)
    s = np.ones(X.shape[0]) if sample_weight is None else np.asarray(sample_weight, float)
    u = np.ones(X.shape[1]) if penalty_weights is None else np.asarray(penalty_weights, float)
    r = np.asarray(y, float) - X.astype(float) @ np.asarray(coef, float) - float(intercept)
    used = np.asarray(coef) != 0.0
    w = np.abs(np.asarray(coef, dtype=float)[used])
    if charge is not None:
        g = charge(w)
    elif power is not None:
        g = alpha * w**power
    else:
        g = alpha * (l1_ratio * w + 0.5 * (1.0 - l1_ratio) * w**2)
    return 0.5 * (s / s.sum()) @ r**2 + float(u[used] @ g)


def charge_of(model):
    """g for w > 0 of an estimator with a nonconvex penalty, from its definition."""
    alpha, l2 = model.alpha, model.l2
    if isinstance(model, skl1.NonconvexLpRegressor):
        return lambda w: alpha * w**model.p + l2 / 2 * w**2
    if isinstance(model, skl1.LogSumRegressor):
        return lambda w: alpha * np.log(1.0 + w / model.epsilon) + l2 / 2 * w**2
    slopes = {
        skl1.MCPRegressor: lambda w: np.maximum(alpha - w / model.gamma, 0.0),
        skl1.SCADRegressor: lambda w: np.clip(
            (model.gamma * alpha - w) / (model.gamma - 1.0), 0.0, alpha
        ),
    }
    slope = slopes[type(model)]
    # Piecewise linear: the trapezoid rule is exact between its corners.
    corners = np.array([0.0, alpha, alpha * model.gamma])

    def g(w):
        ends = np.minimum(np.append(corners[1:], np.inf)[:, None], w)
        starts = np.minimum(corners[:, None], w)
        return (0.5 * (slope(starts) + slope(ends)) * (ends - starts)).sum(axis=0) + l2 / 2 * w**2

    return g


def own_objective(model, X, y, sample_weight=None):
    """The objective of a fitted model at what it says minimises it, from the definition."""
    l1_ratio = getattr(model, "l1_ratio", 0.0 if isinstance(model, skl1.RidgeGD) else 1.0)
    return objective(
        X,
        y,
        *solution(model),
        model.alpha,
        l1_ratio=l1_ratio,
        charge=charge_of(model) if isinstance(model, NonconvexRegressor) else None,
        sample_weight=sample_weight,
        penalty_weights=getattr(model, "penalty_weights_", model.penalty_weights),
    )


def empty_prediction(model, y):
    """What a model without any feature predicts: the best constant for its loss."""
    if not isinstance(model, skl1.ProximalHuberRegressor):
        return np.mean(y)
    delta = model.delta * model.scale_
    return brentq(lambda b: np.clip(b - y, -delta, delta).sum(), np.min(y), np.max(y), xtol=1e-13)


#: All that fits.
METHODS = ("fit", "fit_moments", "fit_blocks", "partial_fit")


def public_estimators():
    """One of each public class, and whether its data are dask collections."""
    for module in (skl1, importlib.import_module("skl1.dask")):
        for name in module.__all__:
            cls = getattr(module, name)
            if isinstance(cls, type) and issubclass(cls, BaseEstimator):
                yield cls(**needed(cls), **smaller(cls)), module is not skl1


#: What a grid search cannot do without; and a fit that fails is an error, as it is elsewhere.
NEEDED = {
    "estimator": skl1.ProximalLasso(),
    "param_grid": {"alpha": [1.0, 0.1, 0.01]},
    "error_score": "raise",
}


def needed(cls):
    """Parameters without a default: a grid search wants an estimator and a grid."""
    names = inspect.signature(cls).parameters
    return {name: value for name, value in NEEDED.items() if {name, "param_grid"} <= set(names)}


def smaller(cls):
    """Parameters that make a fit short and leave some features."""
    known = cls(**needed(cls)).get_params(deep=False)
    given = {"alpha": 0.1, "n_alphas": 3, "eps": 0.1, "cv": 2, "n_pairs": 2, "k": 2}
    given["random_state"] = 0
    given |= {"record_history": True} if "record_history" in known else {}
    return {name: value for name, value in given.items() if name in known}


def on_dask(X, y):
    """X and y as collections of two chunks."""
    if hasattr(X, "columns"):
        frames = importlib.import_module("dask.dataframe")
        return frames.from_pandas(X, npartitions=2), frames.from_pandas(y, npartitions=2)
    arrays = importlib.import_module("dask.array")
    half = -(-X.shape[0] // 2)
    return arrays.from_array(X, chunks=(half, -1)), arrays.from_array(y, chunks=half)


def run(model, method, X, y, *, remote=False, **more):
    """Fit by one of the methods to the same rows, with responses that suit the model."""
    y = suited(type(model), y)
    if method == "fit":
        return model.fit(*(on_dask(X, y) if remote else (X, y)), **more)
    if method == "fit_blocks":
        return model.fit_blocks([(X[:20], y[:20]), (X[20:], y[20:])])
    if method == "partial_fit":
        return model.partial_fit(X, y)
    parts = [skl1.Moments.of(np.asarray(X)[k::2], np.asarray(y)[k::2]) for k in range(2)]
    return model.fit_moments(parts if "cv" in model.get_params() else sum(parts))


def public_classifiers():
    """One of each public classifier of data in memory."""
    return [model for model, remote in public_estimators() if not remote and is_classifier(model)]
