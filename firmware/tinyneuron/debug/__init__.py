"""A debugger of programs on any target.

``points.py`` is where to stop, ``debugger.py`` goes from stop to stop, ``views.py`` is what is
shown, ``prompt.py`` has the commands of ``tinyneuron debug``.
"""

from .debugger import Debugger
from .points import Breakpoint, DebugError, Stop, Watchpoint

__all__ = ["Breakpoint", "DebugError", "Debugger", "Stop", "Watchpoint"]
