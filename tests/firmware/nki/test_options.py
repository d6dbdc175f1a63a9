"""What instructions may be told beside their operands: engines, hints, places in the array,
operations that are none; and instructions done by others."""

import ml_dtypes
import numpy as np
import pytest

from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl

from .tiles import load, save

BF16 = np.dtype(ml_dtypes.bfloat16)
SEED = 17
RNG = np.random.default_rng(SEED)
X = RNG.standard_normal((4, 6)).astype(np.float32)
Y = RNG.standard_normal((4, 6)).astype(np.float32)


@pytest.mark.parametrize("engine", [nisa.engine.unknown, nisa.engine.vector, nisa.engine.gpsimd])
def test_engines_that_may_be_asked_for(run, engine):
    def kernel(x, y):
        results = [nl.ndarray((4, 6), nl.float32) for _ in range(4)]
        left, right = load(x), load(y)
        nisa.tensor_tensor(results[0], left, right, nl.add, engine=engine)
        nisa.tensor_copy(results[1], left, engine=engine)
        nisa.memset(results[2], 3.0, engine=engine)
        nisa.tensor_scalar(results[3], left, nl.rsqrt, None, engine=engine)
        return tuple(save(item) for item in results)

    x = np.abs(X)
    summed, copied, filled, roots = run(kernel, x=x, y=Y)
    np.testing.assert_array_equal(summed, x + Y)
    np.testing.assert_array_equal(copied, x)
    assert (filled == 3).all()
    np.testing.assert_allclose(roots, 1 / np.sqrt(x), rtol=1e-6)


def test_scalar_engine_scales_and_shifts(run):
    def kernel(x):
        tile, column = load(x), load(x[:, :1])
        results = [nl.ndarray((4, 6), nl.float32) for _ in range(3)]
        scalar = nisa.engine.scalar
        nisa.tensor_scalar(results[0], tile, nl.multiply, 3.0, op1=nl.add, operand1=column,
                           engine=scalar)  # fmt: skip
        nisa.tensor_scalar(results[1], tile, nl.multiply, column, engine=scalar)
        nisa.tensor_scalar(results[2], tile, nl.add, -1.5, engine=scalar)
        return tuple(save(item) for item in results)

    both, scaled, shifted = run(kernel, x=X)
    np.testing.assert_array_equal(both, X * np.float32(3) + X[:, :1])
    np.testing.assert_array_equal(scaled, X * X[:, :1])
    np.testing.assert_array_equal(shifted, X - np.float32(1.5))


def test_operations_that_are_none_or_another(run):
    def kernel(x):
        tile = load(x)
        results = [nl.ndarray((4, 6), nl.float32) for _ in range(4)]
        nisa.tensor_scalar(results[0], tile, nl.bypass, None, op1=nl.multiply, operand1=2.0)
        nisa.tensor_scalar(results[1], tile, nl.bypass, 0.0)
        nisa.tensor_scalar(results[2], tile, nl.power, 2.0, op1=nl.power, operand1=-0.5)
        nisa.tensor_scalar(results[3], tile, nl.power, 1)
        return tuple(save(item) for item in results)

    doubled, copied, roots, same = run(kernel, x=X)
    np.testing.assert_array_equal(doubled, 2 * X)
    np.testing.assert_array_equal(copied, X)
    np.testing.assert_allclose(roots, 1 / np.abs(X), rtol=1e-6)
    np.testing.assert_array_equal(same, X)


def test_hints_and_places_in_the_array_change_nothing(run):
    def kernel(x, y):
        left, right = load(x), load(y)
        sums = nl.ndarray((4, 6), nl.float32, nl.psum)
        halves = nl.ndarray((4, 6), nl.float32, nl.psum)
        nisa.nc_matmul(sums, left, right, is_stationary_onezero=True, is_moving_onezero=True)
        size = (2, 4)
        nisa.nc_matmul(halves, left[:2], right[:2], tile_position=(0, 0), tile_size=size)
        nisa.nc_matmul(halves, left[2:], right[2:], tile_position=(2, 0), tile_size=size)
        return save(nl.copy(sums)), save(nl.copy(halves))

    left = RNG.standard_normal((4, 4)).astype(BF16)
    right = RNG.standard_normal((4, 6)).astype(BF16)
    exact = left.astype(np.float64).T @ right.astype(np.float64)
    for found in run(kernel, x=left, y=right):
        np.testing.assert_allclose(found, exact, atol=1e-6)


