"""The kernel language, after AWS's public NKI (current generation, results through ``dst=``).

Our own implementation of a first slice: ``nki.jit``, ``nki.language`` (usually ``nl``) and
``nki.isa`` (``nisa``). ``nki.compile`` turns a kernel into a program for one configuration.
"""

from . import isa, language
from .kernel import Constant, Kernel, TensorArg, compile, jit
from .trace import KernelError

__all__ = ["Constant", "Kernel", "KernelError", "TensorArg", "compile", "isa", "jit", "language"]
