"""Results of slow steps, kept by a hash of everything they depend on.

An entry is a folder named by its key. It is made under another name and then renamed, so a reader
never sees half of one; a lock keeps two processes from doing the same work twice.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from rich.console import Console, RenderableType

__all__ = ["cache_folder", "cached", "digest", "notice"]

_KEPT = 24
"""Entries of one kind that survive a cleaning, the most recently used."""


def cache_folder() -> Path:
    """``$TINYNEURON_CACHE``, or ``tinyneuron`` in the user's cache folder (XDG)."""
    own = os.environ.get("TINYNEURON_CACHE")
    if own:
        return Path(own)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "tinyneuron"


def digest(parts: Iterable[str | bytes]) -> str:
    """A key: hash of the parts, each with its length so that they cannot run together."""
    state = hashlib.sha256()
    for part in parts:
        raw = part.encode() if isinstance(part, str) else part
        state.update(f"{len(raw)}:".encode())
        state.update(raw)
    return state.hexdigest()[:32]


def cached(kind: str, key: str, make: Callable[[Path], None], *, label: RenderableType) -> Path:
    """The folder of entry ``key``, filled by ``make(folder)`` when it does not exist yet.

    Parameters
    ----------
    kind:
        Name of the group of entries; each group is cleaned on its own.
    make:
        Fills an empty folder. When it raises, no entry is left.
    label:
        What the user reads when it takes more than two seconds; an object with ``__rich__`` can
        change what it says on the way.
    """
    group = cache_folder() / kind
    entry = group / key
    if entry.is_dir():
        os.utime(entry)
        return entry
    group.mkdir(parents=True, exist_ok=True)
    with notice(label), _locked(group / f"{key}.lock"):
        if entry.is_dir():
            return entry
        with tempfile.TemporaryDirectory(
            dir=group, prefix=f"{key}.", ignore_cleanup_errors=True
        ) as name:
            work = Path(name) / "entry"
            work.mkdir()
            make(work)
            work.rename(entry)
    _clean(group)
    return entry


@contextlib.contextmanager
def notice(label: RenderableType, *, after: float = 2.0) -> Iterator[None]:
    """Shows a spinner with ``label`` on standard error once ``after`` seconds have passed."""
    status = Console(stderr=True).status(label)
    timer = threading.Timer(after, status.start)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        status.stop()


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _clean(group: Path) -> None:
    entries = [path for path in group.iterdir() if path.is_dir() and "." not in path.name]
    entries.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for old in entries[_KEPT:]:
        shutil.rmtree(old, ignore_errors=True)
        (group / f"{old.name}.lock").unlink(missing_ok=True)
