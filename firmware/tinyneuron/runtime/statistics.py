"""Where the cycles of a run went, from the core's counters."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Group
from rich.table import Table

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.isa.opcodes import Stream
from tinyneuron_hw.isa.waits import (
    BANK_CAUSES,
    BUS_WAITS,
    ENGINE_WAITS,
    PSUM_PORTS,
    SBUF_PORTS,
    STREAM_STATES,
    WAITS,
)

from .model import RunResult

__all__ = ["Engine", "Port", "Statistics", "statistics", "table"]

_MEMORY = {
    "row_hits": "memory accesses to an open row",
    "row_misses": "memory accesses to a row opened for them",
    "refreshes": "memory refreshes",
    "corrected": "memory errors corrected",
}
_ENGINES = ("tensor", "vector", "scalar", "dma")
_BANKS = {"sbuf": SBUF_PORTS, "psum": PSUM_PORTS}


@dataclass(frozen=True)
class Engine:
    """``busy``: cycles in which an engine had an instruction under way (``dma``: any of them).
    ``instructions`` are those its stream retired, control instructions among them; None of DMA,
    whose transfers several streams start."""

    busy: int
    share: float
    instructions: int | None


@dataclass(frozen=True)
class Port:
    """``bytes`` moved; ``share`` of what the memory moves in as many cycles, reads and writes
    together."""

    bytes: int
    share: float


@dataclass(frozen=True)
class Statistics:
    """``array``: cycles in which a row of the moving operand entered the array.

    ``sbuf_conflicts``, ``psum_conflicts``: requests that waited a cycle because another one had
    the bank. ``idle``: cycles in which no engine was busy; at least so many.
    """

    cycles: int
    engines: dict[str, Engine]
    array: int
    array_share: float
    ports: dict[str, Port]
    sbuf_conflicts: int
    psum_conflicts: int
    memory: dict[str, int]
    """What happened in device memory; see ``isa.csr.COUNTERS``."""
    idle: int
    streams: dict[str, dict[str, int]]
    """Stream -> cycles in each of ``isa.waits.STREAM_STATES`` and, the rest of them, ``halted``."""
    banks: dict[str, dict[str, dict[str, int]]]
    """``sbuf`` and ``psum``: port -> cause -> cycles a request of the port waited."""
    waits: dict[str, int]
    """The other counters of waiting: ``isa.waits.ENGINE_WAITS`` and ``BUS_WAITS``."""

    def to_json(self) -> dict[str, Any]:
        """A plain object for ``json.dumps``."""
        return asdict(self)


def statistics(result: RunResult, config: CoreConfig) -> Statistics:
    """What the counters of a run say.

    Raises
    ------
    ValueError
        The target has no time (golden), or the counters of waiting were not read.
    """
    counters, cycles = result.counters, result.cycles
    if cycles is None:
        raise ValueError("golden counts no cycles: statistics need another target")
    if not WAITS.keys() <= counters.keys():
        raise ValueError("the run did not read the counters of waiting: waits=True")
    whole = max(cycles, 1)
    engines = {
        name: Engine(
            busy=counters[f"{name}_busy"],
            share=counters[f"{name}_busy"] / whole,
            instructions=counters.get(f"{name}_instructions"),
        )
        for name in _ENGINES
    }
    limits = {"dma_read": config.memory_bytes, "dma_write": config.memory_bytes,
              "fetch": config.axi_bytes}  # fmt: skip
    moved = {name: counters[f"{name}_bytes"] for name in limits}
    return Statistics(
        cycles=cycles,
        engines=engines,
        array=counters["tensor_moving"],
        array_share=counters["tensor_moving"] / whole,
        ports={name: Port(moved[name], moved[name] / (limits[name] * whole)) for name in limits},
        sbuf_conflicts=counters["sbuf_conflicts"],
        psum_conflicts=counters["psum_conflicts"],
        memory={name: counters[f"memory_{name}"] for name in _MEMORY},
        idle=max(0, cycles - sum(engine.busy for engine in engines.values())),
        streams={stream.name.lower(): _stream(counters, stream, cycles) for stream in Stream},
        banks={
            memory: {
                port: {c: counters[f"{memory}_{port}_waits_{c}"] for c in BANK_CAUSES}
                for port in ports
            }
            for memory, ports in _BANKS.items()
        },
        waits={name: counters[name] for name in (*ENGINE_WAITS, *BUS_WAITS)},
    )


def _stream(counters: dict[str, int], stream: Stream, cycles: int) -> dict[str, int]:
    states = {state: counters[f"{stream.name.lower()}_{state}"] for state in STREAM_STATES}
    return {**states, "halted": cycles - sum(states.values())}


def table(found: Statistics) -> Group:
    """The same for people; what did not happen is left out of all but the first table."""
    return Group(_summary(found), _streams(found), _waits(found))


def _streams(found: Statistics) -> Table:
    shown = Table(title=f"what the streams did in {found.cycles:,} cycles")
    shown.add_column("each cycle")
    for name in found.streams:
        shown.add_column(name, justify="right")
    for state in (*STREAM_STATES, "halted"):
        cycles = [states[state] for states in found.streams.values()]
        if any(cycles):
            shown.add_row(state.replace("_", " for ", 1), *(f"{count:,}" for count in cycles))
    shown.add_row("in all", *(f"{sum(s.values()):,}" for s in found.streams.values()))
    return shown


def _waits(found: Statistics) -> Table:
    shown = Table(title="what waited for what")
    for heading in ("who", "because"):
        shown.add_column(heading)
    shown.add_column("cycles", justify="right")
    for memory, ports in found.banks.items():
        for port, causes in ports.items():
            for cause, count in causes.items():
                if count:
                    who = f"{memory.upper()}: {port.replace('_', ' ')}"
                    shown.add_row(who, BANK_CAUSES[cause], f"{count:,}")
    for name, meaning in (ENGINE_WAITS | BUS_WAITS).items():
        if found.waits[name]:
            who = name.partition("_waits_")[0].replace("_", " ")
            shown.add_row(who, meaning, f"{found.waits[name]:,}")
    return shown


def _summary(found: Statistics) -> Table:
    shown = Table(title=f"where {found.cycles:,} cycles went")
    shown.add_column("what")
    for heading in ("cycles or bytes", "share", "instructions"):
        shown.add_column(heading, justify="right")
    for name, engine in found.engines.items():
        count = "" if engine.instructions is None else f"{engine.instructions:,}"
        shown.add_row(f"{name} busy", f"{engine.busy:,}", f"{engine.share:.1%}", count)
    shown.add_row("rows into the array", f"{found.array:,}", f"{found.array_share:.1%}", "")
    shown.add_row("no engine busy, at least", f"{found.idle:,}", f"{found.idle / found.cycles:.1%}",
                  "")  # fmt: skip
    for name, port in found.ports.items():
        shown.add_row(f"{name.replace('_', ' ')} bytes", f"{port.bytes:,}", f"{port.share:.1%}", "")
    shown.add_row("waits for an SBUF bank", f"{found.sbuf_conflicts:,}", "", "")
    shown.add_row("waits for a PSUM bank", f"{found.psum_conflicts:,}", "", "")
    for name, count in found.memory.items():
        shown.add_row(_MEMORY[name], f"{count:,}", "", "")
    return shown
