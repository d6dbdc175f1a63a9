"""The PHY-like port `chip` ends in."""

from amaranth.lib.wiring import In, Out, Signature

from ..config import CoreConfig

__all__ = ["PhyPort"]


class PhyPort(Signature):
    """Controller's side of the memory device.

    One command (``valid`` and ``ready``) per cycle moves ``memory_bytes`` aligned bytes either
    way. ``address`` counts units of ``memory_bytes``. Read data comes back in command order with
    ``read_valid``, ``memory_latency`` cycles after its command; it cannot be held back. ``check``
    carries 8 bits per 64 data bits (0 until ECC exists).
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
                "write_check": Out(width),
                "write_mask": Out(width),
                "read_valid": In(1),
                "read_data": In(8 * width),
                "read_check": In(width),
            }
        )
