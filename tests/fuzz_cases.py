"""Nasty data and random estimators, drawn from one generator each: what the fuzz is made of."""

import inspect
import warnings
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator

import skl1
from common import needed
from referee import Charge, Referee, clipped, logarithm, minimax, power
from skl1.model_selection.classifier_cv import PenalisedClassifierCV
from skl1.model_selection.smooth_cv import SmoothPathCV
from smooth_data import CHARGES, FORMULAS

PUBLIC = {name: getattr(skl1, name) for name in skl1.__all__}
FITTED = {
    name: each
    for name, each in PUBLIC.items()
    # A grid search minimises nothing itself; other losses than squares have smooth_data.py.
    if inspect.isclass(each)
    and issubclass(each, BaseEstimator)
    and not needed(each)
    and each not in {*FORMULAS, *CHARGES}
    and not issubclass(each, SmoothPathCV | PenalisedClassifierCV)
}
SEARCHES = sorted(name for name in FITTED if name.endswith("CV"))
SINGLES = sorted(
    name
    for name, each in FITTED.items()
    if f"{name}CV" in FITTED or "alpha" in inspect.signature(each).parameters
)
#: Their penalty weights come from y: tests/test_adaptive_lasso.py has them.
ADAPTIVE = {"AdaptiveLasso", "AdaptiveLassoCV"}
SEARCHES, SINGLES = (sorted({*names} - ADAPTIVE) for names in (SEARCHES, SINGLES))
OTHERS = sorted({*FITTED} - {*SEARCHES, *SINGLES})
FUNCTIONS = sorted(name for name, each in PUBLIC.items() if inspect.isfunction(each))
PATHS = [name for name in FUNCTIONS if name.endswith("_path")]


def elastic(q):
    return Charge(q["alpha"] * q["l1_ratio"], q["alpha"] * (1.0 - q["l1_ratio"]))


def lp(q):
    if q["p"] == 1.0 or q["alpha"] == 0.0:
        return Charge(q["alpha"], q["l2"])
    return Charge(l2=q["l2"], g=power(q["alpha"], q["p"]))


#: What each estimator and path minimises, by the documentation: a function of its parameters.
DEFINITIONS = {
    "ProximalLasso": elastic,
    "RelaxedLasso": elastic,
    "SubgradientLasso": lambda q: Charge(q["alpha"]),
    "RidgeGD": lambda q: Charge(l2=q["alpha"]),
    "NonconvexLpRegressor": lp,
    "MCPRegressor": lambda q: Charge(l2=q["l2"], g=minimax(q["alpha"], q["gamma"])),
    "SCADRegressor": lambda q: Charge(l2=q["l2"], g=clipped(q["alpha"], q["gamma"])),
    "LogSumRegressor": lambda q: Charge(l2=q["l2"], g=logarithm(q["alpha"], q["epsilon"])),
    "BestSubsetRegressor": lambda q: Charge(l2=q["l2"], most=q["k"]),
    "lasso_path": elastic,
    "ridge_path": lambda q: Charge(l2=q["alpha"]),
    "lp_path": lp,
    "mcp_path": lambda q: Charge(l2=q["l2"], g=minimax(q["alpha"], q["gamma"])),
    "scad_path": lambda q: Charge(l2=q["l2"], g=clipped(q["alpha"], q["gamma"])),
    "log_sum_path": lambda q: Charge(l2=q["l2"], g=logarithm(q["alpha"], q["epsilon"])),
    "subset_path": lambda q: Charge(l2=q["l2"], most=q["k"]),
}
#: The estimators of the models of paths.
LIKE = {
    "lasso_path": "ProximalLasso",
    "lp_path": "NonconvexLpRegressor",
    "mcp_path": "MCPRegressor",
    "scad_path": "SCADRegressor",
    "log_sum_path": "LogSumRegressor",
}
#: How a penalty and its strength change with the unit of a coefficient, and of y: the power of a
#: column's scale in its penalty weight (None: it cannot be undone), and that of y's in alpha.
UNITS = {
    "SubgradientLasso": (1, 1),
    "RidgeGD": (2, 0),
    "MCPRegressor": (None, 1),
    "SCADRegressor": (None, 1),
    "BestSubsetRegressor": (2, 0),
}


def units(name, q):
    """The two degrees for an estimator with these parameters; None where there is none."""
    if name == "NonconvexLpRegressor":
        return (None if q["l2"] else q["p"]), 2 - q["p"]
    if "l1_ratio" in q:
        return {1.0: (1, 1), 0.0: (2, 0)}.get(q["l1_ratio"], (None, None))
    return UNITS.get(name, (None, None))


