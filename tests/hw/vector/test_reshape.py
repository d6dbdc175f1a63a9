import random

import numpy as np
import pytest
from amaranth.hdl import ResetInserter, Signal

from tinyneuron_hw.config import get_config
from tinyneuron_hw.isa.rules_reshape import pack_mask
from tinyneuron_hw.vector.reshape import Reshape
from tinyneuron_sim.rtl.levelized import simulator

TINY, DEFAULT = get_config("tiny"), get_config("default")
WIDE, LARGE = get_config("tiny").with_changes(partitions=32), get_config("inferentia2")
CONFIGS = [TINY, DEFAULT, WIDE, LARGE]


class Job:
    """One instruction: elements uint32[partitions, count] in, and what must come out."""

    def __init__(self, config, rng, *, transposes, partitions, count, entries=None):
        quadrant = config.quadrant
        self.transposes, self.rows = transposes, min(partitions, quadrant)
        self.mask = 0
        values = rng.integers(0, 1 << 32, (partitions, count), dtype=np.uint64)
        self.elements = np.zeros((config.partitions, count), np.uint64)
        self.elements[:partitions] = values
        if transposes:
            blocks = -(-count // quadrant)
            padded = np.zeros((config.partitions, blocks * quadrant), np.uint64)
            padded[:, :count] = self.elements
            cubes = padded.reshape(4, quadrant, blocks, quadrant).transpose(0, 3, 2, 1)
            self.results = cubes[..., : self.rows].reshape(config.partitions, -1)
            self.defined = min(count, quadrant)
        else:
            entries = entries or [int(rng.integers(quadrant)) for _ in range(quadrant)]
            self.mask = pack_mask(entries)
            sources = [p // quadrant * quadrant + entries[p % quadrant]
                       for p in range(config.partitions)]  # fmt: skip
            self.results, self.defined = self.elements[sources], quadrant


def run(config, jobs, *, seed=0, stall=0.0, gap=0.0, reset_at=None):
    """Cycles of the elements taken and of the results; every result is compared."""
    dut, reset = Reshape(config), Signal()
    rng = random.Random(seed)
    inputs = [(job, n) for job in jobs for n in range(job.elements.shape[1])]
    outputs = [(job, n) for job in jobs for n in range(job.results.shape[1])]
    taken, given = [], []

    async def bench(ctx):
        if reset_at is not None:
            await drive(ctx, reset_at)
            ctx.set(reset, 1)
            ctx.set(dut.element, 0)
            await ctx.tick()
            ctx.set(reset, 0)
            taken.clear()
            given.clear()
        await drive(ctx, 50 + 6 * (len(inputs) + len(outputs)))
        assert len(given) == len(outputs)
        assert not ctx.get(dut.busy)

    async def drive(ctx, cycles):
        for cycle in range(cycles):
            job, n = inputs[len(taken)] if len(taken) < len(inputs) else (jobs[-1], -1)
            # The engine keeps the next instruction back while this one's results are to come.
            starts = n == 0 and given != outputs and ctx.get(dut.busy)
            offered = n >= 0 and not starts and rng.random() >= gap
            ctx.set(dut.element, offered)
            ctx.set(dut.last, n == job.elements.shape[1] - 1)
            ctx.set(dut.transposes, job.transposes)
            ctx.set(dut.rows, job.rows)
            ctx.set(dut.mask, job.mask)
            for lane in range(config.partitions):
                ctx.set(dut.lanes[lane], int(job.elements[lane, n]))
            ctx.set(dut.advance, advance := rng.random() >= stall)
            if advance and ctx.get(dut.valid):
                compare(ctx, *outputs[len(given)])
                given.append(cycle)
            if advance and offered and ctx.get(dut.ready):
                taken.append(cycle)
            await ctx.tick()
            if len(given) == len(outputs):
                ctx.set(dut.element, 0)
                ctx.set(dut.advance, 1)
                await ctx.tick()
                return

    def compare(ctx, job, n):
        quadrant = config.quadrant
        for lane in range(config.partitions):
            if lane % quadrant < job.defined:
                assert ctx.get(dut.result[lane]) == int(job.results[lane, n]), (lane, n)
        assert ctx.get(dut.result_last) == (n == job.results.shape[1] - 1)

    sim = simulator(ResetInserter(reset)(dut))
    sim.add_clock(1e-6)
    sim.add_testbench(bench)
    sim.run()
    return taken, given


def some_jobs(config, seed, number):
    rng, quadrant = np.random.default_rng(seed), config.quadrant
    jobs = []
    for kind in rng.integers(3, size=number):
        if kind == 0:
            job = {"transposes": 0, "partitions": config.partitions,
                   "count": int(rng.integers(1, 9))}  # fmt: skip
        elif kind == 1:
            job = {"transposes": 1, "partitions": quadrant * int(rng.integers(1, 5)),
                   "count": quadrant * int(rng.integers(1, 4))}  # fmt: skip
        else:
            rows, columns = (int(n) for n in rng.integers(1, quadrant + 1, 2))
            job = {"transposes": 1, "partitions": rows, "count": columns}
        jobs.append(Job(config, rng, **job))
    return jobs


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: f"quadrant{config.quadrant}")
def test_moves_what_the_instructions_say(config):
    number = {1: 12, 4: 12, 8: 5, 32: 3}[config.quadrant]
    run(config, some_jobs(config, config.quadrant, number))


def test_back_pressure_and_gaps():
    run(DEFAULT, some_jobs(DEFAULT, 7, 14), seed=1, stall=0.4, gap=0.3)


def test_each_source_of_a_mask():
    rng = np.random.default_rng(3)
    for shift in range(4):
        entries = [(i + shift) % 4 for i in range(4)]
        run(DEFAULT, [Job(DEFAULT, rng, transposes=0, partitions=16, count=3, entries=entries)])


@pytest.mark.parametrize("transposes", [0, 1])
def test_one_element_in_each_cycle(transposes):
    rng = np.random.default_rng(4)
    job = Job(DEFAULT, rng, transposes=transposes, partitions=16, count=40)
    taken, given = run(DEFAULT, [job])
    assert taken == list(range(40))
    first = 5 if transposes else 1
    assert given == list(range(first, first + 40))


def test_survives_reset_with_half_a_block():
    run(DEFAULT, [Job(DEFAULT, np.random.default_rng(5), transposes=1, partitions=16, count=12)],
        reset_at=7)  # fmt: skip
