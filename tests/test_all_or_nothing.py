"""A fit changes an estimator at its end or not at all: over every public estimator, on dask too."""

import inspect
import sys
import warnings

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

import skl1
from common import METHODS, label, public_estimators, quiet, run, suited, variants
from settled import all_compiled

pd = pytest.importorskip("pandas")
pytest.importorskip("dask.dataframe")

#: Where interrupts fall, as shares of all calls of skl1's functions in a fit.
#: Not the very last call: after an interrupt some counts of threads need not be asked for again.
SHARES = (0.0, 0.1, 0.4, 0.8, 0.98, 0.995)
#: Where the types of records are made.
TYPES = tuple(
    f"compiled/{name}.py"
    for name in ("digests", "kernels", "lazy", "loading", "machine_code", "records")
)


def table(seed=0, n=40, names=("a", "b", "c", "d")):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, len(names)))
    y = X @ np.arange(1.0, len(names) + 1.0) + rng.normal(size=n)
    return pd.DataFrame(X, columns=list(names)), pd.Series(y)


#: On dask one of each way to fit: all are made of the same class, as ``test_dask_forms`` shows.
ON_DASK = {"ProximalLasso", "RidgeGD", "NonconvexLpRegressor", "ProximalLassoCV"}
CASES = [
    pytest.param(model, remote, method, id=f"{'dask ' * remote}{type(model).__name__}-{method}")
    for model, remote in public_estimators()
    for method in METHODS
    if hasattr(model, method) and (not remote or type(model).__name__ in ON_DASK)
]
every = pytest.mark.parametrize(("model", "remote", "method"), CASES)
every_fit = pytest.mark.parametrize(
    ("model", "remote", "method"), [case for case in CASES if case.values[2] == "fit"]
)


def state(model):
    """Names, and the very objects that they name."""
    return {name: id(value) for name, value in vars(model).items()}, dict(vars(model))


def assert_unchanged(model, before):
    assert {name: id(value) for name, value in vars(model).items()} == before[0]


class Interrupter:
    """Raises KeyboardInterrupt at a call of one of skl1's functions; counts them at least."""

    def __init__(self, at=np.inf):
        self.at, self.calls = at, 0

    def __call__(self, frame, event, arg):
        name = frame.f_code.co_filename
        # What is raised in a generator that is being thrown away, Python ignores, and numba what
        # is raised where it asks for a record's type.
        deaf = frame.f_code.co_flags & inspect.CO_GENERATOR or name.endswith(TYPES)
        if event == "call" and "skl1" in name and "tests" not in name and not deaf:
            self.calls += 1
            if self.calls == self.at:
                sys.setprofile(None)
                raise KeyboardInterrupt

    def __enter__(self):
        sys.setprofile(self)
        return self

    def __exit__(self, *error):
        sys.setprofile(None)


@pytest.fixture(autouse=True)
def _in_one_thread():
    import dask

    with dask.config.set(scheduler="synchronous"):
        yield


@pytest.fixture
def _the_same_calls_in_every_run():
    """All kernels are compiled."""
    with all_compiled():
        yield


# What an interrupt hits may be a callback of the garbage collector, whose errors Python drops.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.usefixtures("_the_same_calls_in_every_run")
@every
def test_an_interrupt_changes_nothing(model, remote, method):
    """Wherever it falls; and the next fit is that of a new estimator."""
    X, y = table()
    other = table(1, names=("d", "c", "b", "a", "e"))
    with quiet(skl1.GridEdgeWarning, skl1.FoldWarning, UserWarning):
        expected = run(clone(model), method, X, y, remote=remote)
        run(clone(model), method, X, y, remote=remote)
        model = clone(model)
        with Interrupter() as counter:  # all that is made once has been made
            run(model, method, X, y, remote=remote)
        assert counter.calls > 10
        for fitted in (False, True):
            model = clone(model)
            if fitted:
                run(model, "fit", *other, remote=remote)
            before = state(model)
            for share in SHARES if fitted else SHARES[2::3]:
                at = 1 + round(share * (counter.calls - 1))
                with pytest.raises(KeyboardInterrupt), Interrupter(at):
                    run(model, method, X, y, remote=remote)
                assert_unchanged(model, before)
            if not fitted:
                with pytest.raises(NotFittedError):
                    check_is_fitted(model)
        run(model, method, X, y, remote=remote)
    assert set(vars(model)) == set(vars(expected))
    assert_same_model(model, expected)


def assert_same_model(one, other):
    for name in ("coef_", "selection_probabilities_"):
        if hasattr(other, name):
            np.testing.assert_allclose(getattr(one, name), getattr(other, name), atol=1e-2)


