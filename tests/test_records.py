"""Records: what kernels accept, and what the next process finds in numba's cache."""

import copy
import os
import pickle
import shutil
from abc import abstractmethod
from dataclasses import FrozenInstanceError
from textwrap import dedent
from typing import ClassVar

import numpy as np
import pytest

from skl1.compiled import ColumnMatrix, Record, RowMatrix, Vector
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
            import numpy as np
            from skl1.compiled import ColumnMatrix, Record, RowMatrix, Vector, kernel

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


BEHAVIOUR = """
    import copy, json, pickle
    from abc import abstractmethod
    from concurrent.futures import ThreadPoolExecutor
    import numpy as np
    from skl1.compiled import Record, RowMatrix, Vector, kernel

    class Base(Record):
        alpha: float
        scale: float = 2.0

        @abstractmethod
        def value(self, w): ...

        def scaled(self, w, shift=0.5, factor=1.0):
            return (self.value(w) + shift) * self.scale * factor

    class Absolute(Base):
        def value(self, w):
            if w > 100.0:
                raise ValueError("too large")
            return self.alpha * abs(w)

    class Empty(Record):
        def value(self, w):
            return -w

    class Outer(Record):
        inner: Base
        other: Record
        power: int = 2
        negate: bool = True

        def value(self, w):
            inside = self.inner.scaled(factor=3.0, w=w) + self.other.value(w)
            return -(inside ** self.power) if self.negate else inside ** self.power

    class Quadratic(Record):
        G: RowMatrix
        q: Vector

        def slope(self, w, out):
            for i in range(w.size):
                out[i] = self.q[i]
                for j in range(w.size):
                    out[i] += self.G[i, j] * w[j]

    @kernel
    def value(record, w):
        return record.value(w)

    @kernel
    def calls(record, w):
        return record.scaled(w), record.scaled(w, 1.0), record.scaled(w, factor=2.0, shift=0.0)

    @kernel
    def fields(records):
        return records[0].alpha, records[1].power, records[1].negate

    @kernel
    def slope(record, w):
        out = np.empty(w.size)
        record.slope(w, out)
        return out

    def message(function, *arguments):
        try:
            function(*arguments)
        except Exception as error:
            stale = "changed after its first use" in str(error)
            return "stale" if stale else type(error).__name__
        return "nothing raised"

    absolute = Absolute(alpha=1.5)
    outer = Outer(absolute, Empty())
    quadratic = Quadratic(np.arange(4.0).reshape(2, 2).T, [1, 2])
    answers = {
        "value": [value(absolute, -2.0), value(Empty(), 3.0), value(outer, 1.0)],
        "not negated": value(Outer(absolute, Empty(), negate=False, power=3), 1.0),
        "calls": calls(absolute, 1.0),
        "fields": fields((absolute, outer)),
        "slope": slope(quadratic, np.array([1.0, 10.0])).tolist(),
        "copies": [value(clone, 1.0) for clone in (copy.copy(outer), copy.deepcopy(outer),
                                                   pickle.loads(pickle.dumps(outer)))],
        "error": message(value, absolute, 101.0),
    }
"""


def test_interpreted_and_compiled_records_agree(workspace):
    """Everything a method may do gives the same numbers with and without compilation."""
    workspace.write(script=dedent(BEHAVIOUR) + "print(json.dumps(answers))")
    compiled = workspace.run("script")
    assert compiled == {
        "value": [3.0, -3.0, -121.0],
        "not negated": 1331.0,
        "calls": [4.0, 5.0, 6.0],
        "fields": [1.5, 2, True],
        "slope": [21.0, 33.0],
        "copies": [-121.0] * 3,
        "error": "ValueError",
    }
    assert workspace.run("script", NUMBA_DISABLE_JIT="1") == compiled


def test_what_kernels_cannot_do_fails_loudly(workspace):
    """Foreign methods, unknown names, writes to fields, stale code and boxing all raise."""
    extra = """
    class Foreign:
        def method(self, w):
            return w

    FOREIGN = Foreign()

    class CallsForeign(Record):
        def value(self, w):
            return FOREIGN.method(w)

    class CallsUnknown(Record):
        def value(self, w):
            return self.missing(w)

    class WritesField(Record):
        q: Vector
        def value(self, w):
            self.q[0] = w

    class UsesSuper(Absolute):
        def value(self, w):
            return super().value(w)

    FACTOR = 2.0

    class Stale(Record):
        def value(self, w):
            return w * FACTOR

    @kernel
    def twice(record, w):
        return record.value(w) + record.value(w)

    @kernel
    def give_back(record):
        return record

    stale = Stale()
    assert value(stale, 1.0) == 2.0
    FACTOR = 5.0
    failures = [
        message(value, CallsForeign(), 1.0),
        message(value, CallsUnknown(), 1.0),
        message(value, WritesField([1.0]), 1.0),
        message(value, UsesSuper(1.0), 1.0),
        message(value, object(), 1.0),
        message(twice, stale, 1.0),
        message(give_back, absolute),
    ]

    class Stale(Record):
        def value(self, w):
            return w * FACTOR

    with ThreadPoolExecutor(8) as pool:
        threaded = set(pool.map(lambda k: twice(Absolute(alpha=1.0), 2.0), range(64)))
    redefined = twice(Stale(), 1.0)
    count = len(twice.compiled.signatures)
    print(json.dumps([failures, redefined, sorted(threaded), count]))
    """
    workspace.write(script=dedent(BEHAVIOUR) + dedent(extra))
    failures, redefined, threaded, count = workspace.run("script")
    # What numba says of super() depends on the bytecode that Python makes of it.
    assert failures.pop(3) in {"TypingError", "UnsupportedBytecodeError"}
    assert failures == ["TypingError"] * 4 + ["stale", "TypeError"]
    assert redefined == 10.0
    assert (threaded, count) == ([4.0], 2)


