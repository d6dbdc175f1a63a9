"""Programs that the debugger's tests step through."""

from __future__ import annotations

import numpy as np
import pytest

from tinyneuron import nki
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron.program.assembler import assemble
from tinyneuron.program.program import Program

LOOP = """\
.config tiny
.tensor x input uint8 16
.tensor y output uint8 3x4
.stream vector
    register op=add dst=1 a=5 b=0
    loop counter=2 counter_enable=1 count=3 start=10 step=4 body=3
    register op=add dst=1 a=r1 b=r2
    memset dst=sbuf.uint8[0+1, r2, 1x4] value=r1 update(s1 += 1)
    nop update(s2 += 2)
    nop
    halt
.stream sync
    dma_load dst=sbuf.uint8[1+1, 0x0, 1x16] src=dev.uint8[x+0x0, 1x16] queue=0 \
round_mode=nearest_even update(s3 += 1)
    nop wait(s3 >= 1)
    dma_store src=sbuf.uint8[1+1, 0x4, 1x4] dst=dev.uint8[y+0x4, 1x4] queue=0 \
round_mode=nearest_even wait(s1 >= 3) update(s4 += 1)
    nop wait(s4 >= 1)
    halt
"""
X = np.arange(100, 116, dtype=np.uint8)


def add_kernel(x: nl.Tensor, y: nl.Tensor) -> nl.Tensor:
    """Loads, adds, doubles, stores."""
    a, b = nl.ndarray(x.shape, x.dtype), nl.ndarray(y.shape, y.dtype)
    nisa.dma_copy(a, x)
    nisa.dma_copy(b, y)
    nisa.tensor_tensor(a, a, b, nl.add)
    nisa.tensor_scalar(a, a, nl.multiply, 2.0)
    out = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm, name="out")
    nisa.dma_copy(out, a)
    return out


LINES = {
    name: add_kernel.__code__.co_firstlineno + offset
    for name, offset in (("add", 5), ("double", 6), ("store", 8))
}
"""Where the kernel's steps are in this file."""


@pytest.fixture(scope="session")
def loop_program() -> Program:
    """Registers in a loop, semaphores, two streams."""
    return assemble(LOOP)


@pytest.fixture(scope="session")
def loop_inputs() -> dict[str, np.ndarray]:
    return {"x": X}


@pytest.fixture(scope="session")
def kernel_lines() -> dict[str, int]:
    return LINES


@pytest.fixture(scope="session")
def kernel_program() -> Program:
    """A program with source lines."""
    specs = {name: nki.TensorArg((4, 8), np.dtype(np.float32)) for name in "xy"}
    return nki.compile(add_kernel, "tiny", specs)


@pytest.fixture(scope="session")
def kernel_inputs() -> dict[str, np.ndarray]:
    x = np.arange(32, dtype=np.float32).reshape(4, 8)
    return {"x": x, "y": 100 - x}
