"""Any bits as operands, and what the targets make of them."""

from __future__ import annotations

import numpy as np

from tinyneuron.program.program import Program
from tinyneuron.runtime.dtypes import numpy_dtype
from tinyneuron_hw.formats import FORMATS

__all__ = ["any_bits", "require_goldens_bytes"]


def any_bits(program: Program, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Inputs of any bit patterns: infinities, NaNs and subnormals among them."""
    inputs = {}
    for spec in program.of_kind("input"):
        raw = rng.integers(0, 256, (*spec.shape, FORMATS[spec.dtype].bytes), np.uint8)
        inputs[spec.name] = raw.view(numpy_dtype(spec.dtype))[..., 0]
    return inputs


def require_goldens_bytes(
    device, config: str, program: Program, inputs: dict[str, np.ndarray]
) -> np.ndarray:
    """The output of a program, of which Verilator must give every byte that golden gives."""
    outputs = {}
    for target in ("golden", "verilator"):
        model = device(target, config).load(program)
        outputs[target] = model.run(inputs).outputs["out"]
        model.unload()
    assert outputs["verilator"].tobytes() == outputs["golden"].tobytes()
    return outputs["golden"]
