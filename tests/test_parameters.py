"""Parameters of estimators: kept as they are given, declared for readers, copied by a search."""

import inspect

import pytest

import skl1
from common import concrete, label, needed, public_estimators
from skl1.estimators.base import PenalisedRegressor
from skl1.model_selection.base import PenalisedRegressorCV

every = pytest.mark.parametrize("cls", [type(e) for e, _ in public_estimators()], ids=label)
searches = pytest.mark.parametrize("cls", sorted(concrete(PenalisedRegressorCV), key=label))


@every
def test_init_keeps_what_it_is_given(cls):
    """The very objects, and nothing else, as scikit-learn wants it."""
    given = {name: object() for name in inspect.signature(cls).parameters}
    assert vars(cls(**given)) == given
    defaults = {n: p.default for n, p in inspect.signature(cls).parameters.items()}
    assert vars(cls(**needed(cls))) == defaults | needed(cls)


@every
def test_parameters_are_declared(cls):
    """In the class or above it, which is where editors and type checkers look."""
    declared = set().union(*(vars(base).get("__annotations__", ()) for base in cls.__mro__))
    assert set(inspect.signature(cls).parameters) <= declared


@every
def test_parameters_are_written_out(cls):
    """Each has constraints and a paragraph in the docstring."""
    names = set(inspect.signature(cls).parameters)
    assert names == set(cls._parameter_constraints)
    for name in names:
        assert f"\n{name} : " in inspect.cleandoc(cls.__doc__)


@searches
def test_a_search_copies_all_parameters_that_both_have(cls):
    """The estimator of one model has them of the search, but for its strength and its shape."""
    search = cls()
    names = set(search.get_params()) - {search._strength, search._shape}
    common = names & set(search._kind()().get_params())
    both = {"penalty_weights", "positive", "coef_bounds", "fit_intercept", "tol", "max_iter"}
    assert both <= common
    marks = {name: object() for name in common}
    plain = cls(**marks)._plain(0.5 if search._shape else None)
    assert isinstance(plain, PenalisedRegressor)
    assert {name: getattr(plain, name) for name in common} == marks
    if search._shape:
        assert getattr(plain, search._shape) == 0.5


def test_a_name_is_public_in_one_package():
    """The lists of the packages, put together, have no name twice."""
    assert len(skl1.__all__) == len(set(skl1.__all__))
    assert all(hasattr(skl1, name) for name in skl1.__all__)
