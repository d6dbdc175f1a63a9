"""Renders docs/isa.md from the layouts: ``make docs``.

Bit ranges, enumerations, rules' tables and register addresses come from the code that hardware,
golden model and assembler use; the prose around them stands in `page_text.py`.
"""

from __future__ import annotations

import ast
import enum
import functools
import inspect
import itertools
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

from amaranth.hdl import Shape, ShapeCastable
from amaranth.lib import data

from ..config import MEMORY_WINDOWS, NUM_SEMAPHORES
from ..formats import FORMATS, DType
from . import csr, opcodes, operands, roles, rules, table
from .csr import COUNTERS, Csr, Trap
from .instructions import INSTRUCTIONS
from .matmul import MATMUL_DTYPES, RESULT_DTYPES, MatmulKind
from .opcodes import STREAM_OPCODES, Opcode, Stream
from .page_text import (
    ACCUMULATORS,
    FOOTNOTES,
    INTRODUCTION,
    LISTS,
    MOVES,
    NOTIFICATIONS,
    NUMBERS,
    OPERAND_RULES,
    RINGS,
    SEMAPHORES,
    TRANSFERS,
)
from .rules_accumulate import CUMULATIVE_OPS, LOADS, RUNNING_OPS
from .waits import WAITS

__all__ = ["render"]

OPERAND_LAYOUTS = (operands.Header, operands.Wait, operands.Update, operands.AccessPattern,
                   operands.Dim, operands.DevicePattern, operands.DeviceDim,
                   operands.RingPattern, operands.ScalarOperand, operands.IndexPattern)  # fmt: skip
ENUMS = (opcodes.Stream, opcodes.Space, opcodes.WaitMode, opcodes.UpdateMode, opcodes.RegisterOp,
         opcodes.Condition, opcodes.AluOp, opcodes.ActivationFunction, opcodes.RoundMode,
         opcodes.OperandKind, opcodes.ReduceCommand, opcodes.Comparison,
         opcodes.Accumulate)  # fmt: skip
TABLE_LAYOUTS = (table.TableHeader, table.Specials, table.Entry, table.Segment)
TABLE_ENUMS = (table.Reduction, table.Symmetry, table.EntryKind, table.Power)


def _flow(text: str | None) -> str:
    """Docstring text as Markdown paragraphs: one line each, double back-ticks single."""
    paragraphs = textwrap.dedent(text or "").strip().replace("``", "`").split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


@functools.cache
def _member_docs(kind: type) -> dict[str, str]:
    """The string that follows each member in a class's source."""
    body = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    assert isinstance(body, ast.ClassDef)
    docs = {}
    for before, after in itertools.pairwise(body.body):
        if isinstance(before, ast.Assign) and isinstance(after, ast.Expr):
            target, value = before.targets[0], after.value
            if isinstance(target, ast.Name) and isinstance(value, ast.Constant):
                docs[target.id] = _flow(str(value.value))
    return docs


def _bits(offset: int, width: int) -> str:
    return f"{offset}" if width == 1 else f"{offset + width - 1}:{offset}"


def _kind(shape: Any) -> str:
    """What a field holds, with a link to where that is described."""
    if isinstance(shape, data.ArrayLayout):
        return f"{shape.length} x {_kind(shape.elem_shape)}"
    if isinstance(shape, type) and issubclass(shape, (enum.Enum, data.Struct)):
        return f"[{shape.__name__}](#{shape.__name__.lower()})"
    cast = Shape.cast(shape)
    return f"{'signed' if cast.signed else 'unsigned'} {cast.width}"


def _layout_rows(struct: type[data.Struct]) -> list[tuple[str, str, str]]:
    """(bits, field, kind) of a layout's members; a by-register flag goes with its field."""
    rows = []
    layout = data.Layout.cast(struct)
    names = {str(name) for name, _ in layout}
    for name, field in layout:
        width = field.width
        if str(name).endswith("_by_register"):
            continue
        kind = _kind(field.shape)
        if str(name).startswith("reserved"):
            kind = "0"
        elif f"{name}_by_register" in names:
            flag = layout[f"{name}_by_register"]
            kind += f", or a register when bit {flag.offset} is 1"
        rows.append((_bits(field.offset, width), f"`{name}`", kind))
    return rows


