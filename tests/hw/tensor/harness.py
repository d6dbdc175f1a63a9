"""A Tensor engine with modelled memories around it."""

import operator
import random
from dataclasses import dataclass, field

import softfloatpy as sf

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.formats import FORMATS, DType
from tinyneuron_hw.isa.access import element_offsets
from tinyneuron_hw.isa.codec import encode
from tinyneuron_hw.isa.matmul import MatmulKind, element_bytes, matmul_kind
from tinyneuron_hw.isa.opcodes import Opcode, Space
from tinyneuron_hw.tensor.engine import TensorEngine

from ..machine import machine
from .model import column_sum, fp32_passes, from_raw

ACCUMULATE_LATENCY = 5


def pattern(
    dims: list[tuple[int, int]], *, dtype: DType = DType.BF16, space: Space = Space.SBUF,
    offset: int = 0, start: int = 0, count: int = 1,
) -> dict:  # fmt: skip
    """An access pattern of ``dims`` (stride, size), innermost first."""
    dims = dims + [(0, 1)] * (4 - len(dims))
    return {"dtype": dtype, "space": space, "start_partition": start, "num_partitions": count,
            "offset": offset, "dims": [{"stride": s, "size": n} for s, n in dims]}  # fmt: skip


def load(
    src: dict, column: int = 0, *, transpose: bool = False, bias: int = 0
) -> tuple[Opcode, dict]:
    return Opcode.LOAD_STATIONARY, {"src": src, "column_start": column,
                                    "transpose": int(transpose), "exponent_bias": bias}  # fmt: skip


def multiply(
    src: dict, dst: dict, *, accumulate: bool = False, transpose: bool = False, bias: int = 0
) -> tuple[Opcode, dict]:
    return Opcode.MULTIPLY_MOVING, {
        "src": src, "dst": dst, "accumulate": int(accumulate), "transpose": int(transpose),
        "exponent_bias": bias,
    }  # fmt: skip


def _facts(fields: dict) -> dict:
    return {"src.dtype": fields["src"]["dtype"], "transpose": fields["transpose"]}


def fp32_add(a: int, b: int) -> int:
    words = (sf.Float32.from_bytes(word.to_bytes(4, "big")) for word in (a, b))
    return int.from_bytes(sf.f32_add(*words).to_bytes(), "big")


