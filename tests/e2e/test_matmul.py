"""The matmul kernel on the RTL: golden's bytes, and golden within the rounding bound."""

from __future__ import annotations

import random

import numpy as np
import pytest

from tinyneuron import nki
from tinyneuron.kernels import matmul
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron.runtime.dtypes import numpy_dtype
from tinyneuron_hw.config import get_config
from tinyneuron_hw.formats import FORMATS, get_dtype

from ..few import few_of
from .bits import any_bits, require_goldens_bytes
from .bounds import matmul_bound

SEED = 512
RANDOM_SHAPES = 60
CORNERS = [(1, 1, 1), (1, 200, 1), (200, 1, 200), (16, 16, 16), (17, 33, 65), (4, 4, 200)]


def random_shapes() -> list[tuple[int, int, int]]:
    rng = random.Random(SEED)
    return [tuple(rng.randint(1, 200) for _ in range(3)) for _ in range(RANDOM_SHAPES)]


@pytest.mark.parametrize("config", ["tiny", "default"])
@pytest.mark.parametrize(
    "shape", few_of(CORNERS + random_shapes(), 24), ids=lambda s: "x".join(map(str, s))
)
def test_rtl_equals_golden_and_golden_is_within_the_bound(device, config, shape):
    m, k, n = shape
    dtype = "fp16" if (m + k + n) % 3 == 0 else "bf16"
    print(f"seed {SEED}, {m} x {k} x {n} {dtype}")
    rng = np.random.default_rng([SEED, *shape])
    kind = numpy_dtype(get_dtype(dtype))
    lhs = rng.standard_normal((k, m)).astype(kind)
    rhs = rng.standard_normal((k, n)).astype(kind)
    inputs = {"lhsT": lhs, "rhs": rhs}
    program = matmul.build(get_config(config), m=m, k=k, n=n, dtype=dtype)
    output = require_goldens_bytes(device, config, program, inputs)
    a, b = lhs.astype(np.float64), rhs.astype(np.float64)
    tiles = -(-k // get_config(config).partitions)
    bound = matmul_bound(a.T @ b, np.abs(a).T @ np.abs(b), k + tiles, "bf16")
    assert (np.abs(output.astype(np.float64) - a.T @ b) <= bound).all()


DTYPES = ("fp32", "tf32", "fp16", "fp8_e5m2", "fp8_e4m3", "fp8_e3m4", "int8", "uint8")


@pytest.mark.parametrize(("config", "shape"), [("tiny", (21, 43, 70)), ("tiny", (1, 8, 1)),
                                               ("default", (33, 70, 90))])  # fmt: skip
@pytest.mark.parametrize("dtype", DTYPES)
def test_every_type_equals_golden(device, config, shape, dtype):
    m, k, n = shape
    rng = np.random.default_rng([SEED, DTYPES.index(dtype), *shape])
    fmt, kind = FORMATS[get_dtype(dtype)], numpy_dtype(get_dtype(dtype))
    # Any bits: infinities, NaNs and subnormals among them; but mostly numbers that add up.
    inputs = {
        name: np.where(
            rng.random(size) < 0.02,
            rng.integers(0, 256, (*size, fmt.bytes), np.uint8).view(kind)[..., 0],
            rng.integers(-64, 64, size).astype(kind),
        )
        for name, size in (("lhsT", (k, m)), ("rhs", (k, n)))
    }
    program = matmul.build(get_config(config), m=m, k=k, n=n, dtype=dtype)
    output = require_goldens_bytes(device, config, program, inputs)
    if not fmt.is_float:
        exact = inputs["lhsT"].astype(np.int64).T @ inputs["rhs"].astype(np.int64)
        np.testing.assert_array_equal(output, exact)


LAYOUTS = [
    ("bf16", "nt", None, None), ("fp32", "nt", None, None), ("int8", "nt", None, None),
    ("fp8_e4m3", "nn", 3, None), ("uint8", "tt", None, 3), ("bf16", "nn", 9, 9),
]  # fmt: skip


@pytest.mark.parametrize(("config", "shape"), [("tiny", (29, 41, 66)), ("default", (33, 70, 90))])
@pytest.mark.parametrize(("dtype", "layout", "lhs", "rhs"), LAYOUTS)
def test_layouts_and_batches_equal_golden(device, config, shape, dtype, layout, lhs, rhs):
    """Any bits of any type, NaNs too."""
    options = {"layout": layout, "lhs_batch": lhs, "rhs_batch": rhs}
    program = matmul.build(get_config(config), *shape, dtype, **options)
    rng = np.random.default_rng([SEED, *shape])
    require_goldens_bytes(device, config, program, any_bits(program, rng))


LOOPED = [((32, 20, 32), "int8", "nt", 64), ((16, 9, 16), "bf16", "tn", 128)]


@pytest.mark.parametrize(("shape", "dtype", "layout", "count"), LOOPED)
def test_many_products_in_a_loop_equal_golden(device, shape, dtype, layout, count):
    options = {"layout": layout, "lhs_batch": count, "rhs_batch": count, "scale": True}
    program = matmul.build("default", *shape, dtype, out_dtype="fp32", **options)
    assert program.instruction_count < count * 3
    rng = np.random.default_rng([SEED, *shape])
    require_goldens_bytes(device, "default", program, any_bits(program, rng))


def transpose_kernel(x: nl.Tensor, start: int):
    """``x[P, F].T``, from partition ``start`` on."""
    rows, columns = x.shape
    out = nl.ndarray((columns, rows), x.dtype, buffer=nl.shared_hbm)
    tile = nl.ndarray((start + rows, columns), x.dtype)
    nisa.dma_copy(tile[start:], x)
    turned = nl.ndarray((columns, rows), x.dtype, buffer=nl.psum)
    nisa.nc_transpose(turned, tile[start:])
    result = nl.ndarray((columns, rows), x.dtype)
    nisa.tensor_copy(result, turned, engine=nisa.vector_engine)
    nisa.dma_copy(out, result)
    return out


@pytest.mark.parametrize(("rows", "columns", "start"), [(4, 4, 0), (3, 2, 1), (1, 4, 2)])
@pytest.mark.parametrize("dtype", [fmt.name for fmt in FORMATS.values()])
def test_transposes_keep_every_bit(device, dtype, rows, columns, start):
    """Random bits of every type: NaN payloads, infinities and all."""
    rng = np.random.default_rng([SEED, rows, columns])
    kind = numpy_dtype(get_dtype(dtype))
    raw = rng.integers(0, 256, (rows, columns, kind.itemsize), np.uint8)
    x = (raw & 1 if dtype == "bool" else raw).view(kind)[..., 0]
    specs = {"x": nki.TensorArg(x.shape, dtype), "start": start}
    program = nki.compile(transpose_kernel, "tiny", specs)
    for target in ("golden", "verilator"):
        model = device(target, "tiny").load(program)
        out = model.run({"x": x}).outputs["out"]
        model.unload()
        assert out.tobytes() == np.ascontiguousarray(x.T).tobytes(), target


def test_special_values_pass_through_the_array(device):
    """Infinities, NaNs, subnormals and signed zeros give golden's bytes on RTL."""
    kind = numpy_dtype(get_dtype("bf16"))
    values = np.array(
        [0.0, -0.0, np.inf, -np.inf, np.nan, 1e-40, -1e-40, 3e38, 1.0, -1.5], dtype=np.float32
    ).astype(kind)
    rng = np.random.default_rng(SEED)
    k, m, n = 9, 21, 37
    inputs = {"lhsT": rng.choice(values, (k, m)), "rhs": rng.choice(values, (k, n))}
    program = matmul.build(get_config("tiny"), m=m, k=k, n=n, dtype="bf16")
    got = {
        target: device(target, "tiny").load(program).run(inputs).outputs["out"].tobytes()
        for target in ("golden", "verilator")
    }
    assert got["verilator"] == got["golden"]


def test_a_model_runs_again_and_several_stay_loaded(device):
    rng = np.random.default_rng(SEED)
    kind = numpy_dtype(get_dtype("bf16"))
    config = get_config("tiny")
    first = device("verilator", "tiny").load(matmul.build(config, m=5, k=6, n=7, dtype="bf16"))
    second = device("verilator", "tiny").load(matmul.build(config, m=3, k=9, n=20, dtype="bf16"))
    for _ in range(2):
        for model, (m, k, n) in ((first, (5, 6, 7)), (second, (3, 9, 20))):
            lhs = rng.integers(-4, 5, (k, m)).astype(kind)
            rhs = rng.integers(-4, 5, (k, n)).astype(kind)
            out = model.run({"lhsT": lhs, "rhs": rhs}).outputs["out"]
            expected = (lhs.astype(np.float64).T @ rhs.astype(np.float64)).astype(kind)
            np.testing.assert_array_equal(out, expected)
    first.unload()
    second.unload()


def test_cycles_repeat_exactly(device):
    config = get_config("tiny")
    model = device("verilator", "tiny").load(matmul.build(config, m=40, k=50, n=60, dtype="bf16"))
    kind = numpy_dtype(get_dtype("bf16"))
    inputs = {"lhsT": np.ones((50, 40), kind), "rhs": np.ones((50, 60), kind)}
    other = device("verilator", "tiny").load(matmul.build(config, m=7, k=9, n=30, dtype="bf16"))
    cycles = set()
    for _ in range(3):
        cycles.add(model.run(inputs).cycles)
        other.run({"lhsT": np.ones((9, 7), kind), "rhs": np.ones((9, 30), kind)})
    model.unload()
    other.unload()
    assert len(cycles) == 1
