"""What comes after a selection: less shrinkage, stability, confidence intervals."""

from skl1.inference.adaptive import adaptive_weights
from skl1.inference.adaptive_cv import AdaptiveLassoCV
from skl1.inference.adaptive_lasso import AdaptiveLasso
from skl1.inference.coef_frame import coef_frame
from skl1.inference.debiased import debiased_lasso
from skl1.inference.intervals import DebiasedCoefficients
from skl1.inference.relaxed import RelaxedLasso
from skl1.inference.relaxed_cv import RelaxedLassoCV
from skl1.inference.stability import StabilitySelection

__all__ = [
    "AdaptiveLasso",
    "AdaptiveLassoCV",
    "DebiasedCoefficients",
    "RelaxedLasso",
    "RelaxedLassoCV",
    "StabilitySelection",
    "adaptive_weights",
    "coef_frame",
    "debiased_lasso",
]
