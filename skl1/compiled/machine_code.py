"""Records: the frozen dataclasses that compiled kernels take as arguments.

A penalty is a formula with a few numbers. It should read like one, and a kernel that calls it
should be compiled once per machine, not once per process. Numba finds machine code by the types
of the arguments. The type of numba's own classes, or of a function passed as an argument, has an
identity that is new in every process: its entries are never found again and pile up. A type made
of names is found again, but numba watches no file except the kernel's own: a formula edited in
another file, or replaced by an upgrade, is answered by old machine code.

So the type of a record is the name of its class, the types of its fields and a *digest* of all
the code that its methods reach: the next process finds it, an edited formula does not. Cached
kernels are bound to a digest of what they call for the same reason. No other module knows numba's
extension API; without compilation (``NUMBA_DISABLE_JIT=1``) records and kernels are plain Python.
Longer than 300 lines: numba is met here only.

A function that kernels call is compiled as a *part*: translated, and optimised only together with
the kernel that it becomes part of.
"""

from __future__ import annotations

import hashlib
import inspect
import pickle
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import FunctionType as PythonFunction
from typing import Any

import numba
from llvmlite.binding.ffi import lib as llvm
from numba.core import cgutils, errors, types
from numba.core.caching import FunctionCache, IndexDataCacheFile
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler
from numba.core.compiler_lock import global_compiler_lock
from numba.core.entrypoints import init_all
from numba.core.imputils import impl_ret_borrowed, lower_getattr_generic
from numba.core.registry import cpu_target
from numba.core.typing.templates import AbstractTemplate, AttributeTemplate
from numba.extending import NativeValue, infer_getattr, models, register_model, unbox
from numba.np.numpy_support import from_dtype

from skl1.compiled import digests
from skl1.compiled.forks import free_in_children
from skl1.compiled.garbage import uncollected
from skl1.compiled.listeners import compiles

_FLAGS: Any = {"nogil": True, "error_model": "numpy"}


class _Part(JITCodeLibrary):
    """The code of a function that kernels call: it is optimised with theirs, and not before.

    Otherwise the innermost of five functions is optimised ten times.
    """

    def _optimize_final_module(self):
        pass

    def _finalize_final_module(self):
        # Nor is it made machine code of: nobody calls it but the kernels that it is linked into.
        self._finalize_dynamic_globals()
        self._finalized = True

    @property
    def codegen(self):
        return _NoEnvironment


class _NoEnvironment:
    """Where numba leaves Python's objects of a function: without machine code there is no place."""

    @staticmethod
    def set_env(name, env):
        pass


class _KernelCompiler(Compiler):
    # Who compiles holds numba's lock, so that one at a time stops the collection of garbage.
    def compile_extra(self, func):
        with uncollected():
            return super().compile_extra(func)


class _PartCompiler(Compiler):
    def compile_extra(self, func):
        state = self.state
        state.library = _Part(state.targetctx.codegen(), func.__qualname__)
        state.library.enable_object_caching()
        return super().compile_extra(func)


_PART: Any = {
    "pipeline_class": _PartCompiler,
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
}


def compile_function(function: Any, fastmath: frozenset[str]) -> Any:
    """Compile a function for the kernels that call it."""
    return _dispatcher(function, fastmath, **_PART)


def compile_kernel(function: Any, fastmath: frozenset[str], seconds: float) -> Any:
    """Compile a kernel and keep its machine code for later processes, where that is possible.

    It is thought to take so many seconds, if there is no machine code.
    """
    compiled = _dispatcher(
        function, fastmath, pipeline_class=_KernelCompiler, no_cfunc_wrapper=True
    )
    if compiled is not function:
        with suppress(Exception):  # no folder can be written to: the machine code is not kept
            compiled._cache = _KernelCache(function, seconds)
    return compiled


def kept_code(compiled: Any) -> list[Any]:
    """The types of the arguments that machine code of a kernel has been kept for, on disk."""
    return getattr(compiled._cache, "kept_code", list)()


def _dispatcher(function: Any, fastmath: frozenset[str], **options: Any) -> Any:
    # The first dispatcher makes numba's contexts, under locks that only those who compile take.
    with global_compiler_lock:
        return numba.njit(fastmath=set(fastmath), **options, **_FLAGS)(function)


def function_type(compiled: Any) -> types.Type:
    """The numba type of a compiled function, for callers that find it in their globals."""
    return FunctionType(compiled)


class FunctionType(types.Dispatcher):
    """A function that is compiled for integers, and not once more for the number that one is.

    While numba infers types, a variable that begins as 0 is that number at first.
    """

    def get_call_type(self, context, args, kws):
        return super().get_call_type(context, *without_numbers(args, kws))


register_model(FunctionType)(models.OpaqueModel)


