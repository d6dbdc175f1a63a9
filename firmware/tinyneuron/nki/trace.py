"""The trace in progress: where instructions of a running kernel go."""

from __future__ import annotations

import contextlib
import math
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.codec import fields_of
from tinyneuron_hw.isa.opcodes import Opcode, RoundMode, Space, Stream
from tinyneuron_hw.isa.roles import STOCHASTIC_OPCODES

from ..lower.ir import (
    DeviceTensor,
    Edge,
    Extent,
    Instr,
    Module,
    Operand,
    Region,
    RegionKind,
    Register,
    Tile,
    TileRef,
)
from ..tables.fit import FunctionTable

__all__ = ["KernelError", "Trace", "active", "current", "emit", "source_line", "tracing"]

_HERE = os.path.dirname(os.path.abspath(__file__)) + os.sep


class KernelError(ValueError):
    """A kernel breaks a rule of the language; the message begins with the kernel's source line."""

    def __init__(self, message: str):
        file, line = source_line()
        self.file, self.line = file, line
        super().__init__(f"{os.path.basename(file)}:{line}: {message}" if line else message)


def source_line() -> tuple[str, int]:
    """File and line of the innermost caller outside the language's own code."""
    frame = sys._getframe(1)
    while frame is not None:
        file = frame.f_code.co_filename
        # Generated code (dataclass constructors) has no file of its own.
        if not file.startswith((_HERE, "<")):
            return file, frame.f_lineno
        frame = frame.f_back
    return "", 0


class Trace:
    """Collects one kernel's tensors and instructions into a :class:`Module`."""

    def __init__(self, config: CoreConfig, name: str, *, stochastic: bool = False,
                 grid: tuple[int, ...] = ()):  # fmt: skip
        self.config = config
        self.grid = grid
        self.program = (0,) * len(grid)
        """The program of the grid that is being traced."""
        self.shared: list[DeviceTensor] = []
        """Device tensors that all programs have, in the order in which each makes them."""
        self.shared_made = 0
        """How many of them the program has made."""
        self.prints: list[tuple[str, DeviceTensor]] = []
        """What the kernel prints, and the outputs that tell it."""
        self.identities: dict[tuple[Any, ...], Tile] = {}
        """Constants on chip: what and how large -> the tile that has them."""
        self.stochastic = stochastic
        """Whether engines that can round stochastically do."""
        self.module = Module(config, name)
        self.written: dict[Tile, set[object]] = {}
        """PSUM regions that a matmul of the current accumulation group has written."""
        self.interrupted: set[Tile] = set()
        """Tiles with a group that a loop or branch has cut."""
        self.unwritten: set[Tile] = set()
        """Tiles with a place of the kernel's choice that nothing has been written to."""
        self.results: dict[tuple[Any, ...], Register] = {}
        """What an operation on registers has given before."""
        self.calls = 0
        """How many instructions of the language have been called."""
        self.identity: Tile | None = None
        """The unit matrix, once a transpose has needed it."""
        self.region: Region | None = None
        """The innermost loop or branch that is open."""
        self.abandoned: int | None = None
        """Line of a loop that was left before its end."""
        self.outermost = 0
        """Where the outermost open loop or branch begins."""

    def emit(self, instr: Instr) -> None:
        """Append an instruction."""
        self.require_whole()
        self.module.instructions.append(instr)

    def require_whole(self) -> None:
        """Raises :class:`KernelError` when a loop was left by ``break``, ``return`` or an
        exception."""
        if self.abandoned is not None:
            raise KernelError(f"the dynamic loop of line {self.abandoned} must run to its end: no "
                              "break or return leaves it")  # fmt: skip

    def before_regions(self, act: Callable[[], object]) -> None:
        """What ``act`` emits goes before the open loops and branches, so that it runs once."""
        if self.region is None:
            act()
            return
        instructions, region = self.module.instructions, self.region
        at = self.outermost
        rest, self.region = instructions[at:], None
        del instructions[at:]
        act()
        self.outermost, self.region = len(instructions), region
        instructions += rest

    def open(self, region: Region) -> None:
        """A loop or branch begins."""
        if self.region is None:
            self.outermost = len(self.module.instructions)
        self._edge(region, Edge.BEGIN)
        self.region = region

    def other(self, region: Region) -> None:
        """The other half of a branch begins."""
        self._edge(region, Edge.ELSE)
        region.second_half = self.module.registers

    def close(self, region: Region) -> None:
        """The innermost loop or branch ends."""
        assert self.region is region
        self._edge(region, Edge.END)
        self.region = region.parent

    def _edge(self, region: Region, edge: Edge) -> None:
        file, line = source_line()
        opcode = Opcode.LOOP if region.kind is RegionKind.LOOP else Opcode.BRANCH
        self.emit(Instr(opcode, {}, {}, line, file=file, region=region, edge=edge))
        # What a matmul has written is known within one straight piece of the kernel only.
        self.interrupted |= set(self.written)
        self.written.clear()

    def forget(self, tile: Tile) -> None:
        """An accumulation in this tile ends: another instruction writes it."""
        self.written.pop(tile, None)
        self.interrupted.discard(tile)

    def new_tile(self, shape: tuple[int, ...], dtype: DType, space: Space, name: str) -> Tile:
        """A tile; its shape must fit the memory."""
        config, tiles = self.config, self.module.tiles
        psum = space is Space.PSUM
        limit = config.columns if psum else config.partitions
        room = config.psum_partition_bytes if psum else config.sbuf_partition_bytes
        tile = Tile(len(tiles), name or f"tile{len(tiles)}", space, shape, dtype, source_line()[1],
                    region=self.region)  # fmt: skip
        if len(shape) < 2:
            raise KernelError(f"an on-chip tensor has at least 2 axes, not shape {shape}")
        if shape[0] > limit:
            raise KernelError(f"shape {shape}: {space.name} has {limit} partitions, not {shape[0]}")
        if tile.bytes_per_partition > room:
            raise KernelError(f"shape {shape}: {tile.bytes_per_partition} bytes per partition "
                              f"exceed the {room} of {space.name}")  # fmt: skip
        tiles.append(tile)
        return tile

    def begin_program(self, program: tuple[int, ...]) -> None:
        """Another program of the grid is traced."""
        self.program, self.shared_made = program, 0

    def new_scratch(
        self, shape: tuple[int, ...], dtype: DType, name: str, *, shared: bool
    ) -> DeviceTensor:
        """A device tensor that the kernel makes; a shared one is the same in every program."""
        first = not any(self.program)
        if shared and not first:
            at, self.shared_made = self.shared_made, self.shared_made + 1
            known = self.shared[at] if at < len(self.shared) else None
            if known is None or (known.shape, known.dtype) != (shape, dtype):
                raise KernelError(f"program {self.program} makes another shared tensor than the "
                                  f"first one: {shape}, not {known and known.shape}")  # fmt: skip
            return known
        if name and not first:
            name = ".".join((name, *map(str, self.program)))
        tensor = self.new_tensor(shape, dtype, "scratch", name)
        if shared:
            tensor.shared = True
            self.shared.append(tensor)
            self.shared_made += 1
        return tensor

    def new_tensor(
        self, shape: tuple[int, ...], dtype: DType, kind: str, name: str, data: bytes | None = None
    ) -> DeviceTensor:
        """A device tensor of this kind."""
        tensors = self.module.tensors
        if name and name in {tensor.name for tensor in tensors}:
            raise KernelError(f"two tensors in device memory are called {name!r}")
        if math.prod(shape) < 1:
            raise KernelError(f"tensor {name!r}: every extent must be at least 1, not {shape}")
        tensors.append(DeviceTensor(len(tensors), name, shape, dtype, kind, data))
        return tensors[-1]


