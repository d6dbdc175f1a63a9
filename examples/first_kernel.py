"""Writes a kernel, runs it on the model and on the RTL, and compares both with NumPy.

``out = relu(x * scale + bias)`` with a scale and a bias for each row, for an ``x`` of any size.
"""

from __future__ import annotations

import argparse

import numpy as np

import tinyneuron as tn
from tinyneuron import nki
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl

SEED = 5


@nki.jit
def scale_rows(x: nl.Tensor, scale: nl.Tensor, bias: nl.Tensor) -> nl.Tensor:
    """``x[R, C]``, ``scale[R, 1]``, ``bias[R, 1]``, all FP32 -> ``relu(x * scale + bias)``."""
    rows, columns = x.shape
    out = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
    # An eighth of a partition for each tile, so that several are in flight.
    width = min(columns, nl.tile_size.total_available_sbuf_size // 8 // 4)
    for r in nl.affine_range(0, rows, nl.tile_size.pmax):
        height = min(nl.tile_size.pmax, rows - r)
        scales = nl.ndarray((height, 1), x.dtype)
        biases = nl.ndarray((height, 1), x.dtype)
        nisa.dma_copy(scales, scale[nl.ds(r, height)])
        nisa.dma_copy(biases, bias[nl.ds(r, height)])
        for c in nl.affine_range(0, columns, width):
            place = nl.ds(r, height), nl.ds(c, min(width, columns - c))
            tile = nl.ndarray((height, min(width, columns - c)), x.dtype)
            nisa.dma_copy(tile, x[place])
            nisa.activation(tile, nl.relu, tile, bias=biases, scale=scales)
            nisa.dma_copy(out[place], tile)
    return out


def main() -> None:
    """Compile, run, compare, and say how long it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", default="tiny")
    parser.add_argument("--targets", nargs="+", default=["golden", "verilator"])
    parser.add_argument("--rows", type=int, default=10)
    parser.add_argument("--columns", type=int, default=300)
    options = parser.parse_args()

    rng = np.random.default_rng(SEED)
    shapes = {"x": (options.rows, options.columns)}
    shapes |= dict.fromkeys(("scale", "bias"), (options.rows, 1))
    inputs = {name: rng.standard_normal(s).astype(np.float32) for name, s in shapes.items()}
    specs = {name: nki.TensorArg(shape, "float32") for name, shape in shapes.items()}
    program = nki.compile(scale_rows, options.config, specs)

    # The core rounds the product and the sum, as NumPy does in FP32: the bytes are the same.
    expected = np.maximum(inputs["x"] * inputs["scale"] + inputs["bias"], 0)
    for target in options.targets:
        with tn.open_device(target, options.config) as device:
            result = device.load(program).run(inputs)
        if result.outputs["out"].tobytes() != expected.tobytes():
            raise SystemExit(f"{target}: the result differs from NumPy's")
        time = "" if result.cycles is None else f", {result.cycles:,} cycles"
        print(f"{target}: equals NumPy in every byte{time}")


if __name__ == "__main__":
    main()
