"""``python -m tinyneuron.nki kernel.py ...``: runs a Python file whose ``import nki`` is ours."""

from __future__ import annotations

import argparse
from pathlib import Path

from .script import run_file


def main() -> None:
    """Runs the file with what stands behind it as its own arguments."""
    parser = argparse.ArgumentParser(prog="python -m tinyneuron.nki", description=__doc__)
    parser.add_argument("--target", help="where kernels run (golden)")
    parser.add_argument("--config", help="on which configuration (default)")
    parser.add_argument("file", type=Path, help="Python file with kernels and calls of them")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="the file's own arguments")
    given = parser.parse_args()
    run_file(given.file, given.arguments, given.target, given.config)


if __name__ == "__main__":
    main()
