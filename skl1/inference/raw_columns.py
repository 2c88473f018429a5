"""Steps of a pipeline that scale, select or encode: affine maps of the raw columns."""

from __future__ import annotations

from collections import UserList
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.compose import ColumnTransformer
from sklearn.feature_selection import SelectorMixin
from sklearn.impute import SimpleImputer
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MaxAbsScaler,
    MinMaxScaler,
    OneHotEncoder,
    RobustScaler,
    StandardScaler,
)

from skl1.results.names import labels, names_of


@dataclass(frozen=True)
class Columns:
    """Columns on their way through a pipeline: ``terms @ matrix + offsets``.

    A term is a raw column, or the indicator of one of its categories.
    """

    terms: np.ndarray
    matrix: sparse.csc_array  #: a row for each term, a column for each column
    offsets: np.ndarray
    left_out: frozenset[int] = frozenset()  #: terms of columns that a step has deselected
    shares: dict[int, float] = field(default_factory=dict)  #: of selection, by term

    @classmethod
    def raw(cls, names: np.ndarray) -> Columns:
        """The raw columns themselves."""
        return cls(names, indicators(len(names), np.arange(len(names))), np.zeros(len(names)))

    def __len__(self) -> int:
        return self.offsets.size

    def scaled(self, factors: Any, shifts: Any) -> Columns:
        """The columns times factors, plus shifts."""
        factors = np.broadcast_to(factors, self.offsets.shape)
        matrix = self.matrix.copy()
        matrix.data *= np.repeat(factors, np.diff(matrix.indptr))
        return replace(self, matrix=matrix, offsets=self.offsets * factors + shifts)

    def picked(self, places: Any) -> Columns:
        """Some of the columns."""
        matrix = sparse.csc_array(self.matrix[:, places])
        return replace(self, matrix=matrix, offsets=self.offsets[places])

    def pure(self) -> list[int | None]:
        """For each column the term that it is a multiple of, if there is a single one."""
        starts, rows = self.matrix.indptr, self.matrix.indices
        return [int(rows[low]) if high - low == 1 else None for low, high in pairwise(starts)]

    def grown(self, names: Any) -> Columns:
        """No columns but new ones, each an indicator with such a name."""
        terms = np.concatenate([self.terms, np.asarray(names, dtype=object)])
        places = np.arange(self.terms.size, terms.size)
        matrix = indicators(terms.size, places)
        return replace(self, terms=terms, matrix=matrix, offsets=np.zeros(places.size))

    def rows(self) -> np.ndarray:
        """The terms that have a say, or had one until a step deselected them."""
        used = np.zeros(self.terms.size, dtype=bool)
        used[self.matrix.indices] = True
        used[list(self.left_out)] = True
        return np.flatnonzero(used)


def indicators(n_terms: int, places: np.ndarray) -> sparse.csc_array:
    """A column for each place, with a 1 there."""
    entries = (np.ones(places.size), (places, np.arange(places.size)))
    return sparse.csc_array(entries, shape=(n_terms, places.size))


def beside(base: Columns, parts: list[Columns]) -> Columns:
    """Columns side by side; each part may have new terms after those of the base."""
    known = base.terms.size
    terms = [base.terms, *(part.terms[known:] for part in parts)]
    size, start, blocks = sum(map(len, terms)), known, []
    left_out, shares = set(base.left_out), dict(base.shares)
    for part in parts:
        new = part.terms.size - known
        places = np.append(np.arange(known), np.arange(start, start + new))
        rows = places[part.matrix.indices]
        data = (part.matrix.data, rows, part.matrix.indptr)
        blocks.append(sparse.csc_array(data, shape=(size, len(part))))
        left_out |= {int(places[term]) for term in part.left_out}
        shares |= {int(places[term]): share for term, share in part.shares.items()}
        start += new
    return Columns(
        np.concatenate(terms),
        sparse.csc_array(sparse.hstack(blocks)) if blocks else sparse.csc_array((size, 0)),
        np.concatenate([part.offsets for part in parts]) if parts else np.zeros(0),
        frozenset(left_out),
        shares,
    )


def through(step: Any, columns: Columns, name: str) -> Columns:
    """The columns after a fitted step, whose name is for errors."""
    if step is None or (isinstance(step, str) and step == "passthrough"):
        return columns
    if type(step) is Pipeline:
        for inner, part in step.steps:
            columns = through(part, columns, f"{name}.{inner}" if name else inner)
        return columns
    known: Callable | None = KNOWN.get(type(step))
    if known is None and isinstance(step, SelectorMixin):
        # Of a selector that changes what it selects nothing is known.
        known = _selected if type(step).transform is SelectorMixin.transform else None
    if known is None:
        raise _unknown(step, name)
    return known(step, columns, name)


def _unknown(step: Any, name: str, because: str = "") -> ValueError:
    known = ", ".join(sorted(kind.__name__ for kind in [*KNOWN, Pipeline]))
    reason = because or f"it is none of {known} or a selector of features"
    return ValueError(
        f"The step {name!r}, {type(step).__name__}, cannot be followed back to the raw columns: "
        f"{reason}. original_units=False gives the coefficients as they were fitted."
    )


