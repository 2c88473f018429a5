"""The two forms of the loops that small fits run interpreted."""

import numpy as np
import pytest

from skl1.compiled import kernels, loading
from skl1.penalties import L1, ElasticNet, Lp, NonNegative, SquaredL2
from skl1.solvers.kernels import sweep


def swept(run, penalty, seed):
    """Coefficients and correlations after some sweeps on a random problem."""
    rng = np.random.default_rng(seed)
    X, y = rng.standard_normal((30, 12)), rng.standard_normal(30)
    w, z = np.zeros(12), X.T @ y / 30
    gram = (X.T @ X / 30).astype(np.float32 if seed % 2 else np.float64)
    norms = gram.diagonal().astype(np.float64)
    run(penalty, gram, norms, rng.uniform(0.5, 2.0, size=12), w, z, 20)
    return np.concatenate([w, z])


@pytest.mark.parametrize(
    "penalty", [L1(0.1), ElasticNet(0.1, 0.5), SquaredL2(0.1), NonNegative(L1(0.1)), Lp(0.05, 0.0)]
)
def test_interpreted_and_compiled_sweeps_agree_in_every_bit(penalty):
    """Nobody can tell from a result which of the two forms ran."""
    for seed in range(20):
        one, other = (swept(run, penalty, seed) for run in (sweep.function, sweep.compiled))
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("p", [0.3, 0.5, 2.0 / 3.0])
def test_powers_agree_but_for_rounding(p):
    """Where a prox needs powers or cosines the two may differ in the last bit of each."""
    for seed in range(20):
        one, other = (swept(run, Lp(0.05, p), seed) for run in (sweep.function, sweep.compiled))
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("loaded", [False, True])
def test_a_process_starts_interpreted_and_buys_the_compiler(loaded, monkeypatch):
    """``sized`` gives the plain function until the operations asked for exceed the patience."""
    monkeypatch.setattr(kernels.Kernel, "spent", 0)
    monkeypatch.setattr(loading, "loaded", lambda: loaded)
    fresh = kernels.kernel(sweep.function, exact=True)
    other = kernels.kernel(sweep.function, exact=True)
    patience = kernels.BRIEF if loaded else kernels.PATIENCE
    assert fresh.sized(patience) is sweep.function
    assert fresh.sized(1) is fresh.compiled
    # Loading the compiler is paid for by all kernels together, a kernel's own code by itself.
    assert other.sized(1) is (sweep.function if loaded else other.compiled)