def test_a_transpose_of_float32_is_a_product(run):
    def kernel(x):
        turned = nl.ndarray((4, 4), nl.float32, nl.psum)
        unit = nl.shared_identity_matrix(4, nl.float32)
        nisa.nc_matmul(turned, load(x), unit, is_transpose=True)
        return save(nl.copy(turned))

    x = RNG.standard_normal((4, 4)).astype(np.float32)
    np.testing.assert_array_equal(run(kernel, x=x), x.T)


@pytest.mark.parametrize("dtype", [BF16, np.float16])
@pytest.mark.parametrize("first", [0, 2])
def test_a_transpose_may_widen(run, dtype, first):
    def kernel(x):
        turned = nl.ndarray((4, 4 - first), nl.float32, nl.psum)
        nisa.nc_transpose(turned, load(x)[first:])
        return save(nl.copy(turned))

    x = RNG.standard_normal((4, 4)).astype(dtype)
    np.testing.assert_array_equal(run(kernel, x=x), x[first:].T.astype(np.float32))


@pytest.mark.parametrize("op", ["add", "average", "maximum", "bitwise_or", "bitwise_and"])
def test_reductions_over_partitions(run, op):
    bits = op.startswith("bitwise")
    x = RNG.integers(0, 1 << 16, (4, 10)).astype(np.uint16) if bits else X.repeat(2, axis=1)

    def kernel(x):
        result = nl.ndarray((1, x.shape[1]), x.dtype)
        nisa.tensor_partition_reduce(result, getattr(nl, op), load(x))
        return save(result)

    exact = {
        "add": np.sum, "average": np.mean, "maximum": np.max,
        "bitwise_or": np.bitwise_or.reduce, "bitwise_and": np.bitwise_and.reduce,
    }[op]  # fmt: skip
    np.testing.assert_allclose(run(kernel, x=x)[0], exact(x, axis=0), rtol=1e-6, atol=1e-6)


def test_gathers_within_partitions(run):
    places = RNG.integers(0, 12, (4, 2, 5)).astype(np.uint32)
    x = RNG.standard_normal((4, 3, 4)).astype(BF16)

    def kernel(x, places):
        result = nl.ndarray((4, 10), nl.bfloat16)
        nisa.nc_n_gather(result, load(x), load(places))
        return save(result)

    exact = np.take_along_axis(x.reshape(4, 12), places.reshape(4, 10), 1)
    np.testing.assert_array_equal(run(kernel, x=x, places=places), exact)


@pytest.mark.parametrize("mode", ["unknown", "swdge", "none", 0, 3])
def test_who_makes_descriptors_changes_nothing(run, mode):
    chosen = nisa.dge_mode[mode] if isinstance(mode, str) else mode

    def kernel(x):
        tile = nl.ndarray((4, 6), nl.float32)
        nisa.dma_copy(tile, x, dge_mode=chosen)
        return save(tile)

    np.testing.assert_array_equal(run(kernel, x=X), X)


@pytest.mark.parametrize("side", ["load", "store"])
def test_casts_that_dma_has_not(run, side):
    def kernel(x):
        if side == "load":
            return save(load(x, nl.uint8))
        out = nl.ndarray((4, 6), nl.uint8, nl.shared_hbm)
        nisa.dma_copy(out, load(x))
        return out

    found = run(kernel, x=np.abs(X) * 20)
    np.testing.assert_array_equal(found, np.rint(np.abs(X) * np.float32(20)).astype(np.uint8))


INTEGERS = {
    "add": np.add, "subtract": np.subtract, "multiply": np.multiply, "maximum": np.maximum,
    "minimum": np.minimum, "equal": np.equal, "not_equal": np.not_equal, "greater": np.greater,
    "greater_equal": np.greater_equal, "less": np.less, "less_equal": np.less_equal,
}  # fmt: skip


