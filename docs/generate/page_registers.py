"""The page of the registers, and the C header of the same."""

from __future__ import annotations

from page_markdown import GENERATED, code, table
from tinyneuron_hw.config import get_config
from tinyneuron_hw.isa.csr import COUNTERS, Trap, counter_address
from tinyneuron_hw.isa.registers import Access, Register, registers

__all__ = ["header", "render"]

_CONFIG = get_config("default")
_COUNTERS_FROM = counter_address(COUNTERS[0])
_SEMAPHORE = "SEMAPHORE"
_WHOLE = (1 << 32) - 1

_INTRODUCTION = f"""\
# Registers

{GENERATED}

32-bit words on the AXI4-Lite port, by byte address. An address without a register, a write to a
read-only one, and a write to a semaphore while the core runs answer SLVERR and change nothing; bits
without a field read 0. Write strobes count: bytes that are not written stay. Reset values of
the description registers are those of the configuration `{_CONFIG.name}`.

How the registers work together: write ENTRY, LENGTH, the windows and STREAM_ENABLE, then START;
wait for the interrupt, a level that is high while a bit is set in both INTERRUPT_ENABLE and
INTERRUPT_STATUS; read STATUS, the counters and, after a trap, TRAP_*. The same for C programs
stands in [tinyneuron_registers.h](tinyneuron_registers.h)."""


def _access() -> str:
    meanings = {
        Access.RO: "read-only",
        Access.RW: "holds what is written",
        Access.W1A: "writing 1 to a bit acts; reads 0",
        Access.W1C: "writing 1 to a bit clears it",
    }
    assert set(meanings) == set(Access)
    return table(("access", "meaning"), [(code(a), text) for a, text in meanings.items()])


def _bits(low: int, width: int) -> str:
    return str(low) if width == 1 else f"{low + width - 1}:{low}"


def _rows(found: list[Register]) -> list[tuple[str, ...]]:
    rows = []
    for register in found:
        reset = "" if register.reset is None else f"0x{register.reset:x}"
        head = (f"0x{register.address:03x}", code(register.name), register.access.value, reset)
        for number, field in enumerate(register.fields):
            cells = head if number == 0 else ("",) * len(head)
            bits = _bits(field.low, field.width)
            rows.append((*cells, bits, code(field.name), field.meaning))
    return rows


def render() -> str:
    """The page."""
    every = registers(_CONFIG)
    semaphores = [register for register in every if register.name.startswith(_SEMAPHORE)]
    counters = [register for register in every if register.address >= _COUNTERS_FROM]
    others = [r for r in every if r not in semaphores and r not in counters]
    head = ("address", "register", "access", "reset", "bits", "field", "meaning")
    first, last = semaphores[0], semaphores[-1]
    count_rows = [
        (f"0x{low.address:03x}", code(low.name.removesuffix("_LO").lower()), low.fields[0].meaning)
        for low in counters[::2]
    ]
    traps = [(trap.value, code(trap.name)) for trap in Trap]
    sections = [
        _INTRODUCTION,
        _access(),
        "## Control, program and protection",
        table(head, _rows(others)),
        "## Semaphores",
        f"`{first.name}` at 0x{first.address:03x} to `{last.name}` at 0x{last.address:03x}, "
        f"{first.access.value}: {first.fields[0].meaning}.",
        "## Counters",
        "Two words each, low word first, read-only, zeroed by START. What the first ones mean "
        "stands in the [instruction set](../isa.md#counters); the others count cycles in which "
        "something waited.",
        table(("address", "counter", "cycles in which"), count_rows),
        "## Trap causes",
        table(("TRAP_CAUSE", "name"), traps),
    ]
    return "\n\n".join(sections) + "\n"


def header() -> str:
    """The C header."""
    lines = [
        "/* Registers of the tinyneuron core, byte addresses. Generated: `make docs`. */",
        "#ifndef TINYNEURON_REGISTERS_H",
        "#define TINYNEURON_REGISTERS_H",
        "",
    ]
    for register in registers(_CONFIG):
        name = f"TN_{register.name}"
        lines.append(f"#define {name} 0x{register.address:03X}u")
        if register.mask != _WHOLE or len(register.fields) > 1:
            for field in register.fields:
                lines.append(f"#define {name}_{field.name}_SHIFT {field.low}u")
                lines.append(f"#define {name}_{field.name}_MASK 0x{field.mask:08X}u")
    lines += ["", *(f"#define TN_TRAP_{trap.name} {trap.value}u" for trap in Trap)]
    return "\n".join([*lines, "", "#endif", ""])
