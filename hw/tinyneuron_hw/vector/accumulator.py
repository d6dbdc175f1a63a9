"""The third operation of a Vector lane: what it keeps from element to element."""

from amaranth.hdl import Module, Mux, Signal, unsigned
from amaranth.lib import data, enum, memory, wiring
from amaranth.lib.wiring import In, Out

from ..blocks import Repeated
from ..isa.opcodes import AluOp
from .alu import ALU_LATENCY, ALU_SIGNATURE, Alu

__all__ = ["ACCUMULATOR_GAP", "ACCUMULATOR_SIGNATURE", "FILL_SLOTS", "PARTIALS", "RUNNING",
           "SLOTS", "Accumulator", "Combine", "Side", "Store"]  # fmt: skip

PARTIALS = 8
"""Interleaved partial results."""
FILL_SLOTS = 2 * PARTIALS
"""Elements kept as they are: the first 8 of the group being read, and of the one before."""
RUNNING = 2 * PARTIALS
"""First slot of the partial results that stay from instruction to instruction; the slots before
are TENSOR_REDUCE's, 8 of the group being read and 8 of the one before."""
SLOTS = 3 * PARTIALS
ACCUMULATOR_GAP = ALU_LATENCY + 1
"""Cycles from an operation to one that uses its result."""


class Side(enum.Enum, shape=2):
    """Where an operand comes from."""

    ELEMENT = 0
    """The lane's second operation."""
    START = 1
    """The operation's identity: the slot holds nothing yet."""
    FILL = 2
    """An element that was kept."""
    PARTIAL = 3


class Combine(data.Struct):
    """What enters in one cycle: perhaps an element to keep, perhaps an operation ``a op b``."""

    fill: unsigned(1)
    """Keep the element in ``fill_slot``."""
    fill_slot: range(FILL_SLOTS)
    op: AluOp
    a: range(SLOTS)
    a_side: Side
    b: range(SLOTS)
    b_side: Side


class Store(data.Struct):
    """Where the result of an operation goes."""

    keep: unsigned(1)
    slot: range(SLOTS)


ACCUMULATOR_SIGNATURE = wiring.Signature({
    "element": Out(32), "combine": Out(Combine), "start": Out(32), "ending": Out(AluOp),
    "store": Out(Store), "result": In(32),
})  # fmt: skip


class Accumulator(wiring.Component):
    """An ALU and the slots it reads and writes.

    Every register moves in every cycle: the engine stops the clock.

    Members
    -------
    element: FP32 bits of the lane's second operation.
    combine: see :class:`Combine`, in the same cycle.
    start: FP32 bits of an operand that is ``START``.
    ending: see :class:`Alu`.
    store: ``ALU_LATENCY`` cycles after ``combine``: what becomes of the result.
    result: FP32 bits, ``ALU_LATENCY`` cycles after ``combine``.

    Latency and throughput: an operation every cycle; one can use another one's result
    ``ACCUMULATOR_GAP`` cycles later.
    """

    def __init__(self):
        super().__init__(ACCUMULATOR_SIGNATURE.flip())

    def elaborate(self, platform):
        m = Module()
        m.submodules.alu = alu = Repeated("tn_vector_alu", Alu, ALU_SIGNATURE.flip())
        m.submodules.fills = fills = memory.Memory(shape=32, depth=FILL_SLOTS, init=[])
        m.submodules.partials = partials = memory.Memory(shape=32, depth=SLOTS, init=[])
        fill, write = fills.write_port(), partials.write_port()
        combine, store = self.combine, self.store
        m.d.comb += [
            fill.en.eq(combine.fill),
            fill.addr.eq(combine.fill_slot),
            fill.data.eq(self.element),
            alu.op.eq(combine.op),
            alu.ending.eq(self.ending),
            write.en.eq(store.keep),
            write.addr.eq(store.slot),
            write.data.eq(alu.result),
            self.result.eq(alu.result),
        ]
        for operand, slot, side in (
            (alu.a, combine.a, combine.a_side),
            (alu.b, combine.b, combine.b_side),
        ):
            kept, partial = fills.read_port(domain="comb"), partials.read_port(domain="comb")
            value = Signal(32)
            m.d.comb += [
                kept.addr.eq(slot),
                partial.addr.eq(slot),
                value.eq(Mux(side == Side.START, self.start, self.element)),
                operand.eq(
                    Mux(
                        side == Side.PARTIAL,
                        partial.data,
                        Mux(side == Side.FILL, kept.data, value),
                    )
                ),
            ]
        return m
