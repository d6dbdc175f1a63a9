"""Errors in PSUM: injected, corrected, counted, reported with their place."""

import random

import pytest

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.memory.psum import Psum

SEED = 12
COLUMNS, WORDS = 4, 32
CONFIG = CoreConfig(name="ecc", partitions=4, columns=COLUMNS, sbuf_partition_bytes=128,
                    psum_bank_bytes=64, ecc=True)  # fmt: skip


class Bench:
    """One access at a time, beside a model of the words."""

    def __init__(self, dut: Psum, ctx):
        self.dut, self.ctx = dut, ctx
        self.rng = random.Random(SEED)
        self.readers = [dut.vector_read, dut.scalar_read]
        self.model = [[0] * WORDS for _ in range(COLUMNS)]
        self.corrected = 0
        self.faults: list[tuple[int, int, int]] = []

    async def tick(self) -> None:
        """One cycle; keeps what is reported in it."""
        self.corrected += self.ctx.get(self.dut.corrected)
        for i, fault in enumerate(self.dut.faults):
            if self.ctx.get(fault.valid):
                assert self.ctx.get(fault.psum)
                self.faults.append((i, self.ctx.get(fault.partition), self.ctx.get(fault.offset)))
        await self.ctx.tick()

    def reports(self) -> tuple[int, list[tuple[int, int, int]]]:
        """What was reported since the last call."""
        result = self.corrected, self.faults
        self.corrected, self.faults = 0, []
        return result

    async def ask(self, port, **values) -> None:
        for name, value in values.items():
            self.ctx.set(getattr(port, name), value)
        self.ctx.set(port.valid, 1)
        while "ready" in port.signature.members and not self.ctx.get(port.ready):
            await self.tick()
        await self.tick()
        self.ctx.set(port.valid, 0)

    async def settle(self) -> None:
        for _ in range(8):
            await self.tick()

    async def write(self, writer: str, word: int, bytes_: int = 0b1111) -> None:
        """Random bytes of a word of every partition."""
        data = [self.rng.getrandbits(32) for _ in range(COLUMNS)]
        mask = sum(0xFF << 8 * i for i in range(4) if bytes_ >> i & 1)
        for row, value in zip(self.model, data, strict=True):
            row[word] = row[word] & ~mask | value & mask
        more = {"accumulate": 0, "integer": 1} if writer == "accumulate" else {}
        await self.ask(getattr(self.dut, writer), word=word, data=data, byte_mask=bytes_,
                       partition_mask=0b1111, **more)  # fmt: skip
        await self.settle()

    def inject(self, partition: int, offset: int, count: int) -> None:
        inject = self.dut.inject
        flips = sum(1 << bit for bit in self.rng.sample(range(13), count))
        for name, value in {"valid": 1, "psum": 1, "partition": partition, "offset": offset,
                            "flips": flips}.items():  # fmt: skip
            self.ctx.set(getattr(inject, name), value)

    async def break_byte(self, writer: str, count: int) -> tuple[int, int]:
        """Writes a word with ``count`` bits of a byte of it inverted; its partition and offset."""
        place = self.rng.randrange(COLUMNS), self.rng.randrange(4 * WORDS)
        self.inject(*place, count)
        await self.write(writer, place[1] // 4)
        self.ctx.set(self.dut.inject.valid, 0)
        return place

    async def read(self, port, word: int, partition_mask: int = 0b1111) -> list[int]:
        await self.ask(port, word=word, partition_mask=partition_mask)
        assert self.ctx.get(port.data_valid)
        data = [self.ctx.get(port.data[p]) for p in range(COLUMNS)]
        await self.settle()
        return data

    def expected(self, word: int) -> list[int]:
        return [row[word] for row in self.model]

    async def accumulate(self, word: int, partition_mask: int = 0b1111) -> None:
        """Adds 1, modulo 2**32."""
        for p in range(COLUMNS):
            if partition_mask >> p & 1:
                self.model[p][word] = self.model[p][word] + 1 & 0xFFFF_FFFF
        await self.ask(self.dut.accumulate, word=word, accumulate=1, integer=1, byte_mask=0b1111,
                       data=[1] * COLUMNS, partition_mask=partition_mask)  # fmt: skip
        await self.settle()


WRITERS = ("accumulate", "vector_write", "scalar_write")


@pytest.fixture
def run(memory_test):
    dut = Psum(CONFIG)

    def run(body) -> None:
        async def bench(ctx):
            await body(Bench(dut, ctx))

        memory_test.run(dut, bench, deadline=20_000)

    return run


@pytest.mark.parametrize("writer", WRITERS)
def test_single_errors_are_corrected_and_counted_by_every_reader(run, writer: str) -> None:
    async def body(on: Bench) -> None:
        for _ in range(12):
            _, offset = await on.break_byte(writer, 1)
            word = offset // 4
            assert on.reports() == (0, [])
            for port in on.readers:
                assert await on.read(port, word) == on.expected(word)
            assert on.reports() == (2, [])
            await on.accumulate(word)
            assert on.reports() == (1, [])
            for port in on.readers:  # the sum was written: nothing is wrong any more
                assert await on.read(port, word) == on.expected(word)
            assert on.reports() == (0, [])

    run(body)


@pytest.mark.parametrize("writer", WRITERS)
def test_double_errors_are_reported_with_their_byte(run, writer: str) -> None:
    async def body(on: Bench) -> None:
        for _ in range(12):
            partition, offset = await on.break_byte(writer, 2)
            for i, port in enumerate(on.readers):
                await on.read(port, offset // 4)
                assert on.reports() == (0, [(1 + i, partition, offset)])
            await on.accumulate(offset // 4)
            assert on.reports() == (0, [(0, partition, offset)])
            await on.write("vector_write", offset // 4)

    run(body)


def test_only_the_partitions_that_are_wanted_count(run) -> None:
    async def body(on: Bench) -> None:
        partition, offset = await on.break_byte("vector_write", 2)
        others = 0b1111 & ~(1 << partition)
        for port in on.readers:
            await on.read(port, offset // 4, others)
        await on.accumulate(offset // 4, others)
        assert on.reports() == (0, [])

    run(body)


@pytest.mark.parametrize("writer", WRITERS)
def test_a_write_of_the_byte_makes_it_whole_and_of_another_does_not(run, writer: str) -> None:
    async def body(on: Bench) -> None:
        for _ in range(6):
            partition, offset = await on.break_byte("scalar_write", 2)
            word, byte = divmod(offset, 4)
            await on.write(writer, word, 0b1111 & ~(1 << byte))
            await on.read(on.readers[0], word)
            assert on.reports() == (0, [(1, partition, offset)])
            await on.write(writer, word, 1 << byte)
            assert await on.read(on.readers[0], word) == on.expected(word)
            assert on.reports() == (0, [])

    run(body)


def test_bits_of_sbuf_are_not_inverted_here(run) -> None:
    async def body(on: Bench) -> None:
        on.inject(0, 0, 2)
        on.ctx.set(on.dut.inject.psum, 0)
        await on.write("vector_write", 0)
        assert await on.read(on.readers[0], 0) == on.expected(0)
        assert on.reports() == (0, [])

    run(body)
