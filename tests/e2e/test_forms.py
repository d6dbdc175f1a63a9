"""The chip's Verilog for an ASIC and for an FPGA against the one that is simulated otherwise."""

from __future__ import annotations

import numpy as np
import pytest

from tinyneuron.kernels import conv2d, matmul
from tinyneuron.runtime.device import open_device
from tinyneuron.runtime.dtypes import numpy_dtype
from tinyneuron_hw.config import get_config
from tinyneuron_hw.formats import DType
from tinyneuron_sim.rtl.source import verilog_of

SEED = 77


@pytest.mark.slow
@pytest.mark.parametrize("form", ["asic", "fpga"])
def test_every_form_gives_the_same_bytes_in_the_same_cycles(device, form):
    config = get_config("tiny")
    print(f"seed {SEED}")
    rng = np.random.default_rng(SEED)
    programs = [
        matmul.build(config, m=37, k=29, n=70, dtype="bf16"),
        matmul.build(config, m=5, k=9, n=3, dtype="fp16"),
        conv2d.build(config, n=1, h=9, w=7, cin=6, cout=5, kernel=3, pad=1),
    ]
    usual = device("verilator", "tiny")
    design = verilog_of(config, "chip", form=form)
    with open_device("verilator", config, design=design) as other:
        for program in programs:
            inputs = {
                spec.name: rng.standard_normal(spec.shape).astype(numpy_dtype(DType(spec.dtype)))
                for spec in program.of_kind("input")
            }
            results = []
            for target in (usual, other):
                model = target.load(program)
                results.append(model.run(inputs))
                model.unload()
            expected, seen = results
            for name, array in expected.outputs.items():
                assert seen.outputs[name].tobytes() == array.tobytes()
            assert seen.cycles == expected.cycles
            assert seen.counters == expected.counters
