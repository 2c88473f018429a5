"""Linear classifiers: labels, weights of classes, probabilities."""

from __future__ import annotations

from abc import ABC
from typing import Any

import numpy as np
from scipy import sparse
from scipy.special import expit, log_expit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.extmath import safe_sparse_dot
from sklearn.utils.validation import check_is_fitted

from skl1.designs import make_design
from skl1.designs.weights import moderate_weights
from skl1.estimators.checked import CheckedParameters, validate_data
from skl1.estimators.labels import factors_of, numbered
from skl1.estimators.state import AllOrNothing
from skl1.sklearn_api import (
    CallbackSupportMixin,
    StrOptions,
    check_sample_weight,
    plain_data,
)

#: Attributes of each binary problem: numbers and words, which become arrays; and others.
FIGURES = (
    *("n_iter_", "objective_", "dual_gap_", "converged_", "stop_reason_", "alpha_max_"),
    *("stationarity_", "is_local_minimum_", "lower_bound_", "lower_bound_kind_"),
    *("optimality_gap_", "start_"),
)
RECORDS = ("history_", "minima_", "start_objectives_")
#: The constraint of ``class_weight``.
CLASS_WEIGHT = [dict, StrOptions({"balanced"}), None]


class LinearClassifier(
    ClassifierMixin, CheckedParameters, AllOrNothing, CallbackSupportMixin, BaseEstimator, ABC
):
    """Linear log-odds: of the second of two classes, or of each of more against the rest."""

    class_weight: Any
    fit_intercept: bool

    # Where notebooks' representations of an estimator lead to.
    _doc_link_module = "skl1"
    _doc_link_template = "https://skl1.readthedocs.io/stable/generated/skl1.{estimator_name}.html"

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def _labelled(self, X, y, sample_weight):
        """The design of the first binary problem, and the number of each sample's label."""
        if plain_data(self, X, y, kinds="biuf") and np.isfinite(y).all():
            try:
                return self._weigh(X, y, sample_weight)
            except ValueError:
                pass  # NaN or inf in X, perhaps: what follows tells
        X, y = validate_data(
            self,
            X,
            y,
            accept_sparse=["csc", "csr"],
            accept_large_sparse=True,
            dtype=[np.float64, np.float32],
        )
        return self._weigh(X, y, sample_weight)

    def _weigh(self, X, y, sample_weight):
        self.classes_, labels = numbered(y)
        weights = None
        if sample_weight is not None or self.class_weight is not None:
            weights = moderate_weights(check_sample_weight(sample_weight, X))
            counts = np.bincount(labels, weights)
            factors = self._factors(counts)
            if not np.all(factors * counts > 0.0):
                empty = self.classes_.tolist()[np.argmin(factors * counts)]
                raise ValueError(
                    f"All weights of the class {empty!r} are 0: leave its samples out, or give "
                    "sample_weight and class_weight above 0."
                )
            weights = weights * factors[labels]
        return make_design(X, labels == self._ones()[0], weights, self.fit_intercept), labels

    def _factors(self, counts: np.ndarray) -> np.ndarray:
        """The weight of each class, from the sums of the weights of its samples."""
        if self.class_weight is None:
            return np.ones(counts.size)
        if isinstance(self.class_weight, str):
            with np.errstate(divide="ignore"):
                return np.where(counts > 0.0, counts.sum() / (counts.size * counts), 0.0)
        return factors_of(self.class_weight, self.classes_)

    def _ones(self) -> list[int]:
        """The numbers of the labels of which each has a binary problem, against the rest."""
        last = len(self.classes_) - 1
        return [last] if last == 1 else list(range(last + 1))

    def _stacked(self, plain, n_features, dtype) -> dict[str, Any]:
        """The attributes that predict needs, of problems of which some have not begun."""
        coefs = [getattr(one, "coef_", np.zeros(n_features, dtype)) for one in plain]
        intercepts = [getattr(one, "intercept_", dtype.type(0.0)) for one in plain]
        return {
            "coef_": np.stack(coefs),
            "intercept_": np.array(intercepts, dtype),
            "classes_": self.classes_,
        }

    def gathered(self, plain) -> dict[str, Any]:
        """The fitted attributes, from those of the estimators of the binary problems."""
        first = plain[0].coef_
        found = self._stacked(plain, first.size, first.dtype)
        for name in FIGURES:
            if hasattr(plain[0], name):
                found[name] = np.array([getattr(one, name) for one in plain])
        for name in RECORDS:
            if hasattr(plain[0], name):
                found[name] = [getattr(one, name) for one in plain]
        return found

    def decision_function(self, X: Any) -> np.ndarray:
        """The log-odds.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_classes)
            Of the second of two classes, or of each class against the rest.
        """
        check_is_fitted(self)
        scores = safe_sparse_dot(self._rows(X), self.coef_.T, dense_output=True) + self.intercept_
        return scores.ravel() if scores.shape[1] == 1 else scores

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

    def predict(self, X: Any) -> np.ndarray:
        """The most likely class.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        ndarray of shape (n_samples,)
            Class labels.
        """
        scores = self.decision_function(X)
        return self.most_likely(scores[:, None] if scores.ndim == 1 else scores)

    def most_likely(self, scores: np.ndarray) -> np.ndarray:
        """The class for the log-odds of each binary problem, which are in the last axis."""
        one = scores.shape[-1] == 1
        return self.classes_[(scores[..., 0] > 0.0).astype(int) if one else scores.argmax(axis=-1)]

    def predict_proba(self, X: Any) -> np.ndarray:
        """The probabilities of the classes.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            In the order of ``classes_``. Of more than two classes those of each against the rest,
            divided by their sum.
        """
        scores = self.decision_function(X)
        if scores.ndim == 1:
            return np.column_stack([expit(-scores), expit(scores)])
        return np.exp(self.predict_log_proba(X))

    def predict_log_proba(self, X: Any) -> np.ndarray:
        """The logarithms of the probabilities of the classes.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            In the order of ``classes_``.
        """
        scores = self.decision_function(X)
        if scores.ndim == 1:
            return np.column_stack([log_expit(-scores), log_expit(scores)])
        logs = log_expit(scores)
        return logs - np.logaddexp.reduce(logs, axis=1)[:, None]

    @property
    def sparse_coef_(self):
        """``coef_`` as a sparse matrix."""
        check_is_fitted(self)
        return sparse.csr_matrix(self.coef_)

    def _linear_model(self) -> dict[str, Any]:
        """The attributes that predict needs."""
        return {name: getattr(self, name) for name in ("coef_", "intercept_", "classes_")}