_stack: list[Trace] = []


def active() -> bool:
    """Whether a kernel is being run."""
    return bool(_stack)


def current() -> Trace:
    """The trace of the kernel being run."""
    if not _stack:
        raise KernelError("the kernel language works inside a kernel that is being compiled only")
    return _stack[-1]


@contextlib.contextmanager
def tracing(trace: Trace) -> Iterator[Trace]:
    """Makes ``trace`` the current one."""
    _stack.append(trace)
    try:
        yield trace
    finally:
        _stack.pop()


def _check_written(trace: Trace, reads: dict[str, Operand], writes: dict[str, Operand]) -> None:
    """A tile with a place of the kernel's choice must not stand for what another has left there."""
    for ref in reads.values():
        if ref.base in trace.unwritten:
            raise KernelError(f"{ref.base.name} has an address and is read before it is written: "
                              "what another tensor has left there is not in it")  # fmt: skip
    trace.unwritten -= {ref.base for ref in writes.values() if isinstance(ref.base, Tile)}


def emit(
    opcode: Opcode, reads: dict[str, Operand], writes: dict[str, Operand],
    fields: dict[str, Any] | None = None, stream: Stream | None = None,
    parts: dict[str, int] | None = None, table: FunctionTable | None = None,
) -> None:  # fmt: skip
    """Adds an instruction of the kernel line being run to the current trace."""
    trace = current()
    if trace.unwritten:
        _check_written(trace, reads, writes)
    for ref in writes.values():
        if opcode is not Opcode.MULTIPLY_MOVING and isinstance(ref, TileRef):
            trace.forget(ref.base)
    fields = dict(fields or {})
    for path, value in fields.items():
        if isinstance(value, Extent):
            raise KernelError(f"{opcode.name.lower()}: {path} must be a number that is known now")
    rounds = opcode in STOCHASTIC_OPCODES and any(f.path == "round_mode" for f in fields_of(opcode))
    if trace.stochastic and rounds:
        fields["round_mode"] = RoundMode.STOCHASTIC
    file, line = source_line()
    trace.emit(Instr(opcode, reads, writes, line, fields, stream, parts=parts or {},
                     table=table, file=file))  # fmt: skip
