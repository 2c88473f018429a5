"""The cache of compiled code: whatever becomes of it, kernels give the right numbers."""

import builtins
import errno
import io
import os
import random
import shutil
from pathlib import Path

import numba
import pytest
from numba.core import caching

from skl1.compiled.machine_code import compile_kernel
from workspace import KERNELS, Workspace

pytestmark = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="nothing is compiled")


def shifted(z):
    return z + 1.0


def called():
    """What a kernel gives when it is first called, and whether its code was in the cache."""
    compiled = compile_kernel(shifted, frozenset(), 0.0)
    return compiled(2.0), sum(compiled.stats.cache_hits.values())


HIT, MISS = (3.0, 1), (3.0, 0)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """The folder of a cache with one entry."""
    folder = tmp_path / "cache"
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(folder))
    assert called() == MISS
    assert called() == HIT
    return folder


def file_of(cache, kind):
    (path,) = cache.rglob(f"*.{kind}")
    return path


@pytest.mark.parametrize("kind", ["nbi", "nbc"])
def test_flipped_bytes(cache, kind):
    """One changed byte anywhere in an index or a file of machine code: compiled anew, and kept."""
    path, draw = file_of(cache, kind), random.Random(0)
    sound = path.read_bytes()
    places = [0, 1, 31, 32, 33, 40, len(sound) - 1]
    places += [draw.randrange(len(sound)) for _ in range(60)]
    for place in places:
        damaged = bytearray(sound)
        damaged[place] ^= 1 << draw.randrange(8)
        path.write_bytes(damaged)
        assert called() == MISS, place
        assert called() == HIT, place
        path.write_bytes(sound)


DAMAGE = {
    "empty": lambda path: path.write_bytes(b""),
    "half": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "digest only": lambda path: path.write_bytes(path.read_bytes()[:32]),
    "short": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "longer": lambda path: path.write_bytes(path.read_bytes() + b"\0"),
    "text": lambda path: path.write_text("nothing of the kind\n" * 9),
    "gone": lambda path: path.unlink(),
}


@pytest.mark.parametrize("kind", ["nbi", "nbc"])
@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_damaged_files(cache, damage, kind):
    """A file cut short, emptied, overwritten or removed is as good as none, and is replaced."""
    damage(file_of(cache, kind))
    assert called() == MISS
    assert called() == HIT


@pytest.mark.parametrize("kind", ["nbi", "nbc"])
def test_a_folder_in_place_of_a_file(cache, kind):
    """Nothing can be saved then; once it is gone, everything is as before."""
    path = file_of(cache, kind)
    path.unlink()
    path.mkdir()
    assert called() == called() == MISS
    path.rmdir()
    assert called() == MISS
    assert called() == HIT


def fails(number, usual=None, when=lambda *_: True):
    """A function that fails like the operating system, on the files of the cache."""

    def call(*args, **kwargs):
        if usual is None or (numba.config.CACHE_DIR in str(args[0]) and when(*args, **kwargs)):
            raise OSError(number, os.strerror(number))
        return usual(*args, **kwargs)

    return call


def opening(number, mode):
    """Opening a file in such a mode fails."""

    def patch(monkeypatch):
        failing = fails(number, open, lambda _, kind="r", *__, **___: mode in kind)
        monkeypatch.setattr(builtins, "open", failing)
        monkeypatch.setattr(io, "open", failing)

    return patch


class FullFile(io.BytesIO):
    """A file on a disk that is full."""

    def write(self, data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def full_on_write(monkeypatch):
    usual = open

    def call(path, mode="r", *args, **kwargs):
        if numba.config.CACHE_DIR in str(path) and "w" in mode:
            Path(path).touch()
            return FullFile()
        return usual(path, mode, *args, **kwargs)

    monkeypatch.setattr(builtins, "open", call)


TROUBLE = {
    "full disk in write": full_on_write,
    "full disk on open": opening(errno.ENOSPC, "w"),
    "full disk on replace": lambda patch: patch.setattr(
        os, "replace", fails(errno.ENOSPC, os.replace)
    ),
    "unreadable": opening(errno.EACCES, "r"),
    "unwritable": opening(errno.EACCES, "w"),
    "input error": opening(errno.EIO, "rb"),
    "no folder at all": lambda patch: patch.setattr(
        caching._CacheLocator, "ensure_cache_path", fails(errno.EACCES)
    ),
    "no source": lambda patch: patch.setattr(
        caching._SourceFileBackedLocatorMixin, "get_source_stamp", fails(errno.ENOENT)
    ),
}


@pytest.mark.parametrize("filled", [True, False], ids=["full cache", "empty cache"])
@pytest.mark.parametrize("trouble", TROUBLE.values(), ids=TROUBLE)
def test_a_cache_that_cannot_be_used(cache, trouble, filled):
    """Full disks, folders without permission, and such: a right number, and later a sound cache."""
    if not filled:
        for path in cache.rglob("*.nb?"):
            path.unlink()
    with pytest.MonkeyPatch.context() as patch:
        trouble(patch)
        assert called()[0] == 3.0
    assert not list(cache.rglob("*.tmp.*"))
    called()
    assert called() == HIT


def test_a_cache_removed_while_running(cache):
    """Between the moment when a kernel finds its cache and the moment when it saves."""
    for replacement in (None, b"a file"):
        compiled = compile_kernel(shifted, frozenset(), 0.0)
        shutil.rmtree(cache)
        if replacement is not None:
            cache.write_bytes(replacement)
        assert compiled(2.0) == 3.0
        if replacement is not None:
            assert called()[0] == 3.0  # another folder, or none, is used meanwhile
            cache.unlink()
        called()
        assert called() == HIT


def test_other_versions_of_numba_are_told_apart(cache, monkeypatch):
    """Neither reads what the other has written."""
    monkeypatch.setattr(numba, "__version__", "0.0.0")
    assert called() == MISS
    assert called() == HIT
    monkeypatch.undo()
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(cache))
    assert called() == MISS
    assert called() == HIT


def test_machine_code_of_an_older_source_under_a_new_key(tmp_path):
    """The index was written and then the disk was full: the file it names holds the old code."""
    workspace = Workspace(tmp_path)
    formula = """
        from skl1.compiled import Record

        class Twice(Record):
            def prox(self, z):
                return 2.0 * z
    """
    run = """
        from formula import Twice
        from kernels import report, shrink

        report(value=shrink(Twice(), 1.0))
    """
    full = """
        import errno, os

        usual = os.replace
        def replace(source, target):
            if str(target).endswith(".nbc"):
                raise OSError(errno.ENOSPC, "No space left on device")
            usual(source, target)

        os.replace = replace
        import run
    """
    workspace.write(kernels=KERNELS, formula=formula, run=run, full=full)
    assert workspace.run("run") == {"values": {"value": 2.0}, "hits": 0, "misses": 1}
    workspace.write(kernels=KERNELS.replace("scale * penalty", "5.0 * scale * penalty"))
    new = {"value": 10.0}
    assert workspace.run("full") == {"values": new, "hits": 0, "misses": 1}
    assert workspace.run("run") == {"values": new, "hits": 0, "misses": 1}
    assert workspace.run("run") == {"values": new, "hits": 1, "misses": 0}
