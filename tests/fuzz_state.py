"""A fit is all or nothing: failures of every kind, and the state of the estimator after them."""

import copy
import inspect
import sys
import warnings
from pathlib import Path

import numpy as np
from scipy import sparse
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

import skl1
from fuzz_cases import FITTED, Data, draw_params, follow, routes
from skl1 import Moments

PACKAGE = str(Path(skl1.__file__).parent)


class Interrupter:
    """Counts the calls of functions of skl1, and raises at one of them."""

    def __init__(self, at=None, error=KeyboardInterrupt):
        self.at, self.error, self.count, self.where = at, error, 0, ""

    def __enter__(self):
        self.before = sys.gettrace()
        sys.settrace(self._trace)
        return self

    def __exit__(self, *_):
        sys.settrace(self.before)

    def _trace(self, frame, event, _):
        code = frame.f_code
        # Generators are resumed to clean up, too, where Python swallows what they raise.
        plain = event == "call" and not code.co_flags & inspect.CO_GENERATOR
        if plain and code.co_filename.startswith(PACKAGE):
            self.count += 1
            if self.count == self.at:
                name = Path(code.co_filename).relative_to(PACKAGE)
                self.where = f"{name}:{code.co_name}"
                raise self.error


class Bomb:
    """A callback of scikit-learn's that raises at the end of one of the tasks."""

    def __init__(self, at):
        self.left = at

    def setup(self, estimator, context):
        pass

    def teardown(self, estimator, context):
        pass

    def on_fit_task_begin(self, estimator, context):
        pass

    def on_fit_task_end(self, estimator, context, **_):
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt
        return False


def same(one, other):
    """Equal through and through, to the last bit."""
    if type(one) is not type(other):
        return False
    if sparse.issparse(one):
        one, other = one.toarray(), other.toarray()
    elif isinstance(one, Moments):
        one, other = vars(one), vars(other)
    if isinstance(one, np.ndarray) and one.dtype == object:
        one, other = one.tolist(), other.tolist()
    if isinstance(one, (np.ndarray, float)):
        one, other = np.asarray(one), np.asarray(other)
        exact = one.dtype == other.dtype and one.shape == other.shape
        return exact and np.array_equal(one, other, equal_nan=one.dtype.kind in "fc")
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[k], other[k]) for k in one)
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    return isinstance(one, Bomb) or bool(one == other)


def changed(before, after):
    """The names of attributes that are new, gone or other."""
    new, gone = sorted(after.keys() - before.keys()), sorted(before.keys() - after.keys())
    other = sorted(k for k in before.keys() & after.keys() if not same(before[k], after[k]))
    parts = {"new": new, "gone": gone, "other": other}
    return "; ".join(f"{what} {', '.join(names)}" for what, names in parts.items() if names)


def gentle(rng, p=None):
    """Data that can be fitted by anything; in a frame at times."""
    n = int(rng.integers(16, 40))
    p = int(rng.integers(2, 7)) if p is None else p
    X = rng.standard_normal((n, p)) + 1.0
    y = 2.0 * X[:, 0] + rng.standard_normal(n)
    s = rng.uniform(0.5, 2.0, n) if rng.random() < 0.4 else None
    return Data(X, y, s, None)


def framed(data):
    """The same with names of the columns."""
    import pandas as pd

    frame = pd.DataFrame(data.X, columns=[f"x{j}" for j in range(data.shape[1])])
    return Data(frame, data.y, data.s, None)


