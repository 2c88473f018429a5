"""Parameters of an estimator: kept as they are given, which is all that its ``__init__`` may do."""

from __future__ import annotations

from typing import Any


def keep(estimator: Any, parameters: dict[str, Any]) -> None:
    """Set an attribute for each parameter; to be called with the ``locals()`` of ``__init__``.

    scikit-learn reads the names and defaults of parameters from the signature, which is therefore
    written out in every class.
    """
    for name, value in parameters.items():
        if name != "self":
            setattr(estimator, name, value)
