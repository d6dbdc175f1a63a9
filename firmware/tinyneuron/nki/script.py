"""Runs a Python file whose ``import nki`` is ours."""

from __future__ import annotations

import runpy
import sys
from collections.abc import Sequence
from pathlib import Path

from .install import install
from .settings import use

__all__ = ["run_file"]


def run_file(
    file: Path, arguments: Sequence[str] = (), target: str | None = None, config: str | None = None
) -> None:
    """Runs ``file`` as ``python file arguments`` would; its kernels run on ``target`` and
    ``config``. Modules beside the file can be imported.

    Raises
    ------
    OSError
        The file cannot be read.
    """
    file.open().close()
    argv, path = sys.argv, list(sys.path)
    sys.argv = [str(file), *arguments]
    sys.path.insert(0, str(file.resolve().parent))
    try:
        with install(), use(target, config):
            runpy.run_path(str(file), run_name="__main__")
    finally:
        sys.argv, sys.path[:] = argv, path
