"""A debugger of programs on any target: ``points.py`` where to stop, ``debugger.py`` going from stop
to stop, ``views.py`` what is shown, ``prompt.py`` the commands of ``tinyneuron debug``."""

from .debugger import Debugger
from .points import Breakpoint, DebugError, Stop, Watchpoint

__all__ = ["Breakpoint", "DebugError", "Debugger", "Stop", "Watchpoint"]
