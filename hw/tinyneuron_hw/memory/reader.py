"""On-chip operand to a stream of elements."""

from typing import Any

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from ..config import CoreConfig
from ..isa.opcodes import Space
from ..isa.operands import AccessPattern
from .beat import ElementBeat, GroupBeat, has_size, lane_mask
from .fetch import ElementFetch
from .ports import LineReadPort, PsumReadPort
from .store import LineStore

__all__ = ["GROUP", "ElementBeat", "OperandReader"]

GROUP = 4
"""Elements of a lane that a reader of groups gives together."""


class OperandReader(wiring.Component):
    """Reads an access pattern, one element of every lane per beat.

    A line (or PSUM word) is requested when an element lies in another one than the element
    before it, and at the start of each pattern: nothing is kept from pattern to pattern.

    Parameters
    ----------
    config:
        Core sizes.
    psum:
        Whether patterns may lie in PSUM; adds the member ``psum``. Needs ``rotate``.
    rotate:
        True: lane i carries partition ``start_partition + i``, lanes from ``num_partitions`` on are
        0; ``start_partition`` is a multiple of a quarter of the SBUF partitions. False: lane i
        carries partition i, lanes outside the operand are 0.
    groups:
        True: a beat carries the element and the three that follow it in memory, which count only
        when the element starts at a multiple of four elements. Not with ``psum``.

    Members
    -------
    start: patterns, resolved and legal.
    sbuf, psum: memory ports; at most 2 lines or 8 words are under way or buffered. A request
        depends on ``output.ready`` in the same cycle.
    output: elements in order, raw bits of the type's size, zero-extended.

    Latency and throughput
    ----------------------
    First element 4 cycles after the pattern was taken, then one per cycle, whatever the strides.
    A refused line costs its cycles unless the output has waited before: up to eight elements are
    addressed ahead. Patterns follow each other without a gap, wherever in a line they begin or
    end, but a change between SBUF and PSUM waits until the previous pattern has left.
    """

    def __init__(self, config: CoreConfig, *, psum: bool, rotate: bool, groups: bool = False):
        if psum and not rotate:
            raise ValueError("an operand in PSUM needs rotate=True, not rotate=False")
        if psum and groups:
            raise ValueError("an operand in PSUM needs groups=False, not groups=True")
        self._config = config
        self._psum = psum
        self._rotate = rotate
        self._groups = groups
        beat = GroupBeat(config, GROUP) if groups else ElementBeat(config)
        members = {
            "start": In(stream.Signature(AccessPattern)),
            "sbuf": Out(LineReadPort(config)),
            "output": Out(stream.Signature(beat)),
        }
        if psum:
            members["psum"] = Out(PsumReadPort(config))
        super().__init__(members)

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        m.submodules.fetch = fetch = ElementFetch(self._config)
        m.submodules.store = store = LineStore(self._config, psum=self._psum, whole=self._groups)
        pop = Signal()
        context, idle = self._elaborate_contexts(m, fetch, pop & fetch.positions.payload.last)
        position = fetch.positions.payload
        # Of the pattern whose lines are requested: its lanes may still be those of the one before.
        partitions = Signal(max(self._config.partitions, self._config.columns))
        pattern = self.start.payload
        with m.If(fetch.start.valid & fetch.start.ready):
            m.d.sync += partitions.eq(
                lane_mask(len(partitions), pattern.start_partition, pattern.num_partitions)
            )
        m.d.comb += [
            fetch.positions.ready.eq(~self.output.valid | self.output.ready),
            pop.eq(fetch.positions.valid & fetch.positions.ready),
            store.clear.eq(idle & self.start.valid & self.start.ready),
            store.in_psum.eq(fetch.in_psum),
            store.word.eq(position.byte >> 2),
            store.release.eq(pop & position.release),
            self.sbuf.valid.eq(fetch.valid & ~fetch.in_psum),
            self.sbuf.line.eq(fetch.index),
            self.sbuf.partition_mask.eq(partitions),
            fetch.ready.eq(self.sbuf.ready),
            store.line_valid.eq(self.sbuf.data_valid),
            store.lines.eq(self.sbuf.data),
        ]
        if self._psum:
            m.d.comb += [
                self.psum.valid.eq(fetch.valid & fetch.in_psum),
                self.psum.word.eq(fetch.index),
                self.psum.partition_mask.eq(partitions),
                fetch.ready.eq(Mux(fetch.in_psum, self.psum.ready, self.sbuf.ready)),
                store.word_valid.eq(self.psum.data_valid),
                store.words.eq(self.psum.data),
            ]
        with m.If(pop):
            m.d.sync += [
                self.output.valid.eq(1),
                self.output.payload.last.eq(position.last),
                Value.cast(self.output.payload.lanes).eq(
                    self._elaborate_lanes(m, context, store.head, position.byte)
                ),
            ]
        with m.Elif(self.output.ready):
            m.d.sync += self.output.valid.eq(0)
        return m

    def _elaborate_contexts(self, m: Module, fetch: ElementFetch, pop: Value):
        """Takes patterns; returns what the elements at the output need of theirs, and whether
        there is none. Two are kept: the next pattern is fetched while this one leaves."""
        config, pattern = self._config, self.start.payload
        rotations = -(-max(config.partitions, config.columns) // config.quadrant)
        layout = data.StructLayout({
            "four": 1, "two": 1, "rotation": range(rotations), "mask": config.partitions,
        })  # fmt: skip
        contexts = [Signal(layout, name=f"context{i}") for i in range(2)]
        valid = Signal(2)
        in_psum = pattern.space == Space.PSUM
        room, push = Signal(), Signal()
        low = Const(0, 8) if self._rotate else pattern.start_partition
        new = Signal(layout)
        m.d.comb += [
            room.eq(~valid[1] & (~valid[0] | (in_psum == fetch.in_psum))),
            fetch.start.payload.eq(pattern),
            fetch.start.valid.eq(self.start.valid & room),
            self.start.ready.eq(fetch.start.ready & room),
            push.eq(self.start.valid & self.start.ready),
            new.four.eq(has_size(pattern.dtype, 4)),
            new.two.eq(has_size(pattern.dtype, 2)),
            new.rotation.eq(pattern.start_partition // config.quadrant),
            new.mask.eq(lane_mask(config.partitions, low, pattern.num_partitions)),
        ]
        with m.If(pop & valid[1]):
            m.d.sync += contexts[0].eq(contexts[1])
        with m.If(push):
            with m.If(valid[0] & ~pop):
                m.d.sync += contexts[1].eq(new)
            with m.Else():
                m.d.sync += contexts[0].eq(new)
        m.d.sync += valid.eq(
            Mux(push, Mux(pop, valid, valid << 1 | 1), Mux(pop, valid >> 1, valid))
        )
        return contexts[0], ~valid[0]

    def _elaborate_lanes(self, m: Module, context, head, byte: Value) -> Value:
        """The output lanes: rotate, shift the element down, cut it to its size."""
        config = self._config
        if self._groups:
            return self._elaborate_groups(context, head, byte)
        rotated = Signal.like(Value.cast(self.output.payload.lanes))
        stored = [head[i % len(head)] for i in range(2 * len(head))]
        with m.Switch(context.rotation if self._rotate else Const(0, 1)):
            for rotation in range(len(head) // config.quadrant if self._rotate else 1):
                first = rotation * config.quadrant
                with m.Case(rotation):
                    m.d.comb += rotated.eq(Cat(stored[first : first + config.partitions]))
        size_mask = Signal(32)
        m.d.comb += size_mask.eq(Mux(context.four, 0xFFFF_FFFF, Mux(context.two, 0xFFFF, 0xFF)))
        lanes = []
        for i in range(config.partitions):
            word = rotated.word_select(i, 32)
            half = Mux(byte[1], word >> 16, word)
            element = Mux(byte[0], half >> 8, half)
            lanes.append(Mux(context.mask[i], element & size_mask, 0)[:32])
        return Cat(lanes)

    def _elaborate_groups(self, context, head, byte: Value) -> Value:
        """The output lanes of groups, in operations of at most 64 bits. Only the first of four
        elements can stand at any place; the upper two of 4 bytes are the line's."""
        lanes: list[Value] = []
        for i in range(self._config.partitions):
            line = head[i]
            half = Mux(byte[3], line[64:], line[:64])
            low = (half >> Cat(Const(0, 3), byte[:3]))[:64]
            words = [low[:32], low[32:], line[64:96], line[96:]]
            for k in range(GROUP):
                element = Mux(
                    context.four, words[k], Mux(context.two, low.word_select(k, 16),
                                                low.word_select(k, 8))
                )  # fmt: skip
                lanes.append(Mux(context.mask[i], element, 0)[:32])
        return Cat(lanes)
