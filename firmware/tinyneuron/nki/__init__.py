"""The kernel language, after AWS's public NKI (current generation, results through ``dst=``).

Our own implementation: ``nki.jit``, ``nki.language`` (usually ``nl``) and ``nki.isa`` (``nisa``).
A kernel called with NumPy arrays runs on them, on the golden model unless :func:`use` says
otherwise; ``nki.compile`` turns a kernel into a program for one configuration, and
``nki.install`` lets ``import nki`` find this package.
"""

from tinyneuron_hw.formats import DType as dtype  # noqa: N813 - the public name

from . import collectives, isa, language, typing
from .install import install, uninstall
from .kernel import Constant, Kernel, TensorArg, compile, jit
from .launch import simulate
from .settings import use
from .trace import KernelError

__all__ = [
    "Constant", "Kernel", "KernelError", "TensorArg", "collectives", "compile", "dtype", "install",
    "isa", "jit", "language", "simulate", "typing", "uninstall", "use",
]  # fmt: skip
