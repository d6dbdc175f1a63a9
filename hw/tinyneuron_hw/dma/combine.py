"""Arithmetic of transfers that accumulate."""

from typing import Any

from amaranth.hdl import Cat, EnableInserter, Module, Mux, Signal
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import exact_log2

from ..config import CoreConfig
from ..float.add import FpAdd
from ..float.compare import FpSelect
from ..float.convert import FromFp32, ToFp32
from ..formats import DType
from ..isa.opcodes import Accumulate
from ..isa.rules import DMA_CAST_DTYPES
from .reader import Beat
from .unpacker import Chunk

__all__ = ["Combine", "Lane"]

_ADD_LATENCY = 2


class Lane(wiring.Component):
    """One element: ``result = cast(cast(old) op value)``.

    Members
    -------
    op: In(Accumulate), integer: In(1), dtype: In(DType)
        Operation, whether on INT32 as they are, the destination's type; stable.
    old: In(32)
        Element of the destination.
    value: In(32)
        FP32, or an INT32 with ``integer``.
    result: Out(32)
        ``latency`` cycles later; a result every cycle.
    """

    op: In(Accumulate)
    integer: In(1)
    dtype: In(DType, init=DType.FP32)
    old: In(32)
    value: In(32)
    result: Out(32)

    latency = _ADD_LATENCY + 2

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        m.submodules.to_fp32 = to_fp32 = ToFp32(DMA_CAST_DTYPES)
        m.submodules.add = add = FpAdd(latency=_ADD_LATENCY)
        m.submodules.select = select = FpSelect()
        m.submodules.from_fp32 = from_fp32 = FromFp32(DMA_CAST_DTYPES)
        old, value = Signal(32), Signal(32)
        whole, other = Signal(32), Signal(32)
        adds = self.op == Accumulate.ADD
        m.d.comb += [to_fp32.dtype.eq(self.dtype), to_fp32.raw.eq(self.old)]
        m.d.sync += [old.eq(Mux(self.integer, self.old, to_fp32.result)), value.eq(self.value)]
        m.d.comb += [
            add.a.eq(old), add.b.eq(value), select.a.eq(old), select.b.eq(value),
            whole.eq(
                Mux(adds, old + value, Mux(old.as_signed() > value.as_signed(), old, value))
            ),
            other.eq(Mux(self.integer, whole, select.result)),
        ]  # fmt: skip
        for _ in range(_ADD_LATENCY):
            later = Signal(32, name="later")
            m.d.sync += later.eq(other)
            other = later
        m.d.comb += [
            from_fp32.dtype.eq(self.dtype),
            from_fp32.value.eq(Mux(adds, add.result, other)),
        ]
        m.d.sync += self.result.eq(Mux(self.integer, other, from_fp32.raw))
        return m


