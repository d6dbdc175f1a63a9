"""The figures of a profile that are sums: engines, floors, rooflines, waiting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.isa.opcodes import Stream
from tinyneuron_hw.isa.waits import BANK_CAUSES, BUS_WAITS, ENGINE_WAITS, STREAM_STATES, WAITS

from ..runtime.model import RunResult
from .data import Engine, Point, Slice, Stall
from .work import total

__all__ = ["bandwidth", "engines", "floors", "points", "stalls", "streams"]

_ENGINES = ("tensor", "vector", "scalar")


def floors(
    config: CoreConfig, slices: Sequence[Slice], counters: Mapping[str, int]
) -> dict[str, int]:
    """Cycles that each part takes at least, without any start-up.

    The Tensor engine loads matrices while it multiplies, so the longer one of both counts. Data and
    code share device memory.
    """
    found = {
        name: sum(item.work.cycles for item in slices if item.source == source)
        for source, name in enumerate(_ENGINES)
    }
    multiplying = sum(item.work.cycles for item in slices if item.work.macs)
    found["tensor"] = max(multiplying, found["tensor"] - multiplying)
    code = counters.get("fetch_bytes", 0)
    found["memory"] = _ceil(_moved(slices) + code, bandwidth(config))
    found["fetch"] = _ceil(code, config.axi_bytes)
    return found


def bandwidth(config: CoreConfig) -> int:
    """Bytes that device memory moves in a cycle, both ways together: of fixed latency it takes a
    beat a cycle, otherwise all its channels work."""
    return config.axi_bytes if config.memory == "fixed" else config.memory_bytes


def engines(
    config: CoreConfig, result: RunResult, slices: Sequence[Slice], least: Mapping[str, int]
) -> dict[str, Engine]:
    """The engines, and DMA as a whole, whose floor is that of the data."""
    counters, cycles = result.counters, max(1, result.cycles or 0)
    data = _ceil(_moved(slices), bandwidth(config))
    return {
        name: Engine(
            busy=counters[f"{name}_busy"],
            share=counters[f"{name}_busy"] / cycles,
            floor=least.get(name, data),
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
    moved = _moved(slices)
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


def _moved(slices: Sequence[Slice]) -> int:
    """Bytes of data to and from device memory."""
    whole = total(item.work for item in slices)
    return whole.read + whole.written


def _ceil(count: int, per_cycle: int) -> int:
    return -(-count // per_cycle)
