"""How to find why a kernel is slow: one kernel in four versions, each faster for a reason that the
profile of the version before it gives.

``out = silu(x) * gate`` of two matrices.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import ml_dtypes
import numpy as np

import tinyneuron as tn
from tinyneuron import nki
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron_hw.config import get_config

SEED = 22


def gated(out: nl.Tensor, x: nl.Tensor, gate: nl.Tensor, tiles: list[nl.Tensor]) -> None:
    """Some elements, through two tiles: loads, Scalar engine, Vector engine, store."""
    nisa.dma_copy(tiles[0], x)
    nisa.dma_copy(tiles[1], gate)
    nisa.activation(tiles[0], nl.silu, tiles[0])
    nisa.tensor_tensor(tiles[0], tiles[0], tiles[1], nl.multiply)
    nisa.dma_copy(out, tiles[0])


def new_tiles(shape: tuple[int, int], dtype: nl.DType) -> list[nl.Tensor]:
    """Two tiles of their own."""
    return [nl.ndarray(shape, dtype) for _ in range(2)]


def one_row(x: nl.Tensor, gate: nl.Tensor) -> nl.Tensor:
    """Version 1: a row at a time, as one would in NumPy. Each instruction works in one lane of the
    engines: the Vector engine's floor, two cycles for each element of all, is the highest."""
    out = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
    for row in nl.affine_range(x.shape[0]):
        here = nl.ds(row, 1)
        gated(out[here], x[here], gate[here], new_tiles((1, x.shape[1]), x.dtype))
    return out


def all_lanes(x: nl.Tensor, gate: nl.Tensor) -> nl.Tensor:
    """Version 2: a row in each lane. But all tiles are the same two: the next loads wait until the
    last store has read them, and engines stand still meanwhile."""
    out = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
    lanes = nl.tile_size.pmax
    tiles = new_tiles((lanes, x.shape[1]), x.dtype)
    for first in nl.affine_range(0, x.shape[0], lanes):
        here = nl.ds(first, lanes)
        gated(out[here], x[here], gate[here], tiles)
    return out


def own_tiles(x: nl.Tensor, gate: nl.Tensor) -> nl.Tensor:
    """Version 3: new tiles for each step, so that loads run ahead. Memory is taken again when a
    tile is not needed any more."""
    out = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
    lanes = nl.tile_size.pmax
    for first in nl.affine_range(0, x.shape[0], lanes):
        here = nl.ds(first, lanes)
        gated(out[here], x[here], gate[here], new_tiles((lanes, x.shape[1]), x.dtype))
    return out


VERSIONS: list[tuple[str, Callable[..., nl.Tensor], str]] = [
    ("one_row", one_row, "float32"),
    ("all_lanes", all_lanes, "float32"),
    ("own_tiles", own_tiles, "float32"),
    # Version 4: the floor of version 3 is that of memory, and the run is close to it. No order of
    # instructions helps: fewer bytes do. Tiles are computed in FP32 whatever they are kept in.
    ("fewer_bytes", own_tiles, "bfloat16"),
]


def main() -> None:
    """Profile each version and print what to read in its profile."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", default="tiny")
    parser.add_argument("--tiles", type=int, default=8, help="rows, in tiles of all lanes")
    parser.add_argument("--columns", type=int, default=256)
    parser.add_argument("--out", type=Path, default=Path("profile"), help="folder")
    options = parser.parse_args()

    config = get_config(options.config)
    shape = (options.tiles * config.partitions, options.columns)
    rng = np.random.default_rng(SEED)
    x, gate = (rng.standard_normal(shape).astype(np.float32) for _ in range(2))
    exact = x / (1 + np.exp(-x.astype(np.float64))) * gate
    for name, version, dtype in VERSIONS:
        kind = ml_dtypes.bfloat16 if dtype == "bfloat16" else np.float32
        inputs = {"x": x.astype(kind), "gate": gate.astype(kind)}
        specs = {name: nki.TensorArg(shape, dtype) for name in inputs}
        program = nki.compile(version, config, specs)
        with tn.open_device("golden", config) as device:
            out = device.load(program).run(inputs).outputs["out"]
        error = np.abs(out.astype(np.float64) - exact).max()
        profile = tn.profile(program, inputs)
        print(f"{name}: {profile.cycles:,} cycles, largest error {error:.0e}")
        floors = sorted(profile.floors.items(), key=lambda item: -item[1])
        print("  floors: " + ", ".join(f"{name} {cycles:,}" for name, cycles in floors))
        print("  busy:   " + ", ".join(f"{name} {engine.share:.0%}"
                                       for name, engine in profile.engines.items()))  # fmt: skip
        # A line whose instructions waited long, beside its text.
        line = max(profile.lines, key=lambda line: line.waited)
        print(f"  waited: {line.waited:,} cycles before `{line.text.strip()}`")
        profile.save(options.out, name)
    print(f"the timelines in {options.out}/*.html show the same to the eye")


if __name__ == "__main__":
    main()
