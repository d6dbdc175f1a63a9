"""Functions of whole tiles, on golden against NumPy, and the rules they check."""

import math

import ml_dtypes
import numpy as np
import pytest

from tinyneuron import nki
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl

from . import tiles

BF16 = np.dtype(ml_dtypes.bfloat16)
SEED = 11
RNG = np.random.default_rng(SEED)
X = RNG.standard_normal((4, 6)).astype(np.float32)
Y = RNG.standard_normal((4, 6)).astype(np.float32)
POSITIVE = np.abs(X) + np.float32(0.25)
WHOLE = RNG.integers(0, 200, (4, 6)).astype(np.uint16)
OTHER = RNG.integers(0, 200, (4, 6)).astype(np.uint16)
TRUTH = (RNG.random((4, 6)) < 0.5).astype(np.float32)
CUBE = RNG.standard_normal((4, 3, 5)).astype(np.float32)
EDGES = np.array([[0.5, -0.5, 2.5, -2.5], [-0.0, 0.0, 3.0, -3.0],
                  [2.0**23 + 1, -(2.0**24), 1e30, -1e30],
                  [np.inf, -np.inf, -1e-30, 0.9999999]], np.float32)  # fmt: skip


def save(tile):
    """An output with all of a tile, from PSUM too."""
    return tiles.save(nl.copy(tile) if tile.where == "nl.psum" else tile)


def _sigmoid(x):
    return 1 / (1 + np.exp(-x))


def _erf(x):
    return np.vectorize(math.erf)(x)


def _gelu_dx(x):
    return 0.5 * (1 + _erf(x / np.sqrt(2))) + x * np.exp(-x * x / 2) / np.sqrt(2 * np.pi)


UNARY = {
    "abs": (np.abs, X), "square": (np.square, X), "sqrt": (np.sqrt, POSITIVE),
    "rsqrt": (lambda x: 1 / np.sqrt(x), POSITIVE), "reciprocal": (lambda x: 1 / x, POSITIVE),
    "exp": (np.exp, X), "log": (np.log, POSITIVE), "tanh": (np.tanh, X), "sigmoid": (_sigmoid, X),
    "relu": (lambda x: np.maximum(x, 0), X), "gelu": (lambda x: x * (1 + _erf(x / 2**0.5)) / 2, X),
    "gelu_apprx_sigmoid": (lambda x: x * _sigmoid(1.702 * x), X),
    "gelu_apprx_tanh": (lambda x: x / 2 * (1 + np.tanh((2 / np.pi) ** 0.5
                                                       * (x + 0.044715 * x**3))), X),
    "gelu_dx": (_gelu_dx, X),
    "gelu_apprx_sigmoid_dx": (lambda x: _sigmoid(1.702 * x) * (1 + 1.702 * x
                                                               * _sigmoid(-1.702 * x)), X),
    "silu": (lambda x: x * _sigmoid(x), X),
    "silu_dx": (lambda x: _sigmoid(x) * (1 + x * _sigmoid(-x)), X),
    "softplus": (lambda x: np.log1p(np.exp(x)), X),
    "mish": (lambda x: x * np.tanh(np.log1p(np.exp(x))), X), "erf": (_erf, X),
    "erf_dx": (lambda x: 2 / np.pi**0.5 * np.exp(-x * x), X), "copy": (lambda x: x, X),
    "sin": (np.sin, X), "cos": (np.cos, X), "tan": (np.tan, X / 2), "arctan": (np.arctan, X),
    "ceil": (np.ceil, EDGES), "floor": (np.floor, EDGES), "trunc": (np.trunc, EDGES),
    "negative": (np.negative, X), "sign": (np.sign, X),
    "logical_not": (np.logical_not, TRUTH), "invert": (np.invert, WHOLE),
}  # fmt: skip
BINARY = {
    "add": (np.add, X, Y), "subtract": (np.subtract, X, Y), "multiply": (np.multiply, X, Y),
    "divide": (np.divide, X, POSITIVE), "maximum": (np.maximum, X, Y),
    "minimum": (np.minimum, X, Y), "fmod": (np.fmod, X, POSITIVE), "mod": (np.mod, X, POSITIVE),
    "equal": (np.equal, np.round(X), np.round(Y)),
    "not_equal": (np.not_equal, np.round(X), np.round(Y)), "less": (np.less, X, Y),
    "less_equal": (np.less_equal, np.round(X), np.round(Y)), "greater": (np.greater, X, Y),
    "greater_equal": (np.greater_equal, np.round(X), np.round(Y)),
    "bitwise_and": (np.bitwise_and, WHOLE, OTHER), "bitwise_or": (np.bitwise_or, WHOLE, OTHER),
    "bitwise_xor": (np.bitwise_xor, WHOLE, OTHER),
    "left_shift": (np.left_shift, WHOLE, OTHER % np.uint16(4)),
    "right_shift": (np.right_shift, WHOLE, OTHER % np.uint16(4)),
    "logical_and": (np.logical_and, TRUTH, TRUTH.T.reshape(4, 6)),
    "logical_or": (np.logical_or, TRUTH, TRUTH.T.reshape(4, 6)),
    "logical_xor": (np.logical_xor, TRUTH, TRUTH.T.reshape(4, 6)),
}  # fmt: skip


