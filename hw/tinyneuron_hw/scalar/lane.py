"""One partition of the Scalar engine."""

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from ..float.add import FpAdd
from ..float.compare import is_nan
from ..float.convert import FromFp32, ToFp32
from ..float.multiply import FpMultiply
from ..float.unpack import Fp32
from ..formats import DType
from ..isa.opcodes import ActivationFunction

__all__ = ["LANE_LATENCY", "LANE_SIGNATURE", "LaneControl", "ScalarLane"]

_FLOAT_LATENCY = 2
LANE_LATENCY = 1 + _FLOAT_LATENCY + 1 + _FLOAT_LATENCY + 1


class LaneControl(data.Struct):
    """What an instruction asks of every lane; constant while elements are behind its first
    register."""

    function: ActivationFunction
    out_type: DType


LANE_SIGNATURE = wiring.Signature({
    "control": Out(LaneControl),
    "in0_type": Out(DType, init=DType.FP32),
    "in0": Out(32),
    "load": Out(2),
    "result": In(32),
})  # fmt: skip


class ScalarLane(wiring.Component):
    """``function(in0 * scale + bias)``, product and sum rounded; one element per cycle.

    Every register moves in every cycle: the engine stops the lane's clock.

    Members
    -------
    control: see :class:`LaneControl`, from one cycle after ``in0`` on.
    in0, in0_type: raw element or scalar operand and its type.
    load: one cycle later: take the value as bias (bit 0) or scale (bit 1).
    result: raw element, ``LANE_LATENCY`` cycles later.
    """

    def __init__(self):
        super().__init__(LANE_SIGNATURE.flip())

    def elaborate(self, platform):
        m = Module()
        m.submodules.widen = widen = ToFp32()
        m.submodules.multiply = multiply = FpMultiply(_FLOAT_LATENCY)
        m.submodules.add = add = FpAdd(_FLOAT_LATENCY)
        m.submodules.narrow = narrow = FromFp32()
        value, bias, scale = Signal(32, reset_less=True), Signal(32), Signal(32)
        product = Signal(32, reset_less=True)
        m.d.comb += [
            widen.dtype.eq(self.in0_type),
            widen.raw.eq(self.in0),
            multiply.a.eq(value),
            multiply.b.eq(scale),
            add.a.eq(product),
            add.b.eq(bias),
            narrow.dtype.eq(self.control.out_type),
            narrow.value.eq(self._apply(add.result)),
        ]
        m.d.sync += [
            value.eq(widen.result),
            product.eq(multiply.result),
            self.result.eq(narrow.raw),
        ]
        for number, scalar in enumerate((bias, scale)):
            with m.If(self.load[number]):
                m.d.sync += scalar.eq(value)
        return m

    def _apply(self, value):
        """The activation function."""
        # A NaN stays: the cast makes it the type's canonical one.
        clear = value[31] & ~is_nan(Fp32(value))
        return Mux((self.control.function == ActivationFunction.RELU) & clear, 0, value)
