"""Pieces of Markdown that the generated pages share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

__all__ = ["GENERATED", "code", "prose", "table"]

GENERATED = "<!-- Generated: `make docs`. Change the code, not this. -->"


def code(text: object) -> str:
    """Inline code, safe in a cell of a table."""
    return f"`{text}`".replace("|", "\\|")


def prose(text: str | None) -> str:
    """Docstring text as Markdown: double back-ticks single, roles as code, one line a paragraph."""
    words = (text or "").replace(":class:", "").replace("``", "`").strip()
    return "\n\n".join(" ".join(part.split()) for part in words.split("\n\n"))


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table; cells hold Markdown."""
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    lines += ["| " + " | ".join(map(str, row)) + " |" for row in rows]
    return "\n".join(lines)
