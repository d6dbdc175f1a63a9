"""The debugger from Python: the same stops and the same values on golden and on the RTL."""

from __future__ import annotations

import numpy as np
import pytest
from tests.sim.faults import FaultyBackend, wrong_executor

from tinyneuron.debug import DebugError, Debugger
from tinyneuron.program.assembler import assemble
from tinyneuron_hw.isa.csr import Csr, semaphore_address
from tinyneuron_hw.isa.opcodes import Opcode, Space, Stream
from tinyneuron_sim.backend import open_backend
from tinyneuron_sim.inside import Place, look_inside

VECTOR, SYNC = Stream.VECTOR, Stream.SYNC
TARGETS = ["golden", "verilator", pytest.param("icarus", marks=pytest.mark.slow),
           pytest.param("pysim", marks=pytest.mark.slow)]  # fmt: skip
RTL = TARGETS[1:]


@pytest.fixture
def debug(loop_program, loop_inputs):
    """``debug(target)``: a session on the program with the loop."""
    opened: list[Debugger] = []

    def get(target: str) -> Debugger:
        opened.append(Debugger(loop_program, loop_inputs, target=target))
        return opened[-1]

    yield get
    for debugger in opened:
        debugger.close()


@pytest.mark.parametrize("target", TARGETS)
def test_registers_after_each_pass_of_a_loop(debug, target: str):
    debugger = debug(target)
    assert debugger.registers(VECTOR) == [0] * 32
    debugger.break_at(VECTOR, 3)
    total = 5
    for counter in (10, 14, 18):
        stop = debugger.resume()
        total += counter
        assert (stop.kind, stop.places, stop.number) == ("break", ((VECTOR, 3),), 1)
        assert debugger.positions()[VECTOR] == 3
        assert debugger.registers(VECTOR)[:4] == [0, total, counter, 0]
        assert debugger.registers(SYNC) == [0] * 32
    assert debugger.resume().kind == "done"
    assert not debugger.running
    assert debugger.resume().kind == "done"  # and stays there


@pytest.mark.parametrize("target", TARGETS)
def test_a_breakpoint_at_the_first_instruction_stops_at_once(debug, target: str):
    debugger = debug(target)
    point = debugger.break_at(VECTOR, 0)
    stop = debugger.resume()
    assert (stop.kind, stop.cycle) == ("break", 0)
    debugger.delete(point.number)
    assert debugger.resume().kind == "done"
    debugger.restart()
    assert debugger.cycle == 0
    assert debugger.registers(VECTOR)[1] == 0
    debugger.break_at(VECTOR, 5)
    assert debugger.resume().kind == "break"
    assert debugger.registers(VECTOR)[1] == 5 + 10 + 14 + 18


@pytest.mark.parametrize("target", TARGETS)
def test_steps_of_one_stream_are_its_instructions_in_order(debug, target: str):
    debugger = debug(target)
    ended = [debugger.step(stream=SYNC).places for _ in range(2)]
    assert [(SYNC, pc) in places for places, pc in zip(ended, (0, 1), strict=True)] == [True, True]
    assert debugger.semaphores()[3] == 1  # the transfer that it waited for
    assert debugger.read(Place(Space.SBUF, 1, 0, 16)) == bytes(range(100, 116))
    assert debugger.read(Place(Space.SBUF, 1, 5, 3)) == bytes(range(105, 108))
    stop = debugger.step(3, SYNC)
    assert stop.kind == "step"
    assert (SYNC, 4) in stop.places
    debugger.advance()
    with pytest.raises(DebugError, match="stream sync has ended or is not used"):
        debugger.step(stream=SYNC)


@pytest.mark.parametrize("target", TARGETS)
def test_semaphores_and_tensors_are_those_of_now(debug, target: str):
    debugger = debug(target)
    debugger.break_at(SYNC, 3)
    debugger.resume()
    assert debugger.semaphores()[1] == 3
    np.testing.assert_array_equal(debugger.tensor("x"), np.arange(100, 116))
    assert debugger.resume().kind == "done"
    assert debugger.semaphores()[:5] == [0, 3, 6, 1, 1]
    expected = np.zeros((3, 4), np.uint8)
    expected[1] = range(104, 108)
    np.testing.assert_array_equal(debugger.tensor("y"), expected)


@pytest.mark.parametrize("target", TARGETS)
def test_a_watchpoint_stops_at_the_instruction_that_writes(debug, target: str):
    debugger = debug(target)
    debugger.watch(Place(Space.SBUF, 0, 16, 2))  # written in the second pass only
    stop = debugger.resume()
    assert (stop.kind, stop.places) == ("watch", ((VECTOR, 3),))
    assert stop.detail == {"byte": 0, "old": 0, "new": 29, "changed": 2} or (
        stop.detail["new"] == 29 and target != "golden"
    )
    assert debugger.read(Place(Space.SBUF, 0, 14, 4)) == bytes([29] * 4)
    debugger.delete()
    debugger.watch_tensor("y")
    stop = debugger.resume()
    assert (stop.kind, stop.places, stop.detail["byte"]) == ("watch", ((SYNC, 2),), 4)
    assert (stop.detail["old"], stop.detail["new"]) == (0, 104)


@pytest.mark.parametrize("target", RTL)
def test_looking_takes_no_time(debug, target: str):
    """A session that looks at everything all the time ends in the cycle of one that does not."""
    still = debug(target).resume()
    debugger = debug(target)
    cycles = 0
    while debugger.advance(7).kind == "limit":
        cycles += 7
        assert debugger.cycle == cycles
        debugger.semaphores()
        debugger.registers(SYNC)
        debugger.tensor("y")
        debugger.read(Place(Space.PSUM, 0, 0, 64))
        debugger.positions()
    assert debugger.stop is not None
    assert debugger.stop.cycle == still.cycle > 100


