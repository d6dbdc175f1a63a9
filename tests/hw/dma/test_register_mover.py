"""Moves of scalar registers, beside transfers on the same ports."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import pytest

from tinyneuron_hw.config import get_config
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.csr import Trap
from tinyneuron_hw.isa.opcodes import Opcode, Stream

TINY = get_config("tiny")


@dataclass
class Move:
    """A move, and the 32 registers of its stream."""

    stores: bool
    on_chip: bool
    address: int
    stride: int
    count: int
    register: int = 0
    scale: int = 0
    registers: list[int] = field(default_factory=lambda: list(range(100, 132)))
    first: int = 4

    @property
    def places(self) -> list[int]:
        start = self.address + self.register * self.scale
        return [start + n * self.stride for n in range(self.count)]

    def run(self, bench) -> None:
        """What it does to the bench's memories or to its registers, in Python."""
        for n, place in enumerate(self.places):
            row, at = (bench.sbuf[place >> 24], place & 0xFFFFFF) if self.on_chip else (None, place)
            number = self.first + n
            if self.stores:
                data = self.registers[number].to_bytes(4, "little")
                if row is None:
                    bench.memory[at : at + 4] = data
                else:
                    row[at : at + 4] = list(data)
            else:
                data = bench.memory[at : at + 4] if row is None else row[at : at + 4].tobytes()
                self.registers[number] = int.from_bytes(data, "little")


async def do(bench, ctx, move: Move, pc: int = 5, limit: int = 2000) -> bool:
    """Runs a move; False when it traps or the core stops."""
    port = bench.dut.moves
    ctx.set(port.issue.payload, {
        "stores": move.stores, "on_chip": move.on_chip, "stream": Stream.GPSIMD, "pc": pc,
        "instruction_address": 0xABC000 + 128 * pc, "address": move.address,
        "register": move.register, "scale": move.scale, "stride": move.stride,
        "count": move.count,
    })  # fmt: skip
    ctx.set(port.issue.valid, 1)
    traps = len(bench.traps)
    index = ctx.get(port.index)
    for _ in range(limit):
        ctx.set(port.value, move.registers[(move.first + index) % 32])
        _, _, taken, write, word, done, index_then, stop = await ctx.tick().sample(
            port.issue.valid & port.issue.ready, port.write, port.write_value, port.done,
            port.index, bench.dut.stop,
        )  # fmt: skip
        if taken:
            ctx.set(port.issue.valid, 0)
        if write:
            move.registers[move.first + index_then] = word
        index = ctx.get(port.index)
        if done:
            return True
        if len(bench.traps) > traps or stop:
            ctx.set(port.issue.valid, 0)
            return False
    raise AssertionError(f"not done after {limit} cycles")


