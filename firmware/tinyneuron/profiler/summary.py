"""The figures of a profile that are sums: engines, floors, rooflines, waiting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.isa.opcodes import Opcode, Stream
from tinyneuron_hw.isa.waits import BANK_CAUSES, BUS_WAITS, ENGINE_WAITS, STREAM_STATES, WAITS
from tinyneuron_sim.backend import DMA_SOURCE

from ..runtime.model import RunResult
from .profile import Engine, Point, Slice, Stall
from .work import total

__all__ = ["engines", "floors", "points", "stalls", "streams"]

_ENGINES = ("tensor", "vector", "scalar")


def floors(
    config: CoreConfig, slices: Sequence[Slice], counters: Mapping[str, int]
) -> dict[str, int]:
    """Cycles that each part takes at least, without any start-up.

    The Tensor engine loads matrices while it multiplies, so the longer one of both counts. Device
    memory moves ``memory_bytes`` in a cycle, each way at most what the DMA ports take.
    """
    found = {
        name: sum(item.work.cycles for item in slices if item.source == source)
        for source, name in enumerate(_ENGINES)
    }
    multiplying = sum(item.work.cycles for item in slices if item.work.macs)
    found["tensor"] = max(multiplying, found["tensor"] - multiplying)
    moved = total(item.work for item in slices)
    ports = config.dma_ports * config.axi_bytes
    found["memory"] = max(
        _ceil(moved.read + moved.written, config.memory_bytes),
        _ceil(moved.read, ports),
        _ceil(moved.written, ports),
    )
    found["fetch"] = _ceil(counters.get("fetch_bytes", 0), config.axi_bytes)
    return found


def engines(result: RunResult, least: Mapping[str, int]) -> dict[str, Engine]:
    """The engines, and DMA as a whole."""
    counters, cycles = result.counters, max(1, result.cycles or 0)
    return {
        name: Engine(
            busy=counters[f"{name}_busy"],
            share=counters[f"{name}_busy"] / cycles,
            floor=least["memory" if name == "dma" else name],
            instructions=counters.get(f"{name}_instructions"),
        )
        for name in (*_ENGINES, "dma")
    }


def points(
    config: CoreConfig, slices: Sequence[Slice], used: Mapping[str, Engine], cycles: int,
    macs_per_pe: float,
) -> dict[str, Point]:  # fmt: skip
    """Each engine that did something in the roofline plot: MACs of the Tensor engine, elements of
    the others."""
    whole = total(item.work for item in slices)
    moved = whole.read + whole.written
    done = {
        name: total(item.work for item in slices if item.source == source)
        for source, name in enumerate(_ENGINES)
    }
    counts = {"tensor": done["tensor"].macs, "vector": done["vector"].elements,
              "scalar": done["scalar"].elements}  # fmt: skip
    roofs = {"tensor": config.macs_per_cycle * macs_per_pe, "vector": float(config.partitions),
             "scalar": float(config.partitions)}  # fmt: skip
    return {
        name: Point(
            unit="MACs" if name == "tensor" else "elements",
            operations=count,
            intensity=count / moved if moved else None,
            rate=count / max(1, cycles),
            busy_rate=count / max(1, used[name].busy),
            roof=roofs[name],
        )
        for name, count in counts.items()
        if count
    }


def streams(result: RunResult) -> dict[str, dict[str, int]]:
    """Stream -> state of ``isa.waits`` -> cycles; the rest is ``halted``. Empty if they were not
    counted."""
    counters, cycles = result.counters, result.cycles or 0
    if not WAITS.keys() <= counters.keys():
        return {}
    found = {}
    for stream in Stream:
        name = stream.name.lower()
        states = {state: counters[f"{name}_{state}"] for state in STREAM_STATES}
        found[name] = {**states, "halted": cycles - sum(states.values())}
    return found


def stalls(result: RunResult) -> list[Stall]:
    """What waited for what, the most cycles first."""
    counters, cycles = result.counters, max(1, result.cycles or 0)
    found = []
    for name, meaning in WAITS.items():
        who, waits, cause = name.partition("_waits_")
        count = counters.get(name, 0)
        if not waits or not count:
            continue
        if name in ENGINE_WAITS or name in BUS_WAITS:
            text = f"{who} engine" if name in ENGINE_WAITS else who
        elif cause in BANK_CAUSES:
            memory, _, port = who.partition("_")
            text = f"{memory.upper()} {port}"
        else:
            text = f"{who} stream"
        found.append(Stall(text.replace("_", " "), meaning, count, count / cycles))
    return sorted(found, key=lambda stall: -stall.cycles)


def _ceil(count: int, per_cycle: int) -> int:
    return -(-count // per_cycle)
