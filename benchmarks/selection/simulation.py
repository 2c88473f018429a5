"""The simulated data of Hastie, Tibshirani and Tibshirani (2020), section 3."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

BETAS, RHOS = (1, 2, 3, 5), (0.0, 0.35, 0.7)
SNRS = tuple(np.exp(np.linspace(np.log(0.05), np.log(6.0), 10)))


@dataclass(frozen=True)
class Setting:
    """How many rows and columns, and how many of them matter."""

    name: str
    n: int
    p: int
    s: int


SETTINGS = {
    each.name: each
    for each in (
        Setting("low", 100, 10, 5),
        Setting("medium", 500, 100, 5),
        Setting("high-5", 50, 1000, 5),
        Setting("high-10", 100, 1000, 10),
    )
}


@dataclass(frozen=True)
class Cell:
    """One point of the grid."""

    setting: str
    beta: int
    rho: float
    snr: int  #: its place in SNRS

    @property
    def key(self) -> str:
        """A name for files."""
        return f"{self.setting}/{self.beta}/{self.rho:g}/{self.snr}"


@dataclass(frozen=True)
class Draw:
    """Training and validation data, and the truth."""

    X: np.ndarray
    y: np.ndarray
    X_valid: np.ndarray
    y_valid: np.ndarray
    truth: np.ndarray
    covariance: np.ndarray
    variance: float  #: of the noise

    @property
    def signal(self) -> float:
        """The variance that the truth explains."""
        return float(self.truth @ self.covariance @ self.truth)


def coefficients(kind: int, p: int, s: int) -> np.ndarray:
    """The truth of a beta type."""
    beta = np.zeros(p)
    if kind == 1:
        beta[np.round(np.linspace(1, p, s)).astype(int) - 1] = 1.0
    elif kind == 2:
        beta[:s] = 1.0
    elif kind == 3:
        beta[:s] = np.linspace(10.0, 0.5, s)
    else:
        beta[:s] = 1.0
        beta[s:] = 0.5 ** np.arange(1, p - s + 1)
    return beta


@cache
def covariance(p: int, rho: float) -> tuple[np.ndarray, np.ndarray]:
    """``rho^|i-j|`` and its symmetric root."""
    places = np.arange(p)
    matrix = rho ** np.abs(places[:, None] - places) if rho else np.eye(p)
    values, vectors = np.linalg.eigh(matrix)
    return matrix, (vectors * np.sqrt(values)) @ vectors.T


def draw(cell: Cell, repetition: int) -> Draw:
    """The data of a repetition, whatever is drawn before or after."""
    setting = SETTINGS[cell.setting]
    place = list(SETTINGS).index(cell.setting)
    seed = (place, cell.beta, round(100 * cell.rho), cell.snr, repetition)
    rng = np.random.default_rng(np.random.SeedSequence(seed))
    matrix, root = covariance(setting.p, cell.rho)
    truth = coefficients(cell.beta, setting.p, setting.s)
    variance = float(truth @ matrix @ truth) / SNRS[cell.snr]
    parts = []
    for _ in range(2):
        X = rng.standard_normal((setting.n, setting.p)) @ root
        parts += [X, X @ truth + np.sqrt(variance) * rng.standard_normal(setting.n)]
    return Draw(*parts, truth, matrix, variance)
