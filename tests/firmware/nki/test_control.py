"""Loops, branches and registers of a kernel: what runs on the core is what Python would do."""

import numpy as np
import pytest

import tinyneuron as tn
from tinyneuron import nki
from tinyneuron.lower.ir import LoweringError
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron_hw.isa.codec import decode
from tinyneuron_hw.isa.opcodes import Opcode, Stream

from .tiles import load, save

SEEDS = range(3)
X = np.arange(13 * 6, dtype=np.float32).reshape(13, 6)


def length_of(tensor, low, high):
    register = nisa.register_alloc()
    nisa.register_load(register, tensor)
    return nl.bounded(register, low, high)


def word(value):
    return np.array([value], np.int32)


def outputs(run_golden, kernel, arrays, **options):
    """The one output under several schedules, each time after two runs."""
    specs = {name: nki.TensorArg(a.shape, a.dtype) for name, a in arrays.items()}
    program = nki.compile(kernel, "tiny", specs | options)
    found = [run_golden(program, arrays, seed=seed, runs=2)["out"] for seed in SEEDS]
    assert all((item == found[0]).all() for item in found)
    return found[0]


def scale_rows(x, length):
    """Twice the first rows, then exp of that: all engines that take part in a loop."""
    out = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
    count = length_of(length, 0, x.shape[0])
    lanes = nl.tile_size.pmax
    for first in nl.dynamic_range(0, count, lanes):
        rows = (count - first).minimum(lanes)
        tile = nl.ndarray((lanes, x.shape[1]), x.dtype)
        nisa.dma_copy(tile[:rows], x[nl.ds(first, rows)])
        nisa.tensor_scalar(tile[:rows], tile[:rows], nl.multiply, 0.01)
        nisa.activation(tile[:rows], nl.square, tile[:rows])
        nisa.dma_copy(out[nl.ds(first, rows)], tile[:rows])
    return out


@pytest.mark.parametrize("length", range(14))
def test_rows_of_a_length_known_when_it_runs(run_golden, length):
    expected = np.where(np.arange(13)[:, None] < length, (X * np.float32(0.01)) ** 2, 0)
    found = outputs(run_golden, scale_rows, {"x": X, "length": word(length)})
    np.testing.assert_array_equal(found, expected.astype(np.float32))


def test_one_program_for_every_length():
    """The program depends on the longest length only in its constants."""
    sizes = set()
    for rows in (4, 13, 100):
        specs = {"x": nki.TensorArg((rows, 6), "fp32"), "length": nki.TensorArg((1,), "int32")}
        sizes.add(nki.compile(scale_rows, "tiny", specs).instruction_count)
    assert len(sizes) == 1


def stored(tile, offset, register):
    nisa.register_store(tile[:, offset : offset + 1], register)


@pytest.mark.parametrize("a", [-7, -1, 0, 3, 100])
@pytest.mark.parametrize("b", [-2, 3])
def test_arithmetic_on_registers(run_golden, a, b):
    def kernel(values):
        tile = nl.ndarray((1, 16), nl.int32)
        nisa.memset(tile, 0)
        x, y = nisa.register_alloc(), nisa.register_alloc()
        nisa.register_load(x, values[0:1])
        nisa.register_load(y, values[1:2])
        results = [x + y, x - y, 5 - x, x * y, x & y, x | y, x ^ y, x << 3, x >> 1, -x, x < y,
                   x >= y, x == y, x != 3, x.minimum(y), x.maximum(y)]  # fmt: skip
        for at, result in enumerate(results):
            stored(tile, at, result)
        return save(tile)

    found = outputs(run_golden, kernel, {"values": np.array([a, b], np.int32)})
    expected = [a + b, a - b, 5 - a, a * b, a & b, a | b, a ^ b, a << 3, a >> 1, -a, a < b, a >= b,
                a == b, a != 3, min(a, b), max(a, b)]  # fmt: skip
    assert found[0].tolist() == [int(item) for item in expected]


