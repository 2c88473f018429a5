"""A seeded fuzz: nasty data, all public estimators and paths, and a referee of its own.

``python tests/fuzz.py --cases 5000 --seed 0`` prints the findings and a summary, and
``python tests/fuzz.py --replay 123`` tells all about one case. A case is its seed. There are four
kinds of them, in turn:

* zero: at alpha_max and above every penalised coefficient is exactly 0, and none is of the size of
  rounding anywhere;
* state: a fit that fails leaves nothing behind, and a new one does not know of those before;
* free: unpenalised columns that depend on each other;
* factor: sample weights, rows, columns and y in other units.

``--kind targets`` has seeds of its own: several targets, each held against the referee.

Whatever is fitted on the way is held against the referee: the objective as it is defined, true
certificates, honest warnings.
"""

import argparse
import signal
import sys
import time
import warnings
from collections import defaultdict
from contextlib import nullcontext
from copy import copy
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning

import skl1
from fuzz_cases import (
    DEFINITIONS,
    FITTED,
    LIKE,
    OTHERS,
    PATHS,
    PUBLIC,
    SEARCHES,
    SINGLES,
    Data,
    draw_data,
    draw_free,
    draw_params,
    draw_path_params,
    draw_target,
    follow,
    routes,
    units,
)
from fuzz_claims import claim_of, judge, path_claims, stages
from fuzz_state import check_state
from settled import all_compiled
from skl1.exceptions import EmptyModelWarning, FoldWarning, GridEdgeWarning, IntervalWarning
from skl1.model_selection.rules import CRITERIA

#: Why data that can be fitted are refused nevertheless, all of it told to the user.
REFUSALS = (
    "rescale",
    "overflow",
    "vanish",
    "needs more samples than parameters",
    "needs the noise variance",
    "With l1_ratio=0 no alpha is the largest",
    "With penalty_weights so small",
    "at least two folds",
    "Cannot have number of splits",
    "have a weight of 0",
    "have a sample_weight of 0",
    "must not be all zero",
    "no row with a weight",
    "no row with a positive weight",
    "gave no finite score",
    "minimum of 2 is required",
    "scoring needs rows",
    "leaves none for the noise",
    "are needed",
)
HONEST = (ConvergenceWarning, EmptyModelWarning, FoldWarning, GridEdgeWarning, IntervalWarning)
#: What a UserWarning may say of parameters that are taken nevertheless.
ADVICE = ("alpha=0", "features that may be chosen")
WORKING_SET_ROUNDS = 20
#: Seconds of the processor that a case may take; as a rule it is a tenth of one.
LIMIT = 15.0


@dataclass(frozen=True)
class Finding:
    """Something claimed that is not true."""

    seed: int
    kind: str
    subject: str
    category: str
    text: str


class OutOfTime(BaseException):
    """The case has taken too long."""


def out_of_time(*_):
    raise OutOfTime


class RefusedError(Exception):
    """The case ends here: its data cannot be fitted, or a finding says why."""


class Case:
    """One seed: what it draws, and what it finds."""

    def __init__(self, seed, kind=None):
        self.seed = seed
        self.kind = kind or list(CHECKS)[seed % len(CHECKS)]
        self.rng = np.random.default_rng(seed)
        self.findings = []
        self.refusal = ""
        self.subject = ""
        self.story = []
        self.refusals = REFUSALS

    def tell(self, text):
        """What the case has done so far."""
        self.story.append(text)

    def find(self, category, text):
        text = "\n    ".join([*self.story, text])
        self.findings.append(Finding(self.seed, self.kind, self.subject, category, text))

    def run(self, limit):
        """All of it, or as much as can be done in so many seconds of the processor."""
        before = signal.signal(signal.SIGPROF, out_of_time)
        signal.setitimer(signal.ITIMER_PROF, limit)
        try:
            (CHECKS | OF_THEIR_OWN)[self.kind](self)
        except RefusedError as refusal:
            self.refusal = str(refusal)
        except OutOfTime:
            self.find("slow", f"more than {limit:g} s")
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0.0)
            signal.signal(signal.SIGPROF, before)
        return self

    def attempt(self, call):
        """Its result and its warnings; what is unexpected of either is a finding."""
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                result = call()
            except (ValueError, TypeError) as error:
                if not any(refusal in str(error) for refusal in self.refusals):
                    self.find("error", f"{type(error).__name__}: {error}")
                raise RefusedError(str(error)) from error
            except Exception as error:
                self.find("error", f"{type(error).__name__}: {error}")
                raise RefusedError(str(error)) from error
        for each in caught:
            told = any(words in str(each.message) for words in ADVICE)
            if not issubclass(each.category, HONEST) and not told:
                self.find("warning", f"{each.category.__name__}: {each.message}")
        return result, caught


