"""What a pickle's values and calls would be, as inert placeholders: the handful of calls that describe tensors, the
harmless ones, and the names of those that no checkpoint needs. Nothing is imported, and nothing is called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from explorer.weights.limits import BYTES, checked_shape


class Global(NamedTuple):
    """A name that unpickling would import."""

    module: str
    name: str


class Storage(NamedTuple):
    """Where a tensor's numbers lie: number format (None: untyped), its key, its elements (or bytes when untyped)."""

    dtype: str | None
    key: str
    size: int


class Described(NamedTuple):
    """A tensor that unpickling would make."""

    shape: tuple[int, ...]
    dtype: str
    storage: Storage | None = None


@dataclass(slots=True, eq=False)
class Pairs:
    """A dictionary as pairs in order: no key of the file is ever hashed."""

    items: list[tuple[Any, Any]] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Made:
    """An object that unpickling would make by calling `by`; state is what it would be given."""

    by: Global
    args: Any = ()
    state: Any = None


_TYPED = {"Float": "float32", "Double": "float64", "Half": "float16", "BFloat16": "bfloat16", "Long": "int64"}
_TYPED |= {"Int": "int32", "Short": "int16", "Char": "int8", "Byte": "uint8", "Bool": "bool"}
STORAGES: dict[Global, str | None] = {Global("torch", f"{name}Storage"): dtype for name, dtype in _TYPED.items()}
STORAGES |= {Global("torch.storage", f"{name}Storage"): dtype for name, dtype in _TYPED.items()}
STORAGES |= {Global("torch.storage", "UntypedStorage"): None, Global("torch", "UntypedStorage"): None}
ARRAYS = {"f8": "float64", "f4": "float32", "f2": "float16", "i8": "int64", "i4": "int32", "i2": "int16"}
ARRAYS |= {"i1": "int8", "u1": "uint8", "u2": "uint16", "u4": "uint32", "u8": "uint64", "b1": "bool"}
NUMPY = ("numpy.core.multiarray", "numpy._core.multiarray")
HARMLESS = {  # calls that checkpoints hold besides tensors; told as placeholders like everything else
    *(Global(module, "scalar") for module in NUMPY),
    Global("_codecs", "encode"),
    Global("argparse", "Namespace"),
    Global("torch", "device"),
    Global("torch", "Size"),
    Global("torch.serialization", "_get_layout"),
    Global("copy_reg", "_reconstructor"),
    Global("copyreg", "_reconstructor"),
    Global("collections", "defaultdict"),
    Global("collections", "Counter"),
    Global("datetime", "datetime"),
    Global("datetime", "timedelta"),
    Global("pathlib", "PosixPath"),
    Global("pathlib", "WindowsPath"),
    *(Global(module, name) for module in ("builtins", "__builtin__") for name in ("set", "frozenset", "slice")),
    *(Global(module, name) for module in ("builtins", "__builtin__") for name in ("bytearray", "complex", "object")),
}


def called(by: Any, args: Any) -> Any:
    """What a call would give, where it describes a tensor or an ordinary container; else a placeholder.

    Raises `ValueError` for a call that no checkpoint needs: it names what would be run.
    """
    if not isinstance(by, Global) or not isinstance(args, tuple):
        raise ValueError("its pickle calls what is no function")
    rule = CALLS.get(by)
    if rule is not None:
        return rule(*args)
    if by in HARMLESS:
        return Made(by, args)
    raise ValueError(
        f"unpickling it would call {by.module[:60]}.{by.name[:60]}, which no list of tensors needs (nothing was run)"
    )


def _tensor(storage: Any = None, offset: Any = 0, size: Any = (), stride: Any = (), *rest: Any) -> Described:
    """torch._utils._rebuild_tensor_v2(storage, offset, size, stride, …); _v3 has the number format at the end."""
    if not isinstance(storage, Storage) or type(offset) is not int or offset < 0:
        raise ValueError("its pickle makes a tensor without a storage")
    if isinstance(size, Made):  # torch.Size((…))
        size = size.args[0] if size.args else ()
    shape = checked_shape(size)
    steps = checked_shape(stride)
    dtype = storage.dtype
    if dtype is None:
        kind = next((one for one in rest if isinstance(one, Global) and one.module == "torch"), None)
        if kind is None or kind.name not in BYTES:
            raise ValueError("its pickle makes a tensor of an unknown number format")
        dtype = kind.name
    if len(steps) != len(shape):
        raise ValueError("its pickle makes a tensor whose strides do not fit its shape")
    reach = offset + 1 + sum((side - 1) * step for side, step in zip(shape, steps)) if 0 not in shape else 0
    if reach > (storage.size if storage.dtype else storage.size // BYTES[dtype]):
        raise ValueError("its pickle makes a tensor that reaches beyond its storage")
    return Described(shape, dtype, storage)


def _typed_tensor(function: Any = None, kind: Any = None, args: Any = (), *rest: Any) -> Any:
    """torch._tensor._rebuild_from_type_v2(function, type, args, state)."""
    if function not in TENSORS:
        raise ValueError("its pickle makes a tensor in a way that no checkpoint needs")
    return called(function, args)


def _dtype(name: Any = "", *rest: Any) -> Made:
    return Made(Global("numpy", "dtype"), (name,))


def array(made: Made) -> Described | None:
    """What a NumPy array is: an empty one that is given (version, shape, dtype, Fortran order, bytes); None for others."""
    state = made.state
    if made.by.name != "_reconstruct" or made.by.module not in NUMPY or not isinstance(state, tuple) or len(state) != 5:
        return None
    _, shape, dtype, _, _ = state
    name = dtype.args[0] if isinstance(dtype, Made) and dtype.by == Global("numpy", "dtype") else None
    if not isinstance(name, str) or name not in ARRAYS:
        return None
    return Described(checked_shape(shape), ARRAYS[name])


def _from_buffer(buffer: Any = None, dtype: Any = None, shape: Any = (), *rest: Any) -> Described:
    """numpy._core.numeric._frombuffer(bytes, dtype, shape, order): an array of protocol 5."""
    name = dtype.args[0] if isinstance(dtype, Made) and dtype.by == Global("numpy", "dtype") else None
    if not isinstance(name, str) or name not in ARRAYS:
        raise ValueError("its pickle makes an array of an unknown number format")
    return Described(checked_shape(shape), ARRAYS[name])


def _ordered(items: Any = (), *rest: Any) -> Pairs:
    """collections.OrderedDict([[key, value], …])."""
    pairs = [tuple(one) for one in items if isinstance(one, (list, tuple)) and len(one) == 2]
    return Pairs(pairs)


def _nothing(*rest: Any) -> None:
    return None


TENSORS = {Global("torch._utils", f"_rebuild_tensor{version}"): _tensor for version in ("", "_v2", "_v3")}
CALLS: dict[Global, Callable[..., Any]] = {
    **TENSORS,
    Global("torch._utils", "_rebuild_parameter"): lambda data=None, *rest: data,
    Global("torch._utils", "_rebuild_parameter_with_state"): lambda data=None, *rest: data,
    Global("torch._tensor", "_rebuild_from_type_v2"): _typed_tensor,
    Global("collections", "OrderedDict"): _ordered,
    Global("torch.serialization", "_get_layout"): _nothing,
    Global("numpy", "dtype"): _dtype,
    Global("numpy.core.numeric", "_frombuffer"): _from_buffer,
    Global("numpy._core.numeric", "_frombuffer"): _from_buffer,
    **{
        Global(module, "_reconstruct"): lambda *args, module=module: Made(Global(module, "_reconstruct"))
        for module in NUMPY
    },
}
