"""Compiles emitted Verilog and the C++ harness into a shared library with Verilator."""

from __future__ import annotations

import dataclasses
import importlib.metadata
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from amaranth.lib import data

from tinyneuron_hw.config import HOST_BASE, CoreConfig
from tinyneuron_hw.ecc import columns
from tinyneuron_hw.hbm.address import AddressMap
from tinyneuron_hw.hbm.ports import RowCommand
from tinyneuron_hw.hbm.timing import POSTPONED, timing_of
from tinyneuron_hw.sequencer.ports import TraceEvent
from tinyneuron_hw.verilog import VerilogDesign

from . import sharing
from .cache import cache_folder, cached, digest
from .probes import control_text
from .tools import BuildError, require, require_header, verilator_root
from .wrapper import WRAPPER_MODULE, wrapper_text

__all__ = ["FLAGS", "MAKE", "build_chip", "verilate"]

_HARNESS = ("harness.cpp", "memory_channels.h", "memory_device.h")
FLAGS = (
    "-O3", "--x-assign", "fast", "--x-initial", "fast", "--no-assert", "--no-timing",
    "--output-split", "100000", "--output-split-cfuncs", "2000", "-Wno-fatal", "-Wno-lint",
)  # fmt: skip
"""Large files: the compiler takes half a second to begin one, and with 20,000 a file ``default``
was a fifth more work."""
_WAVEFORM_FLAGS = ("--trace-fst", "--trace-structs", "--trace-max-width", "1024")
_COLLECT_LESS = "--param ggc-min-expand=400 --param ggc-min-heapsize=500000"
"""A tenth of the compiler's time went into collecting garbage that fits in memory (0.5 GB)."""
MAKE = (
    f"OPT_FAST=-O2 {_COLLECT_LESS}", f"OPT_SLOW=-O0 {_COLLECT_LESS}", "OPT_GLOBAL=-O2",
    "CFG_CXXFLAGS_PCH_I=-include",
)  # fmt: skip
"""Variables for the makefile of a model. -O2 takes a quarter longer than -O1 and simulates a
twentieth faster, more where other work keeps the caches busy. The wheel's makefile leaves the last
one empty, which breaks precompiled headers."""

_LINK = "-shared -Wl,-Bsymbolic"
"""Calls between the model's own functions go straight to them. Through the table of what another
library might replace, ``default`` was a tenth slower."""


def build_chip(design: VerilogDesign, config: CoreConfig, *, waveform: bool = False) -> Path:
    """The shared library of a chip (ports as ``Chip``'s) and the harness.

    Parameters
    ----------
    waveform:
        Whether it can write FST waveforms; such a build is slower, and keeps every signal.

    Raises
    ------
    MissingToolError
        Verilator, g++, make or (for a waveform) liblz4's header is not installed.
    BuildError
        Verilator or the compiler failed.
    """
    here = Path(__file__).parent
    sources = {name: (here / name).read_text() for name in _HARNESS}
    sources["harness_config.h"] = _harness_config(config)
    sources["probes.vlt"] = control_text()
    flags = [*FLAGS, *(_WAVEFORM_FLAGS if waveform else ())]
    defines = "-DTN_WAVEFORM" if waveform else ""
    if waveform:
        require_header("lz4.h")
    label = f"compiling the Verilator model of {design.top}, config {config.name}"
    files = {f"{WRAPPER_MODULE}.v": wrapper_text(config, design.top), **design.files}
    design = dataclasses.replace(design, top=WRAPPER_MODULE, files=files)
    return verilate(design, sources, flags, defines=defines, label=label, shared=not waveform)


