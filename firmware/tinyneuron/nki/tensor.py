"""Tensors of the kernel language: views on tiles and device tensors.

A view is a base, an offset and one (stride, size) per axis. On chip, axis 0 is the partition axis
and never disappears; in device memory an integer index drops its axis. Views of views that only
rename axes are in ``views.py``.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Never, overload

from tinyneuron_hw.formats import FORMATS, DType
from tinyneuron_hw.isa.opcodes import Space

from ..lower.ir import DeviceRef, DeviceTensor, Extent, Register, Shift, Tile, TileRef
from .memories import MemoryRegion
from .registers import VirtualRegister, as_operand, bounded, size_of
from .strides import merged, reach, row_major, split
from .trace import KernelError
from .views import Views

__all__ = ["Tensor", "ds"]


@dataclass(frozen=True, eq=False)
class Piece:
    """``size`` elements from ``start``, one of them a register."""

    start: Any
    size: Any


@overload
def ds(start: int, size: int) -> slice: ...


@overload
def ds(start: Any, size: Any) -> Any: ...


def ds(start: Any, size: Any) -> Any:
    """``size`` elements from ``start``, as an index; each a number or a register."""
    if any(isinstance(item, (Register, Extent)) for item in (start, size)):
        return Piece(start, size)
    return slice(start, start + size)


@dataclass(frozen=True, eq=False)
class Indirect:
    """Row p begins ``indices[p, 0] * stride`` elements further on (``single``: everything begins
    ``indices[0, 0] * stride`` further on); indices 0 ... ``last`` are inside the tensor."""

    indices: Tensor
    stride: int
    last: int
    single: bool = False


@dataclass(frozen=True, eq=False)
class Tensor(Views):
    """A view. ``steps`` are its strides in elements; ``steps[0]`` of an on-chip view counts
    partitions, and ``origin`` is an element of each partition.

    Members
    -------
    shape, dtype, ndim, size: as in NumPy (``dtype`` is a :class:`DType`).
    strides, offset: elements of the storage, where the partitions of a tile follow each other.
    buffer: the memory it is in (:class:`MemoryRegion`).
    name: of the tensor it is a view of.
    """

    base: Tile | DeviceTensor
    shape: tuple[int, ...]
    steps: tuple[int, ...]
    origin: int = 0
    start_partition: int = 0
    choice: Indirect | None = None
    """Of a device tensor: an index moves the start of each row."""
    shift: Shift | None = None
    """A register moves the start."""
    kind: DType | None = None
    """The type its bits are taken for, if not the base's."""

    @classmethod
    def whole(cls, base: Tile | DeviceTensor) -> Tensor:
        """All of a base."""
        return cls(base, base.shape, row_major(base.shape, isinstance(base, Tile)))

    @property
    def dtype(self) -> DType:
        return self.kind or self.base.dtype

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> int:
        return math.prod(self.shape)

    @property
    def strides(self) -> tuple[int, ...]:
        return (self._row, *self.steps[1:]) if self.on_chip else self.steps

    @property
    def offset(self) -> int:
        return self.start_partition * self._row + self.origin if self.on_chip else self.origin

    @property
    def name(self) -> str:
        return self.base.name

    @property
    def buffer(self) -> MemoryRegion:
        if isinstance(self.base, Tile):
            return MemoryRegion.psum if self.base.space is Space.PSUM else MemoryRegion.sbuf
        return MemoryRegion.shared_hbm if self.base.shared else MemoryRegion.private_hbm

    @property
    def storage(self) -> tuple[int, ...]:
        """Shape of the base in elements of this view's type."""
        unit, given = (FORMATS[kind].bytes for kind in (self.dtype, self.base.dtype))
        *outer, last = self.base.shape or (1,)
        return (*outer, last * given // unit)

    @property
    def _row(self) -> int:
        """Elements of one partition of a tile."""
        return math.prod(self.storage[1:])

    @property
    def on_chip(self) -> bool:
        return isinstance(self.base, Tile)

    @property
    def where(self) -> str:
        """Memory it is in, as kernels spell it."""
        if isinstance(self.base, Tile):
            return "nl.psum" if self.base.space is Space.PSUM else "nl.sbuf"
        return "device memory"

    def __repr__(self) -> str:
        shape = "x".join(map(str, self.shape)) or "scalar"
        return f"{self.base.name}[{shape}, {FORMATS[self.dtype].name}, {self.where}]"

    def ref(self) -> TileRef | DeviceRef:
        """This view as an operand, axes merged where they are contiguous."""
        if self.choice is not None:
            return self._moved_by_register().ref()
        if isinstance(self.base, Tile):
            dims = merged(self.steps[1:], self.shape[1:])
            return TileRef(self.base, self.start_partition, self.shape[0], self.origin, dims,
                           self.shift, self.kind)  # fmt: skip
        # What a kernel has written to an argument is in a tensor of its own.
        return DeviceRef(self.base.updated or self.base, self.origin,
                         merged(self.steps, self.shape), shift=self.shift,
                         kind=self.kind)  # fmt: skip

    def _moved_by_register(self) -> Tensor:
        """This view with its one index in a register; another value than those inside traps."""
        from .register_moves import register_load  # it takes tensors

        choice = self.choice
        assert choice is not None
        if not choice.single:
            raise KernelError(f"{self!r}: a view with vector_offset is for dma_copy only")
        register = VirtualRegister(settable=True)
        register_load(register, choice.indices)
        inside = bounded(register, 0, choice.last)
        shift = moved(self.shift, inside, choice.stride, choice.last)
        return replace(self, choice=None, shift=shift)

    @property
    def is_dynamic(self) -> bool:
        """Whether registers hold its place or one of its sizes."""
        return self.shift is not None or any(isinstance(size, Extent) for size in self.shape)

    def __getitem__(self, key: Any) -> Tensor:
        """Integers, slices with positive steps, ``ds`` and ``...``; nothing may reach outside."""
        if self.choice is not None:
            raise KernelError(f"{self!r}: a view with vector_offset or scalar_offset has no parts")
        keys = list(key) if isinstance(key, tuple) else [key]
        for at, item in enumerate(keys):
            if item is Ellipsis:
                keys[at : at + 1] = [slice(None)] * (self.ndim - len(keys) + 1)
                break
        if len(keys) > self.ndim:
            raise KernelError(f"{self!r}: {len(keys)} indices for {self.ndim} axes")
        keys += [slice(None)] * (self.ndim - len(keys))
        shape, strides, offset, start = [], [], self.origin, self.start_partition
        shift = self.shift
        for axis, item in enumerate(keys):
            first, step, count, dropped = self._index(axis, item)
            if isinstance(first, Register):
                if self.on_chip and axis == 0:
                    raise KernelError(f"{self!r}: the partition axis takes constant starts only")
                first, rest = first.sum  # pyright: ignore
                room = self.shape[axis] - count - rest
                shift = moved(shift, first, self.steps[axis], room)
                first = rest
            if self.on_chip and axis == 0:
                if step != 1:
                    raise KernelError(f"{self!r}: the partition axis takes step 1 only, not {step}")
                start, dropped = start + first * self.steps[0], False
            else:
                offset += first * self.steps[axis]
            if not dropped:
                shape.append(count)
                strides.append(self.steps[axis] * step)
        if self.on_chip and len(shape) == 1:
            shape, strides = [*shape, 1], [*strides, 1]
        return replace(self, shape=tuple(shape), steps=tuple(strides), origin=offset,
                       start_partition=start, shift=shift)  # fmt: skip

    def __setitem__(self, key: Any, value: Any) -> Never:
        raise KernelError(f"{self!r}: elements are written by instructions, nisa.tensor_copy, "
                          "nisa.memset or nl.store, not by an assignment")  # fmt: skip

    def _index(self, axis: int, item: Any) -> tuple[Any, int, int, bool]:
        """First element, step, count, and whether the axis disappears."""
        extent = self.shape[axis]
        if isinstance(extent, Extent):
            if not isinstance(item, slice) or (item.start, item.stop, item.step) != (None,) * 3:
                raise KernelError(
                    f"{self!r}: axis {axis} has a size in a register: it takes : only"
                )
            return 0, 1, extent, False
        if isinstance(item, (Piece, Register)):
            start, size = (item.start, item.size) if isinstance(item, Piece) else (item, 1)
            return (*_piece(self, axis, start, size), isinstance(item, Register))
        ends = (item.start, item.stop) if isinstance(item, slice) else ()
        if any(isinstance(end, Register) for end in ends):
            if item.start not in (None, 0) or item.step not in (None, 1):
                raise KernelError(f"{self!r}: axis {axis}: a slice with a register is [:register]; "
                                  "others are nl.ds(start, size)")  # fmt: skip
            return (*_piece(self, axis, 0, item.stop), False)
        if isinstance(item, slice):
            first = 0 if item.start is None else operator.index(item.start)
            stop = extent if item.stop is None else operator.index(item.stop)
            step = 1 if item.step is None else operator.index(item.step)
            first, stop = (v + extent if v < 0 else v for v in (first, stop))
            if step < 1:
                raise KernelError(f"{self!r}: axis {axis}: step must be at least 1, not {step}")
            if not 0 <= first < stop <= extent:
                raise KernelError(f"{self!r}: axis {axis}: slice {first}:{stop} does not select "
                                  f"elements 0 ... {extent - 1}")  # fmt: skip
            return first, step, -(-(stop - first) // step), False
        try:
            at = operator.index(item)
        except TypeError:
            raise KernelError(f"{self!r}: axis {axis}: an index must be an integer or a slice, "
                              f"not {item!r}") from None  # fmt: skip
        if not -extent <= at < extent:
            raise KernelError(f"{self!r}: axis {axis}: index {at} is outside 0 ... {extent - 1}")
        return at % extent, 1, 1, True

    def reshape(self, shape: Sequence[int]) -> Tensor:
        """Another shape over the same elements in the same order (a view: strides must allow it;
        the partition axis of an on-chip tensor stays)."""
        if self.choice is not None:
            raise KernelError(f"{self!r}: a view with vector_offset or scalar_offset cannot be "
                              "reshaped")  # fmt: skip
        if any(isinstance(size, Extent) for size in self.shape):
            raise KernelError(f"{self!r}: a view with a size in a register cannot be reshaped")
        target = tuple(map(operator.index, shape))
        if math.prod(target) != math.prod(self.shape):
            raise KernelError(f"{self!r}: cannot be reshaped to {target}: element counts differ")
        skip = int(self.on_chip)
        if skip and (len(target) < 2 or target[0] != self.shape[0]):
            raise KernelError(f"{self!r}: cannot be reshaped to {target}: the partition axis stays")
        strides = split(merged(self.steps[skip:], self.shape[skip:]), target[skip:])
        if strides is None:
            raise KernelError(f"{self!r}: cannot be reshaped to {target} without a copy")
        return replace(self, shape=target, steps=self.steps[:skip] + strides)

    def ap(
        self, pattern: Sequence[Sequence[int]], offset: int | None = None,
        scalar_offset: Tensor | VirtualRegister | None = None,
        vector_offset: Tensor | None = None, indirect_dim: int = 0, dtype: Any = None,
    ) -> Tensor:  # fmt: skip
        """An explicit access pattern over the storage: ``[[stride, size], ...]`` in elements (of
        ``dtype``, if that says what the bits are taken for), outermost first, from ``offset``
        elements behind this view's own start. On chip the first pair is the partition axis:
        ``[elements of a partition, partitions]``, and ``offset`` counts elements row-major over
        the whole tile.

        ``scalar_offset``, a register or an element ``[1, 1]`` of 4 bytes in SBUF, moves the start
        by so many steps of this view's axis ``indirect_dim``. With ``vector_offset``, indices
        ``[P, n]`` in SBUF, of a device tensor: the first pair has size P * n, and row p * n + i
        begins at the place that index [p, i] has on that axis, whatever the pair's stride. Only
        for ``dma_copy``."""
        if self.choice is not None:
            raise KernelError(f"{self!r}: a view with vector_offset or scalar_offset has no other")
        if scalar_offset is not None and vector_offset is not None:
            raise KernelError(f"{self!r}: scalar_offset and vector_offset exclude each other")
        view = self if dtype is None else self.view(dtype)
        if vector_offset is not None:
            return view._by_vector(pattern, offset or 0, vector_offset, indirect_dim)
        found = view._pattern(pattern, offset or 0)
        if scalar_offset is None:
            return found
        return view._by_scalar(found, scalar_offset, indirect_dim)

    def _pattern(self, pattern: Sequence[Sequence[int]], offset: int) -> Tensor:
        pairs = [(operator.index(stride), operator.index(size)) for stride, size in pattern]
        if any(size < 1 for _, size in pairs) or not pairs:
            raise KernelError(f"{self!r}: every size of an access pattern must be at least 1")
        offset += self.offset
        start, inner = 0, pairs
        reach_limit = math.prod(self.storage)
        if self.on_chip:
            row = self._row
            if pairs[0][0] != row and pairs[0][1] > 1:
                raise KernelError(f"{self!r}: the partition stride of an access pattern must be "
                                  f"{row}, not {pairs[0][0]}")  # fmt: skip
            (start, offset), inner, reach_limit = divmod(offset, row), pairs[1:], row
            if start + pairs[0][1] > self.base.shape[0]:
                raise KernelError(f"{self!r}: access pattern reaches partition "
                                  f"{start + pairs[0][1] - 1}")  # fmt: skip
            inner = inner or [(1, 1)]
        low, high = reach(offset, inner)
        if low < 0 or high >= reach_limit:
            raise KernelError(f"{self!r}: access pattern reaches elements {low} ... {high} of "
                              f"{reach_limit}")  # fmt: skip
        if self.on_chip:
            inner = [(1, pairs[0][1]), *inner]
        shape, strides = tuple(n for _, n in inner), tuple(s for s, _ in inner)
        return replace(self, shape=shape, steps=strides, origin=offset, start_partition=start)

    def _by_scalar(self, view: Tensor, index: Any, axis: int) -> Tensor:
        """``view`` moved by an index of this tensor's ``axis``."""
        stride, extent = self._indexed_axis(axis)
        if self.on_chip and axis == 0:
            raise KernelError(f"{self!r}: scalar_offset cannot move the partition axis")
        skip = int(self.on_chip)
        _, high = reach(view.origin, list(zip(view.steps, view.shape, strict=True))[skip:])
        limit = self._row if self.on_chip else math.prod(self.storage)
        last = min(extent - 1, (limit - 1 - high) // stride) if stride else extent - 1
        if isinstance(index, VirtualRegister):
            fits = not index.settable and 0 <= index.low <= index.high <= last
            inside = index if fits else bounded(index, 0, last)
            return replace(view, shift=moved(view.shift, inside, stride, last))
        if not isinstance(index, Tensor) or index.where != "nl.sbuf" or index.size != 1:
            raise KernelError(f"{self!r}: scalar_offset must be a register or one element in "
                              f"nl.sbuf, not {index!r}")  # fmt: skip
        return replace(view, choice=Indirect(index, stride, last, single=True))

    def _by_vector(self, pattern: Sequence[Sequence[int]], offset: int, indices: Tensor,
                   axis: int) -> Tensor:  # fmt: skip
        if self.on_chip or not isinstance(indices, Tensor) or indices.where != "nl.sbuf":
            raise KernelError(f"{self!r}: vector_offset takes indices in nl.sbuf for a tensor in "
                              "device memory")  # fmt: skip
        (_, count), *inner = [(operator.index(a), operator.index(b)) for a, b in pattern]
        if indices.size != count or indices.ndim != 2:
            raise KernelError(f"{self!r}: vector_offset must be [{count}, 1], as the pattern's "
                              f"first size, not {indices!r}")  # fmt: skip
        stride, extent = self._indexed_axis(axis)
        # The row of index 0 must be inside the tensor.
        row = self._pattern(inner or [(1, 1)], offset)
        _, end = reach(row.origin, inner)
        last = min(extent - 1, (math.prod(self.storage) - 1 - end) // stride)
        return replace(row, shape=(count, *row.shape), steps=(0, *row.steps),
                       choice=Indirect(indices, stride, last))  # fmt: skip

    def _indexed_axis(self, axis: int) -> tuple[int, int]:
        """Stride and extent of the axis that an index is of."""
        if not 0 <= axis < self.ndim:
            raise KernelError(f"{self!r}: indirect_dim {axis} is no axis of the base")
        return self.steps[axis], self.shape[axis]


def _piece(tensor: Tensor, axis: int, start: Any, size: Any) -> tuple[Any, int, int]:
    """First element, step and count of ``size`` elements from ``start``, which must be inside."""
    extent, where = tensor.shape[axis], f"{tensor!r}: axis {axis}"
    first, count = as_operand(start), size_of(size)
    low, high = (first.low, first.high) if isinstance(first, VirtualRegister) else (first, first)
    if low < 0:
        raise KernelError(f"{where}: start must be known to be at least 0, not {low}: "
                          "nl.bounded(register, low, high)")  # fmt: skip
    end, register = high + count, count.register if isinstance(count, Extent) else None
    if isinstance(register, VirtualRegister) and isinstance(first, VirtualRegister):
        end = min(end, register.sums.get(first.index, end))
    if end > extent or not 1 <= int(count) <= extent:
        raise KernelError(f"{where}: {int(count)} elements from at most {high} on may reach "
                          f"outside 0 ... {extent - 1}")  # fmt: skip
    return first, 1, count


def moved(shift: Shift | None, register: Any, scale: int, room: int) -> Shift:
    """The place of a view that a register moves by ``scale`` elements, at most ``room`` times."""
    low, high = max(register.low, 0) * scale, min(register.high, room) * scale
    high = max(low, high)
    if shift is None:
        return Shift(register, register.index, scale, low, high)
    if shift.index == register.index:
        return Shift(register, shift.index, shift.scale + scale, shift.low + low, shift.high + high)
    step = math.gcd(shift.scale, scale)
    total: Any = shift.register
    total = total * (shift.scale // step) + register * (scale // step)
    return Shift(total, total.index, step, shift.low + low, shift.high + high)
