"""The Scalar engine: built-in functions, tables, partial sums and what is refused."""

import numpy as np
import pytest

from tinyneuron_hw.formats import CANONICAL_NAN, DType
from tinyneuron_hw.isa.opcodes import ActivationFunction, Opcode, ReduceCommand, RoundMode, Stream
from tinyneuron_hw.isa.table import (
    HEADER_ROWS,
    SLOT_ROWS,
    Entry,
    EntryKind,
    Segment,
    Specials,
    TableHeader,
)
from tinyneuron_sim.golden.errors import GoldenError
from tinyneuron_sim.golden.numerics import to_float32

from .programs import BF16, FP32, Script, as_floats, floats, on_chip

UINT32 = DType.UINT32
ONE = {"value": 0x3F80_0000}
MINUS_ZERO = {"value": 0x8000_0000}
QUARTER = np.float32(-1e-40) * np.float32(0.25)
X = [0.0, -0.0, 1.5, -2.0, 1e-40, -1e-40, 3e38, np.inf, -np.inf, np.nan]


def bits(layout, **fields) -> int:
    return layout.const(fields).as_bits()


def constant_image(value: float, segments: int = 1) -> list[int]:
    """Of a function with this result for every x but 0, where it is -1, and infinities: -2."""
    fraction, exponent = np.frexp(value)
    row = bits(Segment, c0=round(fraction * 2**28), exponent=int(exponent))
    words = [int(np.float32(x).view(np.uint32)) for x in (-2.0, -2.0, -1.0, -1.0)]
    names = ("positive_infinity", "negative_infinity", "positive_zero", "negative_zero")
    return [bits(TableHeader), bits(Specials, **dict(zip(names, words, strict=True))), 0, 0, 0, 0,
            *[row] * segments]  # fmt: skip


class ScalarScript(Script):
    """Activates what was loaded at byte 0."""

    def __init__(self, values, **options):
        super().__init__(Stream.SCALAR, **options)
        raw = floats([values] * 4)
        self.count = raw.shape[1]
        self.load(raw, FP32, 0, 0)

    def activate(self, function: ActivationFunction, target: int, **fields) -> None:
        dst = on_chip(0, 4, target, [(1, self.count)], fields.pop("dtype", FP32))
        source = on_chip(0, 4, 0, [(1, self.count)])
        self.add(Opcode.ACTIVATE, function=function, in0=source, dst=dst, scale=ONE,
                 bias=MINUS_ZERO, **fields)  # fmt: skip

    def load_image(self, rows: list[int], slot: int, offset: int = 4096) -> None:
        words = [[row >> 32 * p & 0xFFFF_FFFF for row in rows] for p in range(4)]
        self.load(np.array(words, np.uint32), UINT32, 0, offset)
        image = on_chip(0, 4, offset, [(1, len(rows))], UINT32)
        self.add(Opcode.LOAD_TABLE, in0=image, slot=slot)

    def result(self, offset: int, count: int | None = None, dtype: DType = FP32) -> None:
        self.store(0, 4, offset, count or self.count, dtype)


@pytest.mark.parametrize(
    ("function", "wanted"),
    [
        ("IDENTITY", X),
        ("RELU", [0.0, 0.0, 1.5, 0.0, 1e-40, 0.0, 3e38, np.inf, 0.0, np.nan]),
        ("PRELU", [0.0, -0.0, 1.5, -0.5, 1e-40, QUARTER, 3e38, np.inf, -np.inf, np.nan]),
        ("SQUARE", [0.0, 0.0, 2.25, 4.0, 0.0, 0.0, np.inf, np.inf, np.inf, np.nan]),
        ("ABSOLUTE", [0.0, 0.0, 1.5, 2.0, 1e-40, 1e-40, 3e38, np.inf, np.inf, np.nan]),
        ("SIGN", [0.0, 0.0, 1.0, -1.0, 1.0, -1.0, 1.0, 1.0, -1.0, np.nan]),
    ],
)
def test_built_in_functions(function, wanted):
    script = ScalarScript(X)
    script.activate(ActivationFunction[function], 512, parameter=0x3E80_0000)
    script.result(512)
    expected = np.where(np.isnan(wanted), np.uint32(CANONICAL_NAN), floats(wanted))
    np.testing.assert_array_equal(script.run()[0][0], expected)


def test_a_table_gives_its_segments_and_specials():
    script = ScalarScript(X)
    script.load_image(constant_image(0.75), slot=3)
    script.activate(ActivationFunction.TABLE3, 512)
    script.result(512)
    got = as_floats(script.run()[0][0])
    wanted = [-1, -1, 0.75, 0.75, 0.75, 0.75, 0.75, -2, -2, np.nan]
    np.testing.assert_array_equal(got, np.float32(wanted))


