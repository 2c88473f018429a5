"""What stands in a pipeline for the models of paths, and for one of them."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin


class Followed(RegressorMixin, BaseEstimator):
    """The last step of a pipeline as all its models at once: ``fit`` follows the paths.

    So the pipeline sees to its steps, metadata and caches as ever. ``predict`` has a column and
    ``score`` an entry for each model, one path after the other. A path that fails is None.
    """

    def __init__(self, plains, values):
        self.plains = plains
        self.values = values

    def fit(self, X: Any, y: Any, **params: Any) -> Self:
        self.paths_ = []
        for plain, values in zip(self.plains, self.values, strict=True):
            path = None
            with suppress(Exception):  # fits of their own will say what is wrong
                path = plain.fit_path(X, y, values, **params)
            self.paths_.append(path)
        return self

    @property
    def done_(self):
        """The paths that have been fitted."""
        return [path for path in self.paths_ if path is not None]

    def predict(self, X: Any) -> np.ndarray:
        return np.concatenate([path.predict(X) for path in self.done_], axis=1)

    def score(self, X: Any, y: Any, **params: Any) -> np.ndarray:
        return np.concatenate([path.score(X, y, **params) for path in self.done_])

    def get_metadata_routing(self):
        return self.plains[0].get_metadata_routing()

    def __sklearn_tags__(self):
        return self.plains[0].__sklearn_tags__()


class Seen(RegressorMixin, BaseEstimator):
    """Predictions that have been made, for scorers, which ask for nothing else."""

    def __init__(self, predictions):
        self.predictions = predictions

    def fit(self, X: Any, y: Any) -> Self:
        return self

    def predict(self, X: Any) -> np.ndarray:
        return self.predictions

    def __sklearn_is_fitted__(self):
        return True
