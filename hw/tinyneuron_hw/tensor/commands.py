"""What the Tensor engine hands to its two units."""

from amaranth.hdl import Mux, Value, unsigned
from amaranth.lib import data
from amaranth.utils import bits_for

from ..config import CoreConfig
from ..formats import DType
from ..isa.matmul import MATMUL_DTYPES, MatmulKind
from ..isa.operands import AccessPattern
from ..sequencer.ports import instructions_in_flight

__all__ = ["LoadCommand", "MultiplyCommand", "element_dtype", "is_split", "turn_bits"]


def turn_bits(config: CoreConfig) -> int:
    """Width of the counters that order loads and multiplies: they tell apart every number of
    instructions that can be in flight."""
    return bits_for(instructions_in_flight(config))


class LoadCommand(data.StructLayout):
    """LOAD_STATIONARY: its element 0 may enter once ``multiplies`` multiplies have started."""

    def __init__(self, config: CoreConfig):
        super().__init__(
            {
                "src": AccessPattern,
                "column": unsigned(8),
                "transpose": 1,
                "exponent_bias": 6,
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
                "transpose": 1,
                "exponent_bias": 6,
                "loads": turn_bits(config),
            }
        )


def _is_kind(kind: MatmulKind, command: data.View) -> Value:
    source = Value.cast(command.src.dtype)
    return source.matches(*MATMUL_DTYPES[kind]) & ~command.transpose


def is_split(command: data.View) -> Value:
    """Whether the elements are FP32, which take part as halves."""
    return _is_kind(MatmulKind.FP32, command)


def element_dtype(command: data.View) -> Value:
    """The type by whose size the source is read: a pair of integers is one element."""
    is_pair = _is_kind(MatmulKind.INTEGER, command)
    return Mux(is_pair, DType.INT16.value, Value.cast(command.src.dtype))
