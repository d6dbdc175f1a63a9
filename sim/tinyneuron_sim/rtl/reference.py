"""Speed of a frozen design in this Verilator on this machine, to compare other speeds with."""

from __future__ import annotations

import ctypes
import time
from dataclasses import dataclass
from pathlib import Path

from tinyneuron_hw.verilog import VerilogDesign

from .build import FLAGS, verilate
from .tools import BuildError

__all__ = ["ReferenceSpeed", "measure_reference"]


@dataclass(frozen=True)
class ReferenceSpeed:
    """A measurement; ``checksum`` depends on ``cycles`` alone."""

    khz: float
    cycles: int
    checksum: int


def measure_reference(folder: Path, cycles: int = 20_000, *, repeat: int = 3) -> ReferenceSpeed:
    """Builds and runs the Verilog in ``folder`` for ``cycles`` cycles; the best of ``repeat`` runs.

    The folder holds ``*.v``; the top module has the folder's name, and ports ``clk``, ``rst`` and
    ``checksum``. It is built with the flags of the chip.

    Raises
    ------
    MissingToolError, BuildError
        It cannot be built, or there is no Verilog in the folder.
    """
    files = {path.name: path.read_text() for path in sorted(folder.glob("*.v"))}
    if not files:
        raise BuildError(f"no Verilog of a reference design in {folder}")
    design = VerilogDesign(top=folder.name, files=files)
    harness = Path(__file__).parent / "reference_harness.cpp"
    sources = {harness.name: harness.read_text()}
    label = f"compiling the reference design {design.top}"
    library = ctypes.CDLL(str(verilate(design, sources, list(FLAGS), label=label)))
    run = library.tn_reference_run
    run.restype, run.argtypes = ctypes.c_uint64, [ctypes.c_uint64]
    best, checksum = float("inf"), 0
    for _ in range(repeat):
        began = time.perf_counter()
        checksum = run(cycles)
        best = min(best, time.perf_counter() - began)
    return ReferenceSpeed(khz=cycles / best / 1000, cycles=cycles, checksum=checksum)
