"""The golden model as an execution target."""

from __future__ import annotations

from types import TracebackType
from typing import Literal

from tinyneuron_hw.config import MEMORY_WINDOWS, NUM_SEMAPHORES, CoreConfig
from tinyneuron_hw.isa.csr import (
    COUNTERS,
    VERSION,
    Csr,
    config_words,
    counter_address,
    entry_address,
    length_address,
    position_address,
    semaphore_address,
    window_address,
)  # fmt: skip
from tinyneuron_hw.isa.opcodes import Stream

from ..backend import BackendError, Progress, RunResult, TraceEvent, is_memory
from ..loader import CONTROL_CLEAR, CONTROL_RESET, CONTROL_START
from .core import Core, Observer, Schedule, TrapInfo
from .program import Program, Window

__all__ = ["GoldenBackend"]

_DONE, _TRAPPED, _TOLD = 1, 2, 4
"""Bits of INTERRUPT_ENABLE and INTERRUPT_STATUS."""
_MASK = 0xFFFF_FFFF
_BYTE_CODE = 0x1FFF
"""Of INJECT_LO, the bits that a byte of PSUM has."""
_POSITIONS = {position_address(stream.value): stream for stream in Stream}
_SEMAPHORES = {semaphore_address(index): index for index in range(NUM_SEMAPHORES)}


def _writable(config: CoreConfig) -> dict[int, int]:
    """Address -> bits kept, of the registers that simply store what is written."""
    writable = {int(Csr.INTERRUPT_ENABLE): 7, int(Csr.STREAM_ENABLE): 31, int(Csr.WATCHDOG): _MASK}
    inject = (3, _MASK, _MASK, _MASK, 0xFF)
    for word, bits in enumerate(inject):
        writable[int(Csr.INJECT) + 4 * word] = bits
    for stream in Stream:
        writable[entry_address(stream.value)] = _MASK
        writable[entry_address(stream.value) + 4] = 0xFFFF
        writable[length_address(stream.value)] = 0xFF_FFFF
    for window in range(MEMORY_WINDOWS):
        for word, bits in enumerate((_MASK, 0xFFFF, _MASK, 0xFFFF, 7)):
            writable[window_address(window) + 4 * word] = bits
    if not config.has_gpsimd:
        writable[int(Csr.STREAM_ENABLE)] &= ~(1 << Stream.GPSIMD.value)
    return writable


