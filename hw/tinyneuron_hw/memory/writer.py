"""A stream of elements to an on-chip operand."""

from typing import Any

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from ..config import LINE_BYTES, CoreConfig
from ..isa.opcodes import Space
from ..isa.operands import AccessPattern
from .address import AddressGenerator
from .beat import ResultBeat, has_size, lane_mask, offset_bits
from .ports import LineWritePort, PsumWritePort

__all__ = ["OperandWriter"]

_LINE_WORDS = LINE_BYTES // 4


class OperandWriter(wiring.Component):
    """Writes an access pattern, one element of every lane per beat.

    Elements are merged into a line (a word, in PSUM), which is written when an element lies in
    another one or skips other lanes, and at the end of the pattern. Elements that overlap: the
    later one wins.

    Parameters
    ----------
    config:
        Core sizes.

    Members
    -------
    start: patterns, resolved and legal; ``start_partition`` is a multiple of a quarter of the
        SBUF partitions. Lane i goes to partition ``start_partition + i``; lanes from
        ``num_partitions`` on are ignored.
    leave: with a pattern: partitions of either memory that are not written: those that are number
        i of their quadrant, where bit i is set.
    input: one beat for each element of the pattern, raw bits from bit 0 of each lane (bits above
        the type's size are ignored), but for the lanes to ``skip``. ``last`` is not used: the
        pattern says where it ends.
    sbuf, psum: memory ports.
    done: pulse, once for each pattern in order, when its last byte is readable.

    Latency and throughput
    ----------------------
    One element per cycle as long as the memory takes writes; patterns follow each other without a
    gap. ``done`` comes 3 cycles after the last beat was taken.
    """

    def __init__(self, config: CoreConfig):
        self._config = config
        super().__init__(
            {
                "start": In(stream.Signature(AccessPattern)),
                "leave": In(config.quadrant),
                "input": In(stream.Signature(ResultBeat(config))),
                "sbuf": Out(LineWritePort(config)),
                "psum": Out(PsumWritePort(config)),
                "done": Out(1),
            }
        )

    @property
    def _lanes(self) -> int:
        """Lanes of a line: the partitions of either memory."""
        return max(self._config.partitions, self._config.columns)

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        config, lanes = self._config, self._lanes
        m.submodules.generator = generator = AddressGenerator(config)
        wiring.connect(m, wiring.flipped(self.start), generator.start)
        element = generator.output

        # What the current pattern says about all its elements.
        four, two, in_psum = Signal(), Signal(), Signal()
        rotation = Signal(range(lanes // config.quadrant))
        partitions = Signal(lanes)
        pattern = self.start.payload
        with m.If(self.start.valid & self.start.ready):
            m.d.sync += [
                four.eq(has_size(pattern.dtype, 4)),
                two.eq(has_size(pattern.dtype, 2)),
                in_psum.eq(pattern.space == Space.PSUM),
                rotation.eq(pattern.start_partition // config.quadrant),
                partitions.eq(
                    lane_mask(lanes, pattern.start_partition, pattern.num_partitions)
                    & ~self.leave.replicate(-(-lanes // config.quadrant))
                ),
            ]

        # `open` collects the line of the newest element, `closed` waits for the memory.
        header = data.StructLayout({
            "index": offset_bits(config) - 2, "in_psum": 1, "bytes": LINE_BYTES,
            "partitions": lanes, "last": 1,
        })  # fmt: skip
        opened, closed = Signal(header), Signal(header)
        opened_valid, closed_valid = Signal(), Signal()
        index = Signal.like(opened.index)
        byte = Signal(4)
        taken, closable, hit, accept, close = (
            Signal(name=name) for name in ("taken", "closable", "hit", "accept", "close")
        )
        can_accept = Signal()
        written = Signal(lanes)
        skipped = Cat(self.input.payload.skip, Const(0, lanes - config.partitions))
        with m.Switch(rotation):
            for k in range(lanes // config.quadrant):
                with m.Case(k):
                    m.d.comb += written.eq(partitions & ~skipped.rotate_left(k * config.quadrant))
        m.d.comb += [
            index.eq(Mux(in_psum, element.payload.offset >> 2, element.payload.offset >> 4)),
            byte.eq(Mux(in_psum, element.payload.offset[:2], element.payload.offset)),
            taken.eq(closed_valid & Mux(closed.in_psum, self.psum.ready, self.sbuf.ready)),
            closable.eq(~closed_valid | taken),
            hit.eq(
                opened_valid
                & ~opened.last
                & (opened.index == index)
                & (opened.partitions == written)
            ),
            can_accept.eq(hit | ~opened_valid | closable),
            accept.eq(element.valid & self.input.valid & can_accept),
            close.eq(opened_valid & closable & (opened.last | (accept & ~hit))),
            self.input.ready.eq(element.valid & can_accept),
            element.ready.eq(self.input.valid & can_accept),
        ]
        word_bytes = Mux(four, 0b1111, Mux(two, 0b11, 0b1)) << byte[:2]
        line_bytes = Signal(LINE_BYTES)
        m.d.comb += line_bytes.eq((word_bytes << (byte & 0b1100))[:LINE_BYTES])
        with m.If(accept):
            m.d.sync += [
                opened_valid.eq(1),
                opened.index.eq(index),
                opened.in_psum.eq(in_psum),
                opened.bytes.eq(line_bytes | Mux(hit, opened.bytes, 0)),
                opened.partitions.eq(written),
                opened.last.eq(element.payload.last),
            ]
        with m.Elif(close):
            m.d.sync += opened_valid.eq(0)
        with m.If(close):
            m.d.sync += [closed_valid.eq(1), closed.eq(opened)]
        with m.Elif(taken):
            m.d.sync += closed_valid.eq(0)

        words = self._elaborate_merge(m, accept, byte, word_bytes[:4], rotation, four, two)
        line = Signal(data.ArrayLayout(data.ArrayLayout(32, _LINE_WORDS), lanes))
        with m.If(close):
            m.d.sync += [
                line[lane][k].eq(word.word_select(lane, 32))
                for k, word in enumerate(words) for lane in range(len(word) // 32)
            ]  # fmt: skip
        m.d.comb += [
            self.sbuf.valid.eq(closed_valid & ~closed.in_psum),
            self.sbuf.line.eq(closed.index),
            self.sbuf.byte_mask.eq(closed.bytes),
            self.sbuf.partition_mask.eq(closed.partitions),
            Value.cast(self.sbuf.data).eq(Value.cast(line)),
            self.psum.valid.eq(closed_valid & closed.in_psum),
            self.psum.word.eq(closed.index),
            self.psum.byte_mask.eq(closed.bytes),
            self.psum.partition_mask.eq(closed.partitions),
            Value.cast(self.psum.data).eq(Cat(line[lane][0] for lane in range(config.columns))),
        ]
        m.d.sync += self.done.eq(taken & closed.last)
        return m

    def _elaborate_merge(self, m, accept, byte, word_bytes, rotation, four, two) -> list[Signal]:
        """Puts the input's element into the open line; returns the line's words, each for all
        lanes side by side. PSUM words use word 0."""
        config, lanes = self._config, self._lanes
        copies = []
        for i in range(config.partitions):
            raw = self.input.payload.lanes[i]
            narrow = Mux(two, raw[:16].replicate(2), raw[:8].replicate(4))
            copies.append(Mux(four, raw, narrow))
        spread = copies + [Const(0, 32)] * (lanes - config.partitions)
        rotated = Signal(32 * lanes)
        with m.Switch(rotation):
            for k in range(lanes // config.quadrant):
                first = lanes - k * config.quadrant
                with m.Case(k):
                    m.d.comb += rotated.eq(Cat((spread * 2)[first : first + lanes]))
        mask = Signal(32)
        m.d.comb += mask.eq(Cat(bit.replicate(8) for bit in word_bytes))
        words = [
            Signal(32 * (lanes if k == 0 else config.partitions), name=f"word{k}")
            for k in range(_LINE_WORDS)
        ]
        with m.If(accept):
            with m.Switch(byte[2:]):
                for k, word in enumerate(words):
                    with m.Case(k):
                        m.d.sync += [
                            word.word_select(i, 32).eq(
                                (word.word_select(i, 32) & ~mask)
                                | (rotated.word_select(i, 32) & mask)
                            )
                            for i in range(len(word) // 32)
                        ]
        return words
