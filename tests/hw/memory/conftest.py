"""Shared by the memory tests: random operands, memory models and a stream driver."""

import random
from dataclasses import dataclass, field

import numpy as np
import pytest
from amaranth.hdl import Value

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.formats import FORMATS, DType
from tinyneuron_hw.isa.access import element_offsets, pattern_range
from tinyneuron_hw.isa.opcodes import Space
from tinyneuron_hw.isa.operands import AccessPattern
from tinyneuron_hw.isa.rules import start_granule
from tinyneuron_sim.rtl.levelized import simulator


@dataclass
class Operand:
    """A legal access pattern, as numbers."""

    dtype: DType
    space: Space
    start: int
    count: int
    offset: int
    dims: list[tuple[int, int]] = field(default_factory=lambda: [(1, 1)] * 4)

    @property
    def size(self) -> int:
        return FORMATS[self.dtype].bytes

    @property
    def offsets(self) -> list[int]:
        return element_offsets(self.offset, self.dims, self.size).tolist()

    def payload(self) -> dict:
        dims = [{"stride": stride, "size": size} for stride, size in self.dims]
        return {"dtype": self.dtype, "space": self.space, "start_partition": self.start,
                "num_partitions": self.count, "offset": self.offset, "dims": dims}  # fmt: skip

    def bits(self) -> int:
        return AccessPattern.const(self.payload()).as_bits()


def random_operand(rng: random.Random, config: CoreConfig, *, spaces=tuple(Space),
                   any_start: bool = False, max_elements: int = 60) -> Operand:  # fmt: skip
    """A legal operand of at most ``max_elements``, strides of both signs, every type."""
    while True:
        space = rng.choice(spaces)
        psum = space == Space.PSUM
        partitions = config.columns if psum else config.partitions
        memory = config.psum_partition_bytes if psum else config.sbuf_partition_bytes
        count = rng.randint(1, min(partitions, config.partitions))
        granule = 1 if any_start else start_granule(config, count)
        start = rng.randrange(0, partitions, granule)
        dtype = rng.choice(list(DType))
        size = FORMATS[dtype].bytes
        strides = (1, 1, 1, -1, 2, 3, 0, rng.randint(-40, 40))
        dims = [(rng.choice(strides), rng.choice((1, 1, 2, 3, 7))) for _ in range(4)]
        dims[0] = (dims[0][0], rng.randint(1, 20))
        extent = pattern_range(0, dims, size, size)
        room = memory - (extent.high - extent.low)
        if start + count > partitions or room < 0 or extent.count > max_elements:
            continue
        offset = rng.randrange(0, room + 1, size) - extent.low
        return Operand(dtype, space, start, count, offset, dims)


class LineMemory:
    """One memory behind a read or a write port, refusing with probability ``refuse``."""

    def __init__(self, rows: int, row_bytes: int, partitions: int, seed: int, refuse: float = 0.0):
        self.rng = random.Random(seed)
        self.refuse = refuse
        self.row_bytes = row_bytes
        generator = np.random.default_rng(seed)
        self.bytes = generator.integers(0, 256, (partitions, rows * row_bytes), dtype=np.uint8)
        self.requests = 0

    def _ready(self) -> bool:
        return self.rng.random() >= self.refuse

    def row(self, index: int) -> list[int]:
        low, high = index * self.row_bytes, (index + 1) * self.row_bytes
        return [int.from_bytes(part[low:high].tobytes(), "little") for part in self.bytes]

    async def serve_reads(self, ctx, port, index):
        while True:
            ready = self._ready()
            ctx.set(port.ready, ready)
            _, _, valid, row = await ctx.tick().sample(port.valid, index)
            ctx.set(port.data_valid, valid & ready)
            self.requests += valid & ready
            if valid & ready:
                ctx.set(port.data, self.row(row))

    async def serve_writes(self, ctx, port, index):
        while True:
            ready = self._ready()
            ctx.set(port.ready, ready)
            _, _, valid, row, data, mask, partitions = await ctx.tick().sample(
                port.valid, index, Value.cast(port.data), port.byte_mask, port.partition_mask
            )
            if valid & ready:
                self.requests += 1
                self.write(row, data, mask, partitions)

    def write(self, row: int, data: int, mask: int, partitions: int) -> None:
        for p in range(len(self.bytes)):
            for b in range(self.row_bytes):
                if partitions >> p & 1 and mask >> b & 1:
                    bit = 8 * (p * self.row_bytes + b)
                    self.bytes[p, row * self.row_bytes + b] = data >> bit & 0xFF


async def send(ctx, port, values, gap=lambda: False):
    """Sends values to a stream input; ``gap()`` true waits a cycle before the next."""
    for value in values:
        while gap():
            await ctx.tick()
        ctx.set(port.payload, value)
        ctx.set(port.valid, 1)
        taken = False
        while not taken:
            _, _, taken = await ctx.tick().sample(port.ready)
        ctx.set(port.valid, 0)


def run(dut, *testbenches, background=(), deadline: int) -> None:
    """Runs to the end of the testbenches; fails after ``deadline`` cycles."""
    sim = simulator(dut)
    sim.add_clock(1e-6)

    async def watchdog(ctx):
        # Not repeat(): a testbench dropped inside it raises when it is closed.
        for _ in range(deadline):
            await ctx.tick()
        pytest.fail(f"not finished after {deadline} cycles")

    sim.add_testbench(watchdog, background=True)
    for process in background:
        sim.add_testbench(process, background=True)
    for process in testbenches:
        sim.add_testbench(process)
    sim.run()


class Helpers:
    """What a test gets as ``memory_test``."""

    Operand = Operand
    LineMemory = LineMemory
    random_operand = staticmethod(random_operand)
    send = staticmethod(send)
    run = staticmethod(run)


@pytest.fixture
def memory_test() -> type[Helpers]:
    return Helpers