def random_move(rng: random.Random, config, memory_bytes: int) -> Move:
    stores, on_chip = rng.random() < 0.5, rng.random() < 0.5
    count = rng.randint(1, 8)
    size = config.sbuf_partition_bytes if on_chip else memory_bytes
    reach = max(1, min(64, size // (4 * count) - 1))
    stride = 4 * rng.choice([1, 1, -1, 0, rng.randint(-reach, reach)])
    low = max(0, -stride * (count - 1))
    high = size - 4 - max(0, stride * (count - 1))
    address = rng.randrange(low // 4, high // 4 + 1) * 4
    move = Move(stores, on_chip, address, stride, count, first=rng.randint(0, 32 - count))
    move.registers = [rng.getrandbits(32) for _ in range(32)]
    if on_chip:
        move.address |= rng.randrange(config.partitions) << 24
    elif rng.random() < 0.5:
        move.register = rng.randint(-9, 9)
        move.scale = rng.choice([4, -4, 1 << 20, 7])
        move.address -= move.register * move.scale
        if move.address < 0:
            move.register, move.address = 0, address
    return move


@pytest.mark.parametrize("stall", [0.0, 0.4])
def test_random_moves_leave_what_python_leaves(dma_bench, stall):
    bench = dma_bench(TINY, seed=1, stall=stall)
    rng = random.Random(f"moves {stall}")

    async def body(ctx):
        for _ in range(40):
            move = random_move(rng, bench.config, len(bench.memory))
            before = bytes(bench.memory), bench.sbuf.copy(), list(move.registers)
            assert await do(bench, ctx, move)
            after = bytes(bench.memory), bench.sbuf.copy(), list(move.registers)
            bench.memory[:], bench.sbuf[:], move.registers = bytearray(before[0]), *before[1:]
            move.run(bench)
            assert move.registers == after[2], move
            assert (bench.sbuf == after[1]).all(), move
            assert bytes(bench.memory) == after[0], move
            assert ctx.get(bench.dut.quiet)

    bench.run(body)
    assert not bench.traps


def test_words_are_asked_for_without_waiting(dma_bench):
    bench = dma_bench(TINY, seed=2, stall=0.0, latency=(50, 50))

    async def body(ctx):
        start = bench.cycle
        await do(bench, ctx, Move(False, False, 64, 256, 8))
        return bench.cycle - start

    cycles = []

    async def timed(ctx):
        cycles.append(await body(ctx))

    bench.run(timed)
    assert cycles[0] < 50 + 8 + 20


def test_moves_and_transfers_share_a_port(dma_bench):
    bench = dma_bench(TINY, seed=3)
    for n in range(6):
        bench.add(Opcode.DMA_COPY, {
            "src": {"dtype": DType.UINT8, "address": 0x4000, "dims": [{"stride": 1, "size": 256}]},
            "dst": {"dtype": DType.UINT8, "address": 0x5000 + 256 * n,
                    "dims": [{"stride": 1, "size": 256}]}, "queue": n % 2,
        })  # fmt: skip
    copied = bytes(bench.memory[0x4000:0x4100])

    async def body(ctx):
        for n in range(20):
            move = Move(n % 2 == 0, n % 3 == 0, 0x100 + 32 * n, 4, 8)
            move.registers = [1000 * n + i for i in range(32)]
            expected = list(move.registers)
            await do(bench, ctx, move)
            if move.stores and not move.on_chip:
                stored = b"".join(value.to_bytes(4, "little") for value in expected[4:12])
                assert bytes(bench.memory[move.address : move.address + 32]) == stored
        await bench.until_idle(ctx)

    bench.run(body)
    for n in range(6):
        assert bytes(bench.memory[0x5000 + 256 * n : 0x5100 + 256 * n]) == copied


@pytest.mark.parametrize(
    ("move", "cause", "address"),
    [
        (Move(False, False, 0x2002, 4, 1), Trap.BAD_OPERAND, 0xABC000 + 128 * 9),
        pytest.param(
            Move(False, False, 0x1000, 4, 2, 1, 3),
            Trap.BAD_OPERAND,
            0xABC000 + 128 * 9,
            marks=pytest.mark.slow,
        ),
        pytest.param(
            Move(False, False, 0x8000 - 28, 4, 8),
            Trap.OUT_OF_RANGE,
            0x8000 - 28,
            marks=pytest.mark.slow,
        ),
        (Move(True, False, 0x10, -4, 6), Trap.OUT_OF_RANGE, 0x10),
        (Move(True, False, 0x100, 4, 1, -1, 0x104), Trap.OUT_OF_RANGE, (1 << 48) - 4),
        pytest.param(
            Move(True, False, 0x9000, 4, 1),
            Trap.OUT_OF_RANGE,
            0x9000,
            marks=pytest.mark.slow,
        ),
        (Move(False, False, 0x200, 4, 8), Trap.BUS_ERROR, 0x210),
        (Move(True, False, 0x21C, -4, 4), Trap.BUS_ERROR, 0x210),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_traps_say_where(dma_bench, move, cause, address):
    bench = dma_bench(TINY, seed=4)
    bench.axi[0].bad = {0x210}

    async def body(ctx):
        move.registers = list(range(100, 132))
        assert not await do(bench, ctx, move, pc=9)
        ctx.set(bench.dut.stop, 1)
        await ctx.tick().repeat(60)
        assert ctx.get(bench.dut.quiet)
        ctx.set(bench.dut.stop, 0)
        assert await do(bench, ctx, Move(False, False, 0x300, 4, 8))

    bench.run(body)
    assert bench.trap() == (cause, Stream.GPSIMD, 9, address)
    if cause is Trap.BUS_ERROR and not move.stores:
        # Words before the error are loaded, those behind it are not.
        words = [int.from_bytes(bench.memory[at : at + 4], "little") for at in move.places]
        assert move.registers[4:12] == [*words[:4], *range(108, 112)]


def test_read_windows_do_not_allow_writes(dma_bench):
    bench = dma_bench(TINY, seed=5)
    bench.windows = [(0, 0x1000, True, False), (0x1000, 0x1000, False, True)]

    async def body(ctx):
        assert await do(bench, ctx, Move(False, False, 0xFE0, 4, 8))
        assert await do(bench, ctx, Move(True, False, 0x1000, 4, 8))
        assert not await do(bench, ctx, Move(True, False, 0xFFC, 4, 1))

    bench.run(body)
    assert bench.trap()[0] is Trap.OUT_OF_RANGE


@pytest.mark.parametrize(
    ("stores", "on_chip"),
    [(True, False), (False, True),
     *(pytest.param(both, both, marks=pytest.mark.slow) for both in (False, True))],
)  # fmt: skip
def test_stopped_in_every_cycle_it_drains_and_works_again(dma_bench, stores, on_chip):
    bench = dma_bench(TINY, seed=6, stall=0.1)

    async def body(ctx):
        for cycles in range(1 + 2 * stores + on_chip, 42, 4):
            port = bench.dut.moves
            ctx.set(port.issue.payload, {"stores": stores, "on_chip": on_chip, "address": 0x140,
                                         "stride": 4, "count": 8})  # fmt: skip
            ctx.set(port.issue.valid, 1)
            await ctx.tick().repeat(cycles)
            ctx.set(port.issue.valid, 0)
            ctx.set(bench.dut.stop, 1)
            for _ in range(40):
                _, _, write, done = await ctx.tick().sample(port.write, port.done)
                assert not write
                assert not done
            assert ctx.get(bench.dut.quiet)
            assert not ctx.get(bench.dut.busy)
            ctx.set(bench.dut.stop, 0)
            again = Move(not stores, on_chip, 0x140, 4, 8)
            again.registers = [cycles * 64 + i for i in range(32)]
            expected = list(again.registers)
            assert await do(bench, ctx, again)
            if again.stores:
                read = Move(False, on_chip, 0x140, 4, 8)
                assert await do(bench, ctx, read)
                assert read.registers[4:12] == expected[4:12], cycles

    bench.run(body)
    assert not bench.traps
