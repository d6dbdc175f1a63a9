"""SBUF under random traffic on every port, against a model in the order of the grants."""

import random

import numpy as np
import pytest
from amaranth.hdl import Value

from tinyneuron_hw.config import CoreConfig, get_config
from tinyneuron_hw.memory.arbiter import PATIENCE
from tinyneuron_hw.memory.sbuf import Sbuf
from tinyneuron_sim.rtl.levelized import simulator


def config_of(partitions: int, lines: int, *, ecc: bool = True) -> CoreConfig:
    name = f"p{partitions}" if ecc else f"p{partitions}-plain"
    return CoreConfig(name=name, partitions=partitions, columns=4,
                      sbuf_partition_bytes=16 * lines, psum_bank_bytes=64,
                      ecc=ecc)  # fmt: skip


class Traffic:
    """Random requests on all ports of an SBUF; checks data, order, readiness and counts."""

    def __init__(self, config: CoreConfig, seed: int, load: float):
        self.config, self.load = config, load
        self.dut = dut = Sbuf(config)
        self.rng = random.Random(seed)
        self.model = np.zeros((config.partitions, config.sbuf_partition_bytes), dtype=np.uint8)
        self.line_reads = [dut.moving, dut.stationary, dut.vector_read, dut.scalar_read]
        self.line_writes = [dut.vector_write, dut.scalar_write]
        self.ports = [*self.line_reads, *dut.dma_read, *self.line_writes, *dut.dma_write]
        self.served = [0] * len(self.ports)
        self.conflicts = self.refused = self.partial = 0

    def request(self, port) -> dict:
        """Payload of a random request."""
        config, rng = self.config, self.rng
        values = {}
        if hasattr(port, "line"):
            # Few lines, so that ports meet.
            values["line"] = rng.randrange(min(config.sbuf_lines, 24))
            if rng.random() < 0.1:
                values["line"] = config.sbuf_lines - 1
        else:
            values["partition"] = rng.randrange(config.partitions)
            chunks = config.sbuf_partition_bytes // config.axi_bytes
            values["chunk"] = rng.choice([chunks - 1, rng.randrange(min(chunks, 12))])
        if hasattr(port, "byte_mask"):
            values["byte_mask"] = rng.getrandbits(16)
            values["partition_mask"] = rng.getrandbits(config.partitions)
            values["data"] = rng.getrandbits(128 * config.partitions)
        if hasattr(port, "mask"):
            values["mask"] = rng.getrandbits(config.axi_bytes)
            values["data"] = rng.getrandbits(8 * config.axi_bytes)
        return values

    def read(self, port, values) -> int:
        if "line" in values:
            low = 16 * values["line"]
            part = self.model[:, low : low + 16]
        else:
            low = self.config.axi_bytes * values["chunk"]
            part = self.model[values["partition"], low : low + self.config.axi_bytes]
        return int.from_bytes(part.tobytes(), "little")

    def write(self, port, values) -> None:
        if "line" in values:
            width, low = 16, 16 * values["line"]
            mask = values["byte_mask"]
            rows = [p for p in range(self.config.partitions) if values["partition_mask"] >> p & 1]
        else:
            width = self.config.axi_bytes
            low, mask, rows = width * values["chunk"], values["mask"], [values["partition"]]
        raw = values["data"].to_bytes(width * self.config.partitions, "little")
        for p in rows:
            source = raw[p * width : (p + 1) * width] if "line" in values else raw[:width]
            for b in range(width):
                if mask >> b & 1:
                    self.model[p, low + b] = source[b]

    def is_partial(self, values) -> bool:
        """Whether a write changes a part of a codeword."""
        mask = values.get("byte_mask", values.get("mask", 0))
        words = [mask >> 8 * w & 0xFF for w in range(8)]
        return self.config.ecc and any(0 < word < 0xFF for word in words)

    def banks(self, values) -> set[int]:
        if "line" in values:
            return {values["line"] % 8}
        size = self.config.axi_bytes
        first = size * values["chunk"] // 16
        return {line % 8 for line in range(first, first + max(1, size // 16))}

    async def bench(self, ctx, cycles):
        pending = [None] * len(self.ports)
        waited = [0] * len(self.ports)
        expected = {}
        for _ in range(cycles):
            for i, port in enumerate(self.ports):
                if pending[i] is None and self.rng.random() < self.load:
                    pending[i] = self.request(port)
                    for name, value in pending[i].items():
                        member = getattr(port, name)
                        ctx.set(Value.cast(member), value)
                ctx.set(port.valid, pending[i] is not None)
            ready = [ctx.get(port.ready) for port in self.ports]
            for i, port in enumerate(self.ports):
                if not hasattr(port, "data_valid"):
                    continue
                assert ctx.get(port.data_valid) == (i in expected)
                if i in expected:
                    assert ctx.get(Value.cast(port.data)) == expected[i]
            refused = sum(p is not None and not r for p, r in zip(pending, ready, strict=True))
            self.conflicts += ctx.get(self.dut.conflicts)
            self.refused += refused
            taken = [i for i, p in enumerate(pending) if p is not None and ready[i]]
            for reads in (True, False):
                kind = [i for i in taken if hasattr(self.ports[i], "data_valid") == reads]
                used = [bank for i in kind for bank in self.banks(pending[i])]
                assert len(used) == len(set(used)), "a bank was used twice"
            expected = {
                i: self.read(self.ports[i], pending[i])
                for i in taken if hasattr(self.ports[i], "data_valid")
            }  # fmt: skip
            for i in taken:
                if i not in expected:
                    self.write(self.ports[i], pending[i])
            for i, request in enumerate(pending):
                waited[i] = 0 if request is None or i in taken else waited[i] + 1
                limit = (PATIENCE + len(self.ports)) * (2 if self.config.ecc else 1)
                assert waited[i] <= limit, "a port starves"
                if i in taken:
                    self.partial += self.is_partial(request)
                    pending[i] = None
                    self.served[i] += 1
            await ctx.tick()
        # A partial write waits a cycle, for the rest of its words, that is no conflict.
        assert self.conflicts <= self.refused - self.partial
        unfinished = sum(r is not None and self.is_partial(r) for r in pending)
        assert self.conflicts >= self.refused - self.partial - unfinished

    def run(self, cycles: int) -> None:
        sim = simulator(self.dut)
        sim.add_clock(1e-6)

        async def bench(ctx):
            await self.bench(ctx, cycles)

        sim.add_testbench(bench)
        sim.run()


CONFIGS = [
    config_of(4, 24),  # half a line per DMA request, lines no power of two
    config_of(8, 8),  # one line, one row per bank
    pytest.param(config_of(16, 40), marks=pytest.mark.slow),  # two lines
    config_of(8, 24, ecc=False),
]


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: config.name)
def test_random_traffic(config):
    traffic = Traffic(config, seed=1, load=0.6)
    traffic.run(150)
    assert traffic.conflicts > 0
    assert min(traffic.served) > 15


class ThreeWidePorts(CoreConfig):
    """The DMA ports of a large configuration at four partitions."""

    axi_bytes = property(lambda self: 64)
    dma_ports = property(lambda self: 3)


def test_several_dma_ports_of_four_lines():
    config = ThreeWidePorts(name="wide", partitions=4, columns=4, sbuf_partition_bytes=384,
                            psum_bank_bytes=64)  # fmt: skip
    traffic = Traffic(config, seed=2, load=0.4)
    traffic.run(200)
    assert min(traffic.served) > 10


def test_every_port_alone_runs_at_full_rate(memory_test):
    config = get_config("tiny")
    dut = Sbuf(config)

    async def bench(ctx):
        for port in [dut.moving, dut.stationary, dut.vector_read, dut.scalar_read]:
            ctx.set(port.valid, 1)
            for line in range(20):
                ctx.set(port.line, line)
                assert ctx.get(port.ready)
                await ctx.tick()
                assert ctx.get(port.data_valid)
            ctx.set(port.valid, 0)
            assert not ctx.get(dut.conflicts)

    memory_test.run(dut, bench, deadline=200)


def test_streams_on_different_banks_do_not_meet(memory_test):
    dut = Sbuf(get_config("tiny"))
    ports = [dut.moving, dut.stationary, dut.vector_read, dut.scalar_read]

    async def bench(ctx):
        for cycle in range(30):
            for i, port in enumerate(ports):
                ctx.set(port.valid, 1)
                ctx.set(port.line, 2 * i + cycle)
            assert all(ctx.get(port.ready) for port in ports)
            assert ctx.get(dut.conflicts) == 0
            await ctx.tick()

    memory_test.run(dut, bench, deadline=200)


def test_old_data_when_a_line_is_read_and_written(memory_test):
    dut = Sbuf(get_config("tiny"))

    async def bench(ctx):
        def put(value):
            ctx.set(dut.scalar_write.valid, 1)
            ctx.set(dut.scalar_write.line, 9)
            ctx.set(dut.scalar_write.byte_mask, 0xFFFF)
            ctx.set(dut.scalar_write.partition_mask, 0xF)
            ctx.set(dut.scalar_write.data, [value + p for p in range(4)])

        put(100)
        await ctx.tick()
        put(200)
        ctx.set(dut.moving.valid, 1)
        ctx.set(dut.moving.line, 9)
        await ctx.tick()
        assert [ctx.get(dut.moving.data[p]) for p in range(4)] == [100, 101, 102, 103]
        ctx.set(dut.scalar_write.valid, 0)
        await ctx.tick()
        assert [ctx.get(dut.moving.data[p]) for p in range(4)] == [200, 201, 202, 203]

    memory_test.run(dut, bench, deadline=20)
