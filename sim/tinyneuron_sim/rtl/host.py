"""The outside of a chip in Python: control port, device memory, trace events.

It does cycle for cycle what harness.cpp does, and knows no simulator: :class:`Ports` is all it sees
of one.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from amaranth.lib.data import Layout

from tinyneuron_hw.config import HOST_BASE, CoreConfig
from tinyneuron_hw.sequencer.ports import TraceEvent

from .driver import Event
from .memory_side import host_side, memory_side
from .probes import Probe

__all__ = ["CallDriver", "PortHost", "Ports", "Reply"]

_ACCESS_LIMIT = 10_000
"""Cycles after which a control access that got no answer is given up."""
_CLEAN_LIMIT = 100_000
"""Cycles in which what the chip has written reaches device memory."""
_FIELDS = tuple(
    (field.offset, (1 << field.width) - 1)
    for field in (Layout.cast(TraceEvent)[name] for name in Event._fields)
)


class Ports(Protocol):
    """The ports of a chip in a simulator that stands still between two calls; names are those of
    the Verilog (``phy__valid``)."""

    def get(self, name: str) -> int:
        """An output in this cycle."""
        ...

    def set(self, name: str, value: int) -> None:
        """Sets an input from the next cycle on."""
        ...

    def peek(self, probe: Probe) -> int:
        """A signal or a memory's row inside the chip in this cycle. Raises ``LookupError`` if the
        chip has none of that name."""
        ...

    async def next_cycle(self) -> None:
        """One cycle passes."""
        ...

    async def idle(self, limit: int) -> int:
        """Lets up to ``limit`` cycles pass, at least one, while no command or trace event comes and
        the interrupt line does not rise; returns how many."""
        ...


class Reply(NamedTuple):
    """What a call gave, and the chip's state after it."""

    value: Any
    cycles: int
    interrupt: bool


class PortHost:
    """Plays the world around a chip. Its public coroutines are those of ``ChipDriver``."""

    def __init__(self, config: CoreConfig, ports: Ports):
        self._ports = ports
        self._memory = memory_side(config, ports)
        self._host = host_side(config, ports)
        self._sides = [self._memory] if self._host is None else [self._memory, self._host]
        self._events: list[Event] = []
        self._cycles = 0
        self._last_event = 0
        """Cycle the last trace event came in."""

    async def call(self, name: str, *arguments: Any) -> Reply:
        """Calls a method by name."""
        value = await getattr(self, name)(*arguments)
        return Reply(value, self._cycles, bool(self._ports.get("interrupt")))

    async def csr_read(self, address: int) -> tuple[int | None, int]:
        ports = self._ports
        ports.set("s_axil__araddr", address)
        ports.set("s_axil__arvalid", 1)
        asking, offered = True, False  # offered: the chip sees it in this cycle
        for _ in range(_ACCESS_LIMIT):
            if offered and ports.get("s_axil__arready"):
                ports.set("s_axil__arvalid", 0)
                asking = False
            answer = None
            if ports.get("s_axil__rvalid"):
                answer = ports.get("s_axil__rresp"), ports.get("s_axil__rdata")
            await self._tick()
            offered = asking
            if answer is not None:
                return answer
        ports.set("s_axil__arvalid", 0)
        return None, 0

    async def csr_write(self, address: int, value: int) -> int | None:
        ports = self._ports
        ports.set("s_axil__awaddr", address)
        ports.set("s_axil__wdata", value)
        asking = {"aw": True, "w": True}
        offered = {"aw": False, "w": False}
        for channel in asking:
            ports.set(f"s_axil__{channel}valid", 1)
        for _ in range(_ACCESS_LIMIT):
            for channel in asking:
                if offered[channel] and ports.get(f"s_axil__{channel}ready"):
                    ports.set(f"s_axil__{channel}valid", 0)
                    asking[channel] = False
            answer = ports.get("s_axil__bresp") if ports.get("s_axil__bvalid") else None
            await self._tick()
            offered = dict(asking)
            if answer is not None:
                return answer
        for channel in asking:
            ports.set(f"s_axil__{channel}valid", 0)
        return None

    async def run(self, limit: int) -> bool:
        before, end = self._ports.get("interrupt"), self._cycles + limit
        while self._cycles < end:
            await self._advance(end - self._cycles)
            now = self._ports.get("interrupt")
            if now and not before:
                return True
            before = now
        return False

    async def drain_events(self, quiet: int) -> None:
        end = self._cycles + quiet
        while self._cycles < end:
            await self._advance(end - self._cycles)
            end = max(end, self._last_event + quiet)

    async def events(self) -> list[Event]:
        return self._events

    async def clear_events(self) -> None:
        self._events = []

    async def memory_read(self, address: int, size: int) -> bytes:
        await self._clean()
        memory, address = self._place(address)
        return memory.read(address, size)

    async def memory_write(self, address: int, data: bytes) -> None:
        await self._clean()
        memory, address = self._place(address)
        memory.write(address, data)

    async def memory_flip(self, address: int, mask: int) -> None:
        await self._clean()
        self._memory.flip(address, mask)

    async def peek(self, probe: Probe, rows: int) -> list[int]:
        first = probe.row
        return [self._ports.peek(probe._replace(row=first + row)) for row in range(rows)]

    async def peek_memory(self, address: int, size: int) -> bytes:
        memory, address = self._place(address)
        return memory.read(address, size)

    async def run_until(self, limit: int, pulses: Sequence[Probe], rows: Sequence[Probe],
                        memory: Sequence[tuple[int, int]]) -> bool:  # fmt: skip
        ports = self._ports

        async def watched() -> list[Any]:
            return [*map(ports.peek, rows), *[await self.peek_memory(*place) for place in memory]]

        first, interrupt = await watched(), ports.get("interrupt")
        for _ in range(limit):
            await self._tick()
            before, interrupt = interrupt, ports.get("interrupt")
            if (interrupt and not before) or any(map(ports.peek, pulses)):
                return True
            if first and await watched() != first:
                return True
        return False

    async def start_log(self) -> None:
        self._memory.start_log()

    async def log(self) -> list[str]:
        return self._memory.log()

    def _place(self, address: int) -> tuple[Any, int]:
        """The memory behind an address, and the address in it."""
        if self._host is None or address < HOST_BASE:
            return self._memory.memory, address
        return self._host.memory, address - HOST_BASE

    async def _clean(self) -> None:
        """Lets what the chip has written reach device memory."""
        for _ in range(_CLEAN_LIMIT):
            if self._memory.is_clean:
                break
            await self._tick()

    async def _tick(self) -> None:
        """One cycle: its outputs are answered by the inputs of the next one."""
        ports = self._ports
        for side in self._sides:
            side.take_outputs()
        if ports.get("trace__valid"):
            self._take_event()
        for side in self._sides:
            side.give_inputs()
        await ports.next_cycle()
        self._cycles += 1

    async def _advance(self, limit: int) -> None:
        """Up to ``limit`` cycles, at least one; more than one only while there is nothing to do."""
        await self._tick()
        limit = min(limit, *(side.idle_cycles for side in self._sides))
        if limit < 2 or any(map(self._ports.get, ("trace__valid", "interrupt"))):
            return
        passed = await self._ports.idle(limit - 1)
        for side in self._sides:
            side.skip(passed)
        self._cycles += passed

    def _take_event(self) -> None:
        raw = self._ports.get("trace__payload")
        self._last_event = self._cycles
        self._events.append(Event(*(raw >> offset & mask for offset, mask in _FIELDS)))


