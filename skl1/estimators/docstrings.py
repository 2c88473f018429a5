"""Docstrings of classes and functions that have paragraphs in common."""

from __future__ import annotations

import re
from collections.abc import Callable
from inspect import cleandoc
from textwrap import indent
from typing import TypeVar

#: A class or a function, which a decorator leaves as it is but for its docstring.
Thing = TypeVar("Thing")

#: Paragraphs that several classes or functions have, by the names that stand in ``@...@`` for them.
#: A paragraph may have others in it.
PARAGRAPHS = {
    "rows": """
X : {array-like, sparse matrix} of shape (n_samples, n_features)
    Data; never copied as a whole, sparse X is never made dense.
y : array-like of shape (n_samples,)
    Target.
""",
    "rows and targets": """
X : {array-like, sparse matrix} of shape (n_samples, n_features)
    Data; never copied as a whole, sparse X is never made dense.
y : array-like of shape (n_samples,) or (n_samples, n_targets)
    Target, or several: each has a path of its own, along alphas that are the same for all. Their
    grid begins at the largest alpha at which a feature enters for one of them.
""",
    "alphas": """
alphas : array-like of shape (n_alphas,) or int, default=None
    Strengths of the penalty, positive, in any order. None makes a grid, a number one of that
    length.
n_alphas : int, default=100
    Length of the grid where ``alphas`` is None.
""",
    "sample weights": """
sample_weight : float or array-like of shape (n_samples,), default=None
    Weights s, not negative and not all zero.
""",
    "path columns": """
penalty_weights : array-like of shape (n_features,) or dict, default=None
    Factors u of the penalty: 0 for features that are not penalised, inf for excluded ones. A
    dict, or a Series, has them by name: 1 for the others.
positive : bool, default=False
    Allow no negative coefficient.
@bounds@
fit_intercept : bool, default=True
    Fit an intercept, which is not penalised.
""",
    "ends": """
max_nonzeros : int, default=None
    End the path before the first model with more non-zeros; of several targets, that of any.
max_explained : float, default=None
    End the path after the first model that explains more than this share of the variance, or with
    another loss of the deviance; of several targets, when this is true of all.
""",
    "path": """
alphas : ndarray of shape (n_alphas,)
    The alphas, from large to small.
coefs : ndarray of shape (n_features, n_alphas)
    Coefficients along the path, in float64.
""",
    "path of targets": """
alphas : ndarray of shape (n_alphas,)
    The alphas, from large to small.
coefs : ndarray of shape (n_features, n_alphas) or (n_targets, n_features, n_alphas)
    Coefficients along the path, in float64.
""",
    "models": """
alphas : ndarray of shape (n_alphas,)
    From large to small.
coefs : ndarray of shape (n_features, n_alphas)
intercepts : ndarray of shape (n_alphas,)
""",
    "fits": """
objectives : ndarray of shape (n_alphas,)
explained : ndarray of shape (n_alphas,)
    Share of the (weighted) variance of y that is explained, on the data of the fit; of its mean
    square without an intercept. With another loss than squares the share of the deviance.
n_nonzeros : ndarray of shape (n_alphas,)
""",
    "ended": """
converged : ndarray of bool of shape (n_alphas,)
stop_reasons : list of str
feature_names_in_ : ndarray of shape (n_features,) or None
    Names of the features, if X has names that are strings.
""",
    "selecting": """
``SelectFromModel`` takes the mean of ``|coef_|`` for its threshold unless the class is called a
Lasso: pass ``threshold=1e-10`` to select the nonzero coefficients.
""",
    "columns": """
@weights@
@signs@
""",
    "weights": """
penalty_weights : array-like of shape (n_features,) or dict, default=None
    Factors u of the penalty, one a feature, at least 0. A feature of weight 0 is not
    penalised, one of weight inf is excluded. None means 1 for all. A dict, or a Series, has
    them by name: 1 for the others.
""",
    "signs": """
positive : bool, default=False
    Allow no negative coefficient.
@bounds@
@intercept@
""",
    "bounds": """
coef_bounds : tuple (lower, upper) or dict, default=None
    Bounds of the coefficients, in the units of ``coef_``: for each of the two a number or one for
    each feature, ``lower <= 0 <= upper``, inf where there is none. A dict, or a Series, has pairs
    (lower, upper) by name: no bounds for the others. ``positive`` holds as well.
""",
    "intercept": """
fit_intercept : bool, default=True
    Fit an intercept. X is centred implicitly: not copied, and sparse X stays sparse.
""",
    "gap": """
tol : float, default=1e-6
    Duality gap at which the fit stops, as a share of the null objective (the best value
    without any penalised feature).
""",
    "record": """
warm_start : bool, default=False
    Start from the last ``coef_``.
record_history : bool, default=False
    Keep a record of the run in ``history_``.
""",
    "coefficients": """
coef_ : ndarray of shape (n_features,) or (n_targets, n_features)
    Coefficients, in the dtype of X. Of several targets every attribute has an entry for each:
    numbers and words are arrays of shape (n_targets,), ``n_iter_`` and all else are lists.
@model@
""",
    "model": """
intercept_ : float or ndarray of shape (n_targets,)
    Intercept; 0 if ``fit_intercept=False``.
sparse_coef_ : sparse matrix of shape (1, n_features) or (n_targets, n_features)
    ``coef_`` in sparse form.
""",
    "certified": """
objective_ : float
    The objective at the fitted coefficients.
dual_gap_ : float
    Duality gap, in units of the objective: it exceeds its minimum by no more.
converged_ : bool
    Whether the gap met the tolerance, or the limit of floating-point numbers.
stop_reason_ : str
    Why the fit ended: "tolerance reached", "numerical precision", "max_iter reached" or
    "stopped by a callback".
alpha_max_ : float
    The smallest alpha for which no penalised feature enters; inf for ``l1_ratio=0``.
""",
    "history": """
history_ : dict of ndarray
    With ``record_history=True``, for each check: iteration, seconds, objective, gap,
    nonzeros.
""",
    "features": """
n_features_in_ : int
    Number of features.
feature_names_in_ : ndarray of shape (`n_features_in_`,)
    Names of the features, if X has names that are strings.
""",
}


