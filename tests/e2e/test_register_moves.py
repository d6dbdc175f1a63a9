"""Registers go to device memory, to the host's and to SBUF and come back, on golden and RTL; errors
of the memories trap with the place of the word."""

from __future__ import annotations

import random

import numpy as np
import pytest

from tinyneuron.program.assembler import assemble
from tinyneuron.runtime.errors import TrapError
from tinyneuron_hw.config import HOST_BASE, get_config
from tinyneuron_hw.isa.csr import Csr, Trap
from tinyneuron_hw.isa.opcodes import Stream
from tinyneuron_sim.rtl.verilator import VerilatorBackend

from ..every_option import EVERY_OPTION

SEED = 14
TENSORS = ".tensor x input uint32 64\n.tensor y output uint32 64\n"
MOVES = f"""
.config {EVERY_OPTION}
{TENSORS}
.stream gpsimd
register op=add dst=7 a=3 b=0
register_load src=dev.uint32[x+0x8 + r7*16, 12x8] first=8
loop counter=1 counter_enable=1 count=r7 start=0 step=1 body=1
register op=multiply_high_unsigned dst=8 a=r8 b=r9
register_store_sbuf dst=sbuf.fp32[2+1, 0x20, 1x8] first=8
register_load_sbuf src=sbuf.int32[2+1, 0x3c, -2x4] first=20
register_store dst=dev.int32[y+0x1c, -4x8] first=8
register_store dst=dev.uint32[y+0x20, 8x4] first=20 update(s3 += 1)
notify value=r21
barrier streams=24
halt
.stream sync
nop wait(s3 >= 1)
barrier streams=24
register_load src=dev.uint32[y+0x28, 4x1] first=4
delay cycles=r1
notify value=r4
halt
"""


def expected(x: np.ndarray) -> np.ndarray:
    registers = [int(word) for word in x[14 : 14 + 24 : 3]]
    for _ in range(3):
        registers[0] = registers[0] * registers[1] >> 32
    y = np.zeros(64, np.uint32)
    y[:8] = registers[::-1]
    y[8:16:2] = [registers[7 - 2 * n] for n in range(4)]
    return y


@pytest.mark.parametrize("target", ["golden", "verilator"])
def test_moves_give_what_python_gives(device, target: str) -> None:
    model = device(target, get_config(EVERY_OPTION)).load(assemble(MOVES))
    rng = np.random.default_rng(SEED)
    for _ in range(5):
        x = rng.integers(0, 1 << 32, 64, dtype=np.uint32)
        result = model.run({"x": x})
        y = expected(x)
        for written in (slice(0, 8), slice(8, 16, 2)):
            assert (result.outputs["y"][written] == y[written]).all()
        assert result.notifications == {Stream.GPSIMD: [y[10]], Stream.SYNC: [y[10]]}
    model.unload()


LOAD = (
    f".config {EVERY_OPTION}\n{TENSORS}.stream sync\nregister_store_sbuf "
    "dst=sbuf.fp32[1+1, 0x40, 1x4] first=8\nregister_load_sbuf src=sbuf.fp32[1+1, 0x40, 1x4] "
    "first=0\nhalt\n"
)
"""The first word of the store leaves the error; what comes behind it is read with it."""


def inject(flips: int) -> dict[int, int]:
    place = 1 << 24 | 0x40
    return {Csr.INJECT_ADDRESS: place, Csr.INJECT_LO: flips, Csr.INJECT_HI: 0,
            Csr.INJECT_CHECK: 0, Csr.INJECT: 1}  # fmt: skip


@pytest.mark.parametrize("target", ["golden", "verilator"])
def test_errors_of_sbuf(device, target: str) -> None:
    model = device(target, get_config(EVERY_OPTION)).load(assemble(LOAD))
    x = {"x": np.zeros(64, np.uint32)}
    # The second word of the store merges with the first, which is then whole again.
    assert model.run(x, registers=inject(4)).counters["sbuf_corrected"] == 1
    with pytest.raises(TrapError) as caught:
        model.run(x, registers=inject(5))
    trap = caught.value
    assert (trap.cause, trap.pc, trap.address) == (Trap.SBUF_ECC_ERROR, 0, 1 << 24 | 0x40)
    model.unload()


READ = (
    f".config {EVERY_OPTION}\n{TENSORS}.stream scalar\nnop\n"
    "register_load src=dev.uint32[x+0x20, 4x8] first=8\n"
    "register_store dst=dev.uint32[y+0x0, 4x8] first=8\nhalt\n"
)


def test_a_word_of_device_memory_that_is_lost(device) -> None:
    on = device("verilator", get_config(EVERY_OPTION))
    model, rng = on.load(assemble(READ)), random.Random(SEED)
    assert isinstance(on.backend, VerilatorBackend)
    x = np.arange(64, dtype=np.uint32)
    for word in (4, 6, 7):
        model.run({"x": x})
        base = model.address("x") + 8 * word
        watch = sum(1 << bit for bit in rng.sample(range(72), 2))
        original = model.write
        model.write = lambda *_: None  # a write of the tensor would mend the word
        on.backend.memory_flip(base, watch)
        with pytest.raises(TrapError) as caught:
            model.run({"x": x})
        model.write = original
        trap = caught.value
        assert (trap.cause, trap.stream, trap.pc) == (Trap.ECC_ERROR, Stream.SCALAR, 1)
        assert trap.address == base
    assert (model.run({"x": x}).outputs["y"][:8] == x[8:16]).all()
    model.unload()


@pytest.mark.parametrize("target", ["golden", "verilator"])
def test_moves_reach_the_hosts_memory(device, target: str) -> None:
    text = (
        f".config {EVERY_OPTION}\n.stream tensor\nregister op=add dst=4 a=77 b=0\n"
        f"register_store dst=dev.uint32[0x{HOST_BASE + 256:x}, 4x2] first=4\n"
        f"register_load src=dev.uint32[0x{HOST_BASE + 256:x}, 4x1] first=9\nnotify value=r9\nhalt\n"
    )
    on = device(target, get_config(EVERY_OPTION))
    model = on.load(assemble(text))
    model._windows.append(type(model._windows[0])(HOST_BASE, 4096, True, True, False))
    assert model.run().notifications == {Stream.TENSOR: [77]}
    assert on.backend.memory_read(HOST_BASE + 256, 8) == (77).to_bytes(8, "little")
    model.unload()