@pytest.mark.parametrize("dtype", [np.int32, np.uint32])
@pytest.mark.parametrize("op", INTEGERS)
def test_integers_of_32_bits_are_exact(run, op, dtype):
    """Random ones, equal ones, neighbours, and the ends of the range."""
    limits = np.iinfo(dtype)
    rng = np.random.default_rng(SEED)
    x = rng.integers(limits.min, limits.max, (4, 12), dtype, endpoint=True)
    y = rng.integers(limits.min, limits.max, (4, 12), dtype, endpoint=True)
    y[:, :3] = x[:, :3]
    y[:, 3:5] = x[:, 3:5] + dtype(1)
    x[0, 5:9] = limits.min, limits.max, 0, 1
    y[0, 5:9] = limits.max, limits.min, limits.min, limits.max

    def kernel(x, y):
        return save(getattr(nl, op)(load(x), load(y)))

    exact = INTEGERS[op](x, y).astype(dtype)
    np.testing.assert_array_equal(run(kernel, x=x, y=y), exact)


def _tile(shape=(4, 6), dtype=nl.float32):
    return nl.full(shape, 1, dtype)


def _psum(shape=(4, 6)):
    return nl.ndarray(shape, nl.float32, nl.psum)


def _half(shape=(4, 4)):
    return nl.full(shape, 1, nl.bfloat16)


def _product(**options):
    return nisa.nc_matmul(_psum((4, 4)), _half(), _half(), **options)


def _copy(**options):
    return nisa.dma_copy(_tile(), _tile(), **options)


RULES = {
    "copy engine": (lambda: nisa.tensor_copy(_tile(), _tile(), engine=nisa.engine.tensor),
                    "engine must be unknown or vector or scalar or gpsimd, not"),
    "gpsimd in PSUM": (lambda: nisa.tensor_tensor(_tile(), _tile(), _psum(), nl.add,
                                                  engine=nisa.engine.gpsimd),
                       "data2 must not be in nl.psum: GPSIMD cannot reach it"),
    "memset engine": (lambda: nisa.memset(_tile(), 0, engine=nisa.engine.scalar),
                      "engine must be unknown or vector or gpsimd, not"),
    "scalar engine": (lambda: nisa.tensor_scalar(_tile(), _tile(), nl.subtract, 1.0,
                                                 engine=nisa.engine.scalar),
                      "the Scalar engine has multiply, add, and multiply before add, not subtract"),
    "gpsimd scalar": (lambda: nisa.tensor_scalar(_tile(), _tile(), nl.add, 1.0,
                                                 engine=nisa.engine.gpsimd), "engine must be"),
    "rng": (lambda: nisa.rng(_tile(dtype=nl.uint32), engine=nisa.engine.gpsimd),
            "needs NeuronCore-v3: rng on GPSIMD"),
    "power": (lambda: nisa.tensor_scalar(_tile(), _tile(), nl.power, 3.0),
              "nl.power takes an exponent of -1, -0.5, 0.5, 1, 2"),
    "operand": (lambda: nisa.tensor_scalar(_tile(), _tile(), nl.add, None),
                "op0 and operand0 come together"),
    "second operand": (lambda: nisa.tensor_scalar(_tile(), _tile(), nl.add, 1.0, op1=nl.add),
                       "op1 and operand1 come together"),
    "perf_mode": (lambda: _product(perf_mode=nisa.matmul_perf_mode.double_row),
                  "needs NeuronCore-v3: nc_matmul with perf_mode"),
    "tile alone": (lambda: _product(tile_size=(4, 4)), "tile_position and tile_size come together"),
    "tile rows": (lambda: _product(tile_position=(0, 0), tile_size=(1, 4)),
                  "needs NeuronCore-v3: nc_matmul with 1 rows in tile_size"),
    "tile columns": (lambda: _product(tile_position=(0, 2), tile_size=(4, 2)),
                     "tile_size must have all 4 columns"),
    "tile position": (lambda: _product(tile_position=(1, 0), tile_size=(2, 4)),
                      "tile_position must be a multiple of 2 below 4, not 1"),
    "tile too small": (lambda: _product(tile_position=(2, 0), tile_size=(2, 4)),
                       "stationary has 4 rows, tile_size 2"),
    "priority": (lambda: _copy(priority=1), "needs NeuronCore-v4: dma_copy with priority=1"),
    "hwdge": (lambda: _copy(dge_mode=nisa.dge_mode.hwdge), "needs NeuronCore-v3: dma_copy with"),
    "dge": (lambda: _copy(dge_mode="none"), "dge_mode must be one of nisa.dge_mode"),
    "dma engine": (lambda: _copy(engine=nisa.engine.sync), "needs NeuronCore-v3: dma_copy with"),
    "transpose options": (lambda: nisa.dma_transpose(_tile((4, 4)), _tile((4, 4)), priority=0),
                          "needs NeuronCore-v4: dma_transpose with priority=0"),
    "reduce op": (lambda: nisa.tensor_partition_reduce(_tile((1, 6)), nl.multiply, _tile()),
                  "op must be one of add, average, maximum"),
    "reduce shape": (lambda: nisa.tensor_partition_reduce(_tile(), nl.add, _tile()),
                     r"dst must be \[1, 6\], not \[4, 6\]"),
    "gather types": (lambda: nisa.nc_n_gather(_tile(), _tile(), _tile(dtype=nl.int32)),
                     "indices uint32, not fp32, fp32 and int32"),
    "gather shape": (lambda: nisa.nc_n_gather(_tile(), _tile(), _tile((4, 2), nl.uint32)),
                     "dst has 6 elements per partition, indices 2"),
    "cumulative integers": (lambda: nisa.tensor_scalar_cumulative(
        _tile(), _tile(dtype=nl.int32), nl.add, nl.add, 0.0), "src must not be of 32-bit integers"),
    "no cast": (lambda: nisa.dma_copy(nl.ndarray((4, 4), nl.uint8, nl.hbm),
                                      nl.ndarray((4, 4), nl.float32, nl.hbm)), "no cast from"),
}  # fmt: skip


