"""One choice for all targets, or one for each: what a search of each by itself would choose."""

import inspect

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import KFold

import skl1
from common import concrete, label, quiet, suited
from skl1 import EmptyModelWarning, FoldWarning, GridEdgeWarning
from skl1.model_selection.path_cv import PathCV

RNG = np.random.default_rng(3)
N, P, M = 60, 8, 3
X = RNG.standard_normal((N, P)) + 1.0
BETA = RNG.standard_normal((P, M)) * (RNG.random((P, M)) < 0.5)
Y = X @ BETA * [1.0, 5.0, 0.2] + [0.3, 5.0, 0.1] * RNG.standard_normal((N, M))
WEIGHTS = RNG.random(N) + 0.1

#: Every search that takes several targets, found by itself.
SEARCHES = sorted((cls for cls in concrete(PathCV) if not hasattr(cls, "predict_proba")), key=label)
every_search = pytest.mark.parametrize("cls", SEARCHES, ids=label)


def strength(cls):
    return "k" if "k" in inspect.signature(cls).parameters else "alpha"


def searching(cls, **more):
    """A short search with a choice for each target."""
    known = inspect.signature(cls).parameters
    given = {"n_alphas": 5, "eps": 0.05, "tol": 1e-9, "cv": KFold(3), "k": 4}
    if "Subgradient" in cls.__name__:  # which magnifies rounding until it has converged
        given |= {"tol": 1e-5, "max_iter": 20_000}
    given |= {f"shared_{strength(cls)}": False} | more
    return cls(**{name: value for name, value in given.items() if name in known})


def fitted(search, *data, **more):
    with quiet(GridEdgeWarning, FoldWarning, EmptyModelWarning, UserWarning):
        return clone(search).fit(*data, **more)


def responses(cls):
    return np.column_stack([suited(cls, y) for y in Y.T])


def assert_is_that_of_singles(search, several, **more):
    """Attribute by attribute; and taken apart, a search of one target is what it would be."""
    whole = fitted(search, X, several, **more)
    name = strength(type(search))
    for k, y in enumerate(several.T):
        one, single = whole.of_target(k), fitted(search, X, y, **more)
        assert set(vars(one)) == set(vars(single))
        assert getattr(one, f"{name}_") == pytest.approx(getattr(single, f"{name}_"), rel=1e-6)
        assert type(getattr(one, f"{name}_")) is type(getattr(single, f"{name}_"))
        assert one.best_index_ == single.best_index_
        assert_allclose(one.coef_, single.coef_, atol=1e-4 * np.abs(single.coef_).max())
        assert one.cv_results_.keys() == single.cv_results_.keys()
        for path in ("mse_path_", "deviance_path_", "criterion_path_", "n_nonzero_path_"):
            assert hasattr(one, path) == hasattr(single, path)
            if hasattr(single, path):
                assert_allclose(getattr(one, path), getattr(single, path), rtol=1e-3)
        assert_allclose(one.predict(X), whole.predict(X)[:, k])
        assert one.to_frame().shape == single.to_frame().shape
    return whole


