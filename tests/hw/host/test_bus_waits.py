"""Waiting on an AXI4 port, cycle by cycle against a count of what is under way."""

import random

from tinyneuron_hw.host.bus_waits import BusWaits
from tinyneuron_sim.rtl.levelized import simulator

SEED = 4


def test_every_cycle_of_random_traffic():
    dut, rng = BusWaits(), random.Random(SEED)
    print(f"seed {SEED}")
    seen = set()

    async def body(ctx):
        bursts: list[int] = []  # beats left of each read burst under way
        for _ in range(2000):
            ar, ar_ready, r_ready, aw, aw_ready, w, w_ready = (rng.random() < 0.5 for _ in range(7))
            r = bool(bursts) and rng.random() < 0.5
            last = r and bursts[0] == 1
            for name, value in {
                "arvalid": ar, "arready": ar_ready, "rvalid": r, "rready": r_ready, "rlast": last,
                "awvalid": aw, "awready": aw_ready, "wvalid": w, "wready": w_ready,
            }.items():  # fmt: skip
                ctx.set(getattr(dut, name), value)
            expected = {
                "read_command": ar and not ar_ready,
                "read_data": bool(bursts) and not r,
                "read_room": r and not r_ready,
                "write_command": aw and not aw_ready,
                "write_data": w and not w_ready,
            }
            for name, value in expected.items():
                assert ctx.get(dut.waits[name]) == value, name
                seen.add((name, value))
            await ctx.tick()
            if r and r_ready:
                bursts[0] -= 1
                if last:
                    del bursts[0]
            if ar and ar_ready:
                bursts.append(rng.randint(1, 4))
        assert len(seen) == 10

    sim = simulator(dut)
    sim.add_clock(1e-6)
    sim.add_testbench(body)
    sim.run()
