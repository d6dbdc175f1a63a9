"""One partition of the Vector engine."""

from amaranth.hdl import Cat, Module, Mux, Signal, unsigned
from amaranth.lib import data, memory, wiring
from amaranth.lib.wiring import In, Out

from ..blocks import Repeated
from ..float.convert import FromFp32, ToFp32
from ..formats import DType
from ..isa.opcodes import AluOp
from .alu import ALU_LATENCY, ALU_SIGNATURE, Alu

__all__ = ["COMBINE_STAGE", "LANE_LATENCY", "LANE_SIGNATURE", "PARTIAL_SLOTS", "STORE_STAGE",
           "Combine", "LaneControl", "LaneInput", "VectorLane"]  # fmt: skip

COMBINE_STAGE = 1 + ALU_LATENCY
"""Registers before the second operation, which a reduction uses."""
STORE_STAGE = COMBINE_STAGE + ALU_LATENCY
LANE_LATENCY = STORE_STAGE + 1

PARTIAL_SLOTS = 16
"""Partial results a lane keeps: 8 of the group being read, 8 of the group being combined."""


class LaneInput(data.Struct):
    """What the raw values of this cycle are."""

    in0_type: DType
    in1_type: DType
    raw_move: unsigned(1)
    """Bits pass unchanged."""


class LaneControl(data.Struct):
    """What an instruction asks of every lane; constant while elements are behind its first
    register."""

    out_type: DType
    raw_move: unsigned(1)
    """Bits pass unchanged."""
    tensor_operand: unsigned(1)
    """The second operand of ``op0`` is the second input, not scalar 0."""
    op0: AluOp
    op1: AluOp
    reverse0: unsigned(1)
    reverse1: unsigned(1)
    reduce: unsigned(1)
    negate: unsigned(1)


class Combine(data.Struct):
    """One operation of a reduction: ``slot a op slot b``, or ``slot a op element``."""

    a: range(PARTIAL_SLOTS)
    b: range(PARTIAL_SLOTS)
    a_start: unsigned(1)
    """Slot ``a`` holds nothing yet: the operation's start value takes its place."""
    b_start: unsigned(1)
    b_slot: unsigned(1)
    """0: the operand is the element."""
    keep: unsigned(1)
    """The result goes to slot ``a``; otherwise out of the lane."""


LANE_SIGNATURE = wiring.Signature({
    "input": Out(LaneInput, init={"in0_type": DType.FP32, "in1_type": DType.FP32}),
    "control": Out(LaneControl),
    "in0": Out(32),
    "in1": Out(32),
    "load": Out(2),
    "combine": Out(Combine),
    "store": Out(Combine),
    "result": In(32),
})  # fmt: skip


class VectorLane(wiring.Component):
    """Casts to FP32, applies two operations, casts back; one element per cycle.

    Every register moves in every cycle: the engine stops the lane's clock.

    Members
    -------
    in0: raw element or scalar operand; in1: raw element of the second input.
    input: see :class:`LaneInput`, in the cycle of ``in0``.
    control: see :class:`LaneControl`, from one cycle later on.
    load: one cycle later: take the value as scalar 0 (bit 0) or 1 (bit 1).
    combine: ``COMBINE_STAGE`` cycles later, when the instruction is a reduction: the operation.
    store: the same ``STORE_STAGE`` cycles later: where its result goes.
    result: raw element, ``LANE_LATENCY`` cycles later.
    """

    def __init__(self):
        super().__init__(LANE_SIGNATURE.flip())

    def elaborate(self, platform):
        m = Module()
        control = self.control
        value, operand = self._elaborate_inputs(m)
        scalars = [Signal(32, name=f"scalar{number}") for number in (0, 1)]
        for number, scalar in enumerate(scalars):
            with m.If(self.load[number]):
                m.d.sync += scalar.eq(value)

        m.submodules.alu0 = alu0 = Repeated("tn_vector_alu", Alu, ALU_SIGNATURE.flip())
        m.submodules.alu1 = alu1 = Repeated("tn_vector_alu", Alu, ALU_SIGNATURE.flip())
        operand0 = Mux(control.tensor_operand, operand, scalars[0])
        m.d.comb += [
            alu0.op.eq(control.op0),
            alu0.a.eq(Mux(swaps(control.op0, control.reverse0), operand0, value)),
            alu0.b.eq(Mux(swaps(control.op0, control.reverse0), value, operand0)),
            alu1.op.eq(control.op1),
        ]
        with m.If(control.reduce):
            self._elaborate_combine(m, alu0.result, alu1)
        with m.Else():
            swap = swaps(control.op1, control.reverse1)
            m.d.comb += [
                alu1.a.eq(Mux(swap, scalars[1], alu0.result)),
                alu1.b.eq(Mux(swap, alu0.result, scalars[1])),
            ]

        m.submodules.narrow = narrow = FromFp32()
        m.d.comb += [
            narrow.dtype.eq(control.out_type),
            narrow.value.eq(Cat(alu1.result[:31], alu1.result[31] ^ control.negate)),
        ]
        m.d.sync += self.result.eq(Mux(control.raw_move, alu1.result, narrow.raw))
        return m

    def _elaborate_inputs(self, m: Module) -> tuple[Signal, Signal]:
        """Both inputs as FP32, behind a register."""
        m.submodules.widen0 = widen0 = ToFp32()
        m.submodules.widen1 = widen1 = ToFp32()
        value = Signal(32, reset_less=True)
        operand = Signal(32, reset_less=True)
        m.d.comb += [
            widen0.dtype.eq(self.input.in0_type),
            widen0.raw.eq(self.in0),
            widen1.dtype.eq(self.input.in1_type),
            widen1.raw.eq(self.in1),
        ]
        m.d.sync += [
            value.eq(Mux(self.input.raw_move, self.in0, widen0.result)),
            operand.eq(widen1.result),
        ]
        return value, operand

    def _elaborate_combine(self, m: Module, element: Signal, alu: Repeated) -> None:
        m.submodules.partials = partials = memory.Memory(shape=32, depth=PARTIAL_SLOTS, init=[])
        write = partials.write_port()
        slots = [partials.read_port(domain="comb") for _ in range(2)]
        start = Signal(32)
        with m.Switch(self.control.op1):
            with m.Case(AluOp.MAX):
                m.d.comb += start.eq(0xFF80_0000)
            with m.Case(AluOp.MIN):
                m.d.comb += start.eq(0x7F80_0000)
        combine = self.combine
        m.d.comb += [
            slots[0].addr.eq(combine.a),
            slots[1].addr.eq(combine.b),
            alu.a.eq(Mux(combine.a_start, start, slots[0].data)),
            alu.b.eq(Mux(combine.b_slot, Mux(combine.b_start, start, slots[1].data), element)),
            write.addr.eq(self.store.a),
            write.data.eq(alu.result),
            write.en.eq(self.store.keep),
        ]


def swaps(op, reverse):
    """BYPASS gives the tensor's side whatever ``reverse`` says."""
    return reverse & (op != AluOp.BYPASS)
