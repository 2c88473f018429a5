"""The form on dask of each estimator and search that needs no more than moments of its data."""

from __future__ import annotations

import re
from typing import Any

from skl1 import estimators, inference, model_selection
from skl1.dask.base import DaskRegressor
from skl1.dask.estimators import ProximalLasso
from skl1.dask.search import DaskSearch
from skl1.estimators.streamed import StreamedRegressor
from skl1.model_selection.base import PenalisedRegressorCV

FIT = """`skl1.CLASS` on dask collections.

The same objective, parameters and attributes. The fit goes on on the client: on the moments, of up
to 10,000 features, which take one pass over the data; or, of more features and few rows, on columns
that come to the client, with passes for the correlations of all features.

@as in memory@

@example@
"""

SEARCH = """`skl1.CLASS` on dask collections.

The same search; ``cv`` cuts rows into the same folds as in memory, and ``scoring`` must be None. Up
to some thousand features (a Gram matrix a fold, of 2 GB together) one pass serves the path and all
folds. Beyond, where columns are chunked or rows are few, columns come to the client.

@as in memory@

@example@
"""

EXAMPLE = """
Examples
--------
>>> import dask.array as da
>>> from sklearn.datasets import load_diabetes
>>> from skl1.dask import CLASS
>>> X, y = (da.from_array(part, chunks=100) for part in load_diabetes(return_X_y=True))
>>> model = CLASS(OPTIONS).fit(X, y)
>>> model.n_passes_, model.coef_.shape
(1, (10,))
"""


def example(local: type) -> str:
    """An example on dask, with the parameters of that in memory."""
    found = re.search(rf">>> .*\b{local.__name__}\(([^()]*)\)\.fit\(X, y\)", local.__doc__ or "")
    return EXAMPLE.replace("OPTIONS", found[1] if found else "")


def form_of(local: type) -> Any:
    """The class of the same name for dask collections: all that it adds is how data are read."""
    search = issubclass(local, PenalisedRegressorCV)
    words = {
        "__module__": __package__,  # where pickles find it
        "__doc__": (SEARCH if search else FIT).replace("CLASS", local.__name__),
        "_paragraphs": {"example": example(local)},
    }
    return type(local.__name__, (DaskSearch if search else DaskRegressor, local), words)


def forms() -> dict[str, Any]:
    """Of each public class whose fits need moments only, by its name."""
    found: dict[str, Any] = {"ProximalLasso": ProximalLasso}
    for module in (estimators, inference, model_selection):
        for name in module.__all__:
            local = getattr(module, name)
            if isinstance(local, type) and issubclass(local, StreamedRegressor):
                found.setdefault(name, form_of(local))
    return dict(sorted(found.items()))


#: Every estimator on dask collections.
FORMS = forms()
