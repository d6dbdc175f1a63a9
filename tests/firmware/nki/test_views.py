"""Views that rename, split, join, repeat or reinterpret axes, against NumPy, and their rules."""

import ml_dtypes
import numpy as np
import pytest

from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl

from .tiles import load, save

BF16 = np.dtype(ml_dtypes.bfloat16)
SEED = 13
X = np.random.default_rng(SEED).standard_normal((4, 3, 8)).astype(np.float32)

VIEWS = {
    "permute": (lambda t: t.permute((0, 2, 1)), lambda x: x.transpose(0, 2, 1)),
    "broadcast": (lambda t: t.slice(1, 1, 2).broadcast(1, 5), lambda x: np.repeat(x[:, 1:2], 5, 1)),
    "expand_dim": (lambda t: t.expand_dim(2), lambda x: x[:, :, None]),
    "expand_dim at the end": (lambda t: t[:, :, :2].expand_dim(3), lambda x: x[:, :, :2, None]),
    "squeeze_dim": (lambda t: t[:, 1:2].squeeze_dim(1), lambda x: x[:, 1]),
    "reshape_dim": (lambda t: t.reshape_dim(2, (2, -1)), lambda x: x.reshape(4, 3, 2, 4)),
    "flatten_dims": (lambda t: t.flatten_dims(1, 2), lambda x: x.reshape(4, 24)),
    "rearrange": (
        lambda t: t.rearrange(("p", "a", ("h", "w")), ("p", "w", "a", "h"), {"h": 2}),
        lambda x: x.reshape(4, 3, 2, 4).transpose(0, 3, 1, 2)),
    "rearrange and join": (
        lambda t: t.rearrange(("p", "a", ("h", "w")), ("p", ("a", "h"), "w"), {"w": 4}),
        lambda x: x.reshape(4, 6, 4)),
    "slice": (lambda t: t.slice(2, 1, 8, 3), lambda x: x[:, :, 1:8:3]),
    "slice of partitions": (lambda t: t.slice(0, 2, 4), lambda x: x[2:4]),
    "select": (lambda t: t.select(1, 2), lambda x: x[:, 2]),
    "ap of a view": (lambda t: t[:, 1:].ap([[24, 4], [8, 2], [2, 4]], 1), lambda x: x[:, 1:, 1::2]),
    "ap without offset": (lambda t: t[2:, 1:].ap([[24, 2], [1, 8]]), lambda x: x[2:, 1]),
    "get_pattern": (lambda t: t[:, 1:].ap(t[:, 1:].get_pattern()), lambda x: x[:, 1:]),
}  # fmt: skip


@pytest.mark.parametrize("name", VIEWS)
def test_views_name_the_elements(run, name):
    view, reference = VIEWS[name]

    def kernel(x):
        tile = view(load(x))
        copied = nl.ndarray(tile.shape, nl.float32)
        nisa.tensor_copy(copied, tile, engine=nisa.vector_engine)
        return save(copied)

    np.testing.assert_array_equal(run(kernel, x=X), reference(X))


@pytest.mark.parametrize("name", [name for name in VIEWS if "ap" not in name and "get" not in name])
def test_views_of_device_memory(run, name):
    view, reference = VIEWS[name]

    def kernel(x):
        tensor = view(x)
        tile = nl.ndarray(tensor.shape, nl.float32)
        nisa.dma_copy(tile, tensor)
        return save(tile)

    np.testing.assert_array_equal(run(kernel, x=X), reference(X))


def test_device_memory_has_no_partition_axis(run):
    def kernel(x):
        turned = x.permute((1, 0, 2)).flatten_dims(1, 1).select(1, 2)
        return save(load(turned)), save(
            load(x.reshape_dim(0, (2, 2)).select(0, 1).expand_dim(0)[0])
        )

    turned, rows = run(kernel, x=X)
    np.testing.assert_array_equal(turned, X[2])
    np.testing.assert_array_equal(rows, X[2:])


