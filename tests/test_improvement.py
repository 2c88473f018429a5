"""How far down the grid models of a nonconvex search are improved."""

import numpy as np
import pytest

import skl1
from common import concrete, label
from covering import pairs
from nonconvex_data import correlated
from skl1.model_selection.improvement import PAST, STEP, next_end
from skl1.model_selection.nonconvex_cv import NonconvexRegressorCV

pytestmark = pytest.mark.filterwarnings("error")
SEARCHES = sorted(concrete(NonconvexRegressorCV), key=label)


def whole(cls):
    """The same search with every model improved."""
    return type(cls.__name__, (cls,), {"_improves": lambda _: False})


def test_the_rule():
    """From the top until the minimum is far above and left by more than a standard error."""
    valley = np.abs(np.arange(60) - 20.0) / 20.0 + 1.0
    spreads = np.full(60, 0.1)
    end, ends = 0, []
    while new := next_end(end, valley, spreads):
        assert new > end
        end = new
        ends.append(end)
    assert ends == list(range(PAST + STEP, 36, STEP))  # 30 is the first that is past enough
    flat = np.full(60, 1.0)
    assert next_end(40, flat, spreads) == 45  # never more than one standard error above
    assert next_end(60, flat, spreads) == 0
    assert next_end(0, valley[:7], spreads[:7]) == 7
    # A smaller error far below counts, though it is of a model that warm starts have found.
    valley[50] = 0.5
    assert next_end(35, valley, spreads) == 60
    assert next_end(35, valley, np.full(60, np.nan)) == 40  # a single fold has no standard error


@pairs(cls=SEARCHES, size=[(80, 30), (40, 70)], selection=["min", "1se"])
def test_same_choice_as_down_the_whole_grid(cls, size, selection):
    """All that is chosen is the same; below the end of it models are those of warm starts."""
    X, y = correlated(3, *size)
    y = y + y.std() * np.random.default_rng(0).standard_normal(y.size)
    options = {"n_alphas": 50, "selection": selection}
    ours, theirs = cls(**options).fit(X, y), whole(cls)(**options).fit(X, y)
    warm = cls(**options, local_search=None).fit(X, y)
    assert ours.best_index_ == theirs.best_index_
    np.testing.assert_allclose(ours.coef_, theirs.coef_, rtol=1e-6, atol=1e-9)
    same = np.isclose(ours.mse_path_, theirs.mse_path_, rtol=1e-6).all(axis=1)
    rest = np.isclose(ours.mse_path_, warm.mse_path_, rtol=1e-6).all(axis=1)
    end = int(np.argmin(same)) if not same.all() else 50
    assert end > ours.best_index_
    assert (same | rest).all()
    assert list(ours.cv_results_) == list(theirs.cv_results_)
    assert ours.converged_


@pytest.mark.parametrize("cls", SEARCHES, ids=label)
def test_jobs_and_kept_problems_change_nothing(cls, monkeypatch):
    """Threads find the same, and so does a search that must not keep its problems."""
    X, y = correlated(5, 60, 25)
    y = y + y.std() * np.random.default_rng(1).standard_normal(y.size)
    one = cls(n_alphas=40).fit(X, y)
    two = cls(n_alphas=40, n_jobs=2).fit(X, y)
    np.testing.assert_array_equal(one.mse_path_, two.mse_path_)
    np.testing.assert_array_equal(one.coef_path_, two.coef_path_)
    monkeypatch.setattr("skl1.model_selection.improvement.HELD", 0)
    anew = cls(n_alphas=40).fit(X, y)
    np.testing.assert_allclose(anew.mse_path_, one.mse_path_, rtol=1e-6)
    np.testing.assert_array_equal(anew.coef_ != 0.0, one.coef_ != 0.0)


def test_free_features_and_shapes():
    """Unpenalised features stay in all models, and each shape has an end of its own."""
    X, y = correlated(2, 60, 20)
    y = y + y.std() * np.random.default_rng(2).standard_normal(y.size)
    weights = np.ones(20)
    weights[[4, 11]] = 0.0
    options = {"gamma": [1.5, 3.0, 10.0], "penalty_weights": weights, "n_alphas": 40}
    ours = skl1.MCPRegressorCV(**options).fit(X, y)
    theirs = whole(skl1.MCPRegressorCV)(**options).fit(X, y)
    assert ours.best_index_ == theirs.best_index_
    assert (ours.coef_path_[..., [4, 11]] != 0.0).all()
    np.testing.assert_allclose(ours.coef_, theirs.coef_, rtol=1e-6, atol=1e-9)


def test_swaps_improve_all():
    """``local_search="swaps"`` asks for all models, and gets them."""
    X, y = correlated(3, 80, 30)
    y = y + 2.0 * y.std() * np.random.default_rng(0).standard_normal(y.size)
    given = skl1.MCPRegressorCV(n_alphas=50, local_search="swaps").fit(X, y)
    every = whole(skl1.MCPRegressorCV)(n_alphas=50).fit(X, y)
    np.testing.assert_allclose(given.mse_path_, every.mse_path_, rtol=1e-6)
