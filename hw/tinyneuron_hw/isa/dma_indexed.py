"""DMA instructions whose device rows an index tensor in SBUF chooses."""

from amaranth.hdl import signed, unsigned
from amaranth.lib import data

from .opcodes import RoundMode
from .operands import AccessPattern, DevicePattern, Header

__all__ = ["DmaGather", "DmaScatter"]


class DmaGather(data.Struct):
    """Rows of device memory to SBUF. ``index`` holds INT32 or UINT32 in as many partitions as
    ``dst``, and in each of them one element for each step of ``dst.dims[3]``. Element n of
    partition p names a row of device memory, the pattern ``src`` moved by
    ``index * index_stride`` bytes, which goes to ``dst.dims[0]`` ... ``dims[2]`` at step n of
    ``dims[3]`` in partition p. Rows go partition by partition, in each of them in the order of n.

    An index from 0 to ``index_last`` is valid. With ``skip`` the row of one that is not is left
    out, neither read nor written; without, the instruction traps with OUT_OF_RANGE and the place
    of the index, ``partition << 24 | byte offset``, as address. A row that leaves the windows
    traps with OUT_OF_RANGE and the device address of its first element, whatever ``skip`` says.
    When a row traps, those before it have been moved, and no byte of it or of a later one has been
    accessed.
    ``dst`` and ``index`` must not overlap."""

    header: Header
    dst: AccessPattern
    src: DevicePattern
    index: AccessPattern
    index_stride: signed(32)
    index_stride_by_register: unsigned(1)
    index_last: unsigned(32)
    index_last_by_register: unsigned(1)
    skip: unsigned(1)
    reserved0: unsigned(77)
    queue: unsigned(4)
    round_mode: RoundMode
    reserved: unsigned(26)


class DmaScatter(data.Struct):
    """SBUF to rows of device memory: DMA_GATHER the other way round. Rows are written in order, so
    that of two with the same index the later one stays."""

    header: Header
    src: AccessPattern
    dst: DevicePattern
    index: AccessPattern
    index_stride: signed(32)
    index_stride_by_register: unsigned(1)
    index_last: unsigned(32)
    index_last_by_register: unsigned(1)
    skip: unsigned(1)
    reserved0: unsigned(77)
    queue: unsigned(4)
    round_mode: RoundMode
    reserved: unsigned(26)