def without_numbers(args: Any, kws: Any) -> tuple[Any, Any]:
    """The types of arguments, each number's replaced by that of all its kind."""
    plain = tuple(map(types.unliteral, args))
    return plain, {name: types.unliteral(kind) for name, kind in dict(kws).items()}


class _Files(IndexDataCacheFile):
    """Cache files that are not believed: what is damaged, or of another make, is as good as none.

    A file is the digest of its contents and then the contents, a pickle. The digest also covers
    numba's version and the state of the source, and the contents of a file of machine code begin
    with the key that it was saved under: flipped bytes are not unpickled, and what a full disk has
    left under the wrong name is not run.
    """

    def load(self, key):
        name = self._load_index().get(key)
        if name is None:
            return None
        found, data = self._read(self._data_path(name))
        return data if found == key else None

    def save(self, key, data):
        super().save(key, (key, data))

    def load_index(self):
        """The file of machine code for each key."""
        return self._load_index()

    def _load_index(self):
        try:
            return self._read(self._index_path)
        except Exception:
            return {}

    def _save_index(self, overloads):
        self._write(self._index_path, overloads)

    def _save_data(self, name, data):
        self._write(self._data_path(name), data)

    def _read(self, path):
        content = Path(path).read_bytes()
        digest, content = content[:_LENGTH], content[_LENGTH:]
        if digest != self._seal(content):
            raise OSError(f"{path} is damaged, or of another version")
        return pickle.loads(content)

    def _write(self, path, value):
        content = self._dump(value)
        with self._open_for_write(path) as file:
            file.write(self._seal(content) + content)

    def _seal(self, content):
        made_by = repr((self._version, self._source_stamp)).encode()
        return hashlib.sha256(hashlib.sha256(made_by).digest() + content).digest()


_LENGTH = hashlib.sha256().digest_size
#: The folder of the package itself.
_HOME = Path(__file__).resolve().parents[1]
_SOURCES = Path(__file__), Path(digests.__file__)


class _KernelCache(FunctionCache):
    """A cache whose keys know the functions that the kernel calls, in whichever file.

    Its files are named after this module's code and that of the digests: an index that another
    version of them has written may hold types that can no longer be unpickled. No state of the
    cache, and of the disk that it is on, ends a fit: what cannot be loaded is compiled anew, what
    cannot be saved is not.
    """

    def __init__(self, function, seconds):
        super().__init__(function)
        self.seconds = seconds
        version = hashlib.sha256(b"".join(map(Path.read_bytes, _SOURCES))).hexdigest()[:8]
        self._base = f"{self._impl.filename_base}-{version}"
        self._cache_file = self._files(self._impl.locator)
        self._copies = [self._files(place) for place in self._elsewhere()]

    def _files(self, locator):
        return _Files(locator.get_cache_path(), self._base, locator.get_source_stamp())

    def _elsewhere(self):
        """Where the code of other copies of this file is kept: of an installed skl1 in a clone.

        Only what was made of the same code is taken from there.
        """
        file = Path(inspect.getfile(self._py_func)).resolve()
        if not file.is_relative_to(_HOME):
            return
        for folder in sys.path:
            other = Path(folder, file.relative_to(_HOME.parent)).resolve()
            if other != file and other.is_file():
                places = (
                    kind.from_function(self._py_func, str(other))
                    for kind in self._impl._locator_classes
                )
                yield next(place for place in places if place is not None)

    def _index_key(self, sig, codegen):
        return *super()._index_key(sig, codegen), _digest(self._py_func)

    def kept_code(self):
        """The types of arguments that code of this function, as it is now, has been kept for."""
        digest = _digest(self._py_func)
        kept = (self._cache_file, *self._copies)
        return [key[0] for files in kept for key in files.load_index() if key[-1] == digest]

    def load_overload(self, sig, target_context):
        with suppress(Exception):
            found = super().load_overload(sig, target_context)
            if found is not None:
                return found
        compiles(self._py_func.__name__, self.seconds)
        return None

    def _load_overload(self, sig, target_context):
        key = self._index_key(sig, target_context.codegen())
        for files in (self._cache_file, *self._copies):
            with suppress(Exception):
                data = files.load(key)
                if data is not None:
                    return self._impl.rebuild(target_context, data)
        return None

    def save_overload(self, sig, data):
        with suppress(Exception):
            super().save_overload(sig, data)


_SCALARS: Any = {float: types.float64, int: types.int64, bool: types.boolean}


@cache
def _array_type(dtype: Any, ndim: int, layout: Any) -> types.Array:
    # Read-only whatever the flag of an array, so that both flags give one specialisation.
    return types.Array(from_dtype(dtype), ndim, layout, readonly=True)


