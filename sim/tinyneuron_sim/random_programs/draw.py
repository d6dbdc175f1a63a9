"""Draws single data instructions: legal, inside the arena, without overlap in themselves."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tinyneuron_hw.formats import FORMATS, DType
from tinyneuron_hw.isa.codec import encode
from tinyneuron_hw.isa.matmul import matmul_kind
from tinyneuron_hw.isa.opcodes import (
    DMA_OPCODES,
    INDEXED_OPCODES,
    REGISTER_MOVES,
    STREAM_OPCODES,
    Accumulate,
    AluOp,
    Opcode,
    OperandKind,
    ReduceCommand,
    Space,
    Stream,
)
from tinyneuron_hw.isa.roles import DEVICE, PATTERNS, SCALARS
from tinyneuron_hw.isa.rules import start_granule
from tinyneuron_hw.isa.rules_accumulate import ACCUMULATING, RUNNING_OPS, SUBJECTS
from tinyneuron_hw.isa.rules_registers import move_path
from tinyneuron_hw.isa.rules_transfer import accumulates
from tinyneuron_hw.isa.table import HEADER_ROWS, SLOTS

from ..golden.access import extent
from ..golden.dma import transfer
from ..golden.errors import GoldenError, TrapSignal
from ..golden.executors import EXECUTORS
from ..golden.indexed import far_reach
from ..golden.lists import buffers_of
from ..golden.machine import Machine
from ..golden.numerics import quiet
from ..golden.prepared import Prepared, Preparer
from ..golden.region import DeviceRegion
from ..golden.stationary import Stationary
from .arena import Arena
from .legal import Legal, legal, own_fields
from .patterns import NoRoomError, place
from .rings import LISTED_OPCODES, Rings, can_have_list
from .shapes import ShapeRequest, shape_of
from .values import special_patterns

__all__ = ["Drawer", "Fields", "Use"]

Fields = dict[str, Any]
_ATTEMPTS = 100
_SEARCHES = (Opcode.FIND_INDEX8, Opcode.MATCH_REPLACE8)
"""Opcodes that look for the elements of ``in1`` in ``in0``."""
_NEAR = 1024
"""Bytes that buffers of a list often share; a transfer has fewer."""
_SPECIAL_WORDS = special_patterns(next(iter(FORMATS.values())))


@dataclass
class Use:
    """Numbers (see :class:`Arena`) of the bytes that an instruction reads and writes."""

    reads: np.ndarray
    writes: np.ndarray

    @classmethod
    def nothing(cls) -> Use:
        none = np.zeros(0, np.int64)
        return cls(none, none)

    def joined(self, other: Use) -> Use:
        """What both use."""
        return Use(np.union1d(self.reads, other.reads), np.union1d(self.writes, other.writes))


class Drawer:
    """Draws from one generator of random numbers.

    A drawn instruction is executed on a scratch copy of golden's memories, which refuses one
    whose destination overlaps its sources. ``rings`` holds what programs have in device memory
    beside their data.
    """

    def __init__(self, arena: Arena, rng: random.Random):
        self._arena, self._rng, self._config = arena, rng, arena.config
        self.rings = Rings(rng, *arena.described)
        self._machine = Machine(arena.config, None)
        for memory in (self._machine.sbuf, self._machine.psum):
            memory.write_bytes(0, bytes(memory.size))
        for slot in range(SLOTS):
            self._machine.scalar.load(slot, [0] * (HEADER_ROWS + 1))
        windows = [window for window in arena.windows if window.read]
        self._preparer = Preparer(arena.config, lambda low, high, is_write: any(
            (window.write or not is_write)
            and window.base <= low and high <= window.base + window.size for window in windows
        ))  # fmt: skip

    def draw(self, opcode: Opcode, *, queue: int | None = None,
             variants: Sequence[Fields] | None = None, settings: Fields | None = None,
             with_list: bool = False) -> tuple[Fields, Use]:  # fmt: skip
        """A legal instruction without header, no field named by a register; with this queue, one
        of these variants (see :class:`Legal`) and these own fields, if they are given, and with a
        list of buffers on one side, if it may have one."""
        allowed, settings = legal(self._config, opcode), settings or {}
        if with_list and opcode in LISTED_OPCODES:
            settings = {"accumulate": Accumulate.NONE, **settings}
        for _ in range(_ATTEMPTS):
            try:
                some = variants or allowed.with_types(self._types(allowed))
                if with_list:
                    some = [one for one in some if can_have_list(opcode, one)] or some
                fields = self._fields(opcode, self._rng.choice(some)) | settings
            except NoRoomError:
                continue
            if queue is not None and opcode in DMA_OPCODES:
                fields["queue"] = queue
            if with_list and can_have_list(opcode, fields) and self.rings.room(0):
                fields = self.list_buffers(opcode, fields)
            use = self.use(opcode, fields)
            if use is not None:
                return fields, use
        raise NoRoomError(f"no legal {opcode.name} in {_ATTEMPTS} attempts")

    def _types(self, allowed: Legal) -> tuple[DType, ...]:
        """Any types, or one for all operands: some operations need that."""
        equal = allowed.equal_types and self._rng.random() < 0.35
        return self._rng.choice(allowed.equal_types if equal else allowed.types)

    def use(self, opcode: Opcode, fields: Fields) -> Use | None:
        """What an instruction touches; None when it traps, leaves the arena or overlaps."""
        prepared = self.prepare(opcode, fields)
        if prepared.error is not None or not self._executes(prepared):
            return None
        if prepared.opcode in INDEXED_OPCODES and not self._may_move(prepared):
            return None
        machine = self._machine
        reads, writes = [], []
        for path, region in prepared.regions.items():
            extent = self._arena.extent(region.space)
            low = region.offset + sum(min(s * (n - 1), 0) for s, n in region.dims)
            high = region.offset + sum(max(s * (n - 1), 0) for s, n in region.dims)
            if low < extent.offset or high >= extent.end:
                return None
            (writes if path == "dst" else reads).append(machine.footprint(region))
        for is_write, region in self._far(prepared):
            (writes if is_write else reads).append(machine.device_footprint(region))
        if SCALARS.get(opcode):
            for region, _ in prepared.scalar_sources():
                extent = self._arena.extent(region.space)
                if not extent.offset <= region.offset < extent.end - 3:
                    return None
                reads.append(machine.footprint(region))
        return Use(*(self._together(footprints) for footprints in (reads, writes)))

    def _far(self, prepared: Prepared) -> Iterator[tuple[bool, DeviceRegion]]:
        """Device operands and whether they are written; of indexed rows all that there may be, of
        a list its entries and its buffers."""
        regions = prepared.devices
        if prepared.opcode in INDEXED_OPCODES:
            reach = far_reach(self._config, prepared)
            regions = {} if reach is None else dict.fromkeys(regions, reach)
        for path, region in regions.items():
            is_list = bool(prepared.fields[f"{path}.list"])
            yield path == "dst" and not is_list, region
            if is_list:
                yield from ((path == "dst", one) for one in buffers_of(self._machine, prepared))

    def prepare(self, opcode: Opcode, fields: Fields, registers: Sequence[int] = (0,) * 32
                ) -> Prepared:  # fmt: skip
        """The instruction as golden prepares it."""
        stream = next(s for s in Stream if opcode in STREAM_OPCODES[s])
        return self._preparer.prepare(encode(opcode, fields), stream, registers)

    def _together(self, footprints: list) -> np.ndarray:
        if not footprints:
            return np.zeros(0, np.int64)
        return np.unique(np.concatenate([self._arena.numbers(f) for f in footprints]))

    def _executes(self, prepared: Prepared) -> bool:
        assert prepared.opcode is not None
        self._machine.where = None
        if prepared.opcode is Opcode.MULTIPLY_MOVING:
            kind = matmul_kind(prepared.fields)
            self._machine.stationary = Stationary.zero(self._config, kind)
        try:
            with quiet():
                if prepared.opcode in DMA_OPCODES:
                    transfer(self._machine, prepared)
                else:
                    EXECUTORS[prepared.opcode](self._machine, prepared)
        except (GoldenError, TrapSignal):
            return False
        return True

    def _may_move(self, prepared: Prepared) -> bool:
        """Whether the rows of all valid indices are inside one window, and all indices are valid
        when they must be."""
        fields, allows = prepared.fields, prepared.window_allows
        ((path, region),) = prepared.devices.items()
        span, last = fields["index_stride"] * fields["index_last"], fields["index_last"]
        low, high = extent(region.dims)
        low, high = region.address + low + min(span, 0), region.address + high + max(span, 0)
        any_index = fields["index.dtype"] is DType.UINT32 and last == (1 << 32) - 1
        return (allows is not None and low >= 0 and allows(low, high, path == "dst")
                and bool(fields["skip"] or any_index))  # fmt: skip

    def _fields(self, opcode: Opcode, variant: Fields) -> Fields:
        rng = self._rng
        allowed = legal(self._config, opcode)
        spaces = {role.path: rng.choice(role.spaces) for role in PATTERNS.get(opcode, ())}
        request = ShapeRequest(rng, self._arena, opcode, variant, spaces)
        shape = shape_of(request)
        fields = dict(variant)
        for role in PATTERNS.get(opcode, ()):
            path, extent = role.path, self._arena.extent(spaces[role.path])
            span = shape.spans.get(path, (extent.offset, extent.end))
            count = shape.partitions[path]
            granule = start_granule(self._config, count) if role.lanes == "lane" else 1
            available = self._arena.partitions(spaces[path])
            element = request.element(path)
            offset, dims = place(
                rng, shape.sizes[path], element=element, step=element, low=span[0], high=span[1],
                alignment=1 if role.lanes == "dma" else element,
                repeats=not role.is_write or rng.random() < 0.5, bits=16,
            )  # fmt: skip
            fields |= {f"{path}.space": spaces[path], f"{path}.num_partitions": count,
                       f"{path}.start_partition": rng.randrange(0, available - count + 1, granule),
                       f"{path}.offset": offset} | _dims(path, dims)  # fmt: skip
        for path in DEVICE.get(opcode, ()):
            fields |= self._device(path, variant[f"{path}.dtype"], shape.sizes[path])
        for path in SCALARS.get(opcode, ()):
            fields |= self._scalar(path, allowed, shape.partitions["in0"])
        fields |= self._own(opcode, variant) | shape.fields
        if opcode in SUBJECTS and fields.get("reduce_cmd") in ACCUMULATING:
            self._accumulate(opcode, fields)
        self._put_in_place(fields)
        if opcode in DMA_OPCODES and accumulates(fields):
            _align(fields, "dst")
        if opcode in REGISTER_MOVES:
            _align(fields, move_path(opcode))
        if opcode in _SEARCHES:
            self._look_for_what_is_there(fields)
        return fields

    def _own(self, opcode: Opcode, variant: Fields) -> Fields:
        """The instruction's own fields that are no part of the variant: any legal value."""
        values = legal(self._config, opcode).values(variant)
        chosen: Fields = {}
        for field in own_fields(opcode):
            if field.path in values:
                chosen[field.path] = self._rng.choice(values[field.path])
            elif field.path not in variant:
                low, high = field.bounds
                if low < 0 and self._rng.random() < 0.7:
                    chosen[field.path] = self._rng.randint(-9, 9)
                    continue
                word = self._rng.choice([*_SPECIAL_WORDS, self._rng.randint(low, high)])
                chosen[field.path] = min(max(word, low), high)
        return chosen

    def _accumulate(self, opcode: Opcode, fields: Fields) -> None:
        """Makes the fields of an accumulation fit each other."""
        if fields["dst.num_partitions"] != self._config.partitions:
            raise NoRoomError("a lane that accumulates nothing could not be read later")
        if fields.get("reduce_op") not in (None, *RUNNING_OPS):
            fields["reduce_op"] = self._rng.choice(RUNNING_OPS)
        if fields["reduce_cmd"] is ReduceCommand.LOAD_REDUCE and opcode is Opcode.TENSOR_SCALAR:
            fields["op1"] = AluOp.BYPASS

    def _device(self, path: str, dtype: Any, sizes: Sequence[int]) -> Fields:
        rng = self._rng
        is_write = path == "dst"
        region = self._arena.outputs if is_write or rng.random() < 0.3 else self._arena.inputs
        # Half of them small: transfers then often touch the same bytes.
        low = region[0] + rng.choice([0, 0, region[1] // 2 - 128, region[1] - 512])
        high = region[0] + region[1] if rng.random() < 0.3 else min(low + 512, sum(region))
        start, dims = place(rng, sizes, element=FORMATS[dtype].bytes, step=1, low=low, high=high,
                            alignment=1, repeats=not is_write or rng.random() < 0.3,
                            bits=32)  # fmt: skip
        return {f"{path}.address": start} | _dims(path, dims)

    def list_buffers(self, opcode: Opcode, fields: Fields, **how: Any) -> Fields:
        """A transfer that has a list on one side; ``how`` as for ``Rings.with_list``."""
        path = self._rng.choice(DEVICE[opcode])
        start, size = self._arena.outputs if path == "dst" else self._arena.inputs
        size = self._rng.choice([_NEAR, size])
        fields = self.rings.with_list(fields, path, start, start + size, **how)
        self._machine.device.write_bytes(self.rings.base, bytes(self.rings.memory))
        return fields

    def _scalar(self, path: str, allowed: Any, partitions: int) -> Fields:
        rng = self._rng
        if rng.random() < 0.5:
            words = [*_SPECIAL_WORDS, rng.getrandbits(32), 0x3F800000, 0xBFC00000, 0x40490FDB]
            return {f"{path}.kind": OperandKind.IMMEDIATE, f"{path}.value": rng.choice(words)}
        dtype, space = rng.choice(allowed.scalar_dtypes), rng.choice(list(Space))
        extent, size = self._arena.extent(space), FORMATS[dtype].bytes
        available = self._arena.partitions(space)
        if partitions > available:
            raise NoRoomError(f"{partitions} scalars in {space.name}")
        start = rng.randrange(0, available - partitions + 1,
                              start_granule(self._config, partitions))  # fmt: skip
        first = -(-extent.offset // size) * size
        return {f"{path}.kind": OperandKind.PER_PARTITION, f"{path}.dtype": dtype.value,
                f"{path}.space": space, f"{path}.start_partition": start,
                f"{path}.value": rng.randrange(first, extent.end - 3, size)}  # fmt: skip

    def _put_in_place(self, fields: Fields) -> None:
        """Sometimes lets an instruction work in place."""
        source = next((path for path in ("in0", "src") if f"{path}.dims.0.size" in fields), None)
        if source is None or self._rng.random() > 0.12:
            return
        if (f"{source}.space" in fields) != ("dst.space" in fields):
            return  # one side on chip, the other in device memory
        for key in [key for key in fields if key.startswith(f"{source}.")]:
            other = key.replace(source, "dst", 1)
            if other in fields and not key.endswith((".dtype", ".address")):
                fields[other] = fields[key]

    def _look_for_what_is_there(self, fields: Fields) -> None:
        """Sometimes takes the values to look for from where the search begins, or one of them
        several times."""
        if self._rng.random() < 0.4:
            return
        for name in ("space", "start_partition", "num_partitions", "offset"):
            fields[f"in1.{name}"] = fields[f"in0.{name}"]
        long = [k for k in range(4) if fields[f"in0.dims.{k}.size"] >= 8]
        stride = fields[f"in0.dims.{long[0]}.stride"] if long else 0
        fields |= _dims("in1", [(stride, 8), (0, 1), (0, 1), (0, 1)])


def _align(fields: Fields, path: str) -> None:
    """Moves the elements of an operand to multiples of their size."""
    size = FORMATS[fields[f"{path}.dtype"]].bytes
    if f"{path}.offset" in fields:
        fields[f"{path}.offset"] -= fields[f"{path}.offset"] % size
        return
    fields[f"{path}.address"] -= fields[f"{path}.address"] % size
    for k in range(4):
        if fields[f"{path}.dims.{k}.size"] > 1 or "first" in fields:
            fields[f"{path}.dims.{k}.stride"] -= fields[f"{path}.dims.{k}.stride"] % size


def _dims(path: str, dims: Sequence[tuple[int, int]]) -> Fields:
    return {f"{path}.dims.{i}.{name}": value for i, dim in enumerate(dims)
            for name, value in zip(("stride", "size"), dim, strict=True)}  # fmt: skip
