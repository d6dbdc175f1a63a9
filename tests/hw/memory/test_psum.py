"""PSUM under accumulation and random Vector and Scalar traffic, against a model."""

import random
import struct

import numpy as np
import pytest

from tinyneuron_hw.config import CoreConfig, get_config
from tinyneuron_hw.memory.psum import Psum

from ...few import few_of

SMALL = CoreConfig(name="small", partitions=4, columns=4, sbuf_partition_bytes=128,
                   psum_bank_bytes=64)  # fmt: skip
ODD = CoreConfig(name="odd", partitions=4, columns=8, sbuf_partition_bytes=128,
                 psum_bank_bytes=64, ecc=True)  # fmt: skip


def float_bits(value: float) -> int:
    return struct.unpack("<I", struct.pack("<f", value))[0]


def add(a: int, b: int) -> int:
    """Sum of FP32 bits (finite operands)."""
    left, right = (np.array([x], dtype=np.uint32).view(np.float32) for x in (a, b))
    return int((left + right).view(np.uint32)[0])


class Traffic:
    """Accumulates, reads and writes at random; writes land in the model when they are readable."""

    def __init__(self, config, seed, accumulate_load, load):
        self.config = config
        self.dut = dut = Psum(config)
        self.rng = random.Random(seed)
        self.accumulate_load, self.load = accumulate_load, load
        self.words = config.psum_partition_bytes // 4
        self.model = np.zeros((config.columns, self.words), dtype=np.uint32)
        self.reads = [dut.vector_read, dut.scalar_read]
        self.writes = [dut.vector_write, dut.scalar_write]
        self.ports = self.reads + self.writes
        self.served = [0] * 4
        self.accumulated = self.conflicts = 0

    def lanes(self) -> list[int]:
        return [float_bits(self.rng.uniform(-100, 100)) for _ in range(self.config.columns)]

    def word(self) -> int:
        """Words of two banks, so that ports meet."""
        return self.rng.randrange(2 * self.config.psum_bank_words)

    def start_accumulation(self, ctx, cycle, in_flight):
        port = self.dut.accumulate
        word = self.word()
        go = self.rng.random() < self.accumulate_load and word not in in_flight.values()
        ctx.set(port.valid, go)
        if not go:
            return None
        accumulate, data = self.rng.random() < 0.7, self.lanes()
        integer = word & 1  # odd words hold integers, so that floats stay finite
        mask = self.rng.getrandbits(self.config.columns)
        byte_mask = 0b1111 if accumulate or not integer else self.rng.getrandbits(4)
        bits = sum(0xFF << 8 * i for i in range(4) if byte_mask >> i & 1)
        ctx.set(port.word, word)
        ctx.set(port.accumulate, accumulate)
        ctx.set(port.integer, integer)
        ctx.set(port.byte_mask, byte_mask)
        ctx.set(port.data, data)
        ctx.set(port.partition_mask, mask)
        in_flight[cycle] = word
        for p in range(self.config.columns):
            old = int(self.model[p, word])
            if not mask >> p & 1:
                data[p] = old
            elif accumulate:
                data[p] = old + data[p] & 0xFFFF_FFFF if integer else add(old, data[p])
            else:
                data[p] = old & ~bits | data[p] & bits
        return word, data

    def start_request(self, ctx, port, in_flight):
        word = self.word()
        request = {"word": word}
        if port in self.writes:
            if word in in_flight.values():
                return None
            # Only whole words keep the numbers finite; other masks have their own test.
            request |= {"byte_mask": 0b1111, "data": self.lanes(),
                        "partition_mask": self.rng.getrandbits(self.config.columns)}  # fmt: skip
        for name, value in request.items():
            ctx.set(getattr(port, name), value)
        return request

    async def bench(self, ctx, cycles):
        pending = [None] * 4
        expected, landing = {}, {}
        in_flight = {}
        for cycle in range(cycles):
            in_flight.pop(cycle - self.dut.accumulate_latency, None)
            for word, data in landing.pop(cycle, ()):
                self.model[:, word] = data
            # The model's sum is taken now: nothing else writes the word while it is under way.
            busy = dict(in_flight)
            busy |= {f"port{i}": r["word"] for i, r in enumerate(pending) if r and i >= 2}
            started = self.start_accumulation(ctx, cycle, busy)
            if started:
                in_flight[cycle] = started[0]
                self.accumulated += 1
                landing.setdefault(cycle + self.dut.accumulate_latency, []).append(started)
            for i, port in enumerate(self.ports):
                if pending[i] is None and self.rng.random() < self.load:
                    others = {f"port{j}": r["word"] for j, r in enumerate(pending) if r and j >= 2}
                    pending[i] = self.start_request(ctx, port, in_flight | others)
                ctx.set(port.valid, pending[i] is not None)
            ready = [ctx.get(port.ready) for port in self.ports]
            for i, port in enumerate(self.reads):
                assert ctx.get(port.data_valid) == (i in expected)
                if i in expected:
                    got = [ctx.get(port.data[p]) for p in range(self.config.columns)]
                    assert got == expected[i]
            refused = sum(p is not None and not r for p, r in zip(pending, ready, strict=True))
            assert ctx.get(self.dut.conflicts) == refused
            self.conflicts += refused
            expected = {}
            for i, request in enumerate(pending):
                if request is None or not ready[i]:
                    continue
                self.served[i] += 1
                pending[i] = None
                if i < 2:
                    expected[i] = self.model[:, request["word"]].tolist()
                else:
                    data = self.model[:, request["word"]].copy()
                    for p in range(self.config.columns):
                        if request["partition_mask"] >> p & 1:
                            data[p] = request["data"][p]
                    landing.setdefault(cycle + 1, []).append((request["word"], data))
            await ctx.tick()


