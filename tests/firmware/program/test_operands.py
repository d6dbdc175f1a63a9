"""The parts of an instruction's text."""

from __future__ import annotations

import pytest

from tinyneuron.program.operands import operands

CASES = {
    "halt": {},
    "nop wait(s0 >= 2, subtract) update(s63 -= 7)": {
        "wait": "s0 >= 2, subtract", "update": "s63 -= 7",
    },
    "dma_load dst=sbuf.bf16[0+16, 0x0, 1x128] src=dev.bf16[0x40 + r3*64, 2x2048] queue=0": {
        "dst": "sbuf.bf16[0+16, 0x0, 1x128]", "src": "dev.bf16[0x40 + r3*64, 2x2048]",
        "queue": "0",
    },
    "dma_ring ring=ring[ring+0x0, 2+2, 3] queue=1": {
        "ring": "ring[ring+0x0, 2+2, 3]", "queue": "1",
    },
    "tensor_scalar op0=multiply operand0=-1.5e-05 accumulate=r3": {
        "op0": "multiply", "operand0": "-1.5e-05", "accumulate": "r3",
    },
    ".raw 00ff": {},
}  # fmt: skip


@pytest.mark.parametrize("text", CASES)
def test_names_and_values(text):
    assert operands(text) == CASES[text]
