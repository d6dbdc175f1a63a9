"""Vector and Scalar engine drain the same bits, special values included."""

import ml_dtypes
import numpy as np
import pytest

from tinyneuron import nki
from tinyneuron.kernels import conv1d, matmul
from tinyneuron.kernels.drain import Drain
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl

SPECIAL = np.array(
    [[0.0, -0.0, 1e-40, -1e-40, np.inf, -np.inf, np.nan, 3.4e38, 1.00390625, -1.00390625, 7, -7]],
    dtype=np.float32,
)


@pytest.mark.parametrize("dtype", [nl.bfloat16, nl.float32])
@pytest.mark.parametrize("with_bias", [False, True])
@pytest.mark.parametrize("relu", [False, True])
def test_engines_agree(run_golden, relu, with_bias, dtype):
    def kernel(x, bias):
        source, column = nl.ndarray((1, 12), nl.float32), nl.ndarray((1, 1), nl.float32)
        nisa.dma_copy(source, x)
        nisa.dma_copy(column, bias)
        outputs = []
        drain = Drain(relu)
        for _ in range(2):
            result = nl.ndarray((1, 12), dtype)
            drain(result, source, column if with_bias else None)
            outputs.append(nl.ndarray((1, 12), dtype, buffer=nl.shared_hbm))
            nisa.dma_copy(outputs[-1], result)
        return tuple(outputs)

    specs = {"x": nki.TensorArg((1, 12), "fp32"), "bias": nki.TensorArg((1, 1), "fp32")}
    bias = np.array([[-0.0]], dtype=np.float32)
    outputs = run_golden(nki.compile(kernel, "tiny", specs), {"x": SPECIAL, "bias": bias})
    assert outputs["out0"].tobytes() == outputs["out1"].tobytes()
    expected = np.where(np.isnan(SPECIAL) | (SPECIAL > 0), SPECIAL, 0) if relu else SPECIAL
    kind = np.float32 if dtype is nl.float32 else ml_dtypes.bfloat16
    with np.errstate(over="ignore"):
        assert outputs["out0"].tobytes() == expected.astype(np.float32).astype(kind).tobytes()


@pytest.mark.parametrize(
    ("shape", "dtype", "message"),
    [((4,), "fp32", r"scale must be \[3\] of fp32, not scale\[4, fp32"),
     ((3,), "bf16", r"scale must be \[3\] of fp32, not scale\[3, bf16"),
     ((3, 1), "fp32", r"scale must be \[3\] of fp32, not scale\[3x1, fp32")],
)  # fmt: skip
def test_a_vector_of_the_wrong_size_or_type_is_named(shape, dtype, message):
    specs = {"scale": nki.TensorArg(shape, dtype), "lhsT": nki.TensorArg((5, 3), "bf16"),
             "rhs": nki.TensorArg((5, 4), "bf16")}  # fmt: skip
    with pytest.raises(nki.KernelError, match=message):
        nki.compile(matmul.matmul, "tiny", specs)
    specs = {"scale": nki.TensorArg(shape, dtype), "image": nki.TensorArg((1, 2, 9), "bf16"),
             "weights": nki.TensorArg((2, 3, 3), "bf16")}  # fmt: skip
    with pytest.raises(nki.KernelError, match=message):
        nki.compile(conv1d.conv1d, "tiny", specs)
