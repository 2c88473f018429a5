"""The models of one classifier for several values of a parameter."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.metrics import accuracy_score

from skl1.compiled.versions import Versioned
from skl1.designs.weights import moderate_weights
from skl1.estimators.fitted_path import FittedPath
from skl1.results.frames import path_frame
from skl1.results.names import names_of
from skl1.results.summary import Summarised, converged_told, features_told, span
from skl1.sklearn_api import check_sample_weight

if TYPE_CHECKING:
    import pandas as pd


class ClassifierPath(Summarised, Versioned):
    """What ``fit_path`` of a classifier returns: a sequence of fitted classifiers.

    It is made of the paths of the binary problems. The models predict and score together; one of
    them becomes a classifier of its own, with its certificates, when it is asked for by its number.

    Attributes
    ----------
    values : list
        The values of the parameter, in the order in which they were given.
    alphas, errors, converged : ndarray of shape (n_models,)
        The values as numbers; the largest duality gap or stationarity of the binary problems;
        whether all of these met the tolerance.
    feature_names_in_ : ndarray of shape (n_features,) or None
        Names of the features, if X has names that are strings.
    """

    def __init__(self, plain: Any, values: list, paths: list[FittedPath], rows: Callable):
        self._plain, self._paths, self._rows = plain, paths, rows
        self.feature_names_in_ = names_of(plain)
        self.values, self.alphas = values, paths[0].alphas
        self.errors = np.max([path.errors for path in paths], axis=0)
        self.converged = np.all([path.converged for path in paths], axis=0)

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, k: Any) -> Any:
        """The fitted classifier of the value with this number, certified from the data."""
        if isinstance(k, slice):
            return [self[place] for place in range(*k.indices(len(self)))]
        model = copy(self._plain).set_params(**{self._plain.path_parameter: self.values[k]})
        for name, value in model.gathered([path[k] for path in self._paths]).items():
            setattr(model, name, value)
        return model

    def predict(self, X: Any) -> np.ndarray:
        """Predict by all models.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        ndarray of shape (n_samples, n_models)
            Class labels, a column for each model.
        """
        X = self._rows(X)
        scores = np.stack([path.predict(X) for path in self._paths], axis=-1)
        return self._plain.most_likely(scores)

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> np.ndarray:
        """The accuracies of all models.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples.
        y : array-like of shape (n_samples,)
            Their classes.
        sample_weight : float or array-like of shape (n_samples,), default=None
            Their weights, of which only the ratios matter.

        Returns
        -------
        ndarray of shape (n_models,)
        """
        if sample_weight is not None:
            sample_weight = moderate_weights(check_sample_weight(sample_weight, X))
        columns = self.predict(X).T
        return np.array([accuracy_score(y, each, sample_weight=sample_weight) for each in columns])

    def to_frame(self) -> pd.DataFrame:
        """The coefficients with the names of features.

        Returns
        -------
        pandas.DataFrame of shape (n_features, n_models)
            A row for each feature, by its name or as ``x0``, ``x1``, ..., and a column for each
            value of the parameter; with more than two classes for each class of each value.
        """
        coefs = np.stack([path.coefs for path in self._paths], axis=-1)
        values = {self._plain.path_parameter: np.repeat(self.alphas, len(self._paths))}
        if len(self._paths) > 1:
            values["class"] = np.tile(self._plain.classes_, len(self))
        flat = coefs.reshape(len(coefs), -1)
        return path_frame("ClassifierPath.to_frame", flat, values, self.feature_names_in_)

    def _facts(self) -> dict[str, str]:
        coefs = np.stack([path.coefs for path in self._paths])
        features = features_told(coefs.shape[1], self.feature_names_in_)
        used = np.count_nonzero(coefs.any(axis=0), axis=0)
        return {
            "models": f"{len(self)}, {self._plain.path_parameter} {span(self.alphas)}",
            "features": f"{features}; in use: {span(used, 'd')}",
            "classes": str(len(self._plain.classes_)),
            "estimator": type(self._plain).__name__,
            "converged": converged_told(self.converged),
        }


def as_they_are(X: Any) -> Any:
    """Samples that have been validated."""
    return X
