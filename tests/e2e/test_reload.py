"""The driver's life cycle in one simulation: interrupts, reset in the middle, another program."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from tinyneuron.program.assembler import assemble
from tinyneuron.runtime.device import Device, open_device
from tinyneuron.runtime.errors import RunTimeoutError, TrapError
from tinyneuron_hw.config import get_config
from tinyneuron_hw.isa.codec import encode
from tinyneuron_hw.isa.csr import Csr
from tinyneuron_hw.isa.opcodes import Opcode, Stream
from tinyneuron_sim.backend import Backend
from tinyneuron_sim.loader import CONTROL_CLEAR, CONTROL_RESET, CONTROL_START, load_and_start

from .small_programs import SMALL

CONFIG = get_config("tiny")
TARGETS = ["golden", "verilator", "icarus", pytest.param("pysim", marks=pytest.mark.slow)]
DONE, TRAP = 1, 2
RUNNING, RESETTING = 1, 8
NOP, HALT = encode(Opcode.NOP), encode(Opcode.HALT)
ENDLESS = [
    encode(Opcode.BRANCH, {"condition": 0, "target": 0}),
    HALT,
]


@pytest.fixture(scope="module", params=TARGETS)
def device(request) -> Iterator[Device]:
    """One for all tests of a target: they follow each other in one simulation."""
    with open_device(request.param, "tiny") as opened:
        yield opened


@pytest.fixture
def backend(device: Device) -> Backend:
    device.backend.reset()
    return device.backend


def start(backend: Backend, stream: list[bytes]) -> None:
    load_and_start(backend, {Stream.SYNC: stream})


def test_interrupt_is_a_level_with_mask_and_clear(backend: Backend):
    read, write = backend.csr_read, backend.csr_write
    start(backend, [NOP, HALT])
    assert backend.run(5000).event == "done"
    # Pending, but not enabled.
    assert read(Csr.INTERRUPT_STATUS) == DONE
    assert not backend.interrupt
    write(Csr.INTERRUPT_ENABLE, TRAP)
    assert not backend.interrupt
    write(Csr.INTERRUPT_ENABLE, DONE)
    assert backend.interrupt
    # Another program's end while it is pending changes nothing; clearing the other bit neither.
    start(backend, [HALT])
    assert backend.run(5000).event == "done"
    write(Csr.INTERRUPT_STATUS, TRAP)
    assert backend.interrupt
    write(Csr.INTERRUPT_STATUS, DONE)
    assert not backend.interrupt
    assert read(Csr.INTERRUPT_STATUS) == 0
    # A trap raises its own bit, and stays until it is cleared, not until the next start.
    write(Csr.INTERRUPT_ENABLE, DONE | TRAP)
    start(backend, [bytes(128)])
    assert backend.run(5000).event == "trap"
    assert backend.interrupt
    assert read(Csr.INTERRUPT_STATUS) == TRAP
    start(backend, [HALT])
    assert backend.run(5000).event == "done"
    assert read(Csr.INTERRUPT_STATUS) == DONE | TRAP
    backend.reset()
    assert not backend.interrupt
    assert read(Csr.INTERRUPT_STATUS) == read(Csr.INTERRUPT_ENABLE) == 0


@pytest.mark.parametrize("command", [CONTROL_RESET, CONTROL_CLEAR])
def test_commands_in_the_middle_of_a_run(backend: Backend, command: int):
    """START while running changes nothing; RESET and CLEAR end it and the core starts afresh."""
    read, write = backend.csr_read, backend.csr_write
    start(backend, ENDLESS)
    assert backend.run(300 if backend.target != "golden" else 30).event == "timeout"
    write(Csr.CONTROL, CONTROL_START)
    assert read(Csr.STATUS) == RUNNING
    write(Csr.CONTROL, command)
    for _ in range(200):
        if not read(Csr.STATUS) & RESETTING:
            break
    assert read(Csr.STATUS) == 0
    assert read(Csr.STREAM_ENABLE) == 0
    start(backend, [NOP, HALT])
    assert backend.run(5000).event == "done"


def test_another_program_after_a_reset_in_the_middle(device: Device):
    """A is stopped at several points, traps come between, B runs to its end each time; A's cycles
    are the same before and after."""
    golden, slow = device.target == "golden", device.target == "pysim"
    first, second = SMALL["matmul"](CONFIG), SMALL["transfers"](CONFIG)
    a, b = device.load(first.program), device.load(second.program, owner="another")
    bad = device.load(assemble(".config tiny\n.stream sync\nnop wait(s9 >= 1)\nhalt\n"))
    whole = None if slow else a.run(first.inputs)
    for stop in (1, 5) if golden else (300,) if slow else (40, 210, 400):
        with pytest.raises(RunTimeoutError):
            a.run(first.inputs, max_cycles=stop)
        result = b.run(second.inputs)
        for name, expected in second.expected.items():
            np.testing.assert_array_equal(result.outputs[name], expected, strict=True)
    with pytest.raises(TrapError, match="WATCHDOG"):
        bad.run(watchdog=100)
    again = a.run(first.inputs)
    for name, expected in first.expected.items():
        np.testing.assert_array_equal(again.outputs[name], expected, strict=True)
    assert whole is None or again.cycles == whole.cycles
