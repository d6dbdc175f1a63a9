"""Writes the generated pages and diagrams of the documentation: ``python docs/generate``.

With ``--check`` it writes nothing, names what is out of date and exits with status 1. ``--out``
writes (or checks) another copy of the docs folder.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import draw_array
import draw_core
import draw_memory
import draw_stack
import draw_streams
import page_cli
import page_config
import page_coverage
import page_functions
import page_registers
from tinyneuron.files import write_atomically
from tinyneuron_hw.isa import page as page_isa

PAGES: dict[str, Callable[[], str]] = {
    "isa.md": page_isa.render,
    "reference/cli.md": page_cli.render,
    "kernels/coverage.md": page_coverage.render,
    "reference/config.md": page_config.render,
    "reference/functions.md": page_functions.render,
    "reference/registers.md": page_registers.render,
    "reference/tinyneuron_registers.h": page_registers.header,
    "diagrams/array.svg": draw_array.render,
    "diagrams/core.svg": draw_core.render,
    "diagrams/memory.svg": draw_memory.render,
    "diagrams/stack.svg": draw_stack.render,
    "diagrams/streams.svg": draw_streams.render,
}
"""Path below docs/ -> what gives its text."""


def main() -> int:
    """Writes or checks every page; returns the exit status."""
    parser = argparse.ArgumentParser(prog="docs/generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, name stale pages")
    docs = Path(__file__).resolve().parents[1]
    parser.add_argument("--out", type=Path, default=docs, help="the docs folder")
    options = parser.parse_args()
    stale = 0
    for name, render in PAGES.items():
        path, text = options.out / name, render()
        if path.is_file() and path.read_text() == text:
            continue
        if options.check:
            print(f"docs/{name} is out of date: run `make docs`", file=sys.stderr)
            stale += 1
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, lambda file, text=text: file.write(text.encode()))
        print(f"wrote docs/{name}")
    return int(stale > 0)


if __name__ == "__main__":
    sys.exit(main())