def broken(X, y):
    """Data that are refused, each at another stage."""
    holes, wrong = X.to_numpy().copy(), y.to_numpy().copy()
    holes[3, 1] = np.nan
    wrong[-1] = np.inf
    names = list(X.columns)
    yield pd.DataFrame(holes, columns=names), y
    yield X, pd.Series(wrong)
    yield X * 1e200, y
    yield pd.DataFrame(holes[:, :3], columns=names[:3]), y


@every
def test_refused_data_change_nothing(model, remote, method):
    """Neither the model nor the number and the names of its features."""
    X, y = table()
    for fitted in (False, True):
        model = clone(model)
        with quiet(skl1.GridEdgeWarning, UserWarning):
            if fitted:
                run(model, "fit", X, y, remote=remote)
            before = state(model)
            for bad in broken(*table(1, names=("d", "c", "b", "a", "e"))):
                with pytest.raises(ValueError):  # noqa: PT011 (which one, other tests say)
                    run(model, method, *bad, remote=remote)
                assert_unchanged(model, before)
        if fitted and hasattr(model, "predict"):
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                assert np.isfinite(np.asarray(model.predict(X))).all()


@every_fit
def test_refused_parameters_and_weights_change_nothing(model, remote, method):
    X, y = table()
    with quiet(skl1.GridEdgeWarning, UserWarning):
        run(model, method, X, y, remote=remote)
    for name, value in {"tol": -1.0, "penalty_weights": np.ones(3), "cv": 1, "k": -1}.items():
        if name in model.get_params():
            good = model.get_params()[name]
            model.set_params(**{name: value})
            before = state(model)
            with pytest.raises((ValueError, TypeError)):
                run(model, method, X, y, remote=remote)
            assert_unchanged(model, before)
            model.set_params(**{name: good})
    before = state(model)
    with pytest.raises((ValueError, TypeError)):
        run(model, method, X, y, remote=remote, sample_weight=-np.ones(40))
    assert_unchanged(model, before)


@every
def test_a_warning_that_is_an_error_changes_nothing(model, remote, method):
    """It comes last, when all is computed."""
    if not {"max_iter", "tol"} <= set(model.get_params()):
        pytest.skip("it has no limit of iterations")
    X, y = table()
    with quiet(skl1.GridEdgeWarning, UserWarning):
        run(model, "fit", X, y, remote=remote)
    before = state(model.set_params(max_iter=1, tol=1e-300))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("error", category=UserWarning)
        try:
            run(model, method, X + 1.0, y + 1e3 * X["a"] ** 2, remote=remote)
        except (UserWarning, RuntimeWarning):
            assert_unchanged(model, before)


@every_fit
def test_a_failing_callback_changes_nothing(model, remote, method):
    """At its first and at its third call."""
    pytest.importorskip("sklearn.callback")
    if remote or not hasattr(model, "set_callbacks"):
        pytest.skip("no callbacks")

    class Failing:
        def __init__(self, at):
            self.left = at

        def setup(self, estimator, context):
            pass

        def teardown(self, estimator, context):
            pass

        def on_fit_task_begin(self, estimator, context):
            pass

        def on_fit_task_end(self, estimator, context, *, fitted_estimator=None):
            self.left -= 1
            if not self.left:
                raise RuntimeError("enough")

    X, y = table()
    y = suited(type(model), y)
    for at in (1, 3):
        for fitted in (False, True):
            model = clone(model).set_callbacks()
            with quiet(skl1.GridEdgeWarning, UserWarning):
                if fitted:
                    model.fit(X, y)
                before = state(model.set_callbacks(Failing(at)))
                try:
                    model.fit(X + 1.0, y)
                except RuntimeError:
                    assert_unchanged(model, before)
                else:
                    assert at > 1, "a callback that is never called"


@pytest.mark.parametrize("selection", [lambda _: 1 / 0, lambda _: 10**6])
def test_a_rule_that_fails_changes_nothing(selection):
    """Neither the grid nor the choice."""
    X, y = table()
    for model, remote in public_estimators():
        if "selection" not in model.get_params():
            continue
        with quiet(skl1.GridEdgeWarning):
            run(model, "fit", X, y, remote=remote)
            before = state(model.set_params(selection=selection))
            with pytest.raises((ZeroDivisionError, ValueError)):
                run(model, "fit", X[:30], y[:30], remote=remote)
        assert_unchanged(model, before)


def test_rows_survive_a_failed_fit():
    """partial_fit goes on where it was."""
    X, y = table(n=60)
    for model, _ in public_estimators():
        if not hasattr(model, "partial_fit"):
            continue
        with quiet(skl1.GridEdgeWarning, UserWarning):
            model.partial_fit(X[:30], y[:30])
            for method in METHODS:
                with pytest.raises((ValueError, TypeError)):
                    getattr(model, method)(
                        *[np.full((4, 4), np.nan)] * (1 + (method[-3:] == "fit"))
                    )
            model.partial_fit(X[30:], y[30:])
            assert model.n_samples_seen_ == 60
            whole = clone(model).fit_blocks([(X, y)])
        np.testing.assert_allclose(model.coef_, whole.coef_, atol=1e-2)
        assert list(model.feature_names_in_) == list("abcd")


