"""Signatures are annotated, and a type checker understands a user's script."""

import importlib.util
import inspect
import os
import subprocess
import sys
from pathlib import Path

import pytest

import skl1
from common import label

ROOT = Path(__file__).resolve().parents[1]

PUBLIC = [getattr(skl1, name) for name in skl1.__all__]
CLASSES = [each for each in PUBLIC if inspect.isclass(each) and hasattr(each, "fit")]
FUNCTIONS = [each for each in PUBLIC if inspect.isfunction(each)]
METHODS = ("fit", "fit_moments", "fit_blocks", "partial_fit", "predict", "score", "transform")

SCRIPT = """
from typing import assert_type

import numpy as np

from skl1 import (
    AdaptiveLasso,
    AdaptiveLassoCV,
    LassoPath,
    LpPath,
    MCPRegressorCV,
    Moments,
    ProximalLasso,
    ProximalLassoCV,
    ProximalLogisticRegression,
    RelaxedLassoCV,
    StabilitySelection,
    adaptive_weights,
    debiased_lasso,
    lasso_path,
    mcp_path,
)

rng = np.random.default_rng(0)
X = rng.normal(size=(40, 5))
y = X[:, 0] + rng.normal(size=40)

model = ProximalLasso(alpha=0.1, penalty_weights={"x0": 0.0}, warm_start=True)
assert_type(model.fit(X, y, sample_weight=np.ones(40)), ProximalLasso)
assert_type(model.predict(X), np.ndarray)
assert_type(model.score(X, y), float)
assert_type(model.coef_, np.ndarray)
assert_type(model.dual_gap_, float)
assert_type(model.converged_, bool)
assert_type(model.fit_moments(Moments.of(X, y)), ProximalLasso)

search = ProximalLassoCV(alphas=[0.1, 0.2], l1_ratio=[0.5, 1.0], selection="1se", n_jobs=2)
assert_type(search.fit(X, y), ProximalLassoCV)
assert_type(search.alpha_, float)
assert_type(search.l1_ratio_, float)
assert_type(search.mse_path_, np.ndarray)
assert_type(search.cv_results_, dict[str, np.ndarray])
assert_type(search.best_index_, int)


def smallest(table: dict[str, np.ndarray]) -> int:
    return int(np.argmin(table["n_nonzero"]))


ProximalLassoCV(selection=smallest, scoring="r2").fit(X, y)
assert_type(RelaxedLassoCV(gamma=0.5).fit(X, y).gamma_, float)
assert_type(AdaptiveLasso(0.1, first_stage=model).fit(X, y), AdaptiveLasso)
assert_type(AdaptiveLassoCV().fit(X, y).predict(X), np.ndarray)
assert_type(MCPRegressorCV(gamma=[2.0, 3.0]).fit(X, y).coef_, np.ndarray)

labels = ProximalLogisticRegression(class_weight="balanced").fit(X, y > 0)
assert_type(labels, ProximalLogisticRegression)
assert_type(labels.predict_proba(X), np.ndarray)
assert_type(labels.decision_function(X), np.ndarray)

path: LassoPath = lasso_path(X, y, n_alphas=5, return_path=True)
assert_type(path.alphas, np.ndarray)
assert_type(path.dual_gaps, np.ndarray)
assert_type(path.stop_reasons, list[str])
assert_type(path.predict(X), np.ndarray)
alphas, coefs, gaps = lasso_path(X, y, alphas=3)
concave: LpPath = mcp_path(X, y, gamma=2.0, max_nonzeros=3, return_path=True)
assert_type(concave.stationarities, np.ndarray)

weights = adaptive_weights(X, y, initial="ridge")
assert_type(weights, np.ndarray)
intervals = debiased_lasso(X, y, level=0.9)
assert_type(intervals.lower, np.ndarray)
assert_type(intervals.sigma, float)
assert_type(StabilitySelection(n_selected=2).fit(X, y), StabilitySelection)
"""

#: Mistakes, each in a line of its own, that a type checker is to find.
WRONG = """
import numpy as np

from skl1 import ProximalLasso, ProximalLassoCV, lasso_path

X, y = np.zeros((4, 2)), np.zeros(4)
ProximalLasso(alpha="0.1")
ProximalLasso(0.1, 0.5)
ProximalLasso(lam=0.1)
ProximalLassoCV(n_alphas="many")
ProximalLasso().fit(X)
lasso_path(X, y, l1_ratio="half")
ProximalLasso().fit(X, y).predict(X).no_such_thing()
"""


def checked(script, folder):
    """mypy's lines about a script, in the strictest form that it has."""
    file = folder / "script.py"
    file.write_text(script)
    run = subprocess.run(
        [
            *(sys.executable, "-m", "mypy", "--strict", "--no-error-summary"),
            # Of skl1 the signatures count, and packages without types are no matter here.
            *("--follow-imports=silent", "--ignore-missing-imports"),
            *("--config-file", "", "--cache-dir", str(folder / "cache"), str(file)),
        ],
        env=os.environ | {"MYPYPATH": str(ROOT)},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert not run.stderr
    return run.stdout.splitlines()


def needs_mypy():
    if not importlib.util.find_spec("mypy"):
        pytest.skip("mypy is a tool of the linters")


def test_a_script_passes_and_mistakes_are_found(tmp_path):
    needs_mypy()
    assert checked(SCRIPT, tmp_path) == []
    told = {int(line.split(":")[1]) for line in checked(WRONG, tmp_path) if ": error:" in line}
    wrong = WRONG.splitlines()
    first = wrong.index('ProximalLasso(alpha="0.1")')
    assert told == set(range(first + 1, len(wrong) + 1))


def test_types_are_promised():
    assert (ROOT / "skl1" / "py.typed").exists()


def unannotated(function):
    """What of a signature has no annotation."""
    signature = inspect.signature(function)
    missing = [
        name
        for name, each in signature.parameters.items()
        if name != "self" and each.annotation is inspect.Parameter.empty
    ]
    return missing + ["return"] * (signature.return_annotation is inspect.Signature.empty)


@pytest.mark.parametrize("function", FUNCTIONS, ids=label)
def test_functions_are_annotated(function):
    assert unannotated(function) == []


@pytest.mark.parametrize("cls", CLASSES, ids=label)
def test_methods_are_annotated(cls):
    """Those that all users call, by whatever class they are inherited."""
    for name in ("__init__", *METHODS):
        method = getattr(cls, name, None)
        if method is not None and method.__module__.startswith("skl1"):
            assert (name, unannotated(method)) == (name, [])