def bad_fits(rng, name, data):
    """Ways to be refused, by name."""
    X, y = data.X, data.y
    n, p = X.shape
    spoiled = X.copy()
    spoiled[int(rng.integers(n)), int(rng.integers(p))] = np.nan
    weights = np.ones(n)
    weights[0] = -1.0
    fits = {
        "fit: NaN in X": lambda m: m.fit(spoiled, y),
        "fit: inf in y": lambda m: m.fit(X, np.where(np.arange(n) == 2, np.inf, y)),
        "fit: a short y": lambda m: m.fit(X, y[:-1]),
        "fit: X of one dimension": lambda m: m.fit(X[:, 0], y),
        "fit: complex X": lambda m: m.fit(X * 1j, y),
        "fit: no rows": lambda m: m.fit(X[:0], y[:0]),
        "fit: X too large": lambda m: m.fit(X * 1e300, y),
        "fit: y of words": lambda m: m.fit(X, np.array(["a"] * n)),
    }
    if name != "StabilitySelection":
        fits |= {
            "fit: a negative weight": lambda m: m.fit(X, y, weights),
            "fit: weights of another length": lambda m: m.fit(X, y, np.ones(n + 1)),
            "fit: weights of zero": lambda m: m.fit(X, y, np.zeros(n)),
        }
    if hasattr(FITTED[name], "fit_blocks"):
        fits |= {
            "fit_blocks: NaN in the second block": lambda m: m.fit_blocks([(X, y), (spoiled, y)]),
            "fit_blocks: another p": lambda m: m.fit_blocks([(X, y), (X[:, :-1], y)]),
            "fit_blocks: not pairs": lambda m: m.fit_blocks([X]),
            "fit_blocks: nothing": lambda m: m.fit_blocks([]),
            "fit_moments: no Moments": lambda m: m.fit_moments("moments"),
            "fit_moments: without weight": lambda m: m.fit_moments(0 * Moments.of(X, y)),
            "partial_fit: NaN": lambda m: m.partial_fit(spoiled, y),
            "partial_fit: another p": lambda m: m.partial_fit(np.c_[X, X], y),
            "partial_fit: a negative weight": lambda m: m.partial_fit(X, y, weights),
        }
    return fits


def bad_params(rng, name, p):
    """Parameters to be refused."""
    known = FITTED[name]().get_params()
    bad = {
        "penalty_weights": [np.ones(p + 1), [-1.0] * p, ["a"] * p, [np.nan] * p],
        "tol": [-1.0, "small"],
        "alpha": [-1.0, np.nan, None],
        "max_iter": [0],
        "k": [-1],
        "cv": [1, 1000],
        "selection": ["best", lambda _: -7],
        "alphas": [[-1.0], []],
        "l1_ratio": [2.0],
        "scoring": ["nothing"],
        "n_pairs": [0],
        "threshold": [2.0],
    }
    names = [key for key in bad if key in known]
    key = str(rng.choice(names))
    return {key: bad[key][int(rng.integers(len(bad[key])))]}


def check_state(case):
    """Fit or not, fail, look, go on."""
    rng = case.rng
    case.subject = name = str(rng.choice(sorted(FITTED)))
    data = gentle(rng)
    ways = [r for r in routes(FITTED[name]) if r == "fit" or name != "StabilitySelection"]
    model, first = prepared(case, name, data, ways)
    failure = str(
        rng.choice(["refused", "parameter", "interrupt", "interrupt", "callback", "strict"])
    )
    if failure == "callback" and not hasattr(model, "set_callbacks"):
        failure = "interrupt"
    if not FAILURES[failure](case, model, data, ways):
        return  # it has succeeded
    if hasattr(model, "set_callbacks"):
        model.set_callbacks()
    if first == "partial_fit":
        keeps_rows(case, name, model, data)
    else:
        refits_afresh(case, name, model, ways)


def prepared(case, name, data, ways):
    """A new estimator, fitted before or not, with other parameters and data."""
    rng = case.rng
    params = quiet_params(rng, name)
    model = FITTED[name](**params)
    first = str(rng.choice(["nothing", *ways]))
    if first != "nothing":
        old = gentle(rng, data.shape[1] if first == "partial_fit" else None)
        case.old = old
        old = framed(old) if first == "fit" and rng.random() < 0.4 else old
        attempt_quietly(case, lambda: follow(first, model, old, case.seed))
    case.tell(f"{model!r}".replace("\n", "") + f" after {first}")
    return model, first


def quiet_params(rng, name):
    params = draw_params(rng, FITTED[name])
    params.pop("n_jobs", None)
    if "CV" in name:
        params.pop("scoring", None)
        if params.get("l1_ratio") == 0.0:
            params.pop("l1_ratio")
    elif "alpha" in FITTED[name]().get_params():
        params["alpha"] = float(rng.choice([0.01, 0.3]))
    if "random_state" in FITTED[name]().get_params():
        params["random_state"] = 0
    if name == "StabilitySelection" and params.get("l1_ratio") == 0.0:
        params.pop("l1_ratio")
    return params


