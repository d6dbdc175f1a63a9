"""Bus errors and stop in the middle of transfers."""

import pytest

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.csr import Trap
from tinyneuron_hw.isa.opcodes import Accumulate, Opcode, Space, Stream

CONFIG = CoreConfig(
    name="dma_faults", partitions=4, columns=4, sbuf_partition_bytes=2048, psum_bank_bytes=64,
    dma_engines=2, dma_buffer_beats=32, device_memory_bytes=1 << 16,
)  # fmt: skip
BYTES = 750


def add_row(bench, opcode, address, queue=0, pc=0, offset=0):
    in_device = {"dtype": DType.UINT8, "address": address, "dims": [{"stride": 1, "size": BYTES}]}
    on_chip = {"dtype": DType.UINT8, "space": Space.SBUF, "num_partitions": 1, "offset": offset,
               "dims": [{"stride": 1, "size": BYTES}]}  # fmt: skip
    src, dst = (in_device, on_chip) if opcode is Opcode.DMA_LOAD else (on_chip, in_device)
    bench.add(opcode, {"src": src, "dst": dst, "queue": queue}, pc=pc, semaphore=queue,
              stream=Stream.VECTOR)  # fmt: skip


@pytest.mark.parametrize("opcode", [Opcode.DMA_LOAD, Opcode.DMA_STORE])
def test_bus_error_traps_with_the_bursts_address(dma_bench, opcode):
    bench = dma_bench(CONFIG, seed=1)
    bench.axi[0].bad = {4096 + 512 + 8 * i for i in range(16)}
    add_row(bench, opcode, 4099, pc=42)
    add_row(bench, opcode, 8192, pc=43)
    before = bench.sbuf.copy()

    async def body(ctx):
        await ctx.tick().until(bench.dut.trap.valid)
        await ctx.tick().repeat(3)
        ctx.set(bench.dut.stop, 1)
        await ctx.tick().repeat(100)
        assert ctx.get(bench.dut.quiet)
        assert not ctx.get(bench.dut.busy)
        assert bench.axi[0].in_flight == 0

    bench.run(body)
    # Bursts end at multiples of 128 bytes: the one with the bad beats starts there.
    assert bench.trap() == (Trap.BUS_ERROR, Stream.VECTOR, 42, 4096 + 512)
    assert bench.updates == []
    if opcode is Opcode.DMA_LOAD:
        assert (bench.sbuf[0, 509:] == before[0, 509:]).all()


@pytest.mark.parametrize(
    ("opcode", "wait", "more"),
    [
        (Opcode.DMA_LOAD, 50, {}),
        (Opcode.DMA_STORE, 110, {}),
        (Opcode.DMA_COPY, 90, {}),
        pytest.param(Opcode.DMA_COPY, 130, {"accumulate": Accumulate.ADD}, marks=pytest.mark.slow),
        pytest.param(Opcode.DMA_COPY, 190, {"accumulate": Accumulate.MAX}, marks=pytest.mark.slow),
        pytest.param(Opcode.DMA_COPY, 140, {"transpose": 1}, marks=pytest.mark.slow),
        (Opcode.DMA_COPY, 220, {"transpose": 1}),
    ],
)
def test_stop_drains_the_bus_and_a_new_start_works(dma_bench, opcode, wait, more):
    bench = dma_bench(CONFIG, seed=wait, latency=(5, 40))
    dut = bench.dut
    for queue in (0, 1):
        if more:
            rows, columns = ([{"stride": 2, "size": a}, {"stride": 2 * a, "size": b}]
                             for a, b in ((25, 15), (15, 25)))  # fmt: skip
            fields = {"dtype": DType.BF16, "address": 8192 * queue, "dims": rows}
            into = {**fields, "address": 8192 * queue + 4096}
            into["dims"] = columns if "transpose" in more else rows
            bench.add(opcode, {"src": fields, "dst": into, "queue": queue, **more})
        elif opcode is Opcode.DMA_COPY:
            fields = {"dtype": DType.UINT8, "dims": [{"stride": 1, "size": BYTES}]}
            bench.add(opcode, {"src": {**fields, "address": 8192 * queue + 1},
                               "dst": {**fields, "address": 8192 * queue + 4098},
                               "queue": queue})  # fmt: skip
        else:
            add_row(bench, opcode, 8192 * queue + 3, queue=queue)
            add_row(bench, opcode, 8192 * queue + 4096, queue=queue)

    async def body(ctx):
        await ctx.tick().repeat(wait)
        ctx.set(dut.stop, 1)
        await ctx.tick().repeat(4)
        await ctx.tick().until(dut.quiet)
        assert bench.axi[0].in_flight == 0
        for _ in range(60):
            await ctx.tick()
            assert ctx.get(dut.quiet)
        assert not ctx.get(dut.busy)
        bench.stopped = len(bench.commands), len(bench.updates), bench.axi[0].in_flight
        log = len(bench.axi[0].log)
        await ctx.tick().repeat(20)
        assert len(bench.axi[0].log) == log, "a new burst while stopped"
        bench.taken[:] = range(len(bench.commands))
        ctx.set(dut.stop, 0)
        bench.memory[20000:20750] = bytes(range(250)) * 3
        await restart(ctx)

    async def restart(ctx):
        bench.commands.clear()
        bench.taken.clear()
        bench.updates.clear()
        bench.events.clear()
        add_row(bench, Opcode.DMA_LOAD, 20000, queue=1, offset=7, pc=99)
        await bench.issue_only(ctx)

    bench.issue_until_stop = True
    bench.run(body)
    assert bench.sbuf[0, 7 : 7 + BYTES].tobytes() == bytes(range(250)) * 3
    assert bench.updates == [(1, 1, 1)]
    assert [event[1:4] for event in bench.events] == [(17, 0, 99), (17, 1, 99)]
    assert bench.traps == []


def test_stop_while_an_instruction_is_checked(dma_bench):
    bench = dma_bench(CONFIG, seed=9)
    bench.issue_until_stop = True
    dut = bench.dut
    add_row(bench, Opcode.DMA_LOAD, 64)

    async def body(ctx):
        await ctx.tick().repeat(8)
        ctx.set(dut.stop, 1)
        await ctx.tick().repeat(3)
        assert not ctx.get(dut.busy)
        assert ctx.get(dut.quiet)

    bench.run(body)
    assert bench.axi[0].log == []
    assert bench.traps == []
