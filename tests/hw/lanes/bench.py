"""An engine between a command driver and a Python model of both memories."""

import random
from dataclasses import dataclass, field

import numpy as np

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.formats import FORMATS
from tinyneuron_hw.isa.access import pattern_range
from tinyneuron_hw.isa.codec import decode
from tinyneuron_hw.isa.opcodes import Space
from tinyneuron_hw.isa.roles import PATTERNS
from tinyneuron_hw.isa.rules import on_chip_dims

from ..machine import machine
from .programs import random_memory
from .reference import Reference


@dataclass
class Timing:
    """Cycles of an instruction's handshakes."""

    issued: list[int] = field(default_factory=list)
    started: list[int] = field(default_factory=list)
    done: list[int] = field(default_factory=list)


def extents(raw: bytes) -> list[dict[str, int]]:
    """Bytes that the patterns in slots a, b and c of a lane instruction lie in."""
    instruction = decode(raw)
    found = [{"low": 0, "high": 0} for _ in range(3)]
    for role in PATTERNS[instruction.opcode]:
        path, fields = role.path, instruction.fields
        size = FORMATS[fields[f"{path}.dtype"]].bytes
        extent = pattern_range(fields[f"{path}.offset"], on_chip_dims(fields, path), size, size)
        found["abc".index(role.slot)] = {"low": extent.low, "high": extent.high}
    return found


class EngineBench:
    """Runs instructions and compares both memories with the reference at every ``done``.

    ``stall`` is the probability that a memory port refuses in a cycle, ``pause`` that the driver
    does not offer a command.
    """

    def __init__(
        self, engine: type, config: CoreConfig, *, seed: int, stall: float = 0.0,
        pause: float = 0.0, reference: type[Reference] = Reference,
    ):  # fmt: skip
        self.machine = machine(engine, config, resettable=True)
        self.dut = self.machine.dut
        self.config = config
        self.random = random.Random(seed)
        self.stall = stall
        self.pause = pause
        self.reference = reference
        rng = np.random.default_rng(seed)
        self.sbuf = random_memory(rng, config.partitions, config.sbuf_partition_bytes)
        self.psum = random_memory(rng, config.columns, config.psum_partition_bytes)
        self.reads = {"sbuf": 0, "psum": 0}

    def run(self, program: list[bytes], *, watchdog: int, reset_at: int | None = None) -> Timing:
        """Executes a program. With ``reset_at``, the engine is reset in that cycle while it
        executes something else, and the memories become random again."""
        reset, timing = self.machine.reset, Timing()

        async def bench(ctx):
            if reset_at is not None:
                await self._execute(ctx, program, Timing(), reset_at)
                ctx.set(reset, 1)
                ctx.set(self.dut.port.issue.valid, 0)
                await ctx.tick()
                ctx.set(reset, 0)
            await self._execute(ctx, program, timing, watchdog)
            assert len(timing.done) == len(program), f"still running after {watchdog} cycles"
            for _ in range(3):
                assert not ctx.get(self.dut.port.busy)
                assert not ctx.get(self.dut.port.done)
                await ctx.tick()

        self.machine.run(bench)
        return timing

    async def _execute(self, ctx, program, timing: Timing, limit: int) -> None:
        dut = self.dut
        reference = self.reference(self.config, self.sbuf.copy(), self.psum.copy())
        pending = {"sbuf": None, "psum": None}
        widths = {"sbuf": 16, "psum": 4}
        memories = {"sbuf": self.sbuf, "psum": self.psum}
        issue = dut.port.issue
        offered = 0
        for cycle in range(limit):
            waiting = offered < len(program) and not ctx.get(issue.valid)
            if waiting and self.random.random() >= self.pause:
                ctx.set(issue.valid, 1)
                ctx.set(issue.payload.raw, int.from_bytes(program[offered], "little"))
                ctx.set(issue.payload.extents, extents(program[offered]))
            for space in widths:
                read, write = getattr(dut, f"{space}_read"), getattr(dut, f"{space}_write")
                ctx.set(read.ready, self.random.random() >= self.stall)
                ctx.set(write.ready, self.random.random() >= self.stall)
                ctx.set(read.data_valid, pending[space] is not None)
                if pending[space] is not None:
                    ctx.set(read.data, pending[space])
            for space, width in widths.items():
                read = getattr(dut, f"{space}_read")
                pending[space] = None
                if ctx.get(read.valid) and ctx.get(read.ready):
                    first = width * ctx.get(read.line if space == "sbuf" else read.word)
                    block = memories[space][:, first : first + width]
                    pending[space] = [int.from_bytes(row.tobytes(), "little") for row in block]
                    self.reads[space] += 1
            if ctx.get(dut.port.started):
                timing.started.append(cycle)
            if ctx.get(dut.port.done):
                reference.execute(program[len(timing.done)])
                timing.done.append(cycle)
                assert len(timing.done) <= len(timing.started)
                self._compare(reference, len(timing.done) - 1)
            # What is written in this cycle belongs to the next instruction.
            for space, width in widths.items():
                self._write(ctx, getattr(dut, f"{space}_write"), space, memories[space], width)
            if ctx.get(issue.valid) and ctx.get(issue.ready):
                timing.issued.append(cycle)
                offered += 1
                await ctx.tick()
                ctx.set(issue.valid, 0)
            else:
                await ctx.tick()
            if len(timing.done) == len(program):
                return

    def _compare(self, reference: Reference, number: int) -> None:
        for space, memory in ((Space.SBUF, self.sbuf), (Space.PSUM, self.psum)):
            wrong = np.argwhere(memory != reference.memories[space])
            where = wrong[:4].tolist()
            assert not len(wrong), f"instruction {number}: {space.name} differs at {where}"

    def _write(self, ctx, port, space: str, memory, width: int) -> None:
        if not (ctx.get(port.valid) and ctx.get(port.ready)):
            return
        first = width * ctx.get(port.line if space == "sbuf" else port.word)
        mask, rows = ctx.get(port.byte_mask), ctx.get(port.partition_mask)
        assert mask
        for row in range(len(memory)):
            if rows >> row & 1:
                block = ctx.get(port.data[row]).to_bytes(width, "little")
                for byte in range(width):
                    if mask >> byte & 1:
                        memory[row, first + byte] = block[byte]
