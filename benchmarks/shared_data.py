"""Real data sets, from a folder that the environment names.

``SKL1_DATA`` names a folder with a module ``datasets.py``, whose ``load(name, tfidf=...)`` returns
X, y and the names of the features. The folder is not part of the package.
"""

from __future__ import annotations

import importlib.util
import os
import warnings
from functools import cache
from pathlib import Path
from types import ModuleType

import numpy as np

VARIABLE = "SKL1_DATA"


def folder() -> Path | None:
    """The folder, if the variable names one that holds the loader."""
    name = os.environ.get(VARIABLE, "")
    return Path(name) if name and (Path(name) / "datasets.py").is_file() else None


def missing() -> str:
    """Why there are no real data sets; empty if there are."""
    return "" if folder() else f"{VARIABLE} does not name the folder of the data sets"


@cache
def _loader() -> ModuleType:
    home = folder()
    if home is None:
        raise FileNotFoundError(missing())
    spec = importlib.util.spec_from_file_location(
        "benchmarks_shared_datasets", home / "datasets.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def load(name: str, *, tfidf: bool = False) -> tuple:
    """X and y of a data set, X in C order or in CSC form."""
    X, y, _ = _loader().load(name, tfidf=tfidf)
    return X, y


@cache
def openml(name: str) -> tuple[np.ndarray, np.ndarray]:
    """X and y of a data set of two classes on openml.org, the classes as 0 and 1.

    scikit-learn keeps a copy, so that later calls and other processes read the disk.
    """
    from sklearn.datasets import fetch_openml  # noqa: PLC0415

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it tries again
        X, y = fetch_openml(
            name, version=1, return_X_y=True, as_frame=False, parser="liac-arff", n_retries=1
        )
    return np.ascontiguousarray(X, dtype=np.float64), (y == np.unique(y)[0]).astype(np.float64)
