"""Names of what a debugger reads inside a running chip, without a cycle passing.

A probe is a signal or a row of a memory: the scope is the path of Verilog instances below the chip,
``core.sequencers.semaphores``. Every target finds it there: Verilator because
:func:`control_text` keeps it visible, Icarus by VPI, Amaranth's simulator in the elaborated design.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tinyneuron_hw.config import SBUF_BANKS, CoreConfig
from tinyneuron_hw.isa.opcodes import Space, Stream

__all__ = ["CYCLE", "SEMAPHORES", "SEMAPHORES_WRITTEN", "Line", "Probe", "control_text", "ended",
           "lines", "position", "registers", "registers_written",
           "transfer_ended"]  # fmt: skip

_SEQUENCERS = "core.sequencers"
_MERGE = f"{_SEQUENCERS}.trace_merge"


class Probe(NamedTuple):
    """A signal, or row ``row`` of a memory."""

    scope: str
    name: str
    row: int = 0


CYCLE = Probe(_MERGE, "cycle")
"""Cycles since START."""
SEMAPHORES = Probe(f"{_SEQUENCERS}.semaphores", "storage")
SEMAPHORES_WRITTEN = Probe(f"{_SEQUENCERS}.semaphores", "written")
"""A bit a semaphore: those that are 0 read 0 whatever the memory holds."""
_LINE_BYTES = 16
_WORD_BYTES = 4
_VISIBLE = (
    ("sequencer_registers", "storage"), ("sequencer_registers", "written"),
    ("*_sequencers_semaphores", "storage"), ("*_sequencers_semaphores", "written"),
    ("*_sequencers", "positions__*"),
    *(("*_sequencers_trace_merge", name) for name in (
        "cycle", "ends__*__valid", "ends__*__pc", "dma__*__valid", "dma__*__payload")),
    ("tn_sbuf_memory", "memory"), ("tn_psum_memory", "memory"),
)  # fmt: skip


def control_text() -> str:
    """Verilator's control file that keeps the probes."""
    lines = ["`verilator_config"]
    lines += [f'public_flat_rd -module "{module}" -var "{name}"' for module, name in _VISIBLE]
    return "\n".join(lines) + "\n"


def position(stream: Stream) -> Probe:
    """Where a stream is, as the register of :func:`.csr.position_address`, but of now."""
    return Probe(_SEQUENCERS, f"positions__{stream.value}")


def ended(stream: Stream) -> tuple[Probe, Probe]:
    """Whether an instruction of a stream ends in this cycle, and its index."""
    name = f"ends__{stream.value}__"
    return Probe(_MERGE, f"{name}valid"), Probe(_MERGE, f"{name}pc")


def transfer_ended(engine: int) -> tuple[Probe, Probe]:
    """Whether a DMA engine has a trace event in this cycle, and the event."""
    return Probe(_MERGE, f"dma__{engine}__valid"), Probe(_MERGE, f"dma__{engine}__payload")


def registers(stream: Stream) -> Probe:
    """The first of a stream's registers."""
    return Probe(f"{_SEQUENCERS}.{stream.name.lower()}.block.registers", "storage")


def registers_written(stream: Stream) -> Probe:
    """A bit a register, as :data:`SEMAPHORES_WRITTEN`."""
    return registers(stream)._replace(name="written")


class Line(NamedTuple):
    """A row of a bank: the bytes of a partition from ``offset`` on."""

    probe: Probe
    offset: int
    size: int
    unit: int
    """Bits in which ``step`` bytes are kept; those above the data are check bits."""
    step: int

    def data(self, value: int) -> bytes:
        """The bytes in a row's bits."""
        mask = (1 << 8 * self.step) - 1
        return b"".join(
            (value >> self.unit * part & mask).to_bytes(self.step, "little")
            for part in range(self.size // self.step)
        )


def lines(config: CoreConfig, space: Space, partition: int, offset: int, size: int
          ) -> Iterator[Line]:  # fmt: skip
    """The rows that hold bytes [offset, offset + size) of a partition, in order."""
    if space is Space.SBUF:
        unit, step = (72, 8) if config.ecc else (128, 16)
        width = _LINE_BYTES
    else:
        unit, step = (13, 1) if config.ecc else (32, 4)
        width = _WORD_BYTES
    for number in range(offset // width, -(-(offset + size) // width)):
        if space is Space.SBUF:
            row, bank = divmod(number, SBUF_BANKS)
        else:
            bank, row = divmod(number, config.psum_bank_words)
        scope = f"core.{space.name.lower()}.bank{bank}.block.partition{partition}"
        yield Line(Probe(scope, "memory", row), number * width, width, unit, step)
