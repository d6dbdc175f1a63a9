"""Where the cells of a synthesized design are: its modules as a tree, from Yosys' statistics."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

__all__ = ["MEMORY_BITS", "Block", "read_blocks"]

MEMORY_BITS = "memory bits"
"""Counted like a cell: bits of the memories that were kept as memories."""

_DIGITS = "0123456789"


@dataclass
class Block:
    """``count`` equal instances of a module within its parent."""

    name: str
    count: int
    cells: Counter[str]
    """Cells by type in all ``count`` instances and below them."""
    children: list[Block] = field(default_factory=list)

    @property
    def own(self) -> Counter[str]:
        """Cells that are in no child."""
        return self.cells - sum((child.cells for child in self.children), Counter())


def read_blocks(statistics: dict[str, Any], top: str) -> Block:
    """The tree below module ``top`` of what ``stat -json`` wrote."""
    modules = {name.lstrip("\\"): facts for name, facts in statistics["modules"].items()}
    return _block(modules, top, "", 1)


def _block(modules: dict[str, Any], module: str, parent: str, count: int) -> Block:
    facts = modules[module]
    cells: Counter[str] = Counter({MEMORY_BITS: facts["num_memory_bits"] * count})
    children = []
    for kind, number in facts["num_cells_by_type"].items():
        if kind.lstrip("\\") in modules:
            child = _block(modules, kind.lstrip("\\"), module, number * count)
            children.append(child)
            cells.update(child.cells)
        else:
            cells[kind] += number * count
    if len(children) == 1 and children[0].count == count:
        children = children[0].children  # a wrapper, such as a clock's gate
    # bank9 before bank10.
    children.sort(key=lambda child: (child.name.rstrip(_DIGITS), len(child.name), child.name))
    return Block(module.removeprefix(parent + "_"), count, cells, _alike(children))


def _alike(children: list[Block]) -> list[Block]:
    """Puts ``bank0``, ``bank1``, ``bank2`` together as ``bank0..2`` when they have the same
    cells."""
    result: list[Block] = []
    for child in children:
        stem = child.name.rstrip(_DIGITS)
        last = result[-1] if result else None
        each = {kind: number / child.count for kind, number in child.cells.items()}
        if (
            last is not None
            and last.name.partition("..")[0].rstrip(_DIGITS) == stem != child.name
            and each == {kind: number / last.count for kind, number in last.cells.items()}
        ):
            merged = [
                Block(a.name, a.count + b.count, a.cells + b.cells, a.children)
                for a, b in zip(last.children, child.children, strict=True)
            ]
            name = f"{last.name.partition('..')[0]}..{child.name.removeprefix(stem)}"
            result[-1] = Block(name, last.count + child.count, last.cells + child.cells, merged)
        else:
            result.append(child)
    return result
