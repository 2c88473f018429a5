"""The two forms of the loops that small fits run interpreted."""

import gc
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from textwrap import dedent

import numba
import numpy as np
import pytest

import skl1
from skl1.compiled import kernels, loading
from skl1.designs.gram_operator import gram_product
from skl1.penalties import L1, MCP, SCAD, ElasticNet, Lp, NonNegative, SquaredL2
from skl1.solvers.gram_convex import newton_walk, solve_convex, solve_convex_along
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


def interpreted(run):
    """Whether what ``sized`` gives is plain Python."""
    return isinstance(run, partial) and run.func.__name__ == "_rented"


@pytest.mark.parametrize("loaded", [False, True])
def test_a_process_starts_interpreted_and_buys_the_compiler(loaded, monkeypatch):
    """``sized`` gives the plain function until the operations asked for exceed the patience."""
    monkeypatch.setattr(kernels.Kernel, "spent", 0)
    monkeypatch.setattr(loading, "loaded", lambda: loaded)
    fresh = kernels.kernel(sweep.function, exact=True)
    other = kernels.kernel(sweep.function, exact=True)
    vars(fresh)["kept"] = vars(other)["kept"] = [()]  # for a call without records
    patience = kernels.BRIEF if loaded else kernels.PATIENCE
    assert interpreted(fresh.sized(patience))
    assert fresh.sized(1) is fresh.compiled
    # Loading the compiler is paid for by all kernels together, a kernel's own code by itself.
    assert interpreted(other.sized(1)) == loaded


def test_what_is_not_cached_is_compiled_once_it_would_have_paid(monkeypatch):
    """The price is higher for longer code, that of the functions it calls included."""
    monkeypatch.setattr(loading, "loaded", lambda: True)
    fresh = kernels.kernel(sweep.function, exact=True)
    fresh.found[()] = False
    share = fresh.price // kernels.BUYERS
    assert share > kernels.BRIEF
    assert interpreted(fresh.sized(share))
    assert fresh.sized(1) is fresh.compiled
    assert solve_convex_along.length > solve_convex.length > newton_walk.length > sweep.length


def test_calls_within_an_interpreted_kernel_count_as_operations(monkeypatch):
    """How many iterations there will be is not known beforehand."""
    monkeypatch.setattr(loading, "loaded", lambda: True)
    monkeypatch.setattr(kernels.Kernel, "spent", 0)
    half = kernels.formula(lambda x: 0.5 * x)
    inner = kernels.kernel(lambda x: half(half(x)))

    def often(x, count):
        for _ in range(count):
            x = inner(x)
        return x

    outer = kernels.kernel(often)
    outer.found[()] = True
    assert outer.sized(10)(2.0**40, 20) == 1.0
    assert outer.asked == {(): 10 + 60 * kernels.CALL}
    assert kernels.Kernel.spent == outer.asked[()]
    enough = kernels.BRIEF // (3 * kernels.CALL)
    assert interpreted(outer.sized(10))
    outer.sized(10)(1.0, enough)
    assert outer.sized(10) is outer.compiled


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="nothing is compiled")
def test_records_of_each_makeup_pay_for_their_own_machine_code(monkeypatch):
    """What is paid for one penalty is none of another, nor of the same one within bounds."""
    monkeypatch.setattr(loading, "loaded", lambda: True)
    fresh = kernels.kernel(sweep.function, exact=True)
    one, other = MCP(0.1, 3.0), SCAD(0.1, 3.7)
    vars(fresh)["kept"] = [(one._numba_type_,)]
    for each in (one, other, NonNegative(one)):
        assert interpreted(fresh.sized(kernels.BRIEF, each))
    assert fresh.sized(1, one.with_alpha(0.2)) is fresh.compiled
    for each in (other, NonNegative(one)):
        assert interpreted(fresh.sized(1, each))
        assert fresh.sized(fresh.price, each) is fresh.compiled


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="nothing is compiled")
@pytest.mark.parametrize("enabled", [True, False])
def test_garbage_is_collected_again_after_a_compilation(enabled):
    """Also after one that fails; and not where the user has turned it off."""

    @kernels.kernel
    def half(x):
        return 0.5 * x if gc_enabled() is None else 0.0

    def gc_enabled():
        return None

    (gc.enable if enabled else gc.disable)()
    try:
        assert kernels.kernel(lambda x: 0.5 * x).compiled(3.0) == 1.5
        assert gc.isenabled() == enabled
        with pytest.raises(numba.TypingError):
            half.compiled(3.0)
        assert gc.isenabled() == enabled
    finally:
        gc.enable()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