# Fits ----------------------------------------------------------------------------------------


def top_of(case, name, params, data):
    """The alpha_max_ that the estimator states: of a fit that is empty."""
    base = name.removesuffix("CV")
    known = FITTED[base]().get_params()
    given = {k: v for k, v in params.items() if k in known} | {"alpha": 1e50}
    model = FITTED[base](penalty_weights=data.u, **given)
    case.attempt(lambda: follow("fit", model, data, case.seed))
    return float(model.alpha_max_)


def choose_alpha(case, name, params, data):
    """An alpha at which something happens."""
    if name.startswith("BestSubset") or name in OTHERS:
        return {}
    top = top_of(case, name, params, data)
    if 0.0 < top < np.inf and data.referee(params).explained > 1e-12:
        share = float(case.rng.choice([1e-3, 1e-2, 0.1, 0.3, 0.7, 0.99]))
        return {"alpha": share * top}
    lengths = np.asarray(data.referee(params).lengths, dtype=float)
    return {"alpha": float(10.0 ** case.rng.integers(-4, 2) * max((lengths**2).mean(), 1e-12))}


def make(case, name, params, data):
    """The estimator with these parameters, as the story tells it."""
    return FITTED[name](penalty_weights=data.u, **params)


def fit(case, name, params, data, route):
    """A new model, its warnings, and what it claims, judged."""
    model = make(case, name, params, data)
    case.tell(f"{route}: {model!r}".replace("\n", ""))
    model, caught = case.attempt(lambda: follow(route, model, data, case.seed))
    judge_warnings(case, model, caught)
    return model, caught


def judged(case, name, model, data, route, referee=None, back=None):
    """Hold what a fitted model claims against the referee."""
    claim = claim_of(name, model, summed=route != "fit", single=is_single(data))
    claim = replace(claim, sparse=sparse.issparse(data.X), blind=route != "fit")
    claim = claim if back is None else back(claim)
    referee = referee or data.referee(model.get_params())
    for category, text in judge(referee, claim):
        case.find(category, text)
    for category, text in stages(referee, model, claim) if back is None else ():
        case.find(category, text)
    return claim


def is_single(data):
    return data.X.dtype == np.float32


def judge_warnings(case, model, caught):
    """A warning of convergence if there is none, and only then."""
    warned = any(issubclass(each.category, ConvergenceWarning) for each in caught)
    converged = getattr(model, "converged_", None)
    if converged is not None and bool(np.all(converged)) == warned:
        figures = f"converged_={converged}, stop_reason_={model.stop_reason_!r}"
        case.find("warning of convergence", f"{figures}, and ConvergenceWarning: {warned}")


# A zero is a zero ----------------------------------------------------------------------------


def check_zero(case):
    rng = case.rng
    data = draw_data(rng)
    case.tell(f"n, p = {data.shape}; {'; '.join(data.notes)}")
    names = [*SINGLES, *SEARCHES, *(p for p in PATHS if p != "ridge_path")]
    case.subject = str(rng.choice(names))
    if case.subject in PATHS:
        zero_path(case, data)
    elif case.subject in SEARCHES:
        zero_search(case, data)
    else:
        zero_single(case, data)


