"""The unit follows the values through its three cycles; one value in each, no gap between jobs."""

import random

import numpy as np
import pytest

from tinyneuron_hw.vector.eight import EIGHT_LATENCY, EightUnit
from tinyneuron_sim.rtl.levelized import simulator

SPECIALS = [0x0000_0000, 0x8000_0000, 0x7F80_0000, 0xFF80_0000, 0x7FC0_0000, 0xFFA0_0001,
            0x0000_0001, 0x8000_0001, 0x7F7F_FFFF, 0xFF7F_FFFF, 0x3F80_0000,
            0xBF80_0000]  # fmt: skip
NONE = 0xFFFF_FFFF


def run(steps):
    """Results by step number of ``(value, merge_zeros, insert, act)``, where taken."""
    dut = EightUnit()
    results = {}

    async def bench(ctx):
        for cycle in range(len(steps) + EIGHT_LATENCY):
            for delay, apply in enumerate((enter, insert, act)):
                number = cycle - delay
                apply(ctx, dut, steps[number] if 0 <= number < len(steps) else (0, 0, {}, {}))
            number = cycle - EIGHT_LATENCY
            if number >= 0 and ctx.get(dut.take):
                results[number] = ctx.get(dut.result)
            await ctx.tick()

    sim = simulator(dut)
    sim.add_clock(1e-6)
    sim.add_testbench(bench)
    sim.run()
    return results


def enter(ctx, dut, step):
    ctx.set(dut.value, step[0])
    ctx.set(dut.merge_zeros, step[1])


def insert(ctx, dut, step):
    ctx.set(dut.insert, {"insert": 0, "force": 0, **step[2]})


def act(ctx, dut, step):
    fields = ("clear", "search", "index", "replace", "immediate", "emit", "emit_index", "slot")
    ctx.set(dut.act, {**dict.fromkeys(fields, 0), **step[3]})


def max8_steps(values):
    steps = [(value, 0, {"insert": 1, "force": 0xFF << min(n, 8) & 0xFF}, {})
             for n, value in enumerate(values)]  # fmt: skip
    return steps + [(0, 0, {}, {"emit": 1, "slot": k}) for k in range(8)]


def load_steps(wanted):
    return [(value, 1, {"insert": 1, "force": 0xFF}, {"clear": 1}) for value in wanted]


def find_steps(values, wanted):
    steps = [(value, 1, {}, {"search": 1, "index": n}) for n, value in enumerate(values)]
    emits = [(0, 0, {}, {"emit_index": 1, "slot": 7 - k}) for k in range(8)]
    return load_steps(wanted) + steps + emits


def replace_steps(values, wanted, immediate):
    return load_steps(wanted) + [
        (value, 1, {}, {"search": 1, "replace": 1, "immediate": immediate}) for value in values
    ]


def order(bits):
    """A key in the order of the values; all NaNs are one."""
    value = float(np.uint32(bits).view(np.float32))
    if np.isnan(value):
        return (1, 0.0, 0)
    return (0, value, 0 if bits == 0x8000_0000 else 1)


def number(bits):
    """What is equal as a number."""
    value = float(np.uint32(bits).view(np.float32))
    return "nan" if np.isnan(value) else value


def canonical(bits):
    return 0x7FC0_0000 if order(bits)[0] else bits


def find(values, wanted):
    """Positions, an occurrence for each one that is wanted."""
    free, found = list(range(len(values))), []
    for bits in wanted:
        hits = [n for n in free if number(values[n]) == number(bits)]
        found.append(hits[0] if hits else NONE)
        free = [n for n in free if n != found[-1]]
    return found


def random_values(rng, count):
    kind = rng.choice(["special", "few", "any"])
    draw = {"special": lambda: rng.choice(SPECIALS), "any": lambda: rng.getrandbits(32),
            "few": lambda: 0x4000_0000 + rng.randrange(6)}[kind]  # fmt: skip
    return [draw() for _ in range(count)]


@pytest.mark.parametrize("seed", range(3))
def test_jobs_that_follow_each_other_without_a_gap(seed):
    rng = random.Random(seed)
    steps, expected = [], {}
    for _ in range(25):
        values = random_values(rng, rng.randint(8, 30))
        wanted = [rng.choice(values + SPECIALS[:2]) for _ in range(8)]
        kind = rng.choice(["max8", "find", "replace"])
        if kind == "max8":
            new = max8_steps(values)
            results = [canonical(v) for v in sorted(values, key=order, reverse=True)[:8]]
            places = range(len(new) - 8, len(new))
        elif kind == "find":
            new, results = find_steps(values, wanted), find(values, wanted)
            places = range(len(new) - 8, len(new))
        else:
            new = replace_steps(values, wanted, 0x1234_5678)
            places = [8 + n for n in find(values, wanted) if n != NONE]
            results = [0x1234_5678] * len(places)
        expected |= {len(steps) + p: r for p, r in zip(places, results, strict=True)}
        steps += new
    assert run(steps) == expected


def test_each_of_the_largest_is_found_in_a_place_of_its_own():
    values = [0x8000_0000, 0, 0x7FC0_0000, 0xFFA0_0001, 0xFF80_0000, 0, 0x8000_0000, 0xBF80_0000]
    results = run(max8_steps(values))
    largest = [results[k] for k in sorted(results)]
    assert largest == [0x7FC0_0000, 0x7FC0_0000, 0, 0, 0x8000_0000, 0x8000_0000,
                       0xBF80_0000, 0xFF80_0000]  # fmt: skip
    found = run(find_steps(values, largest))
    assert list(found.values()) == [2, 3, 0, 1, 5, 6, 7, 4]


def test_the_highest_index():
    last = (1 << 14) - 1
    steps = load_steps([0x3F80_0000] * 8) + [
        (0x3F80_0000, 1, {}, {"search": 1, "index": last}),
        (0, 0, {}, {"emit_index": 1, "slot": 7}), (0, 0, {}, {"emit_index": 1, "slot": 6}),
    ]  # fmt: skip
    assert list(run(steps).values()) == [last, NONE]