def agrees(found, exact, relative=2e-6):
    """The results, but for the last bits of a table of an activation."""
    exact = np.asarray(exact, np.float64)
    np.testing.assert_allclose(found.astype(np.float64), exact, rtol=relative, atol=1e-6)


@pytest.mark.parametrize("name", UNARY)
def test_one_operand(run, name):
    reference, x = UNARY[name]
    found = run(lambda x: save(getattr(nl, name)(nl.load(x))), x=x)
    assert found.dtype == x.dtype
    agrees(found, reference(x if x.dtype.kind == "u" else x.astype(np.float64)))


@pytest.mark.parametrize("name", BINARY)
def test_two_tiles(run, name):
    reference, x, y = BINARY[name]
    found = run(lambda x, y: save(getattr(nl, name)(nl.load(x), nl.load(y))), x=x, y=y)
    assert found.dtype == x.dtype
    agrees(found, reference(x, y))


@pytest.mark.parametrize("name", BINARY)
def test_a_tile_and_a_number_on_either_side(run, name):
    reference, x, _ = BINARY[name]
    number = 3 if x.dtype.kind == "u" else 0.75
    bits = x.dtype.kind == "u" and "shift" in name
    operation = getattr(nl, name)
    found = run(lambda x: save(operation(nl.load(x), number)), x=x)
    agrees(found, reference(x, x.dtype.type(number)))
    if not bits:
        positive = POSITIVE if x.dtype.kind == "f" else x
        found = run(lambda x: save(operation(number, nl.load(x))), x=positive)
        agrees(found, reference(x.dtype.type(number), positive))


