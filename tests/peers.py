"""Estimators of skl1 with the parameters of scikit-learn's, for scikit-learn's own tests of those.

``tol`` of scikit-learn is about a gradient; a gap is of the order of its square, and taken smaller.
"""

import os

import numpy as np
import sklearn.linear_model
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils import compute_sample_weight

import skl1

#: The classes of scikit-learn, also where a plugin puts others in their place.
LogisticRegression = sklearn.linear_model.LogisticRegression
HuberRegressor = sklearn.linear_model.HuberRegressor
PoissonRegressor = sklearn.linear_model.PoissonRegressor


def keep(self, parameters):
    """Set the parameters of a constructor, from its ``locals()``."""
    for name, value in parameters.items():
        if name not in {"self", "__class__"}:
            setattr(self, name, value)


def total(y, sample_weight, class_weight=None):
    """The sum of the weights, those of the classes among them."""
    s = np.ones(len(y)) if sample_weight is None else np.asarray(sample_weight, dtype=float)
    if isinstance(class_weight, dict):
        factors = dict.fromkeys(np.unique(y), 1.0) | class_weight
        return float(s @ compute_sample_weight(factors, y))
    return float(s.sum())  # "balanced" leaves it as it is


class Peer(BaseEstimator):
    """Fits a model of skl1 and has its attributes; a warm start is from the last one."""

    def fit_as(self, model, X, y, sample_weight):
        if self.warm_start and hasattr(self, "coef_"):
            model.coef_, model.intercept_ = self.coef_, self.intercept_
        self.model_ = model.set_params(warm_start=self.warm_start)
        model.fit(X, y, sample_weight=sample_weight)
        for name in ("coef_", "intercept_", "n_iter_", "classes_", "scale_", "n_features_in_"):
            if hasattr(model, name):
                setattr(self, name, getattr(model, name))
        return self

    def predict(self, X):
        return self.model_.predict(X)


class PeerOfLogisticRegression(ClassifierMixin, Peer):
    """``C`` for ``alpha``, and the squared penalty by default."""

    def __init__(
        self,
        *,
        C=1.0,
        l1_ratio=0.0,
        dual=False,
        tol=1e-4,
        fit_intercept=True,
        intercept_scaling=1,
        class_weight=None,
        random_state=None,
        solver="lbfgs",
        max_iter=100,
        warm_start=False,
    ):
        keep(self, locals())

    def fit(self, X, y, sample_weight=None):
        model = skl1.ProximalLogisticRegression(
            1.0 / (self.C * total(y, sample_weight, self.class_weight)),
            l1_ratio=self.l1_ratio,
            tol=0.01 * self.tol**2,
            fit_intercept=self.fit_intercept,
            class_weight=self.class_weight,
            max_iter=self.max_iter,
        )
        return self.fit_as(model, X, y, sample_weight)

    def decision_function(self, X):
        # Tests write to the coefficients.
        self.model_.coef_, self.model_.intercept_ = self.coef_, self.intercept_
        return self.model_.decision_function(X)

    def predict_proba(self, X):
        return self.model_.predict_proba(X)


class SomeSolvers:
    """Of the solvers that PEER_SOLVERS names those of skl1, of others scikit-learn's class.

    So tests that compare solvers with each other compare skl1 with scikit-learn.
    """

    def __new__(cls, **parameters):
        ours = parameters.get("solver", "lbfgs") in os.environ["PEER_SOLVERS"].split(",")
        return (PeerOfLogisticRegression if ours else LogisticRegression)(**parameters)


class PeerOfPoissonRegressor(RegressorMixin, Peer):
    """The squared penalty, at the same ``alpha``."""

    def __init__(
        self,
        *,
        alpha=1.0,
        fit_intercept=True,
        solver="lbfgs",
        max_iter=100,
        tol=1e-4,
        warm_start=False,
    ):
        keep(self, locals())

    def __sklearn_tags__(self):
        return skl1.ProximalPoissonRegressor().__sklearn_tags__()

    #: scikit-learn's tests make their problems by it.
    _get_loss = PoissonRegressor._get_loss

    def fit(self, X, y, sample_weight=None):
        model = skl1.ProximalPoissonRegressor(
            self.alpha,
            l1_ratio=0.0,
            tol=0.01 * self.tol**2,
            fit_intercept=self.fit_intercept,
            max_iter=self.max_iter,
        )
        return self.fit_as(model, X, y, sample_weight)

    def score(self, X, y, sample_weight=None):
        return self.model_.score(X, y, sample_weight)


class PeerOfHuberRegressor(RegressorMixin, Peer):
    """At the scale that scikit-learn's class finds."""

    def __init__(
        self,
        *,
        epsilon=1.35,
        max_iter=100,
        alpha=0.0001,
        warm_start=False,
        fit_intercept=True,
        tol=1e-05,
    ):
        keep(self, locals())

    def fit(self, X, y, sample_weight=None):
        scale = HuberRegressor(
            epsilon=self.epsilon,
            alpha=self.alpha,
            fit_intercept=self.fit_intercept,
            tol=1e-9,
            max_iter=10_000,
        )
        scale = scale.fit(X, y, sample_weight).scale_
        model = skl1.ProximalHuberRegressor(
            self.alpha * scale / total(y, sample_weight),
            l1_ratio=0.0,
            delta=self.epsilon,
            scale=scale,
            tol=self.tol**2,
            fit_intercept=self.fit_intercept,
            max_iter=self.max_iter,
        )
        self.fit_as(model, X, y, sample_weight)
        self.outliers_ = np.abs(y - self.predict(X)) > self.epsilon * scale
        return self


class ElasticNet(skl1.ProximalLasso):
    """scikit-learn's ``ElasticNet``, as far as its tests of several targets go."""

    def __init__(self, alpha=1.0, *, l1_ratio=0.5, precompute=False, tol=1e-6, **more):
        super().__init__(alpha, l1_ratio=l1_ratio, tol=tol)
        self.precompute = precompute
