"""The first trap wins, the lowest port on a tie; the watchdog counts only standstill."""

from tinyneuron_hw.isa.csr import Trap
from tinyneuron_hw.isa.opcodes import Stream
from tinyneuron_hw.sequencer.trap import TrapUnit
from tinyneuron_hw.sequencer.watchdog import Watchdog
from tinyneuron_sim.rtl.levelized import simulator


def simulate(dut, bench, clock=True):
    sim = simulator(dut)
    if clock:
        sim.add_clock(1e-6)
    sim.add_testbench(bench)
    sim.run()


def test_lowest_port_wins_and_nothing_passes_while_not_running():
    dut = TrapUnit(4)

    async def bench(ctx):
        for i, port in enumerate(dut.sources):
            ctx.set(port.cause, Trap(i + 1))
            ctx.set(port.stream, Stream(i))
            ctx.set(port.pc, 10 + i)
            ctx.set(port.address, 100 + i)
        for mask in range(16):
            for running in (0, 1):
                ctx.set(dut.running, running)
                for i, port in enumerate(dut.sources):
                    ctx.set(port.valid, mask >> i & 1)
                assert ctx.get(dut.trap.valid) == bool(mask and running)
                if mask and running:
                    lowest = (mask & -mask).bit_length() - 1
                    assert ctx.get(dut.trap.cause) == Trap(lowest + 1)
                    assert ctx.get(dut.trap.stream) == Stream(lowest)
                    assert ctx.get(dut.trap.pc) == 10 + lowest
                    assert ctx.get(dut.trap.address) == 100 + lowest

    simulate(dut, bench, clock=False)


def test_watchdog_traps_after_its_limit_without_progress():
    dut = Watchdog()

    async def bench(ctx):
        ctx.set(dut.waiting, 0b10100)
        ctx.set(dut.pcs[2], 33)
        ctx.set(dut.running, 1)
        for _ in range(50):
            await ctx.tick()
        assert not ctx.get(dut.trap.valid), "0 turns it off"
        ctx.set(dut.limit, 10)
        for progress_at in (9, 3, None):
            ctx.set(dut.progress, 1)
            await ctx.tick()
            ctx.set(dut.progress, 0)
            for cycle in range(9):
                assert not ctx.get(dut.trap.valid)
                if cycle == progress_at:
                    break
                await ctx.tick()
        assert ctx.get(dut.trap.valid)
        assert ctx.get(dut.trap.cause) is Trap.WATCHDOG
        assert ctx.get(dut.trap.stream) is Stream.SCALAR
        assert ctx.get(dut.trap.pc) == 33
        assert ctx.get(dut.trap.address) == 0

    simulate(dut, bench)
