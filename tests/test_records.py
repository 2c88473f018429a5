"""Records: what they hold, and how they are told apart."""

import copy
import pickle
from abc import abstractmethod
from dataclasses import FrozenInstanceError
from typing import ClassVar

import numpy as np
import pytest

from skl1.compiled import ColumnMatrix, Record, RowMatrix, Vector


class Penalty(Record):
    """An abstract record with scalar fields, for the tests that compile nothing."""

    convex: ClassVar[bool] = True
    alpha: float
    order: int = 2
    positive: bool = False

    @abstractmethod
    def value(self, w):
        """Return a number."""


class Weighted(Penalty):
    """A concrete record whose fields follow inherited ones."""

    weights: Vector = (1.0,)
    rows: RowMatrix = ((1.0, 2.0),)
    columns: ColumnMatrix = ((1.0, 2.0), (3.0, 4.0))

    def value(self, w):
        """Return a number that needs several fields."""
        return self.alpha * abs(w) ** self.order * self.weights[0]


class Holder(Record):
    """A record that holds a penalty."""

    inner: Penalty


def test_fields_are_converted_by_annotation():
    """Scalars become plain Python scalars and arrays take the layout, keeping their dtype."""
    record = Weighted(np.float32(2), np.int64(3), 1, weights=np.arange(6, dtype=np.int32)[::2])
    assert type(record.alpha) is float
    assert type(record.order) is int
    assert record.positive is True
    assert record.weights.flags.c_contiguous
    assert record.weights.dtype == np.int32
    assert record.rows.flags.c_contiguous
    assert record.columns.flags.f_contiguous
    assert not record.columns.flags.c_contiguous
    assert Holder(record).inner is record
    assert Weighted.convex


def test_arrays_in_the_right_layout_are_not_copied():
    """A record refers to the array it was given whenever it can."""
    rows = np.ones((3, 2))
    record = Weighted(1.0, weights=rows[1], rows=rows, columns=rows.T)
    for array in (record.weights, record.rows, record.columns):
        assert np.shares_memory(array, rows)


@pytest.mark.parametrize(
    "fields",
    [
        {"alpha": "much"},
        {"alpha": None},
        {"alpha": 1.0, "order": 2.5},
        {"alpha": 1.0, "weights": 1.0},
        {"alpha": 1.0, "weights": ["a"]},
        {"alpha": 1.0, "rows": [1.0]},
        {"alpha": 1.0, "unknown": 1.0},
        {},
    ],
    ids=str,
)
def test_unfit_values_are_refused(fields):
    """A value that its annotation cannot hold is refused on construction."""
    with pytest.raises((TypeError, ValueError)):
        Weighted(**fields)


def test_records_of_another_class_and_unknown_annotations_are_refused():
    """A record field takes instances of its class, and no other kind of field exists."""
    with pytest.raises(TypeError, match="expected a Penalty"):
        Holder(1.0)

    class Unfit(Record):
        names: list

    with pytest.raises(TypeError, match=r"Unfit\.names"):
        Unfit([])


def test_records_are_frozen_and_abstract_ones_refuse_instantiation():
    """Fields cannot be assigned, abstract methods must be written."""
    with pytest.raises(FrozenInstanceError):
        Weighted(1.0).alpha = 2.0
    with pytest.raises(TypeError, match="abstract"):
        Penalty(1.0)


@pytest.mark.parametrize(
    "clone",
    [copy.copy, copy.deepcopy, lambda record: pickle.loads(pickle.dumps(record))],
    ids=["copy", "deepcopy", "pickle"],
)
def test_copies_leave_the_memoised_type_behind(clone):
    """Copies have the fields only, and their type is found anew and equal."""
    record = Holder(Weighted(1.0, columns=np.arange(6.0).reshape(2, 3)))
    record_type = record._numba_type_
    other = clone(record)
    assert set(vars(other)) == {"inner"}
    assert other.inner.value(-3.0) == 9.0
    assert other.inner.columns.flags.f_contiguous
    assert other._numba_type_ is record_type


def test_types_are_told_by_class_field_types_and_code():
    """Equal code and equal field types share a type, anything else does not."""

    def make(factor, offset=1.0):
        class Scaled(Record):
            alpha: float

            def prox(self, z, *, shift=offset):
                return factor * z + shift

        return Scaled(1.0)._numba_type_

    assert make(2.0) == make(2.0)
    assert len({make(2.0), make(2), make(True), make(-2.0), make(np.float32(2.0))}) == 5
    assert make(2.0) != make(2.0, offset=2.0)
    single, double = (Weighted(1.0, weights=np.ones(2, dtype)) for dtype in "fd")
    assert single._numba_type_ != double._numba_type_
    assert double._numba_type_ == Weighted(2.0, 3, True)._numba_type_
    assert pickle.loads(pickle.dumps(single._numba_type_)) == single._numba_type_