#: Values of parameters, of which those are drawn that a class accepts.
VALUES = {
    "l1_ratio": [1.0, 1.0, 1.0, 0.5, 0.05, 0.0],
    "p": [0.0, 0.3, 0.5, 2 / 3, 0.9, 1.0],
    "gamma": [0.0, 0.5, 1.0, 1.5, 2.5, 3.7, 20.0],
    "epsilon": [0.01, 0.1, 1.0],
    "l2": [0.0, 0.0, 0.1],
    "positive": [False, False, True],
    "fit_intercept": [True, True, False],
    "tol": [1e-4, 1e-6, 1e-6, 1e-10],
    "max_iter": [10_000, 10_000, 10_000, 3],
    "local_search": ["auto", None],
    "n_init": [0, 0, 2],
    "random_state": [0],
    "record_history": [False, True],
    "truncate": [True, False],
    "averaging": [False, False, True],
    "k": [0, 1, 2, 5],
    "n_alphas": [2, 6, 12],
    "eps": [None, 0.1, 1e-4],
    "cv": [2, 3],
    "selection": ["min", "min", "1se", "aic", "bic", "ebic", "gcv"],
    "scoring": [None, None, None, "neg_mean_absolute_error"],
    "n_pairs": [3],
    "n_selected": [1, 2],
    "step_size": ["auto", "polyak", "sqrt", "normalized", 1e-3],
    "n_jobs": [None, None, 2],
}
#: Parameters that are given by the data, or that only change where a fit begins.
GIVEN = {"alpha", "alphas", "penalty_weights", "coef_bounds", "warm_start", "step_length"}
#: How many of the cases have bounds.
BOUNDED = 0.3


def accepted(cls, name, value):
    """Whether the class takes this value, all others being default."""
    try:
        cls(**{name: value})._validate_params()
    except ValueError:
        return False
    return True


def options(cls, name):
    """The values of a parameter that may be drawn."""
    given = VALUES.get(name)
    if given is None:
        found = [getattr(each, "options", ()) for each in cls._parameter_constraints.get(name, ())]
        given = sorted(value for values in found for value in values if isinstance(value, str))
    return [value for value in given if accepted(cls, name, value)]


def draw_bounds(rng, data):
    """Bounds of the coefficients, some of them in the way: numbers for all, or for each."""
    X = np.asarray(data.X.toarray() if sparse.issparse(data.X) else data.X, dtype=float)
    with np.errstate(all="ignore"):
        spread = np.std(data.y) / X.std(axis=0)
    usual = np.where(np.isfinite(spread) & (spread > 0.0), spread, 1.0)
    if rng.random() < 0.3:
        size = float(np.median(usual) * 10.0 ** rng.uniform(-2, 1))
        return [(-size, size), (-np.inf, size), (0.0, size), (-size, 0.0)][rng.integers(4)]
    ends = []
    for _ in range(2):
        far = usual * 10.0 ** rng.uniform(-2.0, 1.0, usual.size)
        far[rng.random(usual.size) < 0.3] = np.inf
        ends.append(np.where(rng.random(usual.size) < 0.2, 0.0, far))
    return 0.0 - ends[0], ends[1]


def draw_params(rng, cls, data=None, *, share=0.5):
    """Some parameters of a class, the others default; one value where that is several."""
    params = {}
    several = {name for name, value in cls().get_params().items() if isinstance(value, tuple)}
    for name in inspect.signature(cls).parameters:
        values = options(cls, name) if name not in GIVEN else []
        if values and (rng.random() < share or name in several):
            params[name] = values[rng.integers(len(values))]
    takes = "coef_bounds" in inspect.signature(cls).parameters and data is not None
    if takes and rng.random() < BOUNDED:
        params["coef_bounds"] = draw_bounds(rng, data)
    if params.get("acceleration") == "conjugate_gradient":
        params.pop("positive", None)
        params.pop("coef_bounds", None)
        params.pop("step_size", None)
    if inspect.signature(cls).parameters.keys() & {"cv", "n_pairs"}:
        for name in ("cv", "n_pairs"):
            if name in inspect.signature(cls).parameters:
                params[name] = VALUES[name][rng.integers(len(VALUES[name]))]
    if "max_iter" in params and "SubgradientLasso" in cls.__name__:
        params["max_iter"] = min(params["max_iter"], 2000)
    return params


def draw_path_params(rng, function, data=None):
    """Some parameters of a path function, by those of the estimator of one of its models."""
    cls = FITTED[f"{LIKE.get(function.__name__, 'RidgeGD')}CV"]
    known = inspect.signature(function).parameters
    drawn = {k: v for k, v in draw_params(rng, cls, data).items() if k in known}
    if "k" in known:
        drawn["k"] = int(rng.integers(0, 6))
        drawn["l2"] = float(rng.choice([0.0, 0.1]))
    return drawn