def shared(own: dict[str, str] | None = None, **words: str) -> Callable[[Thing], Thing]:
    """A decorator that puts paragraphs in the place of ``@their name@`` in a docstring.

    They are those of ``own`` and of ``PARAGRAPHS``. In them ``words`` take the place of names in
    capitals, and the name of the class that of CLASS.
    """
    known = PARAGRAPHS | (own or {})

    def decorate(thing):
        text = thing.__doc__
        if text is not None:  # as it is under -OO
            # From Python 3.13 on docstrings have lost the indentation of their lines.
            while found := re.search(r"^( *)@([\w ]+)@\n", text, re.MULTILINE):
                filled = known[found[2]].removeprefix("\n")
                for old, new in (words | {"CLASS": thing.__name__}).items():
                    filled = filled.replace(old, new)
                text = text.replace(found[0], indent(filled, found[1]))
            thing.__doc__ = text
        return thing

    return decorate


def sections(cls: type, *titles: str) -> dict[str, str]:
    """Paragraphs for ``shared``: sections of the docstring of another class, by their titles."""
    found = {}
    for title in titles:
        pattern = rf"^{title}\n-+\n(.*?)(?=\n\n\S[^\n]*\n---)"
        text = re.search(pattern, cleandoc(cls.__doc__ or ""), re.MULTILINE | re.DOTALL)
        # Footnotes stay with the other class.
        body = re.sub(r" ?\[\d+\]_", "", text[1]) if text else ""
        found[title.lower()] = f"\n{body}\n"
    return found
