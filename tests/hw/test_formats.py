"""The table of number formats."""

from __future__ import annotations

import ml_dtypes
import numpy as np
import pytest

from tinyneuron_hw.formats import CANONICAL_NAN, FORMATS, DType, get_dtype

NUMPY = {
    DType.FP32: np.float32,
    DType.BF16: ml_dtypes.bfloat16,
    DType.FP16: np.float16,
    DType.FP8_E5M2: ml_dtypes.float8_e5m2,
    DType.FP8_E4M3: ml_dtypes.float8_e4m3,
    DType.FP8_E3M4: ml_dtypes.float8_e3m4,
}
INTEGERS = {"signed": "i", "unsigned": "u"}


def test_every_type_has_a_format_and_no_code_is_zero():
    assert set(FORMATS) == set(DType)
    assert all(1 <= dtype.value <= 15 for dtype in DType)


@pytest.mark.parametrize("dtype", NUMPY)
def test_floats_are_laid_out_as_numpys(dtype):
    fmt, info = FORMATS[dtype], ml_dtypes.finfo(NUMPY[dtype])
    assert fmt.storage_bits == info.bits
    assert (fmt.exponent, fmt.fraction) == (info.nexp, info.nmant)
    assert 1 - fmt.bias == info.minexp
    assert 1 + fmt.exponent + fmt.fraction == fmt.storage_bits
    raw = np.array([fmt.canonical_nan, fmt.canonical_nan - (1 << (fmt.fraction - 1))])
    nan, infinity = raw.astype(f"<u{fmt.bytes}").view(NUMPY[dtype]).astype(np.float32)
    assert np.isnan(nan)
    assert infinity == np.inf


def test_tf32_is_fp32_with_a_shorter_fraction():
    tf32, fp32 = FORMATS[DType.TF32], FORMATS[DType.FP32]
    assert (tf32.exponent, tf32.bias, tf32.bytes) == (fp32.exponent, fp32.bias, fp32.bytes)
    assert tf32.canonical_nan == fp32.canonical_nan == CANONICAL_NAN


def test_integers_are_named_after_kind_and_width():
    for dtype, fmt in FORMATS.items():
        assert fmt.name == dtype.name.lower()
        if fmt.kind in INTEGERS:
            prefix = "int" if fmt.kind == "signed" else "uint"
            assert fmt.name == f"{prefix}{fmt.storage_bits}"
            assert not fmt.is_float
    assert FORMATS[DType.BOOL].bytes == 1


def test_types_are_found_by_name():
    assert get_dtype("bf16") is DType.BF16
    assert get_dtype(DType.INT8) is DType.INT8
    with pytest.raises(ValueError, match="unknown dtype 'float'; known: fp32, tf32, bf16"):
        get_dtype("float")
