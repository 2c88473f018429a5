"""Combinations of options that hold every pair: few rows instead of all products."""

from itertools import combinations, product

import numpy as np
import pytest

from common import label


def covering(*factors, allowed=lambda *_: True):
    """Rows, with one value of each factor, in which any two values of two factors meet.

    Of two factors or more. ``allowed`` says which rows there can be. The next row is the one with
    most pairs that no row has had; the first of these, so that every process of a run finds the
    same rows.
    """
    rows = {
        row: set(combinations(enumerate(row), 2))
        for row in product(*(range(len(values)) for values in factors))
        if allowed(*(values[k] for values, k in zip(factors, row, strict=True)))
    }
    missing = set().union(*rows.values())
    chosen = []
    while missing:
        best, most = None, 0
        for row, pairs in rows.items():
            found = len(pairs & missing)
            if found > most:
                best, most = row, found
                if most == len(pairs):
                    break
        missing -= rows.pop(best)
        chosen.append(best)
    return [tuple(values[k] for values, k in zip(factors, row, strict=True)) for row in chosen]


def every_value(rows, first):
    """Some of the rows, from the first on and round, in which each value of each factor occurs.

    For the many classes of a test whose rows cover pairs: of these each class has some, and all
    classes together have all.
    """
    seen, chosen = set(), []
    for row in (*rows[first % len(rows) :], *rows[: first % len(rows)]):
        values = {(k, id(value)) for k, value in enumerate(row)}
        if not values <= seen:
            seen |= values
            chosen.append(row)
    return chosen


def named(value):
    """A word of a test's id; an array goes by its number."""
    if isinstance(value, np.ndarray):
        return None
    return value if isinstance(value, str) else label(value)


def pairs(*, indirect=(), allowed=lambda *_: True, **factors):
    """A test with arguments of these names, for rows that hold every pair of their values."""
    rows = covering(*map(list, factors.values()), allowed=allowed)
    return pytest.mark.parametrize(tuple(factors), rows, ids=named, indirect=list(indirect))
