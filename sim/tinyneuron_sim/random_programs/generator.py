"""A random program from a seed."""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np

from tinyneuron_hw.config import NUM_SEMAPHORES, CoreConfig
from tinyneuron_hw.isa.opcodes import STREAM_OPCODES, Opcode, Stream

from ..compare.case import Case
from .arena import choose_arena
from .blocks import add_block
from .draw import Drawer
from .feature import add_feature, add_setting, features_of, settings_of
from .listing import Item
from .patterns import NoRoomError
from .program import Program, available_streams
from .registers import Registers
from .scope import Scope
from .semaphores import DeadEndError, SemaphorePool
from .traps import TRAPS, add_trap
from .world import World

__all__ = ["RandomCase", "generate", "turn_of"]

_BUDGET = 950
"""Rough cycles of a program."""
_WITH_ROWS = 0.8
"""The share of them where memory has rows to open: transfers take longer than they are rated."""
_BEFORE, _OVER = 0.3, 1.25
"""The shares of it that blocks before the first feature may fill, and that the last part of a
program may make it long."""
_TRAPPED, _OUT_OF = 3, 10
"""So many of so many successive programs trap, where traps are wanted."""
_ATTEMPTS = 1000


@dataclass(frozen=True)
class RandomCase:
    """The program of a seed. ``trap``: the kind of reason for a trap that was put into it (it
    need not be reached)."""

    seed: int
    case: Case
    trap: str | None


def generate(config: CoreConfig, seed: int, *, traps: bool = True, trap: str | None = None
             ) -> RandomCase:  # fmt: skip
    """The program of a seed: legal, without races, the same every time.

    With ``traps``, some programs hold one reason for a trap; with ``trap`` all do, of this kind
    (a name in ``traps.TRAPS``).
    """
    for attempt in range(_ATTEMPTS):
        rng = random.Random(f"{seed}/{attempt}")
        try:
            program = _write(config, seed, rng)
        except (DeadEndError, NoRoomError):
            continue
        kind = trap or (_trap_of(seed) if traps else None)
        if kind is not None:
            add_trap(program, rng, kind)
        return RandomCase(seed, program.case(rng), kind)
    raise AssertionError(f"seed {seed}: no program in {_ATTEMPTS} attempts")


def _trap_of(seed: int) -> str | None:
    """The kind of trap that a seed's program has: successive seeds go through all kinds."""
    group, place = divmod(seed, _OUT_OF)
    kinds = list(TRAPS)
    return kinds[(group * _TRAPPED + place) % len(kinds)] if place < _TRAPPED else None


def turn_of(seed: int) -> int | None:
    """Which turn a seed's program has in ``feature``; None where it may trap."""
    group, place = divmod(seed, _OUT_OF)
    return group * (_OUT_OF - _TRAPPED) + place - _TRAPPED if place >= _TRAPPED else None


def _streams(config: CoreConfig, turn: int | None, rng: random.Random) -> tuple[Stream, ...]:
    """The streams a program uses, among them some that can run what its turn has."""
    present = available_streams(config)
    if rng.random() < 0.5:
        return present
    chosen = {rng.choice([s for s in present if opcode in STREAM_OPCODES[s]])
              for opcode, *_ in (*features_of(turn), *settings_of(config, turn))}  # fmt: skip
    chosen |= set(rng.sample(present, rng.randint(0 if chosen else 1, len(present) - 1)))
    return tuple(sorted(chosen, key=lambda stream: stream.value))


def _check_length(scope: Scope, most: float) -> None:
    if scope.cost > _OVER * most:
        raise DeadEndError(f"the last part makes it {scope.cost:.0f} cycles long")


def _write(config: CoreConfig, seed: int, rng: random.Random) -> Program:
    arena = choose_arena(config, rng)
    drawer = Drawer(arena, rng)
    turn = turn_of(seed)
    streams = _streams(config, turn, rng)
    semaphores = {rng.randrange(NUM_SEMAPHORES): rng.choice([1, 7, rng.getrandbits(32)])
                  for _ in range(rng.choice([0, 0, 6]))}  # fmt: skip
    world = World(rng, arena, drawer, SemaphorePool(rng, semaphores), streams,
                  by_register=rng.choice([0.02, 0.1, 0.3]))  # fmt: skip
    registers = {stream: Registers.of_program(rng) for stream in streams}
    scope = Scope(world, streams, registers, repeats=False)
    most = _BUDGET if config.memory == "fixed" else _BUDGET * _WITH_ROWS
    budget = most * rng.choice([0.2, 0.6, 1, 1, 1])
    halts = {stream: Item(Opcode.HALT) for stream in streams}
    for feature in features_of(turn):
        for _ in range(rng.randrange(3)):
            if scope.cost < _BEFORE * budget:
                add_block(scope)
        add_feature(scope, feature, seed, halts)
        _check_length(scope, most)
    for setting in settings_of(config, turn):
        add_setting(scope, setting)
        _check_length(scope, most)
    while scope.cost < budget:
        add_block(scope)
    _check_length(scope, most)
    for stream, halt in halts.items():
        scope.emit(stream, halt)
    written = np.concatenate([use.writes for use in scope.use.values()])
    return Program(arena, drawer, scope.code, written, semaphores, arena.windows, arena.code_base)
