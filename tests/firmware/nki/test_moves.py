"""The Vector engine's searches and moves in the kernel language, on golden against NumPy."""

import numpy as np
import pytest

from tinyneuron import nki
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron_hw.isa.opcodes import Opcode

from .tiles import load, save

RNG = np.random.default_rng(8)
X = RNG.permutation(160).reshape(4, 40).astype(np.float32)


def test_top_16_by_three_calls(run):
    def kernel(x):
        data, best = load(x), nl.ndarray((4, 16), nl.float32)
        where = nl.ndarray((4, 16), nl.uint32)
        for first in (0, 8):
            part = nl.ds(first, 8)
            nisa.max8(best[:, part], data)
            nisa.nc_find_index8(where[:, part], data, best[:, part])
            nisa.nc_match_replace8(data, data, best[:, part], -np.inf)
        return save(best), save(where)

    best, where = run(kernel, x=X)
    order = np.argsort(-X, axis=1)[:, :16]
    np.testing.assert_array_equal(where, order)
    np.testing.assert_array_equal(best, np.take_along_axis(X, order, axis=1))


@pytest.mark.parametrize("kind", ["uint16", "uint32"])
def test_replaced_places_pair_equal_values_from_the_last(run, kind):
    data = np.array([[1, 2, 3, 4, 8, 8, 8, 8, 8, 8, 8]] * 4, np.float32)
    wanted = np.array([[3, 8, 8, 8, 8, 8, 8, 8], [8, 1, 9, 2, 8, 2, 3, 4]] * 2, np.float32)

    def kernel(x, v):
        source, values = load(x), load(v)
        result, where = nl.ndarray(x.shape, nl.float16), nl.ndarray((4, 8), kind)
        nisa.nc_match_replace8(result, source, values, -1.5, where)
        return save(result), save(where)

    result, where = run(kernel, x=data, v=wanted)
    none = np.iinfo(kind).max
    assert where[0].tolist() == [2, 10, 9, 8, 7, 6, 5, 4]
    assert where[1].tolist() == [5, 0, none, none, 4, 1, 2, 3]
    assert result[0].tolist() == [1, 2, -1.5, 4, *[-1.5] * 7]
    assert result[1].tolist() == [-1.5, -1.5, -1.5, -1.5, -1.5, -1.5, 8, 8, 8, 8, 8]


def test_shuffle_leaves_partitions_alone(run):
    x = RNG.integers(-100, 100, (16, 3), dtype=np.int8)

    def kernel(x, y):
        source, target = load(x), load(y)
        nisa.nc_stream_shuffle(target, source, [1, 0, 255, 1])
        return save(target)

    y = np.zeros_like(x)
    expected = y.copy()
    for quadrant in range(0, 16, 4):
        expected[quadrant + np.array([0, 1, 3])] = x[quadrant + np.array([1, 0, 1])]
    np.testing.assert_array_equal(run(kernel, "default", x=x, y=y), expected)


def test_shuffle_copies_one_partition_to_many_of_another_quadrant(run):
    def kernel(x):
        source, target = load(x), nl.ndarray((8, 3), x.dtype)
        nisa.nc_stream_shuffle(target[4:], source, [0] * 4)
        return save(target[4:])

    x = RNG.standard_normal((1, 3)).astype(np.float32)
    np.testing.assert_array_equal(run(kernel, "default", x=x), np.repeat(x, 4, axis=0))


@pytest.mark.parametrize("shape", [(4, 4), (3, 2), (1, 4)])
def test_transpose_on_the_vector_engine(run, shape):
    x = RNG.standard_normal(shape).astype(np.float16)

    def kernel(x):
        turned = nl.ndarray(x.shape[::-1], x.dtype)
        nisa.nc_transpose(turned, load(x), engine=nisa.vector_engine)
        return save(turned)

    np.testing.assert_array_equal(run(kernel, "default", x=x), x.T)


