"""What comes after a selection: less shrinkage, stability, confidence intervals."""

from skl1.inference.relaxed import RelaxedLasso

__all__ = ["RelaxedLasso"]
