"""The DMA instruction that runs descriptors out of device memory."""

from amaranth.hdl import unsigned
from amaranth.lib import data

from .operands import Header, RingPattern

__all__ = ["DmaRing"]


class DmaRing(data.Struct):
    """Runs the transfers that a ring of descriptors in device memory holds, in their order, on the
    queue; see Descriptor rings."""

    header: Header
    reserved0: unsigned(192)
    ring: RingPattern
    reserved1: unsigned(532)
    queue: unsigned(4)
    reserved: unsigned(28)
