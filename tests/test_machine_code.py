"""Machine code: later processes find it again, and it is never older than its source."""

import os
import shutil
from textwrap import dedent

import pytest

from workspace import KERNELS, ROOT, Workspace


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path)


# One class per way in which a formula may depend on code: "2.0" is what an edit changes.
FORMULAS = """
    import numpy as np
    from skl1.compiled import Record
    import scalar
    from scalar import double

    FACTOR = 2.0
    FACTORS = (1.0, (2.0, 3.0))
    TABLE = np.array([1.0, 2.0])

    class InMethod(Record):
        def prox(self, z):
            return z * 2.0

    class Inherited(InMethod):
        unused: float = 0.0

    class Nested(Record):
        inner: Record = InMethod()
        def prox(self, z):
            return self.inner.prox(z)

    class Default(Record):
        def prox(self, z, factor=2.0):
            return z * factor

    class DefaultOfAnotherMethod(Record):
        def scaled(self, z, shift=0.0, factor=2.0):
            return z * factor + shift
        def prox(self, z):
            return self.scaled(shift=0.0, z=z)

    def make(factor):
        class Closure(Record):
            def prox(self, z):
                return z * factor
        return Closure

    Closure = make(2.0)

    class Function(Record):
        def prox(self, z):
            return double(z)

    class FunctionOfFunction(Record):
        def prox(self, z):
            return scalar.twice(z)

    class InComprehension(Record):
        def prox(self, z):
            return [double(v) for v in (z, z)][1]

    class InNestedFunction(Record):
        def prox(self, z):
            def inner(v):
                return double(v)
            return inner(z)

    class ModuleAttribute(Record):
        def prox(self, z):
            return scalar.double(z)

    class ModuleConstant(Record):
        def prox(self, z):
            return z * scalar.FACTOR

    class Scalar(Record):
        def prox(self, z):
            return z * FACTOR

    class Tuple(Record):
        def prox(self, z):
            return z * FACTORS[1][0]

    class Array(Record):
        def prox(self, z):
            return z * TABLE[1]

    class Vectorised(Record):
        def prox(self, z):
            return scalar.vector_double(z)
"""
SCALAR = """
    from numba import njit, vectorize

    FACTOR = 2.0

    @njit
    def double(z):
        return z * 2.0

    @njit
    def twice(z):
        return double(z)

    @vectorize
    def vector_double(z):
        return z * 2.0
"""
EVERY_FORMULA = """
    import formulas
    from kernels import report, shrink
    from skl1.compiled import Record

    classes = [c for c in vars(formulas).values() if isinstance(c, type) and c is not Record]
    report(**{cls.__name__: shrink(cls(), 1.0) for cls in classes})
"""


@pytest.mark.slow
def test_edits_of_any_reached_code_recompile_and_nothing_else_does(workspace):
    """Every formula is found by the next process, unless something it depends on was edited."""
    workspace.write(kernels=KERNELS, formulas=FORMULAS, scalar=SCALAR, script=EVERY_FORMULA)
    first = workspace.run("script", PYTHONHASHSEED="1")
    count = first["misses"]
    assert count == FORMULAS.count("class ")
    assert first["hits"] == 0
    assert set(first["values"].values()) == {2.0}

    files = workspace.files()
    assert workspace.run("script", PYTHONHASHSEED="2") == first | {"hits": count, "misses": 0}
    workspace.write(formulas="# lines move\n\n\n" + dedent(FORMULAS))
    assert workspace.run("script") == first | {"hits": count, "misses": 0}
    assert workspace.files() == files

    workspace.write(formulas=FORMULAS.replace("2.0", "5.0"), scalar=SCALAR.replace("2.0", "5.0"))
    edited = workspace.run("script")
    assert edited["values"] == dict.fromkeys(first["values"], 5.0)
    assert (edited["hits"], edited["misses"]) == (0, count)


@pytest.mark.slow
def test_edits_of_functions_called_by_a_kernel_recompile(workspace):
    """A kernel follows the functions it calls into other files."""
    kernels = """
        from scalar import twice
        from skl1.compiled import kernel

        @kernel
        def apply(z):
            return twice(z)
    """
    script = """
        import json, kernels
        value = kernels.apply(1.0)
        print(json.dumps([value, sum(kernels.apply.compiled.stats.cache_hits.values())]))
    """
    workspace.write(kernels=kernels, scalar=SCALAR, script=script)
    assert [workspace.run("script") for _ in range(2)] == [[2.0, 0], [2.0, 1]]
    workspace.write(scalar=SCALAR.replace("2.0", "5.0"))
    assert workspace.run("script") == [5.0, 0]


