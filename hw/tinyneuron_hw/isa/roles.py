"""What the operands of each opcode are: access patterns on chip, scalars, device patterns."""

from __future__ import annotations

from dataclasses import dataclass

from .opcodes import REGISTER_MOVES, Opcode, Space

__all__ = ["ADDRESSED", "DEVICE", "LONG_OPCODES", "PATTERNS", "SCALARS", "STOCHASTIC_OPCODES",
           "Role"]  # fmt: skip


@dataclass(frozen=True)
class Role:
    """How an opcode uses an access-pattern slot."""

    slot: str
    """``a``, ``b``, ``c`` or ``d``: its bit position."""
    path: str
    is_write: bool
    lanes: str
    """``lane``: start-partition rule and at most ``partitions``; ``row``: a PE row, any start;
    ``column``: a PE column, any start; ``dma``: any start; ``index``: any start, a multiple of the
    element."""
    spaces: tuple[Space, ...]


_BOTH = (Space.SBUF, Space.PSUM)
_SBUF = (Space.SBUF,)


def _lane(slot: str, path: str, is_write: bool = False) -> Role:
    return Role(slot, path, is_write, "lane", _BOTH)


PATTERNS: dict[Opcode, tuple[Role, ...]] = {
    Opcode.REGISTER_LOAD_SBUF: (Role("a", "src", False, "index", _SBUF),),
    Opcode.REGISTER_STORE_SBUF: (Role("a", "dst", True, "index", _SBUF),),
    Opcode.DMA_LOAD: (Role("a", "dst", True, "dma", _SBUF),),
    Opcode.DMA_STORE: (Role("a", "src", False, "dma", _SBUF),),
    Opcode.DMA_LOCAL: (Role("a", "src", False, "dma", _SBUF), Role("c", "dst", True, "dma", _SBUF)),
    Opcode.DMA_GATHER: (
        Role("a", "dst", True, "dma", _SBUF),
        Role("d", "index", False, "index", _SBUF),
    ),
    Opcode.DMA_SCATTER: (
        Role("a", "src", False, "dma", _SBUF),
        Role("d", "index", False, "index", _SBUF),
    ),
    Opcode.LOAD_STATIONARY: (Role("a", "src", False, "row", _SBUF),),
    Opcode.MULTIPLY_MOVING: (
        Role("a", "src", False, "row", _SBUF),
        Role("b", "dst", True, "column", (Space.PSUM,)),
    ),
    Opcode.TENSOR_TENSOR: (_lane("a", "in0"), _lane("b", "in1"), _lane("c", "dst", True)),
    Opcode.TENSOR_SCALAR: (_lane("a", "in0"), _lane("c", "dst", True)),
    Opcode.TENSOR_REDUCE: (_lane("a", "in0"), _lane("c", "dst", True)),
    Opcode.TENSOR_COPY: (_lane("a", "in0"), _lane("c", "dst", True)),
    Opcode.MEMSET: (_lane("c", "dst", True),),
    Opcode.SCALAR_TENSOR_TENSOR: (_lane("a", "in0"), _lane("b", "in1"), _lane("c", "dst", True)),
    Opcode.TENSOR_SCAN: (_lane("a", "in0"), _lane("b", "in1"), _lane("c", "dst", True)),
    Opcode.TENSOR_CUMULATIVE: (_lane("a", "in0"), _lane("c", "dst", True)),
    Opcode.SELECT: (_lane("a", "in0"), _lane("b", "in1"), _lane("c", "dst", True)),
    Opcode.INDEX_SELECT: (_lane("a", "in0"), _lane("c", "dst", True)),
    Opcode.IOTA: (_lane("c", "dst", True),),
    Opcode.READ_ACCUMULATOR: (_lane("c", "dst", True),),
    Opcode.RNG: (_lane("c", "dst", True),),
    Opcode.SET_SEED: (_lane("a", "in0"),),
    Opcode.DROPOUT: (_lane("a", "in0"), _lane("c", "dst", True)),
    Opcode.MAX8: (_lane("a", "in0"), _lane("c", "dst", True)),
    Opcode.FIND_INDEX8: (_lane("a", "in0"), _lane("b", "in1"), _lane("c", "dst", True)),
    Opcode.MATCH_REPLACE8: (_lane("a", "in0"), _lane("b", "in1"), _lane("c", "dst", True)),
    Opcode.TRANSPOSE: (_lane("a", "in0"), _lane("c", "dst", True)),
    Opcode.SHUFFLE: (_lane("a", "in0"), _lane("c", "dst", True)),
    Opcode.ACTIVATE: (_lane("a", "in0"), _lane("c", "dst", True)),
    Opcode.LOAD_TABLE: (Role("a", "in0", False, "lane", _SBUF),),
    Opcode.ACTIVATE_READ: (_lane("c", "dst", True),),
    Opcode.ACTIVATE_SEED: (_lane("a", "in0"),),
}
"""On-chip patterns of each opcode, in slot order."""

STOCHASTIC_OPCODES = tuple(opcode for opcode in PATTERNS if opcode.value >= 0x60)
"""The Vector and Scalar engines' opcodes, which round stochastically if they have a
``round_mode``."""

SCALARS: dict[Opcode, tuple[str, ...]] = {
    Opcode.TENSOR_SCALAR: ("operand0", "operand1"),
    Opcode.SCALAR_TENSOR_TENSOR: ("operand0",),
    Opcode.TENSOR_SCAN: ("operand0",),
    Opcode.TENSOR_CUMULATIVE: ("operand0", "operand1"),
    Opcode.SELECT: ("operand0",),
    Opcode.INDEX_SELECT: ("operand0", "operand1"),
    Opcode.DROPOUT: ("operand0",),
    Opcode.ACTIVATE: ("bias", "scale"),
}
"""Scalar operands of each opcode, in slot order."""

DEVICE: dict[Opcode, tuple[str, ...]] = {
    Opcode.REGISTER_LOAD: ("src",),
    Opcode.REGISTER_STORE: ("dst",),
    Opcode.DMA_LOAD: ("src",),
    Opcode.DMA_STORE: ("dst",),
    Opcode.DMA_COPY: ("src", "dst"),
    Opcode.DMA_GATHER: ("src",),
    Opcode.DMA_SCATTER: ("dst",),
}
"""Device patterns of each opcode, in slot order."""

ADDRESSED: dict[Opcode, tuple[str, ...]] = {**DEVICE, Opcode.DMA_RING: ("ring",)}
"""Operands with a device address of each opcode, in slot order."""

LONG_OPCODES = (*REGISTER_MOVES, Opcode.DELAY, Opcode.NOTIFY, Opcode.BARRIER)
"""Instructions that take time and no engine; each starts after everything earlier in its stream is
done, and the next one when it is."""
