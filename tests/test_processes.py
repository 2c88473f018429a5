"""Interrupts and forks at the worst moment: the next fit, and each child, works."""

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

import skl1
from workspace import ROOT

PACKAGE = Path(skl1.__path__[0])

INTERRUPTED = """
    import importlib, os, signal, sys
    import numpy as np
    from scipy import sparse
    from skl1 import ProximalLasso

    def load():
        importlib.import_module("skl1.compiled.loading").machine_code()

    def stop(_, frame):  # only what comes while numba is imported; the script itself goes on
        while frame is not None:
            if frame.f_code is load.__code__:
                raise KeyboardInterrupt
            frame = frame.f_back

    X = sparse.random(200, 50, 0.2, random_state=0, format="csc")
    y = X @ np.arange(50.0)
    model = ProximalLasso(alpha=0.01)

    def interrupted(kind, delay):
        interrupts = 0
        signal.signal(getattr(signal, kind), stop)
        signal.setitimer(signal.ITIMER_REAL, delay, 0.0 if kind == "SIGINT" else delay)
        if kind == "SIGINT":
            signal.signal(signal.SIGALRM, lambda *_: signal.raise_signal(signal.SIGINT))
        try:
            load()
        except KeyboardInterrupt:
            interrupts += 1
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        model.fit(X, y)
        print(interrupts, model.converged_, np.count_nonzero(model.coef_), flush=True)

    for delay in map(float, sys.argv[2:]):
        assert "numba" not in sys.modules
        if not (pid := os.fork()):
            interrupted(sys.argv[1], delay)
            os._exit(0)
        assert os.waitpid(pid, 0)[1] == 0, delay
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
@pytest.mark.parametrize("kind", ["SIGINT", "SIGALRM"])
def test_an_interrupt_while_numba_is_imported(kind):
    """Once or again and again, by Ctrl-C or a timer: the next fit finds numba whole.

    A process for each delay, forked from one that has imported all but numba.
    """
    delays = [0.01, 0.1, 0.3, 0.6]
    result = subprocess.run(
        [sys.executable, "-c", dedent(INTERRUPTED), kind, *map(str, delays)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    lines = [line.split() for line in result.stdout.splitlines()]
    assert len(lines) == len(delays)
    for interrupts, converged, count in lines:
        assert converged == "True"
        assert int(count) > 40
        assert int(interrupts) <= 1


FORKS = """
    import mmap, os, signal, sys, threading, time, warnings
    import numpy as np
    from scipy import sparse
    from scipy.linalg.blas import dgemm
    from skl1 import MCPRegressor, ProximalLasso, RidgeGD

    warnings.simplefilter("ignore")  # Python's own stream of errors has a lock, too
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 40))
    y = X[:, :3].sum(axis=1) + rng.normal(size=200)
    thin = sparse.random(200, 40, 0.2, random_state=0, format="csc")
    models = [ProximalLasso(0.01), RidgeGD(0.1), MCPRegressor(0.1)]
    models.append(ProximalLasso(0.1, solver="fista"))
    models = models if sys.argv[1] == "warm" else models[:2]

    def fit(number):
        model = models[number % len(models)]
        model = type(model)(**model.get_params())
        return model.fit(thin if number % 3 == 0 else X, y).coef_

    expected = [fit(number) for number in range(12)] if sys.argv[1] == "warm" else None
    running = True

    def work(number):
        while running:
            fit(number)
            number += 1

    threads = [threading.Thread(target=work, args=(k,), daemon=True) for k in range(4)]
    for thread in threads:
        thread.start()
    outcomes, without = [], 0
    shared = mmap.mmap(-1, 1)
    while len(outcomes) < int(sys.argv[2]) and without < 4:
        child = len(outcomes)
        shared[0] = 0
        time.sleep(rng.uniform(0.0, float(sys.argv[3])))
        pid = os.fork()
        if not pid:
            signal.alarm(30)  # ends a child that hangs
            X.T @ X, dgemm(1.0, X, X, trans_a=True)
            shared[0] = 1
            signal.alarm(200)
            coef = fit(child % 12)
            same = expected is None or np.allclose(coef, expected[child % 12], atol=1e-6)
            os._exit(0 if same else 3)
        status = os.waitpid(pid, 0)[1]
        if shared[0]:
            outcomes.append(status)
        else:
            without += 1
    running = False
    for thread in threads:
        thread.join()
    print(len(outcomes), sorted(set(outcomes)))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
@pytest.mark.parametrize(
    ("state", "children", "pause"),
    [("warm", 30, 0.02), ("cold", 4, 0.4), ("cold without a cache", 3, 1.0)],
)
def test_children_forked_while_threads_fit(state, children, pause, tmp_path):
    """No child hangs: while kernels run, while numba is imported, and while it compiles.

    A few of 10,000 children of a process whose threads multiply matrices have no BLAS, with NumPy
    alone: OpenBLAS does not free the lock of its buffers. These are forked anew.
    """
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    if state == "cold without a cache":
        environment["NUMBA_CACHE_DIR"] = str(tmp_path)
    result = subprocess.run(
        [sys.executable, "-c", dedent(FORKS), state, str(children), str(pause)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=1200,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.split() == [str(children), "[0]"], "14: ended by an alarm"


def test_no_lock_of_a_class():
    """``functools.cached_property`` has one, which outlives forks; ``lazy`` has none."""
    texts = {path: path.read_text() for path in PACKAGE.rglob("*.py")}
    told = "``functools.cached_property``"
    assert texts
    assert [p for p, text in texts.items() if "cached_property" in text.replace(told, "")] == []
