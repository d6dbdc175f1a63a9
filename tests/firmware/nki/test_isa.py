"""Each call of the kernel language, on golden against NumPy, and each rule it checks."""

import ml_dtypes
import numpy as np
import pytest

from tinyneuron import nki
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron_hw.config import PRESETS

from .tiles import load, save

BF16 = np.dtype(ml_dtypes.bfloat16)
RNG = np.random.default_rng(5)
X = RNG.standard_normal((4, 6)).astype(np.float32)
Y = RNG.standard_normal((4, 6)).astype(np.float32)


def test_copy_casts_and_moves(run):
    def kernel(x):
        tile = load(x)
        low = nl.ndarray((4, 6), nl.bfloat16)
        nisa.tensor_copy(low, tile)
        again = nl.ndarray((4, 6), nl.bfloat16)
        nisa.tensor_copy(again, low)
        return save(again)

    assert (run(kernel, x=X) == X.astype(BF16)).all()


@pytest.mark.parametrize("engine", [nisa.vector_engine, nisa.scalar_engine])
def test_copy_is_the_same_on_both_engines(run, engine):
    values = np.array([[0.0, -0.0, 1e-40, -3e38, np.inf, 1.00390625]], dtype=np.float32)

    def kernel(x):
        low = nl.ndarray((1, 6), nl.bfloat16)
        nisa.tensor_copy(low, load(x), engine=engine)
        return save(low)

    assert run(kernel, x=values).tobytes() == values.astype(BF16).tobytes()


def test_transfers_cast_and_reorder(run):
    def kernel(x):
        tile = nl.ndarray((4, 6), nl.bfloat16)
        nisa.dma_copy(tile, x)
        local = nl.ndarray((4, 6), nl.bfloat16)
        nisa.dma_copy(local, tile)
        scratch = nl.ndarray((6, 4), nl.bfloat16, buffer=nl.hbm)
        nisa.dma_copy(scratch.ap([[1, 4], [4, 6]]), local)
        out = nl.ndarray((6, 4), nl.float32, buffer=nl.shared_hbm)
        nisa.dma_copy(out, scratch)
        return out

    assert (run(kernel, x=X) == X.astype(BF16).T.astype(np.float32)).all()


@pytest.mark.parametrize(
    ("op", "expected"),
    [
        (nl.add, X + Y),
        (nl.subtract, X - Y),
        (nl.multiply, X * Y),
        (nl.maximum, np.maximum(X, Y)),
        (nl.minimum, np.minimum(X, Y)),
    ],
)
def test_tensor_tensor(run, op, expected):
    def kernel(x, y):
        out = nl.ndarray((4, 6), nl.float32)
        nisa.tensor_tensor(out, load(x), load(y), op)
        return save(out)

    assert (run(kernel, x=X, y=Y) == expected).all()


def test_tensor_scalar_with_both_kinds_of_operand(run):
    column = X[:, :1].copy()

    def kernel(x, column):
        tile = load(x)
        nisa.tensor_scalar(tile, tile, nl.subtract, 2.0, reverse0=True, op1=nl.multiply,
                           operand1=load(column))  # fmt: skip
        return save(tile)

    assert (run(kernel, x=X, column=column) == (np.float32(2) - X) * column).all()


@pytest.mark.parametrize(
    ("axis", "keepdims", "shape"),
    [
        (2, False, (4, 2)),
        ((1, 2), False, (4, 1)),
        ([-1], True, (4, 2, 1)),
        ((1, 2), True, (4, 1, 1)),
    ],
)
def test_tensor_reduce(run, axis, keepdims, shape):
    def kernel(x):
        tile = load(x).reshape((4, 2, 3))
        out = nl.ndarray(shape, nl.float32)
        nisa.tensor_reduce(out, nl.maximum, tile, axis, negate=True, keepdims=keepdims)
        return save(out)

    kept = 2 if shape[1] == 2 else 1
    expected = -X.reshape(4, kept, -1).max(axis=2)
    assert (run(kernel, x=X).reshape(4, kept) == expected).all()


