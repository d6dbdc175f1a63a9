"""MAX8, FIND_INDEX8, MATCH_REPLACE8, TRANSPOSE and SHUFFLE against plain NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from tinyneuron_hw.config import get_config
from tinyneuron_hw.formats import FORMATS, DType
from tinyneuron_hw.isa.opcodes import Opcode, Stream
from tinyneuron_hw.isa.rules_reshape import pack_mask
from tinyneuron_sim.golden.errors import GoldenError
from tinyneuron_sim.golden.numerics import RAW_TYPES, from_float32, to_float32

from .programs import BF16, FP16, FP32, INT32, Script, as_floats, floats, on_chip

UINT16, UINT32 = DType.UINT16, DType.UINT32
DEFAULT, LARGE = get_config("default"), get_config("inferentia2")
NAN = float("nan")


def _line(count, offset=0, dtype=FP32, start=0, partitions=4):
    return on_chip(start, partitions, offset, [(1, count)], dtype)


def max8(values, target=FP32, source=FP32):
    """Raw results of raw elements."""
    script = Script(Stream.VECTOR)
    script.load(values, source, 0, 0)
    script.add(Opcode.MAX8, in0=_line(values.shape[1], dtype=source), dst=_line(8, 1024, target))
    script.store(0, 4, 1024, 8, target)
    return script.run()[0]


def search(opcode, values, wanted, target, value=0.0):
    script, count = Script(Stream.VECTOR), values.shape[1]
    results = 8 if opcode is Opcode.FIND_INDEX8 else count
    script.load(values, FP32, 0, 0)
    script.load(wanted, FP32, 0, 512)
    more = {} if opcode is Opcode.FIND_INDEX8 else {"value": int(floats([value])[0])}
    script.add(
        opcode, in0=_line(count), in1=_line(8, 512), dst=_line(results, 1024, target), **more
    )
    script.store(0, 4, 1024, results, target)
    return script.run()[0]


@pytest.mark.parametrize("source", [FP32, BF16, FP16, INT32])
def test_max8_gives_the_largest_in_descending_order(source):
    rng = np.random.default_rng(source.value)
    raw = from_float32((rng.standard_normal((4, 60)) * 50).astype(np.float32), source)
    expected = np.sort(to_float32(raw, source), axis=1)[:, :-9:-1]
    np.testing.assert_array_equal(as_floats(max8(raw, source=source)), expected)
    np.testing.assert_array_equal(max8(raw, FP16, source), from_float32(expected, FP16))


def test_max8_orders_zeros_infinities_and_nans():
    row = [0.0, -0.0, NAN, -1.0, np.inf, -np.inf, 0.0, -NAN, 1e-45, -np.inf]
    got = max8(floats([row] * 4))[0]
    assert got.tolist() == floats([NAN, NAN, np.inf, 1e-45, 0.0, 0.0, -0.0, -1.0]).tolist()


def test_find_index8_gives_each_one_an_occurrence_of_its_own():
    values = floats([[5, 7, 5, -0.0, 5, 0.0, NAN, 9, 5]] * 4)
    wanted = floats([[5, 5, 0, 6, NAN, 0, NAN, 5]] * 4)
    got = search(Opcode.FIND_INDEX8, values, wanted, UINT16)
    assert got[0].tolist() == [0, 2, 3, 0xFFFF, 6, 5, 0xFFFF, 4]
    got = search(Opcode.FIND_INDEX8, values, wanted, UINT32)
    assert got[3].tolist() == [0, 2, 3, 0xFFFF_FFFF, 6, 5, 0xFFFF_FFFF, 4]


def test_what_max8_gives_is_found():
    rng = np.random.default_rng(4)
    values = rng.integers(-3, 4, (4, 40)).astype(np.float32)
    values[values == 2] = NAN
    values[values == 0] = rng.choice(np.float32([0.0, -0.0]), (values == 0).sum())
    largest = max8(floats(values))
    found = search(Opcode.FIND_INDEX8, floats(values), largest, UINT32).astype(np.int64)
    assert all(len(set(row)) == 8 for row in found.tolist())
    np.testing.assert_array_equal(
        np.take_along_axis(values, found, axis=1) + 0, as_floats(largest) + 0
    )


@pytest.mark.parametrize("target", [FP32, BF16, INT32])
def test_match_replace8_replaces_what_find_index8_finds(target):
    rng = np.random.default_rng(5)
    values = rng.integers(-6, 7, (4, 30)).astype(np.float32)
    wanted = rng.integers(-7, 8, (4, 8)).astype(np.float32)
    found = search(Opcode.FIND_INDEX8, floats(values), floats(wanted), UINT32).astype(np.int64)
    expected = values.copy()
    for row, indices in enumerate(found):
        expected[row, indices[indices < 30]] = 100.5
    got = search(Opcode.MATCH_REPLACE8, floats(values), floats(wanted), target, 100.5)
    np.testing.assert_array_equal(got, from_float32(expected, target))


@pytest.mark.parametrize("config", [DEFAULT, LARGE], ids=lambda config: config.name)
@pytest.mark.parametrize("dtype", [DType.UINT8, FP16, FP32])
def test_transpose_turns_each_block(dtype, config):
    quadrant, kind = config.quadrant, RAW_TYPES[FORMATS[dtype].bytes]
    rows, count = 2 * quadrant, 3 * quadrant
    raw = np.random.default_rng(6).integers(0, 1 << 32, (rows, count)).astype(kind)
    script = Script(Stream.VECTOR, config)
    script.load(raw, dtype, 0, 0)
    script.add(Opcode.TRANSPOSE, in0=_line(count, 0, dtype, partitions=rows),
               dst=_line(count, 1024, dtype, 2 * quadrant, rows))  # fmt: skip
    script.store(2 * quadrant, rows, 1024, count, dtype)
    (got,) = script.run()
    for q in (0, quadrant):
        for b in (0, quadrant, 2 * quadrant):
            block = raw[q : q + quadrant, b : b + quadrant]
            np.testing.assert_array_equal(got[q : q + quadrant, b : b + quadrant], block.T)


def test_transpose_of_a_part_of_a_block():
    raw = np.arange(6, dtype="<u4").reshape(2, 3)
    script = Script(Stream.VECTOR, DEFAULT)
    script.load(raw, FP32, 4, 0)
    script.add(Opcode.TRANSPOSE, in0=_line(3, 0, start=4, partitions=2),
               dst=_line(2, 64, start=8, partitions=3))  # fmt: skip
    script.store(8, 3, 64, 2, FP32)
    np.testing.assert_array_equal(script.run()[0], raw.T)


def test_transpose_works_in_place_but_not_onto_a_block_that_is_read_later():
    raw = np.arange(128, dtype="<u4").reshape(16, 8)
    for offset, works in ((0, True), (-16, True), (16, False)):
        script = Script(Stream.VECTOR, DEFAULT)
        script.load(raw, FP32, 0, 64)
        script.add(Opcode.TRANSPOSE, in0=_line(8, 64, partitions=16),
                   dst=_line(8, 64 + offset, partitions=16))  # fmt: skip
        script.store(0, 16, 64 + offset, 8, FP32)
        if works:
            (got,) = script.run()
            np.testing.assert_array_equal(got[4:8, 4:], raw[4:8, 4:].T)
        else:
            with pytest.raises(GoldenError, match="before it reads it as a source"):
                script.run()


def test_shuffle_takes_sources_of_the_same_quarter_and_leaves_partitions_alone():
    raw = np.random.default_rng(7).integers(0, 1 << 16, (16, 5)).astype("<u2")
    old = np.full((8, 5), 0xABCD, "<u2")
    script = Script(Stream.VECTOR, DEFAULT)
    script.load(raw, BF16, 0, 0)
    script.load(old, BF16, 8, 64)
    script.add(Opcode.SHUFFLE, in0=_line(5, 0, BF16, partitions=16),
               mask=pack_mask([3, 3, None, 0]), dst=_line(5, 64, BF16, 8, 8))  # fmt: skip
    script.store(8, 8, 64, 5, BF16)
    (got,) = script.run()
    expected = raw[[3, 3, 0, 0, 7, 7, 0, 4]]
    expected[[2, 6]] = 0xABCD
    np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize("stored", [2, 3])
def test_shuffle_does_not_touch_what_it_leaves_alone(stored):
    """Bytes that were never written stay so, and partitions that in0 lacks count as 0."""
    script = Script(Stream.VECTOR, DEFAULT)
    script.load(np.full((1, 3), 9, "<u4"), FP32, 0, 0)
    script.add(Opcode.SHUFFLE, in0=_line(3, partitions=1), mask=pack_mask([0, 1, None, 0]),
               dst=_line(3, 64, start=4, partitions=4))  # fmt: skip
    script.store(4, stored, 64, 3, FP32)
    if stored == 2:
        assert script.run()[0].tolist() == [[9] * 3, [0] * 3]
    else:
        with pytest.raises(GoldenError, match="partition 6 offset 0x40, which was never written"):
            script.run()


def test_large_shuffle_has_an_entry_for_each_partition_of_a_quarter():
    raw = np.arange(128, dtype="<u4").reshape(128, 1)
    script = Script(Stream.VECTOR, LARGE)
    script.load(raw, FP32, 0, 0)
    script.add(Opcode.SHUFFLE, in0=_line(1, partitions=128), dst=_line(1, 64, partitions=128),
               mask=pack_mask([31 - i for i in range(32)]))  # fmt: skip
    script.store(0, 128, 64, 1, FP32)
    np.testing.assert_array_equal(script.run()[0].reshape(4, 32)[:, ::-1], raw.reshape(4, 32))
