"""Where loops and branches are in a module: which instructions each holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from .ir import Edge, Instr, Module, Region, enclosing

__all__ = ["Block", "Node", "block_of", "extended", "region_spans", "regions_of"]


@dataclass
class Node:
    """A loop or branch, with what it runs: two blocks when it has another half."""

    region: Region
    blocks: list[Block]


@dataclass
class Block:
    """Straight pieces (indices of instructions), and between them loops and branches."""

    items: list[list[int] | Node] = field(default_factory=list)


def block_of(module: Module) -> Block:
    """The instructions of a module as a tree; edges themselves are in no piece."""
    stack = [Block()]
    for index, instr in enumerate(module.instructions):
        if instr.edge is None:
            items = stack[-1].items
            if not items or isinstance(items[-1], Node):
                items.append([])
            piece = items[-1]
            assert isinstance(piece, list)
            piece.append(index)
        elif instr.edge is Edge.BEGIN:
            assert instr.region is not None
            inner = Block()
            stack[-1].items.append(Node(instr.region, [inner]))
            stack.append(inner)
        else:
            stack.pop()
            if instr.edge is Edge.ELSE:
                node = stack[-1].items[-1]
                assert isinstance(node, Node)
                stack.append(Block())
                node.blocks.append(stack[-1])
    return stack[0]


def regions_of(instructions: Iterable[Instr]) -> list[Region | None]:
    """The innermost region of each instruction; of an edge, the one around its region."""
    found: list[Region | None] = []
    current: Region | None = None
    for instr in instructions:
        if instr.edge is Edge.END and current is not None:
            current = current.parent
        is_else = instr.edge is Edge.ELSE and current is not None
        found.append(current.parent if is_else and current else current)
        if instr.edge is Edge.BEGIN:
            current = instr.region
    return found


def region_spans(instructions: Iterable[Instr]) -> dict[Region, tuple[int, int]]:
    """Where each region begins and ends."""
    spans: dict[Region, tuple[int, int]] = {}
    for index, instr in enumerate(instructions):
        if instr.region is not None:
            first = spans.get(instr.region, (index, index))[0]
            spans[instr.region] = (first, index)
    return spans


def extended(
    index: int, inner: Region | None, home: Region | None, spans: dict[Region, tuple[int, int]]
) -> tuple[int, int]:
    """How long something that was made in ``home`` must last for an access at ``index``, which is
    in ``inner``: throughout every loop between the two, which may come to the access again."""
    first = last = index
    around = set(enclosing(home))
    for region in enclosing(inner):
        if region not in around and region.repeats:
            first, last = spans[region]
    return first, last
