"""Methods of records: compiled they do what the Python does, or fail loudly."""

from textwrap import dedent

import pytest

from workspace import Workspace


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path)


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


@pytest.mark.slow
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


@pytest.mark.slow
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
