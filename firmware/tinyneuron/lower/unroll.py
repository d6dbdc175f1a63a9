"""The check behind :mod:`.roll` and :mod:`.counted`: what a stream with loops runs, one instruction
after another."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

from tinyneuron_hw.config import NUM_REGISTERS
from tinyneuron_hw.isa.opcodes import Opcode, RegisterOp, WaitMode

from .coded import Coded
from .sums import signed
from .verify import VerifyError

__all__ = ["most_run", "unrolled", "verify_counted", "verify_rolled"]

_WORD = 1 << 32
_WAIT = "header.wait."

Run = tuple[Opcode, dict[str, Any]]
"""An instruction with numbers in place of registers, and the tensor of each address."""


def verify_rolled(rolled: Sequence[Coded], code: Sequence[Coded]) -> None:
    """Runs the loops of a stream: they are the instructions ``code``, but for waits for what was
    waited for before.

    Raises
    ------
    VerifyError
        They are not; names the line.
    """
    reached: dict[int, int] = {}
    for number, (run, instr) in enumerate(itertools.zip_longest(unrolled(rolled), code)):
        if run is None or instr is None:
            raise VerifyError(f"loops run {'fewer' if run is None else 'more'} than {len(code)} "
                              "instructions")  # fmt: skip
        expected, found = _named(instr), dict(run[1])
        if f"{_WAIT}mode" not in expected:
            if found.get(f"{_WAIT}mode") is WaitMode.GREATER_EQUAL:
                semaphore, value = found[f"{_WAIT}semaphore"], found[f"{_WAIT}value"]
                if value > reached.get(semaphore, 0):
                    raise VerifyError(f"line {instr.line}: instruction {number} waits for "
                                      f"{value} of semaphore {semaphore}")  # fmt: skip
                found = {path: v for path, v in found.items() if not path.startswith(_WAIT)}
        elif expected[f"{_WAIT}mode"] is WaitMode.GREATER_EQUAL:
            reached[expected[f"{_WAIT}semaphore"]] = expected[f"{_WAIT}value"]
        if (run[0], found) != (instr.opcode, expected):
            raise VerifyError(f"line {instr.line}: instruction {number} runs as {run[0].name} "
                              f"{found}, not {instr.opcode.name} {expected}")  # fmt: skip


def verify_counted(new: Sequence[Coded], old: Sequence[Coded]) -> None:
    """Runs two forms of a loop: they are the same, whatever registers hold before it.

    Raises
    ------
    VerifyError
        They are not; names the line.
    """
    registers = [7 + 1000 * number for number in range(NUM_REGISTERS)]
    runs = (_played(code, list(registers)) for code in (new, old))
    for number, (found, expected) in enumerate(itertools.zip_longest(*runs)):
        if found != expected:
            raise VerifyError(f"line {old[0].line}: instruction {number} of a loop runs as "
                              f"{found}, not {expected}")  # fmt: skip


def most_run(code: Sequence[Coded]) -> int:
    """Instructions that some code runs, loops carried out."""
    total = at = 0
    while at < len(code):
        instr, at = code[at], at + 1
        total += 1
        if instr.opcode is Opcode.LOOP:
            body = instr.fields["body"]
            total += instr.fields["count"] * most_run(code[at : at + body])
            at += body
    return total


def unrolled(code: Sequence[Coded]) -> Iterator[Run]:
    """What runs, loops and sums of registers carried out; the stream has no other registers and
    no branches."""
    return _played(code, [0] * NUM_REGISTERS)


def _played(code: Sequence[Coded], registers: list[int]) -> Iterator[Run]:
    at = 0
    while at < len(code):
        instr, at = code[at], at + 1
        fields = _resolved(instr, registers)
        if instr.opcode in (Opcode.REGISTER, Opcode.LOOP):
            header = {path: value for path, value in fields.items() if path.startswith("header.")}
            if header:
                yield instr.opcode, header
        if instr.opcode is Opcode.REGISTER:
            registers[fields["dst"]] = _result(fields["op"], fields["a"], fields["b"]) % _WORD
        elif instr.opcode is Opcode.LOOP:
            body, at = code[at : at + fields["body"]], at + fields["body"]
            value = fields.get("start", 0)
            for _ in range(fields["count"]):
                if fields.get("counter_enable"):
                    registers[fields["counter"]] = value % _WORD
                yield from _played(body, registers)
                value += fields.get("step", 0)
        else:
            yield instr.opcode, fields


def _result(op: RegisterOp, a: int, b: int) -> int:
    """What an instruction on registers gives; of the operations that no loop counts with, a number
    that the operands decide."""
    known = {RegisterOp.ADD: a + b, RegisterOp.SUBTRACT: a - b, RegisterOp.MULTIPLY: a * b,
             RegisterOp.EQUAL: int(a == b)}  # fmt: skip
    return known[op] if op in known else hash((op.value, a, b))


def _named(instr: Coded) -> dict[str, Any]:
    """Fields, and the tensors of addresses."""
    return instr.fields | {f"{path} in": name for path, name in instr.relocations.items()}


def _resolved(instr: Coded, registers: Sequence[int]) -> dict[str, Any]:
    """Fields with registers' values in the places of their numbers."""
    fields = _named(instr)
    for flag in [path for path in fields if path.endswith("_by_register")]:
        path = flag.removesuffix("_by_register")
        if fields.pop(flag):
            fields[path] = registers[fields[path]]
    for flag in [path for path in fields if path.endswith(".address_uses_register")]:
        operand = flag.removesuffix(".address_uses_register")
        scale, register = fields.pop(f"{operand}.scale"), fields.pop(f"{operand}.register")
        if fields.pop(flag):
            fields[f"{operand}.address"] += signed(registers[register]) * scale
    return fields