class GoldenBackend:
    """Executes programs in NumPy, bit for bit what hardware computes.

    Time has no meaning here: a "cycle" is one instruction or DMA transfer executed, and the
    busy and conflict counters stay 0. What hardware cannot see - races, reads of SBUF or PSUM
    bytes never written, overlaps within an instruction, deadlocks without watchdog - raises
    :class:`GoldenError` from :meth:`run`. The watchdog, when it is on, traps at a deadlock at once.

    Parameters
    ----------
    config: the core.
    schedule_seed: chooses the order in which streams and DMA queues get on; any two schedules of
        a right program give the same results.
    check_races: whether unordered conflicting accesses are found (costs about a third more time).
    instruction_limit: instructions and transfers of one program before it is taken for endless.
    check_unwritten: whether reading a byte of SBUF or PSUM that was never written, or cleared
        since, is an error; else such a byte reads 0.
    rehearses: only check what instructions access; results are not computed.
    observer: called with each step (:class:`tinyneuron_sim.golden.core.Step`) as it starts.
    schedule: chooses the next step in place of the seeded schedule.
    """

    target = "golden"

    def __init__(self, config: CoreConfig, *, schedule_seed: int = 0, check_races: bool = True,
                 instruction_limit: int = 20_000_000, observer: Observer | None = None,
                 schedule: Schedule | None = None, rehearses: bool = False,
                 check_unwritten: bool = True):  # fmt: skip
        self.config = config
        self._core = Core(config, schedule_seed=schedule_seed, check_races=check_races,
                          instruction_limit=instruction_limit, observer=observer,
                          schedule=schedule, rehearses=rehearses,
                          check_unwritten=check_unwritten)  # fmt: skip
        self._bits = _writable(config)
        self._values = dict.fromkeys(self._bits, 0)
        self._interrupts = 0

    @property
    def trap(self) -> TrapInfo | None:
        """The trap with golden's explanation, if the last program trapped."""
        return self._core.trap

    @property
    def core(self) -> Core:
        """The core with all that is inside it, to look at."""
        return self._core

    def csr_read(self, address: int) -> int:
        core = self._core
        if address == Csr.INJECT and core.machine.errors:
            armed = any(errors.armed for errors in core.machine.errors.values())
            return self._values[address] & ~1 | armed
        if address in self._values:
            return self._values[address]
        if address in _SEMAPHORES:
            return core.semaphores.values[_SEMAPHORES[address]]
        description = {**config_words(self.config), Csr.VERSION: VERSION}
        if address in description:
            return description[Csr(address)]
        notifications = core.notifications.words()
        if address in notifications:
            return notifications[Csr(address)]
        if address == Csr.STATUS:
            return int(core.running) | int(core.done) << 1 | int(core.trap is not None) << 2
        if address == Csr.INTERRUPT_STATUS:
            return self._interrupts
        if Csr.TRAP_CAUSE <= address <= Csr.TRAP_ADDRESS_HI:
            return self._trap_word(address)
        if address in _POSITIONS:
            sequencer = core.sequencers[_POSITIONS[address]]
            standing = (core.running or core.trap is not None) and not sequencer.halted
            return standing << 31 | sequencer.pc if standing else 0
        for name in COUNTERS:
            shift = 8 * (address - counter_address(name))
            if shift in (0, 32):
                return core.counter(name) >> shift & _MASK
        return 0

    def _trap_word(self, address: int) -> int:
        trap = self._core.trap
        if trap is None:
            return 0
        return {
            Csr.TRAP_CAUSE: trap.cause.value,
            Csr.TRAP_STREAM: trap.stream.value,
            Csr.TRAP_PC: trap.pc,
            Csr.TRAP_ADDRESS_LO: trap.address & _MASK,
            Csr.TRAP_ADDRESS_HI: trap.address >> 32,
        }.get(address, 0)  # type: ignore[call-overload]

    def csr_write(self, address: int, value: int) -> None:
        if not 0 <= value <= _MASK:
            raise BackendError(f"golden: CSR 0x{address:03x} takes 32 bits, not {value:#x}")
        if address in self._bits:
            self._values[address] = value & self._bits[address]
            if address == Csr.INJECT:
                self._inject()
        elif address in _SEMAPHORES and not self._core.running:
            self._core.semaphores.values[_SEMAPHORES[address]] = value
        elif address == Csr.INTERRUPT_STATUS:
            self._interrupts &= ~value
        elif address == Csr.NOTIFY_POP and value & 1:
            self._core.notifications.pop()
        elif address == Csr.CONTROL:
            if value & CONTROL_CLEAR:
                self.clear()
            elif value & CONTROL_RESET:
                self.reset()
            elif value & CONTROL_START and not self._core.running:
                self._core.start(self._program())

    def _inject(self) -> None:
        """Takes over what the INJECT registers hold; hardware looks at them at each write."""
        memories = self._core.machine.errors
        for errors in memories.values():
            errors.disarm()
        control, address, low, high, check = (
            self._values[name] for name in (Csr.INJECT, Csr.INJECT_ADDRESS, Csr.INJECT_LO,
                                            Csr.INJECT_HI, Csr.INJECT_CHECK)
        )  # fmt: skip
        if not memories or not control & 1:
            return
        in_psum = control >> 1
        flips = low & _BYTE_CODE if in_psum else low | high << 32 | check << 64
        memories["PSUM" if in_psum else "SBUF"].arm(address >> 24, address & 0xFF_FFFF, flips)

    def _long(self, address: int) -> int:
        return self._values[address] | self._values[address + 4] << 32

    def _program(self) -> Program:
        enabled = self._values[Csr.STREAM_ENABLE]
        windows = []
        for index in range(MEMORY_WINDOWS):
            base = window_address(index)
            flags = self._values[base + 16]
            windows.append(Window(self._long(base), self._long(base + 8), bool(flags & 1),
                                  bool(flags & 2), bool(flags & 4)))  # fmt: skip
        entries = {
            stream: (self._long(entry_address(stream.value)),
                     self._values[length_address(stream.value)])
            for stream in Stream
            if enabled >> stream.value & 1
        }  # fmt: skip
        return Program(entries, windows, self._values[Csr.WATCHDOG])

    def _check_range(self, address: int, size: int) -> None:
        if not is_memory(self.config, address, size):
            raise BackendError(
                f"golden: bytes 0x{address:x}..0x{address + size:x} are outside the "
                f"{self.config.device_memory_bytes} bytes of device memory"
            )

    def memory_read(self, address: int, size: int) -> bytes:
        self._check_range(address, size)
        return self._core.machine.device.read_bytes(address, size)

    def memory_write(self, address: int, data: bytes) -> None:
        self._check_range(address, len(data))
        self._core.machine.device_errors.forget(address, len(data))
        self._core.machine.device.write_bytes(address, bytes(data))

    def memory_flip(self, address: int, mask: int) -> None:
        """Inverts bits of device memory, as a fault does: of the 64-bit word at ``address`` and,
        from bit 64 of ``mask`` on, of its check bits."""
        self._check_range(address, 8)
        if self.config.memory == "fixed":
            raise BackendError("memory with a fixed latency has no check bits")
        self._core.machine.device_errors.flip(address, mask)

    def run(self, max_cycles: int, progress: Progress | None = None) -> RunResult:
        core = self._core
        was_running = core.running
        steps = core.run(max_cycles, progress)
        event: Literal["done", "trap", "timeout"] = "timeout"
        if core.trap is not None:
            event = "trap"
        elif core.done:
            event = "done"
        if core.notifications.told:
            core.notifications.told = False
            self._interrupts |= _TOLD
        if was_running and not core.running:
            self._interrupts |= _TRAPPED if core.trap else _DONE
        return RunResult(event, steps)

    @property
    def interrupt(self) -> bool:
        return bool(self._interrupts & self._values[Csr.INTERRUPT_ENABLE])

    def trace_events(self) -> list[TraceEvent]:
        kinds: dict[str, Literal["start", "end"]] = {"start": "start", "end": "end"}
        return [
            TraceEvent(cycle, source, stream, kinds[kind], pc)
            for cycle, source, stream, kind, pc in self._core.events
        ]

    def reset(self) -> None:
        self._core.reset()
        self._values = dict.fromkeys(self._bits, 0)
        self._interrupts = 0

    def clear(self) -> None:
        self.reset()
        self._core.machine.clear()

    def reschedule(self, seed: int) -> None:
        """Reset with empty memories, and another schedule for what runs next."""
        self.reset()
        self._core.reschedule(seed)

    def close(self) -> None:
        self._core.close()

    def __enter__(self) -> GoldenBackend:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:  # fmt: skip
        self.close()
