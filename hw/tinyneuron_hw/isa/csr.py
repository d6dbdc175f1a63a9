"""Control and status registers: 32-bit words on the AXI4-Lite port."""

from __future__ import annotations

from amaranth.lib import enum

from ..config import MEMORY_WINDOWS, NUM_SEMAPHORES, CoreConfig
from .waits import WAITS

__all__ = [
    "COUNTERS",
    "CSR_ADDRESS_BITS",
    "ID_VALUE",
    "INCREMENT_BITS",
    "VERSION",
    "Csr",
    "Trap",
    "config_words",
    "counter_address",
    "entry_address",
    "length_address",
    "position_address",
    "semaphore_address",
    "window_address",
]

CSR_ADDRESS_BITS = 12
ID_VALUE = 0x544E_4555
"""'TNEU': what CSR ID reads."""
VERSION = 0x0001_0000


class Trap(enum.Enum, shape=8):
    """Why a core stopped. The first trap wins; CSRs keep stream, program counter, cause, address.

    TRAP_ADDRESS: BAD_OPCODE and BAD_OPERAND: device address of the instruction. OUT_OF_RANGE:
    the operand's resolved ``offset`` (on chip) or start address (device); for instruction fetch
    the device address of the missing instruction. BUS_ERROR: address of the failing burst,
    aligned down to the port's width. WATCHDOG: 0. ECC_ERROR: device address of the 64-bit word.
    SBUF_ECC_ERROR and PSUM_ECC_ERROR: partition [31:24] and offset in it [23:0] of the 64-bit word
    or the byte; the program counter is that of the stream's oldest instruction that was not done
    (of DMA: the transfer's).
    """

    NONE = 0
    BAD_OPCODE = 1
    BAD_OPERAND = 2
    OUT_OF_RANGE = 3
    BUS_ERROR = 4
    ECC_ERROR = 5
    WATCHDOG = 6
    SBUF_ECC_ERROR = 7
    PSUM_ECC_ERROR = 8


class Csr(enum.IntEnum):
    """Byte address of each single register; RO read-only, RW, W1 write-one-to-act."""

    ID = 0x000
    """RO ``ID_VALUE``."""
    VERSION = 0x004
    """RO."""
    CONFIG0 = 0x008
    """RO partitions [7:0], columns [15:8], DMA engines [23:16], semaphores [31:24]."""
    CONFIG1 = 0x00C
    """RO SBUF bytes per partition."""
    CONFIG2 = 0x010
    """RO bytes of a PSUM bank per partition."""
    CONTROL = 0x020
    """W1 bit 0 START (ignored while running or resetting), bit 1 RESET: drains the bus, then resets
    the core (memories keep their bytes, registers, semaphores, counters and CSRs return to 0), bit
    2 CLEAR: RESET, then writes zeros over SBUF, PSUM and the Scalar engine's tables, a row of all
    banks a cycle; RESET and CLEAR do nothing more while it does."""
    STATUS = 0x024
    """RO bit 0 RUNNING, bit 1 DONE, bit 2 TRAPPED, bit 3 RESETTING, bit 4 CLEARING (with RESETTING,
    from the command to the end)."""
    INTERRUPT_ENABLE = 0x028
    """RW bit 0 done, bit 1 trap, bit 2 notification."""
    INTERRUPT_STATUS = 0x02C
    """Write one to clear, bits as INTERRUPT_ENABLE; the interrupt line is the OR of both ANDed."""
    STREAM_ENABLE = 0x030
    """RW bit s: stream s runs at START."""
    WATCHDOG = 0x034
    """RW cycles without progress before the WATCHDOG trap; 0 turns it off."""
    INJECT = 0x090
    """RW bit 0 ARMED: invert bits of a codeword when it is written next, then return to 0; bit 1
    PSUM: of a byte of PSUM, otherwise of a 64-bit word of SBUF. Without ECC nothing happens."""
    INJECT_ADDRESS = 0x094
    """RW where it is: partition [31:24], offset in it [23:0]."""
    INJECT_LO = 0x098
    INJECT_HI = 0x09C
    """RW which of a word's data bits; of a byte's codeword data [7:0] and check bits [12:8]."""
    INJECT_CHECK = 0x0A0
    """RW [7:0] which of a word's check bits."""
    TRACE_BASE_LO = 0x0B0
    TRACE_BASE_HI = 0x0B4
    """RW where the ring of trace events is in device memory, a multiple of 256. No window is
    asked: it is the host's."""
    TRACE_SIZE = 0x0B8
    """RW events that fit (``isa.trace.TraceRecord``), a multiple of 32; 0: no ring, and the
    registers below return to 0."""
    TRACE_READ = 0x0BC
    """RW events that the host has taken, counted on and on: their place is free again."""
    TRACE_WRITTEN = 0x0C0
    """RO events that are in device memory, counted likewise."""
    TRACE_LOST = 0x0C4
    """RO events that found no room in the ring or on the way to it, or that memory refused."""
    TRACE_STATE = 0x0C8
    """RO bit 0 BUSY: events are on their way to device memory."""
    TRAP_CAUSE = 0x200
    TRAP_STREAM = 0x204
    TRAP_PC = 0x208
    """RO index of the instruction in its stream."""
    TRAP_ADDRESS_LO = 0x20C
    TRAP_ADDRESS_HI = 0x210
    NOTIFY_COUNT = 0x240
    """RO notifications that wait, at most ``NOTIFICATIONS``. START forgets those of before."""
    NOTIFY_STREAM = 0x244
    """RO the stream of the oldest one."""
    NOTIFY_VALUE = 0x248
    """RO its value."""
    NOTIFY_LOST = 0x24C
    """RO notifications since START that found no room, at most 65535."""
    NOTIFY_POP = 0x250
    """W1 bit 0: drop the oldest one."""


