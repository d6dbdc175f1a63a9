"""SECDED codes, as integers and as logic."""

from __future__ import annotations

import random
from itertools import combinations

import pytest
from amaranth.hdl import Module, Signal

from tinyneuron_hw.ecc import check_bits, columns, decode, decode_word, encode, encode_word
from tinyneuron_sim.rtl.levelized import simulator

SEED = 20261127
WIDTHS = (8, 16, 32, 64)


@pytest.mark.parametrize(("width", "bits"), [(8, 5), (16, 6), (32, 7), (64, 8)])
def test_check_bits_are_those_of_the_published_codes(width: int, bits: int) -> None:
    assert check_bits(width) == bits
    assert len(set(columns(width))) == width


@pytest.mark.parametrize("width", WIDTHS)
def test_columns_are_odd_and_no_check_bit_s_own(width: int) -> None:
    weights = [column.bit_count() for column in columns(width)]
    assert all(weight % 2 == 1 and weight >= 3 for weight in weights), weights


@pytest.mark.parametrize("width", [0, 2, 12, 63])
def test_other_widths_are_refused(width: int) -> None:
    with pytest.raises(ValueError, match=str(width)):
        columns(width)


@pytest.mark.parametrize("width", WIDTHS)
def test_every_single_error_is_corrected_and_every_double_error_seen(width: int) -> None:
    data = random.Random(SEED).getrandbits(width)
    check = encode_word(data, width)
    assert decode_word(data, check, width) == (data, False, False)
    bits = range(width + check_bits(width))

    def read(*flips: int) -> tuple[int, bool, bool]:
        word = data | check << width
        for bit in flips:
            word ^= 1 << bit
        return decode_word(word & (1 << width) - 1, word >> width, width)

    assert all(read(bit) == (data, True, False) for bit in bits)
    assert all(read(*pair)[1:] == (False, True) for pair in combinations(bits, 2))


def test_zero_has_no_check_bits() -> None:
    assert [encode_word(0, width) for width in WIDTHS] == [0] * len(WIDTHS)


@pytest.mark.parametrize("width", WIDTHS)
def test_logic_equals_integers(width: int) -> None:
    m = Module()
    data, check, flips = Signal(width), Signal(check_bits(width)), Signal(width + check_bits(width))
    coded = Signal(check_bits(width))
    m.d.comb += [coded.eq(encode(m, data, "new")), check.eq(coded ^ flips[width:])]
    decoded = decode(m, data ^ flips[:width], check, "word")
    rng = random.Random(SEED)

    async def bench(ctx) -> None:
        for count in [0, 1, 2] * 200:
            value = rng.getrandbits(width)
            ones = sum(1 << bit for bit in rng.sample(range(len(flips)), count))
            ctx.set(data, value)
            ctx.set(flips, ones)
            await ctx.delay(1e-9)
            assert ctx.get(coded) == encode_word(value, width)
            wrong = value ^ ones & (1 << width) - 1
            expected = decode_word(wrong, encode_word(value, width) ^ ones >> width, width)
            assert tuple(map(ctx.get, decoded)) == expected, hex(ones)

    sim = simulator(m)
    sim.add_testbench(bench)
    sim.run()
