"""The pages "Add a penalty" and "Add a loss" as scripts, with the cache of machine code."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from test_docs import ROOT, shown
from workspace import Workspace

#: Small amounts of work would do without the compiler.
EVERYTHING_COMPILED = """
from skl1.compiled import kernels

kernels.PATIENCE = kernels.BRIEF = kernels.Kernel.price = -1
"""

compiled = pytest.mark.skipif(
    bool(os.environ.get("NUMBA_DISABLE_JIT")), reason="nothing is compiled"
)


def kept_in(folder):
    """The files of a cache, and when each was written: what is compiled anew is written anew."""
    return sorted((path.name, path.stat().st_mtime_ns) for path in folder.rglob("*.nb?"))


@pytest.mark.parametrize("name", ["add_a_penalty", "add_a_loss"])
def test_a_part_of_ones_own_works_in_a_script(name, tmp_path):
    """In an estimator, a problem and a solver; the second run loads what the first made."""
    page = ROOT / "docs" / f"{name}.md"
    script = tmp_path / "own.py"
    blocks = shown.blocks(page.read_text("utf-8"))
    sources = [block.source for block in blocks if "Error: " not in (block.shown or "")]
    script.write_text("\n".join([EVERYTHING_COMPILED, *sources]), encoding="utf-8")
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
        kept.append(kept_in(Path(tmp_path / "cache")))
    if not os.environ.get("NUMBA_DISABLE_JIT"):
        assert kept[0] == kept[1] != []


LOSS = """
    from skl1.losses import Loss

    class Steep(Loss):
        factor: float

        @property
        def curvature_bound(self):
            return 2.0 * self.factor

        def value(self, y, t):
            return 2.0 * self.factor * (t - y) ** 2 / 2.0

        def slope(self, y, t):
            return 2.0 * self.factor * (t - y)

        def curvature(self, y, t):
            return 2.0 * self.factor

        def conjugate(self, y, v):
            return v * y + v * v / (4.0 * self.factor)
"""

FIT = """
    import json

    import numpy as np
    from loss import Steep
    from skl1.estimators.smooth import SmoothRegressor

    class Regressor(SmoothRegressor):
        l1_ratio, penalty_weights, positive, fit_intercept = 1.0, None, False, True
        tol, max_iter, warm_start, record_history = 1e-9, 1000, False, False

        def __init__(self, alpha=0.1, factor=1.0):
            self.alpha, self.factor = alpha, factor

        def _loss(self, design):
            return Steep(float(self.factor))

    rng = np.random.default_rng(0)
    X = rng.normal(size=(50, 6))
    y = X[:, 0] + 0.1 * rng.normal(size=50)
    fits = [Regressor(0.1, factor).fit(X, y) for factor in (1.0, 0.5)]
    print(json.dumps([round(fit.alpha_max_, 9) for fit in fits]))
"""


@pytest.mark.slow
@compiled
def test_an_edited_loss_is_compiled_anew(tmp_path):
    """Other numbers in its fields share machine code; another formula does not."""
    workspace = Workspace(tmp_path, whole=True)
    workspace.write(loss=LOSS, fit=EVERYTHING_COMPILED.replace("\n", "\n    ") + FIT)
    double, single = workspace.run("fit")
    assert double == pytest.approx(2.0 * single)
    kept = kept_in(workspace.cache)
    assert kept
    assert workspace.run("fit") == [double, single]
    assert kept_in(workspace.cache) == kept
    steeper = LOSS.replace("2.0 * self.factor", "3.0 * self.factor").replace("4.0", "6.0")
    workspace.write(loss=steeper)
    assert workspace.run("fit") == pytest.approx([1.5 * double, 1.5 * single])
    assert kept_in(workspace.cache) != kept
