"""What a loss is: the scalar mathematics of one sample."""

from __future__ import annotations

from abc import abstractmethod

from skl1.compiled import Record


class Loss(Record):
    """The loss ``f(y, t)`` of one sample with the response y and the prediction t.

    It is convex in t, and its least value over t is 0 for every y: the objective of the model
    without features is then positive, and a tolerance can be a share of it. All methods take and
    return numbers, and run compiled or as plain Python.
    """

    @property
    def quadratic(self) -> bool:
        """Is f half the square of ``y - t``? Then sums over the samples say all about them."""
        return False

    @property
    def unit(self) -> float:
        """A size of predictions that matters to f, of which steps are no large multiples."""
        return 1.0

    @property
    def likelihood(self) -> bool:
        """Is f minus a log-likelihood, but for terms of y? Criteria then need no noise variance."""
        return False

    @property
    def endless(self) -> bool:
        """Whether f falls for ever as t goes to an end, for some y: it has no minimum then."""
        return False

    @property
    def gradual(self) -> bool:
        """Whether the third derivative in t is nowhere larger than the second, in size.

        Then a short step changes the curvature by as small a share.
        """
        return False

    @property
    @abstractmethod
    def curvature_bound(self) -> float:
        """The largest second derivative of f in t; inf where there is none.

        The dual objective is strongly concave with the inverse of it as modulus: that is how far a
        duality gap lets the optimal residual be from the one at hand.
        """

    @abstractmethod
    def value(self, y, t):
        """``f(y, t)``."""

    @abstractmethod
    def slope(self, y, t):
        """The derivative of f in t: minus the residual of the sample."""

    @abstractmethod
    def curvature(self, y, t):
        """The second derivative of f in t."""

    @abstractmethod
    def conjugate(self, y, v):
        """``sup_t v t - f(y, t)``; inf where v is no slope of f."""

    def constant(self, mean: float) -> float:
        """A guess of the best prediction for all samples, from the mean of y."""
        return 0.0

    def check(self, y) -> str:
        """What is wrong with the responses y, an array, in words; empty if nothing is."""
        return ""
