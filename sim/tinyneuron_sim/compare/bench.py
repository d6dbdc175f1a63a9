"""Runs cases on one target and takes out everything a program can change."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from tinyneuron_hw.config import NUM_REGISTERS, NUM_SEMAPHORES, CoreConfig
from tinyneuron_hw.isa.codec import Decoded, DecodeError, decode
from tinyneuron_hw.isa.csr import Csr, Trap, length_address, semaphore_address
from tinyneuron_hw.isa.opcodes import REGISTER_LOADS, Opcode, Stream
from tinyneuron_hw.isa.rules_registers import MAX_MOVED

from ..backend import Backend, BackendError
from ..loader import CONTROL_START, MemoryWindow, csr_values, load_and_start, place_streams
from ..notifications import read_notifications
from . import service
from .case import Case, Extent

__all__ = ["MAX_CYCLES", "Bench", "BenchError", "Outcome", "TrapState"]

MAX_CYCLES = 200_000
"""A case that has not ended by then is taken for one that hangs."""
_SERVICE_CYCLES = 50_000_000
_PAGE = 4096
_BOTH_INTERRUPTS = 3
_WRITERS = tuple(op.value for op in (Opcode.REGISTER, Opcode.LOOP, *REGISTER_LOADS))
"""Codes of instructions that write registers."""


class BenchError(BackendError):
    """A target does not run the programs that set or read its state."""


@dataclass(frozen=True)
class TrapState:
    """The trap CSRs."""

    cause: Trap
    stream: Stream
    pc: int
    address: int

    def __str__(self) -> str:
        return (f"{self.cause.name} in {self.stream.name.lower()} at {self.pc}, "
                f"address 0x{self.address:x}")  # fmt: skip


@dataclass
class Outcome:
    """State after a case: ``event`` as in ``RunResult``, memories as bytes, partitions first.

    ``registers`` holds those that the program can write; a RESET after a trap empties it.
    ``notifications``: what each stream told the host, in order.
    """

    event: str
    cycles: int
    trap: TrapState | None
    semaphores: tuple[int, ...]
    registers: dict[tuple[Stream, int], int]
    device: tuple[np.ndarray, ...]
    sbuf: np.ndarray
    psum: np.ndarray
    notifications: dict[Stream, tuple[int, ...]] = field(default_factory=dict)


def _top(config: CoreConfig) -> int:
    """End of the device memory that one window can hold: a window's size has 48 bits."""
    return min(config.device_memory_bytes, (1 << 48) - _PAGE)


def written_registers(streams: Mapping[Stream, tuple[bytes, ...]]) -> list[tuple[Stream, int]]:
    """Registers that the instructions name as destinations or loop counters."""
    found: dict[tuple[Stream, int], None] = {}
    for stream, code in streams.items():
        for raw in code:
            if raw[0] in _WRITERS:
                with contextlib.suppress(DecodeError):
                    found |= {(stream, number): None for number in _written(decode(raw))}
    return list(found)


def _written(decoded: Decoded) -> Iterable[int]:
    fields = decoded.fields
    if decoded.opcode is Opcode.LOOP:
        return [fields["counter"]] if fields["counter_enable"] else []
    if decoded.opcode is Opcode.REGISTER:
        return [fields["dst"]]
    return range(fields["first"], min(fields["first"] + MAX_MOVED, NUM_REGISTERS))