def _field_type(value: Any, kind: Any) -> types.Type:
    if isinstance(kind, tuple):
        return _array_type(value.dtype, *kind)
    scalar = _SCALARS.get(kind)
    return value._numba_type_ if scalar is None else scalar


def type_of_record(record: Any, kinds: dict[str, Any]) -> RecordType:
    """The numba type of a record whose fields are of these kinds."""
    members = tuple((name, _field_type(getattr(record, name), kinds[name])) for name in kinds)
    cls: Any = type(record)
    return _record_type(cls, members)


class RecordType(types.Type):
    """Numba's type of a record. It holds no class: a cache must outlive renamed ones."""

    def __init__(self, identity: tuple[str, str, str], members: tuple[tuple[str, types.Type], ...]):
        self.identity, self.members = identity, members
        # Names enter the symbols of the machine code: the digest keeps versions apart there too.
        module, qualname, digest = identity
        listing = ", ".join(f"{name}: {member}" for name, member in members)
        super().__init__(f"{module}.{qualname}({listing})#{digest[:16]}")

    @property
    def key(self):
        return self.identity, self.members


_classes: dict[tuple[str, str, str], type[Any]] = {}
# Said outright: unsaid, fast-math is inherited from whichever kernel is compiled first.
_compiled = cache(numba.njit(fastmath=False, **_PART, **_FLAGS))


@cache
def _record_type(cls: Any, members: tuple[tuple[str, types.Type], ...]) -> RecordType:
    # On first use, not with the class: methods may name functions that are defined below them.
    identity = cls.__module__, cls.__qualname__, _digest(*_methods(cls).items())
    _classes[identity] = cls
    return RecordType(identity, members)


@cache
def _methods(cls: Any) -> dict[str, PythonFunction]:
    """All methods, inherited ones too, in alphabetical order."""
    members = {name: inspect.getattr_static(cls, name) for name in dir(cls) if name[:2] != "__"}
    return {name: member for name, member in members.items() if isinstance(member, PythonFunction)}


@register_model(RecordType)
class _RecordModel(models.StructModel):  # the fields by value, so that they live in registers
    def __init__(self, manager, record_type):
        super().__init__(manager, record_type, list(record_type.members))


@unbox(RecordType)
def _unbox(record_type, instance, c):
    struct = cgutils.create_struct_proxy(record_type)(c.context, c.builder)
    is_error = cgutils.false_bit
    for name, field_type in record_type.members:
        attribute = c.pyapi.object_getattr_string(instance, name)
        native = c.unbox(field_type, attribute)
        c.pyapi.decref(attribute)
        setattr(struct, name, native.value)
        is_error = c.builder.or_(is_error, native.is_error)
    return NativeValue(struct._getvalue(), is_error=is_error)


@lower_getattr_generic(RecordType)
def _read_field(context, builder, kind, value, name):
    struct = cgutils.create_struct_proxy(kind)(context, builder, value=value)
    return impl_ret_borrowed(context, builder, dict(kind.members)[name], getattr(struct, name))


class MethodType(types.BoundFunction):
    """A method read from a record; calling it calls the dispatcher's function itself."""

    def get_impl_key(self, sig):
        return self.template.callee.get_impl_key(sig)


register_model(MethodType)(models.OpaqueModel)


@infer_getattr
class _RecordAttributes(AttributeTemplate):
    key = RecordType

    def generic_resolve(self, record_type, name):
        cls = _classes[record_type.identity]
        function = _methods(cls).get(name)
        if function is None:
            return dict(record_type.members).get(name)
        if _digest(*_methods(cls).items()) != record_type.identity[2]:
            raise errors.TypingError(f"code used by {record_type} changed after its first use")

        class Call(AbstractTemplate):
            key = (RecordType, name)
            callee = function_type(_compiled(function))

            def generic(self, args, kws):
                return self.callee.get_call_type(self.context, (self.this, *args), kws).as_method()

        return MethodType(Call, record_type)


def _digest(*code: Any) -> str:
    """The digest of code, and of the code here that decides how a record is laid out."""
    layout = _RecordModel.__init__, _unbox, _read_field, sorted(_FLAGS.items())
    return digests.digest((*code, *layout), plain=(types.Type,))


# A child that is forked while another thread compiles may compile too. A fork takes numba's lock
# first and then LLVM's, as compilations do; LLVM's is also taken by itself, to free objects.
with suppress(AttributeError):  # they are numba's own affair, and may move
    free_in_children(llvm._lock._lock)
    free_in_children(global_compiler_lock._lock)  # itself, as its owner counts who takes it
if not getattr(numba.config, "DISABLE_JIT", 0):
    # What the first compilation would import, while neither an interrupt nor a fork comes between.
    with global_compiler_lock:
        init_all()
        cpu_target.target_context.refresh()