@pytest.mark.parametrize("by", [1, 2, 3, 7, 10, 64, 1000, 641, (1 << 30) - 1])
def test_quotient_and_rest_by_a_constant(run_golden, by):
    values = np.array([0, 1, by - 1, by, by + 1, 12_345, (1 << 31) - 2, 5 * 641], np.int32)

    def kernel(values):
        tile = nl.ndarray((1, 2 * values.shape[0]), nl.int32)
        nisa.memset(tile, 0)
        for at in range(values.shape[0]):
            x = length_of(values[at : at + 1], 0, (1 << 31) - 2)
            stored(tile, 2 * at, x // by)
            stored(tile, 2 * at + 1, x % by)
        return save(tile)

    found = outputs(run_golden, kernel, {"values": values})
    assert found[0].tolist() == [item for v in values.tolist() for item in divmod(v, by)]


@pytest.mark.parametrize(("start", "stop", "step"), [(0, 5, 1), (2, 5, 2), (-3, 9, 5), (5, 5, 1),
                                                     (7, 2, 3), (1, 8, 7)])  # fmt: skip
@pytest.mark.parametrize("known", [True, False])
def test_counter_of_a_loop(run_golden, start, stop, step, known):
    """The counter's sum, and how often the loop ran."""

    def kernel(bounds):
        total, count = nisa.register_alloc(0), nisa.register_alloc(0)
        ends = [start, stop]
        if not known:
            ends = [length_of(bounds[at : at + 1], -100, 100) for at in range(2)]

        def body(i):
            nisa.register_move(total, total + i)
            nisa.register_move(count, count + 1)

        nl.fori_loop(*ends, body, step=step)
        tile = nl.ndarray((1, 2), nl.int32)
        stored(tile, 0, total)
        stored(tile, 1, count)
        return save(tile)

    found = outputs(run_golden, kernel, {"bounds": np.array([start, stop], np.int32)})
    counted = range(start, stop, step)
    assert found[0].tolist() == [sum(counted), len(counted)]


@pytest.mark.parametrize("times", [0, 1, 5])
def test_while_loop_whose_condition_is_computed_on_chip(run_golden, times):
    """A tile is doubled until a counter in SBUF reaches 0."""

    def kernel(x, times):
        data, left = load(x), load(times.reshape((1, 1)))
        condition = nisa.register_alloc()
        nisa.register_load(condition, left)

        def body(r):
            nisa.tensor_scalar(data, data, nl.multiply, 2.0)
            nisa.tensor_scalar(left, left, nl.subtract, 1.0)
            following = nisa.register_alloc()
            nisa.register_load(following, left)
            return following

        nl.while_loop(condition, body)
        return save(data)

    x = X[:4]
    found = outputs(run_golden, kernel, {"x": x, "times": word(times)})
    assert (found == x * 2**times).all()


@pytest.mark.parametrize("value", [0, 1, 9])
@pytest.mark.parametrize("halves", [1, 2])
def test_branch(run_golden, value, halves):
    def kernel(x, value):
        data = load(x)
        register = nisa.register_alloc()
        nisa.register_load(register, value)
        tripled = (
            (lambda: nisa.tensor_scalar(data, data, nl.multiply, 3.0)) if halves == 2 else None
        )
        nl.cond(register > 1, lambda: nisa.activation(data, nl.square, data), tripled)
        nisa.tensor_scalar(data, data, nl.add, 1.0)
        return save(data)

    x = X[:4]
    found = outputs(run_golden, kernel, {"x": x, "value": word(value)})
    other = 3 * x if halves == 2 else x
    assert (found == (x * x if value > 1 else other) + 1).all()


@pytest.mark.parametrize("rows", [0, 1, 3])
@pytest.mark.parametrize("columns", [0, 2, 5])
def test_loops_and_a_branch_inside_each_other(run_golden, rows, columns):
    """Each cell of a triangle is loaded, increased and stored on its own."""

    def kernel(x, sizes):
        out = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
        whole = load(x)
        nisa.dma_copy(out, whole)
        height, width = (length_of(sizes[k : k + 1], 0, x.shape[k]) for k in range(2))
        for row in nl.dynamic_range(height):
            for column in nl.dynamic_range(width):

                def cell(row=row, column=column):
                    one = nl.ndarray((1, 1), x.dtype)
                    nisa.dma_copy(one, x[row, nl.ds(column, 1)])
                    nisa.tensor_scalar(one, one, nl.add, 100.0)
                    nisa.dma_copy(out[row, nl.ds(column, 1)], one)

                nl.cond(column >= row, cell)
        return out

    x = X[:4]
    found = outputs(run_golden, kernel, {"x": x, "sizes": np.array([rows, columns], np.int32)})
    expected = x.copy()
    for row in range(rows):
        expected[row, row:columns] += 100
    assert (found == expected).all()


@pytest.mark.parametrize("length", [0, 1, 6])
def test_sizes_and_places_on_chip(run_golden, length):
    """Columns of a tile one after another, and a run of columns of any length."""

    def kernel(x, length):
        data = load(x)
        count = length_of(length, 0, x.shape[1])
        for column in nl.dynamic_range(count):
            nisa.tensor_scalar(data[:, column], data[:, column], nl.multiply, 2.0)

        def squares():
            nisa.tensor_tensor(data[:, :count], data[:, :count], data[:, :count], nl.multiply)

        nl.cond(count > 0, squares)
        return save(data)

    x = X[:4]
    found = outputs(run_golden, kernel, {"x": x, "length": word(length)})
    expected = x.copy()
    expected[:, :length] = (2 * x[:, :length]) ** 2
    assert (found == expected).all()


def test_more_places_than_registers(run_golden):
    """Forty columns are written, then read, from one register on."""

    def kernel(length):
        tile = nl.ndarray((4, 64), nl.float32)
        nisa.memset(tile, 1.0)
        first = length_of(length, 0, 16)
        for _ in range(2):
            for number in range(40):
                here = tile[:, nl.ds(first + number, 1)]
                nisa.tensor_scalar(here, here, nl.multiply, float(number))
        return save(tile)

    found = outputs(run_golden, kernel, {"length": word(7)})
    expected = np.ones((4, 64))
    expected[:, 7:47] = np.arange(40) ** 2
    assert (found == expected).all()


@pytest.mark.parametrize("where", [nl.hbm, nl.sbuf])
def test_a_number_goes_through_memory_to_every_stream(run_golden, where):
    """What one stream stores, all that need it load again."""

    def kernel(x, length):
        data = load(x)
        shape = (1,) if where is nl.hbm else (1, 1)
        cell = nl.ndarray(shape, nl.int32, buffer=where)
        count = length_of(length, 0, 2)
        for _ in nl.dynamic_range(count):
            nisa.register_store(cell, count + 1)
            again = nisa.register_alloc()
            nisa.register_load(again, cell)
            size = nl.bounded(again, 1, 3)
            nisa.tensor_scalar(data[:, :size], data[:, :size], nl.add, 1.0)
            nisa.activation(data[:, :size], nl.square, data[:, :size])
        return save(data)

    x = X[:4]
    found = outputs(run_golden, kernel, {"x": x, "length": word(2)})
    expected = x.copy()
    for _ in range(2):
        expected[:, :3] = (expected[:, :3] + 1) ** 2
    assert (found == expected).all()


@pytest.mark.parametrize("depth", [1, 4, 12])
def test_sum_of_products_over_a_loop(run_golden, depth):
    """The first product overwrites, the others add, by a register."""

    def kernel(lhs, rhs, depth):
        lanes = nl.tile_size.pmax
        count = length_of(depth, 1, lhs.shape[0])
        acc = nl.ndarray((lhs.shape[1], rhs.shape[1]), nl.float32, buffer=nl.psum)
        for first in nl.dynamic_range(0, count, lanes):
            rows = (count - first).minimum(lanes)
            left, right = (nl.ndarray((lanes, t.shape[1]), t.dtype) for t in (lhs, rhs))
            nisa.dma_copy(left[:rows], lhs[nl.ds(first, rows)])
            nisa.dma_copy(right[:rows], rhs[nl.ds(first, rows)])
            nisa.nc_matmul(acc, left[:rows], right[:rows], accumulate=first > 0)
        result = nl.ndarray(acc.shape, nl.float32)
        nisa.tensor_copy(result, acc)
        return save(result)

    rng = np.random.default_rng(3)
    lhs, rhs = (rng.integers(-9, 9, (12, n)).astype(np.float16) for n in (4, 5))
    found = outputs(run_golden, kernel, {"lhs": lhs, "rhs": rhs, "depth": word(depth)})
    assert (found == lhs[:depth].astype(np.float32).T @ rhs[:depth].astype(np.float32)).all()


def test_what_a_loop_uses_is_there_in_every_pass(run_golden):
    """Tables, the unit matrix and tiles from before a loop last through it, however many tiles its
    body makes; the table that another function needs behind it comes later."""

    def kernel(x, times):
        kept, total = load(x), nl.ndarray(x.shape, nl.float32)
        nisa.memset(total, 0.0)
        for _ in nl.dynamic_range(length_of(times, 0, 9)):
            turned = nl.ndarray((4, 4), nl.float32, buffer=nl.psum)
            nisa.nc_transpose(turned, kept)
            steps = [nl.ndarray(x.shape, nl.float32) for _ in range(3)]
            nisa.activation(steps[0], nl.exp, turned, scale=0.01)
            nisa.activation(steps[1], nl.tanh, turned)
            nisa.tensor_tensor(steps[2], steps[0], steps[1], nl.add)
            nisa.tensor_tensor(total, total, steps[2], nl.add)
        nisa.activation(total, nl.sigmoid, total)
        return save(total)

    x = X[:4, :4].copy()
    found = outputs(run_golden, kernel, {"x": x, "times": word(3)})
    expected = 1 / (1 + np.exp(-3 * (np.exp(0.01 * x.T) + np.tanh(x.T))))
    np.testing.assert_allclose(found, expected, atol=1e-5)


def registers_of(kernel):
    """Operations on registers that each stream of a kernel has."""
    specs = {"length": nki.TensorArg((1,), "int32")}
    program = nki.compile(kernel, "tiny", specs)
    return {
        stream: [Opcode(raw[0]) for raw in code].count(Opcode.REGISTER)
        for stream, code in program.streams.items()
    }


def test_places_that_differ_by_a_number_share_their_registers():
    """Device memory needs none at all, on chip one addition each."""

    def kernel(length, copies=1):
        out = nl.ndarray((4, 64), nl.float32, buffer=nl.shared_hbm)
        tile = nl.ndarray((4, 64), nl.float32)
        nisa.memset(tile, 0.0)
        first = length_of(length, 0, 16)
        for number in range(copies):
            here = nl.ds(first + 8 * number, 8)
            nisa.tensor_scalar(tile[:, here], tile[:, here], nl.add, 1.0)
            nisa.dma_copy(out[:, here], tile[:, here])
        return out

    def several(length):
        return kernel(length, copies=5)

    one, five = registers_of(kernel), registers_of(several)
    assert five[Stream.VECTOR] == one[Stream.VECTOR] + 4
    assert five[Stream.GPSIMD] == one[Stream.GPSIMD] + 4


def test_a_comparison_that_bounds_decide_is_a_number():
    """Only the first of three products asks a register whether it is the first."""

    def kernel(length):
        out = nl.ndarray((4, 4), nl.float32, buffer=nl.shared_hbm)
        operand = nl.ndarray((4, 4), nl.float16)
        nisa.memset(operand, 1.0)
        acc = nl.ndarray((4, 4), nl.float32, buffer=nl.psum)
        for first in nl.dynamic_range(0, length_of(length, 0, 30), 3):
            for number in range(3):
                nisa.nc_matmul(acc, operand, operand, accumulate=first + number > 0)
        nisa.dma_copy(out, operand)
        return out

    program = nki.compile(kernel, "tiny", {"length": nki.TensorArg((1,), "int32")})
    moving = [decode(raw).fields for raw in program.streams[Stream.TENSOR]
              if Opcode(raw[0]) is Opcode.MULTIPLY_MOVING]  # fmt: skip
    assert [item["accumulate_by_register"] for item in moving] == [1, 0, 0]
    assert [item["accumulate"] for item in moving[1:]] == [1, 1]


def test_a_loop_is_a_loop_of_every_stream_that_takes_part():
    specs = {"x": nki.TensorArg((13, 6), "fp32"), "length": nki.TensorArg((1,), "int32")}
    program = nki.compile(scale_rows, "tiny", specs)
    for stream, code in program.streams.items():
        opcodes = [Opcode(raw[0]) for raw in code]
        assert opcodes.count(Opcode.LOOP) == 1, stream
        assert opcodes.count(Opcode.REGISTER_LOAD) == 1, stream


def test_a_kernel_without_registers_has_no_barrier():
    def kernel(x):
        return save(load(x))

    program = nki.compile(kernel, "tiny", {"x": nki.TensorArg((4, 4), "fp32")})
    control = {Opcode.BARRIER, Opcode.LOOP, Opcode.BRANCH, Opcode.REGISTER}
    assert not control & {Opcode(raw[0]) for code in program.streams.values() for raw in code}


def free(low=0, high=4):
    """A register with these bounds."""
    tensor = nl.ndarray((1,), nl.int32, buffer=nl.shared_hbm)
    return length_of(tensor, low, high)


def tile(rows=4, columns=8):
    return nl.ndarray((rows, columns), nl.float32)


def leave_early():
    for _ in nl.dynamic_range(free()):
        break
    nisa.memset(tile(), 0.0)


def keep_a_counter():
    kept = list(nl.dynamic_range(free()))
    return kept[0] + 1


def nest(depth):
    if depth:
        nl.fori_loop(0, free(), lambda _: nest(depth - 1))


def use_the_other_half():
    made = []
    nl.cond(free(), lambda: made.append(free() + 1), lambda: made[0] + 1)


def accumulate_across(where):
    acc = nl.ndarray((4, 4), nl.float32, buffer=nl.psum)
    operand = nl.ndarray((4, 4), nl.float16)
    if where == "before":
        nisa.nc_matmul(acc, operand, operand)
    nl.fori_loop(0, free(), lambda _: None if where == "before"
                 else nisa.nc_matmul(acc, operand, operand))  # fmt: skip
    nisa.nc_matmul(acc, operand, operand)


ERRORS = {
    "if": (lambda: bool(free() > 1), "its value is known only when the program runs"),
    "while": (lambda: [1 for _ in range(free())], "its value is known only when the program runs"),
    "shape": (lambda: nl.ndarray((free(), 4), nl.float32, buffer=nl.hbm), "sizes that are known"),
    "stride": (lambda: tile()[:, 0:8:free(1, 2)], "its value is known only"),
    "partition start": (lambda: tile()[nl.ds(free(0, 2), 2)], "partition axis takes constant"),
    "unbounded size": (lambda: tile()[:, : nisa.register_alloc(3)], "a size must be bounded"),
    "size": (lambda: tile()[:, : free(0, 9)], "9 elements from at most 0 on may reach outside"),
    "place": (lambda: tile()[:, nl.ds(free(0, 7), 2)], "2 elements from at most 7 on may reach"),
    "negative": (lambda: tile()[:, nl.ds(free(-1, 3), 2)], "start must be known to be at least 0"),
    "sizes": (lambda: nisa.tensor_copy(tile()[:, : free()], tile()[:, : free()]),
              "src has r<=4 elements per partition, dst r<=4"),
    "one size": (lambda: nisa.tensor_copy(tile()[:, : free()], tile()[:, :4]), "src has 4 elem"),
    "part": (lambda: tile()[:, : free()][:, 0:2], "has a size in a register: it takes : only"),
    "reshape": (lambda: tile()[:, : free()].reshape((4, 4, 1)), "cannot be reshaped"),
    "number": (lambda: nisa.memset(tile(), free()), "value must be a number"),
    "unset": (lambda: nisa.register_alloc() + 1, "is read before it was set"),
    "computed": (lambda: nisa.register_move(free() + 1, 3), "must come from nisa.register_alloc"),
    "wide": (lambda: nisa.register_alloc(1 << 32), "a register has 32 bits"),
    "load": (lambda: nisa.register_load(nisa.register_alloc(), tile()), "must be one element of 4"),
    "psum": (lambda: nisa.register_load(nisa.register_alloc(),
                                        nl.ndarray((1, 1), nl.int32, buffer=nl.psum)),
             "must be a tensor in nl.sbuf or device memory"),
    "step": (lambda: list(nl.dynamic_range(0, 4, 0)), "step must be a positive constant, not 0"),
    "register step": (lambda: list(nl.dynamic_range(0, 4, free())), "step must be a positive"),
    "break": (leave_early, "must run to its end: no break or return leaves it"),
    "counter": (keep_a_counter, "was made in a loop or branch that has ended"),
    "half": (use_the_other_half, "was made in a loop or branch that has ended"),
    "depth": (lambda: nest(9), "at most 8 dynamic loops are inside each other"),
    "body": (lambda: nl.while_loop(free(), lambda r: None), "must return the next condition"),
    "pred": (lambda: nl.cond(True, lambda: None), "take Python's if"),
    "bounds": (lambda: free(3, 2), "low and high must be in order and of 31 bits, not 3 and 2"),
    "quotient": (lambda: free(-1, 3) // 2, "known to be at least 0, not -1"),
    "flag": (lambda: accumulate_by(free()), "accumulate must be known to be 0 or 1"),
    "group before": (lambda: accumulate_across("before"), "accumulate must be said for"),
    "group inside": (lambda: accumulate_across("inside"), "accumulate must be said for"),
}  # fmt: skip


def accumulate_by(flag):
    acc = nl.ndarray((4, 4), nl.float32, buffer=nl.psum)
    operand = nl.ndarray((4, 4), nl.float16)
    nisa.nc_matmul(acc, operand, operand, accumulate=flag)


@pytest.mark.parametrize("name", ERRORS)
def test_rule_of_registers(require_error, name):
    message = require_error(*ERRORS[name])
    assert "test_control.py:" in message


def test_registers_run_out():
    def kernel(values):
        tile = nl.ndarray((1, 40), nl.int32)
        registers = []
        for at in range(40):
            registers.append(nisa.register_alloc())
            nisa.register_load(registers[-1], values[at : at + 1])
        for at, register in enumerate(registers):
            stored(tile, at, register)
        return save(tile)

    with pytest.raises(LoweringError, match="stream SYNC has 32 registers; more are in use"):
        nki.compile(kernel, "tiny", {"values": nki.TensorArg((40,), "int32")})


@pytest.mark.parametrize("length", [-1, 14, 1 << 30])
def test_a_length_out_of_bounds_traps_before_anything_is_written(length):
    specs = {"x": nki.TensorArg(X.shape, "fp32"), "length": nki.TensorArg((1,), "int32")}
    program = nki.compile(scale_rows, "tiny", specs)
    with tn.open_device("golden", "tiny") as device:
        model = device.load(program)
        with pytest.raises(tn.TrapError) as caught:
            model.run({"x": X, "length": word(length)})
        assert f"length[0] must be from 0 to 13, not {length}" in str(caught.value)
        assert "test_control.py:" in str(caught.value)
        assert not model.read("out").any()
        outputs = model.run({"x": X, "length": word(13)}).outputs
        assert outputs["out"][12].any()
