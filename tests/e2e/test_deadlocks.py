"""Deadlocks are told alike on every target: where each stream stands, and who waits for whom."""

from __future__ import annotations

import pytest

from tinyneuron.program.assembler import assemble
from tinyneuron.runtime.errors import TrapError
from tinyneuron_hw.config import get_config
from tinyneuron_hw.isa.csr import Trap
from tinyneuron_hw.isa.opcodes import Stream

CIRCLE = """\
.config tiny
.stream tensor
nop wait(s1 >= 1)
nop update(s3 += 1)
halt
.stream vector
nop update(s3 += 2)
nop
memset dst=sbuf.fp32[0+4, 0x0, 1x4] value=0 wait(s3 >= 4) update(s1 += 1)
halt
.stream scalar
nop
halt
.stream sync
loop counter=0 counter_enable=0 count=2 start=0 step=0 body=1
nop wait(s9 == 1) update(s9 += 1)
halt
"""
GOOD = ".config tiny\n.stream sync\nnop\nhalt\n"


@pytest.mark.parametrize("target", ["golden", "verilator", "icarus"])
def test_a_circle_is_told(device, target: str) -> None:
    on = device(target, get_config("tiny"))
    model = on.load(assemble(CIRCLE))
    with pytest.raises(TrapError) as caught:
        model.run(watchdog=300)
    trap = caught.value
    assert trap.cause is Trap.WATCHDOG
    found = {item.stream: (item.pc, item.condition, item.signals) for item in trap.waiting}
    assert found == {
        Stream.TENSOR: (0, "s1 >= 1 (it is 0)", {Stream.VECTOR: [2]}),
        Stream.VECTOR: (2, "s3 >= 4 (it is 2)", {Stream.TENSOR: [1]}),
        Stream.SYNC: (1, "s9 == 1 (it is 0)", {Stream.SYNC: [1]}),
    }
    assert "each waits for the next: tensor -> vector -> tensor; tensor at 0 (nop)" in str(trap)
    assert "vector at 2 (memset) waits for s3 >= 4 (it is 2), which tensor at 1" in str(trap)
    model.unload()
    good = on.load(assemble(GOOD))  # the core runs on, and tells nothing old
    good.run(watchdog=300)
    good.unload()
