"""Names of the Scalar engine's functions, for ``nki.language``."""

from __future__ import annotations

from .ops import OPS

__all__ = [
    "abs",
    "arctan",
    "copy",
    "cos",
    "erf",
    "erf_dx",
    "exp",
    "gelu",
    "gelu_apprx_sigmoid",
    "gelu_apprx_sigmoid_dx",
    "gelu_apprx_tanh",
    "gelu_apprx_tanh_dx",
    "gelu_dx",
    "log",
    "mish",
    "prelu",
    "reciprocal",
    "relu",
    "rsqrt",
    "sigmoid",
    "sign",
    "silu",
    "silu_dx",
    "sin",
    "softplus",
    "sqrt",
    "square",
    "tanh",
]  # fmt: skip

abs = OPS["abs"]
arctan = OPS["arctan"]
cos = OPS["cos"]
copy = OPS["copy"]
erf = OPS["erf"]
erf_dx = OPS["erf_dx"]
exp = OPS["exp"]
gelu = OPS["gelu"]
gelu_apprx_sigmoid = OPS["gelu_apprx_sigmoid"]
gelu_apprx_sigmoid_dx = OPS["gelu_apprx_sigmoid_dx"]
gelu_apprx_tanh = OPS["gelu_apprx_tanh"]
gelu_apprx_tanh_dx = OPS["gelu_apprx_tanh_dx"]
gelu_dx = OPS["gelu_dx"]
log = OPS["log"]
mish = OPS["mish"]
prelu = OPS["prelu"]
reciprocal = OPS["reciprocal"]
relu = OPS["relu"]
rsqrt = OPS["rsqrt"]
sigmoid = OPS["sigmoid"]
sign = OPS["sign"]
silu = OPS["silu"]
silu_dx = OPS["silu_dx"]
sin = OPS["sin"]
softplus = OPS["softplus"]
sqrt = OPS["sqrt"]
square = OPS["square"]
tanh = OPS["tanh"]
