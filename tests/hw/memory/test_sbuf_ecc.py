"""Errors in SBUF: injected, corrected, counted, reported with their place."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import numpy as np
import pytest
from amaranth.hdl import Value

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.memory.sbuf import Sbuf

SEED = 11
LINES = 16


@dataclass
class Word:
    """A codeword of SBUF and the bits of it that are wrong."""

    partition: int
    offset: int
    flips: int = 0


class Bench:
    """Writes and reads one access at a time."""

    def __init__(self, config: CoreConfig, dut: Sbuf, ctx):
        self.config, self.dut, self.ctx = config, dut, ctx
        self.rng = random.Random(SEED)
        self.model = np.zeros((config.partitions, config.sbuf_partition_bytes), dtype=np.uint8)
        self.readers = [dut.moving, dut.stationary, *dut.dma_read, dut.vector_read,
                        dut.scalar_read]  # fmt: skip
        self.writers = [*dut.dma_write, dut.vector_write, dut.scalar_write]

    async def ask(self, port, **values) -> None:
        for name, value in values.items():
            self.ctx.set(Value.cast(getattr(port, name)), value)
        self.ctx.set(port.valid, 1)
        while not self.ctx.get(port.ready):
            await self.ctx.tick()
        await self.ctx.tick()
        self.ctx.set(port.valid, 0)

    async def write(self, port, word: Word, mask: int = 0xFF) -> None:
        """Random bytes of the word (bit i of ``mask``: byte i)."""
        data = self.rng.randbytes(8)
        value = int.from_bytes(data, "little")
        for i in range(8):
            if mask >> i & 1:
                self.model[word.partition, word.offset + i] = data[i]
        if hasattr(port, "chunk"):
            chunk, low = divmod(word.offset, self.config.axi_bytes)
            await self.ask(port, partition=word.partition, chunk=chunk, data=value << 8 * low,
                           mask=mask << low)  # fmt: skip
        else:
            line, low = divmod(word.offset, 16)
            await self.ask(port, line=line, data=value << 128 * word.partition + 8 * low,
                           byte_mask=mask << low, partition_mask=1 << word.partition)  # fmt: skip

    async def read(self, port, word: Word, partition_mask: int) -> int:
        """The word, as the port gets it; the cycle of its report follows."""
        if hasattr(port, "chunk"):
            chunk, low = divmod(word.offset, self.config.axi_bytes)
            await self.ask(port, partition=word.partition, chunk=chunk)
        else:
            line, low = divmod(word.offset, 16)
            low += 16 * word.partition
            await self.ask(port, line=line, partition_mask=partition_mask)
        assert self.ctx.get(port.data_valid)
        value = self.ctx.get(Value.cast(port.data)) >> 8 * low & (1 << 64) - 1
        await self.ctx.tick()
        return value

    async def read_own(self, port, word: Word) -> int:
        return await self.read(port, word, 1 << word.partition)

    async def write_flipped(self, flips: int) -> Word:
        """A whole word, written by any port, with bits inverted."""
        word = self.draw(flips)
        self.inject(word)
        await self.write(self.rng.choice(self.writers), word)
        self.ctx.set(self.dut.inject.valid, 0)
        return word

    def inject(self, word: Word) -> None:
        inject = self.dut.inject
        self.ctx.set(inject.valid, 1)
        self.ctx.set(inject.partition, word.partition)
        self.ctx.set(inject.offset, word.offset)
        self.ctx.set(inject.flips, word.flips)

    def expected(self, word: Word) -> int:
        return int.from_bytes(self.model[word.partition, word.offset :][:8].tobytes(), "little")

    def draw(self, flips: int = 0) -> Word:
        bits = self.rng.sample(range(72), flips)
        return Word(self.rng.randrange(self.config.partitions), 8 * self.rng.randrange(2 * LINES),
                    sum(1 << bit for bit in bits))  # fmt: skip

    def faults(self) -> list[tuple[int, int, int]]:
        """Number of the port, partition and offset of each fault that is reported now."""
        return [
            (i, self.ctx.get(fault.partition), self.ctx.get(fault.offset))
            for i, fault in enumerate(self.dut.faults)
            if self.ctx.get(fault.valid)
        ]

    def corrected(self) -> int:
        return self.ctx.get(self.dut.corrected)


Run = Callable[[Callable[[Bench], Awaitable[None]]], None]


@pytest.fixture(params=[4, *(pytest.param(rows, marks=pytest.mark.slow) for rows in (8, 16))],
                ids="p{}".format)  # fmt: skip
def run(request, memory_test) -> Run:
    """Runs a body with a bench, at each width of a DMA port."""
    config = CoreConfig(name="ecc", partitions=request.param, columns=4,
                        sbuf_partition_bytes=16 * LINES, psum_bank_bytes=64,
                        ecc=True)  # fmt: skip
    dut = Sbuf(config)

    def run(body) -> None:
        async def bench(ctx):
            await body(Bench(config, dut, ctx))

        memory_test.run(dut, bench, deadline=20_000)

    return run


def test_single_errors_are_corrected_and_counted(run: Run) -> None:
    async def body(on: Bench) -> None:
        for _ in range(12):
            word = await on.write_flipped(1)
            for port in on.readers:
                assert await on.read_own(port, word) == on.expected(word), word
                assert on.corrected() == 1
                assert not on.faults()
                await on.ctx.tick()
                assert on.corrected() == 0
            await on.write(on.writers[0], word)

    run(body)


def test_double_errors_are_reported_with_their_place(run: Run) -> None:
    async def body(on: Bench) -> None:
        for _ in range(12):
            word = await on.write_flipped(2)
            for number, port in enumerate(on.readers):
                await on.read_own(port, word)
                assert on.faults() == [(number, word.partition, word.offset)]
            await on.write(on.writers[0], word)

    run(body)


def test_errors_in_other_partitions_do_not_count(run: Run) -> None:
    async def body(on: Bench) -> None:
        lines = [port for port in on.readers if hasattr(port, "line")]
        for flips in (1, 2) * 4:
            word = await on.write_flipped(flips)
            others = (1 << on.config.partitions) - 1 & ~(1 << word.partition)
            for port in lines:
                await on.read(port, word, others)
                assert not on.faults()
                assert on.corrected() == 0
            await on.write(on.writers[0], word)

    run(body)


def test_a_partial_write_corrects_the_rest_of_its_word(run: Run) -> None:
    async def body(on: Bench) -> None:
        for _ in range(12):
            word = await on.write_flipped(1)
            await on.write(on.rng.choice(on.writers), word, on.rng.randrange(1, 0xFF))
            assert await on.read_own(on.dut.moving, word) == on.expected(word)
            assert on.corrected() == 0

    run(body)


def test_a_partial_write_of_a_broken_word_is_reported(run: Run) -> None:
    async def body(on: Bench) -> None:
        for _ in range(10):
            word = await on.write_flipped(2)
            number = on.rng.randrange(len(on.writers))
            await on.write(on.writers[number], word, on.rng.randrange(1, 0xFF))
            assert on.faults() == [(len(on.readers) + number, word.partition, word.offset)]
            await on.write(on.writers[0], word)

    run(body)


def test_an_injection_waits_for_its_word(run: Run) -> None:
    async def body(on: Bench) -> None:
        word = on.draw(2)
        on.inject(word)
        neighbours = [Word(word.partition, word.offset ^ step) for step in (8, 16, 128)]
        neighbours.append(Word((word.partition + 1) % on.config.partitions, word.offset))
        for other in neighbours:
            await on.write(on.dut.vector_write, other)
            assert await on.read_own(on.dut.moving, other) == on.expected(other)
            assert not on.faults()

    run(body)
