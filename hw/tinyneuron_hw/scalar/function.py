"""The function of a Scalar lane."""

from typing import Any

from amaranth.hdl import Module, unsigned
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from ..isa.table import TABLE_ROWS
from .argument import ARGUMENT_LATENCY, Argument
from .control import Factor, FunctionControl, TableWrite
from .lookup import LOOKUP_LATENCY, Lookup
from .polynomial import POLYNOMIAL_LATENCY, Polynomial

__all__ = ["FUNCTION_LATENCY", "FUNCTION_SIGNATURE", "STAGES", "Function", "FunctionInputs"]

FUNCTION_LATENCY = ARGUMENT_LATENCY + LOOKUP_LATENCY + POLYNOMIAL_LATENCY
_LOOKUP = ARGUMENT_LATENCY
_POLYNOMIAL = ARGUMENT_LATENCY + LOOKUP_LATENCY


class _Stages:
    """Registers before what a table or the parameter is used for."""

    shift = 1
    last = _LOOKUP + 1
    step = _POLYNOMIAL + 2
    specials = FUNCTION_LATENCY


STAGES = _Stages()


class FunctionInputs(data.Struct):
    """What all lanes share, each in the cycle of its stage."""

    control: data.ArrayLayout(FunctionControl, FUNCTION_LATENCY + 1)
    parameter: data.ArrayLayout(Factor, FUNCTION_LATENCY + 1)
    parameter_nan: unsigned(1)
    """In the third stage, as the two that follow."""
    parameter_inf: unsigned(1)
    parameter_zero: unsigned(1)
    shift: unsigned(64)
    """Of the table in stage ``STAGES.shift``; so are the others."""
    last: range(TABLE_ROWS)
    step: unsigned(32)
    specials: data.ArrayLayout(32, 4)


FUNCTION_SIGNATURE = wiring.Signature({
    "x": Out(32), "inputs": Out(FunctionInputs), "write": Out(TableWrite), "result": In(32),
})  # fmt: skip


class Function(wiring.Component):
    """A table's function, or a built-in one, of FP32; one element per cycle.

    Every register moves in every cycle: the engine stops the clock.

    Members
    -------
    x: FP32 bits.
    inputs: see :class:`FunctionInputs`.
    write: a row of a table, while no element is on its way.
    result: FP32 bits, ``FUNCTION_LATENCY`` cycles later.
    """

    def __init__(self):
        super().__init__(FUNCTION_SIGNATURE.flip())

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        m.submodules.argument = argument = Argument()
        m.submodules.lookup = lookup = Lookup()
        m.submodules.polynomial = polynomial = Polynomial()
        inputs = self.inputs
        m.d.comb += [
            argument.x.eq(self.x),
            argument.shift.eq(inputs.shift),
            argument.factor_nan.eq(inputs.parameter_nan),
            argument.factor_inf.eq(inputs.parameter_inf),
            argument.factor_zero.eq(inputs.parameter_zero),
            lookup.y.eq(argument.y),
            lookup.last.eq(inputs.last),
            lookup.write.eq(self.write),
            polynomial.segment.eq(lookup.segment),
            polynomial.found.eq(lookup.found),
            polynomial.step.eq(inputs.step),
            polynomial.specials.eq(inputs.specials),
            self.result.eq(polynomial.result),
        ]
        for part, first in ((argument, 0), (lookup, _LOOKUP), (polynomial, _POLYNOMIAL)):
            m.d.comb += [
                part.control[k].eq(inputs.control[first + k]) for k in range(len(part.control))
            ]
        m.d.comb += [
            polynomial.parameter[k].eq(inputs.parameter[_POLYNOMIAL + k])
            for k in range(POLYNOMIAL_LATENCY + 1)
        ]
        return m
