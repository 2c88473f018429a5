"""Pictures, in scikit-learn's Display convention: data in ``__init__``, drawing in ``plot``."""

from skl1.displays.coefficient_path import CoefficientPathDisplay
from skl1.displays.constraint_region import ConstraintRegionDisplay
from skl1.displays.convergence import ConvergenceDisplay
from skl1.displays.cv_curve import CVCurveDisplay
from skl1.displays.interval import IntervalDisplay
from skl1.displays.penalty import PenaltyDisplay
from skl1.displays.shrinkage import ShrinkageDisplay

__all__ = [
    "CVCurveDisplay",
    "CoefficientPathDisplay",
    "ConstraintRegionDisplay",
    "ConvergenceDisplay",
    "IntervalDisplay",
    "PenaltyDisplay",
    "ShrinkageDisplay",
]
