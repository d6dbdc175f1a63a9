"""Operand layouts and batches of the matmul kernel on golden, with race checks."""

import random

import numpy as np
import pytest

from tinyneuron import nki
from tinyneuron.bench.kernels import operand
from tinyneuron.kernels import matmul
from tinyneuron.kernels.drain import result_dtype
from tinyneuron.nki import KernelError
from tinyneuron_hw.config import PRESETS, get_config
from tinyneuron_hw.formats import DType, get_dtype
from tinyneuron_hw.isa.opcodes import Opcode, Stream

SEED = 2024
DTYPES = ("bf16", "fp16", "fp32", "tf32", "fp8_e5m2", "fp8_e4m3", "fp8_e3m4", "int8", "uint8")


def stacked(batch, rows, columns):
    return (rows, columns) if batch is None else (batch, rows, columns)


@pytest.fixture
def check(run_golden, error_bound):
    def run(config, m, k, n, dtype="bf16", layout="tn", lhs=None, rhs=None, seed=0, **options):
        config = get_config(config)
        program = matmul.build(config, m, k, n, dtype, layout=layout, lhs_batch=lhs, rhs_batch=rhs,
                               **options)  # fmt: skip
        rng = np.random.default_rng([SEED, m, k, n])
        a = operand(rng, stacked(lhs, m, k), dtype)
        b = operand(rng, stacked(rhs, k, n), options.get("rhs_dtype") or dtype)
        left, right = ("lhs", a), ("rhs", b)
        if layout[0] == "t":
            left = "lhsT", a.swapaxes(-1, -2)
        if layout[1] == "t":
            right = "rhsT", b.swapaxes(-1, -2)
        inputs = dict([left, right])
        exact = a.astype(np.float64) @ b.astype(np.float64)
        size = np.abs(a.astype(np.float64)) @ np.abs(b.astype(np.float64))
        for name in ("scale", "bias"):
            if options.get(name):
                inputs[name] = rng.standard_normal(m).astype(np.float32)
        if "scale" in inputs:
            exact, size = exact * inputs["scale"][:, None], size * np.abs(inputs["scale"][:, None])
        if "bias" in inputs:
            exact, size = exact + inputs["bias"][:, None], size + np.abs(inputs["bias"][:, None])
        out = run_golden(program, inputs, seed=seed)["out"]
        assert out.shape == exact.shape
        passes = 4 if dtype == "fp32" else 1
        kind = get_dtype(
            options.get("out_dtype") or result_dtype(options.get("rhs_dtype") or dtype)
        )
        bound = 0
        if kind is not DType.INT32:
            bound = error_bound(exact, size, passes * (k + -(-k // config.partitions)) + 2, kind)
        worst = np.max(np.abs(out.astype(np.float64) - exact) - bound)
        assert worst <= 0, f"{m} x {k} x {n} {layout}: {worst} beyond the bound"

    return run


def draw_case(draw):
    batch = draw.choice([None, 1, 2, 5, 9])
    case = {
        "m": draw.randint(1, 40), "k": draw.randint(1, 40), "n": draw.randint(1, 40),
        "layout": draw.choice(matmul.LAYOUTS), "dtype": draw.choice(DTYPES), "lhs": batch,
        "rhs": draw.choice([None, 1, batch]),
    }  # fmt: skip
    if draw.random() < 0.5:
        case["lhs"], case["rhs"] = case["rhs"], case["lhs"]
    return case


def random_cases(count):
    draw = random.Random(SEED)
    return [draw_case(draw) for _ in range(count)]


def name(case):
    return "-".join(str(value) for value in case.values())


@pytest.mark.parametrize("case", random_cases(30), ids=name)
def test_random_shapes_layouts_types_and_batches(check, case):
    print(f"seed {SEED}, {case}")
    check("tiny", **case)


@pytest.mark.parametrize("layout", ["nn", "tt", "nt"])
@pytest.mark.parametrize("dtype", DTYPES)
def test_every_layout_of_every_type(check, dtype, layout):
    check("tiny", 11, 19, 9, dtype, layout)


@pytest.mark.parametrize(("dtype", "layout", "k"), [("fp8_e4m3", "nn", 9), ("int8", "tt", 261)])
def test_what_the_array_turned_comes_from_device_memory_the_next_time(check, dtype, layout, k):
    """Too large to stay in SBUF, and needed by several blocks of rows or of columns."""
    sizes = (500, k, 66) if layout == "nn" else (26, k, 66)
    program = matmul.build("tiny", *sizes, dtype, layout=layout)
    assert [spec.dtype for spec in program.of_kind("scratch")] == [get_dtype(dtype)]
    check("tiny", *sizes, dtype, layout)


@pytest.mark.parametrize(("lhs", "rhs"), [(5, 5), (5, None), (None, 5), (1, 5), (5, 1), (1, 1)])
@pytest.mark.parametrize("options", [{"bias": True}, {"scale": True, "bias": True, "relu": False}])
def test_one_bias_and_scale_serve_all_products(check, lhs, rhs, options):
    check("tiny", 3, 9, 7, "bf16", "nn", lhs, rhs, **options)
    check("tiny", 30, 5, 6, "int8", "tn", lhs, rhs, out_dtype="fp32", **options)


@pytest.mark.parametrize("shape", [(20, 40, 30), (33, 64, 64)])
@pytest.mark.parametrize("layout", ["tn", "nt"])
def test_batches_on_default(check, shape, layout):
    check("default", *shape, "bf16", layout, 3, 3)


LOOPED = [
    (64, 64, 64, "int8", "nt", {"lhs": 32, "rhs": 32}),
    (64, 60, 64, "uint8", "nt", {"lhs": 32, "rhs": 32, "out_dtype": "fp32", "scale": True}),
    (16, 16, 16, "bf16", "tn", {"lhs": 128, "rhs": 128, "bias": True}),
    (32, 25, 32, "fp16", "nt", {"lhs": 64, "rhs": 64}),
    (48, 16, 64, "bf16", "nn", {"lhs": 36, "rhs": 36, "scale": True, "bias": True}),
    (32, 64, 128, "int8", "nt", {"lhs": 16, "rhs": 16, "out_dtype": "fp32", "bias": True}),
    (16, 7, 8, "fp8_e4m3", "tn", {"lhs": 512, "rhs": 512}),
]


@pytest.mark.parametrize(("m", "k", "n", "dtype", "layout", "options"), LOOPED)
def test_many_products_that_wait_for_memory_are_one_loop(check, m, k, n, dtype, layout, options):
    def build(batches):
        more = {key: value for key, value in options.items() if key not in ("lhs", "rhs")}
        return matmul.build("default", m, k, n, dtype, layout=layout, lhs_batch=batches,
                            rhs_batch=batches, **more)  # fmt: skip

    batches = options["lhs"]
    assert build(batches).instruction_count == build(2 * batches).instruction_count
    check("default", m, k, n, dtype, layout, **options)


def test_products_that_the_array_is_busy_with_are_straight():
    few, many = (matmul.build("default", 64, 64, 64, lhs_batch=count, rhs_batch=count)
                 for count in (32, 64))  # fmt: skip
    assert many.instruction_count > 1.5 * few.instruction_count


def test_types_mix_in_any_layout(check):
    check("tiny", 9, 13, 21, "int8", "nt", rhs_dtype="uint8")
    check("tiny", 9, 13, 21, "fp8_e4m3", "nn", rhs_dtype="bf16")


@pytest.mark.parametrize(
    "changes",
    [
        {"columns": 16},
        {"columns": 8, "partitions": 16},
        {"columns": 4, "partitions": 32},
        {"has_gpsimd": False, "dma_engines": 1},
        {"sbuf_partition_bytes": 512, "psum_bank_bytes": 64},
    ],
)
def test_other_configurations(check, changes):
    config = PRESETS["tiny"].with_changes(name="other", **changes)
    check(config, 37, 22, 70, "bf16", "nt", bias=True)
    check(config, 11, 35, 9, "int8", "nt", 3, 3)
    check(config, 5, 70, 9, "fp32", "nn", 6, None)


@pytest.mark.parametrize("seed", range(2))
def test_several_schedules(check, seed):
    check("tiny", 30, 150, 70, "bf16", "nt", seed=seed)
    check("tiny", 7, 9, 11, "int8", "nn", 8, 8, seed=seed)


def test_an_operand_may_be_a_part_of_a_tensor(run_golden):
    def kernel(x, w):
        return matmul.matmul(w[2:, 1:6], lhs=None, rhsT=x[1:9, 3:])

    x = np.arange(100, dtype=np.float32).reshape(10, 10) % 7
    w = np.arange(72, dtype=np.float32).reshape(9, 8) % 5
    specs = {"x": nki.TensorArg(x.shape, "fp32"), "w": nki.TensorArg(w.shape, "fp32")}
    out = run_golden(nki.compile(kernel, "tiny", specs), {"x": x, "w": w})["out"]
    np.testing.assert_array_equal(out, w[2:, 1:6].T @ x[1:9, 3:].T)


def multiplies(what_runs, program):
    ran = [opcode for opcode, _ in what_runs(program, Stream.TENSOR)]
    return ran.count(Opcode.MULTIPLY_MOVING)


@pytest.mark.parametrize("dtype", ["bf16", "fp32", "int8"])
@pytest.mark.parametrize("layout", matmul.LAYOUTS)
def test_transfers_turn_elements_of_two_and_four_bytes(what_runs, dtype, layout):
    program = matmul.build("default", 64, 64, 512, dtype, layout=layout)
    tiles = 64 // (32 if dtype == "int8" else 16)
    assert multiplies(what_runs, program) == tiles * 64 // 16


def test_the_array_turns_bytes_once(what_runs):
    program = matmul.build("default", 256, 256, 1024, "fp8_e4m3", layout="nt")
    assert multiplies(what_runs, program) == 16 * 16 * 2 + 16 * (16 + 64)


def test_pairs_of_an_odd_row_are_turned_by_the_array(what_runs, check):
    even, odd = (matmul.build("tiny", 4, k, 8, "int8", layout="nt") for k in (8, 7))
    assert multiplies(what_runs, even) == 1
    assert multiplies(what_runs, odd) == 1 + 2 * (1 + 2)
    check("tiny", 4, 7, 8, "int8", "nt")


def test_small_products_share_transfers_and_accumulators():
    program = matmul.build("default", 16, 16, 16, lhs_batch=64, rhs_batch=64)
    transfers = sum(
        Opcode(raw[0]) in (Opcode.DMA_LOAD, Opcode.DMA_STORE)
        for stream in program.streams.values()
        for raw in stream
    )
    assert transfers <= 3 * 64 * 16 / 512


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"lhs": (2, 3)}, "takes one of rhs and rhsT, not 0"),
        ({"lhs": (2, 3), "lhsT": (3, 2), "rhs": (3, 4)}, "takes one of lhs and lhsT, not 2"),
        ({"lhs": (2, 3), "rhs": (4, 5)}, "must have one K, not 3 and 4"),
        ({"lhsT": (2, 3), "rhsT": (4, 5)}, "must have one K, not 2 and 5"),
        ({"lhs": (3, 2, 3), "rhs": (4, 3, 5)}, "as many matrices, or one of them 1, not 3 and 4"),
        ({"lhs": (1, 1, 2, 3), "rhs": (3, 4)}, "must have 2 axes, or 3 .* not 4"),
    ],
)
def test_operands_that_do_not_go_together(arguments, message):
    def kernel(**tensors):
        return matmul.matmul(**tensors)

    specs = {name: nki.TensorArg(shape, "bf16") for name, shape in arguments.items()}
    with pytest.raises(KernelError, match=message):
        nki.compile(kernel, "tiny", specs)


def test_an_unknown_layout_is_named():
    with pytest.raises(ValueError, match="layout must be one of tn, nn, nt, tt, not 'xy'"):
        matmul.build("tiny", 2, 2, 2, layout="xy")
