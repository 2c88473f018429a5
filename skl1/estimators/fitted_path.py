"""The models of one estimator for several values of a parameter, fitted one along the other."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any

import numpy as np

from skl1.compiled.versions import Versioned
from skl1.designs.weights import moderate_weights
from skl1.results.frames import path_frame
from skl1.results.names import names_of
from skl1.results.summary import Summarised, converged_told, features_told, span
from skl1.sklearn_api import check_sample_weight

if TYPE_CHECKING:
    import pandas as pd


class FittedPath(Summarised, Versioned):
    """What ``fit_path`` of an estimator returns: a sequence of fitted estimators.

    The models predict and score together, in one product of X with all coefficients; one of them
    becomes an estimator of its own, with its certificate, when it is asked for by its number.

    Attributes
    ----------
    values : list
        The values of the parameter, in the order in which they were given.
    alphas, errors, converged : ndarray of shape (n_models,)
        The values as numbers; the duality gap or the stationarity of each model; whether that met
        the tolerance.
    feature_names_in_ : ndarray of shape (n_features,) or None
        Names of the features, if X has names that are strings.
    """

    def __init__(self, plain, problem, values, models, fitted, rows):
        self._plain, self._problem, self.values, self._rows = plain, problem, values, rows
        self.feature_names_in_ = names_of(plain)
        self.alphas = np.array([model.alpha for model in models], dtype=np.float64)
        self.errors = np.array([model.error for model in models])
        self.converged = np.array([model.converged for model in models], dtype=bool)
        self._starts = [(model.features, model.values) for model in models]
        # Of wide X, columns that no model uses are not kept.
        coefs = np.stack([each["coef_"] for each in fitted], axis=1)
        self._used = np.flatnonzero(coefs.any(axis=1))
        self._coefs = coefs[self._used]
        self._intercepts = np.array([each["intercept_"] for each in fitted])

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, k: Any) -> Any:
        """The fitted estimator of the value with this number, certified from the data."""
        if isinstance(k, slice):
            return [self[place] for place in range(*k.indices(len(self)))]
        model = copy(self._plain).set_params(**{self._plain.path_parameter: self.values[k]})
        features, values = self._starts[k]
        start = np.zeros(self._problem.design.n_features)
        start[features] = values
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            model.fit_problem(self._problem, start, self._coefs.dtype)
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
            A column for each model.
        """
        X = self._rows(X)
        if self._used.size < X.shape[1]:
            X = X[:, self._used]
        return self._plain.means_of(np.asarray(X @ self._coefs) + self._intercepts)

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> np.ndarray:
        """The scores of all models, as ``score`` of a single one has them.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples.
        y : array-like of shape (n_samples,)
            Their target.
        sample_weight : float or array-like of shape (n_samples,), default=None
            Their weights, of which only the ratios matter.

        Returns
        -------
        ndarray of shape (n_models,)
        """
        if sample_weight is not None:
            sample_weight = moderate_weights(check_sample_weight(sample_weight, X))
        return self._plain.scores_of(y, self.predict(X), sample_weight)

    @property
    def coefs(self) -> np.ndarray:
        """The coefficients, of shape (n_features, n_models)."""
        full = np.zeros((self._problem.design.n_features, len(self)), self._coefs.dtype)
        full[self._used] = self._coefs
        return full

    def to_frame(self) -> pd.DataFrame:
        """The coefficients with the names of features.

        Returns
        -------
        pandas.DataFrame of shape (n_features, n_models)
            A row for each feature, by its name or as ``x0``, ``x1``, ..., and a column for each
            value of the parameter.
        """
        values = {self._plain.path_parameter: self.alphas}
        return path_frame("FittedPath.to_frame", self.coefs, values, self.feature_names_in_)

    def _facts(self) -> dict[str, str]:
        used = np.count_nonzero(self._coefs, axis=0)
        features = features_told(self._problem.design.n_features, self.feature_names_in_)
        return {
            "models": f"{len(self)}, {self._plain.path_parameter} {span(self.alphas)}",
            "features": f"{features}; in use: {span(used, 'd')}",
            "estimator": type(self._plain).__name__,
            "converged": converged_told(self.converged),
        }
