"""Programs that break a rule: the same trap on golden and on the RTL, and the core lives on.

On the slow targets `make test` takes one program for each cause; the rest is marked slow.
"""

from __future__ import annotations

import pytest

from tinyneuron.kernels import matmul
from tinyneuron.program.assembler import assemble
from tinyneuron.program.program import Program
from tinyneuron.runtime.errors import TrapError
from tinyneuron_hw.config import INSTRUCTION_BYTES, get_config
from tinyneuron_hw.isa.codec import encode
from tinyneuron_hw.isa.csr import Csr, Trap
from tinyneuron_hw.isa.opcodes import Opcode, Stream
from tinyneuron_sim.loader import MemoryWindow, load_and_start

TARGETS = ["golden", "verilator", "icarus", "pysim"]
SLOW_TARGETS = ("icarus", "pysim")
ONE_OF_EACH_CAUSE = ("device memory", "unequal counts", "semaphore that never comes")
"""Of those in ``BAD``; BAD_OPCODE and BUS_ERROR have tests of their own."""
WATCHDOG = 400
"""Cycles: more than a fetch takes."""
HEADER = ".config tiny\n.tensor x input bf16 8\n.tensor y output bf16 8\n"

BAD: dict[str, tuple[str, Trap, Stream, int]] = {
    "sbuf offset": (
        ".stream vector\nmemset dst=sbuf.bf16[0+4, 0x1ffe, 1x2] value=1\nhalt",
        Trap.OUT_OF_RANGE, Stream.VECTOR, 0,
    ),
    "sbuf partitions": (
        ".stream vector\nnop\nmemset dst=sbuf.bf16[4+1, 0x0, 1x2] value=1\nhalt",
        Trap.OUT_OF_RANGE, Stream.VECTOR, 1,
    ),
    "psum offset": (
        ".stream vector\nmemset dst=psum.fp32[0+4, 0x800, 1x1] value=1\nhalt",
        Trap.OUT_OF_RANGE, Stream.VECTOR, 0,
    ),
    "negative stride below zero": (
        ".stream scalar\nactivate in0=psum.fp32[0+1, 0x4, -1x3] dst=sbuf.fp32[0+1, 0x0, 1x3] "
        "bias=0.0 scale=1.0 function=relu round_mode=nearest_even\nhalt",
        Trap.OUT_OF_RANGE, Stream.SCALAR, 0,
    ),
    "device memory": (
        ".stream sync\ndma_load dst=sbuf.bf16[0+1, 0x0, 1x8] src=dev.bf16[x+0x100000, 2x8] "
        "queue=0 round_mode=nearest_even\nhalt",
        Trap.OUT_OF_RANGE, Stream.SYNC, 0,
    ),
    "writing an input": (
        ".stream sync\ndma_copy src=dev.bf16[y+0x0, 2x8] dst=dev.bf16[x+0x0, 2x8] "
        "queue=0 round_mode=nearest_even\nhalt",
        Trap.OUT_OF_RANGE, Stream.SYNC, 0,
    ),
    "unequal counts": (
        ".stream vector\ntensor_copy in0=sbuf.bf16[0+1, 0x0, 1x3] dst=sbuf.bf16[0+1, 0x10, 1x4] "
        "round_mode=nearest_even\nhalt",
        Trap.BAD_OPERAND, Stream.VECTOR, 0,
    ),
    "start partition": (
        ".stream vector\nnop\nnop\nmemset dst=sbuf.bf16[1+2, 0x0, 1x2] value=1\nhalt",
        Trap.BAD_OPERAND, Stream.VECTOR, 2,
    ),
    "no such queue": (
        ".stream sync\ndma_load dst=sbuf.bf16[0+1, 0x0, 1x8] src=dev.bf16[x+0x0, 2x8] "
        "queue=15 round_mode=nearest_even\nhalt",
        Trap.BAD_OPERAND, Stream.SYNC, 0,
    ),
    "semaphore that never comes": (
        ".stream tensor\nnop\nnop wait(s5 >= 1)\nhalt",
        Trap.WATCHDOG, Stream.TENSOR, 1,
    ),
    "empty loop body": (
        ".stream sync\nnop\nloop counter=0 counter_enable=0 count=2 start=0 step=0 body=0\nhalt",
        Trap.BAD_OPERAND,
        Stream.SYNC,
        1,
    ),
    "ninth nested loop": (
        ".stream sync\n"
        + "".join(
            f"loop counter=0 counter_enable=0 count=2 start=0 step=0 body={9 - depth}\n"
            for depth in range(9)
        )
        + "nop\nhalt",
        Trap.BAD_OPERAND,
        Stream.SYNC,
        8,
    ),
    "register too large for its field": (
        ".stream vector\nregister op=add dst=1 a=70000 b=0\n"
        "memset dst=sbuf.bf16[0+1, 0x0, 1xr1] value=1\nhalt",
        Trap.BAD_OPERAND,
        Stream.VECTOR,
        1,
    ),
    "matmul across two banks": (
        ".stream tensor\nmultiply_moving src=sbuf.bf16[0+4, 0x0, 1x8] "
        "dst=psum.fp32[0+4, 0xf0, 1x8] accumulate=0\nhalt",
        Trap.BAD_OPERAND,
        Stream.TENSOR,
        0,
    ),
    "accumulate is no flag": (
        ".stream tensor\nmultiply_moving src=sbuf.bf16[0+4, 0x0, 1x8] "
        "dst=psum.fp32[0+4, 0x0, 1x8] accumulate=2\nhalt",
        Trap.BAD_OPERAND,
        Stream.TENSOR,
        0,
    ),
    "too many columns": (
        ".stream tensor\nload_stationary src=sbuf.bf16[0+4, 0x0, 1x3] column_start=2\nhalt",
        Trap.BAD_OPERAND,
        Stream.TENSOR,
        0,
    ),
    "dma beyond the partition and of unequal counts": (
        ".stream sync\ndma_load dst=sbuf.bf16[0+1, 0x2000, 1x9] src=dev.bf16[x+0x0, 2x8] "
        "queue=0 round_mode=nearest_even\nhalt",
        Trap.OUT_OF_RANGE,
        Stream.SYNC,
        0,
    ),
    "dma of unequal counts outside the windows": (
        ".stream sync\ndma_load dst=sbuf.bf16[0+1, 0x0, 1x9] src=dev.bf16[x+0x900000, 2x8] "
        "queue=0 round_mode=nearest_even\nhalt",
        Trap.BAD_OPERAND,
        Stream.SYNC,
        0,
    ),
    "past the end": (
        ".stream gpsimd\nnop\nnop",
        Trap.OUT_OF_RANGE, Stream.GPSIMD, 2,
    ),
}  # fmt: skip


