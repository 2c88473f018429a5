"""A table of coefficients with the names of features, in the units of the raw data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse
from sklearn.compose import TransformedTargetRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.validation import check_is_fitted

from skl1.inference.intervals import DebiasedCoefficients
from skl1.inference.raw_columns import SCALERS, Columns, raw_columns, scaling, through
from skl1.inference.stability import StabilitySelection
from skl1.results.frames import pandas_for
from skl1.results.names import labels, names_of

if TYPE_CHECKING:
    import pandas as pd

#: The row of the intercept, by a name that columns of data do not have.
INTERCEPT = "(intercept)"


def coef_frame(
    model: Any,
    *,
    original_units: bool = True,
    intervals: DebiasedCoefficients | None = None,
    selection: StabilitySelection | None = None,
) -> pd.DataFrame:
    """The coefficients of a linear model with the names of features, as on the raw data.

    A model in a pipeline that scales has coefficients of the scaled columns. This table has those
    of the raw ones, with which the raw data give the same predictions, and the intercept that goes
    with them.

    Parameters
    ----------
    model : object
        A fitted linear model, of skl1 or not: a pipeline that ends in one, a search over such, or
        a TransformedTargetRegressor of one.
    original_units : bool, default=True
        Follow the steps of a pipeline back to the raw columns. Known are StandardScaler,
        MinMaxScaler, MaxAbsScaler, RobustScaler, OneHotEncoder, SimpleImputer, selectors of
        features, and Pipeline, ColumnTransformer and FeatureUnion of these. False takes the
        coefficients as they were fitted, whatever the steps.
    intervals : DebiasedCoefficients, default=None
        What ``debiased_lasso`` has found *on the columns that are the rows here*: with
        ``original_units`` the raw ones. It adds the columns lower, upper, p_value, bias_factor and
        flagged: NaN, and False, for features that were not asked for. The intervals are those of
        the de-biased coefficients, and need not hold those of the model.
    selection : StabilitySelection, default=None
        A fitted selector of the same columns. It adds the column selection_probability, as one
        that is a step of the pipeline does.

    Returns
    -------
    pandas.DataFrame
        The first row is ``(intercept)``. Then there is a row for each raw column, by its name or as
        ``x0``, ``x1``, ...; for an encoded one a row for each of its indicator columns. The column
        is coef; where there are several classes or targets, each has a column. Of log-odds of two
        classes they are those of the second.

    Raises
    ------
    ValueError
        If a step cannot be followed back: the error names it. If intervals or selection are of
        other columns.
    TypeError
        If the model is not linear, or an argument of another kind.
    ImportError
        If pandas is not installed.

    See Also
    --------
    LassoPath.to_frame : The coefficients along a path.

    Notes
    -----
    A column that is filled in by SimpleImputer has the coefficient of its values. Rows in which it
    is missing have a prediction that no coefficient of the raw data gives.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skl1 import ProximalLasso, coef_frame
    >>> X, y = load_diabetes(return_X_y=True, as_frame=True, scaled=False)
    >>> model = make_pipeline(StandardScaler(), ProximalLasso(alpha=10.0)).fit(X, y)
    >>> coefs = coef_frame(model)["coef"]
    >>> coefs[coefs != 0.0].round(2)
    feature
    (intercept)   -191.84
    bmi              5.12
    bp               0.49
    s3              -0.24
    s5              37.54
    Name: coef, dtype: float64
    """
    pd = pandas_for("coef_frame")
    for value, kind in ((intervals, DebiasedCoefficients), (selection, StabilitySelection)):
        if value is not None and not isinstance(value, kind):
            name = "intervals" if kind is DebiasedCoefficients else "selection"
            raise TypeError(f"{name} must be of the class {kind.__name__}, got {value!r}.")
    start = None
    if original_units:
        start = raw_columns(_unwrapped(model))
    W, b, classes, columns = _linear(model, start, "")
    W, b = columns.matrix @ W.T, b + columns.offsets @ W.T
    rows = columns.rows()
    names = ["coef"] if len(b) == 1 else (range(len(b)) if classes is None else classes.tolist())
    index = pd.Index([INTERCEPT, *columns.terms[rows]], name="feature")
    frame = pd.DataFrame(np.vstack([b, W[rows]]), index=index, columns=list(names))
    if intervals is not None:
        known = intervals.to_frame().drop(columns=["coef", "standard_error"])
        size = len(intervals.lasso_coefs)
        places = _matched("intervals", names_of(intervals), size, columns.terms[rows])
        for name in known.columns:
            nothing = False if known[name].dtype == bool else np.nan
            values = np.full(size, nothing)
            values[intervals.features] = known[name]
            frame[name] = np.append(nothing, values[places])
    if selection is not None:
        check_is_fitted(selection)
        found = selection.selection_probabilities_
        places = _matched("selection", names_of(selection), found.size, columns.terms[rows])
        frame["selection_probability"] = np.append(np.nan, found[places])
    elif columns.shares:
        shares = [columns.shares.get(int(term), np.nan) for term in rows]
        frame["selection_probability"] = np.append(np.nan, shares)
    return frame


def _unwrapped(model: Any) -> Any:
    """The model that gets the raw columns: that of a search, or of a transformed target."""
    check_is_fitted(model)
    if hasattr(model, "best_estimator_"):
        return _unwrapped(model.best_estimator_)
    return _unwrapped(model.regressor_) if hasattr(model, "regressor_") else model


def _linear(
    model: Any, columns: Columns | None, name: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None, Columns]:
    """Coefficients, a row for each class or target, intercepts, classes, and what they multiply.

    With no columns they are those of the last step.
    """
    if hasattr(model, "best_estimator_"):
        return _linear(model.best_estimator_, columns, name)
    if type(model) is Pipeline:
        steps = Pipeline(model.steps[:-1]) if len(model.steps) > 1 else None
        inner, last = model.steps[-1]
        if columns is not None:
            return _linear(last, through(steps, columns, name), inner)
        W, b, classes, columns = _linear(last, None, inner)
        if names_of(last) is None and steps is not None:
            columns = Columns.raw(_names_out(steps, columns.terms))
        return W, b, classes, columns
    if isinstance(model, TransformedTargetRegressor):
        W, b, classes, reached = _linear(model.regressor_, columns, "regressor")
        if columns is None:
            return W, b, classes, reached
        factor, shift = _target(model.transformer_)
        return W / factor, (b - shift) / factor, classes, reached
    if not hasattr(model, "coef_"):
        raise TypeError(
            f"coef_frame wants a linear model, with coef_; {type(model).__name__} has none."
            + (" It has to_frame." if hasattr(model, "to_frame") else "")
        )
    coef = model.coef_.toarray() if sparse.issparse(model.coef_) else model.coef_
    W = np.atleast_2d(np.asarray(coef, dtype=np.float64))
    b = np.ravel(np.asarray(getattr(model, "intercept_", 0.0), dtype=np.float64))
    if columns is None:
        columns = Columns.raw(labels(names_of(model), W.shape[1]))
    if len(columns) != W.shape[1]:
        raise ValueError(
            f"The step {name!r} has {W.shape[1]} coefficients, but the steps before it lead to "
            f"{len(columns)} columns. original_units=False gives the coefficients as fitted."
        )
    classes = getattr(model, "classes_", None)
    if classes is not None and len(classes) != len(W):
        classes = None
    return W, np.broadcast_to(b, len(W)), classes, columns


def _names_out(steps: Pipeline, otherwise: np.ndarray) -> np.ndarray:
    """The names of columns after some steps, if they say them."""
    try:
        names = np.asarray(steps.get_feature_names_out(), dtype=object)
    except (AttributeError, ValueError, TypeError):
        return otherwise
    return names if names.size == otherwise.size else otherwise


def _target(transformer: Any) -> tuple[float, float]:
    """The factor and the shift of a target that is scaled."""
    if isinstance(transformer, FunctionTransformer) and transformer.func is None:
        return 1.0, 0.0
    if type(transformer) not in SCALERS:
        told = getattr(transformer, "func", None) or type(transformer).__name__
        raise ValueError(
            f"The target is transformed by {told!r}, which is no scaler: no coefficients give "
            "predictions of the raw target. original_units=False gives those of the transformed "
            "one."
        )
    factor, shift = (np.ravel(value) for value in scaling(transformer, "transformer"))
    return float(factor[0]), float(shift[0])


def _matched(argument: str, names: np.ndarray | None, size: int, rows: np.ndarray) -> list[int]:
    """The columns of a result that are the rows of the table."""
    given = labels(names, size)
    found = {name: place for place, name in enumerate(given)}
    if len(given) == len(rows) and all(name in found for name in rows):
        return [found[name] for name in rows]
    lost = [name for name in rows if name not in found]
    more = f": {lost[0]!r} is none of its columns" if lost else ""
    raise ValueError(
        f"{argument} is of {size} columns, and the coefficients are of {len(rows)} others{more}. "
        "Compute it on the columns that are the rows of this table, with their names."
    )
