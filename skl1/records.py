"""Records: the frozen dataclasses that compiled kernels take as arguments.

A penalty is a formula with a few numbers. It should read like one, and a kernel that calls it
should be compiled once per machine, not once per process. Numba finds machine code by the types
of the arguments. The type of a jitclass, or of a function passed as an argument, has an identity
that is new in every process: its entries are never found again and pile up. A type made of names
is found again, but numba watches no file except the kernel's own: a formula edited in another
file, or replaced by an upgrade, is answered by old machine code.

So the type of a record is the name of its class, the types of its fields and a *digest* of all
the code that its methods reach: the next process finds it, an edited formula does not. Cached
kernels are bound to a digest of what they call for the same reason. No other module knows numba's
extension API; without compilation (``NUMBA_DISABLE_JIT=1``) records and kernels are plain Python.
"""

import hashlib
import inspect
import operator
from abc import ABC
from collections.abc import Callable
from dataclasses import dataclass, fields
from enum import Enum
from functools import cache, cached_property
from types import CodeType, FunctionType, ModuleType
from typing import Annotated, Any, TypeVar, dataclass_transform, get_type_hints

import numba
import numpy as np
import numpy.typing as npt
from numba.core import cgutils, errors, types
from numba.core.caching import FunctionCache
from numba.core.imputils import impl_ret_borrowed, lower_getattr_generic
from numba.core.typing.templates import AbstractTemplate, AttributeTemplate
from numba.extending import NativeValue, infer_getattr, models, register_model, unbox
from numba.np.numpy_support import from_dtype

__all__ = ["ColumnMatrix", "Record", "RowMatrix", "Vector", "kernel"]

_FLAGS: Any = {"nogil": True, "fastmath": {"reassoc", "contract"}, "error_model": "numpy"}
_F = TypeVar("_F", bound=Callable[..., Any])


def kernel(function: _F) -> _F:
    """Compile a function on its first call and keep the machine code for later processes.

    Sums may be reassociated and products contracted (no other fast-math: NaN can be tested),
    division by zero gives inf or NaN, and the GIL is released.
    """
    compiled: Any = numba.njit(cache=True, **_FLAGS)(function)
    if compiled is not function:
        compiled._cache = _KernelCache(function)
    return compiled


class _KernelCache(FunctionCache):
    """A cache whose keys know the functions that the kernel calls, in whichever file."""

    def _index_key(self, sig, codegen):
        return *super()._index_key(sig, codegen), _digest(self._py_func)

    def _load_overload(self, sig, target_context):
        # Two processes that save at once can leave the code of one under the key of the other.
        result = super()._load_overload(sig, target_context)
        return result if result and result.signature.args == tuple(sig) else None


Vector = Annotated[npt.NDArray[Any], 1, "C"]
RowMatrix = Annotated[npt.NDArray[Any], 2, "C"]
ColumnMatrix = Annotated[npt.NDArray[Any], 2, "F"]
_SCALARS: Any = {float: types.float64, int: types.int64, bool: types.boolean}


@cache
def _fields(cls: type[Any]) -> dict[str, Any]:
    """Name and kind of each field: a scalar class, (ndim, order) of an array, a record class."""
    hints = get_type_hints(cls, include_extras=True)
    kinds = {f.name: getattr(hints[f.name], "__metadata__", hints[f.name]) for f in fields(cls)}
    for name, kind in kinds.items():
        is_record = isinstance(kind, type) and issubclass(kind, Record)
        if not (is_record or isinstance(kind, tuple) or kind in _SCALARS):
            raise TypeError(f"{cls.__qualname__}.{name}: a record cannot hold a {kind}")
    return kinds


def _coerce(value: Any, kind: Any) -> Any:
    if isinstance(kind, tuple):
        ndim, order = kind
        array = np.asarray(value)
        if array.ndim != ndim or array.dtype.kind not in "biufc":
            raise TypeError(f"expected {ndim} axes of numbers, got {array.ndim} of {array.dtype}")
        return np.require(array, array.dtype.newbyteorder("="), [order, "ALIGNED"])
    if kind in _SCALARS:
        return operator.index(value) if kind is int else kind(value)  # int() truncates 2.7
    if not isinstance(value, kind):
        raise TypeError(f"expected a {kind.__qualname__}, got {value!r}")
    return value


def _field_type(value: Any, kind: Any) -> types.Type:
    if isinstance(kind, tuple):
        # Read-only whatever the flag of this array, so that both flags give one specialisation.
        return types.Array(from_dtype(value.dtype), kind[0], kind[1], readonly=True)
    return value._numba_type_ if isinstance(value, Record) else _SCALARS[kind]


