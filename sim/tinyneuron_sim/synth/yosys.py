"""Runs Yosys on a script, in a process of its own."""

from __future__ import annotations

import importlib.metadata
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..rtl.tools import BuildError, require_package

__all__ = ["Step", "run_yosys", "yosys_version"]

_DRIVER = """\
import json, sys
from pyosys import libyosys
design = libyosys.Design()
for label, command in json.load(sys.stdin):
    print("@", label, file=sys.stderr, flush=True)
    libyosys.run_pass(command, design)
"""
"""Yosys ends the process at an error, so it does not run in ours."""


@dataclass(frozen=True)
class Step:
    """One Yosys command and what the user reads meanwhile."""

    label: str
    command: str


def yosys_version() -> str:
    """Version of the ``pyosys`` package.

    Raises
    ------
    MissingToolError
        It is not installed.
    """
    require_package("pyosys")
    return importlib.metadata.version("pyosys")


def run_yosys(steps: list[Step], folder: Path, say: Callable[[str], None]) -> str:
    """Runs the commands in ``folder`` and returns what Yosys printed; ``say`` gets each label.

    Raises
    ------
    MissingToolError
        ``pyosys`` is not installed.
    BuildError
        A command failed; carries Yosys' message.
    """
    require_package("pyosys")
    log = folder / "yosys.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", _DRIVER], cwd=folder, text=True,
            stdin=subprocess.PIPE, stdout=output, stderr=subprocess.PIPE,
        )  # fmt: skip
        assert process.stdin is not None
        assert process.stderr is not None
        errors: list[str] = []
        try:
            with process.stdin as script:
                json.dump([(step.label, step.command) for step in steps], script)
            for line in process.stderr:
                say(line[2:].strip()) if line.startswith("@ ") else errors.append(line.strip())
            status = process.wait()
        except BaseException:
            process.kill()
            process.wait()
            raise
        finally:
            process.stderr.close()
    if status:
        message = next((line for line in errors if line.startswith("ERROR:")), "".join(errors[-1:]))
        raise BuildError(f"Yosys failed with code {status}: {message}")
    return log.read_text()
