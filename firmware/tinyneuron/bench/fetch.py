"""What instruction fetch costs: a program whose code lies in device memory, as always, against the
same program with its code in a memory that answers at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console

from tinyneuron_hw.config import HOST_BASE, CoreConfig, get_config
from tinyneuron_sim.loader import PAGE

from ..runtime.device import RunResult, open_device
from ..runtime.errors import TinyneuronError
from .report import Work
from .suite import select

__all__ = ["Fetch", "bench_fetch", "immediate"]


@dataclass(frozen=True)
class Fetch:
    """A program's cycles with its code in device memory, and with code that is there at once."""

    name: str
    config: str
    instructions: int
    cycles: int
    cycles_at_once: int
    same: bool
    """Whether both runs gave the same bytes."""

    @property
    def cost(self) -> float:
        """The share of cycles that fetching adds; below 0 where it happens to save some."""
        return self.cycles / self.cycles_at_once - 1

    def to_json(self) -> dict[str, Any]:
        """A plain object for ``json.dumps``."""
        return asdict(self) | {"cost": self.cost}


def immediate(config: CoreConfig, code_bytes: int) -> CoreConfig:
    """``config`` with a host memory for so much code, which answers a fetch in the next cycle; it
    has a port of its own, so no transfer is in the way."""
    pages = -(-code_bytes // PAGE) * PAGE
    return config.with_changes(
        name=f"{config.name},host_memory_bytes={pages},memory_latency=1",
        host_memory_bytes=pages, memory_latency=1,
    )  # fmt: skip


def bench_fetch(target: str, names: Sequence[str]) -> list[Fetch]:
    """Runs benchmarks both ways.

    Raises
    ------
    TinyneuronError
        The target has no clock, a benchmark's memory has a fixed latency (which would change too),
        or a name is unknown.
    """
    if target == "golden":
        raise TinyneuronError("bench fetch: target 'golden' has no clock; use verilator")
    chosen = select(names)
    for item in chosen:
        if get_config(item.config).memory == "fixed":
            raise TinyneuronError(
                f"bench fetch: {item.key} has memory 'fixed', whose latency is that of fetches too"
            )
    works = [(item.config, item.work()) for item in chosen]
    # One size for all, so that each configuration is built once.
    size = max(sum(map(_bytes_of, work.program.streams.values())) for _, work in works)
    results = []
    with Console(stderr=True).status("") as status:
        for number, (name, work) in enumerate(works, 1):
            status.update(f"{number} of {len(works)}: {work.name}/{name}")
            results.append(_both(work, get_config(name), target, size))
    return results


def _both(work: Work, config: CoreConfig, target: str, code_bytes: int) -> Fetch:
    usual = _run(work, config, target, None)
    at_once = _run(work, immediate(config, code_bytes), target, HOST_BASE)
    outputs = (usual.outputs, at_once.outputs)
    # No target is golden.
    assert usual.cycles is not None
    assert at_once.cycles is not None
    return Fetch(
        name=work.name,
        config=config.name,
        instructions=work.program.instruction_count,
        cycles=usual.cycles,
        cycles_at_once=at_once.cycles,
        same=all(outputs[0][name].tobytes() == outputs[1][name].tobytes() for name in outputs[0]),
    )


def _run(work: Work, config: CoreConfig, target: str, code_address: int | None) -> RunResult:
    with open_device(target, config) as device:
        return device.load(work.program, code_address=code_address).run(work.inputs)


def _bytes_of(instructions: list[bytes]) -> int:
    return -(-sum(map(len, instructions)) // PAGE) * PAGE
