"""Parameters of an estimator: kept as they are given, which is all that its ``__init__`` may do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from numpy.typing import ArrayLike

#: ``(lower, upper)``, each a number or one for each feature; or such a pair for some by name.
CoefBounds: TypeAlias = tuple[ArrayLike, ArrayLike] | Mapping[Any, tuple[float, float]] | None


def keep(estimator: Any, parameters: dict[str, Any]) -> None:
    """Set an attribute for each parameter; to be called with the ``locals()`` of ``__init__``.

    scikit-learn reads the names and defaults of parameters from the signature, which is therefore
    written out in every class.
    """
    for name, value in parameters.items():
        if name != "self":
            setattr(estimator, name, value)