def test_an_entry_of_a_code_without_a_name_gives_nan():
    rows = constant_image(0.75)
    for number in range(2, HEADER_ROWS):
        rows[number] = sum(bits(Entry, kind=EntryKind.INVALID) << 16 * k for k in range(8))
    script = ScalarScript([1.0, 0.0])
    script.load_image(rows, slot=0)
    script.activate(ActivationFunction.TABLE0, 512)
    script.result(512)
    got = as_floats(script.run()[0][0])
    assert np.isnan(got[0])
    assert got[1] == -1


def test_a_long_table_covers_the_segments_of_the_slots_behind():
    script = ScalarScript([1.0])
    script.load_image(constant_image(0.5), slot=1)
    script.load_image(constant_image(0.25, SLOT_ROWS + 1), slot=0)
    script.activate(ActivationFunction.TABLE1, 512)
    script.result(512)
    assert as_floats(script.run()[0][0])[0] == 0.25


def test_a_slot_without_a_table_is_named():
    script = ScalarScript([1.0])
    script.activate(ActivationFunction.TABLE5, 512)
    with pytest.raises(GoldenError, match="uses slot 5 of the Scalar engine, which holds no table"):
        script.run()


def test_partial_sums_stay_until_they_are_reset():
    values = np.random.default_rng(3).standard_normal(21).astype(np.float32)
    script = ScalarScript(values)
    identity = ActivationFunction.IDENTITY
    reads = []

    def read() -> None:
        reads.append(1024 + 4 * len(reads))
        script.add(Opcode.ACTIVATE_READ, dst=on_chip(0, 4, reads[-1], [(1, 1)]))

    for command in (ReduceCommand.REDUCE, ReduceCommand.REDUCE, ReduceCommand.IDLE,
                    ReduceCommand.RESET_REDUCE, ReduceCommand.RESET):  # fmt: skip
        script.activate(identity, 512, reduce_cmd=command)
        read()
    script.result(1024, len(reads))
    got = as_floats(script.run()[0][0])

    sums = np.zeros(8, np.float32)

    def added(sums: np.ndarray) -> np.ndarray:
        sums = sums.copy()
        for j, value in enumerate(values):
            sums[j % 8] += value
        return sums

    def total(p: np.ndarray) -> np.float32:
        return ((p[0] + p[1]) + (p[2] + p[3])) + ((p[4] + p[5]) + (p[6] + p[7]))

    once, twice = added(sums), added(added(sums))
    wanted = [total(once), total(twice), total(twice), total(once), np.float32(0)]
    np.testing.assert_array_equal(got, np.array(wanted))


def test_lanes_without_a_partition_keep_their_sums():
    script = ScalarScript([1.0, 2.0])
    script.activate(ActivationFunction.IDENTITY, 512, reduce_cmd=ReduceCommand.RESET_REDUCE)
    two = {"scale": ONE, "bias": MINUS_ZERO, "reduce_cmd": ReduceCommand.REDUCE}
    script.add(Opcode.ACTIVATE, in0=on_chip(0, 2, 0, [(1, 2)]), dst=on_chip(0, 2, 512, [(1, 2)]),
               **two)  # fmt: skip
    script.add(Opcode.ACTIVATE_READ, dst=on_chip(0, 4, 1024, [(1, 1)]))
    script.result(1024, 1)
    assert as_floats(script.run()[0])[:, 0].tolist() == [6.0, 6.0, 3.0, 3.0]


def test_stochastic_rounding_repeats_from_its_seed_and_is_fair():
    value, count = np.float32(1 + 2.0**-9), 2000
    script = ScalarScript([value] * count)
    script.load(np.array([[1], [2], [3], [3]], np.uint32), UINT32, 0, 16 * 1024 - 8192 - 4)
    seeds = on_chip(0, 4, 16 * 1024 - 8192 - 4, [(1, 1)], UINT32)
    runs = []
    for _ in range(2):
        script.add(Opcode.ACTIVATE_SEED, in0=seeds)
        script.activate(ActivationFunction.IDENTITY, 0, dtype=BF16, round_mode=RoundMode.STOCHASTIC)
        script.store(0, 4, 0, count, BF16)
        runs.append(script)
        script.load(floats([[value] * count] * 4), FP32, 0, 0)
    first, second = script.run()
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(first[2], first[3])
    assert (first[0] != first[1]).any()
    got = to_float32(first[:3], BF16)
    up = np.mean(got > 1)
    assert set(np.unique(got)) == {np.float32(1), np.float32(1 + 2.0**-7)}
    assert abs(up - 0.25) < 3 * np.sqrt(0.25 * 0.75 / got.size)