def must_be_empty(case, referee, w, where):
    """Every penalised coefficient is exactly 0."""
    w = np.asarray(w)
    used = np.flatnonzero(referee.charged & (w != 0.0))
    if used.size:
        size = float((np.abs(w[used]) * referee.lengths[used]).max())
        spread = float(np.sqrt(2 * referee.energy))
        case.find("not empty", f"{where}: coefficients {used.tolist()} are not 0, {size:.3g} at "
                  f"most where y spreads by {spread:.3g}")  # fmt: skip


def zero_single(case, data):
    name, rng = case.subject, case.rng
    params = draw_params(rng, FITTED[name], data)
    route = str(rng.choice(routes(FITTED[name])))
    referee = data.referee(params)
    if name == "BestSubsetRegressor":
        model, _ = fit(case, name, params | {"k": 0}, data, route)
        judged(case, name, model, data, route, referee)
        must_be_empty(case, referee, model.coef_, "k=0")
        return
    params |= choose_alpha(case, name, params, data)
    model, _ = fit(case, name, params, data, route)
    judged(case, name, model, data, route, referee)
    top = float(model.alpha_max_)
    judge_top(case, name, params, referee, top, data)
    if top == np.inf or name == "RidgeGD":
        return
    for factor in (1.0, float(rng.choice([1.0 + 1e-12, 1.5, 10.0]))):
        alpha = factor * top if top > 0.0 else factor
        empty, caught = fit(case, name, params | {"alpha": alpha}, data, route)
        where = f"alpha = {factor!r} alpha_max_"
        must_be_empty(case, referee, empty.coef_, where)
        judged(case, name, empty, data, route, referee)
        told = any(issubclass(each.category, EmptyModelWarning) for each in caught)
        if empty.converged_ and told != (not empty.coef_.any()):
            case.find("warning of an empty model", f"{where}: EmptyModelWarning: {told}")


def judge_top(case, name, params, referee, top, data):
    """alpha_max_ by its definition, where the penalty starts as L1."""
    base = name.removesuffix("CV")
    if base not in {"ProximalLasso", "RelaxedLasso", "SubgradientLasso"}:
        return
    share = params.get("l1_ratio", 1.0)
    if share == 0.0 or is_single(data) or (referee.bounded and referee.free.any()):
        return  # within bounds the free columns are the referee's best guess only
    true, rounding = referee.alpha_max(share)
    if not abs(top - true) <= 1e-9 * true + rounding:
        case.find("alpha_max", f"alpha_max_ is {top:.17g}, by definition {true:.17g}")


def zero_path(case, data):
    name, rng = case.subject, case.rng
    params = draw_path_params(rng, PUBLIC[name], data)
    referee = data.referee(params)
    given = rng.random() < 0.5
    call = {"sample_weight": data.s, "penalty_weights": data.u, "return_path": True, **params}
    if given and name != "subset_path":
        top = top_of(case, LIKE[name], params, data)
        top = top if 0.0 < top < np.inf else 1.0
        call.pop("n_alphas", None)
        call |= {"alphas": [1.5 * top, top, 0.5 * top, 0.03 * top]}
    case.tell(f"{name}(X, y, {call})")
    path, caught = case.attempt(lambda: PUBLIC[name](data.X, data.y, **call))
    judge_path(case, name, path, caught, referee, params, data)


