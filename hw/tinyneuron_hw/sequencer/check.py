"""The operand checker: `isa/rules.py` in hardware, one operand a cycle."""

from collections.abc import Iterable
from typing import Any

from amaranth.hdl import Cat, Module, Mux, Signal, Value, signed, unsigned
from amaranth.lib import data, enum, wiring
from amaranth.lib.wiring import In, Out

from ..config import CoreConfig
from ..formats import FORMATS, DType
from ..isa.instructions import INSTRUCTION_BITS
from ..isa.matmul import MatmulKind
from ..isa.opcodes import Opcode, OperandKind, Space
from ..isa.operands import AccessPattern, ScalarOperand
from ..isa.roles import ADDRESSED, DEVICE, PATTERNS, SCALARS
from ..isa.rules import CAST_DTYPES, MAX_ELEMENTS
from .count_rules import CountRules
from .links import OPCODES, is_any
from .ports import Extent
from .static_rules import StaticRules

__all__ = ["CHECKED_OPCODES", "Checker", "dtype_is"]

CHECKED_OPCODES = tuple(dict.fromkeys([*PATTERNS, *ADDRESSED]))
"""Opcodes whose operands have rules; the other ones need no checker."""

_COUNT_BITS = 22
_RANGE = signed(40)
"""A pattern reaches at most 4 dimensions x 2**31 elements x 4 bytes from its 32-bit offset."""


class _Beat(enum.Enum, shape=3):
    """What one step checks: a slot, or slot ``a`` without the dimensions that are reduced."""

    A = 0
    A_REDUCED = 1
    B = 2
    C = 3
    SCALAR0 = 4
    SCALAR1 = 5
    D = 6


_SLOT_OFFSET = {"a": 128, "b": 320, "c": 512, "d": 656}
_SLOT_BEAT = {"a": _Beat.A, "b": _Beat.B, "c": _Beat.C, "d": _Beat.D}
_EXTENT_BEATS = (_Beat.A, _Beat.B, _Beat.C)
_SCALAR_OFFSET = (704, 768)


def dtype_is(code: Value, dtypes: Iterable[DType]) -> Value:
    """Whether a type code is one of ``dtypes``."""
    return Cat(Value.cast(code) == dtype.value for dtype in dtypes).any()


def _roles(beat: _Beat, keep: Any) -> list[Opcode]:
    """Opcodes whose pattern in this beat's slot satisfies ``keep``."""
    slot = next(slot for slot, of in _SLOT_BEAT.items() if beat in (of, _Beat.A_REDUCED))
    return [opcode for opcode, roles in PATTERNS.items()
            if any(role.slot == slot and keep(role) for role in roles)]  # fmt: skip


class _Operand(data.Struct):
    """One operand, as the first stage sees it: a scalar is a pattern of one element."""

    dtype: unsigned(4)
    in_psum: unsigned(1)
    space_allowed: unsigned(1)
    is_lane: unsigned(1)
    is_aligned: unsigned(1)
    """Whether the offset must be a multiple of the element."""
    is_scalar: unsigned(1)
    start: unsigned(8)
    partitions: unsigned(8)
    offset: unsigned(32)
    strides: data.ArrayLayout(signed(16), 4)
    sizes: data.ArrayLayout(unsigned(16), 4)


class _Products(data.Struct):
    """First to second stage."""

    valid: unsigned(1)
    last: unsigned(1)
    beat: _Beat
    bad: unsigned(1)
    lanes_outside: unsigned(1)
    in_psum: unsigned(1)
    element_log2: unsigned(2)
    offset: unsigned(32)
    reach: data.ArrayLayout(signed(33), 4)
    inner: unsigned(32)
    """Elements of the two inner dimensions."""
    outer: unsigned(32)


class _Extent(data.Struct):
    """Second to third stage."""

    valid: unsigned(1)
    last: unsigned(1)
    beat: _Beat
    bad: unsigned(1)
    lanes_outside: unsigned(1)
    in_psum: unsigned(1)
    offset: unsigned(32)
    low: _RANGE
    high: _RANGE
    count: unsigned(_COUNT_BITS)


