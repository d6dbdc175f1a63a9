"""One partition of the Scalar engine."""

from amaranth.hdl import Module, Mux, Signal, unsigned
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from ..float.add import FpAdd
from ..float.convert import FromFp32, ToFp32
from ..float.multiply import FpMultiply
from .accumulator import ACCUMULATOR_LATENCY, Accumulate, Accumulator
from .control import TableWrite
from .function import FUNCTION_LATENCY, Function, FunctionInputs

__all__ = ["BIAS_STAGE", "CAST_STAGE", "EARLY_STAGE", "FUNCTION_STAGE", "LANE_SIGNATURE",
           "LATE_STAGE", "LaneInputs", "ScalarLane"]  # fmt: skip

_FLOAT_LATENCY = 2
BIAS_STAGE = 1 + _FLOAT_LATENCY + 1
"""Registers before the sum with the bias."""
FUNCTION_STAGE = BIAS_STAGE + _FLOAT_LATENCY + 1
CAST_STAGE = FUNCTION_STAGE + FUNCTION_LATENCY + 1
"""Registers before the cast and the accumulator."""
EARLY_STAGE = CAST_STAGE + 1
"""Registers before the result, cast."""
LATE_STAGE = EARLY_STAGE + ACCUMULATOR_LATENCY
"""Registers before the accumulator's result, cast."""


class LaneInputs(data.Struct):
    """What all lanes share, each in the cycle of its stage."""

    in0_type: unsigned(4)
    load_scale: unsigned(1)
    load_bias: unsigned(1)
    """As ``load_scale`` one cycle after the value; it becomes the bias with ``use_bias``, when it
    has reached the addition itself."""
    use_bias: unsigned(1)
    function: FunctionInputs
    out_type: unsigned(4)
    stochastic: unsigned(1)
    """The cast rounds stochastically."""
    late: unsigned(1)
    """What is cast is the accumulator's result."""
    add: Accumulate
    store: Accumulate


LANE_SIGNATURE = wiring.Signature({
    "inputs": Out(LaneInputs),
    "in0": Out(32),
    "random": Out(32),
    "covered": Out(1),
    "write": Out(TableWrite),
    "result": In(32),
})  # fmt: skip


class ScalarLane(wiring.Component):
    """``function(in0 * scale + bias)``, product and sum rounded; one element per cycle.

    Every register moves in every cycle: the engine stops the lane's clock.

    Members
    -------
    inputs: see :class:`LaneInputs`.
    in0: raw element or scalar operand.
    random: 32 random bits, in the cycle of the cast.
    covered: the accumulator adds in this lane, in the cycle of the addition.
    write: a row of a table, while no element is on its way.
    result: raw element, ``EARLY_STAGE`` or ``LATE_STAGE`` cycles later.
    """

    def __init__(self):
        super().__init__(LANE_SIGNATURE.flip())

    def elaborate(self, platform):
        m = Module()
        m.submodules.widen = widen = ToFp32()
        m.submodules.multiply = multiply = FpMultiply(_FLOAT_LATENCY)
        m.submodules.sum = add = FpAdd(_FLOAT_LATENCY)
        m.submodules.function = function = Function()
        m.submodules.accumulator = accumulator = Accumulator()
        m.submodules.narrow = narrow = FromFp32(stochastic=True)
        value = Signal(32, reset_less=True)
        scale, bias, next_bias = Signal(32), Signal(32), Signal(32)
        product, x, y = (Signal(32, reset_less=True, name=name) for name in ("product", "x", "y"))
        inputs = self.inputs
        m.d.comb += [
            widen.dtype.eq(inputs.in0_type),
            widen.raw.eq(self.in0),
            multiply.a.eq(value),
            multiply.b.eq(scale),
            add.a.eq(product),
            add.b.eq(bias),
            function.x.eq(x),
            function.inputs.eq(inputs.function),
            function.write.eq(self.write),
            accumulator.element.eq(y),
            accumulator.covered.eq(self.covered),
            accumulator.add.eq(inputs.add),
            accumulator.store.eq(inputs.store),
            narrow.dtype.eq(inputs.out_type),
            narrow.stochastic.eq(inputs.stochastic),
            narrow.random.eq(self.random),
            narrow.value.eq(Mux(inputs.late, accumulator.result, y)),
        ]
        m.d.sync += [
            value.eq(widen.result),
            product.eq(multiply.result),
            x.eq(add.result),
            y.eq(function.result),
            self.result.eq(narrow.raw),
        ]
        # The value is far ahead of the addition: what is there still needs the old bias.
        with m.If(inputs.load_scale):
            m.d.sync += scale.eq(value)
        with m.If(inputs.load_bias):
            m.d.sync += next_bias.eq(value)
        with m.If(inputs.use_bias):
            m.d.sync += bias.eq(next_bias)
        return m