class Penalty(Record):
    """An abstract record with scalar fields, for the tests that compile nothing."""

    convex: ClassVar[bool] = True
    alpha: float
    order: int = 2
    positive: bool = False

    @abstractmethod
    def value(self, w):
        """Return a number."""


class Weighted(Penalty):
    """A concrete record whose fields follow inherited ones."""

    weights: Vector = (1.0,)
    rows: RowMatrix = ((1.0, 2.0),)
    columns: ColumnMatrix = ((1.0, 2.0), (3.0, 4.0))

    def value(self, w):
        """Return a number that needs several fields."""
        return self.alpha * abs(w) ** self.order * self.weights[0]


class Holder(Record):
    """A record that holds a penalty."""

    inner: Penalty


def test_fields_are_converted_by_annotation():
    """Scalars become plain Python scalars and arrays take the layout, keeping their dtype."""
    record = Weighted(np.float32(2), np.int64(3), 1, weights=np.arange(6, dtype=np.int32)[::2])
    assert type(record.alpha) is float
    assert type(record.order) is int
    assert record.positive is True
    assert record.weights.flags.c_contiguous
    assert record.weights.dtype == np.int32
    assert record.rows.flags.c_contiguous
    assert record.columns.flags.f_contiguous
    assert not record.columns.flags.c_contiguous
    assert Holder(record).inner is record
    assert Weighted.convex


def test_arrays_in_the_right_layout_are_not_copied():
    """A record refers to the array it was given whenever it can."""
    rows = np.ones((3, 2))
    record = Weighted(1.0, weights=rows[1], rows=rows, columns=rows.T)
    for array in (record.weights, record.rows, record.columns):
        assert np.shares_memory(array, rows)


@pytest.mark.parametrize(
    "fields",
    [
        {"alpha": "much"},
        {"alpha": None},
        {"alpha": 1.0, "order": 2.5},
        {"alpha": 1.0, "weights": 1.0},
        {"alpha": 1.0, "weights": ["a"]},
        {"alpha": 1.0, "rows": [1.0]},
        {"alpha": 1.0, "unknown": 1.0},
        {},
    ],
    ids=str,
)
def test_unfit_values_are_refused(fields):
    """A value that its annotation cannot hold is refused on construction."""
    with pytest.raises((TypeError, ValueError)):
        Weighted(**fields)


def test_records_of_another_class_and_unknown_annotations_are_refused():
    """A record field takes instances of its class, and no other kind of field exists."""
    with pytest.raises(TypeError, match="expected a Penalty"):
        Holder(1.0)

    class Unfit(Record):
        names: list

    with pytest.raises(TypeError, match=r"Unfit\.names"):
        Unfit([])


def test_records_are_frozen_and_abstract_ones_refuse_instantiation():
    """Fields cannot be assigned, abstract methods must be written."""
    with pytest.raises(FrozenInstanceError):
        Weighted(1.0).alpha = 2.0
    with pytest.raises(TypeError, match="abstract"):
        Penalty(1.0)


@pytest.mark.parametrize(
    "clone",
    [copy.copy, copy.deepcopy, lambda record: pickle.loads(pickle.dumps(record))],
    ids=["copy", "deepcopy", "pickle"],
)
def test_copies_leave_the_memoised_type_behind(clone):
    """Copies have the fields only, and their type is found anew and equal."""
    record = Holder(Weighted(1.0, columns=np.arange(6.0).reshape(2, 3)))
    record_type = record._numba_type_
    other = clone(record)
    assert set(vars(other)) == {"inner"}
    assert other.inner.value(-3.0) == 9.0
    assert other.inner.columns.flags.f_contiguous
    assert other._numba_type_ is record_type


def test_types_are_told_by_class_field_types_and_code():
    """Equal code and equal field types share a type, anything else does not."""

    def make(factor, offset=1.0):
        class Scaled(Record):
            alpha: float

            def prox(self, z, *, shift=offset):
                return factor * z + shift

        return Scaled(1.0)._numba_type_

    assert make(2.0) == make(2.0)
    assert len({make(2.0), make(2), make(True), make(-2.0), make(np.float32(2.0))}) == 5
    assert make(2.0) != make(2.0, offset=2.0)
    single, double = (Weighted(1.0, weights=np.ones(2, dtype)) for dtype in "fd")
    assert single._numba_type_ != double._numba_type_
    assert double._numba_type_ == Weighted(2.0, 3, True)._numba_type_
    assert pickle.loads(pickle.dumps(single._numba_type_)) == single._numba_type_


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
