"""Signatures between sequencers, engines, semaphores, DMA and the trace port."""

from amaranth.hdl import signed, unsigned
from amaranth.lib import data, enum, stream
from amaranth.lib.wiring import In, Out, Signature
from amaranth.utils import bits_for

from ..config import CoreConfig
from ..isa.csr import Trap
from ..isa.instructions import INSTRUCTION_BITS
from ..isa.opcodes import Stream, UpdateMode

__all__ = [
    "PC_BITS",
    "BarrierPort",
    "DmaCommand",
    "DmaIssue",
    "EngineCommand",
    "EnginePort",
    "Extent",
    "NotifyPort",
    "RegisterMove",
    "RegisterMovePort",
    "SemaphoreUpdatePort",
    "StreamState",
    "TraceEvent",
    "TraceKind",
    "TraceRingPort",
    "TrapPort",
    "instructions_in_flight",
]

PC_BITS = 24


def instructions_in_flight(config: CoreConfig) -> int:
    """Instructions of one stream from their start to their update, a power of two: what the
    Tensor engine's two queues hold, and what is in its array when a load and a multiply start
    every 8 cycles."""
    needed = 2 * config.queue_depth + 8 + config.partitions * config.pe_latency // 4
    return 1 << bits_for(needed - 1)


class Extent(data.Struct):
    """Bytes [low, high) of each of its partitions that a legal on-chip pattern lies in."""

    low: unsigned(24)
    high: unsigned(24)


class EngineCommand(data.Struct):
    """A prepared instruction: registers resolved, operands checked, semaphore condition met."""

    raw: unsigned(INSTRUCTION_BITS)
    extents: data.ArrayLayout(Extent, 3)
    """Of the patterns in slots a, b and c; of a slot that the opcode does not use, anything."""


class EnginePort(Signature):
    """From a sequencer to its engine (members from the sequencer's side).

    Members
    -------
    issue: commands in program order; the engine takes one when it has room.
    started: pulses when the engine begins an instruction, in order.
    done: pulses when an instruction is done (its last byte readable by all), in order. Started
        and done of one instruction may fall in the same cycle, never done before started.
    busy: an instruction is in the engine (accepted and not done).
    """

    def __init__(self):
        super().__init__(
            {
                "issue": Out(stream.Signature(EngineCommand)),
                "started": In(1),
                "done": In(1),
                "busy": In(1),
            }
        )


class DmaCommand(data.Struct):
    """A DMA instruction: registers of its fields resolved, on-chip patterns checked; device
    patterns still to be checked by the DMA front end."""

    raw: unsigned(INSTRUCTION_BITS)
    stream: Stream
    pc: unsigned(PC_BITS)
    instruction_address: unsigned(48)
    """Device address of the instruction, for BAD_OPERAND traps."""
    src_register: unsigned(32)
    """Value of the register named by the source device pattern (0 when it names none)."""
    dst_register: unsigned(32)


class DmaIssue(Signature):
    """From a sequencer to the DMA front end."""

    def __init__(self):
        super().__init__({"issue": Out(stream.Signature(DmaCommand))})


class RegisterMove(data.Struct):
    """A REGISTER_LOAD or REGISTER_STORE of either memory; of device memory still to be checked."""

    stores: unsigned(1)
    on_chip: unsigned(1)
    stream: Stream
    pc: unsigned(PC_BITS)
    instruction_address: unsigned(48)
    """Device address of the instruction, for BAD_OPERAND traps."""
    address: unsigned(48)
    """Device address without the register's part, or partition [31:24] and offset [23:0]."""
    register: signed(32)
    """Value of the register that the device pattern names (0 when it names none)."""
    scale: signed(32)
    stride: signed(32)
    """Bytes from word to word."""
    count: unsigned(4)


class RegisterMovePort(Signature):
    """From a sequencer to the unit that moves registers.

    Members
    -------
    issue: one move; the next one may be offered after ``done``.
    index: the word in question, from 0 on; ``value`` is its register's, combinational.
    write, write_value: the word at ``index`` is loaded.
    done: pulse; everything is loaded, or stored and readable. None comes after a trap.
    """

    def __init__(self):
        super().__init__(
            {
                "issue": Out(stream.Signature(RegisterMove)),
                "index": In(4),
                "value": Out(32),
                "write": In(1),
                "write_value": In(32),
                "done": In(1),
            }
        )


class SemaphoreUpdatePort(Signature):
    """Requester's side; an update is applied in the cycle it is taken, visible the next."""

    def __init__(self):
        super().__init__(
            {
                "valid": Out(1),
                "ready": In(1),
                "mode": Out(UpdateMode),
                "semaphore": Out(6),
                "value": Out(32),
            }
        )


class BarrierPort(Signature):
    """From a sequencer to :class:`Barriers`: it has ``arrived`` at a BARRIER of ``streams``, and
    stays until it may ``go``."""

    def __init__(self):
        super().__init__({"arrived": Out(1), "streams": Out(len(Stream)), "go": In(1)})


class NotifyPort(Signature):
    """From a sequencer to :class:`Notifications`."""

    def __init__(self):
        super().__init__({"valid": Out(1), "ready": In(1), "value": Out(32)})


class TrapPort(Signature):
    """A block's trap: ``valid`` is a one-cycle pulse; the lowest-numbered port wins a tie."""

    def __init__(self):
        super().__init__(
            {
                "valid": Out(1),
                "cause": Out(Trap),
                "stream": Out(Stream),
                "pc": Out(PC_BITS),
                "address": Out(48),
            }
        )


class StreamState(enum.Enum, shape=3):
    """What a stream does in a cycle; see ``isa.waits.STREAM_STATES``."""

    HALTED = 0
    STARTS = 1
    WAITS_FETCH = 2
    WAITS_PREPARE = 3
    WAITS_SEMAPHORE = 4
    WAITS_ORDER = 5
    WAITS_QUEUE = 6
    WAITS_CONTROL = 7


class TraceKind(enum.Enum, shape=1):
    START = 0
    END = 1


class TraceEvent(data.Struct):
    """One event of the core's trace port: ``source`` 0 ... 4 is a stream's engine (or its
    sequencer, for control instructions), 16 + e is DMA engine e. For DMA, ``stream`` and ``pc``
    name the instruction that started the transfer."""

    cycle: unsigned(32)
    source: unsigned(5)
    stream: Stream
    kind: TraceKind
    pc: unsigned(PC_BITS)


class TraceRingPort(Signature):
    """From the host's registers to what writes the trace to device memory.

    Members
    -------
    base, size: place of the ring in bytes, and its capacity in events; 0: there is none. The low
        eight bits of the one and five of the other are ignored.
    read: how many events the host has taken, counted on and on.
    written: how many the host can take, counted likewise. With ``lost`` back to 0 without a ring.
    lost: how many found no room, in the ring or on the way to it, or were refused by memory.
    busy: events are on their way.
    """

    def __init__(self):
        super().__init__(
            {
                "base": Out(48),
                "size": Out(32),
                "read": Out(32),
                "written": In(32),
                "lost": In(32),
                "busy": In(1),
            }
        )
