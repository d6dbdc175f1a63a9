"""``tinyneuron nrt``: the C library."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..options import AsJson, emit, print_pairs

__all__ = ["nrt_app"]

nrt_app = typer.Typer(
    help="The runtime as a C library.", no_args_is_help=True, rich_markup_mode=None
)


@nrt_app.callback()
def common() -> None:
    """The runtime as a C library."""


@nrt_app.command("build")
def nrt_build(
    out: Annotated[Path, typer.Option(help="Folder for header and library.")] = Path("build/nrt"),
    as_json: AsJson = False,
) -> None:
    """Compile the C library with gcc; print what a program that uses it is compiled with."""
    from .build import build

    found = build(out)
    summary = {
        "header": str(found.header),
        "library": str(found.library),
        "flags": " ".join(found.flags),
    }
    emit(summary) if as_json else print_pairs("nrt as a C library", summary)
