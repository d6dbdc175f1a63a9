"""From commands to a stream of elements, and from results to memory."""

from typing import Any

from amaranth.hdl import Cat, Module, Mux, Signal, unsigned
from amaranth.lib import data, enum, stream, wiring
from amaranth.lib.wiring import In, Out

from ..config import CoreConfig
from ..formats import DType
from ..isa.instructions import INSTRUCTION_BITS, Memset, TensorScalar, TensorTensor
from ..isa.opcodes import Opcode, OperandKind
from ..memory.beat import ResultBeat
from ..memory.ports import LineReadPort, LineWritePort, PsumReadPort, PsumWritePort
from ..memory.reader import OperandReader
from ..memory.writer import OperandWriter
from ..sequencer.ports import EngineCommand
from .ahead import ReadAhead, used_operands
from .arbiter import ReadArbiter
from .counter import DimCounter
from .pending import PENDING

__all__ = ["BeatKind", "LaneBeat", "LaneFront"]


class BeatKind(enum.Enum, shape=2):
    """What a beat carries."""

    ELEMENT = 0
    SCALAR0 = 1
    """Each lane's value of the operand in slot ``scalar0``."""
    SCALAR1 = 2
    VALUES = 3
    """One of ``in1``'s elements, all of which come before ``in0``."""


_SCALAR_KINDS = (BeatKind.SCALAR0, BeatKind.SCALAR1)


class LaneBeat(data.StructLayout):
    """One value for every lane.

    ``in0`` (and ``in1`` of engines with two inputs) are raw bits of ``dtype`` (``in1``: of the
    instruction's second pattern). ``ends`` is :class:`DimCounter`'s, of the first input (of the
    destination when there is none).
    """

    def __init__(self, config: CoreConfig, inputs: int):
        lanes = data.ArrayLayout(unsigned(32), config.partitions)
        members = {"kind": BeatKind, "dtype": 4, "ends": 4, "in0": lanes}
        super().__init__(members | ({"in1": lanes} if inputs == 2 else {}))


