"""The parts of an instruction's text."""

from __future__ import annotations

import re

__all__ = ["operands"]

_PART = re.compile(
    r"(?P<name>[a-z_][\w.]*)(?:=(?P<value>(?:[^\s\[(]|\[[^]]*\]|\([^)]*\))+)|\((?P<inner>[^)]*)\))"
)


def operands(text: str) -> dict[str, str]:
    """Name -> value of what follows the opcode in :func:`.disassembler.instruction_text`:
    ``src`` -> ``sbuf.bf16[0+16, 0x0, 1x512]``, ``wait`` -> ``s8 >= 3``."""
    _, _, rest = text.partition(" ")
    return {
        found["name"]: found["value"] if found["inner"] is None else found["inner"]
        for found in _PART.finditer(rest)
    }
