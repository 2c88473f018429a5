"""What the classifiers with a penalty share: one problem a class, solved one after the other."""

from __future__ import annotations

from functools import cache
from inspect import signature
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.exceptions import ConvergenceWarning

from skl1.compiled.threads import single_threaded
from skl1.estimators.classifier_path import ClassifierPath, as_they_are
from skl1.estimators.linear_classifier import CLASS_WEIGHT, LinearClassifier
from skl1.estimators.log_odds import BinaryModel
from skl1.estimators.state import all_or_nothing, untouched
from skl1.exceptions import EmptyModelWarning, warn_user
from skl1.results.names import settle_names
from skl1.sklearn_api import fit_callback, fit_context


@cache
def _parameters(kind: type[BinaryModel]) -> tuple[str, ...]:
    """The names of an estimator's parameters; to look at its signature takes longer than a step."""
    return tuple(signature(kind).parameters)


class PenalisedClassifier(LinearClassifier):
    """Logistic regressions with a penalty: of two classes, or of each of more against the rest."""

    warm_start: bool

    path_parameter = "alpha"

    #: The estimator of one binary problem.
    _binary: ClassVar[type[BinaryModel]]
    _parameter_constraints: ClassVar[dict]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._parameter_constraints = {
            **cls._binary._parameter_constraints,
            "class_weight": CLASS_WEIGHT,
        }

    def _one(self) -> BinaryModel:
        """The estimator of one of the binary problems."""
        return self._binary(**{name: getattr(self, name) for name in _parameters(self._binary)})

    def fits_along(self, value: Any) -> bool:
        """Whether a value of ``path_parameter`` has a place on a path; for developers.

        Parameters
        ----------
        value : object
            A value, valid or not.

        Returns
        -------
        bool
        """
        return self._one().fits_along(value)

    @untouched
    def fit_path(self, X, y, values, sample_weight=None) -> ClassifierPath:
        """Fit a model for each value of ``path_parameter``, each from the one before it.

        The estimator stays as it is, and what it says of the parameter itself does not matter. No
        warnings are given: the path says which of its models converged.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Training data, as for ``fit``.
        y : array-like of shape (n_samples,)
            Class labels.
        values : sequence
            Values that ``fits_along`` accepts, in any order.
        sample_weight : float or array-like of shape (n_samples,), default=None
            Weights, as for ``fit``.

        Returns
        -------
        ClassifierPath
            A model for each value, in their order.

        Raises
        ------
        ValueError
            If a parameter, X, y or a weight is out of its range, not finite or misshaped; if there
            is no value, or one that has no place on a path.
        """
        given = self._one().along(values)
        setattr(self, self.path_parameter, given[0])
        self._validate_params()
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            design, labels = self._labelled(X, y, sample_weight)
            dtype, paths = design.X.dtype, []
            for label in self._ones():
                one = self._one()
                settle_names(self, one)
                one.along(given)
                part = design.with_response(labels == label)
                paths.append(one.path_on(part, given, dtype, as_they_are))
        return ClassifierPath(self, given, paths, self._rows)

    @all_or_nothing
    @fit_context
    def fit(self, X: Any, y: Any, sample_weight: ArrayLike | None = None) -> Self:
        """Fit the model.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Training data. float32 and float64 are kept, anything else becomes float64. Sparse
            X is used in CSC form and never made dense.
        y : array-like of shape (n_samples,)
            Class labels, of at least two classes.
        sample_weight : float or array-like of shape (n_samples,), default=None
            Weights, not negative; in each class at least one is not zero. A weight of 2 equals
            repeating the row, a weight of 0 leaving it out.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            If a parameter, X, y or a weight is out of its range, not finite or misshaped; if there
            is only one class; if no finite coefficients are best.

        Warns
        -----
        ConvergenceWarning
            If the tolerance was not met; with the figures.
        EmptyModelWarning
            If every coefficient is zero.
        """
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            design, labels = self._labelled(X, y, sample_weight)
            ones, dtype = self._ones(), design.X.dtype
            plain = [self._one() for _ in ones]
            settle_names(self, *plain)
            with (
                single_threaded(design.work()),
                fit_callback(self, X, y, sample_weight, self._linear_model) as report,
            ):
                complaints = []
                for k, (one, label) in enumerate(zip(plain, ones, strict=True)):
                    if k:
                        design = design.with_response(labels == label)
                    complaints.append(self._fit_one(one, k, design, dtype, report, plain))
                for name, value in self.gathered(plain).items():
                    setattr(self, name, value)
        self._warn(complaints, [self.classes_.tolist()[label] for label in ones])
        return self

    @untouched
    def pose_classes(self, X, y, sample_weight):
        """The binary problems that ``fit`` solves, as what they are made of; for developers.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Data, as for ``fit``.
        y : array-like of shape (n_samples,)
            Class labels.
        sample_weight : array-like of shape (n_samples,)
            Weights.

        Returns
        -------
        one : BinaryModel
            The estimator that poses each problem, by ``problem_on``.
        responses : list of ndarray of shape (n_samples,)
            For each problem True in its class.
        labels : ndarray of shape (n_samples,)
            The number of each sample's class.
        weights : ndarray of shape (n_samples,)
            The weights times those of the classes.

        Raises
        ------
        ValueError
            As ``fit`` does.
        """
        self._validate_params()
        design, labels = self._labelled(X, y, sample_weight)
        one = self._one()
        settle_names(self, one)
        return one, [labels == label for label in self._ones()], labels, design.given_weights

    def _fit_one(self, one, k, design, dtype, report, plain) -> tuple[str, str]:
        """Fit one of the binary problems; in words what was not reached, and that it is empty."""
        coef, start, callback = self._earlier("coef_") if self.warm_start else None, None, None
        if coef is not None and coef.shape == (len(plain), design.n_features):
            start = coef[k]
        if report is not None:

            def callback(attributes):
                vars(one).update(attributes)
                return report(lambda: self._stacked(plain, design.n_features, dtype))

        return one.fit_quietly(design, start, callback, dtype)

    def _warn(self, complaints, classes) -> None:
        """At most one warning about convergence, and one about empty models."""
        name, several = type(self).__name__, len(classes) > 1
        found = [(c, text) for c, (text, _) in zip(classes, complaints, strict=True) if text]
        if found:
            which = f", class {found[0][0]!r}," if several else ""
            more = f" So did {len(found) - 1} other classes." if len(found) > 1 else ""
            warn_user(f"{name}{which} {found[0][1]}{more}", ConvergenceWarning)
        empty = [(c, text) for c, (_, text) in zip(classes, complaints, strict=True) if text]
        if len(empty) == len(classes):
            warn_user(empty[0][1], EmptyModelWarning)