COUNTERS: tuple[str, ...] = (
    "cycles",
    "tensor_busy",
    "vector_busy",
    "scalar_busy",
    "dma_busy",
    "tensor_instructions",
    "vector_instructions",
    "scalar_instructions",
    "gpsimd_instructions",
    "sync_instructions",
    "tensor_moving",
    "dma_read_bytes",
    "dma_write_bytes",
    "fetch_bytes",
    "sbuf_conflicts",
    "psum_conflicts",
    "sbuf_corrected",
    "psum_corrected",
    "trace_dropped",
    "memory_row_hits",
    "memory_row_misses",
    "memory_refreshes",
    "memory_corrected",
    *WAITS,
)
"""Counters from address 0x800, low word first, zeroed by START. ``*_busy``: cycles with an
instruction in the engine; ``tensor_moving``: cycles a moving element entered the array;
``memory_row_*``: accesses to rows of device memory that were open or were opened for them;
``memory_corrected``: single errors of device memory that were corrected. Those of waiting
(``isa.waits``) have 48 bits, the others 64; ``sbuf_conflicts`` and ``psum_conflicts`` are the sums
of those of their ports."""


NOTIFICATIONS = 64
"""Notifications that wait for the host at most."""
MAX_LOST = (1 << 16) - 1
"""Largest number of lost notifications that is counted."""
INCREMENT_BITS = 16
"""A counter grows by less than ``2**INCREMENT_BITS`` in a cycle."""


def entry_address(stream: int) -> int:
    """RW first instruction of a stream in device memory: low word, then high 16 bits. The address
    is a multiple of 128; its low 7 bits are ignored."""
    return 0x040 + 8 * stream


def length_address(stream: int) -> int:
    """RW instructions in a stream; reaching the end without HALT is an OUT_OF_RANGE trap."""
    return 0x070 + 4 * stream


def position_address(stream: int) -> int:
    """RO where a stream is, or was when the core trapped: instruction [23:0] and 1 in bit 31; 0
    when it has ended."""
    return 0x220 + 4 * stream


def window_address(window: int) -> int:
    """RW base lo, base hi, size lo, size hi, flags (bit 0 read, 1 write, 2 execute): five words
    of device-memory window ``window``. Every access must lie in one window that allows it."""
    assert 0 <= window < MEMORY_WINDOWS
    return 0x100 + 32 * window


def counter_address(name: str) -> int:
    """Low word of a counter."""
    return 0x800 + 8 * COUNTERS.index(name)


def semaphore_address(index: int) -> int:
    """RW (write only while not running) value of a semaphore. START does not clear it."""
    assert 0 <= index < NUM_SEMAPHORES
    return 0x400 + 4 * index


def config_words(config: CoreConfig) -> dict[Csr, int]:
    """What the read-only description registers hold."""
    return {
        Csr.ID: ID_VALUE,
        Csr.VERSION: VERSION,
        Csr.CONFIG0: config.partitions
        | config.columns << 8
        | config.dma_engines << 16
        | NUM_SEMAPHORES << 24,
        Csr.CONFIG1: config.sbuf_partition_bytes,
        Csr.CONFIG2: config.psum_bank_bytes,
    }