@pytest.mark.parametrize("rule", RULES)
def test_rule_names_the_line_and_the_value(require_error, rule):
    assert require_error(*RULES[rule]).startswith("test_options.py:")


def test_reciprocals(run):
    def kernel(x):
        result = nl.ndarray((4, 6), nl.float32)
        nisa.reciprocal(result, load(x))
        return save(result)

    np.testing.assert_array_equal(run(kernel, x=X), np.float32(1) / X)


def test_mean_and_variance_of_pieces(run):
    """Pieces of odd and even sizes, each with its own statistics, and all of them together."""
    x = RNG.standard_normal((4, 13)).astype(np.float32)

    def kernel(x):
        tile, result = load(x), nl.ndarray((4, 2), nl.float32)
        statistics = nl.ndarray((4, 12), nl.float32)
        nisa.bn_stats(statistics[:, :6], tile[:, :7])
        nisa.bn_stats(statistics[:, 6:], tile[:, 7:])
        nisa.bn_aggr(result, statistics)
        return save(result)

    exact = np.stack([x.mean(axis=1), x.var(axis=1)], axis=1)
    np.testing.assert_allclose(run(kernel, x=x), exact, rtol=1e-5, atol=1e-6)


def test_transfers_that_compute_and_transpose(run):
    def kernel(x, y):
        total = nl.ndarray((4, 6), nl.float32, nl.shared_hbm)
        nisa.dma_compute(total, [x, y, y], nl.add)
        tile = load(x)
        nisa.dma_compute(tile, [tile, y], nl.maximum)
        turned = nl.ndarray((6, 4), nl.float32, nl.shared_hbm)
        nisa.dma_transpose(turned, x)
        return total, save(tile), turned

    total, highest, turned = run(kernel, x=X, y=Y)
    np.testing.assert_array_equal(total, (X + Y) + Y)
    np.testing.assert_array_equal(highest, np.maximum(X, Y))
    np.testing.assert_array_equal(turned, X.T)