def test_is_contiguous_and_is_indirect(require_error):
    def check():
        tile = nl.ndarray((4, 3, 8), nl.float32)
        assert tile.is_contiguous()
        assert tile[2:, :1].is_contiguous()
        assert not tile[:, :, ::2].is_contiguous()
        assert not tile.permute((0, 2, 1)).is_contiguous()
        table = nl.ndarray((8, 4), nl.float32, nl.hbm)
        assert not table[:, 1:].is_contiguous()
        assert table.vector_select(0, nl.zeros((4, 1), nl.uint32)).is_indirect()
        assert not tile.is_indirect()
        tile[0] = 1

    require_error(check, "not by an assignment")


def test_bits_are_taken_for_another_type(run):
    """Halves of numbers, and their bits; results depend on the order of the accesses."""

    def kernel(x):
        tile = load(x)
        bits = tile.view(nl.uint32)
        nisa.tensor_scalar(bits, bits, nl.bitwise_and, 0x7FFF_FFFF)
        words = nl.ndarray((4, 48), nl.uint16)
        nisa.tensor_copy(words, tile.flatten_dims(1, 2).view(nl.uint16))
        nisa.memset(tile.flatten_dims(1, 2).reinterpret_cast(nl.uint8)[:, 1:2], 0)
        pairs = words.ap([[24, 4], [1, 24]], dtype=nl.float32)
        assert (pairs.shape, pairs.dtype) == ((4, 24), nl.float32)
        return save(tile), save(words), save(pairs)

    magnitudes = np.abs(X)
    cleared = magnitudes.reshape(4, 24).copy()
    cleared.view(np.uint8)[:, 1] = 0
    tile, words, pairs = run(kernel, x=X)
    np.testing.assert_array_equal(tile.reshape(4, 24), cleared)
    np.testing.assert_array_equal(words, magnitudes.reshape(4, 24).view(np.uint16))
    np.testing.assert_array_equal(pairs, magnitudes.reshape(4, 24))


def test_device_memory_as_another_type(run):
    def kernel(x):
        out = nl.ndarray((4, 24), nl.float32, nl.shared_hbm)
        nisa.dma_copy(out.view(nl.uint8), load(x.flatten_dims(1, 2).view(nl.uint8)))
        return out

    np.testing.assert_array_equal(run(kernel, x=X), X.reshape(4, 24))


@pytest.mark.parametrize("where", ["register", "tile"])
@pytest.mark.parametrize("partitions", [1, 4])
def test_a_scalar_offset_moves_the_start(run, where, partitions):
    """One row by a gather, several ones by a register; reads, writes and on-chip views."""

    def kernel(table, place):
        index = load(place)
        offset = index
        if where == "register":
            offset = nisa.register_alloc()
            nisa.register_load(offset, index)
        rows = nl.ndarray((partitions, 6), nl.float32)
        pattern = [[6, partitions], [1, 6]]
        nisa.dma_copy(rows, table.ap(pattern, scalar_offset=offset))
        out = nl.zeros((8, 6), nl.float32, nl.shared_hbm)
        nisa.dma_copy(out.ap(pattern, 6, scalar_offset=offset), rows)
        tile = nl.ndarray((partitions, 2), nl.float32)
        nisa.tensor_copy(tile, rows.ap([[6, partitions], [1, 2]], scalar_offset=offset,
                                       indirect_dim=1), engine=nisa.vector_engine)  # fmt: skip
        return out, save(tile), save(load(table.select(0, offset).expand_dim(0)))

    table = np.arange(48, dtype=np.float32).reshape(8, 6)
    out, tile, row = run(kernel, table=table, place=np.array([[3]], np.int32))
    expected = np.zeros((8, 6), np.float32)
    expected[4 : 4 + partitions] = table[3 : 3 + partitions]
    np.testing.assert_array_equal(out, expected)
    np.testing.assert_array_equal(tile, table[3 : 3 + partitions, 3:5])
    np.testing.assert_array_equal(row, table[3:4])