def ways_to_fit():
    """By class, its instances with which fits are short."""
    groups = {}
    for model in [*variants(), *(m for m, remote in public_estimators() if not remote)]:
        if "max_iter" in model.get_params():
            model.set_params(max_iter=50)
        groups.setdefault(type(model), []).append(model)
    return groups


WAYS = ways_to_fit()


@pytest.mark.parametrize("cls", WAYS, ids=label)
def test_a_refit_has_the_attributes_of_a_fresh_fit(cls):
    """Whatever was fitted before, with which parameters, on which data."""
    X, y = table()
    suits, models = suited(cls, y), WAYS[cls]
    for k, first in enumerate(models):
        second = models[k - 1]
        options = second.get_params()
        with quiet(skl1.GridEdgeWarning, skl1.FoldWarning):
            again = clone(first).fit(X, suits)
            again.set_params(**options | ({"warm_start": False} if "warm_start" in options else {}))
            again.fit(X.to_numpy(), suits.to_numpy())
            fresh = clone(second).fit(X.to_numpy(), suits.to_numpy())
        assert set(vars(again)) == set(vars(fresh))


SEVERAL = [
    (model, remote)
    for model, remote in public_estimators()
    if remote or sum(hasattr(model, method) for method in METHODS) > 1
]


@pytest.mark.parametrize(("model", "remote"), SEVERAL, ids=label)
def test_a_refit_by_another_method_has_those_of_a_fresh_fit(model, remote):
    """Whichever method has fitted before."""
    X, y = table()
    methods = [method for method in METHODS if hasattr(model, method)]
    for k, first in enumerate(methods):
        for second in (first, methods[k - 1]):
            with quiet(skl1.GridEdgeWarning, skl1.FoldWarning):
                once = run(clone(model), first, X, y, remote=remote)
                again = run(once, second, X, y, remote=remote)
                fresh = run(clone(model), second, X, y, remote=remote)
            if (first, second) != ("partial_fit", "partial_fit"):
                assert_same_model(again, fresh)
            assert set(vars(again)) == set(vars(fresh)), (first, second)


def test_the_examples_that_were_found():
    """The figures of the faults from which this file came."""
    rng = np.random.default_rng(0)
    X, y = pd.DataFrame(rng.normal(size=(50, 3)), columns=list("abc")), rng.normal(size=50)
    y = y + X["a"] * 5.0
    model = skl1.ProximalLasso(0.1).fit(X, y)
    with pytest.raises(ValueError, match="NaN"):
        model.fit(np.full((50, 4), np.nan), y)
    reordered = X[["c", "a", "b"]].copy()
    reordered.iloc[0, 0] = np.nan
    with pytest.raises(ValueError, match="NaN"):
        model.fit(reordered, y)
    assert np.corrcoef(model.predict(X), y)[0, 1] > 0.9
    lp = skl1.NonconvexLpRegressor(alpha=0.1, p=1).fit(X, y)
    assert hasattr(lp, "dual_gap_")
    assert not hasattr(lp.set_params(p=0.5).fit(X, y), "dual_gap_")
    search = skl1.NonconvexLpRegressorCV(p=1, n_alphas=5).fit(X, y)
    assert hasattr(search, "dual_gap_")
    assert not hasattr(search.set_params(p=0.5).fit(X, y), "dual_gap_")


def test_what_a_subclass_sets_before_the_fit_stays():
    """Attributes that are not those of the last fit are the user's."""

    class Encoded(skl1.ProximalLasso):
        def fit(self, X, y):
            self.shift_ = X.mean()
            return super().fit(X - self.shift_, y)

    X, y = (part.to_numpy() for part in table())
    model = Encoded(0.1)
    for _ in range(2):
        assert model.fit(X, y) is model
        assert model.shift_ == X.mean()
        assert hasattr(model, "coef_")


def test_a_fit_in_another_thread_is_not_seen_halfway():
    """Until it is published, predictions are those of the last fit."""
    X, y = (part.to_numpy() for part in table())
    model = skl1.ProximalLasso(0.1).fit(X, y)
    expected = model.predict(X)
    seen = []

    class Peeking(skl1.ProximalLasso):
        def _solve(self, *args):
            seen.append(peeked.predict(X))
            return super()._solve(*args)

    peeked = Peeking(0.1)
    vars(peeked).update(vars(model))
    peeked.fit(X + 5.0, 2.0 * y)
    np.testing.assert_array_equal(seen[0], expected)
    assert not np.allclose(peeked.predict(X), expected)
