"""The function of a lane, bit for bit as golden's, on tables of any content and on real ones."""

import random

import numpy as np
import pytest

from tinyneuron.tables import standard_table
from tinyneuron_hw.isa.table import HEADER_ROWS, Symmetry
from tinyneuron_hw.scalar.function import FUNCTION_LATENCY, Function
from tinyneuron_sim.golden.table import Table, evaluate
from tinyneuron_sim.rtl.levelized import simulator

from ..float.vectors import SPECIALS, random_fp32


def run_function(rows: list[int], words: np.ndarray) -> np.ndarray:
    """uint32 results of uint32 arguments, one each cycle, with the table of these rows."""
    dut, table, results = Function(), Table.from_rows(rows), []
    inputs = dut.inputs

    async def bench(ctx):
        for number, row in enumerate(rows):
            is_entry = 2 <= number < HEADER_ROWS
            ctx.set(dut.write.data, row)
            ctx.set(dut.write.entries, is_entry)
            ctx.set(dut.write.segment, number >= HEADER_ROWS)
            ctx.set(dut.write.entry_row, number - 2 if is_entry else 0)
            ctx.set(dut.write.row, max(number - HEADER_ROWS, 0))
            await ctx.tick()
        ctx.set(dut.write.entries, 0)
        ctx.set(dut.write.segment, 0)
        known = [symmetry.value for symmetry in Symmetry]
        control = {
            "reduction": table.reduction, "lowest": table.lowest, "force": {"zero": 1},
            "symmetry": Symmetry(table.symmetry if table.symmetry in known else 0),
            "is_shifted": int(table.shift != 0),
        }  # fmt: skip
        for stage in inputs.control:
            ctx.set(stage, control)
        ctx.set(inputs.shift, table.shift & (1 << 64) - 1)
        ctx.set(inputs.step, table.step & (1 << 32) - 1)
        ctx.set(inputs.last, len(rows) - HEADER_ROWS - 1)
        for word, special in zip(inputs.specials, table.specials, strict=True):
            ctx.set(word, int(special))
        for cycle in range(len(words) + FUNCTION_LATENCY):
            if cycle < len(words):
                ctx.set(dut.x, int(words[cycle]))
            if cycle >= FUNCTION_LATENCY:
                results.append(ctx.get(dut.result))
            await ctx.tick()

    sim = simulator(dut)
    sim.add_clock(1e-6)
    sim.add_testbench(bench)
    sim.run()
    return np.array(results, np.uint32)


def assert_same(rows, words) -> None:
    got = run_function(rows, words)
    with np.errstate(all="ignore"):
        wanted = evaluate(Table.from_rows(rows), words.view(np.float32)).view(np.uint32)
    wrong = [f"{words[i]:08x}: got {got[i]:08x}, expected {wanted[i]:08x}"
             for i in np.flatnonzero(got != wanted)]  # fmt: skip
    assert not wrong, f"{len(wrong)} of {len(words)} differ: {wrong[:4]}"


def arguments(seed: int, count: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    near = rng.normal(0, 4, count // 2).astype(np.float32).view(np.uint32)
    return np.concatenate([np.array(SPECIALS, np.uint32), near, random_fp32(rng, count // 2)])


def random_rows(rng: random.Random, segments: int) -> list[int]:
    """Any bits; most often with entries and exponents that lead somewhere."""
    rows = [rng.getrandbits(128) for _ in range(HEADER_ROWS + segments)]
    if rng.random() < 0.8:
        for number in range(2, HEADER_ROWS):
            entries = [
                rng.randrange(segments) | rng.choice([0, 0, 1, 2, 3, 7]) << 8
                | rng.choice([0, 0, 1, 1, 2, 3]) << 11 | rng.randrange(8) << 13
                for _ in range(8)
            ]  # fmt: skip
            rows[number] = sum(entry << 16 * k for k, entry in enumerate(entries))
        rows[0] = rows[0] & ~(0xFF << 4) | (rng.randrange(-5, 3) & 0xFF) << 4
        for number in range(HEADER_ROWS, len(rows)):
            exponent = rng.randrange(-130, 130) & 0x3FF
            rows[number] = rows[number] & ~(0x3FF << 115) | exponent << 115
    return rows


@pytest.mark.parametrize("seed", range(6))
def test_any_table_means_the_same_to_both(seed):
    rng = random.Random(seed)
    assert_same(random_rows(rng, rng.choice([1, 3, 20])), arguments(seed, 120))


@pytest.mark.parametrize(
    "name", ["exp", "log", "rsqrt", "reciprocal", "cos", "gelu_dx", "tanh", "silu"]
)
def test_standard_tables(name):
    assert_same(list(standard_table(name).rows), arguments(7, 160))
