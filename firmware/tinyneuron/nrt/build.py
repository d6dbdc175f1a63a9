"""Compiles the C library."""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from tinyneuron_sim.rtl.tools import BuildError, require

from ..program import container
from .service import ANSWER, INFO, MAX_DIMENSIONS, NAME_BYTES, REQUEST, Request
from .status import Status

__all__ = ["FLAGS", "NrtLibrary", "build"]

_SOURCES = Path(__file__).parent / "c"
_NAME = "tinyneuron_nrt"
FLAGS = ("-std=c11", "-O2", "-Wall", "-Wextra", "-Werror", "-pthread")


class NrtLibrary(NamedTuple):
    """Header and shared library of a build."""

    header: Path
    library: Path

    @property
    def flags(self) -> list[str]:
        """What gcc needs, after the sources of a program that uses them."""
        folder = str(self.library.parent)
        return [f"-I{self.header.parent}", f"-L{folder}", f"-l{_NAME}", f"-Wl,-rpath,{folder}"]


def build(folder: str | os.PathLike[str] = "build/nrt") -> NrtLibrary:
    """Writes ``tinyneuron_nrt.h`` and ``libtinyneuron_nrt.so`` into a folder, which may be new. The
    library runs the core with this Python.

    Raises
    ------
    MissingToolError
        There is no gcc.
    BuildError
        It failed.
    """
    require("gcc")
    target = Path(folder).absolute()
    target.mkdir(parents=True, exist_ok=True)
    found = NrtLibrary(target / f"{_NAME}.h", target / f"lib{_NAME}.so")
    with tempfile.TemporaryDirectory(dir=target) as temporary:
        work = Path(temporary)
        (work / "protocol.h").write_text(_protocol())
        made = work / found.library.name
        command = ["gcc", *FLAGS, "-fPIC", "-shared", f"-I{work}", f"-I{_SOURCES}",
                   str(_SOURCES / f"{_NAME}.c"), "-o", str(made)]  # fmt: skip
        result = subprocess.run(command, text=True, check=False, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT)  # fmt: skip
        if result.returncode:
            raise BuildError(f"gcc failed with code {result.returncode}:\n{result.stdout.strip()}")
        shutil.copy(_SOURCES / found.header.name, found.header)
        made.replace(found.library)
    return found


def _protocol() -> str:
    """What the C source takes from Python."""
    version = importlib.metadata.version("tinyneuron")
    major, minor, patch, *_ = [*re.findall(r"\d+", version), "0", "0", "0"]
    values = {
        "REQUEST_BYTES": REQUEST.size,
        "ANSWER_BYTES": ANSWER.size,
        "INFO_BYTES": INFO.size,
        "NAME_BYTES": NAME_BYTES,
        "MAX_DIMENSIONS": MAX_DIMENSIONS,
        "HEADER_BYTES": container.HEADER_BYTES,
        "SIZE_OFFSET": container.SIZE_OFFSET,
        "PYTHON": _text(sys.executable),
        "VERSION": _text(version),
        "MAJOR": major,
        "MINOR": minor,
        "PATCH": patch,
        "STATUSES(X)": " ".join(f"X(NRT_{status.name})" for status in Status),
        **{request.name: request.value for request in Request},
    }
    return "".join(f"#define TN_{name} {value}\n" for name, value in values.items())


def _text(value: str) -> str:
    """As C and JSON write it."""
    return json.dumps(value, ensure_ascii=False)