class LaneFront(wiring.Component):
    """Executes the commands of an engine one after another, but for the arithmetic.

    A command's scalar operands come first, as one beat each, then its elements. Reads of the next
    command start while this one is under way, unless it reads what is still to be written.

    Parameters
    ----------
    config:
        Core sizes.
    opcodes:
        The engine's opcodes.
    inputs:
        Most access patterns an instruction reads at a time, 1 or 2.
    overlap:
        Whether a command's beats may follow those of the one before at once. Otherwise they wait
        until its results have left: the lanes know one instruction at a time.

    Members
    -------
    issue: commands in program order.
    started, done: pulses when a command begins and when its last byte is readable.
    hazard: a command waits for bytes that an earlier one still has to write.
    sbuf_read, sbuf_write, psum_read, psum_write: memory ports.
    command: the instruction whose beats are offered.
    beats: values for the lanes.
    results: elements for the destinations, in the order of the commands; lanes to leave alone.
    silent: pulse for a command without a destination, when its last beat has passed the lanes.

    Latency and throughput
    ----------------------
    First element 6 cycles after the command was taken. One element per cycle, and one beat for
    each scalar operand; two inputs share the memory ports. Commands that do not depend on each
    other follow without a gap when they have at least about 6 beats.
    """

    def __init__(
        self, config: CoreConfig, opcodes: tuple[Opcode, ...], *, inputs: int, overlap: bool = False
    ):
        self._config = config
        self._opcodes = opcodes
        self._inputs = inputs
        self._overlap = overlap
        super().__init__(
            {
                "issue": In(stream.Signature(EngineCommand)),
                "started": Out(1),
                "done": Out(1),
                "hazard": Out(1),
                "sbuf_read": Out(LineReadPort(config)),
                "sbuf_write": Out(LineWritePort(config)),
                "psum_read": Out(PsumReadPort(config)),
                "psum_write": Out(PsumWritePort(config)),
                "command": Out(INSTRUCTION_BITS),
                "beats": Out(stream.Signature(LaneBeat(config, inputs))),
                "results": In(stream.Signature(ResultBeat(config))),
                "silent": In(1),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        m.submodules.ahead = ahead = ReadAhead(
            self._opcodes, inputs=self._inputs, quadrant=self._config.quadrant
        )
        m.submodules.writer = writer = OperandWriter(self._config)
        readers = self._elaborate_readers(m)
        wiring.connect(m, ahead.command, wiring.flipped(self.issue))
        wiring.connect(m, ahead.start, writer.start)
        wiring.connect(m, writer.input, wiring.flipped(self.results))
        wiring.connect(m, writer.sbuf, wiring.flipped(self.sbuf_write))
        wiring.connect(m, writer.psum, wiring.flipped(self.psum_write))
        for number, reader in enumerate(readers):
            wiring.connect(m, ahead.readers[number], reader.start)
        m.d.comb += [
            writer.leave.eq(ahead.leave),
            ahead.written.eq(writer.done),
            ahead.silent.eq(self.silent),
            self.started.eq(ahead.started),
            self.done.eq(ahead.done),
            self.hazard.eq(ahead.hazard),
        ]
        self._elaborate_beats(m, ahead, readers)
        return m

    def _elaborate_beats(self, m: Module, ahead: ReadAhead, readers: list[OperandReader]) -> None:
        """Joins what the readers give to beats, command after command."""
        m.submodules.counter = counter = DimCounter()
        valid, phase = Signal(), Signal(BeatKind, init=BeatKind.SCALAR0)
        used = used_operands(m, self.command, self._opcodes, "beat_used")
        pattern, scalars = TensorTensor(self.command), TensorScalar(self.command)
        beat = self.beats.payload
        taken, over = Signal(), Signal()
        m.d.comb += [
            taken.eq(self.beats.valid & self.beats.ready),
            over.eq(taken & (beat.kind == BeatKind.ELEMENT) & counter.ends[3]),
            beat.ends.eq(counter.ends),
            Cat(counter.sizes).eq(
                Cat(
                    Mux(used.in0, a.size, c.size)
                    for a, c in zip(pattern.in0.dims, pattern.dst.dims, strict=True)
                )
            ),
            counter.step.eq(taken & (beat.kind == BeatKind.ELEMENT)),
        ]
        for number, reader in enumerate(readers):
            m.d.comb += beat[f"in{number}"].eq(reader.output.payload.lanes)

        # The kind of this beat: the operands that are left, in order.
        with m.If((phase == BeatKind.SCALAR0) & used.scalars[0]):
            m.d.comb += beat.kind.eq(BeatKind.SCALAR0)
        with m.Elif((phase != BeatKind.ELEMENT) & used.scalars[1]):
            m.d.comb += beat.kind.eq(BeatKind.SCALAR1)
        with m.Elif((phase != BeatKind.ELEMENT) & used.values):
            m.d.comb += beat.kind.eq(BeatKind.VALUES)
        with m.If(taken):
            m.d.sync += phase.eq(
                Mux(beat.kind == BeatKind.SCALAR0, BeatKind.SCALAR1, BeatKind.ELEMENT)
            )
            with m.If((beat.kind == BeatKind.VALUES) & ~readers[0].output.payload.last):
                m.d.sync += phase.eq(BeatKind.VALUES)
        with m.Switch(beat.kind):
            for kind, operand in zip(_SCALAR_KINDS, (scalars.operand0, scalars.operand1),
                                     strict=True):  # fmt: skip
                with m.Case(kind):
                    self._scalar_beat(m, valid, operand, readers[0])
            with m.Case(BeatKind.VALUES):
                self._read_beat(m, valid, pattern.in1.dtype, readers[0])
            with m.Default():
                self._join(m, valid, readers, [used.in0, used.in1 & ~used.values])
        if self._overlap:
            m.d.comb += ahead.following.ready.eq(~valid | over)
        else:
            unfinished = Signal(range(PENDING + 1))
            m.d.sync += unfinished.eq(
                unfinished + (ahead.following.valid & ahead.following.ready) - ahead.done
            )
            m.d.comb += ahead.following.ready.eq(unfinished == ahead.done)
        with m.If(over):
            m.d.sync += valid.eq(0)
        with m.If(ahead.following.ready):
            m.d.sync += [valid.eq(ahead.following.valid), phase.eq(BeatKind.SCALAR0)]
            with m.If(ahead.following.valid):
                m.d.sync += self.command.eq(ahead.following.payload)

    def _elaborate_readers(self, m: Module) -> list[OperandReader]:
        config = self._config
        readers = [OperandReader(config, psum=True, rotate=True) for _ in range(self._inputs)]
        for number, reader in enumerate(readers):
            m.submodules[f"reader{number}"] = reader
        if self._inputs == 1:
            wiring.connect(m, readers[0].sbuf, wiring.flipped(self.sbuf_read))
            wiring.connect(m, readers[0].psum, wiring.flipped(self.psum_read))
            return readers
        line, word = ("line", "partition_mask"), ("word", "partition_mask")
        m.submodules.sbuf_arbiter = sbuf = ReadArbiter(LineReadPort(config), address=line)
        m.submodules.psum_arbiter = psum = ReadArbiter(PsumReadPort(config), address=word)
        wiring.connect(m, sbuf.port, wiring.flipped(self.sbuf_read))
        wiring.connect(m, psum.port, wiring.flipped(self.psum_read))
        for number, reader in enumerate(readers):
            wiring.connect(m, reader.sbuf, sbuf.requesters[number])
            wiring.connect(m, reader.psum, psum.requesters[number])
        return readers

    def _scalar_beat(self, m: Module, valid, operand, reader: OperandReader) -> None:
        """An immediate, or what the first reader found."""
        beat = self.beats.payload
        with m.If(operand.kind == OperandKind.IMMEDIATE):
            m.d.comb += [
                beat.dtype.eq(DType.FP32),
                Cat(beat.in0).eq(operand.value.replicate(self._config.partitions)),
                self.beats.valid.eq(valid),
            ]
        with m.Else():
            self._read_beat(m, valid, operand.dtype, reader)

    def _read_beat(self, m: Module, valid, dtype, reader: OperandReader) -> None:
        """What the first reader found, and nothing else."""
        m.d.comb += [
            self.beats.payload.dtype.eq(dtype),
            self.beats.valid.eq(valid & reader.output.valid),
            reader.output.ready.eq(valid & self.beats.ready),
        ]

    def _join(self, m: Module, valid, readers: list[OperandReader], used: list[Any]) -> None:
        """Elements of both inputs together, or the value to fill the destination with."""
        outputs = [reader.output for reader in readers]
        used = used[: len(outputs)]
        present = [output.valid | ~use for output, use in zip(outputs, used, strict=True)]
        m.d.comb += [
            self.beats.payload.dtype.eq(TensorTensor(self.command).in0.dtype),
            self.beats.valid.eq(valid & Cat(present).all()),
        ]
        for output, use in zip(outputs, used, strict=True):
            m.d.comb += output.ready.eq(use & self.beats.valid & self.beats.ready)
        if Opcode.MEMSET in self._opcodes:
            with m.If(~used[0]):
                fill = Memset(self.command).value
                m.d.comb += Cat(self.beats.payload.in0).eq(fill.replicate(self._config.partitions))
