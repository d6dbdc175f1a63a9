"""Campaigns find faults that were put in, name the instruction, and make the program small."""

from __future__ import annotations

import contextlib
import dataclasses
import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tinyneuron_hw.config import CoreConfig, get_config
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.codec import DecodeError, decode, encode
from tinyneuron_hw.isa.csr import Trap
from tinyneuron_hw.isa.opcodes import AluOp, Opcode, RegisterOp, UpdateMode
from tinyneuron_sim.golden import core, sequencer
from tinyneuron_sim.golden.backend import GoldenBackend
from tinyneuron_sim.random_programs import RandomCase, Report, generate, run_campaign

TINY = get_config("tiny")
SEEDS = range(2_000)


def _load(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).parent.parent / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


faults = _load("faults")


def hunt(patch: Any, **options: Any) -> Report:
    return run_campaign(TINY, lambda: faults.FaultyBackend(TINY, patch), SEEDS, **options)


def first_instruction(report: Report) -> tuple[Opcode, dict[str, Any]]:
    finding = report.findings[0]
    assert finding.location is not None
    raw = finding.small.case.streams[finding.location.stream][finding.location.pc]
    decoded = decode(raw)
    return decoded.opcode, decoded.fields


def test_a_right_target_passes():
    report = run_campaign(TINY, lambda: GoldenBackend(TINY, check_races=False), range(40, 110))
    assert report.passed
    assert report.programs == 70
    assert report.trapped > 10
    assert report.instructions > 1000


CONFUSED = {
    AluOp.MAX: AluOp.MIN, AluOp.MIN: AluOp.MAX,
    AluOp.ADD: AluOp.SUBTRACT, AluOp.SUBTRACT: AluOp.ADD,
}  # fmt: skip


def confused(right: Any, machine: Any, prepared: Any) -> None:
    op = prepared.fields["op"]
    if op in CONFUSED:
        fields = {**prepared.fields, "op": CONFUSED[op]}
        prepared = dataclasses.replace(prepared, fields=fields)
    right(machine, prepared)


def test_a_wrong_operation_is_found_named_and_alone_in_the_program():
    report = hunt(faults.wrong_executor(Opcode.TENSOR_TENSOR, confused), traps=False)
    assert not report.passed
    opcode, fields = first_instruction(report)
    assert opcode is Opcode.TENSOR_TENSOR
    assert fields["op"] in CONFUSED
    finding = report.findings[0]
    assert finding.small.case.instruction_count == 1
    assert finding.small.case.instruction_count < finding.random.case.instruction_count
    assert finding.location is not None
    assert finding.location.how == "replay"


def forgotten_row(right: Any, machine: Any, prepared: Any) -> None:
    """The last row of the array holds on to +0."""
    right(machine, prepared)
    machine.stationary.values[-1] = 0


def test_a_fault_that_shows_later_shrinks_to_cause_and_effect():
    report = hunt(faults.wrong_executor(Opcode.LOAD_STATIONARY, forgotten_row), traps=False)
    opcode, _ = first_instruction(report)
    assert opcode is Opcode.MULTIPLY_MOVING  # what it loads is not visible before
    small = report.findings[0].small.case
    assert small.instruction_count <= 3  # a loop may carry the effect to the next pass
    opcodes = {raw[0] for code in small.streams.values() for raw in code}
    assert opcodes >= {Opcode.LOAD_STATIONARY.value, Opcode.MULTIPLY_MOVING.value}


@contextlib.contextmanager
def wrong_transfer() -> Iterator[None]:
    """Casts from FP16 lose the lowest bit."""
    right = core.transfer

    def wrong(machine: Any, prepared: Any) -> Any:
        moved = right(machine, prepared)
        if prepared.fields["src.dtype"] is DType.FP16 is not prepared.fields["dst.dtype"]:
            region = prepared.regions.get("dst")
            if region is not None:
                footprint = machine.footprint(region)
                machine.write_footprint(footprint, machine.read_footprint(footprint) & 0xFE)
        return moved

    core.transfer = wrong
    try:
        yield
    finally:
        core.transfer = right


def test_a_wrong_transfer_is_found_and_named():
    report = hunt(wrong_transfer, traps=False)
    opcode, fields = first_instruction(report)
    assert opcode in (Opcode.DMA_LOAD, Opcode.DMA_LOCAL)
    assert fields["src.dtype"] is DType.FP16
    assert report.findings[0].small.case.instruction_count == 1