class Combine(wiring.Component):
    """Joins the source's values with what the destination holds.

    Members
    -------
    op, integer, dtype: see :class:`Lane`.
    half: In(1)
        The destination's elements are two bytes. All four are stable from the cycle before the
        first values on.
    value: In(stream of Chunk)
        Chunks of four-byte values, in the places of the destination's elements: ``axi_bytes / 4``
        for each whole beat, or for each half of one that is touched.
    beat: In(stream of Beat)
        The destination's bytes.
    chunk: Out(stream of Chunk)
        What to write; one for each beat.

    Latency and throughput: six cycles; one chunk of values per cycle.
    """

    def __init__(self, config: CoreConfig):
        self.config = config
        super().__init__(
            {
                "op": In(Accumulate),
                "integer": In(1),
                "dtype": In(DType, init=DType.FP32),
                "half": In(1),
                "value": In(stream.Signature(Chunk(config))),
                "beat": In(stream.Signature(Beat(config))),
                "chunk": Out(stream.Signature(Chunk(config))),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        width = self.config.axi_bytes
        lanes = width // 4
        step, taken = Signal(), Signal()
        value, beat = self.value.payload, self.beat.payload

        # Which half of the beat these values are for, and whether they are its last ones.
        second, upper, ends_beat = Signal(), Signal(), Signal()
        m.d.comb += [
            upper.eq(second | (beat.offset >= width // 2)),
            ends_beat.eq(~self.half | upper | (beat.offset + beat.count <= width // 2)),
            taken.eq(step & self.value.valid & self.beat.valid),
            self.value.ready.eq(step & self.beat.valid),
            self.beat.ready.eq(taken & ends_beat),
        ]
        with m.If(taken):
            m.d.sync += second.eq(~ends_beat)

        # Copies of what is stable, behind the clock gate with everything else that the lanes read:
        # a simulator then leaves their logic out while the clock stands.
        op, integer = Signal.like(self.op), Signal()
        dtype, half = Signal.like(self.dtype), Signal()
        m.d.sync += [
            op.eq(self.op), integer.eq(self.integer), dtype.eq(self.dtype), half.eq(self.half),
        ]  # fmt: skip
        words: list[Any] = []
        for i in range(lanes):
            m.submodules[f"lane{i}"] = lane = EnableInserter(step)(Lane())
            low, high = (beat.data.word_select(at, 16) for at in (i, lanes + i))
            m.d.comb += [
                lane.op.eq(op),
                lane.integer.eq(integer),
                lane.dtype.eq(dtype),
                lane.value.eq(value.data.word_select(i, 32)),
                lane.old.eq(
                    Mux(half, Mux(upper, high, low), beat.data.word_select(i, 32))
                ),
            ]  # fmt: skip
            words.append(lane.result)

        # What goes beside the lanes.
        beside = data.StructLayout(
            {"valid": 1, "upper": 1, "ends_beat": 1, "of": Chunk(self.config)}
        )
        moving: Any = Signal(beside)
        m.d.comb += [moving.valid.eq(taken), moving.upper.eq(upper), moving.ends_beat.eq(ends_beat)]
        m.d.comb += moving.of.eq(value)
        for i in range(Lane.latency):
            later: Any = Signal(beside, name=f"beside{i}")
            with m.If(step):
                m.d.sync += later.eq(moving)
                m.d.sync += later.of.data.eq(0)
            moving = later
        self._join(m, step, moving, words)
        return m

    def _join(self, m: Module, step: Signal, moving: Any, words: list[Any]) -> None:
        """Two halves of a beat become one chunk."""
        width = self.config.axi_bytes
        chunk, of = self.chunk.payload, moving.of
        low, low_mask = Signal(4 * width), Signal(width // 2)
        index = Signal(4)
        halves = Cat(word[:16] for word in words)
        # Four-byte values have equal bits of the mask in fours.
        mask = Cat(of.mask[2 * i] for i in range(width // 2))
        half = self.half
        bytes_log2 = exact_log2(width) + 1
        count, low_count = Signal(bytes_log2), Signal(bytes_log2)
        m.d.comb += [
            step.eq(~self.chunk.valid | self.chunk.ready),
            count.eq(Mux(half, of.count >> 1, of.count)),
        ]
        with m.If(step):
            m.d.sync += self.chunk.valid.eq(moving.valid & moving.ends_beat)
        with m.If(step & moving.valid):
            m.d.sync += chunk.eq(of)
            m.d.sync += [chunk.index.eq(index), chunk.count.eq(count + low_count)]
            with m.If(moving.ends_beat):
                m.d.sync += [index.eq(Mux(of.ends_burst, 0, index + 1)), low_mask.eq(0)]
                m.d.sync += low_count.eq(0)
            with m.Else():
                m.d.sync += [low.eq(halves), low_mask.eq(mask), low_count.eq(count)]
            with m.If(~half):
                m.d.sync += chunk.data.eq(Cat(words))
            with m.Elif(moving.upper):
                m.d.sync += [chunk.data.eq(Cat(low, halves)), chunk.mask.eq(Cat(low_mask, mask))]
            with m.Else():
                m.d.sync += [chunk.data.eq(halves), chunk.mask.eq(mask)]
