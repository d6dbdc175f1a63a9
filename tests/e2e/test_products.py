"""Every product of two 8-bit floats, and of every FP16 value with partners of all classes, through
one PE each: an outer product has one row of the array at work.

Values come from gfloat, ml_dtypes and NumPy; a product of two such values is exact in FP32.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cache

import ml_dtypes
import numpy as np
import pytest
from gfloat import Domain, FormatInfo, decode_ndarray

from tinyneuron import nki
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron.runtime.dtypes import numpy_dtype
from tinyneuron_hw.formats import CANONICAL_NAN, FORMATS, get_dtype

FP8 = ("fp8_e5m2", "fp8_e4m3", "fp8_e3m4")
CODES = np.arange(256, dtype=np.uint8)
PARTNERS = np.array(
    [0x0000, 0x8000, 0x0001, 0x83FF, 0x0200, 0x0400, 0x8401, 0x3C00,
     0xBC00, 0x3555, 0x7BFF, 0xFBFF, 0x7C00, 0xFC00, 0x7E00, 0xFD01],
    dtype=np.uint16,
)  # fmt: skip
"""Zeros, smallest, largest and middle subnormals, smallest normals, ones, a full fraction, largest,
infinities, a quiet and a signalling NaN."""


@dataclass(frozen=True)
class Operand:
    """Codes of a type; ``bias`` is an exponent bias, 0 for the type's own."""

    dtype: str
    codes: np.ndarray
    bias: int = 0

    @property
    def values(self) -> np.ndarray:
        """What the codes stand for, in float64."""
        if self.dtype == "fp16":
            return self.codes.view(np.float16).astype(np.float64)
        fmt = FORMATS[get_dtype(self.dtype)]
        info = FormatInfo(
            self.dtype, 8, fmt.fraction + 1, bias=self.bias or fmt.bias, is_signed=True,
            domain=Domain.Extended, has_nz=True, num_high_nans=(1 << fmt.fraction) - 1,
            has_subnormals=True, is_twos_complement=False,
        )  # fmt: skip
        decoded = decode_ndarray(info, self.codes.astype(np.int64))
        if not self.bias:
            kind = getattr(ml_dtypes, self.dtype.replace("fp8", "float8"))
            np.testing.assert_array_equal(decoded, self.codes.view(kind).astype(np.float64))
        return decoded

    @property
    def row(self) -> np.ndarray:
        """The codes as a matrix of one row."""
        return self.codes.view(numpy_dtype(get_dtype(self.dtype))).reshape(1, -1)


def products(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """FP32 bits of ``a[m] * b[n] + 0``."""
    with np.errstate(invalid="ignore"):
        exact = np.multiply.outer(a, b) + 0.0
    rounded = exact.astype(np.float32)
    assert np.array_equal(rounded.astype(np.float64), exact, equal_nan=True)
    return np.where(np.isnan(exact), np.uint32(CANONICAL_NAN), rounded.view(np.uint32))


def require_products(device, target: str, lhs: Operand, rhs: Operand):
    out = device(target, "default").load(_program(lhs, rhs)).run({"lhsT": lhs.row, "rhs": rhs.row})
    got, expected = out.outputs["out"].view(np.uint32), products(lhs.values, rhs.values)
    wrong = np.argwhere(got != expected)
    assert not wrong.size, _first(wrong[0], lhs.codes, rhs.codes, got, expected)


def _first(at: np.ndarray, a: np.ndarray, b: np.ndarray, out: np.ndarray, expected: np.ndarray):
    m, n = at
    return f"{a[m]:#x} * {b[n]:#x}: {out[m, n]:#010x}, not {expected[m, n]:#010x}"


def _program(lhs: Operand, rhs: Operand):
    return _compiled(lhs.dtype, rhs.dtype, len(lhs.codes), len(rhs.codes), lhs.bias, rhs.bias)


@cache
def _compiled(lhs: str, rhs: str, m: int, n: int, lhs_bias: int, rhs_bias: int):
    specs = {"lhsT": nki.TensorArg((1, m), lhs), "rhs": nki.TensorArg((1, n), rhs)}
    return nki.compile(_outer, "default", specs | {"lhs_bias": lhs_bias, "rhs_bias": rhs_bias})


@nki.jit
def _outer(lhsT: nl.Tensor, rhs: nl.Tensor, lhs_bias: int, rhs_bias: int) -> nl.Tensor:  # noqa: N803
    """``out[m, n] = lhsT[0, m] * rhs[0, n]``."""
    (_, m), (_, n) = lhsT.shape, rhs.shape
    out = nl.ndarray((m, n), nl.float32, buffer=nl.shared_hbm)
    rows, columns = nl.tile_size.gemm_stationary_fmax, nl.tile_size.gemm_moving_fmax
    for n0 in range(0, n, columns):
        width = min(columns, n - n0)
        moving = nl.ndarray((1, width), rhs.dtype)
        nisa.dma_copy(moving, rhs[:, nl.ds(n0, width)])
        for m0 in range(0, m, rows):
            stationary = nl.ndarray((1, rows), lhsT.dtype)
            nisa.dma_copy(stationary, lhsT[:, nl.ds(m0, rows)])
            sums = nl.ndarray((rows, width), nl.float32, buffer=nl.psum)
            nisa.nc_matmul(sums, stationary, moving, stationary_bias=lhs_bias,
                           moving_bias=rhs_bias)  # fmt: skip
            result = nl.ndarray((rows, width), nl.float32)
            nisa.tensor_copy(result, sums)
            nisa.dma_copy(out[nl.ds(m0, rows), nl.ds(n0, width)], result)
    return out


@pytest.mark.parametrize("target", ["golden", "verilator"])
@pytest.mark.parametrize(("a", "b"), list(itertools.product(FP8, FP8)))
def test_every_pair_of_8_bit_floats(device, target, a, b):
    require_products(device, target, Operand(a, CODES), Operand(b, CODES))


@pytest.mark.parametrize("target", ["golden", "verilator"])
@pytest.mark.parametrize("biases", [(1, 1), (63, 63), (1, 63), (24, 9)])
@pytest.mark.parametrize("dtype", FP8)
def test_every_pair_of_8_bit_floats_with_other_exponent_biases(device, target, dtype, biases):
    lhs, rhs = (Operand(dtype, CODES, bias) for bias in biases)
    require_products(device, target, lhs, rhs)


@pytest.mark.parametrize("target", ["golden", "verilator"])
def test_every_fp16_value_with_partners_of_all_classes(device, target):
    for codes in np.split(np.arange(1 << 16, dtype=np.uint16), 16):
        require_products(device, target, Operand("fp16", PARTNERS), Operand("fp16", codes))
