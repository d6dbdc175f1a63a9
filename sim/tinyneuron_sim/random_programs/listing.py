"""Instructions of a stream while the program grows: positions are settled at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tinyneuron_hw.isa.codec import encode
from tinyneuron_hw.isa.opcodes import Opcode, UpdateMode, WaitMode

__all__ = ["Code", "Item", "Label", "assemble", "header"]


@dataclass(eq=False)
class Label:
    """A position in the code."""


@dataclass(eq=False)
class Item:
    """An instruction.

    Parameters
    ----------
    fields:
        Dotted paths, as for ``encode``.
    before:
        Instructions that must stand right before it; a branch to it goes to the first of them.
    end:
        Of a BRANCH the target, of a LOOP the position after its body.
    raw:
        The 128 bytes, where no fields can make them.
    """

    opcode: Opcode
    fields: dict[str, Any] = field(default_factory=dict)
    before: list[Item] = field(default_factory=list)
    end: Label | None = None
    raw: bytes | None = None

    @property
    def waits(self) -> bool:
        return self.fields.get("header.wait.mode", WaitMode.NONE) is not WaitMode.NONE

    @property
    def updates(self) -> bool:
        return self.fields.get("header.update.mode", UpdateMode.NONE) is not UpdateMode.NONE


Code = list[Item | Label]


def header(wait: tuple[WaitMode, int, int] | None = None,
            update: tuple[UpdateMode, int, int] | None = None) -> dict[str, Any]:  # fmt: skip
    """Header fields of a wait and an update: mode, semaphore, value."""
    fields: dict[str, Any] = {}
    for name, clause in (("wait", wait), ("update", update)):
        if clause is not None:
            keys = ("mode", "semaphore", "value")
            fields |= {f"header.{name}.{key}": v for key, v in zip(keys, clause, strict=True)}
    return fields


def assemble(code: Sequence[Item | Label]) -> tuple[bytes, ...]:
    """The instructions with jumps and loop bodies in place."""
    items: list[Item] = []
    positions: dict[Label, int] = {}
    for element in code:
        if isinstance(element, Label):
            positions[element] = len(items)
        else:
            items += [*element.before, element]
    encoded = []
    for index, item in enumerate(items):
        fields = item.fields
        if item.end is not None:
            target = positions[item.end]
            if item.opcode is Opcode.LOOP:
                fields = {**fields, "body": target - index - 1}
            else:
                fields = {**fields, "target": target}
        encoded.append(encode(item.opcode, fields) if item.raw is None else item.raw)
    return tuple(encoded)
