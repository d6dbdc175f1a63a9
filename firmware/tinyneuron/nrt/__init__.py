"""The runtime with the concepts of nrt: tensors in device memory, models, tensor sets, statuses.

::

    with nrt.init("golden", "tiny"):
        model = nrt.Model.load("matmul.tnp")
        outputs = model({"lhsT": nrt.Tensor.from_numpy(lhs), "rhs": nrt.Tensor.from_numpy(rhs)})
        outputs["out"].numpy()

One runtime is open at a time: one device. What fails raises :class:`NrtError`, whose ``status`` is
the number that the same call in C returns (``c/tinyneuron_nrt.h``, made by ``build``).
"""

from .build import build
from .model import BenchmarkResult, Model, TensorInfo
from .runtime import Runtime, close, current, init
from .status import NrtError, NumericalError, Status
from .tensor import Placement, Tensor, TensorSet

__all__ = [
    "BenchmarkResult",
    "Model",
    "NrtError",
    "NumericalError",
    "Placement",
    "Runtime",
    "Status",
    "Tensor",
    "TensorInfo",
    "TensorSet",
    "build",
    "close",
    "current",
    "init",
]
