"""The instructions golden executed, as programs without control flow.

Each keeps its place in its stream, with its registers resolved; a prefix of golden's order is
a program of its own, because what an instruction waits for came before it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from tinyneuron_hw.config import INSTRUCTION_BYTES
from tinyneuron_hw.isa.codec import encode
from tinyneuron_hw.isa.opcodes import (
    CONTROL_OPCODES,
    Opcode,
    RegisterOp,
    Stream,
    UpdateMode,
    WaitMode,
)

from ..golden.core import Step
from ..golden.prepared import Prepared
from ..golden.register_moves import moved_registers
from ..loader import PAGE, MemoryWindow
from .case import Case

__all__ = ["executed", "resolved", "straight_case"]

_SERIAL = 0
"""Semaphore that orders a program in which nothing overlaps."""


def executed(steps: Sequence[Step]) -> list[Step]:
    """The instructions of a run that did not trap, in golden's order; transfers stand where they
    are issued."""
    return [step for step in steps if step.queue is None and step.error is None]


def resolved(prepared: Prepared, header: dict[str, object] | None = None) -> bytes:
    """The instruction with immediates in place of registers; control instructions become NOPs.

    ``header`` replaces its waits and updates.
    """
    opcode, values = prepared.opcode, dict(prepared.fields)
    assert opcode is not None
    for path in list(values):
        operand, _, name = path.rpartition(".")
        is_register = name in ("register", "scale") and f"{operand}.address" in values
        if name.endswith("_by_register") or name == "address_uses_register" or is_register:
            values[path] = 0
    own = {path: value for path, value in values.items() if path.startswith("header.")}
    rest = {path: value for path, value in values.items() if path not in own}
    if opcode in CONTROL_OPCODES:
        opcode, rest = Opcode.NOP, {}
    return encode(opcode, {**rest, **(own if header is None else header)})


def straight_case(case: Case, steps: Sequence[Step], *, serial: bool) -> Case:
    """The case with ``steps`` (see :func:`executed`) in place of its program.

    ``serial``: each starts when the one before is over; else they overlap as they did.
    """
    streams: dict[Stream, list[bytes]] = {}
    for number, step in enumerate(steps):
        header = _serial_header(number) if serial else None
        code = streams.setdefault(step.stream, [])
        if serial or not _does_nothing(step.prepared):
            code += _stored(step)
            code.append(resolved(step.prepared, header))
    halt = encode(Opcode.HALT)
    ordered = {s: (*streams[s], halt) for s in Stream if s in streams}
    if not ordered:
        ordered = {next(iter(case.streams)): (halt,)}
    size = sum(-(-len(code) * INSTRUCTION_BYTES // PAGE) * PAGE for code in ordered.values())
    base = case.config.device_memory_bytes - size
    taken = max(address + length for address, length in case.watched)
    if base < taken:
        raise ValueError(f"{len(steps)} instructions do not fit above 0x{taken:x}")
    windows = (MemoryWindow(base, size, False, False, True), *_data_windows(case))
    return dataclasses.replace(
        case, streams=ordered, code_base=base, windows=windows, watchdog=0, lengths={},
        semaphores={} if serial else case.semaphores,
    )  # fmt: skip


def _stored(step: Step) -> list[bytes]:
    """What gives the registers of a store their values."""
    if not step.registers:
        return []
    numbers = moved_registers(step.prepared)
    return [encode(Opcode.REGISTER, op=RegisterOp.ADD, dst=number, a=value)
            for number, value in zip(numbers, step.registers, strict=True)]  # fmt: skip


def _data_windows(case: Case) -> list[MemoryWindow]:
    data = [w for w in case.windows if w.read or w.write]
    return [dataclasses.replace(window, execute=False) for window in data][:3]


def _serial_header(number: int) -> dict[str, object]:
    values = ((WaitMode.EQUAL, UpdateMode.ADD), (number, 1))
    fields: dict[str, object] = {}
    for clause, mode, value in zip(("wait", "update"), *values, strict=True):
        fields |= {f"header.{clause}.mode": mode, f"header.{clause}.semaphore": _SERIAL,
                   f"header.{clause}.value": value}  # fmt: skip
    return fields


def _does_nothing(prepared: Prepared) -> bool:
    fields = prepared.fields
    return (prepared.opcode in CONTROL_OPCODES
            and fields["header.wait.mode"] is WaitMode.NONE
            and fields["header.update.mode"] is UpdateMode.NONE)  # fmt: skip