@pytest.mark.slow
def test_upgraded_package_runs_its_new_code(workspace):
    """Cache files that an installer leaves beside a replaced module are not used."""
    workspace.write(kernels=KERNELS, formulas=FORMULAS, scalar=SCALAR)
    workspace.write(
        script="""
            from formulas import InMethod
            from kernels import report, shrink
            report(value=shrink(InMethod(), 1.0))
        """
    )
    del workspace.environment["NUMBA_CACHE_DIR"]
    module = workspace.modules / "formulas.py"
    times = module.stat()
    assert workspace.run("script")["values"] == {"value": 2.0}
    assert list(workspace.modules.rglob("*.nbc"))

    workspace.write(formulas=FORMULAS.replace("2.0", "5.0"))
    os.utime(module, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert workspace.run("script")["values"] == {"value": 5.0}


@pytest.mark.slow
def test_unpickled_record_runs_the_code_of_its_new_process(workspace):
    """A pickle made after use carries no digest of the code at that time."""
    workspace.write(kernels=KERNELS, formulas=FORMULAS, scalar=SCALAR)
    workspace.write(
        dump="""
            import pickle
            from formulas import InMethod
            from kernels import report, shrink
            record = InMethod()
            report(value=shrink(record, 1.0))
            with open("record.pickle", "wb") as file:
                pickle.dump(record, file)
        """,
        load="""
            import pickle
            from kernels import report, shrink
            with open("record.pickle", "rb") as file:
                report(value=shrink(pickle.load(file), 1.0))
        """,
    )
    assert workspace.run("dump")["values"] == {"value": 2.0}
    workspace.write(formulas=FORMULAS.replace("2.0", "5.0"))
    assert workspace.run("load") == {"values": {"value": 5.0}, "hits": 0, "misses": 1}


@pytest.mark.slow
def test_class_of_a_script_is_cached_and_may_be_renamed_or_deleted(workspace):
    """A class of ``__main__`` is found again, the cache stays small, a lost class does no harm."""
    script = """
        from kernels import report, shrink
        from skl1.compiled import Record

        class Scaled(Record):
            factor: float
            def prox(self, z):
                return z * self.factor

        report(value=shrink(Scaled(3), 1.0))
    """
    workspace.write(kernels=KERNELS, script=script)
    counts = []
    for hits in (0, 1, 1):
        result = workspace.run("script")
        assert result == {"values": {"value": 3.0}, "hits": hits, "misses": 1 - hits}
        counts.append(len(workspace.files()))
    assert counts == [2, 2, 2]  # an index and one file of machine code

    workspace.write(script=script.replace("Scaled", "Renamed"))
    assert workspace.run("script") == {"values": {"value": 3.0}, "hits": 0, "misses": 1}


@pytest.mark.slow
def test_cold_processes_share_a_cache_directory(workspace):
    """Three processes that compile at once all succeed, and the next one compiles nothing."""
    workspace.write(kernels=KERNELS, formulas=FORMULAS, scalar=SCALAR)
    workspace.write(
        script="""
            from formulas import Function, InMethod, Nested
            from kernels import report, shrink
            report(value=[shrink(cls(), 1.0) for cls in (Function, InMethod, Nested)])
        """
    )
    processes = [workspace.start("script") for _ in range(3)]
    expected = {"value": [2.0, 2.0, 2.0]}
    assert [workspace.finish(process)["values"] for process in processes] == [expected] * 3
    # Two indices written at once keep one winner, so a straggler may have to be compiled again.
    workspace.run("script")
    assert workspace.run("script") == {"values": expected, "hits": 3, "misses": 0}


@pytest.mark.slow
def test_machine_code_under_the_wrong_key_is_not_run(workspace):
    """Processes that save at once may swap the files of two penalties: both compile again."""
    workspace.write(kernels=KERNELS)
    workspace.write(
        script="""
            from kernels import report, shrink
            from skl1.compiled import Record

            class Once(Record):
                def prox(self, z):
                    return z

            class Twice(Record):
                def prox(self, z):
                    return 2.0 * z

            report(values=[shrink(Once(), 1.0), shrink(Twice(), 1.0)])
        """
    )
    expected = workspace.run("script")
    assert expected == {"values": {"values": [1.0, 2.0]}, "hits": 0, "misses": 2}
    first, second = workspace.cache.rglob("*.nbc")
    codes = first.read_bytes(), second.read_bytes()
    second.write_bytes(codes[0])
    first.write_bytes(codes[1])
    assert workspace.run("script") == expected
    assert workspace.run("script") == expected | {"hits": 2, "misses": 0}


def test_layouts_share_a_specialisation_and_dtypes_do_not(workspace):
    """The layout and flags of a given array do not matter to a kernel, its dtype does."""
    workspace.write(
        script="""
            import json
            import warnings
            import numpy as np
            from skl1.compiled import ColumnMatrix, Record, RowMatrix, Vector, kernel

            warnings.simplefilter("ignore", PendingDeprecationWarning)  # of numpy's matrices

            class Data(Record):
                rows: RowMatrix
                columns: ColumnMatrix
                vector: Vector

                def total(self):
                    return self.rows[0, 0] + 10 * self.columns[-1, 0] + 100 * self.vector[-1]

            @kernel
            def total(data):
                return data.total()

            a = np.arange(12.0).reshape(4, 3)
            read_only = a.copy()
            read_only.flags.writeable = False
            matrices = [a, np.asfortranarray(a), np.repeat(a, 2, 1)[:, ::2], read_only, a[:, :1],
                        np.asfortranarray(a)[:, :1], a.astype(">f8"), a.tolist(), np.asmatrix(a)]
            values = [total(Data(m, m, np.ravel(a)[1::5])) for m in matrices]
            layouts = len(total.compiled.signatures)
            dtypes = []
            for dtype in (np.float32, np.int32, np.int64, np.float64):
                b = a.astype(dtype)
                values.append(total(Data(b, b, b[:, 1])))
                dtypes.append(len(total.compiled.signatures))
            print(json.dumps([values, layouts, dtypes]))
        """
    )
    values, layouts, dtypes = workspace.run("script")
    assert layouts == 1
    assert dtypes == [2, 3, 4, 4]
    assert values == [90.0 + 1100.0] * 9 + [90.0 + 1000.0] * 4


@pytest.mark.slow
def test_caches_of_other_versions_are_left_alone(workspace):
    """A cache whose types an older skl1 pickled with other attributes is not even read."""
    package = workspace.modules / "skl1"
    package.mkdir()
    shutil.copytree(ROOT / "skl1" / "compiled", package / "compiled")
    (package / "__init__.py").write_text("")
    formulas = """
        from skl1.compiled import Record

        class Double(Record):
            def prox(self, z):
                return 2.0 * z
    """
    script = "import kernels, formulas; kernels.report(v=kernels.shrink(formulas.Double(), 1.0))"
    workspace.write(kernels=KERNELS, formulas=formulas, script=script)
    assert workspace.run("script")["hits"] == 0
    assert workspace.run("script")["hits"] == 1
    records = package / "compiled" / "machine_code.py"
    records.write_text(records.read_text().replace("members", "parts"))
    assert workspace.run("script") == {"values": {"v": 2.0}, "hits": 0, "misses": 1}
    assert workspace.run("script")["hits"] == 1


COPY = """
    import json
    import os
    import sys

    # An installed skl1, whose cache may hold the same code, is none of the copies.
    copies = os.environ["PYTHONPATH"].split(os.pathsep)
    others = [each for each in sys.path if each not in copies]
    sys.path[:] = copies + [each for each in others if not os.path.isdir(f"{each}/skl1")]

    import numpy as np
    import skl1
    from skl1.compiled.listeners import listeners
    from skl1.designs.gram_operator import gram_product

    told = []
    listeners.append(lambda name, seconds: told.append([name, seconds]))
    out = np.empty(2)
    gram_product(np.eye(2), np.ones(2), out)
    stats = gram_product.compiled.stats
    print(json.dumps([skl1.__file__, sum(stats.cache_hits.values()), told, out.tolist()]))
"""


@pytest.mark.slow
def test_a_clone_finds_what_an_installed_copy_has_compiled_of_the_same_code(workspace):
    """Of other code it finds nothing. Who listens is told what is compiled, and about how long."""
    workspace.write(script=COPY)
    del workspace.environment["NUMBA_CACHE_DIR"]
    folders = [workspace.elsewhere / name for name in ("installed", "clone")]
    for folder in folders:
        unneeded = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "skl1", folder / "skl1", ignore=unneeded)
    installed, clone = map(str, folders)
    both = os.pathsep.join([clone, installed])
    file, hits, told, out = workspace.run("script", PYTHONPATH=installed)
    assert file.startswith(installed)
    assert (hits, out) == (0, [1.0, 1.0])
    ((name, seconds),) = told
    assert name == "gram_product"
    assert 0.0 < seconds < 10.0
    file, hits, told, out = workspace.run("script", PYTHONPATH=both)
    assert file.startswith(clone)
    assert (hits, told, out) == (1, [], [1.0, 1.0])
    assert not list(folders[1].rglob("*.nbc"))
    # The clone is edited: its code is its own.
    module = folders[1] / "skl1" / "designs" / "gram_operator.py"
    module.write_text(module.read_text().replace("out[k] += v[j]", "out[k] += 2.0 * v[j]"))
    file, hits, told, out = workspace.run("script", PYTHONPATH=both)
    assert (hits, len(told), out) == (0, 1, [2.0, 2.0])
    assert list(folders[1].rglob("*.nbc"))
