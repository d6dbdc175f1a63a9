"""Instructions of the Scalar engine."""

from amaranth.hdl import unsigned
from amaranth.lib import data

from .opcodes import ActivationFunction, ReduceCommand, RoundMode
from .operands import AccessPattern, Header, ScalarOperand

__all__ = ["Activate", "ActivateRead", "ActivateSeed", "LoadTable"]


class Activate(data.Struct):
    """``dst = function(in0 * scale + bias)``; the product and the sum round separately.

    The results, before they are cast, can also go to the engine's own accumulator, 8 partial sums
    in each lane: REDUCE adds result j of each partition (row-major) to partial sum j mod 8 of its
    lane, in order of j; RESET and RESET_REDUCE first make the partial sums of all lanes +0. Lanes
    without a partition keep theirs."""

    header: Header
    in0: AccessPattern
    reserved0: unsigned(192)
    dst: AccessPattern
    bias: ScalarOperand
    scale: ScalarOperand
    function: ActivationFunction
    round_mode: RoundMode
    reduce_cmd: ReduceCommand
    parameter: unsigned(32)
    parameter_by_register: unsigned(1)
    reserved: unsigned(146)


class LoadTable(data.Struct):
    """Puts a function table into a slot of the Scalar engine (see Function tables).

    ``in0``: the image, one element a row; partition p holds word p of each row."""

    header: Header
    in0: AccessPattern
    reserved0: unsigned(512)
    slot: unsigned(3)
    reserved: unsigned(189)


class ActivateRead(data.Struct):
    """``dst``, one element in each partition, is the sum of the lane's partial sums:
    ``((p0 + p1) + (p2 + p3)) + ((p4 + p5) + (p6 + p7))``. They stay."""

    header: Header
    reserved0: unsigned(384)
    dst: AccessPattern
    reserved1: unsigned(136)
    round_mode: RoundMode
    reserved: unsigned(182)


class ActivateSeed(data.Struct):
    """The generators of the engine's lanes take seeds, one element of ``in0`` each; lanes without
    a partition keep their state. A seed of 0 stands for 0x9E3779B9."""

    header: Header
    in0: AccessPattern
    reserved: unsigned(704)