def test_reduction_over_an_axis_of_size_one(run):
    def kernel(x):
        out = nl.ndarray((4, 6), nl.float32)
        nisa.tensor_reduce(out, nl.add, load(x).reshape((4, 6, 1)), 2)
        return save(out)

    assert (run(kernel, x=X) == X).all()


def test_activation(run):
    def kernel(x, column):
        tile = load(x)
        nisa.activation(tile, nl.relu, tile, bias=load(column), scale=2.0)
        return save(tile)

    column = X[:, 1:2].copy()
    expected = np.maximum(X * np.float32(2) + column, 0)
    assert (run(kernel, x=X, column=column) == expected).all()


def test_memset_values(run):
    def kernel(x):
        tile = nl.ndarray((4, 6), nl.int32)
        nisa.memset(tile, -7)
        nisa.memset(tile[:, 2:4], 9)
        return save(tile)

    out = run(kernel, x=X)
    assert (out[:, 2:4] == 9).all()
    assert (np.delete(out, [2, 3], axis=1) == -7).all()


def test_accumulation_groups(run):
    """None: the first matmul of a region overwrites, later ones add; True and False say it."""
    weights = np.eye(4, dtype=BF16)
    moving = np.arange(1, 17, dtype=np.float32).reshape(4, 4).astype(BF16)

    def kernel(w, x):
        w_tile, x_tile = load(w), load(x)
        acc = nl.ndarray((4, 8), nl.float32, buffer=nl.psum)
        for _ in range(3):
            nisa.nc_matmul(acc[:, :4], w_tile, x_tile)
        nisa.nc_matmul(acc[:, 4:], w_tile, x_tile, accumulate=False)
        nisa.nc_matmul(acc[:, 4:], w_tile, x_tile, accumulate=True)
        out = nl.ndarray((4, 8), nl.float32)
        nisa.tensor_copy(out, acc)
        return save(out)

    exact = moving.astype(np.float32)
    assert (run(kernel, w=weights, x=moving) == np.hstack([3 * exact, 2 * exact])).all()


def test_same_stationary_is_loaded_once():
    from tinyneuron_hw.isa.opcodes import Opcode, Stream

    def kernel(w, x):
        w_tile, x_tile = load(w), load(x)
        acc = nl.ndarray((4, 4), nl.float32, buffer=nl.psum)
        for _ in range(3):
            nisa.nc_matmul(acc, w_tile, x_tile)
        nisa.memset(w_tile, 1.0)
        nisa.nc_matmul(acc, w_tile, x_tile)
        out = nl.ndarray((4, 4), nl.float32)
        nisa.tensor_copy(out, acc)
        return save(out)

    spec = nki.TensorArg((4, 4), "bf16")
    program = nki.compile(kernel, "tiny", {"w": spec, "x": spec})
    opcodes = [raw[0] for raw in program.streams[Stream.TENSOR]]
    assert opcodes.count(Opcode.LOAD_STATIONARY.value) == 2


def _tile(shape=(4, 8), dtype=nl.float32, buffer=nl.sbuf):
    return nl.ndarray(shape, dtype, buffer=buffer)


def _psum(shape=(4, 8), dtype=nl.float32):
    return _tile(shape, dtype, buffer=nl.psum)


def _bytes(shape=(4, 4, 2)):
    return _tile(shape, nl.int8)


def _half(shape=(4, 4)):
    return _tile(shape, nl.bfloat16)