class CallDriver(ABC):
    """A ``ChipDriver`` over a :class:`PortHost` that lives where the simulator runs.

    A subclass has ``_call``, which brings a call there and keeps the :class:`Reply`.
    """

    slice_cycles: int

    def __init__(self) -> None:
        self._reply = Reply(None, 0, False)

    @abstractmethod
    def _call(self, name: str, *arguments: Any) -> Any:
        """The value of a call; sets ``_reply``."""

    @property
    def cycles(self) -> int:
        return self._reply.cycles

    @property
    def interrupt(self) -> bool:
        return self._reply.interrupt

    def csr_read(self, address: int) -> tuple[int | None, int]:
        return self._call("csr_read", int(address))

    def csr_write(self, address: int, value: int) -> int | None:
        return self._call("csr_write", int(address), int(value))

    def run(self, limit: int) -> bool:
        return self._call("run", limit)

    def drain_events(self, quiet: int) -> None:
        self._call("drain_events", quiet)

    def events(self) -> list[Event]:
        return self._call("events")

    def clear_events(self) -> None:
        self._call("clear_events")

    def memory_read(self, address: int, size: int) -> bytes:
        return self._call("memory_read", address, size)

    def memory_write(self, address: int, data: bytes) -> None:
        self._call("memory_write", address, data)

    def memory_flip(self, address: int, mask: int) -> None:
        self._call("memory_flip", address, mask)

    def peek(self, probe: Probe, rows: int = 1) -> list[int]:
        return self._call("peek", probe, rows)

    def peek_memory(self, address: int, size: int) -> bytes:
        return self._call("peek_memory", address, size)

    def run_until(self, limit: int, pulses: Sequence[Probe], rows: Sequence[Probe],
                  memory: Sequence[tuple[int, int]]) -> bool:  # fmt: skip
        return self._call("run_until", limit, pulses, rows, memory)

    def start_log(self) -> None:
        self._call("start_log")

    def log(self) -> list[str]:
        return self._call("log")
