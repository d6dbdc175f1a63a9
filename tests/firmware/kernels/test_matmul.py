"""The matmul kernel on golden, with race checks, against float64 within the rounding bound."""

import random

import ml_dtypes
import numpy as np
import pytest

from tinyneuron.bench.kernels import operand
from tinyneuron.kernels import matmul
from tinyneuron.kernels.drain import result_dtype
from tinyneuron.nki import KernelError
from tinyneuron_hw.config import PRESETS, get_config
from tinyneuron_hw.formats import DType, get_dtype
from tinyneuron_hw.isa.codec import decode
from tinyneuron_hw.isa.opcodes import DMA_OPCODES, Opcode, Stream

BF16 = np.dtype(ml_dtypes.bfloat16)


@pytest.fixture
def check(run_golden, error_bound):
    def run(config, m, k, n, dtype="bf16", seed=0, runs=1, **options):
        config = get_config(config)
        program = matmul.build(config, m, k, n, dtype, **options)
        rng = np.random.default_rng(seed + m + 64 * k + 4096 * n)
        lhs, rhs = operand(rng, (k, m), dtype), operand(rng, (k, n), dtype)
        inputs = {"lhsT": lhs, "rhs": rhs}
        exact = lhs.astype(np.float64).T @ rhs.astype(np.float64)
        size = np.abs(lhs.astype(np.float64)).T @ np.abs(rhs.astype(np.float64))
        if options.get("scale"):
            inputs["scale"] = rng.standard_normal(m).astype(np.float32)
            exact = exact * inputs["scale"][:, None].astype(np.float64)
            size = size * np.abs(inputs["scale"][:, None].astype(np.float64))
        if options.get("bias"):
            inputs["bias"] = rng.standard_normal(m).astype(np.float32)
            exact = exact + inputs["bias"][:, None]
            size = size + np.abs(inputs["bias"])[:, None]
        if options.get("relu"):
            exact = np.maximum(exact, 0)
        out = run_golden(program, inputs, seed=seed, runs=runs)["out"].astype(np.float64)
        # Each of the four passes of FP32 adds its sums; a scale rounds once more.
        passes = 4 if dtype == "fp32" else 1
        roundings = passes * (k + -(-k // config.partitions)) + 2
        kind = get_dtype(options.get("out_dtype") or result_dtype(dtype))
        bound = error_bound(exact, size, roundings, kind) if kind is not DType.INT32 else 0
        assert out.shape == (m, n)
        worst = np.max(np.abs(out - exact) - bound)
        assert worst <= 0, f"{m} x {k} x {n}: {worst} beyond the bound"

    return run


def test_random_shapes_on_tiny(check):
    draw = random.Random(7)
    for seed in range(16):
        check("tiny", *(draw.randint(1, 40) for _ in range(3)), seed=seed)


@pytest.mark.parametrize("shape", [(1, 1, 1), (17, 33, 5), (16, 16, 512), (40, 20, 530)])
def test_ragged_shapes_on_default(check, shape):
    check("default", *shape)


@pytest.mark.parametrize("dtype", ["fp32", "tf32", "fp8_e5m2", "fp8_e4m3", "fp8_e3m4", "int8",
                                   "uint8"])  # fmt: skip
@pytest.mark.parametrize("shape", [(5, 1, 3), (17, 24, 30), (40, 9, 20), (21, 39, 70)])
def test_every_type_and_ragged_contractions(check, dtype, shape):
    check("tiny", *shape, dtype)


@pytest.mark.parametrize("options", [{}, {"bias": True}, {"relu": True},
                                     {"bias": True, "relu": True}])  # fmt: skip
@pytest.mark.parametrize("dtype", ["int8", "fp8_e4m3"])
def test_quantised_products_are_scaled_by_channel(check, dtype, options):
    check("tiny", 37, 23, 30, dtype, scale=True, out_dtype="fp32", **options)


def test_integer_types_mix(run_golden):
    rng = np.random.default_rng(5)
    lhs, rhs = operand(rng, (13, 6), "int8"), operand(rng, (13, 9), "uint8")
    program = matmul.build("tiny", 6, 13, 9, "int8", rhs_dtype="uint8")
    out = run_golden(program, {"lhsT": lhs, "rhs": rhs})["out"]
    np.testing.assert_array_equal(out, lhs.T.astype(np.int32) @ rhs.astype(np.int32))


def test_more_row_tiles_than_banks(check):
    """Accumulators rotate: the ninth tile reuses the bank of the first."""
    check("tiny", 70, 9, 20)


@pytest.mark.parametrize("seed", range(4))
def test_every_schedule_gives_the_same_bytes(run_golden, seed):
    program = matmul.build("tiny", 21, 18, 70)
    rng = np.random.default_rng(3)
    inputs = {
        "lhsT": rng.standard_normal((18, 21)).astype(BF16),
        "rhs": rng.standard_normal((18, 70)).astype(BF16),
    }
    first = run_golden(program, inputs, seed=100)["out"]
    assert run_golden(program, inputs, seed=seed)["out"].tobytes() == first.tobytes()


def test_runs_again_without_a_reset(check):
    """A program leaves every semaphore at 0."""
    check("tiny", 9, 10, 11, runs=3)


@pytest.mark.parametrize(
    "options",
    [{"bias": True}, {"relu": True}, {"bias": True, "relu": True, "out_dtype": "fp32"}],
)
def test_bias_and_relu(check, options):
    check("tiny", 13, 6, 70, **options)


def test_fp16_in_and_fp32_out(check):
    check("tiny", 9, 11, 12, dtype="fp16")
    check("tiny", 9, 11, 12, dtype="fp16", out_dtype="fp32")


@pytest.mark.parametrize(
    "changes",
    [
        {"columns": 16},
        {"columns": 8, "partitions": 16},
        {"has_gpsimd": False},
        {"has_gpsimd": False, "dma_engines": 4},
        {"dma_engines": 1},
        {"sbuf_partition_bytes": 1024},
    ],
)
def test_other_configurations(check, changes):
    config = PRESETS["tiny"].with_changes(name="other", **changes)
    check(config, 37, 22, 70, bias=True)
    check(config, 5, 3, 2)


def test_same_call_gives_the_same_bytes():
    first, second = (matmul.build("tiny", 20, 20, 20) for _ in range(2))
    assert first == second


def test_types_must_match():
    from tinyneuron import nki

    for left, right in (("bf16", "fp32"), ("int8", "bf16"), ("int32", "fp32")):
        specs = {"lhsT": nki.TensorArg((4, 4), left), "rhs": nki.TensorArg((4, 4), right)}
        with pytest.raises(KernelError, match="types that the Tensor engine multiplies"):
            nki.compile(matmul.matmul, "tiny", specs)


@pytest.fixture(scope="module")
def large():
    return matmul.build("default", 512, 512, 512)


def test_large_matmul_moves_little(large):
    """Reuse in SBUF: about 3 MB through the port, in pieces that make good bursts."""
    total = 0
    for instructions in large.streams.values():
        for raw in instructions:
            if Opcode(raw[0]) not in DMA_OPCODES:
                continue
            fields = decode(raw)
            device = "src" if fields.opcode is Opcode.DMA_LOAD else "dst"
            sizes = [fields[f"{device}.dims.{i}.size"] for i in range(4)]
            assert fields[f"{device}.dims.0.stride"] == 2
            assert sizes[0] >= 128
            total += 2 * int(np.prod(sizes))
    assert total <= 3.5e6


def test_large_matmul_keeps_the_tensor_engine_free_of_nops(large, what_runs):
    """A NOP drains the engine; waits go on its own instructions instead."""
    opcodes = [opcode for opcode, _ in what_runs(large, Stream.TENSOR)]
    assert opcodes.count(Opcode.MULTIPLY_MOVING) == 1024
    assert opcodes.count(Opcode.NOP) <= 8
    assert large.tensor("out").dtype is DType.BF16