def verilate(
    design: VerilogDesign, sources: dict[str, str], flags: list[str], *, label: str,
    defines: str = "", shared: bool = False,
) -> Path:  # fmt: skip
    """Runs Verilator with ``--prefix Vmodel`` and compiles the model with the C++ ``sources`` into
    a shared library, or finds the one made before from the same input. A ``*.vlt`` among them is
    a control file. With ``shared``, repeated logic is compiled once (:mod:`.sharing`)."""
    version = importlib.metadata.version("verilator")
    parts = [version, _processor(), design.top, defines, _LINK, *flags, *MAKE]
    for name, text in [*design.files.items(), *sources.items()]:
        parts += [name, text]
    if shared:
        parts += [path.read_text() for path in sorted(Path(sharing.__file__).parent.glob("*.py"))]

    def make(folder: Path) -> None:
        require("g++", "make", "perl")
        root = verilator_root()
        work = folder / "work"
        work.mkdir()
        verilog = (sharing.share_logic(design) if shared else design).write(work)
        for name, text in sources.items():
            (work / name).write_text(text)
        command = [str(root / "bin" / "verilator_bin"), "--cc", "--exe", "--prefix", "Vmodel",
                   "--top-module", design.top, "-Mdir", "obj", "-o", "model.so", *flags,
                   "-CFLAGS", f"-fPIC -march=native -std=c++20 -I.. {defines}",
                   "-LDFLAGS", _LINK,
                   *(name for name in sources if name.endswith(".vlt")),
                   *(path.name for path in verilog),
                   *(f"../{name}" for name in sources if name.endswith(".cpp"))]  # fmt: skip
        _run(command, work, root)
        runtime = cache_folder() / "runtime" / digest([version, defines, *flags, *MAKE])
        if runtime.is_dir():  # Verilator's own library: the same in every model
            for path in runtime.iterdir():
                shutil.copy(path, work / "obj")
        jobs = str(len(os.sched_getaffinity(0)))
        tools = (f"PYTHON3={sys.executable}", "PERL=perl")
        _run(["make", "-j", jobs, "-f", "Vmodel.mk", *tools, *MAKE], work / "obj", root)
        _keep_runtime(work / "obj", runtime)
        (work / "obj" / "model.so").rename(folder / "model.so")
        shutil.rmtree(work)

    return cached("verilator", digest(parts), make, label=label) / "model.so"


def _keep_runtime(objects: Path, runtime: Path) -> None:
    def make(folder: Path) -> None:
        for path in objects.glob("verilated*.o"):
            shutil.copy(path, folder)

    cached(runtime.parent.name, runtime.name, make, label="keeping Verilator's library")


def _processor() -> str:
    """What ``-march=native`` depends on; a library built on another processor may not run here."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    return next((line for line in lines if line.startswith(("flags", "Features"))),
                platform.processor())  # fmt: skip


def _run(command: list[str], folder: Path, root: Path) -> None:
    environment = {**os.environ, "VERILATOR_ROOT": str(root)}
    for name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS"):  # of a make that runs us
        environment.pop(name, None)
    result = subprocess.run(command, cwd=folder, env=environment, text=True, check=False,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # fmt: skip
    if result.returncode:
        tail = "\n".join(result.stdout.strip().splitlines()[-12:])
        raise BuildError(f"{Path(command[0]).name} failed with code {result.returncode}:\n{tail}")


def _harness_config(config: CoreConfig) -> str:
    """The generated header: what the memory is, and offset and width of each field of a trace
    event."""
    fixed = config.memory == "fixed"
    defines = _fixed_defines(config) if fixed else _channels_defines(config)
    if config.host_memory_bytes:
        defines |= {"HOST_BASE": f"{HOST_BASE}ull", "HOST_BYTES": config.memory_bytes,
                    "HOST_LATENCY": config.memory_latency}  # fmt: skip
    defines["WRAPPER"] = f'"{WRAPPER_MODULE}"'
    for name, field in data.Layout.cast(TraceEvent):
        defines[f"TRACE_{str(name).upper()}"] = f"{field.offset}, {field.width}"
    lines = ["#pragma once"]
    lines += [f"#define TN_{name} {value}" for name, value in defines.items()]
    return "\n".join(lines) + "\n"


def _fixed_defines(config: CoreConfig) -> dict[str, object]:
    return {
        "MEMORY_FIXED": 1,
        "MEMORY_BYTES": config.memory_bytes,
        "DEVICE_ARGUMENTS": config.memory_latency,
    }


def _channels_defines(config: CoreConfig) -> dict[str, object]:
    places, timing = AddressMap(config), dataclasses.asdict(timing_of(config))
    defines: dict[str, object] = {
        "DEVICE_ARGUMENTS": "",
        "ACCESS_BYTES": config.access_bytes,
        "CHANNELS": config.memory_channels,
        "TURNAROUND": timing.pop("turnaround"),
        "POSTPONED": POSTPONED,
        "PER_BANK": int(timing.pop("per_bank")),
        "CHECK_COLUMNS": _braces(columns(64)),
        "ROW_PATTERNS": _braces(places.row_patterns),
        "COLUMN_PATTERNS": _braces(places.column_patterns),
        "BANK_PATTERNS": _braces(places.bank_patterns),
        **{command.name: command.value for command in RowCommand},
    }
    defines |= {f"T{name.upper()}": value for name, value in timing.items() if name != "row_bytes"}
    for name in ("channel", "column", "bank", "row"):
        defines[f"{name.upper()}_BITS"] = getattr(places, f"{name}_bits")
    return defines


def _braces(values: Iterable[int]) -> str:
    return "{" + ", ".join(map(str, values)) + "}"
