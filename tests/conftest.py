"""What every test shares; SCIPY_ARRAY_API has to be set before scipy is first imported."""

import os

os.environ["SCIPY_ARRAY_API"] = "1"

import importlib.util
import inspect
import re
from contextlib import nullcontext
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest

from settled import all_compiled

#: Files whose tests, but for those marked as slow, show in a minute whether skl1 works with this
#: Python and these dependencies: compiled code and its cache, what scikit-learn asks, every part of
#: a fit, and each kind of estimator. They are chosen by their durations.
QUICK = {
    "test_block",
    "test_certificates",
    "test_conjugate_gradient",
    "test_driver",
    "test_first_order",
    "test_follow_path",
    "test_kernels",
    "test_losses",
    "test_machine_code",
    "test_moment_files",
    "test_moments",
    "test_newton",
    "test_paths",
    "test_penalties",
    "test_problem",
    "test_record_methods",
    "test_records",
    "test_scaled_lasso",
    "test_services",
    "test_steps",
    "test_structure",
    "test_subgradient",
    "test_subgradient_lasso",
    "test_threads",
    "test_versions",
}


def pytest_ignore_collect(collection_path, config):
    """With ``-m quick`` leave the other files unread: that would take longer than many tests."""
    is_test = collection_path.suffix == ".py" and collection_path.stem.startswith("test_")
    if config.option.markexpr == "quick" and is_test and collection_path.stem not in QUICK:
        return True
    return None  # as pytest decides


def pytest_collection_modifyitems(items):
    """Mark the tests of these files as quick."""
    for item in items:
        if item.path.stem in QUICK and not item.get_closest_marker("slow"):
            item.add_marker("quick")


TESTS = Path(__file__).parent
#: What in a test compares fits to the last bit, and what says that it is about interpreted code.
#: ``assert_equal`` is for copies of one fit, of which no digit depends on what is compiled.
BITS, INTERPRETED = re.compile(r"array_equal"), re.compile(r"interpreted|BRIEF|PATIENCE|bought")


@cache
def _compares_bits(function):
    """Whether a test compares fits to the last bit: itself, or a function of tests it calls."""
    inner = getattr(function, "hypothesis", None)
    called = [inner.inner_test if inner else inspect.unwrap(function)]
    for each in called:  # which grows
        names = (each.__globals__.get(name) for name in each.__code__.co_names)
        called += [
            other
            for other in names
            if inspect.isfunction(other)
            and Path(other.__code__.co_filename).parent == TESTS
            and other not in called
        ]
    return any(BITS.search(inspect.getsource(each)) for each in called)


@cache
def _is_about_interpreted_code(path):
    return bool(INTERPRETED.search(path.read_text()))


@pytest.fixture(autouse=True)
def _compiled_where_bits_count(request):
    """Whether a small fit runs interpreted depends on the tests before; its last digits do, too."""
    function = getattr(request, "function", None)
    bits = function and not _is_about_interpreted_code(request.path) and _compares_bits(function)
    with all_compiled() if bits else nullcontext():
        yield


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
