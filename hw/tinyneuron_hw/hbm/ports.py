"""The PHY-like ports `chip` ends in."""

from amaranth.lib import enum
from amaranth.lib.wiring import In, Out, Signature

from ..config import CoreConfig
from .address import AddressMap
from .timing import BURST

__all__ = ["FixedPort", "PhyPort", "RowCommand", "memory_port"]


class RowCommand(enum.Enum, shape=2):
    """What the row bus of a channel carries."""

    ACTIVATE = 0
    """Opens ``row`` of ``bank``."""
    PRECHARGE = 1
    """Closes ``bank``."""
    PRECHARGE_ALL = 2
    REFRESH = 3
    """Of ``bank``, or of all banks of a memory that refreshes them together."""


class PhyPort(Signature):
    """Controller's side of the memory channels; a field of channel ``c`` is the ``c``-th part of
    a member.

    A channel has two command buses, one for rows and one for columns, as HBM has, and a data bus
    of ``access_bytes / 4`` bytes with 8 check bits for each 64. READ and WRITE (``column_write``)
    move an access of 4 words; ``hbm/timing.py`` says when. Words of a READ come with
    ``read_valid``; those of a WRITE are taken when they are due, and only 64-bit words with their
    bit of ``write_enable`` set are changed. Nothing can be held back. ``clean``: the device has all
    that was written.
    """

    def __init__(self, config: CoreConfig):
        channels, places = config.memory_channels, AddressMap(config)
        word = config.access_bytes // BURST
        super().__init__(
            {
                "row_valid": Out(channels),
                "row_command": Out(2 * channels),
                "row_bank": Out(places.bank_bits * channels),
                "row_row": Out(places.row_bits * channels),
                "column_valid": Out(channels),
                "column_write": Out(channels),
                "column_bank": Out(places.bank_bits * channels),
                "column_column": Out(places.column_bits * channels),
                "write_data": Out(8 * word * channels),
                "write_check": Out(word * channels),
                "write_enable": Out(word // 8 * channels),
                "read_valid": In(channels),
                "read_data": In(8 * word * channels),
                "read_check": In(word * channels),
                "clean": Out(1),
            }
        )


class FixedPort(Signature):
    """Controller's side of a memory device with a fixed latency.

    One command (``valid`` and ``ready``) per cycle moves ``memory_bytes`` aligned bytes either
    way. ``address`` counts units of ``memory_bytes``. Read data comes back in command order with
    ``read_valid``, ``memory_latency`` cycles after its command; it cannot be held back. There are
    no check bits.
    """

    def __init__(self, config: CoreConfig):
        width = config.memory_bytes
        super().__init__(
            {
                "valid": Out(1),
                "ready": In(1),
                "write": Out(1),
                "address": Out(48),
                "write_data": Out(8 * width),
                "write_mask": Out(width),
                "read_valid": In(1),
                "read_data": In(8 * width),
            }
        )


def memory_port(config: CoreConfig) -> Signature:
    """The port of ``config.memory``."""
    return FixedPort(config) if config.memory == "fixed" else PhyPort(config)
