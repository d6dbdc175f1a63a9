"""Views that rename, split, join or repeat the axes of a tensor; nothing is moved."""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Never

from tinyneuron_hw.formats import FORMATS

from .dtypes import as_dtype
from .later import needs
from .objects import NKIObject
from .trace import KernelError

if TYPE_CHECKING:
    from .tensor import Tensor

__all__ = ["Views"]


class Views(NKIObject):
    """The methods of a tensor that give other views of the same elements. An axis that an index
    moves (:meth:`is_indirect`) stays where it is."""

    def is_contiguous(self: Any) -> bool:
        """Whether its elements follow each other in row-major order; on chip, within each
        partition."""
        skip, expected = int(self.on_chip), 1
        for stride, size in reversed(list(zip(self.steps, self.shape, strict=True))[skip:]):
            if size != 1 and stride != expected:
                return False
            expected *= size
        return True

    def get_pattern(self: Any) -> list[list[int]]:
        """``[[stride, size], ...]`` of its axes, as :meth:`ap` takes them."""
        return [list(pair) for pair in zip(self.strides, self.shape, strict=True)]

    def is_indirect(self: Any) -> bool:
        """Whether an index that is known only when the program runs moves it."""
        return self.choice is not None or self.shift is not None

    def permute(self: Any, dims: Sequence[int]) -> Tensor:
        """Its axes in another order; the partition axis stays first."""
        order = tuple(map(operator.index, dims))
        if sorted(order) != list(range(self.ndim)):
            raise KernelError(f"{self!r}: permute takes each of its {self.ndim} axes once, not "
                              f"{tuple(dims)}")  # fmt: skip
        if _fixed(self) and order[0] != 0:
            raise KernelError(f"{self!r}: permute must leave axis 0 first, not {order}")
        shape, steps = (tuple(item[at] for at in order) for item in (self.shape, self.steps))
        return replace(self, shape=shape, steps=steps)

    def broadcast(self: Any, dim: int, size: int) -> Tensor:
        """An axis of size 1 repeated; not the partition axis (see ``nl.broadcast_to``)."""
        axis = _axis(self, "broadcast", dim)
        if self.shape[axis] != 1:
            raise KernelError(f"{self!r}: broadcast takes an axis of size 1, not axis {axis}")
        if size < 1:
            raise KernelError(f"{self!r}: broadcast: size must be at least 1, not {size}")
        return _with_axes(self, axis, 1, [(size, 0)])

    def expand_dim(self: Any, dim: int) -> Tensor:
        """A new axis of size 1 before axis ``dim``."""
        at = operator.index(dim)
        if not int(_fixed(self)) <= at <= self.ndim:
            raise KernelError(f"{self!r}: expand_dim takes a place from {int(_fixed(self))} to "
                              f"{self.ndim}, not {at}")  # fmt: skip
        return _with_axes(self, at, 0, [(1, 1)])

    def squeeze_dim(self: Any, dim: int) -> Tensor:
        """Without an axis of size 1. A tensor on chip keeps two axes."""
        axis = _axis(self, "squeeze_dim", dim)
        if self.shape[axis] != 1:
            raise KernelError(f"{self!r}: squeeze_dim takes an axis of size 1, not axis {axis}")
        return _with_axes(self, axis, 1, [(1, 1)] if self.on_chip and self.ndim == 2 else [])

    def reshape_dim(self: Any, dim: int, shape: Sequence[int]) -> Tensor:
        """An axis split into several; one of their sizes may be -1."""
        axis, sizes = operator.index(dim), [operator.index(size) for size in shape]
        if len(sizes) > 1 or axis != 0:
            axis = _axis(self, "reshape_dim", dim)
        known = math.prod(size for size in sizes if size != -1)
        if sizes.count(-1) == 1 and known > 0:
            sizes[sizes.index(-1)] = self.shape[axis] // known
        if math.prod(sizes) != self.shape[axis] or min(sizes, default=0) < 1:
            raise KernelError(f"{self!r}: reshape_dim: axis {axis} cannot be split into "
                              f"{tuple(shape)}")  # fmt: skip
        parts, step = [], self.steps[axis]
        for size in reversed(sizes):
            parts.insert(0, (size, step))
            step *= size
        return _with_axes(self, axis, 1, parts)

    def flatten_dims(self: Any, start_dim: int, end_dim: int) -> Tensor:
        """The axes from ``start_dim`` to ``end_dim``, which follow each other in memory, as one."""
        first = _axis(self, "flatten_dims", start_dim)
        last = _axis(self, "flatten_dims", end_dim)
        pairs = list(zip(self.shape, self.steps, strict=True))[first : last + 1]
        for (_, outer), (size, inner) in itertools.pairwise(pairs):
            if outer != size * inner:
                raise KernelError(f"{self!r}: flatten_dims: axes {first} to {last} do not follow "
                                  "each other in memory")  # fmt: skip
        if not pairs:
            raise KernelError(f"{self!r}: flatten_dims: axis {last} is before axis {first}")
        joined = math.prod(size for size, _ in pairs)
        return _with_axes(self, first, len(pairs), [(joined, pairs[-1][1])])

    def rearrange(
        self: Any, src_pattern: Sequence[Any], dst_pattern: Sequence[Any],
        fixed_sizes: Mapping[str, int] | None = None,
    ) -> Tensor:  # fmt: skip
        """Axes split, reordered and joined by name: ``rearrange(("p", ("h", "w")), ("p", "w",
        "h"), {"h": 4})``. A group of names is one axis."""
        source, target = _groups(src_pattern), _groups(dst_pattern)
        names = [name for group in source for name in group]
        if len(source) != self.ndim or sorted(names) != sorted(itertools.chain(*target)):
            raise KernelError(f"{self!r}: rearrange: {tuple(src_pattern)} and {tuple(dst_pattern)} "
                              "must name each axis once")  # fmt: skip
        view, sizes = self, dict(fixed_sizes or {})
        for at, group in reversed(list(enumerate(source))):
            if len(group) > 1:
                view = view.reshape_dim(at, [sizes.get(name, -1) for name in group])
        view = view.permute([names.index(name) for group in target for name in group])
        for at, group in enumerate(target):
            view = view.flatten_dims(at, at + len(group) - 1) if len(group) > 1 else view
        return view

    def slice(self: Any, dim: int, start: int, end: int, step: int = 1) -> Tensor:
        """Elements ``start`` to ``end``, every ``step``-th, of one axis."""
        keys: list[Any] = [slice(None)] * self.ndim
        keys[_any_axis(self, "slice", dim)] = slice(start, end, step)
        return self[tuple(keys)]

    def select(self: Any, dim: int, index: Any) -> Tensor:
        """One element of an axis, which disappears; the index is a number, a register, or an
        element ``[1, 1]`` in SBUF."""
        axis = _any_axis(self, "select", dim)
        if isinstance(index, int):
            keys: list[Any] = [slice(None)] * self.ndim
            keys[axis] = index
            return self[tuple(keys)]
        if self.is_indirect():
            raise KernelError(f"{self!r}: select: an index moves this view already")
        first = _with_axes(self[(slice(None),) * axis + (slice(0, 1),)], axis, 1, [])
        if self.on_chip and first.ndim < 2:
            first = _with_axes(first, first.ndim, 0, [(1, 1)])
        return self._by_scalar(first, index, axis)

    def vector_select(self: Any, dim: int, vector_offset: Tensor) -> Tensor:
        """Of a device tensor the elements of axis 0 that indices ``[P, 1]`` in SBUF choose; only
        for ``dma_copy``."""
        if operator.index(dim) != 0:
            raise KernelError(f"{self!r}: vector_select takes axis 0, not {dim}")
        count = vector_offset.size
        inner = [list(pair) for pair in zip(self.steps, self.shape, strict=True)][1:]
        return self.ap([[self.steps[0], count], *inner], 0, vector_offset=vector_offset)

    def view(self: Any, dtype: Any) -> Tensor:
        """The same bits as another type; the last axis, contiguous, grows or shrinks with the
        size of the elements."""
        kind = as_dtype(dtype)
        old, new = FORMATS[self.dtype].bytes, FORMATS[kind].bytes
        if old == new:
            return replace(self, kind=kind)
        if self.choice is not None:
            raise KernelError(f"{self!r}: view: an index moves it, so its elements keep their size")
        if self.steps[-1] != 1 or (self.on_chip and self.ndim < 2):
            raise KernelError(f"{self!r}: view: its last axis must be contiguous")
        skip = int(self.on_chip)
        # The stride of an axis with one index means nothing.
        pitches = [step if extent != 1 else new
                   for step, extent in zip(self.steps, self.shape, strict=True)]  # fmt: skip
        numbers = [self.shape[-1], self.origin, *pitches[skip:-1]]
        moves = [] if self.shift is None else [self.shift.scale]
        if any(number * old % new for number in numbers + moves):
            raise KernelError(f"{self!r}: view: {FORMATS[kind].name} does not fit its last axis, "
                              "offset and strides")  # fmt: skip
        size, origin, *steps = (number * old // new for number in numbers)
        shift = self.shift and self.shift.resized(old, new)
        return replace(self, kind=kind, shape=(*self.shape[:-1], size), origin=origin, shift=shift,
                       steps=(*self.steps[:skip], *steps, 1))  # fmt: skip

    def reinterpret_cast(self: Any, dtype: Any) -> Tensor:
        """:meth:`view`."""
        return self.view(dtype)

    def indirect(self: Any, index: Any, num_elem: int | None = None) -> Never:
        """Columns that an instruction reads where indices say."""
        raise needs(4, "views of NkiTensor.indirect")


def _fixed(tensor: Any) -> bool:
    """Whether axis 0 must stay: partitions, or rows that indices choose."""
    rows = tensor.choice is not None and not tensor.choice.single
    return tensor.on_chip or rows


def _any_axis(tensor: Any, call: str, dim: int) -> int:
    axis = operator.index(dim)
    if not 0 <= axis < tensor.ndim:
        raise KernelError(f"{tensor!r}: {call}: axis {axis} is not one of its {tensor.ndim}")
    return axis


def _axis(tensor: Any, call: str, dim: int) -> int:
    """An axis that may change."""
    axis = _any_axis(tensor, call, dim)
    if axis == 0 and _fixed(tensor):
        raise KernelError(f"{tensor!r}: {call}: axis 0 must stay as it is")
    return axis


def _with_axes(tensor: Any, at: int, count: int, axes: Sequence[tuple[int, int]]) -> Any:
    """``count`` axes from ``at`` replaced by (size, stride) pairs."""
    sizes, steps = tuple(size for size, _ in axes), tuple(step for _, step in axes)
    shape = (*tensor.shape[:at], *sizes, *tensor.shape[at + count :])
    return replace(tensor, shape=shape,
                   steps=(*tensor.steps[:at], *steps, *tensor.steps[at + count :]))  # fmt: skip


def _groups(pattern: Sequence[Any]) -> list[list[str]]:
    return [[item] if isinstance(item, str) else list(item) for item in pattern]
