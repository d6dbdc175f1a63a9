"""The runtime behind numbers in place of objects: what the C library calls.

A handle is a number that is given once: one of something that was freed, or of something else, is
seen as such and gives INVALID_HANDLE.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from enum import IntEnum
from typing import Any, NamedTuple, TypeVar

from tinyneuron_hw.formats import DType

from . import runtime
from .model import Model, TensorInfo
from .status import NrtError, Status, status_of
from .tensor import Placement, Tensor

__all__ = ["ANSWER", "DTYPES", "INFO", "MAX_DIMENSIONS", "NAME_BYTES", "REQUEST", "Answer",
           "Request", "Service"]  # fmt: skip

REQUEST = struct.Struct("=IIQ5q")
"""Number of the request, bytes of its text, bytes of its data, its numbers."""
ANSWER = struct.Struct("=iIQq")
"""Status, 0, bytes of the data, a number."""
NAME_BYTES = 256
MAX_DIMENSIONS = 32
INFO = struct.Struct(f"={NAME_BYTES}sIIQQ{MAX_DIMENSIONS}I")
"""A tensor of a model: name, usage (0 input, 1 output), type, size in bytes, dimensions, shape."""

DTYPES = {
    DType.FP32: 0xA, DType.TF32: 0xA, DType.BF16: 6, DType.FP16: 7,
    DType.FP8_E5M2: 0xF, DType.FP8_E4M3: 0xE, DType.FP8_E3M4: 0xD,
    DType.INT32: 8, DType.INT16: 4, DType.INT8: 2,
    DType.UINT32: 9, DType.UINT16: 5, DType.UINT8: 3, DType.BOOL: 3,
}  # fmt: skip
"""nrt's numbers of types; TF32 is held as FP32, a truth value as UINT8."""


class Request(IntEnum):
    """What can be asked for; after it what its five numbers, its text and its bytes mean."""

    INIT = 1
    """First handle to give."""
    CLOSE = 2
    LOAD = 3
    """Core, number of cores; the container's bytes. Gives a model."""
    UNLOAD = 4
    """Model."""
    INFO = 5
    """Model. Gives the number of tensors, and :data:`INFO` of each."""
    EXECUTE = 6
    """Model, set of inputs, set of outputs, count."""
    ALLOCATE = 7
    """Placement, core, size; the name. Gives a tensor."""
    SLICE = 8
    """Tensor, offset, size; the name. Gives a tensor."""
    FREE = 9
    """Tensor."""
    SIZE = 10
    """Tensor."""
    RANGE = 11
    """Tensor, offset, size: whether they are the tensor's."""
    READ = 12
    """Tensor, offset, size. Gives bytes."""
    WRITE = 13
    """Tensor, offset; bytes."""
    COPY = 14
    """Source, offset, destination, offset, size."""
    MEMSET = 15
    """Tensor, offset, value, size."""
    SET = 16
    """Gives a tensor set."""
    SET_FREE = 17
    """Set."""
    SET_ADD = 18
    """Set, tensor; the name."""
    SET_GET = 19
    """Set; the name. Gives a tensor."""


class Answer(NamedTuple):
    """Status, a number (often a handle), and bytes: data, or after a failure its message."""

    status: Status
    value: int = 0
    data: bytes = b""


class _Set(dict[str, int]):
    """Name -> handle of a tensor."""


_Kind = TypeVar("_Kind", Tensor, Model, _Set)
_NAMES = {Tensor: "tensor", Model: "model", _Set: "tensor set"}