@pytest.mark.parametrize(
    ("buffer", "engine", "opcode"),
    [
        (nl.psum, nisa.unknown_engine, Opcode.MULTIPLY_MOVING),
        (nl.psum, nisa.vector_engine, Opcode.TRANSPOSE),
        (nl.psum, nisa.tensor_engine, Opcode.MULTIPLY_MOVING),
        (nl.sbuf, nisa.unknown_engine, Opcode.TRANSPOSE),
    ],
)
def test_memories_choose_the_engine_of_a_transpose(run_golden, buffer, engine, opcode):
    x = np.array([[1, -2, 3, 4]], np.int16)

    def kernel(x):
        turned, result = (nl.ndarray((4, 1), x.dtype, buffer=b) for b in (buffer, nl.sbuf))
        nisa.nc_transpose(turned, load(x), engine)
        nisa.tensor_copy(result, turned)
        return save(result)

    program = nki.compile(kernel, "default", {"x": nki.TensorArg(x.shape, x.dtype)})
    opcodes = {raw[0] for code in program.streams.values() for raw in code}
    assert opcode.value in opcodes
    assert len(opcodes & {Opcode.MULTIPLY_MOVING.value, Opcode.TRANSPOSE.value}) == 1
    np.testing.assert_array_equal(run_golden(program, {"x": x})["out"], x.T)


def _tile(shape=(4, 8), dtype=nl.float32, **more):
    return nl.ndarray(shape, dtype, **more)


def _overlapping_shuffle():
    tile = _tile()
    nisa.nc_stream_shuffle(tile[:, 1:], tile[:, :-1], [0])


def _index_over_data():
    tile = _tile((4, 32), nl.uint32)
    nisa.nc_match_replace8(_tile(), tile[:, :8], _tile(), 0.0, tile[:, 8:16])


RULES = {
    "max8 of few": (lambda: nisa.max8(_tile(), _tile((4, 7))),
                    "src must have from 8 to 16384 elements per partition, not 7"),
    "max8 result": (lambda: nisa.max8(_tile((4, 9)), _tile()),
                    "dst must have 8 elements per partition, not 9"),
    "max8 partitions": (lambda: nisa.max8(_tile(), _tile((2, 8))), "partitions: dst 4, src 2"),
    "index type": (lambda: nisa.nc_find_index8(_tile(), _tile(), _tile()),
                   "dst must be uint16 or uint32, not fp32"),
    "index values": (lambda: nisa.nc_find_index8(_tile(dtype=nl.uint32), _tile(), _tile((4, 3))),
                     "vals must have 8 elements per partition, not 3"),
    "replace size": (lambda: nisa.nc_match_replace8(_tile((4, 9)), _tile(), _tile(), 0.0),
                     "data has 8 elements per partition, dst 9"),
    "replace value": (lambda: nisa.nc_match_replace8(_tile(), _tile(), _tile(), "x"),
                      "imm must be a number"),
    "replace index": (_index_over_data, "data and dst_idx must be different tensors"),
    "mask length": (lambda: nisa.nc_stream_shuffle(_tile(), _tile(), [0] * 4),
                    "shuffle_mask must have 1 entries, not 4"),
    "mask entry": (lambda: nisa.nc_stream_shuffle(_tile(), _tile(), [1]), "below 1 or 255, not 1"),
    "shuffle size": (lambda: nisa.nc_stream_shuffle(_tile(), _tile((4, 7)), [0]),
                     "src has 7 elements per partition, dst 8"),
    "shuffle type": (lambda: nisa.nc_stream_shuffle(_tile(), _tile(dtype=nl.int32), [0]),
                     "dst must be of src's type: fp32 and int32"),
    "shuffle overlap": (_overlapping_shuffle, "the same elements or different tensors"),
    "transpose size": (lambda: nisa.nc_transpose(_tile((4, 4)), _tile((4, 4))),
                       "at most 1 x 1, not 4 x 4"),
    "transpose shape": (lambda: nisa.nc_transpose(_tile((1, 2)), _tile((1, 1))),
                        r"dst must be \[1, 1\], not \[1, 2\]"),
    "transpose engine": (lambda: nisa.nc_transpose(_tile(), _tile(), nisa.scalar_engine),
                         "engine must be unknown, vector or tensor"),
    "transpose memory": (lambda: nisa.nc_transpose(_tile(), _tile(), nisa.tensor_engine),
                         "dst must be in nl.psum"),
}  # fmt: skip


@pytest.mark.parametrize("rule", RULES)
def test_rule_names_the_value(require_error, rule):
    require_error(*RULES[rule])
