"""Operand layouts shared by instructions.

Convention: a field ``x`` that a register may name has a one-bit sibling ``x_by_register``. When
it is set, the low 5 bits of ``x`` hold a register number (the other bits must be zero) and the
register's value, read when the instruction is prepared, takes the field's place. It must be
representable in the field, or the instruction traps with BAD_OPERAND.
"""

from amaranth.hdl import signed, unsigned
from amaranth.lib import data

from ..formats import DType
from .opcodes import OperandKind, Space, UpdateMode, WaitMode

__all__ = [
    "AccessPattern",
    "DeviceDim",
    "DevicePattern",
    "Dim",
    "Header",
    "IndexPattern",
    "RingPattern",
    "ScalarOperand",
    "Update",
    "Wait",
]


class Wait(data.Struct):
    """Semaphore condition before the start."""

    mode: WaitMode
    semaphore: unsigned(6)
    value: unsigned(32)
    value_by_register: unsigned(1)


class Update(data.Struct):
    """Semaphore action when done."""

    mode: UpdateMode
    semaphore: unsigned(6)
    value: unsigned(32)
    value_by_register: unsigned(1)


class Header(data.Struct):
    """First 16 bytes of every instruction."""

    opcode: unsigned(8)
    wait: Wait
    update: Update
    reserved: unsigned(38)


class Dim(data.Struct):
    """One free dimension: ``size`` steps of ``stride`` elements."""

    stride: signed(16)
    stride_by_register: unsigned(1)
    size: unsigned(16)
    size_by_register: unsigned(1)


class AccessPattern(data.Struct):
    """On-chip operand: the same free-axis pattern in ``num_partitions`` partitions.

    Element (i3, i2, i1, i0) of partition ``start_partition + p`` is at byte
    ``offset + sum(i_k * dims[k].stride) * element bytes``; ``dims[0]`` is innermost. A dimension
    that is not used has size 1.
    """

    dtype: DType
    space: Space
    start_partition: unsigned(8)
    start_partition_by_register: unsigned(1)
    num_partitions: unsigned(8)
    num_partitions_by_register: unsigned(1)
    offset: unsigned(24)
    offset_by_register: unsigned(1)
    dims: data.ArrayLayout(Dim, 4)
    reserved: unsigned(7)


class ScalarOperand(data.Struct):
    """An immediate, or one value per partition, cast to FP32."""

    kind: OperandKind
    dtype: unsigned(4)
    space: Space
    start_partition: unsigned(8)
    value: unsigned(32)
    value_by_register: unsigned(1)
    reserved: unsigned(15)


class IndexPattern(data.Struct):
    """How an index grows from partition to partition and along each free dimension."""

    channel_multiplier: signed(32)
    strides: data.ArrayLayout(signed(32), 4)
    reserved: unsigned(32)


class DeviceDim(data.Struct):
    """One dimension of a device-memory operand: ``size`` steps of ``stride`` bytes."""

    stride: signed(32)
    stride_by_register: unsigned(1)
    size: unsigned(24)
    size_by_register: unsigned(1)


class DevicePattern(data.Struct):
    """Device-memory operand: starts at ``address + register * scale`` bytes (``scale`` signed,
    the register signed; no register when ``address_uses_register`` is 0); ``dims[0]`` innermost.
    With ``list`` there is a list of ``dims[0].size`` buffers; see Lists of buffers."""

    dtype: DType
    address: unsigned(48)
    address_uses_register: unsigned(1)
    register: unsigned(5)
    scale: signed(32)
    dims: data.ArrayLayout(DeviceDim, 4)
    list: unsigned(1)
    reserved: unsigned(13)


class RingPattern(data.Struct):
    """A ring of ``entries`` descriptors of 128 bytes that starts at ``address + register * scale``
    (as of a device pattern). ``count`` of them are meant, from number ``first`` on; behind the last
    entry comes entry 0."""

    reserved0: unsigned(4)
    address: unsigned(48)
    address_uses_register: unsigned(1)
    register: unsigned(5)
    scale: signed(32)
    entries: unsigned(16)
    first: unsigned(16)
    first_by_register: unsigned(1)
    count: unsigned(16)
    count_by_register: unsigned(1)
