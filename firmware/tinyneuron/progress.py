"""Progress bars, on standard error and only where a person looks."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

__all__ = ["cycle_progress"]


@contextlib.contextmanager
def cycle_progress(description: str) -> Iterator[Callable[[int], None]]:
    """A spinner with the cycles simulated so far; the value is called with the cycle count."""
    console = Console(stderr=True)
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TextColumn("{task.completed:,.0f} cycles"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as progress:
        task = progress.add_task(description, total=None)
        yield lambda cycles: progress.update(task, completed=cycles)