class Reference:
    """Executes the instructions one after another."""

    def __init__(self, config: CoreConfig, sbuf: list[bytearray]):
        self.config = config
        self.sbuf = sbuf
        self.psum = [[0] * (config.psum_partition_bytes // 4) for _ in range(config.columns)]
        self.stationary: list[list] = [[0.0] * config.columns for _ in range(config.partitions)]

    def operand(self, fields: dict) -> list[list]:
        """Values [element][row]: floats, pairs of integers or patterns; rows outside are 0."""
        src, kind = fields["src"], matmul_kind(_facts(fields))
        size = element_bytes(Opcode.MULTIPLY_MOVING, _facts(fields), "src")
        rows = range(src["start_partition"], src["start_partition"] + src["num_partitions"])
        signed = src["dtype"] is DType.INT8

        def value(row: int, offset: int):
            data = bytes(self.sbuf[row][offset : offset + size]) if row in rows else bytes(size)
            raw = int.from_bytes(data, "little")
            if kind is MatmulKind.PATTERN:
                return raw
            if kind is MatmulKind.INTEGER:
                return [int.from_bytes(data[i : i + 1], "little", signed=signed) for i in (0, 1)]
            return from_raw(raw, src["dtype"], fields["exponent_bias"])

        return [
            [value(row, offset) for row in range(self.config.partitions)]
            for offset in self.offsets(src, size)
        ]

    @staticmethod
    def offsets(operand: dict, unit: int) -> list[int]:
        dims = [(dim["stride"], dim["size"]) for dim in operand["dims"]]
        return element_offsets(operand["offset"], dims, unit).tolist()

    def execute(self, opcode: Opcode, fields: dict) -> None:
        elements, kind = self.operand(fields), matmul_kind(_facts(fields))
        if opcode is Opcode.LOAD_STATIONARY:
            zero = {MatmulKind.INTEGER: [0, 0], MatmulKind.PATTERN: 0}.get(kind, 0.0)
            self.stationary = [[zero] * self.config.columns for _ in self.stationary]
            for index, values in enumerate(elements):
                for row, value in enumerate(values):
                    self.stationary[row][fields["column_start"] + index] = value
            return
        dst = fields["dst"]
        size, first = FORMATS[dst["dtype"]].bytes, dst["start_partition"]
        for number in range(4 if kind is MatmulKind.FP32 else 1):
            for values, offset in zip(elements, self.offsets(dst, size), strict=True):
                for column in range(first, first + dst["num_partitions"]):
                    matrix = [row[column] for row in self.stationary]
                    total = self.total(kind, matrix, values, number)
                    adds = fields["accumulate"] or number > 0
                    self.write(column, offset, size, total, kind if adds else None)

    @staticmethod
    def total(kind: MatmulKind, matrix: list, values: list, number: int) -> int:
        """A column's sum, as bits."""
        if kind is MatmulKind.FLOAT:
            return column_sum(matrix, values)
        if kind is MatmulKind.FP32:
            return fp32_passes(matrix, values)[number]
        pairs = zip(matrix, values, strict=True)
        if kind is MatmulKind.PATTERN:
            return sum(a for a, b in pairs if b)
        return sum(x * y for a, b in pairs for x, y in zip(a, b, strict=True))

    def write(self, column: int, offset: int, size: int, total: int, adds: MatmulKind | None):
        """Puts the low ``size`` bytes of a sum into PSUM, or adds it to what is there."""
        old, shift = self.psum[column][offset // 4], 8 * (offset % 4)
        if adds is MatmulKind.INTEGER:
            total += old
        elif adds is not None:
            total = fp32_add(old, total)
        mask = ((1 << 8 * size) - 1) << shift
        self.psum[column][offset // 4] = old & ~mask | total << shift & mask


@dataclass
class Bench:
    """Runs instructions on the engine with a model of SBUF and PSUM.

    ``refuse`` is the probability that an SBUF port is not ready, ``pause`` that the sequencer
    offers nothing in a cycle. Cycle numbers of events are kept.
    """

    config: CoreConfig
    sbuf: list[bytearray]
    refuse: float = 0.0
    pause: float = 0.0
    seed: int = 1
    psum: list[list[int]] = field(init=False)
    started: list[int] = field(default_factory=list)
    done: list[int] = field(default_factory=list)
    moving: list[int] = field(default_factory=list)
    requests: list[tuple[int, int]] = field(default_factory=list)
    """(cycle, word) of every PSUM request."""

    def __post_init__(self) -> None:
        self.machine = machine(TensorEngine, self.config, ACCUMULATE_LATENCY, resettable=True)
        self.dut, self.reset = self.machine.dut, self.machine.reset
        self.rng = random.Random(self.seed)
        words = self.config.psum_partition_bytes // 4
        self.psum = [[0] * words for _ in range(self.config.columns)]
        self.cycle = 0
        self.in_flight: dict[int, list] = {}

    def clear(self) -> None:
        for events in (self.started, self.done, self.moving, self.requests, self.in_flight):
            events.clear()

    def line(self, index: int) -> int:
        lines = (part[16 * index : 16 * index + 16] for part in self.sbuf)
        return int.from_bytes(b"".join(bytes(line) for line in lines), "little")

    def run(self, testbench) -> None:
        """Runs an async ``testbench(ctx)``; it drives the bench with :meth:`step`."""
        self.machine.run(testbench)

    def execute(self, program: list[tuple[Opcode, dict]], limit: int = 20_000) -> None:
        async def testbench(ctx):
            await self.play(ctx, program, limit)

        self.run(testbench)

    async def play(self, ctx, program: list, limit: int = 20_000, stop: int | None = None) -> None:
        """Issues a program and waits until all is done, or for ``stop`` cycles."""
        issue = self.dut.port.issue
        waiting = [int.from_bytes(encode(opcode, fields), "little") for opcode, fields in program]
        begin = self.cycle
        while len(self.done) < len(program) if stop is None else self.cycle < begin + stop:
            assert self.cycle - begin < limit, f"watchdog: {len(self.done)} instructions are done"
            valid = bool(waiting) and self.rng.random() >= self.pause
            ctx.set(issue.valid, valid)
            if valid:
                ctx.set(issue.payload.raw, waiting[0])
                if ctx.get(issue.ready):
                    waiting.pop(0)
            await self.step(ctx)
        ctx.set(issue.valid, 0)

    async def step(self, ctx) -> None:
        """One cycle of the memories."""
        dut = self.dut
        answers = []
        for port in (dut.moving, dut.stationary):
            ready = self.rng.random() >= self.refuse
            ctx.set(port.ready, ready)
            taken = ready and ctx.get(port.valid)
            answers.append((port, self.line(ctx.get(port.line)) if taken else None))
        self._psum(ctx)
        busy = ctx.get(dut.port.busy)
        for events, signal in ((self.started, dut.port.started), (self.done, dut.port.done),
                               (self.moving, dut.moving_active)):  # fmt: skip
            if ctx.get(signal):
                assert busy
                events.append(self.cycle)
        assert len(self.done) <= len(self.started)
        await ctx.tick()
        self.cycle += 1
        for port, data in answers:
            ctx.set(port.data_valid, data is not None)
            ctx.set(port.data.as_value(), data or 0)

    def _psum(self, ctx) -> None:
        """Writes come into force ACCUMULATE_LATENCY cycles after their request."""
        for column, word, add, mask, data in self.in_flight.pop(self.cycle, []):
            old = self.psum[column][word]
            if add is not None:
                data = add(old, data)
            self.psum[column][word] = old & ~mask | data & mask
        port = self.dut.psum
        if not ctx.get(port.valid):
            return
        word, accumulate = ctx.get(port.word), ctx.get(port.accumulate)
        mask, data = ctx.get(port.partition_mask), ctx.get(port.data.as_value())
        add = (operator.add if ctx.get(port.integer) else fp32_add) if accumulate else None
        data_bytes = ctx.get(port.byte_mask)
        bits = sum(0xFF << 8 * i for i in range(4) if data_bytes >> i & 1)
        writes = [(column, word, add, bits, data >> 32 * column & 0xFFFF_FFFF)
                  for column in range(self.config.columns) if mask >> column & 1]  # fmt: skip
        busy_words = {write[1] for writes in self.in_flight.values() for write in writes}
        assert not accumulate or word not in busy_words, f"word {word} is added to in flight"
        self.in_flight[self.cycle + ACCUMULATE_LATENCY] = writes
        self.requests.append((self.cycle, word))