@pytest.mark.parametrize("config", [SMALL, ODD], ids=lambda config: config.name)
@pytest.mark.parametrize("loads", few_of([(0.4, 0.8), (0.9, 0.3), (0.0, 1.0)], 1))
def test_random_traffic(memory_test, config, loads):
    accumulate_load, load = loads
    traffic = Traffic(config, 1, accumulate_load, load)

    async def bench(ctx):
        await traffic.bench(ctx, 250)

    memory_test.run(traffic.dut, bench, deadline=500)
    assert min(traffic.served) > 10
    assert traffic.conflicts > 0
    assert traffic.accumulated >= 150 * accumulate_load


def test_same_word_again_after_the_latency(memory_test):
    """Requests exactly ``accumulate_latency`` apart see each other's sum."""
    dut = Psum(SMALL)
    latency = dut.accumulate_latency
    assert latency <= 6

    async def bench(ctx):
        port = dut.accumulate
        for turn in range(10):
            for slot in range(latency):
                ctx.set(port.valid, 1)
                ctx.set(port.word, 3 * slot)
                ctx.set(port.accumulate, turn > 0)
                ctx.set(port.byte_mask, 0b1111)
                ctx.set(port.data, [float_bits(1.0 + p + slot) for p in range(4)])
                ctx.set(port.partition_mask, 0b1111)
                await ctx.tick()
        ctx.set(port.valid, 0)
        ctx.set(dut.scalar_read.valid, 1)
        # The first word's last request was `latency` cycles ago: it is readable now.
        for slot in range(latency):
            ctx.set(dut.scalar_read.word, 3 * slot)
            while not ctx.get(dut.scalar_read.ready):
                await ctx.tick()
            await ctx.tick()
            got = [ctx.get(dut.scalar_read.data[p]) for p in range(4)]
            assert got == [float_bits(10.0 * (1.0 + p + slot)) for p in range(4)]

    memory_test.run(dut, bench, deadline=200)


def test_not_accumulating_moves_the_bits(memory_test):
    dut = Psum(SMALL)
    patterns = [0x80000000, 0x7F812345, 0xFFFFFFFF, 0x00000001]

    async def bench(ctx):
        port = dut.accumulate
        ctx.set(port.valid, 1)
        ctx.set(port.word, 40)
        ctx.set(port.data, patterns)
        ctx.set(port.byte_mask, 0b1111)
        ctx.set(port.partition_mask, 0b1111)
        await ctx.tick()
        ctx.set(port.valid, 0)
        for _ in range(dut.accumulate_latency - 1):
            await ctx.tick()
        ctx.set(dut.vector_read.valid, 1)
        ctx.set(dut.vector_read.word, 40)
        assert ctx.get(dut.vector_read.ready)
        await ctx.tick()
        assert [ctx.get(dut.vector_read.data[p]) for p in range(4)] == patterns

    memory_test.run(dut, bench, deadline=50)


@pytest.mark.parametrize("config", ["tiny,ecc=false", "tiny,ecc=true"])
def test_byte_masks(memory_test, config):
    dut = Psum(get_config(config))

    async def bench(ctx):
        ctx.set(dut.vector_write.valid, 1)
        ctx.set(dut.vector_write.word, 65)
        for mask, value in ((0b1111, 0x11223344), (0b0010, 0xAABBCCDD), (0b1100, 0x55667788)):
            ctx.set(dut.vector_write.byte_mask, mask)
            ctx.set(dut.vector_write.partition_mask, 0b0101 if mask != 0b1111 else 0b1111)
            ctx.set(dut.vector_write.data, [value] * 4)
            assert ctx.get(dut.vector_write.ready)
            await ctx.tick()
        ctx.set(dut.vector_write.valid, 0)
        ctx.set(dut.vector_read.valid, 1)
        ctx.set(dut.vector_read.word, 65)
        await ctx.tick()
        got = [ctx.get(dut.vector_read.data[p]) for p in range(4)]
        assert got == [0x5566CC44, 0x11223344] * 2

    memory_test.run(dut, bench, deadline=50)
