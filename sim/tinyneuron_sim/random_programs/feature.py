"""What a program is sure to have: a few fields that registers name and a few settings of
instructions, different ones for each turn.

The programs that have no trap take turns; ``TURNS`` successive ones have all there are, and execute
them: they stand outside loops and branches.
"""

from __future__ import annotations

import functools
import itertools
from typing import Any, TypeVar

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.isa.codec import fields_of
from tinyneuron_hw.isa.opcodes import (
    CONTROL_OPCODES,
    STREAM_OPCODES,
    Condition,
    Opcode,
    Stream,
    UpdateMode,
    WaitMode,
)
from tinyneuron_hw.isa.roles import ADDRESSED

from .draw import Use
from .legal import DRAWN_OPCODES, RANDOM_OPCODES, legal, own_fields
from .listing import Item, Label, header
from .ring_block import draw_ring
from .scope import Scope

__all__ = ["TURNS", "Feature", "Setting", "add_feature", "add_setting", "all_features",
           "all_settings", "features_of", "named_paths", "settings_of"]  # fmt: skip

_T = TypeVar("_T")
TURNS = 280
"""So many successive turns have every feature and every setting."""
Feature = tuple[Opcode, str]
"""An opcode and the path of a field that a register may name."""


def named_paths(opcode: Opcode) -> tuple[str, ...]:
    """Fields of an opcode that a register may name, device addresses included."""
    named = [f.path for f in fields_of(opcode) if f.by_register_offset is not None]
    return (*named, *(f"{path}.address" for path in ADDRESSED.get(opcode, ())))


@functools.cache
def all_features() -> tuple[Feature, ...]:
    """Every pair there is."""
    return tuple((opcode, path) for opcode in RANDOM_OPCODES for path in named_paths(opcode))


def features_of(turn: int | None) -> tuple[Feature, ...]:
    """Those of a turn; none of no turn."""
    return _share(all_features(), turn)


Setting = tuple[Opcode, str, Any]
"""A data opcode, the path of an own field that is an enumeration or of an operand's type, and one
of its legal values."""


@functools.cache
def all_settings(config: CoreConfig) -> tuple[Setting, ...]:
    """Every setting there is."""
    found: dict[Setting, None] = {}
    for opcode in DRAWN_OPCODES:
        if opcode not in CONTROL_OPCODES:
            allowed = legal(config, opcode)
            for field in own_fields(opcode):
                if field.enum is not None:
                    values = (allowed.values(v)[field.path] for v in allowed.some_variants)
                    some = dict.fromkeys(itertools.chain.from_iterable(values))
                    found |= dict.fromkeys((opcode, field.path, value) for value in some)
            for types in allowed.types:
                named = zip(allowed.paths, types, strict=True)
                found |= dict.fromkeys((opcode, f"{path}.dtype", dtype) for path, dtype in named)
    return tuple(found)


def settings_of(config: CoreConfig, turn: int | None) -> tuple[Setting, ...]:
    """Those of a turn; none of no turn."""
    return _share(all_settings(config), turn)


def _share(items: tuple[_T, ...], turn: int | None) -> tuple[_T, ...]:
    """A few of ``items``, far from each other."""
    if turn is None:
        return ()
    each = -(-len(items) // TURNS)
    step = -(-len(items) // each)
    return tuple(items[(turn + k * step) % len(items)] for k in range(each))


def add_setting(scope: Scope, setting: Setting) -> None:
    """Adds an instruction with a setting."""
    opcode, path, value = setting
    stream = scope.rng.choice([s for s in scope.streams if opcode in STREAM_OPCODES[s]])
    allowed = legal(scope.world.arena.config, opcode)
    if path.endswith(".dtype"):
        fitting = [v for v in allowed.variants if v[path] is value]
        fields, use = scope.draw(opcode, variants=fitting)
    else:
        fitting = [v for v in allowed.some_variants if value in allowed.values(v)[path]]
        fields, use = scope.draw(opcode, variants=fitting, settings={path: value})
    item = Item(opcode, fields)
    scope.spend(item, stream)
    scope.emit(stream, item, use)


def add_feature(scope: Scope, feature: Feature, seed: int, halts: dict[Stream, Item]) -> None:
    """Adds an instruction with a field named by a register. HALTs come later: they are in ``halts``
    and get their names there."""
    opcode, path = feature
    stream = scope.rng.choice([s for s in scope.streams if opcode in STREAM_OPCODES[s]])
    item, use, after = _instruction(scope, opcode, stream, seed)
    if opcode is Opcode.HALT:
        item = halts[stream]
    if path.startswith("header."):
        # Nobody else knows this semaphore.
        semaphore = scope.world.pool.take().index
        value = scope.rng.getrandbits(32)
        if path.startswith("header.wait"):
            item.fields |= header(wait=(WaitMode.GREATER_EQUAL, semaphore, 0))
        else:
            item.fields |= header(update=(UpdateMode.ADD, semaphore, value))
    scope.name_later(item, path)
    if opcode is not Opcode.HALT:
        scope.spend(item, stream)
        scope.emit(stream, item, use)
        scope.code[stream] += after


def _instruction(scope: Scope, opcode: Opcode, stream: Stream, seed: int
                 ) -> tuple[Item, Use, list[Item | Label]]:  # fmt: skip
    """An instruction, what it uses and the code after it."""
    if opcode is Opcode.DMA_RING:
        return *draw_ring(scope, stream), []
    if opcode not in CONTROL_OPCODES:
        allowed = legal(scope.world.arena.config, opcode)
        variants = allowed.with_types(allowed.types[seed % len(allowed.types)])
        fields, use = scope.draw(opcode, variants=variants)
        return Item(opcode, fields), use, []
    end = Label()
    if opcode is Opcode.LOOP:
        counter = scope.registers[stream].reserve()
        fields = {"count": 2, "counter": counter, "counter_enable": 1, "step": 3}
        return Item(opcode, fields, end=end), Use.nothing(), [Item(Opcode.NOP), end]
    if opcode is Opcode.BRANCH:
        fields = {"condition": scope.rng.choice(list(Condition)), "a": 1}
        return Item(opcode, fields, end=end), Use.nothing(), [Item(Opcode.NOP), end]
    if opcode is Opcode.REGISTER:
        return Item(opcode, {"dst": scope.registers[stream].reserve()}), Use.nothing(), []
    return Item(opcode), Use.nothing(), []
