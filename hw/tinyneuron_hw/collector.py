"""Python's garbage collector, out of the way of what makes many objects that stay."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator

__all__ = ["collector_paused"]


@contextlib.contextmanager
def collector_paused() -> Iterator[None]:
    """No search for cycles inside: with the many small objects of a netlist or a program it takes
    up to half of the time and finds nothing. Also a decorator."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
