"""Whether free columns have best coefficients, against data that are made to have them or not."""

import numpy as np
import pytest

from common import label
from skl1.losses import Logistic, Loss, Poisson
from skl1.problems import separation
from skl1.problems.separation import falls_for_ever

KINDS = [Logistic(), Poisson()]


def drawn(loss, rng, n=60, p=3, zeros=(0.0, 0.8)):
    """Columns at random, an intercept, and a direction with ends for some samples, none for others.

    The direction is that of the first column, which is zero where a response has no end.
    """
    y = (rng.random(n) < 0.5).astype(float)
    told = np.abs(rng.standard_normal(n)) * np.where(y == 1.0, 1.0, -1.0)
    if isinstance(loss, Poisson):
        y *= rng.integers(1, 5, n)
        told = np.where(y == 0.0, -np.abs(told), 0.0)
    told[rng.random(n) < rng.uniform(*zeros)] = 0.0
    told[0] = 1.0 if isinstance(loss, Logistic) else -1.0
    y[0] = 1.0 if isinstance(loss, Logistic) else 0.0
    return y, np.c_[told, np.ones(n), rng.standard_normal((n, p))]


@pytest.mark.parametrize("loss", KINDS, ids=label)
@pytest.mark.parametrize("rows", [4, separation.ROWS])
def test_a_direction_is_found_behind_any_mixture_of_the_columns(loss, rows, monkeypatch):
    """Also where the linear programme begins with a few rows."""
    monkeypatch.setattr(separation, "ROWS", rows)
    for seed in range(40):
        rng = np.random.default_rng(seed)
        y, parts = drawn(loss, rng)
        mixed = parts @ np.linalg.qr(rng.standard_normal((5, 5)))[0]
        assert falls_for_ever(loss, y, mixed), seed


@pytest.mark.parametrize("loss", KINDS, ids=label)
@pytest.mark.parametrize("wrong", [1.0, 1e-3, 1e-6])
@pytest.mark.parametrize("rows", [4, separation.ROWS])
def test_one_sample_on_the_other_side_is_enough(loss, wrong, rows, monkeypatch):
    """However near it is: then a minimum exists, far out. Others say nothing of that column."""
    monkeypatch.setattr(separation, "ROWS", rows)
    for seed in range(40):
        rng = np.random.default_rng(seed)
        y, parts = drawn(loss, rng, n=200, zeros=(0.6, 0.8))
        at = int(rng.integers(1, 200))
        if isinstance(loss, Logistic):
            parts[at, 0] = wrong * (1.0 if y[at] == 0.0 else -1.0)
        else:
            parts[at, 0] = wrong
        assert not falls_for_ever(loss, y, parts), seed


def test_more_columns_than_samples_always_do():
    rng = np.random.default_rng(0)
    y = (rng.random(10) < 0.5).astype(float)
    assert falls_for_ever(Logistic(), y, rng.standard_normal((10, 12)))
    assert not falls_for_ever(Logistic(), y, np.zeros((10, 0)))


def test_every_loss_that_is_endless_is_here():
    package = [cls for cls in Loss.__subclasses__() if cls.__module__.startswith("skl1.losses")]
    examples = [cls(*[1.0] * len(cls.__dataclass_fields__)) for cls in package]
    assert {type(loss) for loss in examples if loss.endless} == {type(loss) for loss in KINDS}