def trap_of(device, target: str, program: Program) -> TrapError:
    model = device(target, "tiny").load(program)
    inputs = {spec.name: _zeros(spec) for spec in program.of_kind("input")}
    with pytest.raises(TrapError) as caught:
        model.run(inputs, watchdog=WATCHDOG)
    model.unload()
    return caught.value


def _zeros(spec):
    import numpy as np

    from tinyneuron.runtime.dtypes import numpy_dtype

    return np.zeros(spec.shape, numpy_dtype(spec.dtype))


def on_targets(names, in_every_run):
    """Each name on golden's rivals; on the slow ones most of them are left to `make test-all`."""
    return [
        pytest.param(
            name, target,
            marks=[pytest.mark.slow] if target in SLOW_TARGETS and name not in in_every_run else [],
        )
        for name in names
        for target in TARGETS[1:]
    ]  # fmt: skip


@pytest.mark.parametrize(("name", "target"), on_targets(BAD, ONE_OF_EACH_CAUSE))
def test_bad_programs_trap_alike(device, name: str, target: str):
    text, cause, stream, pc = BAD[name]
    traps = [trap_of(device, each, assemble(HEADER + text)) for each in ("golden", target)]
    for trap in traps:
        assert (trap.cause, trap.stream, trap.pc) == (cause, stream, pc)
        assert cause.name in str(trap)
    assert traps[0].address == traps[1].address


@pytest.mark.parametrize(
    ("damage", "target"), on_targets(["unknown opcode", "reserved bits"], ["unknown opcode"])
)
def test_bytes_that_are_no_instruction_trap_alike(device, damage: str, target: str):
    raw = bytearray(encode(Opcode.NOP))
    if damage == "unknown opcode":
        raw[0] = 0x7F
    else:
        raw[127] = 0x80
    program = assemble(HEADER + ".stream sync\nnop\nnop\nhalt")
    program.streams[Stream.SYNC][1] = bytes(raw)
    program.validate = lambda: program  # the check that would refuse it before the core sees it
    traps = [trap_of(device, each, program) for each in ("golden", target)]
    for trap in traps:
        assert (trap.cause, trap.stream, trap.pc) == (Trap.BAD_OPCODE, Stream.SYNC, 1)
    assert traps[0].address == traps[1].address


@pytest.mark.parametrize("target", TARGETS)
def test_a_transfer_past_device_memory_is_a_bus_error(device, target: str):
    """Only a window larger than the memory lets it get as far as the bus."""
    memory = get_config("tiny").device_memory_bytes
    program = assemble(
        HEADER + ".stream sync\nnop\ndma_load dst=sbuf.bf16[0+1, 0x0, 1x8] "
        "src=dev.bf16[x+0x0, 2x8] queue=0 round_mode=nearest_even\nhalt"
    )
    code = program.relocated({"x": memory + 64, "y": 0})[Stream.SYNC]
    instructions = [
        code[at : at + INSTRUCTION_BYTES] for at in range(0, len(code), INSTRUCTION_BYTES)
    ]
    backend = device(target, "tiny").backend
    backend.reset()
    load_and_start(
        backend,
        {Stream.SYNC: instructions},
        windows=[MemoryWindow(0, 2 * memory)],
        watchdog=WATCHDOG,
    )
    assert backend.run(100_000).event == "trap"
    words = [backend.csr_read(Csr.TRAP_CAUSE + 4 * word) for word in range(4)]
    assert words == [Trap.BUS_ERROR.value, Stream.SYNC.value, 1, memory + 64]
    backend.reset()


@pytest.mark.parametrize(
    "target", [*TARGETS[:-1], pytest.param(TARGETS[-1], marks=pytest.mark.slow)]
)
def test_the_core_runs_on_after_a_trap(device, target: str):
    import numpy as np

    from tinyneuron.runtime.dtypes import numpy_dtype
    from tinyneuron_hw.formats import DType

    trap_of(device, target, assemble(HEADER + BAD["device memory"][0]))
    model = device(target, "tiny").load(matmul.build(get_config("tiny"), m=2, k=3, n=4))
    kind = numpy_dtype(DType.BF16)
    lhs, rhs = np.ones((3, 2), kind), np.full((3, 4), 2, kind)
    out = model.run({"lhsT": lhs, "rhs": rhs}).outputs["out"]
    model.unload()
    assert (out == 6).all()
