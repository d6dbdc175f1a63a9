"""Every register of the AXI4-Lite port with its fields: what `docs/reference/registers.md` and the
C header are made from."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass

from ..config import MEMORY_WINDOWS, NUM_SEMAPHORES, CoreConfig
from . import csr
from .csr import COUNTERS, Csr
from .opcodes import Stream
from .waits import WAITS

__all__ = ["Access", "Field", "Register", "registers"]

_WORD = 32


class Access(enum.StrEnum):
    """What reads and writes do."""

    RO = "RO"
    """Reads only; a write answers SLVERR."""
    RW = "RW"
    """Holds what is written."""
    W1A = "W1A"
    """Writing 1 to a bit acts; reads 0."""
    W1C = "W1C"
    """Writing 1 to a bit clears it."""


@dataclass(frozen=True)
class Field:
    """Bits ``low`` ... ``low + width - 1`` of a register."""

    name: str
    low: int
    width: int
    meaning: str

    @property
    def mask(self) -> int:
        """Its bits in the register."""
        return ((1 << self.width) - 1) << self.low


@dataclass(frozen=True)
class Register:
    """A 32-bit word. ``reset`` is its value after reset, None of a description that depends on
    the configuration."""

    name: str
    address: int
    access: Access
    fields: tuple[Field, ...]
    reset: int | None = 0

    @property
    def mask(self) -> int:
        """The bits that mean something; the others read 0."""
        return sum(field.mask for field in self.fields)


def _one(name: str, meaning: str, width: int = _WORD) -> tuple[Field, ...]:
    return (Field(name, 0, width, meaning),)


def _bits(*bits: tuple[str, str]) -> tuple[Field, ...]:
    return tuple(Field(name, number, 1, meaning) for number, (name, meaning) in enumerate(bits))


_EVENTS = (("DONE", "the core is done"), ("TRAP", "the core has trapped"),
           ("NOTIFY", "a stream has notified the host"))  # fmt: skip
_SINGLE: dict[Csr, tuple[Access, tuple[Field, ...]]] = {
    Csr.ID: (Access.RO, _one("VALUE", "'TNEU'")),
    Csr.VERSION: (Access.RO, _one("VALUE", "major number [31:16], minor number [15:0]")),
    Csr.CONFIG0: (Access.RO, (
        Field("PARTITIONS", 0, 8, "partitions"), Field("COLUMNS", 8, 8, "columns"),
        Field("DMA_ENGINES", 16, 8, "DMA engines"), Field("SEMAPHORES", 24, 8, "semaphores"),
    )),
    Csr.CONFIG1: (Access.RO, _one("SBUF_BYTES", "SBUF bytes per partition")),
    Csr.CONFIG2: (Access.RO, _one("PSUM_BYTES", "bytes of a PSUM bank per partition")),
    Csr.CONTROL: (Access.W1A, _bits(
        ("START", "runs the enabled streams; ignored while running or resetting"),
        ("RESET", "drains the bus, then resets the core; memories keep their bytes"),
        ("CLEAR", "RESET, then writes zeros over SBUF, PSUM and the function tables"),
    )),
    Csr.STATUS: (Access.RO, _bits(
        ("RUNNING", "from START to the end"), ("DONE", "every stream has halted"),
        ("TRAPPED", "a trap has stopped the core"), ("RESETTING", "a RESET or CLEAR is under way"),
        ("CLEARING", "a CLEAR is under way"),
    )),
    Csr.INTERRUPT_ENABLE: (Access.RW, _bits(*_EVENTS)),
    Csr.INTERRUPT_STATUS: (Access.W1C, _bits(*_EVENTS)),
    Csr.STREAM_ENABLE: (Access.RW, _bits(
        *((stream.name, f"{stream.name} runs at START") for stream in Stream))),
    Csr.WATCHDOG: (Access.RW, _one("CYCLES", "without progress before the trap; 0: never")),
    Csr.INJECT: (Access.RW, _bits(
        ("ARMED", "inverts bits of a codeword when it is written next"),
        ("PSUM", "of a byte of PSUM, otherwise of a word of SBUF"))),
    Csr.INJECT_ADDRESS: (Access.RW, (
        Field("OFFSET", 0, 24, "of the word or byte in its partition"),
        Field("PARTITION", 24, 8, "of the word or byte"),
    )),
    Csr.INJECT_LO: (Access.RW, _one(
        "DATA", "a word's data bits 31:0 to invert; of a byte data 7:0, check bits 12:8")),
    Csr.INJECT_HI: (Access.RW, _one("DATA", "a word's data bits 63:32 to invert")),
    Csr.INJECT_CHECK: (Access.RW, _one("CHECK", "a word's check bits to invert", 8)),
    Csr.TRACE_BASE_LO: (Access.RW, _one("ADDRESS", "of the ring of trace events, bits 31:0")),
    Csr.TRACE_BASE_HI: (Access.RW, _one("ADDRESS", "bits 47:32", 16)),
    Csr.TRACE_SIZE: (Access.RW, _one("EVENTS", "that fit in the ring; 0: none")),
    Csr.TRACE_READ: (Access.RW, _one("COUNT", "of events that the host has taken")),
    Csr.TRACE_WRITTEN: (Access.RO, _one("COUNT", "of events that are in device memory")),
    Csr.TRACE_LOST: (Access.RO, _one("COUNT", "of events that found no room")),
    Csr.TRACE_STATE: (Access.RO, _bits(("BUSY", "events are on their way to device memory"))),
    Csr.TRAP_CAUSE: (Access.RO, _one("CAUSE", "a code of Trap; 0: none", 8)),
    Csr.TRAP_STREAM: (Access.RO, _one("STREAM", "whose instruction it was", 3)),
    Csr.TRAP_PC: (Access.RO, _one("INDEX", "of the instruction in its stream", 24)),
    Csr.TRAP_ADDRESS_LO: (Access.RO, _one("ADDRESS", "bits 31:0; its meaning is the cause's")),
    Csr.TRAP_ADDRESS_HI: (Access.RO, _one("ADDRESS", "bits 47:32", 16)),
    Csr.NOTIFY_COUNT: (Access.RO, _one("COUNT", "notifications that wait", 7)),
    Csr.NOTIFY_STREAM: (Access.RO, _one("STREAM", "of the oldest one", 3)),
    Csr.NOTIFY_VALUE: (Access.RO, _one("VALUE", "of the oldest one")),
    Csr.NOTIFY_LOST: (Access.RO, _one("COUNT", "since START, that found no room", 16)),
    Csr.NOTIFY_POP: (Access.W1A, _bits(("POP", "drops the oldest one"))),
}  # fmt: skip


def registers(config: CoreConfig) -> list[Register]:
    """All registers of a core, in the order of their addresses."""
    return sorted(_registers(config), key=lambda register: register.address)


def _registers(config: CoreConfig) -> Iterator[Register]:
    described = csr.config_words(config)
    for number in Csr:
        whole = (Access.RW, _one("VALUE", ""))
        access, fields = _SINGLE.get(number, whole)
        yield Register(number.name, int(number), access, fields, described.get(number, 0))
    for stream in Stream:
        address, name = csr.entry_address(stream.value), stream.name
        yield _stored(f"ENTRY_{name}_LO", address, "device address of its first instruction, 31:0")
        yield _stored(f"ENTRY_{name}_HI", address + 4, "bits 47:32", 16)
        yield _stored(f"LENGTH_{name}", csr.length_address(stream.value), "instructions", 24)
        position = (Field("INDEX", 0, 24, "of the instruction it is at, after a trap: was at"),
                    Field("WAITING", 31, 1, "it has not ended"))  # fmt: skip
        yield Register(f"POSITION_{name}", csr.position_address(stream.value), Access.RO, position)
    for window in range(MEMORY_WINDOWS):
        address, name = csr.window_address(window), f"WINDOW{window}"
        yield _stored(f"{name}_BASE_LO", address, "first byte, bits 31:0")
        yield _stored(f"{name}_BASE_HI", address + 4, "bits 47:32", 16)
        yield _stored(f"{name}_SIZE_LO", address + 8, "bytes, bits 31:0; size 0 allows nothing")
        yield _stored(f"{name}_SIZE_HI", address + 12, "bits 47:32", 16)
        flags = _bits(("READ", "DMA may read"), ("WRITE", "DMA may write"),
                      ("EXECUTE", "streams may fetch"))  # fmt: skip
        yield Register(f"{name}_FLAGS", address + 16, Access.RW, flags)
    for index in range(NUM_SEMAPHORES):
        address = csr.semaphore_address(index)
        yield _stored(f"SEMAPHORE{index}", address, "its value; not to be written while running")
    for name in COUNTERS:
        meaning, address = WAITS.get(name, "see Counters"), csr.counter_address(name)
        yield Register(f"{name.upper()}_LO", address, Access.RO, _one("COUNT", meaning))
        yield Register(f"{name.upper()}_HI", address + 4, Access.RO, _one("COUNT", "bits 63:32"))


def _stored(name: str, address: int, meaning: str, width: int = _WORD) -> Register:
    return Register(name, address, Access.RW, _one("VALUE", meaning, width))