class Service:
    """Answers requests; nothing a request says raises.

    Parameters
    ----------
    target, config:
        As for ``nrt.init``.
    """

    def __init__(self, target: str | None = None, config: str | None = None):
        self._where = target, config
        self._objects: dict[int, Tensor | Model | _Set] = {}
        self._next = 1
        self._calls: dict[Request, Callable[[list[int], str, bytes], Any]] = {
            request: getattr(self, f"_{request.name.lower()}") for request in Request
        }

    def answer(self, request: int, numbers: list[int], text: str, data: bytes) -> Answer:
        """What one request gives."""
        try:
            if request not in self._calls:
                raise NrtError(Status.INVALID, f"there is no request {request}")
            given = self._calls[Request(request)](numbers, text, data)
        except Exception as error:
            words = " ".join(str(error).split()) or type(error).__name__
            return Answer(status_of(error), 0, words.encode())
        if isinstance(given, bytes):
            return Answer(Status.SUCCESS, len(given), given)
        return Answer(Status.SUCCESS, given or 0)

    def _init(self, numbers: list[int], text: str, data: bytes) -> None:
        runtime.init(*self._where)
        self._next = max(1, numbers[0])

    def _close(self, numbers: list[int], text: str, data: bytes) -> None:
        self._objects.clear()
        runtime.close()

    def _load(self, numbers: list[int], text: str, data: bytes) -> int:
        _check_core(numbers[0])
        if numbers[1] not in (-1, 1):
            raise NrtError(Status.INVALID, f"a program runs on 1 core (or -1), not {numbers[1]}")
        return self._new(Model.load(data))

    def _unload(self, numbers: list[int], text: str, data: bytes) -> None:
        self._find(Model, numbers[0]).unload()
        del self._objects[numbers[0]]

    def _info(self, numbers: list[int], text: str, data: bytes) -> bytes:
        model = self._find(Model, numbers[0])
        groups = (model.input_tensors_info, model.output_tensors_info)
        return b"".join(
            _packed(info, usage) for usage, group in enumerate(groups) for info in group.values()
        )

    def _execute(self, numbers: list[int], text: str, data: bytes) -> None:
        model = self._find(Model, numbers[0])
        inputs, outputs = (self._tensors(handle) for handle in numbers[1:3])
        model.execute_repeat(inputs, outputs, numbers[3])

    def _allocate(self, numbers: list[int], text: str, data: bytes) -> int:
        placement, core, size = numbers[:3]
        if placement not in list(Placement):
            raise NrtError(Status.INVALID, f"placement must be 0 (device) or 1 (host), "
                                           f"not {placement}")  # fmt: skip
        _check_core(core)
        return self._new(Tensor(size, text, placement=Placement(placement)))

    def _slice(self, numbers: list[int], text: str, data: bytes) -> int:
        return self._new(self._find(Tensor, numbers[0]).slice(numbers[1], numbers[2], text))

    def _free(self, numbers: list[int], text: str, data: bytes) -> None:
        self._find(Tensor, numbers[0]).free()
        del self._objects[numbers[0]]

    def _size(self, numbers: list[int], text: str, data: bytes) -> int:
        return self._find(Tensor, numbers[0]).size

    def _range(self, numbers: list[int], text: str, data: bytes) -> None:
        self._find(Tensor, numbers[0]).check_range(*numbers[1:3])

    def _read(self, numbers: list[int], text: str, data: bytes) -> bytes:
        return self._find(Tensor, numbers[0]).read(*numbers[1:3])

    def _write(self, numbers: list[int], text: str, data: bytes) -> None:
        self._find(Tensor, numbers[0]).write(data, numbers[1])

    def _copy(self, numbers: list[int], text: str, data: bytes) -> None:
        source, target = (self._find(Tensor, numbers[at]) for at in (0, 2))
        target.copy(source, source_offset=numbers[1], offset=numbers[3], size=numbers[4])

    def _memset(self, numbers: list[int], text: str, data: bytes) -> None:
        tensor, offset, value, size = numbers[:4]
        self._find(Tensor, tensor).memset(value & 0xFF, offset, size)

    def _set(self, numbers: list[int], text: str, data: bytes) -> int:
        runtime.current()
        return self._new(_Set())

    def _set_free(self, numbers: list[int], text: str, data: bytes) -> None:
        self._find(_Set, numbers[0])
        del self._objects[numbers[0]]

    def _set_add(self, numbers: list[int], text: str, data: bytes) -> None:
        found = self._find(_Set, numbers[0])
        self._find(Tensor, numbers[1])
        found[text] = numbers[1]

    def _set_get(self, numbers: list[int], text: str, data: bytes) -> int:
        found = self._find(_Set, numbers[0])
        if text not in found:
            known = ", ".join(found) or "none"
            raise NrtError(Status.INVALID, f"the set has no tensor {text!r}; it has: {known}")
        self._find(Tensor, found[text])
        return found[text]

    def _new(self, item: Tensor | Model | _Set) -> int:
        handle, self._next = self._next, self._next + 1
        self._objects[handle] = item
        return handle

    def _find(self, kind: type[_Kind], handle: int) -> _Kind:
        runtime.current()
        item = self._objects.get(handle)
        if not isinstance(item, kind):
            raise NrtError(Status.INVALID_HANDLE, f"{handle} is no handle of a {_NAMES[kind]}")
        return item

    def _tensors(self, handle: int) -> dict[str, Tensor]:
        return {name: self._find(Tensor, item) for name, item in self._find(_Set, handle).items()}


def _check_core(core: int) -> None:
    if core not in (-1, 0):
        raise NrtError(Status.INVALID, f"there is one core, 0 (or -1 for any), not {core}")


def _packed(info: TensorInfo, usage: int) -> bytes:
    name = info.name.encode()
    if len(name) >= NAME_BYTES:
        raise NrtError(Status.INVALID, f"a tensor's name has at most {NAME_BYTES - 1} bytes, "
                                       f"not {len(name)}")  # fmt: skip
    shape = (*info.shape, *[0] * (MAX_DIMENSIONS - len(info.shape)))
    return INFO.pack(name, usage, DTYPES[info.element_type], info.size, len(info.shape), *shape)
