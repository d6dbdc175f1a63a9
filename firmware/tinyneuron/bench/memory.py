"""Bandwidth of device memory: one transfer of each kind, as a share of what the pins move."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from tinyneuron_hw.config import CoreConfig
from tinyneuron_sim.trace.timeline import DMA_SOURCE

from .. import nki
from ..nki import isa as nisa
from ..nki import language as nl
from ..runtime.device import open_device
from ..runtime.errors import TinyneuronError

__all__ = ["TRANSFERS", "Bandwidth", "bench_memory", "to_json"]

_STRIDE = 4096
"""Bytes from one row to the next of the transfers that are not contiguous."""
TRANSFERS = tuple((way, row) for row in (0, 512, 64) for way in ("load", "store"))
"""Direction, and bytes of a row; 0: contiguous."""


@dataclass(frozen=True)
class Bandwidth:
    """One transfer. ``cycles`` are those from its start to its end on the trace port, the latency
    of memory included."""

    transfer: str
    bytes: int
    cycles: int
    share: float
    """Of the bytes that the memory's pins move in those cycles."""
    right: bool


def _copy(x: nl.Tensor, loads: int, stores: int, size: int) -> nl.Tensor:
    """Device memory to SBUF in rows of ``loads`` bytes, and back in rows of ``stores``."""
    rows, row = x.shape[0], loads or stores
    tile = nl.ndarray((rows, size // row, row) if row else (rows, size), "uint8")
    nisa.dma_copy(tile, x[:, :, :row] if loads else x)
    shape = (rows, size // row, _STRIDE) if stores else tile.shape
    out = nl.ndarray(shape, "uint8", buffer=nl.shared_hbm, name="out")
    nisa.dma_copy(out[:, :, :row] if stores else out, tile)
    return out


def bench_memory(config: CoreConfig, target: str) -> list[Bandwidth]:
    """Loads and stores half of SBUF in each of :data:`TRANSFERS`.

    Raises
    ------
    TinyneuronError
        The target has no clock.
    """
    if target == "golden":
        raise TinyneuronError("bench memory: target 'golden' has no clock; use verilator")
    return [_measure(config, target, way, row) for way, row in TRANSFERS]


def _measure(config: CoreConfig, target: str, way: str, row: int) -> Bandwidth:
    size, loads = config.sbuf_partition_bytes // 2, way == "load"
    pieces = (size // row, row) if row else (size,)
    dense = np.random.default_rng(row).integers(0, 256, (config.partitions, *pieces), np.uint8)
    x = dense
    if row and loads:
        x = np.zeros((*dense.shape[:2], _STRIDE), np.uint8)
        x[:, :, :row] = dense
    options = {"loads": row if loads else 0, "stores": 0 if loads else row, "size": size}
    program = nki.compile(_copy, config, {"x": nki.TensorArg(x.shape, "uint8"), **options})
    with open_device(target, config) as device:
        result = device.load(program).run({"x": x})
        events = device.backend.trace_events()
    out = result.outputs["out"]
    out = out[:, :, :row] if row and not loads else out
    # The two transfers run one after the other.
    moves = [event for event in events if event.source >= DMA_SOURCE]
    starts = [event.cycle for event in moves if event.kind == "start"]
    ends = [event.cycle for event in moves if event.kind == "end"]
    cycles = sorted(ends)[not loads] - sorted(starts)[not loads]
    return Bandwidth(
        transfer=f"{way}, {f'rows of {row} bytes' if row else 'contiguous'}",
        bytes=dense.size,
        cycles=cycles,
        share=dense.size / (config.memory_bytes * cycles),
        right=bool((out.reshape(dense.shape) == dense).all()),
    )


def to_json(results: list[Bandwidth]) -> list[dict[str, Any]]:
    """Plain objects for ``json.dumps``."""
    return [asdict(item) for item in results]
