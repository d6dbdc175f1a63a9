"""Where the cycles of a program go: timelines, floors, rooflines, waits, lines of the kernel."""

from .collect import collect
from .profile import Profile
from .run import profile

__all__ = ["Profile", "collect", "profile"]
