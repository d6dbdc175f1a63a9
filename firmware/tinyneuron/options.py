"""What the commands share: their usual options, and how they print."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from tinyneuron_hw.config import PRESETS
from tinyneuron_hw.isa.csr import COUNTERS
from tinyneuron_hw.isa.waits import WAITS
from tinyneuron_sim.backend import KNOWN_TARGETS

from .files import write_atomically
from .runtime.errors import TinyneuronError

__all__ = ["AsJson", "CommandLineError", "Config", "InputFiles", "JsonFile", "MaxCycles",
           "OwnConfig", "ProgramFile", "Target", "Watchdog", "emit", "print_pairs",
           "write_json"]  # fmt: skip

Target = Annotated[str, typer.Option(help=f"One of: {', '.join(KNOWN_TARGETS)}.")]
Config = Annotated[
    str,
    typer.Option(
        help=f"One of: {', '.join(PRESETS)}; with changes: default,partitions=8,columns=8."
    ),
]
OwnConfig = Annotated[
    str | None, typer.Option("--config", help="Must be the program's own; that is the default.")
]
ProgramFile = Annotated[Path, typer.Argument(help="Compiled program (.tnp).")]
InputFiles = Annotated[
    list[str] | None, typer.Option("--input", help="NAME=FILE.npy, once for each input.")
]
MaxCycles = Annotated[int | None, typer.Option(help="Give up after so many cycles.")]
Watchdog = Annotated[int, typer.Option(help="Cycles without progress before a trap.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
JsonFile = Annotated[Path | None, typer.Option("--out", help="Also write the JSON to a file.")]


class CommandLineError(TinyneuronError):
    """The command line asks for something that cannot be."""


def write_json(result: Any, path: Path | None) -> None:
    """Writes a result to ``path`` if there is one."""
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(result, indent=2) + "\n"
        write_atomically(path, lambda file: file.write(text.encode()))


def emit(result: Any) -> None:
    """Prints a result for machines: one line of JSON."""
    sys.stdout.write(json.dumps(result) + "\n")


def print_pairs(title: str, values: dict[str, Any]) -> None:
    """Prints a result for people: names and values under a title. Counters of waiting are left out:
    `run --stats` has them."""
    table = Table(title=title, show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for key, value in values.items():
        if key == "counters":
            for name in (name for name in COUNTERS if name in value and name not in WAITS):
                table.add_row(name, f"{value[name]:,}")
        elif isinstance(value, float):
            table.add_row(key, f"{value:.4g}")
        elif isinstance(value, dict):
            table.add_row(key, ", ".join(f"{name}={item}" for name, item in value.items()))
        elif isinstance(value, int) and not isinstance(value, bool):
            table.add_row(key, f"{value:,}")
        else:
            table.add_row(key, "-" if value is None else str(value))
    Console().print(table)
