"""The rows that stand for all products of options."""

from itertools import combinations, product

import pytest

from covering import covering, every_value


@pytest.mark.parametrize("sizes", [(3, 4), (2, 2, 2), (5, 2, 2, 3, 2), (4, 3, 3, 2)], ids=str)
def test_every_pair_is_there_and_rows_are_few(sizes):
    factors = [[f"{name}{k}" for k in range(size)] for name, size in zip("abcde", sizes)]  # noqa: B905
    rows = covering(*factors)
    for (i, one), (j, other) in combinations(enumerate(factors), 2):
        assert {(row[i], row[j]) for row in rows} == set(product(one, other))
    assert len(rows) == len(set(rows))
    largest = sorted(sizes)[-2:]
    assert len(rows) <= 1.5 * largest[0] * largest[1]


def test_rows_that_cannot_be_are_left_out():
    """And every pair that can be is there."""
    rows = covering("ab", "xyz", range(4), allowed=lambda one, other, _: (one, other) != ("a", "z"))
    assert ("a", "z") not in {row[:2] for row in rows}
    assert {row[:2] for row in rows} == set(product("ab", "xyz")) - {("a", "z")}
    assert {row[1:] for row in rows} == set(product("xyz", range(4)))


def test_values_need_no_order_and_no_hash():
    """Dictionaries and arrays are options, too."""
    assert len(covering([{}, {"a": 1}], [None, [1.0]])) == 4


def test_each_value_occurs_in_the_rows_of_a_class_and_every_row_in_some():
    factors = ("ab", "xyz", range(4))
    rows = covering(*factors)
    shares = [every_value(rows, first) for first in range(len(rows))]
    for share in shares:
        assert len(share) < len(rows)
        assert [set(column) for column in zip(*share, strict=True)] == [set(f) for f in factors]
    assert {row for share in shares for row in share} == set(rows)
