"""A matmul and a convolution on the ``core`` top through its AXI ports, on two simulators.

The runtime runs the program on the golden model; what it writes, and what the model leaves in
memory, is the scenario the bench in ``bench_core.py`` plays on the RTL.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tinyneuron.kernels import conv2d, matmul
from tinyneuron.runtime.device import Device
from tinyneuron.runtime.dtypes import numpy_dtype
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.csr import Csr

from .config import CONFIG
from .recorder import Recorder

SEED = 20


def bf16(rng: np.random.Generator, *shape: int) -> np.ndarray:
    return rng.standard_normal(shape).astype(numpy_dtype(DType.BF16))


def matmul_case():
    rng = np.random.default_rng(SEED)
    program = matmul.build(CONFIG, m=6, k=9, n=11, dtype="bf16")
    return program, {"lhsT": bf16(rng, 9, 6), "rhs": bf16(rng, 9, 11)}


def conv2d_case():
    rng = np.random.default_rng(SEED)
    program = conv2d.build(CONFIG, n=1, h=6, w=7, cin=3, cout=5, kernel=3, stride=1, pad=1,
                           dilation=1, groups=1, dtype="bf16")  # fmt: skip
    return program, {"image": bf16(rng, 1, 3, 6, 7), "weights": bf16(rng, 3, 3, 3, 5)}


CASES = {"matmul": matmul_case, "conv2d": conv2d_case}


@pytest.fixture(scope="session")
def scenario(tmp_path_factory):
    """``scenario(case)`` is the JSON file of a case."""

    def write(case: str) -> Path:
        program, inputs = CASES[case]()
        recorder = Recorder(CONFIG)
        Device(recorder).load(program).run(inputs)
        assert recorder.registers[-1][0] == Csr.CONTROL
        path = tmp_path_factory.mktemp(case) / "scenario.json"
        facts = {
            "seed": SEED,
            "memory_bytes": CONFIG.device_memory_bytes,
            "dma_ports": CONFIG.dma_ports,
            "memory": recorder.memory,
            "registers": recorder.registers,
            "expected": recorder.expected,
            "instructions": sum(map(len, program.streams.values())) // 2,
        }
        path.write_text(json.dumps(facts))
        return path

    return write


@pytest.mark.parametrize("case", CASES)
def test_program_through_the_axi_ports(play, scenario, case):
    play("bench_core", scenario(case))