def judge_path(case, name, path, caught, referee, params, data, back=None):
    claims = [
        replace(claim, sparse=sparse.issparse(data.X))
        for claim in path_claims(name, path, params, single=is_single(data))
    ]
    failed = [claim for claim in claims if not claim.converged]
    warned = any(issubclass(each.category, ConvergenceWarning) for each in caught)
    if bool(failed) != warned:
        case.find("warning of convergence", f"{len(failed)} failed, ConvergenceWarning: {warned}")
    if not np.array_equal(path.n_nonzeros, np.count_nonzero(path.coefs, axis=0)):
        case.find("n_nonzeros", f"{path.n_nonzeros} and the coefficients disagree")
    for claim in claims:
        if claim.strength >= getattr(path, "alpha_max", np.inf) or claim.charge.most == 0:
            must_be_empty(case, referee, claim.w, claim.what)
    for k in sorted({0, len(claims) // 2, len(claims) - 1}):
        claim = claims[k] if back is None else back(claims[k])
        for category, text in judge(referee, claim):
            case.find(category, text)
    return claims


def zero_search(case, data):
    name, rng = case.subject, case.rng
    params = draw_params(rng, FITTED[name], data)
    route = str(rng.choice([r for r in routes(FITTED[name]) if r != "partial_fit"]))
    if route != "fit":
        params.pop("scoring", None)
    referee = data.referee(params)
    if "alphas" in FITTED[name]().get_params() and (
        rng.random() < 0.4 or params.get("l1_ratio") == 0.0
    ):
        top = top_of(case, name, params, data)
        top = top if 0.0 < top < np.inf else 1.0
        params.pop("n_alphas", None)
        params |= {"alphas": [1.5 * top, top, 0.5 * top, 0.03 * top]}
    model, caught = fit(case, name, params, data, route)
    judged(case, name, model, data, route, referee)
    counts = np.count_nonzero(model.coef_path_, axis=-1)
    if not np.array_equal(model.n_nonzero_path_, counts):
        case.find("n_nonzeros", "n_nonzero_path_ and coef_path_ disagree")
    strength = "k" if name.startswith("BestSubset") else "alpha"
    grid = getattr(model, f"{strength}s_")
    for value, w in zip(grid, model.coef_path_, strict=True):
        if strength == "k" and value == 0:
            must_be_empty(case, referee, w, "k=0 of the path")
        elif strength == "alpha" and value >= model.alpha_max_:
            must_be_empty(case, referee, w, f"alpha={value!r} of the path")
    if strength == "alpha":
        judge_top(case, name, params, referee, float(model.alpha_max_), data)
        if "alphas" not in params and model.alpha_max_ < np.inf:
            must_be_empty(case, referee, model.coef_path_[0], "the first model of the grid")
    for k in sorted({0, len(grid) // 2, len(grid) - 1}):
        claim = claim_of(name, model, summed=True, single=is_single(data))
        claim = replace(claim, sparse=sparse.issparse(data.X)).at(
            DEFINITIONS, model, strength, grid[k], model.coef_path_[k]
        )
        for category, text in judge(referee, claim):
            case.find(category, f"path: {text}")
    chosen = np.asarray(model.coef_)[referee.charged]
    told = any(issubclass(e.category, (EmptyModelWarning, GridEdgeWarning)) for e in caught)
    if referee.charged.any() and not chosen.any() and not told and not np.array_equal(grid, [0]):
        case.find("warning of an empty model", f"the chosen model is empty: {strength}_ = "
                  f"{getattr(model, strength + '_')!r}, and no warning says so")  # fmt: skip


# Free columns --------------------------------------------------------------------------------


def check_free(case):
    rng = case.rng
    data = draw_free(rng)
    case.tell(f"n, p = {data.shape}; {'; '.join(data.notes)}")
    case.subject = str(rng.choice([*SINGLES, *SINGLES, *SEARCHES, *PATHS]))
    name = case.subject
    if name in PATHS:
        params = draw_path_params(rng, PUBLIC[name], data)
        params.pop("max_iter", None)
        call = {"sample_weight": data.s, "penalty_weights": data.u, "return_path": True, **params}
        if params.get("l1_ratio") == 0.0:
            call |= {"alphas": [1.0, 0.01]}
            call.pop("n_alphas", None)
        case.tell(f"{name}(X, y, {call})")
        path, caught = case.attempt(lambda: PUBLIC[name](data.X, data.y, **call))
        claims = judge_path(case, name, path, caught, data.referee(params), params, data)
        faint = data.referee(params).faint
        for claim in claims:
            quick(case, claim, name != "ridge_path", faint)
        return
    params = draw_params(rng, FITTED[name], data)
    params.pop("max_iter", None)
    route = str(rng.choice(["fit", "fit", *routes(FITTED[name])]))
    if route == "partial_fit" and name in SEARCHES:
        route = "fit_blocks"
    if name in SEARCHES:
        if route != "fit":
            params.pop("scoring", None)
        if params.get("l1_ratio") == 0.0:
            params.pop("l1_ratio")
    elif rng.random() < 0.1 and name != "BestSubsetRegressor":
        params |= {"alpha": 0.0}
    else:
        params |= choose_alpha(case, name, params, data)
    model, _ = fit(case, name, params, data, route)
    claim = judged(case, name, model, data, route)
    base = name.removesuffix("CV")
    by_set = base not in {"RidgeGD", "SubgradientLasso"} and params.get("solver", "auto") == "auto"
    quick(case, claim, by_set, data.referee(params).faint)


def quick(case, claim, by_set, faint):
    """The working set solves such problems in a few rounds, or says that rounding forbids it.

    So it may where the dependence is beyond 1e-6, or there are no rows to see it in. A search has
    its reason of the chosen model alone.
    """
    if not by_set or claim.tol < 1e-8:
        return
    told = claim.reason == "numerical precision" or claim.what in SEARCHES
    if not claim.converged and not (told and (faint or claim.blind)):
        figures = f"{claim.reason} after {claim.n_iter}, error {claim.error!r}, tol {claim.tol}"
        case.find("not converged", f"{claim.what}: {figures}")
    elif claim.converged and claim.n_iter > WORKING_SET_ROUNDS:
        case.find("many rounds", f"{claim.what}: {claim.n_iter} rounds")


# Factors -------------------------------------------------------------------------------------


def check_factor(case):
    rng = case.rng
    data = draw_data(rng)
    n = data.shape[0]
    data.s = np.ones(n) if rng.random() < 0.5 else rng.integers(0, 4, n).astype(float)
    data.s[rng.integers(n)] = 2.0
    if rng.random() < 0.4 and not is_single(data):
        unit, of_y = (float(rng.choice([1e-10, 1e-8, 1e-4, 1.0, 1e3, 1e6])) for _ in range(2))
        notes = [*data.notes, f"X times {unit:g}, y times {of_y:g}"]
        data = Data(data.X * unit, data.y * of_y, data.s, data.u, notes)
    names = [*SINGLES, *SEARCHES, *PATHS]
    names += [k for k in ("adaptive_weights", "debiased_lasso") if k in PUBLIC]
    case.subject = str(rng.choice(names))
    case.tell(f"n, p = {data.shape}; {'; '.join(data.notes)}; weights {data.s.tolist()}")
    if case.subject in PUBLIC and case.subject not in FITTED:
        factor_of_function(case, data)
    else:
        factor_of_fit(case, data)


def factor_of_function(case, data):
    """A function of X, y and weights gives the same for all weights times a number."""
    name, rng = case.subject, case.rng
    params = draw_path_params(rng, PUBLIC[name], data) if name in PATHS else {}
    if name in PATHS:
        params |= {"return_path": True, "penalty_weights": data.u}
        if params.get("l1_ratio") == 0.0:
            params.pop("l1_ratio")
    factor = 2.0 ** int(rng.choice([-1000, -500, 3, 500, 1000]))
    case.tell(f"{name}(X, y, {params}), weights times {factor!r}")
    one, _ = case.attempt(lambda: PUBLIC[name](data.X, data.y, sample_weight=data.s, **params))
    case.refusals = ()
    other, _ = case.attempt(
        lambda: PUBLIC[name](data.X, data.y, sample_weight=factor * data.s, **params)
    )
    one, other = (vars(each) if hasattr(each, "__dict__") else {"": each} for each in (one, other))
    compare(case, one, other, "weights times a power of two")


def compare(case, one, other, what, *, skip=(), rtol=1e-9):
    """Two results by name: numbers alike, all else equal."""
    if one.keys() != other.keys():
        case.find("factor", f"{what}: attributes {sorted(one.keys() ^ other.keys())}")
    for key in one.keys() & other.keys() - {*skip}:
        first, second = np.asarray(one[key]), np.asarray(other[key])
        if first.dtype.kind in "fc" and first.shape == second.shape:
            if first.dtype == np.float32:
                rtol = 1e-5
            size = np.abs(first[np.isfinite(first)]).max(initial=0.0)
            if not np.allclose(first, second, rtol=rtol, atol=rtol * size, equal_nan=True):
                case.find(f"factor: {key}", f"{what}: {key} is {first} and {second}")
        elif first.dtype.kind in "biuUS" and not np.array_equal(first, second):
            case.find(f"factor: {key}", f"{what}: {key} is {first} and {second}")


def public(model):
    return {k: v for k, v in vars(model).items() if k.endswith("_") and not k.startswith("_")}


def factor_of_fit(case, data):
    name, rng = case.subject, case.rng
    params = draw_params(rng, FITTED[name], data)
    if name in SEARCHES:
        params.pop("scoring", None)
        if params.get("l1_ratio") == 0.0:
            params.pop("l1_ratio")
    else:
        params |= choose_alpha(case, name, params, data)
    ways = [r for r in routes(FITTED[name]) if r != "partial_fit" or name not in SEARCHES]
    route = str(rng.choice(ways))
    change = str(
        rng.choice(
            ["weights", "weights", "power of two", "power of two", "rows", "columns", "target"]
        )
    )
    one, _ = fit(case, name, params, data, route)
    case.refusals = ("are needed",)  # what can be fitted can be fitted in other units
    referee = data.referee(params)
    judged(case, name, one, data, route, referee)
    if change == "weights":
        same = [route] if name in SEARCHES else ways  # other ways have other folds
        factor_of_weights(case, data, params, one, referee, same)
    elif change == "power of two":
        factor_of_two(case, data, params, one, route)
    elif name in SEARCHES:
        return
    elif change == "rows":
        count = data.s.astype(int)
        X = data.X.tocsr() if sparse.issparse(data.X) else np.asarray(data.X)
        rows = np.repeat(np.arange(count.size), count)
        other = Data(X[rows], data.y[rows], None, data.u)
        case.tell("rows repeated in place of weights")
        again(case, params, one, referee, other, ways, lambda claim: claim, 1.0)
    elif change == "columns":
        factor_of_columns(case, data, params, one, referee, ways)
    else:
        factor_of_target(case, data, params, one, referee, ways)


def again(case, params, one, referee, data, ways, back, unit):
    """The same problem in other terms: judged in those of the first."""
    name = case.subject
    route = str(case.rng.choice(ways))
    other, _ = fit(case, name, params, data, route)
    judged(case, name, other, data, route, referee, back)
    if hasattr(one, "alpha_max_") and not referee.faint and not sparse.issparse(data.X):
        first, second = float(one.alpha_max_), float(other.alpha_max_) / unit
        true, rounding = referee.alpha_max(params.get("l1_ratio", 1.0) or 1.0)
        rounding *= 100.0 * (1.0 if first <= 0.0 or true <= 0.0 else max(first / true, 1.0))
        if first != second and not abs(first - second) <= 1e-8 * abs(first) + rounding:
            case.find("factor: alpha_max_", f"alpha_max_ is {first!r} and {second!r}")


def factor_of_weights(case, data, params, one, referee, ways):
    """All sample weights times a number."""
    factor = float(case.rng.choice([1e-303, 1e-303, 1e-150, 3.0, 1e150, 1e307]))
    case.tell(f"weights times {factor!r}")
    other = Data(data.X, data.y, factor * data.s, data.u)
    if case.subject in SEARCHES and params.get("selection", "min") not in {"min", "1se"}:
        return
    again(case, params, one, referee, other, ways, lambda claim: claim, 1.0)


def factor_of_two(case, data, params, one, route):
    """A power of two changes no digit of the weights, and nothing of the model."""
    name = case.subject
    factor = 2.0 ** int(case.rng.choice([-1000, -500, -3, 500, 1000]))
    counted = params.get("selection") in {"aic", "bic", "ebic", "gcv"}  # n is the sum of weights
    if counted:
        return
    case.tell(f"weights times {factor!r}")
    other = make(case, name, params, data)
    scaled = Data(data.X, data.y, factor * data.s, data.u)
    other, _ = case.attempt(lambda: follow(route, other, scaled, case.seed))
    compare(
        case,
        public(one),
        public(other),
        "weights times a power of two",
        skip={"history_", "cv_results_"},
    )


def factor_of_columns(case, data, params, one, referee, ways):
    """Columns in other units, with penalty weights that undo it."""
    full = FITTED[case.subject](**params).get_params()
    degree, _ = units(case.subject, full)
    if degree is None or is_single(data):
        return
    p = data.shape[1]
    scale = 2.0 ** case.rng.integers(-10, 11, p)
    u = (np.ones(p) if data.u is None else data.u) * scale**degree
    X = data.X @ sparse.diags(scale) if sparse.issparse(data.X) else data.X * scale
    case.tell(f"columns times {scale.tolist()}")
    if bounds := params.get("coef_bounds"):
        params = {**params, "coef_bounds": tuple(each / scale for each in bounds)}
    other = Data(sparse.csc_array(X) if sparse.issparse(X) else X, data.y, data.s, u)
    again(case, params, one, referee, other, ways, lambda claim: claim.scaled(w=scale), 1.0)


def factor_of_target(case, data, params, one, referee, ways):
    """y in another unit, and alpha with it."""
    full = FITTED[case.subject](**params).get_params()
    _, degree = units(case.subject, full)
    if degree is None:
        return
    factor = 2.0 ** int(case.rng.choice([-20, -3, 5, 20]))
    changed = {**params}
    if "alpha" in params:
        changed["alpha"] = params["alpha"] * factor**degree
    if bounds := params.get("coef_bounds"):
        changed["coef_bounds"] = tuple(factor * each for each in bounds)
    case.tell(f"y times {factor!r}")
    other = Data(data.X, data.y * factor, data.s, data.u)
    back = lambda claim: claim.scaled(w=1 / factor, objective=1 / factor**2)  # noqa: E731
    judge_in_units = lambda claim: back(claim).with_charge(  # noqa: E731
        DEFINITIONS[case.subject](full)
    )
    again(case, changed, one, referee, other, ways, judge_in_units, factor**degree)


# Several targets -----------------------------------------------------------------------------


def check_targets(case):
    """What is claimed of each target is true of it."""
    rng = case.rng
    data = draw_data(rng)
    X = data.X.toarray() if sparse.issparse(data.X) else np.asarray(data.X, dtype=float)
    others = [draw_target(rng, X) for _ in range(int(rng.integers(1, 4)))]
    targets = np.column_stack([data.y, *(y for y, _ in others)]).astype(float)
    case.tell(f"n, p = {data.shape}; {'; '.join(data.notes)}; y {', '.join(k for _, k in others)}")
    case.subject = name = str(rng.choice([*SINGLES, *SEARCHES]))
    params = draw_params(rng, FITTED[name])
    route = str(rng.choice(routes(FITTED[name])))
    if route != "fit":
        params.pop("scoring", None)  # which needs rows
    if name in SEARCHES:
        shared = bool(rng.random() < 0.5)
        params["shared_k" if name.startswith("BestSubset") else "shared_alpha"] = shared
        if shared and params.get("selection") in CRITERIA:
            params.pop("selection")
    else:
        params |= choose_alpha(case, name, params, data)
    model, _ = fit(case, name, params, replace(data, y=targets), route)
    for k, y in enumerate(targets.T):
        one, own = alone(model, k, len(targets.T)), replace(data, y=y)
        claim = claim_of(name, one, summed=route != "fit", single=is_single(data))
        claim = replace(claim, sparse=sparse.issparse(data.X), blind=route != "fit")
        for category, text in judge(own.referee(model.get_params()), claim):
            case.find(category, f"target {k}: {text}")


def alone(model, k, count):
    """The model of one of so many targets."""
    if isinstance(getattr(model, "cv_results_", None), list):
        return model.of_target(k)
    one = copy(model)
    for name, value in vars(model).items():
        # Of a search with one choice what belongs to the choice is there once.
        each = isinstance(value, list | np.ndarray) and len(value) == count
        if name.endswith("_") and name not in WHOLE and each:
            setattr(one, name, value[k])
    return one


#: What there is once, of several targets too.
WHOLE = {"feature_names_in_", "alphas_", "ks_", "coef_path_", "mse_path_", "mse_se_"}
WHOLE |= {"n_nonzero_path_"}

# The fuzz ------------------------------------------------------------------------------------

CHECKS = {"zero": check_zero, "state": check_state, "free": check_free, "factor": check_factor}
#: Kinds whose cases are all seeds.
OF_THEIR_OWN = {"targets": check_targets}


def examine(seed, limit=LIMIT, kind=None):
    """One case, done."""
    case = Case(seed, kind)
    # Two fits have to be the same to the last bit there.
    with all_compiled() if case.kind == "state" else nullcontext():
        return case.run(limit)


class Report:
    """The findings by what is wrong with what: the first of each is printed at once."""

    def __init__(self, out):
        self.out = out
        self.groups = defaultdict(list)

    def add(self, found):
        for each in found:
            group = self.groups[each.kind, each.category, each.subject]
            group.append(each.seed)
            if len(group) == 1:
                self.out(f"\n[{each.kind}] {each.category}: {each.subject}, seed {each.seed}")
                self.out(f"    {each.text}")

    def close(self):
        self.out("")
        for (kind, category, subject), found in sorted(self.groups.items()):
            seeds = sorted(set(found))
            self.out(f"[{kind}] {category}: {subject}: {len(seeds)} seeds, {seeds[:8]}")


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    parser.add_argument("--kind", choices=[*CHECKS, *OF_THEIR_OWN], help="only cases of this kind")
    parser.add_argument("--subject", help="only findings of this estimator or function")
    parser.add_argument("--replay", type=int, help="one seed, with all that is found")
    given = parser.parse_args(arguments)
    out = partial(print, flush=True)
    out(f"skl1 in {skl1.__path__[0]}")
    kind = given.kind if given.kind in OF_THEIR_OWN else None
    if given.replay is not None:
        case = examine(given.replay, kind=kind)
        out(f"{case.kind}: {case.subject} {case.refusal}")
        for line in case.story:
            out(f"  {line}")
        for each in case.findings:
            out(f"* {each.category}: {each.text.rsplit(chr(10), 1)[-1].strip()}")
        return len(case.findings)
    start, wrong, refused, done = time.perf_counter(), 0, 0, 0
    report = Report(out)
    for seed in range(given.seed, given.seed + given.cases):
        if given.kind in CHECKS and list(CHECKS)[seed % len(CHECKS)] != given.kind:
            continue
        case = examine(seed, kind=kind)
        done += 1
        refused += bool(case.refusal)
        found = [each for each in case.findings if given.subject in {None, each.subject}]
        wrong += bool(found)
        report.add(found)
    report.close()
    seconds = time.perf_counter() - start
    out(f"{done} cases, {refused} refused, {wrong} with findings, {seconds:.0f} s")
    return wrong


if __name__ == "__main__":
    sys.exit(bool(main()))
