"""A random program from a seed."""

from __future__ import annotations

import random
from dataclasses import dataclass

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.isa.opcodes import Opcode, Stream

from ..compare.case import Case
from .arena import Arena, choose_arena
from .blocks import add_block
from .draw import Drawer
from .listing import Code, Item, assemble
from .registers import Registers
from .scope import Scope, World
from .semaphores import DeadEndError, SemaphorePool
from .values import random_bytes

__all__ = ["Program", "generate"]

_BUDGET = 1100
"""Rough cycles; what a program takes is mostly between half and one and a half of it."""
_ATTEMPTS = 50


@dataclass
class Program:
    """A program that is not assembled yet."""

    rng: random.Random
    arena: Arena
    code: dict[Stream, Code]
    semaphores: dict[int, int]
    drawer: Drawer
    scope: Scope


def available_streams(config: CoreConfig) -> tuple[Stream, ...]:
    """The streams a core has."""
    return tuple(s for s in Stream if config.has_gpsimd or s is not Stream.GPSIMD)


def generate(config: CoreConfig, seed: int) -> Case:
    """The program of a seed: legal, without races, the same every time."""
    for attempt in range(_ATTEMPTS):
        rng = random.Random(f"{seed}/{attempt}")
        try:
            program = _write(config, rng)
        except DeadEndError:
            continue
        return _case(program)
    raise AssertionError(f"seed {seed}: no program in {_ATTEMPTS} attempts")


def _write(config: CoreConfig, rng: random.Random) -> Program:
    arena = choose_arena(config, rng)
    drawer = Drawer(arena, rng)
    present = available_streams(config)
    streams = present if rng.random() < 0.5 else rng.sample(present, rng.randint(1, len(present)))
    semaphores = {rng.randrange(64): rng.choice([1, 7, rng.getrandbits(32)])
                  for _ in range(rng.choice([0, 0, 6]))}  # fmt: skip
    world = World(rng, arena, drawer, SemaphorePool(rng, semaphores), tuple(streams),
                  by_register=rng.choice([0.02, 0.05, 0.2]))  # fmt: skip
    registers = {stream: Registers.of_program(rng) for stream in streams}
    scope = Scope(world, tuple(streams), registers, repeats=False)
    budget = _BUDGET * rng.choice([0.2, 0.6, 1, 1, 1])
    while scope.cost < budget:
        add_block(scope)
    for stream in streams:
        scope.emit(stream, Item(Opcode.HALT))
    return Program(rng, arena, scope.code, semaphores, drawer, scope)


def _case(program: Program) -> Case:
    arena, rng = program.arena, program.rng
    config = arena.config
    memory = {address: random_bytes(rng, size) for address, size in arena.watched}
    # Outputs start as zeros, as in memory that was never written.
    base, size = arena.watched[1]
    memory[base] = bytes(size)
    streams = {stream: assemble(code) for stream, code in program.code.items()}
    return Case(
        config=config,
        streams=dict(sorted(streams.items(), key=lambda item: item[0].value)),
        code_base=arena.code_base,
        windows=arena.windows,
        memory=memory,
        watched=arena.watched,
        sbuf=arena.sbuf,
        psum=arena.psum,
        sbuf_image=random_bytes(rng, config.partitions * arena.sbuf.size),
        psum_image=random_bytes(rng, config.columns * arena.psum.size),
        semaphores=program.semaphores,
    )
