"""Fixtures of the hardware tests."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from tinyneuron_sim.rtl.tools import require, verilator_root

# Written by Amaranth and Yosys as a matter of course; none hides a mistake in a design.
_ACCEPTED = (
    "UNUSEDSIGNAL",  # fields of structures and bits of wider results
    "CASEINCOMPLETE",  # a default value stands before each case
    "PROCASSINIT",  # registers have both initial and reset values
    "WIDTHEXPAND", "WIDTHTRUNC",  # Amaranth's operators define their widths
    "CMPCONST", "UNSIGNED",  # a comparison that a small configuration makes constant
    "SYMRSVDWORD",  # the port called interrupt
)  # fmt: skip


@pytest.fixture(scope="session")
def verilator_lint() -> Callable[[str, Iterable[Path]], None]:
    """``verilator_lint(top, paths)`` fails on any warning that is not accepted."""

    def lint(top: str, paths: Iterable[Path]) -> None:
        root = verilator_root()
        command = [str(root / "bin" / "verilator_bin"), "--lint-only", "-Wall", "--top-module", top,
                   *(f"-Wno-{name}" for name in _ACCEPTED), *map(str, paths)]  # fmt: skip
        result = subprocess.run(
            command, env={**os.environ, "VERILATOR_ROOT": str(root)}, text=True, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        assert result.returncode == 0, result.stdout[-3000:]

    return lint


@pytest.fixture(scope="session")
def icarus_lint() -> Callable[[str, Iterable[Path]], None]:
    """``icarus_lint(top, paths)`` fails on any warning."""

    def lint(top: str, paths: Iterable[Path]) -> None:
        require("iverilog")
        command = ["iverilog", "-g2012", "-Wall", "-t", "null", "-s", top, *map(str, paths)]
        result = subprocess.run(command, text=True, check=False, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT)  # fmt: skip
        assert result.returncode == 0, result.stdout[-3000:]
        assert not result.stdout, result.stdout[:3000]

    return lint
