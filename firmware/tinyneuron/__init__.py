"""tinyneuron: compile kernels for an open NeuronCore-v2-like core, and run them on its RTL.

``open_device`` gives a core on an execution target, ``Device.load`` puts a compiled program on
it, ``Model.run`` runs it on NumPy arrays, ``profile`` tells where its cycles go.
"""

from .profiler.profile import Profile
from .profiler.run import profile
from .program.container import load, save
from .program.program import Program
from .runtime.device import Device, Model, RunResult, open_device
from .runtime.errors import TinyneuronError, TrapError

__all__ = [
    "Device",
    "Model",
    "Profile",
    "Program",
    "RunResult",
    "TinyneuronError",
    "TrapError",
    "load",
    "open_device",
    "profile",
    "save",
]