@dataclass
class Data:
    """A problem's data: X in some storage, y, sample and penalty weights, and how they came."""

    X: object
    y: np.ndarray
    s: np.ndarray | None
    u: np.ndarray | None
    notes: list[str] = field(default_factory=list)

    @property
    def shape(self):
        return self.X.shape

    def referee(self, params):
        """The problem, by its definition."""
        names = ("positive", "coef_bounds", "fit_intercept")
        known = {k: params[k] for k in names if k in params}
        return Referee(self.X, self.y, self.s, self.u, **known)


def column(rng, kind, x, other):
    """A column of a kind, made of a normal one and another of the matrix."""
    make = {
        "normal": lambda: x,
        "scaled": lambda: x * 10.0 ** rng.integers(-8, 9),
        "mean": lambda: x + 1e6 * rng.choice([-1.0, 1.0]),
        "constant": lambda: np.full(x.size, rng.choice([1.0, -3.3, 1e6])),
        "zero": lambda: np.zeros(x.size),
        "copy": lambda: other * rng.choice([1.0, 2.0, 0.3]),
        "near": lambda: other + 10.0 ** rng.integers(-12, -2) * x,
        "binary": lambda: rng.random(x.size) < 0.3,
        "integer": lambda: rng.integers(0, 3, x.size),
        "opposite": lambda: -other,
        "sparse": lambda: x * (rng.random(x.size) < 0.3),
    }
    return make[kind]()


def draw_columns(rng, n, p):
    """Columns of many kinds, a good part of them harmless, and their names."""
    X = rng.standard_normal((n, p))
    notes = []
    if rng.random() < 0.3:
        return X + rng.choice([0.0, 3.0]), notes
    kinds = ["normal", "normal", "normal", "scaled", "mean", "constant", "zero", "copy", "near"]
    kinds += ["binary", "integer", "opposite", "sparse"]
    for j in range(p):
        kind, other = kinds[rng.integers(len(kinds))], int(rng.integers(p))
        X[:, j] = column(rng, kind, X[:, j], X[:, other])
        if kind != "normal":
            notes.append(f"{j}: {kind}" + (f" of {other}" if kind in {"copy", "near"} else ""))
    return X, notes


def draw_target(rng, X):
    """y of some kind, and its name."""
    n, p = X.shape
    spread = np.where(X.std(axis=0) > 0, X.std(axis=0), 1.0)
    truth = rng.standard_normal(p) * (rng.random(p) < 0.3) / spread
    signal = (X - X.mean(axis=0)) @ truth
    kind = str(rng.choice(["noisy", "noisy", "noisy", "noise", "constant", "linear", "integer",
                           "zero", "far", "scaled"]))  # fmt: skip
    y = {
        "noisy": signal + rng.standard_normal(n),
        "noise": rng.standard_normal(n),
        "constant": np.full(n, rng.choice([1.0, 0.1, -1e5])),
        "linear": signal + 2.0,
        "integer": rng.integers(0, 5, n),
        "zero": np.zeros(n),
        "far": signal + rng.standard_normal(n) + 1e6,
        "scaled": (signal + rng.standard_normal(n)) * 10.0 ** rng.integers(-6, 7),
    }[kind]
    return y, kind


def draw_weights(rng, n):
    """Sample weights, or none."""
    kind = rng.integers(5)
    if kind < 2:
        return None
    if kind == 2:
        return rng.uniform(0.5, 2.0, n)
    s = rng.integers(0, 4, n).astype(float) if kind == 3 else 10.0 ** rng.uniform(-4, 4, n)
    s[rng.integers(n)] = 1.0
    return s


def draw_penalty_weights(rng, p):
    """Penalty weights, or none."""
    kind = rng.integers(8)
    if kind < 4:
        return None
    u = rng.choice([0.0, 0.5, 1.0, 1.0, 1.0, 3.0, np.inf], p)
    if kind == 4:
        u = np.where(u == 0.0, 1.0, u)
    elif kind == 5:
        u = 10.0 ** rng.uniform(-3, 3, p)
    elif kind == 6 and rng.random() < 0.3:
        u = np.full(p, rng.choice([0.0, np.inf]))
    return u


