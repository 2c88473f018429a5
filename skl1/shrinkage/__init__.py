"""Why L1 gives zeros and L2 does not: small experiments that return numbers, not pictures."""

from skl1.shrinkage.balance import Balance, ZeroAlphas, balance, zero_alphas
from skl1.shrinkage.ball import Bowl, InBall
from skl1.shrinkage.corners import CornerShares, corner_shares, optimal_edge
from skl1.shrinkage.descent import METHODS, penalty_descent
from skl1.shrinkage.norms import norm_reduction
from skl1.shrinkage.truth import ZerosFound, zeros_found

__all__ = [
    "METHODS",
    "Balance",
    "Bowl",
    "CornerShares",
    "InBall",
    "ZeroAlphas",
    "ZerosFound",
    "balance",
    "corner_shares",
    "norm_reduction",
    "optimal_edge",
    "penalty_descent",
    "zero_alphas",
    "zeros_found",
]
