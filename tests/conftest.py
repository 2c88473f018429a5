"""What every test shares; SCIPY_ARRAY_API has to be set before scipy is first imported."""

import os

os.environ["SCIPY_ARRAY_API"] = "1"

import importlib.util
from pathlib import Path
from types import SimpleNamespace

import pytest

#: What shows in a minute whether skl1 works with this Python and these dependencies: compiled code
#: and its cache, scikit-learn's contract, and one file for each kind of fit.
QUICK = {
    "test_certificates",
    "test_kernels",
    "test_moments",
    "test_paths",
    "test_penalties",
    "test_records",
    "test_services",
    "test_structure",
    "test_threads",
}


def pytest_collection_modifyitems(items):
    """Mark the tests of these files as quick."""
    for item in items:
        if item.path.stem in QUICK:
            item.add_marker("quick")


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
