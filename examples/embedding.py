"""Looks rows of a table up by token, on the model and on the RTL, and compares with NumPy.

A DMA engine reads the tokens from SBUF and gathers the rows; a token that is none gives zeros.
"""

from __future__ import annotations

import argparse

import numpy as np

import tinyneuron as tn
from tinyneuron import nki
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl

SEED = 6


@nki.jit
def embed(table: nl.Tensor, tokens: nl.Tensor) -> nl.Tensor:
    """``table[V, D]``, ``tokens[N, 1]`` (int32) -> ``out[N, D]``."""
    width, count = table.shape[1], tokens.shape[0]
    out = nl.ndarray((count, width), table.dtype, buffer=nl.shared_hbm)
    for n in nl.affine_range(0, count, nl.tile_size.pmax):
        height = min(nl.tile_size.pmax, count - n)
        part = nl.ds(n, height)
        index = nl.ndarray((height, 1), tokens.dtype)
        nisa.dma_copy(index, tokens[part])
        rows = nl.ndarray((height, width), table.dtype)
        nisa.memset(rows, 0)
        chosen = table.ap([[width, height], [1, width]], vector_offset=index, indirect_dim=0)
        nisa.dma_copy(rows, chosen, oob_mode=nisa.oob_mode.skip)
        nisa.dma_copy(out[part], rows)
    return out


def main() -> None:
    """Compile, run, compare, and say how long it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", default="tiny")
    parser.add_argument("--targets", nargs="+", default=["golden", "verilator"])
    parser.add_argument("--vocabulary", type=int, default=100)
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--tokens", type=int, default=30)
    options = parser.parse_args()

    rng = np.random.default_rng(SEED)
    table = rng.standard_normal((options.vocabulary, options.width)).astype(np.float32)
    tokens = rng.integers(-1, options.vocabulary, (options.tokens, 1)).astype(np.int32)
    tokens[-1] = -1
    inputs = {"table": table, "tokens": tokens}
    specs = {name: nki.TensorArg(array.shape, array.dtype) for name, array in inputs.items()}
    program = nki.compile(embed, options.config, specs)

    expected = np.where(tokens >= 0, table[tokens[:, 0]], np.float32(0))
    for target in options.targets:
        with tn.open_device(target, options.config) as device:
            result = device.load(program).run(inputs)
        if result.outputs["out"].tobytes() != expected.tobytes():
            raise SystemExit(f"{target}: the result differs from NumPy's")
        time = "" if result.cycles is None else f", {result.cycles:,} cycles"
        print(f"{target}: equals NumPy in every byte{time}")


if __name__ == "__main__":
    main()
