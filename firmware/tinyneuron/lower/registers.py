"""Scalar registers: byte offsets of operands that registers move, a copy of each instruction on
registers in every stream that needs it, and a register of the stream for each value."""

from __future__ import annotations

from dataclasses import replace

from tinyneuron_hw.config import NUM_REGISTERS
from tinyneuron_hw.formats import FORMATS
from tinyneuron_hw.isa.opcodes import Opcode, RegisterOp, Stream

from .control import extended, region_spans, regions_of
from .ir import OWN_NUMBER, Edge, Instr, LoweringError, Module, Region, Register, TileRef, enclosing

__all__ = ["assign_registers", "replicate", "resolve_offsets"]

_REMEMBERED = 8
"""Parts of byte offsets that are computed once for several uses."""


def resolve_offsets(module: Module) -> None:
    """Adds what computes the byte offsets of on-chip operands that a register moves."""
    code: list[Instr] = []
    known: dict[tuple[int, RegisterOp, int], Register] = {}
    for instr, region in zip(module.instructions, regions_of(module.instructions), strict=True):
        if instr.edge is not None:
            known.clear()
        for path, ref in instr.operands.items():
            if not isinstance(ref, TileRef) or ref.shift is None:
                continue
            assert ref.base.offset is not None
            size = FORMATS[ref.dtype].bytes
            start = ref.base.offset + ref.offset * size + 2 * instr.parts.get(path, 0)
            register, scale = ref.shift.register, ref.shift.scale * size
            for op, operand in ((RegisterOp.MULTIPLY, scale), (RegisterOp.ADD, start)):
                if operand != (op is RegisterOp.MULTIPLY):
                    key = (register.index, op, operand)
                    # Used again, it stays; of what is not, few keep a register.
                    found = known.pop(key, None) or _computed(module, code, instr, region,
                                                              register, op, operand)  # fmt: skip
                    register = known[key] = found
                    if len(known) > _REMEMBERED:
                        del known[next(iter(known))]
            instr.offsets[path] = register
        code.append(instr)
    module.instructions = code


def _computed(
    module: Module, code: list[Instr], user: Instr, region: Region | None, register: Register,
    op: RegisterOp, operand: int,
) -> Register:  # fmt: skip
    """``register op operand``."""
    result = Register(module.registers, user.line, region)
    module.registers += 1
    fields = {"op": op, "dst": result, "a": register, "b": operand & 0xFFFF_FFFF}
    code.append(Instr(Opcode.REGISTER, {}, {}, user.line, fields, file=user.file))
    return result


def replicate(module: Module) -> None:
    """Gives each stream its own copy of the instructions on registers that it needs, and sets which
    streams take part in each region."""
    instructions, around = module.instructions, regions_of(module.instructions)
    users = {instr.stream for instr in instructions if instr.stream is not None} | {Stream.SYNC}
    plans = {stream: _needs(instructions, around, stream) for stream in sorted(users, key=_order)}
    spans = region_spans(instructions)
    for region in spans:
        taking = [stream for stream, (_, regions) in plans.items() if region in regions]
        region.streams = tuple(taking)
    code: list[Instr] = []
    for index, instr in enumerate(instructions):
        if not instr.is_replicated:
            code.append(instr)
            continue
        for stream, (kept, _) in plans.items():
            if index in kept:
                fields = dict(instr.fields)
                if fields.get("b") is OWN_NUMBER:
                    fields["b"] = stream.value
                code.append(replace(instr, stream=stream, fields=fields))
    module.instructions = code


def _order(stream: Stream) -> int:
    return stream.value


def _needs(
    instructions: list[Instr], around: list[Region | None], stream: Stream
) -> tuple[set[int], set[Region]]:
    """Instructions on registers that a stream needs, and the regions it takes part in."""
    kept: set[int] = set()
    regions: set[Region] = set()
    needed: set[Register] = set()
    before = -1
    while len(kept) + len(regions) + len(needed) != before:
        before = len(kept) + len(regions) + len(needed)
        for index, instr in enumerate(instructions):
            if instr.edge is not None:
                continue
            own = instr.stream is stream
            if own or (instr.is_replicated and instr.defines in needed):
                if not own:
                    kept.add(index)
                needed.update(instr.uses)
                regions.update(enclosing(around[index]))
        for region in regions:
            needed.update(region.reads)
    return kept, regions


def assign_registers(module: Module) -> None:
    """Gives every register a number in each stream that has it.

    Raises
    ------
    LoweringError
        A stream needs more registers at once than it has.
    """
    instructions, around = module.instructions, regions_of(module.instructions)
    spans = region_spans(instructions)
    lives: dict[Stream, dict[Register, list[int]]] = {}

    def touch(stream: Stream, register: Register, first: int, last: int) -> None:
        life = lives.setdefault(stream, {}).setdefault(register, [first, last])
        life[0], life[1] = min(life[0], first), max(life[1], last)

    for index, instr in enumerate(instructions):
        region = instr.region
        if region is None:
            assert instr.stream is not None
            found = [*instr.uses, *([] if instr.defines is None else [instr.defines])]
            for register in found:
                touch(instr.stream, register,
                      *extended(index, around[index], register.region, spans))  # fmt: skip
        elif instr.edge is Edge.BEGIN:
            for stream in region.streams:
                for register in region.reads:
                    touch(stream, register,
                          *extended(index, region.parent, register.region, spans))  # fmt: skip
                    if region.repeats and register is region.condition:
                        touch(stream, register, *spans[region])
                if region.counter is not None:
                    touch(stream, region.counter, *spans[region])
    for stream, found in lives.items():
        _number(module, stream, found)


def _number(module: Module, stream: Stream, lives: dict[Register, list[int]]) -> None:
    free = list(range(NUM_REGISTERS))
    active: list[tuple[int, Register]] = []
    for register, (first, last) in sorted(lives.items(), key=lambda item: item[1][0]):
        for end, other in [item for item in active if item[0] < first]:
            active.remove((end, other))
            free.append(other.numbers[stream])
        if not free:
            lines = sorted({other.line for _, other in active} | {register.line})
            raise LoweringError(
                f"kernel {module.name!r}: stream {stream.name} has {NUM_REGISTERS} registers; more "
                f"are in use at line {module.instructions[first].line}, those of lines "
                f"{', '.join(map(str, lines[-8:]))} among them"
            )
        free.sort()
        register.numbers[stream] = free.pop(0)
        active.append((last, register))