def scaling(step: Any, name: str) -> tuple[Any, Any]:
    """The factors and the shifts of a scaler."""
    if getattr(step, "clip", False):
        raise _unknown(step, name, "with clip=True it is not linear")
    kind = type(step)
    if kind is MinMaxScaler:
        return step.scale_, step.min_
    if kind is MaxAbsScaler:
        return 1.0 / step.scale_, 0.0
    centred, middle = (step.with_mean, "mean_") if kind is StandardScaler else (
        step.with_centering, "center_"
    )  # fmt: skip
    factors = 1.0 if step.scale_ is None else 1.0 / step.scale_
    return factors, -getattr(step, middle) * factors if centred else 0.0


def _scaled(step: Any, columns: Columns, name: str) -> Columns:
    return columns.scaled(*scaling(step, name))


def _same(step: FunctionTransformer, columns: Columns, name: str) -> Columns:
    if step.func is not None:
        raise _unknown(step, name, f"it calls {step.func!r}")
    return columns


def _selected(step: Any, columns: Columns, _: str) -> Columns:
    kept = step.get_support()
    dropped = columns.picked(np.flatnonzero(~kept)).matrix.indices
    shares = dict(columns.shares)
    if hasattr(step, "selection_probabilities_"):
        told = zip(columns.pure(), step.selection_probabilities_, strict=True)
        shares |= {term: float(share) for term, share in told if term is not None}
    left_out = columns.left_out | set(map(int, dropped))
    return replace(columns.picked(np.flatnonzero(kept)), left_out=left_out, shares=shares)


def _imputed(step: SimpleImputer, columns: Columns, name: str) -> Columns:
    """What is not missing goes through; columns without any value may be left out."""
    empty = np.array([value != value for value in step.statistics_])  # noqa: PLR0124 (NaN)
    kept = empty & (step.strategy == "constant" or step.keep_empty_features) | ~empty
    parts = [columns.picked(np.flatnonzero(kept))]
    if step.add_indicator:
        inputs = _terms(step.indicator_, columns, name)
        names = [f"missingindicator_{inputs[place]}" for place in step.indicator_.features_]
        parts.append(columns.grown(names))
    return beside(columns, parts)


def _encoded(step: OneHotEncoder, columns: Columns, name: str) -> Columns:
    inputs = _terms(step, columns, name)
    given = None if hasattr(step, "feature_names_in_") else inputs
    return columns.grown(step.get_feature_names_out(given))


def _terms(step: Any, columns: Columns, name: str) -> np.ndarray:
    """The raw columns that come to an encoder, which has to see them as they are."""
    terms = [term for term in columns.pure() if term is not None]
    plain = np.all(columns.matrix.data == 1.0) and not columns.offsets.any()
    if len(terms) < len(columns) or not plain:
        raise _unknown(step, name, "the columns that it encodes were scaled or mixed before")
    return columns.terms[terms]


def _by_columns(step: ColumnTransformer, columns: Columns, name: str) -> Columns:
    names = names_of(step)
    parts = []
    for inner, part, wanted in step.transformers_:
        places = _places(wanted, names, len(columns))
        if not places.size or (isinstance(part, str) and part == "drop"):
            continue
        label = f"{name}.{inner}" if name else inner
        parts.append(through(part, columns.picked(places), label))
    return beside(columns, parts)


def _places(wanted: Any, names: np.ndarray | None, n_columns: int) -> np.ndarray:
    """The columns that a ColumnTransformer gives to one of its parts, as numbers."""
    if isinstance(wanted, slice):
        if any(isinstance(end, str) for end in (wanted.start, wanted.stop)):
            known = list(names if names is not None else [])
            first = known.index(wanted.start) if wanted.start is not None else 0
            last = known.index(wanted.stop) if wanted.stop is not None else n_columns - 1
            return np.arange(n_columns)[first : last + 1 : wanted.step]  # both ends are inside
        return np.arange(n_columns)[wanted]
    # scikit-learn 1.6 keeps the columns of the remainder in a list that warns when it is read.
    given = np.atleast_1d(np.asarray(wanted.data if isinstance(wanted, UserList) else wanted))
    if given.dtype.kind in "OUT" and given.size:
        known = list(names if names is not None else [])
        return np.array([known.index(each) for each in given], dtype=np.intp)
    if given.dtype == bool:
        return np.flatnonzero(given)
    return np.arange(n_columns)[given.astype(np.intp)]


def _united(step: FeatureUnion, columns: Columns, name: str) -> Columns:
    parts = []
    for inner, part in step.transformer_list:
        if isinstance(part, str) and part == "drop":
            continue
        weight = (step.transformer_weights or {}).get(inner, 1.0)
        made = through(part, columns, f"{name}.{inner}" if name else inner)
        parts.append(made.scaled(weight, 0.0))
    return beside(columns, parts)


#: What is known of a step, by its class and not by those derived from it.
KNOWN: dict[type, Callable[[Any, Columns, str], Columns]] = {
    StandardScaler: _scaled,
    MinMaxScaler: _scaled,
    MaxAbsScaler: _scaled,
    RobustScaler: _scaled,
    FunctionTransformer: _same,
    SimpleImputer: _imputed,
    OneHotEncoder: _encoded,
    ColumnTransformer: _by_columns,
    FeatureUnion: _united,
}
#: Those of one column that can be undone, as a target is.
SCALERS = (StandardScaler, MinMaxScaler, MaxAbsScaler, RobustScaler)


def raw_columns(model: Any) -> Columns:
    """The columns that a pipeline is given."""
    if type(model) is Pipeline:
        for _, step in model.steps:
            if hasattr(step, "n_features_in_"):
                return Columns.raw(labels(names_of(step), step.n_features_in_))
    return Columns.raw(labels(names_of(model), model.n_features_in_))
