"""scikit-learn's checks of an estimator: none expected to fail, none skipped."""

from functools import partial
from inspect import signature

import pytest
from sklearn.base import clone, is_classifier
from sklearn.utils.estimator_checks import (
    check_array_api_input_and_values,
    check_dataframe_column_names_consistency,
    check_inplace_ensure_writeable,
    check_param_validation,
    estimator_checks_generator,
)

from common import EDGE, EMPTY, FOLD, NO_CONVERGENCE, label, public_estimators, searches, variants
from skl1 import (
    BestSubsetRegressor,
    LogSumClassifier,
    MCPClassifier,
    PathGridSearchCV,
    SCADClassifier,
    StabilitySelection,
)

#: scikit-learn runs these on its own estimators only.
EXTRA = [
    check_dataframe_column_names_consistency,
    check_param_validation,
    check_inplace_ensure_writeable,
    partial(check_array_api_input_and_values, array_namespace="numpy"),
]

#: Some checks have one or two columns only.
FEW = "ignore:k=3 is larger than the:UserWarning"

pytestmark = [pytest.mark.filterwarnings(kind) for kind in (NO_CONVERGENCE, EMPTY, EDGE, FOLD, FEW)]


def short(cls):
    """A few alphas and folds: the checks ask how a search fits, not what it finds."""
    given = SHORT | (NEAR if is_classifier(cls()) else {})
    return {name: few for name, few in given.items() if name in signature(cls).parameters}


#: A search with both ends and a middle.
SHORT = {"n_alphas": 3, "cv": 2}
#: Of classifiers both ends, not far apart: a concave penalty's path goes down in steps of its own.
NEAR = {"n_alphas": 2, "eps": 0.3}
LISTED = [
    *variants(),
    BestSubsetRegressor(3),
    *(clone(model).set_params(**short(type(model))) for model in searches()),
]
#: What else is public: of other losses, with options of classifiers.
OTHERS = [
    cls(**short(cls))
    for cls in (type(model) for model, remote in public_estimators() if not remote)
    if cls not in {PathGridSearchCV, StabilitySelection, *map(type, LISTED)}
]
#: These do with options what `NonconvexLpClassifier` does.
ALIKE = (LogSumClassifier, MCPClassifier, SCADClassifier)
EVERY = [
    *LISTED,
    *OTHERS,
    *(
        clone(model).set_params(**options)
        for model in OTHERS
        if not isinstance(model, ALIKE)
        for options in (
            {"class_weight": "balanced", "warm_start": True},
            {"l1_ratio": 0.5, "warm_start": True},
            {"l1_ratio": 0.0, "record_history": True},
        )
        if set(options) <= set(model.get_params())
    ),
]


def name_of(check):
    """The name of a check, which may be a partial of a function."""
    return getattr(check, "func", check).__name__


def run(check):
    """Run a check; a check that skips itself has shown nothing and so has failed."""
    try:
        check()
    except pytest.skip.Exception as skipped:
        pytest.fail(f"skipped: {skipped}")
    except BaseException as error:
        if type(error).__name__ == "SkipTest":
            pytest.fail(f"skipped: {error}")
        raise


#: The first of each class, which has all checks; its other ways to fit have a third each, in turn.
FIRST = {type(model): model for model in reversed(EVERY)}
THIRD = 3
CHECKS = [
    pytest.param(partial(check, one), id=f"{label(one)}-{name_of(check)}-{k}")
    for place, model in enumerate(EVERY)
    for k, (one, check) in enumerate(estimator_checks_generator(model))
    if model is FIRST[type(model)] or k % THIRD == place % THIRD
]


@pytest.mark.parametrize("check", CHECKS)
def test_check_of_scikit_learn(check):
    """Every check of check_estimator, for every estimator; a third for each other way to fit."""
    run(check)


@pytest.mark.parametrize("check", EXTRA, ids=name_of)
@pytest.mark.parametrize("estimator", FIRST.values(), ids=label)
def test_extra_check_of_scikit_learn(estimator, check):
    """The checks that scikit-learn keeps for its own estimators.

    One compares all arrays as numbers: classifiers have an array of words, ``stop_reason_``.
    """
    if is_classifier(estimator) and check is EXTRA[-1]:
        return
    run(partial(check, type(estimator).__name__, clone(estimator)))


def test_the_number_of_checks():
    """A single-output regressor that takes sample weights and sparse X has 60; classifiers more."""
    assert len(CHECKS) >= 60 * len(FIRST) + 20 * (len(EVERY) - len(FIRST))
    assert OTHERS