def _instruction(opcode: Opcode) -> str:
    layout = INSTRUCTIONS[opcode]
    streams = ", ".join(s.name for s in Stream if opcode in STREAM_OPCODES[s])
    table = _table(("bits", "field", "kind"), _layout_rows(layout))
    notes = []
    for role in roles.PATTERNS.get(opcode, ()):
        access = "writes" if role.is_write else "reads"
        spaces = " or ".join(space.name for space in role.spaces)
        notes.append(f"`{role.path}` {access} {spaces} ({role.lanes}).")
    text = [f"### {opcode.name}", "", f"Opcode 0x{opcode.value:02x}. Streams: {streams}.", "",
            _flow(layout.__doc__), "", table]  # fmt: skip
    return "\n".join([*text, "", " ".join(notes)] if notes else text)


def _enum(kind: type[enum.Enum]) -> str:
    docs = _member_docs(kind)
    head = ("code", "name", "meaning")[: 3 if docs else 2]
    rows = [
        (member.value, f"`{member.name}`", docs.get(member.name, ""))[: len(head)]
        for member in kind
    ]
    return f"### {kind.__name__}\n\n{_flow(kind.__doc__)}\n\n" + _table(head, rows)


def _layout(struct: type[data.Struct]) -> str:
    assert issubclass(struct, data.Struct)
    assert isinstance(struct, ShapeCastable)
    width = data.Layout.cast(struct).size
    head = f"### {struct.__name__}\n\n{_flow(struct.__doc__)} {width} bits.\n\n"
    return head + _table(("bits", "field", "kind"), _layout_rows(struct))


def _formats() -> str:
    rows = []
    for dtype in DType:
        fmt = FORMATS[dtype]
        if fmt.is_float:
            facts = (fmt.exponent, fmt.fraction, fmt.bias, f"0x{fmt.canonical_nan:x}")
        else:
            facts = ("", "", "", "")
        rows.append((dtype.value, f"`{dtype.name}`", fmt.kind, fmt.storage_bits, *facts))
    head = ("code", "name", "kind", "bits", "exponent", "fraction", "bias", "canonical NaN")
    return f"### DType\n\n{_flow(DType.__doc__)}\n\n" + _table(head, rows)


def _rules() -> str:
    limits = [
        f"* Types that DMA converts: {_names(rules.DMA_CAST_DTYPES)}.",
        "* Operand types of the Tensor engine, each with the type of its results:",
        *(
            f"    * {kind.name}: {_names(dtypes)}; results {_names(RESULT_DTYPES[kind])}."
            for kind, dtypes in MATMUL_DTYPES.items()
        ),
        f"* At most {rules.MAX_ELEMENTS} elements in an on-chip pattern, "
        f"{rules.MAX_DMA_ELEMENTS} in a device pattern.",
        "* TENSOR_REDUCE takes " + ", ".join(op.name for op in rules.REDUCE_OPS) + ".",
        f"* The accumulator takes {_names(RUNNING_OPS)}; as `op1` of TENSOR_CUMULATIVE "
        f"{_names(CUMULATIVE_OPS)}.",
        f"* LOAD_REDUCE: {_names(LOADS)}.",
    ]
    return OPERAND_RULES + "\n" + "\n".join(limits)


def _names(codes: Iterable[enum.Enum]) -> str:
    return ", ".join(code.name for code in codes)


def _table_sizes() -> str:
    """The constants that the text about tables names."""
    names = [name for name in table.__all__ if name.isupper()]
    rows = [(f"`{name}`", str(getattr(table, name)), _attribute_doc(table, name)) for name in names]
    return _table(("name", "value", "meaning"), rows)


