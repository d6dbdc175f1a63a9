"""Conversion at the edge of the array."""

import gc

import pytest
from amaranth.sim import Simulator

from tinyneuron_hw.formats import DType
from tinyneuron_hw.tensor.operand import ToPeOperand

from .model import from_raw, pe_operand


@pytest.mark.parametrize("dtype", [DType.BF16, DType.FP16])
def test_converts_every_kind_of_value_exactly(dtype):
    dut = ToPeOperand()
    # Every exponent and sign, the fractions that move a leading one through all positions.
    fraction = {DType.BF16: 7, DType.FP16: 10}[dtype]
    fractions = {0, 1, (1 << fraction) - 1, 0x155 & ((1 << fraction) - 1)}
    fractions |= {1 << bit for bit in range(fraction)} | {3 << bit for bit in range(fraction - 1)}
    patterns = [top << fraction | low for top in range(1 << (16 - fraction)) for low in fractions]

    async def testbench(ctx):
        ctx.set(dut.dtype, dtype)
        for raw in patterns:
            ctx.set(dut.raw, raw | 0xABCD_0000)
            expected = pe_operand(from_raw(raw, dtype))
            got = ctx.get(dut.result.as_value())
            if expected >> 12 & 0x1FF == 511 and not expected >> 11 & 1:
                got &= (1 << 21) - 1  # the sign of a NaN means nothing
            assert got == expected, f"{dtype} {raw:#06x}: {got:#x}, not {expected:#x}"

    sim = Simulator(dut)
    sim.add_testbench(testbench)
    sim.run()


@pytest.mark.parametrize("dtype", [DType.FP32, DType.INT8])
@pytest.mark.filterwarnings("ignore::amaranth.hdl.UnusedElaboratable")
def test_refuses_a_type_it_cannot_hold(dtype):
    with pytest.raises(ValueError, match=r"at most 11 fraction bits, not (fp32|int8)"):
        ToPeOperand((dtype,))
    gc.collect()
