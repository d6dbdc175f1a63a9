"""Starts the reads of a command while the one before it is under way."""

from typing import Any

from amaranth.hdl import Cat, Module, Mux, Signal, Value
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from ..isa.instructions import INSTRUCTION_BITS, TensorScalar, TensorTensor
from ..isa.opcodes import Opcode, OperandKind
from ..isa.operands import AccessPattern
from ..isa.roles import PATTERNS, SCALARS
from ..isa.rules_reshape import MASK_ENTRY_BITS
from ..isa.vector_moves import Shuffle
from ..sequencer.ports import EngineCommand
from .pending import PendingWrites

__all__ = ["Operands", "ReadAhead", "used_operands"]


VALUES_FIRST = (Opcode.FIND_INDEX8, Opcode.MATCH_REPLACE8)
"""Opcodes that read all of ``in1`` before ``in0``."""


class Operands(data.StructLayout):
    """Which operands a command has; ``values``: all of ``in1`` comes before ``in0``."""

    def __init__(self):
        super().__init__(
            {"in0": 1, "in1": 1, "values": 1, "dst": 1, "scalars": data.ArrayLayout(1, 2)}
        )


def used_operands(m: Module, raw: Value, opcodes: tuple[Opcode, ...], name: str) -> Any:
    """The :class:`Operands` of an instruction, one of ``opcodes``."""
    used: Any = Signal(Operands(), name=name)
    opcode = raw[:8]

    def any_of(chosen: list[Opcode]) -> Value:
        return opcode.matches(*(code.value for code in chosen))

    def with_pattern(slot: str, is_write: bool) -> Value:
        return any_of([
            code for code in opcodes
            if any(role.slot == slot and role.is_write == is_write for role in PATTERNS[code])
        ])  # fmt: skip

    m.d.comb += [
        used.in0.eq(with_pattern("a", False)),
        used.in1.eq(with_pattern("b", False)),
        used.values.eq(any_of([code for code in opcodes if code in VALUES_FIRST])),
        used.dst.eq(with_pattern("c", True)),
    ]
    for number in range(2):
        m.d.comb += used.scalars[number].eq(
            any_of([code for code in opcodes if len(SCALARS.get(code, ())) > number])
        )
    return used


