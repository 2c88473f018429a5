"""A pytest plugin: the class that PEER names takes the place of one of scikit-learn's.

PEER_FOR says of which one; of Lasso, if it is not set.
"""

import importlib
import os

import sklearn.linear_model

_module, _name = os.environ["PEER"].split(":")
_peer = getattr(importlib.import_module(_module), _name)
setattr(sklearn.linear_model, os.environ.get("PEER_FOR", "Lasso"), _peer)
