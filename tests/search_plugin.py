"""A pytest plugin: a grid search of skl1 takes the place of scikit-learn's GridSearchCV."""

import sklearn.model_selection

from skl1 import PathGridSearchCV


class EveryGrid(PathGridSearchCV):
    """The search of this package, also where no candidate is on a path."""

    def fit(self, X, y=None, **params):
        self._validate_params()
        self._search(X, y, params)
        return self


def pytest_configure():
    """Before any test is read."""
    sklearn.model_selection.GridSearchCV = EveryGrid
