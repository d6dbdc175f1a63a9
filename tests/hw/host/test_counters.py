"""Performance counters, read through the registers."""

import random

from tinyneuron_hw.isa import csr
from tinyneuron_hw.isa.csr import Csr


def test_counters_add_increments_while_running(host):
    dut, rng = host.dut, random.Random(3)
    totals = dict.fromkeys(csr.COUNTERS, 0)

    async def count(ctx, cycles, running):
        ctx.set(dut.running, running)
        for _ in range(cycles):
            for name in csr.COUNTERS[1:]:
                field = dut.increments[name]
                value = rng.getrandbits(len(field.as_value() if hasattr(field, "as_value")
                                            else field))  # fmt: skip
                ctx.set(field, value)
                totals[name] += value * running
            totals["cycles"] += running
            await ctx.tick()
        for name in csr.COUNTERS[1:]:
            ctx.set(dut.increments[name], 0)

    async def check(ctx, expected):
        for name in csr.COUNTERS:
            address = csr.counter_address(name)
            low, high = [(await host.read(ctx, address + 4 * i))[0] for i in range(2)]
            assert low | high << 32 == expected[name], name

    async def body(ctx):
        await count(ctx, 10, 0)
        await ctx.tick().repeat(5)
        await check(ctx, dict.fromkeys(csr.COUNTERS, 0))
        await count(ctx, 300, 1)
        ctx.set(dut.running, 0)
        await ctx.tick().repeat(5)
        await check(ctx, totals)
        ctx.set(dut.quiet, 1)
        await host.write(ctx, Csr.CONTROL, 1)
        await ctx.tick().repeat(12)
        await check(ctx, dict.fromkeys(csr.COUNTERS, 0))

    host.run(body)
