"""The page of the Scalar engine's functions; its table of errors comes from a run."""

from __future__ import annotations

import math

import numpy as np

from page_markdown import GENERATED, code, table
from tinyneuron.nki.ops import OPS
from tinyneuron.tables import STANDARD, standard_table
from tinyneuron_hw.isa.table import HEADER_ROWS, SLOT_ROWS

__all__ = ["render"]

_SAMPLES = 20_000
_INTRODUCTION = f"""\
# Functions

{GENERATED}

The Scalar engine computes `function(in0 * scale + bias)`, one element a cycle in every lane,
whatever the function is. Some functions are built in; the others are tables of up to 256
polynomials that a kernel's program brings along and loads when they are needed. In the kernel
language both are an `op` of `nisa.activation`."""

_ERRORS = f"""\
Errors are the largest over all FP32 numbers, not over the documented range only: every BF16
number, {_SAMPLES:,} spread over all exponents, and {_SAMPLES:,} between -40 and 40. The relative
error is that of the FP32 result, where it is at least 1e-6; below, its absolute error counts.
Then the distance of the result, rounded to BF16, from the exact one. Results never turn back
where the function does not, from one number to the next, in the stretches that
`tinyneuron.tables.STANDARD` names. NaN gives NaN; so do negative arguments of `log`, `sqrt` and
`rsqrt`. Subnormal arguments and results are right."""

_FITTING = """\
## Your own functions

`tinyneuron.tables.fit` makes a table of any function of one variable, in NumPy and float64, that
ends in a constant or in a line through 0 on both sides. The table computes what the engine
computes, bit for bit, and says how far that is from the function; in a kernel it is an `op` like
any other.

```python
import numpy as np

from tinyneuron import nki, tables
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl

hardswish = tables.fit(lambda x: x * np.clip(x + 3, 0, 6) / 6, name="hardswish", rows=32)
assert hardswish.errors(count=1000).relative < 1e-6


@nki.jit
def kernel(x):
    tile = nl.ndarray(x.shape, nl.float32)
    nisa.dma_copy(tile, x)
    nisa.activation(tile, hardswish, tile)
    out = nl.ndarray(x.shape, nl.float32, buffer=nl.shared_hbm)
    nisa.dma_copy(out, tile)
    return out


program = nki.compile(kernel, "tiny", {"x": nki.TensorArg((4, 64), np.float32)})
```

Symmetry is found by trying. A `tables.Recipe` gives what else makes a table small or more
precise: `shift`, the place where the function crosses 0, whose neighbourhood then keeps its
relative precision; `power`, what the exponent of x does to the result (square roots, logarithms,
reciprocals); `PERIOD` and `FRACTION`, the reductions of sine and exponential. `rows` limits the
segments: 32 of them fill one of the 8 slots of the engine, and tables that need few stay loaded
beside each other.

What the bits of a table mean is part of the [instruction set](../isa.md#function-tables). The
standard tables are kept in `firmware/tinyneuron/tables/standard.txt`; `make tables` fits them
again."""


def _number(value: float) -> str:
    """As people write powers of two, pi and infinity."""
    known = {math.inf: "inf", -math.inf: "-inf", math.pi: "pi", -math.pi: "-pi",
             math.pi / 2: "pi/2", -math.pi / 2: "-pi/2"}  # fmt: skip
    if value in known:
        return known[value]
    mantissa, exponent = math.frexp(value)
    return f"{'-' if mantissa < 0 else ''}2^{exponent - 1}" if abs(mantissa) == 0.5 else f"{value}"


def _special(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    return {math.inf: "inf", -math.inf: "-inf"}.get(value, f"{value:.4g}")


def _tables() -> str:
    rows = []
    for name, item in STANDARD.items():
        kept = standard_table(name)
        errors = kept.errors(count=_SAMPLES)
        specials = kept(np.array([np.inf, -np.inf, 0.0, -0.0], np.float32)).tolist()
        segments = len(kept.rows) - HEADER_ROWS
        rows.append((
            code(f"nl.{name}"), f"{_number(item.low)} ... {_number(item.high)}",
            f"{errors.relative:.0e}", f"{errors.absolute:.0e}", f"{errors.bf16:.2f}",
            ", ".join(map(_special, specials)), f"{segments} ({-(-segments // SLOT_ROWS)})",
        ))  # fmt: skip
    head = ("function", "range that NKI documents", "relative error", "absolute error below 1e-6",
            "ulp in BF16", "of inf, -inf, +0, -0", "segments (slots)")  # fmt: skip
    return table(head, rows)


def _built_in() -> str:
    names = [op for op in OPS.values() if op.activation is not None]
    return table(("function", "code"), [(code(op), code(op.activation.name)) for op in names
                                        if op.activation is not None])  # fmt: skip


def render() -> str:
    """The page."""
    return "\n\n".join([
        _INTRODUCTION,
        "## Tables",
        _ERRORS,
        _tables(),
        "## Built in",
        "Exact, or one product rounded once; `nl.prelu` multiplies negative x by `relu_param`.",
        _built_in(),
        _FITTING,
    ]) + "\n"  # fmt: skip
