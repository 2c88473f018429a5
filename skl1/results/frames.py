"""Data frames of results. pandas is imported when one is made: nothing else needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from skl1.results.names import labels

if TYPE_CHECKING:
    import pandas as pd


def pandas_for(what: str) -> Any:
    """The module pandas, or an error that says how to get it."""
    try:
        import pandas as pd  # noqa: PLC0415 (optional)
    except ImportError as error:
        raise ImportError(
            f"{what} makes a data frame, for which pandas is needed: pip install pandas"
        ) from error
    return pd


def feature_frame(
    what: str,
    columns: dict[Any, Any],
    names: np.ndarray | None,
    features: np.ndarray | None = None,
) -> pd.DataFrame:
    """A row for each feature, or for those that are given by number, and these columns."""
    pd = pandas_for(what)
    length = len(next(iter(columns.values())))
    shown = labels(names, length if features is None else int(np.max(features, initial=-1)) + 1)
    index = pd.Index(shown if features is None else shown[features], name="feature")
    return pd.DataFrame(columns, index=index)


def path_frame(
    what: str, coefs: np.ndarray, values: dict[str, np.ndarray], names: np.ndarray | None
) -> pd.DataFrame:
    """A row for each feature and a column for each model of a path.

    The columns go by the parameter whose values are given, or by several of them.
    """
    pd = pandas_for(what)
    kinds = [pd.Index(each, name=name) for name, each in values.items()]
    columns = kinds[0] if len(kinds) == 1 else pd.MultiIndex.from_arrays(kinds)
    index = pd.Index(labels(names, coefs.shape[0]), name="feature")
    return pd.DataFrame(coefs, index=index, columns=columns)
