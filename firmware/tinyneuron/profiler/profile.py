"""A profile, and the forms it is written and shown in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from .data import ProfileData

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult

__all__ = ["Profile"]


class Profile(ProfileData):
    """Where the cycles of one run went; in a notebook, a cell shows the report."""

    def write_perfetto(self, path: str | Path) -> None:
        """Writes Perfetto's native format; see :mod:`.perfetto`."""
        from .perfetto import write_perfetto

        write_perfetto(self, Path(path))

    def write_html(self, path: str | Path) -> None:
        """Writes the report, one file that needs no other; see :mod:`.html`."""
        from .html import write_html

        write_html(self, Path(path))

    def save(self, folder: str | Path, stem: str | None = None) -> tuple[Path, Path]:
        """Writes ``STEM.pftrace`` and ``STEM.html`` (default: the profile's name) into a folder,
        which is made; the two paths."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        stem = stem or self.name
        paths = folder / f"{stem}.pftrace", folder / f"{stem}.html"
        self.write_perfetto(paths[0])
        self.write_html(paths[1])
        return paths

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        from .table import summary

        yield summary(self)

    def _repr_html_(self) -> str:
        """The report in a notebook."""
        from .html import frame

        return frame(self)
