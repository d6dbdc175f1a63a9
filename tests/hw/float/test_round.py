import gc

import pytest

from tinyneuron_hw.float.round import RoundFp32
from tinyneuron_sim.rtl.levelized import simulator


@pytest.mark.filterwarnings("ignore::amaranth.hdl.UnusedElaboratable")
@pytest.mark.parametrize("width", [25, 65])
def test_rejects_other_widths(width):
    with pytest.raises(ValueError, match=f"width must be from 26 to 64, not {width}"):
        RoundFp32(width)
    gc.collect()


@pytest.mark.parametrize(
    ("significand", "exponent", "expected"),
    [
        (1 << 31, 127, 0x3F80_0000),
        (1, 127 + 31, 0x3F80_0000),
        (0xFFFF_FFFF, 127, 0x4000_0000),
        (0x8000_0080, 127, 0x3F80_0000),
        (0x8000_0081, 127, 0x3F80_0001),
        (0x8000_0180, 127, 0x3F80_0002),
        (1 << 31, 1, 0x0080_0000),
        (1 << 31, 0, 0x0040_0000),
        (1 << 31, -23, 0),
        ((1 << 31) + 1, -23, 1),
        (0xFFFF_FFFF, 0, 0x0080_0000),
        (0xFFFF_FFFF, 254, 0x7F80_0000),
        (1 << 31, 300, 0x7F80_0000),
        (0, 300, 0),
    ],
)
def test_rounds_and_packs(significand, exponent, expected):
    dut = RoundFp32(32, underflow=True)
    seen = []

    async def bench(ctx):
        for sign in (0, 1):
            ctx.set(dut.raw.significand, significand)
            ctx.set(dut.raw.exponent, exponent)
            ctx.set(dut.raw.sign, sign)
            seen.append(ctx.get(dut.result))

    sim = simulator(dut)
    sim.add_testbench(bench)
    sim.run()
    assert seen == [expected, expected | 1 << 31]
