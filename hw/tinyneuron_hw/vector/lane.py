"""One partition of the Vector engine."""

from amaranth.hdl import Cat, Module, Mux, Signal, Value, unsigned
from amaranth.lib import data, enum, wiring
from amaranth.lib.wiring import In, Out

from ..blocks import Repeated
from ..float.convert import FromFp32, ToFp32
from ..float.divide import DIVIDE_WIDTH
from ..float.round import RawFp
from ..formats import DType
from ..isa.opcodes import UNARY_OPS, AluOp
from .alu import ALU_LATENCY, ALU_SIGNATURE, Alu, op_is

__all__ = ["ACCUMULATE_STAGE", "EARLY_STAGE", "FIRST_STAGE", "LANE_SIGNATURE", "LATE_STAGE",
           "SECOND_STAGE", "Cast", "LaneControl", "Operand", "Operation", "VectorLane",
           "Widen"]  # fmt: skip

FIRST_STAGE = 1
"""Registers before the first operation."""
SECOND_STAGE = FIRST_STAGE + ALU_LATENCY
ACCUMULATE_STAGE = SECOND_STAGE + ALU_LATENCY
EARLY_STAGE = ACCUMULATE_STAGE + 1
"""Registers before the result of the second operation, cast."""
LATE_STAGE = ACCUMULATE_STAGE + ALU_LATENCY + 1
"""Registers before the result of the accumulator, cast."""


class Widen(data.Struct):
    """What the raw values are; stage 0."""

    in0_type: DType
    in1_type: DType
    raw: unsigned(1)
    """The bits of ``in0`` pass unchanged."""
    raw_in1: unsigned(1)


class Operand(enum.Enum, shape=2):
    """Second operand of an operation."""

    SCALAR = 0
    """What was loaded for this operation."""
    TENSOR = 1
    """The second input."""
    CONSTANT = 2
    """``constant`` (of the second operation)."""


class Operation(data.Struct):
    """One of the two operations on an element, in its stage."""

    load: unsigned(1)
    """Take the value as the operation's scalar."""
    op: AluOp
    size: unsigned(2)
    """See :class:`Alu`."""
    reverse: unsigned(1)
    operand: Operand


class Cast(data.Struct):
    """How a result leaves the lane, one stage before the result."""

    out_type: DType
    raw: unsigned(1)
    """The bits pass unchanged."""
    negate: unsigned(1)


class LaneControl(data.Struct):
    """What every lane does with a beat; each part belongs to its stage."""

    widen: Widen
    first: Operation
    second: Operation
    constant: unsigned(32)
    """FP32 operand of the second operation."""
    cast: Cast


LANE_SIGNATURE = wiring.Signature({
    "widen": Out(Widen, init={"in0_type": DType.FP32, "in1_type": DType.FP32}),
    "first": Out(Operation),
    "first_ending": Out(AluOp),
    "second": Out(Operation),
    "second_ending": Out(AluOp),
    "constant": Out(32),
    "divides_second": Out(1),
    "quotient": Out(RawFp(DIVIDE_WIDTH)),
    "cast": Out(Cast),
    "late": Out(1),
    "in0": Out(32),
    "in1": Out(32),
    "accumulated": Out(32),
    "value": In(32),
    "take": Out(1),
    "replacement": Out(32),
    "dividend": In(32),
    "divisor": In(32),
    "element": In(32),
    "result": In(32),
})  # fmt: skip