class Checker(wiring.Component):
    """Says whether the resolved operands of an instruction are legal.

    Implements :func:`tinyneuron_hw.isa.rules.check` for on-chip patterns, scalar operands and all
    rules without arithmetic. Element counts of a DMA instruction's two sides and the windows are
    checked by the DMA front end. The kind of the last stationary matrix is kept here.

    Parameters
    ----------
    config:
        Sizes of the memories.

    Members
    -------
    start: begin with ``raw``; overrides a check that runs.
    raw, select: instruction and its one-hot opcode, stable from ``start`` to ``done``.
    done: in the last cycle of the check; the results hold from this cycle on.
    bad: a BAD_OPERAND rule is broken.
    out_of_range, address: an operand leaves its memory; ``address`` is the offset of the first.
    extents: of the patterns in slots a, b and c, when they are legal.

    Latency: ``done`` 2 cycles after ``start`` for one operand, and one more per operand. An
    opcode without on-chip operands gives no ``done``: results hold one cycle after ``start``.
    """

    def __init__(self, config: CoreConfig):
        self._config = config
        super().__init__(
            {
                "start": In(1),
                "raw": In(INSTRUCTION_BITS),
                "select": In(len(OPCODES)),
                "done": Out(1),
                "bad": Out(1),
                "out_of_range": Out(1),
                "address": Out(32),
                "extents": Out(data.ArrayLayout(Extent, len(_EXTENT_BEATS))),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        m.submodules.static = static = StaticRules(self._config)
        stationary = Signal(MatmulKind)
        m.d.comb += [
            static.raw.eq(self.raw),
            static.select.eq(self.select),
            static.stationary.eq(stationary),
        ]
        with m.If(self.start & is_any(self.select, [Opcode.LOAD_STATIONARY])):
            m.d.sync += stationary.eq(static.kind)
        tensor = is_any(self.select, [Opcode.LOAD_STATIONARY, Opcode.MULTIPLY_MOVING])
        self._has_pairs = tensor & (static.kind == MatmulKind.INTEGER)

        waiting, todo = Signal(len(_Beat)), Signal(len(_Beat))
        current = Signal(len(_Beat))
        m.d.comb += todo.eq(Mux(self.start, self._beats(), waiting))
        m.d.comb += current.eq(todo & (-todo)[: len(_Beat)])
        m.d.sync += waiting.eq(todo ^ current)

        operand: Any = Signal(_Operand)
        products: Any = Signal(_Products)
        extent: Any = Signal(_Extent)
        self._select_operand(m, current, operand)
        m.d.sync += [products.valid.eq(todo.any()), products.last.eq(todo == current)]
        self._multiply(m, current, operand, products)
        m.d.sync += extent.valid.eq(products.valid & ~self.start)
        self._sum(m, products, extent)
        m.d.comb += self.done.eq(extent.valid & extent.last & ~self.start)

        self._judge(m, extent, static.bad)
        self._keep_extents(m, extent)
        return m

    def _keep_extents(self, m: Module, extent: data.View) -> None:
        for number, beat in enumerate(_EXTENT_BEATS):
            kept = self.extents[number]
            stored = Signal.like(kept, name=f"extent_{beat.name.lower()}", reset_less=True)
            m.d.comb += kept.eq(stored)
            with m.If(extent.valid & (extent.beat == beat)):
                m.d.comb += [kept.low.eq(extent.low), kept.high.eq(extent.high)]
                m.d.sync += stored.eq(kept)

    def _beats(self) -> Value:
        """Mask of the beats of this instruction, in slot order."""
        bits: list[Value] = []
        for beat in (_Beat.A, _Beat.A_REDUCED, _Beat.B, _Beat.C):
            opcodes = _roles(beat, lambda _: True)
            if beat is _Beat.A_REDUCED:
                opcodes = [Opcode.TENSOR_REDUCE]
            bits.append(is_any(self.select, opcodes))
        for offset in _SCALAR_OFFSET:
            kind = self._scalar(offset).kind
            bits.append(is_any(self.select, SCALARS) & (kind == OperandKind.PER_PARTITION))
        bits.append(is_any(self.select, _roles(_Beat.D, lambda _: True)))
        return Cat(bits)

    def _pattern(self, beat: _Beat) -> data.View:
        slot = next(slot for slot, of in _SLOT_BEAT.items() if beat in (of, _Beat.A_REDUCED))
        offset = _SLOT_OFFSET[slot]
        return data.View(AccessPattern, self.raw[offset : offset + 192])

    def _scalar(self, offset: int) -> data.View:
        return data.View(ScalarOperand, self.raw[offset : offset + 64])

    def _select_operand(self, m: Module, current: Value, operand: data.View) -> None:
        for beat in (_Beat.A, _Beat.A_REDUCED, _Beat.B, _Beat.C, _Beat.D):
            pattern = self._pattern(beat)

            def used(keep: Any, beat: _Beat = beat) -> Value:
                return is_any(self.select, _roles(beat, keep))

            in_psum = pattern.space == Space.PSUM
            with m.If(current[beat.value]):
                dtype = Value.cast(pattern.dtype)
                if beat is _Beat.A:
                    dtype = Mux(self._has_pairs, DType.INT16.value, dtype)
                m.d.comb += [
                    operand.dtype.eq(dtype),
                    operand.in_psum.eq(in_psum),
                    operand.space_allowed.eq(Mux(
                        in_psum, used(lambda role: Space.PSUM in role.spaces),
                        used(lambda role: Space.SBUF in role.spaces),
                    )),
                    operand.is_lane.eq(used(lambda role: role.lanes == "lane")),
                    operand.is_aligned.eq(used(lambda role: role.lanes != "dma")),
                    operand.start.eq(pattern.start_partition),
                    operand.partitions.eq(pattern.num_partitions),
                    operand.offset.eq(pattern.offset),
                ]  # fmt: skip
                for i in range(4):
                    dim = pattern.dims[i]
                    reduced = beat is _Beat.A_REDUCED
                    skip = (i < self.raw[838:841]) if reduced else 0
                    m.d.comb += operand.strides[i].eq(dim.stride)
                    m.d.comb += operand.sizes[i].eq(Mux(skip, 1, dim.size))
        for beat, offset in zip((_Beat.SCALAR0, _Beat.SCALAR1), _SCALAR_OFFSET, strict=True):
            scalar = self._scalar(offset)
            with m.If(current[beat.value]):
                m.d.comb += [
                    operand.dtype.eq(scalar.dtype),
                    operand.in_psum.eq(scalar.space == Space.PSUM),
                    operand.space_allowed.eq(1),
                    operand.is_lane.eq(1),
                    operand.is_aligned.eq(1),
                    operand.is_scalar.eq(1),
                    operand.start.eq(scalar.start_partition),
                    operand.partitions.eq(self._pattern(_Beat.A).num_partitions),
                    operand.offset.eq(scalar.value),
                ]
                m.d.comb += [operand.sizes[i].eq(1) for i in range(4)]

    def _multiply(self, m: Module, current: Value, operand: data.View, out: data.View) -> None:
        config = self._config
        quadrant, count = config.quadrant, operand.partitions
        words = dtype_is(operand.dtype, [d for d, f in FORMATS.items() if f.bytes == 4])
        halves = dtype_is(operand.dtype, [d for d, f in FORMATS.items() if f.bytes == 2])
        granule_mask = Mux(count > 2 * quadrant, 4 * quadrant - 1,
                           Mux(count > quadrant, 2 * quadrant - 1, quadrant - 1))  # fmt: skip
        lane_bad = (count > config.partitions) | (operand.start & granule_mask).any()
        misaligned = (words & operand.offset[:2].any()) | (halves & operand.offset[0])
        scalar_bad = operand.is_scalar & ~dtype_is(operand.dtype, CAST_DTYPES)
        empty = ~count.any() | Cat(operand.sizes[i] == 0 for i in range(4)).any()
        end = operand.start + count
        m.d.sync += [
            out.bad.eq(
                ~operand.space_allowed | empty | scalar_bad
                | (operand.is_lane & lane_bad) | (operand.is_aligned & misaligned)
            ),
            out.lanes_outside.eq(
                end > Mux(operand.in_psum, config.columns, config.partitions)
            ),
            out.in_psum.eq(operand.in_psum),
            out.element_log2.eq(Mux(words, 2, halves)),
            out.offset.eq(operand.offset),
            out.inner.eq(operand.sizes[0] * operand.sizes[1]),
            out.outer.eq(operand.sizes[2] * operand.sizes[3]),
        ]  # fmt: skip
        m.d.sync += [out.reach[i].eq(operand.strides[i] * (operand.sizes[i] - 1)) for i in range(4)]
        for beat in _Beat:
            with m.If(current[beat.value]):
                m.d.sync += out.beat.eq(beat)

    def _sum(self, m: Module, products: data.View, out: data.View) -> None:
        below, above = Signal(_RANGE), Signal(_RANGE)
        reach = [products.reach[i] for i in range(4)]
        negative = [value[-1] for value in reach]
        m.d.comb += [
            below.eq(sum(Mux(n, value, 0) for n, value in zip(negative, reach, strict=True))),
            above.eq(sum(Mux(n, 0, value) for n, value in zip(negative, reach, strict=True))),
        ]

        def limit(value: Value) -> Value:
            return Mux(value > MAX_ELEMENTS, MAX_ELEMENTS + 1, value)[:_COUNT_BITS]

        inner, outer = Signal(_COUNT_BITS), Signal(_COUNT_BITS)
        m.d.comb += [inner.eq(limit(products.inner)), outer.eq(limit(products.outer))]
        log2 = products.element_log2
        m.d.sync += [
            out.last.eq(products.last),
            out.beat.eq(products.beat),
            out.bad.eq(products.bad),
            out.lanes_outside.eq(products.lanes_outside),
            out.in_psum.eq(products.in_psum),
            out.offset.eq(products.offset),
            out.low.eq(products.offset + (below << log2)),
            out.high.eq(products.offset + (above << log2) + (1 << log2)),
            out.count.eq(limit(inner * outer)),
        ]

    def _judge(self, m: Module, extent: data.View, static_bad: Value) -> None:
        """Third stage: one operand against its memory and against the operands before it.

        The outputs are what was found before, and what this cycle finds."""
        config = self._config
        first = Signal(_COUNT_BITS)
        count, beat = extent.count, extent.beat
        opens = (beat == _Beat.A) | (beat == _Beat.A_REDUCED)
        no_source = is_any(self.select, [
            Opcode.MEMSET, Opcode.RNG, Opcode.IOTA, Opcode.READ_ACCUMULATOR,
        ])  # fmt: skip
        is_read = is_any(self.select, [Opcode.READ_ACCUMULATOR])
        is_load = is_any(self.select, [Opcode.LOAD_STATIONARY])
        is_matmul = is_any(self.select, [Opcode.MULTIPLY_MOVING])
        compares = is_any(self.select, [
            opcode for opcode in PATTERNS if opcode not in DEVICE and opcode != Opcode.DMA_LOCAL
        ])  # fmt: skip
        is_pattern = (beat != _Beat.SCALAR0) & (beat != _Beat.SCALAR1)
        m.submodules.counts = counts = CountRules(config, _COUNT_BITS)
        m.d.comb += [
            counts.raw.eq(self.raw),
            counts.select.eq(self.select),
            counts.is_first.eq(beat == _Beat.A),
            counts.is_second.eq(beat == _Beat.B),
            counts.is_last.eq(beat == _Beat.C),
            counts.count.eq(count),
            counts.first.eq(first),
        ]
        equals = compares & is_pattern & ~opens & ~no_source & ~counts.applies
        differs = (equals & (count != first)) | counts.bad
        columns = self.raw[832:840] + count > config.columns
        bank_log2 = config.psum_bank_bytes.bit_length() - 1
        banks = (extent.low >> bank_log2) != ((extent.high - 1) >> bank_log2)
        bank_bad = (beat == _Beat.B) & ((count > config.psum_bank_words) | banks)
        broken = (
            extent.bad | differs | (count > MAX_ELEMENTS) | (is_load & columns)
            | (is_matmul & bank_bad) | (is_read & (count != 1))
        )  # fmt: skip
        with m.If(extent.valid & opens):
            m.d.sync += first.eq(count)

        size = Mux(extent.in_psum, config.psum_partition_bytes, config.sbuf_partition_bytes)
        outside = extent.lanes_outside | (extent.low < 0) | (extent.high > size)
        leaves = outside & (beat != _Beat.A_REDUCED)
        was_bad, was_outside, address = Signal(), Signal(), Signal(32)
        m.d.comb += [
            self.bad.eq(was_bad | (extent.valid & broken)),
            self.out_of_range.eq(was_outside | (extent.valid & leaves)),
            self.address.eq(Mux(was_outside, address, extent.offset)),
        ]
        with m.If(self.start):
            m.d.sync += [was_bad.eq(static_bad), was_outside.eq(0)]
        with m.Elif(extent.valid):
            m.d.sync += [
                was_bad.eq(self.bad),
                was_outside.eq(self.out_of_range),
                address.eq(self.address),
            ]
