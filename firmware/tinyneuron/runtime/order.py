"""Whether a program's semaphores order what it does."""

from __future__ import annotations

from collections.abc import Iterable

from tinyneuron_hw.config import INSTRUCTION_BYTES
from tinyneuron_sim.golden.backend import GoldenBackend
from tinyneuron_sim.golden.schedules import rehearse_schedules

from ..program.program import Program

__all__ = ["check_order"]

_ALIGNMENT = 64
_PAGE = 4096
_WORD = 4


def check_order(program: Program, seeds: Iterable[int] = range(8), *, runs: int = 1) -> None:
    """Rehearses a program on the golden model: accesses are checked, nothing is computed. A number
    that the program checks when it runs, such as a length, is the largest one that it takes,
    other inputs are 0.

    Parameters
    ----------
    seeds:
        One schedule of the streams and queues each.
    runs:
        How often each schedule runs the program without a reset between.

    Raises
    ------
    GoldenError
        A race, a read of what was never written, a deadlock or a trap; names seed and instructions.
    """
    addresses, end = {}, 0
    for spec in program.tensors:
        addresses[spec.name] = end
        end += -(-spec.nbytes // _ALIGNMENT) * _ALIGNMENT
    streams = {
        stream: [raw[at : at + INSTRUCTION_BYTES] for at in range(0, len(raw), INSTRUCTION_BYTES)]
        for stream, raw in program.relocated(addresses).items()
    }
    lengths = [
        (addresses[item.source.name] + _WORD * item.element, item.high)
        for item in program.all_bounds()
        if item.source is not None
    ]

    def prepare(backend: GoldenBackend) -> None:
        for address, value in lengths:
            backend.memory_write(address, (value & 0xFFFF_FFFF).to_bytes(_WORD, "little"))

    base = -(-end // _PAGE) * _PAGE
    rehearse_schedules(program.config, streams, prepare=prepare, seeds=seeds, runs=runs,
                       base=base)  # fmt: skip