@every_search
def test_each_target_has_its_own_choice(cls):
    search = searching(cls)
    name = strength(cls)
    whole = assert_is_that_of_singles(search, responses(cls), sample_weight=WEIGHTS)
    assert getattr(whole, f"{name}_").shape == whole.best_index_.shape == (M,)
    assert whole.converged_.shape == (M,)
    assert len(whole.cv_results_) == M
    grids = getattr(whole, f"{name}s_")
    assert len(grids) == len(whole.coef_path_) == len(whole.n_nonzero_path_) == M
    assert whole.coef_path_.shape[-1] == P
    frame = whole.to_frame()
    assert frame.shape == (P, whole.coef_path_.size // P)
    assert_array_equal(
        frame.xs(1, axis=1, level="target").to_numpy(), whole.coef_path_[1].reshape(-1, P).T
    )


@pytest.mark.parametrize(
    "options",
    [
        {"selection": "bic"},
        {"selection": "gcv"},
        {"selection": "1se", "scoring": "neg_mean_absolute_error"},
        {"l1_ratio": [0.5, 1.0]},
        {"penalty_weights": [0.0, np.inf, 1.0, 2.0, 1.0, 1.0, 1.0, 1.0], "positive": True},
        {"fit_intercept": False},
    ],
    ids=str,
)
def test_rules_and_options(options):
    assert_is_that_of_singles(searching(skl1.ProximalLassoCV, **options), Y)


@pytest.mark.parametrize("gamma", [1.0, [0.5, 1.0]])
def test_first_stages_of_rows(gamma):
    first = skl1.ProximalLasso(alpha=0.1, tol=1e-10)
    search = searching(skl1.AdaptiveLassoCV, first_stage=first, gamma=gamma)
    assert_is_that_of_singles(search, Y)


@every_search
def test_one_choice_is_the_default(cls):
    name = f"shared_{strength(cls)}"
    assert cls().get_params()[name] is True
    assert cls.__doc__ is None or f"{name} : bool, default=True" in cls.__doc__
    with pytest.raises(ValueError, match=f"'{name}' parameter of {cls.__name__}"):
        cls(**{name: "each"}).fit(X, responses(cls)[:, 0])


def test_criteria_want_a_choice_for_each():
    shared = skl1.ProximalLassoCV(selection="bic")
    assert not shared.__sklearn_tags__().target_tags.multi_output
    each = clone(shared).set_params(shared_alpha=False)
    assert each.__sklearn_tags__().target_tags.multi_output
    with pytest.raises(ValueError, match=r"several: .*shared_alpha=False"):
        shared.fit(X, Y)


def test_what_is_of_one_choice_has_no_parts():
    whole = fitted(skl1.ProximalLassoCV(n_alphas=4), X, Y)
    with pytest.raises(ValueError, match=r"one choice for all .* shared_alpha=False"):
        whole.of_target(0)
    with pytest.raises(ValueError, match=r"shared_k=False"):
        fitted(skl1.BestSubsetRegressorCV(2), X, Y).of_target(0)
    each = fitted(searching(skl1.ProximalLassoCV), X, Y)
    for wrong in (3, -1, "a", 0.0):
        with pytest.raises(ValueError, match="number of a target, from 0 to 2"):
            each.of_target(wrong)
    assert hasattr(each, "feature_names_in_") == hasattr(each.of_target(1), "feature_names_in_")


def test_pictures_are_of_one_target():
    pytest.importorskip("matplotlib")
    from skl1.displays import CoefficientPathDisplay, CVCurveDisplay

    each = fitted(searching(skl1.ProximalLassoCV), X, Y)
    for display in (CoefficientPathDisplay, CVCurveDisplay):
        with pytest.raises(ValueError, match=r"search\.of_target\(0\)"):
            display.from_cv(each)
        assert display.from_cv(each.of_target(2)).strengths.shape == (5,)


def test_warnings_name_the_target():
    flat = Y.copy()
    flat[KFold(3).split(X).__next__()[0], 1] = 2.0
    search = searching(skl1.ProximalLassoCV)
    with quiet(EmptyModelWarning, GridEdgeWarning):
        with pytest.warns(FoldWarning, match=r"Target 1: Fold 0: y is constant"):
            search.fit(X, flat)
        shared = clone(search).set_params(shared_alpha=True)
        with pytest.warns(FoldWarning, match=r"Fold 0: y is constant .* \(of target 1\)"):
            shared.fit(X, flat)
    with (
        quiet(GridEdgeWarning),
        pytest.warns(
            ConvergenceWarning, match=r"Target 0: .* So it is with 2 other targets"
        ) as told,
    ):
        searching(skl1.SubgradientLassoCV, max_iter=2, tol=1e-14).fit(X, Y)
    assert sum(issubclass(each.category, ConvergenceWarning) for each in told) == 1


def test_errors_name_the_target():
    calls = []

    def rule(table):
        calls.append(table)
        return 0 if len(calls) < 2 else 99

    search = searching(skl1.ProximalLassoCV, selection=rule)
    with pytest.raises(ValueError, match="selection must return an index") as told:
        fitted(search, X, Y)
    assert "This is target 1, counted from 0." in told.value.__notes__
