"""The page "Add a penalty" as a script of its own, with the cache of machine code."""

import os
import subprocess
import sys
from pathlib import Path

from test_docs import ROOT, code_blocks

#: Small amounts of work would do without the compiler.
EVERYTHING_COMPILED = """
from skl1.compiled import kernels

kernels.PATIENCE = kernels.BRIEF = kernels.Kernel.price = -1
"""


def test_a_penalty_of_ones_own_works_in_a_script(tmp_path):
    """In an estimator, a search, a path and a solver; the second run loads what the first made."""
    page = ROOT / "docs" / "add_a_penalty.md"
    script = tmp_path / "capped.py"
    sources = [EVERYTHING_COMPILED, *(source for _, source in code_blocks(page))]
    script.write_text("\n".join(sources), encoding="utf-8")
    environment = os.environ | {
        "NUMBA_CACHE_DIR": str(tmp_path / "cache"),
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
        "PYTHONWARNINGS": "error",
    }
    kept = []
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, script], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        kept.append(sorted(path.name for path in Path(tmp_path / "cache").rglob("*.nb?")))
    if not os.environ.get("NUMBA_DISABLE_JIT"):
        assert kept[0] == kept[1] != []