@contextlib.contextmanager
def wrong_register() -> Iterator[None]:
    right = sequencer._REGISTER_OPS[RegisterOp.SHIFT_RIGHT_ARITHMETIC]
    sequencer._REGISTER_OPS[RegisterOp.SHIFT_RIGHT_ARITHMETIC] = lambda a, b: a >> (b & 31)
    try:
        yield
    finally:
        sequencer._REGISTER_OPS[RegisterOp.SHIFT_RIGHT_ARITHMETIC] = right


def test_a_wrong_register_operation_is_found_where_it_is_used():
    finding = hunt(wrong_register, traps=False).findings[0]
    # Besides it, the one that uses the result and perhaps the setting of an operand.
    assert finding.small.case.instruction_count <= 3
    operations = [decode(raw).fields.get("op") for code in finding.small.case.streams.values()
                  for raw in code]  # fmt: skip
    assert RegisterOp.SHIFT_RIGHT_ARITHMETIC in operations
    assert finding.location is not None


@contextlib.contextmanager
def lost_update() -> Iterator[None]:
    """SUBTRACT on a semaphore adds."""
    right = core.Semaphores.update

    def wrong(self: Any, mode: UpdateMode, *rest: Any) -> None:
        right(self, UpdateMode.ADD if mode is UpdateMode.SUBTRACT else mode, *rest)

    core.Semaphores.update = wrong
    try:
        yield
    finally:
        core.Semaphores.update = right


def test_a_wrong_semaphore_update_is_found():
    report = hunt(lost_update, traps=False)
    _, fields = first_instruction(report)
    assert fields["header.update.mode"] is UpdateMode.SUBTRACT
    assert report.findings[0].small.case.instruction_count <= 2


@contextlib.contextmanager
def lenient() -> Iterator[None]:
    """A reserved bit is ignored."""
    right = core.Preparer.prepare

    def wrong(self: Any, raw: bytes, *rest: Any) -> Any:
        prepared = right(self, raw, *rest)
        error = prepared.error
        if error is not None and error.cause is Trap.BAD_OPCODE and "must be 0" in str(error):
            return right(self, bytes([Opcode.NOP.value]) + bytes(127), *rest)
        return prepared

    core.Preparer.prepare = wrong
    try:
        yield
    finally:
        core.Preparer.prepare = right


def test_a_trap_that_does_not_come_is_found():
    report = hunt(lenient)
    finding = report.findings[0]
    assert finding.random.trap == "reserved bit"
    assert finding.small.difference.kind == "end"
    assert finding.small.expected.trap.cause is Trap.BAD_OPCODE
    assert finding.small.case.instruction_count == 1
    assert finding.location.how == "trap"


def stray_write(right: Any, machine: Any, prepared: Any) -> None:
    """A byte that no program owns changes."""
    right(machine, prepared)
    if prepared.regions["dst"].count > 20:
        machine.sbuf.write_bytes(4096, b"\x55")


def test_bytes_that_no_program_owns_are_watched():
    report = hunt(faults.wrong_executor(Opcode.MEMSET, stray_write), traps=False)
    assert not report.passed
    if not report.findings:  # no program's arena held the byte
        seeds, what = report.strays[0]
        assert "SBUF partition 0 offset 0x1000" in what
        assert "got 0x55" in what
        assert seeds


def without_waits(config: CoreConfig, seed: int, **_: Any) -> RandomCase:
    program = generate(config, seed, traps=False)
    streams = {stream: tuple(_no_waits(raw) for raw in code)
               for stream, code in program.case.streams.items()}  # fmt: skip
    return dataclasses.replace(program, case=program.case.with_streams(streams))


def test_a_generator_that_errs_is_reported():
    report = run_campaign(TINY, lambda: GoldenBackend(TINY, check_races=False), range(30),
                          write=without_waits)  # fmt: skip
    assert not report.passed
    assert len(report.invalid) > 10
    assert all("race" in reason for _, reason in report.invalid)
    assert report.findings == []


def _no_waits(raw: bytes) -> bytes:
    try:
        decoded = decode(raw)
    except DecodeError:  # behind a branch
        return raw
    cleared = {path: 0 for path in decoded.fields if path.startswith("header.wait")}
    return encode(decoded.opcode, {**decoded.fields, **cleared})