RULES = {
    "too many partitions": (lambda: _tile((5, 1)), "SBUF has 4 partitions, not 5"),
    "too many bytes": (lambda: _tile((1, 5000)),
                       "20000 bytes per partition exceed the 8192 of SBUF"),
    "one axis on chip": (lambda: _tile((4,)), "at least 2 axes"),
    "empty": (lambda: _tile((4, 0)), "every extent must be at least 1"),
    "dtype": (lambda: _tile(dtype="int4"), "dtype must be one of .*int8.*, not 'int4'"),
    "buffer": (lambda: nl.ndarray((4, 4), nl.float32, "sbuf"), "buffer must be nl.sbuf"),
    "dma counts": (lambda: nisa.dma_copy(_tile(), _tile((4, 7))), "dst has 32 elements, src 28"),
    "dma psum": (lambda: nisa.dma_copy(_psum(), _tile()), "must be in nl.sbuf or device memory"),
    "dma operation": (lambda: nisa.dma_copy(_tile(), _tile(), dst_rmw_op=nl.multiply),
                      "dst_rmw_op must be nl.add or nl.maximum, not nl.multiply"),
    "dma accumulates": (lambda: nisa.dma_copy(_bytes(), _bytes(), dst_rmw_op=nl.add),
                        "dma_copy: does not accumulate"),
    "dma sources": (lambda: nisa.dma_compute(_tile(), [_tile()], nl.add),
                    "srcs must be 2 to 16 tensors, not 1"),
    "dma scales": (lambda: nisa.dma_compute(_tile(), [_tile(), _tile()], nl.add, scales=[1, 2]),
                   r"scales must be 1.0 for each of srcs, not \[1, 2\]"),
    "dma twice": (lambda: (lambda t: nisa.dma_compute(t, [t, t], nl.add))(_tile()),
                  "dst must be at most one of srcs"),
    "dma no operation": (lambda: nisa.dma_compute(_tile(), [_tile(), _tile()], None),
                         "reduce_op must be nl.add or nl.maximum, not None"),
    "dma transpose shape": (lambda: nisa.dma_transpose(_tile((4, 3)), _tile((4, 3))),
                            "dst must have the shape of src's transpose"),
    "dma transpose type": (lambda: nisa.dma_transpose(_bytes((4, 4)), _bytes((4, 4))),
                           "must be of one type of 2 or 4 bytes"),
    "dma transpose axes": (lambda: nisa.dma_transpose(_tile((4, 4)), _tile((4, 4)), axes=(0, 1)),
                           r"axes of 2 must be \(1, 0\), not \(0, 1\)"),
    "matmul memory": (lambda: nisa.nc_matmul(_tile((4, 4)), _half(), _half()),
                      "dst must be in nl.psum, not in nl.sbuf"),
    "matmul dtype": (lambda: nisa.nc_matmul(_psum((4, 4)), _tile((4, 4)), _half()),
                     "must be of one group .*, not fp32 and bf16"),
    "matmul result": (lambda: nisa.nc_matmul(_psum((4, 4)), _bytes(), _bytes()),
                      "dst must be int32, not fp32"),
    "matmul pairs": (lambda: nisa.nc_matmul(_psum((4, 4), nl.int32), _bytes((4, 8)), _bytes()),
                     "must end in an axis of 2"),
    "matmul odd pairs": (lambda: nisa.nc_matmul(_psum((4, 2), nl.int32), _bytes(),
                                                _bytes((4, 6)).ap([[6, 4], [2, 2], [1, 2]], 1)),
                         "must start at even bytes"),
    "matmul bias": (lambda: nisa.nc_matmul(_psum((4, 4)), _half((4, 4)), _half((4, 4)),
                                           moving_bias=3), "moving_bias must be 0, or for FP8"),
    "transpose type": (lambda: nisa.nc_transpose(_psum((4, 4), nl.float16), _half((4, 4))),
                       "dst must be of data's type: fp16 and bf16"),
    "transpose accumulates": (
        lambda: nisa.nc_matmul(_psum((4, 4), nl.bfloat16), _half(), _half(),
                               is_transpose=True, accumulate=True),
        "a transpose does not accumulate"),
    "matmul size": (lambda: nisa.nc_matmul(_psum((4, 65)), _half(), _half((4, 65))),
                    "M x N is 4 x 65, at most 4 x 64 fit"),
    "matmul bank": (lambda: nisa.nc_matmul(_psum((4, 100))[:, 32:96], _half(), _half((4, 64))),
                    "one bank of 256 bytes, not in bytes 128"),
    "matmul rows": (lambda: nisa.nc_matmul(_psum((4, 4)), _half((3, 4)), _half()),
                    "on the same partitions: 3 from 0 and 4 from 0"),
    "matmul shape": (lambda: nisa.nc_matmul(_psum((4, 5)), _half(), _half()),
                     r"dst must be \[4, 4\], not \[4, 5\]"),
    "start partition": (lambda: nisa.memset(_tile()[1:4], 0.0),
                        "3 partitions must start at a multiple of 4, not at partition 1"),
    "free size": (lambda: nisa.tensor_copy(_tile(), _tile((4, 7))), "src has 7 elements"),
    "partitions": (lambda: nisa.tensor_copy(_tile(), _tile((2, 8))), "dst 4, src 2"),
    "dimensions": (lambda: nisa.tensor_copy(
        _tile((1, 32)), _tile((1, 3, 3, 3, 3, 3))[:, :2, :2, :2, :2, :2]),
        "needs 5 free dimensions"),
    "overlap": (lambda: (lambda t: nisa.tensor_copy(t[:, 1:], t[:, :-1]))(_tile()),
                "src and dst overlap"),
    "both in psum": (lambda: nisa.tensor_tensor(_tile(), _psum(), _psum(), nl.add),
                     "at most one of data1 and data2"),
    "wrong engine's op": (lambda: nisa.activation(_tile(), nl.add, _tile()),
                          "must be an operation of the Scalar engine, not nl.add"),
    "op": (lambda: nisa.tensor_tensor(_tile(), _tile(), _tile(), "add"), "not 'add'"),
    "op pair": (lambda: nisa.tensor_scalar(_tile(), _tile(), nl.add, 1.0, op1=nl.add),
                "op1 and operand1 come together"),
    "operand shape": (lambda: nisa.tensor_scalar(_tile(), _tile(), nl.add, _tile((4, 2))),
                      r"operand0 must be \[4, 1\], not \[4, 2\]"),
    "operand": (lambda: nisa.tensor_scalar(_tile(), _tile(), nl.add, "1x"), "a number or a tensor"),
    "reduce op": (lambda: nisa.tensor_reduce(_tile((4, 1)), nl.divide, _tile(), 1),
                  "op must be one of add, .* not nl.divide"),
    "reduce axis": (lambda: nisa.tensor_reduce(_tile((4, 1)), nl.add, _tile((4, 2, 3)), 1),
                    "must be the last free axes"),
    "reduce shape": (lambda: nisa.tensor_reduce(_tile((4, 2)), nl.add, _tile(), 1),
                     r"dst must have shape \(4, 1\), not \(4, 2\)"),
    "memset value": (lambda: nisa.memset(_tile(dtype=nl.int32), 1.5), "must be an int32, not 1.5"),
    "not a tensor": (lambda: nisa.memset(3, 0.0), "dst must be a tensor, not 3"),
    "device operand": (lambda: nisa.memset(_tile(buffer=nl.hbm), 0.0), "not in device memory"),
    "engine": (lambda: nisa.tensor_copy(_tile(), _tile(), engine="pool"), "engine must be"),
}  # fmt: skip


