"""A bench for `Sequencers`: instruction memory, engines, DMA front end and semaphore peeks."""

import random
from dataclasses import dataclass, field, replace
from functools import partial

from tinyneuron_hw.config import get_config
from tinyneuron_hw.isa.codec import encode
from tinyneuron_hw.isa.csr import Trap
from tinyneuron_hw.isa.opcodes import Opcode, Stream
from tinyneuron_hw.sequencer.ports import TraceKind
from tinyneuron_hw.sequencer.sequencers import Sequencers

from ..machine import machine
from .move_unit import MoveUnit

CONFIG = get_config("default").with_changes(dma_engines=2)
"""The port of `default` brings an instruction in 4 beats, that of `tiny` in 16."""
TINY = get_config("tiny")
BASES = [0x1_0000_0000 * i + 0x4000 for i in range(1, 6)]
"""Where the bench puts each stream."""


@dataclass
class TrapRecord:
    cause: Trap
    stream: Stream
    pc: int
    address: int


@dataclass
class Timing:
    """Random delays in cycles: read latency, gaps between beats, engine and DMA times.

    With ``in_order`` reads of different streams come in the order of their addresses, as from the
    memory controller."""

    latency: tuple[int, int] = (3, 30)
    gap: float = 0.2
    engine: tuple[int, int] = (0, 12)
    dma: tuple[int, int] = (1, 20)
    address_stall: float = 0.2
    in_order: bool = False


class Writer:
    """Sets a signal only when its value changes."""

    def __init__(self, ctx):
        self.ctx = ctx
        self.last = {}

    def __call__(self, signal, value):
        if self.last.get(id(signal), 0) != value:
            self.last[id(signal)] = value
            self.ctx.set(signal, value)


FAST = Timing(latency=(0, 0), gap=0, engine=(0, 0), dma=(0, 0), address_stall=0)
CONTROLLER = replace(FAST, latency=(105, 105), in_order=True)
"""The memory controller with a ``memory_latency`` of 100."""


