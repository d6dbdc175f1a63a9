"""What the Tensor engine hands to its two units."""

from amaranth.hdl import unsigned
from amaranth.lib import data
from amaranth.utils import bits_for

from ..config import CoreConfig
from ..isa.operands import AccessPattern

__all__ = ["LoadCommand", "MultiplyCommand", "most_in_flight", "turn_bits"]


def most_in_flight(config: CoreConfig) -> int:
    """Instructions between their acceptance and their ``done``, a power of two: the two queues
    and what fits into the array when a load and a multiply start every 8 cycles."""
    needed = 2 * config.queue_depth + 8 + config.partitions * config.pe_latency // 4
    return 1 << bits_for(needed - 1)


def turn_bits(config: CoreConfig) -> int:
    """Width of the counters that order loads and multiplies: they tell apart every number of
    instructions that can be in flight."""
    return bits_for(most_in_flight(config))


class LoadCommand(data.StructLayout):
    """LOAD_STATIONARY: its element 0 may enter once ``multiplies`` multiplies have started."""

    def __init__(self, config: CoreConfig):
        super().__init__(
            {
                "src": AccessPattern,
                "column": unsigned(8),
                "multiplies": turn_bits(config),
            }
        )


class MultiplyCommand(data.StructLayout):
    """MULTIPLY_MOVING: its element 0 may enter once ``loads`` loads have entered, and swaps the
    stationary matrices when that number has changed since the multiply before it."""

    def __init__(self, config: CoreConfig):
        super().__init__(
            {
                "src": AccessPattern,
                "dst": AccessPattern,
                "accumulate": 1,
                "loads": turn_bits(config),
            }
        )
