"""Warnings of skl1's own."""


class EmptyModelWarning(UserWarning):
    """Every penalised coefficient of the fitted model is zero."""


class GridEdgeWarning(UserWarning):
    """The chosen alpha is the first or the last of its grid: a better one may lie beyond."""


class FoldWarning(UserWarning):
    """A fold is not like the others: nothing to learn, or nothing to be judged by."""
