"""The threads that BLAS may use during a fit."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
import pytest

from skl1 import ProximalLasso
from skl1.compiled import threads
from skl1.compiled.threads import LARGE, SMALL, single_threaded, spread


class Library:
    """Stands in for a BLAS."""

    def __init__(self, num_threads):
        self.num_threads = num_threads

    def set_num_threads(self, count):
        self.num_threads = count


@pytest.fixture
def pools(monkeypatch):
    """Two libraries of 4 and 3 threads; how many each uses now."""
    libraries = [Library(4), Library(3)]
    monkeypatch.setattr(threads, "_libraries", lambda: libraries)
    return lambda: [library.num_threads for library in libraries]


def test_one_thread_during_a_fit(pools):
    """Whatever happens inside, the usual numbers come back."""
    with single_threaded(SMALL):
        assert pools() == [1, 1]
    assert pools() == [4, 3]
    with pytest.raises(KeyError), single_threaded(SMALL):
        raise KeyError
    assert pools() == [4, 3]


def test_the_smallest_fits_leave_threads_alone(pools):
    """Setting them costs more than such a fit has to lose."""
    with single_threaded(SMALL - 1):
        assert pools() == [4, 3]


def test_a_large_product_is_spread(pools):
    """It gets the usual threads back, for its own time."""
    with single_threaded(SMALL):
        with spread(2.0 * LARGE):
            assert pools() == [4, 3]
        assert pools() == [1, 1]
        with spread(LARGE):
            assert pools() == [1, 1]
    with spread(2.0 * LARGE):
        assert pools() == [4, 3]
    assert pools() == [4, 3]


def test_fits_in_several_threads_share_the_limit(pools):
    """The first sets it, the last takes it back, and none spreads its products."""
    both = Barrier(2)

    def fit(number):
        with single_threaded(SMALL):
            both.wait(10)
            with spread(2.0 * LARGE):
                seen = pools()
            both.wait(10)
        return seen

    with ThreadPoolExecutor(2) as executor:
        assert list(executor.map(fit, range(2))) == [[1, 1], [1, 1]]
    assert pools() == [4, 3]


def test_a_fit_sets_the_limit(pools, monkeypatch):
    """The estimators run under it; a real library can be asked, too."""
    seen = []
    solve = ProximalLasso._solve
    monkeypatch.setattr(
        ProximalLasso, "_solve", lambda *args: (seen.append(pools()), solve(*args))[1]
    )
    X = np.random.default_rng(0).normal(size=(60, 80))
    ProximalLasso(0.1).fit(X, X[:, 0])
    assert seen == [[1, 1]]
    assert pools() == [4, 3]


def test_the_libraries_of_this_process():
    """They are found, and can be set."""
    found = threads._libraries()
    assert found
    before = [library.num_threads for library in found]
    with single_threaded(SMALL):
        assert [library.num_threads for library in found] == [1] * len(found)
    assert [library.num_threads for library in found] == before
