"""Tensors in device or host memory, slices of them, and sets by name."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from enum import IntEnum

import numpy as np

from ..runtime.dtypes import dtype_of
from .runtime import Runtime, current
from .status import NrtError, Status

__all__ = ["Placement", "Tensor", "TensorSet"]


class Placement(IntEnum):
    """Where a tensor's bytes are; the numbers are nrt's."""

    DEVICE = 0
    HOST = 1


class _DeviceBytes:
    """A range of device memory, given back when no tensor refers to it any more."""

    def __init__(self, runtime: Runtime, size: int, what: str):
        device = runtime.device
        self._memory = device.memory
        self._start = device.allocate(size, what)
        self._released = runtime.released
        self._release = functools.partial(device.release, self._start, size)
        self.write(0, bytes(size))

    def read(self, offset: int, size: int) -> bytes:
        return self._memory.read(self._start + offset, size)

    def write(self, offset: int, data: bytes) -> None:
        self._memory.write(self._start + offset, data)

    def __del__(self) -> None:
        if hasattr(self, "_release"):
            self._released.append(self._release)


class _HostBytes:
    """Bytes of this process."""

    def __init__(self, size: int):
        self._data = bytearray(size)

    def read(self, offset: int, size: int) -> bytes:
        return bytes(self._data[offset : offset + size])

    def write(self, offset: int, data: bytes) -> None:
        self._data[offset : offset + len(data)] = data


class Tensor:
    """Bytes on a device, zeros at first, with a shape and a type if they came from an array.

    Device memory is freed by :meth:`free` or when the tensor is no longer referred to, once no
    slice of it is either.

    Parameters
    ----------
    size:
        Bytes, at least 1.
    name:
        For messages.
    placement:
        In device memory (the default) or in the host's.

    Attributes
    ----------
    name, size:
        As given.
    shape, dtype:
        NumPy's; a tensor that did not come from an array has bytes, ``(size,)`` of uint8, and goes
        to a model for any tensor of its size.
    """

    def __init__(self, size: int, name: str = "", *, placement: Placement = Placement.DEVICE):
        runtime = current()
        if size < 1:
            raise NrtError(Status.INVALID, f"a tensor has at least 1 byte, not {size}")
        what = f"tensor {name!r}" if name else "a tensor"
        is_host = Placement(placement) is Placement.HOST
        bytes_of = functools.partial(_HostBytes, size) if is_host else functools.partial(
            _DeviceBytes, runtime, size, what)  # fmt: skip
        self._set(runtime, runtime.call(bytes_of), 0, size, name)

    def _set(self, runtime: Runtime, data: _DeviceBytes | _HostBytes, start: int, size: int,
             name: str) -> None:  # fmt: skip
        self.runtime = runtime
        self.name = name
        self.size = size
        self.shape: tuple[int, ...] = (size,)
        self.dtype = np.dtype(np.uint8)
        self.is_typed = False
        self._bytes: _DeviceBytes | _HostBytes | None = data
        self._start = start

    @classmethod
    def from_numpy(cls, array: np.ndarray, name: str = "", *,
                   placement: Placement = Placement.DEVICE) -> Tensor:  # fmt: skip
        """A new tensor with an array's bytes, shape and type.

        Raises
        ------
        NrtError
            INVALID: the core has no such type, or the array is empty; RESOURCE: device memory is
            full.
        """
        array = np.ascontiguousarray(array).reshape(np.shape(array))
        try:
            dtype_of(array)
        except ValueError as error:
            raise NrtError(Status.INVALID, str(error)) from None
        tensor = cls(array.nbytes, name, placement=placement)
        tensor.shape, tensor.dtype, tensor.is_typed = array.shape, array.dtype, True
        tensor.write(array.tobytes())
        return tensor

    def numpy(self) -> np.ndarray:
        """A copy as an array of the tensor's shape and type."""
        return np.frombuffer(self.read(), self.dtype).reshape(self.shape).copy()

    def write_from_numpy(self, array: np.ndarray) -> None:
        """Sets all bytes from an array of the same size in bytes."""
        raw = np.ascontiguousarray(array).tobytes()
        if len(raw) != self.size:
            raise NrtError(Status.INVALID, f"{self} takes {self.size} bytes, not {len(raw)}")
        self.write(raw)

    def read(self, offset: int = 0, size: int | None = None) -> bytes:
        """``size`` bytes (None: all that follow) from ``offset`` on."""
        size = self.size - offset if size is None else size
        data = self._range(offset, size)
        return self.runtime.call(lambda: data.read(self._start + offset, size))

    def write(self, data: bytes, offset: int = 0) -> None:
        """Writes bytes from ``offset`` on."""
        into = self._range(offset, len(data))
        self.runtime.call(lambda: into.write(self._start + offset, data))

    def copy(self, source: Tensor, *, source_offset: int = 0, offset: int = 0,
             size: int | None = None) -> None:  # fmt: skip
        """Copies ``size`` bytes (None: all that follow) of another tensor, or of this one."""
        size = source.size - source_offset if size is None else size
        into, out_of = self._range(offset, size), source._range(source_offset, size)
        if source.runtime is not self.runtime:
            raise NrtError(Status.INVALID_HANDLE, f"{source} is of another runtime than {self}")
        self.runtime.call(lambda: into.write(
            self._start + offset, out_of.read(source._start + source_offset, size)))  # fmt: skip

    def memset(self, value: int, offset: int = 0, size: int | None = None) -> None:
        """Sets ``size`` bytes (None: all that follow) to a value from 0 to 255."""
        size = self.size - offset if size is None else size
        if not 0 <= value <= 255:
            raise NrtError(Status.INVALID, f"a byte's value is from 0 to 255, not {value}")
        into = self._range(offset, size)
        self.runtime.call(lambda: into.write(self._start + offset, bytes([value]) * size))

    def slice(self, offset: int, size: int, name: str = "") -> Tensor:
        """A tensor of ``size`` of these bytes, at least 1, from ``offset`` on: what one writes, the
        other reads. It lives on when this tensor is freed."""
        data = self._range(offset, size)
        if size < 1:
            raise NrtError(Status.INVALID, f"a slice has at least 1 byte, not {size}")
        part = Tensor.__new__(Tensor)
        part._set(self.runtime, data, self._start + offset, size, name)
        return part

    def free(self) -> None:
        """Frees the tensor; INVALID_HANDLE the second time."""
        self.check()
        self._bytes = None

    @property
    def is_freed(self) -> bool:
        """Whether :meth:`free` was called."""
        return self._bytes is None

    def check(self) -> None:
        """Raises CLOSED or INVALID_HANDLE when the tensor cannot be used any more."""
        self._range(0, 0)

    def check_range(self, offset: int, size: int) -> None:
        """Raises INVALID when not all ``size`` bytes from ``offset`` on are the tensor's."""
        self._range(offset, size)

    def view(self) -> _View:
        """The bytes, to use inside of one ``Runtime.call``; they stay when the tensor is freed."""
        return _View(self._range(0, self.size), self._start, self.size)

    def _range(self, offset: int, size: int) -> _DeviceBytes | _HostBytes:
        self.runtime.check_open()
        if self._bytes is None:
            raise NrtError(Status.INVALID_HANDLE, f"{self} was freed")
        if offset < 0 or size < 0 or offset + size > self.size:
            raise NrtError(
                Status.INVALID,
                f"{self} has {self.size} bytes, not those from {offset} to {offset + size}",
            )
        return self._bytes

    def __repr__(self) -> str:
        return f"tensor {self.name!r}" if self.name else f"tensor of {self.size} bytes"


class _View:
    def __init__(self, data: _DeviceBytes | _HostBytes, start: int, size: int):
        self._bytes, self._start, self._size = data, start, size

    def read(self) -> bytes:
        return self._bytes.read(self._start, self._size)

    def write(self, data: bytes) -> None:
        self._bytes.write(self._start, data)


class TensorSet(Mapping[str, Tensor]):
    """Tensors by the names that a model has for them."""

    def __init__(self, tensors: Mapping[str, Tensor] | None = None):
        self._tensors: dict[str, Tensor] = {}
        for name, tensor in (tensors or {}).items():
            self.add(name, tensor)

    def add(self, name: str, tensor: Tensor) -> None:
        """Puts a tensor into the set, in place of one of the same name."""
        if not isinstance(tensor, Tensor):
            raise NrtError(Status.INVALID, f"{name!r} must be a Tensor, not "
                                           f"{type(tensor).__name__}")  # fmt: skip
        tensor.check()
        self._tensors[name] = tensor

    def __getitem__(self, name: str) -> Tensor:
        return self._tensors[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tensors)

    def __len__(self) -> int:
        return len(self._tensors)
