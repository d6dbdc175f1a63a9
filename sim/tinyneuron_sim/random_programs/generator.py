"""A random program from a seed."""

from __future__ import annotations

import random
from dataclasses import dataclass

from tinyneuron_hw.config import NUM_SEMAPHORES, CoreConfig
from tinyneuron_hw.isa.opcodes import Opcode

from ..compare.case import Case
from .arena import choose_arena
from .blocks import add_block
from .draw import Drawer
from .listing import Item
from .program import Program, available_streams
from .registers import Registers
from .scope import Scope, World
from .semaphores import DeadEndError, SemaphorePool
from .traps import add_trap

__all__ = ["RandomCase", "generate"]

_BUDGET = 1250
"""Rough cycles of a program."""
_TRAPS = 0.3
"""Share of programs that trap, where traps are wanted."""
_ATTEMPTS = 50


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
            program = _write(config, rng)
        except DeadEndError:
            continue
        traps_now = trap is not None or (traps and rng.random() < _TRAPS)
        kind = add_trap(program, rng, trap) if traps_now else None
        return RandomCase(seed, program.case(rng), kind)
    raise AssertionError(f"seed {seed}: no program in {_ATTEMPTS} attempts")


def _write(config: CoreConfig, rng: random.Random) -> Program:
    arena = choose_arena(config, rng)
    drawer = Drawer(arena, rng)
    streams = available_streams(config)
    if rng.random() < 0.5:
        streams = tuple(rng.sample(streams, rng.randint(1, len(streams))))
    semaphores = {rng.randrange(NUM_SEMAPHORES): rng.choice([1, 7, rng.getrandbits(32)])
                  for _ in range(rng.choice([0, 0, 6]))}  # fmt: skip
    world = World(rng, arena, drawer, SemaphorePool(rng, semaphores), streams,
                  by_register=rng.choice([0.02, 0.05, 0.2]))  # fmt: skip
    registers = {stream: Registers.of_program(rng) for stream in streams}
    scope = Scope(world, streams, registers, repeats=False)
    budget = _BUDGET * rng.choice([0.2, 0.6, 1, 1, 1])
    while scope.cost < budget:
        add_block(scope)
    if scope.cost > 1.5 * _BUDGET:
        raise DeadEndError(f"the last block makes it {scope.cost:.0f} cycles long")
    for stream in streams:
        scope.emit(stream, Item(Opcode.HALT))
    return Program(arena, drawer, scope.code, semaphores, arena.windows, arena.code_base)