def test_types_and_shapes_are_broadcast(run):
    row, column = X[:1], X[:, :1].astype(BF16)

    def kernel(x, row, column):
        tile, high = nl.load(x), nl.load(column)
        results = [nl.add(tile, nl.load(row)), nl.multiply(high, tile), nl.subtract(high, tile),
                   nl.add(high, high), nl.add(tile, high, dtype=nl.bfloat16)]  # fmt: skip
        assert [item.dtype for item in results] == [nl.float32] * 3 + [nl.bfloat16] * 2
        return tuple(save(item) for item in results)

    found = run(kernel, x=X, row=row, column=column)
    wide = column.astype(np.float32)
    exact = [X + row, wide * X, wide - X, (wide + wide).astype(BF16), (X + wide).astype(BF16)]
    for ours, theirs in zip(found, exact, strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("exponent", [-1, -0.5, 0.5, 1, 2, 3, 7])
def test_powers_that_are_exact_enough(run, exponent):
    found = run(lambda x: save(nl.power(nl.load(x), exponent)), x=POSITIVE)
    agrees(found, POSITIVE.astype(np.float64) ** exponent)


def test_tiles_in_psum_take_part(run):
    def kernel(x, y):
        left, right = (nl.ndarray((4, 6), nl.float32, nl.psum) for _ in range(2))
        nisa.tensor_copy(left, nl.load(x))
        nisa.tensor_copy(right, nl.load(y))
        return save(nl.where(nl.greater(left, right), left, nl.add(left, right)))

    np.testing.assert_array_equal(run(kernel, x=X, y=Y), np.where(X > Y, X, X + Y))


REDUCTIONS = {"sum": np.sum, "max": np.max, "min": np.min, "prod": np.prod, "mean": np.mean}


@pytest.mark.parametrize("name", REDUCTIONS)
@pytest.mark.parametrize("axis", [2, (1, 2), [-1]])
@pytest.mark.parametrize("keepdims", [False, True])
def test_reductions_over_the_last_axes(run, name, axis, keepdims):
    def kernel(x):
        return save(getattr(nl, name)(nl.load(x), axis, keepdims=keepdims))

    axes = axis if isinstance(axis, int) else tuple(axis)
    exact = REDUCTIONS[name](CUBE.astype(np.float64), axis=axes, keepdims=keepdims)
    found = run(kernel, x=CUBE)
    agrees(found.reshape(exact.shape), exact)
    assert found.ndim >= 2


def test_variance_keeps_its_axes(run):
    found = run(lambda x: save(nl.var(nl.load(x), [1, 2])), x=CUBE)
    assert found.shape == (4, 1, 1)
    agrees(found, CUBE.var(axis=(1, 2), keepdims=True), 1e-5)


def test_all_of_a_row(run):
    x = np.array([[1, 2, 3], [1, 0, 3], [0, 0, 0], [-1, -1, 5]], np.float32)
    np.testing.assert_array_equal(run(lambda x: save(nl.all(nl.load(x), 1)), x=x),
                                  x.all(axis=1, keepdims=True))  # fmt: skip


@pytest.mark.parametrize("axis", [-1, (1, 2)])
def test_softmax(run, axis):
    powers = np.exp(CUBE.astype(np.float64) - CUBE.max(axis=axis, keepdims=True))
    found = run(lambda x: save(nl.softmax(nl.load(x), axis)), x=CUBE)
    agrees(found, powers / powers.sum(axis=axis, keepdims=True))


def test_rms_norm(run):
    weights = Y[:1]

    def kernel(x, w):
        return save(nl.rms_norm(nl.load(x), nl.load(w), axis=1, n=6, epsilon=1e-5))

    exact = X.astype(np.float64)
    exact = exact / np.sqrt((exact**2).mean(axis=1, keepdims=True) + 1e-5) * weights
    agrees(run(kernel, x=X, w=weights), exact)


@pytest.mark.parametrize("numbers", ["", "x", "y"])
def test_where(run, numbers):
    def kernel(c, x, y):
        chosen = 2.0 if numbers == "x" else nl.load(x)
        other = -1.0 if numbers == "y" else nl.load(y)
        return save(nl.where(nl.load(c), chosen, other))

    exact = np.where(TRUTH != 0, 2 if numbers == "x" else X, -1 if numbers == "y" else Y)
    np.testing.assert_array_equal(run(kernel, c=TRUTH, x=X, y=Y), exact.astype(np.float32))


def test_dropout_of_all_and_of_none(run):
    def kernel(x):
        tile = nl.load(x)
        return save(nl.dropout(tile, 0.0)), save(nl.dropout(tile, 1.0))

    kept, dropped = run(kernel, x=X)
    np.testing.assert_array_equal(kept, X)
    assert not dropped.any()


def test_expand_dims_and_broadcast_to(run):
    def kernel(x):
        tile = nl.load(x)
        assert nl.broadcast_to(tile, (4, 6)) is tile
        deeper = nl.expand_dims(tile, 1)
        assert (deeper.shape, nl.expand_dims(tile, -1).shape) == ((4, 1, 6), (4, 6, 1))
        rows = nl.broadcast_to(tile[2:3], (4, 6))
        return save(nl.broadcast_to(deeper, (4, 3, 6), dtype=nl.bfloat16)), save(rows)

    repeated, rows = run(kernel, x=X)
    np.testing.assert_array_equal(repeated, np.repeat(X[:, None], 3, 1).astype(BF16))
    np.testing.assert_array_equal(rows, np.repeat(X[2:3], 4, 0))


def test_transposes_and_products(run):
    def kernel(x, y):
        tile, other = nl.load(x), nl.load(y)
        turned = nl.transpose(tile)
        assert turned.where == "nl.psum"
        return (save(turned), save(nl.matmul(tile, other, transpose_x=True)),
                save(nl.matmul(tile, other)), save(nl.load_transpose2d(x)),
                save(nl.transpose(tile, dtype=nl.float32)))  # fmt: skip

    x, y = (RNG.standard_normal((4, 4)).astype(BF16) for _ in range(2))
    wide, other = x.astype(np.float64), y.astype(np.float64)
    found = run(kernel, x=x, y=y)
    for ours, exact in zip(found, (x.T, wide.T @ other, wide @ other, x.T, wide.T), strict=True):
        agrees(ours, exact)


def test_gathers_within_partitions(run):
    places = RNG.integers(0, 15, (4, 7)).astype(np.uint32)

    def kernel(x, places):
        return save(nl.gather_flattened(nl.load(x), nl.load(places)))

    flat = CUBE.reshape(4, 15)
    np.testing.assert_array_equal(run(kernel, x=CUBE, places=places),
                                  np.take_along_axis(flat, places, 1))  # fmt: skip


def test_load_and_store_cast(run):
    def kernel(x):
        tile = nl.load(x, dtype=nl.float16)
        out = nl.ndarray((4, 6), nl.int8, nl.shared_hbm)
        with nl.no_reorder():
            nl.store(out, nl.multiply(tile, 10.0))
        line = nl.load(x[0])
        assert line.shape == (6, 1) or nl.tile_size.pmax < 6
        return out

    exact = np.rint((X.astype(np.float16) * np.float16(10)).astype(np.float32))
    np.testing.assert_array_equal(run(kernel, config="default", x=X), exact.astype(np.int8))


@pytest.mark.parametrize("buffer", [nl.sbuf, nl.psum, nl.shared_hbm])
def test_tensors_with_a_value(run, buffer):
    def kernel():
        made = [nl.zeros((4, 6), nl.bfloat16, buffer), nl.ones((4, 6), nl.int32, buffer),
                nl.full((4, 6), -2.5, nl.float32, buffer)]  # fmt: skip
        return tuple(item if not item.on_chip else save(item) for item in made)

    zeros, ones, rest = run(kernel)
    assert (zeros.dtype, ones.dtype) == (BF16, np.int32)
    assert not zeros.any()
    assert (ones == 1).all()
    assert (rest == -2.5).all()


def test_tensors_like_another(run):
    def kernel(x):
        tile = nl.load(x)
        like = nl.empty_like(x)
        assert (like.shape, like.buffer, like.dtype) == ((4, 6), nl.private_hbm, nl.float32)
        assert nl.empty_like(tile, nl.int8, nl.psum).buffer is nl.psum
        zeros = nl.zeros_like(x, nl.int16)
        assert zeros.buffer is nl.sbuf
        return save(zeros)

    found = run(kernel, x=X)
    assert found.dtype == np.int16
    assert not found.any()


def test_constants(run, tmp_path):
    path = tmp_path / "y.npy"
    np.save(path, Y)

    def kernel():
        dst = nl.ndarray((3, 3), nl.float32)
        unit = nl.shared_identity_matrix(3)
        assert nl.shared_identity_matrix(3) is not unit
        assert nl.shared_identity_matrix(3).base is unit.base
        return (save(nl.load(nl.shared_constant(X))), save(nl.load(nl.shared_constant(str(path)))),
                save(unit), save(nl.shared_identity_matrix(3, nl.float32, dst)))  # fmt: skip

    constant, read, unit, other = run(kernel)
    np.testing.assert_array_equal(constant, X)
    np.testing.assert_array_equal(read, Y)
    np.testing.assert_array_equal(unit, np.eye(3, dtype=np.uint8))
    np.testing.assert_array_equal(other, np.eye(3, dtype=np.float32))


def test_random_numbers_begin_with_their_seed(run):
    def kernel():
        seed = nl.full((1, 1), 42, nl.int32)
        nl.random_seed(seed)
        first = nl.rand((4, 64), nl.float32)
        second = nl.rand((4, 64), nl.float32)
        nl.random_seed(seed)
        out = nl.rand((4, 64), nl.float32, nl.shared_hbm)
        return save(first), save(second), out

    first, second, again = run(kernel)
    np.testing.assert_array_equal(first, again)
    assert (first != second).any()
    assert first.min() >= 0
    assert first.max() < 1
    assert abs(first.mean() - 0.5) < 0.1


def _tile(shape=(4, 6), dtype=nl.float32):
    return nl.full(shape, 1, dtype)


def _device(shape=(4, 6)):
    return nl.ndarray(shape, nl.float32, nl.shared_hbm)


RULES = {
    "device": (lambda: nl.add(_device(), 1.0), r"nl.add: x must be a tile .*: nl.load it"),
    "numbers": (lambda: nl.add(1.0, 2.0), "x or y must be a tile"),
    "shapes": (lambda: nl.add(_tile(), _tile((4, 5))), "have no common shape"),
    "axis": (lambda: nl.sum(_tile((4, 3, 2)), 1), "axis must be the last free axes"),
    "partitions": (lambda: nl.max(_tile(), (0, 1)), "axis must be the last free axes"),
    "later": (lambda: nl.abs_max(_tile(), 1.0), "needs NeuronCore-v4: nl.abs_max"),
    "later minimum": (lambda: nl.abs_min(_tile(), _tile()), "needs NeuronCore-v4: nl.abs_min"),
    "power": (lambda: nl.power(_tile(), 0.3), "nl.power takes an exponent of"),
    "power of tiles": (lambda: nl.power(_tile(), _tile()), "nl.power: x must be a tile and y a"),
    "where": (lambda: nl.where(_tile(), 1.0, 2.0), "x or y must be a tile"),
    "broadcast": (lambda: nl.broadcast_to(_tile(), (4, 12)), "cannot be broadcast to"),
    "load": (lambda: nl.load(_tile()), "src must be a tensor in device memory"),
    "store": (lambda: nl.store(_tile(), _tile()), "dst must be a tensor in device memory"),
    "transpose": (lambda: nl.transpose(_tile((4, 2, 2))), "x must have 2 axes"),
    "transpose2d": (lambda: nl.load_transpose2d(_device((2, 2, 2))), "src must have 2 axes"),
    "gather": (lambda: nl.gather_flattened(_tile(), _tile(dtype=nl.uint32), axis=1),
               "axis must be 0"),
    "seed": (lambda: nl.random_seed(_tile()), "seed must be one element of 32 bits"),
    "constant": (lambda: nl.shared_constant(3), "takes an array or a .npy file"),
    "print": (lambda: nl.device_print(3, _tile()), "takes a string and a tensor"),
    "bits": (lambda: nl.bitwise_and(_tile(), _tile()), "integers of one type"),
    "assignment": (lambda: _tile().__setitem__(0, 1), "not by an assignment"),
}  # fmt: skip


@pytest.mark.parametrize("rule", RULES)
def test_rule_names_the_line_and_the_value(require_error, rule):
    assert require_error(*RULES[rule]).startswith("test_whole.py:")


def test_averages_are_no_operation_of_an_engine(require_error):
    require_error(lambda: nisa.tensor_tensor(_tile(), _tile(), _tile(), nl.average),
                  "must be an operation of the Vector engine, not nl.average")  # fmt: skip
    assert isinstance(nki.language.average, nl.Op)


def test_tensors_with_an_address(run):
    """Two tiles that take turns at one place, and one that begins at a partition."""

    def kernel(x):
        first = nl.ndarray((4, 6), nl.float32, address=(0, 0))
        nisa.dma_copy(first, x)
        result = nl.ndarray((4, 6), nl.float32, address=(0, 24))
        nisa.tensor_scalar(result, first, nl.multiply, 2.0)
        second = nl.ndarray((2, 6), nl.float32, address=(2, 0))
        assert second.offset == 12
        nisa.tensor_copy(second, result[2:], engine=nisa.vector_engine)
        nisa.tensor_scalar(result[2:], second, nl.add, 1.0)
        return save(result)

    expected = 2 * X
    expected[2:] += 1
    np.testing.assert_array_equal(run(kernel, x=X), expected)


ADDRESSES = {
    "device": (lambda: nl.ndarray((4, 4), nl.float32, nl.hbm, address=(0, 0)), "is for tensors on"),
    "form": (lambda: nl.ndarray((4, 4), nl.float32, address=3), r"address must be \(partition"),
    "alignment": (lambda: nl.ndarray((4, 4), nl.float32, address=(0, 2)), "a byte that fits fp32"),
    "partition": (lambda: nl.ndarray((4, 4), nl.float32, address=(1, 0)), "4 partitions, not 5"),
    "byte": (lambda: nl.ndarray((4, 4), nl.float32, address=(0, 8188)), "exceed the 8192 of SBUF"),
    "read": (lambda: nl.copy(nl.ndarray((4, 4), nl.float32, address=(0, 0), name="old")),
             "old has an address and is read before it is written"),
}  # fmt: skip


@pytest.mark.parametrize("rule", ADDRESSES)
def test_rule_of_addresses(require_error, rule):
    require_error(*ADDRESSES[rule])