@dataclass
class Bench:
    """One target, opened once and opened again when it hangs.

    Parameters
    ----------
    opener:
        Opens the backend.
    max_cycles:
        See :data:`MAX_CYCLES`; what a target counts as a cycle.
    recording:
        Entered while the case itself runs, not the programs that set and read the state.
    """

    opener: Callable[[], Backend]
    max_cycles: int = MAX_CYCLES
    recording: Callable[[], contextlib.AbstractContextManager[None]] = contextlib.nullcontext
    _backend: Backend | None = field(default=None, repr=False)

    @property
    def backend(self) -> Backend:
        if self._backend is None:
            self._backend = self.opener()
        return self._backend

    def close(self) -> None:
        """Frees the target; it opens again when it is needed."""
        if self._backend is not None:
            self._backend.close()
            self._backend = None

    def __enter__(self) -> Bench:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, case: Case) -> Outcome:
        """Resets, sets the state, runs the case and reads the state.

        Raises
        ------
        BenchError
            The target does not run the programs that set or read the state.
        """
        try:
            return self._run(case)
        except BaseException:
            self.close()  # nothing is known of its state
            raise

    def _run(self, case: Case) -> Outcome:
        backend = self.backend
        self.settle()
        self._load(case)
        for index, value in case.semaphores.items():
            backend.csr_write(semaphore_address(index), value)
        with self.recording():
            self._start(case)
            result = backend.run(self.max_cycles)
        trap = self._trap() if result.event == "trap" else None
        semaphores, notifications = self._semaphores(), read_notifications(backend)[0]
        registers: dict[tuple[Stream, int], int] = {}
        if result.event == "timeout":
            self.close()
            empty = np.zeros((0, 0), np.uint8)
            return Outcome("timeout", result.cycles, None, semaphores, {}, (), empty, empty)
        if trap is not None and not case.restart:
            self.settle()
        else:
            registers = self._registers(case)
        device = tuple(
            np.frombuffer(backend.memory_read(address, size), np.uint8)
            for address, size in case.watched
        )
        sbuf, psum = self.read_memories(case.config, case.sbuf, case.psum)
        return Outcome(result.event, result.cycles, trap, semaphores, registers, device, sbuf, psum,
                       notifications)  # fmt: skip

    def _start(self, case: Case) -> None:
        backend, places = self.backend, case.places
        for stream, address in places.items():
            backend.memory_write(address, b"".join(case.streams[stream]))
        values = csr_values(case.streams, places, case.windows, case.watchdog)
        for stream, length in case.lengths.items():
            values[length_address(stream.value)] = length
        for address, value in values.items():
            backend.csr_write(address, value)
        backend.csr_write(Csr.INTERRUPT_STATUS, _BOTH_INTERRUPTS)
        backend.csr_write(Csr.CONTROL, CONTROL_START)

    def _serve(self, code: service.Code, what: str) -> None:
        """Runs a program of ``service``."""
        backend, top = self.backend, _top(self.backend.config)
        places = place_streams(backend.config, code)
        base = min(places.values()) - (backend.config.device_memory_bytes - top)
        backend.csr_write(Csr.INTERRUPT_STATUS, _BOTH_INTERRUPTS)
        load_and_start(backend, code, base, [MemoryWindow(0, top)])
        result = backend.run(_SERVICE_CYCLES)
        if result.event != "done":
            detail = f": {self._trap()}" if result.event == "trap" else ""
            raise BenchError(f"{backend.target}: {what} ends with {result.event}{detail}")

    def _stage(self, config: CoreConfig, sbuf: Extent, psum: Extent) -> tuple[int, int]:
        """Device addresses of the two images, below the room for code at the top."""
        sizes = [config.partitions * sbuf.size, config.columns * psum.size]
        room = _PAGE * 16
        if config.partitions * config.sbuf_partition_bytes == sizes[0]:
            room *= 16  # a whole memory takes more instructions
        psum_address = (_top(config) - room - sizes[1]) // _PAGE * _PAGE
        sbuf_address = (psum_address - sizes[0]) // _PAGE * _PAGE
        if sbuf_address < 0:
            raise BenchError(f"config {config.name!r}: device memory has no room for images of "
                             f"SBUF and PSUM ({sum(sizes)} bytes)")  # fmt: skip
        return sbuf_address, psum_address

    def _load(self, case: Case) -> None:
        self.write_memories(case.config, case.sbuf, case.psum, case.sbuf_image, case.psum_image)
        for address, data in case.memory.items():
            self.backend.memory_write(address, data)

    def write_memories(self, config: CoreConfig, sbuf: Extent, psum: Extent, sbuf_image: bytes,
                       psum_image: bytes) -> None:  # fmt: skip
        """Fills both extents, on a core that is settled."""
        addresses = self._stage(config, sbuf, psum)
        for address, image in zip(addresses, (sbuf_image, psum_image), strict=True):
            self.backend.memory_write(address, image)
        self._serve(service.load_memories(config, sbuf, psum, *addresses),
                    "loading SBUF and PSUM")  # fmt: skip

    def settle(self) -> None:
        """Resets, so that the programs that set or read the state can run."""
        self.backend.reset()
        self.backend.csr_write(Csr.INTERRUPT_ENABLE, _BOTH_INTERRUPTS)

    def read_memories(self, config: CoreConfig, sbuf: Extent, psum: Extent
                      ) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
        """Bytes [partitions, size] of both extents; SBUF's are lost."""
        addresses = self._stage(config, sbuf, psum)
        self.backend.csr_write(semaphore_address(service.SEMAPHORE), 0)
        self._serve(service.store_memories(config, sbuf, psum, *addresses),
                    "reading SBUF and PSUM")  # fmt: skip
        images = []
        for address, count, extent in zip(addresses, (config.partitions, config.columns),
                                          (sbuf, psum), strict=True):  # fmt: skip
            raw = self.backend.memory_read(address, count * extent.size)
            images.append(np.frombuffer(raw, np.uint8).reshape(count, extent.size))
        return images[0], images[1]

    def _registers(self, case: Case) -> dict[tuple[Stream, int], int]:
        values: dict[tuple[Stream, int], int] = {}
        for group in service.register_groups(written_registers(case.streams)):
            self._serve(service.fetch_registers(group), "reading registers")
            for register, index in group.items():
                values[register] = self.backend.csr_read(semaphore_address(index))
        return values

    def _trap(self) -> TrapState:
        read = self.backend.csr_read
        address = read(Csr.TRAP_ADDRESS_LO) | read(Csr.TRAP_ADDRESS_HI) << 32
        return TrapState(Trap(read(Csr.TRAP_CAUSE)), Stream(read(Csr.TRAP_STREAM)),
                         read(Csr.TRAP_PC), address)  # fmt: skip

    def _semaphores(self) -> tuple[int, ...]:
        return tuple(self.backend.csr_read(semaphore_address(i)) for i in range(NUM_SEMAPHORES))
