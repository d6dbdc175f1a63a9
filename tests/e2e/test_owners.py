"""Nothing of one owner's program can be read by another one's."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from tinyneuron.program.assembler import assemble
from tinyneuron.program.program import Program
from tinyneuron.runtime.device import Device, Model, open_device
from tinyneuron_hw.config import NUM_SEMAPHORES, get_config
from tinyneuron_hw.isa.csr import semaphore_address

from ..every_option import EVERY_OPTION

SEED = 21
SHORT = "tiny,sbuf_partition_bytes=1024,psum_bank_bytes=64"
"""For slow simulators."""
TARGETS = [("golden", "tiny"), ("verilator", "tiny"), ("verilator", EVERY_OPTION),
           *(pytest.param((target, SHORT), marks=pytest.mark.slow)
             for target in ("icarus", "pysim"))]  # fmt: skip

SECRETS = """
.config {config}
.tensor x input uint8 {all}
.stream sync
dma_load dst=sbuf.uint8[0+4, 0x0, 1x{sbuf}] src=dev.uint8[x+0x0, 1x{all}] queue=0 \
round_mode=nearest_even update(s0 += 1)
nop wait(s1 >= 2)
nop wait(s2 >= 1)
halt
.stream vector
set_seed in0=sbuf.uint32[0+4, 0x0, 1x1] wait(s0 >= 1)
tensor_scalar in0=sbuf.uint8[0+4, 0x0, 1x9] dst=sbuf.fp32[0+4, 0x100, 1x9] operand0=3.0 \
operand1=0.0 op0=add op1=bypass reverse0=0 reverse1=0 round_mode=nearest_even \
reduce_cmd=reset_reduce reduce_op=add
tensor_copy in0=sbuf.uint32[0+4, 0x0, 1x{words}] dst=psum.uint32[0+4, 0x0, 1x{words}] \
round_mode=nearest_even update(s1 += 1)
register op=add dst=7 a=6210279 b=0
register op=add dst=31 a=6210279 b=1
halt
.stream scalar
activate_seed in0=sbuf.uint32[0+4, 0x0, 1x1] wait(s1 >= 1)
load_table in0=sbuf.uint32[0+4, 0x40, 1x38] slot=0
load_table in0=sbuf.uint32[0+4, 0x44, 1x38] slot=3
activate in0=sbuf.uint8[0+4, 0x0, 1x9] dst=sbuf.fp32[0+4, 0x200, 1x9] bias=-0.0 scale=0.75 \
function=identity round_mode=nearest_even reduce_cmd=reset_reduce
activate in0=sbuf.uint8[0+4, 0x0, 1x64] dst=sbuf.uint8[0+4, 0x200, 1x64] bias=-0.0 scale=1.0 \
function=identity round_mode=stochastic reduce_cmd=idle update(s1 += 1)
register op=add dst=9 a=6210279 b=0
halt
.stream tensor
load_stationary src=sbuf.uint8[0+4, 0x10, 1x4] column_start=0 wait(s0 >= 1) update(s2 += 1)
register op=add dst=3 a=6210279 b=0
nop update(s60 = 77)
halt
"""
"""Leaves bytes of ``x`` in every byte of SBUF and PSUM, and something in whatever else is kept."""

SPIES = """
.config {config}
.tensor sbuf output uint8 {all}
.tensor psum output uint32 {words4}
.tensor more output uint32 256
.stream sync
dma_store src=sbuf.uint8[0+4, 0x0, 1x{sbuf}] dst=dev.uint8[sbuf+0x0, 1x{all}] queue=0 \
round_mode=nearest_even update(s0 += 1)
nop wait(s1 >= 3)
dma_store src=sbuf.uint32[0+4, {more:#x}, 1x64] dst=dev.uint32[more+0x0, 4x256] queue=0 \
round_mode=nearest_even
dma_store src=sbuf.uint32[0+4, 0x0, 1x{words}] dst=dev.uint32[psum+0x0, 4x{words4}] queue=1 \
round_mode=nearest_even
{registers}halt
.stream vector
memset dst=sbuf.uint8[0+4, {more:#x}, 1x256] value=64 wait(s0 >= 1)
tensor_copy in0=psum.uint32[0+4, 0x0, 1x{words}] dst=sbuf.uint32[0+4, 0x0, 1x{words}] \
round_mode=nearest_even update(s1 += 1)
rng dst=sbuf.uint32[0+4, {more_40:#x}, 1x4]
read_accumulator dst=sbuf.fp32[0+4, {more_50:#x}] reduce_op=add negate=0 round_mode=nearest_even
tensor_copy in0=psum.fp32[0+4, 0x0, 1x4] dst=sbuf.fp32[0+4, {more_60:#x}, 1x4] \
round_mode=nearest_even wait(s2 >= 1) update(s1 += 1)
{registers}halt
.stream tensor
multiply_moving src=sbuf.bf16[0+4, {more:#x}, 1x4] dst=psum.fp32[0+4, 0x0, 1x4] accumulate=0 \
wait(s1 >= 1) update(s2 += 1)
{registers}halt
.stream scalar
activate_read dst=sbuf.fp32[0+4, {more_70:#x}] round_mode=nearest_even wait(s1 >= 1)
activate in0=sbuf.fp32[0+4, {more:#x}, 1x9] dst=sbuf.bf16[0+4, {more_80:#x}, 1x9] bias=-0.0 \
scale=0.7 function=identity round_mode=stochastic reduce_cmd=idle
{tables}nop update(s1 += 1)
{registers}halt
"""
"""Reads all that can be read; memories before it writes to them."""
_REGISTERS = "".join(f"nop update(s{10 + register} += r{register})\n" for register in range(32))
_TABLE = (
    "activate in0=sbuf.fp32[0+4, {source:#x}, 1x4] dst=sbuf.fp32[0+4, {target:#x}, 1x4] "
    "bias=-0.0 scale=1.0 function=table{slot} round_mode=nearest_even reduce_cmd=idle\n"
)


def program(text: str, name: str, *, tables: bool) -> Program:
    config = get_config(name)
    sbuf, more = config.sbuf_partition_bytes, config.psum_partition_bytes
    reads = "".join(
        _TABLE.format(source=more, target=more + 0xA0 + 16 * i, slot=slot)
        for i, slot in enumerate((0, 3, 7))
    )
    places = {f"more_{k:x}": more + k for k in range(0x40, 0x90, 0x10)}
    return assemble(
        text.format(config=name, sbuf=sbuf, all=4 * sbuf, words=more // 4, words4=more, more=more,
                    registers=_REGISTERS, tables=reads if tables else "", **places)
    )  # fmt: skip


class Parties:
    """A device with a program that leaves secrets and one that reads all it can."""

    def __init__(self, target: str, config: str):
        options = {"check_unwritten": False} if target == "golden" else {}
        self.device: Device = open_device(target, config, **options)
        # Golden takes the use of a table that was not loaded for an error.
        self._spies = program(SPIES, config, tables=target != "golden")
        self._secrets = program(SECRETS, config, tables=False)
        size = 4 * get_config(config).sbuf_partition_bytes
        self.x = np.random.default_rng(SEED).integers(1, 256, size, np.uint8)

    def spy(self, owner: str) -> dict[str, np.ndarray]:
        """What a program of this owner can read, semaphores included."""
        model: Model = self.device.load(self._spies, owner=owner)
        outputs = model.run().outputs
        model.unload()
        read = self.device.backend.csr_read
        semaphores = [read(semaphore_address(index)) for index in range(3, NUM_SEMAPHORES)]
        return outputs | {"semaphores": np.array(semaphores)}

    def leave_secrets(self, owner: str) -> None:
        model = self.device.load(self._secrets, owner=owner)
        model.run({"x": self.x})
        model.unload()


@pytest.fixture(params=TARGETS, ids="-".join)
def parties(request) -> Iterator[Parties]:
    opened = Parties(*request.param)
    yield opened
    opened.device.close()


def test_another_owner_reads_what_a_fresh_core_has(parties: Parties) -> None:
    print(f"seed {SEED}")
    fresh = parties.spy("eve")
    for name in ("sbuf", "psum", "semaphores"):
        assert not fresh[name].any(), name
    parties.leave_secrets("eve")
    own = parties.spy("eve")
    parties.leave_secrets("alice")
    after = parties.spy("eve")
    for name, expected in fresh.items():
        np.testing.assert_array_equal(after[name], expected, err_msg=name)
    # Her own bytes stayed: but for those that the program wrote itself, they are x.
    kept = (own["sbuf"] == parties.x).reshape(4, -1)
    kept[:, 0x100:0x124] = kept[:, 0x200:0x240] = True
    assert kept.all()
    assert (own["psum"] != 0).all()
