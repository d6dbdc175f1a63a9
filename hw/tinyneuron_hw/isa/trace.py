"""What one event of the trace port is in a ring in device memory."""

from amaranth.hdl import unsigned
from amaranth.lib import data

__all__ = ["CYCLE_BITS", "RECORD_BYTES", "RECORD_FIELDS", "TraceRecord"]

CYCLE_BITS = 31
"""Of a record's cycle: one less than of the trace port, so that it fits a 64-bit word."""


class TraceRecord(data.Struct):
    """A little-endian 64-bit word; fields as :class:`..sequencer.ports.TraceEvent`'s."""

    cycle: unsigned(CYCLE_BITS)
    kind: unsigned(1)
    pc: unsigned(24)
    stream: unsigned(3)
    source: unsigned(5)


RECORD_BYTES = 8
RECORD_FIELDS = {str(name): field for name, field in data.Layout.cast(TraceRecord)}
"""Name -> place and width of each field."""
