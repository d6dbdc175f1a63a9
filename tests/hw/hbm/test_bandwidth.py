"""What share of the pins' bandwidth one port gets from the memory controller."""

import pytest

from tinyneuron_hw.config import get_config
from tinyneuron_hw.hbm.controller import MemoryController
from tinyneuron_sim.rtl.levelized import simulator

from .device import Device


def measure(config, beats, burst, stride, *, write):
    """Cycles from the first access of a port that never waits to its last one."""
    dut = MemoryController(config)
    device = Device(config, dut.phy)
    port, width = dut.dma[0], config.axi_bytes
    channel = "aw" if write else "ar"
    sim = simulator(dut)
    sim.add_clock(1e-6)

    async def addresses(ctx):
        ctx.set(getattr(port, f"{channel}len"), burst - 1)
        ctx.set(getattr(port, f"{channel}valid"), 1)
        for i in range(beats // burst):
            ctx.set(getattr(port, f"{channel}addr"), i * stride)
            await ctx.tick().until(getattr(port, f"{channel}ready"))
        ctx.set(getattr(port, f"{channel}valid"), 0)
        while len(device.accesses) * config.access_bytes < beats * width:
            await ctx.tick()

    ctx_inputs = ((port.rready, 1), (port.bready, 1), (port.wvalid, write),
                  (port.wstrb, (1 << width) - 1))  # fmt: skip

    async def constants(ctx):
        for signal, value in ctx_inputs:
            ctx.set(signal, value)

    sim.add_testbench(device.run, background=True)
    sim.add_testbench(constants)
    sim.add_testbench(addresses)
    sim.run()
    return device.accesses[-1] - device.accesses[0] + 4


@pytest.mark.slow
@pytest.mark.parametrize("write", [False, True], ids=["load", "store"])
@pytest.mark.parametrize(
    ("beats", "burst", "stride", "share"),
    [(8192, 16, 512, 0.88), (4096, 16, 4096, 0.80), (4096, 2, 4096, 0.50), (4096, 2, 1 << 16, 0.5)],
)
def test_one_port_gets_its_share(beats, burst, stride, share, write):
    config = get_config("default,memory=hbm")
    cycles = measure(config, beats, burst, stride, write=write)
    got = beats * config.axi_bytes / (cycles * config.memory_bytes)
    print(f"{'store' if write else 'load'} {burst * config.axi_bytes} at {stride}: {got:.1%}")
    assert got >= share
