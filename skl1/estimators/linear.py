"""What all regressors share: the validation of data, and predictions."""

from __future__ import annotations

from abc import ABC
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.metrics import r2_score
from sklearn.utils.extmath import safe_sparse_dot
from sklearn.utils.validation import check_is_fitted

from skl1.designs import make_design
from skl1.designs.responses import with_responses
from skl1.designs.weights import moderate_weights
from skl1.estimators.checked import CheckedParameters, validate_data, validate_targets
from skl1.estimators.state import AllOrNothing
from skl1.sklearn_api import (
    CallbackSupportMixin,
    check_sample_weight,
    plain_data,
)


class LinearRegressor(
    CheckedParameters, AllOrNothing, CallbackSupportMixin, RegressorMixin, BaseEstimator, ABC
):
    """A linear model of X, dense or sparse, with ``coef_`` and ``intercept_``."""

    fit_intercept: bool

    #: Whether y may have several columns, which are several targets.
    _several: ClassVar[bool] = False

    # What a fit sets.
    coef_: np.ndarray
    intercept_: float
    n_features_in_: int
    feature_names_in_: np.ndarray

    # Where notebooks' representations of an estimator lead to.
    _doc_link_module = "skl1"
    _doc_link_template = "https://skl1.readthedocs.io/stable/generated/skl1.{estimator_name}.html"

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.target_tags.multi_output = self._several
        return tags

    def _design(self, X, y, sample_weight):
        """X, y and the weights as validated, sparse X by columns, and their design."""
        if plain_data(self, X, y):
            try:
                return self._weigh(X, y, sample_weight)
            except ValueError:
                pass  # NaN or inf, perhaps: what follows tells
        X, y = validate_data(
            self,
            X,
            y,
            accept_sparse=["csc", "csr"],
            accept_large_sparse=True,
            dtype=[np.float64, np.float32],
            y_numeric=True,
        )
        return self._weigh(X, y, sample_weight)

    def _designs(self, X, Y, sample_weight):
        """The same of several targets, the columns of Y: a design for each."""
        if isinstance(Y, np.ndarray) and plain_data(self, X, Y[:, 0]):
            try:
                return self._weigh_all(X, Y, sample_weight)
            except ValueError:
                pass  # NaN or inf, perhaps: what follows tells
        X, Y = validate_targets(
            self,
            X,
            Y,
            accept_sparse=["csc", "csr"],
            accept_large_sparse=True,
            dtype=[np.float64, np.float32],
        )
        return self._weigh_all(X, Y, sample_weight)

    def _weigh_all(self, X, Y, sample_weight):
        X, _, sample_weight, design = self._weigh(X, Y[:, 0], sample_weight)
        return X, Y, sample_weight, with_responses(design, Y)

    def _weigh(self, X, y, sample_weight):
        if sample_weight is not None:
            sample_weight = check_sample_weight(sample_weight, X)
        design = make_design(X, y, sample_weight, self.fit_intercept)
        if sample_weight is not None:
            sample_weight = moderate_weights(sample_weight)
        return design.X, y, sample_weight, design

    def predict(self, X: Any) -> np.ndarray:
        """Predict the target.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_targets)
            ``X @ coef_.T + intercept_``.
        """
        check_is_fitted(self)
        fit = safe_sparse_dot(self._rows(X), self.coef_.T, dense_output=True) + self.intercept_
        return self.means_of(fit)

    def means_of(self, fit):
        """What is predicted for the linear parts of samples."""
        return fit

    def scores_of(self, y, predictions, sample_weight):
        """How good predictions are, those of a model in each column."""
        targets = np.broadcast_to(np.reshape(y, (-1, 1)), predictions.shape)
        options = {"sample_weight": sample_weight, "multioutput": "raw_values"}
        return r2_score(targets, predictions, **options)

    def _rows(self, X):
        """Samples to predict for, as validated."""
        return validate_data(
            self,
            X,
            accept_sparse=["csr", "csc", "coo"],
            accept_large_sparse=True,
            dtype=[np.float64, np.float32],
            reset=False,
        )

    def score(self, X: Any, y: Any, sample_weight: ArrayLike | None = None) -> float:
        """Coefficient of determination of the predictions.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples.
        y : array-like of shape (n_samples,) or (n_samples, n_targets)
            Their target, or targets.
        sample_weight : float or array-like of shape (n_samples,), default=None
            Their weights, of which only the ratios matter.

        Returns
        -------
        float
            1 minus the weighted squared errors over those of the weighted mean of y: 1 at best. Of
            several targets the mean.
        """
        if sample_weight is not None:
            sample_weight = moderate_weights(check_sample_weight(sample_weight, X))
        fits = self.predict(X)
        if fits.ndim == 1:
            return float(self.scores_of(y, fits[:, None], sample_weight)[0])
        targets = np.asarray(y)
        if targets.shape != fits.shape:
            raise ValueError(
                f"y must have the shape of the predictions, {fits.shape}, got {targets.shape}."
            )
        columns = zip(targets.T, fits.T, strict=True)
        return float(np.mean([self.scores_of(a, b[:, None], sample_weight)[0] for a, b in columns]))

    @property
    def sparse_coef_(self):
        """``coef_`` as a sparse matrix of shape (1, n_features) or (n_targets, n_features)."""
        check_is_fitted(self)
        return sparse.csr_matrix(self.coef_)

    def _linear_model(self) -> dict[str, Any]:
        """The attributes that predict needs."""
        return {"coef_": self.coef_, "intercept_": self.intercept_}
