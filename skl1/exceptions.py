"""Warnings of skl1's own."""


class EmptyModelWarning(UserWarning):
    """Every penalised coefficient of the fitted model is zero."""
