"""What is inside a core that stands still, the same questions for golden and for the RTL targets.

``view.py`` has the questions, ``golden.py`` and ``rtl.py`` the answers; a debugger goes on from one
stop to the next with :meth:`Inside.advance`.
"""

from __future__ import annotations

from ..backend import Backend, BackendError
from ..golden.backend import GoldenBackend
from ..rtl.backend import RtlBackend
from .golden import GoldenInside
from .rtl import RtlInside
from .view import Ended, Inside, Place

__all__ = ["Ended", "Inside", "Place", "look_inside"]


def look_inside(backend: Backend) -> Inside:
    """The inside of an open target.

    Raises
    ------
    BackendError
        The target shows nothing of it.
    """
    if isinstance(backend, GoldenBackend):
        return GoldenInside(backend)
    if isinstance(backend, RtlBackend):
        return RtlInside(backend)
    raise BackendError(f"target {backend.target!r} does not show what is inside it")
