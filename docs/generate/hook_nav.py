"""MkDocs hook: an entry of the navigation that is a folder stands for all of its pages.

So a new page in ``docs/decisions/`` needs no entry of its own.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

__all__ = ["on_config"]


def _expand(item: Any, docs: Path) -> Any:
    if isinstance(item, list):
        return [_expand(part, docs) for part in item]
    if isinstance(item, dict):
        return {title: _expand(part, docs) for title, part in item.items()}
    if not item.endswith("/"):
        return item
    names = sorted(path.name for path in (docs / item).glob("*.md"))
    names.sort(key=lambda name: name != "README.md")
    return [item + name for name in names]


def on_config(config: Any) -> Any:
    """Called by MkDocs with its configuration."""
    config.nav = _expand(config.nav, Path(config.docs_dir))
    return config
