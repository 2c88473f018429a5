"""A real cluster of processes: what is left behind, and what happens when parts of it die."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

import skl1
from common import quiet

dask = pytest.importorskip("dask")
da = pytest.importorskip("dask.array")
distributed = pytest.importorskip("distributed")

from skl1 import dask as remote  # noqa: E402
from skl1.dask import cluster as clusters  # noqa: E402

pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore:.*:pytest.PytestUnraisableExceptionWarning"),
]
CHUNKS, HEIGHT, WIDTH = 6, 100, 5


def block(number, deadly, flag, seconds):
    """Rows of normal numbers; the process that makes those of chunk 3 is killed, once or always."""
    if number == 3 and (deadly == "always" or (deadly == "once" and not flag.exists())):
        flag.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(seconds)
    return np.random.default_rng(number).standard_normal((HEIGHT, WIDTH))


def array(flag, deadly="never", seconds=0.0):
    make = dask.delayed(block)
    parts = [
        da.from_delayed(make(k, deadly, flag, seconds), (HEIGHT, WIDTH), np.float64)
        for k in range(CHUNKS)
    ]
    return da.concatenate(parts)


Y = np.random.default_rng(99).standard_normal(CHUNKS * HEIGHT)


@pytest.fixture(scope="module", autouse=True)
def _settings():
    """Processes are forked from one that has imported what they need, and die fewer deaths."""
    method, deaths = "worker.multiprocessing-method", "scheduler.allowed-failures"
    with dask.config.set({f"distributed.{method}": "forkserver", f"distributed.{deaths}": 1}):
        distributed.utils.get_mp_context().set_forkserver_preload(["distributed", "skl1.dask"])
        yield


def started():
    """A cluster of two processes."""
    return distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=":0", silence_logs=50
    )


@pytest.fixture
def cluster():
    with started() as made:
        yield made


@pytest.fixture
def client(cluster):
    with distributed.Client(cluster) as made:
        yield made


@pytest.fixture(name="lasting", scope="module")
def lasting_fixture():
    """A cluster for tests that leave it as it was."""
    with started() as made:
        yield made


@pytest.fixture
def guest(lasting):
    """A client of the cluster that stays."""
    with distributed.Client(lasting) as made:
        yield made


def expected(flag):
    with dask.config.set(scheduler="synchronous"):
        X = array(flag).compute()
    return skl1.ProximalLasso(1e-3, tol=1e-12).fit(X, Y)


def assert_nothing_is_left(client):
    deadline = time.monotonic() + 10.0
    while client.who_has() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not client.who_has()


def test_fits_leave_nothing_behind(guest, tmp_path, monkeypatch):
    """By each of the routes; nothing is persisted on the workers, and the client is found."""
    model, right = remote.ProximalLasso(1e-3, tol=1e-12), expected(tmp_path / "flag")
    X = array(tmp_path / "flag")
    for formed, most in ((1000, -1.0), (1, -1.0), (1, np.inf)):
        monkeypatch.setattr(remote.ProximalLasso, "_formed", formed)
        monkeypatch.setattr(remote.ProximalLasso, "_rows_at_most", lambda *_, most=most: most)
        model.fit(X, Y)
        np.testing.assert_allclose(model.coef_, right.coef_, atol=1e-9)
        assert model.objective_ == pytest.approx(right.objective_, rel=1e-10)
        assert_nothing_is_left(guest)
    with quiet():  # what is chosen does not matter
        given = remote.ProximalLassoCV(client=guest, n_alphas=5, eps=0.1).fit(X, Y)
        local = skl1.ProximalLassoCV(n_alphas=5, eps=0.1).fit(X.compute(), Y)
    assert given.n_passes_ == 1
    np.testing.assert_allclose(given.mse_path_, local.mse_path_, rtol=1e-9)
    kept = guest.persist(X)
    distributed.wait(kept)
    count = len(guest.who_has())
    model.fit(kept, Y)
    assert len(guest.who_has()) >= count  # what the user has persisted stays


@pytest.mark.parametrize("restarts", [True, False])
def test_a_worker_that_is_killed(cluster, client, tmp_path, restarts):
    """Its chunks are made again: by another worker, or by the one that takes its place."""
    for nanny in cluster.workers.values():
        nanny.auto_restart = restarts
    flag = tmp_path / "flag"
    model = remote.ProximalLasso(1e-3, tol=1e-12, client=client)
    model.fit(array(flag, "once"), Y)
    assert flag.exists()
    np.testing.assert_allclose(model.coef_, expected(flag).coef_, atol=1e-9)


@pytest.mark.parametrize("restarts", [True, False])
def test_a_chunk_that_kills_its_workers(cluster, client, tmp_path, restarts, monkeypatch):
    monkeypatch.setattr(clusters, "PATIENCE", 3.0)
    for nanny in cluster.workers.values():
        nanny.auto_restart = restarts
    model = remote.ProximalLasso(1e-3, client=client)
    with pytest.raises(RuntimeError, match="Workers died again and again|has had no worker"):
        model.fit(array(tmp_path / "flag", "always"), Y)
    assert not hasattr(model, "coef_")


def test_a_client_that_goes_away(lasting, tmp_path):
    client = distributed.Client(lasting)
    model = remote.ProximalLasso(1e-3, client=client)
    timer = threading.Timer(1.0, client.close)
    timer.start()
    with pytest.raises(RuntimeError, match="The dask client is closed|client is closing"):
        model.fit(array(tmp_path / "flag", seconds=2.0), Y)
    timer.join()
    with pytest.raises(RuntimeError, match="The dask client is closed|client is closing"):
        model.fit(array(tmp_path / "flag"), Y)


def test_a_cluster_without_workers(cluster, client, tmp_path, monkeypatch):
    monkeypatch.setattr(clusters, "PATIENCE", 2.0)
    cluster.scale(0)
    deadline = time.monotonic() + 20.0
    while client.scheduler_info(n_workers=-1)["workers"] and time.monotonic() < deadline:
        time.sleep(0.1)
    with pytest.raises(RuntimeError, match="no worker for 2 seconds"):
        remote.ProximalLasso(1e-3, client=client).fit(array(tmp_path / "flag"), Y)


def test_errors_of_workers_arrive(guest, tmp_path):
    X = array(tmp_path / "flag")
    X = X.map_blocks(lambda part: np.where(part > 3.0, np.nan, part), dtype=float)
    with pytest.raises(ValueError, match=r"Chunk \d of X contains NaN"):
        remote.ProximalLasso(1e-3, client=guest).fit(X, Y)
    assert_nothing_is_left(guest)


def test_data_put_on_the_cluster_by_hand(client, tmp_path):
    """Futures that a dead worker takes along cannot be made again."""
    parts = client.scatter([np.random.default_rng(k).standard_normal((50, 3)) for k in range(4)])
    X = da.concatenate([da.from_delayed(part, (50, 3), np.float64) for part in parts])
    y = np.arange(200.0)
    model = remote.ProximalLasso(1e-3, client=client).fit(X, y)
    assert model.converged_
    worker = next(iter(client.who_has().values()))[0]
    client.run(lambda: os.kill(os.getpid(), signal.SIGKILL), workers=[worker], on_error="ignore")
    with pytest.raises(RuntimeError, match="lost with a worker"):
        model.fit(X, y)


def test_a_scheduler_that_dies(tmp_path):
    """A cluster of command lines, whose scheduler is killed in the middle of a pass."""
    address = tmp_path / "scheduler.json"
    options = ["--scheduler-file", str(address), "--no-dashboard"]
    # Both processes have to import this file, as the chunks are made by a function of it.
    here, more = str(Path(__file__).parent), os.environ.get("PYTHONPATH")
    quietly = {
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.DEVNULL,
        "env": os.environ | {"PYTHONPATH": os.pathsep.join([here, more] if more else [here])},
    }
    parts = [["scheduler", "--port", "0"], ["worker", "--nthreads", "1"]]
    commands = [
        [sys.executable, "-m", f"distributed.cli.dask_{name}", *options, *own]
        for name, *own in parts
    ]
    with (
        subprocess.Popen(commands[0], **quietly) as scheduler,
        subprocess.Popen(commands[1], **quietly) as worker,
    ):
        client = distributed.Client(scheduler_file=str(address), timeout=30)
        timer = threading.Timer(1.0, scheduler.kill)
        model = remote.ProximalLasso(1e-3, client=client)
        try:
            client.wait_for_workers(1, timeout=30)
            model.fit(array(tmp_path / "flag"), Y)
            timer.start()
            with pytest.raises(RuntimeError, match="lost its scheduler|client is closed"):
                model.fit(array(tmp_path / "flag", seconds=1.0), Y)
        finally:  # or later tests would be sent to a cluster that is gone
            timer.cancel()
            scheduler.kill()
            worker.kill()
            client.close(timeout=1)


def test_an_asynchronous_client_is_refused(tmp_path):
    class Asynchronous:
        asynchronous = True
        status = "running"

    with pytest.raises(RuntimeError, match="asynchronous"):
        remote.ProximalLasso(1e-3, client=Asynchronous()).fit(array(tmp_path / "flag"), Y)