def test_vector_select_and_several_rows_a_partition(run):
    def kernel(table, places):
        index = load(places)
        first, both = nl.ndarray((4, 2, 3), nl.float32), nl.ndarray((4, 4, 3), nl.float32)
        nisa.dma_copy(first, table.vector_select(0, index[:, :1]))
        nisa.dma_copy(both, table.ap([[6, 8], [3, 2], [1, 3]], vector_offset=index))
        return save(first), save(both)

    table = np.arange(60, dtype=np.float32).reshape(10, 2, 3)
    places = np.array([[9, 0], [3, 3], [1, 7], [0, 9]], np.uint32)
    first, both = run(kernel, table=table, places=places)
    np.testing.assert_array_equal(first, table[places[:, 0]])
    np.testing.assert_array_equal(both, table[places].reshape(4, 4, 3))


def _tile():
    return nl.ndarray((4, 3, 8), nl.float32)


def _table():
    return nl.ndarray((8, 4), nl.float32, nl.hbm)


def _index(shape=(1, 1), dtype=nl.int32):
    return nl.zeros(shape, dtype)


RULES = {
    "permute": (lambda: _tile().permute((0, 1)), "permute takes each of its 3 axes once"),
    "permute partitions": (lambda: _tile().permute((1, 0, 2)), "permute must leave axis 0 first"),
    "broadcast": (lambda: _tile().broadcast(1, 2), "broadcast takes an axis of size 1, not axis 1"),
    "broadcast partitions": (lambda: _tile()[:1].broadcast(0, 4), "axis 0 must stay as it is"),
    "broadcast size": (lambda: _tile()[:, :1].broadcast(1, 0), "size must be at least 1, not 0"),
    "expand": (lambda: _tile().expand_dim(0), "expand_dim takes a place from 1 to 3, not 0"),
    "squeeze": (lambda: _tile().squeeze_dim(1), "squeeze_dim takes an axis of size 1"),
    "axis": (lambda: _tile().squeeze_dim(3), "squeeze_dim: axis 3 is not one of its 3"),
    "reshape": (lambda: _tile().reshape_dim(2, (3, 3)), r"axis 2 cannot be split into \(3, 3\)"),
    "flatten": (lambda: _tile().permute((0, 2, 1)).flatten_dims(1, 2), "do not follow each other"),
    "flatten order": (lambda: _tile().flatten_dims(2, 1), "axis 1 is before axis 2"),
    "rearrange": (lambda: _tile().rearrange(("p", "a", "b"), ("p", "a")), "name each axis once"),
    "slice": (lambda: _tile().slice(1, 2, 4), "slice 2:4 does not select elements 0 ... 2"),
    "view": (lambda: _tile()[:, :, ::2].view(nl.uint8), "its last axis must be contiguous"),
    "view size": (lambda: nl.ndarray((4, 3), nl.uint8).view(nl.int32), "int32 does not fit"),
    "vector_select": (lambda: _table().vector_select(1, _index()), "vector_select takes axis 0"),
    "two offsets": (lambda: _table().ap([[4, 1]], scalar_offset=_index(), vector_offset=_index()),
                    "exclude each other"),
    "offset place": (lambda: _table().ap([[4, 1]], scalar_offset=_index((2, 1))),
                     "scalar_offset must be a register or one element"),
    "partition offset": (lambda: _tile().ap([[24, 1], [1, 2]], scalar_offset=_index()),
                         "scalar_offset cannot move the partition axis"),
    "twice": (lambda: _table().select(0, _index()).select(0, _index()), "moves this view already"),
    "parts": (lambda: _table().select(0, _index())[0], "has no parts"),
    "columns": (lambda: _tile().indirect(_index()), "needs NeuronCore-v4: views of"),
    "skip": (lambda: nisa.dma_copy(nl.ndarray((2, 4), nl.float32),
                                   _table().ap([[4, 2], [1, 4]], scalar_offset=_index()),
                                   oob_mode=nisa.oob_mode.skip), "takes one partition in nl.sbuf"),
    "engine": (lambda: nisa.tensor_copy(
        nl.ndarray((4, 4), nl.float32), _table().vector_select(0, _index((4, 1)))),
        "src must be in|for dma_copy only"),
}  # fmt: skip


@pytest.mark.parametrize("rule", RULES)
def test_rule_names_the_line_and_the_value(require_error, rule):
    assert require_error(*RULES[rule]).startswith("test_views.py:")
