"""Sparse linear models for scikit-learn, each fit with a certificate."""

from skl1 import displays, estimators, exceptions, inference, model_selection, shrinkage
from skl1.compiled.versions import __version__
from skl1.designs import Moments
from skl1.estimators import *
from skl1.exceptions import *
from skl1.inference import *
from skl1.model_selection import *

# A name is public here if it is public in the package that it is in.
__all__ = ["Moments", "__version__", "displays", "shrinkage"]
__all__ += estimators.__all__
__all__ += exceptions.__all__
__all__ += inference.__all__
__all__ += model_selection.__all__
