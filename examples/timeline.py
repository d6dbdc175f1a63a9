"""Runs a matrix multiplication on the RTL and writes what every engine did as a timeline."""

from __future__ import annotations

import argparse
from pathlib import Path

import ml_dtypes
import numpy as np

import tinyneuron as tn
from tinyneuron.kernels import matmul
from tinyneuron.program.timeline import write_timeline

SEED = 3


def main() -> None:
    """Run, write the timeline, and print who was busy how long."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", default="tiny")
    parser.add_argument("--target", default="verilator")
    parser.add_argument("--size", type=int, default=48, help="M, K and N")
    parser.add_argument("--out", type=Path, default=Path("timeline.json"))
    options = parser.parse_args()

    size = options.size
    program = matmul.build(options.config, m=size, k=size, n=size, dtype="bf16")
    rng = np.random.default_rng(SEED)
    inputs = {
        name: rng.standard_normal((size, size)).astype(ml_dtypes.bfloat16)
        for name in ("lhsT", "rhs")
    }
    with tn.open_device(options.target, options.config) as device:
        result = device.load(program).run(inputs, trace=True)
    write_timeline(options.out, program, result.trace)

    if result.cycles is not None:
        print(f"{result.cycles:,} cycles, of which busy:")
        for engine in ("tensor", "vector", "scalar", "dma"):
            share = result.counters[f"{engine}_busy"] / result.cycles
            print(f"  {engine:<7}{share:6.1%}  {'#' * round(50 * share)}")
    print(f"{len(result.trace):,} events in {options.out}")
    print("open it at https://ui.perfetto.dev (nothing is uploaded) or chrome://tracing")


if __name__ == "__main__":
    main()