class VectorLane(wiring.Component):
    """Casts to FP32, applies two operations, casts back; one element per cycle.

    Every register moves in every cycle: the engine stops the lane's clock. What the lanes do is
    given to all of them alike, to each stage in its cycle.

    Members
    -------
    in0: raw element or scalar operand; in1: raw element of the second input.
    widen: see :class:`Widen`, in the cycle of ``in0``.
    first, second, constant: see :class:`Operation`, ``FIRST_STAGE`` and ``SECOND_STAGE`` cycles
        later.
    first_ending, second_ending: see :class:`Alu`.
    value: ``in0`` in FP32, ``FIRST_STAGE`` cycles later.
    take, replacement: what takes the place of the first operation's result, with the second.
    divides_second: the operation that the divider works for is the second one.
    dividend, divisor: operands of the operation that the divider works for.
    quotient: the divider's result.
    element: FP32 bits of the second operation's result, ``ACCUMULATE_STAGE`` cycles after ``in0``.
    accumulated: FP32 bits of the accumulator's result, ``LATE_STAGE - 1`` cycles after ``in0``.
    cast, late: how to cast which of the two, with ``late`` the accumulator's.
    result: raw element, one cycle later.
    """

    def __init__(self):
        super().__init__(LANE_SIGNATURE.flip())

    def elaborate(self, platform):
        m = Module()
        value, operand = self._elaborate_inputs(m)
        second_operand = operand
        for stage in range(ALU_LATENCY):
            register = Signal(32, name=f"operand{stage}", reset_less=True)
            m.d.sync += register.eq(second_operand)
            second_operand = register
        m.submodules.alu0 = alu0 = Repeated("tn_vector_alu", Alu, ALU_SIGNATURE.flip())
        m.submodules.alu1 = alu1 = Repeated("tn_vector_alu", Alu, ALU_SIGNATURE.flip())
        self._elaborate_operation(m, alu0, self.first, value, operand, name="scalar0")
        between = Mux(self.take, self.replacement, alu0.result)
        self._elaborate_operation(m, alu1, self.second, between, second_operand, name="scalar1")
        m.submodules.narrow = narrow = FromFp32()
        cast = self.cast
        outgoing = Signal(32)
        m.d.comb += [
            alu0.ending.eq(self.first_ending),
            alu1.ending.eq(self.second_ending),
            self.value.eq(value),
            alu0.quotient.eq(self.quotient),
            alu1.quotient.eq(self.quotient),
            self.dividend.eq(Mux(self.divides_second, alu1.a, alu0.a)),
            self.divisor.eq(Mux(self.divides_second, alu1.b, alu0.b)),
            self.element.eq(alu1.result),
            outgoing.eq(Mux(self.late, self.accumulated, alu1.result)),
            narrow.dtype.eq(cast.out_type),
            narrow.value.eq(Cat(outgoing[:31], outgoing[31] ^ cast.negate)),
        ]
        m.d.sync += self.result.eq(Mux(cast.raw, outgoing, narrow.raw))
        return m

    def _elaborate_inputs(self, m: Module) -> tuple[Signal, Signal]:
        """Both inputs as FP32 or raw, behind a register."""
        m.submodules.widen0 = widen0 = ToFp32()
        m.submodules.widen1 = widen1 = ToFp32()
        value = Signal(32, reset_less=True)
        operand = Signal(32, reset_less=True)
        m.d.comb += [
            widen0.dtype.eq(self.widen.in0_type),
            widen0.raw.eq(self.in0),
            widen1.dtype.eq(self.widen.in1_type),
            widen1.raw.eq(self.in1),
        ]
        m.d.sync += [
            value.eq(Mux(self.widen.raw, self.in0, widen0.result)),
            operand.eq(Mux(self.widen.raw_in1, self.in1, widen1.result)),
        ]
        return value, operand

    def _elaborate_operation(
        self, m: Module, alu, control, value: Value, tensor: Value, *, name: str
    ) -> None:
        """``value op operand``, or turned round; an operation of one operand takes ``value``."""
        scalar, operand, swap = Signal(32, name=name), Signal(32, name=f"{name}_or"), Signal()
        with m.If(control.load):
            m.d.sync += scalar.eq(value)
        with m.Switch(control.operand):
            with m.Case(Operand.SCALAR):
                m.d.comb += operand.eq(scalar)
            with m.Case(Operand.TENSOR):
                m.d.comb += operand.eq(tensor)
            with m.Case(Operand.CONSTANT):
                m.d.comb += operand.eq(self.constant)
        m.d.comb += [
            swap.eq(control.reverse & ~op_is(control.op, UNARY_OPS)),
            alu.op.eq(control.op),
            alu.size.eq(control.size),
            alu.a.eq(Mux(swap, operand, value)),
            alu.b.eq(Mux(swap, value, operand)),
        ]
