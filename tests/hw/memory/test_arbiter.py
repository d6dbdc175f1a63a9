"""The arbiter never grants one bank twice, keeps priority, and starves nobody."""

import gc
import random

import pytest

from tinyneuron_hw.memory.arbiter import PATIENCE, BankArbiter


def drive(tools, dut, requests, cycles, reserved=lambda cycle: 0):
    """Keeps every requester asking: ``requests(r)`` gives its next banks, 0 for an idle cycle.
    Returns per requester the cycles it waited for each grant."""
    waits = [[] for _ in range(dut._requesters)]

    async def bench(ctx):
        wanted, waited = [0] * len(waits), [0] * len(waits)
        for cycle in range(cycles):
            for r, banks in enumerate(wanted):
                wanted[r] = banks or requests(r)
                ctx.set(dut.wanted[r], wanted[r])
            closed = reserved(cycle)
            ctx.set(dut.reserved, closed)
            ctx.set(dut.valid, sum(bool(banks) << r for r, banks in enumerate(wanted)))
            _, _, ready = await ctx.tick().sample(dut.ready)
            taken = closed
            for r, banks in enumerate(wanted):
                if banks and ready >> r & 1:
                    assert not taken & banks, "a bank was granted twice"
                    taken |= banks
                    waits[r].append(waited[r])
                    wanted[r] = waited[r] = 0
                elif banks:
                    waited[r] += 1

    tools.run(dut, bench, deadline=cycles + 10)
    return waits


def test_lower_numbers_go_first(memory_test):
    dut = BankArbiter(3, 8)

    async def bench(ctx):
        for r, banks in enumerate((0b0001, 0b0011, 0b0110)):
            ctx.set(dut.wanted[r], banks)
        for valid, ready in ((0b111, 0b001), (0b110, 0b010), (0b100, 0b100), (0b101, 0b101)):
            ctx.set(dut.valid, valid)
            assert ctx.get(dut.ready) & valid == ready
        ctx.set(dut.reserved, 0b0100)
        assert ctx.get(dut.ready) & 0b101 == 0b001

    memory_test.run(dut, bench, deadline=20)


@pytest.mark.parametrize("requesters", [2, 5, 8])
def test_nobody_starves_on_one_bank(memory_test, requesters):
    waits = drive(memory_test, BankArbiter(requesters, 8), lambda r: 1, 300)
    for r, mine in enumerate(waits):
        assert mine, f"requester {r} never served"
        assert max(mine) <= PATIENCE + requesters


def test_the_cause_of_every_wait(memory_test):
    """Priority first, then after 8 cycles age; a reserved bank whatever else is there."""
    dut = BankArbiter(3, 8)

    async def bench(ctx):
        for r, banks in enumerate((0b01, 0b01, 0b10)):
            ctx.set(dut.wanted[r], banks)
        ctx.set(dut.valid, 0b111)
        seen = []
        for cycle in range(2 * (PATIENCE + 1)):
            ctx.set(dut.reserved, 0b10 if cycle < 3 else 0)
            waits = [ctx.get(dut.waits[r]) for r in range(3)]
            ready = ctx.get(dut.ready)
            for r, wait in enumerate(waits):
                causes = [name for name in ("priority", "age", "reserved") if wait[name]]
                assert len(causes) == (not ready >> r & 1)
                seen += [(cycle, r, causes[0])] if causes else []
            await ctx.tick()
        ctx.set(dut.valid, 0)
        assert not any(ctx.get(dut.waits[r].as_value()) for r in range(3))
        expected = [(cycle, 2, "reserved") for cycle in range(3)]
        for first in (0, PATIENCE + 1):
            expected += [(cycle, 1, "priority") for cycle in range(first, first + PATIENCE)]
            expected.append((first + PATIENCE, 0, "age"))
        assert sorted(seen) == sorted(expected)

    memory_test.run(dut, bench, deadline=40)


def test_random_banks(memory_test):
    rng = random.Random(9)
    groups = [0b11, 0b1100, 0b110000, 0b11000000]

    def requests(r):
        if rng.random() < 0.3:
            return 0
        return rng.choice(groups) if r == 2 else 1 << rng.randrange(8)

    waits = drive(memory_test, BankArbiter(5, 8), requests, 800,
                  lambda cycle: 1 << rng.randrange(8))  # fmt: skip
    assert sum(map(len, waits)) > 1500
    averages = [sum(mine) / len(mine) for mine in waits]
    assert averages[0] < averages[4]


@pytest.mark.filterwarnings("ignore::amaranth.hdl.UnusedElaboratable")
def test_too_many_requesters():
    with pytest.raises(ValueError, match="from 1 to 8, not 9"):
        BankArbiter(9, 8)
    gc.collect()  # the unused component warns when it goes
