"""A callback that says stop: said once, it ends the whole fit, whatever is left of it."""

import inspect

import numpy as np
import pytest
from sklearn.model_selection import KFold

import skl1
from common import label, needed, problem, quiet, suited
from skl1.exceptions import FoldWarning, GridEdgeWarning

pytest.importorskip("sklearn.callback", reason="scikit-learn < 1.9 has no callbacks")

#: Every public estimator that takes callbacks, but for grid searches: they report fits, not steps.
LISTENING = sorted(
    (
        found
        for found in (getattr(skl1, name) for name in skl1.__all__)
        if inspect.isclass(found) and hasattr(found, "set_callbacks") and not needed(found)
    ),
    key=label,
)
#: Options of all that have them: hard enough for some steps, small enough to be quick.
OPTIONS = {
    "alpha": 0.05,
    "n_alphas": 4,
    "eps": 0.1,
    "k": 3,
    "cv": 4,
    "n_init": 1,
    "random_state": 0,
    "tol": 1e-10,
}
#: Ways to solve that take more steps than the default one.
WAYS = [
    skl1.ProximalLasso(alpha=0.05, solver="ista", tol=1e-10),
    skl1.RelaxedLasso(alpha=0.05, solver="ista", tol=1e-10),
    skl1.RidgeGD(alpha=0.05, acceleration=None, tol=1e-12),
    skl1.SubgradientLasso(alpha=0.05, tol=1e-14, max_iter=500),
    skl1.ProximalLassoCV(n_alphas=4, eps=0.1, cv=KFold(4), l1_ratio=[0.5, 1.0]),
    skl1.ProximalLassoCV(n_alphas=4, eps=0.1, selection="bic"),
]


def instances():
    for cls in LISTENING:
        known = inspect.signature(cls).parameters
        yield cls(**{name: value for name, value in OPTIONS.items() if name in known})
    yield from WAYS


class StopOnce:
    """Says stop at its k-th step, and never again."""

    def __init__(self, k):
        self.k, self.steps = k, 0

    def setup(self, estimator, context):
        """The fit is about to begin."""

    def teardown(self, estimator, context):
        """The fit is over."""

    def on_fit_task_begin(self, estimator, context):
        """A task begins."""

    def on_fit_task_end(self, estimator, context, **_):
        """A task ends; true asks to stop."""
        if context.task_name != "step":
            return False
        self.steps += 1
        return self.steps == self.k


def test_the_estimators_are_found():
    assert {skl1.ProximalLasso, skl1.BestSubsetRegressor, skl1.MCPRegressorCV} <= set(LISTENING)


@pytest.mark.parametrize("k", [1, 2, 3, 5])
@pytest.mark.parametrize("model", list(instances()), ids=label)
def test_stop_is_said_once(model, k):
    """No step is reported after it, and the fit says why it ended; the model is usable."""
    X, y = problem(60, 12, noise=2.0)
    y, callback = suited(type(model), y), StopOnce(k)
    with quiet(GridEdgeWarning, FoldWarning):
        model.set_callbacks(callback).fit(X, y)
    assert 1 <= callback.steps <= k
    usable = model.predict(X) if hasattr(model, "predict") else model.transform(X)
    assert np.isfinite(usable).all()
    if callback.steps == k:
        assert model.stop_reason_ == "stopped by a callback"
        assert not model.converged_
    else:
        assert model.stop_reason_ != "stopped by a callback"


@pytest.mark.filterwarnings("error", "ignore::skl1.exceptions.GridEdgeWarning")
@pytest.mark.parametrize("model", list(instances()), ids=label)
def test_stop_is_no_reason_to_warn(model):
    """Who stops a fit knows that it has not converged."""
    X, y = problem(60, 12, noise=2.0)
    y = suited(type(model), y)
    if hasattr(model, "cv"):  # the paths that are there converge
        model.set_params(tol=1e-4)
    model.set_callbacks(StopOnce(1)).fit(X, y)


def test_a_stopped_search_has_two_folds():
    """Models are compared on two folds, whenever it was stopped; later folds are not fitted."""
    X, y = problem(60, 12, noise=2.0)
    for k, folds in {1: 2, 2: 2, 3: 2, 4: 3, 5: 4}.items():
        model = skl1.ProximalLassoCV(n_alphas=4, eps=0.1, cv=4).set_callbacks(StopOnce(k))
        with quiet(GridEdgeWarning):
            model.fit(X, y)
        assert np.isfinite(model.mse_path_).all(axis=0).sum() == folds
        assert model.stop_reason_ == "stopped by a callback"


def test_a_stopped_search_for_minima_tries_no_other_start():
    X, y = problem(60, 12, noise=2.0)
    options = {"alpha": 0.05, "p": 0.5, "n_init": 3, "random_state": 0}
    whole = skl1.NonconvexLpRegressor(**options).fit(X, y)
    model = skl1.NonconvexLpRegressor(**options).set_callbacks(StopOnce(1)).fit(X, y)
    assert len(whole.start_objectives_) > len(model.start_objectives_) == 1
