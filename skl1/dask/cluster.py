"""Results of tasks, from whatever computes them: a cluster may be gone before it has answered."""

from __future__ import annotations

import time
from typing import Any

import dask

#: Seconds between two looks at a cluster, and how long one without workers is waited for.
POLL, PATIENCE = 1.0, 60.0


def client_of(client: Any) -> Any:
    """The client that computes, or None where dask is set to a local scheduler."""
    if client is not None:
        return client
    scheduler = dask.base.get_scheduler()
    owner = getattr(scheduler, "__self__", None)
    return owner if hasattr(owner, "scheduler_info") else None


def compute(wanted: list[Any], client: Any) -> list[Any]:
    """The results of some tasks, or an error; but no waiting for a cluster that is gone."""
    client = client_of(client)
    if client is None:
        return list(dask.compute(*wanted))
    from distributed import wait  # noqa: PLC0415 (dask.array alone does not need it)

    check_running(client)
    futures = client.compute(wanted)
    seen = time.monotonic()
    try:
        while True:
            try:
                wait(futures, timeout=POLL)
                return list(client.gather(futures))
            except TimeoutError:
                check_running(client)
                if any(future.status == "error" for future in futures):
                    return list(client.gather(futures))
                now = time.monotonic()
                # A client that is being closed meanwhile has no list of workers.
                seen = now if client.scheduler_info(n_workers=-1).get("workers") else seen
                if now - seen > PATIENCE:
                    raise RuntimeError(
                        f"The cluster has had no worker for {PATIENCE:g} seconds: the fit was "
                        "given up. Start workers, and fit again."
                    ) from None
    except Exception as error:
        translate(error, client)
        raise
    finally:
        if client.status == "running":
            client.cancel(futures)  # and forget the results: a traceback might hold the futures


def check_running(client: Any) -> None:
    """Raise an error if the client is not connected, or does not wait for results."""
    if client.asynchronous:
        raise RuntimeError(
            "The dask client is asynchronous, and a fit has to wait for what it computes: make a "
            "Client without asynchronous=True."
        )
    if client.status not in {"running", "connecting"}:
        raise RuntimeError(
            f"The dask client is {client.status}: the fit cannot go on. Make a client, "
            "and fit again."
        )


def translate(error: Exception, client: Any) -> None:
    """Raise a clear error in place of one of dask's own."""
    kind = type(error).__name__
    if kind == "KilledWorker":
        raise RuntimeError(
            "Workers died again and again while they worked on one chunk, as a rule for want of "
            "memory: cut X into smaller chunks, or give the workers more."
        ) from error
    if "Cancelled" in kind or "Lost" in kind:
        check_running(client)
        if client.status == "connecting":
            raise RuntimeError(
                "The dask client has lost its scheduler: the fit cannot go on. Start a cluster, "
                "and fit again."
            ) from error
        raise RuntimeError(
            "Data of the fit were lost with a worker, and cannot be computed again, as they were "
            "put on the cluster by hand: load them by dask, and fit again."
        ) from error