@pytest.mark.parametrize("rule", RULES)
def test_rule_names_the_line_and_the_value(require_error, rule):
    assert require_error(*RULES[rule]).startswith("test_isa.py:")


def test_more_columns_than_lanes_is_named():
    config = PRESETS["tiny"].with_changes(name="wide", columns=8)

    def kernel():
        nisa.tensor_copy(_psum((8, 4)), _psum((8, 4)))

    with pytest.raises(nki.KernelError, match="dst has 8 partitions, the engine 4 lanes"):
        nki.compile(kernel, config, {})


def test_constants_are_read_only():
    def kernel(x):
        nisa.dma_copy(x, nl.ndarray((4, 4), nl.float32))

    with pytest.raises(nki.KernelError, match="dst 'x' is read-only"):
        nki.compile(kernel, "tiny", {"x": nki.Constant(np.ones((4, 4), np.float32))})


def test_what_is_written_to_an_argument_is_an_output(run_golden):
    def kernel(x):
        tile = nl.ndarray((2, 4), nl.float32)
        nisa.dma_copy(tile, x[:2])
        nisa.dma_copy(x[2:], tile)
        nisa.dma_copy(tile, x[1:3])
        nisa.dma_copy(x[:2], tile)

    x = np.arange(16, dtype=np.float32).reshape(4, 4)
    program = nki.compile(kernel, "tiny", {"x": nki.TensorArg((4, 4), "fp32")})
    found = run_golden(program, {"x": x})["x.updated"]
    np.testing.assert_array_equal(found, x[[1, 0, 0, 1]])
