"""Cycles from one matrix instruction to the next, on the whole core: max(N, 8) and no bubble."""

from __future__ import annotations

import ml_dtypes
import numpy as np
import pytest

from tinyneuron.bench.pairs import pairs
from tinyneuron.bench.report import measure
from tinyneuron.program.assembler import assemble
from tinyneuron_hw.config import get_config

BYTES = 8192
SOURCE = """\
.config default
.tensor a input bf16 16x{elements}
.stream sync
    dma_load dst=sbuf.bf16[0+16, 0, 1x{elements}] src=dev.bf16[a+0x0, 2x{all}] queue=0 \
round_mode=nearest_even update(s0 += 1)
    halt
.stream tensor
    nop wait(s0 >= 1)
{body}
    halt
"""
LOAD = """\
    load_stationary src=sbuf.bf16[0+16, {at}, 1x16] column_start=0 transpose=0 exponent_bias=0
"""
MULTIPLY = """\
    multiply_moving src=sbuf.bf16[0+16, {at}, 1x{n}] dst=psum.fp32[0+16, {to}, 1x{n}] \
accumulate={accumulate} transpose=0 exponent_bias=0
"""
PASS, PASSES = 12, 4
COUNT = PASS * PASSES


def starts(device, n: int, *, swaps: bool, accumulate: int, step: int = 16) -> list[int]:
    """Cycles in which the multiplies start, each behind a load of its own matrix with ``swaps``;
    from one to the next their operands move on by ``step`` bytes."""
    # Sums that are added to must have been written.
    body = LOAD.format(at=0)
    body += "".join(MULTIPLY.format(at=0, n=n, to=4 * n * i, accumulate=0) for i in range(4))
    # A loop that is fetched once: this is about the engine, not about device memory.
    body += (f"    loop counter=0 counter_enable=0 count={PASSES} start=0 step=1 "
             f"body={PASS * (1 + swaps)}\n")  # fmt: skip
    for i in range(PASS):
        if swaps:
            body += LOAD.format(at=32 * (i % 64))
        body += MULTIPLY.format(at=4096 + step * i, n=n, to=4 * n * (i % 4), accumulate=accumulate)
    elements = BYTES // 2
    text = SOURCE.format(elements=elements, all=16 * elements, body=body)
    model = device("verilator", "default").load(assemble(text))
    a = np.ones((16, elements), ml_dtypes.bfloat16)
    trace = model.run({"a": a}, trace=True).trace
    multiplies = {7 + (1 + swaps) * i + swaps for i in range(PASS)}
    return [event.cycle for event in trace
            if event.source == 0 and event.kind == "start" and event.pc in multiplies]  # fmt: skip


@pytest.mark.parametrize("n", [1, 7, 8, 16, 40])
@pytest.mark.parametrize("swaps", [False, True], ids=["shared", "swapped"])
@pytest.mark.parametrize("accumulate", [0, 1])
def test_multiplies_start_every_n_or_8_cycles(device, n, swaps, accumulate):
    cycles = starts(device, n, swaps=swaps, accumulate=accumulate)
    assert len(cycles) == COUNT
    half = COUNT // 2
    assert cycles[-1] - cycles[half - 1] <= half * max(n, 8)


@pytest.mark.parametrize(("n", "step"), [(8, 2), (40, 2), (9, 16), (33, 16)])
def test_an_operand_that_begins_or_ends_inside_a_line_makes_no_bubble(device, n, step):
    cycles = starts(device, n, swaps=False, accumulate=0, step=step)
    half = COUNT // 2
    assert cycles[-1] - cycles[half - 1] == half * n


def test_a_load_and_a_multiply_of_one_column_in_a_loop_take_seven_cycles():
    result = measure(pairs(get_config("default"), passes=40), "verilator")
    assert result.bit_exact
    assert result.counters["tensor_busy"] <= 7 * 320 + 150