class ReadAhead(wiring.Component):
    """Takes commands in order, waits until nothing they read is still to be written, and starts
    the readers; the elements then come out of those when the commands before are through.

    Parameters
    ----------
    opcodes:
        The engine's opcodes.
    inputs:
        Most access patterns an instruction reads at a time, 1 or 2.
    quadrant:
        Partitions of a quadrant.

    Members
    -------
    command: commands in program order; one is kept.
    readers: patterns for the readers: in-memory scalar operands, then ``in0``, to the first;
        ``in1`` to the second, or before ``in0`` to the first.
    following: commands whose reads have started.
    started: pulse; a command has begun.
    hazard: a command waits for bytes that are still to be written.
    start, leave: destinations for the writer, in order, and what it leaves alone in each (see
        :class:`OperandWriter`).
    written, silent, done: see :class:`PendingWrites`.

    Latency and throughput: a command is kept for one cycle, and for one more with each scalar
    operand in memory.
    """

    def __init__(self, opcodes: tuple[Opcode, ...], *, inputs: int, quadrant: int):
        self._opcodes = opcodes
        self._inputs = inputs
        self._quadrant = quadrant
        patterns = stream.Signature(AccessPattern)
        super().__init__(
            {
                "command": In(stream.Signature(EngineCommand)),
                "readers": Out(patterns).array(inputs),
                "following": Out(stream.Signature(INSTRUCTION_BITS)),
                "started": Out(1),
                "hazard": Out(1),
                "start": Out(patterns),
                "leave": Out(quadrant),
                "written": In(1),
                "silent": In(1),
                "done": Out(1),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        m.submodules.pending = pending = PendingWrites(reads=4, quadrant=self._quadrant)
        wiring.connect(m, pending.start, wiring.flipped(self.start))
        command: Any = Signal(EngineCommand, reset_less=True)
        valid, begun, clear, leaves = (
            Signal(name=name) for name in ("valid", "begun", "clear", "leaves")
        )
        with m.If(self.command.ready):
            m.d.sync += valid.eq(self.command.valid)
            with m.If(self.command.valid):
                m.d.sync += command.eq(self.command.payload)
        m.d.comb += [
            self.command.ready.eq(~valid | leaves),
            clear.eq(valid & (begun | (~pending.conflict & pending.ready))),
            self.started.eq(clear & ~begun),
            self.hazard.eq(valid & ~begun & pending.conflict),
            pending.push.eq(self.started),
            pending.written.eq(self.written),
            pending.silent.eq(self.silent),
            self.done.eq(pending.done),
            self.following.payload.eq(command.raw),
        ]
        patterns = TensorTensor(command.raw)
        used = used_operands(m, command.raw, self._opcodes, "used")
        first = self._elaborate_scalars(m, command, used, pending)
        m.d.comb += [
            pending.pattern.eq(patterns.dst),
            pending.extent.eq(command.extents[2]),
            pending.writes.eq(used.dst),
            self.leave.eq(pending.leave),
        ]
        if Opcode.SHUFFLE in self._opcodes:
            mask = Shuffle(command.raw).mask
            entries = [mask.word_select(i, MASK_ENTRY_BITS) for i in range(self._quadrant)]
            with m.If(command.raw[:8] == Opcode.SHUFFLE.value):
                m.d.comb += pending.leaves.eq(Cat(entry[-1] for entry in entries))
        first += [(used.values, patterns.in1), (used.in0, patterns.in0)]

        # What a command hands out: to the lanes' side, and each reader's patterns in their order.
        groups: list[tuple[Any, list[tuple[Any, Any]]]] = [(self.following, [(1, None)])]
        groups.append((self.readers[0], first))
        if self._inputs == 2:
            groups.append((self.readers[1], [(used.in1 & ~used.values, patterns.in1)]))
        over = Signal(len(groups))
        for number, (target, items) in enumerate(groups):
            sent, left, taken = (
                Signal(len(items), name=f"{name}{number}") for name in ("sent", "left", "taken")
            )
            oldest = left & (-left)[: len(items)]
            m.d.comb += [
                left.eq(Cat(wanted for wanted, _ in items) & ~sent),
                target.valid.eq(clear & left.any()),
                taken.eq(Mux(target.ready, oldest, 0)),
                over[number].eq((left & ~taken) == 0),
            ]
            for bit, (_, pattern) in enumerate(items):
                if pattern is not None:
                    with m.If(oldest[bit]):
                        m.d.comb += target.payload.eq(pattern)
            with m.If(clear):
                m.d.sync += sent.eq(Mux(leaves, 0, sent | taken))
        m.d.comb += leaves.eq(clear & over.all())
        with m.If(clear):
            m.d.sync += begun.eq(~leaves)
        return m

    def _elaborate_scalars(self, m: Module, command: Any, used: Any, pending: PendingWrites):
        """Says what the command reads, and gives the patterns of its scalar operands."""
        patterns, scalars = TensorTensor(command.raw), TensorScalar(command.raw)
        for number, (wanted, pattern) in enumerate(
            ((used.in0, patterns.in0), (used.in1, patterns.in1))
        ):
            read = pending.reads[number]
            m.d.comb += [
                read.valid.eq(wanted),
                read.space.eq(pattern.space),
                read.extent.eq(command.extents[number]),
            ]
        found = []
        for number, operand in enumerate((scalars.operand0, scalars.operand1)):
            pattern: Any = Signal(AccessPattern, name=f"scalar{number}")
            read = pending.reads[2 + number]
            in_memory = used.scalars[number] & (operand.kind != OperandKind.IMMEDIATE)
            m.d.comb += [
                pattern.dtype.eq(operand.dtype),
                pattern.space.eq(operand.space),
                pattern.start_partition.eq(operand.start_partition),
                pattern.num_partitions.eq(patterns.in0.num_partitions),
                pattern.offset.eq(operand.value),
                read.valid.eq(in_memory),
                read.space.eq(operand.space),
                read.extent.low.eq(operand.value),
                read.extent.high.eq(operand.value + 4),
            ]
            m.d.comb += [dim.size.eq(1) for dim in pattern.dims]
            found.append((in_memory, pattern))
        return found
