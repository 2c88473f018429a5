"""Processes with modules and a compile cache of their own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import skl1

ROOT = Path(skl1.__path__[0]).parent

KERNELS = """
    import json
    from skl1.compiled import kernel

    @kernel
    def shrink(penalty, z, scale=1.0):
        return scale * penalty.prox(z)

    def report(**values):
        stats = shrink.compiled.stats
        hits, misses = sum(stats.cache_hits.values()), sum(stats.cache_misses.values())
        print(json.dumps({"values": values, "hits": hits, "misses": misses}))
"""


#: In the place of the package: its parts can be imported, without all that the whole one imports.
PARTS = f"""
    __path__ = [{str(ROOT / "skl1")!r}]
"""


class Workspace:
    """A folder with throwaway modules, a cache of its own and processes that use both.

    Unless ``whole`` these know the parts of skl1, as ``skl1.compiled``, and nothing in ``skl1``
    itself: scikit-learn takes seconds to import.
    """

    def __init__(self, folder, *, whole=False):
        self.modules = folder / "modules"
        self.elsewhere = folder / "elsewhere"
        self.cache = folder / "cache"
        for path in (self.modules, self.elsewhere, self.cache):
            path.mkdir()
        if not whole:
            self.write(skl1=PARTS)
        self.environment = {
            **{name: value for name, value in os.environ.items() if name[:6] != "NUMBA_"},
            "NUMBA_CACHE_DIR": str(self.cache),
            "PYTHONPATH": os.pathsep.join([str(self.modules), str(ROOT)]),
            # An edit within the same second must be seen by Python too.
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def write(self, **sources):
        for name, source in sources.items():
            (self.modules / f"{name}.py").write_text(dedent(source))

    def start(self, script, **environment):
        return subprocess.Popen(
            [sys.executable, "-W", "error", str(self.modules / f"{script}.py")],
            cwd=self.elsewhere,
            env=self.environment | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def finish(self, process):
        output, errors = process.communicate(timeout=300)
        assert process.returncode == 0, errors
        return json.loads(output)

    def run(self, script, **environment):
        """Run a script and return what it printed, decoded from JSON."""
        return self.finish(self.start(script, **environment))

    def files(self):
        return sorted(path.name for path in self.cache.rglob("*.nb?"))
