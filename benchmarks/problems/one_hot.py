"""Factors as dense columns of 0 and 1, many rows: the Gram matrix is nearly all there is to do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.problems.base import DataSet, Problem


@dataclass(frozen=True)
class OneHot(Problem):
    """Two years of hours in 58 columns: how many bicycles are lent by hour, month and weather."""

    name: str = "one_hot"
    regime: str = "n >> p, one-hot"
    rank: int = 20
    n_samples: int = 17_379

    def make(self) -> list[DataSet]:
        rng = np.random.default_rng(20)
        hours = np.arange(self.n_samples)
        days = hours // 24
        hour, weekday, day = hours % 24, days % 7, days % 365
        month = np.minimum(day * 12 // 365, 11)
        season = (month + 1) % 12 // 3
        year = days // 365
        # Weather stays for some hours.
        changes = np.flatnonzero(rng.random(hours.size) < 0.2)
        drawn = rng.choice(4, hours.size, p=[0.65, 0.25, 0.09, 0.01])
        weather = drawn[changes[np.maximum(np.searchsorted(changes, hours, "right") - 1, 0)]]
        factors = [
            np.eye(levels)[factor]
            for factor, levels in ((hour, 24), (month, 12), (weekday, 7), (season, 4), (weather, 4))
        ]
        free = rng.random(days[-1] + 1)[days] < 0.03
        flags = np.column_stack([year, free, (weekday < 5) & ~free]).astype(np.float64)
        noise = rng.standard_normal((hours.size, 4))
        warmth = 0.5 - 0.25 * np.cos(2 * np.pi * day / 365) + 0.05 * noise[:, 0]
        felt = 0.9 * warmth + 0.02 * noise[:, 1]
        humidity = np.clip(0.6 + 0.1 * weather + 0.15 * noise[:, 2], 0.0, 1.0)
        wind = np.abs(0.2 + 0.12 * noise[:, 3])
        X = np.column_stack([*factors, flags, warmth, felt, humidity, wind])
        busy = rng.normal(0.0, 0.8, 24)[hour] - 0.4 * weather + 0.3 * year + 1.5 * warmth
        return [(X, np.round(60.0 * np.exp(busy + 0.4 * rng.standard_normal(hours.size))))]
