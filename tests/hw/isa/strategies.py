"""Hypothesis strategies for instructions."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tinyneuron_hw.isa.codec import Field, fields_of
from tinyneuron_hw.isa.opcodes import Opcode


def _values(field: Field) -> st.SearchStrategy[Any]:
    if field.enum is not None:
        return st.sampled_from(list(field.enum))
    low, high = field.bounds
    return st.one_of(st.sampled_from([low, high, max(low, 0)]), st.integers(low, high))


@st.composite
def instructions(draw: st.DrawFn, opcodes: tuple[Opcode, ...] = tuple(Opcode)) -> tuple:
    """(opcode, dotted path -> value) of any encodable instruction; fields that a register names
    hold a register's number."""
    opcode = draw(st.sampled_from(opcodes))
    fields = [f for f in fields_of(opcode) if not f.is_reserved and f.path != "header.opcode"]
    chosen = draw(st.lists(st.sampled_from(fields), unique_by=lambda f: f.path))
    values = {f.path: draw(_values(f)) for f in chosen}
    for field in fields:
        if field.by_register_offset is not None and values.get(f"{field.path}_by_register"):
            values[field.path] = draw(st.integers(0, min(31, field.bounds[1])))
    return opcode, values


def base_fields(opcode: Opcode) -> dict[str, Any]:
    """Values for the enumerations that have no member 0, so that the instruction decodes."""
    return {
        field.path: next(iter(field.enum))
        for field in fields_of(opcode)
        if field.enum is not None and all(member.value for member in field.enum)
    }
