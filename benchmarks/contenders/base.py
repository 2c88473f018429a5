"""What a contender is: a package's way to fit a Lasso, and the ladder of its tolerances."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np

#: From 1e-2 to 1e-14 in steps of ten. What a tolerance means differs from package to package.
LADDER = tuple(10.0**-k for k in range(2, 15))
#: Those of glmnet and its kin, whose tolerance is the square of what others have.
THRESHOLDS = tuple(10.0**-k for k in range(4, 29))
#: Iterations that no fit within the time limit reaches, for packages that need a number.
PLENTY = 10_000_000


@dataclass(frozen=True)
class Contender(ABC):
    """Fits Lassos by one package, with settings that its authors would choose.

    Data arrive as users have them, an array in C order or a CSC matrix; what a package needs
    instead it converts itself, on its own time. The intercept is fitted.

    Attributes
    ----------
    name : str
        What the command line and the tables call it.
    package : str
        The distribution, whose version is reported.
    module : str
        The module that must be there.
    rank : int
        Its place in the tables.
    default : bool
        Whether it runs unless the command line names contenders.
    follows_paths : bool
        Whether it has a ``path``.
    """

    name: str
    package: str
    module: str
    rank: int
    default: bool = True
    follows_paths: bool = False

    @abstractmethod
    def fit(self, X: Any, y: np.ndarray, alpha: float, knob: float) -> tuple[np.ndarray, float]:
        """Coefficients and intercept of one fit from scratch, at a tolerance of the ladder."""

    def path(
        self, X: Any, y: np.ndarray, alphas: np.ndarray, knob: float
    ) -> tuple[np.ndarray, np.ndarray]:
        """Coefficients in columns, and intercepts, at falling alphas, by the package's own path."""
        raise NotImplementedError

    def ladder(self, target: float) -> tuple[float, ...]:
        """The tolerances to try for a gap, from loose to tight; the first that reaches it counts.

        A peer may use a looser one than the target. That is to its advantage, and fair: its
        user could have known it as little as ours.
        """
        return LADDER

    def path_ladder(self, target: float) -> tuple[float, ...]:
        """The tolerances to try for the worst gap along a path."""
        return self.ladder(target)

    def refuses(self, X: Any) -> str:
        """Why the contender has no business with such data; empty if it has."""
        return ""

    def missing(self) -> str:
        """Why the contender cannot run here; empty if it can."""
        return "" if find_spec(self.module) else f"{self.package} is not installed"


def means(X: Any, y: np.ndarray) -> tuple[np.ndarray, float]:
    """The means of X, dense or sparse, and of y, for packages or paths that fit no intercept."""
    return np.asarray(X.mean(axis=0)).ravel(), float(y.mean())
