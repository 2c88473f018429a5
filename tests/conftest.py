"""What every test shares; SCIPY_ARRAY_API has to be set before scipy is first imported."""

import os

os.environ["SCIPY_ARRAY_API"] = "1"

import importlib.util
from pathlib import Path
from types import SimpleNamespace

import pytest


def _data_folder():
    folder = os.environ.get("SKL1_DATA", "")
    return Path(folder) if folder else None


@pytest.fixture(scope="session")
def shared_data():
    """The loader of the shared data sets, or a skip where SKL1_DATA does not name their folder.

    ``load(name, tfidf=False)``, ``load_extras(name)``, ``list_datasets()`` and the path
    ``reference`` of the stored solutions.
    """
    folder = _data_folder()
    if folder is None:
        pytest.skip("SKL1_DATA does not name the folder of the shared data sets")
    spec = importlib.util.spec_from_file_location("skl1_shared_datasets", folder / "datasets.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return SimpleNamespace(
        load=module.load,
        load_extras=module.load_extras,
        list_datasets=module.list_datasets,
        reference=folder / "reference",
    )
