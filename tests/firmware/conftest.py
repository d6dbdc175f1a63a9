"""Runs a program on the golden model: what the kernel and lowering tests share."""

import numpy as np
import pytest

from tinyneuron.lower.coded import Coded
from tinyneuron.lower.unroll import unrolled
from tinyneuron.runtime.dtypes import numpy_dtype
from tinyneuron_hw.config import INSTRUCTION_BYTES
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.codec import decode
from tinyneuron_sim.backend import open_backend
from tinyneuron_sim.loader import load_and_start

UNIT = {DType.BF16: 2.0**-8, DType.FP16: 2.0**-11, DType.FP32: 2.0**-24}
"""Half a unit in the last place, relative."""


def execute(program, inputs, *, seed=0, runs=1):
    """Outputs by name, after ``runs`` runs on one core; races and uninitialised reads raise."""
    addresses, at = {}, 0
    for spec in program.tensors:
        # Odd gaps: nothing may depend on tensors being aligned to more than their elements.
        addresses[spec.name] = at = -(-at // 4) * 4 + 4
        at += spec.nbytes
    code = program.relocated(addresses)
    streams = {
        stream: [raw[i : i + INSTRUCTION_BYTES] for i in range(0, len(raw), INSTRUCTION_BYTES)]
        for stream, raw in code.items()
    }
    with open_backend("golden", program.config, schedule_seed=seed) as backend:
        for spec in program.of_kind("input"):
            array = np.ascontiguousarray(inputs[spec.name])
            assert (array.shape, array.dtype) == (spec.shape, numpy_dtype(spec.dtype))
            backend.memory_write(addresses[spec.name], array.tobytes())
        for name, data in program.constants.items():
            backend.memory_write(addresses[name], data)
        for _ in range(runs):
            load_and_start(backend, streams, -(-at // 4096) * 4096)
            assert backend.run(1 << 40).event == "done"
        return {
            spec.name: np.frombuffer(
                backend.memory_read(addresses[spec.name], spec.nbytes), numpy_dtype(spec.dtype)
            ).reshape(spec.shape)
            for spec in program.of_kind("output")
        }


def tolerance(exact, magnitude, roundings, dtype):
    """Largest error of a sum: ``roundings`` FP32 roundings of partial sums below ``magnitude`` (the
    sum of absolute values), then one rounding to ``dtype`` (whose subnormals end at 2**-24)."""
    inner = magnitude * roundings * UNIT[DType.FP32] * 1.01
    return inner + (np.abs(exact) + inner) * UNIT[dtype] + 2.0**-25


def instructions_that_run(program, stream):
    """Opcode and fields of each instruction of a stream without branches, as often as it runs."""
    code = (decode(raw) for raw in program.streams[stream])
    return list(unrolled([Coded(item.opcode, item.fields) for item in code]))


@pytest.fixture
def run_golden():
    return execute


@pytest.fixture
def error_bound():
    return tolerance


@pytest.fixture
def what_runs():
    return instructions_that_run