def stored(rng, X):
    """X in some storage that scikit-learn's estimators take."""
    kind = rng.integers(10)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        single = X.astype(np.float32)
    if kind == 0 and np.isfinite(single).all():
        return single
    if kind == 1:
        return np.asfortranarray(X)
    if kind == 2:
        return sparse.csc_array(X)
    if kind == 3:
        return sparse.csr_matrix(X)
    if kind == 4:
        return np.repeat(X, 2, axis=1)[:, ::2]
    if kind == 5:
        X = X.copy()
        X.flags.writeable = False
    return X


def draw_data(rng, *, most=60):
    """Data of any kind."""
    n = int(rng.choice([2, 3, 5, 9, 15, 30, 30, 60]))
    p = int(rng.choice([1, 2, 3, 6, 6, 12, 25]))
    n = min(n, most)
    X, notes = draw_columns(rng, n, p)
    y, kind = draw_target(rng, X)
    return Data(
        stored(rng, X), y, draw_weights(rng, n), draw_penalty_weights(rng, p), [*notes, f"y {kind}"]
    )


def draw_free(rng):
    """Data whose unpenalised columns depend on each other."""
    n = int(rng.choice([20, 40, 60]))
    more = int(rng.integers(1, 12))
    kind = str(rng.choice(["levels", "polynomial", "copies", "near", "levels and year", "span"]))
    levels = np.eye(int(rng.integers(2, 6)))
    one_hot = levels[rng.integers(0, len(levels), n)]
    years = rng.integers(2000, 2021, n).astype(float)
    Z = rng.standard_normal((n, more))
    pair = rng.standard_normal((n, 2))
    if kind == "levels":
        F = one_hot
    elif kind == "polynomial":
        F = years[:, None] ** np.arange(1, rng.integers(3, 5))
    elif kind == "copies":
        F = np.c_[pair, pair[:, 0], 2.0 * pair[:, 1], pair @ [1.0, 1.0]]
    elif kind == "near":
        e = 10.0 ** float(rng.choice([-4, -7, -10, -13]))
        F = np.c_[pair[:, 0], pair[:, 0] + e * pair[:, 1]]
        kind = f"near {e:g}"
        if rng.random() < 0.3:
            F = np.c_[F, F[:, 0]]
    elif kind == "levels and year":
        F = np.c_[one_hot, years, years**2]
    else:  # a penalised column in the span of the free ones
        F = pair
        Z[:, 0] = pair @ [1.0, -1.0]
    y = 2.0 * Z[:, 0] + F[:, 0] / max(F[:, 0].std(), 1e-9) + 0.3 * rng.standard_normal(n)
    if kind.startswith("near"):
        y = y + 0.5 * pair[:, 1]
    if rng.random() < 0.3:
        scale = 10.0 ** rng.integers(-6, 7, F.shape[1])
        F = F * scale
        kind += ", mixed units"
    X = np.c_[F, Z]
    u = np.r_[np.zeros(F.shape[1]), np.ones(more)]
    if rng.random() < 0.2:
        u[rng.integers(u.size)] = np.inf
    order = rng.permutation(u.size)
    X, u = X[:, order], u[order]
    X = sparse.csc_array(X) if rng.random() < 0.3 else X
    return Data(X, y, draw_weights(rng, n), u, [f"free {kind}", f"columns {order.tolist()}"])


def routes(cls):
    return [
        name for name in ("fit", "fit_blocks", "partial_fit", "fit_moments") if hasattr(cls, name)
    ]


def cuts(data, seed):
    """Where the rows are cut into blocks; the first block has rows to fit."""
    n = data.shape[0]
    rng = np.random.default_rng(seed)
    some = sorted({0, n, *rng.integers(0, n + 1, 2).tolist()})
    return list(pairwise(some))


def block(data, rows):
    X = data.X.tocsr() if sparse.issparse(data.X) else data.X
    s = () if data.s is None else (data.s[rows],)
    return X[rows], data.y[rows], *s


def follow(route, model, data, seed):
    """Fit the model, by one of the ways there are."""
    if route == "fit":
        if data.s is None or "sample_weight" not in inspect.signature(model.fit).parameters:
            return model.fit(data.X, data.y)
        return model.fit(data.X, data.y, sample_weight=data.s)
    if route == "fit_moments":
        parts = model.get_params().get("cv") or 1
        n = data.shape[0]
        sums = [skl1.Moments.of(*block(data, np.arange(k, n, parts))) for k in range(min(parts, n))]
        return model.fit_moments(sums if "cv" in model.get_params() else sums[0])
    blocks = [block(data, np.arange(*cut)) for cut in cuts(data, seed)]
    if route == "fit_blocks":
        return model.fit_blocks(blocks)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for each in blocks[:-1]:
            model.partial_fit(*each)
    return model.partial_fit(*blocks[-1])
