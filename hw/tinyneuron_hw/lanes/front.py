"""From commands to a stream of elements, and from results to memory."""

from typing import Any

from amaranth.hdl import Cat, Module, Mux, Signal, unsigned
from amaranth.lib import data, enum, stream, wiring
from amaranth.lib.wiring import In, Out

from ..config import CoreConfig
from ..formats import DType
from ..isa.instructions import INSTRUCTION_BITS, Memset, TensorScalar, TensorTensor
from ..isa.opcodes import Opcode, OperandKind
from ..isa.operands import AccessPattern
from ..isa.rules import PATTERNS, SCALARS
from ..memory.beat import ElementBeat
from ..memory.ports import LineReadPort, LineWritePort, PsumReadPort, PsumWritePort
from ..memory.reader import OperandReader
from ..memory.writer import OperandWriter
from .arbiter import ReadArbiter
from .counter import DimCounter

__all__ = ["BeatKind", "LaneBeat", "LaneFront"]


class BeatKind(enum.Enum, shape=2):
    """What a beat carries."""

    ELEMENT = 0
    SCALAR0 = 1
    """Each lane's value of the operand in slot ``scalar0``."""
    SCALAR1 = 2


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

    A command's scalar operands come first, as one beat each, then its elements. The next command
    starts when the last byte of this one is readable.

    Parameters
    ----------
    config:
        Core sizes.
    opcodes:
        The engine's opcodes.
    inputs:
        Most access patterns an instruction reads at a time, 1 or 2.

    Members
    -------
    command, valid: the oldest instruction; it stays until ``done``.
    started, done: pulses when it starts and when its last byte is readable.
    sbuf_read, sbuf_write, psum_read, psum_write: memory ports.
    beats: values for the lanes.
    results: elements for the destination.

    Latency and throughput
    ----------------------
    First element 6 cycles after the command was valid, 6 more for a scalar operand that each
    partition has its own of, 1 more for an immediate. One element per cycle; two inputs share the
    memory ports.
    """

    def __init__(self, config: CoreConfig, opcodes: tuple[Opcode, ...], *, inputs: int):
        self._config = config
        self._opcodes = opcodes
        self._inputs = inputs
        super().__init__(
            {
                "sbuf_read": Out(LineReadPort(config)),
                "sbuf_write": Out(LineWritePort(config)),
                "psum_read": Out(PsumReadPort(config)),
                "psum_write": Out(PsumWritePort(config)),
                "command": In(INSTRUCTION_BITS),
                "valid": In(1),
                "started": Out(1),
                "done": Out(1),
                "beats": Out(stream.Signature(LaneBeat(config, inputs))),
                "results": In(stream.Signature(ElementBeat(config))),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        config = self._config
        m.submodules.counter = counter = DimCounter()
        m.submodules.writer = writer = OperandWriter(config)
        readers = self._elaborate_readers(m)
        wiring.connect(m, writer.input, wiring.flipped(self.results))
        wiring.connect(m, writer.sbuf, wiring.flipped(self.sbuf_write))
        wiring.connect(m, writer.psum, wiring.flipped(self.psum_write))

        pattern = TensorTensor(self.command)
        uses_in0, uses_in1, uses_scalars = self._decode(m)
        beat = self.beats.payload
        m.d.comb += [
            beat.dtype.eq(pattern.in0.dtype),
            beat.ends.eq(counter.ends),
            Cat(counter.sizes).eq(
                Cat(
                    Mux(uses_in0, a.size, c.size)
                    for a, c in zip(pattern.in0.dims, pattern.dst.dims, strict=True)
                )
            ),
            counter.step.eq(self.beats.valid & self.beats.ready & (beat.kind == BeatKind.ELEMENT)),
            readers[0].start.payload.eq(pattern.in0),
            writer.start.payload.eq(pattern.dst),
        ]
        for number, reader in enumerate(readers):
            m.d.comb += beat[f"in{number}"].eq(reader.output.payload.lanes)
        if self._inputs == 2:
            m.d.comb += readers[1].start.payload.eq(pattern.in1)

        starts = [(writer.start, 1), (readers[0].start, uses_in0)]
        starts += [(reader.start, uses_in1) for reader in readers[1:]]
        with m.FSM(name="state"):
            with m.State("IDLE"):
                with m.If(self.valid):
                    m.d.comb += self.started.eq(1)
                    m.next = "START"
                    with m.If(uses_scalars):
                        m.next = "SCALAR0"
            self._scalar_states(m, readers[0])
            with m.State("START"):
                self._start_all(m, starts)
            with m.State("ELEMENTS"):
                self._join(m, readers, uses_in0, uses_in1)
                with m.If(self.beats.valid & self.beats.ready & counter.ends[3]):
                    m.next = "DRAIN"
            with m.State("DRAIN"):
                m.d.comb += self.done.eq(writer.done)
                with m.If(writer.done):
                    m.next = "IDLE"
        return m

    def _elaborate_readers(self, m: Module) -> list[OperandReader]:
        config = self._config
        readers = [OperandReader(config, psum=True, rotate=True) for _ in range(self._inputs)]
        for number, reader in enumerate(readers):
            m.submodules[f"reader{number}"] = reader
        if self._inputs == 1:
            wiring.connect(m, readers[0].sbuf, wiring.flipped(self.sbuf_read))
            wiring.connect(m, readers[0].psum, wiring.flipped(self.psum_read))
            return readers
        m.submodules.sbuf_arbiter = sbuf = ReadArbiter(LineReadPort(config), address="line")
        m.submodules.psum_arbiter = psum = ReadArbiter(PsumReadPort(config), address="word")
        wiring.connect(m, sbuf.port, wiring.flipped(self.sbuf_read))
        wiring.connect(m, psum.port, wiring.flipped(self.psum_read))
        for number, reader in enumerate(readers):
            wiring.connect(m, reader.sbuf, sbuf.requesters[number])
            wiring.connect(m, reader.psum, psum.requesters[number])
        return readers

    def _decode(self, m: Module) -> tuple[Signal, Signal, Signal]:
        """Which operands the command has."""
        opcode = self.command[:8]

        def any_of(opcodes: list[Opcode], name: str) -> Signal:
            used = Signal(name=name)
            m.d.comb += used.eq(opcode.matches(*(code.value for code in opcodes)))
            return used

        def reads(slot: str) -> list[Opcode]:
            return [
                code for code in self._opcodes
                if any(role.slot == slot and not role.is_write for role in PATTERNS[code])
            ]  # fmt: skip

        scalars = [code for code in self._opcodes if code in SCALARS]
        return (
            any_of(reads("a"), "uses_in0"),
            any_of(reads("b"), "uses_in1"),
            any_of(scalars, "uses_scalars"),
        )

    def _scalar_states(self, m: Module, reader: OperandReader) -> None:
        """Sends each scalar operand: an immediate at once, others through the first reader."""
        command = TensorScalar(self.command)
        beat = self.beats.payload
        for number, operand in enumerate((command.operand0, command.operand1)):
            following = "START" if number else "SCALAR1"
            kind = (BeatKind.SCALAR0, BeatKind.SCALAR1)[number]
            with m.State(f"SCALAR{number}"):
                with m.If(operand.kind == OperandKind.IMMEDIATE):
                    m.d.comb += [
                        beat.kind.eq(kind),
                        beat.dtype.eq(DType.FP32),
                        Cat(beat.in0).eq(operand.value.replicate(self._config.partitions)),
                        self.beats.valid.eq(1),
                    ]
                    with m.If(self.beats.ready):
                        m.next = following
                with m.Else():
                    m.d.comb += reader.start.valid.eq(1)
                    self._one_element(m, reader.start.payload, operand, command.in0)
                    with m.If(reader.start.ready):
                        m.next = f"FETCH{number}"
            with m.State(f"FETCH{number}"):
                m.d.comb += [
                    beat.kind.eq(kind),
                    beat.dtype.eq(operand.dtype),
                    self.beats.valid.eq(reader.output.valid),
                    reader.output.ready.eq(self.beats.ready),
                ]
                with m.If(self.beats.valid & self.beats.ready):
                    m.next = following

    def _one_element(self, m: Module, pattern: AccessPattern, operand, in0) -> None:
        """The access pattern of a scalar operand."""
        m.d.comb += [
            pattern.dtype.eq(operand.dtype),
            pattern.space.eq(operand.space),
            pattern.start_partition.eq(operand.start_partition),
            pattern.num_partitions.eq(in0.num_partitions),
            pattern.offset.eq(operand.value),
        ]
        m.d.comb += [dim.size.eq(1) for dim in pattern.dims]

    def _start_all(self, m: Module, starts) -> None:
        """Hands out the patterns, each once, and leaves when all are taken."""
        sent, settled = Signal(len(starts)), Signal(len(starts))
        m.d.sync += sent.eq(settled)
        for number, (start, used) in enumerate(starts):
            m.d.comb += [
                start.valid.eq(used & ~sent[number]),
                settled[number].eq(sent[number] | start.ready | ~used),
            ]
        with m.If(settled.all()):
            m.d.sync += sent.eq(0)
            m.next = "ELEMENTS"

    def _join(self, m: Module, readers: list[OperandReader], uses_in0, uses_in1) -> None:
        """Elements of both inputs together, or the value to fill the destination with."""
        outputs = [reader.output for reader in readers]
        used = [uses_in0, uses_in1][: len(outputs)]
        present = [output.valid | ~use for output, use in zip(outputs, used, strict=True)]
        m.d.comb += self.beats.valid.eq(Cat(present).all())
        for output, use in zip(outputs, used, strict=True):
            m.d.comb += output.ready.eq(use & self.beats.valid & self.beats.ready)
        if Opcode.MEMSET in self._opcodes:
            with m.If(~uses_in0):
                fill = Memset(self.command).value
                m.d.comb += Cat(self.beats.payload.in0).eq(fill.replicate(self._config.partitions))
