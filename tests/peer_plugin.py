"""A pytest plugin: the class that PEER names takes the place of scikit-learn's Lasso."""

import importlib
import os

import sklearn.linear_model

_module, _name = os.environ["PEER"].split(":")
sklearn.linear_model.Lasso = getattr(importlib.import_module(_module), _name)