def test_garbage_is_collected_in_a_child_that_is_forked_meanwhile():
    script = """
        import gc, os
        from skl1.compiled.garbage import uncollected
        with uncollected():
            if not (pid := os.fork()):
                os._exit(0 if gc.isenabled() else 3)
            assert not gc.isenabled()
        assert gc.isenabled()
        assert os.waitpid(pid, 0)[1] == 0
    """
    environment = os.environ | {"PYTHONPATH": str(Path(skl1.__path__[0]).parent)}
    run = subprocess.run(
        [sys.executable, "-c", dedent(script)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr


def test_interpreted_work_compiles_no_part_of_it(monkeypatch):
    """Kernels that a kernel calls run as it does, in its thread alone and until it has ended."""

    @kernels.kernel(exact=True)
    def inner(x, fail):
        if fail:
            raise KeyError
        return x + 1.0

    @kernels.kernel(exact=True)
    def outer(x, fail):
        with ThreadPoolExecutor(1) as pool:
            beside.append(pool.submit(plain, inner).result())
        return inner(x, fail)

    def plain(kernel):
        monkeypatch.setitem(vars(kernel), "compiled", lambda *_: "compiled")
        return kernel(1.0, False)

    beside = []
    assert outer.interpreted(1.0, False) == 2.0
    assert beside == ["compiled"]
    with pytest.raises(KeyError):
        outer.interpreted(1.0, True)
    assert inner(1.0, False) == "compiled"


@pytest.mark.parametrize("size", [1, 7, 40])
def test_product_with_arrays_is_that_with_numbers_bit_for_bit(size):
    rng = np.random.default_rng(size)
    G, v = rng.standard_normal((size, size)), rng.standard_normal(size) * (rng.random(size) < 0.7)
    found = []
    for run in (gram_product.function, gram_product.interpreted, gram_product.compiled):
        out = np.full(size, np.nan)
        run(G, v, out)
        found.append(out)
    np.testing.assert_array_equal(found[0], found[1])
    np.testing.assert_array_equal(found[0], found[2])


def test_every_solver_does_without_the_compiler_on_small_data(tmp_path):
    """A first fit of any estimator to the diabetes data does not even import numba.

    But for classifiers with nonconvex penalties, which look at the loss along many coefficients.
    """
    script = """
        import sys
        import warnings

        import numpy as np
        from sklearn.base import BaseEstimator
        from sklearn.datasets import load_diabetes

        import skl1
        from skl1.compiled import kernels

        warnings.simplefilter("ignore")
        X, y = load_diabetes(return_X_y=True)
        for name in skl1.estimators.__all__:
            cls = getattr(skl1, name)
            if isinstance(cls, type) and issubclass(cls, BaseEstimator):
                if hasattr(cls, "predict_proba") and "n_init" in cls().get_params():
                    continue
                kernels.Kernel.spent = 0
                cls().fit(X, y > np.median(y) if hasattr(cls, "predict_proba") else y)
                assert "numba" not in sys.modules, name
                print(name)
    """
    file = tmp_path / "first.py"
    file.write_text(dedent(script))
    environment = os.environ | {"PYTHONPATH": str(Path(skl1.__path__[0]).parent)}
    run = subprocess.run(
        [sys.executable, str(file)], env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert {"ProximalLasso", "RidgeGD", "MCPRegressor"} <= set(run.stdout.split())