@pytest.mark.parametrize("target", RTL)
def test_what_is_seen_inside_is_what_the_control_registers_say(debug, target: str):
    debugger = debug(target)
    debugger.resume()
    backend = debugger._device.backend
    shown = [backend.csr_read(semaphore_address(index)) for index in range(64)]
    assert debugger.semaphores() == shown
    assert backend.csr_read(Csr.STATUS) == 2


def test_a_trap_is_a_stop_with_its_place_and_its_reason():
    program = assemble(".config tiny\n.stream tensor\nnop\nnop wait(s5 >= 1)\nhalt")
    for target in ("golden", "verilator"):
        with Debugger(program, target=target, watchdog=400) as debugger:
            stop = debugger.resume()
            assert (stop.kind, stop.places) == ("trap", ((Stream.TENSOR, 1),))
            assert stop.detail["cause"] == "WATCHDOG"
            assert "waits for s5 >= 1 (it is 0), which nobody signals" in stop.text
            assert debugger.positions() == {Stream.TENSOR: 1}
            assert debugger.advance().kind == "trap"


def test_what_only_golden_sees_is_a_stop():
    program = assemble(
        ".config tiny\n.stream vector\ntensor_copy in0=sbuf.bf16[0+1, 0x0, 1x4] "
        "dst=sbuf.bf16[0+1, 0x10, 1x4] round_mode=nearest_even\nhalt"
    )
    with Debugger(program) as debugger:
        stop = debugger.resume()
    assert stop.kind == "error"
    assert "never written" in stop.text


def test_a_line_of_the_kernel_is_where_its_instructions_are(kernel_program, kernel_inputs,
                                                            kernel_lines):  # fmt: skip
    with Debugger(kernel_program, kernel_inputs) as debugger:
        point = debugger.break_line(kernel_lines["double"])
        stop = debugger.resume()
        assert stop.places == point.places
        stream, pc = stop.places[0]
        assert kernel_program.source_line(stream, pc) == kernel_lines["double"]
        assert kernel_program.streams[stream][pc][0] == Opcode.TENSOR_SCALAR.value
        assert debugger.resume().kind == "done"
        np.testing.assert_array_equal(debugger.tensor("out"), np.full((4, 8), 200, np.float32))
        with pytest.raises(DebugError, match="no instruction comes from line 1; lines: "):
            debugger.break_line(1)


def test_the_first_differing_instruction_and_its_line(kernel_program, kernel_inputs, kernel_lines):
    def flip(right, machine, prepared):
        right(machine, prepared)
        machine.sbuf.page(0)[prepared.regions["dst"].offset + 3] ^= 0x40

    faulty = wrong_executor(Opcode.TENSOR_SCALAR, flip)
    opener = lambda config: FaultyBackend(config, faulty)  # noqa: E731
    with Debugger(kernel_program, kernel_inputs, target=opener) as debugger:
        found = debugger.find_difference()
    assert found is not None
    assert found.line == kernel_lines["double"]
    assert (found.stream, found.pc) == (Stream.VECTOR, _index(kernel_program, Opcode.TENSOR_SCALAR))
    assert f"vector {found.pc}, line {found.line}" in found.text()
    assert "expected 200.0" in found.text()
    with Debugger(kernel_program, kernel_inputs, target="verilator") as debugger:
        assert debugger.find_difference() is None


def _index(program, opcode: Opcode) -> int:
    return [raw[0] for raw in program.streams[VECTOR]].index(opcode.value)


def test_what_is_not_there_is_named(debug):
    debugger = debug("golden")
    for ask, message in (
        (lambda: debugger.break_at(Stream.TENSOR, 0), "the program has no stream tensor"),
        (lambda: debugger.break_at(VECTOR, 7), "stream vector has instructions 0 to 6, not 7"),
        (lambda: debugger.break_line(3), "does not say which lines it comes from"),
        (lambda: debugger.delete(9), "no breakpoint or watchpoint 9; there are: none"),
        (lambda: debugger.read(Place(Space.SBUF, 4, 0, 4)), "SBUF has partitions 0 to 3, not 4"),
        (lambda: debugger.watch(Place(Space.PSUM, 0, 2046, 4)), "offsets 0x0 to 0x7ff, not 4 by"),
        (lambda: debugger.read(Place(None, 0, 1 << 40, 4)), "device memory has offsets 0x0 to"),
    ):
        with pytest.raises(DebugError, match=message):
            ask()


def test_a_target_that_shows_nothing_is_refused():
    class Closed:
        target = "closed"

    with pytest.raises(Exception, match="target 'closed' does not show what is inside it"):
        look_inside(Closed())  # type: ignore[arg-type]


def test_a_probe_that_is_not_there_is_named():
    from tinyneuron_sim.backend import BackendError
    from tinyneuron_sim.rtl.probes import SEMAPHORES, Probe

    with open_backend("verilator", "tiny") as backend:
        with pytest.raises(BackendError, match=r"the chip has no nothing in core\.host"):
            backend.peek(Probe("core.host", "nothing"))  # type: ignore[attr-defined]
        with pytest.raises(BackendError, match="has 64 rows, not 65"):
            backend.peek(SEMAPHORES, 65)  # type: ignore[attr-defined]
