"""Layouts of the Vector engine's instructions that use or seed random bits."""

from amaranth.hdl import unsigned
from amaranth.lib import data

from .operands import AccessPattern, Header, ScalarOperand

__all__ = ["Dropout", "Rng", "SetSeed"]


class Rng(data.Struct):
    """Every element of ``dst`` becomes random bits of its lane's generator, the low ones of 32."""

    header: Header
    reserved0: unsigned(384)
    dst: AccessPattern
    reserved: unsigned(320)


class SetSeed(data.Struct):
    """The generators of the lanes take seeds, one UINT32 of ``in0`` in each partition, and step 16
    times; a seed of 0 counts as 0x9E3779B9. Lanes without a partition keep their state."""

    header: Header
    in0: AccessPattern
    reserved: unsigned(704)


class Dropout(data.Struct):
    """``dst = in0``, but each element is 0 with probability ``operand0``.

    It becomes 0 when its random number r, from 1 to 2**32 - 1, is not above ``operand0`` times
    2**32 as UINT32 (saturating, nearest even; a NaN is 0): always for 1, never for 0. Otherwise it
    is cast through FP32 to nearest even; when the types are equal the bits move unchanged."""

    header: Header
    in0: AccessPattern
    reserved0: unsigned(192)
    dst: AccessPattern
    operand0: ScalarOperand
    reserved: unsigned(256)
