"""The sweep: every byte of SBUF and PSUM is zero after as many cycles as the deepest has rows."""

import random

import pytest
from amaranth.hdl import Module

from tinyneuron_hw.config import CoreConfig, get_config
from tinyneuron_hw.memory.psum import Psum
from tinyneuron_hw.memory.sbuf import Sbuf
from tinyneuron_hw.memory.sweep import Sweep, sweep_rows
from tinyneuron_sim.rtl.levelized import simulator

SEED = 5
SIZES = {
    "sbuf deeper": {"sbuf_partition_bytes": 384, "psum_bank_bytes": 64},
    "with error correction": {"sbuf_partition_bytes": 128, "psum_bank_bytes": 64,
                                   "ecc": True},
    "psum deeper": {"sbuf_partition_bytes": 128, "psum_bank_bytes": 128},
}  # fmt: skip


@pytest.mark.parametrize("kind", [Sbuf, Psum])
@pytest.mark.parametrize("name", SIZES)
def test_every_row_of_every_bank_is_zero_afterwards(name, kind):
    config = CoreConfig(name="small", partitions=4, columns=4, **SIZES[name])
    rng, m = random.Random(SEED), Module()
    m.submodules.memory = memory = kind(config)
    m.submodules.sweep = sweep = Sweep(config)
    m.d.comb += [
        memory.sweep.active.eq(sweep.port.active),
        memory.sweep.row.eq(sweep.port.row),
    ]
    word, lanes = ("line", 1 << 128) if kind is Sbuf else ("word", 1 << 32)
    count = config.sbuf_lines if kind is Sbuf else config.psum_partition_bytes // 4

    async def read(ctx):
        port = memory.scalar_read
        ctx.set(port.valid, 1)
        ctx.set(port.partition_mask, 15) if kind is Sbuf else None
        for number in range(count):
            ctx.set(getattr(port, word), number)
            await ctx.tick()
            yield [ctx.get(port.data[p]) for p in range(4)]
        ctx.set(port.valid, 0)

    async def body(ctx):
        write = memory.vector_write
        ctx.set(write.valid, 1)
        ctx.set(write.byte_mask, -1)
        ctx.set(write.partition_mask, 15)
        for number in range(count):
            ctx.set(getattr(write, word), number)
            ctx.set(write.data, [rng.randrange(1, lanes) for _ in range(4)])
            await ctx.tick().until(write.ready)
        ctx.set(write.valid, 0)
        assert all([all(row) async for row in read(ctx)])
        ctx.set(sweep.enable, 1)
        cycles = 1
        while not ctx.get(sweep.done):
            await ctx.tick()
            cycles += 1
        await ctx.tick()
        ctx.set(sweep.enable, 0)
        assert cycles == sweep_rows(config)
        assert not any([any(row) async for row in read(ctx)])
        if config.ecc:
            assert not ctx.get(memory.corrected)
            assert not any(ctx.get(fault.valid) for fault in memory.faults)

    sim = simulator(m)
    sim.add_clock(1e-6)
    sim.add_testbench(body)
    sim.run()


def test_cycles_of_a_sweep():
    """The function tables have 256 rows, banks of PSUM up to 512, those of SBUF up to 1536."""
    cycles = {name: sweep_rows(get_config(name)) for name in ("tiny", "default", "inferentia2")}
    assert cycles == {"tiny": 256, "default": 512, "inferentia2": 1536}