def attempt_quietly(case, call):
    """What ought to succeed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return case.attempt(call)


def must_fail(case, model, call, what, *, complete=None):
    """Nothing has changed if the call fails."""
    before = copy.deepcopy(vars(model))
    fitted = hasattr(model, "n_features_in_")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            call(model)
    except BaseException as error:
        what = f"{what} ({type(error).__name__})"
        if isinstance(error, SystemExit):
            raise
    else:
        return False
    difference = changed(before, vars(model))
    if difference:
        if complete is not None and not changed(public(vars(model)), public(complete)):
            case.find("interrupted when complete", f"{what}: {difference}")
        else:
            category = "changed by a failure" if fitted else "fitted by a failure"
            case.find(category, f"{what}: {difference}")
    if not fitted:
        try:
            check_is_fitted(model)
        except NotFittedError:
            pass
        else:
            case.find("fitted by a failure", f"{what}: check_is_fitted is content")
    return True


def public(state):
    return {k: v for k, v in state.items() if k.endswith("_") and k != "history_"}


def refuse(case, model, data, ways):
    fits = bad_fits(case.rng, case.subject, data)
    what = str(case.rng.choice(sorted(fits)))
    return must_fail(case, model, fits[what], what)


def refuse_parameter(case, model, data, ways):
    before = model.get_params()
    params = bad_params(case.rng, case.subject, data.shape[1])
    route = str(case.rng.choice(ways))
    model.set_params(**params)
    what = f"{route} with {params}"
    failed = must_fail(case, model, lambda m: follow(route, m, data, case.seed), what)
    model.set_params(**before)
    return failed


def interrupt(case, model, data, ways):
    """At a random call, of as many as an undisturbed fit makes."""
    rng = case.rng
    route = str(rng.choice(ways))

    def call(m, trap):
        with trap:
            if route == "partial_fit":
                m.partial_fit(data.X, data.y)
            else:
                follow(route, m, data, case.seed)

    for _ in range(2):  # the first time more is called: what is compiled or kept comes later
        calls, rehearsal = Interrupter(), copy.deepcopy(model)
        attempt_quietly(case, lambda calls=calls, m=rehearsal: call(m, calls))
    at = int(rng.integers(1, calls.count + 1))
    if rng.random() < 0.3:  # near the end, where attributes are set
        at = max(1, calls.count - int(rng.integers(0, 40)))
    trap = Interrupter(at, [KeyboardInterrupt, MemoryError][int(rng.integers(2))])
    what = f"{route} interrupted at call {at} of {calls.count}"
    failed = must_fail(case, model, lambda m: call(m, trap), what, complete=vars(rehearsal))
    case.tell(f"(interrupted in {trap.where})")
    return failed


def interrupt_by_callback(case, model, data, ways):
    at = int(case.rng.integers(1, 6))
    model.set_callbacks(Bomb(at))
    what = f"fit with a callback that raises at its call {at}"
    return must_fail(case, model, lambda m: m.fit(data.X, data.y), what)


def strict(case, model, data, ways):
    """Warnings are errors for some."""
    route = str(case.rng.choice([r for r in ways if r != "partial_fit"]))

    def call(m):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            follow(route, m, data, case.seed)

    return must_fail(case, model, call, f"{route} with warnings as errors")


FAILURES = {
    "refused": refuse,
    "parameter": refuse_parameter,
    "interrupt": interrupt,
    "callback": interrupt_by_callback,
    "strict": strict,
}


def keeps_rows(case, name, model, data):
    """After all that, the rows that partial_fit has seen are those that it was given."""
    params = model.get_params()
    expected = FITTED[name](**params)
    attempt_quietly(case, lambda: follow("partial_fit", expected, case.old, case.seed))
    attempt_quietly(case, lambda: expected.partial_fit(data.X, data.y))
    attempt_quietly(case, lambda: model.partial_fit(data.X, data.y))
    if model.n_samples_seen_ != expected.n_samples_seen_:
        case.find("lost rows", f"{model.n_samples_seen_} rows seen, not {expected.n_samples_seen_}")
        return
    difference = changed(public(vars(expected)), public(vars(model)))
    if difference:
        case.find("partial_fit after a failure", difference)


def refits_afresh(case, name, model, ways):
    """A new fit has what a fresh one has."""
    rng = case.rng
    data, params = gentle(rng), quiet_params(rng, name)
    route = str(rng.choice(ways))
    case.tell(f"then {route} with {params}")
    fresh = FITTED[name](**params)
    model.set_params(**FITTED[name]().get_params())
    model.set_params(**params)
    attempt_quietly(case, lambda: follow(route, fresh, data, case.seed))
    attempt_quietly(case, lambda: follow(route, model, data, case.seed))
    difference = changed(public(vars(fresh)), public(vars(model)))
    hidden = sorted(vars(fresh).keys() ^ vars(model).keys())
    if difference:
        case.find("refit", difference)
    elif hidden:
        case.find("refit", f"attributes {hidden}")
