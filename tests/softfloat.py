"""Berkeley SoftFloat on whole arrays: the C functions of softfloatpy's library, in loops of C.

Results keep SoftFloat's NaNs; see :func:`canonical`.
"""

from __future__ import annotations

import ctypes
import functools
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import softfloatpy

from tinyneuron_hw.formats import FORMATS, DType
from tinyneuron_sim.rtl.cache import cached, digest
from tinyneuron_sim.rtl.tools import require

__all__ = ["canonical", "corners", "random_bits", "softfloat"]

# A structure with one integer is passed as that integer.
_LOOPS = """
#include <cstddef>
#include <cstdint>
#define LOOPS(name, to, from)                                                                   \\
  extern "C" void name##_1(to (*f)(from), const from *a, to *out, size_t n) {                    \\
    for (size_t i = 0; i < n; i++) out[i] = f(a[i]);                                              \\
  }                                                                                               \\
  extern "C" void name##_2(to (*f)(from, from), const from *a, const from *b, to *out, size_t n) \\
  { for (size_t i = 0; i < n; i++) out[i] = f(a[i], b[i]); }
LOOPS(w32_32, uint32_t, uint32_t)
LOOPS(w16_16, uint16_t, uint16_t)
LOOPS(w16_32, uint16_t, uint32_t)
LOOPS(w32_16, uint32_t, uint16_t)
"""
_BITS = {"f32": 32, "f16": 16, "bf16": 16}
DTYPES = {"f32": DType.FP32, "f16": DType.FP16, "bf16": DType.BF16}


@functools.cache
def _loops() -> Any:
    def make(folder: Path) -> None:
        require("g++")
        (folder / "loops.cpp").write_text(_LOOPS)
        subprocess.run(["g++", "-O2", "-shared", "-fPIC", "-o", "loops.so", "loops.cpp"],
                       cwd=folder, check=True)  # fmt: skip

    built = cached("softfloat", digest([_LOOPS]), make, label="compiling loops over SoftFloat")
    return ctypes.CDLL(str(built / "loops.so"))


@functools.cache
def _library() -> Any:
    (path,) = Path(softfloatpy.__file__).parent.glob("_core*.so")
    return ctypes.CDLL(str(path))


def softfloat(name: str, *operands: np.ndarray) -> np.ndarray:
    """Bits of ``f16_add``, ``f32_sqrt``, ``f32_to_bf16`` ... of arrays of bits."""
    source, _, rest = name.partition("_")
    target = rest.removeprefix("to_") if rest.startswith("to_") else source
    assert not softfloatpy.get_rounding_mode().value, "not to nearest even"
    inputs = [np.ascontiguousarray(o, dtype=f"<u{_BITS[source] // 8}") for o in operands]
    out = np.empty(inputs[0].shape, f"<u{_BITS[target] // 8}")
    loop = getattr(_loops(), f"w{_BITS[target]}_{_BITS[source]}_{len(operands)}")
    function = ctypes.cast(getattr(_library(), name), ctypes.c_void_p)
    pointers = [ctypes.c_void_p(array.ctypes.data) for array in (*inputs, out)]
    loop(function, *pointers, ctypes.c_size_t(out.size))
    return canonical(out, DTYPES[target])


def canonical(raw: np.ndarray, dtype: DType) -> np.ndarray:
    """The same bits with every NaN the type's canonical one."""
    fmt = FORMATS[dtype]
    magnitude = raw & ((1 << fmt.storage_bits - 1) - 1)
    infinity = ((1 << fmt.exponent) - 1) << fmt.storage_bits - 1 - fmt.exponent
    return np.where(magnitude > infinity, raw.dtype.type(fmt.canonical_nan), raw)


def corners(dtype: DType) -> np.ndarray:
    """Bits at the corners of a type, as TestFloat takes them: exponents at both ends and around 1
    and around the precision, each with fractions at both ends, single bits and runs."""
    fmt = FORMATS[dtype]
    width, top, bias = fmt.fraction, (1 << fmt.exponent) - 1, fmt.bias
    near = {bias + d for d in (-width - 2, -width - 1, -width, -2, -1, 0, 1, 2, width, width + 1)}
    exponents = sorted(e for e in {0, 1, 2, top - 2, top - 1, top} | near if 0 <= e <= top)
    ones = (1 << width) - 1
    fractions = {0, 1, 2, 3, ones, ones - 1, ones >> 1, (ones >> 1) + 1, (ones >> 1) + 2,
                 ones & 0x5555_5555, ones & ~7}  # fmt: skip
    return np.array([sign << fmt.storage_bits - 1 | exponent << width | fraction
                     for sign in (0, 1) for exponent in exponents
                     for fraction in sorted(fractions)], f"<u{fmt.bytes}")  # fmt: skip


def random_bits(rng: np.random.Generator, dtype: DType, count: int) -> np.ndarray:
    """Any bits, exponents close to 1, exponents at the low end, sparse fractions."""
    fmt = FORMATS[dtype]
    kind = np.dtype(f"<u{fmt.bytes}")
    bits = rng.integers(0, 1 << fmt.storage_bits, count, dtype=np.uint64)
    keep = ~np.uint64(((1 << fmt.exponent) - 1) << fmt.fraction)
    span = min(16, 1 << fmt.exponent - 1)
    near = rng.integers(fmt.bias - span // 2, fmt.bias + span // 2, count, dtype=np.uint64)
    low = rng.integers(0, fmt.fraction + 3, count, dtype=np.uint64)
    shift = np.uint64(fmt.fraction)
    sparse = bits & ~((np.uint64(1) << rng.integers(0, fmt.fraction, count, dtype=np.uint64))
                      - np.uint64(1))  # fmt: skip
    chosen = rng.integers(0, 4, count)
    kinds = [bits, bits & keep | near << shift, bits & keep | low << shift, sparse]
    return np.choose(chosen, kinds).astype(kind)
