"""A table of sales of houses: numbers of which some add up, and factors as blocks of 0 and 1."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.problems.base import DataSet, Problem

#: The categories of the 43 factors: 233 in all. Nothing is left out as a reference, so that each
#: block adds up to one.
LEVELS = (
    25, 14, 13, 12, 9, 9, 8, 8, 8, 7, 6, 6, 6, 6, 6, 6, 6, 5, 5, 5, 5, 4, 4, 4, 4, 4, 3, 3, 3, 3, 2,
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
)  # fmt: skip
#: Numbers beside the five that are sums of two others.
NUMBERS = 31
SUMS = 5
#: Factors that have one category in common, houses without a garage or a cellar: columns that are
#: equal.
TWINS = ((10, 11, 12, 13, 14), (17, 18, 19, 20, 21))


@dataclass(frozen=True)
class Houses(Problem):
    """The shape of the Ames data: 36 numbers and 233 indicators of 1,460 sales."""

    name: str = "houses"
    regime: str = "n > p, redundant one-hot blocks"
    rank: int = 26
    n_samples: int = 1_460

    def make(self) -> list[DataSet]:
        rng = np.random.default_rng(26)
        n = self.n_samples
        # Size, quality and age stand behind most of the numbers, and behind the factors.
        latent = rng.standard_normal((n, 3))
        loads = rng.standard_normal((3, NUMBERS)) * (rng.random((3, NUMBERS)) < 0.5)
        numbers = np.exp(0.4 * (latent @ loads + rng.standard_normal((n, NUMBERS))))
        numbers *= 10.0 ** rng.uniform(0.0, 4.0, NUMBERS)
        numbers[:, ::4] *= rng.random((n, len(range(0, NUMBERS, 4)))) < 0.5  # pools, porches
        sums = numbers[:, : 2 * SUMS : 2] + numbers[:, 1 : 2 * SUMS : 2]
        without = {factor: k for k, factors in enumerate(TWINS) for factor in factors}
        absent = rng.random((len(TWINS), n)) < 0.04
        blocks = []
        for factor, levels in enumerate(LEVELS):
            # A frequent category, some others, and rare ones; each of them occurs.
            shares = rng.dirichlet(np.full(levels, 0.6))
            score = 0.7 * latent @ rng.standard_normal(3) + rng.standard_normal(n)
            ends = np.quantile(score, np.cumsum(shares)[:-1])
            category = np.searchsorted(ends, score)
            category[rng.choice(n, levels, replace=False)] = np.arange(levels)
            if factor in without:
                gone = absent[without[factor]]
                category[category == 0] = 1
                category[gone] = 0
            blocks.append(np.eye(levels)[category])
        X = np.column_stack([numbers, sums, *blocks])
        worth = latent @ [0.3, 0.25, -0.15] + 0.1 * X[:, NUMBERS + SUMS :: 9].sum(axis=1)
        return [(X, np.round(1.6e5 * np.exp(worth + 0.1 * rng.standard_normal(n))))]
