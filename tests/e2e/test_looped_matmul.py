"""A matmul as hardware loops on the RTL: golden's bytes, in the time of the unrolled one."""

from __future__ import annotations

import numpy as np
import pytest

from tinyneuron.bench.kernels import operand
from tinyneuron.kernels import looped_matmul, matmul
from tinyneuron_hw.config import get_config

SEED = 7


def run(device, target: str, config: str, program):
    rng = np.random.default_rng(SEED)
    inputs = {spec.name: operand(rng, spec.shape, "bf16") for spec in program.of_kind("input")}
    model = device(target, get_config(config)).load(program)
    result = model.run(inputs)
    model.unload()
    return result


@pytest.mark.parametrize("size", [(128, 128, 128), (256, 64, 128)])
def test_takes_the_time_of_the_unrolled_one(device, size):
    """At most 1 % more cycles."""
    looped, unrolled = (kernel.build("tiny", *size) for kernel in (looped_matmul, matmul))
    found = run(device, "verilator", "tiny", looped)
    other = run(device, "verilator", "tiny", unrolled)
    expected = run(device, "golden", "tiny", looped)
    assert found.outputs["out"].tobytes() == expected.outputs["out"].tobytes()
    assert found.outputs["out"].tobytes() == other.outputs["out"].tobytes()
    print(found.cycles, other.cycles)
    assert found.cycles <= 1.01 * other.cycles


@pytest.mark.parametrize("size", [(37, 41, 70), (1, 1, 1), (32, 12, 64)])
def test_edges_equal_golden(device, size):
    program = looped_matmul.build("tiny", *size, relu=True)
    outputs = [run(device, target, "tiny", program).outputs["out"].tobytes()
               for target in ("verilator", "golden")]  # fmt: skip
    assert outputs[0] == outputs[1]