@dataclass
class Bench:
    """Runs streams of 128-byte instructions; the lists hold what was seen."""

    streams: dict[Stream, list[bytes]]
    seed: int = 0
    timing: Timing = field(default_factory=Timing)
    watchdog: int = 0
    lengths: dict[Stream, int] = field(default_factory=dict)
    errors: set[int] = field(default_factory=set)
    """Addresses of instructions that the memory answers with an error."""
    windows: list[tuple[int, int, bool]] | None = None
    """(base, size, execute); one window over everything when not given."""
    config: object = CONFIG

    def __post_init__(self):
        self.rng = random.Random(self.seed)
        self.machine = machine(Sequencers, self.config, resettable=True)
        self.dut = self.machine.dut
        self.unit = MoveUnit(self)
        self.body = None
        self.done = None
        self.cycle = 0
        self.issued = []
        """(cycle, stream, raw) of engine and DMA instructions."""
        self.events = []
        """(cycle, source, kind, pc) from the trace port."""
        self.reads = []
        """Addresses of instruction reads."""
        self.traps = []
        self.retired = [0] * 5
        self.dropped = 0
        self.engine_delay = None
        """Function (stream, raw) -> cycles, in place of a random time."""
        self.dma_commands = []
        self.semaphores = None
        self.engine_queues = [[] for _ in range(3)]
        self.engine_left = [None] * 3
        """Cycles to the end of the instruction in execution."""

    def memory(self, address, size):
        for stream, code in self.streams.items():
            offset = address - BASES[stream.value]
            if 0 <= offset < 128 * len(code):
                return b"".join(code[offset // 128 : offset // 128 + 1])[:size]
        return bytes([0xEE]) * size

    async def axi(self, ctx):
        """Reads: bursts of different streams interleave, those of one stream come in order."""
        port, width, put = self.dut.fetch, self.config.axi_bytes, Writer(ctx)
        pending = [[] for _ in range(5)]
        now = 0
        tick = ctx.tick().sample(port.arvalid, port.arready, port.araddr, port.arlen, port.arid)
        async for _, _, valid, ready, address, length, number in tick:
            now += 1
            if valid and ready:
                assert address % 128 == 0
                assert length == 128 // width - 1
                assert address // 4096 == (address + 127) // 4096
                self.reads.append(address)
                due = now + self.rng.randint(*self.timing.latency)
                data = self.memory(address, 128)
                for i in range(128 // width):
                    beat = int.from_bytes(data[i * width : i * width + width], "little")
                    error = 2 if address in self.errors and i == 1 else 0
                    pending[number].append(
                        (due, len(self.reads), beat, i == 128 // width - 1, error)
                    )
            put(port.arready, int(self.rng.random() >= self.timing.address_stall))
            due = [i for i, beats in enumerate(pending) if beats and beats[0][0] <= now]
            if due and self.rng.random() >= self.timing.gap:
                number = self.rng.choice(due)
                if self.timing.in_order:
                    number = min(due, key=lambda i: pending[i][0][1])
                _, _, beat, last, error = pending[number].pop(0)
                put(port.rid, number)
                put(port.rdata, beat)
                put(port.rlast, int(last))
                put(port.rresp, error)
                put(port.rvalid, 1)
            else:
                put(port.rvalid, 0)

    async def engine(self, index, ctx):
        """Takes commands ahead, runs them one after another for a random time."""
        port, put = self.dut.engines[index], Writer(ctx)
        issue, raw_bits = port.issue, port.issue.payload.raw
        queue, left, room = self.engine_queues[index], self.engine_left, 0
        async for _, _, valid, raw in ctx.tick().sample(issue.valid, raw_bits):
            started = done = 0
            if valid and room:
                self.issued.append((self.cycle, Stream(index), raw))
                queue.append(raw)
            if left[index] is None and queue:
                raw = queue.pop(0)
                left[index] = self.rng.randint(*self.timing.engine)
                if self.engine_delay:
                    left[index] = self.engine_delay(Stream(index), raw)
                started = 1
            elif left[index]:
                left[index] -= 1
            if left[index] == 0:
                done, left[index] = 1, None
            room = int(len(queue) < self.config.queue_depth)
            put(port.started, started)
            put(port.done, done)
            put(issue.ready, room)
            put(port.busy, int(bool(queue) or left[index] is not None))

    async def dma(self, ctx):
        """Takes DMA instructions after a while; their updates are not played."""
        port, put = self.dut.dma.issue, Writer(ctx)
        left = 0
        async for _, _, valid, ready, command in ctx.tick().sample(
            port.valid, port.ready, port.payload
        ):
            if valid and ready:
                self.dma_commands.append(command)
                self.issued.append((self.cycle, command.stream, command.raw))
                left = 1 + self.rng.randint(*self.timing.dma)
            elif left:
                left -= 1
            put(port.ready, int(left == 0))
            put(self.dut.dma_busy, int(left > 0))

    async def watch(self, ctx):
        dut = self.dut
        ctx.set(dut.trace.ready, 1)
        event, trap = dut.trace.payload, dut.trap
        sample = (dut.trace.valid, event, trap.valid, trap.cause, trap.stream, trap.pc,
                  trap.address, dut.retired, dut.trace_dropped)  # fmt: skip
        async for (
            _,
            _,
            traced,
            event,
            trapped,
            cause,
            stream,
            pc,
            address,
            retired,
            dropped,
        ) in ctx.tick().sample(*sample):
            self.cycle += 1
            self.dropped += dropped
            if traced:
                assert event.source == event.stream.value
                kind = TraceKind(event.kind)
                self.events.append((event.cycle, event.source, kind, event.pc))
            if trapped:
                self.traps.append(TrapRecord(Trap(cause), Stream(stream), pc, address))
            for i in range(5):
                self.retired[i] += retired >> i & 1

    def settings(self, ctx):
        dut = self.dut
        ctx.set(dut.watchdog, self.watchdog)
        ctx.set(dut.stream_enable, sum(1 << stream.value for stream in self.streams))
        for stream, code in self.streams.items():
            ctx.set(dut.entry[stream.value], BASES[stream.value])
            ctx.set(dut.length[stream.value], self.lengths.get(stream, len(code)))
        for i, (base, size, execute) in enumerate(self.windows or [(0, 1 << 40, True)]):
            ctx.set(dut.windows[i].base, base)
            ctx.set(dut.windows[i].size, size)
            ctx.set(dut.windows[i].execute, execute)

    async def start(self, ctx):
        self.settings(ctx)
        ctx.set(self.dut.start, 1)
        await ctx.tick()
        ctx.set(self.dut.start, 0)

    async def trap(self, ctx):
        """Stops the program as a DMA engine's trap does."""
        ctx.set(self.dut.dma_trap.valid, 1)
        await ctx.tick()
        ctx.set(self.dut.dma_trap.valid, 0)
        await ctx.tick()

    async def reset(self, ctx, hold=0, limit=1000):
        """RESET as `Host` does it: stop, drain the bus, reset the sequencers and the engines;
        ``hold`` cycles longer."""
        ctx.set(self.dut.stop, 1)
        await ctx.tick().repeat(1 + hold)
        for _ in range(limit):
            if ctx.get(self.dut.quiet):
                break
            await ctx.tick()
        assert ctx.get(self.dut.quiet)
        for queue in self.engine_queues:
            queue.clear()
        self.engine_left[:] = [None] * 3
        ctx.set(self.machine.reset, 1)
        await ctx.tick()
        ctx.set(self.machine.reset, 0)
        ctx.set(self.dut.stop, 0)

    async def finish(self, ctx, limit=20000):
        """Waits until the program is over."""
        for _ in range(limit):
            *_, running = await ctx.tick().sample(self.dut.running)
            if not running:
                return
        raise AssertionError(f"the program runs after {limit} cycles")

    async def peek(self, ctx, index):
        ctx.set(self.dut.semaphore_index, index)
        return ctx.get(self.dut.semaphore_value)

    async def main(self, ctx):
        if self.body:
            await self.body(self, ctx)
            return
        await self.start(ctx)
        await self.finish(ctx)
        self.done = ctx.get(self.dut.done)
        self.semaphores = [await self.peek(ctx, i) for i in range(64)]
        for _ in range(16):
            await ctx.tick()

    def run(self, body=None):
        """Runs the program once, or ``body(bench, ctx)``; returns the bench."""
        self.body = body
        engines = [partial(self.engine, index) for index in range(3)]
        self.machine.run(
            self.main, processes=[self.axi, self.dma, self.unit.run, self.watch, *engines]
        )
        return self

    def starts(self, stream):
        """Instruction indices of a stream in the order they started."""
        return [pc for _, source, kind, pc in self.events
                if source == stream.value and kind is TraceKind.START]  # fmt: skip

    def ends(self, stream):
        """Instruction indices of a stream in the order they ended."""
        return [pc for _, source, kind, pc in self.events
                if source == stream.value and kind is TraceKind.END]  # fmt: skip


def nop(**header):
    return encode(Opcode.NOP, header_fields(**header))


def halt(**header):
    return encode(Opcode.HALT, header_fields(**header))


def header_fields(*, wait=None, update=None):
    """``wait`` and ``update`` are (mode, semaphore, value)."""
    fields = {}
    for name, action in (("wait", wait), ("update", update)):
        if action:
            mode, semaphore, value = action
            fields |= {f"header.{name}.mode": mode, f"header.{name}.semaphore": semaphore,
                       f"header.{name}.value": value}  # fmt: skip
    return fields


def op(opcode, *, wait=None, update=None, **fields):
    """An instruction; ``a=register(3)`` names a register. ``__`` in a name stands for a dot."""
    flat = header_fields(wait=wait, update=update)
    for name, value in fields.items():
        path = name.replace("__", ".")
        if isinstance(value, register):
            flat[path], flat[f"{path}_by_register"] = value.number, 1
        else:
            flat[path] = value
    return encode(opcode, flat)


@dataclass(frozen=True)
class register:  # noqa: N801
    number: int
