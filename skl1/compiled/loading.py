"""The compiler: ``machine_code.py``, and with it numba, imported when it is first called for.

Records and kernels ask for it here, and it asks nothing of them.
"""

from __future__ import annotations

from _thread import start_new_thread
from importlib import import_module
from threading import Lock
from typing import Any

from skl1.compiled.forks import fork_safe_lock
from skl1.compiled.garbage import uncollected


class Compiler:
    """``skl1.compiled.machine_code``, and with it numba, imported when first called for."""

    def __init__(self) -> None:
        self.module: Any = None
        self.importing = fork_safe_lock()

    def __call__(self) -> Any:
        if self.module is None:
            self.load()
        return self.module

    def load(self) -> None:
        """Import in a thread of its own, where no interrupt can cut the import short.

        Python runs signal handlers, and so raises KeyboardInterrupt, in the main thread only. An
        import of numba that ends half way leaves parts behind that no second import mends. An
        interrupt that comes meanwhile is raised when the import is done.
        """
        done, failure = Lock(), []
        done.acquire()

        def work() -> None:
            try:
                with self.importing, uncollected():
                    self.module = import_module("skl1.compiled.machine_code")
            except BaseException as error:
                failure.append(error)
            finally:
                done.release()

        try:
            start_new_thread(work, ())
        except RuntimeError:  # no threads any more: Python is shutting down
            work()
        interrupt = None
        while self.module is None and not failure:
            try:
                done.acquire()
            except BaseException as error:
                interrupt = error
        if interrupt is not None:
            raise interrupt
        if failure:
            raise failure[0]


machine_code = Compiler()


def loaded() -> bool:
    """Whether a kernel has been compiled in this process, or its code been loaded."""
    return machine_code.module is not None