def _csr_rows() -> list[tuple[str, str, str]]:
    docs = dict(_member_docs(Csr))
    docs["ID"] = docs["ID"].replace("`ID_VALUE`", f"0x{csr.ID_VALUE:08x}")
    docs["VERSION"] = docs["VERSION"].replace("RO", f"RO 0x{csr.VERSION:08x}")
    rows = [(int(register), register.name, docs.get(register.name, "RO")) for register in Csr]
    entry, length, window = csr.entry_address, csr.length_address, csr.window_address
    for stream in Stream:
        rows.append((entry(stream.value), f"ENTRY_{stream.name}", _flow(entry.__doc__)))
        rows.append((length(stream.value), f"LENGTH_{stream.name}", _flow(length.__doc__)))
    for index in range(MEMORY_WINDOWS):
        rows.append((window(index), f"WINDOW_{index}", _flow(window.__doc__)))
    rows.sort()
    return [(f"0x{address:03x}", f"`{name}`", text) for address, name, text in rows]


def _csrs() -> str:
    assert COUNTERS[0] == "cycles"
    head = ("address", "register", "access and meaning")
    counters = [
        (f"0x{csr.counter_address(name):03x}", f"`{name}`", WAITS.get(name, ""))
        for name in COUNTERS
    ]
    first, last = csr.semaphore_address(0), csr.semaphore_address(NUM_SEMAPHORES - 1)
    meaning = _flow(csr.semaphore_address.__doc__)
    semaphores = f"Semaphores, 0x{first:03x} to 0x{last:03x}: {meaning}"
    notes = _attribute_doc(csr, "COUNTERS")
    return "\n\n".join([_table(head, _csr_rows()), semaphores, "### Counters", notes,
                        _table(("address", "counter", "cycles in which"), counters)])  # fmt: skip


def _attribute_doc(module: Any, name: str) -> str:
    """The string that follows a module's constant."""
    body = ast.parse(inspect.getsource(module)).body
    for before, after in itertools.pairwise(body):
        if isinstance(before, (ast.AnnAssign, ast.Assign)) and isinstance(after, ast.Expr):
            target = before.target if isinstance(before, ast.AnnAssign) else before.targets[0]
            value = after.value
            if isinstance(target, ast.Name) and target.id == name:
                assert isinstance(value, ast.Constant)
                return _flow(str(value.value))
    raise ValueError(f"{module.__name__}.{name} has no docstring")


def render() -> str:
    """The page."""
    by_stream = [
        (f"`{o.name}`", f"0x{o.value:02x}", *("x" * (o in STREAM_OPCODES[s]) for s in Stream))
        for o in Opcode
    ]
    sections = [
        INTRODUCTION,
        _table(("opcode", "code", *(stream.name for stream in Stream)), by_stream),
        "## Operands", _flow(operands.__doc__),
        *(_layout(struct) for struct in OPERAND_LAYOUTS),
        "## Semaphores", SEMAPHORES,
        "## Instructions", *(_instruction(opcode) for opcode in Opcode),
        "## Function tables", _flow(table.__doc__), _table_sizes(),
        *(_layout(struct) for struct in TABLE_LAYOUTS), *(_enum(kind) for kind in TABLE_ENUMS),
        "## Operand rules", _rules(),
        "## Accumulating and transposing transfers", TRANSFERS,
        "## Register moves", MOVES,
        "## Notifications", NOTIFICATIONS,
        "## Lists of buffers", LISTS,
        "## Descriptor rings", RINGS,
        "## Accumulators", ACCUMULATORS,
        "## Numbers", NUMBERS, _formats(),
        "## Enumerations", *(_enum(kind) for kind in ENUMS), _enum(MatmulKind),
        "## Traps", _enum(Trap),
        "## Control and status registers", _csrs(),
        FOOTNOTES,
    ]  # fmt: skip
    return "\n\n".join(section.strip() for section in sections) + "\n"
