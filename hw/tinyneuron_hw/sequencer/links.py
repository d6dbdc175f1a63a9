"""Signatures of the wires between the parts of the sequencers, and opcode masks."""

from collections.abc import Iterable

from amaranth.hdl import Cat, Const, Signal, Value
from amaranth.lib.wiring import In, Out, Signature

from ..config import CoreConfig
from ..isa.opcodes import STREAM_OPCODES, Opcode, Stream, WaitMode
from .ports import PC_BITS

__all__ = ["ADDRESS_SUM_BITS", "OPCODES", "POSITION_BITS", "FetchRequest", "FetchResponse",
           "SemaphoreWaitPort", "TracePulse", "is_any", "legal_mask"]  # fmt: skip

POSITION_BITS = PC_BITS + 1
"""Bits of an instruction index inside a sequencer: skipping a loop's body may pass 2**24."""

ADDRESS_SUM_BITS = 49
"""Bits of a device address before the check that it lies below 2**48."""

OPCODES = tuple(Opcode)
"""Order of the bits in every opcode mask."""


def legal_mask(stream: Stream) -> int:
    """Mask of the opcodes that ``stream`` may run."""
    return sum(1 << i for i, opcode in enumerate(OPCODES) if opcode in STREAM_OPCODES[stream])


def is_any(select: Signal, opcodes: Iterable[Opcode]) -> Value:
    """Whether the one-hot ``select`` (in the order of ``OPCODES``) names one of ``opcodes``."""
    chosen = set(opcodes)
    if len(chosen) == len(OPCODES):
        return Const(1)
    return Cat(select[i] for i, opcode in enumerate(OPCODES) if opcode in chosen).any()


class FetchRequest(Signature):
    """From a stream's fetch unit: read the instruction at ``address``.

    Members
    -------
    valid: may fall again before ``ready``.
    ready: taken in this cycle; with ``denied`` no read follows, because the instruction is not
        inside a window that allows execution.
    """

    def __init__(self):
        super().__init__(
            {
                "valid": Out(1),
                "address": Out(ADDRESS_SUM_BITS),
                "ready": In(1),
                "denied": In(1),
            }
        )


class FetchResponse(Signature):
    """To a stream's fetch unit: one beat of the oldest instruction it asked for. ``flaws`` has a
    bit for each 64-bit word that could not be corrected."""

    def __init__(self, config: CoreConfig):
        super().__init__(
            {
                "valid": Out(1),
                "data": Out(8 * config.axi_bytes),
                "last": Out(1),
                "error": Out(1),
                "flaws": Out(config.axi_bytes // 8),
            }
        )


class SemaphoreWaitPort(Signature):
    """Requester's side of a wait: ``valid`` and ``ready`` in one cycle mean that the condition
    holds (and that the subtraction of GREATER_EQUAL_SUBTRACT was made in that cycle)."""

    def __init__(self):
        super().__init__(
            {
                "valid": Out(1),
                "mode": Out(WaitMode),
                "semaphore": Out(6),
                "value": Out(32),
                "ready": In(1),
            }
        )


class TracePulse(Signature):
    """``valid`` pulses when instruction ``pc`` starts (or ends)."""

    def __init__(self):
        super().__init__({"valid": Out(1), "pc": Out(PC_BITS)})
