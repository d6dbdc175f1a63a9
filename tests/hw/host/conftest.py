"""A host block with an AXI4-Lite manager."""

import pytest

from tinyneuron_hw.config import get_config
from tinyneuron_hw.host.host import Host
from tinyneuron_sim.rtl.levelized import simulator


class HostBench:
    """Drives a :class:`Host` of the ``tiny`` config."""

    def __init__(self):
        self.config = get_config("tiny")
        self.dut = Host(self.config)
        self.gap = 0
        """Cycles the manager makes the response wait."""

    async def write(self, ctx, address, data, strobe=15) -> int:
        """BRESP of a write."""
        axil = self.dut.axil
        ctx.set(axil.awaddr, address)
        ctx.set(axil.wdata, data)
        ctx.set(axil.wstrb, strobe)
        ctx.set(axil.awvalid, 1)
        ctx.set(axil.wvalid, 1)
        await ctx.tick().until(axil.awready & axil.wready)
        ctx.set(axil.awvalid, 0)
        ctx.set(axil.wvalid, 0)
        await self._wait(ctx)
        ctx.set(axil.bready, 1)
        (response,) = await ctx.tick().sample(axil.bresp).until(axil.bvalid)
        ctx.set(axil.bready, 0)
        return response

    async def read(self, ctx, address) -> tuple[int, int]:
        """RDATA and RRESP of a read."""
        axil = self.dut.axil
        ctx.set(axil.araddr, address)
        ctx.set(axil.arvalid, 1)
        await ctx.tick().until(axil.arready)
        ctx.set(axil.arvalid, 0)
        await self._wait(ctx)
        ctx.set(axil.rready, 1)
        data, response = await ctx.tick().sample(axil.rdata, axil.rresp).until(axil.rvalid)
        ctx.set(axil.rready, 0)
        return data, response

    async def _wait(self, ctx):
        if self.gap:
            await ctx.tick().repeat(self.gap)

    def run(self, body, *background):
        """Run ``body(ctx)``; fails after 20000 cycles."""
        sim = simulator(self.dut)
        sim.add_clock(1e-6)

        async def watchdog(ctx):
            for _ in range(20000):
                await ctx.tick()
            raise AssertionError("test takes too long")

        sim.add_testbench(watchdog, background=True)
        for process in background:
            sim.add_testbench(process, background=True)
        sim.add_testbench(body)
        sim.run()


@pytest.fixture
def host():
    """A :class:`HostBench`."""
    return HostBench()
