"""One partition of the Vector engine."""

from amaranth.hdl import Cat, Module, Mux, Signal, unsigned
from amaranth.lib import data, enum, wiring
from amaranth.lib.wiring import In, Out

from ..blocks import Repeated
from ..float.compare import FpCompare
from ..float.convert import FromFp32, ToFp32
from ..float.divide import DIVIDE_WIDTH
from ..float.round import RawFp
from ..formats import DType
from ..isa.opcodes import UNARY_OPS, AluOp, Comparison
from .alu import ALU_LATENCY, ALU_SIGNATURE, Alu, op_is

__all__ = ["ACCUMULATE_STAGE", "EARLY_STAGE", "FIRST_STAGE", "LANE_SIGNATURE", "LATE_STAGE",
           "SECOND_STAGE", "Cast", "Choice", "LaneControl", "Operand", "Operation", "VectorLane",
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
    FEEDBACK = 3
    """The newest result of the second operation that was captured (of the first operation)."""


class Operation(data.Struct):
    """One of the two operations on an element, in its stage."""

    load: unsigned(1)
    """Take the value as the operation's scalar."""
    op: AluOp
    size: unsigned(2)
    """See :class:`Alu`."""
    reverse: unsigned(1)
    operand: Operand


class Choice(data.Struct):
    """Which elements are chosen; the others become the first operation's scalar, or
    ``constant``."""

    by_predicate: unsigned(1)
    """Those whose second input is not 0 ..."""
    reverse: unsigned(1)
    """... or is."""
    by_index: unsigned(1)
    """Those whose second input compares with both scalars as ``compare`` says."""
    compare: data.ArrayLayout(Comparison, 2)


class Cast(data.Struct):
    """How a result leaves the lane, one stage before the result."""

    out_type: DType
    raw: unsigned(1)
    """The bits of an element that was chosen pass unchanged."""
    negate: unsigned(1)
    keep: unsigned(1)
    """An element that was not chosen is not written."""
    stochastic: unsigned(1)
    """Round with random bits."""
    random: unsigned(1)
    """The random bits leave in place of the result."""
    limits: unsigned(1)
    """The cast value becomes the lane's limit for ``drops``."""
    drops: unsigned(1)
    """0 leaves in place of the result when the random bits are not above the limit."""


class LaneControl(data.Struct):
    """What every lane does with a beat; each part belongs to its stage."""

    widen: Widen
    first: Operation
    second: Operation
    choice: Choice
    """Begins with the first operation."""
    constant: unsigned(32)
    """FP32 operand of the second operation."""
    capture: unsigned(1)
    """The second operation's result is fed back."""
    cast: Cast


LANE_SIGNATURE = wiring.Signature({
    "widen": Out(Widen, init={"in0_type": DType.FP32, "in1_type": DType.FP32}),
    "first": Out(Operation),
    "first_ending": Out(AluOp),
    "second": Out(Operation),
    "second_ending": Out(AluOp),
    "first_choice": Out(Choice),
    "second_choice": Out(Choice),
    "capture": Out(1),
    "constant": Out(32),
    "divides_second": Out(1),
    "quotient": Out(RawFp(DIVIDE_WIDTH)),
    "cast": Out(Cast),
    "late": Out(1),
    "random": Out(32),
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
    "skip": In(1),
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
        later; first_choice, second_choice: see :class:`Choice`, in the same cycles.
    first_ending, second_ending: see :class:`Alu`.
    value: ``in0`` in FP32, ``FIRST_STAGE`` cycles later.
    take, replacement: what takes the place of the first operation's result, with the second.
    divides_second: the operation that the divider works for is the second one.
    dividend, divisor: operands of the operation that the divider works for.
    quotient: the divider's result.
    element: FP32 bits of the second operation's result, ``ACCUMULATE_STAGE`` cycles after ``in0``.
    capture: in the same cycle: take it as what FEEDBACK gives, in this cycle and until the next.
    accumulated: FP32 bits of the accumulator's result, ``LATE_STAGE - 1`` cycles after ``in0``.
    cast, late: how to cast which of the two, with ``late`` the accumulator's.
    random: the lane's random bits, in the cycle of ``cast``.
    result, skip: raw element, one cycle later; whether it is to be left out.
    """

    def __init__(self):
        super().__init__(LANE_SIGNATURE.flip())

    def elaborate(self, platform):
        m = Module()
        value, operand = self._elaborate_inputs(m)
        later_operand = _behind(m, operand, ALU_LATENCY, name="operand")
        m.submodules.alu0 = alu0 = Repeated("tn_vector_alu", Alu, ALU_SIGNATURE.flip())
        m.submodules.alu1 = alu1 = Repeated("tn_vector_alu", Alu, ALU_SIGNATURE.flip())
        scalars = [Signal(32, name=f"scalar{number}") for number in (0, 1)]
        feedback = self._elaborate_feedback(m, alu1.result)
        between = Mux(self.take, self.replacement, alu0.result)
        first_value, between, chosen = self._elaborate_choice(
            m, value, operand, later_operand, between, scalars
        )
        self._elaborate_operation(
            m, alu0, self.first, first_value, [scalars[0], operand, 0, feedback]
        )
        self._elaborate_operation(
            m, alu1, self.second, between, [scalars[1], later_operand, self.constant, 0]
        )
        for scalar, control, loaded in zip(
            scalars, (self.first, self.second), (first_value, between), strict=True
        ):
            with m.If(control.load):
                m.d.sync += scalar.eq(loaded)
        m.submodules.narrow = narrow = FromFp32(stochastic=True)
        cast = self.cast
        outgoing, limit = Signal(32), Signal(32)
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
            narrow.stochastic.eq(cast.stochastic),
            narrow.random.eq(self.random),
        ]
        with m.If(cast.limits):
            m.d.sync += limit.eq(narrow.raw)
        m.d.sync += [
            self.result.eq(Mux(cast.raw & (chosen | self.late), outgoing, narrow.raw)),
            self.skip.eq(cast.keep & ~chosen),
        ]
        with m.If(cast.random):
            m.d.sync += self.result.eq(self.random)
        with m.Elif(cast.drops & (self.random <= limit)):
            m.d.sync += self.result.eq(0)
        return m

    def _elaborate_feedback(self, m: Module, result: Signal) -> Signal:
        """The result that was captured last, in its cycle already."""
        kept, feedback = Signal(32, reset_less=True), Signal(32, name="feedback")
        m.d.comb += feedback.eq(Mux(self.capture, result, kept))
        m.d.sync += kept.eq(feedback)
        return feedback

    def _elaborate_choice(
        self, m: Module, value, operand, later_operand, between, scalars
    ) -> tuple[Signal, Signal, Signal]:
        """The values that the two operations get, and, with the second one's result, whether the
        element was chosen."""
        first, second = self.first_choice, self.second_choice
        chosen0, chosen1 = Signal(), Signal()
        values = [Signal(32, name=f"chosen_value{number}") for number in (0, 1)]
        within0 = self._elaborate_comparison(m, first.compare[0], operand, scalars[0], 0)
        within1 = self._elaborate_comparison(m, second.compare[1], later_operand, scalars[1], 1)
        nonzero = operand[:31].any()
        m.d.comb += [
            chosen0.eq(
                (~first.by_predicate | (nonzero ^ first.reverse)) & (~first.by_index | within0)
            ),
            values[0].eq(Mux(first.by_predicate & ~chosen0, scalars[0], value)),
            chosen1.eq(
                _behind(m, chosen0, ALU_LATENCY, name="was_chosen") & (~second.by_index | within1)
            ),
            values[1].eq(Mux(second.by_index & ~chosen1, self.constant, between)),
        ]
        return values[0], values[1], _behind(m, chosen1, ALU_LATENCY, name="is_chosen")

    def _elaborate_comparison(self, m: Module, comparison, a, b, number: int) -> Signal:
        compare = FpCompare()
        m.submodules[f"compare{number}"] = compare
        m.d.comb += [compare.comparison.eq(comparison), compare.a.eq(a), compare.b.eq(b)]
        return compare.holds

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

    def _elaborate_operation(self, m: Module, alu, control, value, operands: list) -> None:
        """``value op operand`` or, but for BYPASS, turned round; ``operands`` by
        :class:`Operand`."""
        operand, swap = Signal(32), Signal()
        with m.Switch(control.operand):
            for code, source in zip(Operand, operands, strict=True):
                with m.Case(code):
                    m.d.comb += operand.eq(source)
        m.d.comb += [
            swap.eq(control.reverse & ~op_is(control.op, UNARY_OPS)),
            alu.op.eq(control.op),
            alu.size.eq(control.size),
            alu.a.eq(Mux(swap, operand, value)),
            alu.b.eq(Mux(swap, value, operand)),
        ]


def _behind(m: Module, value, count: int, *, name: str):
    """``value`` behind registers."""
    for number in range(count):
        register = Signal.like(value, name=f"{name}{number}", reset_less=True)
        m.d.sync += register.eq(value)
        value = register
    return value