@dataclass_transform(frozen_default=True, eq_default=False)
class Record(ABC):
    """Base of the immutable values whose methods compiled kernels can call.

    Every subclass is a frozen dataclass. Its fields are annotated ``float``, ``int``, ``bool``,
    ``Vector``, ``RowMatrix``, ``ColumnMatrix`` or a record class. Values are converted to that;
    arrays keep their dtype. A ``__post_init__`` of a subclass must call this one first.

    Methods run compiled in kernels and as plain Python elsewhere. They may use their arguments
    (and write into arrays), fields, each other, compiled functions and global constants, but not
    ``super()``. Compiled functions accept records and cannot return them.

    Examples
    --------
    >>> from skl1.records import Record
    >>> class SquaredL2(Record):
    ...     alpha: float
    ...     def prox(self, z, step):
    ...         return z / (1.0 + step * self.alpha)
    >>> SquaredL2(alpha=1).prox(3.0, 0.5)
    2.0
    """

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        dataclass(frozen=True, eq=False)(cls)

    def __post_init__(self) -> None:
        for name, kind in _fields(type(self)).items():
            object.__setattr__(self, name, _coerce(getattr(self, name), kind))

    @cached_property
    def _numba_type_(self) -> "RecordType":
        # Numba's C dispatcher reads this attribute, several times faster than typeof_impl.
        kinds = _fields(type(self)).items()
        return _record_type(type(self), tuple(_field_type(getattr(self, n), k) for n, k in kinds))

    def __getstate__(self) -> dict[str, Any]:
        # Without the type: where this is unpickled, its digest may belong to older code.
        return {name: value for name, value in vars(self).items() if name != "_numba_type_"}


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


_classes: dict[tuple[str, str, str], type[Record]] = {}
_compiled = cache(numba.njit(**_FLAGS))


@cache
def _record_type(cls: type[Record], field_types: tuple[types.Type, ...]) -> RecordType:
    # On first use, not with the class: methods may name functions that are defined below them.
    identity = cls.__module__, cls.__qualname__, _digest(*_methods(cls).items())
    _classes[identity] = cls
    return RecordType(identity, tuple(zip(_fields(cls), field_types, strict=True)))


@cache
def _methods(cls: type[Record]) -> dict[str, FunctionType]:
    """All methods, inherited ones too, in alphabetical order."""
    members = {name: inspect.getattr_static(cls, name) for name in dir(cls) if name[:2] != "__"}
    return {name: member for name, member in members.items() if isinstance(member, FunctionType)}


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
            callee = types.Dispatcher(_compiled(function))

            def generic(self, args, kws):
                return self.callee.get_call_type(self.context, (self.this, *args), kws).as_method()

        return MethodType(Call, record_type)


_LITERALS = {type(None), type(...), bool, int, float, complex, str, bytes, range, slice}
_CODE = ["code", "exceptiontable", "consts", "names", "varnames", "freevars", "cellvars"]
_CODE += ["argcount", "posonlyargcount", "kwonlyargcount", "flags"]


def _digest(*code: Any) -> str:
    code += _RecordModel.__init__, _unbox, _read_field, sorted(_FLAGS.items())
    return hashlib.sha256(repr(_portrait(code, names=(), seen={})).encode()).hexdigest()


def _portrait(value: Any, names: tuple[str, ...], seen: dict[Any, Any]) -> tuple[Any, ...]:
    """Describe all that can influence the machine code made from a value, in nested tuples.

    ``names`` are those that the code which refers to the value uses: they say which attributes
    of a module or class to follow. Addresses, line numbers and the order of sets stay out.
    """

    def each(values: Any) -> tuple[Any, ...]:
        return tuple(_portrait(item, names, seen) for item in values)

    kind = type(value).__module__, type(value).__qualname__
    if type(value) in _LITERALS or isinstance(value, (np.dtype, types.Type)):
        return *kind, repr(value)
    if isinstance(value, (tuple, list)):
        return *kind, *each(value)
    if isinstance(value, (set, frozenset)):
        return *kind, *sorted(each(value), key=repr)
    if isinstance(value, (np.ndarray, np.generic)):
        return *kind, repr(value.dtype), value.shape, value.strides, value.tobytes()
    if isinstance(value, Enum):
        return *kind, value.name, *each([value.value])
    if isinstance(value, CodeType):
        return *kind, *each(getattr(value, f"co_{part}") for part in _CODE)

    if hasattr(value, "__wrapped__") and not isinstance(value, FunctionType):  # compiled
        options = sorted(getattr(value, "targetoptions", {}).items())
        return *kind, *each([options, value.__wrapped__])

    home = getattr(value, "__name__" if isinstance(value, ModuleType) else "__module__", None)
    label = *kind, home, *(getattr(value, part, None) for part in ("__qualname__", "__name__"))
    if str(home).partition(".")[0] in {"numba", "numpy", "scipy"}:  # not ours to follow
        return label
    place = id(value), names
    if place in seen:
        return "again", seen[place][0]
    seen[place] = len(seen), value  # the value too: an address must not be used twice

    if isinstance(value, FunctionType):
        names = tuple(sorted(_names(value.__code__)))
        scope = [(name, value.__globals__[name]) for name in names if name in value.__globals__]
        cells = [cell.cell_contents for cell in value.__closure__ or ()]
        defaults = value.__defaults__, sorted((value.__kwdefaults__ or {}).items())
        return *label, *each([value.__code__, defaults, cells, scope])
    if isinstance(value, (ModuleType, type)):
        scope = [(name, getattr(value, name)) for name in names if hasattr(value, name)]
        return *label, *each([getattr(value, "_fields", ()), scope])
    return label


def _names(code: CodeType) -> set[str]:
    nested = (_names(part) for part in code.co_consts if isinstance(part, CodeType))
    return set(code.co_names).union(*nested)
