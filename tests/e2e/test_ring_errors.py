"""Errors in the bytes of a ring and of a list in device memory, behind the controller."""

from __future__ import annotations

import random

import numpy as np
import pytest

from tinyneuron.program.assembler import assemble
from tinyneuron.program.rings import list_bytes, ring_bytes
from tinyneuron.runtime.device import open_device
from tinyneuron.runtime.errors import TrapError
from tinyneuron_hw.config import get_config
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.codec import encode
from tinyneuron_hw.isa.csr import Trap
from tinyneuron_hw.isa.opcodes import Opcode
from tinyneuron_sim.rtl.verilator import VerilatorBackend

from ..every_option import EVERY_OPTION

SEED = 21
PARTS, SIZE = 4, 64
TEXT = f"""
.config {EVERY_OPTION}
.tensor x output uint8 {PARTS * SIZE}
.tensor y output uint8 {PARTS * SIZE}
.tensor z output uint8 {PARTS * SIZE}
.tensor ring output uint8 {PARTS * 128}
.tensor list output uint8 {PARTS * 16}
.stream sync
dma_ring ring=ring[ring+0x0, 0+{PARTS}, {PARTS}] queue=0 update(s0 += 1)
nop wait(s0 >= 1)
dma_copy src=list.uint8[list+0x0, 0x{PARTS}] dst=dev.uint8[z+0x0, 1x{PARTS * SIZE}] queue=0 \
round_mode=nearest_even update(s0 += 1)
nop wait(s0 >= 2)
halt
"""


def copy(source: int, target: int) -> bytes:
    dims = [{"stride": 1, "size": SIZE}]
    src, dst = ({"dtype": DType.UINT8, "address": at, "dims": dims} for at in (source, target))
    return encode(Opcode.DMA_COPY, src=src, dst=dst)


def test_single_errors_are_corrected_and_double_ones_trap_in_their_turn() -> None:
    """Tensors count as outputs, so that a run does not write them."""
    print(f"seed {SEED}")
    rng = random.Random(SEED)
    with open_device("verilator", get_config(EVERY_OPTION)) as device:
        model, backend = device.load(assemble(TEXT)), device.backend
        assert isinstance(backend, VerilatorBackend)
        place = {name: model.address(name) for name in ("x", "y", "z", "ring", "list")}
        x = np.frombuffer(rng.randbytes(PARTS * SIZE), np.uint8)
        ring = ring_bytes([copy(place["x"] + SIZE * i, place["y"] + SIZE * i)
                           for i in range(PARTS)]).tobytes()  # fmt: skip
        buffers = list_bytes([(place["x"] + SIZE * i, SIZE) for i in range(PARTS)]).tobytes()

        def prepare(name: str, words: list[int], bits: int) -> None:
            for tensor, data in (("x", x.tobytes()), ("ring", ring), ("list", buffers),
                                 ("y", bytes(x.size)), ("z", bytes(x.size))):  # fmt: skip
                backend.memory_write(place[tensor], data)
            for word in words:
                mask = sum(1 << bit for bit in rng.sample(range(72), bits))
                backend.memory_flip(place[name] + 8 * word, mask)

        for name, count in (("ring", len(ring) // 8), ("list", len(buffers) // 8)):
            prepare(name, list(range(count)), 1)
            result = model.run()
            assert (result.outputs["y"] == x).all()
            assert (result.outputs["z"] == x).all()
            assert result.counters["memory_corrected"] == count
            for word in rng.sample(range(count), min(count, 12)):
                prepare(name, [word], 2)
                with pytest.raises(TrapError) as caught:
                    model.run()
                trap, pc = caught.value, 0 if name == "ring" else 2
                assert (trap.cause, trap.pc) == (Trap.ECC_ERROR, pc)
                assert trap.address == place[name] + 8 * word
                done = SIZE * (word // 16) if name == "ring" else x.size
                got = np.frombuffer(backend.memory_read(place["y"], x.size), np.uint8)
                assert (got[:done] == x[:done]).all()
                assert not got[done:].any()
                assert not any(backend.memory_read(place["z"], x.size))
