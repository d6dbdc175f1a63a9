"""Random kernels with loops and branches inside each other, and the same in Python."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tinyneuron import nki
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron.program.program import Program
from tinyneuron_hw.config import CoreConfig

ROWS, COLUMNS, TILES, MOST = 4, 8, 3, 3
CONTROL = ("loop", "loop", "branch", "while")
LOOPS = ("loop", "times", "times")
"""Loops alone: their passes can overlap. Those of ``times`` are counted in the kernel."""
LIMIT = 1000.0
"""What numbers are cut off at, so that sums stay exact."""


@dataclass
class Kernel:
    """Statements, written once for both machines: a machine has the loops, the tensors and what
    is done with them."""

    rng: random.Random
    nested: tuple[str, ...] = CONTROL
    depth: int = 0
    statements: list[Callable[[Any, list[Any]], None]] = field(default_factory=list)

    @classmethod
    def made(cls, rng: random.Random, nested: tuple[str, ...], depth: int = 0) -> Kernel:
        kernel = cls(rng, nested, depth)
        kinds = ["add", "scale", "columns", "store", "load", "product", "count"]
        kinds += nested if depth < 3 else []
        for _ in range(rng.randrange(1, 5)):
            getattr(kernel, f"_{rng.choice(kinds)}")()
        return kernel

    def run(self, machine: Any, counters: list[Any]) -> None:
        for statement in self.statements:
            statement(machine, counters)

    def _does(self, name: str, *numbers: int) -> None:
        self.statements.append(lambda machine, counters: getattr(machine, name)(*numbers))

    def _tile(self) -> int:
        return self.rng.randrange(TILES)

    def _inner(self) -> Kernel:
        return Kernel.made(self.rng, self.nested, self.depth + 1)

    def _add(self) -> None:
        self._does("add", self._tile(), self._tile(), self._tile())

    def _scale(self) -> None:
        self._does("scale", self._tile(), self.rng.randrange(-2, 3))

    def _product(self) -> None:
        self._does("product", self._tile(), self._tile())

    def _count(self) -> None:
        self._does("count", self.rng.randrange(-1, 3))

    def _indexed(self, name: str) -> None:
        tile, which = self._tile(), self.rng.randrange(8)
        self.statements.append(
            lambda machine, counters: getattr(machine, name)(tile, counters[which % len(counters)])
        )

    def _columns(self) -> None:
        self._indexed("columns")

    def _store(self) -> None:
        self._indexed("store")

    def _load(self) -> None:
        self._indexed("load")

    def _loop(self) -> None:
        body, which = self._inner(), self.rng.randrange(8)
        step = self.rng.choice((1, 1, 2))
        self.statements.append(lambda machine, counters: machine.loop(
            counters[which % len(counters)], step, lambda i: body.run(machine, [*counters, i])
        ))  # fmt: skip

    def _times(self) -> None:
        body, times = self._inner(), self.rng.randrange(1, 4)
        self.statements.append(lambda machine, counters: machine.loop(
            times, 1, lambda i: body.run(machine, [*counters, i])
        ))  # fmt: skip

    def _branch(self) -> None:
        halves = [self._inner() for _ in range(self.rng.randrange(1, 3))]
        which, limit = self.rng.randrange(8), self.rng.randrange(MOST)
        self.statements.append(lambda machine, counters: machine.branch(
            counters[which % len(counters)], limit,
            *[lambda half=half: half.run(machine, counters) for half in halves]
        ))  # fmt: skip

    def _while(self) -> None:
        body, which = self._inner(), self.rng.randrange(8)
        self.statements.append(lambda machine, counters: machine.repeat(
            counters[which % len(counters)], lambda: body.run(machine, counters)
        ))  # fmt: skip


class Python:
    """Runs a kernel on arrays."""

    def __init__(self, x: np.ndarray):
        self.tiles = [x[k].copy() for k in range(TILES)]
        self.memory = np.zeros((MOST + 1, ROWS, COLUMNS), np.float32)
        self.total = 0

    def add(self, dst: int, a: int, b: int) -> None:
        self.tiles[dst] = np.minimum(self.tiles[a] + self.tiles[b], np.float32(LIMIT))

    def scale(self, tile: int, by: int) -> None:
        self.tiles[tile] = np.maximum(self.tiles[tile] * np.float32(by), np.float32(-LIMIT))
        self.tiles[tile] = np.minimum(self.tiles[tile], np.float32(LIMIT))

    def columns(self, tile: int, i: int) -> None:
        self.tiles[tile][:, i : 2 * i + 1] += 1

    def product(self, dst: int, src: int) -> None:
        square = self.tiles[src][:, :ROWS] / np.float32(LIMIT)
        self.tiles[dst][:, :ROWS] = np.rint(square.T @ square)

    def store(self, tile: int, i: int) -> None:
        self.memory[i] = self.tiles[tile]

    def load(self, tile: int, i: int) -> None:
        self.tiles[tile] = self.memory[i].copy()

    def count(self, by: int) -> None:
        self.total += by

    def loop(self, stop: int, step: int, body: Callable[[int], None]) -> None:
        for i in range(0, stop, step):
            body(i)

    def branch(self, value: int, limit: int, *halves: Callable[[], None]) -> None:
        if value > limit:
            halves[0]()
        elif len(halves) > 1:
            halves[1]()

    def repeat(self, times: int, body: Callable[[], None]) -> None:
        for _ in range(times):
            body()


class Traced:
    """Records a kernel."""

    def __init__(self, x: nl.Tensor):
        self.tiles = [nl.ndarray((ROWS, COLUMNS), nl.float32) for _ in range(TILES)]
        for k, tile in enumerate(self.tiles):
            nisa.dma_copy(tile, x[k])
        shape = (MOST + 1, ROWS, COLUMNS)
        self.memory = nl.ndarray(shape, nl.float32, buffer=nl.shared_hbm, name="memory")
        zeros = nl.ndarray((ROWS, COLUMNS), nl.float32)
        nisa.memset(zeros, 0.0)
        for k in range(MOST + 1):
            nisa.dma_copy(self.memory[k], zeros)
        self.total = nisa.register_alloc(0)

    def add(self, dst: int, a: int, b: int) -> None:
        nisa.tensor_tensor(self.tiles[dst], self.tiles[a], self.tiles[b], nl.add)
        nisa.tensor_scalar(self.tiles[dst], self.tiles[dst], nl.minimum, LIMIT)

    def scale(self, tile: int, by: int) -> None:
        here = self.tiles[tile]
        nisa.activation(here, nl.copy, here, scale=float(by))
        nisa.tensor_scalar(here, here, nl.maximum, -LIMIT, op1=nl.minimum, operand1=LIMIT)

    def columns(self, tile: int, i: Any) -> None:
        here = self.tiles[tile][:, nl.ds(i, i + 1)]
        nisa.tensor_scalar(here, here, nl.add, 1.0)

    def product(self, dst: int, src: int) -> None:
        square = nl.ndarray((ROWS, ROWS), nl.float32)
        acc = nl.ndarray((ROWS, ROWS), nl.float32, buffer=nl.psum)
        rounded = nl.ndarray((ROWS, ROWS), nl.int32)
        nisa.tensor_scalar(square, self.tiles[src][:, :ROWS], nl.divide, LIMIT)
        nisa.nc_matmul(acc, square, square)
        nisa.activation(rounded, nl.copy, acc)
        nisa.tensor_copy(self.tiles[dst][:, :ROWS], rounded)

    def store(self, tile: int, i: Any) -> None:
        nisa.dma_copy(self.memory[i], self.tiles[tile])

    def load(self, tile: int, i: Any) -> None:
        nisa.dma_copy(self.tiles[tile], self.memory[i])

    def count(self, by: int) -> None:
        nisa.register_move(self.total, self.total + by)

    def loop(self, stop: Any, step: int, body: Callable[[Any], None]) -> None:
        for i in nl.dynamic_range(0, stop, step):
            body(i)

    def branch(self, value: Any, limit: int, *halves: Callable[[], None]) -> None:
        nl.cond(value > limit, *halves)

    def repeat(self, times: Any, body: Callable[[], None]) -> None:
        def once(left: Any) -> Any:
            body()
            return left - 1

        nl.while_loop(times, once)


def random_kernel(
    seed: int, config: str | CoreConfig = "tiny", nested: tuple[str, ...] = CONTROL
) -> tuple[Program, np.ndarray, Callable[[list[int]], Python]]:
    """A program with inputs ``x`` and two ``sizes``, from 0 to MOST; ``x``; and what Python makes
    of the sizes: the outputs are its ``tiles``, ``memory`` and ``total``."""
    rng = random.Random(seed)
    kernel = Kernel.made(rng, nested)
    while len(kernel.statements) < 4:
        kernel = Kernel.made(rng, nested)

    def traced(x: nl.Tensor, sizes: nl.Tensor) -> tuple[nl.Tensor, ...]:
        machine, counters = Traced(x), []
        for at in range(sizes.shape[0]):
            register = nisa.register_alloc()
            nisa.register_load(register, sizes[at : at + 1])
            counters.append(nl.bounded(register, 0, MOST))
        kernel.run(machine, counters)
        tiles = nl.ndarray((TILES, ROWS, COLUMNS), nl.float32, buffer=nl.shared_hbm, name="tiles")
        for k, tile in enumerate(machine.tiles):
            nisa.dma_copy(tiles[k], tile)
        total = nl.ndarray((1,), nl.int32, buffer=nl.shared_hbm, name="total")
        nisa.register_store(total, machine.total)
        return tiles, machine.memory, total

    x = np.random.default_rng(seed).integers(-9, 10, (TILES, ROWS, COLUMNS)).astype(np.float32)
    specs = {"x": nki.TensorArg(x.shape, "fp32"), "sizes": nki.TensorArg((2,), "int32")}

    def expected(sizes: list[int]) -> Python:
        machine = Python(x)
        kernel.run(machine, sizes)
        return machine

    return nki.compile(traced, config, specs), x, expected
