"""Moves data that lies scattered in device memory: a list of buffers, and a ring of descriptors
that the host fills when it knows the addresses."""

from __future__ import annotations

import argparse

import numpy as np

import tinyneuron as tn
from tinyneuron.program.assembler import assemble
from tinyneuron.program.rings import list_bytes, ring_bytes
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.codec import encode
from tinyneuron_hw.isa.opcodes import Opcode

SEED = 5
BUFFERS, ROWS, ROW = 12, 6, 40
POOL, TOTAL = 4096, 700
TEXT = f"""
.config CONFIG
.tensor pool input uint8 {POOL}
.tensor list input uint8 {16 * BUFFERS}
.tensor ring input uint8 {128 * 8}
.tensor joined output uint8 {TOTAL}
.tensor rows output uint8 {ROWS * ROW}
.stream sync
# the buffers of the list, one behind the other
dma_copy src=list.uint8[list+0x0, 0x{BUFFERS}] dst=dev.uint8[joined+0x0, 1x{TOTAL}] queue=0 \
round_mode=nearest_even update(s0 += 1)
# six of the ring's eight entries, from the fifth on
dma_ring ring=ring[ring+0x0, 5+{ROWS}, 8] queue=1 update(s0 += 1)
nop wait(s0 >= 2)
halt
"""


def scatter(rng: np.random.Generator) -> list[tuple[int, int]]:
    """(offset in the pool, size) of buffers of any size, ``TOTAL`` bytes in all."""
    ends = np.sort(rng.choice(np.arange(1, TOTAL), BUFFERS - 1, replace=False))
    sizes = np.diff([0, *ends, TOTAL])
    return [(int(rng.integers(0, POOL - size)), int(size)) for size in sizes]


def copy(source: int, target: int) -> bytes:
    """A descriptor: a row from anywhere to its place."""
    dims = [{"stride": 1, "size": ROW}]
    return encode(
        Opcode.DMA_COPY,
        src={"dtype": DType.UINT8, "address": source, "dims": dims},
        dst={"dtype": DType.UINT8, "address": target, "dims": dims},
    )


def main() -> None:
    """Run on each target and compare with NumPy."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", default="tiny")
    parser.add_argument("--targets", nargs="+", default=["golden", "verilator"])
    options = parser.parse_args()

    rng = np.random.default_rng(SEED)
    pool = rng.integers(0, 256, POOL, dtype=np.uint8)
    buffers, places = scatter(rng), rng.integers(0, POOL - ROW, ROWS)
    expected = np.concatenate([pool[at : at + size] for at, size in buffers])
    program = assemble(TEXT.replace("CONFIG", options.config))
    for target in options.targets:
        with tn.open_device(target, options.config) as device:
            model = device.load(program)
            base, out = model.address("pool"), model.address("rows")
            rows = [copy(base + int(at), out + ROW * i) for i, at in enumerate(places)]
            result = model.run({
                "pool": pool,
                "list": list_bytes([(base + at, size) for at, size in buffers]),
                "ring": ring_bytes(rows, entries=8, first=5),
            })  # fmt: skip
        np.testing.assert_array_equal(result.outputs["joined"], expected)
        for i, at in enumerate(places):
            row = result.outputs["rows"][ROW * i : ROW * (i + 1)]
            np.testing.assert_array_equal(row, pool[at : at + ROW])
        cycles = "" if result.cycles is None else f", {result.cycles:,} cycles"
        print(f"{target}: equals NumPy in every byte{cycles}")


if __name__ == "__main__":
    main()
