"""What comes after a selection: less shrinkage, stability, confidence intervals."""

from skl1.inference.adaptive import adaptive_weights
from skl1.inference.debiased import DebiasedCoefficients, debiased_lasso
from skl1.inference.relaxed import RelaxedLasso

__all__ = ["DebiasedCoefficients", "RelaxedLasso", "adaptive_weights", "debiased_lasso"]
